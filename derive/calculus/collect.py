"""Like terms, common factors, and the order in which a sum is written.

Scalars are compared in a canonical form (a scalar is its own transpose, a trace is cyclic and its own transpose), so
that h'Ax and x'Ah are one term once A' = A is known.  Sums are collected in the order of first appearance.
"""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from hashlib import blake2b
from itertools import groupby, pairwise

from derive.calculus import penrose
from derive.calculus.sums import in_front
from derive.calculus.tidy import Used, tidy, tidy_with
from derive.calculus.uniting import united
from derive.language.build import (
    ONE,
    add,
    coefficient,
    matmul,
    power,
    primes,
    scale,
    times,
    total,
    transpose,
    zero,
)
from derive.language.nodes import (
    Add,
    Call,
    Expr,
    Map,
    MatMul,
    Number,
    Power,
    Scale,
    Sum,
    Symbol,
    Times,
    Transpose,
    number,
)
from derive.language.sizes import is_column


@lru_cache(maxsize=100_000)
def fingerprint(expr: Expr) -> str:
    """A string that orders expressions and tells unequal ones apart; independent of the run."""
    match expr:
        case Symbol():
            return expr.name
        case Number(value=value):
            return str(value)
        case Transpose(arg=arg):
            return fingerprint(arg) + "'"
    head = type(expr).__name__
    match expr:
        case Call(name=name):
            head = name
        case Map(function=function, order=order):
            head = f"{function if isinstance(function, str) else function.name}.{order}"
    extra = "" if expr.children else repr(expr)
    out = f"{head}({','.join(fingerprint(c) for c in expr.children)}{extra})"
    # of bounded length: a part that occurs twice, layer for layer, would double the text each time
    return out if len(out) <= 200 else f"{out[:80]}…{blake2b(out.encode(), digest_size=16).hexdigest()}"


@lru_cache(maxsize=50_000)
def canonical(expr: Expr) -> Expr:
    """One representative of all the ways to write a scalar product or trace."""
    match expr:
        case MatMul() if expr.is_scalar:
            return min((expr, _flip(expr)), key=fingerprint)
        case Call(name="tr", args=(MatMul(factors=factors),)):
            flipped = _flip(expr.args[0])
            other = flipped.factors if isinstance(flipped, MatMul) else (flipped,)
            best = matmul(*_first_rotation(factors, other))
            return best if best.is_scalar else Call("tr", (best,))
        case Call(name="tr", args=(arg,)):
            return Call("tr", (min((arg, _flip(arg)), key=fingerprint),))
        case Call(name="inner") | Call(name="dot"):
            return Call(expr.name, tuple(sorted(expr.args, key=fingerprint)))
        case Call(name="hadamard"):
            return Call("hadamard", tuple(sorted((canonical(a) for a in expr.args), key=fingerprint)))
        case _:
            return expr


def _first_rotation(*chains: tuple[Expr, ...]) -> tuple[Expr, ...]:
    """The cyclic rotation of one of the chains whose fingerprints come first; only those that begin with the least one compete."""
    prints = [[fingerprint(f) for f in chain] for chain in chains]
    least = min(min(p) for p in prints)
    starts = ((chain, p, k) for chain, p in zip(chains, prints, strict=True) for k in range(len(p)) if p[k] == least)
    chain, _, k = min(starts, key=lambda start: start[1][start[2] :] + start[1][: start[2]])
    return chain[k:] + chain[:k]


def _flip(expr: Expr) -> Expr:
    used: Used = []
    return tidy_with(Transpose(expr), used) if not expr.is_scalar else tidy_with(_reversed(expr), used)


def _reversed(expr: Expr) -> Expr:
    assert isinstance(expr, MatMul)
    return matmul(*(transpose(f) for f in reversed(expr.factors)))


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
    for term in expr.terms:
        c, powers, body = split(term)
        key = (
            frozenset((canonical(b), e) for b, e in powers.items()),
            None if body is None else canonical(body),
        )
        if key not in coefficients:
            order.append(key)
            coefficients[key] = c
            first[key] = (powers, body)
        else:
            coefficients[key] += c
            if words is not None and used is not None:
                _tell((powers, body), first[key], words, used)
            if _plainer((powers, body), first[key]):
                first[key] = (powers, body)
    if len(order) == len(expr.terms):
        return expr
    kept = [join(coefficients[k], *first[k]) for k in order if coefficients[k]]
    return total(kept, expr.shape) if kept else zero(expr.shape)


Term = tuple[dict[Expr, Expr], Expr | None]
"""What `split` leaves beside the number."""


def _tell(term: Term, like: Term, words: list[str], used: Used) -> None:
    """Why a term is like another one: said of each part that is written in another way."""
    ours, theirs = ({*powers, *([] if body is None else [body])} for powers, body in (term, like))
    for part in ours - theirs:
        other = next(o for o in theirs if canonical(o) is canonical(part))
        said, mine = _likeness(part, other)
        words.extend(w for w in said if w not in words)
        used.extend(u for u in mine if u not in used)


def _likeness(a: Expr, b: Expr) -> tuple[tuple[str, ...], Used]:
    """The words and properties by which two scalar products, or two traces, are one."""
    if isinstance(a, Call) and isinstance(b, Call) and a.name == b.name == "tr":
        (a,), (b,) = a.args, b.args
        if b in _rotations(a):
            return ("cyclic",), []
        for start, goal in ((a, b), (b, a)):
            mine: Used = []
            flipped = tidy_with(Transpose(start), mine)
            if goal in _rotations(flipped):
                return ("tr M = tr M'", *(() if flipped is goal else ("cyclic",))), mine
    if isinstance(a, MatMul) and isinstance(b, MatMul) and a.is_scalar:
        for start, goal in ((a, b), (b, a)):
            mine = []
            if tidy_with(_reversed(start), mine) is goal:
                return ("a scalar is its own transpose",), mine
    return (), []


def _rotations(expr: Expr) -> tuple[Expr, ...]:
    factors = expr.factors if isinstance(expr, MatMul) else (expr,)
    return tuple(matmul(*factors[k:], *factors[:k]) for k in range(len(factors)))


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
    scalars_out = _common_scalars([p for _, p, _ in parts])
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
    return _common_chain(expr, parts)


def _common_number(values: list[Fraction]) -> Fraction:
    """The number that all terms share in absolute value (−1 only when every term is negative)."""
    sizes = {abs(v) for v in values}
    if len(sizes) != 1:
        return Fraction(1)
    size = sizes.pop()
    return -size if all(v < 0 for v in values) else size


def _common_scalars(powers: list[dict[Expr, Expr]]) -> dict[Expr, Expr]:
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
        elif isinstance(node, MatMul) and any(isinstance(f, Add | Sum) for f in node.factors):
            out = tidy(matmul(*(go(f) if isinstance(f, Sum) else collect(united(f)) for f in node.factors)))
        else:
            out = node
        memo[node] = out
        return out

    return tidy(go(tidy_with(expr, used)))


def in_powers(node: Expr) -> Expr:
    """A product with equal neighbours as a power: X X is X², X'X' is (X²)'."""
    if not isinstance(node, MatMul) or all(a is not b for a, b in pairwise(node.factors)):
        return node
    out: list[Expr] = []
    for letter, group in groupby(node.factors):
        k = len(list(group))
        if k > 1:
            letter = transpose(power(letter.arg, k)) if isinstance(letter, Transpose) else power(letter, k)
        out.append(letter)
    return matmul(*out)
