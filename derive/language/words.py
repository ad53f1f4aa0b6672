"""The words of the language that no symbol may be called by, and what an unknown name may have meant."""

from __future__ import annotations

import difflib
import keyword
from collections.abc import Iterable

from derive.expressions.functions import FUNCTIONS
from derive.expressions.spelling import symbol_latex

STATISTICS = ("var", "cov")
"""Functions that are read as what they are defined by: the variance of a vector, the covariance of two or of samples."""

CONSTANTS: dict[str, tuple[int, ...]] = {"I": (1,), "ones": (1, 2), "zeros": (1, 2), "e": (2,), "commutation": (2,)}
"""Constants of a size, and how many arguments each takes."""

CALLABLE: frozenset[str] = frozenset(
    {name for name, row in FUNCTIONS.items() if row.infix is None or not row.infix[0].startswith(".")}
    | {"inv", "where", *CONSTANTS, *STATISTICS}
)
"""Names that are followed by `(` in an expression."""

WORDS: frozenset[str] = frozenset({
    "inv", "where", "I", "ones", "zeros", "e", "kron", "khatrirao", "tr", "det", "logdet", "norm", "norm1", "sum", "mean", "dot",
    "inner", "exp", "log", "sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh", "tanh", "sqrt", "abs", "sign",
    "relu", "sigmoid", "softplus", "erf", "softmax", "logsumexp", "max", "min", "expm", "logm", "sqrtm", "diag",
    "vec", "sym", "skewpart", "tril", "triu", "adj", "pinv", "cholesky", "qr_q", "qr_r", "eigval", "eigvec",
    "singval", "svd_u", "svd_s", "svd_v",
})
"""The words of docs/language.md.  Functions that only the engine writes are not among them: a symbol of that name hides them."""

RESERVED: frozenset[str] = WORDS | (frozenset(keyword.kwlist) - {"lambda"}) | frozenset(
    {"np", "sp", "abs", "min", "max", "sum", "len", "range", "float", "int"}
)
"""Words of the language, and of the NumPy expressions that programs read back (there `lambda` is spelled `lambda_`)."""

SYNONYMS: dict[str, str] = {
    "trace": "tr", "Tr": "tr", "Trace": "tr", "ln": "log", "inverse": "inv", "Inv": "inv", "eye": "I(n)",
    "identity": "I(n)", "transpose": "X'", "determinant": "det", "Det": "det", "log_det": "logdet",
    "slogdet": "logdet", "arcsin": "asin", "arccos": "acos", "arctan": "atan", "sgn": "sign", "hadamard": ".*",
    "kronecker": "kron", "khatri_rao": "khatrirao", "kr": "khatrirao",
    "frobenius": "norm", "vecnorm": "norm", "expit": "sigmoid", "logistic": "sigmoid",
    "matmul": "A B", "pow": "^", "power": "^", "diagonal": "diag", "average": "mean", "cases": "where",
    "piecewise": "where", "maximum": "max", "minimum": "min", "skew": "skewpart", "adjugate": "adj", "chol": "cholesky",
    "norm2": "norm", "square": "x^2", "log1p": "log(1 + x)", "quad_form": "x' A x",
    "T": "X'",
}


def closest(name: str, names: Iterable[str], least: float = 0.6) -> str | None:
    """The name that was probably meant, or None.

    least  how much of the two must be alike, from 0 to 1
    """
    pool = sorted(set(names))
    exact = next((n for n in pool if n.lower() == name.lower()), None)
    if exact:
        return exact
    alike = next((n for n in pool if symbol_latex(n) == symbol_latex(name)), None)
    if alike:
        return alike
    found = difflib.get_close_matches(name[:60], pool, n=1, cutoff=least)
    return found[0] if found else None


def unknown_name(name: str, names: Iterable[str], called: bool, number: str | None, *, size: bool = False) -> tuple[str, str | None]:
    """(message, hint) for a name that is not declared; `number` is one that stands directly before it, `size` says that it is one.

    names  that are declared
    """
    names = set(names)
    shown = name if len(name) <= 40 else f"{name[:40]}…"
    message = f"{shown} is not declared" + (", and unknown as a function of the language" if called else "")
    parts = _split(name, names)
    if name in SYNONYMS:
        message += f"; did you mean {SYNONYMS[name]}?"
    elif parts:
        message += f"; did you mean the product {' '.join(parts)}?"
    elif (call := _as_call(name, names)) is not None:
        message += f"; did you mean {call}?"
    elif (guess := closest(name, names | WORDS if called or len(name) > 2 else names)) is not None:
        message += f"; did you mean {guess}?"
    hint = None
    if number is not None and name in ("i", "j"):
        hint = f"complex numbers as {number}{name} are not part of the language"
    elif parts:
        hint = "names are whole words: AB is one name, A B a product"
    elif size:
        hint = f"a size is declared where it is the size of a symbol, as in `x: vector({shown})`, or as `{shown}: integer`"
    elif not called:
        hint = f"declare it under `symbols`, as in `{shown}: matrix(m, n)`"
    return message, hint


def _as_call(name: str, names: set[str]) -> str | None:
    """`trX` as tr(X)."""
    for function in sorted(WORDS - {"e", "I"}):
        if name.startswith(function) and name[len(function) :] in names:
            return f"{function}({name[len(function) :]})"
    return None


def _split(name: str, names: set[str], depth: int = 0) -> list[str] | None:
    """The name as a product of declared ones, longest first."""
    if not name:
        return []
    if depth > 6 or len(name) > 24:
        return None
    for end in range(len(name) - (depth == 0), 0, -1):
        if name[:end] in names:
            rest = _split(name[end:], names, depth + 1)
            if rest is not None:
                return [name[:end], *rest]
    return None
