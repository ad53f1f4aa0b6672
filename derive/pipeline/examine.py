"""One problem through the engine and its check: nothing goes on that did not pass."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import nullcontext
from typing import TYPE_CHECKING

from derive.derivation.derivation import Result
from derive.documents.page.settings import Settings, laid_out, of_problem
from derive.errors import DeriveError, Position
from derive.language import files
from derive.language.markup.macros import with_commands_of
from derive.language.problems.problem import Problem
from derive.notation.settings import DEFAULT, Notation
from derive.pipeline.budget import within
from derive.pipeline.home import own_text
from derive.values import dataclass

if TYPE_CHECKING:
    from derive.checking.report import Report
    from derive.derivation.derivation import Derivation, Result
    from derive.expressions.nodes import Expr

STANDARD_INPUT = "<stdin>"


@dataclass(frozen=True)
class Examined:
    """A problem, its derivation, and the report of a check that passed."""

    problem: Problem
    derivation: Derivation
    report: Report
    settings: Settings


def read_text(path: str) -> str:
    """The text of a file, or of standard input for `-`.  DeriveError [unreadable] with the reason."""
    import sys

    if path != "-":
        return own_text(path)
    data = sys.stdin.buffer.read(files.MAX_BYTES + 1)
    if len(data) > files.MAX_BYTES:
        raise DeriveError(f"this is longer than {files.MAX_BYTES} bytes", code="too-long", where=Position(STANDARD_INPUT))
    return files.decoded(data, STANDARD_INPUT)


def problem_of(text: str, name: str, chosen: Mapping[str, int] | None = None, settings: Settings | None = None) -> Problem:
    """The problem of a text, which may hold the own commands of the settings; `chosen` says which value each name under `variants`
    has, the first where it does not.

    DeriveError at its place in `name`; [budget] where reading takes more than a problem may.
    """
    from derive.language.problems import read as problemfile

    try:
        with within(), with_commands_of(settings.commands) if settings else nullcontext():
            return problemfile.read(text, name, chosen)
    except DeriveError as error:
        raise error.at(Position(name)) from None


def examine(problem: Problem, points: int = 3, settings: Settings | None = None) -> Examined:
    """Derive and check, in the layout and the notation of the settings and of the problem's own `notation`.

    points  at how many random points a line is checked
    DeriveError: what the engine cannot do; a figure that does not apply [figure]; a line that the check refuses
    [verification-failed], or whose LaTeX
    reads back as another [misread]; an author's answer that is
    not equal to the result [wrong-answer]; more than a problem may take [budget].
    """
    try:
        with within():
            return _examined(problem, points, settings or Settings())
    except DeriveError as error:
        raise error.at(problem.positions.get("function", Position(problem.file or problem.id))) from None


def _examined(problem: Problem, points: int, settings: Settings) -> Examined:
    from derive.calculus.derive import derive
    from derive.checking.verification import verify

    own = of_problem(settings, problem)
    problem = laid_out(problem, own)
    if problem.options.variants:
        from derive.documents.wording.values import with_values

        problem = with_values(problem, own.notation)
    derivation = derive(problem)
    report = verify(derivation, points)
    error = report.error(derivation)
    if error is not None:
        raise error.at(problem.positions.get("function", Position(problem.file or problem.id)))
    check_printed(derivation, own.notation)
    check_answers(derivation)
    if problem.options.figures:
        from derive.documents.figures.drawing import check as check_figures

        check_figures(problem, derivation)
    return Examined(problem, derivation, report, own)


def check_printed(derivation: Derivation, notation: Notation = DEFAULT) -> None:
    """What is printed is what was checked: the LaTeX of every line, in this notation, reads back as its expression.

    DeriveError [misread] names the line; it is a mistake of the program, not of the author.
    """
    from derive.notation.readback import misread

    own = next((f"{s.name} is printed as {s.latex}" for s in derivation.problem.symbols.values() if s.latex is not None), None)
    for chain in derivation.chains:
        for line in chain.lines:
            said = misread(line.expr, notation)
            if said is not None:
                raise DeriveError(
                    f"a line of “{chain.title}” ({line.rule}) does not read back from its LaTeX: {said}", code="misread",
                    where=derivation.problem.positions.get("function"), hint=f"{own}, which may stand for something else here" if own else None,
                )


def check_answers(derivation: Derivation) -> None:
    """The author's `answer:` against the results.  DeriveError [wrong-answer] at the answer."""
    problem = derivation.problem
    for quantity, given in problem.answer.items():
        where = problem.positions.get(f"answer.{quantity}") or problem.positions.get("answer")
        if quantity not in derivation.results:
            raise DeriveError(
                f"an answer is given for {quantity}, which `find` does not ask for", code="answer-unasked", where=where,
                hint=f"find: [{', '.join((*problem.find, quantity))}]",
            )
        for name, author in (given.items() if isinstance(given, Mapping) else (("", given),)):
            place = problem.positions.get(f"answer.{quantity}.{name}", where) if name else where
            error = _compared(derivation, quantity, name, author)
            if error is not None:
                raise error if place is None else error.at(place, _line(problem, place))


def _compared(derivation: Derivation, quantity: str, name: str, author: Expr) -> DeriveError | None:
    """What is wrong with one answer, or None; one of several stationary points is enough."""
    from derive.checking.verification import check_answer
    from derive.derivation.derivation import members
    from derive.expressions.rewrite import substitute
    from derive.notation.text import text

    found = derivation.results[quantity]
    candidates = [one for of, one in members(found) if of == name]
    nearest = float("inf")
    for expr in (form for one in candidates for form in _forms(derivation, one)):
        for symbol, definition in reversed(derivation.where):
            expr = substitute(expr, {symbol: definition})
        equal, difference = check_answer(derivation.problem, quantity, expr, author)
        if equal:
            return None
        nearest = min(nearest, difference)
    shown = " or ".join(text.pretty(one.expr) for one in candidates) or "nothing"
    apart = f"they differ by {nearest:.1e}, relatively, at random points" if nearest < float("inf") else None
    directions = {d.name for d in (*derivation.problem.directions, *derivation.problem.second_directions)}
    along = sorted(directions & {name for one in candidates for name in one.expr.free})
    others = sorted(directions & author.free - set(along))
    if along and others:
        apart = f"the direction of the {quantity} is {' and '.join(along)}, and this one speaks of {' and '.join(others)}"
    return DeriveError(
        f"this answer for the {quantity}{f' by {name}' if name else ''} is not equal to what is derived: {shown}",
        code="wrong-answer", hint=apart or "they differ in shape, or one of them has no value at random points",
    )


def _forms(derivation: Derivation, result: Result) -> Iterator[Expr]:
    """What an author may write for a result: its expression; of an equation its left side, and what any of its lines says is 0."""
    from derive.expressions.build import subtract
    from derive.expressions.nodes import Expr

    yield result.expr
    if result.equation is None:
        return
    for chain in derivation.chains:
        for line in chain.lines if chain.quantity == "stationary" else ():
            if line.equation and isinstance(line.left, Expr) and line.left.shape == line.expr.shape == result.expr.shape:
                yield subtract(line.left, line.expr)


def _line(problem: Problem, where: Position) -> str | None:
    """The author's line at a place of the problem's file."""
    lines = problem.text.splitlines()
    return lines[where.line - 1] if where.file == problem.file and 0 < where.line <= len(lines) else None
