"""A list of methods: the first derivative by each of them, with rules of its own, and one result."""

from __future__ import annotations

from pathlib import Path

import pytest

from derive.calculus.derive import derive
from derive.calculus.routes import comparison
from derive.checking.verification import verify
from derive.derivation.derivation import Derivation
from derive.errors import DeriveError
from derive.language.problems.read import load, read

PROBLEMS = Path(__file__).resolve().parents[2] / "problems"


def by(methods: str, symbols: str, function: str, find: str = "[derivative, gradient]", more: str = "") -> Derivation:
    rows = "\n".join(f"  {row}" for row in symbols.split("; "))
    return derive(read(f"id: t\nsymbols:\n{rows}\n{more}\nfunction: \"{function}\"\nmethod: {methods}\nfind: {find}\n", "t.yaml"))


CASES = [
    ("[directional, expansion]", "A: matrix(m, n)", "f(A) = A' A", "[derivative]", ""),
    ("[directional, differential, entries]", "A: matrix(m, n); x: vector(n); y: vector(m)", "f(A) = norm(A x - y)^2", "[gradient]", ""),
    ("[differential, directional, entries, expansion]", "A: square(n); X: square(n)", "f(X) = tr(X' A X)", "[gradient, hessian]", ""),
    ("[entries, expansion]", "A: matrix(m, n); x: vector(n); y: vector(m)", "f(A) = norm(g)^2", "[gradient]", "let:\n  g: A x - y"),
    ("[directional, differential]", "X: spd(n)", "f(X) = logdet(X)", "[derivative, gradient]", ""),
    ("[directional, entries, expansion]", "X: symmetric(n); A: square(n)", "f(X) = X A X", "[derivative]", ""),
    ("[directional, expansion]", "x: scalar; a: scalar", "f(x) = a x^3", "[derivative]", ""),
    ("[directional, entries]", "x: vector(2)", "f(x) = x[1]^2 x[2]", "[gradient]", ""),
    *((methods, "X: matrix(m, n); A: matrix(m, n); M: spd(m)", "f(X) = norm(X - A)^2", "[gradient]", "inner-product: M")
      for methods in ("[directional, expansion]", "[expansion, differential, entries]", "[entries, directional]")),
    ("[differential, entries, expansion]", "x: vector(n); A: symmetric(n); M: spd(n)", "f(x) = x' A x", "[derivative, gradient, hessian]",
     "inner-product: M"),
    ("[directional, expansion]", "X: matrix(m, n); W: matrix(p, m); M: spd(m)", "f(X) = norm(Z)^2", "[gradient]",
     "let:\n  Z: W X\ninner-product: M"),
    ("[directional, entries]", "A: matrix(m, n); x: vector(n)", "f(x) = sin(A x)", "[derivative, jacobian]", ""),
]


@pytest.mark.parametrize(("methods", "symbols", "function", "find", "more"), CASES)
def test_every_method_derives_the_same(methods: str, symbols: str, function: str, find: str, more: str) -> None:
    derivation = by(methods, symbols, function, find, more)
    report = verify(derivation)
    assert report.passed, report.failures
    count = methods.count(",")
    titles = [c.title for c in derivation.chains if "method: " in c.title]
    assert [t.split(" ")[0] for t in titles] == ["Second", "Third", "Fourth"][:count]
    agree = next(c for c in derivation.chains if c.title == "The methods agree")
    assert str(agree.lines[-1].why[-1]).endswith("the results are identical")
    alone = by(methods.strip("[]").split(",")[0], symbols, function, find, more)
    assert derivation.results == alone.results, "the first of the list gives the results"
    assert not any("method: " in c.title for c in alone.chains)


def test_under_another_inner_product_the_gradient_is_that_of_the_first_method() -> None:
    """⟨G, H⟩ is reached by every method; M⁻¹G is read off it once, and checked against ⟨G, H⟩_M."""
    from derive.notation.text import text
    from derive.notation.text.text import pretty

    for methods in ("[directional, entries]", "[entries, directional]"):
        derivation = by(methods, "x: vector(n); A: symmetric(n); M: spd(n)", "f(x) = x' A x", "[gradient]", "inner-product: M")
        lines = [text.line(line) for chain in derivation.chains for line in chain.lines]
        assert pretty(derivation.results["gradient"].expr) == "2M⁻¹Ax" and sum("(2M⁻¹Ax)'Mh" in line for line in lines) == 1
        assert lines.index("= (2M⁻¹Ax)'Mh") == next(k for k, line in enumerate(lines) if line.endswith("= ⟨2Ax, h⟩")) + 1


def test_each_method_has_a_trace_of_its_own() -> None:
    chains = by("[directional, expansion, entries]", "A: matrix(m, n); x: vector(n)", "f(A) = norm(A x)^2").chains
    traces = {c.title: [line.rule for line in c.lines] for c in chains}
    assert "expansion" in traces["Second method: by expansion"] and "expansion" not in traces["Gradient"]
    assert "recognise" in traces["Third method: by indices"] and "recognise" not in traces["Gradient"]


def test_a_method_that_does_not_apply_refuses_as_it_does_alone() -> None:
    messages = []
    for methods in ("expansion", "[directional, expansion]"):
        with pytest.raises(DeriveError) as caught:
            by(methods, "X: spd(n)", "f(X) = logdet(X)")
        messages.append((caught.value.code, caught.value.message))
    assert messages[0] == messages[1]


def test_a_result_that_differs_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    from derive.expressions.build import add

    right = comparison.by_method
    monkeypatch.setattr(comparison, "by_method", lambda p, title: (lambda found: (found[0], add(found[1], found[1])))(right(p, title)))
    with pytest.raises(DeriveError, match="not seen to be the same"):
        by("[directional, expansion]", "A: matrix(m, n)", "f(A) = A' A", "[derivative]")


@pytest.mark.parametrize("name", ["gram-matrix-two-ways", "squared-residual-two-ways"])
def test_the_problems_that_show_two_ways(name: str) -> None:
    derivation = derive(load(PROBLEMS / f"{name}.yaml"))
    assert verify(derivation).passed and derivation.chains[-1].title == "The methods agree"
