"""Boxes as one line of text in the signs of mathematics: `2AXB`, `X⁻¹`, `a/(2s²)`, `⟨AX, H⟩`.

As in TeX, every sign has a class, and two classes side by side say what stands between them.  Where TeX tells by size or place what
belongs together, brackets do it here.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Literal

from derive.expressions.spelling import GREEK_UNICODE
from derive.notation.latex.boxes import (
    Accent,
    Array,
    Arrow,
    Blank,
    Box,
    Digits,
    Fenced,
    Fraction,
    Group,
    Letters,
    Marked,
    Over,
    Own,
    Root,
    Row,
    Scripted,
    Sign,
    Sized,
    Under,
    parts,
)
from derive.notation.latex.compose import NAMED_D, PARTIAL, D
from derive.notation.latex.signs import LETTERS, NAMED, OPERATORS
from derive.values import dataclass

Class = Literal["ord", "number", "fraction", "ratio", "prefix", "op", "bin", "unary", "rel", "open", "close", "punct", "words", "gap", "space"]
"""The classes of TeX, and apart: a number; a quotient; a ratio like ∂f/∂x, which is one sign; D, d, ∇, ∂; the sign of a number; words; a
blank between factors, and a space that is meant."""


@dataclass(frozen=True, slots=True)
class Atom:
    """A text that stays together."""

    kind: Class
    text: str


_NAMES = {
    **LETTERS, **OPERATORS, **GREEK_UNICODE, "varphi": LETTERS["phi"], "varepsilon": LETTERS["epsilon"], "|": "‖", "cdot": "·",
    **{sign: sign for sign in "{}"},
}
_CHARACTERS = {"-": "−", **{"\\" + name: sign for name, sign in _NAMES.items()}}
_SIGNS: tuple[tuple[Class, str], ...] = (
    ("bin", "+ − · × ÷ ± ∓ ∘ ∙ ∗ ⋆ ⊕ ⊖ ⊗ ⊙ ⊘ ∧ ∨ ∩ ∪ ∖ ⊔ ⊓ ⋉ ⋊ ⊛ ⊞"),
    ("rel", "= < > ≤ ≥ ≠ ≈ ≡ ∼ ≃ ≅ ∝ ≺ ≻ ⪯ ⪰ ≪ ≫ ∈ ∋ ∉ ⊂ ⊆ ⊃ ⊇ ∥ ∣ → ← ↦ ⇒ ⇐ ⇔ ⟹ ⟺ ⟶ ≔ ≕ ⩽ ⩾ ⟸ ↔ ⟵ ⟼ ⊢ ⊨ ≐ ≍ ≲ ≳"),
    ("prefix", "∇ ∂"), ("op", "∑ ∏ ∫"), ("open", "( [ { ⟨ ⌊ ⌈"), ("close", ") ] } ⟩ ⌋ ⌉"), ("punct", ", ;"),
)
_KINDS = {sign: kind for kind, signs in _SIGNS for sign in signs.split()}
_OPENING, _CLOSING = frozenset((r"\lvert", r"\lVert")), frozenset((r"\rvert", r"\rVert"))
_SPACES = frozenset(map(Sign, (r"\,", r"\:", r"\;", r"\ ", r"\quad", r"\qquad", "~")))
_BIG = frozenset("∑∏∫")
_SILENT = frozenset((r"\!", r"\displaystyle", r"\textstyle", r"\limits", r"\nolimits"))
_RAISED = str.maketrans("0123456789−+", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺")
_LOWERED = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_TRANSPOSED = {"ᵀ": "'", "⊤": "⊤", "−ᵀ": "⁻ᵀ", "−⊤": "⁻ᵀ", "*": "*", "′": "′"}
"""What is raised and has a sign of its own."""
_ACCENTS = {"dot": "\u0307", "ddot": "\u0308", "hat": "\u0302", "widehat": "\u0302", "tilde": "\u0303", "widetilde": "\u0303", "bar": "\u0304",
            "overline": "\u0304", "vec": "\u20d7", "check": "\u030c", "breve": "\u0306", "acute": "\u0301", "grave": "\u0300", "mathring": "\u030a"}
_ALPHABETS = {"mathbb": "DOUBLE-STRUCK", "mathcal": "SCRIPT", "mathscr": "SCRIPT", "mathfrak": "FRAKTUR", "mathbf": "BOLD", "boldsymbol": "BOLD",
              "bm": "BOLD"}
_HALVES = {("1", "2"): "½", ("1", "4"): "¼", ("3", "4"): "¾"}

_MARKS = r"[₀-₉]*[⁰¹²³⁴-⁹⁻⁺ᵀ⊤'′*\u0300-\u030c\u20d7]*"
_LETTER = re.compile(rf"[^\W\d_][\u0300-\u030c\u20d7]*{_MARKS}")
"""A letter, or what is written like one: nothing stands between two of them."""
_PREFIX = re.compile(rf"[∇∂Dd]{_MARKS}")
_BRACKETED = re.compile(rf"\){_MARKS}")


def written(box: Box) -> str:
    """The boxes as one line of text."""
    return _joined(_atoms(box))


def _atoms(box: Box) -> list[Atom]:
    return list(_read(box))


def _read(box: Box) -> Iterator[Atom]:
    """The atoms of a box, from the left."""
    match box:
        case Row(items=items):
            several = sum(not isinstance(one, Blank) and one not in _SPACES for one in items) > 1
            for k, one in enumerate(items):
                factor = not k or isinstance(items[k - 1], Blank)
                atoms = _atoms(one.inside if isinstance(one, Fenced) and factor and _is_cases(one.inside) else one)
                yield from _in_brackets(atoms) if several and (_is_open(one) or _has_blanks(atoms)) else atoms
        case Blank():
            yield Atom("gap", " ")
        case Sign():
            yield from _sign(box)
        case Digits(text=text):
            yield Atom("number", text)
        case Sized(delimiter=delimiter):
            yield from _delimiter(delimiter, "open" if box.command[-1] == "l" else "close")
        case Group(inside=inside) | Own(inside=inside):
            yield from _read(inside)
        case Marked(command="phantom"):
            return
        case Marked(command="not", inside=inside):
            yield Atom("rel", _joined(_atoms(inside)) + "\N{COMBINING LONG SOLIDUS OVERLAY}")
        case Marked(command="pmod", inside=inside):
            yield Atom("words", f"(mod {written(inside)})")
        case Marked(inside=inside) | Under(inside=inside) | Over(inside=inside):
            yield from _read(inside)
        case Arrow(command=command):
            yield Atom("rel", "→" if command == "xrightarrow" else "←")
        case Letters():
            yield _letters(box)
        case Accent(command=command, inside=inside):
            under = written(inside)
            sign = _ACCENTS.get(command)
            yield Atom("ord", f"{under[0]}{sign}{under[1:]}" if sign and _LETTER.fullmatch(under) else f"{command}({under})")
        case Root(inside=inside, degree=degree):
            under_it = _atoms(inside)
            short = len(under_it) == 1 and (under_it[0].kind == "number" or len(under_it[0].text) == 1)
            yield Atom("ord", f"√{'' if degree is None else f'[{written(degree)}]'}{_joined(under_it) if short else f'({_joined(under_it)})'}")
        case Fraction():
            yield _quotient(box)
        case Fenced(left=left, inside=inside, right=right):
            yield from (*_delimiter(left, "open"), *_read(inside), *_delimiter(right or "", "close"))
        case Array(name=name, rows=rows):
            cells = [[_joined(_atoms(cell)) for cell in row] for row in rows]
            if name == "cases":
                yield Atom("ord", f"{{{', '.join(' '.join(row) for row in cells)}}}")
            else:
                yield Atom("ord", f"[{'; '.join(', '.join(row) for row in cells)}]")
        case Scripted():
            yield from _scripted(box)


def _sign(box: Sign) -> Iterator[Atom]:
    """A character, or the name of a command."""
    text = box.text
    if box in _SPACES:
        yield Atom("space", " ")
    elif text[1:] in NAMED and text[0] == "\\":
        yield Atom("op", text[1:])
    elif text not in _SILENT:
        sign = _CHARACTERS.get(text, text.lstrip("\\"))
        kind: Class = "open" if text in _OPENING else "close" if text in _CLOSING else _KINDS.get(sign, "ord")
        yield Atom(kind, sign)


def _delimiter(sign: str, kind: Class) -> Iterator[Atom]:
    if sign not in ("", "."):
        yield Atom(kind, _CHARACTERS.get(sign, sign))


def _letters(box: Letters) -> Atom:
    """Letters in another alphabet: the name of a function, words, a letter or a name."""
    text = "".join(one.text for one in _read(box.inside))
    if box.command == "operatorname":
        return Atom("op", text)
    if box.command in ("text", "textrm") and not text.isidentifier():
        return Atom("words", text.strip())
    if box in (D, NAMED_D):
        return Atom("prefix", text)
    if box.command == "mathsf" and text == "T":
        return Atom("ord", "ᵀ")
    alphabet = _ALPHABETS.get(box.command)
    return Atom("ord", "".join(_drawn(letter, alphabet) for letter in text) if alphabet else text)


def _drawn(letter: str, alphabet: str) -> str:
    """A letter or a digit of an alphabet, where Unicode has it."""
    *_, kind, name = ["", "", *unicodedata.name(letter, "").replace(" LETTER", "").split()]
    for called in (f"MATHEMATICAL {alphabet} {kind} {name}", f"{alphabet.replace('FRAKTUR', 'BLACK-LETTER')} {kind} {name}"):
        try:
            return unicodedata.lookup(called)
        except KeyError:
            continue
    return letter


def _is_open(box: Box) -> bool:
    """Whether it has a bracket at its right side alone: what it takes in is told by brackets, where something stands beside it."""
    bare = box.base if isinstance(box, Scripted) else box
    return isinstance(bare, Fenced) and bare.left == "."


def _is_cases(row: Row) -> bool:
    """Whether it is a function by cases, which has braces: as a factor it needs no brackets."""
    return len(row.items) == 1 and isinstance(one := row.items[0], Array) and one.name == "cases"


def _has_blanks(atoms: list[Atom]) -> bool:
    """Whether it is a quotient with blanks about its slash."""
    return len(atoms) == 1 and atoms[0].kind == "ratio" and " " in atoms[0].text


def _in_brackets(atoms: list[Atom]) -> Iterator[Atom]:
    return iter((Atom("open", "("), *atoms, Atom("close", ")")))


# --------------------------------------------------------------------------------------------------- scripts and quotients
def _scripted(box: Scripted) -> Iterator[Atom]:
    """What a script stands at, with its scripts; in brackets where that is more than one letter."""
    base = [] if box.base is None else _atoms(box.base)
    lower, upper = ([] if script is None else _atoms(script) for script in (box.below, box.above))
    below, above = _joined(lower, tight=True), _joined(upper, tight=True)
    if _is_open(box):
        yield from base[:-1]
        yield Atom("close", f" |{below}")
        return
    if below and above and base[-1:] and base[-1].text in _BIG:
        yield Atom("op", f"{base[-1].text}_{{{below}..{above}}}")
        return
    if not isinstance(box.base, Fenced) and (len(base) > 1 or any(map(_is_quotient, base)) or _is_raised(box.base)):
        base = list(_in_brackets(base))
    yield from base[:-1]
    last = base[-1] if base else Atom("ord", "")
    marks = _lowered(below, any(one.kind == "gap" for one in lower)) + "′" * box.primes + _raised(above)
    yield Atom("ord" if last.kind == "number" else last.kind, last.text + marks)


def _is_raised(box: Box | None) -> bool:
    """Whether it has an exponent already."""
    return isinstance(box, Group) and any(isinstance(one, Scripted) and one.above is not None for one in box.inside.items)


def _lowered(text: str, product: bool) -> str:
    """As a subscript: `₁₂`, `_ij`, `_(i+1)`, of a product `_(2n)`."""
    if not text:
        return ""
    if text.isdecimal() and text.isascii():
        return text.translate(_LOWERED)
    return f"_{text}" if len(text) == 1 or (re.fullmatch(r"\w+", text) and not product) else f"_({text})"


def _raised(text: str) -> str:
    """As a superscript: `²`, `⁻¹`, `'`, `^k`, `^(k+1)`, `^∘2`; what has a script itself stands in brackets."""
    if not text or text in _TRANSPOSED:
        return _TRANSPOSED.get(text, "")
    if re.fullmatch(r"−?\d+|\+", text):
        return text.translate(_RAISED)
    before, inside = ("^∘", text[1:]) if text[0] == "∘" else ("^", text)
    return before + (inside if len(inside) == 1 or inside.isdecimal() or re.fullmatch(r"\([^()]*\)", inside) else f"({inside})")


def _quotient(box: Fraction) -> Atom:
    """`½`, `3/2`, `2Bx/(x'x)`, `∂f/∂x`, `d/dt`: brackets show what stands above and below."""
    above, below = _atoms(box.above), _atoms(box.below)
    over, under = _joined(above), _joined(below)
    if box.command == "binom":
        return Atom("ord", f"C({over}, {under})")
    if over.isdecimal() and under.isdecimal():
        return Atom("number", _HALVES.get((over, under), f"{over}/{under}"))
    if _is_derivative(box.above) and _is_derivative(box.below):
        over, under = (_joined(atom for atom in atoms if atom.kind not in ("gap", "space")) for atoms in (above, below))
        between = " / " if " " in over + under else "/"
        return Atom("op" if len(_kinds(above)) == 1 else "ratio", f"{over}{between}{under}")
    return Atom("fraction", f"{over if _is_product(above) else f'({over})'}/{under if _is_single(below) else f'({under})'}")


def _is_derivative(box: Box) -> bool:
    """Whether it is a part of a quotient like ∂f/∂x: it begins with the sign of a derivative."""
    first = next((one for one in parts(box) if not isinstance(one, Row | Group | Scripted)), None)
    return first in (D, PARTIAL)


def _is_quotient(atom: Atom) -> bool:
    return atom.kind in ("fraction", "ratio") or (atom.kind in ("number", "op") and "/" in atom.text)


def _kinds(atoms: Iterable[Atom]) -> str:
    """A letter for each atom outside of brackets: `o` of a factor, `(` and `)` of brackets, `+` of what stands between, `/` of a quotient,
    `Σ` of a big operator."""
    out, depth = "", 0
    for one in atoms:
        depth -= one.kind == "close"
        if not depth:
            out += (
                "(" if one.kind == "open" else ")" if one.kind == "close" else "Σ" if one.text[:1] in _BIG else "/" if _is_quotient(one)
                else "o" if one.kind in ("ord", "number", "op", "prefix") else " " if one.kind in ("gap", "space") else "+"
            )
        depth += one.kind == "open"
    return out


def _is_product(atoms: Iterable[Atom]) -> bool:
    """Whether it needs no brackets above a bar: no sum, no quotient, no big operator outside of brackets."""
    return not set(_kinds(atoms)) & set("+/Σ")


def _is_single(atoms: Iterable[Atom]) -> bool:
    """Whether it is one factor: a number, a letter, a call, what stands in brackets."""
    return re.fullmatch(r"o?(\(\))*", _kinds(atoms)) is not None


# --------------------------------------------------------------------------------------------------- side by side
def _joined(atoms: Iterable[Atom], tight: bool = False) -> str:
    """Atoms side by side; `tight` in a script, where no blanks stand about signs."""
    out, gap, before = "", "", Atom("open", "")
    calls: list[bool] = []
    call = False
    for one, behind in pairwise((*atoms, Atom("close", ""))):
        if one.kind in ("gap", "space"):
            gap = "space" if "space" in (one.kind, gap) else "gap"
            continue
        if one.kind == "bin" and before.kind in ("open", "bin", "rel", "punct", "op", "unary", "words"):
            one = Atom("unary", one.text)
        called = behind.kind == "open" and behind.text == "(" and one.kind == "ord"
        out += _between(before, one, "space" if gap and (call or called) else gap, tight) + one.text
        if one.kind == "open":
            calls.append(bool(out) and not gap and before.kind in ("ord", "op", "close"))
        call = one.kind == "close" and bool(calls) and calls.pop()
        gap, before = "", one
    return out


def _between(left: Atom, right: Atom, gap: str, tight: bool) -> str:
    """What stands between two atoms; `gap` is what stands there in TeX."""
    kinds = {left.kind, right.kind}
    if left.kind in ("open", "unary") or right.kind in ("close", "punct"):
        return ""
    if kinds & {"bin", "rel", "punct"}:
        return "" if tight else " "
    if left.kind == "fraction":
        return " · "
    if kinds & {"words", "fraction"} or (left.kind == "number" and "/" in left.text):
        return " "
    if "op" in kinds:
        return "" if not gap and "open" in kinds else " "
    if not gap or (left.kind == "prefix" and _PREFIX.fullmatch(left.text)):
        return ""
    if right.kind == "number":
        return " · "
    ends = left.kind == "number" or (_BRACKETED if left.kind == "close" else _LETTER).fullmatch(left.text)
    starts = right.text == "(" if right.kind == "open" else right.kind != "prefix" and _LETTER.fullmatch(right.text)
    return "" if gap == "gap" and ends and starts else " "
