"""Definitions of `let` put in."""

from __future__ import annotations

from collections.abc import Mapping

from derive.calculus.differentiate.variation import Motion
from derive.calculus.rules.differentials import DIFFERENTIALS
from derive.calculus.rules.rule import Rule, Unfold, compiled, fill, match
from derive.calculus.setting.setting import free_name
from derive.calculus.simplify.laws.functions import traced
from derive.calculus.simplify.simplify import tidy
from derive.derivation.reason import Why, told
from derive.expressions.nodes import Expr, Symbol
from derive.expressions.properties.inference import is_invertible
from derive.expressions.sizes import Size
from derive.values import dataclass


def _said(words: str, row: Rule, values: Mapping[str, Expr], sizes: Mapping[str, Size]) -> Why:
    """The words of an `unfold`, their mathematics about what the letters of the row stand for, M for any matrix of that size."""
    return told(words, lambda formula: tidy(fill(compiled(formula, f"{row.given}, t:, M: n n"), values, sizes)))


@dataclass(frozen=True)
class Unfolded:
    """The function written otherwise (`same`), or f(A + tH) (`moved`), with the row of the table that says so."""

    row: str
    by: Unfold
    why: Why
    then: Why
    same: Expr | None = None
    moved: Expr | None = None


def unfold(function: Expr, t: Symbol, m: Motion) -> Unfolded | None:
    """exp(tr A) for det(exp A), det(A) det(I + t A⁻¹H) for det(A + tH), where the whole function is one of the table whose row says so."""
    for row in DIFFERENTIALS.values():
        if row.unfold is None or row.of is None:
            continue
        values: dict[str, Expr] = {}
        sizes: dict[str, Size] = {}
        if not match(compiled(row.of, row.given), function, values, sizes):
            continue
        a = values["A"]
        letter: Symbol = Symbol(free_name(function.free | {t.name}, ("M", "Z", "L")), a.shape)
        values.update(t=t, M=letter)
        why, then = (_said(words, row, values, sizes) for words in (row.unfold.words, row.unfold.then_words))
        if "dA" not in row.unfold.to:
            same = tidy(traced(fill(compiled(row.unfold.to, row.given), values, sizes)))
            return Unfolded(row.name, row.unfold, why, then, same)
        if not isinstance(a, Symbol) or m.direction(a.name) is None or not is_invertible(a):
            continue
        values.update(dA=m.pending(a))
        return Unfolded(row.name, row.unfold, why, then, moved=fill(compiled(row.unfold.to, row.given + ", t:"), values, sizes))
    return None
