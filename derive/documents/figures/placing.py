"""Which figures a page holds, and the room that they have on it.

`show` is what a collection asks for of a problem: quantities, kinds of figure.
"""

from __future__ import annotations

from collections.abc import Sequence

from derive.derivation.derivation import Derivation
from derive.documents.figures.drawing import figures
from derive.documents.page.items import Pictures
from derive.documents.page.modes import Mode
from derive.documents.page.picture import Figure
from derive.documents.page.rows import mark
from derive.documents.page.settings import Settings, in_colours
from derive.documents.wording import prose
from derive.documents.wording.plain import one_line
from derive.documents.wording.words import words as words_of
from derive.errors import DeriveError, Position
from derive.language.problems.figure import FIGURES
from derive.language.problems.problem import Problem
from derive.notation.bold import kinds_of

SHOWN = ("figure", *FIGURES)
"""What `show:` may name beside quantities: all figures of a problem, or those of a kind."""


DRAWN = 12.0
"""The room, in cm, that figures are drawn for at least; a narrower column shows them smaller."""


def room(mode: Mode, settings: Settings) -> tuple[float, float]:
    """Width and height that a figure may have, in cm: the text of a page without its margins, a slide without its title."""
    if settings.width and not mode.pdf:
        return max(settings.width / 10 - 1.0, DRAWN), 13.0
    if mode.slides:
        return {169: (14.1, 5.8), 43: (10.9, 6.2)}[settings.aspect]
    return ({"a4": 16.0, "letter": 16.5}[settings.paper] - (4.2 if mode.margin else 0.0), 13.0)


def of_page(
    problem: Problem, derivation: Derivation | None, mode: Mode, settings: Settings, show: Sequence[str] = ()
) -> tuple[Figure, ...]:
    """The figures of a problem on a page that may hold its derivation; none beside answers alone.

    show  as a collection asks: what is named, or all when it is empty
    """
    named = [name for name in show if name in SHOWN]
    if mode.reveals == "answers" or (show and not named):
        return ()
    told = derivation if mode.reveals == "everything" and mode.name != "blank" else None
    only = () if "figure" in named else tuple(named)
    words = words_of(settings.notation.language)
    return figures(problem, told, in_colours(settings, problem).notation, words, *room(mode, settings), only)


def alone(
    problem: Problem, derivation: Derivation, mode: Mode, settings: Settings, show: Sequence[str], where: Position
) -> Pictures | None:
    """The figures without the derivation, where a collection asks for nothing else."""
    if not show or any(name not in SHOWN for name in show):
        return None
    said = prose.read(problem.title, problem.positions.get("title"), language=settings.notation.language)
    title = prose.in_notation(said, kinds_of(problem.symbols.values()), settings.notation)
    return Pictures(
        ".".join((problem.id, *show)),
        title,
        one_line(title),
        of_page(problem, derivation, mode, settings, show),
        mark(where, "the figure"),
    )


def refuse_missing(problem: Problem, show: Sequence[str], where: Position) -> None:
    """DeriveError [no-figure] where a collection asks for a figure that its problem does not draw."""
    drawn = [wanted.kind for wanted in problem.options.figures]
    for name in show:
        if (name == "figure" and not drawn) or (name in FIGURES and name not in drawn):
            what = "figure" if name == "figure" else f"figure `{name}`"
            raise DeriveError(
                f"the problem {problem.id} has no {what}", code="no-figure", where=where,
                hint=f"it draws {', '.join(drawn)}" if drawn else "give it a key `figure:`",
            )
