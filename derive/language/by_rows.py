"""Functions row by row, or column by column: sum(X, rows), mean(X, rows), norm(X, rows), var(X, rows), and an author's own E(X, rows).

ShapeError, with a sentence, for arguments that have not the shape that is asked.
"""

from __future__ import annotations

from collections.abc import Callable

from derive.expressions.build import counted, fresh_letter, matmul, power, scale, subtract, transpose
from derive.expressions.nodes import Apply, Call, Entry, Expr, Map, Ones, Sum, Symbol, Unit, Unnamed, number
from derive.expressions.sizes import ONE, SCALAR, ShapeError, Size, is_column, show

AXES = ("rows", "columns")


def ones(size: Size) -> Expr:
    return number(1) if size == ONE else Ones((size, ONE))


def averaged(total: Expr, size: Size) -> Expr:
    return scale(power(counted(size), -1), total)


def _sum(x: Expr) -> Expr:
    return matmul(x, ones(x.shape[1]))


def _mean(x: Expr) -> Expr:
    return averaged(_sum(x), x.shape[1])


def _norm(x: Expr) -> Expr:
    return Map("sqrt", _sum(Call("hadamard", (x, x))))


def _var(x: Expr) -> Expr:
    centred = subtract(x, matmul(_mean(x), transpose(ones(x.shape[1]))))
    return _mean(Call("hadamard", (centred, centred)))


BY_ROWS: dict[str, Callable[[Expr], Expr]] = {
    "sum": _sum, "mean": _mean, "norm": _norm, "var": _var,
    "logsumexp": lambda x: Call("logsumexp", (x,)), "softmax": lambda x: Call("softmax", (x,)),
}
"""By function, its value on each row of a matrix, as a column vector (softmax: as a matrix)."""


def by_axis(name: str, arg: Expr, axis: str) -> Expr:
    """f(X, rows): the values of f on the rows of a matrix.  ShapeError when the argument is no matrix or f has no form by rows.

    name  of the function
    axis  `rows` or `columns`
    """
    if arg.is_scalar or is_column(arg.shape):
        raise ShapeError(f"by {axis} a function goes of a matrix, and this is {show(arg.shape)}")
    if name not in BY_ROWS:
        hint = f"by rows or columns there are {', '.join(BY_ROWS)}, and your own functions"
        raise ShapeError(f"{name} has no form by {axis}", hint, code="arguments")
    out = BY_ROWS[name](arg if axis == "rows" else transpose(arg))
    return transpose(out) if axis == "columns" and not is_column(out.shape) else out


def applied(function: Unnamed, arg: Expr, axis: str) -> Expr:
    """E(X, rows) of an author's E of a vector: the sum of e_i E(x_i)' over the rows x_i.

    axis  `rows`, or `columns`: then Σ E(x_j) e_j'
    """
    takes, gives = function.argument, function.value
    width = arg.shape[1 if axis == "rows" else 0]
    if takes is None or gives is None or takes != (width, ONE) or gives[1] != ONE:
        what = "elementwise" if takes is None else f"a function of {show(takes)}"
        raise ShapeError(f"{function.name} is {what}, and the {axis} of this argument have {width} entries")
    count = arg.shape[0 if axis == "rows" else 1]
    index: Symbol = Symbol(fresh_letter(arg), SCALAR, frozenset({"integer"}))
    row = Entry(arg, index, None) if axis == "rows" else Entry(arg, None, index)
    value: Expr = Apply(function, row, 0, ())
    unit = Unit(index, count)
    body = scale(value, unit) if value.is_scalar else matmul(unit, transpose(value)) if axis == "rows" else matmul(value, transpose(unit))
    return Sum(index, number(1), counted(count), body)


def variance(x: Expr) -> Expr:
    """The mean square distance of the entries of a vector from their mean: ‖x − mean(x) 1‖²/n."""
    if not is_column(x.shape):
        raise ShapeError(
            f"var is of a vector, and this is {show(x.shape)}", "write var(X, rows) or var(X, columns) for a matrix, cov(X) for its covariance matrix"
        )
    centred = subtract(x, scale(Call("mean", (x,)), ones(x.shape[0])))
    return averaged(power(Call("norm", (centred,)), 2), x.shape[0])


def covariance(x: Expr, y: Expr | None = None) -> Expr:
    """Of two vectors the mean product of the distances from the means; of a matrix whose rows are samples, the matrix of those."""
    if y is not None:
        if not is_column(x.shape) or x.shape != y.shape:
            raise ShapeError(f"cov is of two vectors of one size, and these are {show(x.shape)} and {show(y.shape)}")
        centred = [subtract(v, scale(Call("mean", (v,)), ones(v.shape[0]))) for v in (x, y)]
        return averaged(matmul(transpose(centred[0]), centred[1]), x.shape[0])
    if x.is_scalar or is_column(x.shape):
        raise ShapeError(f"cov(X) is of a matrix whose rows are samples, and this is {show(x.shape)}", "the variance of a vector is var(x)")
    n = x.shape[0]
    c = subtract(x, matmul(ones(n), averaged(matmul(transpose(ones(n)), x), n)))
    return averaged(matmul(transpose(c), c), n)
