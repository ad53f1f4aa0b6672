"""`shapes`: the factors of a product as rectangles, a height for each number of rows, a width for each number of columns."""

from __future__ import annotations

from derive.derivation.derivation import Head
from derive.documents.figures.scene import Scene, em, shape_latex, tall
from derive.documents.page.picture import Drawing, Label, Mark, box, inline, moved
from derive.expressions.build import coefficient, terms
from derive.expressions.nodes import Expr, MatMul, Number, Scale, Times, number
from derive.expressions.sizes import ONE, Shape, Size, is_scalar
from derive.expressions.traverse import walk
from derive.language.problems.quantity import FIND
from derive.notation.latex.lines import head as latex_head
from derive.values import dataclass

LENGTHS = (1.5, 2.3, 1.05, 1.9, 0.75, 1.25)
"""Of the sizes, in the order in which they occur, in cm."""
THIN, STEP, LONGEST = 0.3, 0.24, 2.6
GAP, SIGN = 0.26, 0.75
LEAST = 0.5
"""Rectangles shrink to so much of their size where there is little room."""


@dataclass(frozen=True)
class Term:
    """sign in front, the scalar that multiplies, the factors of the product."""

    sign: str
    scalar: str
    factors: tuple[Expr, ...]


def of_function(of: str) -> bool:
    """Whether a product of the function itself is meant, which is no part of an answer."""
    return of == "function"


def draw(scene: Scene) -> Drawing | None:
    """The figure of a scene.  DeriveError [figure] where it does not apply."""
    of, expr = _chosen(scene)
    if expr is None:
        return None
    found = [_term(scene, term, first=k == 0) for k, term in enumerate(terms(expr))]
    if not any(len(term.factors) > 1 for term in found):
        raise scene.refused(f"the {of} is no product of matrices")
    lengths: dict[str, float] = {}
    for factor in (f for term in found for f in term.factors):
        for size in factor.shape:
            for name in sorted(size.names):
                lengths.setdefault(name, LENGTHS[len(lengths) % len(LENGTHS)])
    left = scene.tex(expr) if of == "function" else _head(scene, of)
    for share in (1.0, 0.85, 0.7, 0.6, LEAST):
        drawing = _set(scene, left, expr.shape, found, lengths, share, of)
        if drawing.width <= scene.width:
            return drawing
    return drawing


def _chosen(scene: Scene) -> tuple[str, Expr | None]:
    """What is drawn: `of`, or the derivative, or the first result that is a product; without a derivation the function alone."""
    of = scene.wanted.of
    if of == "function":
        return of, _product(scene)
    asked = scene.problem.find
    if of and of not in asked:
        raise scene.refused(f"the {of} is not asked for", f"find: [{', '.join((*asked, of))}]")
    if scene.derivation is None:
        return of, None
    order = [of] if of else sorted(asked, key=lambda q: (q != "derivative", FIND.index(q)))
    for quantity in order:
        found = scene.result(quantity, scene.problem.wrt[0].name)
        if found is not None and (of or any(_factors(term)[1:] for term in terms(found.expr))):
            return quantity, found.expr
    if of:
        raise scene.refused(f"the {of} is not one expression")
    return "function", _product(scene)


def _product(scene: Scene) -> Expr:
    """The longest product of matrices in the function or in `let`."""
    found = [node for expr in (scene.problem.function, *(d for _, d in scene.problem.let)) for node in walk(expr) if isinstance(node, MatMul)]
    if not found:
        raise scene.refused("there is no product of matrices in the function")
    return max(found, key=lambda node: len(node.factors))


def _factors(term: Expr) -> tuple[Expr, ...]:
    inner = coefficient(term)[1]
    if isinstance(inner, Scale):
        inner = inner.arg
    if isinstance(inner, Times):
        products = [f for f in inner.factors if isinstance(f, MatMul)]
        inner = products[0] if len(products) == 1 else inner
    return inner.factors if isinstance(inner, MatMul) else (inner,)


def _term(scene: Scene, term: Expr, first: bool) -> Term:
    number_, inner = coefficient(term)
    scalar = "" if abs(number_) == 1 else scene.tex(number(abs(number_)))
    if isinstance(inner, Scale) and not isinstance(inner.scalar, Number):
        scalar += scene.tex(inner.scalar)
    if isinstance(inner, Times):
        scalar += "".join(scene.tex(f) for f in inner.factors if not isinstance(f, MatMul))
    sign = "-" if number_ < 0 else "" if first else "+"
    return Term(sign, scalar, _factors(term))


def _head(scene: Scene, quantity: str) -> str:
    problem = scene.problem
    if quantity in ("derivative", "differential"):
        return latex_head(Head("derivative", problem.name, problem.wrt, problem.directions), scene.notation)
    return latex_head(Head(quantity, problem.name, (problem.wrt[0],)), scene.notation) if quantity in ("gradient", "jacobian") else ""


def _set(
    scene: Scene, left: str, shape: Shape, found: list[Term], lengths: dict[str, float], share: float, of: str
) -> Drawing:
    """result = factor factor + factor factor, all about one middle line."""
    def length(size: Size) -> float:
        if size.is_number:
            return min(THIN + STEP * (size.value({}) - 1), LONGEST * share)
        total = 0.0
        for monomial, c in size.terms:
            product = float(c)
            for name in monomial:
                product *= lengths[name]
            total += product if monomial else STEP * c
        return min(max(total, THIN), LONGEST) * share

    marks: list[Mark] = []
    x, low, high = 0.1, 0.0, 0.0

    def put(name: str, shape: Shape, style: str) -> None:
        nonlocal x, low, high
        wide, up = length(shape[1]), length(shape[0])
        said = shape_latex(shape)
        inside = em(name) + 0.12 <= wide and tall(name) + 0.06 <= up
        room = max(wide, em(said), 0.0 if inside else em(name))
        centre = x + room / 2
        marks.append(box(style, centre - wide / 2, -up / 2, centre + wide / 2, up / 2))
        if name:
            marks.append(Label(centre, 0.0, inline(name)) if inside else Label(centre, up / 2 + 0.1, inline(name), "south"))
        marks.append(Label(centre, -up / 2 - 0.12, inline(said), "north", "quiet"))
        high = max(high, up / 2 + (0.0 if inside or not name else 0.15 + tall(name)))
        low = min(low, -up / 2 - 0.45)
        x += room

    def sign(text: str) -> None:
        nonlocal x
        marks.append(Label(x + SIGN / 2, 0.0, inline(text)))
        x += SIGN

    put(left, shape, "marked")
    sign("=")
    for k, term in enumerate(found):
        if term.sign:
            sign(term.sign) if k else marks.append(Label(x, 0.0, inline(term.sign), "west"))
            x += 0.0 if k else 0.45
        if term.scalar:
            marks.append(Label(x, 0.0, inline(term.scalar), "west"))
            x += em(term.scalar) + 0.15
        for n, factor in enumerate(term.factors):
            x += GAP if n else 0.0
            put(scene.tex(factor), factor.shape, "box")
    listed = ", ".join(_plain(f.shape) for term in found for f in term.factors)
    return Drawing(moved(marks, 0.0, -low), x + 0.1, high - low + 0.05, f"the factors of the {of} as rectangles: {listed}")


def _plain(shape: Shape) -> str:
    return "a number" if is_scalar(shape) else "×".join(str(size) if size != ONE else "1" for size in shape)
