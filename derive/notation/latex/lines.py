"""Left sides, relations and reasons in LaTeX."""

from __future__ import annotations

import re
from functools import lru_cache

from derive.derivation.derivation import Head, Line
from derive.derivation.reason import Why, printed
from derive.expressions.nodes import Expr
from derive.notation import heads
from derive.notation.latex.boxes import Row
from derive.notation.latex.boxes import printed as printed_box
from derive.notation.latex.compose import flat
from derive.notation.latex.latex import formula
from derive.notation.latex.left import Pieces
from derive.notation.latex.reading import declared
from derive.notation.settings import DEFAULT, Notation

RELATIONS: dict[str, str] = {
    "=": "=", "⇔": r"\iff", "⇒": r"\implies", "or": r"\text{or}", "≈": r"\approx", "≠": r"\ne", ":=": ":=", "=:": "=:",
    "≻": r"\succ", "⪰": r"\succeq", "≺": r"\prec", "⪯": r"\preceq",
    ">": ">", "≥": r"\ge", "<": "<", "≤": r"\le", ">=": r"\ge", "<=": r"\le", "∈": r"\in", "→": r"\to", "↦": r"\mapsto",
}
"""What stands between the two sides of a line."""

_SPECIAL = {
    "\\": r"\textbackslash{}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_", "{": r"\{", "}": r"\}",
    "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "<": r"$<$", ">": r"$>$", "|": r"$\vert$",
    "²": r"$^2$", "³": r"$^3$", "⁻¹": r"$^{-1}$", "⁻ᵀ": r"$^{-\mathsf T}$", "ᵀ": r"$^{\mathsf T}$", "½": r"$\tfrac{1}{2}$",
    "·": r"$\cdot$", "×": r"$\times$", "∘": r"$\circ$", "⊗": r"$\otimes$", "−": r"$-$", "±": r"$\pm$", "√": r"$\surd$",
    "≠": r"$\ne$", "≥": r"$\ge$", "≤": r"$\le$", "≈": r"$\approx$", "≻": r"$\succ$", "⪰": r"$\succeq$", "≺": r"$\prec$",
    "⪯": r"$\preceq$", "⇔": r"$\Leftrightarrow$", "⇒": r"$\Rightarrow$", "→": r"$\to$", "↦": r"$\mapsto$", "∈": r"$\in$",
    "∀": r"$\forall$", "∞": r"$\infty$", "∑": r"$\sum$", "Σ": r"$\Sigma$", "∂": r"$\partial$", "∇": r"$\nabla$",
    "⟨": r"$\langle$", "⟩": r"$\rangle$", "‖": r"$\Vert$", "⊤": r"$\top$", "⊥": r"$\perp$", "σ": r"$\sigma$", "λ": r"$\lambda$",
    "μ": r"$\mu$", "δ": r"$\delta$", "α": r"$\alpha$", "β": r"$\beta$", "θ": r"$\theta$", "φ": r"$\phi$", "π": r"$\pi$", "Π": r"$\Pi$",
    "⊘": r"$\oslash$", "𝟏": r"$\mathbf{1}$",
    "–": "--", "—": "---", "…": r"\dots{}", "“": "``", "”": "''", "’": "'",
}
_RAISED = {**dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾ⁿⁱᵏᵐᵗˢᶜᵍᵃᵇᵈᵉᵖʳˣʸᴬᴮᴹ", "0123456789+-()nikmtscgabdeprxyABM", strict=True)), "ᵀ": r"\mathsf T"}
_LOWERED = dict(zip("₀₁₂₃₄₅₆₇₈₉₊₋ᵢⱼₖₘₙₚᵣₛₜ", "0123456789+-ijkmnprst", strict=True))
_SCRIPT = re.compile(rf"([A-Za-z]?)(?:([{''.join(_RAISED)}]+)|([{''.join(_LOWERED)}]+))")
_ESCAPE = re.compile("|".join(re.escape(key) for key in sorted(_SPECIAL, key=len, reverse=True)))


def escape(words: str) -> str:
    """Words as LaTeX text: every character that TeX would act on is printed as itself; common signs as mathematics."""
    out, place = "", 0
    for found in _SCRIPT.finditer(words):
        out += _plain(words[place : found.start()])
        above = "".join(_RAISED[c] for c in found[2] or "")
        below = "".join(_LOWERED[c] for c in found[3] or "")
        out += f"${found[1]}{f'^{{{above}}}' if above else f'_{{{below}}}'}$"
        place = found.end()
    return (out + _plain(words[place:])).replace("$$", "")


def _plain(words: str) -> str:
    return _ESCAPE.sub(lambda m: _SPECIAL[m.group()], words)


def why(reason: Why, notation: Notation = DEFAULT) -> str:
    """A reason as LaTeX text: words escaped, expressions between dollars."""
    return printed(reason, escape, lambda expr: f"${inline(expr, notation)}$").replace("$$", "")


def inline(expr: Expr, notation: Notation = DEFAULT) -> str:
    """The LaTeX of an expression inside a line of text: no brackets taller than the line."""
    return printed_box(flat(formula(expr, notation), fences=False))


def relation(sign: str) -> Row:
    """The boxes of a relation; KeyError when it is none of `RELATIONS`."""
    return declared(RELATIONS[sign])


@lru_cache(maxsize=4096)
def head_formula(it: Head, notation: Notation = DEFAULT) -> Row:
    """The boxes of a left side that names what is derived."""
    return heads.head(it, Pieces(notation))


def head(it: Head, notation: Notation = DEFAULT) -> str:
    r"""The left side that names what is derived: `\mathrm{D}f(X)[H]`, `\nabla f(X)`, `\mathrm{D}^{2}f(X)[H, K]`, …"""
    return printed_box(head_formula(it, notation))


def side(left: Head | Expr, notation: Notation = DEFAULT) -> Row:
    """The boxes of a left side."""
    return head_formula(left, notation) if isinstance(left, Head) else formula(left, notation)


def line_left(line: Line, notation: Notation = DEFAULT) -> str:
    """The left side of a line, empty when it continues the line above."""
    return "" if line.left is None else printed_box(side(line.left, notation))
