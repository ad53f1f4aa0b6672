"""What a check found: of each line and result, and of all of them."""

from __future__ import annotations

from derive.derivation.derivation import Derivation
from derive.errors import DeriveError
from derive.values import dataclass


@dataclass(frozen=True)
class LineCheck:
    """One line (or result) that was checked.

    where    the chain's number, from 0 (results come behind the chains), and the line's in it
    against  what it was compared with
    error    the largest relative error over the points, `inf` when it has no value
    message  why it failed, '' when it passed
    """

    where: tuple[int, int]
    title: str
    rule: str
    quantity: str
    against: str
    error: float
    tolerance: float
    passed: bool
    message: str = ""
    exact: bool = False
    """Whether it was decided exactly as well, over a prime field."""


@dataclass(frozen=True)
class Report:
    """passed: every line and every result is right at every point; bits: what was decided exactly is wrong with a probability below
    2^-bits, a line."""

    passed: bool
    points: int
    max_relative_error: float
    lines: tuple[LineCheck, ...]
    bits: int = 0

    @property
    def exact_lines(self) -> int:
        return sum(line.exact for line in self.lines)

    @property
    def count(self) -> int:
        return len(self.lines)

    @property
    def failures(self) -> tuple[LineCheck, ...]:
        return tuple(line for line in self.lines if not line.passed)

    def error(self, derivation: Derivation) -> DeriveError | None:
        """What is wrong, for the author, or None."""
        if self.passed:
            return None
        first = self.failures[0]
        chain, line = first.where
        place = (
            f"line {line + 1} of “{first.title}”" if chain < len(derivation.chains) else f"the result for {first.title}"
        )
        return DeriveError(
            f"{place} ({first.rule}) does not pass its check: {first.message}",
            code="verification",
            where=derivation.problem.positions.get("function"),
        )
