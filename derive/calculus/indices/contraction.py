"""Tensors that share indices, contracted to products of matrices."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from derive.expressions import build
from derive.expressions.build import entry_product
from derive.expressions.nodes import Add, Call, Expr, Identity, MatMul, Number, Ones, Power, Scale, Symbol, Transpose, number
from derive.expressions.sizes import ONE as SIZE_ONE
from derive.expressions.sizes import SCALAR, Shape, Size
from derive.values import dataclass


class Unreadable(ValueError):
    """No product of matrices has this entry."""


@dataclass(frozen=True)
class Tensor:
    """A matrix expression with the indices of the entry that is meant: none of a scalar, one of a column, two."""

    expr: Expr
    indices: tuple[Expr, ...]


def shape_of(size: Callable[[Expr], Size], free: Sequence[Expr]) -> Shape:
    """The shape of the matrix, vector or scalar that has these free indices."""
    if not free:
        return SCALAR
    return (size(free[0]), size(free[1]) if len(free) > 1 else SIZE_ONE)


class Network:
    """Tensors that share indices, contracted pair by pair until only the free indices are left."""

    def __init__(
        self, size: Callable[[Expr], Size], tensors: list[Tensor], dummies: list[Symbol], free: tuple[Expr, ...]
    ) -> None:
        self.size, self.tensors, self.dummies, self.free = size, tensors, dummies, free
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
        """Σ_k A_ik B_ik = (A B')_ii.

        a, b  of the same number of columns
        """
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
                open_ = i in self.free or (i in self.dummies and len(self.holding(i)) > 2)
                if len(s.indices) == 2 and i in s.indices and open_:
                    diagonal = Call("diag", (t.expr,))
                    scaled = build.matmul(diagonal, s.expr) if s.indices[0] is i else build.matmul(s.expr, diagonal)
                    if isinstance(s.expr, Identity):
                        scaled = diagonal
                    self.exchange([t, s], Tensor(scaled, s.indices))
                    return True
        return False

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
                self.scalars.append(build.counted(self.size(i)))
                continue
            t = found[0]
            ones = Ones((self.size(i), SIZE_ONE))
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
        shape = shape_of(self.size, self.free)
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
                sides.append(at[0] if at else Ones((self.size(i), SIZE_ONE)))
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


def root_of_squares(e: Expr) -> Expr | None:
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
    return entry_product(a, b)


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
        case Symbol(has=has) | Power(base=Symbol(has=has)) if has & {"symmetric", "diagonal"}:
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
            return entry_product(transposed(a), transposed(b))
        case _:
            return build.transpose(e)
