"""Pieces of Python text with their precedence: to write without superfluous parentheses."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache

from derive.errors import DeriveError
from derive.expressions.sizes import Shape, Size, is_column, is_row, is_scalar
from derive.notation.python.identifiers import identifier
from derive.values import dataclass

LAMBDA, COMPARE, ADD, MUL, NEG, POW, ATOM = range(7)
CHUNK = 40
"""Operands joined without grouping: a longer sum or product is written in groups, for Python's parser."""


@dataclass(frozen=True)
class Code:
    text: str
    prec: int = ATOM

    def at(self, prec: int) -> str:
        """The text, in parentheses when it binds less than `prec`."""
        return self.text if self.prec >= prec else f"({self.text})"


def number(value: Fraction) -> Code:
    """An exact short decimal as a literal, another fraction as a quotient.

    DeriveError [number] for one that is too large for floating point.
    """
    if value < 0:
        positive = number(-value)
        return Code("-" + positive.at(MUL), min(positive.prec, NEG))
    try:
        if value.denominator == 1:
            return Code(str(value.numerator) if value < 2**53 else repr(float(value)))
        literal = repr(float(value))
        if len(literal) <= 8 and Fraction(literal) == value:
            return Code(literal)
        return Code(f"{value.numerator} / {value.denominator}", MUL)
    except OverflowError:
        raise DeriveError("a number in it is too large for floating point", code="number") from None


def size(value: Size) -> Code:
    if not value.terms:
        return Code("0")
    text = ""
    for monomial, c in sorted(value.terms, key=lambda term: (-len(term[0]), term[0])):
        factors = [*([str(abs(c))] if abs(c) != 1 or not monomial else []), *map(identifier, monomial)]
        sign = ("-" if c < 0 else "") if not text else (" - " if c < 0 else " + ")
        text += sign + "*".join(factors)
    (monomial, c), *rest = value.terms
    single = not rest and c > 0
    return Code(text, ADD if not single else ATOM if len(monomial) + (c != 1 or not monomial) == 1 else MUL)


def plus_one(code: Code) -> str:
    return str(int(code.text) + 1) if code.text.isdigit() else f"{code.at(ADD)} + 1"


def array_shape(shape: Shape) -> str:
    """The shape argument of np.zeros and np.ones."""
    rows, columns = size(shape[0]).text, size(shape[1]).text
    return rows if is_column(shape) else columns if is_row(shape) else f"({rows}, {columns})"


def negative(code: Code) -> Code:
    return Code("-" + code.at(MUL), min(code.prec, NEG) if code.prec >= MUL else NEG)


def total(terms: Sequence[tuple[bool, Code]]) -> Code:
    """The sum of terms, each with whether it is subtracted."""
    if len(terms) > CHUNK:
        groups = [terms[k : k + CHUNK] for k in range(0, len(terms), CHUNK)]
        return total([(False, total(group)) for group in groups])
    (minus, first), *rest = terms
    text = "-" + first.at(MUL) if minus else first.at(ADD)
    for minus, term in rest:
        text += (" - " if minus else " + ") + term.at(MUL)
    return Code(text, ADD) if rest else negative(first) if minus else first


def chain(operands: Sequence[Code], operator: str) -> Code:
    """operands joined by `@` or `*`, from left to right."""
    if len(operands) == 1:
        return operands[0]
    if len(operands) > CHUNK:
        return chain([chain(operands[k : k + CHUNK], operator) for k in range(0, len(operands), CHUNK)], operator)
    return Code(f" {operator} ".join(o.at(NEG if k else MUL) for k, o in enumerate(operands)), MUL)


def as_rank2(code: Code, shape: Shape) -> Code:
    """The operand as a two-dimensional array: a column n×1, a row 1×n."""
    if is_scalar(shape):
        return Code(f"np.reshape({code.text}, (1, 1))")
    if is_column(shape):
        return Code(f"np.reshape({code.text}, (-1, 1))")
    return Code(f"np.reshape({code.text}, (1, -1))") if is_row(shape) else code


def from_rank2(code: Code, shape: Shape) -> Code:
    """The two-dimensional value as docs/language.md gives it: vectors 1-D, scalars floats."""
    if is_scalar(shape):
        return Code(f"np.ravel({code.text})[0]")
    return Code(f"np.ravel({code.text})") if is_column(shape) or is_row(shape) else code


@dataclass(frozen=True)
class _Template:
    text: str
    prec: int
    inside: tuple[tuple[bool, ...], ...]


_PRECEDENCE: dict[type[ast.operator], int] = {
    ast.Add: ADD, ast.Sub: ADD, ast.Mult: MUL, ast.Div: MUL, ast.MatMult: MUL, ast.Pow: POW,
}


@lru_cache(maxsize=512)
def _template(text: str) -> _Template:
    probe = ast.parse(re.sub(r"\{(\d)\}", r"_\1", text), mode="eval").body
    prec = _PRECEDENCE[type(probe.op)] if isinstance(probe, ast.BinOp) else ATOM
    inside: list[list[bool]] = [[], [], []]
    for m in re.finditer(r"\{(\d)\}", text):
        before, after = text[: m.start()].rstrip(), text[m.end() :].lstrip()
        inside[int(m[1])].append(before[-1:] in ("(", ",") and after[:1] in (")", ","))
    return _Template(text, prec, tuple(map(tuple, inside)))


def fill(template: str, arguments: Sequence[Code]) -> Code:
    """A row's `numpy` column with its arguments; what it uses twice is bound by a lambda unless it is a name."""
    form = _template(template)
    twice = [k for k, a in enumerate(arguments) if len(form.inside[k]) > 1 and not a.text.isidentifier()]
    texts = []
    for k, argument in enumerate(arguments):
        if k in twice:
            texts.append(f"_{'abc'[k]}")
        else:
            texts.append(argument.text if all(form.inside[k]) else argument.at(ATOM))
    filled = Code(template.format(*texts), form.prec)
    if twice:
        parameters = ", ".join(f"_{'abc'[k]}" for k in twice)
        return Code(f"(lambda {parameters}: {filled.text})({', '.join(arguments[k].text for k in twice)})")
    return filled
