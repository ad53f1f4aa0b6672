"""A law is one row: two ways to write a value, with what its letters are and the words beside a line that uses it.

`Law("inverse-cancels", "inv(M) M", "I(n)", "M: invertible(n)", ...)`: in a row that runs, `M` stands for any matrix that is
certainly invertible; a product's pattern is any run of factors, a sum's any of its terms.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Literal

from derive.calculus.rules.rule import Row
from derive.expressions.nodes import Expr, Symbol
from derive.expressions.sizes import ONE, SCALAR, Shape, Size
from derive.language.problems.declarations import closure
from derive.language.scope import Scope
from derive.language.text.grammar import parse
from derive.values import dataclass

Runs = Literal["", "everywhere", "always", "results", "vectorized"]
"""Where a row runs: nowhere (it is only said, or a step applies it), wherever anything is written (`everyday`), in every line, where a
result is written, where the matrix of a linear function is asked for."""


@dataclass(frozen=True)
class Case:
    """A law where both of its sides can be computed; the last row is where they meet."""

    title: str
    given: str
    left: str
    wrt: str
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Law:
    """One row.

    name    kebab-case; the name of the step that uses it, where one does
    given   symbols as in a problem file, separated by `;`: what a letter is declared to have is asked of what stands for it;
            `|B: one-factor` is about the pattern alone: B stands for no product
    wrt     a symbol that occurs on both sides, moved in the check; "" where both are constant: c times them is checked
    rows    the lines between the sides; () where the sides are equal by definition
    last    the reason of the last line
    cases   instances that are computed
    runs    where the left side is rewritten as the right one
    tells   an equation about the first letter, told with what that stands for instead of the words
    told    whether its words stand beside a line that uses it; a definition that the name says goes without
    sizes   what holds of the sizes of the letters, as in a problem file: `m >= n`; for the check
    each    the row is about numbers and holds entry by entry of vectors and matrices too
    example a function that needs the row, `symbols | function`: without it its gradient is written otherwise
    """

    name: str
    left: str
    right: str
    given: str
    wrt: str
    words: str
    why: str
    source: str
    rows: tuple[Row, ...] = ()
    last: str = ""
    cases: tuple[Case, ...] = ()
    runs: Runs = ""
    each: bool = False
    told: bool = True
    sizes: str = ""
    tells: str = ""
    example: str = ""

    @property
    def symbols(self) -> str:
        """The declarations of the letters, as a problem has them."""
        given = ";".join(part for part in self.given.split(";") if ONE_FACTOR not in part)
        return given if self.wrt else f"c: scalar; {given}"

    @property
    def sides(self) -> tuple[str, str]:
        """Both sides as a proof has them: of constants c times them."""
        return (self.left, self.right) if self.wrt else (f"c {self.left}", f"c {self.right}")

    @property
    def variable(self) -> str:
        """The symbol that is moved in the check."""
        return self.wrt or "c"


ONE_FACTOR = "one-factor"

_COLUMNS = frozenset({"vector"})
_RECTANGULAR = frozenset({"matrix", "stiefel"})
_NUMBERS = frozenset({"scalar", "positive", "integer"})
_PLAIN = frozenset({"scalar", "vector", "matrix", "square"})


@lru_cache(maxsize=512)
def declared(given: str) -> Mapping[str, Symbol]:
    """The letters of a row with their shapes and properties, from declarations as in a problem file; `|A: unit` adds one."""
    out: dict[str, Symbol] = {}
    for part in filter(None, (p.strip() for p in given.split(";"))):
        name, kind, sizes = _declaration(part.lstrip("|"))
        if part.startswith("|"):
            old = out[name]
            out[name] = Symbol(name, old.dims, closure(old.has | {kind}))
            continue
        has = closure(() if kind in _PLAIN else (kind,))
        out[name] = Symbol(name, _shape(kind, sizes), has)
    return out


def _declaration(part: str) -> tuple[str, str, list[str]]:
    found = re.fullmatch(r"(\w+):\s*([\w-]+)(?:\((.*)\))?", part.strip())
    assert found is not None, part
    return found[1], found[2], [s.strip() for s in (found[3] or "").split(",") if s.strip()]


def _shape(kind: str, sizes: list[str]) -> Shape:
    if kind in _NUMBERS:
        return SCALAR
    if kind in _COLUMNS:
        return (_size(sizes[0]), ONE)
    return (_size(sizes[0]), _size(sizes[1] if kind in _RECTANGULAR else sizes[0]))


def _size(text: str) -> Size:
    out = ONE
    for factor in text.split("*"):
        out = out * Size.of(int(factor) if factor.strip().isdigit() else factor.strip())
    return out


@lru_cache(maxsize=1024)
def side(law: Law, text: str) -> Expr:
    """One side of a row as an expression over its letters."""
    symbols = dict(declared(law.given))
    sizes = frozenset(n for s in symbols.values() for d in s.dims for n in d.names)
    return parse(text, Scope(symbols, {}, sizes))
