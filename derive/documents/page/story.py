"""A block as it stands in an article: displays with words around them, each answer boxed where a row states it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from derive.derivation.derivation import Head, Line
from derive.documents.page.document import Answer, Block, Display, Row
from derive.documents.wording.narrative import CONSEQUENCES, Told, classified, clauses, closing, listed, opening
from derive.documents.wording.translation import closed_up
from derive.notation.latex.boxes import Formula
from derive.notation.latex.compose import BLANK, holds
from derive.notation.latex.compose import listed as beside_each_other
from derive.notation.latex.text import Text, filled, joined
from derive.notation.settings import Notation

MOST = 6
"""So many rows stand in one display; a longer chain is told in several."""
_WHOLE = ("⇔", "⇒")


def told(block: Block, lines: Sequence[Line], words: Mapping[str, str], notation: Notation) -> Block:
    """The block with its displays, and with the answers that no row states; `lines` are those that its rows print."""
    rules, relations = [line.rule for line in lines], [line.relation for line in lines]
    stated = {row.key: answer for row in block.rows for answer in block.answers if _states(row, answer)}
    rest = tuple(answer for answer in block.answers if answer not in stated.values())
    facts = [_told(row, line, notation) for row, line in zip(block.rows, lines, strict=True)]
    ends = bool(facts) and _is_read_off(facts[-1], rest)
    displays: list[Display] = []
    for start, end in _pieces(block.rows, rules, relations):
        rows = list(block.rows[start:end])
        if not rows[0].left:
            rows[0] = replace(rows[0], left=rows[0].whole_left)
        here, last = facts[start:end], ends and end == len(facts)
        boxed = tuple(row.key for row in rows if row.key in stated)
        reasons = joined(" ", (row.reason for row in rows))
        concluded = any(clause.kind in CONSEQUENCES for fact in here for clause in fact.clauses)
        found = [stated[key] for key in boxed]
        after = [closing(here, words, last), _holding(found, reasons, words), Text() if concluded else _classified(found, block.answers, words)]
        displays.append(Display(opening(here, words, last), tuple(rows), joined(words["tell.next"], filter(None, after)), boxed))
    return replace(block, displays=tuple(displays), answers=rest, leading=_leading(rest, facts, ends, words).words(closed_up))


def _is_read_off(fact: Told, rest: Sequence[Answer]) -> bool:
    """Whether a row is the inner product from which the gradients behind it are read."""
    read = fact.product and bool(fact.clauses) and fact.clauses[0].kind == "off"
    return read and bool(rest) and all(answer.quantity == "gradient" for answer in rest)


def _pieces(rows: Sequence[Row], rules: Sequence[str], relations: Sequence[str]) -> Iterator[tuple[int, int]]:
    """(from, to) of each display: a result that is read off begins one, and a long chain has several, about equally long."""
    starts = [0, *(k for k in range(1, len(rows)) if rules[k] == "read-off" and rows[k].left and relations[k] not in _WHOLE
                   and rules[k - 1] != "read-off")]
    for start, end in zip(starts, [*starts[1:], len(rows)], strict=True):
        count = -(-(end - start) // MOST)
        bounds = [start + round(k * (end - start) / count) for k in range(count + 1)]
        yield from ((a, b) for a, b in pairwise(bounds) if b > a)


def _told(row: Row, line: Line, notation: Notation) -> Told:
    product = any(holds(part, r"\langle") for part in row.lines)
    rule = line.rule
    if rule == "definition" and line.why != ("definition",):
        rule = "" if line.why else "differentiate"
    quantity = line.left.quantity if isinstance(line.left, Head) else ""
    return Told(rule, line.relation, clauses(line.why, notation), bool(row.left), product, quantity)


def _states(row: Row, answer: Answer) -> bool:
    """Whether the row says just what the answer says."""
    return (row.left or row.whole_left) == answer.left and _formula(row.lines) == _formula(answer.lines) and row.relation == answer.relation


def _formula(lines: Sequence[Formula]) -> str:
    return "".join(" ".join(map(str, lines)).split())


def _holding(answers: Sequence[Answer], reasons: Text, words: Mapping[str, str]) -> Text:
    """Under which conditions answers that rows state hold, as far as no reason has named them."""
    conditions = dict.fromkeys(one for answer in answers for one in answer.conditions if one not in reasons)
    return Text.of(words["holds"], " ", joined(words["comma"], conditions), words["stop"]) if conditions else Text()


def _classified(here: Sequence[Answer], answers: Sequence[Answer], words: Mapping[str, str]) -> Text:
    """What kind of point the answers that a display states are."""
    kinds = [answer for answer in answers if answer.classification]
    several = len({answer.left for answer in kinds}) < len(kinds)
    told = [answer for answer in kinds if answer in here]
    if not several and kinds[-1:] != told[-1:]:
        return Text()
    return classified([(beside_each_other(answer.lines, BLANK), answer.classification) for answer in told], several, words)


def _leading(rest: Sequence[Answer], facts: Sequence[Told], ends: bool, words: Mapping[str, str]) -> Text:
    """What leads to the answers that no row states."""
    if not rest:
        return Text()
    if not facts or any(answer.quantity != "gradient" for answer in rest):
        return filled(words["say.answer"])
    if not ends and len(rest) == 1:
        return filled(words["say.factor" if facts[-1].product else "say.answer"])
    if not ends and not facts[-1].product:
        return filled(words["say.factors"])
    since = listed([clause.text for clause in facts[-1].clauses[1:] if ends], words)
    inside = filled(words["tell.since-inside"], since=since) if since else Text()
    return filled(words["say.gradient" if len(rest) == 1 else "say.gradients"], since=inside)
