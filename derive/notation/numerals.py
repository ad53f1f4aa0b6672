"""Numbers as decimals."""

from __future__ import annotations

from fractions import Fraction

LONGEST = 16
"""Places behind the point."""


def decimal(value: Fraction) -> str | None:
    """`0.4394`, `2.5`, `3`: a number that ends within LONGEST places, as a decimal; None for any other."""
    sign, size = "-" if value < 0 else "", abs(value)
    for places in range(LONGEST + 1):
        scaled = size * 10**places
        if scaled.denominator == 1:
            whole, rest = divmod(scaled.numerator, 10**places)
            return f"{sign}{whole}.{rest:0{places}d}" if places else f"{sign}{whole}"
    return None
