"""The frames of a lecture, as its file gives them: words, questions, problems or some of their rows, what was found before, pictures."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from derive.documents.figures.placing import SHOWN
from derive.documents.page.modes import QUESTION
from derive.documents.wording import prose
from derive.documents.wording.glossary import glossary
from derive.documents.wording.plain import one_line
from derive.errors import Position
from derive.language.problems.quantity import FIND
from derive.language.words import closest
from derive.language.yaml.nodes import Node
from derive.values import dataclass

STYLES = ("text", "definition", "proposition", "remark", "example", "question", "quotation")
IMAGES = (".pdf", ".png", ".jpg", ".jpeg")
_FRAME = ("title", "text", "points", "from")
_MORE = {"question": ("answer",), "quotation": ("by",)}
"""Keys that only frames of a kind have."""
_USE = ("problem", "use", "points", "title", "show", "hint", "rows")
REFERENCE = re.compile(r"\\eqref\{([^{}]*)\}")
"""The number of a result: \\eqref{NAME}, \\eqref{NAME.gradient}."""


@dataclass(frozen=True)
class Use:
    """A problem by reference: `problem` is its id or path; `show` the quantities to print, all when empty; `rows` from which row to which."""

    problem: str
    where: Position
    points: str = ""
    title: str = ""
    show: tuple[str, ...] = ()
    hint: bool = False
    rows: tuple[int, int] | None = None


@dataclass(frozen=True)
class Words:
    """A frame of prose, the author's own words: not LaTeX yet.  `derived` is the problem that a formula in it comes from,
    `term` the word of the glossary that it defines, whose text the document writes in its own notation; `answer` to a question, on a click;
    `by` whom a quotation is."""

    style: str
    title: str
    text: str
    points: tuple[str, ...]
    where: Position
    derived: str = ""
    term: str = ""
    answer: str = ""
    by: str = ""


@dataclass(frozen=True)
class Heading:
    """Of a section, or of a part of one."""

    title: str
    where: Position
    below: bool = False


@dataclass(frozen=True)
class Recall:
    """The results of a problem with their numbers, not derived again: those of `show`, or all."""

    problem: str
    where: Position
    show: tuple[str, ...] = ()


@dataclass(frozen=True)
class Picture:
    """A file with an image, its caption, and what it shows for who cannot see it."""

    file: str
    caption: str
    alt: str
    where: Position


@dataclass(frozen=True)
class Table:
    """Rows of words and formulas, the first of them the head."""

    rows: tuple[tuple[str, ...], ...]
    where: Position


@dataclass(frozen=True)
class Exercises:
    """Problems that are asked and not solved."""

    problems: tuple[Use, ...]
    where: Position


@dataclass(frozen=True)
class Stack:
    """Things below each other."""

    cells: tuple[Cell, ...]
    where: Position


Cell = Use | Words | Recall | Picture | Table | Exercises | Stack
"""What may stand in a column."""


@dataclass(frozen=True)
class Panel:
    """A frame of one column, or of two side by side."""

    title: str
    columns: tuple[Cell, ...]
    where: Position

    @property
    def cells(self) -> Iterator[Cell]:
        """What stands on it, column by column, stacks taken apart."""
        waiting = list(self.columns)
        while waiting:
            cell = waiting.pop(0)
            if isinstance(cell, Stack):
                waiting[:0] = cell.cells
            else:
                yield cell


@dataclass(frozen=True)
class Symbols:
    """A table of notation: of the problems named, or of all that the collection shows."""

    problems: tuple[str, ...]
    title: str
    where: Position


Entry = Use | Words | Heading | Symbols | Panel


def section(node: Node, language: str) -> list[Entry]:
    known = node.known("a section", ("title", "frames"))
    if "title" not in known:
        raise node.error("a section has a `title`", code="missing-key")
    title = known["title"][1]
    out: list[Entry] = [Heading(title.words("title"), title.position)]
    prose.read(title.text, title.origin)
    for item in known["frames"][1].entries("frames") if "frames" in known else ():
        out.append(_frame(item, language))
    return out


def _frame(node: Node, language: str) -> Entry:
    """One frame of a lecture: a problem, or words."""
    if node.kind == "scalar":
        return use(node)
    keys = node.mapping("a frame")
    if "problem" in keys or "use" in keys:
        return use(node)
    reader = next((reader for key, reader in READERS.items() if key in keys), None)
    if reader is not None:
        return reader(node)
    style = next((name for name in STYLES if name in keys), None)
    if style is None:
        raise node.error(
            f"a frame is a `problem`, {', '.join(f'`{name}`' for name in (*STYLES, *READERS))}",
            code="missing-key",
        )
    known = node.known("a frame", dict.fromkeys((*_FRAME, style, *_MORE.get(style, ()))))
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
    answer, by = (_prose(known[key][1], key) if key in known else "" for key in ("answer", "by"))
    if answer and not derived:
        _refuse_typed_derivative(answer, known["answer"][1])
    return Words("frame" if style == "text" else style, title, text, points, value.position, derived, answer=answer, by=by)


def _symbols(node: Node) -> Symbols:
    """`notation: true`, or the problems whose symbols it tells."""
    known = node.known("a table of notation", ("notation", "title"))
    value = known["notation"][1]
    whole = value.kind == "scalar" and value.text in ("true", "yes")
    named = () if whole else tuple(item.words("notation") for item in value.entries("notation"))
    if not whole and named in (("false",), ("no",)):
        raise value.error("`notation` is true, or a list of problems", code="type")
    return Symbols(named, _prose(known["title"][1], "title") if "title" in known else "", value.position)


def _subsection(node: Node) -> Heading:
    """Where a part of a section begins: told in the contents and at the foot of the frames."""
    known = node.known("a part of a section", ("subsection",))
    return Heading(_prose(known["subsection"][1], "title"), known["subsection"][1].position, below=True)


def _columns(node: Node) -> Panel:
    """Two things side by side."""
    known = node.known("a frame with columns", ("columns", "title"))
    inside = known["columns"][1].entries("columns")
    if len(inside) != 2:
        raise known["columns"][1].error("`columns` are two, a list of what stands in each", code="type")
    return Panel(_title(known), tuple(map(_cell, inside)), node.position)


def _together(node: Node) -> Panel:
    """Several things below each other."""
    known = node.known("a frame of several things", ("together", "title"))
    return Panel(_title(known), (_stack(known["together"][1]),), node.position)


def _stack(node: Node) -> Stack:
    inside = tuple(map(_cell, node.entries("together")))
    if len(inside) < 2 or any(isinstance(cell, Stack) for cell in inside):
        raise node.error("what stands together is a list of two things or more, none of them a list", code="type")
    return Stack(inside, node.position)


def _cell(node: Node) -> Cell:
    """What stands in a column: words, a picture, a result, a question, a derivation; a list of them, below each other."""
    if node.kind == "list":
        return _stack(node)
    entry = _frame(node, "en")
    if isinstance(entry, Panel) and len(entry.columns) == 1 and not isinstance(entry.columns[0], Stack):
        return entry.columns[0]
    if isinstance(entry, Words | Use):
        return entry
    raise node.error(
        "a column holds words, a picture, a table, exercises, a result (`recall`), a problem, its question or its figures", code="type",
    )


def _recall(node: Node) -> Panel:
    known = node.known("a result", ("recall", "show", "title"))
    show = tuple(_quantity(item) for item in known["show"][1].entries("show")) if "show" in known else ()
    return _panel(Recall(known["recall"][1].words("recall"), known["recall"][1].position, show), known, node)


def _image(node: Node) -> Panel:
    known = node.known("an image", ("image", "caption", "alt", "title"))
    value = known["image"][1]
    file = value.words("image")
    if not file.lower().endswith(IMAGES) or not re.fullmatch(r"[\w][\w./+-]*", file) or ".." in file:
        raise value.error(f"an image is a file of the lecture's folder that ends in {', '.join(IMAGES)}, not `{file[:40]}`", code="image")
    caption = _prose(known["caption"][1], "caption") if "caption" in known else ""
    alt = known["alt"][1].words("alt") if "alt" in known else one_line(prose.read(REFERENCE.sub("", caption), displays=True))
    return _panel(Picture(file, caption, alt, value.position), known, node)


def _table(node: Node) -> Panel:
    known = node.known("a table", ("table", "title"))
    rows = tuple(tuple(_prose(cell, "a cell") for cell in row.entries("a row")) for row in known["table"][1].entries("table"))
    if len(rows) < 2 or len({len(row) for row in rows}) > 1:
        raise known["table"][1].error("a table is a list of rows with as many cells each, the first of them its head", code="type")
    return _panel(Table(rows, known["table"][1].position), known, node)


def _exercises(node: Node) -> Panel:
    known = node.known("exercises", ("exercise", "title"))
    value = known["exercise"][1]
    return _panel(Exercises(tuple(use(item) for item in value.entries("exercise")), value.position), known, node)


READERS: Mapping[str, Callable[[Node], Entry]] = {
    "notation": _symbols, "subsection": _subsection, "columns": _columns, "together": _together, "recall": _recall, "image": _image,
    "table": _table, "exercise": _exercises,
}
"""Frames that are no words, by their key."""


def _panel(cell: Cell, known: Mapping[str, tuple[Node, Node]], node: Node) -> Panel:
    return Panel(_title(known), (cell,), node.position)


def _title(known: Mapping[str, tuple[Node, Node]]) -> str:
    return _prose(known["title"][1], "title") if "title" in known else ""


def use(node: Node) -> Use:
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
        "hint" in known and yes(known["hint"][1], "hint"),
        _rows(known["rows"][1]) if "rows" in known else None,
    )


def _rows(node: Node) -> tuple[int, int]:
    """From which row of a derivation to which."""
    bounds = [item.words("rows") for item in node.entries("rows")]
    if len(bounds) != 2 or not all(re.fullmatch(r"[1-9]\d{0,3}", bound) for bound in bounds) or int(bounds[0]) > int(bounds[1]):
        raise node.error("`rows` are the numbers of the first and the last row, such as [1, 3]", code="type")
    return int(bounds[0]), int(bounds[1])


def _quantity(node: Node) -> str:
    name = node.words("show")
    known = (*FIND, QUESTION, *SHOWN)
    if name not in known:
        guess = closest(name, known)
        raise node.error(f"`{name}` is not a quantity" + (f"; did you mean `{guess}`?" if guess else ""), code="unknown-quantity",
                         hint=f"they are {', '.join((*FIND, QUESTION))}; `figure` shows the figures")
    return name


def _prose(node: Node, what: str) -> str:
    """Prose that can be printed, checked where it stands."""
    text = node.words(what)
    prose.read(REFERENCE.sub("(1)", text), node.origin, displays=what != "title")
    return text


def yes(node: Node, what: str) -> bool:
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
        stated = equals and "\\int" not in left and _DERIVATIVE.search(left) and right.strip() and not _DERIVATIVE.search(right)
        if stated and right.strip() not in ("0", "0."):
            return " ".join(formula.split())[:60]
    return ""
