"""Table 2: the adjoint of each linear function, ⟨Y, L(A)⟩ = ⟨L*(Y), A⟩: how the gradient is read off."""

from __future__ import annotations

from derive.calculus.rules.rule import Rule, compiled, fill, match
from derive.language.nodes import Call, Expr
from derive.language.sizes import Size

MN = "Magnus & Neudecker, Matrix Differential Calculus, ch. 2"
LAX = "Lax, Linear Algebra, ch. 7"

_ROWS = (
    Rule("adjoint-tr", "tr(A)", "y I(n)", "A: n n, y:", "tr M = ⟨I, M⟩", "The trace is the inner product with I.", MN),
    Rule("adjoint-sum", "sum(A)", "y ones(m, n)", "A: m n, y:", "sum M = ⟨11', M⟩", "The sum is the inner product with ones.", MN),
    Rule("adjoint-sum-vector", "sum(a)", "y ones(n)", "a: n 1, y:", "sum u = 1'u", "The sum is the inner product with ones.", MN),
    Rule("adjoint-mean-vector", "mean(a)", "(y / n) ones(n)", "a: n 1, y:", "mean u = 1'u/n",
         "The mean is the sum over the number of entries.", MN),
    Rule("adjoint-mean", "mean(A)", "y / (m * n) ones(m, n)", "A: m n, y:", "mean M = ⟨11'/(mn), M⟩",
         "The mean is the sum over the number of entries.", MN),
    Rule("adjoint-diag-vector", "diag(a)", "diag(y)", "a: n 1, y: n n", "⟨Y, diag(u)⟩ = diag(Y)'u",
         "Only the diagonal of `Y` meets `diag(a)`.", MN),
    Rule("adjoint-diag-matrix", "diag(A)", "diag(y)", "A: n n, y: n 1", "y'diag(M) = ⟨diag(y), M⟩",
         "Only the diagonal of `A` meets `y`.", MN),
    Rule("adjoint-vec", "vec(A)", "unvec(y, zeros(m, n))", "A: m n, y: m*n 1", "y'vec(M) = ⟨unvec(y), M⟩",
         "vec keeps the inner product.", MN),
    Rule("adjoint-unvec", "unvec(a, zeros(m, n))", "vec(y)", "a: m*n 1, y: m n", "⟨Y, unvec(u)⟩ = vec(Y)'u",
         "vec keeps the inner product.", MN),
    Rule("adjoint-sym", "sym(A)", "sym(y)", "A: n n, y: n n", "⟨Y, sym M⟩ = ⟨sym Y, M⟩", "sym is an orthogonal projection.", LAX),
    Rule("adjoint-skewpart", "skewpart(A)", "skewpart(y)", "A: n n, y: n n", "⟨Y, skew M⟩ = ⟨skew Y, M⟩",
         "skew is an orthogonal projection.", LAX),
    Rule("adjoint-tril", "tril(A)", "tril(y)", "A: n n, y: n n", "⟨Y, tril M⟩ = ⟨tril Y, M⟩",
         "tril is an orthogonal projection.", LAX),
    Rule("adjoint-triu", "triu(A)", "triu(y)", "A: n n, y: n n", "⟨Y, triu M⟩ = ⟨triu Y, M⟩",
         "triu is an orthogonal projection.", LAX),
    Rule("adjoint-stril", "stril(A)", "stril(y)", "A: n n, y: n n", "⟨Y, stril M⟩ = ⟨stril Y, M⟩",
         "stril is an orthogonal projection.", LAX),
    Rule("adjoint-striu", "striu(A)", "striu(y)", "A: n n, y: n n", "⟨Y, striu M⟩ = ⟨striu Y, M⟩",
         "striu is an orthogonal projection.", LAX),
    Rule("adjoint-frechet-expm", "frechet_expm(B, A)", "frechet_expm(B', y)", "A: n n, B: n n, y: n n",
         "⟨Y, L(B, M)⟩ = ⟨L(B', Y), M⟩", "Transpose each term of the series.", "Higham, Functions of Matrices (2008), ch. 3"),
    Rule("adjoint-frechet-logm", "frechet_logm(B, A)", "frechet_logm(B', y)", "A: n n, B: n n, y: n n",
         "⟨Y, L(B, M)⟩ = ⟨L(B', Y), M⟩", "The inverse of the adjoint is the adjoint of the inverse.",
         "Higham, Functions of Matrices (2008), ch. 3"),
    Rule("adjoint-sylvester", "sylvester(B, A)", "sylvester(B', y)", "A: n n, B: n n, y: n n",
         "⟨Y, S(B, M)⟩ = ⟨S(B', Y), M⟩", "The adjoint of the map that takes `L` to `B L + L B` takes it to `B' L + L B'`.",
         "Higham, Functions of Matrices (2008), ch. 6"),
)

ADJOINTS: dict[str, Rule] = {row.name: row for row in _ROWS}


def adjoint_of(expr: Call, direction: str, weight: Expr) -> tuple[Expr, Expr] | None:
    """(A, G) with ⟨weight, f(…, A, …)⟩ = ⟨G, A⟩, where A is the argument that holds the direction; None without a row."""
    for row in ADJOINTS.values():
        assert row.of is not None and row.to is not None
        if not row.of.startswith(expr.name + "("):
            continue
        sizes: dict[str, Size] = {}
        binding: dict[str, Expr] = {}
        if not match(compiled(row.of, row.given), expr, binding, sizes):
            continue
        moving = [s for s, e in binding.items() if direction in e.free]
        if moving not in (["A"], ["a"]):
            continue
        return binding[moving[0]], fill(compiled(row.to, row.given), {**binding, "y": weight}, sizes)
    return None
