"""Whether a function is convex, by composition: sums, positive factors, squares of norms, quadratic forms, the rows of the table.

What is not seen is not claimed.  Source: Boyd & Vandenberghe, Convex Optimization, sec. 3.1.5 and 3.2.
"""

from __future__ import annotations

from derive.calculus.degree import degree
from derive.calculus.rules.curvature import CURVED, TRACES
from derive.calculus.simplify.like_terms import representative
from derive.calculus.simplify.simplify import tidy, tidy_with
from derive.expressions.build import coefficient, matmul, negate, power, transpose
from derive.expressions.nodes import Add, Call, Expr, Map, MatMul, Number, Power, Sum, Times, Transpose
from derive.expressions.properties.definite import AT_LEAST_SEMI, Definite
from derive.expressions.properties.inference import congruence_halves, definiteness, has, is_nonnegative, is_positive
from derive.expressions.sizes import is_column
from derive.values import dataclass


@dataclass(frozen=True)
class Curvature:
    """constant, affine, convex or concave, with the words of the last rule."""

    kind: str
    words: str = ""

    def flipped(self) -> Curvature:
        return Curvature({"convex": "concave", "concave": "convex"}.get(self.kind, self.kind), self.words)


def curvature(expr: Expr, names: frozenset[str]) -> Curvature | None:
    """The curvature of a scalar in the symbols named, all together; None where the rules do not tell it."""
    if not expr.free & names:
        return Curvature("constant")
    if degree(expr, names) <= 1:
        return Curvature("affine")
    match expr:
        case Add():
            return _sum([curvature(t, names) for t in expr.terms])
        case Times():
            return _multiple(expr, names)
        case Sum(body=body):
            return curvature(body, names)
        case Power(base=base, exponent=Number(value=k)):
            return _power(base, k.numerator, names) if k.denominator == 1 else None
        case MatMul() if expr.is_scalar:
            return _form(expr, names) or _product(expr.factors, names)
        case Call(name="tr", args=(arg,)):
            return _trace(arg, names)
        case Call(name="sum" | "mean", args=(Call(name="hadamard", args=(a, b)),)):
            return _product((transpose(a), b), names)
        case Call(name="sum" | "mean" as total, args=(Add(terms=terms),)):
            return _sum([curvature(tidy(Call(total, (t,))), names) for t in terms])
        case Call(name="sum" | "mean", args=(Map() as m,)):
            return _of_table(str(m.function), m.arg, names)
        case Call(name="sum" | "mean", args=(Call(name="entrypower", args=(base, Number(value=k))),)) if k % 2 == 0 and k > 0:
            return Curvature("convex", "a sum of even powers is convex") if degree(base, names) <= 1 else None
        case Map():
            return _of_table(str(expr.function), expr.arg, names)
        case Call(name="max", args=(a, b)) if expr.is_scalar:
            both = [curvature(a, names), curvature(b, names)]
            if all(c is not None and c.kind in ("constant", "affine", "convex") for c in both):
                return Curvature("convex", "a maximum of convex functions is convex")
        case Call(name=name, args=(arg,)):
            return _of_table(name, arg, names)
    return None


def _sum(parts: list[Curvature | None]) -> Curvature | None:
    kinds = {p.kind for p in parts if p is not None}
    if None in parts or {"convex", "concave"} <= kinds:
        return None
    curved = [p for p in parts if p is not None and p.kind in ("convex", "concave")]
    words = curved[0].words if len(curved) == 1 else f"a sum of {curved[0].kind} functions"
    return Curvature(curved[0].kind, words)


def _multiple(expr: Times, names: frozenset[str]) -> Curvature | None:
    outside = [f for f in expr.factors if not f.free & names]
    inside = [f for f in expr.factors if f.free & names]
    if len(inside) == 2 and representative(inside[0]) is representative(inside[1]):
        inside = [power(inside[0], 2)]  # x'y · y'x
    if len(inside) != 1:
        return None
    found = curvature(inside[0], names)
    sign = 1
    for f in outside:
        c, rest = coefficient(f)
        sign *= -1 if c < 0 else 1
        if not is_nonnegative(f if c >= 0 else negate(f)) and not is_nonnegative(rest):
            return None
    return found if found is None or sign > 0 else found.flipped()


def _power(base: Expr, k: int, names: frozenset[str]) -> Curvature | None:
    affine = degree(base, names) <= 1
    if k > 0 and k % 2 == 0:
        if affine:
            return Curvature("convex", "the square of an affine function" if k == 2 else "an even power of an affine function")
        if isinstance(base, Call) and base.name in ("norm", "norm1") and degree(base.args[0], names) <= 1:
            return Curvature("convex", "a squared norm" if k == 2 else "a power of a norm")
    if k < 0 and affine and is_positive(base):
        return Curvature("convex", "1/s is convex for s > 0")
    return None


def _form(expr: MatMul, names: frozenset[str]) -> Curvature | None:
    """u'Mu with M semidefinite and u affine, a'X⁻¹a with X positive definite."""
    found = congruence_halves(expr)
    if found is None:
        return None
    _, middle, right = found
    vector = matmul(*right)
    if middle is None or not middle.free & names:
        kind = Definite.SEMI_POSITIVE if middle is None else definiteness(middle)
        if degree(vector, names) > 1 or kind is None or kind is Definite.ZERO:
            return None
        return Curvature("convex" if kind.sign > 0 else "concave", f"a quadratic form with a {kind} matrix")
    if _inverse_of_definite(middle) and not vector.free & names:
        return Curvature("convex", "a'X⁻¹a is convex in X ≻ 0")
    return None


def _inverse_of_definite(expr: Expr) -> bool:
    return (
        isinstance(expr, Power) and isinstance(expr.exponent, Number) and expr.exponent.value == -1 and has(expr.base, "spd")
    )


def _trace(arg: Expr, names: frozenset[str]) -> Curvature | None:
    """tr(Y'MYN) with M, N semidefinite and Y affine; tr(AX⁻¹) with A semidefinite; tr g(X) of a convex g."""
    if not isinstance(arg, MatMul):
        return _trace_function(arg, names)
    if _is_entropy(arg) and all(degree(n, names) <= 1 for n in arg.factors if not isinstance(n, Call)):
        return Curvature("convex", "tr(X log X) is convex in X ≻ 0")
    for k in range(len(arg.factors)):
        factors = (*arg.factors[k:], *arg.factors[:k])
        rest, weight = factors[:-1], factors[-1]
        whole = tidy_with(matmul(*factors), [])
        if isinstance(whole, MatMul):
            found = _quadratic(whole, names)
            if found is not None:
                return Curvature(found, "a quadratic form with semidefinite matrices")
        if weight.free & names or definiteness(weight) not in AT_LEAST_SEMI:
            continue
        inner = matmul(*rest)
        if _inverse_of_definite(inner):
            return Curvature("convex", "tr(AX⁻¹) is convex in X ≻ 0")
        if isinstance(inner, MatMul):
            found = _quadratic(inner, names)
            if found is not None:
                return Curvature(found, "a quadratic form with semidefinite matrices")
    return None


def _trace_function(arg: Expr, names: frozenset[str]) -> Curvature | None:
    """tr g(X) of a symmetric affine X, convex where g is convex.  Source: Carlen, Trace inequalities and quantum entropy, th. 2.10."""
    match arg:
        case Call(name=name, args=(x,)) if name in TRACES and degree(x, names) <= 1 and has(x, TRACES[name].domain):
            return Curvature(TRACES[name].kind, TRACES[name].words)
        case Power(base=x, exponent=Number(value=k)) if k < 0 and degree(x, names) <= 1 and has(x, "spd"):
            return Curvature("convex", "tr(X⁻ᵏ) is convex in X ≻ 0" if k != -1 else "tr(X⁻¹) is convex in X ≻ 0")
        case Power(base=x, exponent=Number(value=k)) if k > 0 and k % 2 == 0 and degree(x, names) <= 1 and has(x, "symmetric"):
            return Curvature("convex", "the trace of an even power is convex")
    return None


def _is_entropy(product: MatMul) -> bool:
    """X log X with X positive definite, in one order or the other."""
    if len(product.factors) != 2:
        return False
    x, log = product.factors if isinstance(product.factors[1], Call) else product.factors[::-1]
    return isinstance(log, Call) and log.name == "logm" and log.args[0] is x and has(x, "spd")


def _quadratic(expr: MatMul, names: frozenset[str]) -> str | None:
    halves = congruence_halves(expr)
    if halves is None:
        return None
    _, middle, right = halves
    if degree(matmul(*right), names) > 1 or (middle is not None and middle.free & names):
        return None
    kind = Definite.POSITIVE if middle is None else definiteness(middle)
    if kind is None or kind is Definite.ZERO:
        return None
    return "convex" if kind.sign > 0 else "concave"


def _product(factors: tuple[Expr, ...], names: frozenset[str]) -> Curvature | None:
    """x' log(x), a' log(x) and sums of them: x'(log(x) − log(q))."""
    found = _entropy(factors, names) or _weighted(factors, names)
    place = next((k for k, f in enumerate(factors) if isinstance(f, Add)), None)
    if found is not None or place is None:
        return found
    return _sum([curvature(matmul(*factors[:place], t, *factors[place + 1:]), names) for t in factors[place].children])


def _entropy(factors: tuple[Expr, ...], names: frozenset[str]) -> Curvature | None:
    """x' log(x), x positive: each x log x is convex."""
    if len(factors) != 2 or not isinstance(factors[0], Transpose):
        return None
    for x, log in ((factors[0].arg, factors[1]), (transpose(factors[1]), transpose(factors[0]))):
        if not isinstance(log, Map) or log.function != "log":
            continue
        inside = log.arg
        if isinstance(inside, Call) and inside.name == "quotient" and not inside.args[1].free & names and is_positive(inside.args[1]):
            inside = inside.args[0]  # x log(x/q) is x log x less what is linear in x
        if inside is x and is_column(x.shape):  # where x is not positive there is no log x
            return Curvature("convex", "x log x is convex for x > 0") if degree(x, names) <= 1 else None
    return None


def _weighted(factors: tuple[Expr, ...], names: frozenset[str]) -> Curvature | None:
    """a' log(x): a sum of functions of one curvature with weights that are not negative."""
    if len(factors) != 2:
        return None
    for weights, function in ((factors[0], factors[1]), (factors[1], transpose(factors[0]))):
        if isinstance(function, Map) and not weights.free & names and is_nonnegative(weights):
            return _of_table(str(function.function), function.arg, names)
    return None


def _of_table(name: str, arg: Expr, names: frozenset[str]) -> Curvature | None:
    row = CURVED.get(name)
    if row is None:
        return None
    if row.domain == "spd" and definiteness(arg) != Definite.POSITIVE:
        return None
    if degree(arg, names) <= 1:
        return Curvature(row.kind, row.words)
    if row.monotone and arg.is_scalar:
        inner = curvature(tidy(arg), names)
        if inner is not None and inner.kind == row.kind:
            return Curvature(row.kind, f"{row.words} and nondecreasing, of a {row.kind} function")
    return None
