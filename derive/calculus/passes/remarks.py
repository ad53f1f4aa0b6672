"""What is worth saying beside a derivation: the conventions that must not be confused, and the shapes along a chain."""

from __future__ import annotations

from collections.abc import Mapping

from derive.calculus.linear.structure import riemannian_hessian, tangent_row
from derive.derivation.reason import COLON, SEMICOLON, STOP, Formula, Why, joined
from derive.expressions.build import add, negate, scale, transpose
from derive.expressions.nodes import Call, Expr, Identity, Power, Symbol, Transpose, number
from derive.expressions.sizes import Shape, is_scalar, show
from derive.language.problems.problem import Problem


def remarks(
    problem: Problem, free: Mapping[str, Expr], structured: Mapping[str, Expr], hessians: Mapping[str, tuple[Expr, Symbol]]
) -> tuple[Why, ...]:
    """The remarks of a problem; free and structured are the gradients before and after the projection onto the structure, the
    hessians those along a direction, on the surrounding space."""
    out: list[Why] = []
    for x in problem.wrt:
        g, inside = free.get(x.name), structured.get(x.name)
        if g is not None and inside is not None:
            said = _conventions(x, g, g is inside, problem)
            if said:
                out.append(said)
        curved = tangent_row(x) is not None
        if curved and "gradient" in problem.find:
            out.append(("The gradient ", inside if inside is not None else x, " is the Riemannian one: the part of the free gradient along the set."))
        if curved and "hessian" in problem.find and g is not None and x.name in hessians:
            along, h = hessians[x.name]
            on_the_set = riemannian_hessian(x, h, g, along)
            if on_the_set is not None:
                euclidean = "This Hessian is the Euclidean one, of the surrounding space. The Riemannian Hessian takes a tangent "
                out.append((euclidean, h, " to ", on_the_set, "."))
    out += [
        ("Of the sum, the term with ", x, " is written apart: the others do not depend on it.") for x in problem.wrt if problem.is_member(x)
    ]
    if problem.options.stacked:
        x, whole = problem.wrt[0], Symbol(problem.name, problem.function.shape)
        out.append((
            "The Jacobian of a matrix, or by a matrix, is that of the stacked columns: a row for each entry of ",
            whole if whole.is_scalar else Call("vec", (whole,)), ", a column for each entry of ", Call("vec", (x,)) if not x.is_scalar else x, ".",
        ))
    shapes = _shapes(problem) if not problem.options.shapes else ()
    if shapes:
        out.append(shapes)
    if problem.options.indices == "einstein" and ("entries" in problem.find or "entries" in (problem.method, *problem.further_methods)):
        out.append(("Sums over repeated indices are not written: an index that a term holds twice is summed.",))
    return tuple(out)


STRUCTURES = frozenset({"symmetric", "skew", "diagonal", "upper", "lower", "orthogonal", "stiefel", "unit"})
"""Structures in which a direction lies; the gradient is the part of the free one that such a direction sees."""


def _conventions(x: Symbol, g: Expr, same: bool, problem: Problem) -> Why:
    """The free gradient, and for a symmetric variable the entry convention.

    Srinivasan & Panda (2019), arXiv:1911.06491: the gradient by a symmetric variable is sym(G).
    """
    counted = "symmetric" in x.has and "diagonal" not in x.has
    if same and not counted:
        return ()
    one = g.arg if isinstance(g, Transpose) else g
    short = isinstance(one, Symbol) or (isinstance(one, Power) and isinstance(one.base, Symbol))
    taken = {*problem.symbols, *problem.unnamed, *(d.name for d in problem.directions)}
    letter: Expr = one if short else Symbol(next(c for c in "GMNPQRSUVW" if c not in taken), g.shape)
    named: Why = () if short or not counted else (letter, " = ")
    free: Why = ("The free gradient, by a variable without structure, is ", *(("the same",) if same else (*named, g)), ".")
    if not counted:
        return free
    diagonal = Call("hadamard", (Identity(x.shape[0]), letter))
    entries = add(scale(number(2), letter) if same else add(letter, transpose(letter)), negate(diagonal))
    told: Why = (" With ", letter, " for it, the") if same and not short else (" The",)
    return (
        *free, *told, " entry convention of some books, ", entries,
        ", counts entries instead of directions: it is not the gradient of this inner product.",
    )


def _shapes(problem: Problem) -> Why:
    """E by z: 1×m; z by g: m×m; g by A: m×(m×n)."""
    moving = {x.name: x for x in problem.wrt}
    factors: list[tuple[Symbol, Symbol, Shape]] = []
    for u, definition in problem.let:
        above = [s for s in moving.values() if s.name in definition.free]
        if above:
            factors.extend((u, s, u.shape) for s in above)
            moving[u.name] = u
    if not factors or all(is_scalar(s.shape) and is_scalar(shape) for _, s, shape in factors) or len(factors) > 6:
        return ()
    whole = Symbol(problem.name, problem.function.shape)
    outer = [
        (whole, s, whole.shape) for s in moving.values() if s.name in problem.function.free
    ]
    rows: list[Why] = [(of, " by ", by, COLON, Formula(_factor(shape, by.shape))) for of, by, shape in (*outer, *reversed(factors))]
    return ("Shapes along the chain", COLON, *joined(rows, SEMICOLON), STOP)


def _factor(value: Shape, variable: Shape) -> str:
    """(P×Q)×(M×N), a column counting as its length."""
    def one(shape: Shape) -> str:
        if is_scalar(shape):
            return "1"
        if shape[1] == shape[0].of(1):
            return str(shape[0])
        return f"({show(shape)})"

    return f"{one(value)}×{one(variable)}"
