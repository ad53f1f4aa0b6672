"""What is known of the letters of a text before its formulas are read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from derive.values import dataclass


@dataclass(frozen=True)
class Lexicon:
    """names: the declared symbols, as the reader calls them; sizes: the letters of sizes; functions: what is applied to what stands in
    brackets behind it; wrt: the variables; steps: letters that are steps along a direction (t, ε)."""

    names: frozenset[str]
    sizes: frozenset[str]
    functions: frozenset[str]
    wrt: frozenset[str]
    steps: frozenset[str] = frozenset()
    letters: frozenset[str] = frozenset()
    """What else may be an operator, d, δ, D, and is a letter here, for the text defines it."""
    primes_turn: bool = False
    """Whether the prime of a function without its argument is a transpose: the function is an array, and its variable too."""
    spelled: Mapping[tuple[str, str], str] = field(default_factory=dict, hash=False)
    """(letter, subscript) of the declared symbols that are written with one."""

    habits: frozenset[str] = frozenset()
    """star: x^* is a transpose; plus: P^+ is another letter, no pseudo-inverse; dots: a dot over the function is its derivative."""
    squares: Mapping[str, str] = field(default_factory=dict, hash=False)
    """Letter → the declared symbol that is its square: σ → sigma2."""

    def twin(self, letter: str) -> bool:
        """Whether the capital of a letter is declared: a_ij are the entries of A."""
        return (letter.upper() if len(letter) == 1 else letter.capitalize()) in self.names and not letter[0].isupper()

    @property
    def long(self) -> tuple[str, ...]:
        """Names of several letters, RSS of a function among them, the longest first."""
        words = {f for f in self.functions if f.isupper()}
        return tuple(sorted((n for n in self.names | words if len(n) > 1), key=len, reverse=True))


@dataclass(frozen=True)
class Reading:
    """How what is ambiguous is read.

    tight_entrywise   A ∘ B C is (A ∘ B) C
    narrow            ∂/∂x, Σ, tr reach the next factor only
    slash_all         a / b c is a / (b c)
    wide_functions    log a b is log(a b)
    wide_differential d x y is d(x y)
    """

    tight_entrywise: bool = False
    narrow: bool = False
    slash_all: bool = False
    wide_functions: bool = False
    wide_differential: bool = False
    calls: bool = True


PLAIN = Reading()
READINGS = (
    PLAIN,
    Reading(narrow=True),
    Reading(tight_entrywise=True),
    Reading(slash_all=True),
    Reading(wide_functions=True),
    Reading(tight_entrywise=True, narrow=True),
    Reading(wide_differential=True),
    Reading(calls=False),
)
"""The readings that are tried, the likeliest first."""
