"""Left sides, relations and reasons in LaTeX."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from derive.derivation.derivation import Head, Line
from derive.derivation.reason import Why, printed
from derive.expressions.nodes import Expr, Number, Stack
from derive.expressions.sizes import ONE, is_scalar
from derive.expressions.spelling import latex_of, symbol_latex
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
    "μ": r"$\mu$", "δ": r"$\delta$", "α": r"$\alpha$", "β": r"$\beta$", "θ": r"$\theta$", "φ": r"$\varphi$",
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


def _name(function: str) -> str:
    return symbol_latex(function)


def _list(exprs: Sequence[Expr], notation: Notation) -> str:
    return ", ".join(Printer(e, notation, {}).whole().text for e in exprs)


def head(it: Head, notation: Notation = DEFAULT) -> str:
    r"""The left side that names what is derived: `\mathrm{D}f(X)[H]`, `\nabla f(X)`, `\mathrm{D}^{2}f(X)[H, K]`, …"""
    if it.at:
        return _at_a_point(it, notation)
    name = _name(it.function)
    gap = " " if name[-1:].isalpha() else ""
    variables = it.arguments or it.wrt
    at = f"({_list(variables, notation)})"
    wrt = _list(it.wrt, notation)
    partly = len(it.wrt) < len(variables)
    toward = f"[{_list(it.directions, notation)}]" if it.directions else ""
    below = f"_{{{wrt}}}" if partly else ""
    match it.quantity:
        case "value" if it.directions:
            return f"{_indexed(name, it.directions, notation)}{at}"
        case "value":
            return name + at
        case "derivative" if it.indices:
            whole = _derivative(it, name, at, toward, below, wrt, notation)
            below = _scripts(it.indices, notation)
            return rf"{whole.replace(name, _indexed(name, it.indices, notation), 1)}" if whole.startswith(r"\frac") else (
                rf"\bigl[{whole}\bigr]_{{{below}}}"
            )
        case "derivative":
            return _derivative(it, name, at, toward, below, wrt, notation)
        case "differential":
            return rf"\mathrm{{d}}{gap}{name}" if not gap else rf"\mathrm{{d}} {name}"
        case "gradient" if partly and len(it.wrt) == 1 and it.wrt[0].is_scalar:
            return _partial(name, wrt)
        case "gradient":
            sign = r"\nabla" if notation.gradient == "nabla" else r"\operatorname{grad}"
            return f"{sign}{below} {name}{at}"
        case "jacobian":
            return rf"\frac{{\partial {name}}}{{\partial {wrt}}}" if partly else f"J_{{{name}}}{at}"
        case "second-derivative" | "quadratic":
            return _second(name, at, below, wrt, it, notation)
        case "hessian":
            sign = r"\operatorname{Hess}" if toward else r"\nabla^{2}"
            return f"{sign}{below} {name}{at}{toward}"
        case "vectorized":
            d = quotient_sign(notation)
            return rf"\frac{{{d} \operatorname{{vec}} {name}}}{{{d} \operatorname{{vec}} {wrt}}}"
        case "vectorized-hessian" if it.directions:
            return rf"\operatorname{{vec}}\bigl({head(replace(it, quantity='hessian'), notation)}\bigr)"
        case "vectorized-hessian":
            stacked = rf"\partial (\operatorname{{vec}} {wrt})"
            return rf"\frac{{\partial^{{2}} {name}}}{{{stacked} \, {stacked}{TRANSPOSE[notation.transpose]}}}"
        case "taylor":
            moved = [f"{_list([w], notation)} + {_list([d], notation)}" for w, d in zip(it.wrt, it.directions, strict=False)]
            return f"{name}({', '.join(moved)})" if moved else name + at
        case "entries":
            return rf"\frac{{\partial {name}}}{{\partial {wrt}}}"
        case "entry":
            of_value, of_variable = index_split(it)
            variable, value = _indexed(_letter(it), of_variable, notation), _indexed(name, of_value, notation)
            whole = _partial(value, variable)
            if it.through is None:
                return whole
            between = Printer(it.through, notation, {}).whole().text
            sign = "" if it.einstein else rf"\sum_{{{_scripts(indices_of(it.through), notation)}}} "
            return rf"{whole} = {sign}{_partial(value, between)} \, {_partial(between, variable)}"
        case "entry-array":
            return _partial(_indexed(name, it.directions, notation), wrt)
        case "second-entry":
            first, second = (_indexed(_letter(it), (d,), notation) for d in it.directions)
            below = rf"\partial {first}^{{2}}" if first == second else rf"\partial {first} \, \partial {second}"
            return rf"\frac{{\partial^{{2}} {name}}}{{{below}}}"
        case "jacobian-determinant":
            return rf"\det J_{{{name}}}{at}"
        case "jacobian-denominator":
            transposed = TRANSPOSE[notation.transpose]
            if partly:
                return rf"\left(\frac{{\partial {name}}}{{\partial {wrt}}}\right){transposed}"
            return f"J_{{{name}}}{at}{transposed}"
        case "vectorized-derivative":
            inside = _derivative(it, name, at, toward, below, wrt, notation)
            return rf"\operatorname{{vec}}\bigl({inside}\bigr)"
        case _:
            return name + at


def _at_a_point(it: Head, notation: Notation) -> str:
    r"""`\nabla f(3, 4)`, `\frac{\partial f}{\partial x}(1, 2)`: the values where the variables stand, or behind."""
    if it.quantity == "taylor":
        moved = (f"{_list((v,), notation)} + {_list((d,), notation)}" for v, d in zip(it.at, it.directions, strict=True))
        return f"{_name(it.function)}({', '.join(moved)})"
    of_variables = f"({_list(it.arguments or it.wrt, notation)})"
    values = ", ".join(_entries(value, notation, len(it.at) > 1) for value in it.at)
    general = head(replace(it, at=()), notation)
    return general.replace(of_variables, f"({values})") if of_variables in general else f"{general}({values})"


def _entries(value: Expr, notation: Notation, several: bool) -> str:
    """A vector as its entries, `3, 4`, in brackets where there are other variables."""
    if isinstance(value, Stack) and value.shape[1] == ONE:
        inside = _list(value.children, notation)
        return f"({inside})" if several else inside
    return _list((value,), notation)


def pairs(it: Head) -> list[tuple[Expr, ...]]:
    """The directions of a second derivative, those that move together in one part: (H, K), (H, H) of a quadratic one."""
    if it.quantity == "quadratic":
        return [it.directions] * 2 if it.directions else []
    n = len(it.directions) // 2 or 1
    return [it.directions[k : k + n] for k in range(0, len(it.directions), n)]


def index_split(it: Head) -> tuple[tuple[Expr, ...], tuple[Expr, ...]]:
    """The indices of ∂f_i/∂A_pq: those of the value, and those of the variable, which has one, two or none by its shape."""
    shape = it.wrt[0].shape
    count = 0 if is_scalar(shape) else 1 if ONE in shape else 2
    k = len(it.directions) - count
    return it.directions[:k], it.directions[k:]


def indices_of(entry: Expr) -> tuple[Expr, ...]:
    """The indices at which an entry stands."""
    return entry.children[1:]


def _partial(above: str, below: str) -> str:
    return rf"\frac{{\partial {above}}}{{\partial {below}}}"


def _letter(it: Head) -> str:
    """The letter of the variable whose entries are meant: they are numbers, and not bold."""
    return ", ".join(latex_of(symbol) for symbol in it.wrt)


def _indexed(name: str, indices: Sequence[Expr], notation: Notation) -> str:
    if not indices:
        return name
    below = _scripts(indices, notation)
    return f"[{name}]_{{{below}}}" if "_" in name else f"{name}_{{{below}}}"


def _scripts(indices: Sequence[Expr], notation: Notation) -> str:
    texts = [Printer(i, notation, {}).whole().text for i in indices]
    return ("" if all(len(t) == 1 for t in texts) else ", ").join(texts)


def _derivative(it: Head, name: str, at: str, toward: str, below: str, wrt: str, notation: Notation) -> str:
    unit = not it.directions or (
        len(it.directions) == 1 and isinstance(it.directions[0], Number) and it.directions[0].value == 1
    )
    if unit and len(it.wrt) == 1 and it.wrt[0].is_scalar:
        d = r"\partial" if below else quotient_sign(notation)
        return rf"\frac{{{d} {name}}}{{{d} {wrt}}}"
    if notation.derivative == "partial" and len(it.wrt) == 1:
        return rf"\frac{{\partial {name}}}{{\partial {wrt}}}{toward}"
    sign = "d" if notation.derivative == "d" else "D"
    return rf"\mathrm{{{sign}}}{below}{' ' if name[:1] == chr(92) and below else ''}{name}{at}{toward}"


def _second(name: str, at: str, below: str, wrt: str, it: Head, notation: Notation) -> str:
    if len(it.wrt) == 1 and it.wrt[0].is_scalar and not it.directions:
        d = quotient_sign(notation)
        return rf"\frac{{{d}^{{2}} {name}}}{{{d} {wrt}^{{2}}}}"
    twice = [f"({text})" if len(part) > 1 else text for part in pairs(it) for text in (_list(part, notation),)]
    toward = f"[{', '.join(twice)}]" if twice else ""
    if notation.derivative == "partial" and len(it.wrt) == 1:
        return rf"\frac{{\partial^{{2}} {name}}}{{\partial {wrt}^{{2}}}}{toward}"
    gap = " " if name[-1:].isalpha() else ""
    return rf"\mathrm{{{'d' if notation.derivative == 'd' else 'D'}}}^{{2}}{below}{gap}{name}{at}{toward}"


def quotient_sign(notation: Notation) -> str:
    """Of a derivative by one number: d or ∂."""
    return r"\partial" if notation.quotient == "partial" else r"\mathrm{d}"


def line_left(line: Line, notation: Notation = DEFAULT) -> str:
    """The left side of a line, empty when it continues the line above."""
    if line.left is None:
        return ""
    return head(line.left, notation) if isinstance(line.left, Head) else Printer(line.left, notation, {}).whole().text
