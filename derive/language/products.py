"""Products over an index: prod(i, 1, n, s(x_i' w)) is the product of the entries of the vector s(X w)."""

from __future__ import annotations

from derive.expressions.build import ONE, add, matmul, scale, transpose
from derive.expressions.nodes import Add, Call, Entry, Expr, Map, MatMul, Ones, Power, Symbol, Times, Transpose
from derive.expressions.sizes import ONE as ONE_SIZE
from derive.expressions.sizes import ShapeError, Size, is_column
from derive.language.indices import as_size

HINT = "write prod(v) with the vector v of the factors, or differentiate the logarithm, sum(i, 1, n, log(…))"


def product_over(index: Symbol, lower: Expr, upper: Expr, body: Expr) -> Expr:
    """The product of `body` over the index from 1 to n.  ShapeError where the factors are no vector that can be written without the index.

    lower, upper  the first and the last value of the index
    """
    size = as_size(upper)
    if not body.is_scalar:
        raise ShapeError("a product over an index is one of numbers", HINT, code="index")
    vector = _vector(body, index, size) if lower is ONE and size is not None else None
    if vector is None:
        raise ShapeError(f"the factors of this product over {index.name} are not the entries of a vector that can be written", HINT, code="index")
    out: Expr = Call("prod", (vector,))
    return out


def _vector(body: Expr, i: Symbol, n: Size) -> Expr | None:
    """The vector in R^n whose entry i is the body; None where there is none of products, sums and entry by entry functions."""
    if i.name not in body.free:
        return scale(body, Ones((n, ONE_SIZE)))
    match body:
        case Entry(arg, row, column) if row is i and i.name not in arg.free and arg.shape[0] == n and (column is None or i.name not in column.free):
            return arg if column is None and is_column(arg.shape) else Entry(arg, None, column) if column is not None else None
        case Entry(arg, row, column) if column is i and row is not None and i.name not in arg.free | row.free and arg.shape[1] == n:
            return Entry(arg, row, None)
        case MatMul(factors):
            return _rows_times(factors, i, n)
        case Map(function, arg, order):
            inner = _vector(arg, i, n)
            return None if inner is None else Map(function, inner, order)
        case Power(base, exponent) if i.name not in exponent.free:
            inner = _vector(base, i, n)
            return None if inner is None else Call("entrypower", (inner, exponent))
        case Add(terms):
            parts = [_vector(term, i, n) for term in terms]
            return None if any(p is None for p in parts) else add(*(p for p in parts if p is not None))
        case Times(factors):
            return _entry_product(factors, i, n)
    return None


def _entry_product(factors: tuple[Expr, ...], i: Symbol, n: Size) -> Expr | None:
    """The factors that hold the index multiplied entry by entry, the others in front; None where one of them is no vector."""
    parts = [_vector(factor, i, n) for factor in factors if i.name in factor.free]
    if not parts or parts[0] is None:
        return None
    out: Expr = parts[0]
    for part in parts[1:]:
        if part is None:
            return None
        out = Call("hadamard", (out, part))
    for factor in factors:
        if i.name not in factor.free:
            out = scale(factor, out)
    return out


def _rows_times(factors: tuple[Expr, ...], i: Symbol, n: Size) -> Expr | None:
    """X w of x_i'w and of w'x_i."""
    first, last = factors[0], factors[-1]
    if isinstance(first, Transpose) and not any(i.name in f.free for f in factors[1:]):
        matrix = _rows_of(first.arg, i, n)
        return None if matrix is None else matmul(matrix, *factors[1:])
    if not any(i.name in f.free for f in factors[:-1]):
        matrix = _rows_of(last, i, n)
        return None if matrix is None else matmul(matrix, *(f.arg if isinstance(f, Transpose) else transpose(f) for f in reversed(factors[:-1])))
    return None


def _rows_of(entry: Expr, i: Symbol, n: Size) -> Expr | None:
    """X of its row i, X' of its column i."""
    if not isinstance(entry, Entry) or i.name in entry.arg.free:
        return None
    if entry.row is i and entry.column is None and entry.arg.shape[0] == n:
        return entry.arg
    return transpose(entry.arg) if entry.column is i and entry.row is None and entry.arg.shape[1] == n else None
