"""Transposes of letters, words and polynomials."""

from __future__ import annotations

from functools import lru_cache

from derive.calculus.normal_form.polynomial import Poly, Word, add, fingerprint
from derive.calculus.normal_form.recursion import written_transpose
from derive.expressions.nodes import Call, Commutation, Expr, Map, Power, Scale, Symbol, Transpose
from derive.expressions.properties.transpose import turned


@lru_cache(maxsize=50_000)
def flip(letter: Expr) -> tuple[int, Expr]:
    """(sign, letter') with the transpose pushed as far in as it goes."""
    match letter:
        case Transpose(arg):
            return 1, arg
        case Symbol(has=has) if has & {"symmetric", "diagonal", "spd", "psd"}:
            return 1, letter
        case Symbol(has=has) if "skew" in has:
            return -1, letter
        case Power(base, exponent):
            return 1, Power(written_transpose(base), exponent)
        case Commutation() | Map() | Call():
            new = turned(letter, written_transpose, columns=True)
            if isinstance(new, Call) and new.name == "hadamard":
                return 1, Call("hadamard", tuple(sorted(new.args, key=fingerprint)))
            if isinstance(new, Scale):
                return -1, new.arg
            return 1, Transpose(letter) if new is None else new
    return 1, Transpose(letter)


def flip_word(word: Word) -> tuple[int, Word]:
    """(sign, the transposed word)."""
    sign, out = 1, []
    for letter in reversed(word):
        s, flipped = flip(letter)
        sign *= s
        out.append(flipped)
    return sign, tuple(out)


def transposed(poly: Poly) -> Poly:
    """The transpose of a polynomial."""
    out: list[Poly] = []
    for (scalars, word), c in poly.items():
        sign, flipped = flip_word(word)
        out.append({(scalars, flipped): c * sign})
    return add(out)
