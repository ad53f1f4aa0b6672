"""Reading an expression by entries as the entry of a matrix: chains of indices become products."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from derive.calculus.algebra.normal import canonical
from derive.language import build
from derive.language.nodes import (
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
    Sum,
    Symbol,
    Times,
    Transpose,
    Unit,
    Where,
    number,
    substitute,
)
from derive.language.sizes import ONE as SIZE_ONE
from derive.language.sizes import SCALAR, Shape, Size


class Unreadable(ValueError):
    """No product of matrices has this entry."""


@dataclass(frozen=True)
class Tensor:
    """A matrix expression with the indices at which its entry is meant: none of a scalar, one of a column, two of a matrix."""

    expr: Expr
    indices: tuple[Expr, ...]


def recognise(
    expr: Expr,
    row: Symbol | None = None,
    column: Symbol | None = None,
    sizes: Mapping[str, Size] | None = None,
) -> Expr | None:
    """The matrix whose entry (row, column) the expression is; the column vector whose entry (row) it is; the scalar that it is.

    The indices are free in the expression, others are summed; `sizes` says through what an index runs that stands at no entry.
    Equal matrices are added, A' = A is used where it is declared.  None when no expression of products, entry by entry functions,
    diagonal matrices and traces has that entry.
    """
    try:
        free = tuple(i for i in (row, column) if i is not None)
        return _Reader({**(sizes or {}), **_sizes(expr)}).whole(expr, free)
    except Unreadable:
        return None


def recognise_vectorized(expr: Expr, value: Sequence[Symbol], variable: Sequence[Symbol]) -> Expr | None:
    """d vec F / d vec X for the entry ∂F_ij/∂X_pq = M_ip N_jq: N ⊗ M; sums of such terms.  None when it has another form."""
    if len(value) != 2 or len(variable) != 2:
        return None
    (i, j), (p, q) = value, variable
    reader = _Reader(_sizes(expr))
    out: list[Expr] = []
    try:
        for term in build.terms(expr):
            c, rest = build.coefficient(term)
            factors = rest.factors if isinstance(rest, Times) else (rest,)
            left = [f for f in factors if f.free & {i.name, p.name}]
            right = [f for f in factors if f.free & {j.name, q.name}]
            scalars = [f for f in factors if f not in left and f not in right]
            if any(f in right for f in left):
                return None
            m, n = (reader.whole(build.times(*fs), ends) for fs, ends in ((left, (i, p)), (right, (j, q))))
            out.append(build.scale(build.times(number(c), *scalars), Call("kron", (n, m))))
    except Unreadable:
        return None
    return build.add(*out)


def _sizes(expr: Expr) -> dict[str, Size]:
    """The size through which each index runs, read off the entries at which it stands."""
    from derive.language.nodes import walk

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

    def shape(self, free: Sequence[Expr]) -> Shape:
        if not free:
            return SCALAR
        return (self.size(free[0]), self.size(free[1]) if len(free) > 1 else SIZE_ONE)

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
            return build.zero(self.shape(free))
        scalars, tensors, dummies = self.flatten(e, free)
        return build.scale(build.times(*scalars), _Network(self, tensors, dummies, free).solve())

    def flatten(self, e: Expr, free: tuple[Expr, ...]) -> tuple[list[Expr], list[Tensor], list[Symbol]]:
        """Scalar factors, tensors and summed indices of one term; sums drawn to the front, their names made different."""
        scalars: list[Expr] = []
        tensors: list[Tensor] = []
        dummies: list[Symbol] = []
        used = {i.name for i in free if isinstance(i, Symbol)}
        todo = list(e.factors) if isinstance(e, Times) else [e]
        while todo:
            f = todo.pop(0)
            if isinstance(f, Sum) and (f.lower is not build.ONE or not _whole_range(f, self.sizes)):
                raise Unreadable
            if isinstance(f, Sum):
                index, body = f.index, f.body
                if index.name in used or index.name in e.free:
                    name = next(n for k in range(1, 1000) if (n := f"{index.name}_{k}") not in used and n not in e.free)
                    new: Symbol = Symbol(name, SCALAR, index.has)
                    self.sizes[name] = self.sizes[index.name]
                    body, index = substitute(body, {index: new}), new
                if isinstance(body, Add):
                    tensors.append(self.sum_of_terms(body, index, free))
                    continue
                used.add(index.name)
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

    def sum_of_terms(self, body: Add, index: Symbol, free: tuple[Expr, ...]) -> Tensor:
        """Σ_i (a_i + b_i): as the sum of the two sums."""
        around = tuple(i for i in self.indices_of(body) if i is not index)
        lower, upper = build.ONE, SizeValue(self.size(index))
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
                root = _root_of_squares(inner) if function == "sqrt" else None
                out: Expr = Map(function, inner, order) if root is None else Call("norm", (root,))
                return out
            case Add():
                return self.whole(f, ())
            case Where(Compare(op, left, right), then, otherwise):
                return Where(Compare(op, self.whole(left, ()), self.whole(right, ())), self.whole(then, ()), self.whole(otherwise, ()))
            case _:
                return f

    def tensor(self, f: Expr, indices: tuple[Symbol, ...]) -> Tensor:
        if len(indices) > 2:
            raise Unreadable
        match f:
            case Entry(arg, row, column):
                return self.entry(arg, row, column)
            case Delta(left, right) if isinstance(left, Symbol) and isinstance(right, Symbol):
                return Tensor(Identity(self.size(left)), (left, right))
            case Delta(left, right):
                at, other = (left, right) if isinstance(left, Symbol) else (right, left)
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


class _Network:
    """Tensors that share indices, contracted pair by pair until only the free indices are left."""

    def __init__(self, reader: _Reader, tensors: list[Tensor], dummies: list[Symbol], free: tuple[Expr, ...]) -> None:
        self.reader, self.tensors, self.dummies, self.free = reader, tensors, dummies, free
        self.scalars: list[Expr] = []

    def solve(self) -> Expr:
        for t in self.tensors:
            for i in t.indices:
                if i not in self.free and i not in self.dummies:
                    raise Unreadable
        moved = True
        while moved:
            moved = self.diagonals() or self.contractions() or self.merges()
        if self.dummies:
            self.lonely()
        return build.scale(build.times(*self.scalars), self.last())

    def drop(self, i: Expr) -> None:
        self.dummies = [d for d in self.dummies if d is not i]

    def holding(self, i: Expr) -> list[Tensor]:
        return [t for t in self.tensors if i in t.indices]

    def exchange(self, old: Sequence[Tensor], new: Tensor) -> None:
        where = min(self.tensors.index(t) for t in old)
        for t in old:
            self.tensors.remove(t)
        if new.indices:
            self.tensors.insert(where, new)
        else:
            self.scalars.append(new.expr)

    def diagonals(self) -> bool:
        """M_ii: a trace when i is summed and stands nowhere else, else the diagonal."""
        for t in self.tensors:
            if len(t.indices) == 2 and t.indices[0] is t.indices[1]:
                i = t.indices[0]
                if i in self.dummies and len(self.holding(i)) == 1:
                    self.drop(i)
                    self.exchange([t], Tensor(Call("tr", (t.expr,)), ()))
                else:
                    self.exchange([t], Tensor(Call("diag", (t.expr,)), (i,)))
                return True
        return False

    def contractions(self) -> bool:
        """A summed index at exactly two tensors: their product; products with vectors first."""
        pairs = [(i, self.holding(i)) for i in self.dummies]
        two = [(i, ts) for i, ts in pairs if len(ts) == 2]
        if not two:
            return False
        i, (a, b) = min(two, key=lambda pair: sum(len(t.indices) for t in pair[1]))
        if set(a.indices) == set(b.indices) and len(a.indices) == 2:
            self.exchange([a, b], self.both(a, b))
            for k in a.indices:
                if k in self.dummies and not self.holding(k):
                    self.drop(k)
            return True
        self.drop(i)
        self.exchange([a, b], _product(a, b, i))
        return True

    def both(self, a: Tensor, b: Tensor) -> Tensor:
        """Two matrices at the same two indices: tr(A'B) when both are summed and nothing else has them, else A ∘ B."""
        flipped = b.expr if a.indices == b.indices else transposed(b.expr)
        first = transposed(a.expr) if a.indices == b.indices else a.expr
        alone = all(k in self.dummies and len(self.holding(k)) == 2 for k in a.indices)
        if alone:
            return Tensor(Call("tr", (_times(first, b.expr),)), ())
        k = next((k for k in a.indices if k in self.dummies and len(self.holding(k)) == 2), None)
        if k is not None:
            return self.row_products(a, b, k)
        return Tensor(_entrywise(a.expr, flipped), a.indices)

    def row_products(self, a: Tensor, b: Tensor, k: Expr) -> Tensor:
        """Σ_k A_ik B_ik = (A B')_ii."""
        left = a.expr if a.indices[1] is k else transposed(a.expr)
        right = transposed(b.expr) if b.indices[1] is k else b.expr
        other = next(i for i in a.indices if i is not k)
        self.drop(k)
        return Tensor(Call("diag", (build.matmul(left, right),)), (other,))

    def merges(self) -> bool:
        """Vectors at one index multiply entry by entry, a vector at an index of a matrix scales its rows or columns."""
        for t in self.tensors:
            for s in self.tensors:
                if s is t or len(t.indices) > len(s.indices):
                    continue
                if len(t.indices) == len(s.indices) == 1 and t.indices == s.indices:
                    self.exchange([t, s], Tensor(_entrywise(t.expr, s.expr), t.indices))
                    return True
                if set(t.indices) == set(s.indices) and len(t.indices) == 2:
                    self.exchange([t, s], self.both(t, s))
                    return True
        for t in self.tensors:
            if len(t.indices) != 1:
                continue
            i = t.indices[0]
            for s in self.tensors:
                if len(s.indices) == 2 and i in s.indices and ((i in self.dummies and len(self.holding(i)) > 2) or i in self.free):
                    if not self.needed(i):
                        continue
                    diagonal = Call("diag", (t.expr,))
                    scaled = build.matmul(diagonal, s.expr) if s.indices[0] is i else build.matmul(s.expr, diagonal)
                    if isinstance(s.expr, Identity):
                        scaled = diagonal
                    self.exchange([t, s], Tensor(scaled, s.indices))
                    return True
        return False

    def needed(self, i: Expr) -> bool:
        """Nothing else can be done at this index: contractions come first."""
        return len(self.holding(i)) >= 2

    def lonely(self) -> None:
        """A summed index at one tensor: its sum; at none: its size."""
        for i in list(self.dummies):
            if i not in self.dummies:
                continue
            found = self.holding(i)
            if len(found) > 1:
                raise Unreadable
            self.drop(i)
            if not found:
                self.scalars.append(SizeValue(self.reader.size(i)))
                continue
            t = found[0]
            ones = Ones((self.reader.size(i), SIZE_ONE))
            other = [k for k in t.indices if k is not i]
            if not other or (other[0] in self.dummies and len(self.holding(other[0])) == 1):
                for k in other:
                    self.drop(k)
                self.exchange([t], Tensor(_sum_entries(t.expr), ()))
            elif t.indices[1] is i:
                self.exchange([t], Tensor(build.matmul(t.expr, ones), (t.indices[0],)))
            else:
                self.exchange([t], Tensor(build.matmul(transposed(t.expr), ones), (t.indices[1],)))
            while self.diagonals() or self.contractions() or self.merges():
                continue

    def last(self) -> Expr:
        """What is left stands at the free indices."""
        shape = self.reader.shape(self.free)
        if not self.free:
            if self.tensors:
                raise Unreadable
            return build.ONE
        if len(self.tensors) == 1 and self.tensors[0].indices == self.free:
            return self.tensors[0].expr
        if len(self.tensors) == 1 and self.tensors[0].indices == self.free[::-1]:
            return transposed(self.tensors[0].expr)
        if not self.tensors:
            return Ones(shape)
        if len(self.free) == 2 and all(len(t.indices) == 1 for t in self.tensors):
            sides: list[Expr] = []
            for i in self.free:
                at = [t.expr for t in self.tensors if t.indices == (i,)]
                sides.append(at[0] if at else Ones((self.reader.size(i), SIZE_ONE)))
            if all(isinstance(s, Ones) for s in sides):
                return Ones(shape)
            return build.matmul(sides[0], transposed(sides[1]))
        raise Unreadable


def _sum_entries(e: Expr) -> Expr:
    """The sum of all entries; of squares u'u or ‖U‖²."""
    if isinstance(e, Call) and e.name == "entrypower" and e.args[1] is number(2):
        u = e.args[0]
        return build.matmul(transposed(u), u) if u.shape[1] == SIZE_ONE else build.power(Call("norm", (u,)), 2)
    out: Expr = Call("sum", (e,))
    return out


def _root_of_squares(e: Expr) -> Expr | None:
    """u where the expression is u'u or ‖u‖²."""
    match e:
        case Power(Call("norm", (u,)), Number(value=2)):
            return u
        case MatMul((first, second)) if transposed(second) is first and second.shape[1] == SIZE_ONE:
            return second
    return None


def _entrywise(a: Expr, b: Expr) -> Expr:
    if a is b:
        square: Expr = Call("entrypower", (a, number(2)))
        return square
    for x, y in ((a, b), (b, a)):
        if isinstance(y, Call) and y.name == "entrypower" and isinstance(y.args[1], Number) and y.args[1].value < 0:
            below = y.args[0] if y.args[1].value == -1 else Call("entrypower", (y.args[0], number(-y.args[1].value)))
            return Call("quotient", (x, below))
    out: Expr = Call("hadamard", (a, b))
    return out


def _product(a: Tensor, b: Tensor, i: Expr) -> Tensor:
    """Σ_i of two tensors that share the index: matrix times matrix or vector, or a scalar product."""
    if len(a.indices) == 1 and len(b.indices) == 1:
        return Tensor(_scalar_product(a.expr, b.expr), ())
    if len(a.indices) == 1:
        a, b = b, a
    left = a.expr if a.indices[1] is i else transposed(a.expr)
    outer = a.indices[0] if a.indices[1] is i else a.indices[1]
    if len(b.indices) == 1:
        return Tensor(_times(left, b.expr), (outer,))
    right = b.expr if b.indices[0] is i else transposed(b.expr)
    last = b.indices[1] if b.indices[0] is i else b.indices[0]
    return Tensor(_times(left, right), (outer, last))


def _times(left: Expr, right: Expr) -> Expr:
    if isinstance(left, Identity):
        return right
    return left if isinstance(right, Identity) else build.matmul(left, right)


def _scalar_product(a: Expr, b: Expr) -> Expr:
    if isinstance(a, Ones) or isinstance(b, Ones):
        out: Expr = Call("sum", (b if isinstance(a, Ones) else a,))
        return out
    return build.matmul(transposed(a), b)


def transposed(e: Expr) -> Expr:
    """e' with the transpose at the letters: (A B)' = B' A', X'' = X, A' = A where that is declared or evident."""
    match e:
        case Transpose(arg):
            return arg
        case Symbol(has=has) if has & {"symmetric", "diagonal"}:
            return e
        case Identity():
            return e
        case MatMul(factors):
            return build.matmul(*(transposed(f) for f in reversed(factors)))
        case Scale(scalar, arg):
            return build.scale(scalar, transposed(arg))
        case Add(terms) if e.shape[1] != SIZE_ONE and e.shape[0] != SIZE_ONE:
            return build.add(*(transposed(t) for t in terms))
        case Call("diag", (x,)) if x.shape[1] == SIZE_ONE:
            return e
        case Call("hadamard", (a, b)) if not a.is_scalar and a.shape[1] != SIZE_ONE:
            out: Expr = Call("hadamard", (transposed(a), transposed(b)))
            return out
        case _:
            return build.transpose(e)
