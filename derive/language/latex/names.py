"""Which declared name stands at a place of a LaTeX formula: the longest one that fits."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from derive.expressions.functions import FUNCTIONS
from derive.expressions.nodes import Expr, SizeValue, Symbol, Unnamed
from derive.expressions.sizes import Size
from derive.expressions.spelling import GREEK_UNICODE, latex_of, symbol_latex, unnamed_latex
from derive.language.latex.tokens import Tex, spelled
from derive.values import dataclass

if TYPE_CHECKING:
    from derive.language.scope import Scope


@dataclass(frozen=True)
class Called:
    """A name that stands for the function `function`."""

    name: str
    function: str


Value = Expr | Unnamed | Called

FONTS = frozenset((
    r"\bm", r"\boldsymbol", r"\mathbb", r"\mathbf", r"\mathcal", r"\mathfrak", r"\mathit", r"\mathnormal", r"\mathrm",
    r"\mathscr", r"\mathsf", r"\mathtt", r"\operatorname", r"\pmb", r"\text", r"\textbf", r"\textit", r"\textrm",
    r"\vec",
))
"""Macros that change how a name looks and not what it is."""

_DIFFERENTIAL = r"\mathrm{d}"
"""What a differential is spelled with, in front of its letter, which may be bold."""

_SYNONYMS = {
    "Tr": "tr", "trace": "tr", "Trace": "tr", "ln": "log", "Det": "det", "Diag": "diag", "skew": "skewpart", "sgn": "sign",
    "ReLU": "relu", "arcsin": "asin", "arccos": "acos", "arctan": "atan", "LSE": "logsumexp", "lse": "logsumexp",
    "adjugate": "adj", "kronecker": "kron", "khatri_rao": "khatrirao", "KhatriRao": "khatrirao", "Sym": "sym", "inverse": "inv",
}


def _printed() -> dict[str, str]:
    """The words by which the table's own LaTeX calls a function."""
    out: dict[str, str] = {}
    for name, row in FUNCTIONS.items():
        for template in (row.latex, *(latex for _, latex in row.latex_when)):
            word = re.match(r"\\operatorname\{\{(\w+)\}\}|\\([a-zA-Z]+)(?=_\{\{\\circ\}\}\(|\()", template)
            if word:
                out.setdefault(word.group(1) or word.group(2), name)
    return out


WORDS: Mapping[str, str] = {
    **{name: name for name, row in FUNCTIONS.items() if row.infix is None or row.infix[0].isalpha()},
    "inv": "inv", "I": "I", "ones": "ones", "zeros": "zeros", **_SYNONYMS, **_printed(),
}
r"""The function that a word means, as in `\operatorname{tr}` or `tr(`."""

class _Hole:
    """An argument in a template: a private character stands for it, another one for its shape."""

    def __init__(self, k: int) -> None:
        self.text, self.shape = chr(0xE000 + k), chr(0xE100 + k)

    def __str__(self) -> str:
        return self.text


def _patterns() -> dict[str, list[tuple[str, tuple[str, ...]]]]:
    out: dict[str, list[tuple[str, tuple[str, ...]]]] = {}
    for name, row in FUNCTIONS.items():
        if row.latex_form == "call" and not row.maps and "({" in row.latex and "_" in row.latex.partition("(")[0]:
            tokens = spelled(row.latex.format(*map(_Hole, range(3))))
            out.setdefault(tokens[0], []).append((name, tokens))
    return out


PATTERNS: Mapping[str, list[tuple[str, tuple[str, ...]]]] = _patterns()
r"""By its first token (function, tokens) of the table's LaTeX that is more than a word and a bracket: `L_{\exp}(A, H)`."""

MACROS: frozenset[str] = frozenset((
    r"\exp", r"\log", r"\ln", r"\sin", r"\cos", r"\tan", r"\arcsin", r"\arccos", r"\arctan", r"\sinh", r"\cosh",
    r"\tanh", r"\det", r"\max", r"\min", r"\tr", r"\Tr", r"\trace", r"\diag", r"\Diag", r"\sgn", r"\sign",
))
r"""Macros that are the name of a function."""


class Names:
    """The declared names by their tokens."""

    def __init__(self, scope: Scope, bound: Iterable[Symbol] = ()) -> None:
        self.by_first: dict[str, dict[int, dict[tuple[str, ...], list[tuple[bool, Value]]]]] = {}
        self.all: set[str] = set()
        self.samples: dict[str, Symbol] = {}
        for size in scope.sizes:
            self.add(size, symbol_latex(size), SizeValue(Size.of(size)))
        for function in scope.unnamed.values():
            self.add(function.name, unnamed_latex(function), function)
        for name, function_name in scope.called.items():
            self.add(name, symbol_latex(name), Called(name, function_name))
        for name, expr in scope.given.items():
            self.add(name, symbol_latex(name), expr)
        for symbol in (*scope.symbols.values(), *bound):
            self.add(symbol.name, latex_of(symbol), symbol)
            letter = symbol.rows or symbol.columns
            if letter is not None:
                self.samples[letter] = symbol

    def add(self, name: str, latex: str, value: Value) -> None:
        """A name under every spelling; a later one of the same spelling counts.

        latex  the author's own way to write it; "" for that of the name
        """
        self.all.add(name)
        self._key(spelled(latex), False, value)
        if latex.startswith(_DIFFERENTIAL):
            letter, mark, rest = latex.removeprefix(_DIFFERENTIAL).strip().partition("_")
            self._key(spelled(rf"{_DIFFERENTIAL}\boldsymbol{{{letter}}}{mark}{rest}"), False, value)
        if name.isascii():
            if len(name) > 1:
                self._key(tuple(name), True, value)
            if len(name) > 1 and name.isalnum():
                for font in (r"\mathit", r"\mathrm", r"\text", r"\operatorname"):
                    self._key((font, "{", *name, "}"), False, value)
            greek = GREEK_UNICODE.get(name)
            if greek is not None:
                self._key((greek,), False, value)
        else:
            self._key(tuple(name), True, value)

    def remove(self, value: Value) -> None:
        for known in (found for lengths in self.by_first.values() for keys in lengths.values() for found in keys.values()):
            known[:] = [one for one in known if one[1] is not value]

    def _key(self, tokens: tuple[str, ...], run: bool, value: Value) -> None:
        if tokens:
            self.by_first.setdefault(tokens[0], {}).setdefault(len(tokens), {}).setdefault(tokens, []).insert(0, (run, value))

    def matches(self, tokens: list[Tex], i: int) -> list[tuple[int, Value]]:
        """(number of tokens, value) of the names that fit at place i, the longest first."""
        out: list[tuple[int, Value]] = []
        for n, keys in sorted(self.by_first.get(tokens[i].text, {}).items(), reverse=True):
            found = keys.get(tuple(token.text for token in tokens[i : i + n]))
            if found:
                gap = any(token.gap for token in tokens[i + 1 : i + n])
                out += [(n, value) for run, value in found if not (run and gap)]
        return out

    def best(self, tokens: list[Tex], i: int) -> tuple[int, Value] | None:
        """The longest name at place i after which the run of letters can be read on; None when none fits."""
        found = self.matches(tokens, i)
        for n, value in found:
            if self.covers(tokens, i + n, 0):
                return n, value
        return found[0] if found else None

    def covers(self, tokens: list[Tex], i: int, depth: int = 0) -> bool:
        """Whether declared names can be read from here to the end of the run of letters.

        i      the first token that is looked at
        depth  how many names were read before it; behind twelve nothing more is looked at
        """
        token = tokens[i]
        if token.gap or token.kind != "char" or not token.text.isalpha() or depth > 12:
            return True
        return any(self.covers(tokens, i + n, depth + 1) for n, _ in self.matches(tokens, i))
