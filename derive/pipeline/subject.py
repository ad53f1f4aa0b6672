"""What a file is about: one problem, or a lecture or set of several; either gives a document in any mode."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from derive.documents import lecture
from derive.documents.compose import problem_page, single
from derive.documents.page import symbols
from derive.documents.page.document import Document
from derive.documents.page.modes import Mode
from derive.documents.page.settings import Fit, Settings, in_colours, of_problem
from derive.documents.wording import prose
from derive.documents.wording.words import words as words_of
from derive.errors import DeriveError
from derive.language.files import read_bytes
from derive.language.markup.macros import with_commands_of
from derive.language.problems import read as problemfile
from derive.language.problems.problem import Problem
from derive.language.problems.variants import first_of
from derive.pipeline import gather, keys, look
from derive.pipeline.budget import within
from derive.pipeline.examine import Examined, examine, problem_of
from derive.pipeline.home import own_text
from derive.values import dataclass


class Subject(Protocol):
    """Something that was derived and checked, and can be printed."""

    def document(self, mode: Mode, settings: Settings, fit: Fit) -> Document:
        """The document in a mode; pure."""

    def summary(self) -> str:
        """A line for the terminal."""

    def beside(self) -> Mapping[str, bytes]:
        """The images that its pages ask for, by name."""

    def note(self) -> str:
        """What is to be said of it beside: that it is the first of several variants, or which of two files is meant; '' for nothing."""


@dataclass(frozen=True)
class OneProblem:
    examined: Examined

    def document(self, mode: Mode, settings: Settings, fit: Fit) -> Document:
        one = self.examined
        settings = of_problem(settings, one.problem)
        with within(), with_commands_of(settings.commands):
            page = problem_page(one.problem, one.derivation, one.report, mode, settings, fit)
            document = single(page, mode, settings)
        if not settings.symbols:
            return document
        words = words_of(settings.notation.language)
        told = [(one.problem, one.derivation if mode.reveals == "everything" else None)]
        notation, most = in_colours(settings, one.problem).notation, symbols.ON_A_FRAME if mode.slides else 0
        tables = symbols.tables(told, notation, words, words["notation"], page.mark, most)
        return replace(document, items=(*document.items, *tables))

    def summary(self) -> str:
        counts = [f"{chain.title.lower()} {len(chain.lines)}" for chain in self.examined.derivation.chains]
        report = self.examined.report
        steps = ", ".join(counts[:4]) + (", …" if len(counts) > 4 else "")
        return f"{steps} lines; verified at {report.points} points ({report.max_relative_error:.0e}){_beside(self.note())}"

    def beside(self) -> Mapping[str, bytes]:
        return {}

    def note(self) -> str:
        return first_of(self.examined.problem.options.variants)


@dataclass(frozen=True)
class Several:
    gathered: gather.Gathered

    def document(self, mode: Mode, settings: Settings, fit: Fit) -> Document:
        """The document in a mode.  DeriveError [usage] for a lecture as questions of an exam."""
        if mode.name in ("exam", "xsim") and self.gathered.collection.kind == "lecture":
            raise DeriveError(
                f"a lecture is no {mode.name}: its words have no place there", code="usage", hint="questions are made of problems and sets",
            )
        with within(), with_commands_of(settings.commands):
            return gather.document(self.gathered, mode, settings, fit)

    def summary(self) -> str:
        problems = list(self.gathered.examined.values())
        worst = max((one.report.max_relative_error for one in problems), default=0.0)
        return f"{self.gathered.collection.kind} of {len(problems)} problems; all verified ({worst:.0e}){_beside(self.note())}"

    def beside(self) -> Mapping[str, bytes]:
        return look.read_pictures(self.gathered.collection)

    def note(self) -> str:
        varied = [one.problem.id for one in self.gathered.examined.values() if one.problem.options.variants]
        first = f"the first variant of {', '.join(varied)}; `derive variants` makes others" if varied else ""
        return "; ".join(filter(None, (first, gather.namesakes(self.gathered.collection))))


def _beside(note: str) -> str:
    return f"; {note}" if note else ""


def read(text: str, name: str, points: int = 3, settings: Settings | None = None) -> Subject:
    """The subject of a file's text, derived and checked.  DeriveError for whatever fails.

    name      of the file, for messages
    points    at how many random points a line is checked
    settings  of the project; None for the default ones
    """
    settings = settings or Settings()
    with with_commands_of(settings.commands):
        if problemfile.kind(text) != "problem":
            return Several(gather.gather(gather.collection_of(text, name), points, settings))
        problem = problem_of(text, name)
        check_prose(problem, of_problem(settings, problem))
        return OneProblem(examine(problem, points, settings))


def check_prose(problem: Problem, settings: Settings) -> None:
    """DeriveError for whatever of a problem's words no document in its language could print, before any is made."""
    said = dict(problem.prose)
    for k, part in enumerate(problem.parts, 1):
        said.update({f"parts.{k}.{key}": words for key, words in (("statement", part.statement), ("hint", part.hint)) if words})
    for key, words in said.items():
        where = problem.positions.get(key) or problem.positions.get(key.partition(".")[0])
        prose.read(words, where, displays=key != "title", language=settings.notation.language)
        if key.endswith(("statement", "hint")) and (formula := lecture.typed_derivative(words)):
            raise DeriveError(
                f"a derivative is typed by hand here, and nothing checks it: ${formula}$", code="typed-derivative", where=where,
                hint="write `ask: show` and give the formula under `answer`: the question says it, and it is checked",
            )


def dependencies(text: str, name: str, settings: Settings | None = None) -> Sequence[str]:
    """Name and text of every problem file that a collection is made from, name and hash of every image.

    settings  of the project; None for the default ones
    """
    with with_commands_of((settings or Settings()).commands):
        collection = gather.collection_of(text, name)
    files = gather.references(collection).values()
    pictures = look.pictures(collection).values()
    return [part for file in sorted(set(files)) for part in (file, own_text(file))] + [
        part for path in sorted(pictures) for part in (path.as_posix(), keys.digest(read_bytes(path, look.MOST_BYTES)))
    ]
