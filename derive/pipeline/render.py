"""One document of one file, for `derive render`."""

from __future__ import annotations

from derive.documents.compose import problem_page, single
from derive.documents.document import Document
from derive.documents.modes import Mode
from derive.documents.settings import Fit
from derive.errors import DeriveError
from derive.pipeline.examine import STANDARD_INPUT, examine, problem_of, read_text
from derive.pipeline.produce import make, tex
from derive.pipeline.project import Project


def render(file: str, mode: Mode, project: Project, pdf: bool, points: int = 3) -> bytes:
    """The LaTeX (or the PDF) of a problem file in a mode; `-` is standard input.

    DeriveError: of reading, of the engine, of the check, of LaTeX.
    """
    if pdf and not mode.pdf:
        raise DeriveError(f"{mode.name} is not a document of its own: write it to a .tex file", code="usage")
    examined = examine(problem_of(read_text(file), STANDARD_INPUT if file == "-" else file), points)
    settings = project.settings

    def compose(fit: Fit) -> Document:
        return single(
            problem_page(examined.problem, examined.derivation, examined.report, mode, settings, fit), mode, settings
        )

    if not pdf:
        return tex(compose(Fit()), mode, project.templates).encode()
    made = make(compose, mode, settings, project.templates)
    assert made.pdf is not None
    return made.pdf
