"""Expressions as text: in the problem language, and as one would type them to a colleague in the terminal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from derive.derivation.derivation import Head, Line
from derive.derivation.reason import Why, printed
from derive.expressions.nodes import Expr, Number, Stack
from derive.expressions.sizes import ONE
from derive.notation.latex.lines import index_split, indices_of, pairs
from derive.notation.settings import DEFAULT, Notation
from derive.notation.text.plain import Plain
from derive.notation.text.pretty import Pretty, pretty_name


def text(expr: Expr) -> str:
    """The expression in the problem language: `grammar.parse(text(e), scope) is e` for every e without pending
    derivatives.  ValueError for a pending derivative, which the language cannot say."""
    return Plain(expr).whole().text


def pretty(expr: Expr, notation: Notation = DEFAULT) -> str:
    """The expression for the terminal: `2AXB`, `X⁻¹`, `⟨AX, H⟩`, `d/dt … |t=0`, `D(X⁻¹)[H]`."""
    return Pretty(expr, notation).whole().text


def why(reason: Why, notation: Notation = DEFAULT) -> str:
    """A reason as text: words as they are, expressions as `pretty` writes them."""
    return printed(reason, str, lambda expr: pretty(expr, notation))


def head(it: Head, notation: Notation = DEFAULT) -> str:
    """The left side that names what is derived: `Df(X)[H]`, `∇f(X)`, `D²f(X)[H, K]`, `Hess f(X)[K]`, …"""
    if it.at:
        return _at_a_point(it, notation)
    name = pretty_name(it.function)
    write = partial(pretty, notation=notation)
    quotient = "∂" if notation.quotient == "partial" else "d"
    variables = it.arguments or it.wrt
    at = f"({', '.join(map(write, variables))})"
    wrt = ", ".join(map(write, it.wrt))
    below = f"_{wrt}" if len(it.wrt) < len(variables) else ""
    toward = f"[{', '.join(map(write, it.directions))}]" if it.directions else ""
    match it.quantity:
        case "derivative":
            one = [d for d in it.directions if not (isinstance(d, Number) and d.value == 1)]
            if len(it.wrt) == 1 and it.wrt[0].is_scalar and not one:
                sign = "∂" if below else quotient
                return f"{sign}{_indexed(name, it.indices)}/{sign}{wrt}"
            if notation.derivative == "partial" and len(it.wrt) == 1:
                whole = f"∂{name}/∂{wrt}{toward}"
            else:
                whole = f"{'d' if notation.derivative == 'd' else 'D'}{below}{' ' if below else ''}{name}{at}{toward}"
            return _indexed(f"[{whole}]", it.indices) if it.indices else whole
        case "differential":
            return f"d{name}"
        case "gradient" if below and len(it.wrt) == 1 and it.wrt[0].is_scalar:
            return f"∂{name}/∂{wrt}"
        case "gradient":
            sign = "∇" if notation.gradient == "nabla" else "grad"
            return f"{sign}{below}{' ' if below or sign != '∇' else ''}{name}{at}"
        case "jacobian":
            return f"∂{name}/∂{wrt}" if below else f"J_{name}{at}"
        case "second-derivative" | "quadratic":
            if len(it.wrt) == 1 and it.wrt[0].is_scalar and not it.directions:
                return f"{quotient}²{name}/{quotient}{wrt}²"
            twice = [f"({text})" if len(part) > 1 else text for part in pairs(it) for text in (", ".join(map(write, part)),)]
            twofold = f"[{', '.join(twice)}]" if twice else ""
            if notation.derivative == "partial" and len(it.wrt) == 1:
                return f"∂²{name}/∂{wrt}²{twofold}"
            return f"{'d' if notation.derivative == 'd' else 'D'}²{below}{' ' if below else ''}{name}{at}{twofold}"
        case "hessian":
            return f"Hess{below} {name}{at}{toward}" if toward else f"∇²{below}{' ' if below else ''}{name}{at}"
        case "vectorized":
            return f"{quotient} vec {name} / {quotient} vec {wrt}"
        case "vectorized-hessian" if it.directions:
            return f"vec {head(replace(it, quantity='hessian'), notation)}"
        case "vectorized-hessian":
            return f"∂²{name}/∂(vec {wrt}) ∂(vec {wrt})'"
        case "taylor" if it.directions:
            moved = (f"{write(w)} + {write(d)}" for w, d in zip(it.wrt, it.directions, strict=False))
            return f"{name}({', '.join(moved)})"
        case "entries":
            return f"∂{name}/∂{wrt}"
        case "value" if it.directions:
            return f"{_indexed(name, it.directions)}{at}"
        case "entry":
            value, variable = (_indexed(n, part) for n, part in zip((name, wrt), index_split(it), strict=True))
            if it.through is None:
                return f"∂{value}/∂{variable}"
            between = pretty(it.through)
            sign = "" if it.einstein else f"Σ_{_scripts(indices_of(it.through))} "
            return f"∂{value}/∂{variable} = {sign}∂{value}/∂{between} ∂{between}/∂{variable}"
        case "entry-array":
            return f"∂{_indexed(name, it.directions)}/∂{wrt}"
        case "second-entry":
            first, second = (_indexed(wrt, (d,)) for d in it.directions)
            return f"∂²{name}/∂{first}²" if first == second else f"∂²{name}/∂{first}∂{second}"
        case "jacobian-determinant":
            return f"det J_{name}{at}"
        case "jacobian-denominator":
            transposed = "⊤" if notation.transpose == "top" else "'"
            return f"(∂{name}/∂{wrt}){transposed}" if below else f"J_{name}{at}{transposed}"
        case "vectorized-derivative":
            return f"vec D{name}{at}{toward}"
        case _:
            return f"{name}{at}"


def _at_a_point(it: Head, notation: Notation) -> str:
    """`∇f(3, 4)`, `∂f/∂x(1, 2)`: the values where the variables stand, or behind."""
    if it.quantity == "taylor":
        moved = (f"{pretty(v, notation)} + {pretty(d, notation)}" for v, d in zip(it.at, it.directions, strict=True))
        return f"{pretty_name(it.function)}({', '.join(moved)})"
    of_variables = f"({', '.join(pretty(v, notation) for v in it.arguments or it.wrt)})"
    values = ", ".join(_entries(value, notation, len(it.at) > 1) for value in it.at)
    general = head(replace(it, at=()), notation)
    return general.replace(of_variables, f"({values})") if of_variables in general else f"{general}({values})"


def _entries(value: Expr, notation: Notation, several: bool) -> str:
    """A vector as its entries, `3, 4`, in brackets where there are other variables."""
    if not isinstance(value, Stack) or value.shape[1] != ONE:
        return pretty(value, notation)
    inside = ", ".join(pretty(e, notation) for e in value.children)
    return f"({inside})" if several else inside


_LOWERED = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


def _indexed(name: str, indices: Sequence[Expr]) -> str:
    if indices and all(isinstance(i, Number) for i in indices):
        return name + ",".join(str(pretty(i)) for i in indices).translate(_LOWERED)
    return f"{name}_{_scripts(indices)}" if indices else name


def _scripts(indices: Sequence[Expr]) -> str:
    texts = [pretty(i) for i in indices]
    return ("" if all(len(t) == 1 for t in texts) else ",").join(texts)


def line(it: Line) -> str:
    """One displayed relation without its reason: the left side where it has one, the relation, the right side."""
    left = "" if it.left is None else head(it.left) if isinstance(it.left, Head) else pretty(it.left)
    if it.equation and it.relation != "=":
        return f"{it.relation} {left} = {pretty(it.expr)}"
    return f"{left} {it.relation} {pretty(it.expr)}".lstrip()
