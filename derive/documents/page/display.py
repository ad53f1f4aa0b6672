"""A derivation as LaTeX to paste: one align* for each chain, needing amsmath only, and in words what no display says."""

from __future__ import annotations

from collections.abc import Sequence

from derive.derivation.derivation import Derivation
from derive.derivation.reason import says_not
from derive.documents.page.rows import EQUAL, lead, left_side, relation
from derive.documents.page.views import Passage, passages
from derive.documents.wording.narrative import capital, classified, clauses
from derive.documents.wording.reasons import reason
from derive.documents.wording.words import words as words_of
from derive.notation import shapes
from derive.notation.latex import lines as latex_lines
from derive.notation.latex.boxes import Formula, beside
from derive.notation.latex.glyphs import typed
from derive.notation.latex.latex import formula
from derive.notation.latex.lines import side
from derive.notation.latex.text import Text, joined, printed
from derive.notation.settings import DEFAULT, Notation
from derive.values import dataclass


@dataclass(frozen=True)
class _Piece:
    """A display with its title, or a paragraph of words."""

    title: Text
    rows: tuple[str, ...] = ()
    words: Text = Text()


def display(derivation: Derivation, notation: Notation = DEFAULT) -> str:
    """Every row with its reason in a second column; results that no row states at the end of their chain; letters before the displays,
    conditions and classifications behind them, remarks at the end, each once."""
    out: list[str] = []
    for piece in _pieces(derivation, notation):
        if piece.rows:
            out.append(f"% {piece.title}\n\\begin{{align*}}\n  " + " \\\\\n  ".join(piece.rows) + "\n\\end{align*}")
        else:
            out.append(str(piece.words))
    return "\n\n".join(out)


def notebook(derivation: Derivation, notation: Notation = DEFAULT) -> str:
    """The same as what MathJax sets in a notebook's cell: one display for each chain, its title before it."""
    out: list[str] = []
    for piece in _pieces(derivation, notation):
        if piece.rows:
            out.append(f"{piece.title}\n\n$$\n\\begin{{aligned}}\n" + " \\\\\n".join(piece.rows) + "\n\\end{aligned}\n$$")
        else:
            out.append(str(piece.words))
    return "\n\n".join(out)


def _pieces(derivation: Derivation, notation: Notation) -> list[_Piece]:
    words = words_of(notation.language)
    out: list[_Piece] = []
    if derivation.letters:
        letters = (beside(formula(symbol, notation), EQUAL, formula(expr, notation)) for symbol, expr in derivation.letters)
        out.append(_Piece(Text(), (), Text.of(words["write"], " ", joined(words["comma"], letters), words["stop"])))
    said: list[Text] = []
    for passage in passages(derivation):
        title = reason((passage.chain.title,), notation)
        out.append(_Piece(title, _rows(passage, notation)))
        reasons = [reason(view.line.why, notation) for view in passage.views if view.line.why]
        for sentence in (*_holds(passage, reasons, said, notation), _kinds(passage, notation)):
            out += [_Piece(Text(), (), sentence)] if sentence else []
    for condition in derivation.conditions:
        told = reason(condition, notation)
        if says_not(condition):
            out.append(_Piece(Text(), (), capital(told) + words["stop"]))
        elif told not in said:
            out.append(_Piece(Text(), (), Text.of(words["holds"], " ", told, words["stop"])))
            said.append(told)
    out += [_Piece(Text(), (), reason(remark, notation)) for remark in derivation.remarks]
    return out


def _rows(passage: Passage, notation: Notation) -> tuple[str, ...]:
    """The rows of a passage, and the results that none of them states."""
    rows: list[str] = []
    stated: set[tuple[Formula, Formula]] = set()
    running = Formula()
    for view in passage.views:
        line = view.line
        ahead, left = lead(line, notation), left_side(line, notation)
        running = left or running
        marks = shapes.marks(line.expr, shapes.PLAIN) if line.shaped else None
        before = f"{ahead}\\quad {left}" if ahead else str(left)
        row = f"{before} &{relation(line)} {formula(line.expr, notation, marks)} {shapes.space_formula(line)}".strip()
        stated.add((running, formula(line.expr, notation)))
        rows.append(row + (rf" && \text{{{printed(reason(line.why, notation), typed)}}}" if line.why else ""))
    for box in passage.boxed:
        left, right = side(box.left, notation), formula(box.result.expr, notation)
        if (left, right) not in stated:
            rows.append(f"{left} &{latex_lines.relation(box.relation)} {right}")
    return tuple(rows)


def _holds(passage: Passage, reasons: Sequence[Text], said: list[Text], notation: Notation) -> list[Text]:
    """Under which conditions results hold that neither a reason nor a sentence before has said."""
    words = words_of(notation.language)
    found = (reason(condition, notation) for box in passage.boxed for condition in box.result.conditions)
    told = [one for one in dict.fromkeys(found) if one not in said and not any(one in why for why in reasons)]
    said += told
    said += [one for box in passage.boxed for one in (reason(c, notation) for c in box.result.conditions) if one not in said]
    return [Text.of(words["holds"], " ", joined(words["comma"], told), words["stop"])] if told else []


def _kinds(passage: Passage, notation: Notation) -> Text:
    """What kind of stationary point was found, where no row says it."""
    words = words_of(notation.language)
    if any(clause.kind == "verdict" for view in passage.views for clause in clauses(view.line.why, notation)):
        return Text()
    subjects = [box for box in passage.boxed if box.result.subject]
    if subjects:
        return joined(" ", (Text.of(side(box.left, notation), ": ", reason(box.result.subject, notation), words["stop"]) for box in subjects))
    kinds = [box for box in passage.boxed if box.result.classification]
    several = len({side(box.left, notation) for box in kinds}) < len(kinds)
    return classified([(formula(box.result.expr, notation), Text.of(words[box.result.classification or ""])) for box in kinds], several, words)
