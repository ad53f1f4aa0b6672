"""Every row of every table: both sides agree at random points of its domain, it fires, and a derivation fails without it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from derive.calculus.derive import derive
from derive.calculus.rules.adjoints import ADJOINTS, adjoint_of
from derive.calculus.rules.defining import DEFINING
from derive.calculus.rules.differentials import DIFFERENTIALS
from derive.calculus.rules.rule import compiled, letters
from derive.checking.verification import verify
from derive.errors import DeriveError
from derive.expressions.nodes import Call
from derive.language.problems.read import read

# a function for each row in which it fires: (symbols, function, wrt)
FIRES = {
    "norm-squared": ("x: vector(n)\n  A: matrix(m, n)", "norm(A x)^2", "x"),
    "norm-squared-matrix": ("X: matrix(m, n)\n  A: matrix(m, m)", "norm(A X)^2", "X"),
    "norm": ("x: vector(n)\n  A: matrix(m, n)", "norm(A x)", "x"),
    "norm-matrix": ("X: matrix(m, n)", "norm(X)", "X"),
    "norm1": ("X: matrix(m, n)\n  A: matrix(m, m)", "norm1(A X)", "X"),
    "inverse": ("X: invertible(n)\n  A: square(n)", "tr(X^-1 A)", "X"),
    "det": ("X: invertible(n)", "det(X)", "X"),
    "logdet": ("X: spd(n)", "logdet(X)", "X"),
    "det-adjugate": ("X: square(n)", "det(X)", "X"),
    "det-of-exponential": ("X: square(n)", "det(expm(X))", "X"),
    "logdet-of-inverse": ("X: invertible(n)", "logdet(inv(X))", "X"),
    "det-of-inverse": ("X: invertible(n)", "det(inv(X))", "X"),
    "logdet-of-exponential": ("X: square(n)", "logdet(expm(X))", "X"),
    "det-of-square-root": ("X: spd(n)", "det(sqrtm(X))", "X"),
    "logdet-of-square-root": ("X: spd(n)", "logdet(sqrtm(X))", "X"),
    "trace-logm": ("X: spd(n)", "tr(logm(X))", "X"),
    "power-by-entries": ("x: vector(n)\n  a: vector(n)", "sum(x .^ a)", "x"),
    "exponential-by-entries": ("x: vector(n)", "sum(x .^ x)", "x"),
    "trace-sqrtm": ("X: spd(n)", "tr(sqrtm(X))", "X"),
    "trace-power": ("X: square(n)\n  k: integer", "tr(X^k)", "X"),
    "matrix-power": ("X: square(n)\n  k: integer\n  A: square(n)", "tr(A X^k)", "X"),
    "adjugate": ("X: invertible(n)\n  A: square(n)", "tr(A adj(X))", "X"),
    "pseudo-inverse": ("X: matrix(m, n)\n  A: matrix(m, n)\n  sizes", "tr(A pinv(X))", "X"),
    "logsumexp": ("x: vector(n)", "logsumexp(x)", "x"),
    "logsumexp-rows": ("X: matrix(m, n)\n  a: vector(m)", "a'' logsumexp(X)", "X"),
    "softmax-rows": ("X: matrix(m, n)\n  A: matrix(m, n)", "inner(A, softmax(X))", "X"),
    "norminf": ("x: vector(n)\n  A: matrix(m, n)", "norm(A x, inf)", "x"),
    "nuclear": ("X: matrix(m, n)\n  A: matrix(m, n)", "norm(X - A, nuclear)", "X"),
    "maxentry": ("x: vector(n)\n  A: matrix(m, n)", "max(A x)", "x"),
    "minentry": ("x: vector(n)\n  A: matrix(m, n)", "min(A x)", "x"),
    "peak": ("x: vector(n)\n  a: vector(n)", "a'' peak(x) + x'' x", "x"),
    "prod": ("x: vector(n)", "prod(x)", "x"),
    "trace-powm": ("X: spd(n)\n  p: scalar", "tr(X^p)", "X"),
    "powm": ("X: spd(n)\n  p: scalar\n  A: square(n)", "tr(A X^p)", "X"),
    "softmax": ("x: vector(n)\n  a: vector(n)", "a'' softmax(x)", "x"),
    "trace-expm": ("X: square(n)", "tr(expm(X))", "X"),
    "expm": ("X: square(n)\n  A: square(n)", "tr(A expm(X))", "X"),
    "frechet-expm": ("X: square(n)\n  A: square(n)", "norm(frechet_expm(X, A))^2", "X"),
    "frechet2-expm": ("X: square(n)\n  A: square(n)\n  B: square(n)", "tr(B frechet2_expm(A, X, X))", "X"),
    "frechet-logm": ("X: spd(n)\n  A: square(n)", "norm(frechet_logm(X, A))^2", "X"),
    "logm": ("X: spd(n)\n  A: square(n)", "tr(A logm(X))", "X"),
    "sqrtm": ("X: spd(n)\n  A: square(n)", "tr(A sqrtm(X))", "X"),
    "square-entries": ("X: matrix(m, n)\n  A: matrix(m, n)", "inner(A, X .* X)", "X"),
    "quotient-entries": ("x: vector(n)\n  a: vector(n)", "sum(x ./ (a + x .* x))", "x"),
    "maximum": ("X: matrix(m, n)\n  A: matrix(m, n)", "sum(max(X, A))", "X"),
    "minimum": ("X: matrix(m, n)\n  A: matrix(m, n)", "sum(min(X, A))", "X"),
    "eigenvalue-symmetric": ("X: symmetric(n)", "eigval(X, 1)", "X"),
    "eigenvalue": ("X: square(n)", "eigval(X, 1)", "X"),
    "eigenvector-symmetric": ("X: symmetric(n)\n  a: vector(n)", "a'' eigvec(X, 1)", "X"),
    "eigenvector-right": ("X: square(n)\n  a: vector(n)", "a'' eigvec_right(X, 1)", "X"),
    "eigenvector-left": ("X: square(n)\n  a: vector(n)", "a'' eigvec_left(X, 1)", "X"),
    "singular-value": ("X: matrix(m, n)", "singval(X, 1)", "X"),
    "singular-values": ("X: matrix(m, n)\n  a: vector(n)", "a'' svd_s(X)", "X"),
    "sum-of-singular-values": ("X: matrix(m, n)", "sum(svd_s(X))", "X"),
    "left-singular-vectors": ("X: matrix(m, n)\n  A: matrix(m, n)", "sum(A .* svd_u(X))", "X"),
    "right-singular-vectors": ("X: matrix(m, n)\n  A: square(n)", "sum(A .* svd_v(X))", "X"),
    "qr-q": ("X: matrix(m, n)\n  A: matrix(m, n)", "sum(A .* qr_q(X))", "X"),
    "qr-r": ("X: matrix(m, n)\n  A: square(n)", "sum(A .* qr_r(X))", "X"),
    "cholesky": ("X: spd(n)\n  A: square(n)", "sum(A .* cholesky(X))", "X"),
    "left-singular-vectors-square": ("X: invertible(n)\n  A: square(n)", "sum(A .* svd_u(X))", "X"),
    "qr-q-square": ("X: invertible(n)\n  A: square(n)", "sum(A .* qr_q(X))", "X"),
    "polar-u": ("X: matrix(m, n)\n  A: matrix(m, n)", "sum(A .* polar_u(X))", "X"),
    "polar-u-square": ("X: invertible(n)\n  A: square(n)", "sum(A .* polar_u(X))", "X"),
    "polar-p": ("X: matrix(m, n)\n  A: square(n)", "sum(A .* polar_p(X))", "X"),
    "sylvester": ("B: spd(n)\n  C: square(n)", "tr(C sylvester(B, C))", "B"),
    "gaps": ("x: vector(n)\n  a: vector(n)\n  b: vector(n)", "a'' gaps(x) b", "x"),
    "trace-polar-p": ("X: matrix(m, n)", "tr(polar_p(X))", "X"),
    # the structural rules
    "sum-rule": ("X: square(n)\n  A: square(n)", "tr(X + A X)", "X"),
    "constant-factor": ("X: square(n)\n  A: square(n)", "tr(A X)", "X"),
    "product-rule": ("X: square(n)\n  A: square(n)", "tr(X A X)", "X"),
    "quotient-rule": ("x: vector(n)\n  a: vector(n)", "(a'' x) / (x'' x)", "x"),
    "linear": ("X: square(n)", "tr(X)", "X"),
    "transpose": ("X: square(n)\n  A: square(n)", "sum((A X)'')", "X"),
    "power-rule": ("X: square(n)", "tr(X)^3", "X"),
    "exponential-rule": ("x: positive", "x^x", "x"),
    "chain-rule": ("x: vector(n)\n  a: vector(n)", "a'' sin(x)", "x"),
    "power-entries": ("x: vector(n)", "sum(x .^ 3)", "x"),
    "unnamed-function": ("x: vector(n)\n  E: function(n)", "E(2 x)", "x"),
    "cases": ("x: vector(n)\n  b: scalar", "where(b < 0, sum(x), x'' x)", "x"),
    "structure": ("x: vector(n)\n  y: vector(m)", "norm([x; y])^2", "x"),
    "expm-commuting": ("t: scalar\n  A: square(n)\n  a: vector(n)", "a'' expm(t A) a", "t"),
    "path": ("A: {type: 'invertible(n)', of: t}\n  t: scalar", "tr(A)", "t"),
}
# `definition`, `variable` and `intermediate` are in every derivation, of a variable, of a `let`
EVERYWHERE = {"definition", "variable", "intermediate"}


def text(symbols: str, function: str, wrt: str) -> str:
    symbols, sizes = (symbols.replace("\n  sizes", ""), "sizes: [m >= n]\n") if "sizes" in symbols else (symbols, "")
    return (f"title: t\nsymbols:\n  {symbols}\nfunction: 'f({wrt}) = {function}'\nwrt: {wrt}\n{sizes}"
            "find: [derivative, gradient]\n")


@pytest.fixture(autouse=True)
def table_in_its_order() -> Iterator[None]:
    """A row taken away and put back would stand at the end, where a more general one is tried before it."""
    rows = dict(DIFFERENTIALS)
    yield
    DIFFERENTIALS.clear()
    DIFFERENTIALS.update(rows)


def rules_used(derivation) -> set[str]:  # type: ignore[no-untyped-def]
    return {step.rule for chain in derivation.chains for line in chain.lines for step in line.steps} | {
        line.rule for chain in derivation.chains for line in chain.lines
    }


def test_every_row_has_a_function_in_which_it_fires() -> None:
    assert set(DIFFERENTIALS) == set(FIRES) | EVERYWHERE


@pytest.mark.parametrize("name", FIRES)
def test_row_fires_and_its_derivation_verifies(name: str) -> None:
    derivation = derive(read(text(*FIRES[name]), f"{name}.yaml"))
    assert name in rules_used(derivation)
    report = verify(derivation)
    assert report.passed, [c for c in report.lines if not c.passed]


@pytest.mark.parametrize("name", FIRES)
def test_without_the_row_the_derivation_fails_there(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    problem = read(text(*FIRES[name]), f"{name}.yaml")
    monkeypatch.delitem(DIFFERENTIALS, name)
    if name in (
        "trace-power", "trace-expm", "trace-sqrtm", "eigenvalue-symmetric", "norm", "norm-squared", "norm-squared-matrix",
        "square-entries", "quotient-entries", "det-adjugate", "det-of-exponential", "trace-polar-p", "polar-u-square", "qr-q-square",
        "left-singular-vectors-square", "sum-of-singular-values",
        "logdet-of-inverse", "det-of-inverse",
        "logdet-of-exponential", "det-of-square-root", "logdet-of-square-root", "trace-logm", "power-by-entries", "trace-powm",
    ):
        # a more general row takes over; the derivation is another one, and still right
        derivation = derive(problem)
        assert name not in rules_used(derivation) and verify(derivation).passed
        return
    with pytest.raises(DeriveError) as caught:
        derive(problem)
    assert caught.value.code == "missing-rule"


def _kind(letter: str, dims: list[str]) -> str:
    """The type of a letter of a row, positive where a function may need it of B."""
    if not dims:
        return "scalar"
    if letter == "B":
        return f"spd({dims[0]})" if dims == ["n", "n"] else f"{{type: 'matrix({dims[0]}, {dims[1]})', is: [positive]}}"
    return f"matrix({dims[0]}, {dims[1]})"


@pytest.mark.parametrize("name", ADJOINTS)
def test_adjoint_rows_are_used_by_pull(name: str) -> None:
    """⟨Y, L(H)⟩ = ⟨L*(Y), H⟩ by numbers, through the gradient of ⟨C, L(X)⟩."""
    row = ADJOINTS[name]
    assert row.of is not None
    given = {p.split(":")[0].strip(): p.split(":")[1].split() for p in row.given.split(",")}
    variable = "A" if "A" in given else "a"
    weighted = bool(given.pop("y")) and letters(row.given)["y"].shape
    rows = [f"{letter}: {_kind(letter, dims)}" for letter, dims in given.items()]
    if weighted:
        rows.append(f"C: matrix({weighted[0]}, {weighted[1]})")
    of = f"inner(C, {row.of})" if weighted else row.of
    source = text("\n  ".join(rows), of, variable)
    derivation = derive(read(source, f"{name}.yaml"))
    assert verify(derivation).passed
    # the row itself, not one that says the same of another argument
    pattern = compiled(row.of, row.given)
    weight = letters(row.given)["y"]
    assert isinstance(pattern, Call) and row.to is not None
    found = adjoint_of(pattern, variable, weight)
    assert found == (letters(row.given)[variable], compiled(row.to, row.given))


# what each defining equation is about
DEFINED = {
    "sylvester": ("X: spd(n)\n  C: square(n)", "sylvester(X, C)"),
    "inverse": ("X: invertible(n)", "X^-1"), "sqrtm": ("X: spd(n)", "sqrtm(X)"), "logm": ("X: spd(n)", "logm(X)"),
    "eigenvalue-symmetric": ("X: symmetric(n)", "eigval(X, 2)"), "eigenvalue": ("X: square(n)", "eigval(X, 1)"),
    "eigenvector-right": ("X: square(n)", "eigvec_right(X, 1)"), "eigenvector-left": ("X: square(n)", "eigvec_left(X, 1)"),
    "eigenvector-symmetric": ("X: symmetric(n)", "eigvec(X, 1)"), "cholesky": ("X: spd(n)", "cholesky(X)"),
    "singular-value": ("X: matrix(m, n)", "singval(X, 1)"), "singular-values": ("X: matrix(m, n)", "svd_s(X)"),
    "left-singular-vectors": ("X: matrix(m, n)\n  sizes", "svd_u(X)"), "left-singular-vectors-square": ("X: square(n)", "svd_u(X)"),
    "right-singular-vectors": ("X: matrix(m, n)\n  sizes", "svd_v(X)"),
    "qr-q": ("X: matrix(m, n)", "qr_q(X)"), "qr-q-square": ("X: invertible(n)", "qr_q(X)"), "qr-r": ("X: matrix(m, n)", "qr_r(X)"),
    "polar-u": ("X: matrix(m, n)", "polar_u(X)"), "polar-u-square": ("X: invertible(n)", "polar_u(X)"),
    "polar-p": ("X: matrix(m, n)", "polar_p(X)"),
}


@pytest.mark.parametrize("name", DEFINING)
def test_defining_equations_hold(name: str) -> None:
    function = DEFINED[name]
    source = text(*function, "X").replace("find: [derivative, gradient]", "find: [derivative]")
    derivation = derive(read(source, f"{name}.yaml"))
    equations = [line for line in derivation.chains[0].lines if line.equation]
    assert len(equations) >= 2
    report = verify(derivation)
    assert report.passed, [c for c in report.lines if not c.passed]


def test_every_row_has_words_a_reason_and_a_source() -> None:
    for row in (*DIFFERENTIALS.values(), *ADJOINTS.values()):
        assert row.why.endswith((".", ")")) and row.source, row.name
