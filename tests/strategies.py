"""Random well-shaped expressions over the whole function table, built through `language.build` as the parser builds them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from fractions import Fraction
from random import Random
from typing import Protocol, TypeVar

from hypothesis import strategies as st

from derive.expressions import build
from derive.expressions.function import Function
from derive.expressions.function import forms as signature_forms
from derive.expressions.functions import FUNCTIONS
from derive.expressions.nodes import (
    Apply,
    Call,
    Compare,
    Entry,
    Expr,
    Identity,
    Map,
    Ones,
    SizeValue,
    Stack,
    Sum,
    Symbol,
    Unit,
    Unnamed,
    Where,
    Zeros,
    number,
)
from derive.expressions.properties.symmetry import settled
from derive.expressions.sizes import ONE, SCALAR, Shape, Size, is_column, is_scalar, is_square
from derive.language.indices import integer_valued
from derive.language.scope import Scope

M, N = Size.of("m"), Size.of("n")
DIMENSIONS = (M, N)


def _symbol(name: str, rows: Size, columns: Size, *has: str) -> Symbol:
    out: Symbol = Symbol(name, (rows, columns), frozenset(has))
    return out


SYMBOLS: dict[str, Symbol] = {
    s.name: s
    for s in (
        _symbol("X", M, N), _symbol("W1", M, N), _symbol("Phi", N, M), _symbol("loss", N, M),
        _symbol("A", M, M, "symmetric"), _symbol("Sigma", M, M, "spd", "symmetric", "invertible"),
        _symbol("S", N, N, "symmetric"), _symbol("B", N, N), _symbol("Q", M, M), _symbol("AB", N, N, "invertible"),
        _symbol("x", N, ONE), _symbol("mu", N, ONE), _symbol("x_0", N, ONE), _symbol("y", M, ONE), _symbol("v", M, ONE),
        _symbol("s", ONE, ONE), _symbol("alpha", ONE, ONE, "positive"), _symbol("b2", ONE, ONE),
        _symbol("k", ONE, ONE, "integer"),
    )
}
UNNAMED: dict[str, Unnamed] = {
    u.name: u
    for u in (
        Unnamed("sigma"), Unnamed("phi"), Unnamed("E", (N, ONE), SCALAR), Unnamed("G", (N, ONE), (M, ONE)),
        Unnamed("F", (M, N), SCALAR),
    )
}
SCOPE = Scope(SYMBOLS, UNNAMED, frozenset(("m", "n")))
STRUCTURES = ("entry", "stack", "where", "sum", "unnamed", "constant")
"""What may be left out beside functions of the table: indexing, blocks, cases, sums over an index, σ and E, I, ones, e_i."""


def shapes() -> st.SearchStrategy[Shape]:
    """Scalars most often, then vectors, matrices and rows."""
    return st.sampled_from(
        (SCALAR, SCALAR, SCALAR, (N, ONE), (M, ONE), (M, N), (N, M), (M, M), (N, N), (ONE, N))
    )


@st.composite
def expressions(
    draw: st.DrawFn,
    shape: Shape | None = None,
    depth: int = 6,
    functions: Collection[str] | None = None,
    structures: Collection[str] = STRUCTURES,
    symbols: Collection[Symbol] = tuple(SYMBOLS.values()),
) -> Expr:
    """An expression of the shape (any, when None) and at most that depth, in the form that the parser gives.

    functions   names of the table that may occur; None is all of them, () is none
    structures  which of STRUCTURES may occur
    symbols     the declared symbols; where none has a needed shape, a constant of ones stands
    """
    target = draw(shapes()) if shape is None else shape
    rows = [row for name, row in FUNCTIONS.items() if functions is None or name in functions]
    generator = Generator(Drawn(draw), rows, frozenset(structures), tuple(symbols))
    return generator.of(target, depth, ())


T = TypeVar("T")


class Chance(Protocol):
    """What chooses: hypothesis in a test, a die with a seed in a script."""

    def among(self, options: Sequence[T]) -> T: ...

    def below(self, count: int) -> int:
        """0, …, count - 1."""
        ...


class Drawn:
    """Hypothesis chooses."""

    def __init__(self, draw: st.DrawFn) -> None:
        self.draw = draw

    def among(self, options: Sequence[T]) -> T:
        return self.draw(st.sampled_from(options))

    def below(self, count: int) -> int:
        return self.draw(st.integers(0, count - 1))


class Die:
    """A seed chooses: the same seed, the same expression."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)

    def among(self, options: Sequence[T]) -> T:
        return self.random.choice(options)

    def below(self, count: int) -> int:
        return self.random.randrange(count)


Bound = tuple[tuple[Symbol, Size], ...]
"""Indices of the sums around, and how far each goes."""


def as_read(name: str, args: tuple[Expr, ...]) -> Expr:
    """The call as the reader would make it: a whole power of a matrix is a power."""
    return build.power(args[0], args[1]) if name == "powm" and integer_valued(args[1]) else Call(*settled(name, args))


class Generator:
    def __init__(
        self, chance: Chance, rows: list[Function], structures: frozenset[str], symbols: tuple[Symbol, ...]
    ) -> None:
        self.chance, self.rows, self.structures, self.symbols = chance, rows, structures, symbols

    def pick(self, options: list[Callable[[], Expr]] | tuple[Callable[[], Expr], ...]) -> Expr:
        return self.chance.among(options)()

    def of(self, shape: Shape, depth: int, bound: Bound) -> Expr:
        if depth <= 0 or self.chance.below(8) == 0:
            return self.leaf(shape, bound)
        d = depth - 1
        options: list[Callable[[], Expr]] = [
            lambda: self.leaf(shape, bound),
            lambda: self.sum(shape, d, bound),
            lambda: build.scale(self.of(SCALAR, d, bound), self.of(shape, d, bound)),
            lambda: build.scale(self.number(), self.of(shape, d, bound)),
            lambda: self.product(shape, d, bound),
            lambda: self.product(shape, d, bound),
        ]
        if not is_scalar(shape):
            options.append(lambda: build.transpose(self.of((shape[1], shape[0]), d, bound)))
        if is_square(shape):
            options.append(lambda: self.power(shape, d, bound))
        if is_scalar(shape):
            options.append(lambda: build.times(self.of(SCALAR, d, bound), self.of(SCALAR, d, bound)))
            options.append(lambda: build.divide(self.of(SCALAR, d, bound), self.nonzero(d, bound)))
        for _ in range(3):
            if self.rows:
                options.append(lambda: self.call(shape, d, bound))
        if "unnamed" in self.structures:
            options.append(lambda: self.unnamed(shape, d, bound))
        if "where" in self.structures:
            options.append(lambda: self.where(shape, d, bound))
        if "sum" in self.structures and len(bound) < 2:
            options.append(lambda: self.indexed(shape, d, bound))
        if "stack" in self.structures and is_square(shape) and not is_scalar(shape):
            options.append(lambda: build.matmul(*self.stacked(shape[0], d, bound)))
        if "entry" in self.structures and (is_scalar(shape) or is_column(shape)):
            options.append(lambda: self.entry(shape, d, bound))
        return self.pick(options)

    # ----------------------------------------------------------------------------------------- leaves
    def number(self) -> Expr:
        return number(self.chance.among(
            (2, 3, -1, -1, -2, 10, Fraction(1, 2), Fraction(-1, 2), Fraction(2, 3), Fraction(1, 1000), 0)
        ))

    def leaf(self, shape: Shape, bound: Bound) -> Expr:
        fitting: list[Expr] = [s for s in self.symbols if s.shape == shape]
        if is_scalar(shape):
            fitting += [index for index, _ in bound]
            if self.chance.below(4) == 0:
                return self.chance.among((self.number(), SizeValue(N)))
        constants: list[Expr] = []
        if not is_scalar(shape):
            constants = [Ones(shape), Zeros(shape)]
            if is_square(shape):
                constants.append(Identity(shape[0]))
            if is_column(shape):
                constants.append(Unit(self.index(shape[0], bound), shape[0]))
        if fitting and not (constants and "constant" in self.structures and self.chance.below(6) == 0):
            return self.chance.among(fitting)
        return self.chance.among(constants) if constants else number(2)

    def nonzero(self, depth: int, bound: Bound) -> Expr:
        out = self.of(SCALAR, depth, bound)
        return number(3) if build.is_zero(out) else out

    def index(self, size: Size, bound: Bound) -> Expr:
        options: list[Expr] = [number(1), number(2)]
        options += [s for s in self.symbols if "integer" in s.has]
        options += [index for index, reach in bound if reach == size] * 3
        return self.chance.among(options)

    # ----------------------------------------------------------------------------------------- algebra
    def sum(self, shape: Shape, depth: int, bound: Bound) -> Expr:
        terms = [self.of(shape, depth, bound) for _ in range(2 + self.chance.below(2))]
        signs = [bool(self.chance.below(2)) for _ in terms]
        return build.add(*(build.negate(t) if minus else t for t, minus in zip(terms, signs, strict=True)))

    def product(self, shape: Shape, depth: int, bound: Bound) -> Expr:
        inner = self.chance.among(DIMENSIONS if is_scalar(shape) else (*DIMENSIONS, ONE))
        left, right = (shape[0], inner), (inner, shape[1])
        return build.matmul(self.of(left, depth, bound), self.of(right, depth, bound))

    def power(self, shape: Shape, depth: int, bound: Bound) -> Expr:
        base = self.of(shape, depth, bound)
        exponents: list[Expr] = [number(k) for k in (-1, -1, -1, 2, 3, -2)]
        exponents += [s for s in self.symbols if "integer" in s.has]
        if is_scalar(shape):
            exponents += [number(Fraction(1, 2)), number(Fraction(-3, 2)), self.of(SCALAR, min(depth, 1), bound)]
        exponent = self.chance.among(exponents)
        return number(2) if build.is_zero(base) and is_scalar(shape) else build.power(base, exponent)

    # ----------------------------------------------------------------------------------------- functions
    def call(self, shape: Shape, depth: int, bound: Bound) -> Expr:
        fitting = [(row, form) for row in self.rows for form in fitting_forms(row, shape)]
        if not fitting:
            return self.leaf(shape, bound)
        if is_scalar(shape) and self.chance.below(6) == 0:
            return self.enlarged(depth, bound)
        row, takes = self.chance.among(fitting)
        if row.maps:
            return Map(row.name, self.of(shape, depth, bound))
        args: list[Expr] = []
        declared = self.declared(row, takes)
        if declared is not None:
            return as_read(row.name, (declared, *(self.index(M, bound) if take is None else self.of(take, depth, bound) for take in takes[1:])))
        for k, take in enumerate(takes):
            shapes_only = row.shaped_by == k
            args.append(
                self.index(M, bound) if take is None else Zeros(take) if shapes_only else self.of(take, depth, bound)
            )
        return as_read(row.name, tuple(args))

    def declared(self, row: Function, takes: tuple[Shape | None, ...]) -> Expr | None:
        """A symbol with the property without which the function is refused (or, for the eigenvectors of a general matrix,
        without it)."""
        if row.needs is None and not row.name.startswith("eigvec_"):
            return None
        wanted = row.needs or ""
        fitting = [s for s in self.symbols if s.shape == takes[0] and (wanted in s.has if wanted else not s.has)]
        return self.chance.among(fitting) if fitting else None

    def enlarged(self, depth: int, bound: Bound) -> Expr:
        """A scalar around a Kronecker product or a vec, whose shape is a product of sizes."""
        names = {row.name for row in self.rows}
        if {"kron", "tr"} <= names and self.chance.below(2):
            left, right = self.of((M, M), depth, bound), self.of((N, N), depth, bound)
            return Call("tr", (Call("kron", (left, right)),))
        if {"vec", "norm"} <= names:
            return Call("norm", (Call("vec", (self.of((M, N), depth, bound),)),))
        return self.leaf(SCALAR, bound)

    def unnamed(self, shape: Shape, depth: int, bound: Bound) -> Expr:
        options: list[Callable[[], Expr]] = [
            lambda: Map(UNNAMED["sigma"], self.of(shape, depth, bound), self.chance.below(5)),
            lambda: Map(UNNAMED["phi"], self.of(shape, depth, bound), self.chance.below(2)),
        ]
        for function in (UNNAMED["E"], UNNAMED["G"], UNNAMED["F"]):
            takes, gives = function.argument, function.value
            assert takes is not None and gives is not None
            for order in range(4):
                for given in {order, order - 1} - {-1}:
                    vector = is_column(gives)
                    if given < order and vector and order > 1:
                        continue
                    result = gives if given == order else takes if is_scalar(gives) else (gives[0], takes[0])
                    if result == shape:
                        options.append(
                            lambda f=function, k=order, g=given, t=takes: Apply(  # type: ignore[misc]
                                f, self.of(t, depth, bound), k, tuple(self.of(t, min(depth, 1), bound) for _ in range(g))
                            )
                        )
        return self.pick(options)

    # ----------------------------------------------------------------------------------------- structure
    def where(self, shape: Shape, depth: int, bound: Bound) -> Expr:
        over = self.chance.among((SCALAR, shape))
        op = self.chance.among(("<", "<=", ">", ">="))
        d = min(depth, 2)
        condition = Compare(op, self.of(over, d, bound), self.of(over, d, bound))
        return Where(condition, self.of(shape, d, bound), self.of(shape, d, bound))

    def indexed(self, shape: Shape, depth: int, bound: Bound) -> Expr:
        index: Symbol = Symbol("ij"[len(bound)], SCALAR, frozenset(("integer",)))
        size = self.chance.among(DIMENSIONS)
        upper = SizeValue(size)
        return Sum(index, number(1), upper, self.of(shape, depth, (*bound, (index, size))))

    def entry(self, shape: Shape, depth: int, bound: Bound) -> Expr:
        m, n = (self.chance.among(DIMENSIONS) for _ in range(2))
        d = self.chance.among((0, depth))
        if is_column(shape):
            if self.chance.below(2):
                return Entry(self.of((shape[0], n), d, bound), None, self.index(n, bound))
            return Entry(self.of((m, shape[0]), d, bound), self.index(m, bound), None)
        if self.chance.below(2):
            return Entry(self.of((m, ONE), d, bound), self.index(m, bound), None)
        return Entry(self.of((m, n), d, bound), self.index(m, bound), self.index(n, bound))

    def stacked(self, size: Size, depth: int, bound: Bound) -> tuple[Expr, Expr]:
        """Two factors of a square matrix, a row and a column of blocks."""
        blocks = [self.of((size, size), min(depth, 2), bound) for _ in range(4)]
        return Stack(((blocks[0], blocks[1]),)), Stack(((blocks[2],), (blocks[3],)))


def _size(text: str, sizes: dict[str, Size], fallback: Size) -> Size:
    out = ONE
    for name in text.split("*"):
        out = out * sizes.setdefault(name.strip(), fallback)
    return out


def fitting_forms(row: Function, shape: Shape) -> list[tuple[Shape | None, ...]]:
    """The shapes of arguments with which a function has a value of that shape; None stands for an index."""
    if row.maps:
        return [()]
    out: list[tuple[Shape | None, ...]] = []
    for takes, (kind, names) in signature_forms(row.signature):
        sizes: dict[str, Size] = {}
        if kind == "scalar" and not is_scalar(shape):
            continue
        if kind != "scalar" and is_scalar(shape) and kind != "any":
            continue
        if kind == "vector" and not is_column(shape):
            continue
        found = (shape[0],) if kind in ("vector", "square") else shape
        if kind == "square" and not is_square(shape):
            continue
        if any("*" in name or name.isdecimal() for name in names):
            continue
        if kind != "scalar":
            sizes = dict(zip(names, found, strict=True))
        args: list[Shape | None] = []
        for what, of in takes:
            filled = [_size(name, sizes, DIMENSIONS[k % 2]) for k, name in enumerate(of)]
            if what == "index":
                args.append(None)
            elif what == "scalar":
                args.append(SCALAR)
            elif what == "vector":
                args.append((filled[0], ONE))
            elif what == "square":
                args.append((filled[0], filled[0]))
            else:
                args.append((filled[0], filled[1]))
        if row.name in ("hadamard", "quotient", "entrypower") and (args[1] == SCALAR) and row.name != "entrypower":
            continue
        if row.name == "entrypower" and args[0] == args[1] == SCALAR:
            continue
        if (row.name == "hadamard" or row.shaped_by is not None) and SCALAR in (*args, shape):
            continue
        out.append(tuple(args))
    return out
