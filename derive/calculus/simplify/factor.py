"""Common factors of terms taken out: numbers, scalars, matrices at either end."""

from __future__ import annotations

from fractions import Fraction
from math import gcd

from derive.calculus.simplify.collect import collect
from derive.calculus.simplify.measure import measure
from derive.calculus.simplify.signs import all_opened, positive_first
from derive.calculus.simplify.simplify import tidy
from derive.calculus.simplify.terms import join, split
from derive.expressions.build import ONE, add, coefficient, entry_product, matmul, on_diagonal, scale, terms, transpose
from derive.expressions.functions import FUNCTIONS
from derive.expressions.nodes import Add, Call, Expr, Identity, MatMul, Number, Scale, Transpose, Where, number
from derive.expressions.properties.symmetry import is_symmetric
from derive.expressions.sizes import ONE as ONE_SIZE

Key = tuple[Expr | None, tuple[Expr, ...], str, tuple[Expr, ...], tuple[Expr, ...]]
"""The scalar in front but for its number, the factors before, the function and its other arguments, the factors behind."""


def factor(expr: Expr) -> Expr:
    """A sum with its common factors taken out where that makes it shorter."""
    if not isinstance(expr, Add):
        return expr
    parts = [split(t) for t in expr.terms]
    scalars_out = common_scalars([p for _, p, _ in parts])
    number_out = common_number([c for c, _, _ in parts], bool(scalars_out))
    if number_out != 1 or scalars_out:
        inner = []
        for c, powers, body in parts:
            left = dict(powers)
            for base, exponent in scalars_out.items():
                if left[base] is exponent:
                    del left[base]
                else:
                    left[base] = _difference(left[base], exponent)
            inner.append(tidy(join(c / number_out, left, body)))
        return scale(join(number_out, scalars_out, None), factor(add(*inner)))
    if expr.is_scalar:
        return expr
    if len({body for _, _, body in parts}) < len(parts) and (together := by_body(expr)) is not None:
        return together
    if len({body for _, _, body in parts}) == 1 and any(isinstance(b, Add) for _, powers, _ in parts for b in powers):
        from derive.calculus.algebra import simplify_scalar

        return scale(simplify_scalar(add(*(join(c, powers, None) for c, powers, _ in parts))), parts[0][2] or ONE)
    return _common_chain(expr, parts)


def by_body(expr: Add) -> Expr | None:
    """2I + (2n − 4)A for 2I − 4A + 2nA: numbers in front of one matrix added up, none of them a sum; None where there are no such terms."""
    groups: dict[Expr | None, list[Expr]] = {}
    for c, powers, body in map(split, expr.terms):
        if body is None or any(isinstance(base, Add) for base in powers):
            return None
        groups.setdefault(body, []).append(join(c, powers, None))
    if len(groups) == len(expr.terms):
        return None
    return add(*(scale(factor(positive_first(add(*scalars))), body) for body, scalars in groups.items() if body is not None))


def common_number(values: list[Fraction], beside: bool) -> Fraction:
    """The number that all terms share in absolute value (−1 only when every term is negative); where a scalar stands in front already,
    `beside`, the largest whole number that divides all."""
    sizes = {abs(v) for v in values}
    if len(sizes) != 1:
        whole = [size.numerator for size in sizes if size.denominator == 1]
        return Fraction(gcd(*whole) if beside and len(whole) == len(sizes) else 1)
    size = sizes.pop()
    return -size if all(v < 0 for v in values) else size


def common_scalars(powers: list[dict[Expr, Expr]]) -> dict[Expr, Expr]:
    """The scalars that all terms have, each to a power that can be taken out of all."""
    out: dict[Expr, Expr] = {}
    for base, exponent in powers[0].items():
        found = [p.get(base) for p in powers]
        if any(e is None for e in found):
            continue
        if all(isinstance(e, Number) for e in found):
            values = [e.value for e in found if isinstance(e, Number)]
            if all(v > 0 for v in values):
                out[base] = number(min(values))
            elif all(v < 0 for v in values):
                out[base] = number(max(values))
        elif all(e is exponent for e in found):
            out[base] = exponent
        elif (largest := _largest([e for e in found if e is not None])) is not None:
            out[base] = largest
    return out


def _difference(a: Expr, b: Expr) -> Expr:
    return collect(tidy(add(a, *(scale(number(-1), t) for t in terms(b)))))


def _largest(exponents: list[Expr]) -> Expr | None:
    """The largest of p − 2, p − 4, …, which differ by numbers; None where others do."""
    above = [_difference(e, exponents[0]) for e in exponents]
    values = [d.value for d in above if isinstance(d, Number)]
    return exponents[values.index(max(values))] if len(values) == len(exponents) else None


def _common_chain(expr: Add, parts: list[tuple[Fraction, dict[Expr, Expr], Expr | None]]) -> Expr:
    """(A + A')x from Ax + A'x: the common factors of matrix products at one end."""
    chains = [_factors(body) for _, _, body in parts]
    shortest = min(len(c) for c in chains)
    left, right = _shared(chains), _shared([c[::-1] for c in chains])
    if not left and not right:
        return expr
    both = _common_on_both_sides(expr, parts, chains, min(left, right))
    if both is not None:
        return both
    sides = [("right", right)] if right >= left else [("left", left)]
    side, count = sides[0]
    if all(len(c) == count for c in chains):
        return expr
    inner: list[Expr] = []
    for (c, powers, _), chain in zip(parts, chains, strict=True):
        rest = chain[: len(chain) - count] if side == "right" else chain[count:]
        inner.append(join(c, powers, matmul(*rest) if rest else _identity(chain, side)))
    if any(t.is_scalar or t.shape != inner[0].shape for t in inner):
        return expr
    bracket = factor(positive_first(united(collect(all_opened(inner)))))
    common = chains[0][len(chains[0]) - count :] if side == "right" else chains[0][:count]
    whole = matmul(bracket, *common) if side == "right" else matmul(*common, bracket)
    return expr if count == shortest and (count < 2 or measure(whole) >= measure(expr)) else whole


def _shared(chains: list[tuple[Expr, ...]]) -> int:
    """With how many equal factors all chains begin."""
    count = 0
    while count < min(map(len, chains)) and len({id(c[count]) for c in chains}) == 1:
        count += 1
    return count


def _common_on_both_sides(
    expr: Add, parts: list[tuple[Fraction, dict[Expr, Expr], Expr | None]], chains: list[tuple[Expr, ...]], most: int
) -> Expr | None:
    """A'(I − xx')A from A'A − A'xx'A: of a symmetric sum what its products have at one end and, transposed, at the other; None where
    there is no such factor.  At most `most` factors stand at each end of all products."""
    count = min(most, min(map(len, chains)) // 2)
    chain = chains[0]
    while count and any(tidy(transpose(chain[k])) is not chain[-1 - k] for k in range(count)):
        count -= 1
    if not count or all(len(c) == 2 * count for c in chains) or not is_symmetric(expr):
        return None
    inner = [
        join(number_, powers, matmul(*c[count:-count]) if len(c) > 2 * count else Identity(c[count].shape[0]))
        for (number_, powers, _), c in zip(parts, chains, strict=True)
    ]
    if any(t.is_scalar or t.shape != inner[0].shape for t in inner):
        return None
    return matmul(*chain[:count], factor(positive_first(united(collect(add(*inner))))), *chain[-count:])


def _identity(chain: tuple[Expr, ...], side: str) -> Expr:
    """What is left of a product of which everything is taken out."""
    size = chain[0].shape[0] if side == "right" else chain[-1].shape[1]
    return ONE if size == ONE_SIZE else Identity(size)


def _factors(body: Expr | None) -> tuple[Expr, ...]:
    if body is None:
        return ()
    return body.factors if isinstance(body, MatMul) else (body,)


def united(expr: Expr) -> Expr:
    """The sum with such terms put together, each where the first of them stood."""
    if not isinstance(expr, Add):
        return expr
    expr = _cases(expr)
    if not isinstance(expr, Add):
        return expr
    groups: dict[Key | Expr, list[Expr]] = {}  # by what stands around: two terms may have one argument
    for term in expr.terms:
        key, part = _linear(term) or (term, term)
        groups.setdefault(key, []).append(part)
    if len(groups) == len(expr.terms):
        return expr
    out = [add(*parts) if isinstance(key, Expr) else _call(key, add(*parts)) for key, parts in groups.items()]
    return add(*out)


def _linear(term: Expr) -> tuple[Key, Expr] | None:
    """A term whose only factor of that kind is a linear function, and its argument with the term's number."""
    c, rest = coefficient(term)
    scalar, body = (rest.scalar, rest.arg) if isinstance(rest, Scale) else (None, rest)
    factors = body.factors if isinstance(body, MatMul) else (body,)
    places = [k for k, f in enumerate(factors) if isinstance(f, Call) and FUNCTIONS[f.name].unites]
    if len(places) != 1:
        return None
    (k,) = places
    call = factors[k]
    assert isinstance(call, Call)
    place = FUNCTIONS[call.name].linear_in or 0
    argument = call.args[place] if c == 1 else scale(number(c), call.args[place])
    others = tuple(a for n, a in enumerate(call.args) if n != place)
    return (scalar, factors[:k], call.name, others, factors[k + 1 :]), argument


def _call(key: Key, argument: Expr) -> Expr:
    scalar, before, name, others, behind = key
    inner = factor(positive_first(collect(tidy(argument))))
    if isinstance(inner, Add) and isinstance(inner.terms[0], Transpose) and inner.terms[0].arg in inner.terms:
        inner = add(inner.terms[0].arg, *(t for t in inner.terms if t is not inner.terms[0].arg))
    place = FUNCTIONS[name].linear_in or 0
    args = (*others[:place], inner, *others[place:])
    product = matmul(*before, Call(name, args), *behind)
    return tidy(product if scalar is None else scale(scalar, product))


def _cases(expr: Add) -> Expr:
    """{2x if x > a, a otherwise} for 2x ∘ {1 if x > a, 0 otherwise} + a ∘ {0 if x > a, 1 otherwise}: the cases of one condition."""
    found = [_case(t) for t in expr.terms]
    out: list[Expr] = []
    for k, (term, case) in enumerate(zip(expr.terms, found, strict=True)):
        alike = [c for c in found if c is not None and case is not None and c.condition is case.condition]
        if case is None or len(alike) == 1:
            out.append(term)
        elif all(c is None or c.condition is not case.condition for c in found[:k]):
            out.append(tidy(Where(case.condition, add(*(c.then for c in alike)), add(*(c.otherwise for c in alike)))))
    return add(*out)


def _case(term: Expr) -> Where | None:
    """A term by cases, what multiplies it entry by entry put into each case."""
    scalar, body = (term.scalar, term.arg) if isinstance(term, Scale) else (None, term)
    inside: tuple[Expr, ...]
    match body:
        case Where():
            case, inside = body, (body.then, body.otherwise)
        case Call(name="hadamard", args=(a, Where() as case)) | Call(name="hadamard", args=(Where() as case, a)):
            inside = tuple(entry_product(a, value) for value in (case.then, case.otherwise))
        case MatMul(factors=(diagonal, Where() as case)) if on_diagonal(diagonal) is not None:
            inside = tuple(matmul(diagonal, value) for value in (case.then, case.otherwise))
        case _:
            return None
    if not case.condition.is_scalar and case.condition.shape != body.shape:
        return None
    then, otherwise = (tidy(value if scalar is None else scale(scalar, value)) for value in inside)
    return Where(case.condition, then, otherwise)
