"""Table 6: which functions are convex or concave, and of what argument: the reasons behind “a global minimum”.

A row says: where its argument is affine in the variables, the function is `kind`.  `monotone` rows are also nondecreasing,
so that a convex function of a convex one is convex.  Source: Boyd & Vandenberghe, Convex Optimization, sec. 3.1.5 and 3.2.4.
"""

from __future__ import annotations

from derive.values import dataclass

BV = "Boyd & Vandenberghe, Convex Optimization, sec. 3.1.5"


@dataclass(frozen=True)
class Curved:
    """function, what it is on its domain, whether it is nondecreasing there, the words for it; `domain` as in the function table,
    where the function exists beyond it."""

    name: str
    kind: str
    words: str
    monotone: bool = False
    domain: str = ""
    source: str = BV


_ROWS = (
    Curved("exp", "convex", "exp is convex", monotone=True),
    Curved("softplus", "convex", "softplus is convex", monotone=True),
    Curved("relu", "convex", "relu is convex", monotone=True),
    Curved("abs", "convex", "|·| is convex"),
    Curved("cosh", "convex", "cosh is convex"),
    Curved("logsumexp", "convex", "logsumexp is convex", monotone=True),
    Curved("norm", "convex", "a norm is convex"),
    Curved("norm1", "convex", "a norm is convex"),
    Curved("log", "concave", "log is concave", monotone=True),
    Curved("sqrt", "concave", "the square root is concave", monotone=True),
    Curved("logdet", "concave", "log det is concave", domain="spd"),
)

CURVED: dict[str, Curved] = {row.name: row for row in _ROWS}

CARLEN = "Carlen, Trace inequalities and quantum entropy, th. 2.10"

TRACES: dict[str, Curved] = {row.name: row for row in (
    Curved("expm", "convex", "tr e^X is convex", domain="symmetric", source=CARLEN),
    Curved("logm", "concave", "tr log X is concave in X ≻ 0", domain="spd", source=CARLEN),
    Curved("sqrtm", "concave", "the trace of the square root is concave in X ≻ 0", domain="spd", source=CARLEN),
)}
"""g of the trace tr g(X) of a symmetric matrix: it is convex where g is convex on the eigenvalues."""
