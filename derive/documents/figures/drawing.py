"""Every kind of figure in a table, and the figures of a problem drawn one by one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from derive.derivation.derivation import Derivation
from derive.documents.figures import blocks, data, graph, network, shapes, table, tangent
from derive.documents.figures.scene import Scene
from derive.documents.page.picture import Drawing, Figure, rounded
from derive.documents.page.rows import mark
from derive.documents.wording import prose
from derive.errors import DeriveError
from derive.language.problems.problem import Problem, Wanted
from derive.notation.bold import kinds_of
from derive.notation.latex.text import filled
from derive.notation.settings import DEFAULT, Notation
from derive.values import dataclass

WIDEST = (14.2, 12.0)
"""The room that a figure is tried in when a problem is examined, in cm: the width of a wide slide, the height of a page."""


@dataclass(frozen=True)
class Kind:
    """draw      makes the drawing; without a derivation one that shows nothing of a solution, or None
    question  whether it shows nothing of a solution even with the derivation, and stands with the question
    """

    draw: Callable[[Scene], Drawing | None]
    question: Callable[[Wanted], bool] = lambda wanted: False


KINDS: Mapping[str, Kind] = {
    "data": Kind(data.draw),
    "table": Kind(table.draw),
    "tangent": Kind(tangent.draw),
    "graph": Kind(graph.draw),
    "network": Kind(network.draw, question=lambda wanted: True),
    "shapes": Kind(shapes.draw, question=lambda wanted: shapes.of_function(wanted.of)),
    "blocks": Kind(blocks.draw),
}


def figures(
    problem: Problem,
    derivation: Derivation | None,
    notation: Notation,
    words: Mapping[str, str],
    width: float,
    height: float,
    only: Sequence[str] = (),
) -> tuple[Figure, ...]:
    """The figures that a problem asks for; of the kinds `only`, where some are named.

    words          the language's, by key
    derivation     None where nothing of a solution may be shown: a figure that would is left out, or drawn without it
    width, height  the room, in cm
    DeriveError [figure] at the figure, where it does not apply, or does not fit.
    """
    out = []
    for wanted in _wanted(problem):
        if only and wanted.kind not in only:
            continue
        drawing = draw(Scene(problem, derivation, notation, wanted, width, height))
        if drawing is None:
            continue
        open_ = derivation is None or KINDS[wanted.kind].question(wanted)
        aspect = drawing.caption or ("question" if open_ else "")
        said = filled(words.get(f"figure.{wanted.kind}.{aspect}") or words[f"figure.{wanted.kind}"])
        own = prose.read(wanted.caption, wanted.where, language=notation.language)
        caption = prose.in_notation(own, kinds_of(problem.symbols.values()), notation) or said
        out.append(
            Figure(
                wanted.kind, "question" if open_ else "solution", caption, drawing.alt, round(drawing.width, 3),
                round(drawing.height, 3), rounded(drawing.marks), mark(wanted.where, f"the figure {wanted.kind}"),
            )
        )
    return tuple(out)


def draw(scene: Scene) -> Drawing | None:
    """The drawing, no larger than its room."""
    drawing = KINDS[scene.wanted.kind].draw(scene)
    if drawing is None:
        return None
    for size, room, what in ((drawing.width, scene.width, "wide"), (drawing.height, scene.height, "high")):
        if size > room + 1e-6:
            raise scene.refused(f"it is {size:.1f} cm {what}, and there is room for {room:.1f} cm")
    return drawing


def check(problem: Problem, derivation: Derivation) -> None:
    """DeriveError [figure] for the first figure that does not apply, with what would."""
    for wanted in _wanted(problem):
        try:
            draw(Scene(problem, derivation, DEFAULT, wanted, *WIDEST))
        except DeriveError as error:
            if error.hint is not None or error.code != "figure":
                raise
            others = applicable(problem, derivation)
            error.hint = f"what applies here: {', '.join(others)}" if others else None
            raise


def applicable(problem: Problem, derivation: Derivation) -> tuple[str, ...]:
    """The kinds that can be drawn of a problem without further options."""
    out = []
    for kind in KINDS:
        wanted = Wanted(kind, problem.positions["function"])
        try:
            if draw(Scene(problem, derivation, DEFAULT, wanted, *WIDEST)) is not None:
                out.append(kind)
        except DeriveError:
            continue
    return tuple(out)


def _wanted(problem: Problem) -> tuple[Wanted, ...]:
    found: tuple[Wanted, ...] = problem.options.figures
    return found
