"""Problems built by hand, without the parser, and pages of those of the collection: what the tests of documents use."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from derive.documents.compose import problem_page
from derive.documents.page.document import ProblemPage
from derive.documents.page.modes import Mode
from derive.documents.page.settings import Fit, Settings, of_problem
from derive.errors import Position
from derive.expressions.build import matmul, transpose
from derive.expressions.nodes import Call, Expr, Symbol
from derive.expressions.sizes import Size
from derive.language.problems.problem import Problem
from derive.pipeline.examine import Examined, examine, problem_of

M, N = Size.of("m"), Size.of("n")


def trace_quadratic(find: tuple[str, ...] = ("derivative", "gradient", "hessian"), **keys: object) -> Problem:
    """tr(X'AXB) with symmetric A, B."""
    x: Symbol = Symbol("X", (M, N))
    a: Symbol = Symbol("A", (M, M), frozenset({"symmetric"}))
    b: Symbol = Symbol("B", (N, N), frozenset({"symmetric"}))
    f: Expr = Call("tr", (matmul(transpose(x), a, x, b),))
    h: Symbol = Symbol("H", (M, N))
    k: Symbol = Symbol("K", (M, N))
    base = {
        "id": "trace-quadratic", "function": f, "wrt": (x,), "directions": (h,), "second_directions": (k,), "find": find,
        "symbols": {"X": x, "A": a, "B": b}, "prose": {"title": "Trace of a quadratic form"},
        "positions": {"function": Position("problems/trace-quadratic.yaml", 6, 11)}, "file": "problems/trace-quadratic.yaml",
    }
    return Problem(**{**base, **keys})  # type: ignore[arg-type]


def page_of(name: str, mode: Mode, settings: Settings | None = None, fit: Fit | None = None) -> ProblemPage:
    """The page of a problem of the collection, in a kind of document."""
    one = examined(name)
    settings = of_problem(settings or Settings(), one.problem)
    return problem_page(one.problem, one.derivation, one.report, mode, settings, fit)


@cache
def examined(name: str) -> Examined:
    """A problem of problems/, derived and checked."""
    file = Path(__file__).parent.parent.parent / "problems" / f"{name}.yaml"
    return examine(problem_of(file.read_text(encoding="utf-8"), f"problems/{name}.yaml"))
