r"""Characters as LaTeX, so that our documents can set them.

The encoder spells some with a command that no document of ours has, or that prints another sign: found by asking pdflatex, with our
preamble, which of the commands that pylatexenc writes for U+00A0 to U+2FFF, the ligatures and the mathematical letters are defined.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

WIDE = re.compile("[\u2e80-\u9fff\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef\U00020000-\U0003ffff]")
"""A character of a script whose letters are squares."""
_ASCII = str.maketrans({
    '"': "''", "#": r"\#", "$": r"\$", "%": r"\%", "&": r"\&", "<": r"\ensuremath{<}", ">": r"\ensuremath{>}", "\\": r"\textbackslash{}",
    "^": r"\textasciicircum{}", "_": r"\_", "{": r"\{", "}": r"\}", "~": r"\textasciitilde{}",
    **{chr(code): None for code in range(32) if chr(code) not in "\n\t"},
})
"""What the encoder writes for them; most words have no others, and are printed without it."""


@lru_cache(maxsize=8192)
def escaped(words: str) -> str:
    """Words as LaTeX text, every character that TeX would act on as itself; one that our fonts do not have stays."""
    return words.translate(_ASCII) if words.isascii() else "".join(one.translate(_ASCII) if one.isascii() else letter(one) or one for one in words)


def typed(words: str) -> str:
    """Words as LaTeX text, other characters than those of ASCII as they are: MathJax knows no command for them."""
    return words.translate(_ASCII)


def without_glyph(words: str) -> str:
    """The first character that our fonts do not have; '' where there is none."""
    return "" if words.isascii() else next((one for one in words if not one.isascii() and letter(one) is None), "")


@lru_cache(maxsize=4096)
def letter(character: str) -> str | None:
    """The LaTeX of a character; None where the fonts have none for it."""
    if WIDE.match(character):
        return character
    try:
        return printable(character, str(_encoder().unicode_to_latex(character)))
    except _NoGlyph:
        return None


class _NoGlyph(ValueError):
    """A character that the encoder does not know."""


@lru_cache(maxsize=1)
def _encoder() -> Any:
    from pylatexenc.latexencode import UnicodeToLatexEncoder

    return UnicodeToLatexEncoder(unknown_char_policy=_unknown, unknown_char_warning=False, replacement_latex_protection="braces-after-macro")


def _unknown(character: str) -> str:
    raise _NoGlyph(character)


_UNDEFINED = frozenset((
    "C", "U", "DownArrowUpArrow", "VDash", "allequal", "approxnotequal", "arrowwaveleft", "arrowwaveright", "clockoint", "clwintegral",
    "dblarrowupdown", "estimates", "forcesextra", "hermitconjmatrix", "homothetic", "image", "lazysinv", "mathscr", "notgreaterless",
    "notlessgreater", "nument", "original", "precedesnotsimilar", "quarternote", "recorder", "rightangle", "rightanglearc", "sqrint",
    "starequal", "surfintegral", "textfrac", "textnrleg", "textphi", "tildetrpl", "truestate", "udots", "varperspcorrespond",
    "verymuchgreater", "verymuchless", "volintegral",
))
_COMMAND = re.compile(r"\\([A-Za-z]+)")
_WRONG = re.compile(r"\\math(?:bb|cal)\s*\{?[^A-Z{]")
"""Blackboard and calligraphic letters are capitals: of others the fonts have other signs at these places."""

_MEANT = (
    (re.compile(r"\\mathscr\s*\{([A-Z])\}"), r"\\mathcal{\1}"),
    (re.compile(r"\\textfrac\s*\{(\d)\}\{(\d)\}"), r"\\ensuremath{\\tfrac{\1}{\2}}"),
)


_LETTERS = {"ű": r"\H{u}", "Ű": r"\H{U}"}
"""Spelled with another accent by the encoder."""
_NONE = frozenset("ĦħŦŧŉƕƞəɛɸʔʞΐϒ↜↝⇅⇵∟∯∱∻∾≆≋≌≙≛≸≹⊧⊨⊫⊶⊷⊹⊾⋘⋙⋨⋰⌆⌕♩♭♮♯⨏⨖")
"""Spelled with an accent that is no part of them, or by a command of another encoding."""
_BARE_ACCENT = re.compile(r"""\\['`^"~=.]\{\}""")


def printable(character: str, latex: str) -> str | None:
    """The LaTeX of a character, as the encoder says it, so that our documents can set it; None where they have no glyph for it."""
    if character in _LETTERS:
        return _LETTERS[character]
    if character in _NONE or _BARE_ACCENT.match(latex):
        return None
    for pattern, meant in _MEANT:
        latex = pattern.sub(meant, latex)
    if _WRONG.search(latex) or any(word in _UNDEFINED or word[:3].lower() == "cyr" for word in _COMMAND.findall(latex)):
        return None
    return latex
