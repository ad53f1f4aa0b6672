"""The closed set of expression nodes: frozen, typed by shape, interned, evaluating nothing.

Two structurally equal expressions are one object, so equality is identity, a shared subexpression is stored once, and
whatever is computed about a node (shape, names in it) is computed once.  Everything that is not structure is a `Call` or
a `Map` of a function of the table (`functions.py`).

Three products, typed by shape: `Times` of scalars, `Scale` of a scalar and a matrix, `MatMul` of matrices and vectors.  A
scalar-valued product x'Ax is one factor and never dissolves into a product around it.
"""

from __future__ import annotations

import atexit
import weakref
from dataclasses import fields, replace
from fractions import Fraction
from typing import Any, ClassVar

from derive.expressions.sizes import ONE, SCALAR, Shape, ShapeError, Size, is_scalar, is_square, show
from derive.values import dataclass


class _Interned(type):
    """A call of the class answers the one object with these fields."""

    _table: ClassVar[weakref.WeakValueDictionary[Any, Any]] = weakref.WeakValueDictionary()

    def __call__(cls, *args: Any, **keywords: Any) -> Any:
        if keywords or len(args) != len(cls.__match_args__):  # type: ignore[attr-defined]
            args = _complete(cls, args, keywords)
        key = (cls, *args)
        known = _Interned._table.data.get(key)  # type: ignore[attr-defined]  # `get` of the table is Python, and slow
        found = None if known is None else known()
        if found is None:
            found = super().__call__(*args)
            _Interned._table[key] = found
        return found


# Nodes that caches still hold when Python ends would be taken out of the table one by one, by code that is gone by then.
atexit.register(_Interned._table.clear)


def _complete(cls: Any, args: tuple[Any, ...], keywords: dict[str, Any]) -> tuple[Any, ...]:
    out = list(args)
    for field in fields(cls)[len(args) :]:
        out.append(keywords.get(field.name, field.default))
    return tuple(out)


@dataclass(frozen=True, eq=False)
class Expr(metaclass=_Interned):
    """An expression.  `shape` is (rows, columns), (1, 1) for a scalar, which `is_scalar` tells; `free` the names of symbols in it;
    `pending` whether a derivative in it is still to be taken."""

    def __post_init__(self) -> None:
        children = self.children
        pending = isinstance(self, (D, Rate))
        names: frozenset[str] = self._own_names()
        if len(children) > 8:  # one by one, a derivative along many directions would take the square of their number
            names = names.union(*(child.free for child in children))
        else:
            for child in children:
                if child.free:
                    names = names | child.free if names else child.free
        for child in children:
            pending = pending or child.pending
        shape = self._shape()
        bound = self._bound_names()
        vars(self).update(shape=shape, is_scalar=shape == SCALAR, free=names - bound if bound else names, pending=pending)

    shape: ClassVar[Shape]
    is_scalar: ClassVar[bool]
    free: ClassVar[frozenset[str]]
    pending: ClassVar[bool]

    @property
    def children(self) -> tuple[Expr, ...]:
        """The expressions directly below, in the order in which they are written."""
        return ()

    def rebuild(self, children: tuple[Expr, ...]) -> Expr:
        """The same node over other children, exactly (nothing flattened, nothing folded)."""
        return self

    def _shape(self) -> Shape:
        raise NotImplementedError

    def _own_names(self) -> frozenset[str]:
        return frozenset()

    def _bound_names(self) -> frozenset[str]:
        return frozenset()

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), tuple(getattr(self, f.name) for f in fields(self))

    def __copy__(self) -> Expr:
        return self

    def __deepcopy__(self, memo: object) -> Expr:
        return self


# --------------------------------------------------------------------------------------------- leaves
@dataclass(frozen=True, eq=False)
class Number(Expr):
    """A rational number."""

    value: Fraction

    def _shape(self) -> Shape:
        return SCALAR


@dataclass(frozen=True, eq=False)
class Rounded(Number):
    """A number rounded to the digits that it is printed with, 0.2689; beside an exact one it stands after ≈."""


def number(value: int | Fraction | str) -> Number:
    """The number of an int, a fraction or a decimal as text."""
    out: Number = Number(Fraction(value))
    return out


@dataclass(frozen=True, eq=False)
class SizeValue(Expr):
    """A size used as a number: the n of `trace(I(n)) = n`."""

    size: Size

    def _shape(self) -> Shape:
        return SCALAR


@dataclass(frozen=True, eq=False)
class Symbol(Expr):
    """A declared name.

    has    properties, closed under implication (`spd` holds `symmetric` and `invertible` too): symmetric, skew, diagonal,
           upper, lower, spd, psd, invertible, orthogonal, stiefel, positive, integer, full-column-rank, full-row-rank, unit,
           stochastic, row-stochastic
    of     the parameter when the symbol is a path A(t)
    order  k for the k-th derivative of the path by its parameter (`dA/dt` is the symbol named `dA` with order 1, path `A`)
    latex  the author's own LaTeX for it, or None
    path   the name of the path that it is a derivative of
    rows, columns  the name of its rows, its columns as samples, or None: with rows x of X, X[i, :] is written x_i
    index, count  of a member K_i of a family of `count` matrices, which is named K, its index; the declared symbol K has none
    """

    name: str
    dims: Shape
    has: frozenset[str] = frozenset()
    of: str | None = None
    latex: str | None = None
    order: int = 0
    path: str | None = None
    rows: str | None = None
    columns: str | None = None
    index: Expr | None = None
    count: Size | None = None

    @property
    def children(self) -> tuple[Expr, ...]:
        return () if self.index is None else (self.index,)

    def rebuild(self, children: tuple[Expr, ...]) -> Expr:
        return replace(self, index=children[0]) if children else self

    def _shape(self) -> Shape:
        return self.dims

    def _own_names(self) -> frozenset[str]:
        return frozenset((self.name,))


@dataclass(frozen=True, eq=False)
class Identity(Expr):
    """I of size n."""

    size: Size

    def _shape(self) -> Shape:
        return (self.size, self.size)


@dataclass(frozen=True, eq=False)
class Ones(Expr):
    """All entries 1."""

    dims: Shape

    def _shape(self) -> Shape:
        return self.dims


@dataclass(frozen=True, eq=False)
class Zeros(Expr):
    """All entries 0."""

    dims: Shape

    def _shape(self) -> Shape:
        return self.dims


@dataclass(frozen=True, eq=False)
class Unit(Expr):
    """e_i in R^n, i counted from 1."""

    index: Expr
    size: Size

    @property
    def children(self) -> tuple[Expr, ...]:
        return (self.index,)

    def rebuild(self, children: tuple[Expr, ...]) -> Expr:
        return Unit(children[0], self.size)

    def _shape(self) -> Shape:
        return (self.size, ONE)


@dataclass(frozen=True, eq=False)
class Commutation(Expr):
    """K of size mn × mn with K vec(X) = vec(X') for X of shape m×n (Magnus & Neudecker 1979)."""

    rows: Size
    columns: Size

    def _shape(self) -> Shape:
        return (self.rows * self.columns, self.rows * self.columns)


# --------------------------------------------------------------------------------------------- algebra
@dataclass(frozen=True, eq=False)
class Add(Expr):
    """A sum of two or more terms of one shape, in the order in which they were derived."""

    terms: tuple[Expr, ...]

    @property
    def children(self) -> tuple[Expr, ...]:
        return self.terms

    def rebuild(self, children: tuple[Expr, ...]) -> Expr:
        return Add(children)

    def _shape(self) -> Shape:
        first = self.terms[0].shape
        for term in self.terms[1:]:
            if term.shape != first:
                hint = None
                if is_scalar(first) != is_scalar(term.shape):
                    hint = "a scalar is not added to a matrix or vector: write `s ones(n)` or `s I(n)`"
                elif (first[1], first[0]) == term.shape:
                    hint = "one of them is the transpose of the other's shape: did you mean `'`?"
                raise ShapeError(
                    f"the sum of {show(first)} and {show(term.shape)} is not defined: the sizes differ", hint
                )
        return first


@dataclass(frozen=True, eq=False)
class Times(Expr):
    """A product of two or more scalars."""

    factors: tuple[Expr, ...]

    @property
    def children(self) -> tuple[Expr, ...]:
        return self.factors

    def rebuild(self, children: tuple[Expr, ...]) -> Expr:
        return Times(children)

    def _shape(self) -> Shape:
        assert all(f.is_scalar for f in self.factors)
        return SCALAR


@dataclass(frozen=True, eq=False)
class Scale(Expr):
    """A scalar times a vector or matrix."""

    scalar: Expr
    arg: Expr

    @property
    def children(self) -> tuple[Expr, ...]:
        return (self.scalar, self.arg)

    def rebuild(self, children: tuple[Expr, ...]) -> Expr:
        return Scale(*children)

    def _shape(self) -> Shape:
        assert self.scalar.is_scalar and not self.arg.is_scalar
        return self.arg.shape


@dataclass(frozen=True, eq=False)
class MatMul(Expr):
    """A product of two or more matrices and vectors; x'Ax is one, of scalar shape."""

    factors: tuple[Expr, ...]

    @property
    def children(self) -> tuple[Expr, ...]:
        return self.factors

    def rebuild(self, children: tuple[Expr, ...]) -> Expr:
        return MatMul(children)

    def _shape(self) -> Shape:
        for left, right in zip(self.factors, self.factors[1:], strict=False):
            if left.shape[1] != right.shape[0]:
                raise ShapeError(
                    f"the product of {show(left.shape)} and {show(right.shape)} is not defined: "
                    f"the inner sizes {left.shape[1]} and {right.shape[0]} differ"
                )
        return (self.factors[0].shape[0], self.factors[-1].shape[1])


@dataclass(frozen=True, eq=False)
class Power(Expr):
    """A scalar to any power, or a square matrix to an integer one (a number, or an integer symbol)."""

    base: Expr
    exponent: Expr

    @property
    def children(self) -> tuple[Expr, ...]:
        return (self.base, self.exponent)

    def rebuild(self, children: tuple[Expr, ...]) -> Expr:
        return Power(*children)

    def _shape(self) -> Shape:
        if not is_scalar(self.exponent.shape):
            raise ShapeError(f"an exponent is a scalar, not {show(self.exponent.shape)}")
        if not is_square(self.base.shape):
            inverse = isinstance(self.exponent, Number) and self.exponent.value == -1
            raise ShapeError(
                f"only a square matrix has {'an inverse' if inverse else 'powers'}, and this is {show(self.base.shape)}",
                "write `.^` for the powers of the entries" if not inverse else "`pinv` is the pseudo-inverse",
                code="not-square",
            )
        return self.base.shape


@dataclass(frozen=True, eq=False)
class Transpose(Expr):
    arg: Expr

    @property
    def children(self) -> tuple[Expr, ...]:
        return (self.arg,)

    def rebuild(self, children: tuple[Expr, ...]) -> Expr:
        return Transpose(children[0])

    def _shape(self) -> Shape:
        return (self.arg.shape[1], self.arg.shape[0])


# --------------------------------------------------------------------------------------------- structure
@dataclass(frozen=True, eq=False)
class Entry(Expr):
    """X[i, j]; with row None the column X[:, j], with column None the row X[i, :] as a column vector, or x[i]."""

    arg: Expr
    row: Expr | None
    column: Expr | None

    @property
    def children(self) -> tuple[Expr, ...]:
        return tuple(c for c in (self.arg, self.row, self.column) if c is not None)

    def rebuild(self, children: tuple[Expr, ...]) -> Expr:
        rest = list(children[1:])
        row = rest.pop(0) if self.row is not None else None
        column = rest.pop(0) if self.column is not None else None
        return Entry(children[0], row, column)

    def _shape(self) -> Shape:
        if self.row is not None and self.column is not None:
            return SCALAR
        return (self.arg.shape[1], ONE) if self.row is not None else (self.arg.shape[0], ONE)


@dataclass(frozen=True, eq=False)
class Stack(Expr):
    """A matrix of blocks, [A, B; C, D]; a column of scalars or vectors is a vector."""

    rows: tuple[tuple[Expr, ...], ...]

    @property
    def children(self) -> tuple[Expr, ...]:
        return tuple(block for row in self.rows for block in row)

    def rebuild(self, children: tuple[Expr, ...]) -> Expr:
        rest = iter(children)
        return Stack(tuple(tuple(next(rest) for _ in row) for row in self.rows))

    def _shape(self) -> Shape:
        height = Size(())
        width: Size | None = None
        for row in self.rows:
            across = Size(())
            for block in row:
                if block.shape[0] != row[0].shape[0]:
                    raise ShapeError(
                        f"blocks side by side have as many rows: {show(row[0].shape)} and {show(block.shape)}"
                    )
                across = across + block.shape[1]
            if width is not None and across != width:
                raise ShapeError(f"the rows of a stack are equally wide: {width} and {across} columns")
            width = across
            height = height + row[0].shape[0]
        assert width is not None
        return (height, width)


@dataclass(frozen=True, eq=False)
class Compare(Expr):
    """left < right and the like, of scalars or entry by entry; a condition, only inside `Where`.  op: < <= > >="""

    op: str
    left: Expr
    right: Expr

    @property
    def children(self) -> tuple[Expr, ...]:
        return (self.left, self.right)

    def rebuild(self, children: tuple[Expr, ...]) -> Expr:
        return Compare(self.op, *children)

    def _shape(self) -> Shape:
        if self.left.shape != self.right.shape:
            hint = None
            if is_scalar(self.left.shape) != is_scalar(self.right.shape):
                wide = self.right.shape if is_scalar(self.left.shape) else self.left.shape
                sizes = ", ".join(str(size) for size in wide if size != ONE)
                hint = f"entry by entry: `zeros({sizes})` for 0, `s ones({sizes})` for a number s"
            raise ShapeError(f"{show(self.left.shape)} is not compared with {show(self.right.shape)}", hint)
        return self.left.shape


@dataclass(frozen=True, eq=False)
class Where(Expr):
    """By cases: `then` where the condition holds, `otherwise` elsewhere; a condition of scalars chooses the whole."""

    condition: Expr
    then: Expr
    otherwise: Expr

    @property
    def children(self) -> tuple[Expr, ...]:
        return (self.condition, self.then, self.otherwise)

    def rebuild(self, children: tuple[Expr, ...]) -> Expr:
        return Where(*children)

    def _shape(self) -> Shape:
        if self.then.shape != self.otherwise.shape:
            raise ShapeError(f"the cases differ in shape: {show(self.then.shape)} and {show(self.otherwise.shape)}")
        if not self.condition.is_scalar and self.condition.shape != self.then.shape:
            raise ShapeError(
                f"a condition of {show(self.condition.shape)} does not choose entries of {show(self.then.shape)}"
            )
        return self.then.shape


@dataclass(frozen=True, eq=False)
class Sum(Expr):
    """The sum of `body` over the integer `index` from `lower` to `upper`, both included; `silent`: its sign is not printed, the
    index being repeated (`summation`)."""

    index: Symbol
    lower: Expr
    upper: Expr
    body: Expr
    silent: bool = False

    @property
    def children(self) -> tuple[Expr, ...]:
        return (self.lower, self.upper, self.body)

    def rebuild(self, children: tuple[Expr, ...]) -> Expr:
        lower, upper, body = children
        return Sum(self.index, lower, upper, body, self.silent)

    def _shape(self) -> Shape:
        return self.body.shape

    def _bound_names(self) -> frozenset[str]:
        return frozenset((self.index.name,))


@dataclass(frozen=True, eq=False)
class Delta(Expr):
    """Kronecker's delta of two integers: 1 when they are equal, else 0.  Only in derivations by indices."""

    left: Expr
    right: Expr

    @property
    def children(self) -> tuple[Expr, ...]:
        return (self.left, self.right)

    def rebuild(self, children: tuple[Expr, ...]) -> Expr:
        return Delta(*children)

    def _shape(self) -> Shape:
        assert self.left.is_scalar and self.right.is_scalar
        return SCALAR


# --------------------------------------------------------------------------------------------- functions
@dataclass(frozen=True)
class Unnamed:
    """An author's function without a formula: `elementwise` σ (argument None) or `function` E.

    argument, value: the shapes of its argument and value; latex: the author's own, or None.
    """

    name: str
    argument: Shape | None = None
    value: Shape | None = None
    latex: str | None = None


@dataclass(frozen=True, eq=False)
class Call(Expr):
    """A function of the table, by its name, on whole arguments."""

    name: str
    args: tuple[Expr, ...]

    @property
    def children(self) -> tuple[Expr, ...]:
        return self.args

    def rebuild(self, children: tuple[Expr, ...]) -> Expr:
        return Call(self.name, children)

    def _shape(self) -> Shape:
        from derive.expressions.functions import FUNCTIONS

        return FUNCTIONS[self.name].result(tuple(arg.shape for arg in self.args))


@dataclass(frozen=True, eq=False)
class Map(Expr):
    """An entry-by-entry function (of the table by name, or unnamed) of a scalar, vector or matrix.

    order k > 0 is the k-th derivative of an unnamed σ, entry by entry: σ', σ''.
    """

    function: str | Unnamed
    arg: Expr
    order: int = 0

    @property
    def children(self) -> tuple[Expr, ...]:
        return (self.arg,)

    def rebuild(self, children: tuple[Expr, ...]) -> Expr:
        return Map(self.function, children[0], self.order)

    def _shape(self) -> Shape:
        return self.arg.shape

    def _own_names(self) -> frozenset[str]:
        return frozenset((self.function.name,)) if isinstance(self.function, Unnamed) else frozenset()


@dataclass(frozen=True, eq=False)
class Apply(Expr):
    """An unnamed `function` E at a point, or one of its derivatives there.

    order 0                    E(x)
    order 1, no direction      its gradient (scalar value; the shape of x) or its Jacobian (of matrices d vec E / d vec x)
    order k, k directions      DE(x)[h], D²E(x)[h, k]
    order 2, one direction     its Hessian applied to h (scalar value; the shape of x)
    order 2, no direction      its Hessian matrix (scalar value, vector x)
    adjoint, order 1           DE(x)*[w], of the shape of x: ⟨w, DE(x)[h]⟩ = ⟨DE(x)*[w], h⟩
    """

    function: Unnamed
    arg: Expr
    order: int = 0
    directions: tuple[Expr, ...] = ()
    adjoint: bool = False

    @property
    def children(self) -> tuple[Expr, ...]:
        return (self.arg, *self.directions)

    def rebuild(self, children: tuple[Expr, ...]) -> Expr:
        return Apply(self.function, children[0], self.order, children[1:], self.adjoint)

    def _own_names(self) -> frozenset[str]:
        return frozenset((self.function.name,))

    def _shape(self) -> Shape:
        takes, gives = self.function.argument, self.function.value
        assert takes is not None and gives is not None
        if self.arg.shape != takes:
            raise ShapeError(f"{self.function.name} takes {show(takes)}, and this is {show(self.arg.shape)}")
        if self.adjoint:
            return takes
        if len(self.directions) == self.order:
            return gives
        if is_scalar(gives):
            return (takes[0], takes[0]) if self.order == 2 and not self.directions else takes
        return (gives[0] * gives[1], takes[0] * takes[1])


# --------------------------------------------------------------------------------------------- derivatives to be taken
@dataclass(frozen=True, eq=False)
class D(Expr):
    """A pending directional derivative of `arg`: each symbol moves along its direction.  Of the shape of `arg`."""

    arg: Expr
    moves: tuple[tuple[Symbol, Expr], ...]

    @property
    def children(self) -> tuple[Expr, ...]:
        return (self.arg, *(direction for _, direction in self.moves))

    def rebuild(self, children: tuple[Expr, ...]) -> Expr:
        moves = tuple((s, d) for (s, _), d in zip(self.moves, children[1:], strict=True))
        return D(children[0], moves)

    def _shape(self) -> Shape:
        return self.arg.shape


@dataclass(frozen=True, eq=False)
class Rate(Expr):
    """A pending derivative at zero by scalar parameters: d/dt body |_{t=0}; (t, t) is d²/dt², (s, t) is d/ds d/dt."""

    body: Expr
    parameters: tuple[Symbol, ...]

    @property
    def children(self) -> tuple[Expr, ...]:
        return (self.body,)

    def rebuild(self, children: tuple[Expr, ...]) -> Expr:
        return Rate(children[0], self.parameters)

    def _shape(self) -> Shape:
        return self.body.shape

    def _bound_names(self) -> frozenset[str]:
        return frozenset(p.name for p in self.parameters)
