"""What the pseudo-inverse cancels: X X⁺ X = X, X⁺ X X⁺ = X⁺, X X⁺ and X⁺ X symmetric (Penrose's four equations).

Source: Penrose (1955), A generalized inverse for matrices; Magnus & Neudecker, Matrix Differential Calculus, ch. 2.
"""

from __future__ import annotations

from derive.expressions.build import MINUS_ONE, matmul, power, scale, transpose
from derive.expressions.nodes import Add, Call, Expr, Identity, MatMul, Transpose
from derive.expressions.properties.inference import has

Found = tuple[tuple[Expr, ...], str, Expr]
"""The factors that are left, the property that was used, the matrix whose it is; no factors at all: the product is 0."""

ZERO: tuple[Expr, ...] = ()


def shorter(factors: tuple[Expr, ...], used: list[tuple[str, Expr]]) -> tuple[Expr, ...] | None:
    """The factors of a shorter product of the same value by one of the equations, which is noted; () for 0, None without one."""
    if not any(isinstance(f, Call) and f.name == "pinv" for f in factors):
        return None
    found = _cancelled(factors)
    if found is None:
        return None
    left, name, symbol = found
    if (name, symbol) not in used:
        used.append((name, symbol))
    return left


def _cancelled(factors: tuple[Expr, ...]) -> Found | None:
    for k in range(len(factors) - 1):
        for count, rule in ((3, _three), (2, _two)):
            found = rule(*factors[k : k + count]) if k + count <= len(factors) else None
            if found is not None:
                left, name, symbol = found
                return (*factors[:k], *left, *factors[k + count :]) if left else ZERO, name, symbol
    return None


def pinv(x: Expr) -> Expr:
    out: Expr = power(x, -1) if x.is_scalar else Call("pinv", (x,))
    return out


def inverts(a: Expr, b: Expr) -> Expr | None:
    """X when a and b are X and X⁺ in one order or the other."""
    if b is pinv(a):
        return a
    return b if a is pinv(b) else None


def _three(a: Expr, b: Expr, c: Expr) -> Found | None:
    if a is c:
        x = inverts(a, b)
        return None if x is None else ((a,), "penrose", _plain(a, b))
    if inverts(a, b) is not None and c in (transpose(b), _turned(b)):
        return (c,), "penrose", _plain(a, b)
    if inverts(b, c) is not None and a in (transpose(b), _turned(b)):
        return (a,), "penrose", _plain(b, c)
    return None


def _two(a: Expr, b: Expr) -> Found | None:
    x = inverts(a, b)
    if x is not None:
        if isinstance(x, Transpose):
            return (pinv(x.arg), x.arg) if a is x else (x.arg, pinv(x.arg)), "penrose-symmetric", x.arg
        if (a is pinv(b) and has(b, "full-column-rank")) or (b is pinv(a) and has(a, "full-row-rank")):
            return (Identity(a.shape[0]),), "penrose-rank", x
        return None
    for projection, beside, left in ((a, b, False), (b, a, True)):
        pair = complement(projection)
        if pair is None:
            continue
        first, last = pair
        gone = (first, _turned(last), transpose(last)) if not left else (last, _turned(first), transpose(first))
        if beside in gone:
            return ZERO, "penrose", _plain(first, last)
    return None


def complement(expr: Expr) -> tuple[Expr, Expr] | None:
    """(A, B) of I − AB where A and B are X and X⁺."""
    if not isinstance(expr, Add) or len(expr.terms) != 2 or not isinstance(expr.terms[0], Identity):
        return None
    product = scale(MINUS_ONE, expr.terms[1])
    if not isinstance(product, MatMul) or len(product.factors) != 2 or inverts(*product.factors) is None:
        return None
    return product.factors[0], product.factors[1]


def _plain(a: Expr, b: Expr) -> Expr:
    x = inverts(a, b)
    assert x is not None
    return x.arg if isinstance(x, Transpose) else x


def _turned(x: Expr) -> Expr:
    """(X')⁺ for X⁺, as the transpose of a pseudo-inverse is written."""
    return pinv(transpose(x.args[0])) if isinstance(x, Call) and x.name == "pinv" else transpose(x)


def said(name: str, x: Expr) -> tuple[str | Expr, ...]:
    """The equation that was used."""
    if name == "penrose-rank":
        return (matmul(pinv(x), x) if has(x, "full-column-rank") else matmul(x, pinv(x)), " = I")
    if name == "penrose-symmetric":
        product = matmul(x, pinv(x))
        return (transpose(product), " = ", product)
    return (matmul(x, pinv(x), x), " = ", x)
