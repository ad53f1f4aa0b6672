"""The links of a chain: the derivative of each intermediate by what it is made of, as a table, and their product.

∂f/∂x = Σ ∂f/∂u ∂u/∂x over the intermediates u of f, down to the variable.  Vectors have Jacobian matrices, matrices those of their
stacked columns: d vec F/d vec X = d vec F/d vec Y · d vec Y/d vec X.  Source: Magnus & Neudecker, ch. 5 (chain rule).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from derive.calculus.differentiate.caption import reason
from derive.calculus.differentiate.level import level
from derive.calculus.differentiate.variation import motion
from derive.calculus.indices.explicit import by_entries, explicit, multiplied
from derive.calculus.linear.adjoint import pull
from derive.calculus.linear.matrix import in_vec, laws, matrix_of, vec_matrix
from derive.calculus.routes.scalar_form import put_back, scalar_form
from derive.calculus.rules.identities import IDENTITIES
from derive.calculus.rules.steps import MOVES
from derive.calculus.setting.setting import Setting, free_name, taken_names
from derive.calculus.simplify.collect import collect
from derive.calculus.simplify.distribute import spread
from derive.calculus.simplify.result_form import neat
from derive.calculus.simplify.simplify import tidy
from derive.derivation.derivation import Chain, Head, Line, Partial, Step
from derive.derivation.reason import COMMA, Why, joined
from derive.errors import DeriveError
from derive.expressions.build import ONE, add, matmul, scale, times, transpose
from derive.expressions.nodes import Call, Expr, MatMul, Rate, SizeValue, Stack, Sum, Symbol, Unit
from derive.expressions.rewrite import substitute, transform
from derive.expressions.sizes import SCALAR, Shape, Size, is_column, is_scalar
from derive.expressions.spelling import latex_of, symbol_latex
from derive.expressions.traverse import walk
from derive.values import dataclass

LETTER = frozenset({"link"})
"""What marks a letter as standing for ∂u/∂v."""
MOST = 12
"""More links than this are no table to read."""


@dataclass(frozen=True)
class Link:
    """∂above/∂below: the letter that stands for it, its value, the words beside it.

    above is None for the function itself; definition is what it is made of
    """

    above: Symbol | None
    below: Symbol
    definition: Expr
    letter: Symbol
    value: Expr
    why: Why


@dataclass(frozen=True)
class Linked:
    """The table, the product, and what it comes to."""

    table: Chain
    lines: tuple[Line, ...]


def scalars(s: Setting) -> bool:
    """Whether a function of numbers is written by intermediates that are numbers and short vectors: the links are then how it is
    differentiated."""
    p = s.problem
    parts = [p.function, *(d for _, d in p.let)]
    numbers = s.unit_speed or (len(p.wrt) > 1 and all(x.is_scalar for x in p.wrt) and p.function.is_scalar)
    return (
        numbers and p.method == "directional" and bool(s.motion.lets) and s.written is p.function
        and all(is_scalar(e.shape) or (is_column(e.shape) and isinstance(e, Stack)) for e in parts)
        and not any(symbol.of for symbol in p.symbols.values()) and len(_pairs(s)) <= MOST
    )


def applies(s: Setting) -> bool:
    """Whether the derivative by one vector or matrix is a short product of links that all have a matrix."""
    if s.unit_speed or len(s.problem.wrt) != 1 or not s.motion.lets or s.written is not s.problem.function:
        return False
    if not 1 < len(_pairs(s)) <= MOST:
        return False
    try:
        links(s)
    except DeriveError:
        return False
    return True


def _pairs(s: Setting) -> list[tuple[Symbol | None, Expr, Symbol]]:
    """(above, definition, below) of each link, those of the first intermediate first."""
    p = s.problem
    out: list[tuple[Symbol | None, Expr, Symbol]] = []
    known: list[Symbol] = list(p.wrt)
    needed = _needed(s)
    for u, definition in s.motion.lets.items():
        if u.name in needed:
            out.extend((u, definition, v) for v in known if v.name in definition.free)
            known.append(u)
    if p.function not in s.motion.lets:
        out.extend((None, p.function, v) for v in known if v.name in p.function.free)
    return out


def _needed(s: Setting) -> set[str]:
    needed = set(s.problem.function.free)
    for u, definition in reversed(list(s.motion.lets.items())):
        if u.name in needed:
            needed |= definition.free
    return needed


def links(s: Setting) -> list[Link]:
    """Every link.  DeriveError where a rule or a matrix form is missing."""
    p = s.problem
    pairs = _pairs(s)
    taken = set(taken_names(p))
    out: list[Link] = []
    for above, definition, below in pairs:
        several = sum(a is above for a, _, _ in pairs) > 1 or any(not is_scalar(x.shape) for x in p.wrt)
        name = free_name(frozenset(taken), (f"d{above.name if above is not None else p.name}_d{below.name}",))
        taken.add(name)
        letter: Symbol = Symbol(name, (_count(definition.shape), _count(below.shape)), LETTER, None, _spelled(s, above, definition, below, several))
        value, why = _value(definition, below, frozenset(taken))
        out.append(Link(above, below, definition, letter, value, why))
    return out


def _count(shape: Shape) -> Size:
    return shape[0] * shape[1]


def _spelled(s: Setting, above: Symbol | None, definition: Expr, below: Symbol, several: bool) -> str:
    sign = r"\partial" if several else r"\mathrm{d}"
    top = symbol_latex(s.problem.name) if above is None else latex_of(above)
    return rf"\frac{{{sign} {_vec(definition.shape)}{top}}}{{{sign} {_vec(below.shape)}{latex_of(below)}}}\,"


def _vec(shape: Shape) -> str:
    return "" if is_scalar(shape) or is_column(shape) else r"\operatorname{vec} "


def _value(definition: Expr, below: Symbol, taken: frozenset[str]) -> tuple[Expr, Why]:
    """The derivative of a definition by one of its names, all others fixed; by a vector or matrix its matrix."""
    direction: Expr = ONE
    if not below.is_scalar:
        direction = Symbol(free_name(taken | definition.free, ("h", "k") if is_column(below.shape) else ("H", "K")), below.dims)
    m = motion(((below, direction),), (), ())
    expr = m.pending(definition)
    why: Why = ("linear in ", below)
    first = True
    while expr.pending:
        done = level(expr, m)
        why = said if first and (said := reason(done)[1]) != ("linearity",) else why
        expr, first = done.expr, False
    if below.is_scalar:
        return in_vec(tidy(expr)), why
    assert isinstance(direction, Symbol)
    linear = spread(tidy(expr), frozenset({direction.name}))
    if definition.is_scalar:
        g = neat(collect(pull(linear, direction, ONE)), [])
        row = transpose(in_vec(g))
        return (explicit(row) or row) if by_entries(definition, below) else tidy(row), why
    vectors = is_scalar(definition.shape) or is_column(definition.shape)
    named = [] if vectors and is_column(below.shape) else [(IDENTITIES.get(n) or MOVES[n]).words for n in laws(linear, direction)]
    if named:
        why = joined([*([] if why[0] == "linear in " else [why]), *((words,) for words in named)])
    matrix = matrix_of(linear, direction) if vectors and is_column(below.shape) else vec_matrix(linear, direction)
    value = neat(matrix, [])
    short = isinstance(definition, Stack) or by_entries(definition, below)
    return (explicit(value) or value) if short else value, why


def _quotient(link: Link, taken: frozenset[str]) -> Expr:
    """What the link is before any rule: the columns d/dt vec u(v + t e_k), each beside the other."""
    t: Symbol = Symbol(free_name(taken, ("t", "r", "u")), SCALAR)
    v = link.below

    def moved(along: Expr) -> Expr:
        out: Expr = Rate(substitute(link.definition, {v: add(v, scale(t, along))}), (t,))
        return in_vec(out)

    if v.is_scalar:
        return moved(ONE)
    taken = taken | {t.name}
    i, j = (Symbol(free_name(taken, names), SCALAR, frozenset({"integer"})) for names in (("i", "k"), ("j", "l")))
    rows, columns = v.shape
    first: Expr = Unit(i, rows)
    if is_column(v.shape):
        column = moved(first)
        body = matmul(column, transpose(first)) if not column.is_scalar else scale(column, transpose(first))
        return Sum(i, ONE, SizeValue(rows), body)
    second: Expr = Unit(j, columns)
    unit = matmul(first, transpose(second))
    column = moved(unit)
    row = transpose(Call("kron", (second, first)))
    body = matmul(column, row) if not column.is_scalar else scale(column, row)
    return Sum(j, ONE, SizeValue(columns), Sum(i, ONE, SizeValue(rows), body))


def table(s: Setting, found: list[Link]) -> Chain:
    """The rows `u = …, ∂u/∂v = …`."""
    p = s.problem
    shown = bool(p.options.shapes)
    taken = taken_names(p) | {link.letter.name for link in found}
    lines = []
    before: Symbol | str | None = ""
    for link in found:
        beside = None
        if link.above is not before:
            beside = (link.above if link.above is not None else Head("value", p.name, p.wrt), link.definition)
        before = link.above
        partial = Partial(link.definition, link.below, _quotient(link, taken))
        lines.append(Line(link.value, "link", link.why, "equation", link.letter, equation=True, partial=partial, beside=beside,
                          space=(link.definition.shape, link.below.shape) if shown else None))
    return Chain("lemma", "The intermediates", tuple(lines))


def product(found: list[Link], top: Symbol | None, x: Symbol) -> Expr | None:
    """∂top/∂x as a sum over the links of top of link · ∂below/∂x, in the letters; None when it does not reach x.

    found  the links, from the function down to the variables
    """
    memo: dict[Symbol | None, Expr | None] = {}

    def down(u: Symbol | None) -> Expr | None:
        if u not in memo:
            parts: list[Expr] = []
            for link in found:
                if link.above is not u:
                    continue
                if link.below is x:
                    parts.append(link.letter)
                else:
                    rest = down(link.below)
                    if rest is not None:
                        parts.append(_times(link.letter, rest))
            memo[u] = add(*parts) if parts else None
        return memo[u]

    return down(top)


def _times(a: Expr, b: Expr) -> Expr:
    if a.is_scalar and b.is_scalar:
        return times(a, b)
    if a.is_scalar or b.is_scalar:
        return scale(a, b) if a.is_scalar else scale(b, a)
    return matmul(a, b)


def linked(s: Setting, x: Symbol, quantity: str, head: Head) -> Linked:
    """The table, and the derivative of the function by one variable as the product of its links, multiplied out.

    x         the variable
    quantity  that the lines state: `derivative`, `gradient`, `jacobian`
    head      the left side of the first
    """
    used = _used(links(s), x)
    return Linked(table(s, used), _lines(s, used, x, quantity, head))


def partials(s: Setting, quantity: str, heads: Mapping[Symbol, Head]) -> tuple[Chain, dict[Symbol, tuple[Line, ...]]]:
    """One table, and the lines for each of several variables.

    quantity  that the lines state
    heads     by variable the left side of its lines
    """
    found = links(s)
    return table(s, found), {x: _lines(s, _used(found, x), x, quantity, head) for x, head in heads.items()}


def _lines(s: Setting, used: list[Link], x: Symbol, quantity: str, head: Head) -> tuple[Line, ...]:
    p = s.problem
    start = product(used, p.function if isinstance(p.function, Symbol) and p.function in s.motion.lets else None, x)
    assert start is not None
    lines = [Line(start, "chain-rule", ("chain rule",), quantity, head)]
    values: Mapping[Expr, Expr] = {link.letter: link.value for link in used}
    whole = _with_values(start, values)
    if whole is not start:
        lines.append(Line(whole, "links", ("the derivatives of the intermediates",), quantity, steps=(Step(start, whole, "links", ()),)))
    lines += _multiplied(s, lines[-1].expr, quantity)
    return tuple(lines)


def letters(chains: Iterable[Chain]) -> tuple[tuple[Symbol, Expr], ...]:
    """The letters of every table with their values."""
    rows = [line for chain in chains for line in chain.lines if line.partial is not None]
    return tuple((line.left, line.expr) for line in rows if isinstance(line.left, Symbol))


def _used(found: list[Link], x: Symbol) -> list[Link]:
    """The links on the way to x."""
    reach = {x.name}
    for link in found:
        if link.below.name in reach and link.above is not None:
            reach.add(link.above.name)
    return [link for link in found if link.below.name in reach]


def _with_values(expr: Expr, values: Mapping[Expr, Expr]) -> Expr:
    """The product with its factors' values, not multiplied out."""
    return substitute(expr, values)


def _mixed_product(e: Expr) -> Expr:
    """(A ⊗ B)(C ⊗ D) = AC ⊗ BD at neighbours whose factors fit."""
    if not isinstance(e, MatMul):
        return e
    out: list[Expr] = []
    for factor in e.factors:
        above = out[-1] if out else None
        if isinstance(above, Call) and isinstance(factor, Call) and above.name == factor.name == "kron":
            (a, b), (c, d) = above.args, factor.args
            if a.shape[1] == c.shape[0] and b.shape[1] == d.shape[0]:
                out[-1] = Call("kron", (tidy(matmul(a, c)), tidy(matmul(b, d))))
                continue
        out.append(factor)
    return matmul(*out) if len(out) > 1 else out[0]


def _multiplied(s: Setting, expr: Expr, quantity: str) -> list[Line]:
    lines: list[Line] = []
    mixed = transform(expr, _mixed_product)
    if mixed is not expr:
        why: Why = ("(A ⊗ B)(C ⊗ D) = AC ⊗ BD",)
        lines.append(Line(mixed, "kronecker-product", why, quantity, steps=(Step(expr, mixed, "kronecker-product", ()),)))
        expr = mixed
    after = tidy(expr)
    if not expr.is_scalar:
        after = neat(after, [])
        if any(isinstance(node, Stack) for node in walk(after)):
            after = explicit(after) or after
    else:
        after = tidy(multiplied(after))
        after = scalar_form(after) or after
    back = put_back(after, s.problem) if all(x.is_scalar for x in s.problem.wrt) else None
    if back is not None:
        why = back.why if after is expr else (*back.why, COMMA, "multiplied out")
        lines.append(Line(back.expr, "intermediate", why, quantity, steps=(Step(expr, back.expr, "intermediate", ()),)))
    elif after is not expr:
        lines.append(Line(after, "simplify", ("multiply out",), quantity, steps=(Step(expr, after, "simplify", ()),)))
    return lines


