"""Derivatives entry by entry where entries are numbered: ∂f/∂x₁, ∂f₂/∂q₁, ∂²f/∂x₁∂x₂, then the vector or matrix of them."""

from __future__ import annotations

from derive.calculus.indices.explicit import LARGEST, by_entries, determinant, entries_of
from derive.calculus.indices.partial import contract, partial
from derive.calculus.setting.setting import Setting
from derive.calculus.simplify.simplify import tidy
from derive.derivation.derivation import Chain, Head, Line, Step
from derive.derivation.reason import SEMICOLON, Why, Word, joined
from derive.expressions.build import ZERO, add, times
from derive.expressions.nodes import D, Entry, Expr, Map, Number, Power, Stack, Symbol, Times, Where, number
from derive.expressions.rewrite import transform
from derive.expressions.sizes import is_column
from derive.expressions.traverse import walk

Column = tuple[Expr, ...]


def applies(s: Setting) -> bool:
    """Whether value and variable have few numbered entries, by which the function is written."""
    p = s.problem
    if len(p.wrt) != 1 or p.let or any(v.of for v in p.symbols.values()):
        return False
    (x,) = p.wrt
    plain = not x.has & {"unit", "positive"} or x.is_scalar
    if not (plain and ((x.is_scalar and isinstance(p.function, Stack)) or (is_column(x.shape) and by_entries(p.function, x)))):
        return False
    values = _values(p.function)
    return values is not None and all(_of_entries(v, x) for v in values)


def _values(function: Expr) -> Column | None:
    """The entries of a scalar or of a short column."""
    if function.is_scalar:
        return (function,)
    rows = function.shape[0]
    if not is_column(function.shape) or not rows.is_number or rows.value({}) > LARGEST:
        return None
    table = entries_of(function)
    return None if table is None else tuple(row[0] for row in table)


def _of_entries(value: Expr, x: Symbol) -> bool:
    """Whether the variable stands in it by numbered entries alone (or as itself, a scalar)."""
    return x.is_scalar or all(x not in node.children or isinstance(node, Entry) for node in walk(value))


def _places(x: Symbol) -> tuple[Column, ...]:
    """The index tuples of the variable: one for each entry, the empty one for a scalar."""
    return ((),) if x.is_scalar else tuple((number(k + 1),) for k in range(x.shape[0].value({})))


def _partial(value: Expr, x: Symbol, at: Column) -> Expr:
    return tidy(contract(partial(value, x, at)))


def first(s: Setting) -> tuple[Chain, Chain | None, Expr, Expr]:
    """The chain of partial derivatives with the gradient or Jacobian that they make; the chain of the directional derivative
    (none by a scalar); the derivative, and the gradient or Jacobian."""
    p = s.problem
    (x,), (h,) = p.wrt, p.directions
    scalar = p.function.is_scalar
    values = _values(p.function)
    assert values is not None
    quantity = "gradient" if scalar else "jacobian"
    if x.is_scalar:
        return _by_a_scalar(s, values)
    table: list[list[Expr]] = []
    lines: list[Line] = []
    for k, value in enumerate(values, 1):
        row: list[Expr] = []
        for at in _places(x):
            d = _partial(value, x, at)
            head = Head("entry", p.name, p.wrt, (*(() if scalar else (number(k),)), *at))
            lines.append(Line(d, "entries-derivative", _why(value, x, at), quantity, head))
            row.append(d)
        table.append(row)
    matrix: Expr = Stack(tuple((d,) for d in table[0]) if scalar else tuple(map(tuple, table)))
    lines.append(Line(matrix, "entries", ("the partial derivatives together",), quantity, Head(quantity, p.name, p.wrt)))
    if not scalar and "jacobian" in p.find:
        lines += jacobian_determinant(s, matrix)
    sums = [add(*(times(d, Entry(h, at[0], None)) for d, at in zip(row, _places(x), strict=True) if d is not ZERO)) if any(
        d is not ZERO for d in row) else ZERO for row in table]
    along: Expr = sums[0] if scalar else Stack(tuple((e,) for e in sums))
    said: Why = ("the partial derivatives times the entries of ", h, ", summed")
    line = Line(along, "sum-of-entries", said, "derivative", Head("derivative", p.name, p.wrt, p.directions))
    return Chain(quantity, "Entry by entry", tuple(lines)), Chain("derivative", "Directional derivative", (line,)), along, matrix


def _by_a_scalar(s: Setting, values: Column) -> tuple[Chain, None, Expr, Expr]:
    """The derivative of a column of functions of one number: the column of their derivatives."""
    p = s.problem
    (x,) = p.wrt
    pending: Expr = Stack(tuple((D(v, s.motion.moves) if x.name in v.free else ZERO,) for v in values))
    matrix: Expr = Stack(tuple((_partial(v, x, ()),) for v in values))
    lines = [Line(pending, "entries", ("entry by entry",), "derivative", Head("derivative", p.name, p.wrt))]
    if matrix is not pending:
        whys = joined([_why(v, x, ()) for v in values if x.name in v.free])
        lines.append(Line(matrix, "entries-derivative", whys, "derivative", steps=(Step(pending, matrix, "entries-derivative", ()),)))
    return Chain("derivative", "Entry by entry", tuple(lines)), None, matrix, matrix


def hessian(s: Setting, gradient: Stack) -> Chain:
    """∂²f/∂x_p∂x_q for p ≤ q, and the matrix of them."""
    p = s.problem
    (x,) = p.wrt
    places = _places(x)
    table: dict[tuple[Expr, Expr], Expr] = {}
    lines: list[Line] = []
    for k, (a,) in enumerate(places):
        derivative = gradient.rows[k][0]
        for (b,) in places[k:]:
            d = table[a, b] = table[b, a] = _partial(derivative, x, (b,))
            head = Head("second-entry", p.name, p.wrt, (a, b))
            why = _why(derivative, x, (b,))
            lines.append(Line(d, "entries-derivative", why if a is b else (*why, SEMICOLON, "in either order"), "hessian", head))
    matrix: Expr = Stack(tuple(tuple(table[a, b] for (b,) in places) for (a,) in places))
    lines.append(Line(matrix, "entries", ("the partial derivatives together",), "hessian", Head("hessian", p.name, p.wrt)))
    return Chain("hessian", "Hessian, entry by entry", tuple(lines))


def _why(value: Expr, x: Symbol, at: Column) -> Why:
    """The rules that a reader is told, by name."""
    entry: Expr = Entry(x, at[0], None) if at else x
    inside = [node for node in walk(value) if entry in walk(node) and node is not entry]
    if not inside and value is not entry:
        return ("it does not depend on ", entry)
    used: list[Why] = []
    if any(isinstance(n, (Map, Power)) and n.children[0] is not entry for n in inside):
        used.append(("chain rule",))
    if any(isinstance(n, Times) and sum(entry in walk(f) for f in n.factors) > 1 for n in inside):
        used.append(("product rule",))
    if any(isinstance(n, Where) for n in inside):
        used.append(("by cases",))
    functions = [n.function for n in inside if isinstance(n, Map) and n.children[0] is entry and isinstance(n.function, str)]
    used += [("derivative of ", Word(name)) for name in dict.fromkeys(functions)] if ("chain rule",) not in used else []
    if not used and any(isinstance(n, Power) and n.base is entry for n in inside):
        used.append(("power rule",))
    return joined(used) or ("linear in ", entry)




def jacobian_determinant(s: Setting, matrix: Expr) -> list[Line]:
    """The Jacobian determinant of a change of variables, simplified by SymPy."""
    table = entries_of(matrix)
    if table is None or len(table) != len(table[0]) or len(table) > 3:
        return []
    from derive.calculus import algebra

    opened = transform(tidy(determinant(table)), _letters_first)
    value = algebra.simplify_scalar(opened, trigonometric=True)
    left = Head("jacobian-determinant", s.problem.name, s.problem.wrt)
    said: Why = ("the Jacobian determinant",)
    if value is opened or len(table) > 2:
        return [Line(value, "jacobian-determinant", said, "equation", left, equation=True)]
    return [Line(opened, "jacobian-determinant", said, "equation", left, equation=True),
            Line(value, "simplify", ("simplify",), "equation", left, equation=True)]


def _letters_first(node: Expr) -> Expr:
    """r cos(φ)² for cos(φ)² r."""
    return times(*sorted(node.factors, key=lambda f: not isinstance(f, Number | Symbol))) if isinstance(node, Times) else node
