"""Our expressions as SymPy's."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from derive.calculus.algebra.door import function_of, sp, unnamed
from derive.errors import DeriveError
from derive.expressions.functions import FUNCTIONS
from derive.expressions.nodes import (
    Add,
    Call,
    Compare,
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
from derive.expressions.sizes import ONE as SIZE_ONE
from derive.expressions.sizes import Size


def write(expr: Expr, like: Any = None) -> Any:
    """An expression as SymPy's: vectors as n×1 MatrixSymbols, a product of size 1×1 as the trace of it.

    Symbols take the names and declared assumptions of ours; where `like`, a SymPy expression, has one of the name, it
    is that one.

    DeriveError [sympy-output] names what SymPy has no word for (Fréchet derivatives, factorizations, unnamed
    functions of matrices, derivatives still to be taken).
    """
    known = {s.name: s for s in like.free_symbols if s.is_Symbol} if like is not None else {}
    if like is not None:
        known |= {s.name: s for m in like.atoms(sp().MatrixSymbol) for size in m.shape for s in size.free_symbols}
    return _Writer(known).go(expr)


class _Writer:
    def __init__(self, known: Mapping[str, Any]) -> None:
        self.memo: dict[Expr, Any] = {}
        self.known = known

    def symbol(self, name: str, **assumptions: bool) -> Any:
        return self.known[name] if name in self.known else sp().Symbol(name, **assumptions)

    def go(self, e: Expr) -> Any:
        if e not in self.memo:
            self.memo[e] = self.make(e)
        return self.memo[e]

    def size(self, size: Size) -> Any:
        sympy = sp()
        return sum(
            (c * sympy.Mul(*(self.symbol(n) for n in names)) for names, c in size.terms),
            sympy.Integer(0),
        )

    def make(self, e: Expr) -> Any:
        sympy = sp()
        match e:
            case Number(value):
                return sympy.Rational(value.numerator, value.denominator)
            case SizeValue(size):
                return self.size(size)
            case Symbol() if e.is_scalar:
                return self.symbol(e.name, **{word: True for word in ("integer", "positive") if word in e.has})
            case Symbol(name, (rows, columns)):
                return sympy.MatrixSymbol(name, self.size(rows), self.size(columns))
            case Identity(size):
                return sympy.Identity(self.size(size))
            case Ones((rows, columns)):
                return sympy.OneMatrix(self.size(rows), self.size(columns))
            case Zeros((rows, columns)):
                return sympy.ZeroMatrix(self.size(rows), self.size(columns))
            case Add(terms):
                kind_of_sum = sympy.Add if e.is_scalar else sympy.MatAdd
                return kind_of_sum(*(self.go(t) for t in terms))
            case Times(factors):
                return sympy.Mul(*(self.go(f) for f in factors))
            case Scale(scalar, arg):
                return self.go(scalar) * self.go(arg)
            case MatMul(factors):
                product = sympy.MatMul(*(self.go(f) for f in factors))
                return sympy.Trace(product) if e.is_scalar else product
            case Power(base, exponent):
                return sympy.Pow(self.go(base), self.go(exponent)) if e.is_scalar else self.matrix_power(base, exponent)
            case Transpose(arg):
                return sympy.Transpose(self.go(arg))
            case Entry(arg, row, column):
                return self.entry(arg, row, column)
            case Unit(Number(i), size):
                return self.unit(int(i), size)
            case Stack(rows) if all(b.is_scalar for row in rows for b in row):
                return sympy.ImmutableDenseMatrix([[self.go(b) for b in row] for row in rows])
            case Stack(rows):
                return sympy.BlockMatrix([[self.go(b) for b in row] for row in rows])
            case Where(Compare(op, left, right), then, otherwise) if left.is_scalar and then.is_scalar:
                relation = {"<": sympy.Lt, "<=": sympy.Le, ">": sympy.Gt, ">=": sympy.Ge}[op]
                holds = relation(self.go(left), self.go(right))
                return sympy.Piecewise((self.go(then), holds), (self.go(otherwise), True))
            case Sum(index, lower, upper, body) if e.is_scalar:
                return sympy.Sum(self.go(body), (self.go(index), self.go(lower), self.go(upper)))
            case Map(str(name), arg):
                return self.map(name, arg)
            case Map(function, arg, order) if not isinstance(function, str):
                kind_of_map = unnamed(function, order)
                return kind_of_map(self.go(arg)) if arg.is_scalar else self.apply(kind_of_map, arg)
            case Call(name, args):
                return self.call(name, args)
        raise DeriveError(f"SymPy has no expression for {type(e).__name__}", code="sympy-output")

    def matrix_power(self, base: Expr, exponent: Expr) -> Any:
        inner = self.go(base)
        return sp().Inverse(inner) if exponent is number(-1) else sp().MatPow(inner, self.go(exponent))

    def entry(self, arg: Expr, row: Expr | None, column: Expr | None) -> Any:
        inner = self.go(arg)
        if row is not None and column is not None:
            return inner[self.go(row) - 1, self.go(column) - 1]
        if row is not None and arg.shape[1] == SIZE_ONE:
            return inner[self.go(row) - 1, 0]
        if row is not None:
            return inner[self.go(row) - 1, :].T
        assert column is not None
        return inner[:, self.go(column) - 1]

    def unit(self, i: int, size: Size) -> Any:
        sympy = sp()
        n = self.size(size)
        if not n.is_Integer:
            raise DeriveError("SymPy has no unit vector of symbolic size", code="sympy-output")
        return sympy.ImmutableDenseMatrix([1 if k == i - 1 else 0 for k in range(int(n))])

    def map(self, name: str, arg: Expr) -> Any:
        return function_of(name)(self.go(arg)) if arg.is_scalar else self.apply(function_of(name), arg)

    def apply(self, function: Any, arg: Expr) -> Any:
        x = sp().Dummy("x", real=True)
        return sp().matrices.expressions.applyfunc.ElementwiseApplyFunction(sp().Lambda(x, function(x)), self.go(arg))

    def call(self, name: str, args: tuple[Expr, ...]) -> Any:
        sympy = sp()
        rule = _WRITE.get(name)
        if rule is None or (name in ("hadamard", "entrypower", "quotient") and args[0].is_scalar != args[1].is_scalar):
            return self.other(name, args)
        del sympy
        return rule(self, args)

    def other(self, name: str, args: tuple[Expr, ...]) -> Any:
        if name == "entrypower" and args[1].is_scalar:
            return sp().HadamardPower(self.go(args[0]), self.go(args[1]))
        if name == "quotient" and args[0].is_scalar:
            return self.go(args[0]) * sp().HadamardPower(self.go(args[1]), -1)
        raise DeriveError(f"SymPy has no expression for {name} ({FUNCTIONS[name].about})", code="sympy-output")

    def total(self, arg: Expr) -> Any:
        if arg.is_scalar:
            return self.go(arg)
        rows, columns = Ones((SIZE_ONE, arg.shape[0])), Ones((arg.shape[1], SIZE_ONE))
        parts = [self.go(x) for x in (rows, arg, columns) if not x.is_scalar]
        return sp().Trace(sp().MatMul(*parts))


def _diagonal(arg: Any, of_vector: bool) -> Any:
    return sp().DiagMatrix(arg) if of_vector else sp().matrices.expressions.diagonal.DiagonalOf(arg)


def _logsumexp(w: _Writer, a: tuple[Expr, ...]) -> Any:
    if a[0].shape[1] != SIZE_ONE:
        raise DeriveError("SymPy has no expression for logsumexp row by row", code="sympy-output")
    return sp().log(w.total(Map("exp", a[0])))


_WRITE: dict[str, Callable[[_Writer, tuple[Expr, ...]], Any]] = {
    "pi": lambda w, a: sp().pi,
    "tr": lambda w, a: sp().Trace(w.go(a[0])),
    "det": lambda w, a: sp().Determinant(w.go(a[0])),
    "logdet": lambda w, a: sp().log(sp().Abs(sp().Determinant(w.go(a[0])))),
    "norm": lambda w, a: sp().sqrt(sp().Trace(sp().MatMul(sp().Transpose(w.go(a[0])), w.go(a[0])))),
    "inner": lambda w, a: sp().Trace(sp().MatMul(sp().Transpose(w.go(a[0])), w.go(a[1]))),
    "dot": lambda w, a: sp().Trace(sp().MatMul(sp().Transpose(w.go(a[0])), w.go(a[1]))),
    "sum": lambda w, a: w.total(a[0]),
    "mean": lambda w, a: w.total(a[0]) / (w.size(a[0].shape[0]) * w.size(a[0].shape[1])),
    "logsumexp": _logsumexp,
    "hadamard": lambda w, a: sp().HadamardProduct(w.go(a[0]), w.go(a[1])),
    "entrypower": lambda w, a: sp().HadamardPower(w.go(a[0]), w.go(a[1])),
    "quotient": lambda w, a: sp().HadamardProduct(w.go(a[0]), sp().HadamardPower(w.go(a[1]), -1)),
    "kron": lambda w, a: sp().KroneckerProduct(w.go(a[0]), w.go(a[1])),
    "diag": lambda w, a: _diagonal(w.go(a[0]), a[0].shape[1] == SIZE_ONE),
    "sym": lambda w, a: sp().Rational(1, 2) * sp().MatAdd(w.go(a[0]), sp().Transpose(w.go(a[0]))),
    "skewpart": lambda w, a: sp().Rational(1, 2) * sp().MatAdd(w.go(a[0]), -sp().Transpose(w.go(a[0]))),
    "max": lambda w, a: sp().Max(w.go(a[0]), w.go(a[1])),
    "min": lambda w, a: sp().Min(w.go(a[0]), w.go(a[1])),
}
