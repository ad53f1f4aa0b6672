"""A block as it stands in an article: displays with words around them, each answer boxed where a row states it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from derive.derivation.derivation import Line
from derive.documents.page.document import Answer, Block, Display, Row
from derive.documents.wording.narrative import Told, clauses, closing, opening
from derive.notation.settings import Notation

MOST = 6
"""So many rows stand in one display; a longer chain is told in several."""
_WHOLE = ("⇔", "⇒")


def told(block: Block, lines: Sequence[Line], words: Mapping[str, str], notation: Notation) -> Block:
    """The block with its displays, and with the answers that no row states; `lines` are those that its rows print."""
    rules, relations = [line.rule for line in lines], [line.relation for line in lines]
    stated = {row.key: answer for row in block.rows for answer in block.answers if _states(row, answer)}
    rest = tuple(answer for answer in block.answers if answer not in stated.values())
    displays: list[Display] = []
    for start, end in _pieces(block.rows, rules, relations):
        rows = list(block.rows[start:end])
        if not rows[0].left:
            rows[0] = replace(rows[0], left=rows[0].whole_left)
        facts = [_told(row, line, notation) for row, line in zip(block.rows[start:end], lines[start:end], strict=True)]
        boxed = tuple(row.key for row in rows if row.key in stated)
        reasons = " ".join(row.reason for row in block.rows[start:end])
        several = sum(bool(answer.classification) for answer in block.answers) > 1
        after = [closing(facts, words), *(_said(stated[key], reasons, several, words) for key in boxed)]
        displays.append(Display(opening(facts, words), tuple(rows), " ".join(filter(None, after)), boxed))
    return replace(block, displays=tuple(displays), answers=rest, leading=_leading(rest, rules, words))


def _pieces(rows: Sequence[Row], rules: Sequence[str], relations: Sequence[str]) -> Iterator[tuple[int, int]]:
    """(from, to) of each display: a result that is read off begins one, and a long chain has several, about equally long."""
    starts = [0, *(k for k in range(1, len(rows)) if rules[k] == "read-off" and rows[k].left and relations[k] not in _WHOLE
                   and rules[k - 1] != "read-off")]
    for start, end in zip(starts, [*starts[1:], len(rows)], strict=True):
        count = -(-(end - start) // MOST)
        bounds = [start + round(k * (end - start) / count) for k in range(count + 1)]
        yield from ((a, b) for a, b in pairwise(bounds) if b > a)


def _told(row: Row, line: Line, notation: Notation) -> Told:
    product = any(r"\langle" in part for part in row.lines)
    rule = line.rule if line.rule != "definition" or line.why == ("definition",) else ""
    return Told(rule, line.relation, clauses(line.why, notation), bool(row.left), product)


def _states(row: Row, answer: Answer) -> bool:
    """Whether the row says just what the answer says."""
    return (row.left or row.whole_left) == answer.left and _formula(row.lines) == _formula(answer.lines) and row.relation == answer.relation


def _formula(lines: Sequence[str]) -> str:
    return "".join(" ".join(lines).split())


def _said(answer: Answer, reasons: str, several: bool, words: Mapping[str, str]) -> str:
    """What an answer that a row states says besides: under which conditions that no reason has named, and what kind of point it is."""
    conditions = [one for one in answer.conditions if one not in reasons]
    out = [f"{words['holds']} {words['comma'].join(conditions)}{words['stop']}"] if conditions else []
    if answer.classification and answer.classification in words.values():
        point = f"${answer.left} = {' '.join(answer.lines)}$"
        key = "point.classified" if several else "classified"
        out.append(words[key].format(which=answer.classification, point=point))
    elif answer.classification:
        out.append(f"{answer.classification[:1].upper()}{answer.classification[1:]}{words['stop']}")
    return " ".join(out)


def _leading(rest: Sequence[Answer], rules: Sequence[str], words: Mapping[str, str]) -> str:
    """What leads to the answers that no row states."""
    if not rest:
        return ""
    if rules and rules[-1] == "read-off" and [answer.quantity for answer in rest] == ["gradient"]:
        return words["say.gradient"]
    return words["say.answer"]
