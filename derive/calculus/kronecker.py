"""The adjoint of a Kronecker product in one of its factors, for the weights that a trace, a sum, a norm, a product with vec give.

⟨U ⊗ V, A ⊗ B⟩ = ⟨U, A⟩⟨V, B⟩, and u'(A ⊗ B)v = ⟨U, B V A'⟩ for u = vec(U), v = vec(V).  Another weight is the sum of many
such ones, for which there is no short form: it is refused.
Source: Magnus & Neudecker, Matrix Differential Calculus, ch. 2; Van Loan, The ubiquitous Kronecker product (2000).
"""

from __future__ import annotations

from derive.language.build import add, matmul, power, scale, transpose
from derive.language.nodes import Add, Call, Expr, Identity, MatMul, Ones, Power, Scale, Transpose, Zeros
from derive.language.sizes import Shape, Size, is_square

_ONE = Size.of(1)


def pulled(a: Expr, b: Expr, weight: Expr, first: bool) -> Expr | None:
    """G with ⟨weight, A ⊗ B⟩ = ⟨G, A⟩ (first), or = ⟨G, B⟩, the other factor being constant; None where there is no short form."""
    from derive.calculus.tidy import tidy

    weight = tidy(weight)
    match weight:
        case Scale(scalar=s, arg=arg):
            inner = pulled(a, b, arg, first)
            return None if inner is None else scale(s, inner)
        case Add(terms=terms):
            parts = [pulled(a, b, term, first) for term in terms]
            return None if any(p is None for p in parts) else add(*(p for p in parts if p is not None))
    factors = _factored(weight, a.shape, b.shape)
    if factors is not None:
        u, v = factors
        return scale(_paired(v, b), u) if first else scale(_paired(u, a), v)
    return _of_vectors(a, b, weight, first)


def _paired(u: Expr, x: Expr) -> Expr:
    """⟨U, X⟩."""
    from derive.calculus.adjoint import pairing

    if isinstance(u, Identity):
        return Call("tr", (x,))
    return Call("sum", (x,)) if isinstance(u, Ones) and not x.is_scalar else pairing(u, x)


def _factored(weight: Expr, left: Shape, right: Shape) -> tuple[Expr, Expr] | None:
    """(U, V) with weight = U ⊗ V, of these shapes."""
    match weight:
        case Call(name="kron", args=(u, v)) if (u.shape, v.shape) == (left, right):
            return u, v
        case Identity() if left[0] == left[1] and right[0] == right[1]:
            return _whole(Identity, left), _whole(Identity, right)
        case Ones():
            return _whole(Ones, left), _whole(Ones, right)
        case Power(base=base, exponent=k) if is_square(left) and is_square(right):
            inner = _factored(base, left, right)
            return None if inner is None else (power(inner[0], k), power(inner[1], k))
        case Transpose(arg=arg):
            inner = _factored(arg, left[::-1], right[::-1])
            return None if inner is None else (transpose(inner[0]), transpose(inner[1]))
        case MatMul(factors=(head, *rest)) if (both := _parts(head)) is not None:
            u, v = both
            if (u.shape[0], v.shape[0]) == (left[0], right[0]):
                inner = _factored(matmul(*rest), (u.shape[1], left[1]), (v.shape[1], right[1]))
                return None if inner is None else (matmul(u, inner[0]), matmul(v, inner[1]))
        case MatMul(factors=(*rest, last)) if (both := _parts(last)) is not None:
            u, v = both
            if (u.shape[1], v.shape[1]) == (left[1], right[1]):
                inner = _factored(matmul(*rest), (left[0], u.shape[0]), (right[0], v.shape[0]))
                return None if inner is None else (matmul(inner[0], u), matmul(inner[1], v))
    return None


def _parts(expr: Expr) -> tuple[Expr, Expr] | None:
    """U and V of U ⊗ V, of its transpose, of its powers."""
    match expr:
        case Call(name="kron", args=(u, v)):
            return u, v
        case Transpose(arg=arg) if (inner := _parts(arg)) is not None:
            return transpose(inner[0]), transpose(inner[1])
        case Power(base=base, exponent=k) if (inner := _parts(base)) is not None and all(is_square(e.shape) for e in inner):
            return power(inner[0], k), power(inner[1], k)
    return None


def _whole(kind: type[Identity] | type[Ones], shape: Shape) -> Expr:
    out: Expr
    if shape == (_ONE, _ONE):
        from derive.language.build import ONE

        return ONE
    out = Identity(shape[0]) if kind is Identity else Ones(shape)
    return out


def _of_vectors(a: Expr, b: Expr, weight: Expr, first: bool) -> Expr | None:
    """The same for weight = u v'."""
    if isinstance(weight, MatMul):
        cuts = [k for k in range(1, len(weight.factors)) if weight.factors[k].shape[0] == _ONE]
        if not cuts:
            return None
        u, v = matmul(*weight.factors[: cuts[0]]), transpose(matmul(*weight.factors[cuts[0] :]))
    elif weight.shape[1] == _ONE:
        from derive.language.build import ONE

        u, v = weight, ONE
    elif weight.shape[0] == _ONE:
        from derive.language.build import ONE

        u, v = ONE, transpose(weight)
    else:
        return None
    (m, n), (p, q) = a.shape, b.shape
    left, right = _unstacked(u, (p, m)), _unstacked(v, (q, n))
    return matmul(transpose(left), b, right) if first else matmul(left, a, transpose(right))


def _unstacked(u: Expr, shape: Shape) -> Expr:
    """The matrix of the shape with vec(U) = u."""
    if shape[1] == _ONE or u.is_scalar:
        return u
    if shape[0] == _ONE:
        return transpose(u)
    if isinstance(u, Scale):
        return scale(u.scalar, _unstacked(u.arg, shape))
    if isinstance(u, Call) and u.name == "vec" and u.args[0].shape == shape:
        return u.args[0]
    if isinstance(u, Ones):
        out: Expr = Ones(shape)
        return out
    return Call("unvec", (u, Zeros(shape)))
