"""`data`: the points of two columns, and the curve that is fitted to them, evaluated at the derived stationary point."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from derive.documents.figures.axes import Plot, around
from derive.documents.figures.fit import Model, at_weights, columns, design, equation, model, weights_of
from derive.documents.figures.scene import Scene, em
from derive.documents.page.picture import Dot, Drawing, Label, Mark, Point, inline, late, line
from derive.errors import DeriveError
from derive.expressions.nodes import Symbol
from derive.expressions.sizes import SCALAR

if TYPE_CHECKING:
    from derive.checking.random_arrays import Array

WIDTH, HEIGHT = 10.2, 5.6
MOST = 400
PIECES = 160
"""The curve is drawn through so many values."""


def draw(scene: Scene) -> Drawing:
    """Points; with the derivation also the curve, its equation, and the residuals as thin lines."""
    import numpy as np

    found = model(scene)
    plain = columns(scene.problem)
    if len(plain[found.across]) > MOST:
        raise scene.refused(f"{len(plain[found.across])} points cannot be told apart: {MOST} are drawn at most")
    xs, ys = ([float(v) for v in plain[name]] for name in (found.across, found.up))
    for name in scene.wanted.range:
        if name not in ("", found.across):
            raise scene.refused(f"its range is that of {found.across}, and there is none of {name}")
    low, high = scene.wanted.range.get("") or scene.wanted.range.get(found.across) or around(xs)
    weights = weights_of(scene)
    places = np.linspace(low, high, PIECES + 1)
    curve = [] if weights is None else _curve(scene, found, weights, places)
    fitted = [] if weights is None else at_weights(scene, found, weights, np.array(xs)).tolist()
    bottom, top = around([*ys, *fitted])
    plot = Plot((low, high), (bottom, top), 0.9, 0.75, WIDTH - 0.75, HEIGHT - 1.05)
    across, up = (scene.tex(Symbol(name, SCALAR)) for name in (found.across, found.up))
    marks: list[Mark] = plot.axes(across, up)
    seen = [(x, y, f) for x, y, f in zip(xs, ys, fitted or ys, strict=True) if low <= x <= high]
    if fitted:
        marks += late(line("gap", plot.at(x, y), plot.at(x, f)) for x, y, f in seen if abs(f - y) > 1e-9)
        marks += late(plot.curve(curve, "curve"))
    marks += [Dot("data", *plot.at(x, y)) for x, y, _ in seen]
    if weights is not None:
        parts = design(scene, found)
        said = equation(scene, found, weights, parts) if parts else rf"\hat {up}"
        marks += late(_legend(said))
    alt = f"{len(seen)} data points, {found.up} against {found.across}" + (", and the curve fitted to them" if fitted else "")
    return Drawing(tuple(marks), WIDTH, HEIGHT, alt, "" if fitted else "question")


def _curve(scene: Scene, found: Model, weights: Mapping[str, Any], places: Array) -> list[Point]:
    """The prediction at all places; where it has no value the curve has a gap."""
    import numpy as np

    try:
        return list(zip(places.tolist(), at_weights(scene, found, weights, places).tolist(), strict=True))
    except DeriveError:
        out: list[Point] = []
        for x in places.tolist():
            try:
                out.append((x, float(at_weights(scene, found, weights, np.array([x]))[0])))
            except DeriveError:
                out.append((x, float("nan")))
        return out


def _legend(said: str) -> list[Mark]:
    """A piece of the curve and its equation, above the plot at the right."""
    right, height = WIDTH - 0.75, HEIGHT - 0.3
    start = right - em(said) - 0.1
    return [line("curve", (start - 0.75, height), (start - 0.15, height)), Label(start, height, inline(said), "west")]
