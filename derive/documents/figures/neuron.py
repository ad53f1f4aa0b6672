"""A single neuron: inputs, weights, their weighted sum, and the function that is applied to it."""

from __future__ import annotations

from derive.documents.figures.scene import Scene, em
from derive.documents.page.picture import Dot, Drawing, Label, Mark, box, inline, line
from derive.expressions.build import add
from derive.expressions.nodes import Add, Call, Expr, MatMul, Symbol, Transpose
from derive.expressions.rewrite import substitute
from derive.expressions.sizes import SCALAR, is_column
from derive.expressions.spelling import size_latex
from derive.expressions.traverse import walk

STEP = 0.95
WIDTH = 8.6


def neuron(scene: Scene) -> Drawing | None:
    """None where the function is not one of a weighted sum of inputs."""
    problem = scene.problem
    whole = scene.inlined(problem.function)
    found = next((pair for node in walk(whole) if (pair := _weighted(scene, node)) is not None), None)
    if found is None or not problem.function.is_scalar:
        return None
    product, w, x = found
    total: Expr = product
    for node in walk(whole):
        if isinstance(node, Add) and product in node.terms and all(t is product or isinstance(t, Symbol) for t in node.terms):
            total = node
    letter = next(name for name in ("z", "u", "s") if name not in problem.symbols)
    z: Symbol = Symbol(letter, SCALAR)
    applied = substitute(whole, {total: z})
    if w.name in applied.free or x.name in applied.free:
        return None
    ys = [3.4, 3.4 - STEP, 3.4 - 2 * STEP - 0.45]
    middle = (ys[0] + ys[-1]) / 2
    at, size = 3.7, size_latex(x.shape[0])
    marks: list[Mark] = []
    names: list[Mark] = []
    xname, wname = scene.tex(x), scene.tex(w)
    for y, index in zip(ys, ("1", "2", size), strict=True):
        marks.append(line("edge", (0.85, y), (at - 0.36, middle + (y - middle) * 0.12)))
        names.append(Label(0.32, y, inline(f"{xname}_{{{index}}}")))
        share = 0.36
        names.append(Label(0.85 + share * (at - 0.85), y + share * (middle - y) * 0.88 + 0.1, inline(f"{wname}_{{{index}}}"), "south"))
        marks.append(Dot("unit", 0.85, y))
    names.append(Label(0.85, (ys[1] + ys[2]) / 2, inline(r"\vdots")))
    extra = [term for term in total.terms if term is not product] if isinstance(total, Add) else []
    for term in extra:
        marks.append(line("edge", (at, middle + 1.25), (at, middle + 0.36)))
        names.append(Label(at, middle + 1.32, inline(scene.tex(term)), "south"))
    marks.append(Dot("sum", at, middle))
    names.append(Label(at, middle, inline(r"\Sigma")))
    said = scene.tex(applied)
    left = at + 1.6
    right = left + em(said) + 0.4
    zed = f"{letter} = {scene.tex(add(*total.terms) if isinstance(total, Add) else total)}"
    if applied is not z:
        marks.append(line("edge", (at + 0.33, middle), (left - 0.03, middle)))
        names.append(Label((at + 0.33 + left) / 2, middle + 0.1, inline(letter), "south"))
        marks.append(box("box", left, middle - 0.36, right, middle + 0.36))
        names.append(Label((left + right) / 2, middle, inline(said)))
    else:
        right = at + 0.33
    marks.append(line("edge", (right, middle), (right + 0.9, middle)))
    names.append(Label(right + 1.0, middle, inline(scene.tex(Symbol(problem.name, SCALAR))), "west"))
    names.append(Label(max(left - 0.5, at + 0.1 + em(zed) / 2), middle - 0.75, inline(zed), "north", "quiet"))
    width = max(right + 1.0 + em(problem.name) + 0.3, at + em(zed) + 0.3)
    return Drawing((*marks, *names), width, 3.75, f"a neuron with inputs {x.name}, weights {w.name}", "neuron")


def _weighted(scene: Scene, node: Expr) -> tuple[Expr, Symbol, Symbol] | None:
    """w'x with its two vectors, the weights being what is differentiated by."""
    pair: tuple[Expr, ...] = ()
    if isinstance(node, MatMul) and node.is_scalar and len(node.factors) == 2 and isinstance(node.factors[0], Transpose):
        pair = (node.factors[0].arg, node.factors[1])
    elif isinstance(node, Call) and node.name in ("dot", "inner"):
        pair = node.args
    a, b = pair if len(pair) == 2 else (None, None)
    if not (isinstance(a, Symbol) and isinstance(b, Symbol) and is_column(a.shape)):
        return None
    return (node, b, a) if b in scene.problem.wrt and a not in scene.problem.wrt else (node, a, b)
