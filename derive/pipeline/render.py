"""One document of one file, for `derive render`."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from derive.documents.page.document import ProblemPage
from derive.documents.page.modes import Mode
from derive.documents.page.settings import Fit
from derive.errors import DeriveError
from derive.pipeline.examine import STANDARD_INPUT, read_text
from derive.pipeline.produce import make, tex
from derive.pipeline.project import Project
from derive.pipeline.subject import read


def _has_hint(page: ProblemPage) -> bool:
    return bool(page.question.hint) or any(part.hint for part in page.parts)


def render(file: str, mode: Mode, project: Project, pdf: bool, points: int = 3, tell: Callable[[str], object] = len, hints: bool = False) -> bytes:
    """The LaTeX (or the PDF) of a problem, lecture or set in a mode; `-` is standard input.

    tell   takes what is to be said beside: that it is the first of several variants, that there are no hints
    hints  whether they were asked for

    DeriveError: of reading, of the engine, of the check, of LaTeX.
    """
    if pdf and not mode.pdf:
        raise DeriveError(f"{mode.name} is not a document of its own: write it to a .tex file", code="usage")
    subject = read(read_text(file), STANDARD_INPUT if file == "-" else file, points, project.settings)
    tell(subject.note())
    document = partial(subject.document, mode, project.settings)
    if hints and not any(isinstance(item, ProblemPage) and _has_hint(item) for item in document(Fit()).items):
        tell("there are no hints here: a problem has them under `hint`")
    if not pdf:
        return tex(document(Fit()), mode, project.templates).encode()
    return make(document, mode, project.settings, project.templates, project.look).pdf
