"""A pasted derivation with a mark and a remark at each line, as it stands before our own solution.

What is set is the relation as it was read, not the author's LaTeX: nothing of a submission reaches TeX but letters and known signs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from derive.documents.page.document import Document
from derive.documents.page.items import Prose
from derive.notation.latex.lines import RELATIONS, escape
from derive.reviewing.judging.finding import CONDITION, DEFINITION, RIGHT, UNCLEAR, WRONG, Finding
from derive.reviewing.review import Review
from derive.reviewing.slips.writing import written

_MARKS = {RIGHT: r"$\checkmark$", WRONG: r"\textbf{$\times$}", UNCLEAR: r"\textbf{?}", DEFINITION: r"$:=$", CONDITION: r"$\checkmark$"}
_SIGNS = {**RELATIONS, "=:": "=:", "≡": r"\equiv", "∝": r"\propto", "≫": r"\gg", "≪": r"\ll"}
MOST_SHOWN = 200


def with_marks(document: Document, review: Review, name: str) -> Document:
    """The document with the marked derivation before everything else; name: of what was pasted."""
    title = document.words["marked"]
    rows = tuple(_row(finding, document.words) for finding in review.findings)
    block = Prose("frame", title, title, (), rows, escape(f"{name}: the derivation"), (), "", "", 1)
    return replace(document, items=(block, *document.items))


def _row(finding: Finding, words: Mapping[str, str]) -> str:
    said = _remark(finding, words)
    remark = rf"\\{{\small\color{{derivequiet}}{said}}}" if said else ""
    return rf"[{_MARKS[finding.verdict]}] {{\raggedright {_formula(finding)}{remark}\par}}"


def _formula(finding: Finding) -> str:
    if finding.right is None:
        source = " ".join(finding.source.split())
        return rf"\texttt{{{escape(source[:MOST_SHOWN])}}}"
    left = "" if finding.source.startswith(finding.op) or finding.left is None else written(finding.left)
    return f"${left} {_SIGNS.get(finding.op, '=')} {written(finding.right)}$"


def _remark(finding: Finding, words: Mapping[str, str]) -> str:
    lines = [line for line in finding.message.split("\n") if line]
    if finding.correction is not None:
        lines = [line for line in lines if "it should be" not in line]
    out = [escape(f"{line[:1].upper()}{line[1:]}.") for line in lines]
    if finding.correction is not None:
        out.insert(0, words["should-be"].format(formula=f"${written(finding.correction)}$", slip=escape(finding.slip)))
    if finding.verdict == WRONG and not out:
        out.append(words["follows-wrong" if finding.follows else "is-wrong"])
    return " ".join(out)
