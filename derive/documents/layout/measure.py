"""How wide a formula will be, in em, from its LaTeX: Computer Modern's own widths, read off its font metrics.

Good to a few percent, which is what choosing where to break a row needs; whether the page is right is measured by TeX.
"""

from __future__ import annotations

import re
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
_FRACTIONS = {"frac": 1.0, "dfrac": 1.0, "tfrac": 0.72, "binom": 1.0}

_TOKEN = re.compile(r"\\begin\{(?P<begin>\w+\*?)\}|\\end\{\w+\*?\}|\\(?P<word>[A-Za-z]+)\*?\s*|\\(?P<sign>.)|(?P<char>.)", re.DOTALL)


WIDE = re.compile("[\u2e80-\u9fff\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef\U00020000-\U0003ffff]")
"""A character of a script whose letters are squares."""


@lru_cache(maxsize=8192)
def width(latex: str) -> float:
    """The width of a display-style formula in em; an empty one has none."""
    total, _ = _run(_tokens(latex), 0, _ITALIC)
    return total / 1000


def _tokens(latex: str) -> tuple[str, ...]:
    """Commands with their backslash, `\\begin{…}` and `\\end{…}` whole, every other character alone."""
    return tuple(m.group(0).rstrip() or " " for m in _TOKEN.finditer(latex))


def _run(tokens: tuple[str, ...], k: int, letters: dict[str, int]) -> tuple[float, int]:
    """The width of what stands from k to the closing brace or the end, and the place after it."""
    total = last = 0.0
    scripts: dict[str, float] = {}
    while k < len(tokens) and tokens[k] != "}":
        token = tokens[k]
        if token in "^_":
            size, k = _argument(tokens, k + 1, letters)
            scripts[token] = 0.72 * size
            continue
        total += max(scripts.values(), default=0.0)
        scripts = {}
        last, k = _atom(tokens, k, letters)
        total += last
    return total + max(scripts.values(), default=0.0), k


def _argument(tokens: tuple[str, ...], k: int, letters: dict[str, int]) -> tuple[float, int]:
    """The width of one argument: a group, or a single token."""
    while k < len(tokens) and tokens[k] == " ":
        k += 1
    return _atom(tokens, k, letters) if k < len(tokens) else (0.0, k)


def _atom(tokens: tuple[str, ...], k: int, letters: dict[str, int]) -> tuple[float, int]:
    token = tokens[k]
    if token == "{":
        size, k = _run(tokens, k + 1, letters)
        return size, min(k + 1, len(tokens))
    if token.startswith("\\begin"):
        return _environment(tokens, k, letters)
    if not token.startswith("\\") or len(token) == 1:
        if token.isdigit():
            return 500, k + 1
        return _SIGNS.get(token, letters.get(token, 1000 if WIDE.match(token) else 550)), k + 1
    name = token[1:].rstrip("*")
    k += 1
    if name in _FRACTIONS:
        top, k = _argument(tokens, k, letters)
        bottom, k = _argument(tokens, k, letters)
        return _FRACTIONS[name] * max(top, bottom) + 240, k
    if name == "sqrt":
        size, k = _argument(tokens, k, letters)
        return size + 850, k
    if name in _UPRIGHT:
        size, k = _argument(tokens, k, _ROMAN)
        return size + (167 if name == "operatorname" else 0), k
    if name == "deriveshape":
        below, k = _argument(tokens, k, letters)
        size, k = _argument(tokens, k, letters)
        return max(size, 0.72 * below), k
    if name in _WRAPPERS:
        if k < len(tokens) and tokens[k] == "<" and ">" in tokens[k:]:
            k = tokens.index(">", k) + 1
        return _argument(tokens, k, letters)
    return _COMMANDS.get(name, 580), k


def _environment(tokens: tuple[str, ...], k: int, letters: dict[str, int]) -> tuple[float, int]:
    """A matrix or cases: the widest entry of each column, the gaps between them, the delimiters."""
    columns: list[float] = []
    column, k = 0, k + 1
    size = 0.0
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
        size, _ = _run(tokens[start:k], 0, letters)
        columns += [0.0] * (column + 1 - len(columns))
        columns[column] = max(columns[column], size)
        if k < len(tokens) and not tokens[k].startswith("\\end"):
            column = column + 1 if tokens[k] == "&" else 0
            k += 1
    return sum(columns) + 1000 * max(len(columns) - 1, 0) + 1450, k + 1
