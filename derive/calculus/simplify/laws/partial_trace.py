"""Partial traces in fewer words: tr₂(U ⊗ V) = tr(V) U, tr₁(U ⊗ V) = tr(U) V, and those of an outer product of two stacked matrices.

They come of the adjoint of a Kronecker product, ⟨W, X ⊗ B⟩ = ⟨tr₂(W(I ⊗ B')), X⟩: where W is itself such a product (a trace, a sum, a
norm, a determinant give that) or an outer product (of what stands before a vec), no partial trace is left.
Source: Van Loan & Pitsianis, Approximation with Kronecker Products (1993); Watrous, The Theory of Quantum Information (2018), ch. 1.
"""

from __future__ import annotations

from derive.calculus.simplify.law_value import law_value
from derive.calculus.simplify.recursion import tidied
from derive.expressions.build import ONE, add, counted, matmul, power, primes, scale, transpose, zero
from derive.expressions.nodes import Add, Call, Expr, Identity, MatMul, Ones, Power, Scale, Transpose, Zeros
from derive.expressions.rewrite import transform
from derive.expressions.sizes import ONE as ONE_SIZE
from derive.expressions.sizes import Shape, Size, is_square


def shorter(first: bool, arg: Expr, shape: Shape) -> Expr | None:
    """tr₁ (first) or tr₂ of the argument, a value of that shape, without a partial trace; None where there is no short form.

    arg is (k·m)×(k·n) for a value m×n.
    """
    match arg:
        case Scale(scalar=s, arg=inner):
            found = shorter(first, inner, shape)
            return None if found is None else scale(s, found)
        case Add(terms=terms):
            parts = [shorter(first, term, shape) for term in terms]
            return None if any(p is None for p in parts) else add(*(p for p in parts if p is not None))
        case MatMul(factors=factors) if sum(isinstance(f, Add) for f in factors) == 1:
            return _term_by_term(first, factors, shape)
    k = arg.shape[0].over(shape[0])
    if k is None:
        return None
    if k == ONE_SIZE:
        return arg
    if shape == (ONE_SIZE, ONE_SIZE):
        return Call("tr", (arg,))
    square, other = (k, k), shape
    product = _factored(arg, *((square, other) if first else (other, square)))
    if product is not None:
        u, v = product
        value = law_value("partial-trace-first" if first else "partial-trace-second", {"A": u, "B": v})
        square_factor = u if first else v

        def shortly(node: Expr) -> Expr:
            return _trace(square_factor) if isinstance(node, Call) and node.name == "tr" and node.args[0] is square_factor else node

        return None if value is None else transform(value, shortly)
    return _of_columns(first, arg, shape, k)


def _term_by_term(first: bool, factors: tuple[Expr, ...], shape: Shape) -> Expr | None:
    """tr₁((A' ⊗ I)(A ⊗ X − C)) = tr(A'A) X − tr₁((A' ⊗ I) C): multiplied out where a term is shorter then."""
    k = next(n for n, f in enumerate(factors) if isinstance(f, Add))
    terms = [tidied(matmul(*factors[:k], term, *factors[k + 1 :])) for term in factors[k].children]
    found = [shorter(first, term, shape) for term in terms]
    if all(f is None for f in found):
        return None
    name = "ptrace1" if first else "ptrace2"
    return add(*(Call(name, (term, zero(shape))) if f is None else f for f, term in zip(found, terms, strict=True)))


def _trace(square: Expr) -> Expr:
    """tr(U) in the fewest words: tr(U') = tr(U), tr(U 11') = sum(U), tr(u v') = v'u."""
    square = tidied(square)
    if square.is_scalar:
        return square
    match square:
        case Scale(scalar=s, arg=arg):
            return scale(s, _trace(arg))
        case Transpose(arg=arg):
            return _trace(arg)
        case Ones(dims=(n, _)):
            return counted(n)
        case MatMul(factors=factors):
            for k, factor in enumerate(factors):
                if isinstance(factor, Ones) and ONE_SIZE not in factor.dims:
                    rest = tidied(matmul(*factors[k + 1 :], *factors[:k]))
                    return Call("sum", (rest.arg if isinstance(rest, Transpose) else rest,))
                if k and factor.shape[0] == ONE_SIZE:
                    return matmul(*factors[k:], *factors[:k])
    flat = tidied(transpose(square))
    return Call("tr", (flat if primes(flat) < primes(square) else square,))


def _factored(arg: Expr, left: Shape, right: Shape) -> tuple[Expr, Expr] | None:
    """(U, V) with arg = U ⊗ V, of these shapes."""
    match arg:
        case Call(name="kron", args=(u, v)) if (u.shape, v.shape) == (left, right):
            return u, v
        case Identity() if is_square(left) and is_square(right):
            return _whole(Identity(left[0]), left), _whole(Identity(right[0]), right)
        case Ones():
            return _whole(Ones(left), left), _whole(Ones(right), right)
        case Power(base=base, exponent=k) if is_square(left) and is_square(right):
            inner = _factored(base, left, right)
            return None if inner is None else (power(inner[0], k), power(inner[1], k))
        case Transpose(arg=base):
            inner = _factored(base, left[::-1], right[::-1])
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


def _whole(expr: Expr, shape: Shape) -> Expr:
    return ONE if shape == (ONE_SIZE, ONE_SIZE) else expr


def _of_columns(first: bool, arg: Expr, shape: Shape, k: Size) -> Expr | None:
    """tr₁(vec(U) vec(V)') = U V' and tr₂(vec(U) vec(V)') = U' V."""
    if not isinstance(arg, MatMul):
        return None
    cut = next((n for n in range(1, len(arg.factors)) if arg.factors[n].shape[0] == ONE_SIZE), None)
    if cut is None:
        return None
    u, v = matmul(*arg.factors[:cut]), transpose(matmul(*arg.factors[cut:]))
    (m, n) = shape
    if first:
        return law_value("partial-trace-outer-first", {"A": _unstacked(u, (m, k)), "B": _unstacked(v, (n, k))})
    return law_value("partial-trace-outer-second", {"A": _unstacked(u, (k, m)), "B": _unstacked(v, (k, n))})


def _unstacked(u: Expr, shape: Shape) -> Expr:
    """The matrix of the shape with vec(U) = u: B X A' where u = (A ⊗ B) vec(X)."""
    u = tidied(u)
    if shape[1] == ONE_SIZE or u.is_scalar:
        return u
    if shape[0] == ONE_SIZE:
        return transpose(u)
    match u:
        case Scale(scalar=s, arg=arg):
            return scale(s, _unstacked(arg, shape))
        case Add(terms=terms):
            return add(*(_unstacked(term, shape) for term in terms))
        case Call(name="vec", args=(arg,)) if arg.shape == shape:
            return arg
        case Ones():
            return Ones(shape)
        case MatMul(factors=(head, *rest)) if (both := _parts(head)) is not None and both[1].shape[0] == shape[0]:
            a, b = both
            return matmul(b, _unstacked(matmul(*rest), (b.shape[1], a.shape[1])), transpose(a))
        case Call(name="kron", args=(a, b)) if b.shape == (shape[0], ONE_SIZE) and a.shape == (shape[1], ONE_SIZE):
            return matmul(b, transpose(a))
    return Call("unvec", (u, Zeros(shape)))
