"""Derivations by indices: a function written by entries, differentiated with Kronecker deltas, contracted, recognised.

Every line is an ordinary expression in entries, sums and deltas whose free indices are integer symbols (p, q for the
variable, i, j for the value of the function).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from derive.calculus.indices.entries import Writer, fresh, total
from derive.calculus.indices.partial import contract, partial
from derive.calculus.indices.recognition import recognise
from derive.derivation.reason import SEMICOLON, Part, Why, joined
from derive.expressions import build
from derive.expressions.nodes import Call, Delta, Entry, Expr, Map, Power, Sum, Symbol, Times, Transpose, Where
from derive.expressions.rewrite import substitute
from derive.expressions.sizes import ONE, SCALAR, Size
from derive.expressions.traverse import walk

__all__ = [
    "FreeIndices", "IndexChain", "IndexLine", "free_indices", "index_chain", "index_lines",
    "recognise",
]


class IndexLine(NamedTuple):
    """One line: the expression, the rule that led to it, the reason as printed."""

    expr: Expr
    rule: str
    why: Why


class FreeIndices(NamedTuple):
    """The free indices of the lines with the sizes they run through: of the function's value, of the variable."""

    value: tuple[tuple[Symbol, Size], ...]
    variable: tuple[tuple[Symbol, Size], ...]

    @property
    def symbols(self) -> tuple[Symbol, ...]:
        return tuple(s for s, _ in (*self.value, *self.variable))


_PAIRS = ("pq", "rs", "uv", "ab", "kl", "gh")
_VALUE = ("ij", "kl", "rs", "ab", "uv")


def free_indices(function: Expr, variable: Symbol) -> FreeIndices:
    """The indices that `index_lines` uses: p, q for the variable, i, j for the value, others when these are taken."""
    taken = _names(function) | _names(variable)
    of_variable = _pick(_PAIRS, variable.shape, taken)
    of_value = _pick(_VALUE, function.shape, taken | {s.name for s, _ in of_variable})
    return FreeIndices(of_value, of_variable)


def _pick(pairs: Sequence[str], shape: tuple[Size, Size], taken: set[str]) -> tuple[tuple[Symbol, Size], ...]:
    sizes = [size for size in shape if size != ONE]
    for pair in pairs:
        if not set(pair[: len(sizes)]) & taken:
            return tuple((index(name), size) for name, size in zip(pair, sizes, strict=False))
    names = fresh(taken)
    return tuple((next(names), size) for size in sizes)


def index(name: str) -> Symbol:
    """An index: an integer symbol."""
    out: Symbol = Symbol(name, SCALAR, frozenset({"integer"}))
    return out


def _names(expr: Expr) -> set[str]:
    """Names that no new index may have: of symbols, of sizes, of indices summed by the author."""
    sizes = {name for node in walk(expr) for size in node.shape for name in size.names}
    return set(expr.free) | sizes | {node.index.name for node in walk(expr) if isinstance(node, Sum)}


def index_lines(function: Expr, variable: Symbol) -> list[IndexLine]:
    """The derivation of ∂f/∂X_pq by indices.

    First the function by entries, then its derivative with deltas, then without the sums that they contract, then,
    where there is one, the matrix of which that is the entry: Entry(2(Ax − y)x', p, q) for ‖Ax − y‖².  A scalar
    function by a vector or matrix gives the entry of the gradient, a vector function by a vector the entry of the
    Jacobian (i, p); otherwise the line with deltas is the last.  Free indices are those of `free_indices`.
    DeriveError [no-rule] names what has no form by indices.
    """
    free = free_indices(function, variable)
    value = tuple(s for s, _ in free.value)
    where = tuple(s for s, _ in free.variable)
    taken = _names(function) | _names(variable) | {s.name for s in free.symbols}
    written = contract(Writer(taken).entry(function, *value))
    lines = [IndexLine(written, "by-entries", ("the function by its entries",))]
    raw = partial(written, variable, where)
    lines.append(IndexLine(raw, "entries-derivative", _reason(written, variable, where)))
    short = contract(raw)
    if short is not raw:
        deltas = any(isinstance(node, Delta) for node in walk(raw))
        why: Why = ("the deltas contract the sums",) if deltas else ("collect",)
        lines.append(IndexLine(short, "contract", why))
    return [line._replace(expr=lettered(line.expr)) for line in lines + _recognised(short, free)]


class IndexChain(NamedTuple):
    """The lines of a chain rule by indices, their free indices, and the entry of the intermediate that it sums over."""

    lines: list[IndexLine]
    free: FreeIndices
    through: Expr


def index_chain(function: Expr, inner: Symbol, definition: Expr, variable: Symbol) -> IndexChain:
    """∂f/∂X_pq = Σ_k ∂f/∂g_k ∂g_k/∂X_pq by indices, for a scalar f of an intermediate g = definition (a vector or matrix).

    First f by the entries of g, then the sum of products with deltas, then contracted, then the matrix form; all
    lines speak of g by its name, so a program that evaluates them needs its definition.  f depends on the variable
    through g only: ValueError otherwise, or when f is not a scalar or g is one.  `inner` may be a path of the variable
    and its own definition.
    """
    if not function.is_scalar or inner.is_scalar or variable.name in function.free:
        raise ValueError("the chain rule by indices is for a scalar function of one intermediate vector or matrix")
    names = _names(function) | _names(definition) | _names(variable)
    free = FreeIndices((), _pick(_PAIRS, variable.shape, names))
    where = tuple(s for s, _ in free.variable)
    new = fresh(names | {s.name for s in where})
    at = tuple(next(new) for size in inner.shape if size != ONE)
    taken = names | {s.name for s in (*where, *at)}
    written = contract(Writer(taken).entry(function))
    outer = contract(partial(written, inner, at))
    inside = contract(partial(contract(Writer(taken).entry(definition, *at)), variable, where))
    body = build.times(outer, inside)
    for k, size in reversed(list(zip(at, (s for s in inner.shape if s != ONE), strict=True))):
        body = total(k, size, body)
    entry = _entry(inner, at)
    why: Why = ("chain rule through ", entry, SEMICOLON, "its derivative by ", _entry(variable, where), " is ", inside)
    lines = [IndexLine(written, "by-entries", ("the function by its entries",)), IndexLine(body, "chain-rule", why)]
    short = contract(body)
    if short is not body:
        lines.append(IndexLine(short, "contract", ("the deltas contract the sums",)))
    return IndexChain([line._replace(expr=lettered(line.expr)) for line in lines + _recognised(short, free)], free, entry)


def read_as_matrix(expr: Expr, row: Symbol | None, column: Symbol | None, sizes: Mapping[str, Size]) -> Expr | None:
    """`recognise`, with letters for the indices of sums that stay.

    row, column  the free indices; None where there is none
    sizes        how far each index goes
    """
    found = recognise(expr, row, column, sizes)
    return None if found is None else lettered(found, {s.name for s in (row, column) if s is not None})


def lettered(expr: Expr, used: Iterable[str] = ()) -> Expr:
    """The expression with a letter of its own for each index that is summed inside another sum over the same letter, or whose
    name is no letter: two sums beside one another may share one.  `used` are names that stand around it."""
    new = fresh(_names(expr) | set(used))

    def go(node: Expr, around: frozenset[str]) -> Expr:
        if isinstance(node, Sum):
            index, body = node.index, node.body
            if index.name in around or not index.name.replace("_", "").isalnum():
                index = next(new)
                body = substitute(body, {node.index: index})
            lower, upper = go(node.lower, around), go(node.upper, around)
            return replace(node, index=index, lower=lower, upper=upper, body=go(body, around | {index.name}))
        children = tuple(go(child, around) for child in node.children)
        return node if all(a is b for a, b in zip(children, node.children, strict=True)) else build.remake(node, children)

    return go(expr, frozenset()) if any(isinstance(node, Sum) for node in walk(expr)) else expr


def _entry(symbol: Symbol, at: Sequence[Expr]) -> Expr:
    if not at:
        return symbol
    out: Expr = Entry(symbol, at[0], at[1] if len(at) > 1 else None)
    return out


def _recognised(short: Expr, free: FreeIndices) -> list[IndexLine]:
    """The line that reads an expression as the entry of a matrix, with the symmetries that this takes; none when it is none."""
    value, where = tuple(s for s, _ in free.value), tuple(s for s, _ in free.variable)
    sizes = {s.name: size for s, size in (*free.value, *free.variable)}
    found = _matrix_form(short, value, where, sizes)
    if found is None or found is short:
        return []
    used: list[Part] = []
    for symbol in _symmetric(short):
        plain = replace(symbol, has=symbol.has - {"symmetric", "spd", "psd", "diagonal"})
        without = _matrix_form(substitute(short, {symbol: plain}), value, where, sizes)
        if without is None or substitute(without, {plain: symbol}) is not found:
            used += [SEMICOLON, Transpose(symbol), " = ", symbol]
    return [IndexLine(found, "recognise", ("read as the entry of a matrix", *used))]


def _symmetric(expr: Expr) -> list[Symbol]:
    return [n for n in walk(expr) if isinstance(n, Symbol) and not n.is_scalar and "symmetric" in n.has]


def _matrix_form(
    expr: Expr, value: Sequence[Symbol], where: Sequence[Symbol], sizes: Mapping[str, Size]
) -> Expr | None:
    """Entry(M, …) with M the matrix whose entry the expression is; None when no product of matrices has it."""
    free = [*value, *where]
    if len(free) > 2:
        return None
    row = free[0] if free else None
    column = free[1] if len(free) > 1 else None
    matrix = recognise(expr, row, column, sizes)
    if matrix is None:
        return None
    if row is None:
        return matrix
    if matrix.is_scalar:
        return None
    return Entry(matrix, row, column)


_RULES = ("product rule", "chain rule", "by cases", "derivative of the determinant")


def _reason(written: Expr, variable: Symbol, where: Sequence[Symbol]) -> Why:
    """The rules that were used, by name; and what the derivative of an entry is."""
    used: set[str] = set()
    for node in walk(written):
        if variable.name not in node.free:
            continue
        match node:
            case Power(base) | Map(_, base) if base.is_scalar and base is not variable:
                used.add("chain rule")
            case Times(factors) if sum(variable.name in f.free for f in factors) > 1:
                used.add("product rule")
            case Where():
                used.add("by cases")
            case Call("det" | "logdet"):
                used.add("derivative of the determinant")
    rule = joined([(name,) for name in _RULES if name in used]) or ("linearity",)
    if not where:
        return rule
    square = len(where) == 2 and variable.shape[0] == variable.shape[1]
    of_variable = (variable, build.inverse(variable)) if square else (variable,)
    entries = [n for n in walk(written) if isinstance(n, Entry) and n.arg in of_variable]
    plain = [e for e in entries if all(isinstance(c, Symbol) for c in e.children[1:])]
    if not plain:
        return rule
    entry, at = plain[0], Entry(variable, where[0], where[1] if len(where) > 1 else None)
    return (*rule, SEMICOLON, entry, " differentiated by ", at, " is ", partial(entry, variable, where))
