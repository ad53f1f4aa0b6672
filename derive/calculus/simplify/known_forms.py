"""Results in the form in which people know them: the laws that run, rows and functions, over an expression."""

from __future__ import annotations

from functools import lru_cache

from derive.calculus.rules.identities import IDENTITIES
from derive.calculus.simplify.laws import blocks, expansion, matrix_functions
from derive.calculus.simplify.laws.roots import roots
from derive.calculus.simplify.rewriting import Function, Laws, laws, rewritten
from derive.calculus.simplify.used import Used
from derive.expressions.nodes import Add, Call, Expr, MatMul, Power, Scale, Stack, Times

FUNCTIONS = (
    Function("powers-of-one-base", "", roots, (Times, Scale, Power, Call)),
    Function("block-product", "block by block", blocks.product, (MatMul, Scale)),
    Function("one-block", "", blocks.single, (Stack,)),
    Function("multiplied-out", "multiply out", expansion.product, (MatMul, Scale)),
    Function("linear-function", "term by term", expansion.linear_function, (Call,)),
    Function("commuting-in-order", "functions of one matrix commute", matrix_functions.in_order, (MatMul, Scale)),
    Function("common-number", "", expansion.common_number, (Times, Scale)),
    Function("number-below", "", expansion.number_below, (Call,), frozenset({"quotient"})),
    Function("terms-multiplied-out", "multiply out", expansion.terms, (Add,)),
    Function("common-end", "common factor", expansion.common_end, (Add,)),
    Function("entry-by-entry", "multiply out entry by entry", expansion.entries, (Add,)),
)
"""What no row can say."""


_FUNCTION_WORDS = {f.name: f.words for f in FUNCTIONS}


def words(name: str) -> str | None:
    """What is said beside a line that uses a law that runs; None where nothing is said."""
    row = IDENTITIES.get(name)
    if row is None:
        return _FUNCTION_WORDS.get(name) or None
    return row.words if row.told else None


@lru_cache(maxsize=1)
def always_table() -> Laws:
    return laws(*(row for row in IDENTITIES.values() if row.runs == "always"), *FUNCTIONS)


@lru_cache(maxsize=1)
def result_table() -> Laws:
    return laws(*(row for row in IDENTITIES.values() if row.runs), *FUNCTIONS)


def known(expr: Expr, used: Used) -> Expr:
    """The expression with the laws that run in every line; what was used is appended."""
    return rewritten(expr, always_table(), used)


def known_result(expr: Expr, used: Used) -> Expr:
    """The expression with the laws that run where a result is written; what was used is appended."""
    return rewritten(expr, result_table(), used)
