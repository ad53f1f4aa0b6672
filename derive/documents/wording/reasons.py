"""Reasons as text with mathematics: the short formulas in the engine's words are set as formulas."""

from __future__ import annotations

import re
import unicodedata

from derive.derivation.reason import Why, printed
from derive.documents.layout.measure import WIDE, width
from derive.documents.wording.prose import to_latex
from derive.documents.wording.translation import translated
from derive.notation.latex import lines as latex_lines
from derive.notation.settings import Notation
from derive.notation.style import bolded, transposed

_OPERATORS = r"tr|log det|det|vec|diag|log|exp|sym|rank|softmax"
_TERM = rf"(?:(?:{_OPERATORS})\s)?[A-Z](?:'|⁻¹|⁻ᵀ)?(?:\s?[A-Z](?:'|⁻¹)?)*"
_SIZE = r"(?:[A-Za-z]\d*|\d+)"
_SHAPE = rf"(?:\({_SIZE}×{_SIZE}\)|{_SIZE})×(?:\({_SIZE}×{_SIZE}\)|{_SIZE})"
_FACTOR = r"(?:(?:vec|tr)(?= ?[A-Z(])|⟨[^⟩]*⟩|\([A-Z' ⊗]+\)'?|[A-Z]'?)"
_PRODUCT = rf"{_FACTOR}(?: ?⊗? ?{_FACTOR})*"
_LAW = rf"(?=[^=]*[⟨⊗]|vec\(){_PRODUCT} = (?:{_PRODUCT}|u'v)"
_NAMED = rf"(?:{_OPERATORS})(?=\s(?:(?:is|of|and|M)\b|[⺀-鿿]))|vec [A-Z]'?"
_FORMULA = re.compile(
    rf"(?<![\w$\\])(?:{_LAW}|{_SHAPE}|f(?= is of degree)|{_TERM}(?:\s=\s{_TERM})+|{_NAMED}|[A-Z]'|M)(?![\w$'])"
)
_WORD = re.compile(rf"\b({_OPERATORS})\b")
_OWN = {"det": r"\det", "log": r"\log", "exp": r"\exp", "log det": r"\log\det"}
_SIGNS = {"⊗": r"\otimes ", "⟨": r"\langle ", "⟩": r"\rangle ", "×": r"\times "}
_SCRIPTS = {"<super>": "^", "<sub>": "_"}
_RAISED = re.compile("[ᴬ-ᵪᶜ-ᶿ⁰-₎ₐ-ₜⱼⱽ]+")
_TEXT_WIDTH = 0.48 * 0.82
"""Of a letter of a reason, in em of the document's type: a sans-serif at nine points."""


def reason(why: Why, notation: Notation) -> str:
    """LaTeX text of a reason: `tr M = tr M'` and `A' = A` become formulas, everything else stays words."""
    said = translated(why, notation.language)
    out = printed(
        said, lambda words: _words(words, notation), lambda expr: f"${latex_lines.inline(expr, notation)}$",
        lambda own: to_latex(own, language=notation.language),
    )
    return re.sub(r"\$(\s*)([=+]|,)(\s*)\$", _joined, out.replace("$$", " "))


def _joined(found: re.Match[str]) -> str:
    """Two formulas with a sign between them are one; a comma stays outside."""
    return found[0] if found[2] == "," else f" {found[2]} "


def _words(words: str, notation: Notation) -> str:
    out, place = "", 0
    for found in _FORMULA.finditer(words):
        out += _escape(words[place : found.start()]) + f"${_formula(found[0], notation)}$"
        place = found.end()
    return out + _escape(words[place:])


def _escape(words: str) -> str:
    """Words as LaTeX text; raised and lowered letters (eᴹ, λᵢ) as scripts."""
    out = latex_lines.escape(words)
    return _RAISED.sub(lambda m: f"${_SCRIPTS[_raised(m[0][0])]}{{{unicodedata.normalize('NFKC', m[0])}}}$", out)


def _raised(character: str) -> str:
    return unicodedata.decomposition(character).split(" ")[0]


def _formula(words: str, notation: Notation) -> str:
    trace = "Tr" if notation.trace == "braces" else "tr"
    text = _WORD.sub(lambda m: _OWN.get(m[1], rf"\operatorname{{{trace if m[1] == 'tr' else m[1]}}}"), words)
    above = transposed(notation)
    inverse = "^{-1}'" if above == "'" else "^{-" + above[2:]
    text = re.sub(r"\b([A-Za-z])(\d+)\b", r"\1_{\2}", text)
    for sign, command in _SIGNS.items():
        text = text.replace(sign, command)
    return bolded(text, notation).replace("'", above).replace("⁻¹", "^{-1}").replace("⁻ᵀ", inverse)


def reason_width(text: str) -> float:
    """About how wide a reason prints, in em of the document's type."""
    parts = re.split(r"(?<!\\)\$", text)
    return sum(0.82 * width(part) if k % 2 else _words_width(part) for k, part in enumerate(parts))


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
