"""One document of one file, for `derive render`."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from derive.documents.page.modes import Mode
from derive.documents.page.settings import Fit
from derive.errors import DeriveError
from derive.pipeline.examine import STANDARD_INPUT, read_text
from derive.pipeline.produce import make, tex
from derive.pipeline.project import Project
from derive.pipeline.subject import read


def render(file: str, mode: Mode, project: Project, pdf: bool, points: int = 3, tell: Callable[[str], object] = len) -> bytes:
    """The LaTeX (or the PDF) of a problem, lecture or set in a mode; `-` is standard input.

    tell  takes what is to be said beside: that it is the first of several variants

    DeriveError: of reading, of the engine, of the check, of LaTeX.
    """
    if pdf and not mode.pdf:
        raise DeriveError(f"{mode.name} is not a document of its own: write it to a .tex file", code="usage")
    subject = read(read_text(file), STANDARD_INPUT if file == "-" else file, points, project.settings)
    tell(subject.note())
    document = partial(subject.document, mode, project.settings)
    if not pdf:
        return tex(document(Fit()), mode, project.templates).encode()
    return make(document, mode, project.settings, project.templates, project.look).pdf
