"""SymPy's expressions, matrices too, as ours."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from derive.calculus.algebra.door import names_of_functions, sp
from derive.calculus.algebra.scalars import Untranslatable, from_sympy_scalar
from derive.errors import DeriveError
from derive.expressions import build
from derive.expressions.nodes import Call, Entry, Expr, Identity, Map, Ones, SizeValue, Stack, Sum, Symbol, number
from derive.expressions.sizes import ONE as SIZE_ONE
from derive.expressions.sizes import SCALAR, ShapeError, Size


def read(value: Any, properties: Mapping[str, Iterable[str]] | None = None) -> Expr:
    """A SymPy expression (a scalar, or a matrix expression with symbolic or numeric sizes) as one of ours.

    A MatrixSymbol of n×1 is a vector, of 1×1 a scalar; sizes may be integers, symbols, and sums and products of them.
    `properties` declares what SymPy's symbols do not carry: {"A": ["symmetric"]}; assumptions on scalar symbols are
    kept. DeriveError [sympy-input] names what has no counterpart, [size-mismatch] operands that do not fit.
    """
    if isinstance(value, int | float):
        value = sp().Number(value)
    if not isinstance(value, sp().Basic | sp().MatrixBase):
        raise DeriveError(
            f"a SymPy expression is expected, and this is of Python's type {type(value).__name__}", code="sympy-input",
            hint="text in the language of problem files is read by derive.load",
        )
    return _Reader(properties or {}, _size_names(value)).guarded(value)


def _size_names(value: Any) -> frozenset[str]:
    """The names that stand in the shape of a matrix: they are sizes wherever they stand."""
    matrices = value.atoms(sp().MatrixSymbol) if hasattr(value, "atoms") else ()
    return frozenset(s.name for m in matrices for size in m.shape for s in size.free_symbols)


class _Reader:
    def __init__(self, properties: Mapping[str, Iterable[str]], sizes: frozenset[str]) -> None:
        self.properties = {name: frozenset(has) for name, has in properties.items()}
        self.sizes = sizes
        self.bound: dict[Any, Symbol] = {}

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
        exponent = self.scalar(e.exp)
        return build.power(base, exponent) if base.is_scalar else Call("entrypower", (base, exponent))

    def applied(self, e: Any) -> Expr:
        """A Lambda or function, entry by entry."""
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
        if e in self.bound:
            return self.bound[e]
        if e.is_Symbol and e.name in self.sizes:
            return SizeValue(Size.of(e.name))
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
                raise Untranslatable(f"{name} of a matrix (the function of the matrix, or of its entries?)")
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
        for index, _, _ in limits:
            self.bound[index] = Symbol(index.name, SCALAR, frozenset({"integer"}))
        body = self.go(inner)
        for index, lower, upper in limits:
            body = Sum(self.bound[index], self.scalar(lower), self.scalar(upper), body)
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
