"""A computation graph from top to bottom, where it is too wide to go from left to right; the nodes and edges of both."""

from __future__ import annotations

from derive.documents.figures.scene import Scene, em, shape_latex, tall
from derive.documents.page.picture import Drawing, Label, Mark, bent, box, inline, line, moved
from derive.expressions.nodes import Expr, Symbol
from derive.expressions.sizes import is_scalar
from derive.values import dataclass

HALF = 0.34
"""Half the height of a node."""
LOW = 0.24
"""The same from top to bottom, where there are many."""
STEP = 0.68
"""Between two nodes on the way down, beside what the label needs."""


@dataclass(frozen=True)
class Node:
    """A symbol with what defines it; `rank` counts the longest way to it, `row` upwards from the middle."""

    symbol: Symbol
    definition: Expr | None
    rank: int = 0
    row: int = 0


@dataclass(frozen=True)
class Edge:
    """From what is used to what is made of it; `label` the derivative, '' for none."""

    tail: int
    head: int
    label: str


def upright(scene: Scene, nodes: list[Node], edges: list[Edge]) -> Drawing:
    """Ranks from top to bottom; definitions at the right of their nodes, further variables at the left of what uses them."""
    names, said = [scene.tex(node.symbol) for node in nodes], [meaning(scene, node) for node in nodes]
    halves = [max(em(name) / 2 + 0.2, HALF) for name in names]
    last = max(node.rank for node in nodes)
    downs = [0.0]
    for k in range(1, last + 1):
        labels = [edge.label for edge in edges if nodes[edge.head].rank == k and nodes[edge.tail].rank == k - 1]
        downs.append(downs[-1] + 2 * LOW + max([STEP, *(tall(label) + 0.16 for label in labels)]))
    beside = [em(edge.label) for edge in edges if edge.label and nodes[edge.tail].row < 0]
    away = max(halves) * 2 + max([0.9, *(width + 0.4 for width in beside)])
    at = [(away * node.row, -downs[node.rank + (node.row < 0)]) for node in nodes]
    right = max(x + halves[k] + (em(said[k]) + 0.2 if said[k] else 0.0) for k, (x, _) in enumerate(at))
    marks, right = _edges(nodes, edges, at, halves, right)
    for k, (x, y) in enumerate(at):
        marks.append(box("box" if nodes[k].definition is not None else "plain", x - halves[k], y - LOW, x + halves[k], y + LOW))
        marks.append(Label(x, y, inline(names[k])))
        if said[k] and nodes[k].row >= 0:
            marks.append(Label(x + halves[k] + 0.15, y, inline(said[k]), "west", "quiet"))
        elif said[k]:
            marks.append(Label(x - halves[k] - 0.12, y, inline(said[k]), "east", "quiet"))
    left = max(halves[k] - x + (em(said[k]) + 0.2 if nodes[k].row < 0 else 0.0) for k, (x, _) in enumerate(at)) + 0.05
    height = downs[-1] + 2 * LOW + 0.1
    return Drawing(moved(marks, left, downs[-1] + LOW + 0.05), left + right + 0.1, height, alt_of(nodes, edges))


def _edges(
    nodes: list[Node], edges: list[Edge], at: list[tuple[float, float]], halves: list[float], right: float
) -> tuple[list[Mark], float]:
    """The arrows with their labels, and how far to the right the figure reaches with them.

    at      where each node stands, in em
    halves  half the width of each node
    right   how far the nodes and their definitions reach
    """
    marks: list[Mark] = []
    bows = 0
    for edge in edges:
        (x0, y0), (x1, y1) = at[edge.tail], at[edge.head]
        label = inline(edge.label)
        if x0 != x1:
            bent_down = ((x0, y0 - LOW), (x0, y1)) if y0 != y1 else ((x0 + halves[edge.tail], y0),)
            marks.append(line("edge", *bent_down, (x1 - halves[edge.head] - 0.03, y1)))
            spot = Label((x0 + x1 - halves[edge.head]) / 2, y1 + 0.08, label, "south", late=True)
        elif nodes[edge.head].rank - nodes[edge.tail].rank > 1:
            bows += 1
            lift = right - x0 + 0.5 * bows
            marks.append(line("edge", *bent((x0 + halves[edge.tail], y0), (x1 + halves[edge.head] + 0.03, y1), lift)))
            spot = Label(x0 + halves[edge.tail] + lift + 0.1, (y0 + y1) / 2, label, "west", late=True)
            right = max(right, spot.x)
        else:
            marks.append(line("edge", (x0, y0 - LOW), (x1, y1 + LOW + 0.03)))
            spot = Label(x0 + 0.12, (y0 + y1) / 2, label, "west", late=True)
        marks += [spot] if edge.label else []
        right = max(right, spot.x + em(edge.label) if spot.anchor == "west" else 0.0)
    return marks, right


def meaning(scene: Scene, node: Node) -> str:
    """What defines a node; for a variable that is not a number its shape."""
    if node.definition is not None:
        return scene.tex(node.definition)
    return "" if is_scalar(node.symbol.shape) else shape_latex(node.symbol.shape)


def alt_of(nodes: list[Node], edges: list[Edge]) -> str:
    """What a graph shows, in words."""
    return "the computation graph: " + "; ".join(f"{nodes[e.head].symbol.name} from {nodes[e.tail].symbol.name}" for e in edges)
