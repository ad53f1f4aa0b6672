"""Pending derivatives taken, one rule at one place at a time, a level of the expression per line.

One line takes the derivative of everything structural (sums, products, linear functions) as far down as it goes, and of
the first function that is not: the derivative of what stands in that function is taken at once where it is affine in the
variable, and stays pending for the next line where it is not.
"""

from __future__ import annotations

from dataclasses import field

from derive.calculus.differentiate.apply_rule import take
from derive.calculus.differentiate.variation import Motion
from derive.calculus.rules.differentials import DIFFERENTIALS
from derive.calculus.rules.rule import Rule, missing
from derive.calculus.simplify.distribute import directions_last, gathered, hessian_between, pending_nodes, positive_terms_first, spread
from derive.calculus.simplify.simplify import tidy
from derive.derivation.derivation import Step
from derive.expressions.build import add
from derive.expressions.nodes import Add, Apply, Call, D, Expr, Map, Symbol
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
    found = _Taken(m, set(held), frozenset(pending_nodes(expr)))
    expr = found.through(expr)
    names, variables = m.names, m.active if all(x.is_scalar for x, _ in m.moves) else frozenset()
    for rewrite, name in (
        (tidy, "tidy"), (gathered, "collect"), (lambda e: spread(e, names), "distributive"), (tidy, "tidy"),
        (lambda e: directions_last(e, names, variables), "order"), (hessian_between, "scalar-transpose"), (positive_terms_first, "order"),
    ):
        new = rewrite(expr)
        if new is not expr:
            found.steps.append(Step(expr, new, name, ()))
            expr = new
    return Level(
        expr, tuple(found.steps), tuple(found.rules), found.chained, tuple(found.linear), tuple(dict.fromkeys(found.maps)),
        bool(found.unnamed) and all(found.unnamed),
    )


MANY = 100
"""A sum of more terms is one step: each rewrites all of it, and nobody reads so many."""


@dataclass
class _Taken:
    """The derivatives that a line takes, and what is told of them; `due` are those that are pending when it begins."""

    m: Motion
    deferred: set[Expr]
    due: frozenset[Expr]
    steps: list[Step] = field(default_factory=list)
    rules: dict[Rule, None] = field(default_factory=dict)
    chained: bool = False
    linear: list[str] = field(default_factory=list)
    maps: list[tuple[str, bool, bool]] = field(default_factory=list)
    unnamed: list[bool] = field(default_factory=list)

    def through(self, expr: Expr, recorded: bool = True) -> Expr:
        """The expression with every derivative taken that is due on this line, a step for each where they are recorded."""
        m = self.m
        while (path := _first(expr, self.deferred, m)) is not None:
            if isinstance(expr, Add) and len(expr.terms) > MANY:
                whole = add(*(self.through(term, False) for term in expr.terms))
                if recorded:
                    self.steps.append(Step(expr, whole, "sum-rule", ()))
                return whole
            node = at(expr, path)
            assert isinstance(node, D)
            if node.arg in m.lets and node not in self.due:
                self.deferred.add(node)
                continue
            new, name, inner = take(node, m)
            self.tell(node, name, inner)
            if recorded:
                self.steps.append(Step(node, new, name, path))
            expr = replace(expr, path, new)
        return expr

    def tell(self, node: D, name: str, inner: tuple[Expr, ...]) -> None:
        """Note a rule that was applied, and what of it waits for the next line."""
        m, rule = self.m, _row(name, node.arg)
        for part in inner:
            if isinstance(part, D) and not m.is_affine(part.arg) and not _only_written(part.arg):
                self.deferred.add(part)
        if rule.nonlinear and not isinstance(node.arg, Symbol):
            self.chained = self.chained or not all(_is_variable(part) for part in inner)
        if name == "unnamed-function":
            self.unnamed.append(all(_is_variable(part) for part in inner))
        if isinstance(node.arg, Map):
            plain = all(_is_variable(part) for part in inner)
            function = node.arg.function
            self.maps.append((function if isinstance(function, str) else function.name, node.arg.is_scalar, plain))
        if name == "linear" and isinstance(node.arg, Call) and node.arg.name not in self.linear:
            self.linear.append(node.arg.name)
        self.rules[rule] = None


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
