"""The Python door: SymPy's expressions in, results out.

    >>> from sympy import MatrixSymbol, Symbol, Trace
    >>> from derive.api import from_sympy, to_sympy
    >>> m, n = Symbol("m"), Symbol("n")
    >>> X, A, B = MatrixSymbol("X", m, n), MatrixSymbol("A", m, m), MatrixSymbol("B", n, n)
    >>> f = from_sympy(Trace(X.T * A * X * B), A="symmetric", B="symmetric")
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from derive.language.nodes import Expr


def from_sympy(expression: Any, /, **properties: str | Iterable[str]) -> Expr:
    """A SymPy expression as one of `derive`.

    expression  a scalar expression or a matrix expression: MatrixSymbol, sums, products, powers, Inverse, Transpose, Trace,
                Determinant, HadamardProduct, HadamardPower, KroneckerProduct, DiagMatrix, BlockMatrix, applyfunc,
                entries (SymPy counts from 0, `derive` from 1), and functions of scalars.  A MatrixSymbol of n×1 is a
                vector.
    properties  what SymPy's symbols do not carry, by name: `A="symmetric"`, `Q=["orthogonal"]`

    Different size symbols are different sizes.  DeriveError [sympy-input] names what has no counterpart;
    [size-mismatch], [not-square] tell operands that do not fit (SymPy itself accepts them where sizes are symbols).
    """
    from derive.calculus.algebra.sympy_reading import read
    from derive.language.declarations import closure

    declared = {name: closure([has] if isinstance(has, str) else list(has)) for name, has in properties.items()}
    return read(expression, declared)


def to_sympy(result: Any, /, like: Any = None) -> Any:
    """An expression, or a result of a derivation, as a SymPy expression.

    Vectors become n×1 MatrixSymbols, x'Ax the trace of a 1×1 product (SymPy's entry [0, 0] would be taken apart into sums).
    like  a SymPy expression whose own symbols (with their assumptions) are used for sizes and scalars of the same name
    DeriveError [sympy-output] names what SymPy has no word for.
    """
    from derive.calculus.algebra.sympy_writing import write

    expr = result if isinstance(result, Expr) else result.expr
    return write(expr, like)
