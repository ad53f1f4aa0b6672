"""D²f[H, K] in one form, however it was reached: multiplied out in the directions, each scalar product and trace
turned one way, like terms collected.

A product with both directions begins with the transposed first one and holds the second upright (h'Mk, tr(H'AKB)); one
with a single direction ends in it (x'Ah).  So the results of the three methods are one expression, not three.
"""

from __future__ import annotations

from derive.calculus.simplify.collect import collect
from derive.calculus.simplify.distribute import Names, multiplied_out
from derive.calculus.simplify.like_terms import fingerprint
from derive.calculus.simplify.property_reasons import property_whys
from derive.calculus.simplify.simplify import tidy, tidy_with
from derive.calculus.simplify.used import Used
from derive.derivation.derivation import Line, Step
from derive.derivation.reason import Why, joined
from derive.expressions.build import matmul, scale, subtract, terms, transpose
from derive.expressions.nodes import Call, Expr, MatMul, Scale, Symbol, Transpose
from derive.expressions.rewrite import transform
from derive.expressions.sizes import is_column, is_row
from derive.values import dataclass


@dataclass(frozen=True)
class Directions:
    """The names of the first directions H and of the second ones K (none in D²f[H, H])."""

    first: Names
    second: Names = frozenset()

    @property
    def all(self) -> Names:
        return self.first | self.second


def directions(first: tuple[Symbol, ...], second: tuple[Symbol, ...] = ()) -> Directions:
    """The directions of a second derivative, in the order in which they were taken."""
    return Directions(frozenset(s.name for s in first), frozenset(s.name for s in second))


def turned(expr: Expr, along: Directions, words: list[str]) -> Expr:
    """Each scalar product, trace and inner product with a direction turned the one way.

    along  the two directions
    words  what is said of it is appended
    """

    def visit(e: Expr) -> Expr:
        if not (e.free & along.all):
            return e
        match e:
            case Call(name="inner" | "dot", args=(a, b)):
                product = tidy(matmul(transpose(b), a) if b.free & along.first else matmul(transpose(a), b))
                _noted(e, product, "⟨u, v⟩ = u'v" if product.is_scalar else "⟨M, N⟩ = tr(M'N)", words)
                if product.is_scalar:
                    return visit(product)
                return visit(Call("tr", (product,)))
            case MatMul() if e.is_scalar:
                return _noted(e, _scalar(e, along), "a scalar is its own transpose", words)
            case Call(name="tr", args=(arg,)):
                return _trace(arg, along, words)
        return e

    return transform(expr, visit)


def _noted(old: Expr, new: Expr, word: str, words: list[str]) -> Expr:
    if new is not old and word not in words:
        words.append(word)
    return new


def _places(factors: tuple[Expr, ...], names: Names) -> list[tuple[int, bool, bool]]:
    """(position, transposed, symmetric) of the factors that are directions."""
    out = []
    for k, f in enumerate(factors):
        symbol = f.arg if isinstance(f, Transpose) else f
        if isinstance(symbol, Symbol) and symbol.name in names:
            out.append((k, isinstance(f, Transpose), "symmetric" in symbol.has))
    return out


def _factors(expr: Expr) -> tuple[Expr, ...]:
    return expr.factors if isinstance(expr, MatMul) else (expr,)


def _reverse(expr: Expr) -> Expr:
    return tidy(matmul(*(transpose(f) for f in reversed(_factors(expr)))))


def _rank(factors: tuple[Expr, ...], along: Directions) -> tuple[int, int, int]:
    """What is smaller is written: with both directions H transposed, K upright, H before K; one direction upright."""
    first, second = _places(factors, along.first), _places(factors, along.second)
    if first and second:
        return (
            sum(not t and not s for _, t, s in first) + sum(t for _, t, _ in second), 0,
            int(first[0][0] > second[0][0]),
        )
    single = first or second
    return (sum(t for _, t, _ in single), 0, 0)


def _scalar(expr: MatMul, along: Directions) -> Expr:
    back = _reverse(expr)
    if len(_places(expr.factors, along.all)) > 1 and not (along.second and _places(expr.factors, along.second)):
        return expr  # h'Ah, of one direction, stays as it is
    return min((expr, back), key=lambda e: _rank(_factors(e), along))


def _trace(arg: Expr, along: Directions, words: list[str]) -> Expr:
    first, second = _places(_factors(arg), along.first), _places(_factors(arg), along.second)
    whole = Call("tr", (arg,))
    if not isinstance(arg, MatMul) or not (first or second) or len(first) + len(second) > (2 if first and second else 1):
        return whole
    flat = _rank_one(arg.factors)
    if flat is not None:
        return _noted(whole, _scalar(flat, along), "cyclic", words)
    back = tidy(Transpose(arg))
    chosen = min((arg, back), key=lambda e: (_rank(_factors(e), along)[0], _primes(e), e is not arg))
    if chosen is not arg:
        _noted(arg, chosen, "tr M = tr M'", words)
    factors = _factors(chosen)
    here = _places(factors, along.first) or _places(factors, along.second)
    if not here:
        return whole
    (k, transposed, _) = here[0]
    start = k if transposed else k + 1
    rotated = matmul(*factors[start:], *factors[:start])
    if rotated is not chosen:
        _noted(chosen, rotated, "cyclic", words)
    return rotated if rotated.is_scalar else Call("tr", (rotated,))


def _rank_one(factors: tuple[Expr, ...]) -> MatMul | None:
    """x'H'Kx of tr(H'K x x'): a column beside a row, around the corner too."""
    for k in range(len(factors)):
        if is_column(factors[k - 1].shape) and is_row(factors[k].shape):
            product = matmul(*factors[k:], *factors[:k])
            return product if isinstance(product, MatMul) and product.is_scalar else None
    return None


def _primes(expr: Expr) -> int:
    return sum(isinstance(f, Transpose) for f in _factors(expr))


def normal(expr: Expr, along: Directions) -> tuple[Expr, Why]:
    """The one form of a scalar D²f[H, K], and the reasons that were used."""
    words: list[str] = []
    used: Used = []
    opened = multiplied_out(expr, along.all)
    clean = tidy_with(turned(opened, along, words), used)
    merged = tidy(collect(tidy(turned(clean, along, words)), words, used))
    whys: list[Why] = [(w,) for w in words]
    whys.extend(property_whys(used))
    return merged, joined(whys)


def finish(lines: list[Line], along: Directions, quantity: str, always: bool, like: Expr | None = None) -> list[Line]:
    """The lines of a scalar D²f[H, K] ending in its one form.

    quantity  of the lines that are added
    always    also where the form at hand is shorter (methods are to be compared)
    like      the result of another method: the same terms are written in its order
    """
    last = lines[-1].expr
    after, why = normal(last, along)
    other = False
    if like is not None and same_value(after, like):
        other = not same_terms(after, like)
        after = like
    if after is last:
        return lines
    if not always and _size(after) >= _size(last):
        return lines
    steps = (Step(last, after, "collect", ()),)
    said = why or (_told_alike(last, after) if after is like else ("collect",))
    merely = not other and len(terms(after)) == len(terms(last)) and not any(isinstance(p, Symbol | Transpose) for p in why)
    if merely and len(lines) > 1 and lines[-1].steps and not _calls(last, "inner") and lines[-1].left is None:
        # what only moves a factor is part of the line
        old = lines[-1]
        lines[-1] = Line(after, old.rule, joined([old.why, why]) if why else old.why, old.quantity, old.left, steps=(*old.steps, *steps))
        return lines
    lines.append(Line(after, "collect", said, quantity, steps=steps))
    return lines


def _told_alike(a: Expr, b: Expr) -> Why:
    """By which laws two sums have the same terms: what is said where like terms of their difference cancel."""
    words: list[str] = []
    used: Used = []
    collect(subtract(a, b), words, used)
    return joined([*((w,) for w in words), *property_whys(used)]) or ("the same terms, written otherwise",)


def same_value(a: Expr, b: Expr) -> bool:
    """Whether two forms are the same terms, or become so when constant sums are multiplied out too."""
    if a is b or same_terms(a, b):
        return True
    from derive.calculus import algebra

    return algebra.equal(a, b)


def same_terms(a: Expr, b: Expr) -> bool:
    """Whether two sums have the same terms, in whatever order."""
    return sorted(map(fingerprint, terms(a))) == sorted(map(fingerprint, terms(b)))


def _calls(expr: Expr, name: str) -> bool:
    return (isinstance(expr, Call) and expr.name == name) or any(_calls(c, name) for c in expr.children)


def _size(expr: Expr) -> int:
    return 1 if not expr.children else 1 + sum(_size(c) for c in expr.children)


def applied(expr: Expr, along: Directions) -> Expr:
    """Hess[K] with its scalar products of the direction turned one way and collected: (2 x'Ak) Ax for (k'Ax + x'Ak) Ax."""
    words: list[str] = []

    def visit(e: Expr) -> Expr:
        if not isinstance(e, Scale) or not (e.scalar.free & along.all):
            return e
        scalar = multiplied_out(e.scalar, along.all)
        clean = tidy_with(turned(scalar, along, words), [])
        return scale(tidy(collect(tidy(turned(clean, along, words)))), e.arg)

    return tidy(transform(expr, visit))
