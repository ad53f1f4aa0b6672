"""Reading an expression by entries as the entry of a matrix: chains of indices become products."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import count

from derive.calculus.indices.contraction import Network, Tensor, Unreadable, root_of_squares, shape_of
from derive.calculus.normal_form.normal_form import canonical
from derive.calculus.simplify.collect import collect
from derive.expressions import build
from derive.expressions.nodes import (
    Add,
    Call,
    Compare,
    Delta,
    Entry,
    Expr,
    Identity,
    Map,
    Number,
    Ones,
    Power,
    SizeValue,
    Sum,
    Symbol,
    Times,
    Unit,
    Where,
    number,
)
from derive.expressions.rewrite import substitute, transform
from derive.expressions.sizes import SCALAR, Size
from derive.expressions.traverse import walk


def recognise(
    expr: Expr,
    row: Symbol | None = None,
    column: Symbol | None = None,
    sizes: Mapping[str, Size] | None = None,
) -> Expr | None:
    """The matrix whose entry (row, column) the expression is; or the vector whose entry (row) it is; or the scalar.

    The indices are free in the expression, others are summed; `sizes` says through what an index runs that stands at
    no entry. Equal matrices are added, A' = A is used where it is declared.  None when no expression of products,
    entry by entry functions, diagonal matrices and traces has that entry.
    """
    free = tuple(i for i in (row, column) if i is not None)
    for form in dict.fromkeys((expr, _term_by_term(expr))):
        try:
            own = _distinct(form, count())
            found = _Reader({**_sizes(own, free), **(sizes or {})}).whole(own, free)
            if not found.free <= expr.free - {i.name for i in free}:
                raise Unreadable  # a member K_i of a family of matrices stands beside what is summed over i
            return transform(collect(found), _reciprocal)
        except Unreadable:
            continue
    return None


def _reciprocal(e: Expr) -> Expr:
    """1/x entry by entry as a quotient, not as a power."""
    match e:
        case Call("entrypower", (base, Number(value=k))) if k < 0:
            below = base if k == -1 else Call("entrypower", (base, number(-k)))
            out: Expr = Call("quotient", (Ones(base.shape), below))
            return out
        case _:
            return e


def _term_by_term(expr: Expr) -> Expr:
    """Σ (a + b) as Σ a + Σ b, wherever it stands."""
    def apart(e: Expr) -> Expr:
        if not isinstance(e, Sum) or not isinstance(e.body, Add):
            return e
        parts = []
        for term in e.body.terms:
            c, rest = build.coefficient(term)
            parts.append(build.times(number(c), Sum(e.index, e.lower, e.upper, rest)))
        return build.add(*parts)

    return transform(expr, apart)


def _distinct(expr: Expr, numbers: Iterator[int]) -> Expr:
    """The expression with a name of its own for every summed index."""
    if isinstance(expr, Sum):
        new: Symbol = Symbol(f"{expr.index.name}_{next(numbers)}'", SCALAR, expr.index.has)
        return Sum(new, expr.lower, expr.upper, _distinct(substitute(expr.body, {expr.index: new}), numbers))
    if not any(isinstance(node, Sum) for node in walk(expr)):
        return expr
    return build.remake(expr, tuple(_distinct(child, numbers) for child in expr.children))


def _sizes(expr: Expr, free: Sequence[Expr]) -> dict[str, Size]:
    """The size through which each free or summed index runs, read off the entries at which it stands.

    An integer that the author declared is no index: it is as fixed as a number.
    """
    names = {i.name for i in free if isinstance(i, Symbol)}
    names |= {node.index.name for node in walk(expr) if isinstance(node, Sum)}
    return {name: size for name, size in _all_sizes(expr).items() if name in names}


def _all_sizes(expr: Expr) -> dict[str, Size]:
    out: dict[str, Size] = {}
    for node in walk(expr):
        if isinstance(node, Entry):
            for k, i in enumerate(node.children[1:]):
                if isinstance(i, Symbol):
                    out[i.name] = node.arg.shape[k]
        elif isinstance(node, Sum) and isinstance(node.upper, SizeValue):
            out.setdefault(node.index.name, node.upper.size)
        elif isinstance(node, Sum) and isinstance(node.upper, Number):
            out.setdefault(node.index.name, Size.of(int(node.upper.value)))
    changed = True
    while changed:
        changed = False
        for node in walk(expr):
            if isinstance(node, Delta) and isinstance(node.left, Symbol) and isinstance(node.right, Symbol):
                for a, b in ((node.left, node.right), (node.right, node.left)):
                    if a.name in out and b.name not in out:
                        out[b.name] = out[a.name]
                        changed = True
    return out


class _Reader:
    def __init__(self, sizes: dict[str, Size]) -> None:
        self.sizes = sizes

    def size(self, index: Expr) -> Size:
        if not isinstance(index, Symbol) or index.name not in self.sizes:
            raise Unreadable
        return self.sizes[index.name]

    def whole(self, e: Expr, free: tuple[Expr, ...]) -> Expr:
        """The expression as matrix, vector or scalar in exactly these free indices, in this order."""
        found = [self.term(t, free) for t in build.terms(e)]
        if len(found) == 1:
            return found[0]
        total: dict[Expr, Fraction] = {}
        shown: dict[Expr, Expr] = {}
        for term in found:
            c, rest = build.coefficient(term)
            key = canonical(rest)
            total[key] = total.get(key, Fraction(0)) + c
            shown.setdefault(key, rest)
        return build.total((build.scale(number(c), shown[k]) for k, c in total.items() if c), found[0].shape)

    def term(self, e: Expr, free: tuple[Expr, ...]) -> Expr:
        if e is build.ZERO:
            return build.zero(shape_of(self.size, free))
        scalars, tensors, dummies = self.flatten(e)
        return build.scale(build.times(*scalars), Network(self.size, tensors, dummies, free).solve())

    def flatten(self, e: Expr) -> tuple[list[Expr], list[Tensor], list[Symbol]]:
        """Scalar factors, tensors and summed indices of one term."""
        scalars: list[Expr] = []
        tensors: list[Tensor] = []
        dummies: list[Symbol] = []
        todo = list(e.factors) if isinstance(e, Times) else [e]
        while todo:
            f = todo.pop(0)
            if isinstance(f, Sum) and (f.lower is not build.ONE or not _whole_range(f, self.sizes)):
                raise Unreadable
            if isinstance(f, Sum):
                index, body = f.index, f.body
                if isinstance(body, Add):
                    tensors.append(self.sum_of_terms(body, index))
                    continue
                dummies.append(index)
                todo[:0] = body.factors if isinstance(body, Times) else [body]
                continue
            if isinstance(f, Times):
                todo[:0] = f.factors
                continue
            indices = self.indices_of(f)
            if not indices:
                scalars.append(self.scalar(f))
            else:
                tensors.append(self.tensor(f, indices))
        scalars += [t.expr for t in tensors if not t.indices]
        return scalars, [t for t in tensors if t.indices], dummies

    def sum_of_terms(self, body: Add, index: Symbol) -> Tensor:
        """Σ_i (a_i + b_i): as the sum of the two sums."""
        around = tuple(i for i in self.indices_of(body) if i is not index)
        lower, upper = build.ONE, build.counted(self.size(index))
        parts = [self.term(Sum(index, lower, upper, t), around) for t in body.terms]
        return Tensor(build.add(*parts), around)

    def indices_of(self, e: Expr) -> tuple[Symbol, ...]:
        """The free index symbols in an expression, in order of appearance."""
        found: list[Symbol] = []

        def visit(node: Expr, bound: frozenset[str]) -> None:
            if isinstance(node, Symbol):
                if node.name in self.sizes and "integer" in node.has and node.name not in bound and node not in found:
                    found.append(node)
                return
            inner = bound | {node.index.name} if isinstance(node, Sum) else bound
            for child in node.children:
                visit(child, inner)

        visit(e, frozenset())
        return tuple(found)

    def scalar(self, f: Expr) -> Expr:
        """A factor without free indices."""
        match f:
            case Power(base, exponent):
                return build.power(self.whole(base, ()), exponent)
            case Map(function, arg, order):
                inner = self.whole(arg, ())
                root = root_of_squares(inner) if function == "sqrt" else None
                out: Expr = Map(function, inner, order) if root is None else Call("norm", (root,))
                return out
            case Add():
                return self.whole(f, ())
            case Where(Compare(op, left, right), then, otherwise):
                holds = Compare(op, self.whole(left, ()), self.whole(right, ()))
                return Where(holds, self.whole(then, ()), self.whole(otherwise, ()))
            case _:
                return f

    def tensor(self, f: Expr, indices: tuple[Symbol, ...]) -> Tensor:
        if len(indices) > 2:
            raise Unreadable
        match f:
            case Entry(arg, row, column):
                return self.entry(arg, row, column)
            case Delta(left, right) if left in indices and right in indices:
                return Tensor(Identity(self.size(left)), (left, right))
            case Delta(left, right):
                at, other = (left, right) if left in indices else (right, left)
                return Tensor(Unit(other, self.size(at)), (at,))
            case Power(base, exponent):
                if exponent.free & {i.name for i in indices}:
                    raise Unreadable
                return Tensor(Call("entrypower", (self.whole(base, indices), exponent)), indices)
            case Map(function, arg, order):
                return Tensor(Map(function, self.whole(arg, indices), order), indices)
            case Add():
                return Tensor(self.whole(f, indices), indices)
            case Where(Compare(op, left, right), then, otherwise):
                ends = indices if self.indices_of(f.children[0]) else ()
                compare = Compare(op, self.whole(left, ends), self.whole(right, ends))
                return Tensor(Where(compare, self.whole(then, indices), self.whole(otherwise, indices)), indices)
        raise Unreadable

    def entry(self, arg: Expr, row: Expr | None, column: Expr | None) -> Tensor:
        at = [i for i in (row, column) if i is not None]
        if len(at) == 1:
            return Tensor(arg, (at[0],))
        fixed = [isinstance(i, Symbol) and i.name in self.sizes for i in at]
        if fixed == [True, True]:
            return Tensor(arg, (at[0], at[1]))
        if fixed == [True, False]:
            return Tensor(Entry(arg, None, at[1]), (at[0],))
        return Tensor(Entry(arg, at[0], None), (at[1],))


def _whole_range(f: Sum, sizes: dict[str, Size]) -> bool:
    """Whether the sum runs through all entries."""
    want = sizes.get(f.index.name)
    if isinstance(f.upper, Number):
        return want is not None and want.is_number and want.value({}) == f.upper.value
    return isinstance(f.upper, SizeValue) and f.upper.size == want
