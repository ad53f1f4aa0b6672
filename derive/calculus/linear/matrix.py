"""The matrix of a linear expression: L(h) = M h for a vector direction, vec L(H) = M vec H for a matrix one.

Source: Magnus & Neudecker, Matrix Differential Calculus, ch. 2-3 (vec(AXB) = (B' ⊗ A) vec X, the commutation matrix).
"""

from __future__ import annotations

from derive.calculus.linear.adjoint import pull, selector
from derive.calculus.linear.by_row import by_row
from derive.calculus.rules.rule import missing
from derive.calculus.simplify.simplify import tidy
from derive.expressions.build import ONE, add, is_zero, matmul, on_diagonal, scale, times, transpose
from derive.expressions.nodes import (
    Add,
    Apply,
    Call,
    Commutation,
    Entry,
    Expr,
    Identity,
    MatMul,
    Ones,
    Scale,
    Stack,
    Sum,
    Symbol,
    Times,
    Transpose,
    Unit,
    Where,
    Zeros,
)
from derive.expressions.sizes import SCALAR, Size, is_column, is_row, is_scalar

_ONE = Size.of(1)


def matrix_of(expr: Expr, h: Symbol) -> Expr:
    """M with expr = M h, for a column (or scalar) expr linear in the column h.  DeriveError when there is no rule."""
    if h.name not in expr.free:
        return _nothing(expr, h)
    if expr.is_scalar:
        return transpose(pull(expr, h, ONE))
    match expr:
        case Symbol():
            return Identity(expr.shape[0])
        case Add():
            return add(*(matrix_of(t, h) for t in expr.terms))
        case Scale(scalar=s, arg=a):
            if h.name in s.free:
                return matmul(a, matrix_of(s, h))
            return scale(s, matrix_of(a, h))
        case MatMul():
            return _product(expr, h)
        case Call():
            found = by_row(expr, h)
            if found is not None and found.matrix is not None and is_column(found.arg.shape):
                return tidy(matmul(found.matrix, matrix_of(found.arg, h)))
        case Where(condition=c, then=a, otherwise=b) if c.is_scalar:
            zero: Expr = Zeros((expr.shape[0], h.shape[0]))
            return Where(c, matrix_of(a, h) if h.name in a.free else zero, matrix_of(b, h) if h.name in b.free else zero)
        case Where(condition=c, then=a, otherwise=b):
            one, nothing = Ones(expr.shape), Zeros(expr.shape)
            out = []
            if h.name in a.free:
                out.append(matmul(Call("diag", (Where(c, one, nothing),)), matrix_of(a, h)))
            if h.name in b.free:
                out.append(matmul(Call("diag", (Where(c, nothing, one),)), matrix_of(b, h)))
            return add(*out)
        case Stack(rows=rows) if all(len(row) == 1 for row in rows):
            return Stack(tuple((_row(row[0], h),) for row in rows))
        case Sum():
            return Sum(expr.index, expr.lower, expr.upper, matrix_of(expr.body, h))
    return vec_matrix(expr, h)


def _nothing(expr: Expr, h: Symbol) -> Expr:
    """The zero matrix, for a derivative that is 0: the function is constant, or constant near every point."""
    if not is_zero(expr):
        raise missing(expr, "matrix form")
    out: Expr = Zeros((expr.shape[0] * expr.shape[1], h.shape[0] * h.shape[1]))
    return out


def _row(block: Expr, h: Symbol) -> Expr:
    if h.name not in block.free:
        return Zeros((block.shape[0], h.shape[0]))
    return matrix_of(block, h)


def _product(expr: MatMul, h: Symbol) -> Expr:
    factors = expr.factors
    k = next(k for k, f in enumerate(factors) if h.name in f.free)
    left, inner, right = factors[:k], factors[k], factors[k + 1 :]
    if not right:
        return matmul(*left, matrix_of(inner, h))
    if is_row(inner.shape) and is_scalar((inner.shape[0], right[-1].shape[1])):
        # u (h'Bv) = u (v'B') h
        return matmul(*left, matrix_of(transpose_of(matmul(inner, *right)), h))
    if isinstance(inner, Transpose) and inner.arg is h and is_column(right[-1].shape):
        return matmul(*left, transpose(matmul(*right)))
    if (entries := on_diagonal(inner)) is not None and is_column(right[-1].shape):
        return matmul(*left, Call("diag", (matmul(*right),)), matrix_of(entries, h))
    return vec_matrix(expr, h)


def transpose_of(scalar: Expr) -> Expr:
    """A scalar product written the other way round; a product of several scalars as it is."""
    if not isinstance(scalar, MatMul):
        return scalar
    return tidy(matmul(*(transpose(f) for f in reversed(scalar.factors))))


def vec_matrix(expr: Expr, h: Symbol) -> Expr:
    """M with vec(expr) = M vec(h)."""
    if h.name not in expr.free:
        return _nothing(expr, h)
    if h.is_scalar:
        return _speed(expr, h)
    if expr.is_scalar:
        g = pull(expr, h, ONE)
        return transpose(g if is_column(g.shape) else Call("vec", (g,)))
    match expr:
        case Symbol():
            return Identity(expr.shape[0] * expr.shape[1])
        case Transpose(arg=Symbol() as a):
            if is_column(a.shape) or is_row(a.shape):
                return Identity(a.shape[0] * a.shape[1])
            return Commutation(a.shape[0], a.shape[1])
        case Transpose(arg=a):
            inner = vec_matrix(a, h)
            if is_column(a.shape) or is_row(a.shape):
                return inner
            return matmul(Commutation(a.shape[0], a.shape[1]), inner)
        case Add():
            return add(*(vec_matrix(t, h) for t in expr.terms))
        case Scale(scalar=s, arg=a):
            if h.name in s.free:
                return matmul(in_vec(a), vec_matrix(s, h))
            return scale(s, vec_matrix(a, h))
        case MatMul():
            factors = expr.factors
            k = next(k for k, f in enumerate(factors) if h.name in f.free)
            left, inner, right = factors[:k], factors[k], factors[k + 1 :]
            a = matmul(*left) if left else Identity(inner.shape[0])
            b = transpose(matmul(*right)) if right else Identity(inner.shape[1])
            outer = _kron(b, a)
            body = vec_matrix(inner, h)
            return body if isinstance(outer, Identity) else outer if isinstance(body, Identity) else _times(outer, body)
        case Call() if (found := by_row(expr, h)) is not None:
            inner = vec_matrix(found.arg, h)
            return inner if found.matrix is None else _times(found.matrix, inner)
        case Where(condition=c, then=a, otherwise=b) if c.is_scalar:
            zero: Expr = Zeros((expr.shape[0] * expr.shape[1], h.shape[0] * h.shape[1]))
            return Where(c, vec_matrix(a, h) if h.name in a.free else zero, vec_matrix(b, h) if h.name in b.free else zero)
        case Where(condition=c, then=a, otherwise=b):
            one, nothing = Ones(expr.shape), Zeros(expr.shape)
            out = []
            if h.name in a.free:
                out.append(_times(Call("diag", (in_vec(Where(c, one, nothing)),)), vec_matrix(a, h)))
            if h.name in b.free:
                out.append(_times(Call("diag", (in_vec(Where(c, nothing, one)),)), vec_matrix(b, h)))
            return add(*out)
        case Stack(rows=rows):
            return _blocks(rows, h)
        case Entry(arg=a, row=None, column=j) if j is not None:
            return vec_matrix(matmul(a, Unit(j, a.shape[1])), h)
        case Entry(arg=a, row=i, column=None) if i is not None:
            return vec_matrix(matmul(Transpose(a), Unit(i, a.shape[0])), h)
        case Sum():
            return Sum(expr.index, expr.lower, expr.upper, vec_matrix(expr.body, h))
        case Apply(function=fn, arg=point, order=order, directions=(v,), adjoint=False) if order == 1 or (
            is_column(point.shape) and fn.value == SCALAR
        ):
            whole: Expr = Apply(fn, point, order, ())
            return _times(whole, vec_matrix(v, h))
        case Times():
            return vec_matrix(times(*expr.factors), h)
    raise missing(expr, "vectorized form")


def laws(expr: Expr, h: Symbol) -> tuple[str, ...]:
    """The names of the laws by which vec(expr) becomes M vec(h), each once, the outermost first."""
    found: list[str] = []

    def go(node: Expr) -> None:
        if h.name not in node.free:
            return
        match node:
            case _ if node.is_scalar:
                found.append("vec-of-scalar")
                return
            case MatMul():
                found.append("vec-of-product")
            case Transpose() if not (is_column(node.shape) or is_row(node.shape)):
                found.append("vec-of-transpose")
            case Where():
                found.append("vec-entrywise")
            case Call() if (row := by_row(node, h)) is not None and row.law.told:
                found.append(row.law.name)
            case Apply():
                found.append("vec-of-function")
        for child in node.children:
            go(child)

    go(expr)
    return tuple(dict.fromkeys(found))


def _blocks(rows: tuple[tuple[Expr, ...], ...], h: Symbol) -> Expr:
    """vec [A, B; C, D] = Σ (T ⊗ S) vec(block), the block put in its place by 0/1 matrices."""
    heights = [row[0].shape[0] for row in rows]
    out: list[Expr] = []
    for r, row in enumerate(rows):
        widths = [block.shape[1] for block in row]
        for c, block in enumerate(row):
            if h.name in block.free:
                left = transpose(selector(heights, r))
                right = selector(widths, c)
                out.append(_times(_kron(transpose(right), left), vec_matrix(block, h)))
    return add(*out)


def _speed(expr: Expr, h: Symbol) -> Expr:
    """The factor of a scalar direction."""
    from derive.expressions.rewrite import substitute

    return in_vec(substitute(expr, {h: ONE}))


def in_vec(expr: Expr) -> Expr:
    """The columns stacked, where there are several."""
    return expr if is_column(expr.shape) or expr.is_scalar else Call("vec", (expr,))


def _kron(b: Expr, a: Expr) -> Expr:
    """b ⊗ a, without the factor 1 that a scalar would be."""
    if isinstance(a, Identity) and isinstance(b, Identity):
        whole: Expr = Identity(a.size * b.size)
        return whole
    if isinstance(b, Identity) and b.size == _ONE:
        return a
    if isinstance(a, Identity) and a.size == _ONE:
        return b
    if b.is_scalar or a.is_scalar:
        return scale(b, a) if b.is_scalar else scale(a, b)
    return Call("kron", (tidy(b), tidy(a)))


def _times(outer: Expr, body: Expr) -> Expr:
    return outer if isinstance(body, Identity) else matmul(outer, body)
