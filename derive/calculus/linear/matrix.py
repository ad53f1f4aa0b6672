"""The matrix of a linear expression: L(h) = M h for a vector direction, vec L(H) = M vec H for a matrix one.

Source: Magnus & Neudecker, Matrix Differential Calculus, ch. 2-3 (vec(AXB) = (B' ⊗ A) vec X, the commutation matrix).
"""

from __future__ import annotations

from derive.calculus.linear.adjoint import pull, selector
from derive.calculus.rules.rule import missing
from derive.calculus.simplify.laws.partial_trace import by_blocks
from derive.expressions.build import ONE, add, counted, entry_product, is_zero, matmul, negate, power, scale, times, transpose
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
    number,
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
        case Call(name="hadamard", args=(a, b)):
            here, other = (a, b) if h.name in a.free else (b, a)
            return _diagonal_times(other, matrix_of(here, h))
        case Call(name="quotient", args=(a, b)) if h.name not in b.free and not a.is_scalar:
            inner = matrix_of(a, h)
            if _is_diagonal_of(inner):
                return Call("diag", (Call("quotient", (inner.children[0], b)),))
            return matmul(Call("diag", (Call("quotient", (Ones(b.shape), b)),)), inner)
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


def _is_diagonal_of(expr: Expr) -> bool:
    return isinstance(expr, Call) and expr.name == "diag" and is_column(expr.args[0].shape)


def _diagonal_times(u: Expr, matrix: Expr) -> Expr:
    """diag(u) M; of M = diag(v) it is diag(u ∘ v)."""
    if _is_diagonal_of(matrix):
        return Call("diag", (entry_product(u, matrix.children[0]),))
    return matmul(Call("diag", (u,)), matrix)


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
    if isinstance(inner, Call) and inner.name == "diag" and is_column(inner.args[0].shape) and is_column(right[-1].shape):
        return matmul(*left, Call("diag", (matmul(*right),)), matrix_of(inner.args[0], h))
    return vec_matrix(expr, h)


def transpose_of(scalar: Expr) -> Expr:
    """A scalar product written the other way round; a product of several scalars as it is."""
    from derive.calculus.simplify.simplify import tidy

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
        case Call(name="hadamard", args=(a, b)):
            here, other = (a, b) if h.name in a.free else (b, a)
            return _times(Call("diag", (in_vec(other),)), vec_matrix(here, h))
        case Call(name="quotient", args=(a, b)) if h.name not in b.free and not a.is_scalar:
            return _times(Call("diag", (in_vec(Call("quotient", (Ones(b.shape), b))),)), vec_matrix(a, h))
        case Call(name="quotient", args=(a, b)) if h.name not in b.free:
            return vec_matrix(scale(a, Call("quotient", (Ones(b.shape), b))), h)
        case Call(name="vec", args=(a,)) | Call(name="unvec", args=(a, _)):
            return vec_matrix(a, h)
        case Call(name="ptrace1" | "ptrace2"):
            return vec_matrix(by_blocks(expr), h)
        case Call(name="sylvester", args=(a, b)) if h.name not in a.free:
            n = Identity(a.shape[0])
            return _times(power(add(_kron(n, a), _kron(transpose(a), n)), -1), vec_matrix(b, h))
        case Call(name="frechet_expm" | "frechet_logm" as name, args=(a, b)) if h.name not in a.free:
            return _times(_block_form("expm" if name == "frechet_expm" else "logm", a), vec_matrix(b, h))
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
        case Call(name="cross", args=(a, b)) if h.name not in a.free:
            return matmul(Call("crossmat", (a,)), vec_matrix(b, h))
        case Call(name="cross", args=(a, b)) if h.name not in b.free:
            return negate(matmul(Call("crossmat", (b,)), vec_matrix(a, h)))
        case Call(name="kron", args=(a, b)):
            return _kronecker(a, b, h)
        case Call(name="diag", args=(a,)):
            return _times(_diagonal(expr, a), vec_matrix(a, h))
        case Call(name="tril" | "triu" | "stril" | "striu" as name, args=(a,)):
            return _times(Call("diag", (Call("vec", (Call(name, (Ones(a.shape),)),)),)), vec_matrix(a, h))
        case Call(name="skewpart", args=(a,)):
            return vec_matrix(scale(number("1/2"), add(a, scale(number(-1), transpose(a)))), h)
        case Stack(rows=rows):
            return _blocks(rows, h)
        case Call(name="sym", args=(a,)):
            return vec_matrix(scale(number("1/2"), add(a, transpose(a))), h)
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
            case Call(name="hadamard" | "quotient") | Where():
                found.append("vec-entrywise")
            case Call(name="kron"):
                found.append("vec-of-kronecker")
            case Call(name="diag"):
                found.append("vec-of-diagonal")
            case Call(name="frechet_expm" | "frechet_logm"):
                found.append("vec-of-frechet")
            case Apply():
                found.append("vec-of-function")
        for child in node.children:
            go(child)

    go(expr)
    return tuple(dict.fromkeys(found))


def _kronecker(a: Expr, b: Expr, h: Symbol) -> Expr:
    """vec(A ⊗ B) = (I ⊗ K ⊗ I)(vec A ⊗ vec B) (Magnus & Neudecker, ch. 3, thm. 10)."""
    (m, n), (p, q) = a.shape, b.shape
    shuffle = _kron(Identity(n), _kron(Commutation(q, m), Identity(p)))
    if h.name in a.free:
        return _times(shuffle, _times(_kron(Identity(m * n), in_vec(b)), vec_matrix(a, h)))
    return _times(shuffle, _times(_kron(in_vec(a), Identity(p * q)), vec_matrix(b, h)))


def _block_form(name: str, a: Expr) -> Expr:
    """The matrix of vec(E) ↦ vec(L(A, E)) for a function f of matrices: the upper right block of f([A' ⊗ I, I; 0, I ⊗ A]).

    A' ⊗ I and I ⊗ A commute, so that this block is Σ c_k Σ (A' ⊗ I)^i (I ⊗ A)^(k - 1 - i) for f = Σ c_k A^k
    (Higham, Functions of Matrices, ch. 3 and 10)."""
    one = Identity(a.shape[0])
    whole = Identity(a.shape[0] * a.shape[0])
    nothing: Expr = Zeros(whole.shape)
    block: Expr = Call(name, (Stack(((_kron(transpose(a), one), whole), (nothing, _kron(one, a)))),))
    left: Expr = Stack(((whole, nothing),))
    right: Expr = Stack(((nothing,), (whole,)))
    return matmul(left, block, right)


def _diagonal(expr: Expr, a: Expr) -> Expr:
    """The 0/1 matrix of diag: vec diag(u) = Σ (e ⊗ e) e' u, and diag(M) = Σ e (e ⊗ e)' vec M."""
    n = a.shape[0]
    i: Symbol = Symbol("i", (_ONE, _ONE), frozenset({"integer"}))
    e: Expr = Unit(i, n)
    both = Call("kron", (e, e))
    body = matmul(both, transpose(e)) if is_column(a.shape) else matmul(e, transpose(both))
    out: Expr = Sum(i, ONE, counted(n), body)
    return out


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
    from derive.calculus.simplify.simplify import tidy

    return Call("kron", (tidy(b), tidy(a)))


def _times(outer: Expr, body: Expr) -> Expr:
    return outer if isinstance(body, Identity) else matmul(outer, body)
