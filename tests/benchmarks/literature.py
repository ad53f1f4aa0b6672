"""derive against SymPy's `.diff` on a corpus of problems from the literature: `python -m tests.benchmarks.literature CASES.yaml`.

Each function is written for SymPy by `derive.to_sympy`; SymPy's answer counts when it equals derive's checked one at a random point.
Printed: a line a function (lines of the derivation, both medians of five in ms, their ratio), the median, and why the rest is left out.
"""

from __future__ import annotations

import signal
import statistics
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
import scipy as sp
import scipy.special
import sympy
import yaml

from derive.api import to_sympy
from derive.calculus.derive import derive
from derive.calculus.setting.prepare import spelled_out
from derive.checking.verification import verify
from derive.expressions.nodes import Symbol
from derive.expressions.sizes import is_column, is_scalar
from derive.language.problems.problem import Problem
from derive.language.problems.read import read
from derive.notation.record import record
from tests.benchmarks.measuring import lines, seconds

GIVEN = ("symbols", "function", "wrt", "let", "sizes")
STRUCTURED = {"symmetric", "skew", "diagonal", "upper", "lower", "orthogonal", "stiefel", "unit"}
PATIENCE = 40
"""Seconds for one function."""


class LeftOut(Exception):
    """Why a function is not compared."""


def problem_of(case: dict[str, Any]) -> tuple[Problem, str]:
    """The case with what is asked of it here: the gradient, or the Jacobian."""
    given = {key: case["problem"][key] for key in GIVEN if key in case["problem"]}

    def asked(*find: str) -> Problem:
        return read(yaml.safe_dump({**given, "find": list(find)}, sort_keys=False, allow_unicode=True), "case.yaml")

    first = asked("derivative")
    if len(first.wrt) != 1 or any(s.of for s in first.symbols.values()):
        raise LeftOut("several variables, or a path")
    (x,) = first.wrt
    if is_scalar(first.function.shape):
        return asked("derivative", "gradient"), "gradient"
    if is_column(first.function.shape) and (is_column(x.shape) or is_scalar(x.shape)):
        return asked("derivative", "jacobian"), "jacobian"
    raise LeftOut("by a matrix, not scalar: SymPy answers with an array")


def differentiated(problem: Problem) -> tuple[Any, Any, Any]:
    """SymPy's function, variable and derivative."""
    (x,) = problem.wrt
    try:
        function = to_sympy(spelled_out(problem))
        atoms = function.free_symbols if is_scalar(x.shape) else function.atoms(sympy.MatrixSymbol)
        variable = next(s for s in atoms if s.name == x.name)
    except Exception:
        raise LeftOut("no counterpart in SymPy") from None
    try:
        found = function.diff(variable)
    except TimeoutError:
        raise
    except Exception:
        raise LeftOut("SymPy fails") from None
    if "Derivative(" in str(found) or "Subs(" in str(found):
        raise LeftOut("SymPy leaves a derivative")
    return function, variable, found


def drawn(symbol: Symbol, sizes: dict[str, int], rng: np.random.Generator) -> Any:
    """A value with the declared properties."""
    rows, columns = (int(eval(str(size), {}, sizes)) for size in symbol.shape)
    if rows == columns == 1:
        return 3 if "integer" in symbol.has else abs(rng.normal()) + 0.5 if "positive" in symbol.has else rng.normal()
    a = rng.normal(size=(rows, columns))
    if symbol.has & {"spd", "psd"}:
        a = a @ a.T + np.eye(rows)
    elif "symmetric" in symbol.has:
        a = a + a.T
    elif "skew" in symbol.has:
        a = a - a.T
    elif symbol.has & {"orthogonal", "stiefel"}:
        a = np.linalg.qr(a)[0]
    elif "invertible" in symbol.has:
        a = a + 3 * np.eye(rows)
    return abs(a) + 0.3 if "positive" in symbol.has else a


def same(problem: Problem, find: str, found: Any, sizes: dict[str, int]) -> bool:
    """SymPy's derivative against derive's verified result, by numbers at three points (a rectifier is 0 at some)."""
    derivation = derive(problem)
    ours = record(derivation, verify(derivation))["results"][find]["numpy"]
    sizes = {name: 3 for s in problem.symbols.values() for size in s.shape for name in size.names} | sizes
    rng = np.random.default_rng(3)
    return all(_same_at(problem, ours, found, sizes, rng) for _ in range(3))


def _same_at(problem: Problem, ours: str, found: Any, sizes: dict[str, int], rng: np.random.Generator) -> bool:
    values = {s.name: drawn(s, sizes, rng) for s in problem.symbols.values()}
    arrays = {name: v if np.isscalar(v) else v[:, 0] if v.shape[1] == 1 else v for name, v in values.items()}
    mine = np.asarray(eval(ours, {**arrays, **sizes, "np": np, "sp": sp}))
    theirs = found.subs({s: sizes[s.name] for s in found.free_symbols if getattr(s, "name", None) in sizes})
    theirs = theirs.doit().subs({s: sympy.Matrix(values[s.name].tolist()) for s in theirs.atoms(sympy.MatrixSymbol)})
    theirs = theirs.subs({s: values[s.name] for s in theirs.free_symbols if np.isscalar(values.get(s.name))}).doit()
    if hasattr(theirs, "as_explicit"):
        theirs = theirs.as_explicit()
    number = sympy.N(theirs)
    flat = np.ravel(np.array(number.tolist() if hasattr(number, "tolist") else number, dtype=float))
    return any(m.size == flat.size and np.max(np.abs(np.ravel(m) - flat)) <= 1e-6 * np.max(np.abs(m)) for m in (mine, mine.T))


def compared(case: dict[str, Any]) -> tuple[int, float, float]:
    """(lines, seconds of the derivation, seconds of SymPy's .diff)."""
    problem, find = problem_of(case)
    function, variable, found = differentiated(problem)
    try:
        right = same(problem, find, found, dict(case.get("sizes") or {}))
    except TimeoutError:
        raise
    except Exception as error:
        raise LeftOut(f"not to be checked by numbers ({type(error).__name__})") from None
    if not right:
        structured = problem.wrt[0].has & STRUCTURED
        raise LeftOut("a structured variable: SymPy has the free gradient" if structured else "SymPy is wrong")
    signal.alarm(0)
    return lines(derive(problem)), seconds(lambda: derive(problem), 5), seconds(lambda: function.diff(variable), 5)


def _alarm(*_: object) -> None:
    raise TimeoutError


def main(path: Path) -> None:
    signal.signal(signal.SIGALRM, _alarm)
    ratios: list[float] = []
    left: dict[str, list[str]] = defaultdict(list)
    for case in yaml.safe_load(path.read_text(encoding="utf-8")):
        signal.alarm(PATIENCE)
        try:
            count, own, theirs = compared(case)
        except LeftOut as why:
            left[str(why)].append(case["id"])
        except Exception as error:
            left[f"{type(error).__name__}"].append(case["id"])
        else:
            ratios.append(own / theirs)
            print(f"| {case['id']} | {count} | {own * 1e3:.2f} | {theirs * 1e3:.2f} | {own / theirs:.2f} |", flush=True)
        finally:
            signal.alarm(0)
    print(f"median ratio {statistics.median(ratios):.3f} of {len(ratios)}; below 1 in {sum(r < 1 for r in ratios)}")
    for why, cases in sorted(left.items(), key=lambda item: -len(item[1])):
        print(f"{len(cases)} {why}: {', '.join(cases)}")


if __name__ == "__main__":
    assert scipy.special
    main(Path(sys.argv[1]))
