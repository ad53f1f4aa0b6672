"""Results in the form in which people know them: the laws that run, rows and functions, over an expression."""

from __future__ import annotations

from functools import lru_cache

from derive.calculus.rules.identities import IDENTITIES
from derive.calculus.simplify.laws import blocks, expansion, matrix_functions
from derive.calculus.simplify.laws.one_quotient import one_quotient
from derive.calculus.simplify.laws.roots import one_root, quotient_of_roots, roots
from derive.calculus.simplify.rewriting import Function, Laws, laws, rewritten
from derive.calculus.simplify.used import Used
from derive.expressions.functions import FUNCTIONS as TABLE
from derive.expressions.nodes import Add, Call, Entry, Expr, MatMul, Power, Scale, Stack, Times

COLLAPSE = frozenset({"^", "I", "e", "[", "1", "Q", "pinv", "softmax", "diag", "mean", *(n for n, row in TABLE.items() if row.gives)})
"""What a product of sums may become shorter by: inverses, identities, unit vectors, blocks, ones, orthonormal columns, …"""

FUNCTIONS = (
    Function("powers-of-one-base", "", roots, (Times, Scale, Power, Call), some=frozenset({"sqrt", "norm"})),
    Function("block-product", "block by block", blocks.product, (MatMul, Scale), frozenset({"["})),
    Function("block-entry", "", blocks.entry, (Entry,), frozenset({"["})),
    Function("one-block", "", blocks.single, (Stack,)),
    Function("multiplied-out", "multiply out", expansion.product, (MatMul, Scale), frozenset({"+"}), COLLAPSE),
    Function("linear-function", "term by term", expansion.linear_function, (Call,), frozenset({"+"})),
    Function("commuting-in-order", "functions of one matrix commute", matrix_functions.in_order, (MatMul, Scale),
             some=frozenset(name for name, row in TABLE.items() if row.commutes)),
    Function("common-number", "", expansion.common_number, (Times, Scale), frozenset({"+"})),
    Function("number-multiplied-in", "", expansion.reciprocal, (Times, Scale), frozenset({"+"})),
    Function("number-below", "", expansion.number_below, (Call,), frozenset({"quotient"})),
    Function("terms-multiplied-out", "multiply out", expansion.terms, (Add,), some=COLLAPSE),
    Function("common-end", "common factor", expansion.common_end, (Add,), some=COLLAPSE),
    Function("entry-by-entry", "multiply out entry by entry", expansion.entries, (Add,)),
)
"""What no row can say."""


IN_RESULTS = (
    Function("quotient-of-roots", "", quotient_of_roots, (Times, Scale), frozenset({"sqrt"})),
    Function("one-root", "", one_root, (Times,)),
    Function("one-quotient", "on one denominator, entry by entry", one_quotient, (Add,), frozenset({"quotient"})),
)
"""What no row can say and only a result is written by."""

_FUNCTION_WORDS = {f.name: f.words for f in (*FUNCTIONS, *IN_RESULTS)}


def words(name: str) -> str | None:
    """What is said beside a line that uses a law that runs; None where nothing is said."""
    row = IDENTITIES.get(name)
    if row is None:
        return _FUNCTION_WORDS.get(name) or None
    return row.words if row.told else None


@lru_cache(maxsize=1)
def always_table() -> Laws:
    """The laws that run in every line; made once."""
    return laws(*(row for row in IDENTITIES.values() if row.runs == "always"), *FUNCTIONS)


@lru_cache(maxsize=1)
def result_table() -> Laws:
    """The laws that run where a result is written; made once."""
    return laws(*(row for row in IDENTITIES.values() if row.runs in ("always", "results")), *FUNCTIONS, *IN_RESULTS)


def known(expr: Expr, used: Used) -> Expr:
    """The expression with the laws that run in every line; what was used is appended."""
    return rewritten(expr, always_table(), used)


def known_result(expr: Expr, used: Used) -> Expr:
    """The expression with the laws that run where a result is written; what was used is appended."""
    return rewritten(expr, result_table(), used)
