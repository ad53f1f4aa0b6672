"""A derivation as LaTeX displays to paste: one align* for each chain, needing amsmath only."""

from __future__ import annotations

from derive.derivation.derivation import Derivation
from derive.documents.page.rows import lead, left_side, relation, side
from derive.documents.page.views import passages
from derive.documents.wording.reasons import reason
from derive.notation import shapes
from derive.notation.latex import latex
from derive.notation.settings import DEFAULT, Notation


def display(derivation: Derivation, notation: Notation = DEFAULT) -> str:
    """Every row with its reason in a second column; the results at the end of their chain."""
    out: list[str] = []
    for passage in passages(derivation):
        rows = []
        for view in passage.views:
            line = view.line
            ahead = lead(line, notation)
            before = f"{ahead}\\quad {left_side(line, notation)}" if ahead else left_side(line, notation)
            marks = shapes.marks(line.expr, shapes.PLAIN) if line.shaped else None
            row = f"{before} &{relation(line)} {latex.latex(line.expr, notation, marks)} {shapes.space_latex(line)}".strip()
            rows.append(row + (rf" && \text{{{reason(line.why, notation)}}}" if line.why else ""))
        for box in passage.boxed:
            rows.append(f"{side(box.left, notation)} &= {latex.latex(box.result.expr, notation)}")
        out.append("% " + passage.chain.title + "\n\\begin{align*}\n" + " \\\\\n".join(rows) + "\n\\end{align*}")
    return "\n\n".join(out)


def notebook(derivation: Derivation, notation: Notation = DEFAULT) -> str:
    """The same as what MathJax sets in a notebook's cell: one display for each chain, its title before it."""
    out: list[str] = []
    for block in display(derivation, notation).split("\n\n"):
        title, _, rest = block.removeprefix("% ").partition("\n")
        body = rest.replace("align*", "aligned")
        out.append(f"{title}\n\n$$\n{body}\n$$")
    return "\n\n".join(out)
