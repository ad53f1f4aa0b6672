"""A lecture or a set with its problems: references found, every problem examined once, one document of it all."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from functools import partial
from pathlib import Path

from derive.documents import collection as collections
from derive.documents.collection import Collection
from derive.documents.compose import collected, problem_page, scientific
from derive.documents.figures import placing
from derive.documents.lecture import Entry, Use
from derive.documents.page import question as questions
from derive.documents.page.document import Document, ProblemPage
from derive.documents.page.modes import Mode
from derive.documents.page.settings import Fit, Settings, noted
from derive.documents.wording import prose
from derive.documents.wording.plain import one_line
from derive.documents.wording.words import words as words_of
from derive.errors import DeriveError, Position
from derive.language.problems.quantity import FIND
from derive.notation.bold import kinds_of
from derive.notation.latex.reading import read
from derive.notation.latex.text import Text, filled
from derive.notation.settings import Notation
from derive.pipeline import look
from derive.pipeline.budget import within
from derive.pipeline.examine import Examined, examine, problem_of
from derive.pipeline.home import home_of, inside, own_text
from derive.pipeline.sources import DEFAULT, SUFFIXES
from derive.pipeline.story import Teller
from derive.values import dataclass

LONGEST_NAME = 200
MOST_USES = 5_000
"""Problems of one collection."""


@dataclass(frozen=True)
class Gathered:
    """A collection with its problems by reference."""

    collection: Collection
    examined: Mapping[str, Examined]


def collection_of(text: str, name: str) -> Collection:
    """The lecture or set of a text.  DeriveError at its place in `name`; [budget] where reading takes more than a problem may."""
    try:
        with within():
            return collections.read(text, name)
    except DeriveError as error:
        raise error.at(Position(name)) from None


def references(collection: Collection) -> dict[str, str]:
    """The file of every problem that a collection names, by the name it uses.

    DeriveError [unknown-problem] at the reference, with the names that are near.
    """
    roots = _roots(collection)
    known = _known(roots)
    out: dict[str, str] = {}
    if len(collection.uses) > MOST_USES:
        raise DeriveError(f"a {collection.kind} holds at most {MOST_USES} problems", code="too-long", where=collection.uses[0].where)
    for use in collection.uses:
        out[use.problem] = _found(use, roots, known, home_of(collection.file))
    return out


def _known(roots: list[Path]) -> dict[str, list[Path]]:
    """The files of problems by their names."""
    known: dict[str, list[Path]] = {}
    for root in dict.fromkeys(roots):
        # Only a folder of problems is searched with what lies below it: beside one there may be anything.
        found = (path for suffix in SUFFIXES for path in (root.rglob if root.name == DEFAULT else root.glob)(f"*{suffix}"))
        for path in sorted(found) if root.is_dir() else ():
            known.setdefault(path.stem, []).append(path)
    return known


def namesakes(collection: Collection) -> str:
    """Which file is meant by a name that several files have, and how the others are named; '' where there are none."""
    known, files = _known(_roots(collection)), references(collection)
    said: list[str] = []
    for name, file in files.items():
        others = {Path(os.path.normpath(path)).as_posix() for path in known.get(name, ())} - {file, Path(collection.file).as_posix()}
        shown = ", ".join(sorted(others))
        said += [f"`{name}` is {file}; of the same name, and meant where its folder is written too, is {shown}"] if others else []
    return "; ".join(said)


def _roots(collection: Collection) -> list[Path]:
    """The folders in which its problems are looked for, in order."""
    here = Path(collection.file).parent
    home = next((folder for folder in (here, *here.parents) if folder.name == DEFAULT), None)
    return [here, home] if home else [here, here / DEFAULT, here.parent / DEFAULT, here.parent]


def looked_for(collection: Collection) -> tuple[str, ...]:
    """The files that a collection's problems would be read from before those that they are read from, were they there."""
    files = references(collection)
    out: list[str] = []
    for use in collection.uses:
        for path in (path for root in _roots(collection) for path in _candidates(root, use)):
            name = Path(os.path.normpath(path)).as_posix()
            if name == files[use.problem]:
                break
            out.append(name)
    return tuple(dict.fromkeys(out))


def _candidates(root: Path, use: Use) -> tuple[Path, ...]:
    return (root / use.problem, *(root / f"{use.problem}{suffix}" for suffix in SUFFIXES))


def _found(use: Use, roots: list[Path], known: Mapping[str, list[Path]], home: Path) -> str:
    if len(use.problem) > LONGEST_NAME or not use.problem.isprintable():
        raise DeriveError(f"`{use.problem[:40]!r}…` is no name of a problem", code="unknown-problem", where=use.where)
    for root in roots:
        for path in _candidates(root, use):
            if path.is_file():
                inside(path, home, use.where)
                return Path(os.path.normpath(path)).as_posix()
    several = list(dict.fromkeys(known.get(use.problem, ())))
    if len(several) == 1:
        inside(several[0], home, use.where)
        return several[0].as_posix()
    if several:
        shown = ", ".join(path.as_posix() for path in several)
        raise DeriveError(f"`{use.problem}` may be any of {shown}", code="unknown-problem", where=use.where,
                          hint="write its folder too")
    from derive.language.words import closest

    guess = closest(use.problem, known)
    raise DeriveError(
        f"there is no problem `{use.problem}`" + (f"; did you mean `{guess}`?" if guess else ""), code="unknown-problem",
        where=use.where,
    )


def gather(collection: Collection, points: int = 3, settings: Settings | None = None) -> Gathered:
    """Derive and check every problem of a collection; the first that fails is the collection's error.

    points    at how many random points a line is checked
    settings  of the project; None for the default ones

    All of them are printed in the collection's notation: what a problem's own `notation` says is for the problem alone.
    """
    files = references(collection)
    look.pictures(collection)
    settings = settings_of(collection, settings or Settings())
    return assembled(collection, files, {file: one_of(file, own_text(file), points, settings) for file in dict.fromkeys(files.values())})


def settings_of(collection: Collection, settings: Settings) -> Settings:
    """The settings with the collection's own notation."""
    return noted(settings, collection.notation, collection.places.get("notation.language"))


def one_of(file: str, text: str, points: int, settings: Settings, chosen: Mapping[str, int] | None = None) -> Examined:
    """A problem of a collection, derived and checked; `settings` are the collection's, `chosen` the values of its variant.

    file, text  the problem's
    points      at how many random points a line is checked
    """
    problem = problem_of(text, file, chosen)
    return examine(replace(problem, options=replace(problem.options, notation={})), points, settings)


def assembled(collection: Collection, files: Mapping[str, str], done: Mapping[str, Examined]) -> Gathered:
    """The collection with its problems: `files` by the name that it uses, `done` by file."""
    for use in collection.uses:
        _same_points(use, done[files[use.problem]])
        placing.refuse_missing(done[files[use.problem]].problem, use.show, use.where)
        _refuse_not_found(use, done[files[use.problem]])
    return Gathered(collection, {name: done[file] for name, file in files.items()})


def _refuse_not_found(use: Use, one: Examined) -> None:
    """DeriveError [not-found] at a reference that asks for what its problem does not find."""
    there = {*one.problem.find, *(chain.quantity for chain in one.derivation.chains)}
    for quantity in use.show:
        if quantity in FIND and quantity not in there:
            raise DeriveError(
                f"`{use.problem}` does not find the {quantity}", code="not-found", where=use.where,
                hint=f"it finds {', '.join(one.problem.find)}; add {quantity} to its `find`, or leave it out of `show`",
            )


def _same_points(use: Use, one: Examined) -> None:
    """The points that a set gives a problem are those that its parts add up to.  DeriveError [points] at the reference."""
    each = [part.points for part in one.problem.parts if part.points is not None]
    total = sum(map(Decimal, each), Decimal(0))
    if use.points and each and (total > Decimal(use.points) or (len(each) == len(one.problem.parts) and total < Decimal(use.points))):
        raise DeriveError(
            f"the parts of `{use.problem}` have {total} points together, not {use.points}", code="points", where=use.where,
            hint="leave `points` out here: they are added up",
        )


def document(gathered: Gathered, mode: Mode, settings: Settings, fit: Fit) -> Document:
    """The document of a collection in a mode."""
    collection = gathered.collection
    head = collection.head
    settings = replace(
        noted(settings, collection.notation, collection.places.get("notation.language")),
        author=head.get("author", settings.author),
        institute=head.get("institute", settings.institute),
        date=head.get("date", settings.date),
        hints=settings.hints or collection.hints,
        rows=collection.rows or settings.rows,
    )
    if collection.kind == "lecture":
        items = tuple(Teller(collection.entries, gathered.examined, mode, settings, fit).items())
    else:
        items = tuple(_problems(gathered, mode, settings, fit))
    total = sum((Decimal(item.points or 0) for item in items if isinstance(item, ProblemPage) and collection.kind == "set"), Decimal(0))
    kinds = kinds_of([symbol for one in gathered.examined.values() for symbol in questions.letters(one.problem)])
    said = partial(_text, collection, notation=settings.notation, kinds=kinds)
    return collected(
        items, mode, settings,
        title=said("title"),
        subtitle=said("subtitle") or said("course"),
        intro=tuple(p for p in prose.paragraphs(said("intro")) if p),
        due=said("due"), points=str(total) if total else "", theme=collection.theme,
        check=_check(gathered, settings) if mode.reveals == "everything" else Text(),
    )


def _check(gathered: Gathered, settings: Settings) -> Text:
    """How the lines of all problems were checked, a sentence."""
    reports = [one.report for one in gathered.examined.values()]
    worst = max((report.max_relative_error for report in reports), default=0.0)
    points = min((report.points for report in reports), default=0)
    words = words_of(settings.notation.language)["check_short"]
    return filled(words, points=str(points), error=read(scientific(worst))) if reports else Text()


def _problems(gathered: Gathered, mode: Mode, settings: Settings, fit: Fit) -> Iterator[ProblemPage]:
    """The problems of a set, numbered."""
    for number, entry in enumerate(in_order(gathered), 1):
        assert isinstance(entry, Use)  # a set holds nothing else
        one = gathered.examined[entry.problem]
        page = problem_page(
            one.problem, one.derivation, one.report, mode, settings, fit, number=label(number, gathered.collection.numbering),
            points=entry.points, show=entry.show, hints=entry.hint,
        )
        title = prose.read(entry.title, entry.where, language=settings.notation.language) or page.title
        yield replace(page, title=title, title_plain=one_line(title))


def in_order(gathered: Gathered) -> tuple[Entry, ...]:
    """The entries as they are given, or a set's problems sorted: the ones with fewer points, of a lower level first."""
    collection = gathered.collection

    def key(entry: Entry) -> tuple[Decimal, str]:
        assert isinstance(entry, Use)  # a set holds nothing else
        problem = gathered.examined[entry.problem].problem
        if collection.order == "title":
            return Decimal(0), one_line(prose.read(entry.title or problem.title)).casefold()
        value = (entry.points or problem.options.points) if collection.order == "points" else problem.options.level
        number = str(value) if value is not None else ""
        return Decimal(number) if re.fullmatch(r"\d+(\.\d+)?", number) else Decimal(0), number

    return collection.entries if collection.order == "given" else tuple(sorted(collection.entries, key=key))


_ROMAN = ((10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))


def label(number: int, numbering: str) -> str:
    """The label of problem `number` (from 1): `3`, `iii`, `C`, or none."""
    if numbering == "roman":
        out = ""
        for value, sign in _ROMAN:
            out += sign * (number // value)
            number %= value
        return out
    if numbering == "letters":
        return chr(ord("A") + number - 1) if number <= 26 else str(number)
    return str(number) if numbering == "arabic" else ""


def _text(collection: Collection, key: str, notation: Notation, kinds: Mapping[str, str]) -> Text:
    said = prose.read(collection.head.get(key, ""), collection.places.get(key), displays=key == "intro", language=notation.language)
    return prose.in_notation(said, kinds, notation)
