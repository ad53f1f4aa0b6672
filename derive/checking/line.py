"""What a line states: its quantity, its left side and its directions, held against the function at one point."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field, replace
from math import prod
from typing import Any

import numpy as np

from derive.checking import statements
from derive.checking.evaluation import Unevaluable, evaluate, largest
from derive.checking.intermediates import letters, named_values, plain, stepwise, without_pending
from derive.checking.random_arrays import Array, array_shape
from derive.checking.sampling import Point
from derive.checking.statements import Function, Moves, Outcome
from derive.derivation.derivation import Head, Partial
from derive.expressions.build import terms
from derive.expressions.functions import FUNCTIONS
from derive.expressions.nodes import Add, Call, D, Expr, MatMul, Number, Scale, Symbol, Times, Transpose
from derive.expressions.sizes import Size
from derive.language.problems.problem import Problem
from derive.language.problems.quantity import states
from derive.notation.python.identifiers import identifier
from derive.notation.python.run import compiled
from derive.notation.python.source import Names
from derive.values import dataclass

Free = tuple[tuple[Symbol, Size], ...]


@dataclass(frozen=True)
class Site:
    """A point of a problem, with the functions looked at there.

    inlined  whether lines are evaluated with all intermediates inlined, however many there are
    """

    problem: Problem
    names: Names
    point: Point
    inlined: bool = False
    _functions: dict[tuple[Expr, tuple[Symbol, ...]], Function] = field(default_factory=dict)
    _derivatives: dict[D, Any] = field(default_factory=dict)

    def value(self, expr: Expr, free: Free = ()) -> Array:
        """The value of an expression here, of its shape (with free indices the whole array over them).

        Unevaluable when it has none.
        """
        sizes = self.point.sizes
        try:
            shape = (*(size.value(sizes) for _, size in free), *array_shape(expr.shape, sizes))
        except KeyError as e:
            raise Unevaluable(f"the size {e.args[0]} is not of the problem") from None
        namespace, names = self.point.namespace, Names(self.names.let, free)
        by_steps = stepwise(self.names) and not self.inlined
        stripped = without_pending(expr) if by_steps or (self.point.short_steps and expr.pending and not free) else None
        if stripped is not None:
            expr, derivatives = stripped
            names = Names((), free) if by_steps else names
            named = {name: node for name, node in letters(self.names).items() if name in expr.free and by_steps}
            namespace = {
                **namespace, **{s.name: self.derivative(node) for s, node in derivatives.items()},
                **{identifier(name): self.derivative(node) for name, node in named.items()},
            }
        return evaluate(compiled(expr, names), namespace, shape)

    def derivative(self, node: D) -> Any:
        """The value of a pending derivative, by differences; looked up when it was asked for before."""
        if node not in self._derivatives:
            moves = {symbol.name: plain(self.value(direction)) for symbol, direction in node.moves}
            found = self.function(node.arg, tuple(symbol for symbol, _ in node.moves)).along(moves).value
            self._derivatives[node] = plain(found)
        return self._derivatives[node]

    def size(self, expr: Expr) -> float:
        """What cancellation is measured against: the largest entries of the factors of a term, multiplied; of a factor that is a
        sum, or a linear function of one, that of its terms."""
        return max(prod(self._extent(factor) for factor in _factors(term)) for term in terms(expr))

    def _extent(self, factor: Expr) -> float:
        match factor:
            case Add():
                return self.size(factor)
            case Transpose(arg=arg):
                return self._extent(arg)
            case Call(name=name, args=(arg,)) if FUNCTIONS[name].linear and arg.shape == factor.shape:
                return self.size(arg)
            case _:
                return largest(self.value(factor))

    def function(self, of: Expr | None, variables: tuple[Symbol, ...]) -> Function:
        key = (self.problem.function if of is None else of, variables)
        if key not in self._functions:
            self._functions[key] = Function(key[0], self.names, self.point, variables)
        return self._functions[key]

    def with_solution(self, solution: Mapping[Symbol, Expr]) -> Site:
        """The same point with each symbol of `solution` at its value; a value of numbers says how large its sizes are."""
        values = {symbol.name: plain(self.value(expr)) for symbol, expr in solution.items()}
        sizes = {
            str(size): there.value({}) for symbol, expr in solution.items()
            for size, there in zip(symbol.shape, expr.shape, strict=True) if there.is_number and str(size) in self.point.sizes
        }
        point = replace(self.point, sizes={**self.point.sizes, **sizes}, _namespace={}, _drawn={}) if sizes else self.point
        return site_at(self.problem, self.names, point.with_values(values))


def site_at(problem: Problem, names: Names, point: Point) -> Site:
    """The site at a point, with the values of intermediates, which a line may move by themselves."""
    values = named_values(names, point)
    return Site(problem, names, point.with_values(values) if values else point)


def _factors(term: Expr) -> tuple[Expr, ...]:
    match term:
        case MatMul(factors=factors) | Times(factors=factors):
            return factors
        case Scale(scalar=scalar, arg=arg):
            return (*_factors(scalar), *_factors(arg))
        case Call(name="inner" | "dot", args=(a, b)):
            return (*_factors(a), *_factors(b))
        case _:
            return (term,)


def groups(site: Site, head: Head) -> list[Moves]:
    """The directions of a left side, in groups that move together: one for a first derivative, two for D²f[H, K].

    Unevaluable where its directions are not those of its variables.
    """
    problem = site.problem
    given = [plain(site.value(h)) for h in head.directions]
    if not given:
        return _usual(site, head)
    if head.quantity == "second-derivative" and len(given) == len(head.wrt) == 2:
        # one direction each: the mixed derivative by one variable and by the other
        return [{v.name: h} for v, h in zip(head.wrt, given, strict=True)]
    for count in {"second-derivative": (2, 1), "quadratic": (1, 2)}.get(head.quantity, (1,)):
        for variables in (head.wrt, head.arguments, problem.wrt):
            n = len(variables)
            if len(given) == count * n and _fit(head, variables * count):
                parts = [given[k : k + n] for k in range(0, len(given), n)]
                return [{v.name: h for v, h in zip(variables, part, strict=True)} for part in parts]
    raise Unevaluable("the directions of its left side are not those of its variables")


def _fit(head: Head, variables: tuple[Symbol, ...]) -> bool:
    return all(h.shape == v.shape for h, v in zip(head.directions, variables, strict=True))


def _usual(site: Site, head: Head) -> list[Moves]:
    """The directions when none are written: dX for a differential, 1 for a scalar variable, those of the problem."""
    problem, values = site.problem, site.point.values
    if head.quantity == "differential":
        # a differential in which dX does not occur says that the derivative by X is 0
        return [{v.name: values.get(f"d{v.name}", site.point.direction(v, f"d{v.name}")) for v in head.wrt}]
    if len(head.wrt) == 1 and head.wrt[0].is_scalar and not problem.direction_named:
        return [{head.wrt[0].name: 1.0}] * 2
    return [
        {v.name: values[h.name] for v, h in zip(problem.wrt, along, strict=True) if v in head.wrt}
        for along in (problem.directions, problem.second_directions) if along
    ]


def statement(
    site: Site, quantity: str, head: Head | None, of: Expr | None, expr: Expr, own: bool = False, free: Free = ()
) -> Outcome:
    """How far the value of `expr` is from what it states.

    quantity  of the line
    head      the left side that it has (`own`) or continues, None where it has none
    of        the intermediate that it is about
    free      its free indices
    Unevaluable when the line cannot be verified.
    """
    if head is not None and own and quantity not in states(head.quantity):
        raise Unevaluable(f"it is said to be a {quantity}, and its left side is a {head.quantity}")
    if head is None or quantity not in states(head.quantity):
        head = Head(quantity, site.problem.name, site.problem.wrt)
    got = site.value(expr, free)
    function = site.function(of, head.wrt)
    if head.indices:  # an entry of Df[H], for all its indices
        return statements.check_derivative(function, got, groups(site, head)[0])
    numbers = [int(d.value) - 1 for d in head.directions if isinstance(d, Number)]
    if head.quantity in ("entry", "entry-array", "second-entry") and numbers and not free:
        return statements.check_one_entry(function, got, _one(head), numbers, head.quantity)
    if (free or head.quantity == "entry") and quantity != "value":  # a scalar by a scalar has no index
        return statements.check_partials(function, got, _one(head))
    return _by_quantity(site, head, function, got)


def _by_quantity(site: Site, head: Head, function: Function, got: Array) -> Outcome:
    """How far a value is from what its left side names; Unevaluable where it cannot be verified."""
    problem = site.problem
    match head.quantity:
        case "value":
            return statements.check_value(function, got)
        case "derivative" | "differential":
            return statements.check_derivative(function, got, groups(site, head)[0])
        case "gradient":
            metric = None if problem.inner_product is None else site.value(problem.inner_product)
            return statements.check_gradient(function, got, _one(head), metric)
        case "quadratic":
            (h, *_) = groups(site, head)
            return statements.check_second(function, got, h, h)
        case "second-derivative":
            return _second(function, got, groups(site, head))
        case "hessian":
            if head.directions and not function.expr.is_scalar:
                raise Unevaluable("only a scalar function has a Hessian")
            if head.directions:
                return statements.check_hessian_operator(function, got, _one(head), groups(site, head)[-1])
            return statements.check_hessian_matrix(function, got, head.wrt)
        case "vectorized-hessian" if head.directions:
            x = _one(head)
            at = np.shape(site.point.values[x.name])
            if np.size(got) != int(np.prod(at, dtype=int)):
                return statements.refused(f"it has not as many entries as {x.name}")
            return statements.check_hessian_operator(function, np.reshape(got, at, order="F"), x, groups(site, head)[-1])
        case "vectorized-hessian":
            return statements.check_hessian_matrix(function, got, head.wrt)
        case "jacobian" | "vectorized":
            return statements.check_jacobian(function, got, head.wrt, False)
        case "jacobian-denominator":
            return statements.check_jacobian(function, got, head.wrt, True)
        case "vectorized-derivative":
            return statements.check_vectorized_derivative(function, got, groups(site, head)[0])
        case "taylor":
            return statements.check_taylor(function, got, groups(site, head)[0], _order(problem))
        case "entries":
            if function.shape == () and np.shape(got) == np.shape(site.point.values[_one(head).name]):
                return statements.check_gradient(function, got, _one(head))
            return statements.check_jacobian(function, got, head.wrt, False)
        case other:
            raise Unevaluable(f"there is no check of the quantity {other!r}")


def partial_statement(site: Site, partial: Partial, expr: Expr) -> Outcome:
    """How far `expr` is from the matrix of partial derivatives of a definition by one of its names, the others held fixed."""
    others = tuple(s for s, _ in site.names.let if s.name in partial.definition.free and s is not partial.name)
    function = site.function(partial.definition, (partial.name, *others))
    return statements.check_jacobian(function, site.value(expr), (partial.name,), False)


def _second(function: Function, got: Array, moves: list[Moves]) -> Outcome:
    h, k = moves if len(moves) == 2 else (moves[0], moves[0])
    return statements.check_second(function, got, h, k)


def _one(head: Head) -> Symbol:
    if len(head.wrt) != 1:
        raise Unevaluable("it does not say by which of the variables")
    return head.wrt[0]


def _order(problem: Problem) -> int:
    return problem.options.order
