"""`blocks`: the derivative of a vector by a matrix as an array of blocks, one for each entry of the vector.

What stands in a block is found by numbers: the derived Jacobian is evaluated at random points with sizes of their own, and its
rows (or columns) are held against the vectors that occur in the derivation.  What does not agree is refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from derive.documents.figures.scene import Scene, em, shape_latex
from derive.documents.page.picture import Drawing, Label, Mark, box, inline, line
from derive.expressions.build import transpose
from derive.expressions.nodes import Expr, Ones, Symbol
from derive.expressions.sizes import ONE, SCALAR, Shape, is_column, is_scalar, show
from derive.expressions.spelling import size_latex
from derive.expressions.traverse import walk
from derive.values import dataclass

if TYPE_CHECKING:
    from derive.checking.random_arrays import Array
    from derive.checking.sampling import Point

ROW, LEAST = 0.52, 1.9
CLOSE = 1e-9


@dataclass(frozen=True)
class Filling:
    """Block i holds factor_i · vector' in row i (`rows`), or factor_i · vector in column i; elsewhere it is 0.

    factor  None for 1
    """

    rows: bool
    vector: Expr
    factor: Expr | None


def draw(scene: Scene) -> Drawing | None:
    """The figure of a scene.  DeriveError [figure] where it does not apply."""
    problem = scene.problem
    if len(problem.wrt) != 1 or not is_column(problem.function.shape) or _flat(problem.wrt[0].shape):
        raise scene.refused("it is drawn of a vector function of one matrix")
    if scene.derivation is None:
        return None
    filling = _filling(scene)
    if filling is None:
        raise scene.refused("the blocks are not zero but for one row or one column that the derivation names")
    return _set(scene, filling)


def _flat(shape: Shape) -> bool:
    return is_scalar(shape) or ONE in shape


def _filling(scene: Scene) -> Filling | None:
    """The filling that agrees with the derived Jacobian at every point."""
    from derive.checking.sampling import points

    places = points(scene.problem)
    arrays = [_array(scene, place) for place in places]
    m, n = scene.problem.wrt[0].shape
    entries = scene.problem.function.shape[0]
    candidates = list(_vectors(scene))
    factors: list[Expr | None] = [None, *(c for c in candidates if c.shape[0] == entries)]
    for rows, across in ((True, n), (False, m)):
        if (m if rows else n) != entries:
            continue
        for vector in (c for c in candidates if c.shape[0] == across):
            for factor in factors:
                one = Filling(rows, vector, factor)
                if all(_agrees(scene, one, place, array) for place, array in zip(places, arrays, strict=True)):
                    return one
    return None


def _vectors(scene: Scene) -> Iterator[Expr]:
    """The vectors in what was asked, and in the derivation, without its directions."""
    assert scene.derivation is not None
    problem = scene.problem
    exprs = [problem.function, *(line.expr for chain in scene.derivation.chains for line in chain.lines)]
    known = {*problem.symbols, *(s.name for s, _ in problem.let), *problem.unnamed}
    seen = []
    for expr in exprs:
        for node in walk(expr):
            if is_column(node.shape) and not isinstance(node, Ones) and node.free <= known and not node.pending and node not in seen:
                seen.append(node)
    return iter(seen)


def _array(scene: Scene, place: Point) -> Array:
    """∂f_i/∂X_pq at a point, entries × rows × columns, from the derived result."""
    import numpy as np

    problem = scene.problem
    (x,) = problem.wrt
    m, n = (size.value(place.sizes) for size in x.shape)
    numbers = {**place.sizes, **place.values, **place.calls}
    for quantity in ("vectorized", "entries"):
        found = scene.result(quantity)
        if found is not None:
            flat = scene.value(found.expr, numbers)
            return np.array([row.reshape(n, m).T for row in flat])
    found = scene.result("derivative")
    if found is None:
        raise scene.refused("it needs the derivative", f"find: [{', '.join((*problem.find, 'derivative'))}]")
    (h,) = problem.directions
    out = np.zeros((problem.function.shape[0].value(place.sizes), m, n))
    for p in range(m):
        for q in range(n):
            unit = np.zeros((m, n))
            unit[p, q] = 1.0
            out[:, p, q] = scene.value(found.expr, {**numbers, h.name: unit})
    return out


def _agrees(scene: Scene, filling: Filling, place: Point, array: Array) -> bool:
    import numpy as np

    numbers: dict[str, Any] = {**place.sizes, **place.values, **place.calls}
    vector = scene.value(filling.vector, numbers)
    factor = np.ones(len(array)) if filling.factor is None else scene.value(filling.factor, numbers)
    wanted = np.zeros_like(array)
    for i in range(len(array)):
        if filling.rows:
            wanted[i, i, :] = factor[i] * vector
        else:
            wanted[i, :, i] = factor[i] * vector
    return bool(np.abs(array - wanted).max() <= CLOSE * max(np.abs(array).max(), 1.0))


def _set(scene: Scene, filling: Filling) -> Drawing:
    """Blocks 1, 2, …, m, each with its rows 1, 2, …, m (or columns)."""
    problem = scene.problem
    (x,) = problem.wrt
    entries = problem.function.shape[0]
    count = entries.value({}) if entries.is_number else 0
    known = 0 < count <= 4
    indices = [str(k + 1) for k in range(count)] if known else ["1", "2", "", size_latex(entries)]
    texts = {index: _said(scene, filling, index) for index in indices if index}
    zero = r"0^{\mathsf T}" if filling.rows else "0"
    zero = {"top": r"0^{\top}", "prime": "0'"}.get(scene.notation.transpose, zero) if filling.rows else zero
    cell = max(*(em(text) for text in texts.values()), LEAST if filling.rows else 0.4) + 0.3
    wide, high = (cell, ROW * len(indices)) if filling.rows else (cell * len(indices), 1.7)
    marks: list[Mark] = []
    left, bottom = 0.1, 0.55
    name, by = scene.tex(Symbol(problem.name, SCALAR)), scene.tex(x)
    for index in indices:
        if not index:
            marks.append(Label(left + 0.3, bottom + high / 2, inline(r"\cdots")))
            left += 0.6 + 0.35
            continue
        marks += _block(indices, index, texts[index], zero, left, bottom, wide, high, filling.rows)
        marks.append(Label(left + wide / 2, bottom + high + 0.15, inline(rf"\frac{{\partial {name}_{{{index}}}}}{{\partial {by}}}"), "south", "big"))
        marks.append(Label(left + wide / 2, bottom - 0.14, inline(shape_latex(x.shape)), "north", "quiet"))
        left += wide + 0.35
    of = "row" if filling.rows else "column"
    alt = f"the derivative of {problem.name} by {x.name} as {entries} blocks of {show(x.shape)}: block i is zero but for {of} i"
    return Drawing(tuple(marks), left - 0.25, bottom + high + 1.0, alt)


def _block(
    indices: list[str], index: str, text: str, zero: str, left: float, bottom: float, wide: float, high: float, rows: bool
) -> list[Mark]:
    """A box of stripes, the one with the index filled."""
    out: list[Mark] = [box("plain", left, bottom, left + wide, bottom + high)]
    count = len(indices)
    for k, row in enumerate(indices):
        if rows:
            a, b = bottom + high - (k + 1) * high / count, bottom + high - k * high / count
            stripe = (left, a, left + wide, b)
        else:
            stripe = (left + k * wide / count, bottom, left + (k + 1) * wide / count, bottom + high)
        hit = row == index
        if hit:
            out.append(box("hit", *stripe))
        said = text if hit else (r"\vdots" if rows else r"\cdots") if not row else zero
        out.append(Label((stripe[0] + stripe[2]) / 2, (stripe[1] + stripe[3]) / 2, inline(said), "center", "label" if hit else "quiet"))
    out.append(line("axis", (left, bottom), (left + wide, bottom), (left + wide, bottom + high), (left, bottom + high), (left, bottom)))
    return out


def _said(scene: Scene, filling: Filling, index: str) -> str:
    """`x^T`, `σ'(g)_2 x^T`."""
    vector = transpose(filling.vector) if filling.rows else filling.vector
    if filling.factor is None:
        return scene.tex(vector)
    whole = scene.tex(filling.factor)
    plain = isinstance(filling.factor, Symbol)
    return (f"{whole}_{{{index}}}" if plain else rf"\left({whole}\right)_{{{index}}}") + r"\, " + scene.tex(vector)
