"""Why each row holds: proofs from the definition d/dt f(X + tH), as data in the problem language.

`{t| …}` stands for d/dt … |t=0, `{D| …}` for the derivative of what stands in it, along the directions of the problem.  Every line
is checked by numbers like a line of a derivation; the last one is always the row's own right side, so that it is never written
here.  A proof by `by` is not written at all: the engine derives that function, which equals the row's, by other rows.
"""

from __future__ import annotations

from derive.calculus.rules.rule import Row
from derive.values import dataclass


@dataclass(frozen=True)
class Proof:
    """One proof of a rule.

    rule      the row that it proves
    title     a few words, where a rule has several proofs
    given     symbols as in a problem file, separated by `;`, when not those of the row
    function  what is differentiated, for the rules without a pattern
    wrt       its variables
    right     what its derivative is, for the rules without a pattern
    rows      the lines between the definition and the right side
    last      the reason of the last line
    by        an equal function, which the engine derives
    engine    the engine derives the function itself, from its defining equation
    sizes     relations of sizes
    names     letters for what occurs often, `U = svd_u(A)`, separated by `;`
    remark    where this proof holds, in words
    """

    rule: str
    title: str = ""
    given: str = ""
    function: str = ""
    wrt: str = ""
    right: str = ""
    rows: tuple[Row, ...] = ()
    last: str = ""
    by: str = ""
    engine: bool = False
    sizes: str = ""
    names: str = ""
    remark: str = ""


_F = "X: matrix(m, n); F: function(m×n, p×q)"
_FG = "X: matrix(m, n); F: function(m×n, p×q); G: function(m×n, p×q)"
_PQ = "X: matrix(m, n); p: function(m×n); q: function(m×n)"
_FIRST_ORDER = "both to first order in t"

_STRUCTURAL = (
    Proof("variable", given="X: matrix(m, n)", function="X", wrt="X", right="H", last="the factor of t"),
    Proof("sum-rule", given=_FG, function="F(X) + G(X)", wrt="X", right="{D| F(X)} + {D| G(X)}",
          rows=(("{t| F(X + t H)} + {t| G(X + t H)}", "the limit of a sum is the sum of the limits"),), last="definition"),
    Proof("constant-factor", given=f"{_F}; C: matrix(r, p)", function="C F(X)", wrt="X", right="C {D| F(X)}",
          rows=(("C {t| F(X + t H)}", "a constant factor moves out of the limit"),), last="definition"),
    Proof("product-rule", given="A: matrix(m, n); B: matrix(n, p)", title="of two variables", function="A B", wrt="[A, B]",
          right="H B + A K",
          rows=(("{t| A B + t (H B + A K) + t^2 H K}", "multiply out"),), last="the factor of t: the term with t² vanishes"),
    Proof("product-rule", title="of two functions", given="X: matrix(m, n); F: function(m×n, p×q); G: function(m×n, q×r)",
          function="F(X) G(X)", wrt="X", right="{D| F(X)} G(X) + F(X) {D| G(X)}",
          rows=(("{t| (F(X) + t {D| F(X)}) (G(X) + t {D| G(X)})}", _FIRST_ORDER),
                ("{t| F(X) G(X) + t ({D| F(X)} G(X) + F(X) {D| G(X)}) + t^2 {D| F(X)} {D| G(X)}}", "multiply out")),
          last="the factor of t"),
    Proof("quotient-rule", given=_PQ, function="p(X) / q(X)", wrt="X",
          right="({D| p(X)} q(X) - p(X) {D| q(X)}) / q(X)^2",
          rows=(("{t| (p(X) + t {D| p(X)}) / (q(X) + t {D| q(X)})}", _FIRST_ORDER),
                ("{t| p(X) / q(X) + t ({D| p(X)} q(X) - p(X) {D| q(X)}) / (q(X) (q(X) + t {D| q(X)}))}",
                 "over a common denominator")),
          last="the factor of t, at t = 0"),
    Proof("linear", given="X: matrix(m, n); F: function(m×n, p×p)", function="tr(F(X))", wrt="X", right="tr({D| F(X)})",
          rows=(("{t| tr(F(X) + t {D| F(X)})}", "`F(X)` to first order in t"),
                ("{t| tr(F(X)) + t tr({D| F(X)})}", "tr is linear")), last="the factor of t"),
    Proof("transpose", given=_F, function="F(X)'", wrt="X", right="{D| F(X)}'",
          rows=(("{t| (F(X) + t {D| F(X)})'}", "`F(X)` to first order in t"), ("{t| F(X)' + t {D| F(X)}'}", "transposition is linear")),
          last="the factor of t"),
    Proof("unnamed-function", title="the chain rule", given=f"{_F}; G: function(p×q, r×s)", function="G(F(X))", wrt="X",
          right="dG(F(X), {D| F(X)})",
          rows=(("{t| G(F(X) + t {D| F(X)})}", "`F(X)` to first order in t"),), last="the derivative of G at `F(X)`"),
    Proof("chain-rule", given="X: matrix(m, n); F: function(m×n, p×q); s: elementwise", function="s(F(X))", wrt="X",
          right="ds(F(X)) .* {D| F(X)}",
          rows=(("{t| s(F(X) + t {D| F(X)})}", "`F(X)` to first order in t"),
                ("{t| s(F(X)) + t ds(F(X)) .* {D| F(X)}}", "to first order in t, in each entry")),
          last="the factor of t"),
    Proof("power-rule", given="X: matrix(m, n); p: function(m×n); c: scalar", function="p(X)^c", wrt="X",
          right="c p(X)^(c - 1) {D| p(X)}",
          rows=(("{t| (p(X) + t {D| p(X)})^c}", "`p(X)` to first order in t"),), last="the derivative of `s^c` is `c s^(c - 1)`, by SymPy"),
    Proof("exponential-rule", given="x: vector(n); p: function(n); q: function(n)", function="p(x)^q(x)", wrt="x",
          right="p(x)^q(x) (log(p(x)) {D| q(x)} + q(x) {D| p(x)} / p(x))",
          rows=(("{t| exp(q(x + t h) log(p(x + t h)))}", "a power is exp(q log p)"),
                ("p(x)^q(x) {t| q(x + t h) log(p(x + t h))}", "chain rule: exp is its own derivative")),
          last="product rule, and chain rule for the logarithm"),
    Proof("power-entries", given="X: matrix(m, n); k: integer; F: function(m×n, p×q)", function="F(X) .^ k", wrt="X",
          right="k (F(X) .^ (k - 1)) .* {D| F(X)}",
          rows=(("{t| (F(X) + t {D| F(X)}) .^ k}", "`F(X)` to first order in t"),), last="the power rule in each entry"),
    Proof("cases", given=f"{_FG}; b: scalar; c: scalar", function="where(b < c, F(X), G(X))", wrt="X",
          right="where(b < c, {D| F(X)}, {D| G(X)})",
          rows=(("where(b < c, {t| F(X + t H)}, {t| G(X + t H)})", "the same case holds at `X + t H` for small t"),),
          last="definition"),
    Proof("structure", title="an entry", given=_F, function="F(X)[1, 2]", wrt="X", right="{D| F(X)}[1, 2]",
          rows=(("{t| (F(X) + t {D| F(X)})[1, 2]}", "`F(X)` to first order in t"),), last="taking an entry is linear"),
    Proof("structure", title="blocks", given=_FG, function="[F(X), G(X)]", wrt="X", right="[{D| F(X)}, {D| G(X)}]",
          rows=(("[{t| F(X + t H)}, {t| G(X + t H)}]", "limits are taken entry by entry"),), last="definition"),
    Proof("expm-commuting", given="s: scalar; M: square(n)", function="expm(s M)", wrt="s", right="M expm(s M)",
          rows=(("{t| expm(t M) expm(s M)}", "`s M` and `t M` commute"), ("{t| expm(t M)} expm(s M)", "constant factor")),
          last="the series `I(n) + t M` + … has the derivative `M` at t = 0"),
)

_ROWS = (
    Proof("norm-squared", by="x' x"),
    Proof("norm-squared-matrix", by="tr(A' A)"),
    Proof("norm", by="sqrt(x' x)"),
    Proof("norm-matrix", by="sqrt(tr(A' A))"),
    Proof("norm1", by="sum(abs(A))"),
    Proof("inverse", title="from its defining equation", given="A: invertible(n)", engine=True),
    Proof("inverse", title="from the definition", given="A: invertible(n)",
          rows=(("{t| inv(A + t H) (A - (A + t H)) inv(A)}", "`inv(X) - inv(A) = inv(X) (A - X) inv(A)`, and `inv(A)` is constant"),
                ("{t| -t inv(A + t H) H inv(A)}", "the difference is `-t H`")), last="the factor of t, at t = 0"),
    Proof("det", title="from the product rule of determinants", given="A: invertible(n)",
          rows=(("{t| det(A) det(I(n) + t inv(A) H)}", "`A + t H = A (I(n) + t inv(A) H)`, det of a product"),
                ("det(A) {t| det(I(n) + t inv(A) H)}", "constant factor")),
          last="`det(I(n) + t M)` is 1 + `t tr(M)` + …"),
    Proof("det", title="by the logarithm", given="A: spd(n)",
          rows=(("{t| exp(tr(logm(A + t H)))}", "`det(expm(B)) = exp(tr(B))` with `B = logm(A + t H)`"),
                ("det(A) {t| tr(logm(A + t H))}", "chain rule: exp is its own derivative")),
          last="`tr(dB)` is the trace of `expm(-B)` times the differential of `expm(B)`, cyclic",
          remark="Where `A` has a real logarithm, as every positive definite `A` has; a real invertible matrix need not: "
                 "`det(expm(B)) = exp(tr(B))` is positive."),
    Proof("det", title="by the adjugate", given="A: invertible(n)",
          rows=(("sum(i, 1, n, sum(j, 1, n, adj(A)[j, i] H[i, j]))",
                 "expand along row i: the cofactor `adj(A)[j, i]` stands beside `A[i, j]` and does not hold it"),
                ("tr(adj(A) H)", "the trace of a product by entries")),
          last="`adj(A) = det(A) inv(A)`, A invertible",
          remark="The line before the last holds for every square `A`, singular ones too."),
    Proof("det-adjugate",
          rows=(("sum(i, 1, n, sum(j, 1, n, adj(A)[j, i] H[i, j]))",
                 "expand along row i: the cofactor `adj(A)[j, i]` stands beside `A[i, j]` and does not hold it"),),
          last="the trace of a product by entries", remark="No inverse is used: it holds for a singular `A` too."),
    Proof("det-of-exponential", by="exp(tr(A))", last="`det(expm(A)) = exp(tr(A))`"),
    Proof("logdet-of-exponential", by="tr(A)"),
    Proof("logdet-of-inverse", given="A: invertible(n)", by="-logdet(A)"),
    Proof("det-of-inverse", given="A: invertible(n)", by="1 / det(A)", last="`det(inv(A)) = 1 / det(A)`"),
    Proof("det-of-square-root", given="A: spd(n)", by="sqrt(det(A))", last="`det(sqrtm(A)) = sqrt(det(A))`"),
    Proof("logdet-of-square-root", given="A: spd(n)", by="1/2 logdet(A)"),
    Proof("logdet", given="A: invertible(n)", by="log(abs(det(A)))"),
    Proof("matrix-power", given="A: square(n); k: integer",
          rows=(("{t| sum(i, 0, k - 1, A^i (t H) (A + t H)^(k - 1 - i))}",
                 "`X^k - A^k` is the sum of `A^i (X - A) X^(k - 1 - i)`, which telescopes"),), last="the factor of t, at t = 0"),
    Proof("trace-power", given="A: square(n); k: integer",
          rows=(("tr(sum(i, 0, k - 1, A^i H A^(k - 1 - i)))", "derivative of Mᵏ"),
                ("sum(i, 0, k - 1, tr(A^(k - 1) H))", "tr is linear, cyclic")), last="k equal terms"),
    Proof("adjugate", given="A: invertible(n)", by="det(A) inv(A)"),
    Proof("pseudo-inverse",
          rows=(("{D| pinv(A) A} pinv(A) + pinv(A) A {D| pinv(A)}", "`pinv(A) = pinv(A) A pinv(A)`, product rule"),
                ("{D| pinv(A) A} pinv(A) + pinv(A) {D| A pinv(A)} - pinv(A) H pinv(A)", "product rule for `A pinv(A)`"),
                ("((I(n) - pinv(A) A) H' pinv(A)') pinv(A) + pinv(A) {D| A pinv(A)} - pinv(A) H pinv(A)",
                 "differentiate `pinv(A) A A' = A'`; `pinv(A) = A' pinv(A)' pinv(A)`"),
                ("((I(n) - pinv(A) A) H' pinv(A)') pinv(A) + pinv(A) (pinv(A)' H' (I(m) - A pinv(A))) - pinv(A) H pinv(A)",
                 "differentiate `A' A pinv(A) = A'`; `pinv(A) = pinv(A) pinv(A)' A'`")),
          last="the terms in another order"),
    Proof("logsumexp", by="log(sum(exp(x)))"),
    Proof("logsumexp-rows", by="log(exp(A) ones(n))"),
    Proof("softmax-rows", by="exp(A) ./ (exp(A) ones(n, n))"),
    Proof("norminf", by="maxentry(abs(x))"),
    Proof("nuclear", by="tr(polar_p(A))"),
    Proof("powm", given="A: spd(n); p: scalar", by="expm(p logm(A))"),
    Proof("trace-powm", given="A: spd(n); p: scalar", by="tr(expm(p logm(A)))"),
    Proof("maxentry", rows=(("{t| inner(peak(A), A + t H)}", "for small t the largest entry of `A + t H` stands where that of `A` does"),),
          last="the factor of t"),
    Proof("minentry", rows=(("{t| inner(peak(-A), A + t H)}", "for small t the smallest entry of `A + t H` stands where that of `A` does"),),
          last="the factor of t"),
    Proof("peak", rows=(("{t| peak(A)}", "for small t the largest entry of `A + t H` stands where that of `A` does"),), last="a constant"),
    Proof("prod", given="A: matrix(m, n); |A: positive", by="exp(sum(log(A)))", remark="Where every entry of `A` is positive."),
    Proof("softmax", by="exp(x) / sum(exp(x))"),
    Proof("trace-expm",
          rows=(("tr(frechet_expm(A, H))", "the Fréchet derivative of the exponential, tr is linear"),),
          last="cyclic, under the integral over s of `expm(s A) H expm((1 - s) A)`"),
    Proof("expm",
          rows=(("[I(n), zeros(n, n)] expm([A, H; zeros(n, n), A]) [zeros(n, n); I(n)]",
                 "the upper right block of each power is the derivative of `A^k`, and so it is in the series"),),
          last="that block is the Fréchet derivative"),
    Proof("logm", given="A: spd(n)", engine=True),
    Proof("sqrtm", given="A: spd(n)", engine=True),
    Proof("trace-sqrtm", given="A: spd(n)",
          rows=(("tr({D| sqrtm(A)})", "tr is linear"),
                ("1/2 tr(inv(sqrtm(A)) (sqrtm(A) {D| sqrtm(A)} + {D| sqrtm(A)} sqrtm(A)))", "cyclic: the two terms are equal")),
          last="differentiate `sqrtm(A) sqrtm(A) = A`"),
    Proof("trace-logm", given="A: spd(n)",
          rows=(("tr({D| logm(A)})", "tr is linear"),
                ("tr(expm(-logm(A)) frechet_expm(logm(A), {D| logm(A)}))",
                 "cyclic, under the integral over s of `expm(s B) E expm((1 - s) B)` with `B = logm(A)`"),),
          last="differentiate `expm(logm(A)) = A`"),
    Proof("frechet-expm",
          rows=(("[I(n), zeros(n, n)] frechet_expm([A, C; zeros(n, n), A], [H, K; zeros(n, n), H]) [zeros(n, n); I(n)]",
                 "it is the upper right block of the exponential of a block matrix"),),
          last="that block is the second Fréchet derivative along `C` and `H`, and the first along `K`"),
    Proof("frechet2-expm",
          rows=(("{t| frechet2_expm(A, C, G) + t (frechet2_expm(A, H, G) + frechet2_expm(A, C, K)) + t^2 frechet2_expm(A, H, K)}",
                 "linear in each direction"),), last="the factor of t"),
    Proof("frechet-logm", given="A: spd(n); C: square(n)",
          rows=(("frechet2_expm(logm(A), frechet_logm(A, C), frechet_logm(A, H)) + frechet_expm(logm(A), {D| frechet_logm(A, C)}) == K",
                 "differentiate `frechet_expm(logm(A), frechet_logm(A, C)) = C`"),), last="the derivative of log inverts that of exp"),
    Proof("sylvester", given="A: spd(n); C: square(n)",
          rows=(("A {D| sylvester(A, C)} + {D| sylvester(A, C)} A == K - H sylvester(A, C) - sylvester(A, C) H",
                 "differentiate `A L + L A = C` for `L = sylvester(A, C)`"),), last="its solution"),
    Proof("gaps", by="(ones(n, n) - I(n)) ./ (ones(n) (x .* x)' - (x .* x) ones(n)' + I(n))",
          last="off the diagonal the quotient is `gaps(x)`, on it both are 0"),
    Proof("square-entries", by="A .^ 2"),
    Proof("quotient-entries", by="A .* (1 ./ B)"),
    Proof("power-by-entries", given="A: matrix(m, n); B: matrix(m, n)", by="exp(B .* log(A))", last="`exp(B .* log(A)) = A .^ B`"),
    Proof("exponential-by-entries", by="exp(B .* log(A))", last="`exp(B .* log(A)) = A .^ B`"),
    Proof("maximum", by="where(A > B, A, B)"),
    Proof("minimum", by="where(A < B, A, B)"),
    Proof("eigenvalue-symmetric", engine=True),
    Proof("eigenvalue", engine=True),
    Proof("eigenvector-symmetric", engine=True),
    Proof("eigenvector-right", engine=True),
    Proof("eigenvector-left", engine=True),
    Proof("singular-value", engine=True, sizes="m >= n"),
    Proof("singular-values", engine=True, sizes="m >= n"),
    Proof("left-singular-vectors-square", engine=True),
    Proof("left-singular-vectors", engine=True, sizes="m >= n"),
    Proof("right-singular-vectors", engine=True, sizes="m >= n"),
    Proof("qr-q-square", given="A: invertible(n)", engine=True),
    Proof("qr-q", engine=True, sizes="m >= n"),
    Proof("qr-r", engine=True, sizes="m >= n"),
    Proof("cholesky", given="A: spd(n)", engine=True),
    Proof("polar-u-square", given="A: invertible(n)", engine=True),
    Proof("polar-u", engine=True, sizes="m >= n"),
    Proof("trace-polar-p", sizes="m >= n",
          rows=(("tr({D| polar_p(A)})", "tr is linear"),
                ("1/2 tr(inv(polar_p(A)) (polar_p(A) {D| polar_p(A)} + {D| polar_p(A)} polar_p(A)))", "cyclic: the two terms are equal"),
                ("1/2 tr(inv(polar_p(A)) (H' A + A' H))", "differentiate `polar_p(A)^2 = A' A`")),
          last="`A inv(polar_p(A)) = polar_u(A)`, and `tr(M) = tr(M')`"),
    Proof("polar-p", engine=True, sizes="m >= n"),
    Proof("sum-of-singular-values", sizes="m >= n",
          rows=(("tr({D| polar_p(A)})", "`polar_p(A)` is the root of `A' A`: its eigenvalues are the singular values of `A`"),
                ("tr(polar_u(A)' H)", "derivative of the trace of the polar factor")),
          last="`polar_u(A) = svd_u(A) svd_v(A)'`: the diagonal factor of `A` is taken away"),
)

PROOFS: dict[str, tuple[Proof, ...]] = {}
"""By rule, in the order in which they are told."""
for _row in (*_STRUCTURAL, *_ROWS):
    PROOFS[_row.rule] = (*PROOFS.get(_row.rule, ()), _row)

ADJOINT_ROWS: dict[str, tuple[Row, ...]] = {
    "adjoint-tr": (("y sum(i, 1, n, A[i, i])", "definition of the trace"),
                   ("sum(i, 1, n, sum(j, 1, n, (y I(n))[i, j] A[i, j]))", "the entries of `y I(n)`")),
    "adjoint-sum": (("sum(i, 1, m, sum(j, 1, n, y A[i, j]))", "definition of the sum"),),
    "adjoint-sum-vector": (("sum(i, 1, n, y a[i])", "definition of the sum"),),
    "adjoint-mean": (("(y / (m * n)) sum(i, 1, m, sum(j, 1, n, A[i, j]))", "definition of the mean"),),
    "adjoint-mean-vector": (("(y / n) sum(i, 1, n, a[i])", "definition of the mean"),),
    "adjoint-diag-vector": (("sum(i, 1, n, Y[i, i] a[i])", "off the diagonal `diag(a)` is 0"),),
    "adjoint-diag-matrix": (("sum(i, 1, n, y[i] A[i, i])", "entry i is the diagonal entry i"),),
    "adjoint-vec": (("sum(i, 1, m, sum(j, 1, n, unvec(y, A)[i, j] A[i, j]))", "the entries, column by column"),),
    "adjoint-tril": (("inner(tril(Y), tril(A))", "only the lower triangle of `Y` meets `tril(A)`"),),
    "adjoint-triu": (("inner(triu(Y), triu(A))", "only the upper triangle of `Y` meets `triu(A)`"),),
    "adjoint-stril": (("inner(stril(Y), stril(A))", "only what is below the diagonal of `Y` meets `stril(A)`"),),
    "adjoint-striu": (("inner(striu(Y), striu(A))", "only what is above the diagonal of `Y` meets `striu(A)`"),),
    "adjoint-sym": (("1/2 inner(Y, A) + 1/2 inner(Y, A')", "`sym(A) = 1/2 (A + A')`, linear"),
                    ("1/2 inner(Y, A) + 1/2 inner(Y', A)", "tr M = tr M'")),
    "adjoint-skewpart": (("1/2 inner(Y, A) - 1/2 inner(Y, A')", "`skewpart(A) = 1/2 (A - A')`, linear"),
                         ("1/2 inner(Y, A) - 1/2 inner(Y', A)", "tr M = tr M'")),
    "adjoint-sylvester": (
        ("inner(B' sylvester(B', Y) + sylvester(B', Y) B', sylvester(B, A))", "`Y = B' Z + Z B'` with `Z = sylvester(B', Y)`"),
        ("inner(sylvester(B', Y), B sylvester(B, A) + sylvester(B, A) B)", "move `B` across the inner product"),
    ),
    "adjoint-frechet-logm": (
        ("inner(frechet_expm(logm(B)', frechet_logm(B', Y)), frechet_logm(B, A))", "the derivative of exp inverts that of log"),
        ("inner(frechet_logm(B', Y), frechet_expm(logm(B), frechet_logm(B, A)))", "the adjoint of the derivative of exp"),
    ),
    "adjoint-hadamard": (("sum(i, 1, m, sum(j, 1, n, Y[i, j] A[i, j] B[i, j]))", "definition of the inner product"),),
    "adjoint-hadamard-second": (("sum(i, 1, m, sum(j, 1, n, Y[i, j] B[i, j] A[i, j]))", "definition of the inner product"),),
    "adjoint-quotient": (("sum(i, 1, m, sum(j, 1, n, Y[i, j] A[i, j] / B[i, j]))", "definition of the inner product"),),
    "adjoint-quotient-scalar": (("sum(i, 1, m, sum(j, 1, n, Y[i, j] a / B[i, j]))", "definition of the inner product"),),
    "adjoint-inner": (("sum(i, 1, m, sum(j, 1, n, y A[i, j] B[i, j]))", "definition of the inner product"),),
    "adjoint-inner-second": (("sum(i, 1, m, sum(j, 1, n, y B[i, j] A[i, j]))", "definition of the inner product"),),
    "adjoint-dot": (("sum(i, 1, n, y a[i] b[i])", "definition"),),
    "adjoint-dot-second": (("sum(i, 1, n, y b[i] a[i])", "definition"),),
    "adjoint-kron": (
        ("sum(i, 1, m, sum(j, 1, n, inner(kron(e(i, m), I(p))' Y kron(e(j, n), I(q)), B) A[i, j]))",
         "block i, j of `kron(A, B)` is `A[i, j] B`: it meets block i, j of `Y`"),
        ("sum(i, 1, m, sum(j, 1, n, tr(kron(e(i, m), I(p))' Y kron(e(j, n), I(q)) B') A[i, j]))",
         "the inner product of two matrices is the trace of one times the other transposed"),
    ),
    "adjoint-kron-second": (
        ("sum(i, 1, m, sum(j, 1, n, B[i, j] inner(kron(e(i, m), I(p))' Y kron(e(j, n), I(q)), A)))",
         "block i, j of `kron(B, A)` is `B[i, j] A`: it meets block i, j of `Y`"),
        ("inner(sum(i, 1, m, sum(j, 1, n, B[i, j] kron(e(i, m), I(p))' Y kron(e(j, n), I(q)))), A)", "the inner product is linear"),
    ),
    "adjoint-ptrace1": (("sum(i, 1, k, inner(Y, kron(e(i, k), I(m))' A kron(e(i, k), I(n))))", "the diagonal blocks"),),
    "adjoint-ptrace2": (("sum(l, 1, k, inner(Y, kron(I(m), e(l, k))' A kron(I(n), e(l, k))))",
                         "the entries l, l of the blocks: their sums are the traces"),),
}
"""Between ⟨Y, L(A)⟩ and ⟨L*(Y), A⟩."""

ADJOINT_LAST = {
    "adjoint-frechet-expm": "`inner(Y, expm(s B) A expm((1 - s) B)) = inner(expm(s B') Y expm((1 - s) B'), A)`, integrated over s",
    "adjoint-frechet2-expm": "transpose each term of the series, `frechet2_expm(B, G, A)` is linear in `A`",
    "adjoint-frechet2-expm-second": "transpose each term of the series, `frechet2_expm(B, A, G)` is linear in `A`",
    "adjoint-frechet-logm": "the derivative of exp inverts that of log",
    "adjoint-sylvester": "`B Z + Z B = A` for `Z = sylvester(B, A)`",
    "adjoint-diag-vector": "the diagonal of `Y`",
    "adjoint-diag-matrix": "off the diagonal `diag(y)` is 0",
    "adjoint-tr": "definition of the inner product",
    "adjoint-sum": "all entries on the left are `y`",
    "adjoint-sum-vector": "all entries on the left are `y`",
    "adjoint-mean": "all entries on the left are equal",
    "adjoint-mean-vector": "all entries on the left are equal",
    "adjoint-vec": "definition of the inner product",
    "adjoint-unvec": "definition of the inner product",
    "adjoint-sym": "⟨·, ·⟩ is linear",
    "adjoint-skewpart": "⟨·, ·⟩ is linear",
    "adjoint-tril": "above the diagonal `tril(Y)` is 0",
    "adjoint-triu": "below the diagonal `triu(Y)` is 0",
    "adjoint-stril": "elsewhere `stril(Y)` is 0",
    "adjoint-striu": "elsewhere `striu(Y)` is 0",
    "adjoint-hadamard": "the entries of `B .* Y`",
    "adjoint-hadamard-second": "the entries of `B .* Y`",
    "adjoint-quotient": "the entries of `Y ./ B`",
    "adjoint-quotient-scalar": "the factor of `a`",
    "adjoint-inner": "definition of the inner product",
    "adjoint-inner-second": "definition of the inner product",
    "adjoint-dot": "definition of the inner product",
    "adjoint-dot-second": "definition of the inner product",
    "adjoint-kron": "block i, j of `Y kron(I(n), B')` is block i, j of `Y` times `B'`",
    "adjoint-kron-second": "block j, j of `kron(B', I(p)) Y` is the sum over i of `B[i, j]` times block i, j of `Y`",
    "adjoint-ptrace1": "the diagonal blocks of `kron(I(k), Y)` are `Y`, the others 0",
    "adjoint-ptrace2": "`Y[i, j]` is on the diagonal of block i, j of `kron(Y, I(k))`, off it is 0",
}
"""The reason of the last line."""

ADJOINT_GIVEN = {"adjoint-frechet-logm": "B: spd(n)", "adjoint-sylvester": "B: spd(n)"}
"""What has to hold of B for the function to exist."""
