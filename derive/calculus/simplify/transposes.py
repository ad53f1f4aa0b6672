"""Transposes outside, where a result is written: (A ∘ B)' for A' ∘ B', (R − UV')'U for (R' − VU')U."""

from __future__ import annotations

from derive.calculus.simplify.simplify import tidy_with
from derive.expressions.build import coefficient, entry_factors, matmul, primes, scale, transpose
from derive.expressions.functions import FUNCTIONS
from derive.expressions.nodes import Add, Call, Expr, Map, MatMul, Ones, Scale, Transpose
from derive.expressions.rewrite import transform
from derive.expressions.sizes import is_column


def outside(expr: Expr) -> Expr:
    """The expression with the sums and entrywise products in it written without transposes inside, transposed as a whole."""
    return transform(expr, _factor)


def _factor(node: Expr) -> Expr:
    match node:
        case MatMul(factors=factors):
            out = tuple(_turned(f) if isinstance(f, Add) else f for f in factors)
            return matmul(*(_against(f, out[:k] + out[k + 1 :]) for k, f in enumerate(out)))
        case Call(name="hadamard"):
            return _turned(node)
        case Scale(scalar=scalar, arg=Call(name="hadamard") as arg):
            return scale(scalar, _turned(arg))
        case Transpose(arg=Transpose(arg=arg)):
            return arg
        case _:
            return node


def _against(factor: Expr, others: tuple[Expr, ...]) -> Expr:
    """(Y − XW')' for Y' − WX' beside Y − XW'."""
    if not isinstance(factor, Add) or primes(factor) < 1:
        return factor
    flipped = tidy_with(transpose(factor), [])
    return Transpose(flipped) if flipped in others else factor


def _turned(node: Expr) -> Expr:
    """M' for a sum or entrywise product M that is written with more transposes than its own transpose, by as many as it saves."""
    if is_column(node.shape):
        return node
    parts = node.terms if isinstance(node, Add) else entry_factors(node)
    if not all(_turns(p) for p in parts):
        return node
    flipped = tidy_with(transpose(node), [])
    if isinstance(flipped, Transpose) or primes(flipped) + 1 > primes(node):
        return node
    return Transpose(flipped)


def _turns(term: Expr) -> bool:
    """Whether a term is written transposed: every term is, of R' − VU' as well as of A' + B'."""
    body = coefficient(term)[1]
    body = body.arg if isinstance(body, Scale) else body
    if isinstance(body, MatMul):
        return primes(body) > 0 and primes(tidy_with(transpose(body), [])) <= primes(body)
    if isinstance(body, Add):
        return all(map(_turns, body.terms))
    if isinstance(body, Call) and FUNCTIONS[body.name].transposes == "args":
        return all(_turns(a) for a in body.args if not a.is_scalar)
    if isinstance(body, Map):
        return _turns(body.arg)
    return isinstance(body, Transpose | Ones) or tidy_with(transpose(body), []) is body

