"""Templates: where they are found, how they are filled, and what is said when one has a mistake."""

from __future__ import annotations

import re
import traceback
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from derive.documents.page.document import Answer, Document, ProblemPage, Row
from derive.documents.page.items import Pictures, Result
from derive.documents.page.rows import HIGHLIGHT
from derive.documents.rendering import mathml
from derive.errors import DeriveError, Position
from derive.language.words import closest
from derive.notation.coloured import INDEX, LETTER
from derive.notation.latex.boxes import Array, Box, Formula, Marked, Sign, beside, parts
from derive.notation.latex.compose import BLANK, EQUALS, group, listed, unmarked
from derive.notation.latex.reading import read
from derive.notation.latex.text import Text, joined

if TYPE_CHECKING:
    import jinja2

API = 1
"""The version of what a template sees; raised when a variable changes its meaning or goes."""


def builtin_folder() -> Path:
    """The templates that came with the program: inside the wheel, or beside the package in a checkout.

    DeriveError [templates-missing] where they are not there.
    """
    package = Path(__file__).resolve().parents[2]
    for folder in (package / "templates", package.parent / "templates"):
        if folder.is_dir():
            return folder
    raise DeriveError("the templates that belong to derive are missing: install it again", code="templates-missing")


def environment(folders: Iterable[Path] = (), marked: bool = False) -> jinja2.Environment:
    r"""The Jinja environment: `\VAR{…} \BLOCK{…} \COMMENT{…}`; `folders` are looked in before the built-in templates,
    which a template of the same name reaches as `builtin/NAME`; `marked` where what they write says its line."""
    import jinja2

    from derive.documents.rendering.compiled import Compiled
    from derive.documents.rendering.sandbox import OwnTemplates, Sandbox

    builtin = jinja2.FileSystemLoader(builtin_folder())
    own = [OwnTemplates(folder) for folder in folders]
    kind: Callable[..., Sandbox] = Sandbox
    if marked:
        from derive.documents.rendering.marking import Marking

        kind = partial(Marking, builtin_folder(), shown)
    env = kind(
        loader=jinja2.ChoiceLoader([*own, builtin, jinja2.PrefixLoader({"builtin": builtin})]),
        block_start_string=r"\BLOCK{",
        block_end_string="}",
        variable_start_string=r"\VAR{",
        variable_end_string="}",
        comment_start_string=r"\COMMENT{",
        comment_end_string="}",
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,
        bytecode_cache=Compiled(builtin_folder(), Path(__file__)),
    )
    del env.filters["random"]  # the same values make the same page
    env.filters["meta"] = metadata
    env.filters["exam_points"] = exam_points
    env.filters["said"] = said
    env.filters["equation"] = equation
    env.filters["whole"] = whole
    env.filters["framed"] = framed
    env.filters["web_lines"] = web_lines
    env.filters["stated"] = stated
    env.filters["and_so_on"] = and_so_on
    env.filters["has_table"] = has_table
    env.filters["spoken"] = spoken
    env.filters["clicks"] = clicks
    env.filters["blanked"] = blanked
    env.filters["meant"] = meant
    env.filters["frames"] = frames
    env.filters["html"] = mathml.html
    env.filters["side_by_side"] = joined_texts
    env.filters["mathml"] = _mathml
    return env


@lru_cache(maxsize=8)
def cached_environment(folders: tuple[Path, ...], marked: bool = False) -> jinja2.Environment:
    return environment(folders, marked)


def fill(name: str, context: Mapping[str, Any], folders: tuple[Path, ...] = (), marked: bool = False) -> str:
    """The template `name` filled.  DeriveError [template] at the template's own line, with a suggestion.

    context  what the template sees, by name
    folders  in which templates are looked for, the first that has one
    marked   whether what the project's own templates write says its line, as `marking.unmarked` takes it apart
    """
    import jinja2

    from derive.documents.rendering.sandbox import rendered

    env = cached_environment(folders, marked)
    if wrong := _unknown_block(name, folders):
        raise DeriveError(f"template: {wrong[0]}", code="template", where=wrong[1], hint=wrong[2])
    try:
        document = context.get("document")
        works = {work.key: work.label for group in getattr(document, "references", ()) for work in group}
        with mathml.with_commands(getattr(document, "commands", ()), works):
            text = rendered(env.get_template(name), {**context, "template_api": API})
    except jinja2.TemplateNotFound as error:
        raise DeriveError(
            f"there is no template {error.name}", code="template",
            hint=suggestion(str(error.name), env.list_templates()),
        ) from None
    except jinja2.TemplateSyntaxError as error:
        where = Position(shown(error.filename or error.name or name), error.lineno)
        raise DeriveError(f"template: {error.message}", code="template", where=where) from None
    except jinja2.UndefinedError as error:
        raise _undefined(error, name, context) from None
    except (jinja2.TemplateError, *_REFUSED) as error:
        raise _stopped(error, name) from None
    return re.sub(r"[ \t]+(?=\n)", "", text)


_REFUSED = (TypeError, ValueError, ArithmeticError, LookupError, RecursionError, AttributeError, OSError, SyntaxError)
"""What Python answers to a template that asks for what there is none of: `include` of a name of 90,000 letters, 30 loops in one another."""


@lru_cache(maxsize=64)
def _unknown_block(name: str, folders: tuple[Path, ...]) -> tuple[str, Position, str | None] | None:
    """Of a project's own template the first block that nothing it extends has, so that it would be printed nowhere."""
    from jinja2 import TemplateError, nodes

    env = cached_environment(folders)
    if not folders or env.loader is None:
        return None
    try:
        source, file, _ = env.loader.get_source(env, name)
        tree = env.parse(source, name)
        if file is None or Path(file).is_relative_to(builtin_folder()):
            return None
        known = _blocks_above(tree, env)
    except (TemplateError, *_REFUSED):
        return None  # filling it says what is wrong
    for block in tree.find_all(nodes.Block) if known is not None else ():
        if block in tree.body and block.name not in (known or ()):
            return f"there is no block `{block.name}` in what this extends", Position(shown(file), block.lineno), suggestion(block.name, known or ())
    return None


def _blocks_above(tree: Any, env: jinja2.Environment) -> frozenset[str] | None:
    """The blocks of all that a template extends; None where it extends nothing, or what only filling it tells."""
    from jinja2 import nodes

    extends = tree.find(nodes.Extends)
    if extends is None or not isinstance(extends.template, nodes.Const) or env.loader is None:
        return None
    source, _, _ = env.loader.get_source(env, str(extends.template.value))
    above = env.parse(source, str(extends.template.value))
    return frozenset(block.name for block in above.find_all(nodes.Block)) | (_blocks_above(above, env) or frozenset())


def _stopped(error: Exception, name: str) -> DeriveError:
    """Whatever else a template cannot do, at its line."""
    said = "it includes itself without end" if isinstance(error, RecursionError) else str(error).splitlines()[0] if str(error) else "?"
    return DeriveError(f"template: {said}", code="template", where=_place(error, name))


def _place(error: Exception, name: str) -> Position:
    """The line of the template, which stands in the traceback."""
    frames = [f for f in traceback.extract_tb(error.__traceback__) if f.filename.endswith(".j2")]
    return Position(shown(frames[-1].filename), frames[-1].lineno or 1) if frames else Position(name)


def _undefined(error: Exception, name: str, context: Mapping[str, Any]) -> DeriveError:
    """A variable that there is none of: the template's line is in the traceback, the likely name in the context."""
    where = _place(error, name)
    message = str(error)
    found = re.search(r"'(\w+)' is undefined|has no attribute '(\w+)'", message)
    hint = None
    if found:
        wanted = found[1] or found[2]
        hint = suggestion(wanted, [*context, *_attributes(context)])
    if found:
        message = f"there is no `{found[1] or found[2]}` here"
    return DeriveError(f"template: {message}", code="template", where=where, hint=hint)


def _attributes(context: Mapping[str, Any]) -> set[str]:
    """Every name of a field that the values of the context have, at any depth."""
    names: set[str] = set()
    stack = list(context.values())
    while stack:
        value = stack.pop()
        if hasattr(value, "__dataclass_fields__"):
            names.update(value.__dataclass_fields__)
            stack.extend(getattr(value, name) for name in value.__dataclass_fields__)
        elif isinstance(value, tuple):
            stack.extend(value)
    return names


def suggestion(wanted: str, known: Iterable[str]) -> str | None:
    """`did you mean …?`, where something is near."""
    close = closest(wanted, known)
    return f"did you mean `{close}`?" if close else None


def shown(file: str) -> str:
    """A template's path as its author knows it."""
    path = Path(file)
    try:
        return f"builtin/{path.relative_to(builtin_folder()).as_posix()}"
    except ValueError:
        try:
            return path.resolve().relative_to(Path.cwd()).as_posix()
        except ValueError:
            return str(path)


def _mathml(formula: Formula | str, display: bool = True) -> str:
    """A formula as MathML, for a line of its own or in words; one that a template puts together is in LaTeX."""
    return mathml.written(formula, display) if isinstance(formula, str) else mathml.mathml(formula, display)


def joined_texts(values: Iterable[object], between: str) -> Text | str:
    """Values side by side: texts as one text, which a web page shows by `html`; anything else as its letters."""
    found = list(values)
    texts = [one for one in found if isinstance(one, Text)]
    return joined(between, texts) if texts and len(texts) == len(found) else between.join(map(str, found))


def metadata(text: str) -> str:
    r"""A string as a value of `\hypersetup`: nothing that TeX would read."""
    table = {"\\": "", "{": "(", "}": ")", "%": r"\%", "#": r"\#", "^": "", "~": " ", "&": r"\&", "$": "", "_": r"\_"}
    return "".join(table.get(c, c) for c in text)


def said(text: str) -> str:
    r"""Words for who hears a figure, as \derivealt takes them: nothing in them is TeX."""
    kept = re.sub(r"[\\{}#\x00-\x1f\x7f-\x9f]|(?<=\^)(?=\^)", " ", text).replace("%", r"\%")  # ^^5c is a backslash to TeX
    return " ".join(kept.split())


def exam_points(points: str) -> str:
    r"""Points as the exam class counts them: 3, 2\half.  DeriveError [points] for any other fraction, which it cannot add up."""
    halves = 2 * Decimal(points)
    if halves != int(halves):
        raise DeriveError(
            f"the exam class counts whole and half points, and here are {points}", code="points",
            hint="give halves, or make exercises for the package xsim (`--to xsim`), which adds up any points",
        )
    return rf"{int(halves) // 2}\half" if halves % 2 else str(int(halves) // 2)


def equation(shown: Row | Answer) -> Formula:
    """A row, or an answer, as one formula: both of its sides whole; a row is taken to its first line."""
    lines = shown.lines[:1] if isinstance(shown, Row) else shown.lines
    lead, left = (shown.lead, shown.left or shown.whole_left) if isinstance(shown, Row) else (Formula(), shown.left)
    return listed([part for part in (lead, left, shown.relation, *lines) if part], BLANK)


def whole(shown: Row | Answer | Result, style: str = "aligned") -> Formula:
    """A row, an answer or a result with all of its lines as one formula; a row that continues the one above keeps the place of its left
    side, of its block's `style`."""
    behind = (BLANK, shown.relation, BLANK, listed(shown.lines, BLANK))
    if not isinstance(shown, Row):
        return beside(shown.left, *behind)
    return beside(shown.lead, BLANK, *((shown.left,) if shown.left else _place_of_left(shown, style)), *behind)


def web_lines(shown: Row, style: str = "aligned") -> tuple[Formula, ...]:
    """A row as the lines that it has on a web page, each a formula of its own, behind what leads them."""
    first, *rest = shown.lines
    left = Marked("phantom", "", group(beside(*_place_of_left(shown, style), BLANK, shown.relation)))
    return whole(replace(shown, lines=(first,), lead=Formula()), style), *(beside(left, BLANK, Sign(r"\quad"), group(), BLANK, line) for line in rest)


def framed(shown: Row, style: str = "aligned") -> tuple[Formula, tuple[Formula, ...]]:
    """A row that is boxed as what stands before its box, behind what leads it, and the lines in it: its left side where it has one of its
    own."""
    first, *rest = shown.lines
    more = tuple(beside(Sign(r"\quad"), group(), BLANK, line) for line in rest)
    if shown.left:
        return Formula(), (beside(shown.left, BLANK, shown.relation, BLANK, first), *more)
    return beside(*_place_of_left(shown, style), BLANK, shown.relation), (first, *more)


def _place_of_left(shown: Row, style: str) -> tuple[Box, ...]:
    """What keeps the place of the left side that a row does not repeat."""
    return (Sign(r"\quad"), group()) if style == "hanging" else (Marked("phantom", "", group(shown.whole_left)),)


def stated(left: Formula, lines: Sequence[Formula]) -> Formula:
    """A name and what it stands for as one formula."""
    return beside(left, BLANK, EQUALS, BLANK, listed(lines, BLANK))


def and_so_on(line: Formula) -> Formula:
    """The first line of a sum that has more."""
    return beside(line, BLANK, Sign("+"), BLANK, Sign(r"\cdots"))


def has_table(formula: Formula) -> bool:
    """Whether a matrix or cases stand in a formula."""
    return any(isinstance(box, Array) for box in parts(formula))


def frames(document: Document) -> int:
    """How many frames the slides of a document have."""
    total = len(document.references)
    total += document.collection  # the contents, of several sections, are the page of the first of them
    total += bool(document.collection and document.theme and (document.intro or document.check))
    total += bool(document.collection and document.theme and document.intro)
    for item in document.items:
        if isinstance(item, ProblemPage):
            total += len(item.frames) + len(item.opening) + len(item.ending) + len(item.figures)
        else:
            total += len(item.figures) if isinstance(item, Pictures) else item.kind != "subsection"
    return total


def blanked(lines: Sequence[Formula]) -> list[str]:
    """The lines of a formula as the room that they take."""
    return [rf"\phantom{{{line}}}" for line in lines]


def meant(definition: tuple[Formula, Sequence[Formula]]) -> str:
    """A letter and what it stands for, in a text."""
    letter, lines = definition
    if len(lines) == 1:
        return rf"$\displaystyle {letter} = {lines[0]}$"
    body = " \\\\ &\\quad{} ".join(map(str, lines))
    return rf"$\displaystyle \begin{{aligned}}[t] {letter} &= {body} \end{{aligned}}$"


def spoken(formula: Formula | str) -> str:
    r"""The LaTeX of a formula for who hears it, without the marks that only the eye needs; \derivespoken makes it a string of a PDF."""
    return " ".join(str(unmarked(_boxes(formula), HIGHLIGHT, LETTER, INDEX)).split())


def _boxes(formula: Formula | str) -> Formula:
    """A formula; one that a template puts together is in LaTeX."""
    return read(formula) if isinstance(formula, str) else formula


def clicks(formulas: Sequence[Formula] | str) -> str:
    r"""The clicks on which formulas are marked, with commas between: of `\dvchange<3>{x} + \dvchange<4>{y}` it is `3,4`."""
    found = [_boxes(formulas)] if isinstance(formulas, str) else formulas
    marks = (box.option for formula in found for box in parts(formula) if isinstance(box, Marked) and box.command == HIGHLIGHT)
    return ",".join(dict.fromkeys(number for option in marks for number in option.split(",")))


def files(folders: Iterable[Path] = ()) -> dict[str, Path]:
    """Every template by its name, the one that would be used."""
    from derive.documents.rendering.sandbox import own_files

    out: dict[str, Path] = {}
    for folder in [builtin_folder(), *reversed(list(folders))]:
        for path in own_files(folder):
            out[path.relative_to(folder).as_posix()] = path
    return out
