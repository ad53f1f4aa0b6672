"""Table 2: the adjoint of each linear function, ⟨Y, L(A)⟩ = ⟨L*(Y), A⟩: how the gradient is read off.

A bilinear function has a row for each of its arguments.  Products and blocks, which are no functions of the table, are in `adjoint.py`.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from derive.calculus.rules.rule import Rule, bound, compiled, fill, letters
from derive.derivation.reason import Why
from derive.expressions.nodes import Call, Expr
from derive.expressions.rewrite import substitute
from derive.expressions.sizes import is_column
from derive.expressions.traverse import walk

MN = "Magnus & Neudecker, Matrix Differential Calculus, ch. 2"
LAX = "Lax, Linear Algebra, ch. 7"
RELTON = "Higham & Relton, Higher order Fréchet derivatives of matrix functions (2014)"
WATROUS = "Watrous, The Theory of Quantum Information (2018), ch. 1"
KOLDA = "Kolda & Bader, Tensor Decompositions and Applications, SIAM Review 51 (2009)"
PITSIANIS = "Van Loan & Pitsianis, Approximation with Kronecker Products (1993)"

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
    Rule("adjoint-frechet2-expm", "frechet2_expm(B, G, A)", "frechet2_expm(B', G', y)", "A: n n, B: n n, G: n n, y: n n",
         "⟨Y, L²(B, G, M)⟩ = ⟨L²(B', G', Y), M⟩", "Transpose each term of the series.", RELTON),
    Rule("adjoint-frechet2-expm-second", "frechet2_expm(B, A, G)", "frechet2_expm(B', y, G')", "A: n n, B: n n, G: n n, y: n n",
         "⟨Y, L²(B, M, G)⟩ = ⟨L²(B', Y, G'), M⟩", "Transpose each term of the series.", RELTON),
    Rule("adjoint-sylvester", "sylvester(B, A)", "sylvester(B', y)", "A: n n, B: n n, y: n n",
         "⟨Y, S(B, M)⟩ = ⟨S(B', Y), M⟩", "The adjoint of the map that takes `L` to `B L + L B` takes it to `B' L + L B'`.",
         "Higham, Functions of Matrices (2008), ch. 6"),
    Rule("adjoint-hadamard", "A .* B", "B .* y", "A: m n, B: m n, y: m n", "⟨Y, M ∘ B⟩ = ⟨B ∘ Y, M⟩",
         "A factor of every entry moves to the other side of the inner product.", MN),
    Rule("adjoint-hadamard-second", "B .* A", "B .* y", "A: m n, B: m n, y: m n", "⟨Y, B ∘ M⟩ = ⟨B ∘ Y, M⟩",
         "A factor of every entry moves to the other side of the inner product.", MN),
    Rule("adjoint-quotient", "A ./ B", "y ./ B", "A: m n, B: m n, y: m n", "⟨Y, M ⊘ B⟩ = ⟨Y ⊘ B, M⟩",
         "A factor `1 / B[i, j]` of every entry moves to the other side of the inner product.", MN),
    Rule("adjoint-quotient-scalar", "a ./ B", "inner(y, 1 ./ B)", "a:, B: m n, y: m n", "⟨Y, s 1 ⊘ B⟩ = s ⟨Y, 1 ⊘ B⟩",
         "The inner product is linear.", MN),
    Rule("adjoint-inner", "inner(A, B)", "y B", "A: m n, B: m n, y:", "y⟨M, B⟩ = ⟨yB, M⟩", "The inner product is linear and symmetric.", MN),
    Rule("adjoint-inner-second", "inner(B, A)", "y B", "A: m n, B: m n, y:", "y⟨B, M⟩ = ⟨yB, M⟩", "The inner product is linear.", MN),
    Rule("adjoint-dot", "dot(a, b)", "y b", "a: n 1, b: n 1, y:", "y u'v = ⟨yv, u⟩", "The inner product is linear and symmetric.", MN),
    Rule("adjoint-dot-second", "dot(b, a)", "y b", "a: n 1, b: n 1, y:", "y v'u = ⟨yv, u⟩", "The inner product is linear.", MN),
    Rule("adjoint-cross", "cross(a, b)", "cross(b, y)", "a: 3 1, b: 3 1, y: 3 1", "y'(u × v) = (v × y)'u",
         "A scalar triple product stays the same when its vectors go round.", LAX),
    Rule("adjoint-cross-second", "cross(b, a)", "cross(y, b)", "a: 3 1, b: 3 1, y: 3 1", "y'(v × u) = (y × v)'u",
         "A scalar triple product stays the same when its vectors go round.", LAX),
    Rule("adjoint-crossmat", "crossmat(a)", "[y[3, 2] - y[2, 3]; y[1, 3] - y[3, 1]; y[2, 1] - y[1, 2]]", "a: 3 1, y: 3 3",
         "⟨Y, cross(u)⟩ = u₁(y₃₂ − y₂₃) + …", "Each entry of `a` stands twice in its matrix, with opposite signs.", LAX),
    Rule("adjoint-kron", "kron(A, B)", "ptrace2(y kron(I(n), B'), zeros(m, n))", "A: m n, B: p q, y: m*p n*q",
         "⟨Y, M ⊗ B⟩ = ⟨tr₂(Y(I ⊗ B')), M⟩", "Entry i, j of `A` meets block i, j of `Y`, in its inner product with `B`: the trace of block i, j of `Y kron(I(n), B')`.",
         PITSIANIS),
    Rule("adjoint-kron-second", "kron(B, A)", "ptrace1(kron(B', I(p)) y, zeros(p, q))", "A: p q, B: m n, y: m*p n*q",
         "⟨Y, B ⊗ M⟩ = ⟨tr₁((B' ⊗ I)Y), M⟩", "`A` meets block i, j of `Y`, with the factor `B[i, j]`: all together the sum of the diagonal blocks of `kron(B', I(p)) Y`.",
         PITSIANIS),
    Rule("adjoint-khatrirao", "khatrirao(A, B)", "kron(I(m), ones(p)') (y .* kron(ones(m), B))", "A: m n, B: p n, y: m*p n",
         "⟨Y, M ⊙ B⟩ = ⟨(I ⊗ 𝟏')(Y ∘ (𝟏 ⊗ B)), M⟩", "Entry i, j of `A` meets block i of column j of `Y`, in its inner product with column j of `B`.", KOLDA),
    Rule("adjoint-khatrirao-second", "khatrirao(B, A)", "kron(ones(m)', I(p)) (y .* kron(B, ones(p)))", "A: p n, B: m n, y: m*p n",
         "⟨Y, B ⊙ M⟩ = ⟨(𝟏' ⊗ I)(Y ∘ (B ⊗ 𝟏)), M⟩", "Column j of `A` meets each block i of column j of `Y`, with the factor `B[i, j]`.", KOLDA),
    Rule("adjoint-ptrace1", "ptrace1(A, zeros(m, n))", "kron(I(k), y)", "A: k*m k*n, y: m n", "⟨Y, tr₁ M⟩ = ⟨I ⊗ Y, M⟩",
         "Only the diagonal blocks of `A` meet `Y`.", WATROUS),
    Rule("adjoint-ptrace2", "ptrace2(A, zeros(m, n))", "kron(y, I(k))", "A: m*k n*k, y: m n", "⟨Y, tr₂ M⟩ = ⟨Y ⊗ I, M⟩",
         "Entry i, j of `Y` meets the diagonal of block i, j of `A`.", WATROUS),
)

ADJOINTS: dict[str, Rule] = {row.name: row for row in _ROWS}


@lru_cache(maxsize=1)
def _by_function() -> dict[str, tuple[Rule, ...]]:
    out: dict[str, tuple[Rule, ...]] = {}
    for row in _ROWS:
        assert row.of is not None
        pattern = compiled(row.of, row.given)
        assert isinstance(pattern, Call)
        out[pattern.name] = (*out.get(pattern.name, ()), row)
    return out


def adjoint_of(expr: Call, direction: str, weight: Expr) -> tuple[Expr, Expr] | None:
    """(A, G) with ⟨weight, f(…, A, …)⟩ = ⟨G, A⟩, where A is the argument that holds the direction; None without a row."""
    for row in _by_function().get(expr.name, ()):
        assert row.of is not None and row.to is not None
        found = bound(row.of, row.given, expr)
        if found is None:
            continue
        binding, sizes = found
        moving = [s for s, e in binding.items() if direction in e.free]
        if moving not in (["A"], ["a"]):
            continue
        return binding[moving[0]], fill(compiled(row.to, row.given), {**binding, "y": weight}, sizes)
    return None


def moved_by(expr: Expr, direction: str, taken: frozenset[str]) -> tuple[Why, ...]:
    """⟨Y, L(M)⟩ = ⟨L*(Y), M⟩ for the functions with a vector or matrix as value through which an expression reaches the direction.

    taken  names that letters of an equation may not have
    """
    out: dict[Why, None] = {}
    for node in walk(expr):
        if not isinstance(node, Call) or node.is_scalar or direction not in node.free:
            continue
        for row in _by_function().get(node.name, ()):
            assert row.of is not None
            found = bound(row.of, row.given, node)
            if found is not None and [s for s, e in found[0].items() if direction in e.free] in (["A"], ["a"]):
                out[_said(row, taken | node.free)] = None
                break
    return tuple(out)


_LETTERS = {"y": ("YZWVUQ", "yzpqrs"), "A": ("MNPQRS", "uvw"), "B": ("NPQRSK", "vwz"), "G": ("PQRSKL", "wz"), "a": ("", "uvwz"), "b": ("", "vwzu")}
"""What the letters of a row are called beside a line: a matrix, a vector or number."""


@lru_cache(maxsize=256)
def _said(row: Rule, taken: frozenset[str]) -> Why:
    """The row as an equation of inner products, in letters that are free."""
    assert row.of is not None and row.to is not None
    used = set(taken)
    names = {s.name: s for s in letters(row.given).values() if not s.name.startswith("d")}
    values: dict[Expr, Expr] = {}
    for name, symbol in sorted(names.items(), key=lambda item: item[0] != "y"):
        flat = symbol.is_scalar or is_column(symbol.dims)
        new = next((letter for letter in _LETTERS.get(name, ("", ""))[flat] if letter not in used), name)
        used.add(new)
        values[symbol] = replace(symbol, name=new)
    left, right = (substitute(compiled(text, row.given), values) for text in (row.of, row.to))
    moved = names["A"] if "A" in names else names["a"]
    return (Call("inner", (values[names["y"]], left)), " = ", Call("inner", (right, values[moved])))
