"""Laws that run, by which a result is written in the form in which people know it: entry by entry, of diag, of blocks, of inverses.

A row with `each` is about numbers and holds of vectors and matrices entry by entry.  The order counts where two rows fit.
"""

from __future__ import annotations

from derive.calculus.rules.law import Law

MN1 = "Magnus & Neudecker, Matrix Differential Calculus, ch. 1"
MN2 = "Magnus & Neudecker, Matrix Differential Calculus, ch. 2"
AS4 = "Abramowitz & Stegun, Handbook of Mathematical Functions, ch. 4"
PRML = "Bishop, Pattern Recognition and Machine Learning, ch. 4"

ENTRYWISE = (
    Law("sinh-over-cosh", "sinh(x) / cosh(x)", "tanh(x)", "x: scalar", "x", "sinh/cosh = tanh", "The definition of tanh.", AS4,
        runs="always", each=True, example="x: vector(n) | sum(log(cosh(x)))"),
    Law("tanh-of-exponentials", "(exp(x) - exp(-x)) / (exp(x) + exp(-x))", "tanh(x)", "x: scalar", "x", "(eˣ − e⁻ˣ)/(eˣ + e⁻ˣ) = tanh(x)",
        "The definition of tanh.", AS4, runs="always", each=True, example="x: vector(n) | sum(log(exp(x) + exp(-x)))"),
    Law("tanh-of-doubled", "(1 - exp(2 x)) / (1 + exp(2 x))", "-tanh(x)", "x: scalar", "x", "(1 − e²ˣ)/(1 + e²ˣ) = −tanh(x)",
        "Divide above and below by `exp(x)`.", AS4, runs="results", each=True, example="w: vector(n); x: vector(n) | w' ((ones(n) - exp(2 x)) ./ (ones(n) + exp(2 x)))"),
    Law("sigmoid-of-exponentials", "exp(x) / (1 + exp(x))", "sigmoid(x)", "x: scalar", "x", "eˣ/(1 + eˣ) = σ(x)",
        "Divide above and below by `exp(x)`.", PRML, runs="always", each=True, example="x: vector(n) | sum(log(ones(n) + exp(x)))"),
    Law("sigmoid-defined", "1 / (1 + exp(-x))", "sigmoid(x)", "x: scalar", "x", "1/(1 + e⁻ˣ) = σ(x)", "The definition of the sigmoid.", PRML,
        runs="always", each=True, example="x: vector(n); a: vector(n) | a' (1 ./ (ones(n) + exp(-x)))"),
    Law("sigmoid-turned", "exp(-x) sigmoid(x)", "sigmoid(-x)", "x: scalar", "x", "e⁻ˣσ(x) = σ(−x)", "Both are `1/(1 + exp(x))`.", PRML,
        runs="always", each=True),
    Law("one-minus-sigmoid", "1 - sigmoid(-x)", "sigmoid(x)", "x: scalar", "x", "1 − σ(−x) = σ(x)",
        "`sigmoid(-x) = 1/(1 + exp(x))`, and `1 - 1/(1 + exp(x)) = exp(x)/(1 + exp(x))`.", PRML,
        runs="always", each=True, example="x: vector(n) | -sum(log(sigmoid(-x)))"),
    Law("sign-over-absolute", "sign(x) / abs(x)", "1 / x", "x: scalar", "x", "sign(x)/|x| = 1/x", "`x = sign(x) abs(x)`.", AS4,
        runs="always", each=True, example="x: scalar | log(abs(x))"),
    Law("sign-times-absolute", "sign(x) abs(x)", "x", "x: scalar", "x", "sign(x)|x| = x", "A number is its sign times its absolute value.", AS4,
        runs="always", each=True, example="x: vector(n) | sum(abs(x) .* abs(x))"),
    Law("sine-over-cosine", "sin(x) / cos(x)", "tan(x)", "x: scalar", "x", "sin/cos = tan", "The definition of tan.", AS4,
        runs="results", each=True, example="x: vector(n) | sum(log(cos(x)))"),
    Law("circle", "cos(x)^2 + sin(x)^2", "1", "x: scalar", "x", "cos² + sin² = 1", "A point of the unit circle.", AS4,
        runs="always", each=True, example="w: vector(n); x: vector(n) | w' (cos(x) .* cos(x) + sin(x) .* sin(x))"),
    Law("hyperbola", "cosh(x)^2 - sinh(x)^2", "1", "x: scalar", "x", "cosh² − sinh² = 1", "A point of the unit hyperbola.", AS4,
        runs="always", each=True, example="w: vector(n); x: vector(n) | w' (cosh(x) .* cosh(x) - sinh(x) .* sinh(x))"),
    Law("log-exp", "log(exp(x))", "x", "x: scalar", "x", "log eˣ = x", "The logarithm is the inverse of the exponential.", AS4,
        runs="results", each=True, example="w: vector(n); x: vector(n) | w' log(exp(x))"),
    Law("exp-log", "exp(log(x))", "x", "x: positive", "x", "e^{log x} = x", "The exponential is the inverse of the logarithm.", AS4,
        runs="results", each=True, example="w: vector(n); x: vector(n); |x: positive | w' exp(log(x))"),
)

INVERSES = (
    Law("inverse-cancels", "M inv(M)", "I(n)", "M: square(n)", "M", "MM⁻¹ = I", "The definition of the inverse.", MN1, runs="always",
        example="x: vector(p); y: vector(p); A: matrix(p, n); B: matrix(n, p) | x' A B inv(A B) y"),
    Law("adjugate-over-determinant", "adj(A') / det(A)", "inv(A')", "A: square(n)", "A", "adj(A')/det(A) = (A')⁻¹",
        "`adj(A) A = det(A) I(n)`, and `det(A') = det(A)`.", MN1, runs="results", example="X: square(n) | log(det(X)^2)"),
    Law("inverse-absorbs-behind", "A inv(B A)", "inv(B)", "A: square(n); B: square(n); |B: one-factor", "A", "A(BA)⁻¹ = B⁻¹",
        "`inv(B A) = inv(A) inv(B)`.", MN1, rows=(("A inv(A) inv(B)", "`inv(B A) = inv(A) inv(B)`"),), last="`A inv(A) = I(n)`",
        runs="always", example="B: invertible(n); A: invertible(n) | tr(inv(A B) A)"),
    Law("inverse-absorbs-before", "inv(A B) A", "inv(B)", "A: square(n); B: square(n); |B: one-factor", "A", "(AB)⁻¹A = B⁻¹",
        "`inv(A B) = inv(B) inv(A)`.", MN1, rows=(("inv(B) inv(A) A", "`inv(A B) = inv(B) inv(A)`"),), last="`inv(A) A = I(n)`",
        runs="always"),
    Law("inverse-absorbs-both", "A inv(B C A) B", "inv(C)", "A: square(n); B: square(n); C: square(n); |C: one-factor", "A", "A(BCA)⁻¹B = C⁻¹",
        "`inv(B C A) = inv(A) inv(C) inv(B)`.", MN1, rows=(("A inv(A) inv(C) inv(B) B", "`inv(B C A) = inv(A) inv(C) inv(B)`"),),
        last="`A inv(A) = I(n)`, `inv(B) B = I(n)`", runs="always", example="X: square(n); A: square(n); B: square(n) | det(A X B)"),
    Law("rest-of-identity", "I(n) - A inv(A + B)", "B inv(A + B)", "A: square(n); B: square(n)", "A", "I − A(A + B)⁻¹ = B(A + B)⁻¹",
        "`I(n) = (A + B) inv(A + B)`.", MN1, rows=(("(A + B) inv(A + B) - A inv(A + B)", "`I(n) = (A + B) inv(A + B)`"),),
        last="the rest of the sum", runs="always"),
    Law("rest-of-identity-before", "I(n) - inv(A + B) A", "inv(A + B) B", "A: square(n); B: square(n)", "A", "I − (A + B)⁻¹A = (A + B)⁻¹B",
        "`I(n) = inv(A + B) (A + B)`.", MN1, rows=(("inv(A + B) (A + B) - inv(A + B) A", "`I(n) = inv(A + B) (A + B)`"),),
        last="the rest of the sum", runs="always"),
    Law("pseudo-inverse-projected", "A pinv(A) pinv(A')", "pinv(A')", "A: matrix(m, n)", "A", "AA⁺(A')⁺ = (A')⁺",
        "The transpose of `pinv(A) A pinv(A) = pinv(A)`.", MN1, last="transpose `pinv(A) A pinv(A) = pinv(A)`", runs="always"),
    Law("pseudo-inverse-projected-behind", "pinv(A') pinv(A) A", "pinv(A')", "A: matrix(m, n)", "A", "(A')⁺A⁺A = (A')⁺",
        "The transpose of `pinv(A) A pinv(A) = pinv(A)`.", MN1, last="transpose `pinv(A) A pinv(A) = pinv(A)`", runs="always"),
    Law("corner-of-inverse", "[I(n), zeros(n, m)] inv([A, B; C, E]) [I(n); zeros(m, n)]", "inv(A - B inv(E) C)",
        "A: square(n); B: matrix(n, m); C: matrix(m, n); E: invertible(m)", "A", "the corner of the inverse: Schur complement",
        "Eliminate the second block of unknowns.", "Horn & Johnson, Matrix Analysis, ch. 0", runs="always"),
    Law("other-corner-of-inverse", "[zeros(m, n), I(m)] inv([A, B; C, E]) [zeros(n, m); I(m)]", "inv(E - C inv(A) B)",
        "A: invertible(n); B: matrix(n, m); C: matrix(m, n); E: square(m)", "E", "the corner of the inverse: Schur complement",
        "Eliminate the first block of unknowns.", "Horn & Johnson, Matrix Analysis, ch. 0", runs="always"),
)

DIAGONALS = (
    Law("diag-of-sandwich", "diag(A diag(x) B)", "(A .* B') x", "A: matrix(m, n); x: vector(n); B: matrix(n, m)", "x",
        "diag(A diag(x) B) = (A ∘ B')x", "Entry i is the sum of `A[i, j] x[j] B[j, i]` over j.", MN2,
        rows=(("sum(i, 1, m, sum(j, 1, n, A[i, j] x[j] B[j, i]) e(i, m))", "diagonal entry i of `A diag(x) B`"),
              ("sum(i, 1, m, sum(j, 1, n, (A .* B')[i, j] x[j]) e(i, m))", "`B[j, i]` is entry i, j of `B'`")),
        last="row i of `A .* B'` times `x`", runs="always",
        example="x: vector(n); A: square(n); B: square(n); c: vector(n) | c' diag(A diag(x) B)"),
    Law("diagonal-of-kronecker", "sum(i, 1, n, e(i, n) kron(e(i, n), e(i, n))') kron(A, B) sum(j, 1, n, kron(e(j, n), e(j, n)) e(j, n)')",
        "A .* B", "A: square(n); B: square(n)", "A", "the diagonal entries of A ⊗ B: A ∘ B",
        "Row i, i and column j, j of `kron(A, B)` meet in `A[i, j] B[i, j]`.", MN2,
        rows=(("sum(i, 1, n, sum(j, 1, n, A[i, j] B[i, j] e(i, n) e(j, n)'))", "row i, i and column j, j of `kron(A, B)`"),),
        last="entry by entry", runs="always"),
    Law("diag-of-outer", "diag(x y')", "x .* y", "x: vector(n); y: vector(n)", "x", "diag(xy') = x ∘ y", "Entry i is `x[i] y[i]`.", MN2,
        rows=(("sum(i, 1, n, (x[i] y[i]) e(i, n))", "diagonal entry i of `x y'`"),), last="entry by entry", runs="always"),
    Law("diag-of-diagonal", "diag(diag(x))", "x", "x: vector(n)", "x", "diag(diag(x)) = x", "The diagonal of a diagonal matrix.", MN2,
        rows=(("sum(i, 1, n, x[i] e(i, n))", "entry i of the diagonal"),), last="`x` by its entries", runs="always"),
    Law("diag-of-row-scaled", "diag(diag(x) A)", "x .* diag(A)", "x: vector(n); A: square(n)", "x", "diag(diag(x)A) = x ∘ diag(A)",
        "Row i of `diag(x) A` is `x[i]` times row i of `A`.", MN2,
        rows=(("sum(i, 1, n, (x[i] A[i, i]) e(i, n))", "diagonal entry i"),), last="entry by entry", runs="always"),
    Law("diag-of-column-scaled", "diag(A diag(x))", "x .* diag(A)", "x: vector(n); A: square(n)", "x", "diag(A diag(x)) = x ∘ diag(A)",
        "Column i of `A diag(x)` is `x[i]` times column i of `A`.", MN2,
        rows=(("sum(i, 1, n, (x[i] A[i, i]) e(i, n))", "diagonal entry i"),), last="entry by entry", runs="always"),
    Law("diag-of-two", "diag(A B)", "(A .* B') ones(n)", "A: matrix(m, n); B: matrix(n, m)", "A", "diag(AB) = (A ∘ B')𝟏",
        "Entry i is the sum of `A[i, j] B[j, i]` over j.", MN2, last="the sum of `A[i, j] B[j, i]` over j"),
    Law("diag-of-transposed", "diag(A')", "diag(A)", "A: square(n)", "A", "diag(A') = diag(A)", "The diagonal stays where it is.", MN2,
        last="the diagonal stays where it is", runs="always", example="c: vector(n); A: square(n) | c' diag(A')"),
    Law("lower-part-of-upper", "tril(A diag(x))", "diag(x .* diag(A))", "A: upper(n); x: vector(n)", "x",
        "the lower part of an upper triangle: its diagonal", "Below the diagonal `A diag(x)` is 0.", MN2,
        last="below the diagonal all is 0", runs="results"),
    Law("upper-part-of-lower", "triu(diag(x) A)", "diag(x .* diag(A))", "A: lower(n); x: vector(n)", "x",
        "the upper part of a lower triangle: its diagonal", "Above the diagonal `diag(x) A` is 0.", MN2,
        last="above the diagonal all is 0", runs="results"),
    Law("entrywise-square", "A .* (A .* B)", "A .^ 2 .* B", "A: matrix(m, n); B: matrix(m, n)", "A", "A ∘ (A ∘ B) = A^∘2 ∘ B", "Entry by entry.", MN2,
        last="entry by entry", runs="results", told=False),
    Law("rows-scaled", "A .* (x ones(n)')", "diag(x) A", "A: matrix(m, n); x: vector(m)", "x", "A ∘ x𝟏' = diag(x)A",
        "Row i of `A` times `x[i]`.", MN2, rows=(("sum(i, 1, m, x[i] e(i, m) A[i, :]')", "row i of `x ones(n)'` is `x[i]` everywhere"),),
        last="row i of `A` times `x[i]`", runs="results"),
    Law("columns-scaled", "A .* (ones(m) x')", "A diag(x)", "A: matrix(m, n); x: vector(n)", "x", "A ∘ 𝟏x' = A diag(x)",
        "Column j of `A` times `x[j]`.", MN2, rows=(("sum(j, 1, n, x[j] A[:, j] e(j, n)')", "column j of `ones(m) x'` is `x[j]` everywhere"),),
        last="column j of `A` times `x[j]`", runs="results"),
    Law("triangles-put-together", "tril(A) + triu(A) - diag(diag(A))", "A", "A: square(n)", "A", "the two triangles make the matrix",
        "The diagonal stands in both triangles.", MN2, last="the diagonal stands in both triangles", runs="always", told=False),
    Law("diagonals-subtracted", "diag(x) - diag(y)", "diag(x - y)", "x: vector(n); y: vector(n)", "x", "diag is linear",
        "Entry by entry.", MN2, last="the diagonals are subtracted", runs="results"),
    Law("diagonals-added", "diag(x) + diag(y)", "diag(x + y)", "x: vector(n); y: vector(n)", "x", "diag is linear",
        "Entry by entry.", MN2, last="the diagonals are added", runs="results"),
    Law("inverse-of-diagonal", "inv(diag(x))", "diag(1 ./ x)", "x: vector(n)", "x", "diag(x)⁻¹ = diag(1 ⊘ x)",
        "`diag(x) diag(1 ./ x) = I(n)`.", MN2, last="the product of the two is `I(n)`", runs="results",
        example="x: vector(n); y: vector(n) | y' inv(diag(x)) y"),
    Law("diagonal-times", "diag(x) y", "x .* y", "x: vector(n); y: vector(n)", "x", "diag(x)y = x ∘ y", "Entry i is `x[i] y[i]`.", MN2,
        rows=(("sum(i, 1, n, (x[i] y[i]) e(i, n))", "row i of `diag(x)` holds one entry alone"),), last="entry by entry", runs="results",
        example="x: vector(n); y: vector(n) | y' exp(x)"),
    Law("entrywise-unit", "x .* e(i, n)", "x[i] e(i, n)", "x: vector(n); i: integer", "x", "x ∘ eᵢ = xᵢeᵢ", "The other entries are 0.", MN2,
        last="the other entries are 0", runs="results"),
)

SUMS = (
    Law("softmax-defined", "(1 / sum(exp(x))) exp(x)", "softmax(x)", "x: vector(n)", "x", "eˣ/Σeˣ = softmax", "The definition of softmax.", PRML,
        runs="always", told=False, example="x: vector(n) | log(sum(exp(x)))"),
    Law("softmax-entry", "exp(x[i]) / sum(exp(x))", "softmax(x)[i]", "x: vector(n); i: integer", "x", "eˣ/Σeˣ = softmax",
        "The definition of softmax.", PRML),
    Law("softmax-sum", "sum(softmax(x))", "1", "x: vector(n)", "x", "the entries of softmax sum to 1", "Each is divided by their sum.", PRML,
        rows=(("sum(exp(x)) / sum(exp(x))", "`softmax(x) = exp(x) / sum(exp(x))`"),), last="a number by itself", runs="always",
        example="x: vector(n) | sum(x .* x) sum(softmax(x))"),
    Law("softmax-sum-row", "ones(n)' softmax(x)", "1", "x: vector(n)", "x", "the entries of softmax sum to 1", "Each is divided by their sum.",
        PRML, rows=(("sum(softmax(x))", "`ones(n)' y = sum(y)`"),), last="the entries of softmax sum to 1", runs="always"),
    Law("softmax-sum-column", "softmax(x)' ones(n)", "1", "x: vector(n)", "x", "the entries of softmax sum to 1", "Each is divided by their sum.",
        PRML, rows=(("sum(softmax(x))", "`y' ones(n) = sum(y)`"),), last="the entries of softmax sum to 1", runs="always",
        example="x: vector(n); a: positive | sum(softmax(x)) + a sum(x)"),
    Law("trace-against-identity", "inner(A, I(n))", "tr(A)", "A: square(n)", "A", "⟨A, I⟩ = tr A", "`inner(A, B) = tr(A' B)`.", MN2,
        rows=(("tr(A' I(n))", "`inner(A, B) = tr(A' B)`"), ("tr(A')", "`A' I(n) = A'`")), last="tr M = tr M'", runs="always"),
    Law("trace-of-identity-against", "inner(I(n), A)", "tr(A)", "A: square(n)", "A", "⟨I, A⟩ = tr A", "`inner(A, B) = tr(A' B)`.", MN2,
        rows=(("tr(I(n)' A)", "`inner(A, B) = tr(A' B)`"),), last="`I(n)' A = A`", runs="always"),
)

NORMS = (
    Law("root-of-square", "sqrt(x' x)", "norm(x)", "x: vector(n)", "x", "√(x'x) = ‖x‖", "The definition of the norm.", MN2, runs="results", told=False),
    Law("norm-of-rotated", "norm(U A)", "norm(A)", "U: stiefel(m, n); A: matrix(n, k)", "A", "‖UA‖ = ‖A‖ for U'U = I",
        "`norm(U A)^2 = tr(A' U' U A)`.", MN2, rows=(("sqrt(tr(A' U' U A))", "`norm(M)^2 = tr(M' M)`"),), last="`U' U = I(n)`", runs="always"),
    Law("norm-of-rotated-behind", "norm(A V')", "norm(A)", "A: matrix(k, n); V: stiefel(m, n)", "A", "‖AV'‖ = ‖A‖ for V'V = I",
        "`norm(A V')^2 = tr(A V' V A')`.", MN2, rows=(("sqrt(tr(A V' V A'))", "`norm(M)^2 = tr(M M')`"),), last="`V' V = I(n)`", runs="always"),
    Law("norm-of-diagonal", "norm(diag(x))", "norm(x)", "x: vector(n)", "x", "‖diag(x)‖ = ‖x‖", "The other entries are 0.", MN2,
        last="the entries beside the diagonal are 0", runs="always"),
)

ENTRIES = (
    Law("entry-of-row", "x' e(i, n)", "x[i]", "x: vector(n); i: integer", "x", "x'eᵢ = xᵢ", "The others are multiplied by 0.", MN2,
        last="the others are multiplied by 0", runs="results", told=False),
    Law("entry-of-column", "e(i, n)' x", "x[i]", "x: vector(n); i: integer", "x", "eᵢ'x = xᵢ", "The others are multiplied by 0.", MN2,
        last="the others are multiplied by 0", runs="results", told=False),
)

GVL = "Golub & Van Loan, Matrix Computations"

FACTORIZATIONS = (
    Law("singular-values-put-together", "svd_u(A) diag(svd_s(A)) svd_v(A)'", "A", "A: matrix(m, n)", "A", "U diag(s)V' = A",
        "The singular value decomposition.", GVL, runs="results", sizes="m >= n"),
    Law("norm-of-singular-values", "norm(svd_s(A))", "norm(A)", "A: matrix(m, n)", "A", "‖s‖ = ‖A‖", "The norm of `A` is that of `diag(svd_s(A))`.", GVL,
        runs="results", sizes="m >= n"),
    Law("triangular-factors-put-together", "qr_q(A) qr_r(A)", "A", "A: matrix(m, n); |A: full-column-rank", "A", "QR = A", "The QR factorization.", GVL,
        runs="results", sizes="m >= n"),
    Law("cholesky-put-together", "cholesky(S) cholesky(S)'", "S", "S: spd(n)", "S", "LL' = S", "The Cholesky factorization.", GVL, runs="results"),
    Law("inverse-of-cholesky", "inv(cholesky(S))' inv(cholesky(S))", "inv(S)", "S: spd(n)", "S", "L⁻ᵀL⁻¹ = S⁻¹", "Invert `cholesky(S) cholesky(S)' = S`.", GVL,
        runs="results"),
    Law("polar-put-together", "polar_u(A) polar_p(A)", "A", "A: invertible(n)", "A", "UP = A", "The polar decomposition.", GVL, runs="results"),
)

KNOWN_FORMS: tuple[Law, ...] = (*ENTRYWISE, *INVERSES, *ENTRIES, *DIAGONALS, *SUMS, *NORMS, *FACTORIZATIONS)
