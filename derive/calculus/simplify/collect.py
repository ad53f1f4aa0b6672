"""Like terms, common factors, and the order in which a sum is written.

Scalars are compared in a canonical form (a scalar is its own transpose, a trace is cyclic and its own transpose), so
that h'Ax and x'Ah are one term once A' = A is known.  Sums are collected in the order of first appearance.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import groupby, pairwise

from derive.calculus.simplify.index_sums import in_front
from derive.calculus.simplify.laws import pseudo_inverse as penrose
from derive.calculus.simplify.laws.functions import unclashed
from derive.calculus.simplify.like_terms import Term, canonical, signed, tell
from derive.calculus.simplify.simplify import Used, tidy, tidy_with
from derive.calculus.uniting import united
from derive.expressions.build import ONE, add, coefficient, matmul, power, primes, scale, times, total, transpose, zero
from derive.expressions.nodes import Add, Call, Expr, Map, MatMul, Number, Power, Scale, Sum, Times, Transpose, number
from derive.expressions.sizes import is_column


def split(term: Expr) -> tuple[Fraction, dict[Expr, Expr], Expr | None]:
    """A term as number · Π base^exponent · body: the body is None for a scalar."""
    c, rest = coefficient(term)
    if isinstance(rest, Scale):
        scalars: Expr = rest.scalar
        body: Expr | None = rest.arg
    elif rest.is_scalar:
        scalars, body = rest, None
    else:
        scalars, body = ONE, rest
    powers: dict[Expr, Expr] = {}
    for f in scalars.factors if isinstance(scalars, Times) else (scalars,):
        if f is ONE:
            continue
        base, exponent = (f.base, f.exponent) if isinstance(f, Power) and f.is_scalar else (f, ONE)
        powers[base] = exponent if base not in powers else tidy(add(powers[base], exponent))
    return c, powers, body


def join(c: Fraction, powers: dict[Expr, Expr], body: Expr | None) -> Expr:
    scalars = times(number(c), *(power(b, e) if e is not ONE else b for b, e in powers.items() if not _is_zero(e)))
    return scalars if body is None else scale(scalars, body)


def _is_zero(exponent: Expr) -> bool:
    return isinstance(exponent, Number) and exponent.value == 0


def collect(expr: Expr, words: list[str] | None = None, used: Used | None = None) -> Expr:
    """Like terms of a sum added up, in the order in which each first appears.

    words, used  what made terms alike that were not written alike is appended: x'Ah and h'Ax are one where A' = A
    """
    if not isinstance(expr, Add):
        return expr
    opened = _opened(expr)
    if opened is not None:
        return opened
    order: list[object] = []
    coefficients: dict[object, Fraction] = {}
    first: dict[object, tuple[dict[Expr, Expr], Expr | None]] = {}
    signs: dict[object, int] = {}
    for term in expr.terms:
        c, powers, body = split(term)
        sign, alike = signed(powers, body)
        key = (
            frozenset((canonical(b), e) for b, e in alike[0].items()),
            None if alike[1] is None else canonical(alike[1]),
        )
        if key not in coefficients:
            order.append(key)
            coefficients[key] = c
            first[key] = (powers, body)
            signs[key] = sign
        else:
            coefficients[key] += c * sign * signs[key]
            if words is not None and used is not None:
                tell((powers, body), first[key], words, used)
            if _plainer((powers, body), first[key]):
                first[key] = (powers, body)
    if len(order) == len(expr.terms):
        return expr
    kept = [join(coefficients[k], *first[k]) for k in order if coefficients[k]]
    return total(kept, expr.shape) if kept else zero(expr.shape)



def _plainer(new: Term, old: Term) -> bool:
    """Whether the term is the same product of vectors with fewer transposes in it: h'Ah for h'A'h."""
    (a, *more), (b, *others) = (tuple(powers) or (ONE,) for powers, _ in (new, old))
    if more or others or not isinstance(a, MatMul) or not isinstance(b, MatMul) or a.factors[-1] is not b.factors[-1]:
        return False
    return primes(a) < primes(b)


def _opened(expr: Add) -> Expr | None:
    """(U - A)' + U - A with the transpose of the sum multiplied out, where terms then come together."""
    flipped = [t for t in expr.terms if isinstance(t, Transpose) and isinstance(t.arg, Add)]
    if not flipped:
        return None
    terms: list[Expr] = []
    for t in expr.terms:
        if t in flipped and isinstance(t, Transpose) and isinstance(t.arg, Add):
            terms.extend(tidy_with(transpose(u), []) for u in t.arg.terms)
        else:
            terms.append(t)
    collected = collect(add(*terms))
    count = len(collected.terms) if isinstance(collected, Add) else 1
    return collected if count < len(terms) else None


def only_factored(before: Expr, after: Expr) -> bool:
    """Whether nothing was done to a sum but to write a number, or a factor of every term, outside it."""
    rest = coefficient(after)[1]
    if isinstance(rest, MatMul):
        sums = [f for f in rest.factors if isinstance(f, Add)]
        rest = sums[0] if len(sums) == 1 else rest
    return after is not before and isinstance(before, Add) and isinstance(rest, Add) and len(rest.terms) == len(before.terms)


def positive_first(expr: Expr) -> Expr:
    """A sum that begins with a positive term where it has one."""
    if not isinstance(expr, Add) or coefficient(expr.terms[0])[0] > 0:
        return expr
    for k, term in enumerate(expr.terms):
        if coefficient(term)[0] > 0:
            return add(term, *expr.terms[:k], *expr.terms[k + 1 :])
    return expr


def factor(expr: Expr) -> Expr:
    """A sum with its common factors taken out where that makes it shorter."""
    if not isinstance(expr, Add):
        return expr
    parts = [split(t) for t in expr.terms]
    number_out = _common_number([c for c, _, _ in parts])
    scalars_out = common_scalars([p for _, p, _ in parts])
    if number_out != 1 or scalars_out:
        inner = []
        for c, powers, body in parts:
            left = dict(powers)
            for base, exponent in scalars_out.items():
                if left[base] is exponent:
                    del left[base]
                else:
                    left[base] = tidy(add(left[base], scale(number(-1), exponent)))
            inner.append(tidy(join(c / number_out, left, body)))
        return scale(join(number_out, scalars_out, None), factor(add(*inner)))
    if expr.is_scalar:
        return expr
    if len({body for _, _, body in parts}) == 1 and any(isinstance(b, Add) for _, powers, _ in parts for b in powers):
        from derive.calculus.algebra import simplify_scalar

        return scale(simplify_scalar(add(*(join(c, powers, None) for c, powers, _ in parts))), parts[0][2] or ONE)
    return _common_chain(expr, parts)


def _common_number(values: list[Fraction]) -> Fraction:
    """The number that all terms share in absolute value (−1 only when every term is negative)."""
    sizes = {abs(v) for v in values}
    if len(sizes) != 1:
        return Fraction(1)
    size = sizes.pop()
    return -size if all(v < 0 for v in values) else size


def common_scalars(powers: list[dict[Expr, Expr]]) -> dict[Expr, Expr]:
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
    return out


def _common_chain(expr: Add, parts: list[tuple[Fraction, dict[Expr, Expr], Expr | None]]) -> Expr:
    """(A + A')x from Ax + A'x: the common factors of matrix products at one end."""
    chains = [_factors(body) for _, _, body in parts]
    shortest = min(len(c) for c in chains)
    if shortest == 0:
        return expr
    right = 0
    while right < shortest and len({id(c[len(c) - 1 - right]) for c in chains}) == 1:
        right += 1
    left = 0
    while left < shortest and len({id(c[left]) for c in chains}) == 1:
        left += 1
    if not left and not right:
        return expr
    sides = [("right", right)] if right >= left else [("left", left)]
    side, count = sides[0]
    inner: list[Expr] = []
    for (c, powers, _), chain in zip(parts, chains, strict=True):
        rest = chain[: len(chain) - count] if side == "right" else chain[count:]
        if not rest:
            return expr
        inner.append(join(c, powers, matmul(*rest)))
    if any(t.is_scalar for t in inner):
        return expr
    bracket = factor(positive_first(united(collect(add(*inner)))))
    common = chains[0][len(chains[0]) - count :] if side == "right" else chains[0][:count]
    return matmul(bracket, *common) if side == "right" else matmul(*common, bracket)


def _factors(body: Expr | None) -> tuple[Expr, ...]:
    if body is None:
        return ()
    return body.factors if isinstance(body, MatMul) else (body,)


def _softmax(expr: Expr) -> Expr:
    """exp(u) / sum(exp(u)) is softmax(u)."""
    if not isinstance(expr, Scale) or not isinstance(expr.arg, Map) or expr.arg.function != "exp" or not is_column(expr.arg.shape):
        return expr
    below = power(Call("sum", (expr.arg,)), -1)
    factors = expr.scalar.factors if isinstance(expr.scalar, Times) else (expr.scalar,)
    if below not in factors:
        return expr
    return scale(times(*(f for f in factors if f is not below)), Call("softmax", (expr.arg.arg,)))


def _together(factor: Expr) -> Expr:
    """The like terms of a factor that is a sum, or a sum transposed."""
    if isinstance(factor, Transpose) and isinstance(factor.arg, Add):
        inside = collect(united(factor.arg))
        return factor if inside is factor.arg else transpose(inside)
    return collect(united(factor)) if isinstance(factor, Add) else factor


def neat(expr: Expr, used: Used) -> Expr:
    """Properties used, like terms collected, common factors out: how a result is written."""
    memo: dict[Expr, Expr] = {}

    def go(node: Expr) -> Expr:
        found = memo.get(node)
        if found is not None:
            return found
        if isinstance(node, Add):
            out = collect(united(add(*(go(t) for t in node.terms))))
            out = factor(positive_first(penrose.gathered(out) if isinstance(out, Add) else out))
        elif isinstance(node, Sum):
            out = in_front(Sum(node.index, node.lower, node.upper, go(node.body)))
        elif isinstance(node, Scale):
            out = _softmax(tidy(scale(node.scalar, go(node.arg))))
        elif isinstance(node, MatMul):
            inside = [go(f) if isinstance(f, Sum) else _together(f) for f in node.factors]
            out = node if all(x is y for x, y in zip(inside, node.factors, strict=True)) else tidy(matmul(*inside))
        else:
            out = node
        memo[node] = out
        return out

    return unclashed(tidy(go(tidy_with(expr, used))))


def in_powers(node: Expr) -> Expr:
    """A product with equal neighbours as a power: X X is X², X'X' is (X²)'; an exponent that begins with a positive term."""
    if isinstance(node, Power) and isinstance(node.exponent, Add):
        return power(node.base, positive_first(node.exponent))
    if not isinstance(node, MatMul) or all(a is not b for a, b in pairwise(node.factors)):
        return node
    out: list[Expr] = []
    for letter, group in groupby(node.factors):
        k = len(list(group))
        if k > 1:
            letter = transpose(power(letter.arg, k)) if isinstance(letter, Transpose) else power(letter, k)
        out.append(letter)
    return matmul(*out)
