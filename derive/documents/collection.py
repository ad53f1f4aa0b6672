"""Lecture and set files: which problems, in which order, with which words around them.

A lecture has `sections`, each a list of frames (prose, definitions, propositions, remarks, problems by reference); a set has
`problems`, each a reference with its points.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import field
from typing import Literal

from derive.documents.lecture import Entry, Exercises, Panel, Recall, Symbols, Use, Words, section, use, yes
from derive.documents.page.settings import MOST_ROWS, THEME
from derive.documents.wording import prose
from derive.errors import Position
from derive.language.problems.notation import LANGUAGE, read_notation
from derive.language.words import closest
from derive.language.yaml.nodes import Node
from derive.language.yaml.reading import compose
from derive.values import dataclass

ORDERS = ("given", "title", "points", "level")
NUMBERINGS = ("arabic", "roman", "letters", "none")
HEAD = ("title", "subtitle", "author", "institute", "course", "date", "due", "intro", "tags")


@dataclass(frozen=True)
class Collection:
    """A lecture or a set.  `head` holds title, author, … as the author wrote them, `places` where they stand.

    theme      of a lecture: the Beamer theme, '' for the house's own
    rows       of a derivation on one frame of a lecture, 0 for what the project says
    order      of a set's problems: as they are given, or sorted by title, points or level
    numbering  of a set's problems
    notation   what differs from the project's: setting -> word
    """

    kind: Literal["lecture", "set"]
    head: dict[str, str]
    places: dict[str, Position]
    entries: tuple[Entry, ...]
    file: str
    hints: bool = False
    theme: str = ""
    rows: int = 0
    order: str = "given"
    numbering: str = "arabic"
    notation: Mapping[str, str] = field(default_factory=dict)

    @property
    def uses(self) -> tuple[Use, ...]:
        """The problems that it needs: those it shows, and those that its formulas come from."""
        behind = [
            Use(entry.derived, entry.where) for entry in self.entries if isinstance(entry, Words) and entry.derived
        ]
        named = [Use(name, entry.where) for entry in self.entries if isinstance(entry, Symbols) for name in entry.problems]
        inside = [cell for entry in self.entries if isinstance(entry, Panel) for cell in entry.cells]
        recalled = [Use(cell.problem, cell.where, show=cell.show) for cell in inside if isinstance(cell, Recall)]
        asked = [one for cell in inside if isinstance(cell, Exercises) for one in cell.problems]
        return (*self.shown, *behind, *named, *(cell for cell in inside if isinstance(cell, Use)), *recalled, *asked)

    @property
    def shown(self) -> tuple[Use, ...]:
        """The problems that have frames of their own."""
        return tuple(entry for entry in self.entries if isinstance(entry, Use))


def read(text: str, file: str, language: str = "en") -> Collection:
    """The collection of a text.  DeriveError, with file, line and column, for whatever is wrong with it.

    language  of the project's notation
    """
    root = compose(text, file)
    assert root is not None  # whoever calls has seen its keys
    keys = root.mapping("a lecture or a set")
    kind: Literal["lecture", "set"] = "lecture" if "sections" in keys else "set"
    body = "sections" if kind == "lecture" else "problems"
    own = ("theme", "rows") if kind == "lecture" else ("order", "numbering")
    known = root.known(f"a {kind}", (*HEAD, "hints", "notation", *own, body))
    if "title" not in known:
        raise root.error("the key `title` is missing", code="missing-key")
    head = {key: known[key][1].words(key) for key in HEAD if key in known and key != "tags"}
    places = {key: known[key][1].position for key in head}
    notation = read_notation(known["notation"][1] if "notation" in known else None)
    if LANGUAGE in notation:
        places["notation.language"] = known["notation"][1].mapping("`notation`")[LANGUAGE][1].position
    for key in head:
        prose.to_latex(head[key], known[key][1].origin, displays=key == "intro")
    entries: list[Entry] = []
    for item in known[body][1].entries(body):
        if kind == "lecture":
            entries.extend(section(item, language))
        else:
            entries.append(use(item))
    hints = "hints" in known and yes(known["hints"][1], "hints")
    return Collection(
        kind, head, places, tuple(entries), file, hints, _theme(known["theme"][1]) if "theme" in known else "",
        _rows(known["rows"][1]) if "rows" in known else 0,
        _one_of(known["order"][1], "order", ORDERS) if "order" in known else "given",
        _one_of(known["numbering"][1], "numbering", NUMBERINGS) if "numbering" in known else "arabic", notation,
    )


def _one_of(node: Node, what: str, known: tuple[str, ...]) -> str:
    text = node.words(what)
    if text not in known:
        guess = closest(text, known)
        raise node.error(f"`{what}` is one of {', '.join(known)}, not `{text[:20]}`", code="type",
                         hint=f"did you mean `{guess}`?" if guess else None)
    return text


def _theme(node: Node) -> str:
    """The name of a Beamer theme; whether it is installed TeX tells."""
    text = node.words("theme")
    if not re.fullmatch(THEME, text):
        raise node.error("a theme is the name of a Beamer theme, such as Madrid", code="type")
    return text


def _rows(node: Node) -> int:
    text = node.words("rows")
    if not re.fullmatch(r"[0-9]{1,9}", text) or not 1 <= int(text) <= MOST_ROWS:
        raise node.error(f"a frame holds 1 to {MOST_ROWS} rows, not `{text[:20]}`", code="type")
    return int(text)


