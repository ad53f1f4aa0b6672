"""SymPy's matrix expressions in, our results out: the public door for people who work in SymPy."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from derive.calculus.algebra.door import function_of, names_of_functions, sp, unnamed
from derive.calculus.algebra.scalars import Untranslatable, from_sympy_scalar
from derive.errors import DeriveError
from derive.language import build
from derive.language.functions import FUNCTIONS
from derive.language.nodes import (
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
    ShapeError,
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
from derive.language.sizes import ONE as SIZE_ONE
from derive.language.sizes import SCALAR, Size


def read(value: Any, properties: Mapping[str, Iterable[str]] | None = None) -> Expr:
    """A SymPy expression (a scalar, or a matrix expression with symbolic or numeric sizes) as one of ours.

    A MatrixSymbol of n×1 is a vector, of 1×1 a scalar; sizes may be integers, symbols, and sums and products of them.
    `properties` declares what SymPy's symbols do not carry: {"A": ["symmetric"]}; assumptions on scalar symbols are kept.
    DeriveError [sympy-input] names what has no counterpart, [size-mismatch] operands that do not fit.
    """
    return _Reader(properties or {}).guarded(value)


class _Reader:
    def __init__(self, properties: Mapping[str, Iterable[str]]) -> None:
        self.properties = {name: frozenset(has) for name, has in properties.items()}

    def guarded(self, value: Any) -> Expr:
        try:
            return self.go(value)
        except Untranslatable as e:
            raise DeriveError(f"SymPy's {e} has no counterpart in the language", code="sympy-input") from e
        except ShapeError as e:
            raise DeriveError(e.message, code=e.code, hint=e.hint) from e

    def go(self, e: Any) -> Expr:
        if getattr(e, "is_Matrix", False) and not hasattr(e, "shape"):
            raise Untranslatable(type(e).__name__)
        if getattr(e, "is_MatrixExpr", False) or getattr(e, "is_Matrix", False):
            return self.matrix(e)
        return self.scalar(e)

    # ------------------------------------------------------------------ sizes
    def size(self, e: Any) -> Size:
        if isinstance(e, int) or e.is_Integer:
            return Size.of(int(e))
        if e.is_Symbol:
            return Size.of(e.name)
        if e.is_Add or e.is_Mul:
            out = self.size(e.args[0])
            for arg in e.args[1:]:
                out = out + self.size(arg) if e.is_Add else out * self.size(arg)
            return out
        if e.is_Pow and e.exp.is_Integer and 0 < e.exp <= 8:
            out = self.size(e.base)
            for _ in range(int(e.exp) - 1):
                out = out * self.size(e.base)
            return out
        raise Untranslatable(f"size {e}")

    def symbol(self, name: str, rows: Any, columns: Any) -> Symbol:
        return Symbol(name, (self.size(rows), self.size(columns)), self.properties.get(name, frozenset()))

    # ------------------------------------------------------------------ matrices
    def matrix(self, e: Any) -> Expr:
        name = type(e).__name__
        rule = _MATRIX.get(name)
        if rule is not None:
            return rule(self, e)
        if hasattr(e, "tolist"):
            return Stack(tuple(tuple(self.go(x) for x in row) for row in e.tolist()))
        raise Untranslatable(f"matrix expression {name}")

    def power(self, e: Any) -> Expr:
        exponent = self.scalar(e.args[1])
        base = self.go(e.args[0])
        return build.power(base, exponent)

    def blocks(self, e: Any) -> Expr:
        rows, columns = e.blockshape
        return Stack(tuple(tuple(self.go(e.blocks[i, j]) for j in range(columns)) for i in range(rows)))

    def hadamard(self, e: Any) -> Expr:
        out = self.go(e.args[0])
        for arg in e.args[1:]:
            out = build.times(out, self.go(arg)) if out.is_scalar else Call("hadamard", (out, self.go(arg)))
        return out

    def kronecker(self, e: Any) -> Expr:
        out = self.go(e.args[0])
        for arg in e.args[1:]:
            out = Call("kron", (out, self.go(arg)))
        return out

    def entry_power(self, e: Any) -> Expr:
        base = self.go(e.base)
        return build.power(base, self.scalar(e.exp)) if base.is_scalar else Call("entrypower", (base, self.scalar(e.exp)))

    def applied(self, e: Any) -> Expr:
        """A Lambda or function, entry by entry: SymPy's own derivative machinery writes such; one of the table is a Map."""
        from derive.calculus.algebra.maps import DUMMY, lift

        x = sp().Dummy("x", real=True)
        return lift(from_sympy_scalar(e.function(x), {x: DUMMY}), self.go(e.expr))

    # ------------------------------------------------------------------ scalars
    def scalar(self, e: Any) -> Expr:
        sympy = sp()
        name = type(e).__name__
        rule = _SCALAR.get(name)
        if rule is not None:
            return rule(self, e)
        if e.is_Symbol:
            own = from_sympy_scalar(e)
            assert isinstance(own, Symbol)
            return Symbol(own.name, SCALAR, own.has | self.properties.get(own.name, frozenset()))
        if e.is_Add:
            return build.add(*(self.go(a) for a in e.args))
        if e.is_Mul:
            return build.times(*(self.one(a) for a in e.args))
        if e.is_Pow and e.base is not sympy.E:
            if e.exp.is_Rational and e.exp.q == 2 and abs(e.exp.p) == 1:
                root = Map("sqrt", self.one(e.base))
                return root if e.exp.p == 1 else build.power(root, -1)
            return build.power(self.one(e.base), self.scalar(e.exp))
        if name in names_of_functions() and len(e.args) == 1:
            arg = self.go(e.args[0])
            if not arg.is_scalar:
                raise Untranslatable(f"{name} of a matrix, which may mean the function of the matrix or of its entries,")
            return Map(names_of_functions()[name], arg)
        return from_sympy_scalar(e)

    def one(self, e: Any) -> Expr:
        """A factor of a scalar product: SymPy lets 1×1 matrices stand there."""
        out = self.go(e)
        if not out.is_scalar:
            raise Untranslatable(f"product of a scalar and {type(e).__name__}")
        return out

    def trace(self, e: Any) -> Expr:
        arg = self.go(e.arg)
        return arg if arg.is_scalar else Call("tr", (arg,))

    def entry(self, e: Any) -> Expr:
        """X[0, 1] counts from 0, ours from 1."""
        arg = self.go(e.parent)
        i, j = (build.add(self.scalar(x), build.ONE) if not x.is_Integer else number(int(x) + 1) for x in e.indices)
        if arg.is_scalar:
            return arg
        if arg.shape[1] == SIZE_ONE:
            return Entry(arg, i, None)
        return Entry(arg, i, j)

    def summed(self, e: Any) -> Expr:
        """SymPy's own sums count from 0; they are shifted so that entries are counted from 1."""
        inner, limits = e.args[0], []
        for index, lower, upper in e.limits:
            if lower == 0:
                inner, lower, upper = inner.subs(index, index - 1), lower + 1, upper + 1
            limits.append((index, lower, upper))
        body = self.go(inner)
        for index, lower, upper in limits:
            body = Sum(Symbol(index.name, SCALAR, frozenset({"integer"})), self.scalar(lower), self.scalar(upper), body)
        return body


def _factors(r: _Reader, e: Any) -> Expr:
    return build.matmul(*(r.go(a) for a in e.args))


_MATRIX: dict[str, Callable[[_Reader, Any], Expr]] = {
    "MatrixSymbol": lambda r, e: r.symbol(e.name, *e.shape),
    "MatAdd": lambda r, e: build.add(*(r.go(a) for a in e.args)),
    "MatMul": _factors,
    "MatPow": lambda r, e: r.power(e),
    "Inverse": lambda r, e: build.inverse(r.go(e.args[0])),
    "Transpose": lambda r, e: build.transpose(r.go(e.arg)),
    "Adjoint": lambda r, e: build.transpose(r.go(e.arg)),
    "Identity": lambda r, e: Identity(r.size(e.shape[0])),
    "ZeroMatrix": lambda r, e: build.zero((r.size(e.shape[0]), r.size(e.shape[1]))),
    "OneMatrix": lambda r, e: Ones((r.size(e.shape[0]), r.size(e.shape[1]))),
    "HadamardProduct": lambda r, e: r.hadamard(e),
    "HadamardPower": lambda r, e: r.entry_power(e),
    "KroneckerProduct": lambda r, e: r.kronecker(e),
    "BlockMatrix": lambda r, e: r.blocks(e),
    "ElementwiseApplyFunction": lambda r, e: r.applied(e),
    "DiagMatrix": lambda r, e: Call("diag", (r.go(e.args[0]),)),
    "DiagonalMatrix": lambda r, e: Call("diag", (Call("diag", (r.go(e.args[0]),)),)),
    "DiagonalOf": lambda r, e: Call("diag", (r.go(e.args[0]),)),
}
_SCALAR: dict[str, Callable[[_Reader, Any], Expr]] = {
    "Trace": lambda r, e: r.trace(e),
    "Determinant": lambda r, e: Call("det", (r.go(e.arg),)),
    "Norm": lambda r, e: Call("norm", (r.go(e.args[0]),)),
    "MatrixElement": lambda r, e: r.entry(e),
    "Sum": lambda r, e: r.summed(e),
}


# --------------------------------------------------------------------------------------------- out
def write(expr: Expr) -> Any:
    """An expression as SymPy's: vectors as n×1 MatrixSymbols, sizes as integer symbols, a product of size 1×1 as the trace of it.

    DeriveError [sympy-output] names what SymPy has no word for (Fréchet derivatives, factorizations, unnamed functions of
    matrices, derivatives still to be taken).
    """
    return _Writer().go(expr)


class _Writer:
    def __init__(self) -> None:
        self.memo: dict[Expr, Any] = {}

    def go(self, e: Expr) -> Any:
        if e not in self.memo:
            self.memo[e] = self.make(e)
        return self.memo[e]

    def size(self, size: Size) -> Any:
        sympy = sp()
        return sum(
            (c * sympy.Mul(*(sympy.Symbol(n, integer=True, positive=True) for n in names)) for names, c in size.terms),
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
                kind = {"integer": True} if "integer" in e.has else {"real": True}
                return sympy.Symbol(e.name, **kind, **({"positive": True} if "positive" in e.has else {}))
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
                return sympy.Piecewise((self.go(then), relation(self.go(left), self.go(right))), (self.go(otherwise), True))
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


def _logsumexp(w: _Writer, a: tuple[Expr, ...]) -> Any:
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
    "diag": lambda w, a: (sp().DiagMatrix if a[0].shape[1] == SIZE_ONE else sp().matrices.expressions.diagonal.DiagonalOf)(
        w.go(a[0])
    ),
    "sym": lambda w, a: sp().Rational(1, 2) * sp().MatAdd(w.go(a[0]), sp().Transpose(w.go(a[0]))),
    "skewpart": lambda w, a: sp().Rational(1, 2) * sp().MatAdd(w.go(a[0]), -sp().Transpose(w.go(a[0]))),
    "max": lambda w, a: sp().Max(w.go(a[0]), w.go(a[1])),
    "min": lambda w, a: sp().Min(w.go(a[0]), w.go(a[1])),
}
