"""What the names in an expression mean where it is read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from derive.expressions.nodes import Symbol, Unnamed


@dataclass(frozen=True)
class Scope:
    """The names that an expression may use, in NFKC: symbols, functions without a formula, size names."""

    symbols: Mapping[str, Symbol] = field(default_factory=dict)
    unnamed: Mapping[str, Unnamed] = field(default_factory=dict)
    sizes: frozenset[str] = frozenset()
