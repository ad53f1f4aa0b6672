"""Expression → one line for the terminal, as a mathematician types it: 2AXB, X⁻¹, ⟨AX, H⟩."""

from __future__ import annotations

import re
from fractions import Fraction
from itertools import pairwise

from derive.expressions.einstein import bare
from derive.expressions.functions import FUNCTIONS
from derive.expressions.nodes import (
    Add,
    Apply,
    Call,
    Commutation,
    Compare,
    D,
    Delta,
    Entry,
    Expr,
    Identity,
    Map,
    MatMul,
    Number,
    Ones,
    Power,
    Rate,
    Rounded,
    Scale,
    Sum,
    Symbol,
    Times,
    Transpose,
    Unit,
    Unnamed,
    Where,
    Zeros,
)
from derive.expressions.properties.evident import is_semidefinite, parameters
from derive.expressions.sizes import ONE
from derive.expressions.spelling import GREEK_UNICODE
from derive.language.samples import written_sample
from derive.notation.numerals import decimal
from derive.notation.settings import DEFAULT, Notation
from derive.notation.text.plain import ATOM, INFIX, POWER, PRODUCT, SUM, Plain, Written, scalar_prefix

_RAISED = str.maketrans("0123456789-+", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺")
_LOWERED = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_DIGITS_BELOW = "₀₁₂₃₄₅₆₇₈₉"
_COMPARE = {"<": "<", "<=": "≤", ">": ">", ">=": "≥"}
_HALVES = {Fraction(1, 2): "½", Fraction(1, 4): "¼", Fraction(3, 4): "¾"}


def pretty_name(name: str) -> str:
    """`μ` of `mu`, `W₁` of `W1` and `W_1`, `dX`, `loss`."""
    found = re.fullmatch(r"([^\W\d_]+?)_?(\d*)", name)
    if not found:
        base, _, rest = name.partition("_")
        return f"{GREEK_UNICODE.get(base, base)}_{pretty_name(rest)}" if rest else name
    base, digits = found.groups()
    return GREEK_UNICODE.get(base, base) + digits.translate(_LOWERED)


def _derivative_letter(letter: Symbol) -> str:
    """`du₂/dx` of `du2_dx`, `∂u₂/∂x` where others are fixed: a letter that stands for the derivative of an intermediate by another one;
    `u̇₂`, `Du₂[h]`, `D²u₂[h, k]` where it is along what moves."""
    if "along" in letter.has:
        name, *along = letter.name.split("__")
        order = 2 if name.startswith("dd") else 1
        base = pretty_name(name[order:])
        return f"D{'²' * (order - 1)}{base}[{', '.join(map(pretty_name, along))}]" if along else f"{base[0]}{'̇̈'[order - 1]}{base[1:]}"
    above, _, below = letter.name.partition("_d")
    sign = "∂" if r"\partial" in (letter.latex or "") else "d"
    return f"{sign}{pretty_name(above[1:])}/{sign}{pretty_name(below)}"


class Pretty(Plain):
    """The problem language with the signs of mathematics, pending derivatives included."""

    def __init__(self, root: Expr, notation: Notation = DEFAULT) -> None:
        super().__init__(bare(root))
        self.notation = notation

    def write(self, node: Expr) -> Written:
        match node:
            case Number():
                return Written(self.number(node.value, isinstance(node, Rounded)), ATOM if node.value >= 0 else SUM)
            case Times() | Scale() | MatMul():
                minus, text = self.product(node)
                return Written("−" + text, SUM) if minus else Written(text, PRODUCT)
            case Symbol():
                return Written(_derivative_letter(node) if "link" in node.has else self.symbol(node))
            case Identity():
                return Written("I")
            case Ones():
                return Written("𝟏")
            case Zeros():
                return Written("0")
            case Unit():
                return Written(f"e_{self.of(node.index).at_least(ATOM)}")
            case Delta():
                return Written(f"δ_{self.of(node.left).text}{self.of(node.right).text}")
            case Commutation():
                return Written(f"K_({node.rows},{node.columns})")
            case Power():
                return self.power(node)
            case Transpose():
                return self.transpose(node)
            case Entry():
                return self.entry(node)
            case Compare():
                return Written(f"{self.of(node.left).text} {_COMPARE[node.op]} {self.of(node.right).text}", SUM)
            case Where():
                condition, then, otherwise = (self.of(c).text for c in node.children)
                when, elsewhere = self.notation.cases[:2]
                return Written(f"{{{then} {when}{condition}, {otherwise} {elsewhere}}}")
            case Sum():
                body = self.of(node.body).at_least(PRODUCT)
                lower, upper = self.of(node.lower).text, self.of(node.upper).text
                return Written(f"Σ_{{{pretty_name(node.index.name)}={lower}..{upper}}} {body}", PRODUCT)
            case D():
                return self.pending(node)
            case Rate():
                names = [pretty_name(p.name) for p in node.parameters]
                if len(names) > 1 and len(set(names)) == 1:
                    front = f"d{str(len(names)).translate(_RAISED)}/d{names[0]}{str(len(names)).translate(_RAISED)}"
                else:
                    front = " ".join(f"d/d{name}" for name in names)
                body = self.of(node.body).at_least(PRODUCT)
                return Written(f"{front} {body} |{'='.join([*dict.fromkeys(names), '0'])}", INFIX)
            case Apply():
                return self.apply(node)
            case Map() if isinstance(node.function, Unnamed):
                return Written(f"{pretty_name(node.function.name)}{'′' * node.order}({self.of(node.arg).text})")
            case Map() | Call():
                return self.function(node)
        return super().write(node)

    def number(self, value: Fraction, rounded: bool = False) -> str:
        size = abs(value)
        ends = decimal(size) if rounded else None
        return ("−" if value < 0 else "") + (ends or _HALVES.get(size, str(size)))

    def symbol(self, node: Symbol) -> str:
        if node.count is not None:
            return pretty_name(node.name) + _below(self.of(node.index).text if node.index is not None else "i")
        if node.order and node.path:
            dots = {1: "\u0307", 2: "\u0308"}.get(node.order)
            base = pretty_name(node.path)
            return base[0] + dots + base[1:] if dots and len(base) < 3 else f"d{node.order if node.order > 1 else ''}{base}"
        if node.latex and node.latex.startswith(r"\mathrm{d}") and node.name.startswith("d"):
            return "d" + pretty_name(node.name[1:])
        return pretty_name(node.name) + ("*" if node.latex and node.latex.endswith("^{*}") else "")

    def power(self, node: Power) -> Written:
        if _is_reciprocal(node):
            return Written(f"1/{self.inverted(node)}", PRODUCT)
        if isinstance(node.exponent, Number):
            exponent = str(node.exponent.value)
            raised = exponent.translate(_RAISED) if "/" not in exponent else f"^({exponent})"
            return Written(self.atom(node.base) + raised, POWER)
        inner = self.of(node.exponent)
        return Written(f"{self.atom(node.base)}^{inner.at_least(ATOM)}", POWER)

    def transpose(self, node: Transpose) -> Written:
        if isinstance(node.arg, Power) and isinstance(node.arg.exponent, Number) and node.arg.exponent.value == -1:
            return Written(self.atom(node.arg.base) + "⁻ᵀ", POWER)
        return Written(self.atom(node.arg) + ("⊤" if self.notation.transpose == "top" else "'"), POWER)

    def entry(self, node: Entry) -> Written:
        places = [":" if p is None else self.of(p).text for p in (node.row, node.column)]
        if node.column is None and node.arg.shape[1] == ONE:
            places = places[:1]
        base = self.of(node.arg)
        letter = written_sample(node, self.root)
        if letter is not None:
            base, places = Written(pretty_name(letter)), [p for p in places if p != ":"]
        name = base.text if base.level == ATOM else f"[{base.text}]"
        if all(re.fullmatch(r"\w", p) for p in places) and (base.level != ATOM or isinstance(node.arg, Symbol) or letter):
            plain = name[-1] not in _DIGITS_BELOW
            return Written((name if plain else f"[{name}]") + _below("".join(places)))
        return Written(f"{name}[{', '.join(places)}]")

    def pending(self, node: D) -> Written:
        if len(node.moves) == 1 and isinstance(node.moves[0][1], Number):
            d = "∂" if self.notation.quotient == "partial" else "d"
            return Written(f"{d}/{d}{self.of(node.moves[0][0]).text} {self.of(node.arg).at_least(POWER)}", PRODUCT)
        arg = self.of(node.arg)
        inside = arg.text if isinstance(node.arg, Symbol) else f"({arg.text})"
        sign = "d" if self.notation.derivative == "d" else "D"
        if self.notation.derivative == "partial" and len(node.moves) == 1:
            sign = f"∂/∂{self.of(node.moves[0][0]).text} "
        return Written(f"{sign}{inside}[{self.listed(node.children[1:])}]")

    def apply(self, node: Apply) -> Written:
        name = pretty_name(node.function.name)
        arg, *directions = (self.of(c).text for c in node.children)
        tail = f"{'*' if node.adjoint else ''}[{', '.join(directions)}]" if directions else ""
        order = str(node.order).translate(_RAISED) if node.order > 1 else ""
        scalar = node.function.value == (ONE, ONE)
        if node.order == 0:
            front = ""
        elif len(directions) == node.order or not scalar:
            below = str(node.order - 1).translate(_RAISED) if node.order > 2 else ""
            front = f"D{order}" if len(directions) == node.order else "J_" if node.order == 1 else f"D{below}J_"
        else:
            front = f"∇{order}"
        return Written(f"{front}{name}({arg}){tail}")

    def function(self, node: Map | Call) -> Written:
        name = node.function if isinstance(node, Map) else node.name
        assert isinstance(name, str)
        row = FUNCTIONS[name]
        args = [self.of(c) for c in node.children]
        if row.pretty_definite is not None and is_semidefinite(node.children[0], parameters(self.root)):
            return Written(row.pretty_definite.format(*(a.text for a in args)))
        if name == "tr" and self.notation.trace == "braces":
            return Written(f"Tr{{{args[0].text}}}")
        if row.pretty is not None:
            bind = {"infix": POWER, "script": ATOM}.get(row.latex_form, SUM)
            level = {"infix": INFIX, "script": POWER, "exponent": POWER}.get(row.latex_form, ATOM)
            texts = (_Argument(a.at_least(bind if row.latex_form != "exponent" else ATOM)) for a in args)
            return Written(row.pretty.format(*texts), level)
        return Written(f"{name}({', '.join(a.text for a in args)})")

    # ----------------------------------------------------------------------------------------- sums and products
    def sum(self, node: Add) -> str:
        out = ""
        for k, term in enumerate(node.terms):
            minus, text = self.signed(term)
            out += (f" {'−' if minus else '+'} " if k else "−" if minus else "") + text
        return out

    def signed(self, term: Expr) -> tuple[bool, str]:
        if isinstance(term, Number):
            return term.value < 0, self.number(abs(term.value), isinstance(term, Rounded))
        return super().signed(term)

    def product(self, node: Times | Scale | MatMul) -> tuple[bool, str]:
        if isinstance(node, MatMul):
            return False, _juxtaposed(self.chain(node))
        arg = node.arg if isinstance(node, Scale) else None
        whole = node.scalar if isinstance(node, Scale) else node
        scalars = list(whole.factors) if isinstance(whole, Times) else [whole]
        minus, number = False, Fraction(1)
        if isinstance(scalars[0], Number):
            number, minus = abs(scalars[0].value), scalars[0].value < 0
            scalars = scalars[1:]
        above = [s for s in scalars if not _is_reciprocal(s)]
        below = [s for s in scalars if _is_reciprocal(s)]
        if below:
            top = self.scalars(Fraction(number.numerator), above, alone=True)
            under = [*([str(number.denominator)] if number.denominator != 1 else []), *map(self.inverted, below)]
            bottom = under[0] if len(under) == 1 else f"({_juxtaposed(under)})"
            pieces = [f"{top}/{bottom}"]
        else:
            pieces = self.parts(number, above)
        if arg is None:
            return minus, _juxtaposed(pieces) if below else self.scalars(number, above, alone=True)
        inner = self.chain(arg) if isinstance(arg, MatMul) else [self.of(arg).at_least(POWER)]
        if below and not above and isinstance(arg, Symbol | MatMul | Transpose):
            return minus, f"{_juxtaposed([*([str(number.numerator)] if number.numerator != 1 else []), *inner])}/{bottom}"
        if below or (above and isinstance(above[-1], MatMul)):
            left = pieces[0] if below else self.scalars(number, above, alone=False)
            return minus, f"{left} · {_juxtaposed(inner)}"
        return minus, _juxtaposed([*pieces, *inner])

    def chain(self, node: MatMul) -> list[str]:
        texts = [self.of(f).at_least(POWER) for f in node.factors]
        k = scalar_prefix(node)
        return texts if k is None else [*texts[:k], f"({_juxtaposed(texts[k:])})"]

    def inverted(self, node: Expr) -> str:
        """A reciprocal's base as it stands under the bar."""
        assert isinstance(node, Power) and isinstance(node.exponent, Number)
        k = -node.exponent.value
        return self.of(node.base).at_least(POWER) if k == 1 else self.atom(node.base) + str(k).translate(_RAISED)

    def parts(self, number: Fraction, factors: list[Expr]) -> list[str]:
        texts = [self.of(f).text if isinstance(f, MatMul) else self.of(f).at_least(POWER) for f in factors]
        return texts if number == 1 else [self.number(number), *texts]

    def scalars(self, number: Fraction, factors: list[Expr], alone: bool) -> str:
        """The number and the scalar factors, a dot beside a product of matrices.

        alone  whether nothing follows them
        """
        texts = self.parts(number, factors)
        if not texts:
            return "1" if alone else ""
        offset = len(texts) - len(factors)
        out = texts[0]
        for k in range(1, len(texts)):
            before = factors[k - 1 - offset] if k > offset else None
            here = factors[k - offset]
            if isinstance(before, MatMul) or (before is not None and isinstance(here, MatMul)):
                out += f" · {texts[k]}"
            else:
                out += _gap(texts[k - 1], texts[k]) + texts[k]
        return out


def _below(index: str) -> str:
    """An index as a subscript: `₁₂`, or `_ij`."""
    return index.translate(_LOWERED) if index.isdigit() else f"_{index}"


class _Argument:
    """What a row's `pretty` may say of an argument: `{0}`, and `{0.low}` below the line."""

    def __init__(self, text: str) -> None:
        self.text, self.low = text, _below(text) if re.fullmatch(r"\w+", text) else f"_({text})"

    def __str__(self) -> str:
        return self.text


_MARKS = r"[₀-₉]*[⁰¹²³⁴-⁹⁻⁺ᵀ⊤'\u0307\u0308]*"
_LETTER = re.compile(rf"[^\W\d_]\u0307?\u0308?{_MARKS}")
_NUMBER = re.compile(r"\d+|[½¼¾]")
_CHAIN = re.compile(rf"(?:[^\W\d_]{_MARKS}){{2,}}")


def _gap(left: str, right: str) -> str:
    """Nothing between letters, brackets and a number before them; a blank beside a longer word or a call; a dot before a digit."""
    if right[:1].isdigit() or right[:1] in "½¼¾":
        return " · "
    ends = _LETTER.fullmatch(left) or _NUMBER.fullmatch(left) or left[:1] == "("
    begins = _LETTER.fullmatch(right) or right[:1] == "(" or (("'" in right or "⊤" in right) and _CHAIN.fullmatch(right) and _NUMBER.fullmatch(left))
    return "" if ends and begins else " "


def _juxtaposed(texts: list[str]) -> str:
    return texts[0] + "".join(_gap(a, b) + b for a, b in pairwise(texts))


def _is_reciprocal(node: Expr) -> bool:
    return (
        isinstance(node, Power)
        and node.is_scalar
        and isinstance(node.exponent, Number)
        and node.exponent.value < 0
        and node.exponent.value.denominator == 1
    )
