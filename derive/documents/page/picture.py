"""A figure as plain frozen values: strokes, dots and labels with their places in centimetres, y upwards.

What a style looks like is said by `templates/figures/styles.tex.j2` and by the style sheet of the web page.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Literal

from derive.notation.latex.reading import declared
from derive.notation.latex.text import Text
from derive.values import dataclass

Point = tuple[float, float]
Anchor = Literal["center", "north", "south", "east", "west", "north west", "north east", "south west", "south east"]


@dataclass(frozen=True)
class Stroke:
    """A line through points.

    style   what it looks like
    points  (x, y), in centimetres
    closed  it is closed and filled
    late    it belongs to the answer: on slides it comes with the second click
    shape   stroke
    """

    style: str
    points: tuple[Point, ...]
    closed: bool = False
    late: bool = False
    shape: str = "stroke"


@dataclass(frozen=True)
class Dot:
    """A filled disc.

    style  what it looks like, and how large it is
    x, y   its centre, in centimetres
    late   it belongs to the answer: on slides it comes with the second click
    shape  dot
    """

    style: str
    x: float
    y: float
    late: bool = False
    shape: str = "dot"


@dataclass(frozen=True)
class Label:
    """A formula at a point.

    x, y    the point, in centimetres
    text    what stands there
    anchor  what of the text is at the point: with `north` it hangs below, with `west` it begins there
    style   what it looks like
    late    it belongs to the answer: on slides it comes with the second click
    shape   label
    """

    x: float
    y: float
    text: Text
    anchor: Anchor = "center"
    style: str = "label"
    late: bool = False
    shape: str = "label"


Mark = Stroke | Dot | Label
"""`late`: it belongs to the answer, and on slides it comes with the second click."""


@dataclass(frozen=True)
class Drawing:
    """What a kind of figure makes: marks in a box from (0, 0) to (width, height), and in words what is to be seen; `caption`
    names the words under it where a kind has several."""

    marks: tuple[Mark, ...]
    width: float
    height: float
    alt: str
    caption: str = ""


@dataclass(frozen=True)
class Figure:
    """A figure of a page.

    kind     of figure: data, tangent, graph, …
    place    `question`: it shows nothing of the answer, and stands with the question; `solution`: after the derivation
    caption  what stands under it
    alt      in plain words what is to be seen, for who cannot see it
    width, height  of its box, in centimetres
    marks    strokes, dots and labels, in order
    mark     `file:line the figure data`, for the log
    """

    kind: str
    place: Literal["question", "solution"]
    caption: Text
    alt: str
    width: float
    height: float
    marks: tuple[Mark, ...]
    mark: str


def inline(latex: str) -> Text:
    """A formula as a label."""
    return Text((declared(latex),))


def line(style: str, *points: Point) -> Stroke:
    return Stroke(style, points)


def box(style: str, left: float, bottom: float, right: float, top: float) -> Stroke:
    """A rectangle, in cm.

    style                     of its stroke
    left, bottom, right, top  its sides
    """
    return Stroke(style, ((left, bottom), (right, bottom), (right, top), (left, top)), closed=True)


def late(marks: Iterable[Mark]) -> list[Mark]:
    """The marks, as such that belong to the answer."""
    return [replace(mark, late=True) for mark in marks]


def moved(marks: Iterable[Mark], x: float, y: float) -> tuple[Mark, ...]:
    """The marks, all shifted.

    x  and y: by how much, in cm
    """
    out: list[Mark] = []
    for mark in marks:
        if isinstance(mark, Stroke):
            out.append(replace(mark, points=tuple((a + x, b + y) for a, b in mark.points)))
        else:
            out.append(replace(mark, x=mark.x + x, y=mark.y + y))
    return tuple(out)


def rounded(marks: Iterable[Mark]) -> tuple[Mark, ...]:
    """Coordinates to a thousandth of a centimetre: the same bytes wherever they are computed."""
    def short(value: float) -> float:
        return round(value, 3) + 0.0

    out: list[Mark] = []
    for mark in marks:
        if isinstance(mark, Stroke):
            out.append(replace(mark, points=tuple((short(a), short(b)) for a, b in mark.points)))
        else:
            out.append(replace(mark, x=short(mark.x), y=short(mark.y)))
    return tuple(out)


def bent(start: Point, end: Point, lift: float, pieces: int = 24) -> tuple[Point, ...]:
    """A curve from start to end that rises `lift` above the straight line (Bézier's, of third degree).

    pieces  how many straight pieces it is made of
    """
    (x0, y0), (x1, y1) = start, end
    height = lift * 4 / 3
    length = ((x1 - x0) ** 2 + (y1 - y0) ** 2) ** 0.5 or 1.0
    nx, ny = -(y1 - y0) / length * height, (x1 - x0) / length * height
    p1 = (x0 + (x1 - x0) * 0.25 + nx, y0 + (y1 - y0) * 0.25 + ny)
    p2 = (x0 + (x1 - x0) * 0.75 + nx, y0 + (y1 - y0) * 0.75 + ny)
    out = []
    for k in range(pieces + 1):
        t = k / pieces
        a, b, c, d = (1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3
        out.append((a * x0 + b * p1[0] + c * p2[0] + d * x1, a * y0 + b * p1[1] + c * p2[1] + d * y1))
    return tuple(out)
