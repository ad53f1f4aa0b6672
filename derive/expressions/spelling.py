"""How a name is spelled in LaTeX: Greek letters, subscripts, words.  Two names that are spelled alike print alike."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from derive.expressions.nodes import Symbol, Unnamed
from derive.expressions.sizes import Size

_LOWER = (
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau upsilon phi chi psi omega"
)
_UPPER = "Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega"
_VARIANTS = "varepsilon vartheta varpi varrho varsigma varphi varkappa ell"

GREEK: frozenset[str] = frozenset(f"{_LOWER} {_UPPER} {_VARIANTS}".split())
"""Names that print as one letter, as they are called in LaTeX."""

UNICODE_GREEK: dict[str, str] = {
    **dict(zip("αβγδεζηθικλμνξπρστυφχψω", _LOWER.split(), strict=True)),
    **dict(zip("ΓΔΘΛΞΠΣΥΦΨΩ", _UPPER.split(), strict=True)),
    "ϵ": "epsilon", "ϑ": "vartheta", "ϖ": "varpi", "ϱ": "varrho", "ς": "varsigma", "ϕ": "phi", "ϰ": "varkappa",
    "ℓ": "ell",
}
"""A Greek letter and its name; both spell the same."""

GREEK_UNICODE: dict[str, str] = {name: letter for letter, name in reversed(UNICODE_GREEK.items())}


@lru_cache(maxsize=4096)
def symbol_latex(name: str) -> str:
    r"""`x`, `\mu`, `W_{1}` (of `W1` and `W_1`), `x_{\mathrm{max}}`, `\mathit{loss}`, `\mathrm{d}X` (of `dX`)."""
    name = unicodedata.normalize("NFKC", name) if name not in UNICODE_GREEK else name
    base, *below = name.rstrip("_").split("_")
    digits = re.fullmatch(r"(\D+)(\d+)", base)
    if digits:
        base, number = digits.groups()
        below.insert(0, number)
    head = _nucleus(base)
    scripts = [part for part in below if part]
    if not scripts:
        return head
    return f"{head}_{{{','.join(_subscript(part) for part in scripts)}}}"


def _nucleus(base: str) -> str:
    letter = _letter(base)
    if letter is not None:
        return letter
    if base[:1] == "d":
        letter = _letter(base[1:])
        if letter is not None:
            return rf"\mathrm{{d}}{letter}"
    return rf"\mathit{{{base}}}" if base.isascii() else rf"\text{{{base}}}"


def _letter(name: str) -> str | None:
    if name in UNICODE_GREEK:
        name = UNICODE_GREEK[name]
    if name in GREEK:
        return "\\" + name
    if len(name) == 1:
        return name if name.isascii() else rf"\text{{{name}}}"
    return None


def _subscript(part: str) -> str:
    letter = _letter(part)
    if letter is not None or part.isdecimal():
        return letter or part
    digits = re.fullmatch(r"(\D)(\d+)", part)
    if digits:
        return part
    return rf"\mathrm{{{part}}}" if part.isascii() else rf"\text{{{part}}}"


def path_latex(name: str, order: int) -> str:
    r"""The derivative of a path by its parameter: `\dot A`, `\ddot A`, `A^{(3)}`, from the path's own LaTeX."""
    if order > 2:
        return rf"{name}^{{({order})}}"
    nucleus, _, rest = name.partition("_")
    return rf"\{'d' * order}ot{{{nucleus}}}{'_' + rest if rest else ''}"


@lru_cache(maxsize=4096)
def size_latex(size: Size) -> str:
    """`n`, `m n`, `n + 1`, `2 n`: a size as a number in a formula."""
    if not size.terms:
        return "0"
    out = ""
    ordered = sorted(size.terms, key=lambda term: (-len(term[0]), term[0]))
    for k, (monomial, c) in enumerate(ordered):
        sign = "-" if c < 0 else "+"
        number = [str(abs(c))] if abs(c) != 1 or not monomial else []
        body = " ".join([*number, *map(symbol_latex, monomial)])
        out += (f" {sign} " if k else ("-" if c < 0 else "")) + body
    return out


def latex_of(symbol: Symbol) -> str:
    r"""A symbol's LaTeX: the author's own, `\dot{A}` for the derivative of a path, or as its name is spelled."""
    if symbol.latex is not None:
        return symbol.latex
    if symbol.order and symbol.path is not None:
        return path_latex(symbol_latex(symbol.path), symbol.order)
    return symbol_latex(symbol.name)


def unnamed_latex(function: Unnamed) -> str:
    """The LaTeX of the name of an unnamed function."""
    return function.latex if function.latex is not None else symbol_latex(function.name)


def starred(x: Symbol) -> Symbol:
    """x*, which prints with a star and has the name of x."""
    return Symbol(x.name, x.dims, x.has, x.of, latex_of(x) + r"^{*}", x.order, x.path)
