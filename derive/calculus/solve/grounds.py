"""What a conclusion about an expression rests on: the declarations of its letters without which it is no longer seen."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from derive.derivation.reason import AND_THAT, Phrase, Why, enumerated
from derive.expressions.build import matmul
from derive.expressions.nodes import Expr, MatMul, Symbol
from derive.expressions.properties.definite import STRICT
from derive.expressions.properties.facts import IMPLIED
from derive.expressions.properties.inference import congruence_halves, definiteness, has_full_column_rank, is_invertible
from derive.expressions.rewrite import substitute
from derive.expressions.traverse import walk

_SAID = {
    "spd": " is positive definite", "invertible": " is invertible", "full-column-rank": " has full column rank",
    "full-row-rank": " has full row rank", "positive": " > 0",
}
"""What is said of a letter, by the word of its declaration, in this order."""
_OF_SEVERAL = {
    " is positive definite": " are positive definite", " is invertible": " are invertible", " has full column rank": " have full column rank",
    " has full row rank": " have full row rank", " > 0": " > 0", " has positive entries": " have positive entries",
}
"""The same of several letters."""
_KEPT = frozenset({"symmetric"})
"""Of the weaker letter too: it is seen in the formula, by the transposes that are not written."""


def grounds(exprs: Iterable[Expr], seen: Callable[[Mapping[Expr, Expr]], bool]) -> tuple[Why, ...]:
    """`W is positive definite`, `A and B have full column rank`, for as much as the conclusion needs.

    seen  whether the conclusion is seen where letters with less declared of them stand for some
    """
    letters = dict.fromkeys(node for expr in exprs for node in walk(expr) if isinstance(node, Symbol) and node.index is None)
    found = [(word, symbol) for symbol in letters for word in _SAID if word in symbol.has and not _implied(word, symbol)]
    needed = [(word, symbol) for word, symbol in found if not seen({symbol: _weaker(symbol, word)})]
    order = list(_SAID)
    said: dict[str, list[Why]] = {}
    for word, symbol in sorted(needed, key=lambda one: order.index(one[0])):
        said.setdefault(_words(word, symbol), []).append((symbol,))
    return tuple((*several[0], words) if len(several) == 1 else (Phrase(enumerated(several)), _OF_SEVERAL[words]) for words, several in said.items())


def is_invertible_as(matrix: Expr) -> Why:
    """`M is invertible`; of what is more than a letter why, as far as it is declared: `X'WX ≻ 0, as W is positive definite and …`."""
    strict = definiteness(matrix)
    holds = definiteness if strict in STRICT else is_invertible
    why = () if isinstance(matrix, Symbol) else grounds((matrix,), lambda less: holds(substitute(matrix, less)) == holds(matrix))
    if not why:
        return of_numbers(matrix) or (matrix, " is invertible")
    sign = " is invertible" if strict not in STRICT else " ≻ 0" if strict.sign > 0 else " ≺ 0"
    return (matrix, f"{sign}, as ", Phrase(enumerated(why, AND_THAT)))


def strictly(sign: str, k: Symbol, rests: Sequence[Why]) -> Why:
    """`> 0 for h ≠ 0, as X has full column rank` of a second derivative.

    sign   > or <
    rests  on what that rests
    """
    return (f"{sign} 0 for ", k, " ≠ 0, as ", Phrase(enumerated(rests, AND_THAT))) if rests else (f"{sign} 0 for ", k, " ≠ 0")


def of_numbers(matrix: Expr) -> Why:
    """`the columns of B are independent`, which is seen and not assumed, of B'MB with a matrix B of numbers; () of others."""
    found = congruence_halves(matrix) if isinstance(matrix, MatMul) else None
    right = matmul(*found[2]) if found is not None else None
    return ("the columns of ", right, " are independent") if right is not None and not right.free and has_full_column_rank((right,)) else ()


def _implied(word: str, symbol: Symbol) -> bool:
    """Whether another word of its declaration says it too."""
    return any(word in IMPLIED.get(other, ()) for other in symbol.has)


def _weaker(symbol: Symbol, word: str) -> Expr:
    """The letter without the word, and without what only this word says of it."""
    others = {one for one in symbol.has if one != word and one not in IMPLIED.get(word, ())}
    return replace(symbol, has=frozenset(others | (symbol.has & _KEPT)))


def _words(word: str, symbol: Symbol) -> str:
    """An array that is positive is so entry by entry."""
    return " has positive entries" if word == "positive" and not symbol.is_scalar else _SAID[word]
