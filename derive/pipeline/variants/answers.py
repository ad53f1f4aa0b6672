"""What a derived variant comes to: its answers as the key lists them, and how hard it is."""

from __future__ import annotations

from derive.derivation.derivation import Head, Line
from derive.documents.page.views import Boxed, passages
from derive.documents.wording.translation import translated
from derive.notation.latex import latex
from derive.notation.settings import Notation
from derive.notation.text import text
from derive.pipeline.examine import Examined
from derive.pipeline.variants.draw import Facts
from derive.values import dataclass


@dataclass(frozen=True)
class Answer:
    """One result: `left = answer`, as text and as LaTeX, with what it holds under and the letters that stand in it."""

    quantity: str
    left: str
    answer: str
    latex: str
    conditions: str


def answers(one: Examined, show: tuple[str, ...] = ()) -> tuple[Answer, ...]:
    """The results of a problem in the order in which its solution boxes them; `show` the quantities that it prints, all when empty."""
    notation = one.settings.notation
    found = [box for passage in passages(one.derivation) if not show or passage.chain.quantity in show for box in passage.boxed]
    numbers = [line for chain in one.derivation.chains if not show or chain.quantity in show for line in chain.lines if line.rule == "evaluate"]
    letters = [f"{text.pretty(symbol, notation)} = {text.pretty(expr, notation)}" for symbol, expr in one.derivation.letters]
    boxed = [_answer(box, notation, letters) for box in found]
    said = {(one.left, one.answer) for one in boxed}
    return (*boxed, *(one for one in (_number(line, notation) for line in numbers) if (one.left, one.answer) not in said))


def _answer(box: Boxed, notation: Notation, letters: list[str]) -> Answer:
    result = box.result
    left = text.head(box.left, notation) if isinstance(box.left, Head) else text.pretty(box.left, notation)
    told = [text.why(translated(why, notation.language), notation) for why in result.conditions]
    if result.classification:
        told.insert(0, text.why(translated((result.classification,), notation.language), notation))
    return Answer(
        box.quantity, left, text.pretty(result.expr, notation), latex.latex(result.expr, notation), "; ".join((*told, *letters))
    )


def _number(line: Line, notation: Notation) -> Answer:
    """A result with numbers put in."""
    left = "" if line.left is None else text.head(line.left, notation) if isinstance(line.left, Head) else text.pretty(line.left, notation)
    why = text.why(translated(line.why, notation.language), notation)
    return Answer("number", left, text.pretty(line.expr, notation), latex.latex(line.expr, notation), why)


def facts(one: Examined) -> Facts:
    lines = [line for chain in one.derivation.chains for line in chain.lines]
    said = "\n".join(f"{a.quantity} {a.left} {a.answer} {a.conditions}" for a in answers(one))
    return Facts(said, frozenset(line.rule for line in lines), len(lines))
