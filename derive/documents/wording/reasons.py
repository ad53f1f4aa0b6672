"""Reasons as text with mathematics: the short formulas in the engine's words are set as formulas."""

from __future__ import annotations

import re
import unicodedata

from derive.derivation.reason import Why, printed
from derive.documents.layout.measure import WIDE, width
from derive.documents.wording import formulas
from derive.documents.wording.prose import to_latex
from derive.documents.wording.translation import translated
from derive.notation.latex import lines as latex_lines
from derive.notation.latex.reading import read
from derive.notation.settings import Notation

_SCRIPTS = {"<super>": "^", "<sub>": "_"}
_RAISED = re.compile("[ᴬ-ᵪᶜ-ᶿ⁰-₎ₐ-ₜⱼⱽ]+")
_TEXT_WIDTH = 0.48 * 0.82
"""Of a letter of a reason, in em of the document's type: a sans-serif at nine points."""


_RELATION = r"\\(?:ne|succ|prec|succeq|preceq|le|ge|approx)|[<>]"
_JOINED = (
    (r"\$\s*([=+])\s*\$", r" \1 "),
    (rf"\$ \$(?=(?:{_RELATION})\$)", " "),
    (rf"({_RELATION})\$ \$", r"\1 "),
    (r"\$ \$(?=\\lVert)", r"\\, "),
    (r"\$ ([=<>]) (\d+)(?!\w|\.\d)", r" \1 \2$"),
    (rf"({_RELATION})\$ (\d+)(?!\w|\.\d)", r"\1 \2$"),
)
"""Pieces of one formula, a relation and a number among them, that are one: `h ≠ 0`, `−9 < 0`."""


def reason(why: Why, notation: Notation) -> str:
    """LaTeX text of a reason in the language of the notation: expressions and the formulas in its messages as mathematics."""
    return set_as_text(translated(why, notation.language), notation)


def set_as_text(said: Why, notation: Notation) -> str:
    """LaTeX text of what is said in the language already."""
    out = printed(
        said, _escape, lambda expr: f"${latex_lines.inline(expr, notation)}$",
        lambda own: to_latex(own, language=notation.language), lambda text: f"${formulas.latex(text, notation)}$",
    )
    out = out.replace("$$", " ")
    for pattern, whole in _JOINED:
        out = re.sub(pattern, whole, out)
    return out


def _escape(words: str) -> str:
    """Words as LaTeX text; raised and lowered letters (eᴹ, λᵢ) as scripts."""
    out = latex_lines.escape(words)
    return _RAISED.sub(lambda m: f"${_SCRIPTS[_raised(m[0][0])]}{{{unicodedata.normalize('NFKC', m[0])}}}$", out)


def _raised(character: str) -> str:
    return unicodedata.decomposition(character).split(" ")[0]


def reason_width(text: str) -> float:
    """About how wide a reason prints, in em of the document's type."""
    parts = re.split(r"(?<!\\)\$", text)
    return sum(0.82 * width(read(part)) if k % 2 else _words_width(part) for k, part in enumerate(parts))


def _words_width(text: str) -> float:
    wide = len(WIDE.findall(text))
    return 0.82 * wide + _TEXT_WIDTH * (len(text) - wide)


MOST = 56.0
"""A reason longer than this, in em, is a list that nobody reads to its end: its first items stand for it."""


def shortened(text: str) -> str:
    """The reason, as far as it may go, with dots for the rest; whole where it is one sentence."""
    if reason_width(text) <= MOST:
        return text
    items = re.split(r", (?=(?:[^$]*\$[^$]*\$)*[^$]*$)", text)
    kept = [items[0]]
    for item in items[1:]:
        if reason_width(", ".join((*kept, item))) > MOST:
            break
        kept.append(item)
    return ", ".join((*kept, r"\dots")) if len(kept) < len(items) else text
