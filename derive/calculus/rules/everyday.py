"""Laws that run wherever anything is written: what nobody writes down, and what a declared property does beside its neighbours.

By the head of a call, or by the heads of neighbours in a product of matrices: the name of a function, `1` for ones, `+` for a sum
of two, `*` for anything, each with a prime where it is transposed.  The first row that fits is taken.
"""

from __future__ import annotations

from derive.calculus.rules.law import Law

MN1 = "Magnus & Neudecker, Matrix Differential Calculus, ch. 1"
MN2 = "Magnus & Neudecker, Matrix Differential Calculus, ch. 2"
PENROSE = "Penrose (1955), A generalized inverse for matrices; Magnus & Neudecker, Matrix Differential Calculus, ch. 2"
HIGHAM = "Higham, Functions of Matrices, ch. 1"


def _silent(name: str, left: str, right: str, given: str, wrt: str, words: str, why: str, source: str = MN2) -> Law:
    """A row of which a reader is told nothing."""
    return Law(name, left, right, given, wrt, words, why, source, runs="everywhere", told=False)


def _told(name: str, left: str, right: str, given: str, tells: str, why: str, source: str, words: str = "") -> Law:
    """A row that runs where a reader is told of it: the equation `tells` is said, of the first letter that is given."""
    return Law(name, left, right, given, given.split(":")[0], words or tells, why, source, runs="everywhere", tells=tells)


CALLS: dict[str, tuple[Law, ...]] = {
    "sum": (
        _silent("sum-of-ones", "sum(ones(m, n))", "m n", "A: matrix(m, n)", "", "𝟏 has mn entries", "Each entry is 1."),
        _silent("sum-of-number", "sum(c)", "c", "c: scalar", "c", "the sum of one number", "There is one entry."),
        _silent("sum-of-weighted", "sum(diag(x) y)", "x' y", "x: vector(n); y: vector(n)", "x", "sum(diag(x)y) = x'y",
                "Entry i of `diag(x) y` is `x[i] y[i]`."),
        _silent("sum-of-products", "sum(x .* y)", "x' y", "x: vector(n); y: vector(n)", "x", "sum(x ∘ y) = x'y",
                "Both are the sum of all `x[i] y[i]`."),
        _silent("sum-of-entrywise", "sum(A .* B)", "inner(A, B)", "A: matrix(m, n); B: matrix(m, n)", "A", "sum(A ∘ B) = ⟨A, B⟩",
                "Both are the sum of all `A[i, j] B[i, j]`."),
    ),
    "mean": (
        _silent("mean-of-ones", "mean(ones(m, n))", "1", "A: matrix(m, n)", "", "the mean of ones", "Each entry is 1."),
        _silent("mean-of-number", "mean(c)", "c", "c: scalar", "c", "the mean of one number", "There is one entry."),
    ),
    "norm": (_silent("norm-of-zero", "norm(zeros(m, n))", "0", "A: matrix(m, n)", "", "‖0‖ = 0", "Each entry is 0."),),
    "tr": (_silent("trace-of-identity", "tr(I(n))", "n", "A: square(n)", "", "tr I = n", "The diagonal has n entries 1."),),
    "diag": (
        _silent("diagonal-of-ones", "diag(ones(n))", "I(n)", "x: vector(n)", "", "diag(𝟏) = I", "The diagonal of `I(n)` is 1."),
        _silent("ones-on-diagonal", "diag(ones(n, n))", "ones(n)", "x: vector(n)", "", "the diagonal of ones", "Each entry is 1."),
    ),
    "inner": (
        _silent("inner-of-numbers", "inner(a, c)", "a c", "a: scalar; c: scalar", "a", "⟨a, c⟩ = ac for numbers", "There is one entry."),
        _told("centred-inner", "inner(A - mean(A) ones(m, n), ones(m, n))", "0", "A: matrix(m, n)",
              "inner(A - mean(A) ones(m, n), ones(m, n)) = 0", "The sum of all entries is mn times their mean.", MN2),
    ),
    "hadamard": (
        _silent("ones-entrywise", "ones(m, n) .* A", "A", "A: matrix(m, n)", "A", "𝟏 ∘ A = A", "Each entry is multiplied by 1."),
        _silent("outer-ones-entrywise", "(ones(m) ones(n)') .* A", "A", "A: matrix(m, n)", "A", "𝟏𝟏' ∘ A = A", "Each entry is multiplied by 1."),
        _silent("reciprocal-entrywise", "(1 ./ A) .* B", "B ./ A", "A: matrix(m, n); B: matrix(m, n)", "A", "(1 ⊘ A) ∘ B = B ⊘ A",
                "Entry by entry `B[i, j] / A[i, j]`."),
    ),
    "powm": (
        _silent("root-as-power", "powm(A, 1/2)", "sqrtm(A)", "A: spd(n)", "A", "the power ½ is the square root",
                "The square of either is `A`, and both are positive definite.", HIGHAM),
        _silent("inverse-root-as-power", "powm(A, -1/2)", "inv(sqrtm(A))", "A: spd(n)", "A", "the power −½ is the inverse of the square root",
                "The powers of one matrix add up: `powm(A, 1/2) powm(A, -1/2) = I(n)`.", HIGHAM),
    ),
    "kron": (
        _silent("kron-numbers", "kron(a, c)", "a c", "a: scalar; c: scalar", "a", "a ⊗ c = ac", "There is one entry."),
        _silent("kron-number-before", "kron(c, A)", "c A", "A: matrix(m, n); c: scalar", "A", "c ⊗ A = cA", "There is one block."),
        _silent("kron-number-behind", "kron(A, c)", "c A", "A: matrix(m, n); c: scalar", "A", "A ⊗ c = cA", "Each block is one entry."),
        _silent("kron-of-identities", "kron(I(m), I(n))", "I(m*n)", "A: matrix(m, n)", "", "I ⊗ I = I", "The diagonal blocks are `I(n)`."),
    ),
}
"""By the function that is called."""

EITHER_WAY = frozenset({"hadamard", "inner"})
"""Functions whose two arguments may stand in either order."""

NEIGHBOURS: dict[tuple[str, ...], tuple[Law, ...]] = {
    ("diag", "diag"): (
        _silent("diagonals-together", "diag(x) diag(y)", "diag(x .* y)", "x: vector(n); y: vector(n)", "x", "diag(x)diag(y) = diag(x ∘ y)",
                "Diagonal entry i is `x[i] y[i]`."),
    ),
    ("diag", "1"): (
        _silent("diagonal-times-ones", "diag(x) ones(n)", "x", "x: vector(n)", "x", "diag(x)𝟏 = x", "Row i of `diag(x)` holds `x[i]` alone."),
    ),
    ("1'", "diag"): (
        _silent("ones-times-diagonal", "ones(n)' diag(x)", "x'", "x: vector(n)", "x", "𝟏'diag(x) = x'", "Column i holds `x[i]` alone."),
    ),
    ("1'", "1"): (
        _silent("ones-counted", "ones(n)' ones(n)", "n", "x: vector(n)", "", "𝟏'𝟏 = n", "A sum of n ones."),
    ),
    ("*'", "*"): (
        _told("orthonormal-columns", "Q' Q", "I(n)", "Q: stiefel(m, n)", "Q' Q = I(n)", "The columns are orthonormal.", MN1),
    ),
    ("*", "*'"): (
        _told("orthonormal-rows", "Q Q'", "I(n)", "Q: orthogonal(n)", "Q Q' = I(n)", "A square matrix that has `Q'` as left inverse has it as right inverse.", MN1),
    ),
    ("+'", "1"): (
        _told("centred-times-ones", "(x - mean(x) ones(n))' ones(n)", "0", "x: vector(n)", "(x - mean(x) ones(n))' ones(n) = 0",
              "The sum of all entries is n times their mean.", MN2),
    ),
    ("1'", "+"): (
        _told("ones-times-centred", "ones(n)' (x - mean(x) ones(n))", "0", "x: vector(n)", "(x - mean(x) ones(n))' ones(n) = 0",
              "The sum of all entries is n times their mean.", MN2),
    ),
}
"""By the heads of two or three neighbours in a product of matrices."""

_FIRST = "A pinv(A) A = A"
_WHY = "`A pinv(A) A = A`, transposed where `A'` stands: `A pinv(A)` and `pinv(A) A` are symmetric."
_GIVEN = "A: matrix(m, n)"
_LEFT, _RIGHT = "(I(m) - A pinv(A))", "(I(n) - pinv(A) A)"

PSEUDO_INVERSE: dict[tuple[str, ...], tuple[Law, ...]] = {
    ("*", "pinv", "*"): (
        _told("penrose-first", "A pinv(A) A", "A", _GIVEN, _FIRST, "The definition, Penrose's first equation.", PENROSE),
    ),
    ("pinv", "*", "pinv"): (
        _told("penrose-second", "pinv(A) A pinv(A)", "pinv(A)", _GIVEN, _FIRST, "The definition, Penrose's second equation.", PENROSE),
    ),
    ("*", "*", "pinv"): (_told("range-kept-behind", "A' A pinv(A)", "A'", _GIVEN, _FIRST, _WHY, PENROSE),),
    ("pinv", "*", "*"): (_told("range-kept-before", "pinv(A) A A'", "A'", _GIVEN, _FIRST, _WHY, PENROSE),),
    ("*'", "pinv"): (
        _told("penrose-fourth", "A' pinv(A')", "pinv(A) A", _GIVEN, "(pinv(A) A)' = pinv(A) A", "The definition, Penrose's fourth equation.", PENROSE),
    ),
    ("pinv", "*'"): (
        _told("penrose-third", "pinv(A') A'", "A pinv(A)", _GIVEN, "(A pinv(A))' = A pinv(A)", "The definition, Penrose's third equation.", PENROSE),
    ),
    ("pinv", "*"): (
        _told("left-inverse", "pinv(A) A", "I(n)", f"{_GIVEN}; |A: full-column-rank", "pinv(A) A = I(n)", "Then `pinv(A) = inv(A' A) A'`.", PENROSE),
    ),
    ("*", "pinv"): (
        _told("right-inverse", "A pinv(A)", "I(m)", f"{_GIVEN}; |A: full-row-rank", "A pinv(A) = I(m)", "Then `pinv(A) = A' inv(A A')`.", PENROSE),
    ),
    ("I+", "*"): (
        _told("off-the-range", f"{_LEFT} A", "zeros(m, n)", _GIVEN, _FIRST, _WHY, PENROSE),
        _told("off-the-rows-transposed", f"{_RIGHT} A'", "zeros(n, m)", _GIVEN, _FIRST, _WHY, PENROSE),
    ),
    ("I+", "pinv"): (
        _told("off-the-rows", f"{_RIGHT} pinv(A)", "zeros(n, m)", _GIVEN, _FIRST, _WHY, PENROSE),
        _told("off-the-range-transposed", f"{_LEFT} pinv(A')", "zeros(m, n)", _GIVEN, _FIRST, _WHY, PENROSE),
    ),
    ("pinv", "I+"): (
        _told("range-then-off", f"pinv(A) {_LEFT}", "zeros(n, m)", _GIVEN, _FIRST, _WHY, PENROSE),
        _told("rows-then-off-transposed", f"pinv(A') {_RIGHT}", "zeros(m, n)", _GIVEN, _FIRST, _WHY, PENROSE),
    ),
    ("*", "I+"): (
        _told("rows-then-off", f"A {_RIGHT}", "zeros(m, n)", _GIVEN, _FIRST, _WHY, PENROSE),
        _told("range-then-off-transposed", f"A' {_LEFT}", "zeros(n, m)", _GIVEN, _FIRST, _WHY, PENROSE),
    ),
}
"""What the pseudo-inverse cancels, by the heads of neighbours; where two fit, the longer one is taken."""

DECLARED: dict[str, Law] = {
    "symmetric": _told("symmetric", "A'", "A", "A: symmetric(n)", "A' = A", "The definition of symmetric.", MN1),
    "skew": _told("skew", "A'", "-A", "A: skew(n)", "A' = -A", "The definition of skew.", MN1),
    "orthogonal": _told("orthogonal", "inv(Q)", "Q'", "Q: orthogonal(n)", "Q Q' = I(n)", "`Q Q' = I(n)`.", MN1),
}
"""What a property says of a letter's transpose or inverse."""

SUMS: tuple[Law, ...] = (
    _silent("entries-gathered", "sum(i, 1, n, x[i] e(i, n))", "x", "x: vector(n)", "x", "Σ xᵢeᵢ = x", "Entry i is `x[i]`."),
    _silent("diagonal-gathered", "sum(i, 1, n, x[i] e(i, n) e(i, n)')", "diag(x)", "x: vector(n)", "x", "Σ xᵢeᵢeᵢ' = diag(x)",
            "Diagonal entry i is `x[i]`."),
)
"""Sums over unit vectors; what stands for `x[i]` may be any number in which the index stands (`laws/unit_sums`)."""

EVERYDAY: tuple[Law, ...] = (
    *(row for table in (CALLS, NEIGHBOURS, PSEUDO_INVERSE) for rows in table.values() for row in rows), *DECLARED.values(), *SUMS,
)
