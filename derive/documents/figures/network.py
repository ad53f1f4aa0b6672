"""`network`: layers of units with their sizes, drawn from `let` and the function; a single neuron with its inputs and weights."""

from __future__ import annotations

from derive.documents.figures.neuron import neuron
from derive.documents.figures.scene import Scene, em, shape_latex
from derive.documents.page.picture import Dot, Drawing, Label, Mark, bent, box, inline, line
from derive.expressions.nodes import Apply, Expr, Map, Symbol
from derive.expressions.sizes import Size, is_column, is_scalar
from derive.expressions.spelling import size_latex
from derive.expressions.traverse import walk
from derive.values import dataclass

UNITS = 4
"""Units that are drawn of a layer with a symbolic size, the last below dots."""
STEP = 0.7
COST = 1.5
"""From the last layer to the cost."""
RADIUS = 0.19


@dataclass(frozen=True)
class Layer:
    """A vector of the network.

    name      as LaTeX
    weights   the matrices between the layer before and this one; `biases` what is added
    function  what is applied entry by entry, '' for none
    skip      the layer before is added unchanged
    """

    name: str
    size: Size
    weights: tuple[Symbol, ...] = ()
    biases: tuple[Symbol, ...] = ()
    function: str = ""
    skip: bool = False


def draw(scene: Scene) -> Drawing:
    """The figure of a scene.  DeriveError [figure] where it does not apply."""
    layers = _layers(scene)
    if layers is None:
        single = neuron(scene)
        if single is not None:
            return single
        raise scene.refused(
            "the function is no chain of vectors, each made of the one before by a matrix",
            "let: {phi1: sigma(W1' phi0), phi2: sigma(W2' phi1)}",
        )
    return _set(scene, layers)


def _layers(scene: Scene) -> list[Layer] | None:
    """The chain of vectors from the input to what the function is applied to; None where it is no such chain."""
    problem = scene.problem
    stages: list[tuple[Expr, Expr]] = [(symbol, definition) for symbol, definition in problem.let if is_column(symbol.shape)]
    last = problem.function
    if isinstance(last, Apply) and last.order == 0 and is_column(last.arg.shape) and not isinstance(last.arg, Symbol):
        stages.append((last.arg, last.arg))
    elif is_column(last.shape):
        stages.append((Symbol(problem.name, last.shape), last))
    if not stages:
        return None
    above: Symbol | Expr | None = None
    out: list[Layer] = []
    for k, (value, definition) in enumerate(stages):
        before = above if k else _input(scene, definition)
        if before is None or not any(node is before for node in walk(definition)):
            return None
        if not k:
            out.append(Layer(scene.tex(before), before.shape[0]))
        layer = _layer(scene, value, definition, before)
        if not layer.weights:
            return None
        out.append(layer)
        above = value
    return out


def _input(scene: Scene, definition: Expr) -> Expr | None:
    """The vector that enters the first layer: the one that a matrix multiplies."""
    from derive.expressions.nodes import MatMul

    for node in walk(definition):
        if isinstance(node, MatMul) and isinstance(node.factors[-1], Symbol) and is_column(node.factors[-1].shape):
            return node.factors[-1]
    return None


def _layer(scene: Scene, value: Expr, definition: Expr, before: Expr) -> Layer:
    from derive.expressions.nodes import Add

    weights: list[Symbol] = []
    biases: list[Symbol] = []
    function = ""
    for node in walk(definition):
        if isinstance(node, Symbol) and node is not before:
            (biases if is_column(node.shape) else weights).append(node)
        if isinstance(node, Map) and not function:
            function = _applied(scene, node)
    skip = isinstance(definition, Add) and any(term is before for term in definition.terms)
    name = scene.tex(value)
    return Layer(name, value.shape[0], tuple(w for w in weights if not is_scalar(w.shape)), tuple(biases), function, skip)


def _applied(scene: Scene, node: Map) -> str:
    """The name of an entry-by-entry function: what it prints before its argument."""
    whole, inside = scene.tex(Map(node.function, Symbol("q", (Size.of(1), Size.of(1))))), "q"
    return whole.split("(")[0].split("\\left")[0].replace(inside, "").strip() or whole


def _set(scene: Scene, layers: list[Layer]) -> Drawing:
    cost = scene.problem.function if isinstance(scene.problem.function, Apply) else None
    shown, cut = _shown(scene, layers, cost is not None)
    gaps = _gaps(scene, shown, cut, cost is not None)
    up, down = (max(sign * y for layer in shown for y in _places(layer.size)) + RADIUS for sign in (1, -1))
    middle = down + 1.0
    top = middle + up
    lift = 0.55 if any(layer.skip for layer in shown) else 0.0
    head = top + lift + (0.6 if lift else 0.32)
    links: list[Mark] = []
    marks: list[Mark] = []
    x = _half(shown[0])
    xs: list[float] = []
    for k in range(len(shown)):
        x += gaps[k - 1] if k else 0.0
        xs.append(x)
    columns = [[(x, middle + y) for y in _places(layer.size)] for layer, x in zip(shown, xs, strict=True)]
    for k, layer in enumerate(shown[1:], 1):
        between = (xs[k - 1] + xs[k]) / 2
        if k == cut:
            marks.append(Label(between, middle, inline(r"\cdots")))
            continue
        links += [line("link", a, b) for a in columns[k - 1] for b in columns[k]]
        if layer.skip:
            marks.append(line("edge", *bent((xs[k - 1] + 0.12, top + 0.05), (xs[k] - 0.12, top + 0.05), lift)))
            marks.append(Label(between, top + lift - 0.1, inline("+"), "north", "quiet"))
        marks.append(Label(between, head, inline(_weights(scene, layer)), "south"))
        marks.append(Label(between, head - 0.08, inline(_sizes(layer)), "north", "quiet"))
    for k, (layer, column) in enumerate(zip(shown, columns, strict=True)):
        place = column[0][0]
        marks += [Dot(_style(k + len(layers) - len(shown) if cut and k >= cut else k, len(layers)), *unit) for unit in column]
        if not _all_drawn(layer.size):
            marks.append(Label(place, (column[-1][1] + column[-2][1]) / 2 + 0.05, inline(r"\vdots")))
        marks.append(Label(place, 0.72, inline(layer.name)))
        marks.append(Label(place, 0.22, inline(_space(layer.size)), "center", "quiet"))
    width = x + _half(shown[-1])
    if cost is not None:
        name = scene.tex(Apply(cost.function, Symbol("x", cost.arg.shape))).split("(")[0].split("\\left")[0]
        reach = max(x + COST, width + 0.35)
        links += [line("link", unit, (reach - 0.3, middle)) for unit in columns[-1]]
        marks.append(box("box", reach - 0.3, middle - 0.3, reach + 0.3, middle + 0.3))
        marks += [Label(reach, middle, inline(name)), Label(reach, 0.22, inline(r"\mathbb{R}"), "center", "quiet")]
        width = reach + 0.4
    alt = "a network of layers of " + ", ".join(str(layer.size) for layer in layers) + " units"
    return Drawing((*links, *marks), width, head + 0.5, alt)


def _style(k: int, count: int) -> str:
    """Of layer k: the input, the output and the layers between them are told apart by their colours."""
    return "input" if k == 0 else "output" if k == count - 1 else ("unit", "hidden")[(k - 1) % 2]


def _shown(scene: Scene, layers: list[Layer], cost: bool) -> tuple[list[Layer], int]:
    """The layers that there is room for: all, or the first and the last two and where in between some are left out."""
    ends = (COST + 0.4 if cost else _half(layers[-1])) + _half(layers[0])
    if ends + sum(_between(scene, layer) for layer in layers[1:]) <= scene.width or len(layers) < 5:
        return layers, 0
    return [*layers[:2], *layers[-2:]], 2


def _gaps(scene: Scene, shown: list[Layer], cut: int, cost: bool) -> list[float]:
    """From each column to the next: wide where there is room, never narrower than what stands between."""
    ends = (COST + 0.4 if cost else _half(shown[-1])) + _half(shown[0])
    usual = min(2.6, (scene.width - ends) / max(len(shown) - 1, 1))
    return [max(1.2 if k == cut else _between(scene, layer), usual) for k, layer in enumerate(shown[1:], 1)]


def _half(layer: Layer) -> float:
    return max(em(layer.name) / 2 + 0.1, em(_space(layer.size)) / 2 + 0.1, 0.4)


def _places(size: Size) -> list[float]:
    """Heights of the units of a layer about its middle: all of a small number, else three, dots, and the last."""
    if _all_drawn(size):
        count = size.value({})
        return [((count - 1) / 2 - k) * STEP for k in range(count)]
    return [1.45 * STEP, 0.55 * STEP, -0.35 * STEP, -1.75 * STEP]


def _all_drawn(size: Size) -> bool:
    return size.is_number and size.value({}) <= UNITS + 1


def _weights(scene: Scene, layer: Layer) -> str:
    """`σ, W_1, b_1` above the links."""
    parts = [scene.tex(symbol) for symbol in (*layer.weights, *layer.biases)]
    said = ",\\,".join(parts)
    return said + (rf"\quad {layer.function}" if layer.function else "")


def _sizes(layer: Layer) -> str:
    return ",\\ ".join(shape_latex(weight.shape) for weight in layer.weights)


def _space(size: Size) -> str:
    return rf"\mathbb{{R}}^{{{size_latex(size)}}}"


def _between(scene: Scene, layer: Layer) -> float:
    return max(em(_weights(scene, layer)), em(_sizes(layer))) + 0.3
