"""Stationary points that an equation tells up to an orthogonal factor: XX' = A⁻¹ or X'X = B⁻¹ of a likelihood in a factor of its matrix.

Source: Magnus & Neudecker, Matrix Differential Calculus (2019), sec. 15.3 (the likelihood of a normal distribution).
"""

from __future__ import annotations

from derive.calculus.setting.setting import Setting
from derive.calculus.simplify.simplify import tidy
from derive.derivation.derivation import Chain, Found, Line, Result
from derive.expressions.build import ONE, divide, inverse, matmul, negate, scale, terms, transpose, zero
from derive.expressions.nodes import Add, Call, Expr, Identity, MatMul, Scale, Symbol
from derive.expressions.properties.definite import Definite
from derive.expressions.properties.inference import definiteness, is_positive


def of_a_gram_matrix(s: Setting, g: Expr, x: Symbol) -> tuple[list[Chain], Found] | None:
    """AX = rX⁻ᵀ, of AX − rX⁻ᵀ = 0 with A positive definite and r > 0: XX' = rA⁻¹; so XB = rX⁻ᵀ: X'X = rB⁻¹.  None for another equation.

    g  the gradient; x the unknown, square and invertible
    """
    inside = g.arg if isinstance(g, Scale) else g
    turned = tidy(transpose(inverse(x))) if x.shape[0] == x.shape[1] else None
    if turned is None or not isinstance(inside, Add) or len(inside.terms) != 2:
        return None
    parts = [(t.scalar, t.arg) if isinstance(t, Scale) else (ONE, t) for t in terms(inside)]
    inverted = [c for c, body in parts if body is turned]
    others = [(c, body) for c, body in parts if body is not turned and isinstance(body, MatMul)]
    if len(inverted) != 1 or len(others) != 1:
        return None
    c, product = others[0]
    assert isinstance(product, MatMul)
    at_the_end = product.factors[-1] is x
    matrix = matmul(*(product.factors[:-1] if at_the_end else product.factors[1:]))
    number_ = tidy(negate(divide(inverted[0], c)))
    if (product.factors[0] is not x and not at_the_end) or x.name in matrix.free | number_.free or not is_positive(number_):
        return None
    if definiteness(matrix) != Definite.POSITIVE:
        return None
    value = tidy(scale(number_, inverse(matrix)))
    gram, words = (matmul(x, transpose(x)), "from the right") if at_the_end else (matmul(transpose(x), x), "from the left")
    whole = matmul(matrix, gram) if at_the_end else matmul(gram, matrix)
    point: dict[Symbol, Expr] = {x: Call("sqrtm", (value,))}
    lines = (
        Line(zero(g.shape), "stationary", ("gradient = 0",), "equation", g, "=", True, solution=point),
        Line(scale(number_, Identity(x.shape[0])), "rearrange", ("multiply by ", transpose(x), f" {words}"), "equation", whole, "⇔", True,
             solution=point),
        Line(value, "rearrange", (matrix, " is invertible"), "equation", gram, "⇔", True, solution=point),
    )
    return [Chain("stationary", "Stationary points", lines)], Result(gram, equation=value, point=point)
