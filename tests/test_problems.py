"""Every file of problems/ is a test: it is read, derived, checked line by line, and equal to the answer in it."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from derive.calculus.derive import derive
from derive.checking.verification import verify
from derive.derivation.derivation import Derivation, Result, members
from derive.expressions.nodes import D, Expr, Rate
from derive.language.problems import read as problemfile
from derive.language.problems.problem import Problem
from derive.notation.text import text
from derive.pipeline.examine import check_answers

FOLDER = Path(__file__).parent.parent / "problems"
FILES = tuple(sorted(path.stem for path in FOLDER.glob("*.yaml")))
EXERCISES = tuple(sorted(f"exercises/{path.stem}" for path in (FOLDER / "exercises").glob("*.yaml")))
"""What the problem sets are made of, beside the rows of the source documents."""

WITHOUT_ANSWER = {"linearity"}
"""What an answer cannot be given to: its letter a is chosen by the program."""

EXTRAS = {
    "sylvester-equation", "gaussian-likelihood", "hessian-through-the-exponential", "right-eigenvector",
    "log-determinant-of-a-quadratic-form", "quadratic-form-on-the-sphere", "rayleigh-quotient",
    "ridge-regression", "tangent-line", "softmax-cross-entropy", "softmax-cross-entropy-hessian", "trace-of-a-square-root",
    "trace-of-an-inverse", "trace-quadratic-on-stiefel", "two-sided-least-squares",
    "distance-on-stiefel", "function-of-the-qr-factor", "linear-function-of-a-rotation", "logarithm-of-a-matrix", "norm-of-the-cholesky-factor",
    "nuclear-norm", "polar-factor-of-a-square-matrix", "polar-factor-p", "polar-factor-u", "square-root-of-a-matrix",
    "trace-of-the-polar-factor",
    "covariance-of-samples", "equality-constrained-quadratic", "folium", "least-norm-solution", "least-squares-by-samples",
    "linear-function-on-the-sphere", "lyapunov-equation", "maximum-entropy", "mean-and-covariance", "mean-of-samples",
    "minimum-variance-portfolio", "nearest-kronecker-factor", "noise-variance", "perceptron", "precision-matrix", "regression-with-intercept",
    "saddle-of-the-log-determinant", "sylvester-least-squares", "two-stationary-points", "weighted-least-squares",
    "weighted-mean",
}
"""Files that belong to no row of the list of what the source documents derive."""

ROWS = {f"D{k}" for k in range(1, 30)} | {f"V{k}" for k in range(1, 10)} | {f"W{k}" for k in range(1, 12)}
NOT_PROBLEMS = {
    "V8": "progressive reveal: the overlays of slides",
}

CLASSIFICATIONS = {
    # of several points each kind once
    "equality-constrained-quadratic": "saddle",
    "folium": "saddle, minimum",
    "linear-function-on-the-sphere": "maximum, minimum",
    "maximum-entropy": "saddle",
    "mean-and-covariance": "minimum",
    "minimum-variance-portfolio": "saddle",
    "regression-with-intercept": "minimum",
    "two-stationary-points": "maximum, minimum",
    "gaussian-likelihood": "minimum",
    "least-squares": "minimum",
    "line-fit": "minimum",
    "quadratic-fit": "minimum",
    "quadratic-fit-in-numbers": "minimum",
    "quadratic-fit-with-data": "minimum",
    "rayleigh-quotient": "undetermined",
    "ridge-regression": "minimum",
    "second-order-test-maximum": "maximum",
    "second-order-test-minimum": "minimum",
    "second-order-test-saddle": "saddle",
    "second-order-test-undecided": "saddle",
    "sylvester-equation": "minimum",
    "two-sided-least-squares": "minimum",
    "covariance-of-samples": "minimum",
    "least-norm-solution": "minimum",
    "least-squares-by-samples": "minimum",
    "lyapunov-equation": "minimum",
    "mean-of-samples": "minimum",
    "nearest-kronecker-factor": "minimum",
    "noise-variance": "minimum",
    "precision-matrix": "minimum",
    "saddle-of-the-log-determinant": "saddle",
    "sylvester-least-squares": "minimum",
    "weighted-least-squares": "minimum",
    "weighted-mean": "minimum",
}

MENDED = {
    # the errors of the source documents: a word that the remark which mends each of them holds
    "trace-quadratic-by-entries": "(14)",
    "taylor-of-a-quadratic-form": "(21)",
    "second-derivative-three-ways": "factor 2",
    "trace-quadratic-hessian": "factor 2",
    "second-order-test-maximum": "f_{11}",
    "least-squares": "full column rank",
    "determinant": "positive",
    "perceptron-three-layers": r"n_{\ell-1}",
    "squared-residual-by-indices": "ij",
    "trace-product-symmetric": "not symmetric",
}


@cache
def loaded(stem: str) -> Problem:
    return problemfile.load(str(FOLDER / f"{stem}.yaml"))


@cache
def derived(stem: str) -> Derivation:
    return derive(loaded(stem))


def every_result(derivation: Derivation) -> list[Result]:
    found: list[Result] = []
    for result in derivation.results.values():
        found += [one for _, one in members(result)]
    return found


def nodes(expr: Expr) -> list[Expr]:
    seen: dict[int, Expr] = {}
    waiting = [expr]
    while waiting:
        one = waiting.pop()
        if id(one) not in seen:
            seen[id(one)] = one
            waiting += one.children
    return list(seen.values())


@pytest.mark.parametrize("stem", FILES + EXERCISES)
def test_derived_checked_and_equal_to_its_answer(stem: str) -> None:
    derivation = derived(stem)
    assert derivation.problem.id == stem.removeprefix("exercises/")
    assert set(loaded(stem).find) <= set(derivation.results)
    report = verify(derivation)
    assert report.error(derivation) is None
    assert report.passed and report.points >= 3
    check_answers(derivation)  # raises when one differs


@pytest.mark.parametrize("detail", ["brief", "full"])
@pytest.mark.parametrize("stem", FILES + EXERCISES)
def test_every_problem_has_its_lines_at_every_grain(stem: str, detail: str) -> None:
    """A chain is whole by construction: each line follows from the one above, each result is on a line."""
    short, normal = (sum(len(chain.lines) for chain in told.chains) for told in (derive(replace(loaded(stem), detail=detail)), derived(stem)))
    assert short <= normal if detail == "brief" else short >= normal


@pytest.mark.parametrize("stem", FILES)
def test_has_an_answer_for_everything_asked(stem: str) -> None:
    problem = loaded(stem)
    assert problem.answer
    assert set(problem.find) - set(problem.answer) <= WITHOUT_ANSWER


@pytest.mark.parametrize("stem", EXERCISES)
def test_an_exercise_is_ready_to_be_handed_out(stem: str) -> None:
    problem = loaded(stem)
    assert problem.prose.get("hint") and problem.answer and problem.options.points and problem.options.level
    found = derived(stem).results
    alone = {quantity for quantity in problem.find if not isinstance(found[quantity], tuple)}
    assert alone <= set(problem.answer)


@pytest.mark.parametrize("stem", FILES)
def test_has_a_title_and_the_row_that_it_belongs_to(stem: str) -> None:
    problem = loaded(stem)
    tags = set(problem.options.tags)
    assert problem.prose.get("title")
    if stem in EXTRAS:
        assert tags == {"extra"}
    else:
        assert tags and tags <= ROWS
        assert problem.prose.get("source")


def test_every_row_of_the_source_documents_has_a_problem() -> None:
    tags: set[str] = set()
    for stem in FILES:
        tags |= set(loaded(stem).options.tags)
    assert tags & ROWS == ROWS - set(NOT_PROBLEMS)
    assert set(FILES) >= EXTRAS


@pytest.mark.parametrize("stem", FILES + EXERCISES)
def test_results_are_worked_out(stem: str) -> None:
    for result in every_result(derived(stem)):
        assert not any(isinstance(node, D | Rate) for node in nodes(result.expr)), text.pretty(result.expr)


@pytest.mark.parametrize("stem", FILES + EXERCISES)
def test_reasons_are_short(stem: str) -> None:
    for chain in derived(stem).chains:
        for line in chain.lines:
            assert len(text.why(line.why)) <= 110, text.why(line.why)


@pytest.mark.parametrize("stem", sorted(CLASSIFICATIONS))
def test_stationary_points_are_classified(stem: str) -> None:
    result = derived(stem).results["stationary"]
    found = ", ".join(dict.fromkeys(one.classification or ("undetermined" if one.equation else "") for _, one in members(result)))
    assert found == CLASSIFICATIONS[stem]


def test_every_stationary_point_is_in_the_table() -> None:
    asked = {stem for stem in FILES if "stationary" in loaded(stem).find}
    assert asked == set(CLASSIFICATIONS)


@pytest.mark.parametrize("stem", sorted(MENDED))
def test_errors_of_the_source_documents_are_told(stem: str) -> None:
    remark = " ".join(loaded(stem).prose.get(key, "") for key in ("remark", "notes"))
    assert MENDED[stem] in remark


def test_no_two_problems_have_the_same_title() -> None:
    titles = [loaded(stem).title for stem in FILES + EXERCISES]
    assert len(titles) == len(set(titles))
