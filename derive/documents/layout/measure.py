"""How wide and how tall a formula will be, in em, from its LaTeX: Computer Modern's own widths, read off its font metrics.

Good to a few percent, which is what choosing where to break a row needs; whether the page is right is measured by TeX.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

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
_UPRIGHT = {"operatorname", "mathrm", "text", "textrm", "mathsf", "textsf", "mathit", "textit", "mathbf", "textbf", "mathcal"}
_WRAPPERS = {"dvchange", "boldsymbol", "bm", "mathbb", "underbrace", "overline", "hat", "dot", "ddot", "bar", "tilde",
             "phantom", "mathopen", "mathclose", "mathord", "mathbin", "mathrel", "mathinner", "smash", "boxed", "color"}
_LIMITS = ("sum", "prod", "int", "lim", "max", "min", "\\sum", "\\prod", "\\lim", "\\max", "\\min")
_SIGN_HEIGHTS = {
    " ": (0.0, 0.0), "~": (0.0, 0.0), "+": (0.58, 0.08), "-": (0.58, 0.08), "=": (0.37, 0.0), ",": (0.1, 0.2), ".": (0.1, 0.0),
    "'": (0.75, 0.0),
}
_FIXED_FENCES = {"big": (0.85, 0.35), "Big": (1.15, 0.65), "bigg": (1.45, 0.95), "Bigg": (1.75, 1.25)}
"""By command: height and depth."""
_FRACTIONS = {"frac": 1.0, "dfrac": 1.0, "tfrac": 0.72, "binom": 1.0}

_TOKEN = re.compile(r"\\begin\{(?P<begin>\w+\*?)\}|\\end\{\w+\*?\}|\\(?P<word>[A-Za-z]+)\*?\s*|\\(?P<sign>.)|(?P<char>.)", re.DOTALL)


WIDE = re.compile("[\u2e80-\u9fff\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef\U00020000-\U0003ffff]")
"""A character of a script whose letters are squares."""


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
        return Extent(self.width + other.width, max(self.height, other.height), max(self.depth, other.depth))

    def wider(self, more: float) -> Extent:
        return Extent(self.width + more, self.height, self.depth)


NOTHING = Extent()
STRUT = Extent(0.0, 0.87, 0.37)
"""What a line takes at least."""
_AXIS, _RULE_GAP = 0.25, 0.16
_JOT = 0.55


@lru_cache(maxsize=8192)
def extent(latex: str) -> Extent:
    """Width, height and depth of a display-style formula, by TeX's rules for fractions, scripts, limits and fences."""
    found, _ = _run(_tokens(latex), 0, _ITALIC, True)
    return Extent(round(found.width, 6), round(found.height, 6), round(found.depth, 6))


def width(latex: str) -> float:
    """The width of a display-style formula in em; an empty one has none."""
    return extent(latex).width


def _tokens(latex: str) -> tuple[str, ...]:
    """Commands with their backslash, `\\begin{…}` and `\\end{…}` whole, every other character alone."""
    return tuple(m.group(0).rstrip() or " " for m in _TOKEN.finditer(latex))


def _run(tokens: tuple[str, ...], k: int, letters: dict[str, int], display: bool) -> tuple[Extent, int]:
    """The extent of what stands from k to the closing brace or the end, and the place after it."""
    total, base, limits = NOTHING, NOTHING, False
    scripts: dict[str, Extent] = {}
    while k < len(tokens) and tokens[k] != "}":
        token = tokens[k]
        if token in "^_":
            scripts[token], k = _argument(tokens, k + 1, letters, False)
            continue
        total = total.beside(_scripted(base, scripts, limits))
        scripts, limits = {}, display and token in _LIMITS
        if token == "\\right" and k + 1 < len(tokens):
            # Its delimiter carries scripts as high as what it closes.
            _, k = _atom(tokens, k + 1, letters, display)
            base = Extent(0.48, total.height, total.depth)
            continue
        base, k = _atom(tokens, k, letters, display)
    return total.beside(_scripted(base, scripts, limits)), k


def _scripted(base: Extent, scripts: dict[str, Extent], limits: bool) -> Extent:
    """An atom with what stands raised and lowered beside it, or above and below it."""
    if not scripts:
        return base
    above, below = scripts.get("^"), scripts.get("_")
    wide = 0.72 * max(one.width for one in scripts.values())
    height, depth = base.height, base.depth
    if limits:
        if above:
            height += 0.3 + 0.7 * above.tall
        if below:
            depth += max(0.17, 0.6 - 0.7 * below.height) + 0.7 * below.tall + 0.1
    else:
        if above:
            height = max(height, max(0.41, base.height - 0.27) + 0.7 * above.height)
        if below:
            depth = max(depth, max(0.2, base.depth + 0.04) + 0.7 * below.depth)
    return Extent(base.width + wide, height, depth)


def _argument(tokens: tuple[str, ...], k: int, letters: dict[str, int], display: bool) -> tuple[Extent, int]:
    """The extent of one argument: a group, or a single token."""
    while k < len(tokens) and tokens[k] == " ":
        k += 1
    return _atom(tokens, k, letters, display) if k < len(tokens) else (NOTHING, k)


def _atom(tokens: tuple[str, ...], k: int, letters: dict[str, int], display: bool) -> tuple[Extent, int]:
    token = tokens[k]
    if token == "{":
        found, k = _run(tokens, k + 1, letters, display)
        return found, min(k + 1, len(tokens))
    if token.startswith("\\begin"):
        return _environment(tokens, k, letters)
    if not token.startswith("\\") or len(token) == 1:
        if token.isdigit():
            return Extent(0.5, 0.66, 0.0), k + 1
        wide = _SIGNS.get(token, letters.get(token, 1000 if WIDE.match(token) else 550)) / 1000
        usual = (0.75, 0.25) if not token.isalnum() else (0.7, 0.21 if token in "gjpqyQ" else 0.02)
        return Extent(wide, *_SIGN_HEIGHTS.get(token, usual)), k + 1
    name = token[1:].rstrip("*")
    k += 1
    if name in _FRACTIONS:
        return _fraction(tokens, k, letters, display and name != "tfrac", _FRACTIONS[name])
    if name == "sqrt":
        under, k = _argument(tokens, k, letters, display)
        return Extent(under.width + 0.85, under.height + 0.25, under.depth + 0.05), k
    if name in _UPRIGHT:
        inside, k = _argument(tokens, k, _ROMAN, display)
        return inside.wider(0.167 if name == "operatorname" else 0.0), k
    if name == "deriveshape":
        below, k = _argument(tokens, k, letters, False)
        inside, k = _argument(tokens, k, letters, display)
        return Extent(max(inside.width, 0.72 * below.width), inside.height, inside.depth + 1.25), k
    if name in _WRAPPERS:
        if k < len(tokens) and tokens[k] == "<" and ">" in tokens[k:]:
            k = tokens.index(">", k) + 1
        inside, k = _argument(tokens, k, letters, display)
        return (Extent(inside.width, inside.height, inside.depth + 0.6) if name == "underbrace" else inside), k
    wide = _COMMANDS.get(name, 580) / 1000
    if name in _LIMITS:
        large = name in ("sum", "prod", "int")
        return Extent(wide, *((0.7, 0.2) if not large else (0.95, 0.45) if display else (0.75, 0.25))), k
    if name == "left":
        return _fenced(tokens, k, letters, display, wide)
    return Extent(wide, *_FIXED_FENCES.get(name.rstrip("lrm"), (0.7, 0.2) if wide else (0.0, 0.0))), k


def _fraction(tokens: tuple[str, ...], k: int, letters: dict[str, int], display: bool, share: float) -> tuple[Extent, int]:
    top, k = _argument(tokens, k, letters, False)
    bottom, k = _argument(tokens, k, letters, False)
    small = 1.0 if display else 0.7
    up = max(0.677 if display else 0.394, _AXIS + _RULE_GAP + small * top.depth)
    down = max(0.686 if display else 0.345, _RULE_GAP - _AXIS + small * bottom.height)
    wide = share * max(top.width, bottom.width) + 0.24
    return Extent(wide, up + small * top.height, down + small * bottom.depth), k


def _fenced(tokens: tuple[str, ...], k: int, letters: dict[str, int], display: bool, wide: float) -> tuple[Extent, int]:
    r"""What stands between \left and \right, which are as tall as it is, about the axis."""
    opening, k = _atom(tokens, k, letters, display) if k < len(tokens) else (NOTHING, k)
    start, depth = k, 1
    while k < len(tokens):
        depth += (tokens[k] == "\\left") - (tokens[k] == "\\right")
        if depth == 0:
            break
        k += 1
    inside, _ = _run(tokens[start:k], 0, letters, display)
    most = 0.95 * max(inside.height - _AXIS, inside.depth + _AXIS)
    found = Extent(wide + opening.width + inside.width, max(inside.height, most + _AXIS), max(inside.depth, most - _AXIS))
    if k >= len(tokens):
        return found, k
    closing, k = _atom(tokens, k + 1, letters, display) if k + 1 < len(tokens) else (NOTHING, k + 1)
    return found.wider(closing.width + 0.1), k


def _environment(tokens: tuple[str, ...], k: int, letters: dict[str, int]) -> tuple[Extent, int]:
    """A matrix or cases: the widest entry of each column, the gaps between them, the delimiters; its rows about the axis."""
    display = tokens[k].startswith(("\\begin{aligned", "\\begin{dcases"))
    columns: list[float] = []
    rows: list[Extent] = [STRUT]
    column, k = 0, k + 1
    while k < len(tokens) and not tokens[k].startswith("\\end"):
        start, depth = k, 0
        while k < len(tokens):
            token = tokens[k]
            depth += token in "{" or token.startswith("\\begin")
            depth -= token == "}"
            if depth <= 0 and (token in ("&", "\\\\") or token.startswith("\\end")):
                break
            depth -= token.startswith("\\end")
            k += 1
        entry, _ = _run(tokens[start:k], 0, letters, display)
        columns += [0.0] * (column + 1 - len(columns))
        columns[column] = max(columns[column], entry.width)
        rows[-1] = rows[-1].beside(entry)
        if k < len(tokens) and not tokens[k].startswith("\\end"):
            column = column + 1 if tokens[k] == "&" else 0
            if tokens[k] == "\\\\":
                rows.append(STRUT)
            k += 1
    tall = sum(row.tall for row in rows) + (_JOT if display else 0.05) * (len(rows) - 1)
    wide = sum(columns) + max(len(columns) - 1, 0) + 1.45
    return Extent(wide, tall / 2 + _AXIS, tall / 2 - _AXIS), k + 1


def line_height(latex: str) -> float:
    """The height and depth, in em, of a line of a display."""
    return STRUT.beside(extent(latex)).tall
