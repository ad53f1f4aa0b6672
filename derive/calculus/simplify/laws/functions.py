"""Forms that are shorter another way: u v' in a Hadamard product, an entry of a column, a sum of products."""

from __future__ import annotations

from fractions import Fraction

from derive.calculus.simplify.laws.cases import constant_part
from derive.calculus.simplify.laws.hadamard import cancelled, masked
from derive.calculus.simplify.laws.hadamard import summed as summed_entries
from derive.calculus.simplify.laws.letters import unshadowed
from derive.calculus.simplify.laws.partial_trace import shorter
from derive.calculus.simplify.laws.unit_sums import gathered
from derive.calculus.simplify.recursion import tidied
from derive.expressions.build import ONE, add, is_zero, matmul, power, scale, times, transpose, zero
from derive.expressions.functions import FUNCTIONS
from derive.expressions.nodes import (
    Call,
    Commutation,
    Expr,
    Identity,
    MatMul,
    Number,
    Ones,
    Power,
    Scale,
    SizeValue,
    Stack,
    Sum,
    Transpose,
)
from derive.expressions.sizes import ONE as ONE_SIZE
from derive.expressions.sizes import is_column


def column_times_row(expr: Expr) -> tuple[Expr, Expr] | None:
    """(u, v) when the expression is written as u v' with columns u and v."""
    if isinstance(expr, MatMul):
        for k in range(1, len(expr.factors)):
            left = matmul(*expr.factors[:k])
            if is_column(left.shape):
                return left, tidied(transpose(matmul(*expr.factors[k:])))
    return None


def both_columns(a: Call, b: Call) -> bool:
    """Whether the arguments of two calls are columns: diag(u) diag(v) is diag(u ∘ v)."""
    return is_column(a.args[0].shape) and is_column(b.args[0].shape)


def block_of(arg: Expr, index: tuple[Expr, ...]) -> Expr | None:
    """The k-th entry of a column of scalars."""
    if not isinstance(arg, Stack) or len(index) != 1 or not isinstance(index[0], Number) or not is_column(arg.shape):
        return None
    if any(len(row) != 1 or not row[0].is_scalar for row in arg.rows):
        return None
    k = int(index[0].value) - 1
    return arg.rows[k][0] if 0 <= k < len(arg.rows) else None


def summed(arg: Expr) -> Expr | None:
    """sum(diag(a) b) = a'b, sum(a ∘ b) = a'b or ⟨a, b⟩, sum(1) = n."""
    if isinstance(arg, Ones):
        return times(*(SizeValue(size) for size in arg.dims if size != ONE_SIZE))
    if isinstance(arg, MatMul) and is_column(arg.shape):
        first = arg.factors[0]
        if isinstance(first, Call) and first.name == "diag" and is_column(first.args[0].shape):
            return matmul(transpose(first.args[0]), *arg.factors[1:])
    if isinstance(arg, Call) and arg.name == "hadamard":
        a, b = arg.args
        return matmul(transpose(a), b) if is_column(a.shape) else Call("inner", (a, b))
    return None


def called(name: str, args: tuple[Expr, ...]) -> Expr | None:
    """A call that says itself in fewer words: unvec(vec(A)) = A, tril(tril(A)) = tril(A), A ⊘ B ⊘ C, c A ⊘ B."""
    row = FUNCTIONS[name]
    first = args[0] if args else ONE
    if isinstance(first, Call):
        if row.undoes == first.name and first.args[0].shape == Call(name, args).shape:
            return first.args[0]
        if row.projects and first.name == name:
            return first
    if row.linear_in is not None and is_zero(args[row.linear_in]):
        return zero(Call(name, args).shape)
    if row.linear_in is not None and isinstance(args[row.linear_in], Scale):
        inner = args[row.linear_in]
        bare = tuple(inner.arg if k == row.linear_in and isinstance(inner, Scale) else a for k, a in enumerate(args))
        return scale(inner.scalar, Call(name, bare)) if isinstance(inner, Scale) else None
    if name in ("hadamard", "quotient", "entrypower"):
        simpler = cancelled(Call(name, args))
        if simpler is not None:
            return simpler
    if name in ("ptrace1", "ptrace2"):
        return shorter(name == "ptrace1", first, args[1].shape)
    if name == "quotient" and not any(a.is_scalar for a in args):
        return _divided(*args)
    if name == "inner" and not is_column(first.shape):
        return summed_entries(*args)
    if name == "powm" and isinstance(args[1], Number):
        return _named_power(first, args[1])
    if name == "kron":
        a, b = args
        if a.is_scalar or b.is_scalar:
            return times(a, b) if a.is_scalar and b.is_scalar else scale(a, b) if a.is_scalar else scale(b, a)
        if isinstance(a, Identity) and isinstance(b, Identity):
            return Identity(a.size * b.size)
    if name == "hadamard":
        for here, other in (args, args[::-1]):
            if _all_ones(here):
                return other
        if (both := masked(*args)) is not None:
            return both
        if all(isinstance(a, Call) and a.name == "vec" for a in args):
            inside = called(name, tuple(a.children[0] for a in args))
            if inside is not None:
                return Call("vec", (inside,))
        for here, other in (args, args[::-1]):
            if isinstance(here, Call) and here.name == "quotient" and (isinstance(here.args[0], Ones) or here.args[0] is ONE):
                return Call("quotient", (other, here.args[1]))
    return None


def _all_ones(expr: Expr) -> bool:
    """Whether it is 1 1', the matrix of ones."""
    if not isinstance(expr, MatMul) or len(expr.factors) != 2:
        return False
    first, last = expr.factors
    return is_column(first.shape) and isinstance(first, Ones) and isinstance(last.arg if isinstance(last, Transpose) else last, Ones)


def _named_power(base: Expr, exponent: Number) -> Expr | None:
    """A real power that has another name: A^(1/2) is the square root, A^(-1/2) its inverse, A^2 a power."""
    if exponent.value.denominator == 1:
        return power(base, exponent) if exponent.value else Identity(base.shape[0])
    if abs(exponent.value) == Fraction(1, 2):
        root: Expr = Call("sqrtm", (base,))
        return root if exponent.value > 0 else power(root, -1)
    return None


def _divided(a: Expr, b: Expr) -> Expr | None:
    if isinstance(a, Scale):
        return scale(a.scalar, Call("quotient", (a.arg, b)))
    if isinstance(a, Call) and a.name == "quotient" and not a.args[0].is_scalar and a.args[1].shape == b.shape:
        return Call("quotient", (a.args[0], Call("hadamard", (a.args[1], b))))
    return None


def traced(node: Expr) -> Expr:
    """The trace of a matrix that is written out: the sum of its diagonal."""
    if not isinstance(node, Call) or node.name != "tr" or not isinstance(node.args[0], Stack):
        return node
    blocks = node.args[0]
    return add(*(row[k] for k, row in enumerate(blocks.rows))) if all(c.is_scalar for c in blocks.children) else node


def summed_over(expr: Sum, new: tuple[Expr, ...]) -> Expr:
    """A sum over an index with these children, the numbers and sizes of its terms in front."""
    if is_zero(new[-1]):
        return zero(expr.shape)
    constant, body = constant_part(new[-1])
    out = expr.rebuild((*new[:-1], unshadowed(expr.index, body)))
    if isinstance(out, Sum) and (whole := gathered(out)) is not None:
        out = tidied(whole)
    return scale(constant, out)


def leaf(expr: Expr) -> Expr:
    """The commutation matrix of a row or column is I: vec x' is x."""
    return Identity(expr.shape[0]) if isinstance(expr, Commutation) and ONE_SIZE in (expr.rows, expr.columns) else expr


def inverts_well(product: MatMul) -> bool:
    """Whether the inverse of a product has no more inverses written factor by factor: (XY⁻¹)⁻¹ is YX⁻¹, (QXQ')⁻¹ is QX⁻¹Q'."""
    from derive.expressions.properties.inference import is_invertible, is_orthogonal

    inverses = sum(isinstance(f, Power) and isinstance(f.exponent, Number) and f.exponent.value < 0 for f in product.factors)
    turned = sum(is_orthogonal(f) for f in product.factors)
    left = len(product.factors) - turned - inverses
    return (left <= inverses or (turned > 0 and left <= 1)) and all(f.shape[0] == f.shape[1] and is_invertible(f) for f in product.factors)
