"""Reasons as sentences, for documents that are read without a lecturer."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from derive.calculus.derivation import Line, Why
from derive.documents.reasons import reason
from derive.notation.settings import Notation

_NOUNS = ("derivative", "derivatives", "product rule", "chain rule", "quotient rule", "sum rule", "definition", "polarization")
_VERBS = ("divide", "multiply", "collect", "differentiate", "put ", "read ", "move ", "solve ", "substitute", "transpose ")
_FORMULA = re.compile(r"\$[^$]*(?:=|>|<|\\succ|\\ne)[^$]*\$| is | are | has | have ")


def sentence(line: Line, notation: Notation, words: Mapping[str, str]) -> str:
    """`We use the product rule and that tr is linear:`; a rule that has a sentence of its own in the table says that."""
    own = words.get(f"say.{line.rule}")
    parts = _parts(line.why, notation)
    if own and len(parts) <= 1 and (line.rule != "definition" or parts == ["definition"]):
        return own
    if not parts:
        return words["say.nothing"]
    done = [part for part in parts if part.startswith(_VERBS)]
    used = [_phrase(part) for part in parts if part not in done]
    if used:
        done.append(f"{words['say.use']} {_listed(used, words['and'])}")
    return words["say"].format(done=_listed(done, words["and"]))


def _parts(why: Why, notation: Notation) -> list[str]:
    """The reasons of a line one by one: they are separated by commas outside formulas and brackets."""
    text = reason(why, notation)
    out, depth, formula, start = [], 0, False, 0
    for k, c in enumerate(text):
        formula ^= c == "$"
        depth += (c in "([") - (c in ")]")
        if c == "," and not formula and depth == 0:
            out.append(text[start:k].strip())
            start = k + 1
    return [part for part in (*out, text[start:].strip()) if part]


def _phrase(part: str) -> str:
    if part.startswith(_NOUNS):
        return f"the {part}"
    if _FORMULA.search(part):
        return f"that {part}"
    return part


def _listed(items: Sequence[str], conjunction: str) -> str:
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} {conjunction} {items[-1]}"
