"""A number is its own transpose: u'v and v'u beside one another are one product, and their terms are like terms."""

from __future__ import annotations

from derive.calculus.linear.matrix import transpose_of
from derive.calculus.simplify.collect import collect
from derive.calculus.simplify.simplify import tidy, tidy_with
from derive.calculus.simplify.used import Used
from derive.expressions.nodes import Add, Expr, MatMul
from derive.expressions.rewrite import substitute
from derive.expressions.traverse import walk


def mirrored(expr: Expr, used: Used) -> Expr | None:
    """The sum with each scalar product written one way, like terms collected; None where none comes together.

    The properties of letters that it takes (A' = A) are appended to `used`.
    """
    if not isinstance(expr, Add):
        return None
    seen: dict[Expr, None] = {}
    turned: dict[Expr, Expr] = {}
    for term in expr.terms:
        for node in walk(term):
            if isinstance(node, MatMul) and node.is_scalar and node not in seen:
                took: Used = []
                other = tidy_with(transpose_of(node), took)
                if other in seen and other is not node:
                    turned[node] = other
                    used.extend(took)
                else:
                    seen[node] = None
    if not turned:
        return None
    out = collect(tidy(substitute(expr, turned)))
    terms = len(out.terms) if isinstance(out, Add) else 1
    return out if terms < len(expr.terms) else None
