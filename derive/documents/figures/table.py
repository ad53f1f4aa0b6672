"""`table`: the data as a table, beside it the columns of the design matrix, and with the derivation the fitted values."""

from __future__ import annotations

from derive.documents.figures.axes import decimal
from derive.documents.figures.fit import Model, at_weights, columns, design, model, weights_of
from derive.documents.figures.scene import Scene, em
from derive.documents.page.picture import Drawing, Label, Mark, inline, line
from derive.expressions.nodes import Expr, MatMul, Symbol
from derive.expressions.sizes import SCALAR

MOST_ROWS = 12
ROW = 0.5
GAP = 0.75
"""Between columns, in cm."""


def draw(scene: Scene) -> Drawing:
    """One row a data point; a long table shows its first rows and the last."""
    import numpy as np

    problem = scene.problem
    found = model(scene)
    plain = columns(problem)
    groups: list[tuple[str, list[tuple[str, list[float]]]]] = [
        ("", [(scene.tex(Symbol(name, SCALAR)), [float(v) for v in values]) for name, values in plain.items()])
    ]
    xs = [float(v) for v in plain[found.across]]
    parts = design(scene, found)
    if parts:
        values = [[float(scene.value(part, {found.across: x})) for x in xs] for part in parts]
        groups.append((_matrix(scene, found), [(scene.tex(p), v) for p, v in zip(parts, values, strict=True)]))
    weights = weights_of(scene)
    if weights is not None:
        fitted = at_weights(scene, found, weights, np.array(xs)).tolist()
        ys = [float(v) for v in plain[found.up]]
        up = scene.tex(Symbol(found.up, SCALAR))
        groups.append(("", [(rf"\hat {up}", fitted), (rf"{up} - \hat {up}", [y - f for y, f in zip(ys, fitted, strict=True)])]))
    caption = ("" if parts else "plain") if weights is not None else ("question" if parts else "data")
    return _set(groups, len(xs), f"the data, {len(xs)} rows", caption)


def _matrix(scene: Scene, found: Model) -> str:
    """What the design matrix is called."""
    assert isinstance(found.prediction, MatMul)
    matrix: Expr = found.prediction.factors[0]
    named = next((symbol for symbol, definition in scene.problem.let if definition is matrix), matrix)
    return scene.tex(named) if isinstance(named, Symbol) else ""


def _set(groups: list[tuple[str, list[tuple[str, list[float]]]]], count: int, alt: str, caption: str) -> Drawing:
    """Columns flush right at their decimal places, groups apart, a rule under the head and around the whole."""
    shown = list(range(count)) if count <= MOST_ROWS else [*range(MOST_ROWS - 2), -1, count - 1]
    titled = any(title for title, _ in groups)
    height = (len(shown) + 1) * ROW + (ROW if titled else 0.0) + 0.3
    top = height - 0.1
    head = top - (ROW if titled else 0.0) - 0.3
    marks: list[Mark] = []
    x = 0.25
    for k, (title, group) in enumerate(groups):
        x += GAP * 0.5 if k else 0.0
        left = x
        for name, values in group:
            texts = _aligned(values)
            size = max(em(name), *(em(text) for text in texts)) + 0.1
            marks.append(Label(x + size, head, inline(name), "east", "entry"))
            for row, which in enumerate(shown):
                text = r"\vdots" if which < 0 else texts[which]
                marks.append(Label(x + size, head - 0.1 - (row + 1) * ROW, inline(text), "east", "entry"))
            x += size + GAP
        right = x - GAP
        if title:
            marks.append(Label((left + right) / 2, top - 0.28, inline(title)))
            marks.append(line("axis", (left, top - 0.54), (right, top - 0.54)))
    width = x - GAP + 0.25
    for y, style in ((top, "rule"), (head - 0.3, "axis"), (0.05, "rule")):
        marks.append(line(style, (0.0, y), (width, y)))
    return Drawing(tuple(marks), width, height, alt, caption)


def _aligned(values: list[float]) -> list[str]:
    """As many decimals as the column needs, at most four."""
    places = max((len(decimal(value).partition(".")[2]) for value in values), default=0)
    return [f"{value + 0.0:.{places}f}" if abs(value) >= 0.5 * 10**-places else f"{0:.{places}f}" for value in values]
