"""Products and linear functions of sums multiplied out where that makes them shorter: (I − UU')U is 0, s ∘ (𝟏 − y) − (𝟏 − s) ∘ y is s − y."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import gcd

from derive.calculus.simplify.collect import collect
from derive.calculus.simplify.factor import factor
from derive.calculus.simplify.laws.monomial import Monomial, monomial, written
from derive.calculus.simplify.measure import measure
from derive.calculus.simplify.simplify import tidy, tidy_with
from derive.expressions.build import add, coefficient, is_zero, matmul, power, scale, times, total, transpose, zero
from derive.expressions.functions import FUNCTIONS
from derive.expressions.nodes import Add, Call, Expr, Identity, MatMul, Number, Power, Scale, Times, Transpose, number
from derive.expressions.sizes import SCALAR, Shape, is_row

Simplify = Callable[[Expr], Expr]
MAX_TERMS = 4
MAX_FACTORS = 8
MAX_PRODUCTS = 24


def product(node: Expr, simplify: Simplify) -> Expr | None:
    """A product with a factor that is a sum, multiplied out with its neighbours where that is shorter."""
    body = node.arg if isinstance(node, Scale) else node
    if not isinstance(body, MatMul) or len(body.factors) > MAX_FACTORS:
        return None
    for k, factor_ in enumerate(body.factors):
        inside = _terms(factor_)
        if inside is None:
            continue
        for low, high in ((k - 1, k + 1), (k, k + 2), (k - 1, k + 2)):
            if low < 0 or high > len(body.factors):
                continue
            plain = [matmul(*body.factors[low:k], t, *body.factors[k + 1 : high]) for t in inside]
            opened = [simplify(tidy(t)) for t in plain]
            if not _shorter(opened, plain):
                continue
            new = _gathered(opened, (body.factors[low].shape[0], body.factors[high - 1].shape[1]))
            out = matmul(*body.factors[:low], new, *body.factors[high:])
            out = tidy(scale(node.scalar, out) if isinstance(node, Scale) else out)
            if measure(out) < measure(node) - isinstance(new, Add) or (measure(out) <= measure(node) + 1 and _rank_one(inside, opened)):
                return out
    return None


def _shorter(terms: list[Expr], plain: list[Expr]) -> bool:
    """Whether a law makes a term shorter than it is written."""
    return any(a is not b and measure(a) < measure(b) for a, b in zip(terms, plain, strict=True))


def _rank_one(inside: tuple[Expr, ...], opened: list[Expr]) -> bool:
    """Whether (I − uv')x was multiplied out, in which v'x is a number."""
    identity = any(isinstance(t, Identity) for t in inside)
    return identity and len(inside) == 2 and any(map(_is_multiple, opened))


def _is_multiple(term: Expr) -> bool:
    """Whether a term is u v'x, a number times a vector."""
    body = coefficient(term)[1]
    return isinstance(body, MatMul) and len(body.factors) > 2 and matmul(*body.factors[1:]).is_scalar


def _gathered(terms: list[Expr], shape: Shape) -> Expr:
    """Terms collected, with what they share in front."""
    whole = factor(collect(total([t for t in terms if not is_zero(t)], shape)))
    if not isinstance(whole, Add) or not is_row(shape):
        return whole
    turned = tidy_with(transpose(whole), [])
    return transpose(turned) if isinstance(turned, Add) else whole


def terms(node: Expr, simplify: Simplify) -> Expr | None:
    """A sum of products with sums in them, multiplied out where that is shorter: y − Py − P(y − Py) is y − Py for P² = P."""
    if not isinstance(node, Add) or len(node.terms) > MAX_TERMS or node.is_scalar:
        return None
    opened: list[Expr] = []
    for term in node.terms:
        c, body = coefficient(term)
        place = next((k for k, f in enumerate(body.factors) if _terms(f) is not None), None) if isinstance(body, MatMul) else None
        if place is None or not isinstance(body, MatMul):
            opened.append(term)
            continue
        inside = _terms(body.factors[place]) or ()
        opened += [scale(number(c), matmul(*body.factors[:place], t, *body.factors[place + 1 :])) for t in inside]
    plain, opened = opened, [simplify(t) for t in opened]
    if not _shorter(opened, plain):
        return None
    if len(opened) == len(node.terms) or len(opened) > MAX_PRODUCTS:
        return None
    new = collect(total([t for t in opened if not is_zero(t)], node.shape))
    return new if measure(new) < measure(node) else None


def common_end(node: Expr, simplify: Simplify) -> Expr | None:
    """B − A B with B taken out where the bracket then is shorter: H M⁻¹ − A M⁻¹ H M⁻¹ is M⁻¹ H M⁻¹ for M = I + A."""
    if not isinstance(node, Add) or len(node.terms) != 2 or node.is_scalar:
        return None
    parts = [coefficient(t) for t in node.terms]
    chains = [b.factors if isinstance(b, MatMul) else (b,) for _, b in parts]
    if any(isinstance(b, Scale) for _, b in parts):
        return None
    short, long = sorted(range(2), key=lambda k: len(chains[k]))
    n = len(chains[short])
    for right in (True, False):
        rest = chains[long][: len(chains[long]) - n] if right else chains[long][n:]
        if not rest or (chains[long][len(chains[long]) - n :] if right else chains[long][:n]) != chains[short]:
            continue
        square = matmul(*rest)
        if square.shape[0] != square.shape[1] or square.is_scalar:
            continue
        pair = {short: scale(number(parts[short][0]), Identity(square.shape[0])), long: scale(number(parts[long][0]), square)}
        bracket = add(pair[0], pair[1])
        inner = simplify(bracket)
        if inner is bracket or isinstance(inner, Add):
            continue
        new = matmul(inner, *chains[short]) if right else matmul(*chains[short], inner)
        if measure(new) < measure(node):
            return new
    return None


def _terms(factor: Expr) -> tuple[Expr, ...] | None:
    """The terms of a short sum, or of a sum transposed."""
    if isinstance(factor, Transpose) and isinstance(factor.arg, Add):
        inside = tuple(transpose(t) for t in factor.arg.terms)
    elif isinstance(factor, Add):
        inside = factor.terms
    else:
        return None
    return inside if len(inside) <= MAX_TERMS else None


def linear_function(node: Expr, simplify: Simplify) -> Expr | None:
    """A linear function of a sum, term by term where that is shorter: ⟨s − tr(s)/3 I, I⟩ is 0."""
    if not isinstance(node, Call):
        return None
    row = FUNCTIONS[node.name]
    places = [0] if row.linear else [0, 1] if row.bilinear else [] if row.linear_in is None else [row.linear_in]
    for place in places:
        arg = node.args[place]
        inside = _terms(arg)
        if inside is None:
            continue
        opened = [simplify(Call(node.name, (*node.args[:place], t, *node.args[place + 1 :]))) for t in inside]
        new = collect(total([t for t in opened if not is_zero(t)], node.shape))
        if measure(new) < measure(node) and (not isinstance(new, Add) or len(new.terms) < len(inside)):
            return new
    return None


def entries(node: Expr, simplify: Simplify) -> Expr | None:
    """A sum of products entry by entry, or of numbers, multiplied out where terms then cancel."""
    if not isinstance(node, Add) or len(node.terms) > MAX_TERMS or not any(_sums(t) for t in node.terms):
        return None
    found: dict[frozenset[tuple[Expr, Fraction]], Monomial] = {}
    count = 0
    for term in node.terms:
        for m in _expanded(monomial(term)):
            count += 1
            key = m.key()[1]
            known = found.get(key)
            found[key] = m if known is None else Monomial(known.number + m.number, known.powers)
        if count > MAX_PRODUCTS:
            return None
    kept = [m for m in found.values() if m.number]
    if len(kept) == count:
        return None
    new = _sum(kept, node)
    return new if measure(new) < measure(node) else None


def _sum(monomials: list[Monomial], like: Expr) -> Expr:
    """The monomials added up, an array that all of them are a number times of behind the sum of the numbers."""
    if not monomials:
        return zero(like.shape)
    arrays = [{b: k for b, k in m.powers.items() if not b.is_scalar} for m in monomials]
    if like.is_scalar or len(monomials) < 2 or not arrays[0] or any(a != arrays[0] for a in arrays):
        return add(*(written(m, like.shape) for m in monomials))
    numbers = [Monomial(m.number, {b: k for b, k in m.powers.items() if b.is_scalar}) for m in monomials]
    return scale(add(*(written(m, SCALAR) for m in numbers)), written(Monomial(Fraction(1), arrays[0]), like.shape))


def _sums(term: Expr) -> bool:
    match term:
        case Add():
            return True
        case Scale() | Times():
            return any(map(_sums, term.children))
        case Call(name="hadamard"):
            return any(map(_sums, term.children))
        case MatMul(factors=(Call(name="diag", args=(u,)), *rest)):
            return _sums(u) or (len(rest) == 1 and _sums(rest[0]))
        case Power(base=Add(), exponent=Number(value=k)):
            return k == 2 and term.is_scalar
        case _:
            return False


def _expanded(m: Monomial) -> list[Monomial]:
    """The monomials of a product of sums."""
    out = [Monomial(m.number, {b: k for b, k in m.powers.items() if not _opens(b, k)})]
    for base, k in m.powers.items():
        if not _opens(base, k):
            continue
        assert isinstance(base, Add)
        for _ in range(int(k)):
            out = [a * one for a in out for t in base.terms for one in _expanded(monomial(t))]
            if len(out) > MAX_PRODUCTS:
                return [m]
    return out


def _opens(base: Expr, k: Fraction) -> bool:
    return isinstance(base, Add) and k.denominator == 1 and 0 < k <= 2



def common_number(node: Expr, _: Simplify) -> Expr | None:
    """What divides the number of every term of a sum, multiplied with what stands beside it: ½(2a + 4b) is a + 2b."""
    scalars = _scalar_factors(node)
    c = next((f.value for f in scalars if isinstance(f, Number)), Fraction(1))
    body = node.arg if isinstance(node, Scale) else None
    for inside in (*(f for f in scalars if isinstance(f, Add)), *((body,) if isinstance(body, Add) else ())):
        k = _divisor([coefficient(t)[0] for t in inside.terms])
        if k == 1 or (c == 1 and not any(isinstance(f, Power) for f in scalars)):
            continue
        bare = add(*(scale(number(1 / k), t) for t in inside.terms))
        others = [f for f in scalars if f is not inside and not isinstance(f, Number)]
        front = times(number(c * k), *others, *(() if inside is body else (bare,)))
        return scale(front, bare) if inside is body else front if body is None else scale(front, body)
    return None


def reciprocal(node: Expr, _: Simplify) -> Expr | None:
    """A number multiplied with a sum that has a term divided by it: g(a/g − 1) is a − g."""
    scalars = _scalar_factors(node)
    body = node.arg if isinstance(node, Scale) else None
    sums = [f for f in (*scalars, body) if isinstance(f, Add) and len(f.terms) <= MAX_TERMS]
    inverses = [(f, power(f, -1)) for f in scalars if not isinstance(f, Number)] if sums else []
    for inside in sums:
        held = {part for t in inside.terms for part in _scalar_factors(coefficient(t)[1])}
        for factor_, below in inverses:
            if factor_ is inside or below not in held:
                continue
            opened = add(*(tidy(scale(factor_, t)) for t in inside.terms))
            others = [f for f in scalars if f is not inside and f is not factor_]
            new = scale(times(*others), opened) if inside is body or body is None else scale(times(*others, opened), body)
            if measure(new) < measure(node):
                return new
    return None


def _divisor(numbers: list[Fraction]) -> Fraction:
    """The largest number that divides all of them: 2 of 2 and 4, ½ of ½ and ½, 1 of 2 and ½."""
    if all(n.denominator == 1 for n in numbers):
        return Fraction(gcd(*(n.numerator for n in numbers)))
    sizes = {abs(n) for n in numbers}
    return sizes.pop() if len(sizes) == 1 else Fraction(1)


def _scalar_factors(node: Expr) -> tuple[Expr, ...]:
    scalar = node.scalar if isinstance(node, Scale) else node
    return scalar.factors if isinstance(scalar, Times) else (scalar,)


def number_below(node: Expr, _: Simplify) -> Expr | None:
    """A number below an entry by entry quotient in front of it: (x − y) ⊘ (2y) is ½ (x − y) ⊘ y."""
    match node:
        case Call(name="quotient", args=(a, Scale(scalar=Number(value=c), arg=b))) if c:
            return scale(number(1 / c), Call("quotient", (a, b)))
        case _:
            return None
