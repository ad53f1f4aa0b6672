"""A number is its own transpose: u'v and v'u beside one another are one product, tr M and tr M' one trace, and their terms like terms."""

from __future__ import annotations

from derive.calculus.linear.matrix import transpose_of
from derive.calculus.simplify.collect import collect
from derive.calculus.simplify.simplify import tidy, tidy_with
from derive.calculus.simplify.used import Used
from derive.expressions.build import add
from derive.expressions.functions import FUNCTIONS
from derive.expressions.nodes import Add, Call, Expr, MatMul
from derive.expressions.rewrite import substitute, transform
from derive.expressions.traverse import walk


def mirrored(expr: Expr, used: Used, words: list[str]) -> Expr | None:
    """The expression with the scalar products and traces of each sum in it written one way, like terms collected; None where none
    comes together.

    used, words  the properties of letters that it takes (A' = A), and what makes terms alike, are appended
    """

    def one(e: Expr) -> Expr:
        if isinstance(e, Call) and e.is_scalar and FUNCTIONS[e.name].linear and isinstance(e.args[0], Add):
            return _together(add(*(e.rebuild((term,)) for term in e.args[0].terms)), used, words) or e
        return _together(e, used, words) or e if isinstance(e, Add) and e.is_scalar else e

    out = transform(expr, one)
    return tidy(out) if out is not expr else None


def _together(expr: Expr, used: Used, words: list[str]) -> Expr | None:
    if not isinstance(expr, Add):
        return None
    seen: dict[Expr, None] = {}
    turned: dict[Expr, Expr] = {}
    taken: Used = []
    for term in expr.terms:
        for node in walk(term):
            if isinstance(node, MatMul) and node.is_scalar and node not in seen:
                took: Used = []
                other = tidy_with(transpose_of(node), took)
                if other in seen and other is not node:
                    turned[node] = other
                    taken.extend(took)
                else:
                    seen[node] = None
    said: list[str] = ["a scalar is its own transpose"] if turned else []
    out = collect(tidy(substitute(expr, turned)) if turned else expr, said, taken)
    terms = len(out.terms) if isinstance(out, Add) else 1
    if not said or terms >= len(expr.terms):
        return None
    used.extend(taken)
    words.extend(word for word in said if word not in words)
    return out
