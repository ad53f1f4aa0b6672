"""Reasons as prose, for documents that are read without a lecturer: words that lead to a display, and words behind it that
say why each of its relations holds.

`rows` are those of one display, as they are told.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import get_args

from derive.derivation.reason import COLON, SEMICOLON, Mark, Own, Why, message, reasons
from derive.documents.wording.languages import tables
from derive.documents.wording.reasons import reason, set_as_text, shortened
from derive.documents.wording.telling import Kind, Telling, leads_in, telling, told_in
from derive.documents.wording.translation import closed_up, missing, said_in
from derive.documents.wording.words import words as words_of
from derive.notation.latex.boxes import Row
from derive.notation.latex.text import Text, filled, joined
from derive.notation.settings import Notation
from derive.values import dataclass

STANDING: tuple[Kind, ...] = ("noun", "how", "bare", "own")
"""What is told as it stands, whatever else is told of a row."""
CONSEQUENCES: tuple[Kind, ...] = ("shown", "verdict")
"""What follows from a row."""
_CLAUSES = "last-of-clauses"
MOST = 3
"""So many rows are spoken of in one sentence."""


@dataclass(frozen=True)
class Clause:
    """One reason of a row: how it is told, its words, and the whole sentence that leads to a row which begins with it, empty where it has
    none of its own."""

    kind: Kind
    text: Text
    lead: Text = Text()


@dataclass(frozen=True)
class Told:
    """What there is to tell of a row.

    rule      the name of the rule that led to it, '' where its reason is another
    relation  the sign before its right side, or ⇔ or ⇒ before the whole of it
    clauses   its reasons
    begins    it has a left side of its own
    product   its right side is an inner product
    quantity  what its left side is
    """

    rule: str
    relation: str
    clauses: Sequence[Clause]
    begins: bool = False
    product: bool = False
    quantity: str = ""


@dataclass(frozen=True)
class Said:
    """What is said of a row: by which form of sentence, in which words."""

    form: str
    text: Text


def opening(rows: Sequence[Told], words: Mapping[str, str], ends: bool = False) -> Text:
    """What leads to a display: the reason of its first row, as far as it can be said beforehand, and the rules of the one row that follows.

    ends  whether its last row is told by the words behind it
    """
    return _opening(rows[0], rows[1 : len(rows) - ends], words).words(closed_up)


def _opening(first: Told, rest: Sequence[Told], words: Mapping[str, str]) -> Text:
    parts = first.clauses[: _first_consequence(first.clauses)]
    if parts and parts[0].kind == "off":
        since = filled(words["tell.since-inside"], since=parts[1].text) if len(parts) > 1 else Text()
        key = "say.off.product" if first.product else f"say.off.{first.quantity}"
        return filled(words.get(key, words["say.off"]), since=since)
    own = words.get(f"say.rule.{first.rule}.{first.quantity}") or words.get(f"say.rule.{first.rule}", "")
    if len(parts) == 1 and parts[0].lead:
        return _then(parts[0].lead, rest, words)
    if own and not any(part.kind in ("own", "since", "law") for part in parts):
        return _then(filled(own), rest, words)
    if not parts:
        return filled(words["say.by"], by=_rules(rest, words)) if _is_told_before(rest) else filled(words["say.have"])
    return _then(_led(parts, words), rest, words) if len(parts) == 1 and parts[0].kind == "we" else _led(parts, words)


def _then(own: Text, rest: Sequence[Told], words: Mapping[str, str]) -> Text:
    """`By the definition of the directional derivative, then by the chain rule,`."""
    if not _is_told_before(rest):
        return own
    for end in words["say.ends"].split("|"):
        if (first := own.without_end(end)) is not None:
            form = "say.then" if end.startswith(words["comma"].strip()) else "say.then-by"
            return filled(words[form], first=first, by=_rules(rest, words))
    return own


def _rules(rest: Sequence[Told], words: Mapping[str, str]) -> Text:
    return listed([part.text for part in rest[0].clauses], words)


def _is_told_before(rest: Sequence[Told]) -> bool:
    """Whether all that follows is one row that holds by rules alone."""
    parts = rest[0].clauses if len(rest) == 1 and rest[0].relation not in _WHOLE else ()
    return bool(parts) and all(part.kind == "by" for part in parts)


def closing(rows: Sequence[Told], words: Mapping[str, str], ends: bool = False) -> Text:
    """What is said behind a display: why each relation after the first holds, and what follows from it; '' where nothing is.

    ends  whether its last row is told by the words behind it
    """
    told_before = opening(rows, words, ends) != opening(rows[:1], words)
    said = [] if told_before else _reasons(rows, len(rows) - ends, words)
    count = len(rows) - (1 if said and said[0][1] != "line" and rows[0].relation != said[0][1] else 0)
    steps = any(row.relation in _WHOLE for row in rows)
    shown = [(k, text) for k, row in enumerate(rows) if (text := _shown_by(row.clauses, words))]
    out = [*_sentences(said, words, count, steps), *_consequences(shown, len(rows), words)]
    return joined(words["tell.next"], (capital(text) + words["stop"] for text in out)).words(closed_up)


def _consequences(shown: Sequence[tuple[int, Text]], total: int, words: Mapping[str, str]) -> list[Text]:
    """What follows from rows; where it follows from several, each is named."""
    if len(shown) < 2:
        return [text for _, text in shown]
    return [filled(words["tell.in"], which=_which([k + 1], total, "line", False, words), said=text) for k, text in shown]


def _shown_by(parts: Sequence[Clause], words: Mapping[str, str]) -> Text:
    """`this is positive for every h ≠ 0, because X has full column rank, so the function is convex`."""
    said = parts[_first_consequence(parts) :]
    verdicts = listed([part.text for part in said if part.kind == "verdict"], words, _CLAUSES)
    since = listed([part.text for part in said if part.kind in ("since", "law", "by")], words, _CLAUSES)
    claims = listed([part.text for part in said if part.kind not in ("verdict", "since", "law", "by")], words, _CLAUSES)
    if claims and since:
        claims = filled(words["tell.shown-since"], shown=claims, since=since)
    form = "tell.shown-hence" if since else "tell.shown-so"
    return filled(words[form], shown=claims, so=verdicts) if claims and verdicts else claims or verdicts


def _reasons(rows: Sequence[Told], end: int, words: Mapping[str, str]) -> list[tuple[list[int], str, Said]]:
    """(the numbers of the rows, the relation by which they are counted, what is said of them) of the rows after the first that have a
    reason; rows are counted by their relation where they share it, else by lines."""
    relations = {row.relation for row in rows[1:]}
    same = len(relations) == 1 and not any(row.begins and row.relation not in _WHOLE for row in rows[1:])
    relation = relations.pop() if same else "line"
    skipped = 0 if not same or rows[0].relation == relation else 1
    out: list[tuple[list[int], str, Said]] = []
    for k, row in enumerate(rows[1:end], 1):
        parts = row.clauses[: _first_consequence(row.clauses)]
        if not parts or (not out and tuple(row.clauses) == tuple(rows[0].clauses)):
            continue
        said = _reasoned(parts, row.product, words)
        if out and out[-1][2] == said:
            out[-1][0].append(k + 1 - skipped)
        else:
            out.append(([k + 1 - skipped], relation, said))
    return [(numbers, relation, said) for numbers, relation, said in out]


def _first_consequence(parts: Sequence[Clause]) -> int:
    return next((k for k, part in enumerate(parts) if part.kind in CONSEQUENCES), len(parts))


_WHOLE = ("⇔", "⇒", "or")
"""Relations between whole equations."""


def _sentences(told: Sequence[tuple[list[int], str, Said]], words: Mapping[str, str], total: int, steps: bool) -> list[Text]:
    """The reasons of rows in sentences of a few clauses each.

    total  so many rows there are, as they are counted
    steps  whether its rows are equations, one made from the other: what we do is told in its order
    """
    out: list[Text] = []
    count = -(-len(told) // MOST)
    for s in range(count):
        start, end = (round(k * len(told) / count) for k in (s, s + 1))
        parts = [_clause(told, k, k > start, words, total, steps) for k in range(start, end)]
        out.append(_clauses_joined(parts, words))
    return out


def _clause(told: Sequence[tuple[list[int], str, Said]], k: int, again: bool, words: Mapping[str, str], total: int, steps: bool) -> Text:
    """One of them; `again` where another stands before it in its sentence."""
    numbers, relation, said = told[k]
    before = told[k - 1][2].form if k else ""
    form = said.form
    if form == "we" and steps:
        form = f"we.{_place(k, len(told), before == 'we')}"
    elif len(numbers) > 1:
        form = f"{form}.many"
    elif again and before == form:
        form = f"{form}.again"
    which = _which(numbers, total, relation, again and before != "we", words)
    return filled(words.get(f"tell.{form}", words[f"tell.{said.form}"]), which=which, said=said.text)


def _place(k: int, count: int, again: bool) -> str:
    """Where in a sequence something is done."""
    if k == 0:
        return "first" if count > 1 else "only"
    if k == count - 1 and k > 1:
        return "finally"
    return "next" if again and k % 2 == 0 else "then"


def _clauses_joined(parts: Sequence[Text], words: Mapping[str, str]) -> Text:
    """Clauses one behind the other: two short ones with `and`."""
    if len(parts) == 2 and not any(words["comma"].strip() in part for part in parts):
        return joined(words["tell.between-two"], parts)
    return joined(words["tell.between"], parts)


def _which(numbers: Sequence[int], total: int, relation: str, again: bool, words: Mapping[str, str]) -> Text:
    """`the second equality`, after the first of them `the third`, of several `the second and third equalities`."""
    noun = words.get(f"relation.{relation}", words["relation.line"])
    if total == 1:
        return filled(words["tell.only"], relation=noun)
    many = words.get(f"relations.{relation}", words["relations.line"])
    ordinals = words["ordinals"].split()
    named = [
        words["ordinal.last"] if number == total and number > 2 else ordinals[number - 1] if number <= len(ordinals) else f"{number}"
        for number in numbers
    ]
    which = listed(named, words)
    form = "tell.which-again" if again else "tell.which-many" if len(numbers) > 1 else "tell.which"
    return filled(words[form], ordinal=which, relation=many if len(numbers) > 1 else noun)


def _reasoned(parts: Sequence[Clause], product: bool, words: Mapping[str, str]) -> Said:
    """What is said of a row: `follows from the product rule`, `holds because …`, `we …`."""
    said = _by_kind(parts, words)
    if said["off"]:
        others = [part.text for part in parts if part.kind != "off"]
        since = filled(words["tell.since-inside"], since=listed(others, words)) if others else Text()
        return Said("product" if product else "read-off", since)
    if any(said[kind] for kind in STANDING):
        form = {"noun": "is", "how": "goes"}.get(parts[0].kind, "named") if len(parts) == 1 else "named"
        return Said(form, joined(words["comma"], [part.text for part in parts]))
    rules = listed([part.text for part in parts if part.kind in ("by", "law")], words)
    if said["we"]:
        using = filled(words["say.that-using"], said=said["since"]) if said["since"] and not rules else rules
        return Said("we", Text.of(said["we"], filled(words["say.using"], done=using) if using else ""))
    if not said["since"]:
        return Said("from", rules)
    if said["by"]:
        return Said("from", filled(words["tell.and-that"], by=rules, since=said["since"]))
    return Said("because", listed([part.text for part in parts], words, _CLAUSES))


def _by_kind(parts: Sequence[Clause], words: Mapping[str, str]) -> Mapping[Kind, Text]:
    return {kind: listed([part.text for part in parts if part.kind == kind], words) for kind in get_args(Kind)}


def _led(parts: Sequence[Clause], words: Mapping[str, str]) -> Text:
    """`By the product rule,`, `We collect the terms with $w$:`."""
    said = _by_kind(parts, words)
    if any(said[kind] for kind in STANDING):
        form = {"noun": "say.begin", "how": "say.how"}.get(parts[0].kind, "say.have-with")
        whole = joined(words["comma"], [part.text for part in parts])
        return filled(words[form], done=capital(whole) if form == "say.how" else whole)
    since = listed([part.text for part in parts if part.kind in (("since",) if said["by"] else ("since", "law"))], words, _CLAUSES)
    rules = listed([part.text for part in parts if part.kind in ("by", "law")], words) if said["by"] else Text()
    if said["we"]:
        using = listed([text for text in (rules, filled(words["say.that-using"], said=since) if since else Text()) if text], words)
        return filled(words["say.we"], done=said["we"], using=filled(words["say.using"], done=using) if using else Text())
    if rules and since:
        return filled(words["say.by-since"], by=rules, since=since)
    return filled(words["say.by"], by=rules) if rules else filled(words["say.since"], since=since)


def clauses(why: Why, notation: Notation) -> tuple[Clause, ...]:
    """The reasons of a row one by one, each with how it is told.  In a language whose table lacks one of them they are told in English."""
    if not why:
        return ()
    language = notation.language if not (notation.language in tables() and missing(why, notation.language)) else "en"
    printed, words = replace(notation, language=language), words_of(language)
    out: list[Clause] = []
    for said, rest in _pieces(why):
        row, before = _telling(said), out[-1] if out else None
        text = shortened(Text.of(_printed(said, told_in(language), printed), filled(words["tell.rest"], rest=reason(rest, printed)) if rest else ""))
        if before is not None and row.kind in ("also", "how"):
            form = "tell.how-by" if row.kind == "how" and before.kind == "by" else "tell.also"
            out[-1] = Clause(before.kind, filled(words[form], before=before.text, said=text))
        else:
            lead = _printed(said, leads_in(language), printed) if message(said)[0] in leads_in(language) and not rest else Text()
            out.append(Clause("bare" if row.kind == "also" else row.kind, text, lead))
    return tuple(out)


def _pieces(why: Why) -> Iterator[tuple[Why, Why]]:
    """(a reason, what explains it): behind a colon or a semicolon everything explains what is before it, but where consequences are told."""
    said = reasons(why)
    concludes = any(telling(message(one)[0]).kind in CONSEQUENCES for one, _ in said)
    for k, (one, mark) in enumerate(said):
        if mark in (COLON, SEMICOLON) and not concludes:
            yield one, _again(said[k + 1 :])
            return
        yield one, ()


def _again(said: Sequence[tuple[Why, Mark | None]]) -> Why:
    """Reasons put together as they were."""
    return tuple(part for one, mark in said for part in (*one, *((mark,) if mark else ())))


def _telling(said: Why) -> Telling:
    """How a reason is told; the author's words stand for themselves."""
    key, fillers = message(said)
    return Telling("own", key) if any(isinstance(filler, Own) for filler in fillers) else telling(key)


def _printed(said: Why, table: Mapping[str, str], notation: Notation) -> Text:
    """The reason in the words that a table has for it; in its own where it has none."""
    key, fillers = message(said)
    return set_as_text(said_in(table[key], fillers, notation.language), notation) if key in table else reason(said, notation)


def classified(points: Sequence[tuple[Row, Text]], several: bool, words: Mapping[str, str]) -> Text:
    """What kind of stationary point each (value, kind) is, where `points` are `several`; of the variables of one point the last says it."""
    if not points:
        return Text()
    if several:
        named = [filled(words["point.classified"], which=which, point=value) for value, which in points]
        return filled(words["points.classified"], points=listed(named, words, _CLAUSES))
    which = points[-1][1]
    is_kind = str(which) in words.values() and str(which) != words["none"]
    return filled(words["classified"], which=which) if is_kind else capital(which) + words["stop"]


def listed(items: Sequence[Text | str], words: Mapping[str, str], last: str = "last-of-list") -> Text:
    """`a, b and c`.

    items  ready to be printed
    last   the word before the last one, a key of `words`
    """
    if len(items) < 2:
        return Text.of(*items)
    last = words["tell.between-two" if any(words[last] in item for item in items) else last]
    return Text.of(joined(words["tell.list"], items[:-1]), last, items[-1])


def capital(text: Text) -> Text:
    """A sentence with its first letter large."""
    first = text.pieces[0] if text else ""
    return Text.of(first[:1].upper() + first[1:], *text.pieces[1:]) if isinstance(first, str) else text
