"""Sums over indices in NumPy: a nest of them over products of entries is one contraction, `np.einsum`; what does not depend on the
index is taken out of a loop where it holds a sum itself.

Eight loops in one another over three or four values each are some ten thousand products an entry; a contraction takes them pairwise.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from string import ascii_lowercase
from typing import Protocol

from derive.expressions.build import ONE, counted, terms, times
from derive.expressions.functions import FUNCTIONS
from derive.expressions.nodes import Add, Compare, Delta, Entry, Expr, Map, Number, Power, SizeValue, Sum, Symbol, Times, Where
from derive.expressions.sizes import is_column, is_row
from derive.expressions.traverse import walk
from derive.notation.python.code import ADD, ATOM, MUL, POW, Code, fill, negative, total
from derive.notation.python.identifiers import identifier
from derive.notation.python.pending import derivative_name
from derive.values import dataclass

FEWEST = 3
"""Sums in one another from which on they are written as a contraction; fewer read better as loops."""
MOST = 30
"""Operands of one `np.einsum`."""


class Writer(Protocol):
    """What writes the parts of a sum: expressions, numbers with their sign apart, whole numbers, positions in an array."""

    def code(self, node: Expr) -> Code: ...
    def signed(self, node: Expr) -> tuple[bool, Code]: ...
    def integer(self, expr: Expr) -> Code: ...
    def position(self, index: Expr) -> str: ...


@dataclass(frozen=True)
class _Operand:
    """An array and the letters of its axes; whether a minus stands before it."""

    code: Code
    axes: str
    minus: bool = False

    @property
    def value(self) -> Code:
        return negative(self.code) if self.minus else self.code


def contraction(writer: Writer, node: Sum) -> Code | None:
    """Sums in one another as contractions; None where a factor is no array over the indices."""
    if _depth(node) < FEWEST or not node.is_scalar:
        return None
    names = list(dict.fromkeys(e.index.name for e in walk(node) if isinstance(e, Sum)))
    if len(names) > len(ascii_lowercase):
        return None
    letters = dict(zip(names, ascii_lowercase, strict=False))
    found = _Arrays(writer, letters).of(node, {})
    return None if found is None else found.value


@lru_cache(maxsize=10_000)
def _depth(expr: Expr) -> int:
    """How many sums stand in one another."""
    return isinstance(expr, Sum) + max(map(_depth, expr.children), default=0)


def hoisted(node: Sum) -> Expr:
    """The sum with the factors in front that hold a sum and not the index: they are computed once, not in every turn."""
    body = hoisted(node.body) if isinstance(node.body, Sum) else node.body
    if isinstance(body, Times):
        out = [f for f in body.factors if node.index.name not in f.free and any(isinstance(e, Sum) for e in walk(f))]
        if out:
            rest: Expr = Sum(node.index, node.lower, node.upper, times(*(f for f in body.factors if f not in out)))
            return times(*out, rest)
    return node if body is node.body else Sum(node.index, node.lower, node.upper, body)


class _Arrays:
    """Scalar expressions with indices in them as arrays over these indices, the axes in the order of the letters."""

    def __init__(self, writer: Writer, letters: Mapping[str, str]) -> None:
        self.writer, self.letters = writer, letters

    def of(self, expr: Expr, around: Mapping[str, Expr]) -> _Operand | None:
        """around: the summed indices that may stand in it, with their upper ends."""
        if not expr.free & around.keys() and not isinstance(expr, Sum):
            return _Operand(self.writer.code(expr), "")
        match expr:
            case Sum():
                return self.sum(expr, around)
            case Times(factors=factors):
                return self.product(factors, around, None)
            case Add(terms=terms):
                return self.added([self.of(t, around) for t in terms], around)
            case Where(condition=Compare(op=op, left=left, right=right), then=then, otherwise=otherwise):
                parts = self.alike([self.of(e, around) for e in (left, right, then, otherwise)], around)
                if parts is None:
                    return None
                (a, b, yes, no), axes = parts
                return _Operand(Code(f"np.where({a.at(ADD)} {op} {b.at(ADD)}, {yes.text}, {no.text})"), axes)
            case Power(base=base, exponent=Number(value=k)) if k.denominator == 1:
                inner = self.of(base, around)
                return None if inner is None else _Operand(Code(f"{inner.value.at(ATOM)}**{k if k > 0 else f'({k}.0)'}", POW), inner.axes)
            case Map(function=function, arg=arg, order=order):
                inner = self.of(arg, around)
                if inner is None:
                    return None
                if isinstance(function, str):
                    return _Operand(fill(FUNCTIONS[function].numpy, [inner.value]), inner.axes)
                return _Operand(Code(f"{identifier(derivative_name(function.name, order))}({inner.value.text})"), inner.axes)
            case Entry() | Delta():
                found = _entry(self.writer, expr, around, self.letters)
                if found is None or list(found.axes) == sorted(set(found.axes)):
                    return found
                return self.contracted([found], [], "".join(sorted(set(found.axes))))
        return None

    def sum(self, node: Sum, around: Mapping[str, Expr]) -> _Operand | None:
        """A nest of sums over a product, or over the terms of a sum, contracted at once."""
        within = dict(around)
        own: list[str] = []
        body: Expr = node
        while isinstance(body, Sum) and body.lower is ONE and isinstance(body.upper, SizeValue | Number):
            if body.index.name in within:
                return None
            within[body.index.name] = body.upper
            own.append(body.index.name)
            body = body.body
        if isinstance(body, Sum):
            return None
        codes: list[_Operand | None] = []
        for term in terms(body):
            factors = term.factors if isinstance(term, Times) else (term,)
            codes.append(self.product(factors, within, own))
        return self.added(codes, around)

    def product(self, factors: Sequence[Expr], around: Mapping[str, Expr], own: Sequence[str] | None) -> _Operand | None:
        """Arrays multiplied, contracted over the indices `own`; constant factors before it."""
        constants: list[Expr] = []
        operands: list[_Operand] = []
        for factor in factors:
            if not factor.free & around.keys():
                constants.append(factor)
                continue
            operand = _entry(self.writer, factor, around, self.letters) if isinstance(factor, Entry | Delta) else self.of(factor, around)
            if operand is None:
                return None
            operands.append(operand)
        used = {letter for operand in operands for letter in operand.axes}
        summed = {self.letters[name] for name in own or ()}
        constants += [around[name] for name in own or () if self.letters[name] not in used]
        if len(operands) > MOST:
            return None
        axes = "".join(sorted(used - summed))
        if own is None and len(operands) == 1 and operands[0].axes == axes:
            return _before(self.writer, constants, operands[0])
        return self.contracted(operands, constants, axes)

    def contracted(self, operands: Sequence[_Operand], constants: Sequence[Expr], axes: str) -> _Operand:
        if not operands:
            return _Operand(self.writer.code(times(*constants)), "")
        ins, arrays = ",".join(o.axes for o in operands), ", ".join(o.value.text for o in operands)
        return _before(self.writer, constants, _Operand(Code(f"np.einsum('{ins}->{axes}', {arrays}, optimize=True)"), axes))

    def added(self, terms_of: Sequence[_Operand | None], around: Mapping[str, Expr]) -> _Operand | None:
        """The sum of arrays; of one it is itself."""
        found = [t for t in terms_of if t is not None]
        if len(found) == 1 == len(terms_of):
            return found[0]
        parts = self.alike([None if t is None else replace(t, minus=False) for t in terms_of], around)
        if parts is None:
            return None
        codes, axes = parts
        return _Operand(total([(t.minus, code) for t, code in zip(found, codes, strict=True)]), axes)

    def alike(self, parts: Sequence[_Operand | None], around: Mapping[str, Expr]) -> tuple[list[Code], str] | None:
        """Arrays of one shape (numbers stay), an axis that one of them lacks filled with ones."""
        found = [p for p in parts if p is not None]
        if len(found) < len(parts):
            return None
        axes = "".join(sorted({letter for p in found for letter in p.axes}))
        names = {self.letters[name]: name for name in around}
        out: list[Code] = []
        for p in found:
            lacking = [letter for letter in axes if letter not in p.axes]
            if not lacking or not p.axes:
                out.append(p.value)
                continue
            ones = [_Operand(Code(f"np.ones({self.writer.integer(around[names[letter]]).text})"), letter) for letter in lacking]
            out.append(self.contracted([p, *ones], [], axes).value)
        return out, axes


def _before(writer: Writer, constants: Sequence[Expr], operand: _Operand) -> _Operand:
    """The array with its constant factors in front, a minus apart."""
    minus, before = writer.signed(times(*constants)) if constants else (False, Code("1"))
    code = operand.code if before.text == "1" else Code(f"{before.at(MUL)} * {operand.code.at(POW)}", MUL)
    return _Operand(code, operand.axes, minus != operand.minus)


def _entry(writer: Writer, factor: Expr, indices: Mapping[str, Expr], letters: Mapping[str, str]) -> _Operand | None:
    """An entry or a delta as an array over its indices, which may stand in it in any order, or twice."""
    match factor:
        case Entry(arg=arg, row=row, column=column) if not arg.free & indices.keys() and not arg.is_scalar:
            flat = is_column(arg.shape) or is_row(arg.shape)
            places = [p for p in (row, column) if p is not None]
            sizes = [s for s in arg.shape if s != s.of(1)] if flat else list(arg.shape)
            if len(places) != len(sizes):
                return None
            cut: list[str] = []
            axes = ""
            for place, extent in zip(places, sizes, strict=True):
                if isinstance(place, Symbol) and place.name in indices:
                    if indices[place.name] is not counted(extent):
                        return None
                    cut.append(":")
                    axes += letters[place.name]
                elif place.free & indices.keys():
                    return None
                else:
                    cut.append(writer.position(place))
            whole = writer.code(arg)
            return _Operand(whole if set(cut) == {":"} else Code(f"{whole.at(ATOM)}[{', '.join(cut)}]"), axes)
        case Delta(left=left, right=right):
            inside = [e for e in (left, right) if isinstance(e, Symbol) and e.name in indices]
            others = [e for e in (left, right) if e not in inside]
            if not inside or any(e.free & indices.keys() for e in others):
                return None
            extents = {indices[e.name] for e in inside}
            if len(extents) > 1:
                return None
            eye = f"np.eye({writer.integer(extents.pop()).text})"
            if others:
                eye += f"[{writer.position(others[0])}]"
            return _Operand(Code(eye), "".join(letters[e.name] for e in inside))
    return None
