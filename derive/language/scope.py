"""What the names in an expression mean where it is read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from derive.expressions.nodes import Expr, Symbol, Unnamed
from derive.values import dataclass


@dataclass(frozen=True)
class Scope:
    """The names that an expression may use, in NFKC: symbols, functions without a formula, size names.

    given   names that stand for an expression, as if it were written there in parentheses
    called  names that stand for the function of another name
    """

    symbols: Mapping[str, Symbol] = field(default_factory=dict)
    unnamed: Mapping[str, Unnamed] = field(default_factory=dict)
    sizes: frozenset[str] = frozenset()
    given: Mapping[str, Expr] = field(default_factory=dict)
    called: Mapping[str, str] = field(default_factory=dict)
