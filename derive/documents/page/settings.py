"""How documents look, beside the notation: what `derive.toml` and the command line may set."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field, replace
from typing import Literal

from derive.derivation.derivation import adjoint
from derive.documents.wording.words import LANGUAGES, spoken
from derive.errors import DeriveError, Position
from derive.language.markup import macros
from derive.language.markup.bibliography import Bibliography
from derive.language.markup.macros import Macros
from derive.language.problems.problem import Problem
from derive.notation.settings import DEFAULT, Notation
from derive.values import dataclass

THEME = r"-?[A-Za-z][A-Za-z0-9-]{0,39}"
MOST_ROWS = 12
"""No frame has room for more."""


@dataclass(frozen=True)
class Settings:
    """rows      rows of a derivation on one frame at most; 0: as many as it has room for
    overlays  one row a click; otherwise a frame is one page
    highlight what changed is marked in both rows
    reason    where the reason stands: `right` of its row (below where it does not fit), `below`, `overset` (over the relation), `none`
    aspect    of slides: 169 or 43
    theme     of slides: the name of a Beamer theme, '' for the house's own
    paper     of articles: `a4` or `letter`
    hints     whether a sheet prints hints
    symbols   whether a problem's document ends with the table of its notation
    notes     of slides: where the lecturer's notes are shown: nowhere (`none`), on `pages` of their own, on a second `screen`
    width     of the text that displays go into, in mm, where they go into a document of somebody else's; 0 where nobody says
    size      of its type, in points
    kinds     which kinds of document `derive build` makes, () for those that are usual for a file
    macros    the text of the author's own preamble, from `macros_file`
    bibliography  the text of the works that prose may cite, from `bibliography_file`
    trust_tex whether own TeX is run as it is; the command line and the user's own configuration say so, never a project
    """

    notation: Notation = field(default=DEFAULT)
    rows: int = 0
    overlays: bool = True
    highlight: bool = True
    reason: Literal["right", "below", "overset", "none"] = "right"
    aspect: Literal[169, 43] = 169
    paper: Literal["a4", "letter"] = "a4"
    theme: str = ""
    hints: bool = False
    symbols: bool = False
    width: float = 0.0
    size: int = 11
    kinds: tuple[str, ...] = ()
    notes: Literal["none", "pages", "screen"] = "none"
    author: str = ""
    institute: str = ""
    date: str = ""
    macros: str = ""
    macros_file: str = ""
    bibliography: str = ""
    bibliography_file: str = ""
    trust_tex: bool = False

    @property
    def commands(self) -> Macros:
        """The author's own commands, and the works to cite.  DeriveError [macros] for a macro file that holds anything else."""
        own = macros.trusted(self.macros) if self.trust_tex else macros.read(self.macros, self.macros_file)
        return replace(own, sources=Bibliography(self.bibliography, self.bibliography_file)) if self.bibliography_file else own


def of_problem(settings: Settings, problem: Problem) -> Settings:
    """The settings with what the problem's own `notation` says.  DeriveError of `noted`."""
    return noted(settings, problem.options.notation, problem.positions.get("notation.language"))


def in_colours(settings: Settings, problem: Problem) -> Settings:
    """The settings with the letters that keep a colour in this problem, and their differentials and the gradients by them too."""
    chosen = problem.options.colours
    pairs = tuple((one, colour) for name, colour in chosen.items() for one in (name, adjoint(name), f"d{name}"))
    return replace(settings, notation=replace(settings.notation, colours=pairs)) if chosen else settings


def noted(settings: Settings, choices: Mapping[str, str], where: Position | None) -> Settings:
    """The settings with a file's own choices of notation.

    where  the place of its language; DeriveError [unknown-language] there, when there is no table of it
    """
    if not choices:
        return settings
    language = choices.get("language", settings.notation.language)
    if language not in LANGUAGES:
        raise DeriveError(
            f"there is no table of words for the language `{language}`", code="unknown-language", where=where,
            hint=f"there is {', '.join(LANGUAGES)}",
        )
    return replace(settings, notation=spoken(settings.notation.chosen(choices)))


def laid_out(problem: Problem, settings: Settings) -> Problem:
    """The problem with the layout of the settings, where it does not say one itself."""
    layout = settings.notation.layout
    return problem if problem.options.layout_named or problem.layout == layout else replace(problem, layout=layout)


TYPES = ("", "small", "footnotesize", "small", "footnotesize", "scriptsize")
"""The usual type of a frame of a lecture, and smaller ones, those behind the second only where a theme leaves less room than our own."""
PARTED = 3
"""From this type on what stood on one frame stands on two."""


@dataclass(frozen=True)
class Fit:
    """What typesetting taught: how much narrower some rows must be, how much taller a problem's frames are.

    narrow   row key -> the share of the line that its formula may take
    scale    problem id -> by how much its frames are taller than was thought
    apart    the keys, twice, of what a frame was too small for though it held that alone
    hanging  keys of the chains and answers whose left sides stand on lines of their own
    letters  problem id -> how many subexpressions are given a letter, so that its rows fit
    tight    place of a frame of a lecture -> which of TYPES it has room in, where it has none in the usual one
    room     the height, in points, that a theme leaves to a frame below its title; 0 where that is not known
    plain    ids of problems whose derivation has no room for larger type
    taller   key of a piece of a frame -> the points by which it is taller than was thought
    """

    narrow: dict[str, float] = field(default_factory=dict)
    scale: dict[str, float] = field(default_factory=dict)
    apart: frozenset[tuple[str, str]] = frozenset()
    hanging: frozenset[str] = frozenset()
    letters: dict[str, int] = field(default_factory=dict)
    taller: dict[str, float] = field(default_factory=dict)
    plain: frozenset[str] = frozenset()
    room: float = 0.0
    tight: dict[str, int] = field(default_factory=dict)

    def type_at(self, place: str) -> str:
        """The size of type that a frame of a lecture has room for, '' for the usual one."""
        return TYPES[self.tight.get(place, 0)]

    def parted(self, place: str) -> bool:
        """Whether a frame of a lecture has no room for all that is on it, in whatever type, and goes on on a second one."""
        return self.tight.get(place, 0) >= PARTED
