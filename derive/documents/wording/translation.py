"""The engine's words in another language, by the table of that language: whole reasons, else their parts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

from derive.derivation.reason import Why
from derive.documents.wording.languages import tables
from derive.expressions.nodes import Expr

_FIRST = 0xE000
"""Characters of Unicode's private use stand for expressions while words are looked up."""
_HOLE = f"[{chr(_FIRST)}-{chr(_FIRST + 0xFFF)}]"
_SQUARE = "[\u4e00-\u9fff]"
_SEPARATORS = ("; ", ": ", ", and ", ", ", " and ")
_ENGLISH = re.compile(r"[A-Za-z]*[a-z][A-Za-z]+|[A-Za-z]+[a-z]")
_SIGNS = frozenset((
    "tr", "det", "log", "vec", "exp", "diag", "sym", "adj", "rank", "softmax", "logsumexp", "cos", "sin", "sqrt", "Hess", "dV", "dU", "dA",
    "SymPy", "Df", "logm", "expm",
))
"""Words of formulas, which are the same in every language."""


def translated(why: Why, language: str) -> Why:
    """The reason in the language; one that its table does not have, or not all of, stays English."""
    if language not in tables() or missing(why, language):
        return why
    text, exprs = _flat(why)
    return _whole(_spaced(_words(text, language)), exprs)


def missing(why: Why, language: str) -> tuple[str, ...]:
    """A reason of which words stay English, with `{}` for its expressions, as a row of the table would have it."""
    text, _ = _flat(why)
    return (re.sub(_HOLE, "{}", text),) if _left(_words(text, language), language) else ()


def _left(said: str, language: str) -> frozenset[str]:
    """The English words that a translation still has."""
    return frozenset(_ENGLISH.findall(re.sub(_HOLE, " ", said))) - _SIGNS - _names(language)


@lru_cache(maxsize=8)
def _names(language: str) -> frozenset[str]:
    """Words that the language writes in these letters too: Cholesky, Taylor."""
    return frozenset(_ENGLISH.findall(" ".join(tables()[language].reasons.values())))


def _spaced(text: str) -> str:
    """A thin gap where the language's own letters meet Latin ones or a formula, none between its own."""
    text = re.sub(rf"(?<=[A-Za-z0-9'′)\]]|{_HOLE})(?={_SQUARE})|(?<={_SQUARE})(?=[A-Za-z0-9(\[−<>≥≤]|{_HOLE})", " ", text)
    return closed_up(text)


def closed_up(text: str) -> str:
    """Without the blanks between two letters that are squares."""
    return re.sub(rf"(?<={_SQUARE}) +(?={_SQUARE})", "", text)


def _flat(why: Why) -> tuple[str, list[Expr]]:
    text = ""
    exprs: list[Expr] = []
    for part in why:
        if isinstance(part, str):
            text += part
        else:
            text += chr(_FIRST + len(exprs))
            exprs.append(part)
    return text, exprs


def _whole(text: str, exprs: list[Expr]) -> Why:
    pieces = re.split(f"({_HOLE})", text)
    return tuple(exprs[ord(piece) - _FIRST] if k % 2 else piece for k, piece in enumerate(pieces) if piece)


@lru_cache(maxsize=4096)
def _words(text: str, language: str) -> str:
    """A text: by a row of the table, else in two at the first separator, else as it is; the first way that leaves no English."""
    if text.endswith(".") and len(text) > 1:
        return _words(text[:-1], language) + tables()[language].words["stop"]
    found = list(_ways(text, language))
    return next((way for way in found if not _left(way, language)), found[0])


def _ways(text: str, language: str) -> Iterator[str]:
    """Rows with holes that take no comma come first: `derivative of sin, product rule` is two reasons."""
    table = tables()[language]
    last: list[str] = []
    for pattern, row in _rows(language):
        if match := pattern.fullmatch(text):
            parts = match.groups()
            way = row.format(*(part if re.fullmatch(_HOLE, part) else _words(part, language) for part in parts))
            if any(True for part in parts for _ in _places(part, ", ")):
                last.append(way)
            else:
                yield way
    for separator in _SEPARATORS:
        for place in _places(text, separator):
            left, right = text[:place], text[place + len(separator) :]
            if left and right:
                mark = table.marks[", " if separator == ", and " else separator]
                yield f"{_words(left, language).rstrip()}{mark}{_words(right, language).lstrip()}"
    yield from last
    yield text


def _places(text: str, separator: str) -> Iterator[int]:
    """Where a separator stands outside brackets."""
    depth = 0
    for k, c in enumerate(text):
        depth += (c in "([⟨{") - (c in ")]⟩}")
        if depth == 0 and text.startswith(separator, k):
            yield k


@lru_cache(maxsize=8)
def _rows(language: str) -> tuple[tuple[re.Pattern[str], str], ...]:
    """The rows of a table as patterns: those without holes for words first, then those that say the most themselves."""
    reasons: Mapping[str, str] = tables()[language].reasons
    ordered = sorted(reasons, key=lambda key: ("<>" in key, -len(key.replace("<>", ""))))
    return tuple(
        (re.compile("".join(f"({_HOLE})" if part == "{}" else "(.+?)" if part == "<>" else re.escape(part)
                            for part in re.split(r"(\{\}|<>)", key))), reasons[key])
        for key in ordered
    )
