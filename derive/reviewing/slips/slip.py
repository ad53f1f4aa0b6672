"""The likely slip of a wrong line, found by trying the usual ones, and a small point at which the two sides differ."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

import numpy as np

from derive.checking.random_arrays import STYLES, project
from derive.checking.random_arrays import inside as satisfied
from derive.checking.sampling import draw_point
from derive.errors import DeriveError
from derive.notation.python.run import quiet
from derive.reviewing.evaluating.situation import Situation
from derive.reviewing.evaluating.values import Array, Undefined, Unknown
from derive.reviewing.judging.comparing import DIFFERENT, NEAR, close
from derive.reviewing.judging.finding import Finding
from derive.reviewing.judging.ground import Ground
from derive.reviewing.judging.judge import Judge
from derive.reviewing.judging.letters import sized
from derive.reviewing.slips.changes import MOST, changes
from derive.reviewing.slips.writing import written
from derive.reviewing.tree import Differential, Name, Tree, walk
from derive.values import dataclass

SECONDS = 1.2
TRIES = 24


@dataclass(frozen=True)
class Slip:
    """What was wrong, in words, and the right side as it should be, as a tree and as LaTeX."""

    words: str
    tree: Tree
    latex: str


def slip_of(judge: Judge, finding: Finding) -> Slip | None:
    """The smallest change that makes a wrong line right; None where none of the usual ones does."""
    if finding.left is None or finding.right is None:
        return None
    if finding.stationary:
        return _solution(judge, finding.left, finding.right)
    situations = [s.with_layout(judge.layouts[0]) for s in judge.situations]
    comparison = judge.comparison
    with quiet():
        try:
            places = comparison.places((finding.left, finding.right), situations[0])
            at = situations[0].binding(places[-1]) if places and places[-1] else situations[0]
            truth = comparison.alternatives(lambda s: comparison.value(finding.left, s), at)  # type: ignore[arg-type]
        except (Undefined, Unknown, ValueError):
            return None
        ends = time.process_time() + SECONDS
        for words, tree in islice(changes(finding.right), MOST):
            if time.process_time() > ends:
                return None
            tree = sized(tree, judge.has_units)
            try:
                values = comparison.alternatives(lambda s, tree=tree: comparison.value(tree, s), at)  # type: ignore[misc]
            except (Undefined, Unknown, ValueError, ArithmeticError):
                continue
            if any(close(x, y, NEAR) for x in truth for y in values) and comparison.equal(finding.left, tree, situations, 1e-5).equal:
                return Slip(words, tree, written(tree))
    return None


def _solution(judge: Judge, left: Tree, right: Tree) -> Slip | None:
    """The smallest change with which an equation holds where the function is stationary."""
    ends = time.process_time() + SECONDS
    with quiet():
        for words, tree in islice(changes(right), MOST):
            if time.process_time() > ends:
                return None
            outcome = judge.solves([left], [sized(tree, judge.has_units)])
            if outcome is not None and outcome.equal:
                return Slip(words, tree, written(tree))
    return None


@dataclass(frozen=True)
class Counterexample:
    """Small whole numbers at which the two sides differ, and the sides there."""

    at: dict[str, Array]
    left: Array
    right: Array


def counterexample(judge: Judge, finding: Finding) -> Counterexample | None:
    """The smallest one found; None where the sides do not differ in numbers (a size does not fit) or none was found."""
    if finding.outcome is None or finding.outcome.state != DIFFERENT or finding.left is None or finding.right is None or finding.stationary:
        return None
    best: tuple[float, Counterexample] | None = None
    ends = time.process_time() + SECONDS
    with quiet():
        for ground in islice(_small_grounds(judge.ground), TRIES):
            if time.process_time() > ends:
                break
            found = _differing(judge, ground, finding.left, finding.right)
            if found is None:
                continue
            size = sum(float(np.sum(np.abs(a))) + 0.1 * a.size for a in found.at.values())
            if best is None or size < best[0]:
                best = size, found
    return best[1] if best is not None else None


def _small_grounds(ground: Ground) -> Iterator[Ground]:
    """The problem at points of small whole numbers, in two dimensions and in one and two."""
    problem = ground.problem
    names = sorted(ground.size_names)
    point = ground.points[0]
    for attempt in range(3 * TRIES):
        sizes = {n: point.sizes[n] if any(r.left.names | r.right.names >= {n} for r in problem.sizes) else 2 for n in names}
        if attempt % 3 == 2 and len(names) > 1:
            sizes[names[attempt % len(names)]] = 1 if attempt % 2 else 3
        drawn = draw_point(problem, sizes, STYLES[attempt % 3], (attempt, 7))
        whole = {}
        for name, symbol in problem.symbols.items():
            value = np.round(np.asarray(drawn.values[name], dtype=float) * (1.0 if attempt % 2 else 1.6))
            if symbol.has & {"spd", "psd", "invertible"} and value.ndim == 2:
                value = value + (len(value) if attempt % 2 else 1) * np.eye(len(value)) if symbol.has & {"spd", "psd"} else value
            if symbol.has & {"positive"}:
                value = np.maximum(value, 1.0)
            fits = value.ndim == 0 or np.allclose(project(symbol.has, value, value), value) or not symbol.has & {"symmetric", "diagonal", "skew"}
            if not fits or not satisfied(symbol.has, value) or symbol.has & {"orthogonal", "stiefel", "unit"}:
                break
            whole[name] = value if value.ndim else float(value)
        else:
            yield Ground(problem, (drawn.with_values(whole),) * 3)


def _differing(judge: Judge, ground: Ground, left: Tree, right: Tree) -> Counterexample | None:
    before, judge.ground, kept = judge.ground, ground, judge._situations
    judge._situations = None
    try:
        situation = _in_whole_numbers(judge, judge.situation(0))
        outcome = judge.comparison.equal(left, right, [situation.with_layout(judge.layouts[0])])
    except (Undefined, Unknown, DeriveError, ValueError, ArithmeticError, LookupError):
        return None
    finally:
        judge.ground, judge._situations = before, kept
    if outcome.state != DIFFERENT or outcome.left is None or outcome.right is None:
        return None
    used = judge.deep(left) | judge.deep(right) | judge.ground.problem.function.free
    at = {said: situation.values[said] for name, said in judge.ground.spoken.items() if said in used or name in used}
    at |= {letter: situation.values[letter] for letter in sorted(judge.roles) if letter in used}
    at |= {f"d{v}": situation.moves[v] for v in judge.ground.variables if _varied(v, judge, left, right)}
    return Counterexample(at, outcome.left, outcome.right)


def _in_whole_numbers(judge: Judge, at: Situation) -> Situation:
    """The same with directions, d's among them, of the numbers -1, 0 and 1."""
    def whole(a: Array) -> Array:
        return np.round(1.4 * a / np.max(np.abs(a))) if np.any(a) else a

    values = {letter: whole(at.values[letter]) for letter in judge.roles if letter in at.values}
    return replace(at.with_values(values), moves={v: whole(move) for v, move in at.moves.items()})


def _varied(variable: str, judge: Judge, left: Tree, right: Tree) -> bool:
    """Whether a differential in one of the sides is along a variable."""
    return any(variable in judge.deep(node.arg) or node.arg == Name(variable) or judge.deep(node.arg) & judge.aliases
               for side in (left, right) for node in walk(side) if isinstance(node, Differential))


def numbers(a: Array) -> str:
    """An array in a line: 3, (1, 0), [1 1; 0 1]."""
    def one(x: float) -> str:
        return f"{x:.4g}" if abs(x - round(x)) > 1e-6 else str(round(x))

    if a.size == 1:
        return one(float(a[0, 0]))
    if 1 in a.shape:
        return "(" + ", ".join(one(float(x)) for x in np.ravel(a)) + ")"
    return "[" + "; ".join(" ".join(one(float(x)) for x in row) for row in a) + "]"
