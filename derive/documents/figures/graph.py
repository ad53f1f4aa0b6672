"""`graph`: the computation graph of `let`: a node for each variable, intermediate and the function, edges with local derivatives."""

from __future__ import annotations

from derive.documents.figures.local import local_derivative
from derive.documents.figures.scene import Scene, em, tall
from derive.documents.figures.upright import HALF, Edge, Node, alt_of, meaning, upright
from derive.documents.page.picture import Drawing, Label, Mark, Point, bent, box, inline, line, moved
from derive.expressions.nodes import Expr, Symbol

ROW = 1.55
BESIDE = 0.32
CLEAR = 0.5
"""What an edge shows of itself on both sides of its label."""
WIDE, MOST = 8.5, 1.5
"""A graph that is not so wide is stretched, up to so much."""


def draw(scene: Scene) -> Drawing:
    """The figure of a scene.  DeriveError [figure] where it does not apply."""
    nodes = _nodes(scene)
    edges = [
        Edge(a, b, _label(scene, one, other)) for b, other in enumerate(nodes) for a, one in enumerate(nodes)
        if other.definition is not None and one.symbol.name in other.definition.free
    ]
    for share in (1.0, 0.5):
        wide = _set(scene, nodes, edges, share)
        if wide.width <= scene.width:
            return wide
    return upright(scene, nodes, edges)


def _nodes(scene: Scene) -> list[Node]:
    """The variables and what depends on them; DeriveError [figure] without `let`."""
    problem = scene.problem
    if not problem.let:
        raise scene.refused("it needs intermediates: name them under `let`", "let: {u: x^2}")
    if any(symbol.of is not None for symbol in problem.symbols.values()):
        raise scene.refused("a path has no node")
    rank: dict[str, int] = {}
    made: list[tuple[Symbol, Expr]] = []
    last: Symbol = Symbol(problem.name, problem.function.shape)
    moving = {x.name for x in problem.wrt}
    for symbol, definition in (*problem.let, (last, problem.function)):
        below = definition.free & moving
        if below:
            rank[symbol.name] = 1 + max(rank.get(name, 0) for name in below)
            moving.add(symbol.name)
            made.append((symbol, definition))
    out: list[Node] = []
    rows: dict[int, list[int]] = {}
    for symbol, definition in made:
        high = rows.setdefault(rank[symbol.name], [])
        out.append(Node(symbol, definition, rank[symbol.name], len(high)))
        high.append(len(high))
    for x in problem.wrt:
        used = [rank[symbol.name] for symbol, definition in made if x.name in definition.free]
        where = min(used) - 1 if used else 0
        taken = rows.setdefault(where, [])
        row = min([0, *taken]) - 1 if taken else 0
        out.append(Node(x, None, where, row))
        taken.append(row)
    return sorted(out, key=lambda node: (node.rank, -node.row))


def _label(scene: Scene, tail: Node, head: Node) -> str:
    """The derivative of the head by the tail; of matrices, for which it is an operator, nothing."""
    if scene.derivation is None:
        return ""
    assert head.definition is not None
    found = local_derivative(scene, head.definition, tail.symbol)
    return "" if found is None else scene.tex(found)


def _places(nodes: list[Node], edges: list[Edge], halves: list[float], said: list[str], share: float) -> list[float]:
    """Where each rank stands, in em from the left: far enough from the one before for its nodes, the labels between, what is said below.

    halves  half the width of each node
    said    what stands below each node, as LaTeX; "" for nothing
    share   of the usual gaps
    """
    places = [0.0]
    for k in range(1, max(node.rank for node in nodes) + 1):
        before = [i for i, node in enumerate(nodes) if node.rank == k - 1]
        here = [i for i, node in enumerate(nodes) if node.rank == k]
        need = max(halves[i] for i in before) + max(halves[i] for i in here) + share
        for edge in edges:
            if edge.tail in before and edge.head in here and edge.label:
                reach = halves[edge.head] if nodes[edge.tail].row == nodes[edge.head].row else _reach(halves[edge.head], said[edge.head])
                need = max(need, halves[edge.tail] + reach + em(edge.label) + share * CLEAR)
        need = max(need, max(em(said[i]) for i in before) / 2 + max(em(said[i]) for i in here) / 2 + share * 0.35)
        places.append(places[-1] + need)
    stretch = min(max(WIDE / places[-1], 1.0), MOST)
    return [place * stretch for place in places]


def _set(scene: Scene, nodes: list[Node], edges: list[Edge], share: float = 1.0) -> Drawing:
    """Ranks from left to right; `share` of the usual gaps."""
    names = [scene.tex(node.symbol) for node in nodes]
    halves = [max(em(name) / 2 + 0.2, HALF) for name in names]
    said = [meaning(scene, node) for node in nodes]
    places = _places(nodes, edges, halves, said, share)
    at = [(places[node.rank], ROW * node.row) for node in nodes]
    marks: list[Mark] = []
    high: list[float] = [y + HALF for _, y in at]
    for edge in edges:
        marks += _edge(nodes, halves, at, edge, high, _reach(halves[edge.head], said[edge.head]))
    for k, (x, y) in enumerate(at):
        marks.append(box("box" if nodes[k].definition is not None else "plain", x - halves[k], y - HALF, x + halves[k], y + HALF))
        marks.append(Label(x, y, inline(names[k])))
        if said[k]:
            marks.append(Label(x, y - HALF - 0.12, inline(said[k]), "north", "quiet"))
    left = max(max(halves[k], em(said[k]) / 2) - at[k][0] for k in range(len(nodes))) + 0.05
    right = max(max(halves[k], em(said[k]) / 2) + at[k][0] for k in range(len(nodes))) + 0.05
    bottom = min(y - HALF - (0.17 + tall(words) if words else 0.05) for (_, y), words in zip(at, said, strict=True))
    return Drawing(moved(marks, left, -bottom), left + right, max(high) - bottom + 0.1, alt_of(nodes, edges))


def _reach(half: float, said: str) -> float:
    """From the middle of a node to where a line goes up beside what is written under it."""
    return max(half, em(said) / 2) + BESIDE


def _edge(
    nodes: list[Node], halves: list[float], at: list[Point], edge: Edge, high: list[float], reach: float
) -> list[Mark]:
    """An arrow with its label above; over nodes in between it goes in a bow, from another row with two corners."""
    (x0, y0), (x1, y1) = at[edge.tail], at[edge.head]
    above = tall(edge.label) if edge.label else 0.0
    between = [k for k, node in enumerate(nodes) if nodes[edge.tail].rank < node.rank < nodes[edge.head].rank]
    if between and y0 == y1:
        lift = 0.85 + 0.3 * (nodes[edge.head].rank - nodes[edge.tail].rank - 2)
        start, end = (x0 + 0.1, y0 + HALF), (x1 - 0.1, y1 + HALF + 0.02)
        top = y0 + HALF + lift
        high.append(top + 0.1 + above)
        out: list[Mark] = [line("edge", *bent(start, end, lift))]
        return [*out, Label((x0 + x1) / 2, top + 0.1, inline(edge.label), "south", late=True)] if edge.label else out
    if y0 == y1:
        out = [line("edge", (x0 + halves[edge.tail], y0), (x1 - halves[edge.head] - 0.03, y1))]
        high.append(y0 + 0.1 + above)
        centre = (x0 + halves[edge.tail] + x1 - halves[edge.head]) / 2 - 0.04
        return [*out, Label(centre, y0 + 0.1, inline(edge.label), "south", late=True)] if edge.label else out
    step = abs(nodes[edge.head].row - nodes[edge.tail].row)
    corner, arrival = x1 - reach + 0.12 * (step - 1), y1 + (0.11 * step if y0 > y1 else -0.11 * step)
    out = [line("edge", (x0 + halves[edge.tail], y0), (corner, y0), (corner, arrival), (x1 - halves[edge.head] - 0.03, arrival))]
    high.append(y0 + 0.1 + above)
    centre = (x0 + halves[edge.tail] + corner) / 2
    return [*out, Label(centre, y0 + 0.1, inline(edge.label), "south", late=True)] if edge.label else out
