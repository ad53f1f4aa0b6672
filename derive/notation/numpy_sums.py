"""Sums over indices in NumPy: a nest of them over products of entries is one contraction, `np.einsum`; what does not depend on the
index is taken out of a loop where it holds a sum itself.

Eight loops in one another over three or four values each are some ten thousand products an entry; a contraction takes them pairwise.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from string import ascii_lowercase
from typing import TYPE_CHECKING

from derive.language.build import ONE, counted, terms, times
from derive.language.functions import FUNCTIONS
from derive.language.nodes import Delta, Entry, Expr, Map, Number, Power, SizeValue, Sum, Symbol, Times, walk
from derive.language.sizes import is_column, is_row
from derive.notation.identifiers import identifier
from derive.notation.numpy_code import ATOM, MUL, POW, Code, fill, total
from derive.notation.numpy_pending import derivative_name

if TYPE_CHECKING:
    from derive.notation.numpy_writer import Writer

FEWEST = 3
"""Sums in one another from which on they are written as a contraction; fewer read better as loops."""
MOST = 30
"""Operands of one `np.einsum`."""


@dataclass(frozen=True)
class _Operand:
    """An array and the letters of its axes."""

    code: Code
    axes: str


def contraction(writer: Writer, node: Sum) -> Code | None:
    """The nest of sums as contractions, one a term; None where a factor is no array over the indices."""
    indices: dict[str, Expr] = {}
    body: Expr = node
    while isinstance(body, Sum) and body.lower is ONE and isinstance(body.upper, SizeValue | Number) and body.index.name not in indices:
        indices[body.index.name] = body.upper
        body = body.body
    if len(indices) < FEWEST or len(indices) > len(ascii_lowercase) or not body.is_scalar:
        return None
    letters = dict(zip(indices, ascii_lowercase, strict=False))
    codes: list[tuple[bool, Code]] = []
    for term in terms(body):
        found = _term(writer, term, indices, letters)
        if found is None:
            return None
        codes.append(found)
    return total(codes)


def hoisted(node: Sum) -> Expr:
    """The sum with the factors in front that hold a sum and not the index: they are computed once, not in every turn."""
    body = hoisted(node.body) if isinstance(node.body, Sum) else node.body
    if isinstance(body, Times):
        out = [f for f in body.factors if node.index.name not in f.free and any(isinstance(e, Sum) for e in walk(f))]
        if out:
            rest: Expr = Sum(node.index, node.lower, node.upper, times(*(f for f in body.factors if f not in out)))
            return times(*out, rest)
    return node if body is node.body else Sum(node.index, node.lower, node.upper, body)


def _term(writer: Writer, term: Expr, indices: Mapping[str, Expr], letters: Mapping[str, str]) -> tuple[bool, Code] | None:
    """A product of arrays, contracted over all indices, with its constant factors before it."""
    constants: list[Expr] = []
    operands: list[_Operand] = []
    for factor in term.factors if isinstance(term, Times) else (term,):
        if not factor.free & indices.keys():
            constants.append(factor)
            continue
        operand = _operand(writer, factor, indices, letters)
        if operand is None:
            return None
        operands.append(operand)
    used = {letter for operand in operands for letter in operand.axes}
    constants += [upper for name, upper in indices.items() if letters[name] not in used]
    if not 0 < len(operands) <= MOST:
        return None
    axes, arrays = ",".join(o.axes for o in operands), ", ".join(o.code.text for o in operands)
    written = Code(f"np.einsum('{axes}->', {arrays}, optimize=True)")
    minus, before = writer.signed(times(*constants)) if constants else (False, Code("1"))
    return minus, written if before.text == "1" else Code(f"{before.at(MUL)} * {written.text}", MUL)


def _operand(writer: Writer, factor: Expr, indices: Mapping[str, Expr], letters: Mapping[str, str]) -> _Operand | None:
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
        case Power(base=base, exponent=Number(value=k)) if k.denominator == 1:
            inner = _operand(writer, base, indices, letters)
            return None if inner is None else _Operand(Code(f"{inner.code.at(ATOM)}**{k if k > 0 else f'({k}.0)'}", POW), inner.axes)
        case Map(function=function, arg=arg, order=order):
            inner = _operand(writer, arg, indices, letters)
            if inner is None:
                return None
            if isinstance(function, str):
                return _Operand(fill(FUNCTIONS[function].numpy, [inner.code]), inner.axes)
            return _Operand(Code(f"{identifier(derivative_name(function.name, order))}({inner.code.text})"), inner.axes)
    return None
