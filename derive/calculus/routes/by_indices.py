"""The first derivative by indices: partial derivatives by the entries, the matrix that holds them, the derivative as their sum.

Df(X)[H]_ij = Σ_pq ∂f_ij/∂X_pq H_pq: contracted, this is an entry of a product of matrices again, and the same one that the
directional derivative ends in.  Source: Magnus & Neudecker, Matrix Differential Calculus, ch. 5.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from derive.calculus.indices.entries import total
from derive.calculus.indices.explicit import by_entries, explicit
from derive.calculus.indices.lines import FreeIndices, IndexLine, free_indices, index_chain, index_lines, read_as_matrix
from derive.calculus.indices.partial import contract
from derive.calculus.linear.matrix import in_vec, vec_matrix
from derive.calculus.routes import by_entries as numbered
from derive.calculus.setting.setting import Setting
from derive.calculus.simplify.collect import collect
from derive.calculus.simplify.distribute import spread
from derive.calculus.simplify.result_form import neat
from derive.derivation.derivation import Chain, Head, Line, Result, Step
from derive.derivation.reason import COMMA, Why
from derive.errors import DeriveError
from derive.expressions.build import ZERO, add, times, transpose
from derive.expressions.einstein import silenced
from derive.expressions.nodes import Call, Entry, Expr, Stack, Symbol, Zeros, number
from derive.expressions.rewrite import substitute
from derive.expressions.sizes import ONE, Size, is_column, is_scalar
from derive.values import dataclass

LARGEST = 4
"""A vector of at most so many numbered entries has its derivative by a matrix written as block arrays."""


@dataclass(frozen=True)
class Indexed:
    """The derivation of ∂f_ij/∂X_pq by one variable.

    short   its last form by entries; matrix the matrix of which that is the entry, None where there is none
    """

    variable: Symbol
    lines: tuple[Line, ...]
    short: Expr
    free: FreeIndices
    matrix: Expr | None


def indexed(s: Setting, x: Symbol) -> Indexed:
    """The function by its entries, differentiated with deltas, contracted, recognised.  DeriveError [no-rule]."""
    p = s.problem
    found, free, through = _index_lines(s, x)
    whole = (*free.value, *free.variable)
    quantity = "gradient" if is_scalar(p.function.shape) else "jacobian"
    arguments = p.wrt if len(p.wrt) > 1 else ()
    left = Head("value", p.name, p.wrt, tuple(i for i, _ in free.value))
    write = writer(s)
    previous = write(found[0].expr)
    lines = [Line(previous, found[0].rule, found[0].why, "value", left, free=free.value)]
    for k, (plain, rule, why) in enumerate(found[1:]):
        head, expr = None, write(plain)
        if not k:
            head = Head("entry", p.name, (x,), tuple(i for i, _ in whole), arguments, through=through, einstein=einstein(s))
        if k and expr is previous:
            continue
        steps = (Step(previous, expr, rule, ()),) if k else ()
        lines.append(Line(expr, rule, why, quantity, head, steps=steps, free=whole))
        previous = expr
    last = found[-1]
    short = found[-2].expr if last.rule == "recognise" else last.expr
    matrix = None
    if last.rule == "recognise":
        matrix = last.expr.arg if isinstance(last.expr, Entry) and whole else last.expr
    elif not whole:
        matrix = last.expr
    return Indexed(x, tuple(lines), short, free, matrix)


def einstein(s: Setting) -> bool:
    """Whether sums over repeated indices are not written."""
    return s.problem.options.indices == "einstein"


def writer(s: Setting) -> Callable[[Expr], Expr]:
    """How an expression by entries is written: with its sums, or by Einstein's convention."""
    return silenced if einstein(s) else lambda expr: expr


def _index_lines(s: Setting, x: Symbol) -> tuple[list[IndexLine], FreeIndices, Expr | None]:
    """The lines; where the function depends on x through one vector or matrix alone, by the chain rule through its entries."""
    p = s.problem
    between = _between(s, x)
    if between is not None:
        inner_symbol, definition = between
        found = index_chain(p.function, inner_symbol, definition, x)
        return found.lines, found.free, found.through
    function = inlined(p.function, p.let)
    return index_lines(function, x), free_indices(function, x), None


def _between(s: Setting, x: Symbol) -> tuple[Symbol, Expr] | None:
    """The one intermediate, or path, with a vector or matrix as its value that a scalar function reaches x through."""
    p = s.problem
    if not p.function.is_scalar or x.name in p.function.free:
        return None
    lets = [(u, d) for u, d in p.let if d.free & s.motion.active]
    paths = [v for v in p.symbols.values() if v.of == x.name]
    if len(lets) == 1 and not paths and not lets[0][0].is_scalar:
        return lets[0]
    if not lets and len(paths) == 1 and not paths[0].is_scalar and paths[0].name in p.function.free:
        return paths[0], paths[0]
    return None


def inlined(expr: Expr, let: tuple[tuple[Symbol, Expr], ...]) -> Expr:
    """The expression with every name of `let` replaced by what it stands for."""
    for symbol, definition in reversed(let):
        expr = substitute(expr, {symbol: definition})
    return expr


# ------------------------------------------------------------------------------------------------ the derivative as a sum
def _summed(body: Expr, over: tuple[tuple[Symbol, Size], ...]) -> Expr:
    for k, size in reversed(over):
        body = total(k, size, body)
    return body


def _entry(symbol: Symbol, over: tuple[tuple[Symbol, Size], ...]) -> Expr:
    if not over:
        return symbol
    at = [i for i, _ in over]
    out: Expr = Entry(symbol, at[0], at[1] if len(at) > 1 else None)
    return out


def derivative_lines(s: Setting, found: tuple[Indexed, ...], moves: Mapping[Symbol, Symbol], quantity: str) -> list[Line]:
    """Df(X)[H] = Σ_pq ∂f/∂X_pq H_pq, contracted and recognised; `moves` says which symbol each variable moves along.

    found     what each variable's derivative by its entries is
    quantity  of the lines
    """
    p = s.problem
    value = found[0].free.value
    directions = tuple(moves[x] for x in p.wrt)
    indices = tuple(i for i, _ in value)
    head = Head(quantity, p.name, p.wrt, () if quantity == "differential" else directions, indices=indices)
    gradients = [one.matrix for one in found if not one.free.value and one.matrix is not None]
    named = tuple(part for h in directions for part in (h, " and "))[:-1]
    why: Why = ("the sum over all entries of ", *named)
    if len(gradients) == len(found):
        start = add(*(_product(one, g, moves[one.variable]) for one, g in zip(found, gradients, strict=True)))
        after = add(*(_inner(g, moves[one.variable]) for one, g in zip(found, gradients, strict=True)))
        start = writer(s)(start)
        lines = [Line(start, "sum-of-entries", why, quantity, head)]
        if after is not start:
            said = "entry times entry, summed: the inner product"
            lines.append(Line(after, "inner-product", (said,), quantity, steps=(Step(start, after, "inner-product", ()),)))
        return lines
    sums = []
    for one in found:
        h, over = _entry(moves[one.variable], one.free.variable), one.free.variable
        sums.append(_summed(times(h, one.short) if value else times(one.short, h), over))
    write = writer(s)
    start = add(*sums)
    short = contract(start)
    here = write(start)
    lines = [Line(here, "sum-of-entries", why, quantity, head, free=value)]
    if write(short) is not here:
        lines.append(Line(write(short), "contract", ("the deltas contract the sums",), quantity, free=value,
                          steps=(Step(here, write(short), "contract", ()),)))
        here = write(short)
    row, column = (*indices, None, None)[:2]
    matrix = read_as_matrix(short, row, column, {i.name: size for i, size in value})
    matrix = matrix if matrix is None else neat(collect(matrix), [])
    if matrix is not None and indices:
        entry: Expr = Entry(matrix, row, column)
        lines.append(Line(entry, "recognise", ("read as the entry of a matrix",), quantity, free=value,
                          steps=(Step(here, entry, "recognise", ()),)))
        whole = Head(quantity, p.name, p.wrt, head.directions)
        lines.append(Line(matrix, "recognise", (), quantity, whole))
    elif matrix is not None and matrix is not short:
        lines.append(Line(matrix, "recognise", ("in matrix form",), quantity, steps=(Step(here, matrix, "recognise", ()),)))
    return lines


def _inner(g: Expr, h: Symbol) -> Expr:
    return times(g, h) if h.is_scalar else Call("inner", (g, h))


def _product(one: Indexed, gradient: Expr, h: Symbol) -> Expr:
    """Σ_pq G_pq H_pq."""
    over = one.free.variable
    if not over:
        return times(gradient, h)
    at = [i for i, _ in over]
    out: Expr = Entry(gradient, at[0], at[1] if len(at) > 1 else None)
    return _summed(times(out, _entry(h, over)), over)


# ------------------------------------------------------------------------------------------------ as a method
@dataclass(frozen=True)
class Found:
    """What the method gives: the chains, the derivative, the gradient by each variable, the Jacobian where it is a matrix."""

    chains: tuple[Chain, ...]
    derivative: Expr
    gradients: dict[str, Expr]
    jacobian: Expr | None


def by_indices(s: Setting) -> Found:
    """The first derivative by indices, in place of the directional one.

    DeriveError [no-rule] where a function has no form by entries, or the entries found are those of no product of matrices.
    """
    p = s.problem
    if numbered.applies(s):
        return _numbered(s)
    found = tuple(indexed(s, x) for x in p.wrt)
    scalar = is_scalar(p.function.shape)
    chains: list[Chain] = []
    quantity = "gradient" if scalar else "jacobian"
    gradients: dict[str, Expr] = {}
    for one in found:
        matrix, lines = _read_off(s, one, quantity)
        if matrix is not None:
            gradients[one.variable.name] = matrix
        title = "By indices" if len(found) == 1 else f"By the indices of {one.variable.name}"
        chains.append(Chain("derivative" if s.unit_speed else quantity, title, (*one.lines, *lines)))
    if s.unit_speed:
        if found[0].matrix is None:
            raise _unread(s)
        return Found(tuple(chains), found[0].matrix, gradients, None)
    more = derivative_lines(s, found, dict(zip(p.wrt, p.directions, strict=True)), "derivative")
    last = more[-1]
    unread = scalar and len(gradients) < len(found) and {"gradient", "hessian", "stationary"} & set(p.find)
    if last.free or unread:
        raise _unread(s)
    if _ALONG & set(p.find):
        chains.append(Chain("derivative", "Directional derivative", tuple(more)))
    jacobian = gradients.get(p.wrt[0].name) if not scalar and len(found) == 1 and is_column(p.wrt[0].shape) else None
    return Found(tuple(chains), last.expr, gradients if scalar else {}, jacobian)


def _read_off(s: Setting, one: Indexed, quantity: str) -> tuple[Expr | None, list[Line]]:
    """(the matrix that the entries by one variable are, the line that says so); None where they are not read as one."""
    p, x = s.problem, one.variable
    if one.matrix is None:
        return None, []
    if s.unit_speed:
        return one.matrix, [Line(one.matrix, "read-off", ("in matrix form",), "derivative", Head("derivative", p.name, p.wrt))]
    scalar = is_scalar(p.function.shape)
    if not scalar and not is_column(p.function.shape):
        return None, []
    shown = (explicit(one.matrix, p.let) if by_entries(p.function, x) else None) or one.matrix
    head = Head(quantity, p.name, (x,), (), p.wrt if len(p.wrt) > 1 else ())
    stated = Line(shown, "gradient" if scalar else "read-off", ("in matrix form",), quantity, head)
    return shown, [stated] if p.inner_product is None else []


def _numbered(s: Setting) -> Found:
    """The same where the entries have numbers."""
    p = s.problem
    chain, along, derivative, matrix = numbered.first(s)
    chains = [chain]
    if along is not None and _ALONG & set(p.find):
        chains.append(along)
    by_vector = not p.wrt[0].is_scalar
    gradients = {p.wrt[0].name: matrix} if p.function.is_scalar else {}
    return Found(tuple(chains), derivative, gradients, matrix if by_vector and not p.function.is_scalar else None)


_ALONG = {"derivative", "differential", "vectorized", "second-derivative", "taylor", "linearity"}
"""What needs the derivative along a direction."""


def _unread(s: Setting) -> DeriveError:
    from derive.notation.text.text import pretty

    return DeriveError(
        f"the derivative of {pretty(s.problem.function)} by indices is the entry of no product of matrices: the rule `recognise` is "
        "missing for it", code="no-rule", where=s.problem.positions.get("method"), hint="method: directional",
    )


# ------------------------------------------------------------------------------------------------ as a quantity
def entries(s: Setting, first: Expr) -> tuple[list[Chain], Result]:
    """What `find: entries` asks: the derivation by indices, and that it gives the derivative found already.

    DeriveError [entries] for several variables.
    """
    p = s.problem
    if len(p.wrt) > 1:
        raise DeriveError("the derivation by indices is by one variable; give one in `wrt`", code="entries")
    (x,) = p.wrt
    one = indexed(s, x)
    scalar = is_scalar(p.function.shape)
    quantity = "gradient" if scalar else "jacobian"
    lines = [*one.lines, *_arrays(s, one)]
    if one.matrix is not None and not (s.unit_speed and not is_column(one.matrix.shape) and not scalar):
        result = (explicit(one.matrix, p.let) if by_entries(p.function, x) else None) or one.matrix
        if s.unit_speed and scalar:
            if lines[-1].expr is result:  # the last line is stated by the name of what was asked
                lines.pop()
            lines.append(Line(result, "read-off", ("in matrix form",), "derivative", Head("derivative", p.name, p.wrt)))
        else:
            lines.append(Line(result, "gradient" if scalar else "read-off", ("in matrix form",), quantity, Head(quantity, p.name, p.wrt)))
    elif scalar:
        result = writer(s)(one.short)
    else:
        (h,) = s.directions
        result = in_vec(first) if s.unit_speed else neat(vec_matrix(spread(first, frozenset({h.name})), h), [])
        found = {"jacobian", "vectorized"} & set(p.find)
        why = ("the entries in the order of vec", *((COMMA, "as found without indices") if found else ()))
        lines.append(Line(result, "read-off", why, "vectorized", Head("vectorized", p.name, p.wrt)))
    agreement = _agreement(s, one, first) if {"derivative", "differential", "gradient"} & set(p.find) else []
    return [Chain("entries", "By indices", tuple(lines)), *agreement], Result(result)


def _agreement(s: Setting, one: Indexed, first: Expr) -> list[Chain]:
    """Df(X)[H] = Σ_pq ∂f/∂X_pq H_pq is the derivative that was found without indices."""
    p = s.problem
    if s.unit_speed:
        return []
    (x,), (h,) = p.wrt, p.directions
    quantity, along = "derivative", h
    if "differential" in p.find:
        from derive.calculus.setting.prepare import differentials

        (along,) = differentials(p)
        quantity, first = "differential", substitute(first, {h: along})
    lines = derivative_lines(s, (one,), {x: along}, quantity)
    last = lines[-1].expr
    if lines[-1].free:
        return []
    if first is not last:
        lines.append(Line(first, "agreement", ("as found without indices",), quantity, steps=(Step(last, first, "agreement", ()),)))
    else:
        lines[-1] = Line(last, "agreement", ("as found without indices",), quantity, lines[-1].left, steps=lines[-1].steps)
    return [Chain("agreement", "The two routes agree", tuple(lines))]


def _arrays(s: Setting, one: Indexed) -> list[Line]:
    """∂f_i/∂A as a matrix for each i; for few numbered i as block arrays of rows 0' and x'."""
    p = s.problem
    if len(one.free.value) != 1 or len(one.free.variable) != 2:
        return []
    ((i, size),) = one.free.value
    (r, rows), (q, columns) = one.free.variable
    sizes = {r.name: rows, q.name: columns}
    matrix = read_as_matrix(one.short, r, q, sizes)
    if matrix is None:
        return []
    why: Why = ("as a matrix, for each ", i)
    lines = [Line(matrix, "recognise", why, "jacobian", Head("entry-array", p.name, p.wrt, (i,)), free=one.free.value)]
    if not (size.is_number and rows.is_number and max(size.value({}), rows.value({})) <= LARGEST):
        return lines
    for k in range(1, size.value({}) + 1):
        blocks = [_row(one, {i: number(k), r: number(m)}, q, columns) for m in range(1, rows.value({}) + 1)]
        if any(block is None for block in blocks):
            return lines
        stack: Expr = Stack(tuple((block,) for block in blocks if block is not None))
        why = ("its rows, one below the other",) if k == 1 else ()
        lines.append(Line(stack, "recognise", why, "jacobian", Head("entry-array", p.name, p.wrt, (number(k),))))
    return lines


def _row(one: Indexed, at: Mapping[Expr, Expr], q: Symbol, columns: Size) -> Expr | None:
    part = contract(substitute(one.short, at))
    if part is ZERO:
        return Zeros((ONE, columns))
    found = read_as_matrix(part, q, None, {q.name: columns})
    return None if found is None else transpose(found)
