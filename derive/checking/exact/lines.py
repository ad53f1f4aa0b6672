"""One line at points of a field: what its left side names, held against its value.

NotExact where the field does not tell.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product
from math import factorial, prod

import numpy as np

from derive.checking.exact import jets
from derive.checking.exact.evaluate import Place
from derive.checking.exact.field import NotExact, P
from derive.checking.exact.jets import Jet
from derive.checking.exact.points import Points, inside, lies
from derive.derivation.derivation import Head, Line
from derive.expressions.nodes import Expr, Number, Symbol
from derive.language.problems.quantity import states

MOST_ENTRIES = 1500


def holds(points: Points, place: Place, head: Head | None, line: Line) -> bool:
    """Whether a line holds at the points of a place, with the left side `head` that it has or continues.

    points  the generator of further random values
    """
    problem = points.problem
    if line.relation not in ("=", "⇔", "⇒", "or", ":=") and line.quantity != "taylor":
        raise NotExact("an inequality, or an approximation")
    if line.partial is not None:
        others = tuple(name for name in place.let if name in line.partial.definition.free and name != line.partial.name.name)
        free = place.changed({**place.values, **{n: place.value(place.let[n]) for n in others}})
        name = line.partial.name
        free = free if name.name in free.values else free.changed({**free.values, name.name: place.value(place.let[name.name])})
        return _jacobian(points, free, line.partial.definition, (name,), free.value(line.expr), False)
    if line.quantity == "stationary" and line.rule == "evaluate" and isinstance(line.left, Symbol):
        known = line.solution or {}
        here = solved(place, {v: e for v, e in known.items() if v not in problem.wrt})
        return _stationary(points, here, {**{v: e for v, e in known.items() if v in problem.wrt}, line.left: line.expr})
    if line.quantity == "stationary":
        solution = line.solution or ({problem.wrt[0]: line.expr} if len(problem.wrt) == 1 else {})
        return _stationary(points, place, solution)
    here = solved(place, line.solution) if line.solution else place
    if line.equation:
        return _equation(points, here, line)
    if line.quantity == "value" and isinstance(line.left, Expr) and line.of is None:
        return jets.equal(here.value(line.left), here.value(line.expr))
    right = _stated(points, here, line.quantity, head, line.of, line.expr, line)
    if right and isinstance(line.left, Expr):
        right = _stated(points, here, line.quantity, None, line.of, line.left, line)
    return right


def solved(place: Place, solution: Mapping[Symbol, Expr]) -> Place:
    """The place with symbols at what a solution says."""
    return place.changed({**place.values, **{s.name: place.value(e) for s, e in solution.items()}})


def _equation(points: Points, place: Place, line: Line) -> bool:
    if isinstance(line.left, Expr):
        return jets.equal(place.value(line.left), place.value(line.expr))
    if line.left is None or line.left.quantity not in ("gradient", "derivative", "differential", "value", "jacobian-determinant"):
        raise NotExact("the left side is no expression")
    if line.left.quantity == "jacobian-determinant":
        return jets.equal(_jacobian_determinant(points, place, line.left.wrt), place.value(line.expr))
    return _stated(points, place, line.left.quantity, line.left, None, line.expr, line)


def _jacobian_determinant(points: Points, place: Place, variables: tuple[Symbol, ...]) -> Jet:
    columns = [
        jets.at(jets.stacked(place.derivative(points.problem.function, {v.name: unit})))
        for v in variables for unit in _units(place, *points.extents(v))
    ]
    return jets.determinant({0: np.concatenate(columns, axis=2)})


def _units(place: Place, m: int, n: int) -> Iterator[Jet]:
    """The directions in which one entry moves by 1, columns stacked."""
    for j, i in product(range(n), range(m)):
        unit = np.zeros((place.points, m, n), dtype=np.int64)
        unit[:, i, j] = 1
        yield {0: unit}


def _stationary(points: Points, place: Place, solution: Mapping[Symbol, Expr]) -> bool:
    problem = points.problem
    if {s.name for s in solution} < {v.name for v in problem.wrt}:
        raise NotExact("it does not say the values of all variables")
    there = solved(place, solution)
    if not all(jets.shape(there.values[v.name]) == points.extents(v) and lies(v, there.values[v.name]) for v in problem.wrt):
        return False
    slope = there.derivative(problem.function, {v.name: _direction(points, there, v) for v in problem.wrt})
    elsewhere = place.derivative(problem.function, {v.name: _direction(points, place, v) for v in problem.wrt})
    return jets.equal(slope, {}) and not jets.equal(elsewhere, {})


def _direction(points: Points, place: Place, x: Symbol, number: int = 0) -> Jet:
    """A random direction of a variable, the same for all lines at a place: what moves along it is then computed once."""
    if (x, number) not in place.slopes:
        place.slopes[x, number] = points.direction(x, place.values[x.name]), None
    return place.slopes[x, number][0]


def _moves(points: Points, place: Place, head: Head) -> list[dict[str, Jet]]:
    """The directions of a left side, in groups that move together."""
    problem = points.problem
    given = [place.value(h) for h in head.directions]
    if not given:
        if head.quantity == "differential":
            return [{v.name: place.values.get(f"d{v.name}", _direction(points, place, v)) for v in head.wrt}]
        if len(head.wrt) == 1 and head.wrt[0].is_scalar and not problem.direction_named:
            return [{head.wrt[0].name: jets.constant(1, place.points)}] * 2
        return [{v.name: place.values[h.name] for v, h in zip(problem.wrt, along, strict=True) if v in head.wrt}
                for along in (problem.directions, problem.second_directions) if along]
    if head.quantity == "second-derivative" and len(given) == len(head.wrt) == 2:
        return [{v.name: h} for v, h in zip(head.wrt, given, strict=True)]
    for count in {"second-derivative": (2, 1), "quadratic": (1, 2)}.get(head.quantity, (1,)):
        for variables in (head.wrt, head.arguments, problem.wrt):
            size = len(variables)
            if len(given) == count * size and all(h.shape == v.shape for h, v in zip(head.directions, variables * count, strict=True)):
                parts = [given[k : k + size] for k in range(0, len(given), size)]
                return [{v.name: h for v, h in zip(variables, part, strict=True)} for part in parts]
    raise NotExact("the directions are not those of the variables")


def _stated(points: Points, place: Place, quantity: str, head: Head | None, of: Expr | None, expr: Expr, line: Line) -> bool:
    problem = points.problem
    if head is None or quantity not in states(head.quantity):
        head = Head(quantity, problem.name, problem.wrt)
    function = problem.function if of is None else of
    numbers = [int(d.value) - 1 for d in head.directions if isinstance(d, Number)]
    if numbers and not line.free and head.quantity in ("entry", "entry-array", "second-entry"):
        return _one_entry(points, place, function, head, numbers, place.value(expr))
    if line.free or head.quantity == "entry":
        return _entries(points, place, function, head, expr, line)
    if head.indices:
        raise NotExact("it is about entries")
    got = place.value(expr)
    match head.quantity:
        case "value":
            return jets.equal(got, place.value(function))
        case "derivative" | "differential":
            return jets.equal(got, place.derivative(function, _moves(points, place, head)[0]))
        case "gradient" | "entries" if function.is_scalar and len(head.wrt) == 1:
            return _gradient(points, place, function, head.wrt[0], got)
        case "quadratic":
            h = _moves(points, place, head)[0]
            return jets.equal(got, place.derivative(function, h, h))
        case "second-derivative":
            h, *rest = _moves(points, place, head)
            return jets.equal(got, place.derivative(function, h, rest[0] if rest else h))
        case "hessian" | "vectorized-hessian":
            return _hessian(points, place, function, head, got)
        case "jacobian" | "vectorized" | "entries" | "jacobian-denominator":
            return _jacobian(points, place, function, head.wrt, got, head.quantity == "jacobian-denominator")
        case "vectorized-derivative":
            return jets.equal(got, jets.stacked(place.derivative(function, _moves(points, place, head)[0])))
        case "taylor":
            h, out = _moves(points, place, head)[0], place.value(function)
            for k in range(1, problem.options.order + 1):
                weight = jets.constant(pow(factorial(k), P - 2, P), place.points)
                out = jets.added(out, jets.entrywise(place.derivative(function, *([h] * k)), weight))
            return jets.equal(got, out)
    raise NotExact(f"there is no exact check of {head.quantity}")


def _one_entry(points: Points, place: Place, function: Expr, head: Head, at: list[int], got: Jet) -> bool:
    """∂f_i/∂x_p, the array ∂f_i/∂X, ∂²f/∂x_p∂x_q, the indices being numbers from 0: those of the value, then of the variable."""
    (x,) = head.wrt
    extents = points.extents(x)
    axes = len(_axes(extents))

    def unit(index: list[int]) -> dict[str, Jet]:
        one = np.zeros((*_axes(extents), place.points), dtype=np.int64)
        one[tuple(index)] = 1
        return {x.name: {0: np.moveaxis(one, -1, 0).reshape(-1, *extents)}}

    def entry(value: Jet, index: list[int]) -> Jet:
        a = jets.at(value)
        return {0: np.moveaxis(a.reshape(len(a), *_axes(a.shape[1:])), 0, -1)[tuple(index)].reshape(-1, 1, 1)}

    if head.quantity == "second-entry":
        return jets.equal(got, place.derivative(function, unit(at[:axes]), unit(at[axes:])))
    if head.quantity == "entry":
        split = len(at) - axes
        return jets.equal(got, entry(place.derivative(function, unit(at[split:])), at[:split]))
    e = _direction(points, place, x)
    slope = entry(place.derivative(function, {x.name: e}), at)
    return jets.shape(got) == extents and jets.equal(jets.total(jets.entrywise(got, e)), slope)


def _axes(extent: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(k for k in extent if k != 1)


def _entries(points: Points, place: Place, function: Expr, head: Head, expr: Expr, line: Line) -> bool:
    """An entry for all values of its free indices: those of the function first, then those of the variable.

    Indices that the line does not have are those of its value.
    """
    extents = [range(1, place.size(size) + 1) for _, size in line.free]
    if prod(len(e) for e in extents) > MOST_ENTRIES:
        raise NotExact("many entries")
    own = _axes(tuple(place.size(s) for s in function.shape))
    rest: tuple[int, ...] = ()
    e: Jet = {}
    x = head.wrt[0] if len(head.wrt) == 1 else None
    if head.quantity == "value" or line.quantity == "value":
        slope = place.value(function)
    elif head.indices:
        slope = place.derivative(function, _moves(points, place, head)[0])
    elif x is not None:
        e = _direction(points, place, x)
        slope, rest = place.derivative(function, {x.name: e}), _axes(points.extents(x))
    else:
        raise NotExact("it does not say by which variable")
    found = jets.at(slope).reshape(place.points, *own)
    values = []
    for index in product(*extents):
        here = place
        for (symbol, _), k in zip(line.free, index, strict=True):
            here = here.at_index(symbol.name, k)
        values.append(jets.at(here.value(expr)))
    got = np.stack(values, axis=1).reshape(place.points, *(len(r) for r in extents), *_axes(values[0].shape[1:]))
    if got.shape[1:] != (*own, *rest):
        raise NotExact("other indices")
    if e:
        along = jets.at(e).reshape(place.points, *(1,) * len(own), *rest)
        got = np.sum(got * along % P, axis=tuple(range(1 + len(own), got.ndim))) % P
    return bool(np.array_equal(got.reshape(found.shape), found))


def _gradient(points: Points, place: Place, function: Expr, x: Symbol, got: Jet) -> bool:
    """⟨G, E⟩ = Df[E] for a random direction, and G in the structure of x."""
    at = place.values[x.name]
    if jets.shape(got) != jets.shape(at):
        return False
    metric = points.problem.inner_product
    dual = got if metric is None else jets.multiplied(place.value(metric), got)
    e = _direction(points, place, x)
    pairing = jets.total(jets.entrywise(dual, e))
    return jets.equal(pairing, place.derivative(function, {x.name: e})) and (metric is not None or inside(x, at, got))


def _hessian(points: Points, place: Place, function: Expr, head: Head, got: Jet) -> bool:
    if not function.is_scalar:
        raise NotExact("only a scalar function has a Hessian")
    if not head.directions:
        both = [{v.name: _direction(points, place, v, k) for v in head.wrt} for k in range(2)]
        left, right = (_column(m, head.wrt) for m in both)
        form = jets.multiplied(jets.multiplied(jets.transposed(left), got), right)
        return jets.equal(form, place.derivative(function, *both))
    if len(head.wrt) != 1:
        raise NotExact("it does not say by which variable")
    x = head.wrt[0]
    at = place.values[x.name]
    e = {0: points.drawn(*points.extents(x))} if x.has & {"unit", "stiefel", "orthogonal"} else _direction(points, place, x)
    along = _moves(points, place, head)[-1]
    tested, found = (jets.stacked(e), got) if head.quantity == "vectorized-hessian" else (e, got)
    if jets.shape(tested) != jets.shape(found):
        return False
    return jets.equal(jets.total(jets.entrywise(found, tested)), place.derivative(function, {x.name: e}, along)) and (
        head.quantity == "vectorized-hessian" or bool(x.has & {"unit", "stiefel", "orthogonal"}) or inside(x, at, got))


def _column(moves: Mapping[str, Jet], variables: tuple[Symbol, ...]) -> Jet:
    return {0: np.concatenate([jets.stacked(moves[v.name])[0] for v in variables], axis=1)}


def _jacobian(points: Points, place: Place, function: Expr, wrt: tuple[Symbol, ...], got: Jet, turned: bool) -> bool:
    """J vec(E) = vec(Df[E]) for a random direction."""
    e = {v.name: _direction(points, place, v) for v in wrt}
    column, slope = _column(e, wrt), jets.stacked(place.derivative(function, e))
    matrix = jets.transposed(got) if turned else got
    if len(wrt) == 1 and function.is_scalar and jets.shape(got) == jets.shape(place.values[wrt[0].name]):
        matrix = jets.transposed(jets.stacked(got))
    if jets.shape(matrix) != (jets.shape(slope)[0], jets.shape(column)[0]):
        return False
    return jets.equal(jets.multiplied(matrix, column), slope)
