"""`tangent`: the graph of a function of one number and its tangent at `at`; of two numbers, of a vector of two, its tangent plane."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from derive.documents.figures.axes import Plot, around, decimal, exact
from derive.documents.figures.scene import Scene, em, formulas, numeric, without_formula
from derive.documents.figures.surface import surface
from derive.documents.page.picture import Dot, Drawing, Label, Mark, Point, inline, late, line
from derive.errors import DeriveError
from derive.expressions.nodes import Symbol
from derive.expressions.sizes import Size
from derive.notation.latex.lines import head as latex_head
from derive.values import dataclass

WIDTH, HEIGHT = 10.2, 5.6
PIECES = 200


@dataclass(frozen=True)
class Graph:
    """A function of one or two numbers at a point.

    names    of the axes, as they are named in `range`; `shown` as LaTeX
    point    the numbers at which the tangent touches
    value    f at numbers; `slopes` the derivatives at the point, None where they are not to be shown
    """

    names: tuple[str, ...]
    shown: tuple[str, ...]
    point: tuple[float, ...]
    value: Callable[..., float]
    slopes: tuple[float, ...] | None


def draw(scene: Scene) -> Drawing:
    """The figure of a scene.  DeriveError [figure] where it does not apply."""
    graph = _graph(scene)
    unknown = [name for name in scene.wanted.range if name not in graph.names and not (name == "" and len(graph.names) == 1)]
    if unknown:
        of = ", ".join(graph.names)
        raise scene.refused(f"its ranges are those of {of}", f"range: {{{', '.join(f'{name}: [-1, 3]' for name in graph.names)}}}")
    return surface(scene, graph.names, graph.shown, graph.point, graph.value, graph.slopes, _approximation(scene, graph)) if (
        len(graph.names) == 2
    ) else _line(scene, graph)


def _graph(scene: Scene) -> Graph:
    """DeriveError [figure] for a function whose graph is no curve or surface, or that is not given in numbers."""
    problem = scene.problem
    if not problem.function.is_scalar:
        raise scene.refused("the function is not a number: it has no tangent to draw")
    for expr in formulas(problem):
        name = without_formula(problem, expr)
        if name:
            raise scene.refused(f"{name} has no formula, and no graph")
    pair = len(problem.wrt) == 1 and problem.wrt[0].shape == (Size.of(2), Size.of(1))
    if not pair and (len(problem.wrt) > 2 or any(not x.is_scalar for x in problem.wrt)):
        raise scene.refused("the function is one of one or two numbers, or of a vector of two")
    given: Mapping[str, Any] = problem.options.at
    missing = [s.name for s in problem.symbols.values() if s.name not in given and _occurs(problem, s)]
    if missing:
        raise scene.refused(f"it needs a number for {', '.join(missing)}", f"at: {{{', '.join(f'{n}: 1' for n in missing)}}}")
    numbers = {name: numeric(value) for name, value in given.items()}

    def value(*place: float) -> float:
        import numpy as np

        moved = {problem.wrt[0].name: np.array(place)} if pair else dict(zip((x.name for x in problem.wrt), place, strict=True))
        return float(scene.value(problem.function, {**numbers, **moved}))

    slopes = _slopes(scene, numbers, pair)
    if pair:
        (x,) = problem.wrt
        name = scene.tex(x)
        return Graph((f"{x.name}[1]", f"{x.name}[2]"), (f"{name}_1", f"{name}_2"), tuple(map(float, numbers[x.name])), value, slopes)
    return Graph(
        tuple(x.name for x in problem.wrt), tuple(map(scene.tex, problem.wrt)), tuple(float(numbers[x.name]) for x in problem.wrt),
        value, slopes,
    )


def _occurs(problem: Any, symbol: Symbol) -> bool:
    return any(symbol.name in expr.free for expr in formulas(problem)) or symbol in problem.wrt


def _slopes(scene: Scene, numbers: Mapping[str, Any], pair: bool) -> tuple[float, ...] | None:
    """The derived gradient at the point.  DeriveError [figure] where the derivation has none."""
    import numpy as np

    if scene.derivation is None:
        return None
    out: list[float] = []
    for x in scene.problem.wrt:
        found = scene.result("gradient", x.name) or (scene.result("derivative") if len(scene.problem.wrt) == 1 and not pair else None)
        if found is None:
            asked = "gradient" if len(scene.problem.wrt) > 1 or pair else "derivative"
            raise scene.refused(f"its slope is the {asked}, which is not asked for", f"find: [{asked}]")
        out += np.atleast_1d(scene.value(found.expr, {**numbers, **_ones(scene)})).tolist()
    return tuple(out)


def _ones(scene: Scene) -> dict[str, float]:
    """A derivative along a named direction of a number, at 1."""
    return {h.name: 1.0 for h in scene.problem.directions if h.is_scalar}


def _approximation(scene: Scene, graph: Graph) -> str:
    """`5 + 2(x - 1) + 4(y - 2)`: the derived first-order approximation in numbers."""
    if graph.slopes is None:
        return ""
    out = exact(graph.value(*graph.point))
    out = "" if out == "0" else out
    for name, place, slope in zip(graph.shown, graph.point, graph.slopes, strict=True):
        size = exact(abs(slope))
        if size == "0":
            continue
        shift = name if exact(place) == "0" else rf"({name} {'-' if place > 0 else '+'} {exact(abs(place))})"
        if len(graph.names) == 1 and not out and slope == 1:
            return shift.strip("()")
        sign = "-" if slope < 0 else "+" if out else ""
        gap = r"\," if size != "1" and shift == name else ""
        out += f" {sign} {'' if size == '1' else size}{gap}{shift}"
    return out.strip() or "0"


def _line(scene: Scene, graph: Graph) -> Drawing:
    """The curve, the point on it, and the tangent over about two thirds of the width."""
    (x0,) = graph.point
    y0 = graph.value(x0)
    low, high = scene.wanted.range.get("") or scene.wanted.range.get(graph.names[0]) or (x0 - 2.0, x0 + 2.0)
    curve: list[Point] = []
    for k in range(PIECES + 1):
        x = low + (high - low) * k / PIECES
        try:
            curve.append((x, graph.value(x)))
        except DeriveError:
            # Outside its domain the function has no value, and the curve a gap.
            curve.append((x, float("nan")))
    ys = sorted(y for _, y in curve if y == y)
    if not ys:
        raise scene.refused(f"the function has no value from {decimal(low)} to {decimal(high)}")
    slope = graph.slopes[0] if graph.slopes else 0.0
    ends = [y0 + slope * d for d in (-0.25 * (high - low), 0.25 * (high - low))] if graph.slopes else []
    bottom, top = around([*ys, y0, *ends])
    plot = Plot((low, high), (bottom, top), 0.9, 0.75, WIDTH - 0.75, HEIGHT - 1.05)
    marks: list[Mark] = plot.axes(graph.shown[0], _value_name(scene))
    corner = plot.at(low, bottom)
    px, py = plot.at(x0, y0)
    marks += [line("residual", (px, corner[1]), (px, py)), line("residual", (corner[0], py), (px, py))]
    marks += plot.curve(curve, "curve")
    if graph.slopes is not None:
        reach = 0.42 * (high - low)
        tangent = [(x0 + reach * t, y0 + slope * reach * t) for t in (-1 + k / 50 for k in range(101))]
        marks += late(plot.curve([p for p in tangent if low <= p[0] <= high], "tangent"))
        said = _approximation(scene, graph)
        right, height = WIDTH - 0.75, HEIGHT - 0.3
        start = right - em(said) - 0.1
        marks += late([line("tangent", (start - 0.75, height), (start - 0.15, height)), Label(start, height, inline(said), "west")])
    marks.append(Dot("touch", px, py))
    high = slope > 0 if graph.slopes else curve[0][1] < curve[-1][1]
    said = f"({exact(x0)}, {exact(y0)})" if graph.slopes else f"{graph.shown[0]} = {exact(x0)}"
    marks.append(Label(px - 0.18 if high else px + 0.18, py + 0.2, inline(said), "south east" if high else "south west", "red"))
    alt = f"the graph of {scene.problem.name} near {decimal(x0)}" + (f" and its tangent of slope {decimal(slope)}" if graph.slopes else "")
    return Drawing(tuple(marks), WIDTH, HEIGHT, alt)


def _value_name(scene: Scene) -> str:
    from derive.derivation.derivation import Head

    return latex_head(Head("value", scene.problem.name, scene.problem.wrt), scene.notation)
