"""Table 3: the laws by which lines are rewritten: of transposition, the trace, the inner product, determinants, vec.

left = right for all matrices of the given shapes; `rows` lead from the left side to the right one.  Where a law is the name of a
step (cyclic, trace-transpose, …) the step applies it.
"""

from __future__ import annotations

from derive.calculus.rules.everyday import EVERYDAY
from derive.calculus.rules.known_forms import KNOWN_FORMS
from derive.calculus.rules.law import Case, Law
from derive.calculus.rules.vectorized import VECTORIZED

MN1 = "Magnus & Neudecker, Matrix Differential Calculus, ch. 1"
MN2 = "Magnus & Neudecker, Matrix Differential Calculus, ch. 2"
LAX = "Lax, Linear Algebra, ch. 7"
WATROUS = "Watrous, The Theory of Quantum Information (2018), ch. 1"

_TRANSPOSITION = (
    Law("transpose-twice", "(A')'", "A", "A: matrix(m, n)", "A", "(A')' = A", "Entry i, j goes to j, i and back.", MN1,
        rows=(("sum(i, 1, m, sum(j, 1, n, A[i, j] e(i, m) e(j, n)'))", "entry i, j goes to j, i and back"),), last="the entries of `A`"),
    Law("transpose-sum", "(A + B)'", "A' + B'", "A: matrix(m, n); B: matrix(m, n)", "A", "transposition is linear",
        "Entry by entry.", MN1,
        rows=(("sum(i, 1, m, sum(j, 1, n, (A[i, j] + B[i, j]) e(j, n) e(i, m)'))", "entry i, j goes to j, i"),),
        last="the entries of `A'` and of `B'`"),
    Law("transpose-product", "(A B)'", "B' A'", "A: matrix(m, n); B: matrix(n, p)", "A", "(AB)' = B'A'",
        "Entry i, j of `(A B)'` is row j of `A` times column i of `B`.", MN1,
        rows=(("sum(i, 1, m, sum(k, 1, p, sum(j, 1, n, A[i, j] B[j, k]) e(k, p) e(i, m)'))",
               "entry i, k of `A B`, put at k, i"),
              ("sum(i, 1, m, sum(k, 1, p, sum(j, 1, n, (B')[k, j] (A')[j, i]) e(k, p) e(i, m)'))", "entries of `B'` and of `A'`")),
        last="entry k, i of `B' A'`"),
    Law("transpose-inverse", "inv(A)'", "inv(A')", "A: invertible(n)", "A", "(A⁻¹)' = (A')⁻¹", "Transpose `A inv(A) = I(n)`.", MN1,
        rows=(("inv(A') A' inv(A)'", "`inv(A') A' = I(n)`"), ("inv(A') (inv(A) A)'", "`(M N)' = N' M'`")), last="`inv(A) A = I(n)`"),
    Law("scalar-transpose", "x' A y", "y' A' x", "x: vector(m); A: matrix(m, n); y: vector(n)", "x",
        "a scalar is its own transpose", "A 1×1 matrix is symmetric.", MN1,
        rows=(("sum(i, 1, m, sum(j, 1, n, x[i] A[i, j] y[j]))", "by entries"),
              ("sum(j, 1, n, sum(i, 1, m, y[j] A[i, j] x[i]))", "the other order")), last="the same number, transposed"),
)

_INVERSE = (
    Law("inverse-product", "inv(A B)", "inv(B) inv(A)", "A: invertible(n); B: invertible(n)", "A", "(AB)⁻¹ = B⁻¹A⁻¹",
        "`A B inv(B) inv(A) = I(n)`.", MN1,
        rows=(("inv(A B) A B inv(B) inv(A)", "`inv(B)` and `inv(A)` cancel `B` and `A`"),), last="`inv(A B) A B = I(n)`",
        runs="everywhere", example="Weight: square(n); A: invertible(n); B: invertible(n) | inner(Weight, inv(inv(A) B))"),
    Law("det-product", "det(A B)", "det(A) det(B)", "A: invertible(n); B: invertible(n)", "A", "det AB = det A det B",
        "`det(A B) / det(B)` is linear in each row of `A`, alternating, and 1 at `A = I(n)`: it is `det(A)`.", "Lax, Linear Algebra, ch. 5"),
    Law("det-transpose", "det(A')", "det(A)", "A: square(n)", "A", "det A' = det A",
        "A permutation and its inverse have the same sign in Leibniz's sum.", "Lax, Linear Algebra, ch. 5"),
    Law("det-inverse", "det(inv(A))", "1 / det(A)", "A: invertible(n)", "A", "det A⁻¹ = 1/det A", "`det(A) det(inv(A)) = det(I(n)) = 1`.",
        "Lax, Linear Algebra, ch. 5", rows=(("det(A) det(inv(A)) / det(A)", "multiply and divide by `det(A)`"),
                                            ("det(A inv(A)) / det(A)", "`det(A B) = det(A) det(B)`")), last="`A inv(A) = I(n)`"),
    Law("det-near-identity", "{t| det(I(n) + t M)}", "tr(M)", "M: square(n)", "M", "the determinant near I",
        "The part of `det(I(n) + t M)` that is linear in t is `t tr(M)`.", "Magnus & Neudecker, Matrix Differential Calculus, ch. 8",
        rows=(("sum(i, 1, n, det(I(n) - e(i, n) e(i, n)' + M e(i, n) e(i, n)'))",
               "det is linear in each column: one column at a time becomes that of `M`"),
              ("sum(i, 1, n, M[i, i])", "the other columns are those of `I(n)`")), last="definition of the trace"),
    Law("det-exp", "det(expm(A))", "exp(tr(A))", "A: square(n)", "A", "det(exp A) = exp(tr A)",
        "The function `det(expm(s A))` of s is 1 at s = 0, and its derivative is `tr(A)` times itself.", "Lax, Linear Algebra, ch. 9",
        rows=(("det(expm(A)) exp(tr(A)) exp(-tr(A))", "multiply and divide by `exp(tr(A))`"),),
        last="`det(expm(s A)) exp(-s tr(A))` is constant in s, and 1 at s = 0",
        cases=(
            Case("The left side for a rotation", "s: scalar", "det(expm([0, s; -s, 0]))", "s",
                 (("det([cos(s), sin(s); -sin(s), cos(s)])", "the exponential of a rotation's generator, by its series"),
                  ("cos(s)^2 + sin(s)^2", "ad − bc"), ("1", "at every s, and so at s = 1, where `A = [0, 1; -1, 0]`"))),
            Case("The right side for a rotation", "s: scalar", "exp(tr([0, s; -s, 0]))", "s",
                 (("exp(0)", "the diagonal is 0"), ("1", "the same"))),
        )),
    Law("adjugate-product", "adj(A) A", "det(A) I(n)", "A: invertible(n)", "A", "adj(A)A = det(A)I",
        "Expansion along a column; along a wrong one it is the determinant of a matrix with two equal columns, 0.",
        "Lax, Linear Algebra, ch. 5"),
)

_TRACE = (
    Law("trace-linear", "tr(A + c B)", "tr(A) + c tr(B)", "A: square(n); B: square(n); c: scalar", "A", "tr is linear",
        "A sum over the diagonal.", MN1,
        rows=(("sum(i, 1, n, A[i, i] + c B[i, i])", "definition of the trace"),
              ("sum(i, 1, n, A[i, i]) + c sum(i, 1, n, B[i, i])", "sums are linear")), last="definition of the trace"),
    Law("trace-transpose", "tr(A')", "tr(A)", "A: square(n)", "A", "tr M = tr M'", "The diagonal stays where it is.", MN1,
        rows=(("sum(i, 1, n, (A')[i, i])", "definition of the trace"), ("sum(i, 1, n, A[i, i])", "the diagonal stays")),
        last="definition of the trace"),
    Law("cyclic", "tr(A B)", "tr(B A)", "A: matrix(m, n); B: matrix(n, m)", "A", "cyclic",
        "Both are the sum of all `A[i, j] B[j, i]`.", MN1,
        rows=(("sum(i, 1, m, sum(j, 1, n, A[i, j] B[j, i]))", "diagonal entry i of `A B`"),
              ("sum(j, 1, n, sum(i, 1, m, B[j, i] A[i, j]))", "the other order")), last="diagonal entry j of `B A`"),
    Law("trace-cyclic-three", "tr(A B C)", "tr(C A B)", "A: matrix(m, n); B: matrix(n, p); C: matrix(p, m)", "A", "cyclic",
        "The trace of `A B` times `C`.", MN1, last="cyclic, for `A B` and `C`"),
    Law("trace-hadamard", "tr(A' B)", "sum(A .* B)", "A: matrix(m, n); B: matrix(m, n)", "A", "tr A'B = sum of aᵢⱼbᵢⱼ",
        "Diagonal entry j of `A' B` is the sum of `A[i, j] B[i, j]` over i.", MN1,
        rows=(("sum(j, 1, n, sum(i, 1, m, A[i, j] B[i, j]))", "diagonal entry j of `A' B`"),), last="the sum of all entries"),
    Law("trace-outer", "tr(x y')", "y' x", "x: vector(n); y: vector(n)", "x", "tr xy' = y'x", "Cyclic, and the trace of a 1×1 matrix.", MN1,
        rows=(("sum(i, 1, n, x[i] y[i])", "diagonal entry i of `x y'`"),), last="by entries"),
)

_INNER = (
    Law("inner-frobenius", "inner(A, B)", "tr(A' B)", "A: matrix(m, n); B: matrix(m, n)", "A", "`inner(A, B) = tr(A' B)`",
        "Both are the sum of all `A[i, j] B[i, j]`.", MN2,
        rows=(("sum(i, 1, m, sum(j, 1, n, A[i, j] B[i, j]))", "definition"),), last="diagonal entry j of `A' B`"),
    Law("inner-symmetric", "inner(A, B)", "inner(B, A)", "A: matrix(m, n); B: matrix(m, n)", "A", "⟨A, B⟩ = ⟨B, A⟩",
        "`tr(M) = tr(M')`.", MN2, rows=(("tr(A' B)", "`inner(A, B) = tr(A' B)`"), ("tr(B' A)", "tr M = tr M'")), last="definition"),
    Law("inner-linear", "inner(A + c B, C)", "inner(A, C) + c inner(B, C)",
        "A: matrix(m, n); B: matrix(m, n); C: matrix(m, n); c: scalar", "A", "⟨·, ·⟩ is linear", "tr is linear.", MN2,
        rows=(("tr((A + c B)' C)", "`inner(A, B) = tr(A' B)`"), ("tr(A' C) + c tr(B' C)", "tr is linear")), last="`inner(A, B) = tr(A' B)`"),
    Law("inner-positive", "inner(A, A)", "norm(A)^2", "A: matrix(m, n)", "A", "⟨A, A⟩ = ‖A‖²",
        "A sum of squares: never negative, and 0 only for `A = 0`.", MN2,
        rows=(("sum(i, 1, m, sum(j, 1, n, A[i, j]^2))", "definition"),), last="the Frobenius norm"),
    Law("adjoint", "inner(Y, A X B)", "inner(A' Y B', X)", "Y: matrix(m, q); A: matrix(m, n); X: matrix(n, p); B: matrix(p, q)",
        "X", "move every factor across the inner product", "Every factor moves across the inner product, transposed.", MN2,
        rows=(("tr(Y' A X B)", "`inner(A, B) = tr(A' B)`"), ("tr(B Y' A X)", "cyclic"), ("tr((A' Y B')' X)", "`(M N)' = N' M'`")),
        last="`inner(A, B) = tr(A' B)`"),
    Law("inner-vec", "inner(A, B)", "vec(A)' vec(B)", "A: matrix(m, n); B: matrix(m, n)", "A", "vec keeps the inner product",
        "Both are the sum of all `A[i, j] B[i, j]`.", MN2,
        rows=(("sum(i, 1, m, sum(j, 1, n, A[i, j] B[i, j]))", "definition"),), last="the same products, column by column"),
    Law("inner-product", "inner(A, X)", "tr((inv(M) A)' M X)", "A: matrix(n, p); X: matrix(n, p); M: spd(n)", "X",
        "another inner product", "In the inner product `tr(X' M Y)` the gradient is `inv(M)` times the usual one.",
        "Absil, Mahony & Sepulchre, Optimization Algorithms on Matrix Manifolds, ch. 3",
        rows=(("tr(A' X)", "`inner(A, B) = tr(A' B)`"), ("tr(A' inv(M) M X)", "`inv(M) M = I(n)`")), last="`M` is symmetric"),
    Law("structured-direction", "inner(A, S)", "inner(1/2 (A + A'), S)", "A: square(n); S: symmetric(n)", "A",
        "only the symmetric part is seen", "A symmetric direction does not see the skew part.", MN2,
        rows=(("1/2 inner(A, S) + 1/2 tr(A' S)", "`inner(A, S) = tr(A' S)`"), ("1/2 inner(A, S) + 1/2 tr(S' A)", "`tr(M) = tr(M')`"),
              ("1/2 inner(A, S) + 1/2 tr(A S)", "`S' = S`, cyclic")), last="`tr(A S) = inner(A', S)`, linear"),
    Law("polarization", "x' A y", "1/4 ((x + y)' A (x + y) - (x - y)' A (x - y))", "x: vector(n); y: vector(n); A: symmetric(n)",
        "x", "polarization", "A symmetric bilinear form is known from its values on the diagonal.", LAX,
        rows=(("1/4 (2 x' A y + 2 y' A x)", "`y' A x = x' A y`: `A` is symmetric"),
              ("1/4 ((x' A x + x' A y + y' A x + y' A y) - (x' A x - x' A y - y' A x + y' A y))", "add and subtract the squares")),
        last="multiply out, read backwards"),
    Law("squares", "x' A' A x", "norm(A x)^2", "x: vector(n); A: matrix(m, n)", "x", "x'A'Ax = ‖Ax‖²",
        "A square is never negative.", LAX, rows=(("(A x)' (A x)", "`(M N)' = N' M'`"),), last="`norm(u)^2 = u' u`"),
)

_VEC = (
    Law("vec-of-product", "vec(A X B)", "kron(B', A) vec(X)", "A: matrix(m, n); X: matrix(n, p); B: matrix(p, q)", "X",
        "vec(AXB) = (B' ⊗ A) vec X", "Column k of `A X B` is a combination of the columns of `A X`.", MN2,
        rows=(("sum(k, 1, q, kron(e(k, q), A X B[:, k]))", "the columns of `A X B`, stacked"),
              ("sum(k, 1, q, sum(j, 1, p, B[j, k] kron(e(k, q), A X[:, j])))", "column k of `A X B`"),
              ("sum(j, 1, p, kron((B')[:, j], A X[:, j]))", "the blocks for all k at once")),
        last="the columns of `X`, one after the other"),
    Law("kron-mixed", "kron(A, B) kron(C, E)", "kron(A C, B E)",
        "A: matrix(m, n); B: matrix(p, q); C: matrix(n, r); E: matrix(q, s)", "A", "(A ⊗ B)(C ⊗ E) = AC ⊗ BE",
        "Block i, j of the product is `B E` times an entry of `A C`.", MN2),
    Law("kron-transpose", "kron(A, B)'", "kron(A', B')", "A: matrix(m, n); B: matrix(p, q)", "A", "(A ⊗ B)' = A' ⊗ B'",
        "Block by block.", MN2),
    Law("partial-trace-first", "ptrace1(kron(A, B), B)", "tr(A) B", "A: square(k); B: matrix(m, n)", "B", "tr₁(A ⊗ B) = tr(A) B",
        "The diagonal blocks of `kron(A, B)` are the diagonal entries of `A` times `B`.", WATROUS,
        rows=(("sum(i, 1, k, kron(e(i, k), I(m))' kron(A, B) kron(e(i, k), I(n)))", "the sum of the diagonal blocks"),
              ("sum(i, 1, k, A[i, i] B)", "block i, i is `A[i, i] B`")), last="definition of the trace", runs="everywhere", told=False),
    Law("partial-trace-second", "ptrace2(kron(A, B), A)", "tr(B) A", "A: matrix(m, n); B: square(k)", "A", "tr₂(A ⊗ B) = tr(B) A",
        "The trace of block i, j of `kron(A, B)`, which is `A[i, j] B`.", WATROUS,
        rows=(("sum(i, 1, m, sum(j, 1, n, tr(kron(e(i, m), I(k))' kron(A, B) kron(e(j, n), I(k))) e(i, m) e(j, n)'))",
               "the traces of the blocks"),
              ("sum(i, 1, m, sum(j, 1, n, tr(A[i, j] B) e(i, m) e(j, n)'))", "block i, j is `A[i, j] B`")), last="tr is linear", runs="everywhere", told=False),
    Law("partial-trace-outer-first", "ptrace1(vec(A) vec(B)', zeros(m, n))", "A B'", "A: matrix(m, k); B: matrix(n, k)", "A",
        "tr₁(vec A vec(B)') = AB'", "Block i, i is column i of `A` times column i of `B`, transposed.", WATROUS,
        rows=(("sum(i, 1, k, A[:, i] B[:, i]')", "block i, i is column i of `A` times that of `B`, transposed"),),
        last="`A B'` column by column of `A` and of `B`", runs="everywhere", told=False),
    Law("partial-trace-outer-second", "ptrace2(vec(A) vec(B)', zeros(m, n))", "A' B", "A: matrix(k, m); B: matrix(k, n)", "A",
        "tr₂(vec A vec(B)') = A'B", "The trace of block i, j, which is column i of `A` times column j of `B`, transposed.", WATROUS,
        rows=(("sum(i, 1, m, sum(j, 1, n, tr(A[:, i] B[:, j]') e(i, m) e(j, n)'))", "block i, j is column i of `A` times column j of `B`, transposed"),
              ("sum(i, 1, m, sum(j, 1, n, A[:, i]' B[:, j] e(i, m) e(j, n)'))", "`tr(x y') = y' x`")), last="entry i, j of `A' B`", runs="everywhere", told=False),
    Law("hadamard-diag", "a .* x", "diag(a) x", "a: vector(n); x: vector(n)", "x", "a ∘ x = diag(a) x", "Entry i is `a[i] x[i]`.", MN2,
        rows=(("sum(i, 1, n, (a[i] x[i]) e(i, n))", "entry by entry"),), last="row i of `diag(a)` holds one entry alone"),
    Law("distributive", "A (B + C) F", "A B F + A C F", "A: matrix(m, n); B: matrix(n, p); C: matrix(n, p); F: matrix(p, q)", "B",
        "multiply out", "The product is linear in each factor.", MN1,
        rows=(("sum(i, 1, n, sum(j, 1, p, (B[i, j] + C[i, j]) A[:, i] F[j, :]'))", "by entries of the middle factor"),),
        last="sums are linear"),
)

_ROWS = (*_TRANSPOSITION, *_INVERSE, *_TRACE, *_INNER, *_VEC, *VECTORIZED, *KNOWN_FORMS, *EVERYDAY)

IDENTITIES: dict[str, Law] = {row.name: row for row in _ROWS}
"""By name, in the order of the catalogue."""
