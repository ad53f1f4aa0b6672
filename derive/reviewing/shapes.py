"""The shapes of a tree's letters, by unification: a product needs the inner sizes equal, a sum all, a trace a square."""

from __future__ import annotations

from derive.reviewing.tree import Add, Binary, Const, Fun, Mul, Name, Neg, Num, Pow, Tree, Turn, children

Shape = tuple[str, str]
NUMBER: Shape = ("1", "1")
_OF_SQUARE = frozenset(("tr", "det", "logdet"))
_SUMS = frozenset(("sum", "logsumexp"))
_DIAGONAL = "diag"
_NORMS = frozenset(("norm", "norm2", "norm1"))
_ENTRYWISE = frozenset(("exp", "log", "sqrt", "sin", "cos", "tan", "tanh", "sinh", "cosh", "sigmoid", "softplus", "relu", "abs", "sign", "softmax"))


class Clash(Exception):
    """Sizes that cannot be equal."""


class Unsaid(Exception):
    """A tree whose shape is not told here."""


class Shapes:
    """The sizes of letters.  A size is `1`, `=n` where a declaration says it, or what is found equal to others.

    letters  the shape of each
    sizes    names of sizes that declarations say
    result   the shape of the whole
    """

    def __init__(self) -> None:
        self.letters: dict[str, Shape] = {}
        self.sizes: set[str] = set()
        self.result: Shape = NUMBER
        self._same: dict[str, str] = {}
        self._count = 0

    def declare(self, name: str, kind: str, sizes: tuple[str, ...]) -> None:
        """A letter with its kind, scalar, vector or matrix, and its sizes where they are said.

        name   the letter
        kind   of it
        sizes  none, or as many as the kind has
        """
        self.sizes |= set(sizes)
        dims = [f"={s}" if s != "1" else "1" for s in sizes] or [self._new(), self._new()]
        self.letters[name] = NUMBER if kind == "scalar" else (dims[0], "1") if kind == "vector" else (dims[0], dims[-1])

    def kind(self, name: str) -> str:
        """scalar, vector, or matrix."""
        rows, columns = self.resolved(self.letters[name])
        return "scalar" if rows == columns == "1" else "vector" if columns == "1" else "matrix"

    def resolved(self, shape: Shape) -> Shape:
        return self._root(shape[0]), self._root(shape[1])

    def _new(self) -> str:
        self._count += 1
        return f"?{self._count}"

    def _root(self, dim: str) -> str:
        while dim in self._same:
            dim = self._same[dim]
        return dim

    def _equal(self, a: str, b: str) -> None:
        a, b = self._root(a), self._root(b)
        if a == b:
            return
        if "1" in (a, b) or (a[0] == b[0] == "="):
            raise Clash
        self._same[a if a[0] == "?" else b] = b if a[0] == "?" else a

    def _alike(self, a: Shape, b: Shape) -> Shape:
        self._equal(a[0], b[0])
        self._equal(a[1], b[1])
        return a

    # ------------------------------------------------------------------------------------------ of a tree
    def of(self, tree: Tree) -> Shape:
        """Clash where it has none; Unsaid for a tree that is not understood here."""
        match tree:
            case Num() | Const(kind="pi" | "any" | "infinity"):
                return NUMBER
            case Name(name=name, marks=()) if name in self.letters:
                return self.letters[name]
            case Const(kind="identity", size=()):
                n = self._new()
                return n, n
            case Const(kind="ones" | "zeros", size=()):
                return self._new(), "1"
            case Neg(arg=arg):
                return self.of(arg)
            case Add(terms=terms):
                out = self.of(terms[0])
                for t in terms[1:]:
                    self._alike(out, self.of(t))
                return out
            case Mul(factors=factors):
                return self._product([self.of(f) for f in factors])
            case Turn(arg=arg):
                return self._turned(self.of(arg))
            case Pow(base=base, exponent=exponent):
                return self._power(self.of(base), exponent)
            case Binary(op=op, left=left, right=right):
                return self._binary(op, self.of(left), self.of(right))
            case Fun(name=name, args=(arg,)):
                return self._function(name, self.of(arg))
        raise Unsaid(type(tree).__name__.lower() if not list(children(tree)) else "an expression with indices, or one that is rare")

    def _turned(self, shape: Shape) -> Shape:
        if shape == NUMBER:
            raise Clash  # nobody transposes a number
        return shape[1], shape[0]

    def _product(self, found: list[Shape]) -> Shape:
        out = NUMBER
        for shape in found:
            if out == NUMBER or shape == NUMBER:
                out = shape if out == NUMBER else out
                continue
            self._equal(out[1], shape[0])
            out = (out[0], shape[1])
        return out

    def _power(self, base: Shape, exponent: Tree) -> Shape:
        if base == NUMBER:
            return base if self.of(exponent) == NUMBER else self._clash()
        if not isinstance(exponent, Num) or exponent.value.denominator != 1 or base[1] == "1" or base[0] == "1":
            raise Clash
        self._equal(*base)
        return base

    def _clash(self) -> Shape:
        raise Clash

    def _binary(self, op: str, a: Shape, b: Shape) -> Shape:
        match op:
            case "over":
                return a if b == NUMBER else self._clash()
            case "colon":
                self._alike(a, b)
                return NUMBER if a != NUMBER else self._clash()
            case "hadamard":
                return self._alike(a, b) if a != NUMBER else self._clash()
            case "dot" if a != NUMBER and a[1] == "1" and b[1] == "1" and b != NUMBER:
                self._alike(a, b)
                return NUMBER
            case "dot":
                return self._product([a, b])
        raise Unsaid("this product")

    def _function(self, name: str, shape: Shape) -> Shape:
        if name in _OF_SQUARE or (name == "bars" and shape != NUMBER):
            self._equal(*(shape if shape != NUMBER else self._clash()))
            return NUMBER
        if name in _NORMS:
            return NUMBER if shape != NUMBER else self._clash()
        if name == "bars":
            return NUMBER
        if name in _ENTRYWISE and (shape == NUMBER or shape[1] == "1"):
            return shape
        if name in _SUMS:
            return NUMBER if shape != NUMBER else self._clash()
        if name == _DIAGONAL and shape[1] == "1" and shape != NUMBER:
            return shape[0], shape[0]
        raise Unsaid(f"{name} of this")
