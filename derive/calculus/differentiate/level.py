"""Pending derivatives taken, one rule at one place at a time, a level of the expression per line.

One line takes the derivative of everything structural (sums, products, linear functions) as far down as it goes, and of
the first function that is not: the derivative of what stands in that function is taken at once where it is affine in the
variable, and stays pending for the next line where it is not.
"""

from __future__ import annotations

from derive.calculus.differentiate.apply_rule import take
from derive.calculus.differentiate.variation import Motion
from derive.calculus.rules.differentials import DIFFERENTIALS
from derive.calculus.rules.rule import Rule, missing
from derive.calculus.simplify.distribute import directions_last, gathered, hessian_between, pending_nodes, positive_terms_first, spread
from derive.calculus.simplify.simplify import tidy
from derive.derivation.derivation import Step
from derive.expressions.nodes import Apply, Call, D, Expr, Map, Symbol
from derive.expressions.rewrite import replace
from derive.expressions.sizes import is_column, is_scalar
from derive.expressions.traverse import Path, at
from derive.values import dataclass


@dataclass(frozen=True)
class Level:
    """One line's work: the expression it ends with, the steps, the rules that a reader is told.

    maps      (name, of a scalar, of the variable itself) for each entry-by-entry function whose derivative was taken
    outright  every unnamed function was one of the variable itself: no chain rule
    """

    expr: Expr
    steps: tuple[Step, ...]
    rules: tuple[Rule, ...]
    chained: bool
    linear: tuple[str, ...]
    maps: tuple[tuple[str, bool, bool], ...] = ()
    outright: bool = False


def level(expr: Expr, m: Motion, held: frozenset[Expr] = frozenset()) -> Level:
    """Take the pending derivatives of one level, but for those `held`.

    Raises DeriveError [missing-rule], which names the subexpression without a rule.
    """
    deferred: set[Expr] = set(held)
    due = set(pending_nodes(expr))
    steps: list[Step] = []
    rules: list[Rule] = []
    chained = False
    linear: list[str] = []
    maps: list[tuple[str, bool, bool]] = []
    unnamed: list[bool] = []
    while (path := _first(expr, deferred, m)) is not None:
        node = at(expr, path)
        assert isinstance(node, D)
        if node.arg in m.lets and node not in due:
            deferred.add(node)
            continue
        new, name, inner = take(node, m)
        rule = _row(name, node.arg)
        for part in inner:
            if isinstance(part, D) and not m.is_affine(part.arg) and not _only_written(part.arg):
                deferred.add(part)
        if rule.nonlinear and not isinstance(node.arg, Symbol):
            chained = chained or not all(_is_variable(part) for part in inner)
        if name == "unnamed-function":
            unnamed.append(all(_is_variable(part) for part in inner))
        if isinstance(node.arg, Map):
            plain = all(_is_variable(part) for part in inner)
            function = node.arg.function
            maps.append((function if isinstance(function, str) else function.name, node.arg.is_scalar, plain))
        if name == "linear" and isinstance(node.arg, Call) and node.arg.name not in linear:
            linear.append(node.arg.name)
        if rule not in rules:
            rules.append(rule)
        steps.append(Step(node, new, name, path))
        expr = replace(expr, path, new)
    names, variables = m.names, m.active if all(x.is_scalar for x, _ in m.moves) else frozenset()
    for rewrite, name in (
        (tidy, "tidy"), (gathered, "collect"), (lambda e: spread(e, names), "distributive"), (tidy, "tidy"),
        (lambda e: directions_last(e, names, variables), "order"), (hessian_between, "scalar-transpose"), (positive_terms_first, "order"),
    ):
        new = rewrite(expr)
        if new is not expr:
            steps.append(Step(expr, new, name, ()))
            expr = new
    return Level(expr, tuple(steps), tuple(rules), chained, tuple(linear), tuple(dict.fromkeys(maps)), bool(unnamed) and all(unnamed))


def _only_written(arg: Expr) -> bool:
    """Whether its derivative is another way to write the same: DF(X)[H] of an unnamed function of the variable with matrices."""
    if not isinstance(arg, Apply) or arg.order or not isinstance(arg.arg, Symbol):
        return False
    value, argument = arg.function.value, arg.function.argument
    return value is not None and argument is not None and not is_scalar(value) and not (is_column(value) and is_column(argument))


def _is_variable(part: Expr) -> bool:
    """Whether the inner derivative was the direction itself."""
    return not isinstance(part, D)


def _row(name: str, expr: Expr) -> Rule:
    found = DIFFERENTIALS.get(name)
    if found is None:
        raise missing(expr, f"differential ({name})")
    return found


def _first(expr: Expr, deferred: set[Expr], m: Motion) -> Path | None:
    """The path of the leftmost pending derivative that is due on this line."""
    stack: list[tuple[Expr, Path]] = [(expr, ())]
    while stack:
        node, path = stack.pop()
        if isinstance(node, D):
            if node not in deferred:
                return path
            continue
        for k in range(len(node.children) - 1, -1, -1):
            child = node.children[k]
            if child.pending:
                stack.append((child, (*path, k)))
    return None
