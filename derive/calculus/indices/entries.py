"""Writing an expression by its entries: sums over indices for products, traces and norms."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from derive.errors import DeriveError
from derive.expressions import build
from derive.expressions.functions import FUNCTIONS
from derive.expressions.nodes import (
    Add,
    Call,
    Compare,
    Delta,
    Entry,
    Expr,
    Identity,
    Map,
    MatMul,
    Number,
    Ones,
    Power,
    Scale,
    SizeValue,
    Stack,
    Sum,
    Symbol,
    Times,
    Transpose,
    Unit,
    Where,
    Zeros,
    number,
)
from derive.expressions.sizes import ONE, SCALAR, Size

NAMES = "ijklrstuvabcdgh"


def fresh(taken: set[str]) -> Iterator[Symbol]:
    """Index names in the usual order, i, j, k, l, r, …, without those taken; then i1, i2, …"""
    for name in NAMES:
        if name not in taken:
            yield Symbol(name, SCALAR, frozenset({"integer"}))
    k = 1
    while True:
        if f"i{k}" not in taken and f"i_{k}" not in taken:
            yield Symbol(f"i{k}", SCALAR, frozenset({"integer"}))
        k += 1


def size(s: Size) -> Expr:
    """A size as an upper bound."""
    return build.counted(s)


def delta(i: Expr, j: Expr) -> Expr:
    if i is j:
        return build.ONE
    if isinstance(i, Number) and isinstance(j, Number):
        return build.ZERO
    out: Expr = Delta(i, j)
    return out


def total(index: Symbol, s: Size, body: Expr) -> Expr:
    """Σ over the index from 1 to s, a numeric factor in front."""
    c, rest = build.coefficient(body)
    if body is build.ZERO:
        return body
    return build.times(number(c), Sum(index, build.ONE, size(s), rest))


class Writer:
    """Writes entries; `taken` are the names that no summed index may have.

    i, j  the row and the column of an entry, as integers or index symbols; None for a dimension of size 1

    Names are chosen by nesting: two sums side by side use the same letter, a sum inside another the next one.
    """

    def __init__(self, taken: set[str]) -> None:
        self.taken = taken

    def inner(self, *used: Symbol) -> Writer:
        return Writer(self.taken | {s.name for s in used})

    def new(self) -> Symbol:
        return next(fresh(self.taken))

    def entry(self, e: Expr, *indices: Expr) -> Expr:
        """The entry at as many indices as `e` has dimensions of a size other than 1."""
        i, j = self.pair(e, indices)
        return self.at(e, i, j)

    def pair(self, e: Expr, indices: tuple[Expr, ...]) -> tuple[Expr | None, Expr | None]:
        rest = list(indices)
        i = rest.pop(0) if e.shape[0] != ONE else None
        j = rest.pop(0) if e.shape[1] != ONE else None
        if rest:
            raise ValueError("more indices than dimensions")
        return i, j

    def at(self, e: Expr, i: Expr | None, j: Expr | None) -> Expr:
        """e_ij, with None for a dimension of size 1."""
        if e.is_scalar:
            return self.scalar(e)
        match e:
            case Symbol() | Power(_, Number(value=-1)) | Call("adj" | "pinv" | "expm" | "logm" | "sqrtm"):
                return self.named(e, i, j)
            case Transpose(arg):
                return self.at(arg, j, i)
            case Add(terms):
                return build.add(*(self.at(t, i, j) for t in terms))
            case Scale(scalar, arg):
                return build.times(self.scalar(scalar), self.at(arg, i, j))
            case MatMul(factors):
                return self.product(factors, i, j)
            case Power(base, Number(k)) if k.denominator == 1 and 1 < k <= 8:
                return self.product((base,) * int(k), i, j)
            case Identity():
                assert i is not None and j is not None
                return delta(i, j)
            case Ones():
                return build.ONE
            case Zeros():
                return build.ZERO
            case Unit(index):
                assert i is not None
                return delta(i, index)
            case Map(function, arg, order):
                out: Expr = Map(function, self.at(arg, i, j), order)
                return out
            case Where(condition, then, otherwise):
                return self.cases(condition, then, otherwise, i, j)
            case Entry(arg, None, column):
                return self.at(arg, i, column)
            case Entry(arg, row, None):
                return self.at(arg, row, i)
            case Stack(rows) if all(b.is_scalar for row in rows for b in row):
                return self.chosen(rows, i, j)
            case Sum(index, lower, upper, body):
                return Sum(index, lower, upper, self.inner(index).at(body, i, j))
            case Call(name, args) if name in _ENTRYWISE:
                parts = [self.at(a, i, j) if not a.is_scalar else self.scalar(a) for a in args]
                return _ENTRYWISE[name](*parts)
            case Call(name, args) if name in _MATRICES:
                return _MATRICES[name](self, args[0], i, j)
        raise refusal(e)

    def named(self, e: Expr, i: Expr | None, j: Expr | None) -> Expr:
        """An entry of something that has a name, or is treated as if it had one."""
        out: Expr = Entry(e, i, j) if i is not None and j is not None else Entry(e, i if i is not None else j, None)
        if e.shape[0] == ONE:
            out = Entry(build.transpose(e), j, None)
        return out

    def product(self, factors: tuple[Expr, ...], i: Expr | None, j: Expr | None) -> Expr:
        """Σ over the inner indices, the outermost sum first.

        factors  of a product of matrices, from left to right
        """
        writer, sums = self, []
        ends: list[Expr | None] = [i]
        for factor in factors[:-1]:
            if factor.shape[1] == ONE:
                ends.append(None)
                continue
            k = writer.new()
            writer = writer.inner(k)
            sums.append((k, factor.shape[1]))
            ends.append(k)
        ends.append(j)
        parts = [writer.at(f, a, b) for f, a, b in zip(factors, ends, ends[1:], strict=False)]
        body = build.power(parts[0], 2) if len(parts) == 2 and parts[0] is parts[1] else build.times(*parts)
        for k, s in reversed(sums):
            body = total(k, s, body)
        return body

    def cases(self, condition: Expr, then: Expr, otherwise: Expr, i: Expr | None, j: Expr | None) -> Expr:
        """`where(condition, then, otherwise)` at an entry; of a condition entry by entry its own entry.

        condition        a comparison of two numbers, or of two arrays of the values' shape
        then, otherwise  the values, of one shape
        """
        assert isinstance(condition, Compare)
        compare = Compare(condition.op, *(self.at(c, i, j) for c in condition.children))
        out: Expr = Where(compare, self.at(then, i, j), self.at(otherwise, i, j))
        return out

    def chosen(self, rows: tuple[tuple[Expr, ...], ...], i: Expr | None, j: Expr | None) -> Expr:
        """Σ over the entries with the deltas that choose one: for functions given entry by entry.

        rows  of what a stack holds, row by row: numbers
        """
        terms = []
        for r, row in enumerate(rows, 1):
            for c, block in enumerate(row, 1):
                chooses = [delta(k, number(at)) for k, at in ((i, r), (j, c)) if k is not None]
                factor = build.times(*chooses)
                terms.append(build.times(factor, self.scalar(block)))
        return build.total((t for t in terms if t is not build.ZERO), SCALAR)

    # ------------------------------------------------------------------ scalars
    def scalar(self, e: Expr) -> Expr:
        match e:
            case Number() | SizeValue() | Symbol() | Delta():
                return e
            case Add() | Times():
                return (build.add if isinstance(e, Add) else build.times)(*(self.scalar(c) for c in e.children))
            case Power(Call("norm", (u,)), Number(k)) if k.denominator == 1 and k % 2 == 0:
                square = self.squares(u)
                return square if k == 2 else build.power(square, int(k / 2))
            case Power(base, exponent):
                return build.power(self.scalar(base), self.scalar(exponent))
            case Map(function, arg, order):
                out: Expr = Map(function, self.scalar(arg), order)
                return out
            case MatMul(factors):
                return self.product(factors, None, None)
            case Entry(arg, row, column):
                if arg.shape[1] == ONE:
                    return self.at(arg, row, None)
                return self.at(arg, row, column)
            case Where(Compare(op, left, right), then, otherwise) if left.is_scalar:
                holds = Compare(op, self.scalar(left), self.scalar(right))
                return Where(holds, self.scalar(then), self.scalar(otherwise))
            case Sum(index, lower, upper, body):
                return Sum(index, lower, upper, self.inner(index).scalar(body))
            case Call("pi", ()):
                return e
            case Call(name, args) if name in _SCALARS:
                return _SCALARS[name](self, args)
            case Call("det" | "logdet", _):
                return e
        raise refusal(e)

    def both(self, a: Expr, write: Callable[[Writer, Expr | None, Expr | None], Expr]) -> Expr:
        """Σ over all entries of a's shape."""
        writer, sums = self, []
        ends: list[Expr | None] = []
        for s in a.shape:
            if s == ONE:
                ends.append(None)
                continue
            k = writer.new()
            writer = writer.inner(k)
            sums.append((k, s))
            ends.append(k)
        body = write(writer, ends[0], ends[1])
        for k, s in reversed(sums):
            body = total(k, s, body)
        return body

    def row(self, a: Expr, write: Callable[[Writer, Expr], Expr]) -> Expr:
        """Σ over the columns of a's shape."""
        k = self.new()
        return total(k, a.shape[1], write(self.inner(k), k))

    def squares(self, u: Expr) -> Expr:
        return self.both(u, lambda w, i, j: build.power(w.at(u, i, j), 2))

    def trace(self, a: Expr) -> Expr:
        k = self.new()
        return total(k, a.shape[0], self.inner(k).at(a, k, k))


def refusal(e: Expr) -> DeriveError:
    from derive.notation.text.text import pretty

    what = f"{e.name} ({FUNCTIONS[e.name].about})" if isinstance(e, Call) else "it"
    return DeriveError(
        f"{pretty(e)} has no form by entries here: the rule `by-entries` is missing for {what}", code="no-rule"
    )


def _max(a: Expr, b: Expr) -> Expr:
    out: Expr = Where(Compare(">", a, b), a, b)
    return out


def _min(a: Expr, b: Expr) -> Expr:
    out: Expr = Where(Compare("<", a, b), a, b)
    return out


_ENTRYWISE: dict[str, Callable[..., Expr]] = {
    "hadamard": lambda a, b: build.power(a, 2) if a is b else build.times(a, b),
    "quotient": lambda a, b: build.times(a, build.power(b, -1)),
    "entrypower": build.power,
    "max": _max,
    "min": _min,
}


def _diag(w: Writer, a: Expr, i: Expr | None, j: Expr | None) -> Expr:
    if a.shape[1] == ONE:
        assert i is not None and j is not None
        return build.times(delta(i, j), w.at(a, i, None))
    return w.at(a, i, i)


def _half(sign: int) -> Callable[[Writer, Expr, Expr | None, Expr | None], Expr]:
    def rule(w: Writer, a: Expr, i: Expr | None, j: Expr | None) -> Expr:
        return build.times(number("1/2"), build.add(w.at(a, i, j), build.scale(number(sign), w.at(a, j, i))))

    return rule


def _softmax(w: Writer, a: Expr, i: Expr | None, j: Expr | None) -> Expr:
    if a.shape[1] == ONE:
        below = w.both(a, lambda v, k, _: Map("exp", v.at(a, k, None)))
    else:
        below = w.row(a, lambda v, k: Map("exp", v.at(a, i, k)))
    return build.times(Map("exp", w.at(a, i, j)), build.power(below, -1))


def _logsumexp(w: Writer, a: Expr, i: Expr | None, _j: Expr | None) -> Expr:
    return Map("log", w.row(a, lambda v, k: Map("exp", v.at(a, i, k))))


_MATRICES: dict[str, Callable[[Writer, Expr, Expr | None, Expr | None], Expr]] = {
    "diag": _diag, "sym": _half(1), "skewpart": _half(-1), "softmax": _softmax, "logsumexp": _logsumexp,
}


def _inner(w: Writer, args: tuple[Expr, ...]) -> Expr:
    a, b = args
    if a is b:
        return w.squares(a)
    return w.both(a, lambda v, i, j: build.times(v.at(a, i, j), v.at(b, i, j)))


def _sum(w: Writer, args: tuple[Expr, ...]) -> Expr:
    return w.both(args[0], lambda v, i, j: v.at(args[0], i, j))


def _mean(w: Writer, args: tuple[Expr, ...]) -> Expr:
    count = build.times(*(size(s) for s in args[0].shape))
    return build.times(build.power(count, -1), _sum(w, args))


def _exponentials(w: Writer, args: tuple[Expr, ...]) -> Expr:
    return Map("log", w.both(args[0], lambda v, i, j: Map("exp", v.at(args[0], i, j))))


_SCALARS: dict[str, Callable[[Writer, tuple[Expr, ...]], Expr]] = {
    "tr": lambda w, a: w.trace(a[0]),
    "sum": _sum,
    "mean": _mean,
    "norm": lambda w, a: Map("sqrt", w.squares(a[0])),
    "norm1": lambda w, a: w.both(a[0], lambda v, i, j: Map("abs", v.at(a[0], i, j))),
    "inner": _inner,
    "dot": _inner,
    "logsumexp": _exponentials,
    "hadamard": lambda w, a: build.times(*(w.scalar(x) for x in a)),
    "quotient": lambda w, a: build.times(w.scalar(a[0]), build.power(w.scalar(a[1]), -1)),
    "entrypower": lambda w, a: build.power(w.scalar(a[0]), w.scalar(a[1])),
    "max": lambda w, a: _max(w.scalar(a[0]), w.scalar(a[1])),
    "min": lambda w, a: _min(w.scalar(a[0]), w.scalar(a[1])),
}
