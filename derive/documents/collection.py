"""Lecture and set files: which problems, in which order, with which words around them.

A lecture has `sections`, each a list of frames (prose, definitions, propositions, remarks, problems by reference); a set has
`problems`, each a reference with its points.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from derive.documents.figures.placing import SHOWN
from derive.documents.page.modes import QUESTION
from derive.documents.page.settings import MOST_ROWS, THEME
from derive.documents.wording import prose
from derive.documents.wording.glossary import glossary
from derive.errors import Position
from derive.language.problems.notation import LANGUAGE, read_notation
from derive.language.problems.problem import FIND
from derive.language.words import closest
from derive.language.yaml.nodes import Node
from derive.language.yaml.reading import compose

ORDERS = ("given", "title", "points", "level")
NUMBERINGS = ("arabic", "roman", "letters", "none")
HEAD = ("title", "subtitle", "author", "institute", "course", "date", "due", "intro", "tags")
STYLES = ("text", "definition", "proposition", "remark", "example")
_FRAME = ("title", "text", "points", "from")
_USE = ("problem", "use", "points", "title", "show", "hint")


@dataclass(frozen=True)
class Use:
    """A problem by reference: `problem` is its id or path; `show` the quantities to print, all when empty."""

    problem: str
    where: Position
    points: str = ""
    title: str = ""
    show: tuple[str, ...] = ()
    hint: bool = False


@dataclass(frozen=True)
class Words:
    """A frame of prose, the author's own words: not LaTeX yet.  `derived` is the problem that a formula in it comes from,
    `term` the word of the glossary that it defines, whose text the document writes in its own notation."""

    style: str
    title: str
    text: str
    points: tuple[str, ...]
    where: Position
    derived: str = ""
    term: str = ""


@dataclass(frozen=True)
class Heading:
    title: str
    where: Position


@dataclass(frozen=True)
class Symbols:
    """A table of notation: of the problems named, or of all that the collection shows."""

    problems: tuple[str, ...]
    title: str
    where: Position


Entry = Use | Words | Heading | Symbols


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
        shown = [entry for entry in self.entries if isinstance(entry, Use)]
        behind = [
            Use(entry.derived, entry.where) for entry in self.entries if isinstance(entry, Words) and entry.derived
        ]
        named = [Use(name, entry.where) for entry in self.entries if isinstance(entry, Symbols) for name in entry.problems]
        return (*shown, *behind, *named)


def read(text: str, file: str, language: str = "en") -> Collection:
    """The collection of a text.  DeriveError, with file, line and column, for whatever is wrong with it."""
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
            entries.extend(_section(item, language))
        else:
            entries.append(_use(item))
    hints = "hints" in known and _yes(known["hints"][1], "hints")
    return Collection(
        kind, head, places, tuple(entries), file, hints, _theme(known["theme"][1]) if "theme" in known else "",
        _rows(known["rows"][1]) if "rows" in known else 0,
        _one_of(known["order"][1], "order", ORDERS) if "order" in known else "given",
        _one_of(known["numbering"][1], "numbering", NUMBERINGS) if "numbering" in known else "arabic", notation,
    )


def _section(node: Node, language: str) -> list[Entry]:
    known = node.known("a section", ("title", "frames"))
    if "title" not in known:
        raise node.error("a section has a `title`", code="missing-key")
    title = known["title"][1]
    out: list[Entry] = [Heading(title.words("title"), title.position)]
    prose.to_latex(title.text, title.origin)
    for item in known["frames"][1].entries("frames") if "frames" in known else ():
        out.append(_frame(item, language))
    return out


def _frame(node: Node, language: str) -> Entry:
    """One frame of a lecture: a problem, or words."""
    if node.kind == "scalar":
        return _use(node)
    keys = node.mapping("a frame")
    if "problem" in keys or "use" in keys:
        return _use(node)
    if "notation" in keys:
        return _symbols(node)
    style = next((name for name in STYLES if name in keys), None)
    if style is None:
        raise node.error(
            "a frame is a `problem`, a `text`, a `definition`, a `proposition`, a `remark`, an `example` or a `notation`", code="missing-key"
        )
    known = node.known("a frame", dict.fromkeys((*_FRAME, style)))
    value = known[style][1]
    points = tuple(_prose(item, "points") for item in known["points"][1].entries("points")) if "points" in known else ()
    title = _prose(known["title"][1], "title") if "title" in known else ""
    derived = known["from"][1].words("from") if "from" in known else ""
    text = _prose(value, style)
    if style == "definition" and re.fullmatch(r"[a-z]+(-[a-z]+)*", text):
        terms = glossary(language)
        if text not in terms:
            guess = closest(text, list(terms))
            raise value.error(f"the glossary has no `{text}`" + (f"; did you mean `{guess}`?" if guess else ""), code="unknown-term",
                              hint=f"it has {', '.join(terms)}")
        return Words(style, title, "", points, value.position, term=text)
    if style != "definition" and not derived:
        for words in (text, *points):
            _refuse_typed_derivative(words, value)
    return Words("frame" if style == "text" else style, title, text, points, value.position, derived)


def _symbols(node: Node) -> Symbols:
    """`notation: true`, or the problems whose symbols it tells."""
    known = node.known("a table of notation", ("notation", "title"))
    value = known["notation"][1]
    whole = value.kind == "scalar" and value.text in ("true", "yes")
    named = () if whole else tuple(item.words("notation") for item in value.entries("notation"))
    if not whole and named in (("false",), ("no",)):
        raise value.error("`notation` is true, or a list of problems", code="type")
    return Symbols(named, _prose(known["title"][1], "title") if "title" in known else "", value.position)


def _use(node: Node) -> Use:
    if node.kind == "scalar":
        return Use(node.words("problem"), node.position)
    known = node.known("a problem of a collection", _USE)
    key = "problem" if "problem" in known else "use"
    if key not in known:
        raise node.error("which problem? `use: NAME`, the name of its file without .yaml", code="missing-key")
    points = known["points"][1] if "points" in known else None
    if points is not None and not re.fullmatch(r"\d+(\.\d+)?", points.words("points")):
        raise points.error(f"points are a number, not `{points.text[:20]}`", code="type")
    return Use(
        known[key][1].words(key),
        known[key][1].position,
        points.text if points is not None else "",
        _prose(known["title"][1], "title") if "title" in known else "",
        tuple(_quantity(item) for item in known["show"][1].entries("show")) if "show" in known else (),
        "hint" in known and _yes(known["hint"][1], "hint"),
    )


def _quantity(node: Node) -> str:
    name = node.words("show")
    known = (*FIND, QUESTION, *SHOWN)
    if name not in known:
        guess = closest(name, known)
        raise node.error(f"`{name}` is not a quantity" + (f"; did you mean `{guess}`?" if guess else ""), code="unknown-quantity",
                         hint=f"they are {', '.join((*FIND, QUESTION))}; `figure` shows the figures")
    return name


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
    if not text.isdecimal() or not 1 <= int(text) <= MOST_ROWS:
        raise node.error(f"a frame holds 1 to {MOST_ROWS} rows, not `{text[:20]}`", code="type")
    return int(text)


def _prose(node: Node, what: str) -> str:
    """Prose that can be printed, checked where it stands."""
    text = node.words(what)
    prose.to_latex(text, node.origin, displays=what != "title")
    return text


def _yes(node: Node, what: str) -> bool:
    text = node.words(what)
    if text not in ("true", "false", "yes", "no"):
        raise node.error(f"`{what}` is true or false, not `{text[:20]}`", code="type")
    return text in ("true", "yes")


_DERIVATIVE = re.compile(r"\\nabla|\\partial|\\mathrm\{[dD]\}|\\frac\{d|\\Hess|(?<![A-Za-z\\])D[fF]\b|\\operatorname\{Hess\}")


def _refuse_typed_derivative(text: str, node: Node) -> None:
    """A formula that states a derivative comes from a problem, where it is derived and checked."""
    if formula := typed_derivative(text):
        raise node.error(
            f"a derivative is typed by hand here: ${formula}$", code="typed-derivative",
            hint="let a problem derive it (`problem: NAME`), or say which one does (`from: NAME`)",
        )


def typed_derivative(text: str) -> str:
    """The first formula of a text that states a derivative, shortened; '' where none does."""
    for formula in prose.formulas(text):
        left, equals, right = formula.partition("=")
        stated = equals and _DERIVATIVE.search(left) and right.strip() and not _DERIVATIVE.search(right)
        if stated and right.strip() not in ("0", "0."):
            return " ".join(formula.split())[:60]
    return ""
