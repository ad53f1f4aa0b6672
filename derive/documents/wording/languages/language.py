"""What a language is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from derive.values import dataclass


@dataclass(frozen=True)
class Term:
    """A title and what it means, prose with mathematics; letters in `plain` stand for numbers, functions or operators, and are
    never bold."""

    title: str
    text: str
    plain: str = ""


@dataclass(frozen=True)
class Language:
    """One table.

    tag      of the language as BCP 47 has it: `zh-Hant`
    words    the fixed words of documents
    reasons  what the engine says beside a line, and its titles, in English → in the language.  `{}` stands for an expression, `<>` for
             words that are translated themselves; `{0}`, `{1}` are what they stood for, in their order; formulas stand between backticks
    terms    the glossary; the formulas as in `documents.glossary`
    marks    what stands between the parts of a reason: `, `, `; `, `: `, ` and `, between clauses, `.`, in the language
    told     the words in which a message is told where a derivation is read as prose, where they are others than in `reasons`
    leads    the whole sentences that lead to a row which begins with a message
    """

    tag: str
    words: Mapping[str, str]
    reasons: Mapping[str, str]
    terms: Mapping[str, Term]
    marks: Mapping[str, str]
    told: Mapping[str, str] = field(default_factory=dict)
    leads: Mapping[str, str] = field(default_factory=dict)
