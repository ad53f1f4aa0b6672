"""Reasons as prose, for documents that are read without a lecturer: words that lead to a display, and words behind it that
say why each of its relations holds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import get_args

from derive.derivation.reason import AND, COLON, SEMICOLON, Mark, Own, Part, Why, message, reasons
from derive.documents.wording.languages import tables
from derive.documents.wording.reasons import reason, shortened
from derive.documents.wording.telling import Kind, Telling, telling
from derive.documents.wording.translation import filled_in, missing
from derive.expressions.nodes import Symbol
from derive.notation.settings import Notation
from derive.values import dataclass

STANDING: tuple[Kind, ...] = ("noun", "how", "bare", "own")
"""What is told as it stands, whatever else is told of a row."""


@dataclass(frozen=True)
class Clause:
    """One reason of a row: how it is told, and its words as LaTeX text."""

    kind: Kind
    text: str


@dataclass(frozen=True)
class Told:
    """What there is to tell of a row.

    rule      the name of the rule that led to it, '' where its reason is another
    relation  the sign before its right side, or ⇔ or ⇒ before the whole of it
    clauses   its reasons
    begins    it has a left side of its own
    product   its right side is an inner product
    """

    rule: str
    relation: str
    clauses: Sequence[Clause]
    begins: bool = False
    product: bool = False


def opening(rows: Sequence[Told], words: Mapping[str, str]) -> str:
    """What leads to a display: the reason of its first row, as far as it can be said beforehand; of two rows both rules."""
    first = rows[0]
    parts = first.clauses
    own = words.get(f"say.{first.rule}")
    if parts and parts[0].kind == "off":
        return words["say.read-off"].format(since=words["tell.since-inside"].format(since=parts[1].text) if len(parts) > 1 else "")
    if own and first.rule != "read-off" and len(parts) <= 1 and all(part.kind != "own" for part in parts):
        return _then(own, rows[1:], words)
    parts = [part for part in parts if part.kind != "shown"]
    if words["say.plain"] and parts:
        return words["say.act" if parts[0].kind == "we" else "say.plain"].format(done=words["tell.list"].join(part.text for part in parts))
    return _led(parts, words) if parts else words["say.have"]


def _then(own: str, rest: Sequence[Told], words: Mapping[str, str]) -> str:
    """`By the definition of the directional derivative, then by the chain rule,`."""
    if not _is_told_before(rest, words):
        return own
    return words["say.then"].format(first=own, by=_listed([part.text for part in rest[0].clauses], words["and"]))


def _is_told_before(rest: Sequence[Told], words: Mapping[str, str]) -> bool:
    """Whether all that follows is one row that holds by rules alone."""
    parts = rest[0].clauses if len(rest) == 1 else ()
    return bool(words["say.then"]) and bool(parts) and all(part.kind == "by" for part in parts)


def closing(rows: Sequence[Told], words: Mapping[str, str]) -> str:
    """What is said behind a display: why each relation after the first holds, and what its last line shows; '' where nothing is."""
    shown = [part.text for row in rows for part in row.clauses if part.kind == "shown"]
    told_before = _is_told_before(rows[1:], words) and rows[0].rule == "definition"
    said = [] if told_before else _reasons(rows, words)
    out = [words["tell.here"].format(clauses=words["tell.between"].join(said))] if said else []
    out += [_capital(text) + words["stop"] for text in shown]
    return " ".join(out)


def _reasons(rows: Sequence[Told], words: Mapping[str, str]) -> list[str]:
    """A clause for each row after the first that has a reason; rows are counted by their relation where they share it, else by lines."""
    relations = {row.relation for row in rows[1:]}
    same = len(relations) == 1 and not any(row.begins and row.relation not in _WHOLE for row in rows[1:])
    relation = relations.pop() if same else ""
    before = 0 if not same or rows[0].relation == relation else 1
    said: list[str] = []
    for k, row in enumerate(rows[1:], 1):
        parts = [part for part in row.clauses if part.kind != "shown"]
        if parts:
            which = _which(k + 1 - before, len(rows) - before, relation, bool(said), words)
            said.append(_reasoned(which, parts, row.product, words))
    return said


_WHOLE = ("⇔", "⇒")
"""Relations between whole equations."""


def _which(number: int, total: int, relation: str, again: bool, words: Mapping[str, str]) -> str:
    """`the second equality`, after the first of them `the third`."""
    named = words.get(f"relation.{relation}", words["relation.line"])
    if total == 1:
        return words["tell.only"].format(relation=named)
    if number == total and number > 2:
        return words["tell.last"].format(relation="" if again else f" {named}", number=number)
    ordinals = words["ordinals"].split()
    ordinal = ordinals[number - 1] if number <= len(ordinals) else f"{number}th"
    return words["tell.which"].format(ordinal=ordinal, relation="" if again else f" {named}", number=number)


def _reasoned(which: str, parts: Sequence[Clause], product: bool, words: Mapping[str, str]) -> str:
    """`the second equality uses the product rule`, `the third holds since …`, `in the last we …`."""
    if words["say.plain"]:
        return words["tell.plain"].format(which=which, done=words["tell.list"].join(part.text for part in parts))
    said = _by_kind(parts, words)
    if said["off"]:
        reason = words["tell.since-inside"].format(since=said["since"]) if said["since"] else ""
        return words["tell.product" if product else "tell.read-off"].format(which=which, reason=reason)
    if any(said[kind] for kind in STANDING):
        form = {"noun": "tell.is", "how": "tell.goes"}.get(parts[0].kind, "tell.named") if len(parts) == 1 else "tell.named"
        return words[form].format(which=which, done=", ".join(part.text for part in parts))
    since = _listed([text for text in (said["since"], said["with"]) if text], words["and"])
    if said["we"]:
        using = _listed([text for text in (said["by"], words["say.that"].format(done=since) if since else "") if text], words["and"])
        return words["tell.we"].format(which=which, done=said["we"]) + (words["say.using"].format(done=using) if using else "")
    if said["by"]:
        return words["tell.by"].format(which=which, by=said["by"]) + (words["tell.and-that"].format(since=since) if since else "")
    return words["tell.since"].format(which=which, since=since)


def _by_kind(parts: Sequence[Clause], words: Mapping[str, str]) -> Mapping[Kind, str]:
    return {kind: _listed([part.text for part in parts if part.kind == kind], words["and"]) for kind in get_args(Kind)}


def _led(parts: Sequence[Clause], words: Mapping[str, str]) -> str:
    """`By the product rule,`, `We collect the terms with $w$:`."""
    said = _by_kind(parts, words)
    if any(said[kind] for kind in STANDING):
        form = {"noun": "say.begin", "how": "say.how"}.get(parts[0].kind, "say.have-with")
        whole = ", ".join(part.text for part in parts)
        return words[form].format(done=_capital(whole) if form == "say.how" else whole)
    if said["we"]:
        using = _listed([text for text in (said["by"], words["say.that"].format(done=said["since"]) if said["since"] else "") if text], words["and"])
        return words["say.we"].format(done=said["we"]) + (words["say.using"].format(done=using) if using else "") + words["colon"].rstrip()
    if said["with"]:
        return words["say.with"].format(done=said["with"])
    if said["by"] and said["since"]:
        return words["say.by-since"].format(by=said["by"], since=said["since"])
    return words["say.by"].format(by=said["by"]) if said["by"] else words["say.since"].format(since=said["since"])


def clauses(why: Why, notation: Notation) -> tuple[Clause, ...]:
    """The reasons of a row one by one, each with how it is told.  In a language without sentences for each kind they are told in the
    words of its table."""
    if not why:
        return ()
    language = notation.language if not (notation.language in tables() and missing(why, notation.language)) else "en"
    printed = replace(notation, language=language)
    if any(telling(message(said)[0]).kind == "shown" for said, _ in reasons(why)):
        return (Clause("shown", reason(_shown(why) if language == "en" else why, printed)),)
    out: list[Clause] = []
    for said, rest in _pieces(why):
        row = _telling(said)
        kind: Kind = "bare" if row.kind == "also" else row.kind
        if language != "en" and message(said)[0] in tables()[language].acts:
            kind = "we"
        own = said if language != "en" else _in_words(said, row)
        text = shortened(reason(own, printed) + _explained(rest, printed, language))
        if out and (row.kind == "also" or (row.kind == "how" and language == "en")):
            before = out.pop()
            text = before.text + (" " if row.kind == "how" and before.kind == "by" else ", ") + text
            out.append(Clause(before.kind, text))
        else:
            out.append(Clause(kind, text))
    return tuple(out)


def _pieces(why: Why) -> Iterator[tuple[Why, Why]]:
    """(a reason, what explains it, with the mark before it): behind a colon or a semicolon everything explains what is before it."""
    said = reasons(why)
    here: list[Part] = []
    for k, (one, mark) in enumerate(said):
        here.extend(one)
        if mark == AND:
            here.append(mark)
        elif mark in (COLON, SEMICOLON):
            yield tuple(here), (mark, *_again(said[k + 1 :]))
            return
        else:
            yield tuple(here), ()
            here = []


def _again(said: Sequence[tuple[Why, Mark | None]]) -> Why:
    """Reasons put together as they were."""
    return tuple(part for one, mark in said for part in (*one, *((mark,) if mark else ())))


def _explained(rest: Why, notation: Notation, language: str) -> str:
    if not rest:
        return ""
    return f" ({reason(rest[1:], notation)})" if language == "en" else reason(rest, notation)


def _telling(said: Why) -> Telling:
    """How a reason is told; a letter and what it is are values *with* which a row holds, and the author's words stand for themselves."""
    key, fillers = message(said)
    row = telling(key)
    if any(isinstance(filler, Own) for filler in fillers):
        return Telling("own", key)
    return Telling("with", row.words) if key == "{} = {}" and isinstance(fillers[0], Symbol) else row


def _in_words(said: Why, row: Telling) -> Why:
    """The reason in the words that it is told in."""
    return filled_in(row.words, message(said)[1]) if row.words != message(said)[0] else said


def _shown(why: Why) -> Why:
    """What is shown, in the words that it is told in where they differ."""
    out: list[Part] = []
    for one, mark in reasons(why):
        row = telling(message(one)[0])
        out.extend(_in_words(one, row) if row.kind == "shown" else one)
        out.extend((mark,) if mark else ())
    return tuple(out)


def _listed(items: Sequence[str], conjunction: str) -> str:
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {conjunction} {items[-1]}"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
