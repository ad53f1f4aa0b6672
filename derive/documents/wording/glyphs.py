r"""Characters that the encoder spells with a command that no document of ours has, or that prints another sign.

Found by asking pdflatex, with our preamble, which of the commands that pylatexenc writes for U+00A0 to U+2FFF, the ligatures and the
mathematical letters are defined.
"""

from __future__ import annotations

import re

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
