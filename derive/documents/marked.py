"""A pasted derivation with a mark and a remark at each line, as it stands before our own solution.

What is set is the relation as it was read, not the author's LaTeX: nothing of a submission reaches TeX but letters and known signs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from derive.documents.page.document import Document
from derive.documents.page.items import Judged, Marking
from derive.notation.latex.boxes import Row
from derive.notation.latex.glyphs import escaped
from derive.notation.latex.lines import RELATIONS
from derive.notation.latex.reading import read
from derive.notation.latex.text import Styled, Text, filled, joined, worded
from derive.reviewing.judging.finding import CONDITION, DEFINITION, RIGHT, UNCLEAR, WRONG, Finding
from derive.reviewing.review import Review
from derive.reviewing.slips.writing import written

_RIGHT = Text((read(r"\checkmark"),))
_MARKS = {
    RIGHT: _RIGHT, WRONG: Text((Styled("strong", Text((read(r"\times"),))),)), UNCLEAR: Text((Styled("strong", Text(("?",))),)),
    DEFINITION: Text((read(":="),)), CONDITION: _RIGHT,
}
_SIGNS = {**RELATIONS, "=:": "=:", "≡": r"\equiv", "∝": r"\propto", "≫": r"\gg", "≪": r"\ll"}
MOST_SHOWN = 200


def with_marks(document: Document, review: Review, name: str) -> Document:
    """The document with the marked derivation before everything else; name: of what was pasted."""
    title = document.words["marked"]
    rows = tuple(Judged(_MARKS[one.verdict], *_formula(one), _remark(one, document.words)) for one in review.findings)
    block = Marking(Text.of(title), rows, escaped(f"{name}: the derivation"))
    return replace(document, items=(block, *document.items))


def _formula(finding: Finding) -> tuple[Row, Text]:
    """What was read, or what could not be."""
    if finding.right is None:
        return Row(), Text.of(" ".join(finding.source.split())[:MOST_SHOWN])
    left = "" if finding.source.startswith(finding.op) or finding.left is None else written(finding.left)
    return read(f"{left} {_SIGNS.get(finding.op, '=')} {written(finding.right)}"), Text()


def _remark(finding: Finding, words: Mapping[str, str]) -> Text:
    lines = [line for line in finding.message.split("\n") if line]
    if finding.correction is not None:
        lines = [line for line in lines if "it should be" not in line]
    out = [worded(f"{line[:1].upper()}{line[1:]}.") for line in lines]
    if finding.correction is not None:
        out.insert(0, filled(words["should-be"], formula=read(written(finding.correction)), slip=worded(finding.slip)))
    if finding.verdict == WRONG and not out:
        out.append(filled(words["follows-wrong" if finding.follows else "is-wrong"]))
    return joined(" ", out)
