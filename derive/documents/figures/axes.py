"""Axes: round tick values, a frame from numbers to places, thin lines with their labels."""

from __future__ import annotations

import math
from fractions import Fraction

from derive.documents.page.picture import Label, Mark, Point, inline, line
from derive.values import dataclass

LENGTHS = (1.0, 2.0, 2.5, 5.0, 10.0)


def ticks(low: float, high: float, most: int = 7) -> tuple[float, ...]:
    """Round values in [low, high], at most `most` of them; multiples of 1, 2, 2½ or 5 times a power of ten."""
    span = high - low
    if not span > 0 or not math.isfinite(span):
        return ()
    power = 10.0 ** math.floor(math.log10(span / most))
    for length in (*LENGTHS, *(10 * x for x in LENGTHS)):
        step = length * power
        first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
        if last - first + 1 <= most:
            return tuple(round(k * step, 12) + 0.0 for k in range(first, last + 1))
    return ()


def decimal(value: float, places: int = 4) -> str:
    """`0.4394`, `-2`, `1.5`: a number as it is printed, without zeros at the end."""
    text = f"{value:.{places}f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def significant(value: float, places: int = 4) -> str:
    """A coefficient: decimals, or for a small or large one `1.07 \\cdot 10^{-6}`; `0` for none."""
    if value == 0 or 1e-2 <= abs(value) < 1e6:
        return decimal(value, places)
    mantissa, _, exponent = f"{value:.2e}".partition("e")
    return rf"{decimal(float(mantissa), 2)} \cdot 10^{{{int(exponent)}}}"


def exact(value: float | Fraction, most: int = 60) -> str:
    """`\\tfrac{5}{4}` for a fraction of small numbers, else the decimal."""
    near = Fraction(value).limit_denominator(most)
    value = float(value)
    if near.denominator == 1 or abs(float(near) - value) > 1e-12 * max(abs(value), 1.0) or abs(near.numerator) > 999:
        return significant(value)
    sign = "-" if near < 0 else ""
    return rf"{sign}\tfrac{{{abs(near.numerator)}}}{{{near.denominator}}}"


@dataclass(frozen=True)
class Plot:
    """The place of numbers: [low, high] of both axes in a box of the picture."""

    x: tuple[float, float]
    y: tuple[float, float]
    left: float
    bottom: float
    right: float
    top: float

    def at(self, x: float, y: float) -> Point:
        """Where the point x, y of the axes stands in the picture."""
        return (
            self.left + (x - self.x[0]) / (self.x[1] - self.x[0]) * (self.right - self.left),
            self.bottom + (y - self.y[0]) / (self.y[1] - self.y[0]) * (self.top - self.bottom),
        )

    def inside(self, x: float, y: float) -> bool:
        """Whether a point is within the ranges of the axes."""
        return self.x[0] <= x <= self.x[1] and self.y[0] <= y <= self.y[1]

    def axes(self, across: str, up: str) -> list[Mark]:
        """The two axes at the left and below, outward ticks with numbers, the names at their ends."""
        corner, right, top = (self.left, self.bottom), (self.right + 0.35, self.bottom), (self.left, self.top + 0.3)
        out: list[Mark] = [line("arrow", corner, right), line("arrow", corner, top)]
        for value in ticks(*self.x):
            x, y = self.at(value, self.y[0])
            out += [line("axis", (x, y), (x, y - 0.1)), Label(x, y - 0.16, inline(decimal(value)), "north", "tick")]
        for value in ticks(*self.y, 6):
            x, y = self.at(self.x[0], value)
            out += [line("axis", (x, y), (x - 0.1, y)), Label(x - 0.16, y, inline(decimal(value)), "east", "tick")]
        out.append(Label(right[0] + 0.1, right[1], inline(across), "west"))
        out.append(Label(top[0], top[1] + 0.08, inline(up), "south"))
        return out

    def curve(self, points: list[Point], style: str) -> list[Mark]:
        """The parts of a curve, given densely, that lie inside; it ends at the border, cut straight."""
        out: list[Mark] = []
        run: list[Point] = []
        for k, (x, y) in enumerate(points):
            here = math.isfinite(y) and self.inside(x, y)
            if k and math.isfinite(y) and math.isfinite(points[k - 1][1]) and here != self.inside(*points[k - 1]):
                edge = self._edge(points[k - 1], (x, y))
                if edge is not None:
                    run.append(self.at(*edge))
            if here:
                run.append(self.at(x, y))
            elif run:
                out.append(line(style, *run))
                run = []
        if run:
            out.append(line(style, *run))
        return [mark for mark in out if len(getattr(mark, "points", ())) > 1]

    def _edge(self, a: Point, b: Point) -> Point | None:
        """Where the segment from a to b, one of them outside, meets the upper or lower border."""
        for bound in self.y:
            if (a[1] - bound) * (b[1] - bound) < 0:
                t = (bound - a[1]) / (b[1] - a[1])
                return (a[0] + t * (b[0] - a[0]), bound)
        return None


def around(values: list[float], share: float = 0.08) -> tuple[float, float]:
    """From the least to the greatest value, and a little more on both sides."""
    low, high = min(values), max(values)
    margin = share * (high - low) or max(abs(low) * 0.1, 1.0)
    return low - margin, high + margin
