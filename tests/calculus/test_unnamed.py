"""Functions without a formula: every signature, alone and inside others, its Hessian matrix, its Jacobian, its adjoint."""

from __future__ import annotations

import pytest

from derive.calculus.derive import derive
from derive.checking.verification import verify
from derive.language.problems.read import read
from derive.notation.text import text
from derive.pipeline.examine import check_printed

TABLE = [
    ("x: vector(n); E: function(n)", "E(x)", "x", "gradient", "∇E(x)"),
    ("x: vector(n); E: function(n)", "E(x)", "x", "hessian", "∇²E(x)"),
    ("x: vector(n); E: function(m); A: matrix(m, n)", "E(A x)", "x", "hessian", "A' ∇²E(Ax) A"),
    ("x: vector(n); g: function(n, m); E: function(m)", "E(g(x))", "x", "gradient", "J_g(x)' ∇E(g(x))"),
    ("x: vector(n); g: function(n, m); f: function(m, p)", "f(g(x))", "x", "jacobian", "J_f(g(x)) J_g(x)"),
    ("X: matrix(m, n); E: function(m×n)", "E(X)^2", "X", "gradient", "2 E(X) ∇E(X)"),
    ("X: matrix(m, n); E: function(m×n)", "E(X)", "X", "hessian", "∇²E(X)[K]"),
    ("X: matrix(m, n); Y: function(m×n, p×p)", "det(Y(X))", "X", "derivative", "det(Y(X)) tr(Y(X)⁻¹ DY(X)[H])"),
    ("X: matrix(m, n); Y: function(m×n, p×p)", "det(Y(X))", "X", "gradient", "DY(X)*[det(Y(X)) Y(X)⁻ᵀ]"),
    ("X: matrix(m, n); Y: function(m×n, p×q); C: matrix(p, q)", "tr(C' Y(X))", "X", "gradient", "DY(X)*[C]"),
    ("X: matrix(m, n); g: function(m×n, p)", "norm(g(X))^2", "X", "gradient", "Dg(X)*[2 g(X)]"),
    ("x: vector(n); Y: function(n×1, p×q); C: matrix(p, q)", "inner(C, Y(x))", "x", "gradient", "DY(x)*[C]"),
    ("X: matrix(m, n); Y: function(m×n, p×q)", "Y(X)", "X", "vectorized", "J_Y(X)"),
    ("X: matrix(m, n); Y: function(k×n, p×q); A: matrix(k, m)", "Y(A X)'", "X", "vectorized", "K_(p,q) J_Y(AX) (I ⊗ A)"),
    ("x: vector(n); s: elementwise; A: matrix(m, n)", "s(A x)", "x", "jacobian", "diag(s′(Ax)) A"),
    ("X: matrix(m, n); s: elementwise", "sum(s(X))", "X", "gradient", "s′(X)"),
]


@pytest.mark.parametrize(("symbols", "function", "wrt", "find", "wanted"), TABLE, ids=[f"{row[3]} of {row[1]}" for row in TABLE])
def test_result(symbols: str, function: str, wrt: str, find: str, wanted: str) -> None:
    rows = "\n".join(f"  {row.strip()}" for row in symbols.split(";"))
    function = function.replace("'", "''")
    derivation = derive(read(f"symbols:\n{rows}\nfunction: '{function}'\nwrt: {wrt}\nfind: [{find}]\n", "t.yaml"))
    result = derivation.results[find]
    assert not isinstance(result, dict | tuple)
    assert text.pretty(result.expr) == wanted  # type: ignore[union-attr]
    assert verify(derivation).passed
    check_printed(derivation)
