"""Laws that every derivation keeps, over random functions of the whole table: `python -m tests.laws_many N SEED [SECONDS]`.

Each function is written as a problem file, read, derived and verified.  Printed: how many are verified, refused (by code and
rule), rejected by the sampler or the reader, and each failure with the file that reproduces it, made small.
"""

from __future__ import annotations

import os

for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

import signal
import sys
import time
import traceback
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from types import FrameType
from typing import Any

import numpy as np
from hypothesis import HealthCheck, Phase, assume, given, seed, settings
from hypothesis import strategies as st

from derive.calculus.derivation import Derivation, Result
from derive.calculus.quantities import derive
from derive.checking.evaluation import Unevaluable, compiled, evaluate, quiet
from derive.checking.sampling import Point, draw_point
from derive.checking.sizing import assignments
from derive.checking.structures import STYLES, Array
from derive.checking.verification import _points, verify
from derive.errors import DeriveError
from derive.language import build, grammar
from derive.language import nodes as nodes_of
from derive.language.nodes import Apply, Commutation, Delta, Expr, Map, Sum, Symbol, Unnamed, Zeros, walk
from derive.language.problem import Problem
from derive.language.problemfile import read
from derive.language.sizes import ONE, is_column, is_scalar
from derive.notation.numpy_source import Names
from derive.notation.readback import misread, names_of
from derive.notation.text import text
from tests.strategies import STRUCTURES, SYMBOLS, M, N, expressions


def _symbol(name: str, rows: Any, columns: Any, *has: str) -> Symbol:
    out: Symbol = Symbol(name, (rows, columns), frozenset(has))
    return out


# A declared symbol and its type in the problem language.
DECLARED: dict[str, tuple[Symbol, str]] = {
    symbol.name: (symbol, kind)
    for symbol, kind in (
        *((SYMBOLS[name], kind) for name, kind in (
            ("X", "matrix(m, n)"), ("W1", "matrix(m, n)"), ("Phi", "matrix(n, m)"), ("A", "symmetric(m)"),
            ("Sigma", "spd(m)"), ("S", "symmetric(n)"), ("B", "square(n)"), ("Q", "square(m)"), ("AB", "invertible(n)"),
            ("x", "vector(n)"), ("mu", "vector(n)"), ("y", "vector(m)"), ("v", "vector(m)"), ("s", "scalar"),
            ("alpha", "positive"), ("b2", "scalar"), ("k", "integer"),
        )),
        (_symbol("R", N, N, "orthogonal"), "orthogonal(n)"), (_symbol("V", M, N, "stiefel"), "stiefel(m, n)"),
        (_symbol("J", N, N, "skew"), "skew(n)"), (_symbol("Dg", M, M, "diagonal"), "diagonal(m)"),
        (_symbol("Lw", N, N, "lower"), "lower(n)"), (_symbol("P", N, N, "spd"), "spd(n)"),
        (_symbol("u", N, ONE, "unit"), "{type: vector(n), is: [unit]}"),
        (_symbol("p", M, ONE, "positive"), "{type: vector(m), is: [positive]}"),
        (_symbol("Z", M, N, "positive"), "{type: 'matrix(m, n)', is: [positive]}"),
    )
}
UNNAMED = {"sigma": "elementwise", "phi": "elementwise", "E": "function(n)", "G": "function(n, m)", "F": "function(m×n)"}
CURVED = frozenset(("orthogonal", "stiefel", "unit"))
SCALAR_LAWS = ("first", "first", "first", "second", "second", "hessian", "stacked", "entries", "einstein", "indices", "linearity", "taylor")
ARRAY_LAWS = ("first", "first", "second", "entries", "einstein", "indices", "jacobian", "linearity")
FIND = {
    "second": "[derivative, gradient, second-derivative]\nmethod: all", "hessian": "[hessian]",
    "stacked": "[hessian, vectorized-hessian]", "entries": "[gradient, entries]", "indices": "[derivative, gradient]\nmethod: entries",
    "einstein": "[derivative, gradient, entries]\nindices: einstein",
    "linearity": "[derivative, linearity]", "taylor": "[taylor]",
}
ARRAY_FIND = {
    "second": "[derivative, second-derivative]\nmethod: all", "entries": "[derivative, entries]",
    "indices": "[derivative, vectorized]\nmethod: entries", "einstein": "[derivative, entries]\nindices: einstein",
    "jacobian": "[differential, jacobian]", "linearity": "[linearity]",
}
AGREEMENT = 1e-7
"""Relative difference of two closed forms of one value."""
POINTS = 3


@dataclass(frozen=True)
class Case:
    """A function with its variables and the law to be tested beside the first derivative."""

    function: Expr
    wrt: tuple[str, ...]
    law: str

    @property
    def file(self) -> str:
        """The problem file."""
        scalar = self.function.is_scalar
        if self.law == "first":
            find = "[derivative, gradient]" if scalar else "[derivative, vectorized]"
        else:
            find = (FIND if scalar else ARRAY_FIND)[self.law]
        names = sorted(self.function.free)
        known = {name for n in names if n in DECLARED for size in DECLARED[n][0].dims for name in size.names}
        names += [n for n, size in (("x", "n"), ("y", "m")) if n not in names and size not in known]
        kinds = [f"  {n}: {DECLARED[n][1] if n in DECLARED else UNNAMED[n]}" for n in names if n in DECLARED or n in UNNAMED]
        written = text(self.function).replace("'", "''")
        wrt = self.wrt[0] if len(self.wrt) == 1 else f"[{', '.join(self.wrt)}]"
        return "\n".join(["id: law", "symbols:", *kinds, f"function: '{written}'", f"wrt: {wrt}", f"find: {find}", ""])


@dataclass(frozen=True)
class Outcome:
    """verified, refused, rejected, unread, slow or FAILED; `name` groups them, `detail` is for people."""

    kind: str
    name: str = ""
    detail: str = ""


class Slow(BaseException):
    """A function took too long."""


@st.composite
def cases(draw: st.DrawFn, depth: int = 6, laws: tuple[str, ...] = ()) -> Case:
    """A random function of the table of at most that depth in which each variable occurs."""
    scalar = draw(st.integers(0, 3)) > 0
    shape = (ONE, ONE) if scalar else draw(st.sampled_from(((N, ONE), (M, ONE), (M, N), (M, M), (N, N), (ONE, N))))
    structures = STRUCTURES if draw(st.integers(0, 2)) == 0 else ("constant",)
    symbols = tuple(s for s, _ in DECLARED.values())
    function = draw(expressions(
        shape=shape, depth=draw(st.integers(2, depth)), structures=structures, symbols=symbols
    ))
    assume(sum(1 for _ in walk(function)) > 4)
    assume(not any(isinstance(e, Zeros) for e in walk(function)))  # 1/0 and the like: undefined at every point
    names = sorted(n for n in function.free if n in DECLARED and n != "k")
    if not names:
        function = build.scale(function, SYMBOLS["s"]) if function.is_scalar else build.scale(SYMBOLS["s"], function)
        names = ["s"]
    count = 2 if len(names) > 1 and draw(st.integers(0, 7)) == 0 else 1
    wrt = tuple(draw(st.permutations(names))[:count])
    usual = SCALAR_LAWS if scalar else ARRAY_LAWS if is_column(shape) else tuple(a for a in ARRAY_LAWS if a != "jacobian")
    return Case(function, wrt, draw(st.sampled_from(laws or usual)))


# --------------------------------------------------------------------------------------------- the laws
def outcome(case: Case) -> Outcome:
    """What becomes of a function: any exception but DeriveError is a failure of the engine, and so is a broken law."""
    try:
        problem = read(case.file, "law.yaml")
    except DeriveError as error:
        return Outcome("unread", error.code, error.message)
    except Exception as error:
        return _crash("reading", error)
    if problem.function is not case.function and text(problem.function) != text(case.function):
        return Outcome("FAILED", "the file is read as another function", text(problem.function))
    try:
        derivation = derive(problem)
    except DeriveError as error:
        if error.code in ("missing-rule", "no-rule"):
            return Outcome("refused", f"{error.code}: {error.message.split(':')[0][:60]}", error.message)
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
        return broken or Outcome("verified", case.law)
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
                if not expr.pending and not any(isinstance(e, (Commutation, Delta)) or (isinstance(e, Sum) and e.silent) for e in walk(expr)):
                    found = grammar.parse(text(expr), names_of(expr)[0], shape=expr.shape)
                    if found is not expr:
                        return Outcome("FAILED", f"text misread ({line.rule})", text(expr))
    return None


def defined(problem: Problem, tries: int = 24) -> bool:
    """Whether the function has a value at one of a few random points: a cheap look before the thorough sampler."""
    code = compiled(problem.function, Names(problem.let))
    sizes = next(iter(assignments(problem)), None)
    if sizes is None:
        return False
    with quiet():
        for k in range(tries):
            point = draw_point(problem, sizes, STYLES[k % len(STYLES)], (k, 17))
            try:
                evaluate(code, point.namespace)
            except Unevaluable:
                continue
            return True
    return False


def broken_law(derivation: Derivation) -> Outcome | None:
    """⟨∇f, H⟩ = Df[H]; D²f[H, K] = D²f[K, H]; the methods agree; the index form is the gradient."""
    problem, results = derivation.problem, derivation.results
    (point,) = _points(derivation, 1)
    names = Names((*problem.let, *derivation.where))

    def value(expr: Expr, at: Point = point) -> Array:
        return evaluate(compiled(expr, names), at.namespace)

    if {"derivative", "gradient"} <= results.keys():
        gradients, of = results["gradient"], results["derivative"]
        assert isinstance(of, Result)
        one = len(problem.wrt) == 1 and problem.wrt[0].is_scalar
        total, size = 0.0, 0.0
        for x, h in zip(problem.wrt, problem.directions, strict=True):
            result = gradients[x.name] if isinstance(gradients, Mapping) else gradients
            assert isinstance(result, Result)
            along = 1.0 if one else point.values[h.name]
            product = value(result.expr) * along
            total, size = total + float(np.sum(product)), size + float(np.sum(np.abs(product)))
        terms = max(float(np.max(np.abs(value(problem.function)))), 1e-9)  # below 1e-6 of it a derivative is rounding of 0
        if abs(total - float(value(of.expr))) > AGREEMENT * max(size, 1e-6 * terms):
            return Outcome("FAILED", "⟨∇f, H⟩ is not Df[H]", f"{total} and {value(of.expr)}")
    if "second-derivative" in results:
        found = results["second-derivative"]
        assert isinstance(found, Result)
        moved = zip(problem.directions, problem.second_directions, strict=True)
        swapped: dict[str, Any] = {}
        for h, k in moved:
            swapped |= {h.name: point.values[k.name], k.name: point.values[h.name]}
        mine = value(found.expr)
        least = 1e-6 * max(float(np.max(np.abs(value(problem.function)))), 1e-9)
        if _far(mine, value(found.expr, point.with_values(swapped)), least):
            return Outcome("FAILED", "D²f is not symmetric", text(found.expr))
        for chain in derivation.chains:
            if chain.quantity == "second-derivative" and _far(mine, value(chain.lines[-1].expr), least):
                return Outcome("FAILED", "the methods do not agree", chain.title)
    if {"entries", "gradient"} <= results.keys() and not problem.wrt[0].has - {"positive", "invertible"}:
        index, gradient = results["entries"], results["gradient"]
        assert isinstance(index, Result) and isinstance(gradient, Result)
        free = Names(names.let, derivation.free(index))
        least = 1e-6 * max(float(np.max(np.abs(value(problem.function)))), 1e-9)
        if _far(evaluate(compiled(index.expr, free), point.namespace), value(gradient.expr), least):
            return Outcome("FAILED", "the index form is not the gradient", text(index.expr))
    return None


def _far(a: Array, b: Array, least: float = 1e-9) -> bool:
    if a.shape != b.shape:
        return True
    return bool(np.max(np.abs(a - b), initial=0.0) > AGREEMENT * max(float(np.max(np.abs(a), initial=0.0)), least))


# --------------------------------------------------------------------------------------------- many
@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Slow is raised after that time."""

    def ring(_signal: int, _frame: FrameType | None) -> None:
        raise Slow

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def timed(case: Case, seconds: float = 15.0) -> Outcome:
    try:
        with at_most(seconds):
            return outcome(case)
    except Slow:
        return Outcome("slow", case.law)


def smaller(case: Case, name: str, budget: int = 150, seconds: float = 6.0) -> Case:
    """A case with the same failure and fewer nodes, found by putting parts of a subexpression in its place."""
    end = time.monotonic() + seconds
    progress = True
    while progress:
        progress = False
        for path in _paths(case.function):
            here = nodes_of.at(case.function, path)
            for part in sorted({*_parts(here)} - {here}, key=lambda e: len(text(e))):
                budget -= 1
                if budget < 0 or time.monotonic() > end:
                    return case
                try:
                    function = nodes_of.replace(case.function, path, part)
                except Exception:
                    continue
                if not set(case.wrt) <= function.free:
                    continue
                try:
                    found = timed(replace(case, function=function), 5.0)
                except Exception:
                    continue
                if found.name == name:
                    case, progress = replace(case, function=function), True
                    break
            if progress:
                break
    return case


def _paths(expr: Expr, prefix: tuple[int, ...] = ()) -> Iterator[tuple[int, ...]]:
    yield prefix
    for k, child in enumerate(expr.children):
        yield from _paths(child, (*prefix, k))


def _parts(expr: Expr) -> Iterator[Expr]:
    """What may stand in its place: parts of its shape, and declared symbols in place of something longer."""
    if isinstance(expr, Symbol):
        return
    if not isinstance(expr, (Map, Apply)) or not isinstance(expr.function, Unnamed):
        yield from (p for p in walk(expr) if p.shape == expr.shape)
    if expr.children:
        yield from (s for s, _ in DECLARED.values() if s.shape == expr.shape and not s.has and s.name in expr.free)
    if is_scalar(expr.shape) or is_column(expr.shape):
        yield from (s for s in (SYMBOLS["s"], SYMBOLS["x"], SYMBOLS["y"]) if s.shape == expr.shape)


def many(count: int, start: int, seconds: float) -> int:
    """Tries that many functions, prints what became of them, and gives the number of different failures."""
    end = time.monotonic() + seconds
    kinds: Counter[str] = Counter()
    names: Counter[tuple[str, str]] = Counter()
    bad: dict[str, list[tuple[Case, Outcome]]] = {}
    tried = 0

    def one(case: Case) -> None:
        nonlocal tried
        if time.monotonic() > end:
            return
        tried += 1
        found = timed(case)
        kinds[found.kind] += 1
        names[found.kind, found.name] += 1
        if found.kind in ("FAILED", "unverified", "slow"):
            bad.setdefault(found.name, []).append((case, found))
            if len(bad[found.name]) == 1:
                print(f"-- {found.kind}: {found.name}: {found.detail}\n{case.file}", flush=True)

    chunk = 100
    for k in range((count + chunk - 1) // chunk):
        if time.monotonic() > end:
            break
        profile = settings(
            max_examples=min(chunk, count - k * chunk), database=None, deadline=None, phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        seed(start * 100_000 + k)(profile(given(cases())(one)))()
        if k % 5 == 4:
            print(f"   {tried}: {dict(kinds)}", flush=True)
    print("== failures, made small")
    end = time.monotonic() + seconds / 6
    for name, found in bad.items():
        case, out = min(found, key=lambda pair: len(pair[0].file))
        small = smaller(case, name) if out.kind != "slow" and time.monotonic() < end else case
        print(f"-- {out.kind} ×{len(found)}: {name}\n   {out.detail[:400]}\n{small.file}", flush=True)
    print("== refused, rejected, not read")
    for (kind, name), times in names.most_common():
        if kind in ("refused", "rejected", "unread"):
            print(f"{times:6} {kind} {name}")
    print(f"== seed {start}: {tried} functions: " + ", ".join(f"{n} {kind}" for kind, n in kinds.most_common()))
    return sum(1 for found in bad.values() if found[0][1].kind == "FAILED")


if __name__ == "__main__":
    arguments = [int(a) for a in sys.argv[1:4]]
    wanted, first, limit = (*arguments, *(1000, 0, 600)[len(arguments):])
    sys.exit(1 if many(wanted, first, limit) else 0)
