"""Left sides, relations and reasons in LaTeX."""

from __future__ import annotations

import re
from collections.abc import Sequence

from derive.derivation.derivation import Head, Line
from derive.derivation.reason import Why, printed
from derive.expressions.nodes import Expr
from derive.expressions.spelling import symbol_latex
from derive.notation import heads
from derive.notation.coloured import coloured
from derive.notation.latex.print import Printer
from derive.notation.latex.structure import TRANSPOSE
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
    return re.sub(r"\\(?:big|Big|bigg|Bigg)[lr](?![a-zA-Z])", "", Printer(expr, notation, {}).whole().text)


def relation(sign: str) -> str:
    """The LaTeX of a relation; KeyError when it is none of `RELATIONS`."""
    return RELATIONS[sign]


class _Left:
    """The pieces of a left side in LaTeX."""

    def __init__(self, notation: Notation) -> None:
        self.notation = notation

    def name(self, function: str) -> str:
        return coloured(symbol_latex(function), function, self.notation)

    def expr(self, expr: Expr) -> str:
        return Printer(expr, self.notation, {}).whole().text

    def indexed(self, name: str, indices: Sequence[Expr]) -> str:
        if not indices:
            return name
        name = re.sub(r"^\\boldsymbol\{([^{}]+)\}$", r"\1", name)  # an entry is a number, and not bold
        if "(" in name:
            return rf"\bigl[{name}\bigr]_{{{self._scripts(indices)}}}"
        return f"[{name}]_{{{self._scripts(indices)}}}" if "_" in name else f"{name}_{{{self._scripts(indices)}}}"

    def _scripts(self, indices: Sequence[Expr]) -> str:
        texts = list(map(self.expr, indices))
        return ("" if all(len(t) == 1 for t in texts) else ", ").join(texts)

    def below(self, variables: str) -> str:
        return f"_{{{variables}}}"

    def applied(self, sign: heads.Sign, order: int, below: str, name: str, rest: str) -> str:
        power = f"^{{{order}}}" if order > 1 else ""
        if (sign == "d" and not rest) or (sign in "Dd" and order > 1):
            gap = " " if name[-1:].isalpha() else ""
        elif sign in "Dd":
            gap = " " if name[:1] == "\\" and below else ""
        else:
            gap = " "
        return f"{_SIGNS[sign]}{power}{below}{gap}{name}{rest}"

    def quotient(self, sign: heads.Sign, above: str, below: Sequence[str]) -> str:
        d, order = _SIGNS[sign], len(below)
        power = f"^{{{order}}}" if order > 1 else ""
        if len(set(below)) == 1:
            return rf"\frac{{{d}{power} {above}}}{{{d} {below[0]}{power}}}"
        under = r" \, ".join(f"{d} {x}" for x in below)
        return rf"\frac{{{d}{power} {above}}}{{{under}}}"

    def operator(self, name: str, inside: str, bracketed: bool) -> str:
        return rf"\operatorname{{{name}}}\bigl({inside}\bigr)" if bracketed else rf"\{name} {inside}"

    def jacobian(self, name: str) -> str:
        return f"J_{{{name}}}"

    def transposed(self, inside: str, quotient: bool) -> str:
        return (rf"\left({inside}\right)" if quotient else inside) + TRANSPOSE[self.notation.transpose]

    def stacked(self, name: str, variable: str, order: int) -> str:
        if order == 1:
            d = _SIGNS["∂" if self.notation.quotient == "partial" else "d"]
            return rf"\frac{{{d} \operatorname{{vec}} {name}}}{{{d} \operatorname{{vec}} {variable}}}"
        stacked = rf"\partial (\operatorname{{vec}} {variable})"
        return rf"\frac{{\partial^{{2}} {name}}}{{{stacked} \, {stacked}{TRANSPOSE[self.notation.transpose]}}}"

    def summed(self, indices: Sequence[Expr], terms: Sequence[str]) -> str:
        sign = rf"\sum_{{{self._scripts(indices)}}} " if indices else ""
        return sign + r" \, ".join(terms)


_SIGNS: dict[heads.Sign, str] = {
    "D": r"\mathrm{D}", "d": r"\mathrm{d}", "∂": r"\partial", "∇": r"\nabla", "grad": r"\operatorname{grad}",
    "Hess": r"\operatorname{Hess}",
}


def head(it: Head, notation: Notation = DEFAULT) -> str:
    r"""The left side that names what is derived: `\mathrm{D}f(X)[H]`, `\nabla f(X)`, `\mathrm{D}^{2}f(X)[H, K]`, …"""
    return heads.head(it, _Left(notation))


def line_left(line: Line, notation: Notation = DEFAULT) -> str:
    """The left side of a line, empty when it continues the line above."""
    if line.left is None:
        return ""
    return head(line.left, notation) if isinstance(line.left, Head) else Printer(line.left, notation, {}).whole().text
