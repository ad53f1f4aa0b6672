"""A rule is one row: a pattern and what it becomes, written in the problem language itself.

`Rule("inverse", "inv(A)", "-inv(A) dA inv(A)", ...)` reads d inv(A) = -inv(A) dA inv(A).  In a row `A` stands for any
matrix of the declared shape, `dA` for its differential.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from derive.errors import DeriveError
from derive.expressions.build import ONE, counted, fresh_letter, remake, zero
from derive.expressions.function import factored
from derive.expressions.nodes import Apply, Call, Commutation, Expr, Identity, Number, Ones, SizeValue, Sum, Symbol, Unit, Zeros
from derive.expressions.sizes import ONE as ONE_SIZE
from derive.expressions.sizes import Shape, Size, is_column, is_scalar
from derive.values import dataclass


@dataclass(frozen=True)
class Unfold:
    """How the derivative of a function is found from its definition: the line below d/dt f(A + t dA).

    to     the function itself written otherwise, by a law; or, with t in it, f(A + t dA) for a letter A that is invertible
    rule   the name of the law, or of the move; words  its reason, mathematics between backticks
    then   the law that the line below uses, with its reason; "" where the ordinary rules go on
    """

    to: str
    rule: str
    words: str
    then: str = ""
    then_words: str = ""


class DerivativeOf(str):
    """The words `derivative of …`; the rules of one line are told together by what follows: `derivatives of log det and of the inverse`."""

    __slots__ = ("noun",)
    noun: str

    def __new__(cls, noun: str) -> DerivativeOf:
        out = super().__new__(cls, f"derivative of {noun}")
        out.noun = noun
        return out


@dataclass(frozen=True)
class Rule:
    """One row of a table.

    name       kebab-case and stable: it is in the JSON
    of, to     pattern and template, in the problem language; None for the structural rules, which need code
    given      the letters of the row with their sizes, `A: n n, k: integer`
    words      the reason as a line prints it, e.g. `derivative of the inverse`
    statement  for the structural rules and the catalogue: the rule in LaTeX-free text
    why        one sentence for the catalogue: why it holds
    source     a real reference
    condition  what has to hold: `invertible A`, …; printed unless it is evident
    only       `singular`: the row is for a letter that is not known to be invertible; `power`: for exponents k ≥ 0;
               `matrix`: the letter is no column
    unfold     what the function is first written as, when the function itself is asked
    nonlinear  the argument's derivative stays pending on its line unless the argument is affine
    example    a function for the catalogue page, as `f(X) = …` with `symbols`
    """

    name: str
    of: str | None
    to: str | None
    given: str
    words: str
    why: str
    source: str
    statement: str = ""
    condition: tuple[str, ...] = ()
    nonlinear: bool = True
    only: str = ""
    unfold: Unfold | None = None
    example: str = ""
    sympy: bool = False

    @property
    def noun(self) -> str:
        """What it is the derivative of, where its words are `DerivativeOf`; "" elsewhere."""
        return self.words.noun if isinstance(self.words, DerivativeOf) else ""


PROPERTIES = ("integer", "symmetric", "positive", "orthogonal", "spd")
"""Words that may stand behind the sizes of a letter."""


@lru_cache(maxsize=512)
def letters(given: str) -> Mapping[str, Symbol]:
    """The symbols of a row, and their differentials."""
    out: dict[str, Symbol] = {}
    for part in filter(None, (p.strip() for p in given.split(","))):
        name, sizes = (s.strip() for s in part.split(":"))
        words = sizes.split()
        properties = frozenset(w for w in words if w in PROPERTIES)
        dims = [w for w in words if w not in properties]
        one = Size.of(1)
        shape: Shape = {
            0: (one, one),
            1: (_size(dims[0]) if dims else one, one),
            2: (_size(dims[0]), _size(dims[-1])) if dims else (one, one),
        }[len(dims)]
        out[name] = Symbol(name, shape, properties)
        out["d" + name] = Symbol("d" + name, shape)
    return out


def _size(text: str) -> Size:
    out = Size.of(1)
    for factor in text.split("*"):
        out = out * Size.of(int(factor) if factor.isdigit() else factor)
    return out


def _scope(given: str):  # type: ignore[no-untyped-def]
    from derive.language.scope import Scope

    symbols = dict(letters(given))
    names = {n for s in symbols.values() for size in s.dims for n in size.names}
    return Scope(symbols, {}, frozenset(names))


@lru_cache(maxsize=1024)
def compiled(text: str, given: str) -> Expr:
    """A text of a row as an expression over the letters of `given`; each is read once."""
    from derive.language.text.grammar import parse

    out: Expr = parse(text, _scope(given))
    return out


Binding = dict[str, Expr]


def bound(text: str, given: str, expr: Expr) -> tuple[Binding, dict[str, Size]] | None:
    """What stands for the letters and the sizes of a row's pattern, a text over the letters `given`, in the expression; None where it
    has not the pattern's form."""
    return matched(compiled(text, given), expr)


def matched(pattern: Expr, expr: Expr) -> tuple[Binding, dict[str, Size]] | None:
    """The same of a pattern that is an expression.  A size that is known only as a factor (`A: m*k n*k`) is told by the product."""
    binding: Binding = {}
    sizes: dict[str, Size] = {}
    if not match(pattern, expr, binding, sizes):
        return None
    products = [name for name in sizes if "*" in name]
    return (binding, sizes) if all(factored(name, sizes.pop(name), sizes) for name in products) else None


def match(pattern: Expr, expr: Expr, binding: Binding, sizes: dict[str, Size]) -> bool:
    """Whether the expression has the pattern's form; letters are bound to what stands in their place.

    expr   whose form is asked; nodes are compared by identity
    sizes  what the names of sizes of the pattern stand for; filled in, as `binding` is, also where it fails
    """
    if isinstance(pattern, Symbol):
        if pattern.name in binding:
            return binding[pattern.name] is expr
        if is_scalar(expr.shape) and (pattern.dims[0] == pattern.dims[1] != expr.shape[0] or is_column(pattern.dims)):
            return False
        if not _fit(pattern.dims, expr.shape, sizes):
            return False
        if "integer" in pattern.has and not is_integer(expr):
            return False
        binding[pattern.name] = expr
        return True
    if type(pattern) is not type(expr):
        return False
    if isinstance(pattern, Number):
        return pattern is expr
    if isinstance(pattern, (Zeros, Ones)):
        return _fit(pattern.dims, expr.shape, sizes)
    for field in ("name", "function", "order"):
        if getattr(pattern, field, None) != getattr(expr, field, None):
            return False
    a, b = pattern.children, expr.children
    return len(a) == len(b) and all(match(p, e, binding, sizes) for p, e in zip(a, b, strict=True))


def is_integer(expr: Expr) -> bool:
    """Whether a number is whole for certain."""
    if isinstance(expr, Number):
        return expr.value.denominator == 1
    if isinstance(expr, Symbol):
        return "integer" in expr.has
    if isinstance(expr, SizeValue):
        return True
    return bool(expr.children) and type(expr).__name__ in ("Add", "Times") and all(is_integer(c) for c in expr.children)


def _fit(dims: Shape, shape: Shape, sizes: dict[str, Size]) -> bool:
    for want, found in zip(dims, shape, strict=True):
        if want.is_number:
            if want != found:
                return False
        elif sizes.setdefault(want.letter or str(want), found) != found:
            return False
    return True


def fill(template: Expr, values: Mapping[str, Expr], sizes: Mapping[str, Size]) -> Expr:
    """The template with its letters and sizes replaced.

    values  by letter, each of its shape
    """
    memo: dict[Expr, Expr] = {}

    def go(node: Expr) -> Expr:
        found = memo.get(node)
        if found is None:
            found = memo[node] = _filled(node)
        return found

    def shape(dims: Shape) -> Shape:
        return (dims[0].substitute(sizes), dims[1].substitute(sizes))

    def _filled(node: Expr) -> Expr:
        match node:
            case Symbol():
                return values[node.name]
            case Identity(size=n):
                size = n.substitute(sizes)
                return ONE if size == ONE_SIZE else Identity(size)
            case Ones(dims=dims):
                return ONE if is_scalar(shape(dims)) else Ones(shape(dims))
            case Zeros(dims=dims):
                return zero(shape(dims))
            case SizeValue(size=n):
                return counted(n.substitute(sizes))
            case Unit(index=i, size=n):
                return Unit(go(i), n.substitute(sizes))
            case Commutation(rows=m, columns=n):
                return Commutation(m.substitute(sizes), n.substitute(sizes))
            case Sum(index=i, body=body):
                index: Symbol = Symbol(fresh_letter(*values.values(), letters=f"{i.name}ijklrs"), i.dims, i.has)
                return Sum(index, go(node.lower), go(node.upper), fill(body, {**values, i.name: index}, sizes), node.silent)
        children = node.children
        return remake(node, tuple(go(c) for c in children)) if children else node

    return go(template)


def missing(expr: Expr, what: str) -> DeriveError:
    """The error that names a subexpression and the rule that is not there; `what` is the kind of rule."""
    from derive.notation.text.text import pretty

    kind = expr.name if isinstance(expr, Call) else expr.function.name if isinstance(expr, Apply) else type(expr).__name__.lower()
    return DeriveError(
        f"the {what} rule of {kind} is missing: {pretty(expr)} cannot be done yet", code="missing-rule"
    )


Row = tuple[str, str]
"""(what follows, in the problem language; the reason).  `left == right` is an equation on the way."""
