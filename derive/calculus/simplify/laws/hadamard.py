"""Products, quotients and powers entry by entry as one monomial: what stands above and below at once is cancelled.

(X ∘ K) ⊘ (X ∘ X) is K ⊘ X, 1 ⊘ (p ⊘ q) is q ⊘ p, diag(1 ⊘ s) diag(s) is I: where a quotient has a value, nothing that is
divided by is 0.  Products without a quotient or a power of a power stay as they are written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from derive.expressions.build import ONE, add, entry_product, is_zero, matmul, on_diagonal, power, scale, times, transpose
from derive.expressions.nodes import Add, Call, Compare, Expr, Identity, Map, MatMul, Number, Ones, Scale, Transpose, Where, number
from derive.expressions.sizes import is_column

Part = tuple[Expr, int]
"""A factor and the power in which it stands in every entry."""


def cancelled(expr: Expr) -> Expr | None:
    """The same value in fewer factors; None where nothing cancels."""
    if expr.is_scalar or not _divisions(expr):
        return None
    scalars: list[Expr] = []
    exponents: dict[Expr, int] = {}
    written = 0
    for base, k in _parts(expr, 1):
        if base.is_scalar:
            scalars.append(base if k == 1 else power(base, k))
        else:
            written += abs(k)
            exponents[base] = exponents.get(base, 0) + k
    out = _rebuilt({b: k for b, k in exponents.items() if k}, expr)
    if sum(map(abs, exponents.values())) == written and _divisions(out) >= _divisions(expr):
        return None
    return scale(times(*scalars), out) if scalars else out


def joined(left: Expr, right: Expr) -> Expr | None:
    """Two neighbours of a matrix product that come together: diag(1 ⊘ s) s is 𝟏, diag(1 ⊘ s)(diag(s) − ss') is I − 𝟏s'."""
    if on_diagonal(left) is not None:
        if isinstance(right, Add):
            return _through(right, lambda term: _with_first(left, term))
        if isinstance(right, Map) and (same := masked(left.children[0], right)) is not None:
            return same
        return cancelled(matmul(left, right)) if is_column(right.shape) else None
    if on_diagonal(right) is not None:
        if isinstance(left, Add):
            return _through(left, lambda term: _with_last(term, right))
        if isinstance(left, Transpose) and is_column(left.arg.shape):
            found = masked(right.children[0], left.arg) or cancelled(matmul(right, left.arg))
            return None if found is None else transpose(found)
    if isinstance(left, Transpose) and is_column(left.arg.shape) and is_column(right.shape):
        return summed(left.arg, right)
    return None


def summed(a: Expr, b: Expr) -> Expr | None:
    """The inner product of arrays whose product entry by entry is a single letter or call: q'(h ⊘ q) is sum(h)."""
    found = cancelled(entry_product(a, b))
    scalar, bare = (found.scalar, found.arg) if isinstance(found, Scale) else (ONE, found)
    if bare is None or isinstance(bare, MatMul) or (isinstance(bare, Call) and bare.name in _PRODUCTS):
        return None
    return scale(scalar, Call("sum", (bare,)))


_PRODUCTS = ("hadamard", "quotient", "entrypower")


def _divisions(expr: Expr) -> int:
    """How many quotients and powers an entry is made of."""
    own = isinstance(expr, Call) and expr.name in ("quotient", "entrypower") and bool(_arguments(expr))
    return own + sum(map(_divisions, _arguments(expr)))


def _arguments(expr: Expr) -> tuple[Expr, ...]:
    """What an entry is made of: the factors of a product or quotient, the base of a power."""
    match expr:
        case Call(name="hadamard" | "quotient"):
            return expr.args
        case Call(name="entrypower", args=(a, Number(value=k))) if k.denominator == 1 and not a.is_scalar:
            return (a,)
        case Scale():
            return (expr.arg,)
        case MatMul(factors=(first, *rest)) if (entries := on_diagonal(first)) is not None and is_column(expr.shape):
            return (entries, matmul(*rest))
        case _:
            return ()


def _parts(expr: Expr, k: int) -> Iterator[Part]:
    match expr:
        case Ones():
            return
        case Scale():
            yield expr.scalar, k
            yield from _parts(expr.arg, k)
        case Call(name="quotient", args=(a, b)):
            if a is not ONE:
                yield from _parts(a, k)
            yield from _parts(b, -k)
        case Call(name="entrypower", args=(a, Number(value=n))) if _arguments(expr):
            yield from _parts(a, k * int(n))
        case _ if _arguments(expr):
            for argument in _arguments(expr):
                yield from _parts(argument, k)
        case _:
            yield expr, k


def _rebuilt(exponents: dict[Expr, int], like: Expr) -> Expr:
    squared = 2 if _powers(like) else 3
    above, below = ([_raised(b, abs(k), squared) for b, k in exponents.items() if k * sign > 0] for sign in (1, -1))
    if not below:
        return _multiplied(above, like) if above else Ones(like.shape)
    bottom = entry_product(*below)
    return Call("quotient", (_multiplied(above, like) if above else ONE, bottom))


def _raised(base: Expr, k: int, squared: int) -> Expr:
    """x ∘ x where the author writes no powers, x^∘2 otherwise."""
    return base if k == 1 else Call("entrypower", (base, number(k))) if k >= squared else entry_product(base, base)


def _powers(expr: Expr) -> bool:
    return (isinstance(expr, Call) and expr.name == "entrypower") or any(map(_powers, _arguments(expr)))


def _multiplied(factors: list[Expr], like: Expr) -> Expr:
    if isinstance(like, MatMul):
        *front, last = factors
        return matmul(*(Call("diag", (f,)) for f in front), last)
    return entry_product(*factors)


def _through(total: Add, one: Callable[[Expr], Expr | None]) -> Expr | None:
    """The sum multiplied out where something cancels in every term."""
    terms = [one(t) for t in total.terms]
    return None if any(t is None for t in terms) else add(*(t for t in terms if t is not None))


def _with_first(diagonal: Expr, term: Expr) -> Expr | None:
    scalar, body = (term.scalar, term.arg) if isinstance(term, Scale) else (ONE, term)
    first, *rest = body.factors if isinstance(body, MatMul) else (body,)
    met = _met(diagonal, first)
    return None if met is None else scale(scalar, matmul(met, *rest))


def _with_last(term: Expr, diagonal: Expr) -> Expr | None:
    scalar, body = (term.scalar, term.arg) if isinstance(term, Scale) else (ONE, term)
    *rest, last = body.factors if isinstance(body, MatMul) else (body,)
    met = _met(diagonal, last.arg if isinstance(last, Transpose) else last)
    if met is None:
        return None
    return scale(scalar, matmul(*rest, transpose(met) if isinstance(last, Transpose) else met))


def _met(diagonal: Expr, other: Expr) -> Expr | None:
    """diag(u) times a column or another diagonal matrix, where that cancels."""
    there, entries = on_diagonal(diagonal), on_diagonal(other)
    if there is not None and entries is not None:
        found = cancelled(entry_product(there, entries))
        return None if found is None else Identity(found.shape[0]) if isinstance(found, Ones) else Call("diag", (found,))
    return cancelled(matmul(diagonal, other)) if is_column(other.shape) else None


def masked(a: Expr, b: Expr) -> Expr | None:
    """The product entry by entry of two arrays by one condition, and {1 where u > 0} ∘ relu(u), which is relu(u)."""
    for mask, other in ((a, b), (b, a)):
        if not isinstance(mask, Where) or mask.condition.shape != other.shape:
            continue
        if isinstance(other, Where) and other.condition is mask.condition:
            both = ((mask.then, other.then), (mask.otherwise, other.otherwise))
            return Where(mask.condition, *(entry_product(*pair) for pair in both))
        if isinstance(other, Map) and other.function == "relu" and isinstance(mask.then, Ones) and is_zero(mask.otherwise):
            above = mask.condition
            if isinstance(above, Compare) and above.op == ">" and above.left is other.arg and is_zero(above.right):
                return other
    return None
