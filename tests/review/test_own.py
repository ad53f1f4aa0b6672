"""Our own derivations pass their own review; `python -m tests.review.own --notations` reviews all of them in every notation."""

from __future__ import annotations

import pytest

from derive.derivation.derivation import Derivation
from derive.language.problems.read import read
from derive.notation.settings import DEFAULT, Notation
from derive.reviewing.judging.finding import UNCLEAR, WRONG
from derive.reviewing.review import review
from tests.review.own import derived, faults, notations, pasted, problems, reviewed

SAMPLE = (
    "eigenvalue-along-a-path", "eigenvector-symmetric", "folium", "function-of-the-qr-factor", "gradient-in-another-inner-product",
    "linear-function-on-the-sphere", "linear-map-block-array", "operator-from-both-sides", "partial-derivatives", "polar-factor-u",
    "quadratic-fit-with-data", "quadratic-form-of-a-path", "second-order-test-undecided", "singular-value", "singular-vectors-left",
    "tangent-plane", "variance-of-a-gaussian", "weighted-gradient-of-a-function",
)
"""One of each kind that was refused once."""


def own(name: str) -> Derivation:
    found = derived(*next(pair for pair in problems(name) if pair[0] == name))
    assert found is not None
    return found


@pytest.mark.parametrize("name", SAMPLE)
def test_our_own_lines_are_right(name: str) -> None:
    derivation = own(name)
    found = reviewed(derivation.problem, derivation)
    assert found.findings and not faults(found)


@pytest.mark.parametrize("notation", [n for n in notations() if n != DEFAULT], ids=lambda n: " ".join(str(v) for v in vars(n).values()))
def test_they_are_right_in_every_notation(notation: Notation) -> None:
    for name in ("least-squares", "trace-quadratic", "vec-chain-rule"):
        derivation = own(name)
        assert not faults(reviewed(derivation.problem, derivation, notation))


def test_unit_vectors_that_say_their_length() -> None:
    derivation = derived("entry", "symbols: {X: 'matrix(m, n)', B: 'matrix(m, m)'}\nfunction: f(X) = e(1, n)' X' B X e(2, n)\nwrt: X\n"
                                  "find: [derivative, gradient, entries]\n")
    assert derivation is not None and "e_{2}^{(n)}" in pasted(derivation)
    found = reviewed(derivation.problem, derivation)
    assert len(found.findings) > 8 and not faults(found)
    assert review(derivation.problem, r"$\nabla f = BXe_2^{(n)}e_1^{(n)\top} + B^\top Xe_1^{(n)}(e_1^{(n)})^\top$").verdict == WRONG


def test_definitions_in_a_circle_are_unclear() -> None:
    problem = read("symbols:\n  x: vector(n)\nfunction: f(x) = x' x\nwrt: x\n", "circle.yaml", asked=False)
    found = review(problem, r"$u(t) = v(t) + 1$, $v(t) = u(t) - 1$, $\nabla f = u(2) x$")
    assert found.findings[-1].verdict == UNCLEAR


def test_an_operator_at_a_place_reaches_a_bracket() -> None:
    problem = read("symbols:\n  X: invertible(n)\nfunction: f(X) = logdet(X)\nwrt: X\n", "place.yaml", asked=False)
    found = review(problem, r"$\left.\frac{\mathrm d}{\mathrm dt}\right|_{t=0}\left[\log\det(X+tH)\right] = \operatorname{tr}(X^{-1}H)$")
    assert [f.verdict for f in found.findings] == ["right"]
