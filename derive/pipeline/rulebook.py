"""The rule catalogue, checked: no proof and no example is shown or typeset that did not pass, as for problems.

`entries` are checked ones, `folders` those in which templates are looked for.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from derive.calculus.catalogue.catalogue import Entry
from derive.checking.report import Report
from derive.derivation.derivation import Derivation
from derive.errors import DeriveError
from derive.notation.settings import DEFAULT, Notation
from derive.values import dataclass

if TYPE_CHECKING:
    from derive.documents.page.settings import Settings


@dataclass(frozen=True)
class Checked:
    """An entry, the reports of its proofs in order, and that of its example."""

    entry: Entry
    proofs: tuple[Report, ...]
    example: Report | None


def checked(entry: Entry, points: int = 3) -> Checked:
    """Every line of the proofs and of the example, at random points.

    DeriveError [verification] that names the rule when one does not hold.
    """
    example = entry.example
    return Checked(
        entry,
        tuple(_report(entry, proof, points) for proof in entry.proofs),
        _report(entry, example, points) if example is not None else None,
    )


def _report(entry: Entry, derivation: Derivation, points: int) -> Report:
    from derive.checking.verification import verify

    report = verify(derivation, points)
    error = report.error(derivation)
    if error is not None:
        raise DeriveError(f"rule {entry.name}: {error.message}", code="verification")
    return report


def tex(entries: Iterable[Checked], folders: tuple[Path, ...] = (), notation: Notation = DEFAULT) -> str:
    """The LaTeX of the catalogue, as a document of its own.  Its words are English in every notation."""
    from derive.documents import catalogue
    from derive.documents.page.settings import Fit
    from derive.pipeline.produce import tex as filled

    pages = [catalogue.Page(c.entry, c.proofs, c.example) for c in entries]
    return filled(catalogue.document(pages, _settings(notation), Fit()), catalogue.MODE, folders)


def _settings(notation: Notation) -> Settings:
    from derive.documents.page.settings import Settings

    return Settings(replace(notation, language=DEFAULT.language, cases=DEFAULT.cases))


def pdf(entries: Iterable[Checked], folders: tuple[Path, ...] = (), notation: Notation = DEFAULT) -> bytes:
    """The catalogue typeset, nothing in it too wide for its page.  DeriveError of LaTeX."""
    from derive.documents import catalogue
    from derive.pipeline.produce import make

    pages = [catalogue.Page(c.entry, c.proofs, c.example) for c in entries]
    settings = _settings(notation)
    made = make(lambda fit: catalogue.document(pages, settings, fit), catalogue.MODE, settings, folders)
    return made.pdf


def used_in(name: str, files: Iterable[Path]) -> list[tuple[str, int]]:
    """(file, how many lines) of each problem in whose derivation the rule is at work; files that cannot be derived are left out."""
    from derive.calculus.derive import derive
    from derive.pipeline.examine import problem_of, read_text

    out: list[tuple[str, int]] = []
    for file in files:
        try:
            derivation = derive(problem_of(read_text(str(file)), str(file)))
        except DeriveError:
            continue
        lines = [line for chain in derivation.chains for line in chain.lines]
        count = sum(line.rule == name or any(step.rule == name for step in line.steps) for line in lines)
        if count:
            out.append((str(file), count))
    return out
