"""Table 5: curved sets of matrices, given by a constraint: which directions are tangent, and the projection onto them.

The tangent directions at X are the kernel of the constraint's derivative.  What is orthogonal to them is normal; G minus its normal
part is the projection.  Each row is stated line by line where a variable lies in such a set, and every line is checked by numbers.
Source: Absil, Mahony & Sepulchre, Optimization Algorithms on Matrix Manifolds (2008), ch. 3.
"""

from __future__ import annotations

from derive.values import dataclass


@dataclass(frozen=True)
class Tangent:
    """One set.

    property    the word of the declaration
    given       the letters of the row: the variable X or x, a direction H, the free gradient G, S of a reason
    constraint  (left, right)
    words       what its derivative says of H
    normal      (left, right, reason): the normal part of G against H
    tangent     (left, right, reason): that the projection of G is tangent
    seen        (an expression, what it is): beside the gradient, why only the tangent part counts
    projection  of G
    bent        what the derivative of the normal part takes off along H: the Riemannian Hessian is the projection of Hess f[H] less this
                (Absil, Mahony & Sepulchre, ch. 5)
    """

    property: str
    given: str
    constraint: tuple[str, str]
    words: str
    normal: tuple[str, str, str]
    tangent: tuple[str, str, str]
    seen: tuple[str, str]
    projection: str
    bent: str


_STIEFEL = "X: m n, H: m n, G: m n, S: n n symmetric"
_SKEW = ("X' H", " is skew")
_NORMAL = ("inner(X sym(X' G), H)", "0", "`inner(X S, H) = inner(S, X' H)` with a symmetric `S` and a skew `X' H`: `X S` is normal")

_ROWS = (
    Tangent(
        "orthogonal", _STIEFEL.replace("m n", "n n"), ("X' X", "I(n)"), "`X' H` is skew", _NORMAL,
        ("G - X sym(X' G)", "X skewpart(X' G)", "`X X' = I(n)`: tangent, as `X'` times it is skew, and the rest of `G` is normal: the projection of `G`"),
        _SKEW, "X skewpart(X' G)", "H sym(X' G)",
    ),
    Tangent(
        "stiefel", _STIEFEL, ("X' X", "I(n)"), "`X' H` is skew", _NORMAL,
        ("X' (G - X sym(X' G))", "skewpart(X' G)", "`X' X = I(n)`: the right side is skew, and the rest of `G` is normal: this is the projection of `G`"),
        _SKEW, "G - X sym(X' G)", "H sym(X' G)",
    ),
    Tangent(
        "unit", "x: n 1, h: n 1, g: n 1", ("x' x", "1"), "`x' h = 0`",
        ("(x x' g)' h", "0", "`x' h = 0`: the multiples of `x` are normal"),
        ("x' (I(n) - x x') g", "0", "`x' x = 1`: `(I(n) - x x') g` is tangent, and the rest of `g` is a multiple of `x`: the projection of `g`"),
        ("x' h", " = 0"), "(I(n) - x x') g", "(x' g) h",
    ),
    Tangent(
        "unit", "X: m n, H: m n, G: m n", ("inner(X, X)", "1"), "`inner(X, H) = 0`",
        ("inner(inner(X, G) X, H)", "0", "`inner(X, H) = 0`: the multiples of `X` are normal"),
        ("inner(X, G - inner(X, G) X)", "0", "`inner(X, X) = 1`: `G - inner(X, G) X` is tangent, and the rest of `G` is a multiple of `X`: the projection of `G`"),
        ("inner(X, H)", " = 0"), "G - inner(X, G) X", "inner(X, G) H",
    ),
)

TANGENTS: tuple[Tangent, ...] = _ROWS
"""In the order in which they are tried: the first whose property and shape a variable has."""
