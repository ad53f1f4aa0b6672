"""How wide and how tall a formula will be, in em, from its boxes: Computer Modern's own widths, read off its font metrics.

Good to a few percent, which is what choosing where to break a row needs; whether the page is right is measured by TeX.
"""

from __future__ import annotations

from functools import lru_cache, reduce

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
)
from derive.notation.latex.glyphs import WIDE
from derive.values import dataclass

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_ITALIC = dict(zip(_LETTERS, (
    750, 809, 786, 856, 796, 782, 786, 912, 518, 651, 921, 681, 1079, 912, 791, 781, 791, 767, 671, 723, 792, 806, 1083, 907, 803,
    754, 529, 429, 433, 520, 466, 597, 513, 576, 345, 469, 552, 318, 878, 600, 485, 503, 482, 479, 469, 361, 572, 521, 743, 572, 526,
    509,
), strict=True))
_ROMAN = dict(zip(_LETTERS, (
    750, 708, 722, 764, 681, 653, 785, 750, 361, 514, 778, 625, 917, 750, 778, 681, 778, 736, 556, 722, 750, 764, 1042, 750, 775,
    611, 500, 556, 444, 556, 444, 383, 514, 556, 278, 306, 528, 278, 833, 556, 500, 556, 528, 392, 394, 389, 556, 542, 736, 528, 542,
    444,
), strict=True))
_SIGNS = {
    "(": 389, ")": 389, "[": 278, "]": 278, "|": 278, "/": 500, ".": 278, "!": 278, "'": 300, ":": 278,
    "+": 1222, "-": 1222, "=": 1334, "<": 1334, ">": 1334, ",": 445, ";": 445, "*": 944, "~": 333, " ": 0,
}
_COMMANDS = {
    ",": 167, ":": 222, ">": 222, ";": 278, "!": -167, " ": 333, "quad": 1000, "qquad": 2000, "{": 500, "}": 500, "|": 500,
    "cdot": 722, "circ": 944, "otimes": 1222, "odot": 1222, "oslash": 1222, "times": 1222, "pm": 1222, "oplus": 1222,
    "le": 1334, "ge": 1334, "leq": 1334, "geq": 1334, "neq": 1334, "ne": 1334, "in": 1223, "to": 1556, "mapsto": 1556, "succ": 1334,
    "prec": 1334, "succeq": 1334, "preceq": 1334, "approx": 1334, "equiv": 1334, "sim": 1334, "perp": 1334,
    "iff": 2400, "implies": 2400, "Longleftrightarrow": 2400, "Longrightarrow": 2166, "Rightarrow": 1556,
    "langle": 389, "rangle": 389, "lvert": 278, "rvert": 278, "lVert": 500, "rVert": 500, "mid": 834, "lbrace": 500, "rbrace": 500,
    "nabla": 833, "partial": 586, "infty": 1000, "top": 778, "prime": 275, "dots": 1172, "cdots": 1172, "ldots": 1172, "colon": 445,
    "sum": 1611, "prod": 1444, "int": 900, "det": 1500, "exp": 1650, "log": 1450, "sin": 1330, "cos": 1440, "tan": 1500, "max": 2000,
    "min": 1850, "lim": 1400, "sinh": 1900, "cosh": 2000, "tanh": 2050, "arcsin": 2600, "arccos": 2700, "arctan": 2750, "dim": 1650,
    "mu": 603, "nu": 550, "omega": 650, "Sigma": 780, "Lambda": 694, "Phi": 722, "Omega": 722, "ell": 417, "mathop": 0, "nolimits": 0,
    "limits": 0, "displaystyle": 0, "textstyle": 0, "mathstrut": 0, "left": 100, "right": 100, "bigl": 100, "bigr": 100, "Bigl": 180,
    "Bigr": 180, "biggl": 250, "biggr": 250, "big": 100, "Big": 180, "middle": 100, "allowbreak": 0, "nonumber": 0,
}
_UPRIGHT = frozenset((
    "operatorname", "mathrm", "text", "textrm", "mathsf", "textsf", "mathit", "textit", "mathbf", "textbf", "mathcal", "mathscr", "mathfrak",
    "mathtt",
))
"""Alphabets whose letters have the widths of roman type; those of the others are italic."""
_LIMITS = frozenset(("sum", "prod", "int", "lim", "max", "min"))
_SIGN_HEIGHTS = {
    " ": (0.0, 0.0), "~": (0.0, 0.0), "+": (0.58, 0.08), "-": (0.58, 0.08), "=": (0.37, 0.0), ",": (0.1, 0.2), ".": (0.1, 0.0),
    "'": (0.75, 0.0),
}
_FIXED_FENCES = {"big": (0.85, 0.35), "Big": (1.15, 0.65), "bigg": (1.45, 0.95), "Bigg": (1.75, 1.25)}
"""By command: height and depth."""
_FRACTIONS = {"frac": 1.0, "dfrac": 1.0, "tfrac": 0.72, "binom": 1.0}


@dataclass(frozen=True)
class Extent:
    """How far a formula goes: its width, and its height and depth from the baseline, in em."""

    width: float = 0.0
    height: float = 0.0
    depth: float = 0.0

    @property
    def tall(self) -> float:
        """Height and depth together."""
        return self.height + self.depth

    def beside(self, other: Extent) -> Extent:
        """Of two formulas side by side."""
        return Extent(self.width + other.width, max(self.height, other.height), max(self.depth, other.depth))

    def wider(self, more: float) -> Extent:
        """With so much more width."""
        return Extent(self.width + more, self.height, self.depth)


NOTHING = Extent()
STRUT = Extent(0.0, 0.87, 0.37)
"""What a line takes at least."""
_AXIS, _RULE_GAP = 0.25, 0.16
_JOT = 0.55


@lru_cache(maxsize=8192)
def extent(formula: Row, display: bool = True) -> Extent:
    """Width, height and depth of a formula, by TeX's rules for fractions, scripts, limits and fences.

    display  whether it is set as in a display, not as in a text
    """
    found = _row(formula, _ITALIC, display)
    return Extent(round(found.width, 6), round(found.height, 6), round(found.depth, 6))


def width(formula: Row) -> float:
    """The width of a display-style formula in em; an empty one has none."""
    return extent(formula).width


def _row(row: Row, letters: dict[str, int], display: bool) -> Extent:
    """The extent of boxes side by side; `letters` are the widths of the alphabet, `display` is off in scripts and fractions."""
    found = [_box(box, letters, display) for box in row.items]
    return Extent(sum(one.width for one in found), max((o.height for o in found), default=0.0), max((o.depth for o in found), default=0.0))


def _box(box: Box, letters: dict[str, int], display: bool) -> Extent:
    match box:
        case Sign(text=text):
            return _sign(text, letters, display)
        case Scripted():
            return _scripted(box, letters, display)
        case Row():
            return _row(box, letters, display)
        case Group(inside=inside) | Own(inside=inside):
            return _row(inside, letters, display)
        case Blank():
            return NOTHING
        case Digits(text=text):
            return Extent(sum(0.278 if c == "." else 0.5 for c in text), 0.66, 0.0)
        case Fraction():
            return _fraction(box, letters, display and box.command != "tfrac")
        case Root(inside=inside, degree=degree):
            under = _box(inside, letters, display)
            index = 0.0 if degree is None else max(0.0, 0.5 * _row(degree, letters, False).width - 0.3)
            return Extent(under.width + 0.85 + index, under.height + 0.25, under.depth + 0.05)
        case Letters(command=command, inside=inside):
            found = _row(inside, _ROMAN if command in _UPRIGHT else letters, display)
            return found.wider(0.167) if command == "operatorname" else found
        case Marked(command="underbrace", inside=inside):
            found = _box(inside, letters, display)
            return Extent(found.width, found.height, found.depth + 0.6)
        case Marked(command="overbrace", inside=inside):
            found = _box(inside, letters, display)
            return Extent(found.width, found.height + 0.6, found.depth)
        case Marked(command="pmod", inside=inside):
            return _box(inside, letters, display).wider(4.0)
        case Marked(inside=inside) | Accent(inside=inside):
            return _box(inside, letters, display)
        case Under(below=below, inside=inside):
            lower, found = _box(below, letters, False), _box(inside, letters, display)
            return Extent(max(found.width, 0.72 * lower.width), found.height, found.depth + 1.25)
        case Over(above=above, inside=inside):
            upper, found = _box(above, letters, False), _box(inside, letters, display)
            return Extent(max(found.width, 0.72 * upper.width), found.height + 0.3 + 0.72 * upper.tall, found.depth)
        case Arrow(below=under_it, above=above):
            ends = [_box(one, letters, False) for one in (above, under_it) if one is not None]
            return Extent(0.72 * max(one.width for one in ends) + 1.0, 0.5 + 0.72 * ends[0].tall, 0.72 * ends[1].tall if len(ends) > 1 else 0.0)
        case Sized(command=command, delimiter=delimiter):
            fixed = Extent(_COMMANDS.get(command, 580) / 1000, *_FIXED_FENCES.get(command.rstrip("lrm"), (0.7, 0.2)))
            return fixed.beside(_sign(delimiter, letters, display)) if delimiter else fixed
        case Fenced():
            return _fenced(box, letters, display)
        case Array():
            return _array(box, letters)


def _sign(text: str, letters: dict[str, int], display: bool) -> Extent:
    """One sign, by its character or the name of its command."""
    name = text[1:]
    if text[:1] != "\\" or not name:
        wide = _SIGNS.get(text, letters.get(text, 1000 if WIDE.match(text) else 550)) / 1000
        usual = (0.75, 0.25) if not text.isalnum() else (0.7, 0.21 if text in "gjpqyQ" else 0.02)
        return Extent(wide, *_SIGN_HEIGHTS.get(text, usual))
    wide = _COMMANDS.get(name, 580) / 1000
    if name in _LIMITS:
        large = name in ("sum", "prod", "int")
        return Extent(wide, *((0.7, 0.2) if not large else (0.95, 0.45) if display else (0.75, 0.25)))
    return Extent(wide, *((0.7, 0.2) if wide else (0.0, 0.0)))


def _scripted(box: Scripted, letters: dict[str, int], display: bool) -> Extent:
    """A box with what stands raised and lowered beside it, or above and below it; primes stand behind it, scripts behind these."""
    before = NOTHING if box.base is None else _box(box.base, letters, display)
    base = _sign("'", letters, display) if box.primes else before
    above = None if box.above is None else _box(box.above, letters, False)
    below = None if box.below is None else _box(box.below, letters, False)
    wide = 0.72 * max((one.width for one in (above, below) if one), default=0.0)
    height, depth = base.height, base.depth
    if display and isinstance(box.base, Sign) and box.base.text[1:] in _LIMITS and not box.primes:
        wide = max(0.0, wide - base.width)
        height += 0.3 + 0.7 * above.tall if above else 0.0
        depth += max(0.17, 0.6 - 0.7 * below.height) + 0.7 * below.tall + 0.1 if below else 0.0
    else:
        height = max(height, max(0.41, base.height - 0.27) + 0.7 * above.height) if above else height
        depth = max(depth, max(0.2, base.depth + 0.04) + 0.7 * below.depth) if below else depth
    found = Extent(base.width + wide, height, depth)
    return before.wider(max(box.primes - 1, 0) * base.width).beside(found) if box.primes else found


def _fraction(box: Fraction, letters: dict[str, int], display: bool) -> Extent:
    top, bottom = _box(box.above, letters, False), _box(box.below, letters, False)
    small = 1.0 if display else 0.7
    up = max(0.677 if display else 0.394, _AXIS + _RULE_GAP + small * top.depth)
    down = max(0.686 if display else 0.345, _RULE_GAP - _AXIS + small * bottom.height)
    wide = _FRACTIONS[box.command] * max(top.width, bottom.width) + 0.24
    return Extent(wide, up + small * top.height, down + small * bottom.depth)


def _fenced(box: Fenced, letters: dict[str, int], display: bool) -> Extent:
    r"""What stands between \left and \right, which are as tall as it is, about the axis."""
    inside = _row(box.inside, letters, display)
    most = 0.95 * max(inside.height - _AXIS, inside.depth + _AXIS)
    ends = sum(_sign(sign, letters, display).width + 0.1 for sign in (box.left, box.right) if sign)
    return Extent(ends + inside.width, max(inside.height, most + _AXIS), max(inside.depth, most - _AXIS))


def _array(box: Array, letters: dict[str, int]) -> Extent:
    """A matrix or cases: the widest entry of each column, the gaps between them, the delimiters; its rows about the axis."""
    display = box.name.startswith(("aligned", "dcases"))
    cells = [[_row(cell, letters, display) for cell in row] for row in box.rows]
    columns = [max(row[k].width for row in cells if k < len(row)) for k in range(max(map(len, cells)))]
    rows = [reduce(Extent.beside, row, STRUT) for row in cells]
    tall = sum(row.tall for row in rows) + (_JOT if display else 0.05) * (len(rows) - 1)
    return Extent(sum(columns) + max(len(columns) - 1, 0) + 1.45, tall / 2 + _AXIS, tall / 2 - _AXIS)


def line_height(formula: Row, display: bool = True) -> float:
    """The height and depth, in em, of a line of a display, or of a text."""
    return STRUT.beside(extent(formula, display)).tall
