"""Transposes of letters, words and polynomials."""

from __future__ import annotations

from functools import lru_cache

from derive.calculus.normal_form.polynomial import Poly, Word, add, fingerprint
from derive.calculus.normal_form.recursion import written_transpose
from derive.expressions.functions import FUNCTIONS
from derive.expressions.nodes import Call, Commutation, Expr, Map, Power, Symbol, Transpose


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
        case Commutation(rows, columns):
            return 1, Commutation(columns, rows)
        case Power(base, exponent):
            return 1, Power(written_transpose(base), exponent)
        case Map(function, arg, order):
            return 1, Map(function, written_transpose(arg), order)
        case Call(name, args):
            how = FUNCTIONS[name].transposes
            if how == "self" or (how == "self-if-square" and letter.shape[0] == letter.shape[1]):
                return 1, letter
            if how == "args":
                new = tuple(sorted((written_transpose(a) for a in args), key=fingerprint)
                            if name == "hadamard" else (written_transpose(a) for a in args))
                return 1, Call(name, new)
            if how in FUNCTIONS:
                return 1, Call(how, tuple(written_transpose(a) for a in args))
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
