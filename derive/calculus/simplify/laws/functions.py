"""Forms that are shorter another way: u v' in a Hadamard product, an entry of a column, a sum of products."""

from __future__ import annotations

from derive.calculus.simplify.laws.cases import constant_part
from derive.calculus.simplify.laws.hadamard import cancelled, masked
from derive.calculus.simplify.laws.hadamard import summed as summed_entries
from derive.calculus.simplify.laws.letters import unshadowed
from derive.calculus.simplify.laws.partial_trace import shorter
from derive.calculus.simplify.laws.unit_sums import gathered
from derive.calculus.simplify.recursion import tidied
from derive.expressions.build import ONE, add, entry_product, is_zero, matmul, power, scale, transpose, zero
from derive.expressions.functions import FUNCTIONS
from derive.expressions.nodes import (
    Call,
    Commutation,
    Expr,
    Identity,
    Map,
    MatMul,
    Number,
    Ones,
    Power,
    Scale,
    Stack,
    Sum,
    number,
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


def block_of(arg: Expr, index: tuple[Expr, ...]) -> Expr | None:
    """The k-th entry of a column of scalars."""
    if not isinstance(arg, Stack) or len(index) != 1 or not isinstance(index[0], Number) or not is_column(arg.shape):
        return None
    if any(len(row) != 1 or not row[0].is_scalar for row in arg.rows):
        return None
    k = int(index[0].value) - 1
    return arg.rows[k][0] if 0 <= k < len(arg.rows) else None


def mapped(expr: Map, arg: Expr) -> Expr | None:
    """exp(0) is 1, log(1) is 0, exp(log(x)) is x, entry by entry: what the table of functions says of them; None elsewhere."""
    if not isinstance(expr.function, str) or expr.order:
        return None
    if isinstance(arg, Map) and not arg.order and FUNCTIONS[expr.function].undoes == arg.function:
        return arg.arg
    where = arg.value if isinstance(arg, Number) else 0 if is_zero(arg) else 1 if isinstance(arg, Ones) else None
    value = next((v for at, v in FUNCTIONS[expr.function].at if at == where), None)
    if value is None:
        return None
    return number(value) if arg.is_scalar else zero(arg.shape) if value == 0 else scale(number(value), Ones(arg.shape))


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
    if name == "inner" and not is_column(first.shape):
        return summed_entries(*args)
    if name == "powm" and isinstance(args[1], Number):
        return _named_power(first, args[1])
    return masked(*args) or _unstacked(*args) if name == "hadamard" else None


def _unstacked(a: Expr, b: Expr) -> Expr | None:
    """vec A ∘ vec B as vec(A ∘ B) where that is shorter entry by entry."""
    if isinstance(a, Call) and isinstance(b, Call) and a.name == b.name == "vec":
        inside = entry_product(a.args[0], b.args[0])
        if (shorter_ := tidied(inside)) is not inside:
            return Call("vec", (shorter_,))
    return None


def _named_power(base: Expr, exponent: Number) -> Expr | None:
    """A real power that has another name: A^(1/2) is the square root, A^(-1/2) its inverse, A^2 a power."""
    if exponent.value.denominator != 1:
        return None
    return power(base, exponent) if exponent.value else Identity(base.shape[0])


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
    from derive.expressions.properties.symmetry import is_diagonal

    inverses = sum(isinstance(f, Power) and isinstance(f.exponent, Number) and f.exponent.value < 0 for f in product.factors)
    turned = sum(is_orthogonal(f) or is_diagonal(f) for f in product.factors)
    left = len(product.factors) - turned - inverses
    return (left <= inverses or (turned > 0 and left <= 1)) and all(f.shape[0] == f.shape[1] and is_invertible(f) for f in product.factors)
