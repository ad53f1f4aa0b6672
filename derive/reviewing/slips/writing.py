"""A tree as LaTeX, in the author's letters."""

from __future__ import annotations

import re

from derive.expressions.spelling import GREEK
from derive.reviewing.tree import (
    Add,
    Along,
    Binary,
    Block,
    ByCases,
    Call,
    Const,
    Differential,
    Evaluated,
    Fun,
    Limit,
    Mul,
    Name,
    Neg,
    Num,
    Partial,
    Pow,
    Rest,
    Sub,
    Total,
    Tree,
    Turn,
)

_ACCENTS = {"hat", "bar", "tilde", "dot", "ddot", "check"}
_INFIX = {"dot": r" \cdot ", "hadamard": r" \circ ", "kron": r" \otimes ", "colon": " : ", "quotient": r" \oslash "}
_MACROS = {"exp", "log", "det", "sin", "cos", "tan", "tanh", "max", "min"}
_WORDS = {"skewpart": "skew"}
"""Functions that are called otherwise on paper."""
_CONDITIONS = {"<": "<", ">": ">", "≠": r"\ne", "≤": r"\le"}
"""Below a sum."""
_COMPARED = {"<": "<", ">": ">", "<=": r"\le", ">=": r"\ge", "==": "=", "!=": r"\ne"}
_LOOSE, _TERM, _FACTOR, _TIGHT = range(4)


def written(tree: Tree, level: int = _LOOSE) -> str:
    """The LaTeX of a tree; in brackets where it binds less tightly than `level` asks for."""
    text, binds = _written(tree)
    return rf"\left({text}\right)" if binds < level and ("+" in text or "-" in text or len(text) > 24) else f"({text})" if binds < level else text


def _written(tree: Tree) -> tuple[str, int]:
    match tree:
        case Num(value=value):
            if value.denominator == 1:
                return str(value), _TIGHT if value >= 0 else _LOOSE
            return rf"\frac{{{value.numerator}}}{{{value.denominator}}}", _TIGHT
        case Name(name=name, marks=marks):
            return _name(name, marks), _TIGHT
        case Const(kind=kind, size=size):
            return _constant(kind, size), _TIGHT
        case Add(terms=terms):
            out = f"-{written(terms[0].arg, _TERM)}" if isinstance(terms[0], Neg) else written(terms[0], _TERM)
            for t in terms[1:]:
                out += f" - {written(t.arg, _TERM)}" if isinstance(t, Neg) else f" + {written(t, _TERM)}"
            return out, _LOOSE
        case Neg(arg=arg):
            return f"-{written(arg, _TERM)}", _LOOSE
        case Mul(factors=factors):
            return _product([written(f, _FACTOR) for f in factors]), _TERM
        case Binary(op="over", left=left, right=right):
            return rf"\frac{{{written(left)}}}{{{written(right)}}}", _TIGHT
        case Binary(op=op, left=left, right=right):
            return f"{written(left, _FACTOR)}{_INFIX[op]}{written(right, _FACTOR)}", _TERM
        case Pow(base=base, exponent=exponent, entrywise=entrywise):
            mark = r"\circ " if entrywise else ""
            return f"{written(base, _TIGHT)}^{{{mark}{written(exponent)}}}", _FACTOR
        case Turn(arg=Pow(base=base, exponent=Num(value=value))) if value == -1:
            return rf"{written(base, _TIGHT)}^{{-\top}}", _FACTOR
        case Turn(arg=arg):
            return rf"{written(arg, _TIGHT)}^{{\top}}", _FACTOR
        case Sub(base=Sub(base=base, indices=(n,), above=True), indices=indices, above=False) if n is not None:
            return f"{written(Sub(base, indices))}^{{({written(n)})}}", _FACTOR
        case Sub(base=base, indices=indices, above=above):
            inside = ("," if None in indices else "").join(":" if i is None else written(i) for i in indices)
            return (f"{written(base, _TIGHT)}^{{({inside})}}" if above else f"{written(base, _TIGHT)}_{{{inside}}}"), _FACTOR
        case Fun(name="norm" | "norm2", args=(arg,)):
            return rf"\|{written(arg)}\|", _TIGHT
        case Fun(name="weighted", args=(arg, weight)):
            return rf"\|{written(arg)}\|_{{{written(weight)}}}", _TIGHT
        case Fun(name="weighted", args=(left, weight, right)):
            return rf"\langle {written(left)}, {written(right)}\rangle_{{{written(weight)}}}", _TIGHT
        case Fun(name="increment", args=(arg,)):
            return rf"\Delta {written(arg, _TIGHT)}", _FACTOR
        case Fun(name="columns", args=(first,)):
            return rf"[{written(first)}, \dots]", _TIGHT
        case Fun(name="bars", args=(arg,)):
            return rf"\lvert {written(arg)}\rvert", _TIGHT
        case Fun(name="sqrt", args=(arg,)):
            return rf"\sqrt{{{written(arg)}}}", _TIGHT
        case Fun(name="entrywise", args=(Fun(name=name, args=args),)):
            return rf"\{name}_{{\circ}}({', '.join(written(a) for a in args)})", _FACTOR
        case Fun(name=name, args=args):
            head = f"\\{name}" if name in _MACROS else rf"\operatorname{{{_WORDS.get(name, name)}}}"
            return f"{head}({', '.join(written(a) for a in args)})", _FACTOR
        case Call(name=name, args=args, order=order):
            inside = ", ".join(written(a) for a in args)
            return f"{_name(name, ())}{chr(39) * order}" + (f"({inside})" if args else ""), _FACTOR
        case _:
            return _operator(tree)


def _operator(tree: Tree) -> tuple[str, int]:
    match tree:
        case Total(indices=indices, lower=lower, upper=upper, body=body, product=is_product, condition=condition):
            below = ",".join(indices) if condition is None else f"{condition[0]} {_CONDITIONS[condition[1]]} {condition[2]}"
            ends = f"_{{{below}{'' if lower is None else f' = {written(lower)}'}}}" + ("" if upper is None else f"^{{{written(upper)}}}")
            return rf"\{'prod' if is_product else 'sum'}{ends} {written(body, _TERM)}", _TERM
        case Differential(arg=arg, order=order):
            return rf"\mathrm{{d}}{'^2' if order == 2 else ''}{written(arg, _TIGHT)}", _FACTOR
        case Partial(arg=arg, by=by, nabla=True):
            below = ",".join(dict.fromkeys(written(b) for b in by if b != Name("")))
            return rf"\nabla{f'_{{{below}}}' if below else ''}{'^2' if len(by) == 2 else ''} {written(arg, _FACTOR)}", _FACTOR
        case Partial(arg=Call(name=name, args=args), by=(Turn(arg=Name(name="")),)):
            return rf"J_{{{_name(name, ())}}}({', '.join(written(a) for a in args)})", _FACTOR
        case Partial(arg=Name(name=name), by=(Turn(arg=Name(name="")),)):
            return rf"J_{{{_name(name, ())}}}", _FACTOR
        case Partial(arg=arg, by=(Name(name=""), *more)):
            return rf"\mathrm{{D}}{'^2' if more else ''} {written(arg, _FACTOR)}", _FACTOR
        case Partial(arg=arg, by=by, straight=straight):
            power, d = f"^{len(by)}" if len(by) > 1 else "", r"\mathrm{d}" if straight else r"\partial"
            below = r"\,".join(rf"{d} {written(b, _FACTOR)}" for b in by)
            return rf"\frac{{{d}{power} {written(arg, _FACTOR)}}}{{{below}}}", _FACTOR
        case Along(arg=arg, directions=directions):
            power = f"^{len(directions)}" if len(directions) > 1 else ""
            head = written(arg) if isinstance(arg, (Name, Call)) else f"({written(arg)})"
            return rf"\mathrm{{D}}{power}{head}[{', '.join(written(d) for d in directions)}]", _FACTOR
        case Evaluated(arg=arg, name=name, value=value):
            return rf"\left.{written(arg)}\right|_{{{_name(name, ())}={written(value)}}}", _FACTOR
        case Limit(arg=arg, name=name, value=value):
            return rf"\lim_{{{_name(name, ())}\to {written(value)}}} {written(arg, _TERM)}", _TERM
        case Rest():
            return r"\dots", _TIGHT
        case Block(rows=rows):
            return rf"\begin{{pmatrix}} {_rows([[written(t) for t in row] for row in rows])} \end{{pmatrix}}", _TIGHT
        case ByCases(rows=cases):
            lines = [[written(value), _condition(said) if said else r"\text{otherwise}"] for value, said in cases]
            return rf"\begin{{cases}} {_rows(lines)} \end{{cases}}", _TIGHT
    return r"\dots", _TIGHT


def _rows(cells: list[list[str]]) -> str:
    return r" \\ ".join(" & ".join(row) for row in cells)


def _condition(said: tuple[Tree, str, Tree]) -> str:
    left, op, right = said
    return f"{written(left)} {_COMPARED[op]} {written(right)}"


def _product(factors: list[str]) -> str:
    out = factors[0]
    for f in factors[1:]:
        gap = " " if out[-1:].isalnum() and f[:1].isalnum() and ("\\" in out[-12:]) else ""
        gap = r" \cdot " if f[:1].isdecimal() else r"\," if f.startswith(r"\mathrm{d}") else gap
        out += gap + f
    return out


def _name(name: str, marks: tuple[str, ...]) -> str:
    name = name.removesuffix("_each")  # f_i of a sample
    base, below = ((numbered := re.fullmatch(r"([A-Za-z]+?)_?(\d+)", name)) and numbered.groups()) or name.partition("_")[::2]
    out = f"\\{base}" if base in GREEK else base if len(base) == 1 else rf"\mathit{{{base}}}" if base.isalpha() else base
    for mark in marks:
        out = rf"\{mark}{{{out}}}" if mark in _ACCENTS else rf"{out}^{{{mark}}}" if mark == "*" else rf"{out}_{{\mathrm{{{mark}}}}}"
    return f"{out}_{{{below}}}" if below else out


def _constant(kind: str, size: tuple[Tree, ...]) -> str:
    if kind == "unit" and len(size) == 2:
        return f"e_{{{written(size[0])}}}" + ("" if _unsaid(size[1]) else f"^{{({written(size[1])})}}")
    said = [written(s) for s in size if not _unsaid(s)]
    below = f"_{{{','.join(said)}}}" if said else ""
    return {"identity": "I", "ones": r"\mathbf{1}", "zeros": "0", "unit": "e", "delta": r"\delta", "pi": r"\pi",
            "infinity": r"\infty", "any": r"\text{const}", "commutation": "K"}[kind] + below


def _unsaid(size: Tree) -> bool:
    return isinstance(size, Name) and size.name.startswith("?")
