"""The key `notation`: how the mathematics of one problem looks, each setting one of a few words."""

from __future__ import annotations

import re
from collections.abc import Mapping

from derive.language.problems.keys import LAYOUTS, read_choice
from derive.language.yaml.nodes import Node

CHOICES: Mapping[str, tuple[str, ...]] = {
    "transpose": ("mathsf", "top", "prime"),
    "trace": ("parentheses", "braces"),
    "bold": ("none", "vectors", "matrices", "all"),
    "derivative": ("D", "partial", "d"),
    "quotient": ("d", "partial"),
    "gradient": ("nabla", "grad"),
    "inner_subscript": ("none", "F"),
    "frobenius": ("F", "none"),
    "layout": LAYOUTS,
}
"""Every setting and its words, the usual one first."""

LANGUAGE = "language"
"""The one setting whose words are the tables that there are."""


def read_notation(node: Node | None) -> dict[str, str]:
    """Setting -> word.  DeriveError for a setting or a word that there is none of; a language is looked up later, where the
    tables are."""
    if node is None:
        return {}
    out: dict[str, str] = {}
    for key, (_, value) in node.known("`notation`", (*CHOICES, LANGUAGE)).items():
        if key == LANGUAGE:
            out[key] = value.words(f"`{key}`").strip()
            if not re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*", out[key]):
                raise value.error(f"`{out[key][:20]}` is no language: en, zh-Hant", code="choice")
        else:
            out[key] = read_choice(value, key, CHOICES[key])
    return out
