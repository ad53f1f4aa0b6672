"""What becomes of a random problem: read, derived, written and read back, verified, and held against the laws of calculus.

A crash, a wrong line, a misread line and a broken law are failures; a refusal that names the missing rule is not.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from derive.calculus.derive import derive
from derive.checking.evaluation import Unevaluable, evaluate
from derive.checking.random_arrays import STYLES, Array
from derive.checking.random_sizes import assignments
from derive.checking.sampling import Point, draw_point, has_kink
from derive.checking.verification import sample_points, verify
from derive.derivation.derivation import Derivation, Result
from derive.errors import DeriveError
from derive.expressions.nodes import Commutation, Delta, Expr, Sum, Symbol
from derive.expressions.traverse import walk
from derive.language.problems.problem import Problem
from derive.language.problems.read import read
from derive.language.text import grammar
from derive.language.text.tokens import MAX_LENGTH
from derive.notation.python.run import compiled, quiet
from derive.notation.python.source import Names
from derive.notation.readback import misread, names_of
from derive.notation.text.text import text
from tests.laws_cases import Case

AGREEMENT = 1e-7
"""Relative difference of two closed forms of one value."""
POINTS = 3


@dataclass(frozen=True)
class Outcome:
    """verified, refused, rejected, unread, slow or FAILED; `name` groups them, `detail` is for people."""

    kind: str
    name: str = ""
    detail: str = ""


def outcome(case: Case) -> Outcome:
    """What becomes of a function: any exception but DeriveError is a failure of the engine, and so is a broken law."""
    return outcome_of(case.file, case.written)


def outcome_of(file: str, written: Expr | None = None) -> Outcome:
    """The same of a problem file; `written` is the function that it must be read as."""
    try:
        problem = read(file, "law.yaml")
    except DeriveError as error:
        return Outcome("unread", error.code, error.message)
    except Exception as error:
        return _crash("reading", error)
    if written is not None and text(problem.function) != text(written):
        return Outcome("FAILED", "the file is read as another function", text(problem.function))
    try:
        derivation = derive(problem)
    except DeriveError as error:
        if error.code in ("missing-rule", "no-rule"):
            entries = "has no form by entries" if "has no form by entries" in error.message else None
            return Outcome("refused", f"{error.code}: {entries or error.message.split(':')[0][:60]}", error.message)
        return Outcome("refused", error.code, error.message)
    except Exception as error:
        return _crash("deriving", error)
    try:
        if not defined(problem):
            return Outcome("rejected", "prefilter")
        unread = _unread(derivation)
        if unread:
            return unread
        report = verify(derivation, POINTS)
        if not report.passed:
            first = report.failures[0]
            cannot = first.message.startswith("it cannot be verified")
            name = f"{'cannot be verified' if cannot else 'WRONG LINE'}: {first.rule} ({first.quantity})"
            return Outcome("unverified" if cannot else "FAILED", name, f"at {first.where} of “{first.title}”: {first.message}")
        with quiet():
            broken = broken_law(derivation)
        return broken or Outcome("verified")
    except DeriveError as error:
        return Outcome("rejected" if error.code == "no-point" else "FAILED", error.code, error.message)
    except Unevaluable as error:
        return Outcome("rejected", "a law has no value there", str(error))
    except Exception as error:
        return _crash("checking", error)


def _crash(stage: str, error: Exception) -> Outcome:
    frame = traceback.extract_tb(error.__traceback__)[-1]
    place = f"{Path(frame.filename).name}:{frame.name}"
    return Outcome("FAILED", f"crash {stage}: {type(error).__name__} in {place}", f"line {frame.lineno}: {str(error)[:300]}")


def _unread(derivation: Derivation) -> Outcome | None:
    """Every line and result as LaTeX and as text, read again."""
    for chain in derivation.chains:
        for line in chain.lines:
            for expr in (line.expr, line.left):
                if not isinstance(expr, Expr):
                    continue
                wrong = misread(expr)
                if wrong is not None and "nested" not in wrong:
                    return Outcome("FAILED", f"LaTeX misread ({line.rule})", wrong)
                if not expr.pending and not any(
                    isinstance(e, (Commutation, Delta)) or (isinstance(e, Sum) and e.silent) for e in walk(expr)
                ):
                    if len(text(expr)) > MAX_LENGTH:
                        continue  # nobody can write it
                    found = grammar.parse(text(expr), names_of(expr)[0], shape=expr.shape)
                    if found is not expr:
                        return Outcome("FAILED", f"text misread ({line.rule})", text(expr))
    return None


def defined(problem: Problem, tries: int = 24) -> bool:
    """Whether the function has a value, and not the value 0, at one of a few random points: a cheap look before the thorough
    sampler.  A determinant of a product that is singular by its sizes is rounding; nothing can be compared with it."""
    code = compiled(problem.function, Names(problem.let))
    sizes = next(iter(assignments(problem)), None)
    if sizes is None:
        return False
    found = 0.0
    with quiet():
        for k in range(tries):
            point = draw_point(problem, sizes, STYLES[k % len(STYLES)], (k, 17))
            try:
                found = max(found, _largest(evaluate(code, point.namespace)))
            except Unevaluable:
                continue
            if found > 1e-12:
                return True
    return False


# --------------------------------------------------------------------------------------------- laws
@dataclass(frozen=True)
class Site:
    """A derivation at a point where its results exist."""

    derivation: Derivation
    point: Point

    @property
    def problem(self) -> Problem:
        return self.derivation.problem

    def value(self, expr: Expr, at: Point | None = None) -> Array:
        names = Names((*self.problem.let, *self.derivation.where))
        return evaluate(compiled(expr, names), (at or self.point).namespace)

    def whole(self, result: Result) -> Array:
        """The value of a result, over its free indices where it has some."""
        free = self.derivation.free(result)
        names = Names((*self.problem.let, *self.derivation.where), free)
        return evaluate(compiled(result.expr, names), self.point.namespace)

    @property
    def least(self) -> float:
        """Below 1e-6 of the function a derivative is rounding of 0."""
        return 1e-6 * max(_largest(self.value(self.problem.function)), 1e-9)

    @property
    def alone(self) -> bool:
        """One scalar variable, that moves by 1."""
        return len(self.problem.wrt) == 1 and self.problem.wrt[0].is_scalar

    def along(self, h: Symbol) -> Any:
        return 1.0 if self.alone else self.point.values[h.name]

    def one(self, quantity: str, x: Symbol) -> Result:
        """The result of a quantity by one of the variables."""
        found = self.derivation.results[quantity]
        result = found[x.name] if isinstance(found, Mapping) else found
        assert isinstance(result, Result)
        return result

    def moved(self, t: float) -> Array:
        """f(X + tH)."""
        moves = {x.name: self.along(h) for x, h in zip(self.problem.wrt, self.problem.directions, strict=True)}
        names = Names((*self.problem.let, *self.derivation.where))
        return evaluate(compiled(self.problem.function, names), self.point.moved(moves, t))


def broken_law(derivation: Derivation) -> Outcome | None:
    """The first law that the results do not keep: each a test between closed forms, but for the slope tests."""
    (point,) = sample_points(derivation, 1)
    site = Site(derivation, point)
    for needs, law in LAWS:
        if needs <= derivation.results.keys():
            found = law(site)
            if found is not None:
                return Outcome("FAILED", found[0], found[1])
    return None


Broken = tuple[str, str] | None
"""The law and what was found; None when it is kept."""


def _gradient_pairs(site: Site) -> Broken:
    """⟨∇f, H⟩ = Df[H]."""
    total, size = 0.0, site.least
    for x, h in zip(site.problem.wrt, site.problem.directions, strict=True):
        product = site.value(site.one("gradient", x).expr) * site.along(h)
        total, size = total + float(np.sum(product)), size + float(np.sum(np.abs(product)))
    derivative = float(site.value(_first(site).expr))
    kept = abs(total - derivative) <= AGREEMENT * size
    return None if kept else ("⟨∇f, H⟩ is not Df[H]", f"{total} and {derivative}")


def _first(site: Site) -> Result:
    found = site.derivation.results["derivative"]
    assert isinstance(found, Result)
    return found


def _matrix_is_the_map(quantity: str) -> Callable[[Site], Broken]:
    """J vec(H) = vec(Df[H])."""

    def law(site: Site) -> Broken:
        if "derivative" in site.derivation.results:
            want = site.value(_first(site).expr)
        else:
            found = site.derivation.results["differential"]
            assert isinstance(found, Result)
            moves = {f"d{x.name}": site.along(h) for x, h in zip(site.problem.wrt, site.problem.directions, strict=True)}
            want = site.value(found.expr, site.point.with_values(moves))
        total = np.zeros(want.size)
        for x, h in zip(site.problem.wrt, site.problem.directions, strict=True):
            step = np.ravel(site.along(h), order="F")
            matrix = site.value(site.one(quantity, x).expr)
            total = total + np.reshape(matrix, (want.size, step.size)) @ step
        off = _far(np.ravel(want, order="F"), total, site.least)
        return (f"{quantity} is not the differential", f"{want} and {total}") if off else None

    return law


def _symmetric(site: Site) -> Broken:
    """D²f[H, K] = D²f[K, H]."""
    swapped: dict[str, Any] = {}
    for h, k in zip(site.problem.directions, site.problem.second_directions, strict=True):
        swapped |= {h.name: site.point.values[k.name], k.name: site.point.values[h.name]}
    expr = _second(site).expr
    off = _far(site.value(expr), site.value(expr, site.point.with_values(swapped)), site.least)
    return ("D²f is not symmetric", text(expr)) if off else None


def _second(site: Site) -> Result:
    found = site.derivation.results["second-derivative"]
    assert isinstance(found, Result)
    return found


def _methods_agree(site: Site) -> Broken:
    """Polarization, the mixed derivative and the derivative of the gradient are one form."""
    mine = site.value(_second(site).expr)
    for chain in site.derivation.chains:
        if chain.quantity == "second-derivative" and _far(mine, site.value(chain.lines[-1].expr), site.least):
            return "the methods do not agree", chain.title
    return None


def _index_form(site: Site) -> Broken:
    """What indices give is the gradient; of an array, summed against H it is Df[H]."""
    (x,), (h,) = site.problem.wrt, site.problem.directions
    found = site.derivation.results["entries"]
    assert isinstance(found, Result)
    got = site.whole(found)
    if site.problem.function.is_scalar:
        off = _far(got, site.value(site.one("gradient", x).expr), site.least)
        return ("the index form is not the gradient", text(found.expr)) if off else None
    want, step = site.value(_first(site).expr), site.along(h)
    if got.ndim == want.ndim + np.ndim(step) and got.shape[: want.ndim] == want.shape:
        applied = np.tensordot(got, step, np.ndim(step))
    else:
        want = np.ravel(want, order="F")
        applied = np.reshape(got, (want.size, -1)) @ np.ravel(step, order="F")
    off = _far(np.asarray(want), np.asarray(applied), site.least)
    return ("the index form is not the derivative", text(found.expr)) if off else None


def _slope(order: int) -> Callable[[Site], Broken]:
    """Manopt's test: f(X + tH) less its Taylor polynomial of the order falls as t to the order + 1."""

    def law(site: Site) -> Broken:
        if has_kink(site.problem.function):
            return None  # f(X + tH) may lie behind it
        terms = [site.value(site.problem.function), site.value(_first(site).expr)]
        if order == 2:
            same = {k.name: site.point.values[h.name]
                    for h, k in zip(site.problem.directions, site.problem.second_directions, strict=True)}
            terms.append(site.value(_second(site).expr, site.point.with_values(same)) / 2)
        steps = np.geomspace(1e-1, 1e-4, 13)
        remainders = []
        for t in steps:
            try:
                remainders.append(_largest(site.moved(t) - sum(term * t**k for k, term in enumerate(terms))))
            except Unevaluable:
                remainders.append(np.inf)
        found = slope(steps, np.array(remainders), 1e-11 * max(_largest(terms[0]), 1e-9))
        if found is None or found > order + 0.25:  # of a wrong term it is the order
            return None
        return f"the slope test for order {order} fails", f"{found:.2f} instead of {order + 1}"

    return law


def slope(steps: Array, remainders: Array, noise: float) -> float | None:
    """How the remainder falls at the smallest four steps at which it is not rounding; None where it is at all but three."""
    counted = [(np.log(t), np.log(r)) for t, r in zip(steps, remainders, strict=True) if noise < r < np.inf][-4:]
    if len(counted) < 4:
        return None
    (x, y) = np.array(counted).T
    return float(np.polyfit(x, y, 1)[0])


LAWS: tuple[tuple[frozenset[str], Callable[[Site], Broken]], ...] = (
    (frozenset(("derivative", "gradient")), _gradient_pairs),
    (frozenset(("derivative", "vectorized")), _matrix_is_the_map("vectorized")),
    (frozenset(("differential", "vectorized")), _matrix_is_the_map("vectorized")),
    (frozenset(("differential", "jacobian")), _matrix_is_the_map("jacobian")),
    (frozenset(("second-derivative",)), _symmetric),
    (frozenset(("second-derivative",)), _methods_agree),
    (frozenset(("derivative",)), _slope(1)),
    (frozenset(("derivative", "second-derivative")), _slope(2)),
    (frozenset(("entries", "gradient")), _index_form),
    (frozenset(("entries", "derivative")), _index_form),
)
"""What must have been found, and the law that it keeps."""


def _largest(a: Array) -> float:
    return float(np.max(np.abs(a), initial=0.0))


def _far(a: Array, b: Array, least: float = 1e-9) -> bool:
    if a.shape != b.shape:
        return True
    return _largest(a - b) > AGREEMENT * max(_largest(a), least)
