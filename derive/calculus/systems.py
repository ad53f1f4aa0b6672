"""Stationary points in several variables: linear systems solved by elimination, one variable after the other.

Each gradient is solved for a variable of its own where the equation is linear in it; the solution is put into the
remaining equations.  Classified by the signs of the diagonal blocks where they decide.
"""

from __future__ import annotations

from dataclasses import replace

from derive.calculus.collect import neat
from derive.calculus.derivation import Chain, Line, Result, Why
from derive.calculus.differentiate import Motion, level
from derive.calculus.equations import Solved, expanded, solve, split_terms
from derive.calculus.first import Setting
from derive.calculus.properties import definiteness
from derive.calculus.reading import joined
from derive.calculus.stationary import second_order, starred
from derive.calculus.tidy import tidy, tidy_with
from derive.language.build import ONE, add, is_zero, scale, zero
from derive.language.nodes import D, Expr, Identity, Symbol, substitute


def stationary_system(s: Setting, gradients: dict[str, Expr]) -> tuple[list[Chain], dict[str, Result]]:
    """The elimination as a chain, and the point; without a closed form the equations themselves."""
    p = s.problem
    if all(x.is_scalar for x in p.wrt):
        found = _of_scalars(s, gradients)
        if found is not None:
            return found
    order = _elimination(gradients, p.wrt)
    if order is None:
        lines = [
            Line(gradients[x.name], "stationary", ("stationary where this is 0; no closed form",), "gradient")
            for x in p.wrt
        ]
        chains = [Chain("stationary", "Stationary points", (line,)) for line in lines]
        return chains, {x.name: Result(gradients[x.name], classification="undetermined") for x in p.wrt}
    solutions: dict[Symbol, Expr] = {}
    known: dict[Expr, Expr] = {}
    for x, _, solved in reversed(order):
        value = tidy_with(substitute(solved.solution, known), [])
        solutions[x] = known[x] = neat(value, [])
    lines = []
    for x in p.wrt:
        g = gradients[x.name]
        lines.append(Line(zero(g.shape), "stationary", ("gradient = 0",), "equation", g, "=", True,
                          solution=solutions))
    for x, equation, solved in order:
        if equation is not gradients[x.name] and not any(equation is line.left for line in lines):
            lines.append(Line(zero(equation.shape), "substitute", ("put in what is known",), "equation", equation, "⇒", True,
                              solution=solutions))
        for move in solved.moves:
            if not any(line.left is move.left and line.expr is move.right for line in lines):
                lines.append(Line(move.right, "rearrange", move.why, "equation", move.left, "⇔", True, solution=solutions))
    for x, _, _ in reversed(order):
        lines.append(Line(solutions[x], "solve", (), "stationary", starred(x), "⇒", solution=solutions))
    kind, why = _classified(gradients, p.wrt)
    if why:
        lines[-1] = replace(lines[-1], why=why)
    conditions: tuple[Why, ...] = tuple(c for _, _, solved in order for c in solved.conditions)
    chain = Chain("stationary", "Stationary point", tuple(lines))
    return [chain], {
        x.name: Result(solutions[x], classification=kind, conditions=conditions) for x in p.wrt
    }


def _of_scalars(s: Setting, gradients: dict[str, Expr]) -> tuple[list[Chain], dict[str, Result]] | None:
    """Scalar variables: the equations solved by SymPy, the point by the second-order test of the matrix of second derivatives."""
    from derive.calculus import algebra

    p = s.problem
    points = algebra.solve_system([gradients[x.name] for x in p.wrt], list(p.wrt))
    if not points or len(points) != 1:
        return None
    (point,) = points
    solution = dict(zip(p.wrt, point, strict=True))
    there: dict[Expr, Expr] = dict(zip(p.wrt, point, strict=True))
    matrix = [[tidy(substitute(_partial(gradients[x.name], y), there)) for y in p.wrt] for x in p.wrt]
    kind, why = second_order(matrix)
    lines = [
        Line(zero(gradients[x.name].shape), "stationary", ("gradient = 0",), "equation", gradients[x.name],
             "=", True, solution=solution)
        for k, x in enumerate(p.wrt)
    ]
    for k, x in enumerate(p.wrt):
        last = k == len(p.wrt) - 1
        lines.append(Line(solution[x], "solve", joined(why) if last else (), "stationary", starred(x), "=" if k else "⇔",
                          solution=solution))
    chain = Chain("stationary", "Stationary point", tuple(lines))
    return [chain], {x.name: Result(solution[x], classification=kind) for x in p.wrt}


def _partial(g: Expr, y: Symbol) -> Expr:
    """∂g/∂y for scalars."""
    m = Motion(((y, ONE),), frozenset({y.name}))
    if not m.depends(g):
        return zero(g.shape)
    out: Expr = D(g, m.moves)
    while out.pending:
        out = level(out, m).expr
    return tidy(out)


def _elimination(
    gradients: dict[str, Expr], variables: tuple[Symbol, ...]
) -> list[tuple[Symbol, Expr, Solved]] | None:
    """(variable, the equation it is taken from, its solution in terms of the later ones), in order."""
    open_equations = dict(gradients)
    left = list(variables)
    order: list[tuple[Symbol, Expr, Solved]] = []
    while left:
        found = None
        for name, equation in open_equations.items():
            for x in left:
                if x.name in equation.free:
                    solved = solve(equation, x)
                    if solved is not None and x.name not in solved.solution.free:
                        better = not solved.conditions
                        if found is None or better:
                            found = (name, x, equation, solved)
                        if better:
                            break
            if found is not None and not found[3].conditions:
                break
        if found is None:
            return None
        name, x, equation, solved = found
        order.append((x, equation, solved))
        del open_equations[name]
        left.remove(x)
        open_equations = {
            n: expanded_all(substitute(e, {x: solved.solution}), left) for n, e in open_equations.items()
        }
        if any(is_zero(e) for e in open_equations.values()):
            return None
    return order


def expanded_all(equation: Expr, names: list[Symbol]) -> Expr:
    for x in names:
        equation = expanded(equation, x.name)
    return tidy_with(equation, [])


def _classified(gradients: dict[str, Expr], variables: tuple[Symbol, ...]) -> tuple[str, Why]:
    """A block without curvature beside a coupling is a saddle; blocks that do not couple decide alone."""
    blocks: dict[str, str | None] = {}
    coupled = False
    for x in variables:
        g = expanded(gradients[x.name], x.name)
        coupled = coupled or any(y.name in g.free for y in variables if y is not x)
        if x.name not in g.free:
            blocks[x.name] = "zero"
            continue
        found = split_terms(g, x)
        if found is None:
            return "undetermined", ()
        size = x.shape[0]
        sides = [t.left if t.left is not None else (Identity(size) if not x.is_scalar else ONE) for t in found[0]]
        if any(t.right is not None or t.transposed for t in found[0]):
            return "undetermined", ()
        matrix = neat(add(*(scale(t.scalar, m) for t, m in zip(found[0], sides, strict=True))), [])
        blocks[x.name] = definiteness(matrix)
    flat = [x for x in variables if blocks[x.name] == "zero"]
    if flat and coupled and any(k not in ("zero", None) for k in blocks.values()):
        return "saddle", ("linear in ", flat[0], " and coupled: the second derivative takes both signs, a saddle")
    signs = set(blocks.values())
    if {"positive definite", "negative definite"} <= signs:
        return "saddle", ("curved upwards in one variable and downwards in another: a saddle",)
    if not coupled and signs == {"positive definite"}:
        return "minimum", ("positive definite in each variable, and they do not couple: a minimum",)
    if not coupled and signs == {"negative definite"}:
        return "maximum", ("negative definite in each variable, and they do not couple: a maximum",)
    return "undetermined", ()
