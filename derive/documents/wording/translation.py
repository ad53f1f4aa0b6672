"""The engine's words in another language: each message, and each word that fills a place, by a row of that language's table."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from derive.derivation.reason import Filler, Formula, Mark, Part, Phrase, Why, Word, flattened, message, reasons
from derive.documents.wording.formulas import NAMES, as_formula, formal, marked, words_of
from derive.documents.wording.languages import tables
from derive.documents.wording.languages.language import Language

_FIRST = 0xE000
"""Characters of Unicode's private use stand for expressions while gaps are made."""
_HOLE = f"[{chr(_FIRST)}-{chr(_FIRST + 0xFFF)}]"
_SQUARE = "[\u4e00-\u9fff]"


def translated(why: Why, language: str) -> Why:
    """The reason in the language; one that its table does not have stays English as a whole."""
    table = tables().get(language)
    if table is None or missing(why, language):
        return formal(why)
    out: list[Part] = []
    for reason, mark in reasons(why):
        out.extend(_said(reason, table))
        if mark is not None:
            out.append(Mark(table.marks[mark.key or mark.text]))
    return _spaced(tuple(out))


def said_in(words: str, fillers: Sequence[Filler], language: str) -> Why:
    """Words of the language with `{0}`, `{1}` in them, formulas between backticks, and what these stand for.

    fillers  what stands for `{0}`, `{1}`, …
    """
    table = tables().get(language)
    out: list[Part] = []
    for part in filled_in(words, [_filler(one, table) if table is not None else as_formula(one) for one in fillers]):
        out.extend(marked(part) if isinstance(part, str) else (part,))
    return _spaced(tuple(out)) if table is not None else tuple(out)


def missing(why: Why, language: str) -> tuple[str, ...]:
    """The messages and words of a reason that the language's table lacks, as the keys that its rows would have."""
    table = tables()[language]
    return tuple(key for key in _keys(why) if key not in table.reasons and words_of(key))


def _keys(why: Why) -> Iterator[str]:
    for reason, _ in reasons(why):
        key, fillers = message(reason)
        yield key
        for filler in fillers:
            if isinstance(filler, Word):
                yield filler.text
            elif isinstance(filler, Phrase):
                yield from _keys(filler.said)


def _said(reason: Why, table: Language) -> list[Part]:
    """One reason by its row, `{0}`, `{1}` filled in the order that the language has."""
    key, fillers = message(reason)
    row = table.reasons.get(key)
    if row is None:
        return list(formal(tuple(part if isinstance(part, str) else _filler(part, table) for part in reason if not isinstance(part, Mark))))
    out: list[Part] = []
    for part in filled_in(row, [_filler(filler, table) for filler in fillers]):
        out.extend(marked(part) if isinstance(part, str) else (part,))
    return out


def filled_in(words: str, fillers: Sequence[Filler]) -> Why:
    """Words with `{0}`, `{1}` in them, and what these stand for."""
    pieces = re.split(r"\{(\d)\}", words)
    return tuple(fillers[int(piece)] if k % 2 else piece for k, piece in enumerate(pieces) if k % 2 or piece)


def _filler(filler: Filler, table: Language) -> Filler:
    match filler:
        case Word(text=text):
            return Formula(text) if text in NAMES else Phrase(tuple(marked(table.reasons.get(text, text))))
        case Phrase(said=said):
            inside: list[Part] = []
            for reason, mark in reasons(said):
                inside += [*_said(reason, table), *([Mark(table.marks[mark.key or mark.text])] if mark else [])]
            return Phrase(tuple(inside))
    return filler


def _spaced(why: Why) -> Why:
    """A thin gap where the language's own letters meet Latin ones or a formula, none between its own."""
    parts = flattened(why)
    formulas = [part for part in parts if not isinstance(part, str)]
    places = iter(range(len(formulas)))
    text = "".join(part if isinstance(part, str) else chr(_FIRST + next(places)) for part in parts)
    text = re.sub(rf"(?<=[A-Za-z0-9'′)\]]|{_HOLE})(?={_SQUARE})|(?<={_SQUARE})(?=[A-Za-z0-9(\[−<>≥≤]|{_HOLE})", " ", text)
    pieces = re.split(f"({_HOLE})", closed_up(text))
    return tuple(formulas[ord(piece) - _FIRST] if k % 2 else piece for k, piece in enumerate(pieces) if piece)


def closed_up(text: str) -> str:
    """Without the blanks between two letters that are squares."""
    return re.sub(rf"(?<={_SQUARE}) +(?={_SQUARE})", "", text)
