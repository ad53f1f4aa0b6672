"""The kinds of document that are made from one source."""

from __future__ import annotations

from typing import Literal

from derive.values import dataclass


@dataclass(frozen=True)
class Mode:
    """A kind of document.

    name      on the command line
    template  the file in templates/
    about     a few words
    slides    pages of a screen, cut into frames; otherwise pages of paper
    reveals   how much of the solution it may hold: `nothing`, `answers`, `everything`; what it may not hold never reaches
              its template
    overlays  one row a click
    pdf       it is a document of its own, and can be a PDF
    suffix    of what its template makes
    told      as prose: words around every display
    margin    a wide margin to write in
    inset     millimetres of the line that the class takes around its displays, of documents of somebody else's
    """

    name: str
    template: str
    about: str
    slides: bool = False
    reveals: Literal["nothing", "answers", "everything"] = "everything"
    overlays: bool = False
    pdf: bool = True
    suffix: str = "tex"
    told: bool = False
    margin: bool = False
    inset: float = 0.0

    @property
    def in_rows(self) -> bool:
        """Whether answers are boxed in the rows that state them, not behind them."""
        return self.slides or (self.reveals == "everything" and not self.told)


MODES = {
    mode.name: mode
    for mode in (
        Mode("slides", "slides.tex.j2", "Beamer slides, one row a click", slides=True, overlays=True),
        Mode("blank", "blank.tex.j2", "slides with the left sides only, and the space of every row, to write on", slides=True),
        Mode("handout", "handout.tex.j2", "pages with the derivation and a wide margin to write in", margin=True),
        Mode("sheet", "sheet.tex.j2", "the questions, nothing of a solution", reveals="nothing"),
        Mode("solutions", "solutions.tex.j2", "numbered steps with their reasons, the check at the end"),
        Mode("key", "key.tex.j2", "the answers alone", reveals="answers"),
        Mode("article", "prose.tex.j2", "the derivation as prose, one display a chain", told=True),
        Mode("html", "page.html.j2", "a web page with MathML, one list item a step", pdf=False, suffix="html"),
        Mode("fragment", "fragment.tex.j2", "displays to \\input into a document of your own, with derive.sty", pdf=False),
        Mode("exam", "exam.tex.j2", "questions with solutions to \\input into a document of the exam class, with derive.sty", pdf=False, inset=6.3),
        Mode("xsim", "xsim.tex.j2", "exercises with solutions to \\input into a document with xsim, with derive.sty", pdf=False),
        Mode("frames", "frames.tex.j2", "frames to \\input into a deck of your own, with derive.sty", slides=True, overlays=True, pdf=False),
    )
}
"""Every mode by its name on the command line."""

BUILT = {"problem": ("slides", "solutions"), "lecture": ("slides", "handout"), "set": ("sheet", "solutions")}
"""What `derive build` makes of each kind of file."""


QUESTION = "question"
"""Of a problem in `show`: what is asked, and nothing of the derivation."""
