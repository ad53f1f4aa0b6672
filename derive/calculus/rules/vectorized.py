"""Laws of stacked columns, vec f(X) = M vec(X): how a linear function becomes a matrix.

A row whose left side is no vec says what the function is written as first.  Products, sums and blocks, which are no functions of the table,
are in `linear/matrix.py`.  `linear/matrix` fills the rows in the order in which they stand; X is the letter that holds the direction.
"""

from __future__ import annotations

from derive.calculus.rules.law import Law

MN2 = "Magnus & Neudecker, Matrix Differential Calculus, ch. 2"
MN3 = "Magnus & Neudecker, Matrix Differential Calculus, ch. 3"
LAX = "Lax, Linear Algebra, ch. 7"
WATROUS = "Watrous, The Theory of Quantum Information (2018), ch. 1"
KOLDA = "Kolda & Bader, Tensor Decompositions and Applications, SIAM Review 51 (2009)"
HIGHAM6 = "Higham, Functions of Matrices (2008), ch. 6"
HIGHAM10 = "Higham, Functions of Matrices (2008), ch. 3 and 10"


def _law(name: str, left: str, right: str, given: str, words: str, why: str, source: str, wrt: str = "X", example: str = "") -> Law:
    """A row whose words stand beside the line."""
    return Law(name, left, right, given, wrt, words, why, source, runs="vectorized", example=example)


def _silent(name: str, left: str, right: str, given: str, words: str, why: str, source: str, wrt: str = "X", example: str = "") -> Law:
    """A row of which a reader is told nothing."""
    return Law(name, left, right, given, wrt, words, why, source, runs="vectorized", told=False, example=example)


_BLOCKS = "the upper right block of f at `[kron(A', I(n)), kron(I(n), I(n)); zeros(n*n, n*n), kron(I(n), A)]` is " \
          "the sum of the matrices of the terms `A X A`, for each term of the series of f: `kron(A', I(n))` and `kron(I(n), A)` commute"


def _frechet(function: str, given: str) -> Law:
    """The matrix of X ↦ L(A, X), the derivative of a function of matrices."""
    return _law(
        f"vec-of-frechet-{function}", f"vec(frechet_{function}(A, X))",
        f"[I(n*n), zeros(n*n, n*n)] {function}([kron(A', I(n)), I(n*n); zeros(n*n, n*n), kron(I(n), A)]) [zeros(n*n, n*n); I(n*n)] vec(X)",
        given, "vec of a product, term by term of the series",
        "`vec(A X B) = kron(B', A) vec(X)` in each term of the series; " + _BLOCKS + ".", HIGHAM10,
    )


def _triangle(function: str, what: str) -> Law:
    """A part of a matrix: each of its entries times 0 or 1."""
    return _silent(f"vec-of-{function}", f"vec({function}(X))", f"diag(vec({function}(ones(n, n)))) vec(X)", "X: square(n)",
                f"{what}: 0 or 1 times every entry", "Every entry stays or becomes 0.", MN3)


_ROWS = (
    _law("vec-entrywise", "vec(A .* X)", "diag(vec(A)) vec(X)", "A: matrix(m, n); X: matrix(m, n)", "vec(A ∘ X) = diag(vec A) vec X",
         "Entry by entry.", MN3),
    _law("vec-entrywise-second", "vec(X .* A)", "diag(vec(A)) vec(X)", "A: matrix(m, n); X: matrix(m, n)", "vec(A ∘ X) = diag(vec A) vec X",
         "Entry by entry.", MN3),
    _law("vec-of-quotient", "vec(X ./ A)", "diag(vec(ones(m, n) ./ A)) vec(X)", "A: matrix(m, n); X: matrix(m, n)",
         "vec(A ∘ X) = diag(vec A) vec X", "Entry by entry.", MN3),
    _silent("quotient-of-number", "x ./ A", "x (ones(m, n) ./ A)", "x: scalar; A: matrix(m, n)", "the number stands in every entry", "Entry by entry.", MN3,
         wrt="x", example="X: matrix(m, n); A: matrix(m, n) | sum(X) ./ A"),
    _silent("vec-of-vec", "vec(vec(X))", "vec(X)", "X: matrix(m, n)", "one column is stacked already", "A definition.", MN2),
    _silent("vec-of-unvec", "vec(unvec(x, zeros(m, n)))", "x", "x: vector(m*n); A: matrix(m, n)", "unvec undoes vec", "A definition.", MN2, wrt="x"),
    _silent("vec-of-partial-trace-first", "ptrace1(X, zeros(m, n))", "sum(k, 1, r, kron(e(k, r), I(m))' X kron(e(k, r), I(n)))", "X: matrix(r*m, r*n)",
         "the sum of the diagonal blocks", "A definition.", WATROUS),
    _silent("vec-of-partial-trace-second", "ptrace2(X, zeros(m, n))", "sum(k, 1, r, kron(I(m), e(k, r))' X kron(I(n), e(k, r)))", "X: matrix(m*r, n*r)",
         "the traces of the blocks", "Entry i, i of every block, and their sum.", WATROUS),
    _silent("vec-of-sylvester", "vec(sylvester(A, X))", "inv(kron(I(n), A) + kron(A', I(n))) vec(X)", "A: spd(n); X: square(n)",
         "vec of the equation A L + L A = X", "`vec(A L + L A) = (kron(I(n), A) + kron(A', I(n))) vec(L)`.", HIGHAM6),
    _frechet("expm", "A: square(n); X: square(n)"),
    _frechet("logm", "A: spd(n); X: square(n)"),
    _silent("vec-of-cross", "cross(a, x)", "crossmat(a) x", "a: vector(3); x: vector(3)", "a × x = cross(a) x", "A definition.", LAX, wrt="x"),
    _silent("vec-of-cross-second", "cross(x, a)", "-crossmat(a) x", "a: vector(3); x: vector(3)", "x × a = −cross(a) x", "`cross(x, a) = -cross(a, x)`.",
         LAX, wrt="x"),
    _silent("vec-of-crossmat", "vec(crossmat(x))", "[0, 0, 0; 0, 0, 1; 0, -1, 0; 0, 0, -1; 0, 0, 0; 1, 0, 0; 0, 1, 0; -1, 0, 0; 0, 0, 0] x", "x: vector(3)",
         "where the entries of a vector stand in its cross matrix", "Each entry stands twice, with opposite signs.", LAX, wrt="x"),
    _law("vec-of-kronecker", "vec(kron(A, X))", "kron(I(n), kron(commutation(q, m), I(p))) kron(vec(A), I(p*q)) vec(X)",
         "A: matrix(m, n); X: matrix(p, q)", "vec(A ⊗ X) = (I ⊗ K ⊗ I)(vec A ⊗ vec X)", "Column by column.", MN3 + ", thm. 10"),
    _law("vec-of-kronecker-first", "vec(kron(X, A))", "kron(I(n), kron(commutation(q, m), I(p))) kron(I(m*n), vec(A)) vec(X)",
         "X: matrix(m, n); A: matrix(p, q)", "vec(A ⊗ X) = (I ⊗ K ⊗ I)(vec A ⊗ vec X)", "Column by column.", MN3 + ", thm. 10"),
    _law("vec-of-khatri-rao", "vec(khatrirao(X, A))", "sum(j, 1, n, kron(e(j, n) e(j, n)', kron(I(m), A[:, j]))) vec(X)", "X: matrix(m, n); A: matrix(p, n)",
         "vec(X ⊙ A) = Σ (eⱼeⱼ' ⊗ I ⊗ aⱼ) vec X", "Column j is `kron(X[:, j], A[:, j])`.", KOLDA),
    _law("vec-of-khatri-rao-second", "vec(khatrirao(A, X))", "sum(j, 1, n, kron(e(j, n) e(j, n)', kron(A[:, j], I(p)))) vec(X)", "A: matrix(m, n); X: matrix(p, n)",
         "vec(A ⊙ X) = Σ (eⱼeⱼ' ⊗ aⱼ ⊗ I) vec X", "Column j is `kron(A[:, j], X[:, j])`.", KOLDA),
    _law("vec-of-diagonal", "vec(diag(x))", "sum(i, 1, n, kron(e(i, n), e(i, n)) e(i, n)') x", "x: vector(n)", "vec diag(u) = Σ (eᵢ ⊗ eᵢ) uᵢ",
         "Column i of `diag(x)` is `x[i] e(i, n)`.", MN3, wrt="x"),
    _law("vec-of-diagonal-taken", "diag(X)", "sum(i, 1, n, e(i, n) kron(e(i, n), e(i, n))') vec(X)", "X: square(n)",
         "diag(M) = Σ eᵢ(eᵢ ⊗ eᵢ)' vec M", "Entry i is `X[i, i]`.", MN3),
    _triangle("tril", "the lower triangle"),
    _triangle("triu", "the upper triangle"),
    _triangle("stril", "what is below the diagonal"),
    _triangle("striu", "what is above the diagonal"),
    _silent("symmetric-part", "sym(X)", "1/2 (X + X')", "X: square(n)", "sym X = ½(X + X')", "A definition.", LAX),
    _silent("skew-part", "skewpart(X)", "1/2 (X - X')", "X: square(n)", "skew X = ½(X − X')", "A definition.", LAX),
)

VECTORIZED: tuple[Law, ...] = _ROWS
