"""One document of one file, for `derive render`.

`points` is at how many random points a line is checked, `pdf` whether TeX is run.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from derive.documents.page.document import Document, ProblemPage
from derive.documents.page.modes import MODES, Mode
from derive.documents.page.settings import Fit, Settings
from derive.errors import DeriveError
from derive.pipeline.examine import STANDARD_INPUT, read_text
from derive.pipeline.look import embedded
from derive.pipeline.produce import Composer, make, style, tex
from derive.pipeline.project import Project
from derive.pipeline.subject import read


def marked(file: str, claim: str | None, project: Project, pdf: bool, points: int = 3, tell: Callable[[str], object] = len) -> bytes:
    """A pasted derivation with a mark and a remark at each line, our own solution after it: LaTeX, or a PDF.

    tell   takes what is to be said beside
    claim  the file that holds it, `-` for standard input; without one it is the problem's own

    DeriveError as of `render`, and where nothing is claimed [claim].
    """
    # Late: no other document needs the review, which takes a fifth of a second to load.
    from derive.documents.marked import with_marks
    from derive.pipeline.review import reviewed

    found = reviewed(file, claim)
    subject = read(read_text(file), file, points, project.settings)
    tell(subject.note())
    mode = MODES["solutions"]

    def document(fit: Fit) -> Document:
        return with_marks(subject.document(mode, project.settings, fit), found.result, found.name)

    if not pdf:
        return _text(document, mode, project, tell, False).encode()
    return make(document, mode, project.settings, project.templates, project.look).pdf


def _text(document: Composer, mode: Mode, project: Project, tell: Callable[[str], object], fitted: bool) -> str:
    """The LaTeX of a document, fitted to its page, or to the width that the user names."""
    settings = project.settings
    wrap = None if mode.pdf else into_page(mode, settings)
    if mode.suffix == "tex" and (settings.width or (fitted and mode.pdf)):
        try:
            # What is no document of its own needs the house's macros; a document that reads no file starts from the begun format.
            beside = {**project.look, "derive.sty": style(project.templates).encode()} if wrap else project.look
            return make(document, mode, settings, project.templates, beside, wrap or str).tex
        except DeriveError as error:
            if error.code == "overfull" and settings.width:
                raise
            if error.code != "missing-program":
                tell(f"it is not fitted to its page: {error.message}")
    return tex(document(Fit()), mode, project.templates)


_STUBS = (
    r"\newcommand{\question}[1][]{\par}\newenvironment{parts}{\begin{list}{}{\leftmargin2.8em}}{\end{list}}\renewcommand{\part}[1][]{\item[]}"
    r"\newenvironment{solution}{\begin{list}{}{\leftmargin7pt\rightmargin7pt}\item[]}{\end{list}}\newenvironment{exercise}[1][]{\par}{\par}"
)
"""What stands in for the commands of exam and xsim, while rows are fitted."""


def into_page(mode: Mode, settings: Settings) -> Callable[[str], str]:
    """A function that puts displays or frames into a page as wide as the user says."""
    figures = "[figures]" if mode.name != "xsim" else ""
    width = (settings.width or 120.0) - mode.inset
    if mode.slides:
        paper = {169: 160, 43: 128}[settings.aspect]
        margin = max((paper - width) / 2, 0.0)
        start = (
            rf"\documentclass[aspectratio={settings.aspect},{settings.size}pt]{{beamer}}"
            rf"\setbeamersize{{text margin left={margin:.2f}mm,text margin right={margin:.2f}mm}}"
        )
    else:
        start = rf"\documentclass[{settings.size}pt]{{article}}\setlength{{\textwidth}}{{{width:.2f}mm}}"
    head = f"{start}\\usepackage[T1]{{fontenc}}\\usepackage{{lmodern}}\\usepackage{figures}{{derive}}\n{settings.macros}\n"
    head += r"\renewcommand{\cite}[2][]{[1]}" + "\n" + ("" if mode.slides else _STUBS)
    return lambda body: f"{head}\\begin{{document}}\n{body}\\end{{document}}\n"


_MACROS = re.compile(r"%DERIVE-(MACROS|FIGURES)\n.*?%DERIVE-\1-END\n", re.DOTALL)
"""What a document of our own begins with that derive.sty holds."""


def with_package(text: str) -> str:
    r"""A document whose macros are those of derive.sty, `\usepackage[document]{derive}`, in place of its own copy; any other text as it is."""
    found = [match[1] for match in _MACROS.finditer(text)]
    if "MACROS" not in found:
        return text
    options = "document,figures" if "FIGURES" in found else "document"
    return _MACROS.sub(lambda match: f"\\usepackage[{options}]{{derive}}\n" if match[1] == "MACROS" else "", text)


def _has_hint(page: ProblemPage) -> bool:
    return bool(page.question.hint) or any(part.hint for part in page.parts)


def render(
    file: str, mode: Mode, project: Project, pdf: bool, points: int = 3, tell: Callable[[str], object] = len, hints: bool = False,
    fitted: bool = False,
) -> bytes:
    """The LaTeX (or the PDF) of a problem, lecture or set in a mode; `-` is standard input.

    tell    takes what is to be said beside: that it is the first of several variants, that there are no hints
    hints   whether they were asked for
    fitted  whether LaTeX that is written is broken to its page as a PDF is; without TeX, and where TeX fails, it is written as it is

    DeriveError: of reading, of the engine, of the check, of LaTeX.
    """
    if pdf and not mode.pdf:
        raise DeriveError(f"{mode.name} is not a document of its own: write it to a .tex file", code="usage")
    subject = read(read_text(file), STANDARD_INPUT if file == "-" else file, points, project.settings)
    tell(subject.note())
    document = partial(subject.document, mode, project.settings)
    if hints and not any(isinstance(item, ProblemPage) and _has_hint(item) for item in document(Fit()).items):
        tell("there are no hints here: a problem has them under `hint`")
    beside = {**project.look, **subject.beside()}
    if not pdf:
        return embedded(_text(document, mode, replace(project, look=beside), tell, fitted), beside).encode()
    return make(document, mode, project.settings, project.templates, beside).pdf
