"""Why each row holds: proofs from the definition d/dt f(X + tH), as data in the problem language.

`{t| …}` stands for d/dt … |t=0, `{D| …}` for the derivative of what stands in it, along the directions of the problem.  Every line
is checked by numbers like a line of a derivation; the last one is always the row's own right side, so that it is never written
here.  A proof by `by` is not written at all: the engine derives that function, which equals the row's, by other rows.
"""

from __future__ import annotations

from dataclasses import dataclass

Row = tuple[str, str]
"""(what follows, in the problem language; the reason).  `left == right` is an equation on the way."""


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
          rows=(("{t| tr(F(X) + t {D| F(X)})}", "F to first order in t"),
                ("{t| tr(F(X)) + t tr({D| F(X)})}", "tr is linear")), last="the factor of t"),
    Proof("transpose", given=_F, function="F(X)'", wrt="X", right="{D| F(X)}'",
          rows=(("{t| (F(X) + t {D| F(X)})'}", "F to first order in t"), ("{t| F(X)' + t {D| F(X)}'}", "transposition is linear")),
          last="the factor of t"),
    Proof("unnamed-function", title="the chain rule", given=f"{_F}; G: function(p×q, r×s)", function="G(F(X))", wrt="X",
          right="dG(F(X), {D| F(X)})",
          rows=(("{t| G(F(X) + t {D| F(X)})}", "F to first order in t"),), last="the derivative of G at F(X), along DF(X)[H]"),
    Proof("intermediate", given=f"{_F}; G: function(p×q, r×s)", function="G(F(X))", wrt="X", right="{D| G(F(X))}",
          last="definition of the derivative: U = F(X) moves when X does"),
    Proof("chain-rule", given="X: matrix(m, n); F: function(m×n, p×q); s: elementwise", function="s(F(X))", wrt="X",
          right="ds(F(X)) .* {D| F(X)}",
          rows=(("{t| s(F(X) + t {D| F(X)})}", "F to first order in t"),
                ("{t| s(F(X)) + t ds(F(X)) .* {D| F(X)}}", "in each entry s(a + tb) = s(a) + t s'(a) b to first order")),
          last="the factor of t"),
    Proof("power-rule", given="X: matrix(m, n); p: function(m×n); c: scalar", function="p(X)^c", wrt="X",
          right="c p(X)^(c - 1) {D| p(X)}",
          rows=(("{t| (p(X) + t {D| p(X)})^c}", "p to first order in t"),), last="d sᶜ/ds = c sᶜ⁻¹, by SymPy"),
    Proof("exponential-rule", given="x: vector(n); p: function(n); q: function(n)", function="p(x)^q(x)", wrt="x",
          right="p(x)^q(x) (log(p(x)) {D| q(x)} + q(x) {D| p(x)} / p(x))",
          rows=(("{t| exp(q(x + t h) log(p(x + t h)))}", "a power is exp(q log p)"),
                ("p(x)^q(x) {t| q(x + t h) log(p(x + t h))}", "chain rule: exp is its own derivative")),
          last="product rule, and chain rule for the logarithm"),
    Proof("power-entries", given="X: matrix(m, n); k: integer; F: function(m×n, p×q)", function="F(X) .^ k", wrt="X",
          right="k (F(X) .^ (k - 1)) .* {D| F(X)}",
          rows=(("{t| (F(X) + t {D| F(X)}) .^ k}", "F to first order in t"),), last="the power rule in each entry"),
    Proof("cases", given=f"{_FG}; b: scalar; c: scalar", function="where(b < c, F(X), G(X))", wrt="X",
          right="where(b < c, {D| F(X)}, {D| G(X)})",
          rows=(("where(b < c, {t| F(X + t H)}, {t| G(X + t H)})", "the same case holds at X + tH for small t"),),
          last="definition"),
    Proof("structure", title="an entry", given=_F, function="F(X)[1, 2]", wrt="X", right="{D| F(X)}[1, 2]",
          rows=(("{t| (F(X) + t {D| F(X)})[1, 2]}", "F to first order in t"),), last="taking an entry is linear"),
    Proof("structure", title="blocks", given=_FG, function="[F(X), G(X)]", wrt="X", right="[{D| F(X)}, {D| G(X)}]",
          rows=(("[{t| F(X + t H)}, {t| G(X + t H)}]", "limits are taken entry by entry"),), last="definition"),
    Proof("expm-commuting", given="s: scalar; M: square(n)", function="expm(s M)", wrt="s", right="M expm(s M)",
          rows=(("{t| expm(t M) expm(s M)}", "sM and tM commute"), ("{t| expm(t M)} expm(s M)", "constant factor")),
          last="the series I + tM + … has the derivative M at t = 0"),
)

_ROWS = (
    Proof("norm-squared", by="x' x"),
    Proof("norm-squared-matrix", by="tr(A' A)"),
    Proof("norm", by="sqrt(x' x)"),
    Proof("norm-matrix", by="sqrt(tr(A' A))"),
    Proof("norm1", by="sum(abs(A))"),
    Proof("inverse", title="from its defining equation", given="A: invertible(n)", engine=True),
    Proof("inverse", title="from the definition", given="A: invertible(n)",
          rows=(("{t| inv(A + t H) (A - (A + t H)) inv(A)}", "X⁻¹ − Y⁻¹ = X⁻¹(Y − X)Y⁻¹, and Y⁻¹ = A⁻¹ is constant"),
                ("{t| -t inv(A + t H) H inv(A)}", "the difference is −tH")), last="the factor of t, at t = 0"),
    Proof("det", title="from det(A + tH)", given="A: invertible(n)",
          rows=(("{t| det(A) det(I(n) + t inv(A) H)}", "A + tH = A(I + tA⁻¹H), the determinant of a product"),
                ("det(A) {t| det(I(n) + t inv(A) H)}", "constant factor")),
          last="the determinant near I"),
    Proof("det", title="by det(exp B) = exp(tr B)", given="A: spd(n)",
          rows=(("{t| exp(tr(logm(A + t H)))}", "A + tH = exp(B) with B = log(A + tH), and det(exp B) = exp(tr B)"),
                ("det(A) {t| tr(logm(A + t H))}", "chain rule: exp is its own derivative")),
          last="tr(dB) = tr(e⁻ᴮ d(eᴮ)), the trace being cyclic",
          remark="Where A has a real logarithm, as every positive definite A has; a real invertible matrix need not: "
                 "det(exp B) = exp(tr B) is positive."),
    Proof("det", title="by the adjugate", given="A: invertible(n)",
          rows=(("sum(i, 1, n, sum(j, 1, n, adj(A)[j, i] H[i, j]))",
                 "expand along row i: the cofactor, adj(A)ⱼᵢ, is what stands beside aᵢⱼ and does not hold it"),
                ("tr(adj(A) H)", "the trace of a product by entries")),
          last="adj(A) = det(A) A⁻¹ where A is invertible",
          remark="The line before the last holds for every square A, singular ones too."),
    Proof("logdet", given="A: invertible(n)", by="log(abs(det(A)))"),
    Proof("matrix-power", given="A: square(n); k: integer",
          rows=(("{t| sum(i, 0, k - 1, A^i (t H) (A + t H)^(k - 1 - i))}",
                 "Xᵏ − Aᵏ = Σ Aⁱ(X − A)Xᵏ⁻¹⁻ⁱ: the sum telescopes"),), last="the factor of t, at t = 0"),
    Proof("trace-power", given="A: square(n); k: integer",
          rows=(("tr(sum(i, 0, k - 1, A^i H A^(k - 1 - i)))", "derivative of Mᵏ"),
                ("sum(i, 0, k - 1, tr(A^(k - 1) H))", "tr is linear, cyclic")), last="k equal terms"),
    Proof("adjugate", given="A: invertible(n)", by="det(A) inv(A)"),
    Proof("pseudo-inverse", sizes="m >= n",
          rows=(("{D| pinv(A) A} pinv(A) + pinv(A) A {D| pinv(A)}", "A⁺ = A⁺AA⁺, product rule"),
                ("{D| pinv(A) A} pinv(A) + pinv(A) {D| A pinv(A)} - pinv(A) H pinv(A)", "A dA⁺ = d(AA⁺) − H A⁺"),
                ("((I(n) - pinv(A) A) H' pinv(A)') pinv(A) + pinv(A) {D| A pinv(A)} - pinv(A) H pinv(A)",
                 "A⁺AA' = A': d(A⁺A) A' = (I − A⁺A) H', and A'A⁺'A⁺ = A⁺"),
                ("((I(n) - pinv(A) A) H' pinv(A)') pinv(A) + pinv(A) (pinv(A)' H' (I(m) - A pinv(A))) - pinv(A) H pinv(A)",
                 "A'AA⁺ = A': A' d(AA⁺) = H'(I − AA⁺), and A⁺A⁺'A' = A⁺")),
          last="the terms in another order"),
    Proof("logsumexp", by="log(sum(exp(x)))"),
    Proof("logsumexp-matrix", by="log(sum(exp(A)))"),
    Proof("softmax", by="exp(x) / sum(exp(x))"),
    Proof("trace-expm",
          rows=(("tr(frechet_expm(A, H))", "the Fréchet derivative of the exponential, tr is linear"),),
          last="under the integral tr(exp(sA) H exp((1−s)A)) = tr(exp(A) H), cyclic"),
    Proof("expm",
          rows=(("[I(n), zeros(n, n)] expm([A, H; zeros(n, n), A]) [zeros(n, n); I(n)]",
                 "in each power [A, H; 0, A]ᵏ the upper right block is the derivative of Aᵏ: so it is in the series"),),
          last="that block is the Fréchet derivative"),
    Proof("logm", given="A: spd(n)",
          rows=(("frechet_expm(logm(A), {D| logm(A)}) == H", "differentiate exp(log A) = A, chain rule"),),
          last="the inverse of the linear map L(log A, ·)"),
    Proof("sqrtm", given="A: spd(n)", engine=True),
    Proof("quotient-entries", by="A .* (1 ./ B)"),
    Proof("maximum", by="where(A > B, A, B)"),
    Proof("minimum", by="where(A < B, A, B)"),
    Proof("eigenvalue-symmetric", engine=True),
    Proof("eigenvalue", engine=True),
    Proof("eigenvector-symmetric", engine=True),
    Proof("singular-value", engine=True, sizes="m >= n"),
    Proof("singular-values", engine=True, sizes="m >= n"),
    Proof("left-singular-vectors", sizes="m >= n",
          rows=(("svd_u(A)' H svd_v(A) == svd_u(A)' {D| svd_u(A)} diag(svd_s(A)) + diag({D| svd_s(A)}) "
                 "- diag(svd_s(A)) svd_v(A)' {D| svd_v(A)}", "differentiate A = USV', with V'dV skew"),
                ("svd_u(A)' H svd_v(A) diag(svd_s(A)) + diag(svd_s(A)) svd_v(A)' H' svd_u(A) == "
                 "svd_u(A)' {D| svd_u(A)} diag(svd_s(A))^2 - diag(svd_s(A))^2 svd_u(A)' {D| svd_u(A)} "
                 "+ 2 diag(svd_s(A)) diag({D| svd_s(A)})", "times S, plus the transpose: V'dV cancels; U'dU is skew"),
                ("svd_u(A)' {D| svd_u(A)} == gaps(svd_s(A)) .* (svd_u(A)' H svd_v(A) diag(svd_s(A)) "
                 "+ diag(svd_s(A)) svd_v(A)' H' svd_u(A))", "off the diagonal: divide by the gaps of the squares"),
                ("(I(m) - svd_u(A) svd_u(A)') {D| svd_u(A)} == (I(m) - svd_u(A) svd_u(A)') H svd_v(A) inv(diag(svd_s(A)))",
                 "what leaves the range of U: multiply dA = dU SV' + … by I − UU'")),
          last="both parts together"),
    Proof("right-singular-vectors", sizes="m >= n",
          rows=(("svd_u(A)' H svd_v(A) == svd_u(A)' {D| svd_u(A)} diag(svd_s(A)) + diag({D| svd_s(A)}) "
                 "- diag(svd_s(A)) svd_v(A)' {D| svd_v(A)}", "differentiate A = USV', with V'dV skew"),
                ("diag(svd_s(A)) svd_u(A)' H svd_v(A) + svd_v(A)' H' svd_u(A) diag(svd_s(A)) == "
                 "svd_v(A)' {D| svd_v(A)} diag(svd_s(A))^2 - diag(svd_s(A))^2 svd_v(A)' {D| svd_v(A)} "
                 "+ 2 diag(svd_s(A)) diag({D| svd_s(A)})", "S times it, plus the transpose: U'dU cancels; V'dV is skew")),
          last="off the diagonal: divide by the gaps of the squares, and multiply by V"),
    Proof("qr-q", engine=True, sizes="m >= n"),
    Proof("qr-r", engine=True, sizes="m >= n"),
    Proof("cholesky", given="A: spd(n)", engine=True),
)

PROOFS: dict[str, tuple[Proof, ...]] = {}
"""By rule, in the order in which they are told."""
for _row in (*_STRUCTURAL, *_ROWS):
    PROOFS[_row.rule] = (*PROOFS.get(_row.rule, ()), _row)
