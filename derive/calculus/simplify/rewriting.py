"""Laws applied until none applies: bottom-up, each node held against the few laws whose head and names it has.

The engine knows no law.  A law is a row (`rules/law`) or, where a row cannot say it, a function from an expression to a shorter one
or None, which never calls the engine on its pieces: the engine goes round again.  Every law lowers one measure, so that this ends.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import field
from functools import cached_property, lru_cache

from derive.calculus.rules.law import Law, declared, side
from derive.calculus.rules.rule import fill, is_integer
from derive.calculus.simplify.laws import monomial
from derive.calculus.simplify.matching import Env, found
from derive.calculus.simplify.simplify import tidy_with
from derive.calculus.simplify.used import Used
from derive.expressions.build import remake
from derive.expressions.functions import FUNCTIONS
from derive.expressions.nodes import Add, Call, D, Expr, Identity, Map, MatMul, Ones, Power, Rate, Scale, Stack, Symbol, Times, Unit
from derive.expressions.properties.definite import AT_LEAST_SEMI, Definite
from derive.expressions.properties.inference import definiteness, has, has_orthonormal_columns, is_invertible, is_orthogonal, is_positive
from derive.expressions.properties.symmetry import is_diagonal, is_skew, is_symmetric, is_triangular
from derive.expressions.sizes import is_column
from derive.values import dataclass

Simplify = Callable[[Expr], Expr]
Rewrite = Callable[[Expr, Simplify], Expr | None]
Told = tuple[tuple[str, Expr], ...]

_HOLDS: dict[str, Callable[[Expr], bool]] = {
    "invertible": is_invertible,
    "positive": is_positive,
    "symmetric": is_symmetric,
    "diagonal": is_diagonal,
    "orthogonal": is_orthogonal,
    "stiefel": has_orthonormal_columns,
    "unit": has_orthonormal_columns,
    "integer": is_integer,
    "spd": lambda e: definiteness(e) == Definite.POSITIVE,
    "psd": lambda e: definiteness(e) in AT_LEAST_SEMI,
    "upper": lambda e: is_triangular(e, "upper"),
    "lower": lambda e: is_triangular(e, "lower"),
    "skew": is_skew,
    "stochastic": lambda e: is_column(e.shape) and has(e, "stochastic"),
    "row-stochastic": lambda e: not is_column(e.shape) and has(e, "row-stochastic"),
}
"""How what a letter of a row is declared to have is asked of what stands for it; what another implies is not asked."""

ASKED = ("spd", "psd", "orthogonal", "stiefel", "unit", "diagonal", "upper", "lower", "symmetric", "skew", "invertible", "positive", "integer",
         "stochastic", "row-stochastic")
"""In the order of what implies what; what else a letter is declared to have holds wherever the functions of the row exist."""


@dataclass(frozen=True)
class Function:
    """A law that no row can say: `rewrites` gives an expression of a lower measure or None, and may ask what its pieces are
    written as; `heads` are the node types that it looks at, `names` what stands in such a node, `some` what at least one of does."""

    name: str
    words: str
    rewrites: Callable[[Expr, Simplify], Expr | None]
    heads: tuple[type[Expr], ...]
    names: frozenset[str] = frozenset()
    some: frozenset[str] = frozenset()


class _Row:
    """A law as the engine takes it; its text is parsed when a node first has all the names in it."""

    def __init__(self, law: Law | Function) -> None:
        self.law = law
        self.name = law.name
        self.names = law.names if isinstance(law, Function) else _named_in(law)
        self.some = law.some if isinstance(law, Function) else frozenset()

    @cached_property
    def heads(self) -> tuple[type[Expr], ...]:
        if isinstance(self.law, Function):
            return self.law.heads
        left = side(self.law, self.law.left)
        return monomial.heads(left) if self.law.each else _heads(left)

    @cached_property
    def rewrites(self) -> Rewrite:
        if isinstance(self.law, Function):
            return self.law.rewrites
        return _each_entry(self.law) if self.law.each else _whole(self.law)


Memory = dict[Expr, tuple[Expr, Told]]


@dataclass(eq=False)
class Laws:
    """Rows and functions in the order in which they are tried."""

    rows: tuple[_Row, ...]
    fitting: dict[tuple[type[Expr], frozenset[str]], tuple[_Row, ...]] = field(default_factory=dict)

    def at(self, node: Expr) -> tuple[_Row, ...]:
        """The laws whose head and names the node has."""
        key = type(node), _names(node)
        found = self.fitting.get(key)
        if found is None:
            found = self.fitting[key] = tuple(
                r for r in self.rows if r.names <= key[1] and (not r.some or r.some & key[1]) and key[0] in r.heads
            )
        return found


@lru_cache(maxsize=8)
def _memory(table: Laws) -> Memory:
    """What is rewritten already, and by which laws."""
    return {}


def laws(*rows: Law | Function) -> Laws:
    """The rows as the engine takes them."""
    return Laws(tuple(map(_Row, rows)))


def rewritten(expr: Expr, table: Laws, used: Used | None = None) -> Expr:
    """The expression with the laws applied until none applies; (name of the law, what it was applied to) is appended to `used`."""
    memory = _memory(table)
    if len(memory) > 100_000:
        memory.clear()
    out, told = _run(expr, table, memory)
    if used is not None:
        used.extend(one for one in told if one[0] not in {name for name, _ in used})
    return out


def _run(expr: Expr, table: Laws, memory: Memory) -> tuple[Expr, Told]:
    known = memory.get(expr)
    if known is not None:
        return known
    told: Told = ()
    node = expr
    if node.children and not isinstance(node, D | Rate):
        run = [_run(child, table, memory) for child in node.children]
        told = tuple(words for _, all_words in run for words in all_words)
        new = tuple([out for out, _ in run])
        if new != node.children:
            node, told = _tidied(remake(node, new), told)
    for law in table.at(node):
        inner: list[tuple[str, Expr]] = []
        shorter = law.rewrites(node, _simplifier(table, memory, inner))
        if shorter is not None and shorter is not node:
            clean, told = _tidied(shorter, (*told, *inner, (law.name, node)))
            out, words = _run(clean, table, memory)
            memory[expr] = (out, (*told, *words))
            return memory[expr]
    if node is not expr:
        out, words = _run(node, table, memory)
        node, told = out, (*told, *words)
    memory[expr] = (node, told)
    return node, told


def _simplifier(table: Laws, memory: Memory, told: list[tuple[str, Expr]]) -> Simplify:
    """What a law asks of its pieces; what was used in them is appended."""

    def simplify(expr: Expr) -> Expr:
        clean, used = _tidied(expr, ())
        out, words = _run(clean, table, memory)
        told.extend((*used, *words))
        return out

    return simplify


def _tidied(expr: Expr, told: Told) -> tuple[Expr, Told]:
    used: Used = []
    return tidy_with(expr, used), (*told, *used)


# --------------------------------------------------------------------------------------------- rows
def _heads(left: Expr) -> tuple[type[Expr], ...]:
    if isinstance(left, Times):
        return (Times, Scale)
    if isinstance(left, MatMul | Scale):
        return (MatMul, Scale)
    return (type(left),)


@lru_cache(maxsize=200_000)
def _names(expr: Expr) -> frozenset[str]:
    """The functions that stand in an expression, and marks for what is none: ^ a power of a matrix, + a sum, [ blocks, I, e a unit
    vector, 1 ones, Q orthonormal columns."""
    match expr:
        case Call(name=name):
            own = frozenset((name,))
        case Map(function=str(name)):
            own = frozenset((name,))
        case Power():
            own = frozenset() if expr.is_scalar else _INVERSE
        case Symbol(has=has):
            own = _ORTHONORMAL if has & {"orthogonal", "stiefel", "unit"} else frozenset()
        case _:
            own = _MARKS.get(type(expr), frozenset())
    return own.union(*(_names(c) for c in expr.children)) if expr.children else own


_CALL = re.compile(r"([^\W\d]\w*)\(")
_INDEX_SUM = re.compile(r"\bsum\(\w+, 1,")
_SIGNS = {r"\.\*": "hadamard", r"\./": "quotient", r"\binv\(|\^": "^", r"\[.*,": "[", r"\bI\(": "I", r"\be\(": "e"}


def _named_in(law: Law) -> frozenset[str]:
    """The functions in the left side of a row, as `_names` finds them in a node that has its form; from the text, unparsed."""
    calls = {name for name in _CALL.findall(_INDEX_SUM.sub("", law.left)) if name in FUNCTIONS}
    if law.each:
        return frozenset(name for name in calls if FUNCTIONS[name].maps)
    return frozenset(calls | {name for sign, name in _SIGNS.items() if re.search(sign, law.left)})


_INVERSE = frozenset(("^",))
_ORTHONORMAL = frozenset(("Q",))
_MARKS: dict[type[Expr], frozenset[str]] = {
    Add: frozenset(("+",)), Ones: frozenset(("1",)), Stack: frozenset(("[",)), Identity: frozenset(("I",)), Unit: frozenset(("e",)),
}


def _whole(law: Law) -> Rewrite:
    left, right, letters = side(law, law.left), side(law, law.right), declared(law.given)

    def rewrite(node: Expr, _: Simplify) -> Expr | None:
        for env, around in found(left, node):
            if all(_has(letters[name], value) for name, value in env.letters.items() if name in letters):
                return around(_filled(right, env))
        return None

    return rewrite


def _has(letter: Symbol, value: Expr) -> bool:
    """Whether what stands for a letter certainly has what the letter is declared to have."""
    asked = [p for p in ASKED if p in letter.has]
    return not asked or all(_HOLDS[p](value) for p in asked[:1] + [p for p in asked[1:] if p == "positive"])


def _filled(right: Expr, env: Env) -> Expr:
    return fill(right, env.letters, env.sizes)


def _each_entry(law: Law) -> Rewrite:
    left, right, letters = side(law, law.left), side(law, law.right), declared(law.given)
    row = monomial.row(left, right)

    def rewrite(node: Expr, _: Simplify) -> Expr | None:
        return row(node, lambda env: all(_has(letters[name], value) for name, value in env.items()))

    return rewrite
