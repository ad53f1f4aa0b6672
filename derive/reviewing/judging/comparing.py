"""Whether two members have one value: at every point, up to an order, up to a factor, in which layouts."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

import numpy as np

from derive.notation.python.run import quiet
from derive.reviewing import indices
from derive.reviewing.evaluating.along import bend, slope
from derive.reviewing.evaluating.differences import Evaluator
from derive.reviewing.evaluating.letters import SizeNeeded
from derive.reviewing.evaluating.situation import Situation
from derive.reviewing.evaluating.values import Array, Undefined, Unknown, scalar
from derive.reviewing.tree import Name, Neg, Num, Rest, Total, Tree, walk
from derive.values import dataclass

NEAR = 3e-6
"""Relative tolerance of first derivatives by differences."""
NEAR_SECOND = 2e-4
NOISE = 2e-8
MOST_ALTERNATIVES = 8
MOST_PLACES = 400
LENGTHS = (1.0, 0.25, 0.06)
"""Of the steps along which a difference is constant."""
FEW_PLACES = 5
"""Values of the free indices that are tried where each takes long."""

NO_VALUE = "it has no value at a point"
EQUAL, DIFFERENT, UNDEFINED, UNKNOWN = "equal", "different", "undefined", "unknown"


@dataclass(frozen=True)
class Outcome:
    """state: equal, different, undefined (it has no value), unknown (it cannot be told); with the reason, and the two values; `loosely`: the
    sides are ordered, and somewhere equal."""

    state: str
    reason: str = ""
    left: Array | None = None
    right: Array | None = None
    loosely: bool = False

    @property
    def equal(self) -> bool:
        return self.state == EQUAL


class Comparison:
    """Values of trees at situations, compared.

    tolerance  largest difference that counts as rounding, relative to the larger value
    """

    def __init__(self, known: frozenset[str]) -> None:
        self.evaluator = Evaluator()
        self.known = known

    # ------------------------------------------------------------------------------------------ values
    def alternatives(self, compute: Callable[[Situation], Array], at: Situation) -> list[Array]:
        """The values for all sizes of constants that do not say theirs.  Undefined, Unknown where there is none."""
        out: list[Array] = []
        todo = [at]
        failure: Undefined | Unknown | None = None
        sizes = sorted({n for n in (*at.sizes.values(), *(k for a in at.values.values() for k in a.shape)) if n > 1})
        budget = 80
        while todo and len(out) < MOST_ALTERNATIVES and budget:
            budget -= 1
            here = todo.pop(0)
            try:
                with quiet():
                    out.append(compute(here))
            except SizeNeeded as needed:
                if len(here.assigned) >= 5:
                    raise Unknown("too many sizes are not said") from None
                todo += [here.assigning(needed.name, n) for n in sizes]
            except (Undefined, Unknown) as error:
                failure = failure if isinstance(failure, Undefined) else error
            except (ValueError, np.linalg.LinAlgError) as error:
                failure = Undefined(f"it has no value there ({type(error).__name__})")
            except RecursionError:
                raise Unknown("these definitions go round in a circle") from None
        if not out:
            raise failure or Unknown("the sizes of this are not said")
        return out

    def value(self, tree: Tree, at: Situation) -> Array:
        return self.evaluator.value(tree, at)

    def places(self, trees: tuple[Tree, ...], at: Situation) -> list[dict[str, Array]]:
        """The values of all free indices together.

        Unknown where nothing tells how far an index runs.
        """
        names = list(dict.fromkeys(n for t in trees for n in indices.free(t, self.known)))
        names = [n for n in names if n not in at.bound]
        extents: dict[str, int | None] = {}
        for name in names:
            extents[name] = next((e for t in trees if (e := self.extent(name, t, at)) is not None), None)
        some = next((e for e in extents.values() if e is not None), None)
        if names and some is None:
            raise Unknown(f"how far the index {names[0]} runs is not known")
        ranges = [range(1, (extents[n] or some or 0) + 1) for n in names]
        if np.prod([len(r) for r in ranges], dtype=float) > MOST_PLACES:
            ranges = [r[:2] for r in ranges]
        out = [{n: scalar(k) for n, k in zip(names, place, strict=True)} for place in product(*ranges)]
        if len(out) > FEW_PLACES and any(_heavy(t) for t in trees):
            out = out[:: -(-len(out) // FEW_PLACES)]
        return out

    def extent(self, name: str, tree: Tree, at: Situation) -> int | None:
        """How far an index runs in a tree; None where nothing tells it.

        name  of the index
        """
        try:
            return self.evaluator.extent(name, tree, at)
        except (Undefined, Unknown, SizeNeeded):
            return None

    # ------------------------------------------------------------------------------------------ equality
    def equal(self, a: Tree, b: Tree, situations: list[Situation], tolerance: float = NEAR) -> Outcome:
        """`a` and `b` have one value at all situations and all values of the free indices."""
        outcome = Outcome(UNKNOWN, "there is no point to compare at")
        for at in situations:
            try:
                places = self.places((a, b), at)
            except Unknown as error:
                return Outcome(UNKNOWN, str(error))
            for place in places:
                here = self._here(a, b, at.binding(place) if place else at, tolerance)
                if here.reason == NO_VALUE and len(situations) > 1:  # the logarithm of a negative number: other points tell
                    outcome = outcome if outcome.equal else here
                    continue
                if not here.equal:
                    return here
                outcome = here
        return outcome

    def _here(self, a: Tree, b: Tree, at: Situation, tolerance: float) -> Outcome:
        found = []
        for tree in (a, b):
            try:
                found.append(self.alternatives(lambda s, tree=tree: self.value(tree, s), at))  # type: ignore[misc]
            except Undefined as error:
                return Outcome(UNDEFINED, str(error))
            except Unknown as error:
                return Outcome(UNKNOWN, str(error))
        for x, y in product(*found):
            if close(x, y, tolerance):
                return Outcome(EQUAL, "", x, y)
        x, y = found[0][0], found[1][0]
        if not (np.all(np.isfinite(x)) and np.all(np.isfinite(y))):
            return Outcome(UNKNOWN, NO_VALUE)
        return Outcome(DIFFERENT, "", x, y)

    # ------------------------------------------------------------------------------------------ up to an order
    def to_order(self, a: Tree, b: Tree, situations: list[Situation], small: frozenset[str], order: int | None) -> Outcome:
        """a - b vanishes up to this order when what is small is scaled; without one, up to the first, and the second where b has one."""
        outcome = Outcome(UNKNOWN, "there is no point to compare at")
        for at in situations:
            try:
                for place in self.places((a, b), at):
                    here = at.binding(place) if place else at
                    outcome = self._order_here(a, b, here, small, order)
                    if not outcome.equal:
                        return outcome
            except Undefined as error:
                return Outcome(UNDEFINED, str(error))
            except Unknown as error:
                return Outcome(UNKNOWN, str(error))
        return outcome

    def _order_here(self, a: Tree, b: Tree, at: Situation, small: frozenset[str], order: int | None) -> Outcome:
        def side(tree: Tree) -> Callable[[float], Array]:
            return lambda s: self.alternatives(lambda there: self.value(tree, there), at.scaled(small, s))[0]

        left, right = side(a), side(b)
        x, y = left(0.0), right(0.0)
        if not close(x, y, NEAR):
            return Outcome(DIFFERENT, "", x, y)
        kept = order if order is not None else 2 if _quadratic(right) else 1
        if kept >= 1:
            x, y = slope(left, 2e-3), slope(right, 2e-3)
            if not close(x, y, 1e-5):
                return Outcome(DIFFERENT, "", x, y)
        if kept >= 2:
            x, y = bend(left, 8e-3), bend(right, 8e-3)
            if not close(x, y, NEAR_SECOND):
                return Outcome(DIFFERENT, "", x, y)
        return Outcome(EQUAL)

    # ------------------------------------------------------------------------------------------ up to a constant, a factor
    def along(self, trees: tuple[Tree, ...], at: Situation) -> list[list[Array]]:
        """The values of trees at some steps of the variables, shorter ones where they have none.  Undefined where they have none at all."""
        for length in LENGTHS:
            try:
                return [[self.alternatives(lambda s, tree=tree: self.value(tree, s), at.moved(at.moves, length * t))[0]  # type: ignore[misc]
                         for t in (0.0, 0.5, -0.7, 1.1)] for tree in trees]
            except Undefined:
                if length == LENGTHS[-1]:
                    raise
        raise AssertionError

    def up_to(self, a: Tree, b: Tree, situations: list[Situation], factor: bool) -> Outcome:
        """a - b (or a/b) does not change with the variables."""
        for at in situations:
            try:
                for place in self.places((a, b), at):
                    here = at.binding(place) if place else at
                    left, right = self.along((a, b), here)
                    if any(x.shape != y.shape for x, y in zip(left, right, strict=True)):
                        return Outcome(DIFFERENT, "the shapes differ", left[0], right[0])
                    apart = [x - y for x, y in zip(left, right, strict=True)]
                    same = all(close(d, apart[0], 1e-6, max(np.max(np.abs(left[0])), 1.0)) for d in apart)
                    if not same and not (factor and _proportional(left, right)):
                        return Outcome(DIFFERENT, "", left[0], right[0])
            except Undefined as error:
                return Outcome(UNDEFINED, str(error))
            except Unknown as error:
                return Outcome(UNKNOWN, str(error))
        return Outcome(EQUAL)

    # ------------------------------------------------------------------------------------------ order relations
    def ordered(self, a: Tree, op: str, b: Tree, situations: list[Situation]) -> Outcome:
        """a ≤ b, a ≻ b and the like, at all situations; `loosely` is said in the reason where only ≤ holds of <.

        op  the sign, as `<=` or `succ`
        """
        loosely = False
        for at in situations:
            try:
                for place in self.places((a, b), at):
                    here = at.binding(place) if place else at
                    x = self.alternatives(lambda s: self.value(a, s), here)[0]
                    y = self.alternatives(lambda s: self.value(b, s), here)[0]
                    holds, weak = _holds(x, op, y)
                    if not weak:
                        return Outcome(DIFFERENT, "", x, y)
                    loosely = loosely or not holds
            except Undefined as error:
                return Outcome(UNDEFINED, str(error))
            except Unknown as error:
                return Outcome(UNKNOWN, str(error))
        return Outcome(UNKNOWN, "it holds, but not strictly at every point", loosely=True) if loosely else Outcome(EQUAL)


def close(x: Array, y: Array, tolerance: float, scale: float = 0.0) -> bool:
    """Equal but for rounding; a number 0 is a zero of any shape.

    x, y       arrays
    tolerance  relative to the larger of them
    scale      of the values around: what is far below it is rounding
    """
    if x.shape != y.shape:
        if (y.shape == (1, 1) and y[0, 0] == 0) or (x.shape == (1, 1) and x[0, 0] == 0):
            return bool(max(np.max(np.abs(x)), np.max(np.abs(y))) <= 1e-7)
        return False
    if not (np.all(np.isfinite(x)) and np.all(np.isfinite(y))):
        return False
    size = max(float(np.max(np.abs(x))), float(np.max(np.abs(y))), scale)
    return bool(np.max(np.abs(x - y)) <= tolerance * size + NOISE)


def _heavy(tree: Tree) -> bool:
    """Whether a tree sums over three indices or more at each place of the free ones."""
    return sum(len(n.indices) for n in walk(tree) if isinstance(n, Total)) >= 3


def _quadratic(curve: Callable[[float], Array]) -> bool:
    """Whether a curve is a polynomial of the second degree, and not of the first."""
    at = [curve(s) for s in (-1.0, -0.5, 0.0, 0.5, 1.0)]
    third = at[4] - 2 * at[3] + 2 * at[1] - at[0]
    second = at[4] - 2 * at[2] + at[0]
    fourth = at[4] - 4 * at[3] + 6 * at[2] - 4 * at[1] + at[0]
    size = max(float(np.max(np.abs(a))) for a in at) + 1e-30
    return bool(np.max(np.abs(second)) > 1e-7 * size and max(np.max(np.abs(third)), np.max(np.abs(fourth))) <= 1e-7 * size)


def _proportional(left: list[Array], right: list[Array]) -> bool:
    x, y = np.concatenate([np.ravel(a) for a in left]), np.concatenate([np.ravel(a) for a in right])
    norm = float(y @ y)
    if norm == 0:
        return False
    factor = float(x @ y) / norm
    return bool(abs(factor) > 1e-9 and np.max(np.abs(x - factor * y)) <= 1e-5 * max(np.max(np.abs(x)), 1e-12))


def _holds(x: Array, op: str, y: Array) -> tuple[bool, bool]:
    """(whether it holds, whether it holds when equality is allowed)."""
    if x.shape != y.shape and 1 not in (x.size, y.size):
        raise Undefined("the two sides have different shapes")
    if op in ("≫", "≪"):
        return True, True
    matrix = op in ("≻", "⪰", "≺", "⪯") and max(x.size, y.size) > 1 and (x if x.size > 1 else y).shape[0] == (x if x.size > 1 else y).shape[1]
    if matrix:
        n = max(x.shape[0], y.shape[0])
        wide = [a if a.shape == (n, n) else a[0, 0] * np.eye(n) for a in (x, y)]
        difference = wide[0] - wide[1]
        if np.max(np.abs(difference - difference.T)) > 1e-5 * max(float(np.max(np.abs(difference))), 1e-12):
            return False, False
        numbers = np.linalg.eigvalsh((difference + difference.T) / 2)
    else:
        numbers = np.ravel(x - y)
    if op in ("≺", "⪯", "<", "≤"):
        numbers = -numbers
    size = max(float(np.max(np.abs(numbers))), 1e-9)
    low = float(np.min(numbers))
    if op == "≠":
        return bool(np.max(np.abs(numbers)) > 1e-9), bool(np.max(np.abs(numbers)) > 1e-9)
    slack = 1e-6 * max(size, 1.0 if size < 1e-5 else size)
    weak = low >= -slack
    strict = op in ("≻", "≺", "<", ">")
    return (low > slack if strict else weak), weak


def dropped(tree: Tree) -> int | None:
    """The order that is kept where a member drops the rest; None where nothing is dropped."""
    orders = [node.order for node in walk(tree) if isinstance(node, Rest)]
    return min(orders) if orders else None



def plain_name(tree: Tree) -> bool:
    """One letter or number, perhaps with a sign."""
    tree = tree.arg if isinstance(tree, Neg) else tree
    return isinstance(tree, (Name, Num))
