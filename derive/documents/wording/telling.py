"""How each message is told where a derivation is read as prose: a row a message, by which kind of clause, and in which words.

The words of a row are those behind `by`, `because`, `we`; '' leaves the message as it stands.  Laws are what a line holds since or what it
uses, and derivatives of the table of rules what it holds by: they need no row.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Literal

from derive.calculus.rules.differentials import DIFFERENTIALS
from derive.calculus.rules.identities import IDENTITIES
from derive.documents.wording.formulas import words_of
from derive.documents.wording.languages import tables
from derive.documents.wording.languages.english import BY, HOW, LAW, LEADS, NOUN, SHOWN, SINCE, VERDICT, WE
from derive.values import dataclass

Kind = Literal["by", "law", "since", "we", "how", "noun", "bare", "own", "shown", "verdict", "off", "also"]
"""A reason is the rule *by* which a row holds, a *law* or an equation that it uses, what it holds *since*, what *we* do, *how* a rule or a
move goes, a *noun* that the row is, what stands for itself (the author's *own* words), what is *shown* by it and the *verdict* that
follows, the direction's factor that is read *off*, or one *also* of a list."""


@dataclass(frozen=True)
class Telling:
    """The kind of a message, and the words that it is told in."""

    kind: Kind
    words: str


_ROWS: Mapping[Kind, Mapping[str, str]] = {
    "by": BY, "law": LAW, "since": SINCE, "we": WE, "how": HOW, "noun": NOUN, "shown": SHOWN, "verdict": VERDICT,
    "off": {"read off": "", "read off: the factor of {}": "", "read off: the factor of vec {}": ""},
    "also": {"{}": "", "and this too": "this too", "and so is this one": "so is this one"},
}


@lru_cache(maxsize=1)
def table() -> Mapping[str, Telling]:
    """Every message that has a row, with the laws and the rules that need none of their own."""
    out = {row.words: Telling("since" if words_of(row.words) else "law", row.words) for row in IDENTITIES.values() if row.words}
    out |= {row.words: Telling("by", f"the {row.words}") for row in DIFFERENTIALS.values() if row.noun}
    out |= {message: Telling(kind, words or message) for kind, rows in _ROWS.items() for message, words in rows.items()}
    return out


def telling(message: str) -> Telling:
    """The row of a message; one without a row stands for itself."""
    return table().get(message, Telling("bare", message))


@lru_cache(maxsize=8)
def told_in(language: str) -> Mapping[str, str]:
    """The words in which messages are told, where they are others than their own in that language."""
    if language != "en":
        return tables()[language].told
    return {message: row.words for message, row in table().items() if row.words != message}


def leads_in(language: str) -> Mapping[str, str]:
    """The whole sentences that lead to a row which begins with a message."""
    return LEADS if language == "en" else tables()[language].leads
