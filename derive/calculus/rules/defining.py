"""Table 4: the equation that defines each function, from which its derivative is derived.

The engine differentiates the equation (the product rule) and, where what results is linear in the unknown differential,
solves it; for the factorizations the stages that follow say how the differentiated equation is taken apart.  Every one of these
equations is checked by numbers at every use, with the pending differentials as difference quotients.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from derive.values import dataclass


@dataclass(frozen=True)
class Stage:
    """One equation of a derivation, in the problem language; dA is the direction, dL the pending derivative of L.

    kind  `given`: a fact about the unknowns; `both`: one that is stated, and then differentiated on a line of its own;
          `constraint`: one of which only the derivative is stated; `so`: what follows; `thin`: what follows, where A has
          more rows than columns
    words the reason, with mathematics between backticks
    """

    kind: Literal["given", "both", "constraint", "so", "thin"]
    left: str
    right: str
    words: str = ""


@dataclass(frozen=True)
class Defining:
    """How a function's derivative follows from its defining equation.

    rule       the row of `differentials` that this derives
    given      letters as in a rule
    unknowns   letter -> what it stands for
    stages     the equations in order; none after the defining one where the engine solves it
    last       the words of the last line, the rule itself
    names      letters for what the stages repeat, M -> Q' dA inv(R)
    result     the right side of the rule in these letters; '' where it is the rule's own
    """

    rule: str
    given: str
    unknowns: tuple[tuple[str, str], ...]
    stages: tuple[Stage, ...]
    last: str = ""
    names: tuple[tuple[str, str], ...] = ()
    result: str = ""
    source: str = ""

    @property
    def equations(self) -> tuple[tuple[str, str], ...]:
        """What the unknowns satisfy: (left, right)."""
        return tuple((s.left, s.right) for s in self.stages if s.kind in ("given", "both", "constraint"))

    @property
    def solved(self) -> bool:
        """Whether the engine solves the differentiated equation itself."""
        return len(self.stages) == 1


def _square(rule: str, row: Defining, result: str, last: str) -> Defining:
    """The row for a square matrix: nothing leaves the range of an orthogonal factor."""
    kept = tuple(s for s in row.stages if s.kind != "thin")
    return replace(row, rule=rule, given=row.given.replace("m n", "n n"), stages=kept, result=result, last=last)


_SKEW_U = Stage("constraint", "U' U", "I(n)", ": `U' dU` is skew")
_SKEW_V = Stage("constraint", "V' V", "I(n)", ": `V' dV` is skew")
_SKEW_Q = Stage("constraint", "Q' Q", "I(n)", ": `Q' dQ` is skew")

# ------------------------------------------------------------------ QR
_QR = (
    Stage("both", "Q R", "A", "the factorization: `Q' Q = I(n)`, `R` is upper triangular"),
    Stage("so", "Q' dQ + dR inv(R)", "M", "multiply by `Q'` from the left, by `inv(R)` from the right"),
    _SKEW_Q,
    Stage("so", "stril(Q' dQ)", "L", "`dR inv(R)` is upper triangular: nothing of it is below the diagonal"),
    Stage("so", "Q' dQ", "Omega", "a skew matrix is known from its part below the diagonal"),
)
_QR_UNKNOWNS = (("Q", "qr_q(A)"), ("R", "qr_r(A)"))
_QR_NAMES = (("M", "Q' dA inv(R)"), ("L", "stril(M)"), ("Omega", "L - L'"))
_WALTER = "Walter, Lehmann & Lamour (2012)"

_QR_Q = Defining(
    "qr-q", "A: m n", _QR_UNKNOWNS,
    (*_QR, Stage("thin", "(I(m) - Q Q') dQ", "(I(m) - Q Q') dA inv(R)",
                 "multiply the differentiated equation by `I(m) - Q Q'` from the left and by `inv(R)` from the right: `(I(m) - Q Q') Q = 0`")),
    "`dQ = Q Q' dQ + (I(m) - Q Q') dQ`", _QR_NAMES, "Q Omega + (I(m) - Q Q') dA inv(R)", _WALTER,
)

# ------------------------------------------------------------------ singular values and vectors
_SVD = (
    Stage("both", "U S V'", "A", "the decomposition: `U' U = I(n)`, `V' V = I(n)`, `S` is diagonal"),
    Stage("so", "U' dU S + dS + S dV' V", "M", "multiply by `U'` from the left, by `V` from the right"),
    _SKEW_U, _SKEW_V,
)
_SVD_UNKNOWNS = (("U", "svd_u(A)"), ("S", "diag(svd_s(A))"), ("V", "svd_v(A)"))
_SVD_NAMES = (("M", "U' dA V"), ("F", "gaps(svd_s(A))"))
_GAPS = "divide entry (`i`, `j`) off the diagonal by `S[j, j]^2 - S[i, i]^2`: on the diagonal a skew matrix is 0"
_TOWNSEND = "Townsend, Differentiating the singular value decomposition (2016)"

_SVD_U = Defining(
    "left-singular-vectors", "A: m n", _SVD_UNKNOWNS,
    (*_SVD,
     Stage("so", "U' dU S^2 - S^2 U' dU + 2 S dS", "M S + S M'",
           "multiply by `S` from the right and add the transpose: the terms with `V' dV` cancel"),
     Stage("so", "U' dU", "F .* (M S + S M')", _GAPS),
     Stage("thin", "(I(m) - U U') dU", "(I(m) - U U') dA V inv(S)",
           "multiply the differentiated equation by `I(m) - U U'` from the left and by `V inv(S)` from the right: `(I(m) - U U') U = 0`")),
    "`dU = U U' dU + (I(m) - U U') dU`", _SVD_NAMES,
    "U (F .* (M S + S M')) + (I(m) - U U') dA V inv(S)", _TOWNSEND,
)

# ------------------------------------------------------------------ polar decomposition
_POLAR_U = Defining(
    "polar-u", "A: m n", (("U", "polar_u(A)"), ("P", "polar_p(A)")),
    (Stage("both", "U P", "A", "the decomposition: `U' U = I(n)`, `P` is symmetric positive definite"),
     Stage("so", "U' dU P + dP", "U' dA", "multiply by `U'` from the left"),
     _SKEW_U,
     Stage("so", "U' dU P + P U' dU", "U' dA - dA' U", "subtract the transpose: `dP` is symmetric and cancels"),
     Stage("so", "U' dU", "Omega", "solve this Sylvester equation: it has one solution since `P` is positive definite"),
     Stage("thin", "(I(m) - U U') dU", "(I(m) - U U') dA inv(P)",
           "multiply the differentiated equation by `I(m) - U U'` from the left and by `inv(P)` from the right: `(I(m) - U U') U = 0`")),
    "`dU = U U' dU + (I(m) - U U') dU`", (("Omega", "sylvester(P, U' dA - dA' U)"),),
    "U Omega + (I(m) - U U') dA inv(P)", "Higham, Functions of Matrices (2008), ch. 8",
)

_ROWS = (
    Defining("inverse", "A: n n", (("Y", "inv(A)"),), (Stage("both", "A Y", "I(n)", "what the inverse is"),),
             last="multiply by the inverse from the left"),
    Defining("sqrtm", "A: n n", (("S", "sqrtm(A)"),),
             (Stage("both", "S^2", "A", "what the square root is"),),
             last="the solution of this Sylvester equation for `dS`", source="Higham, Functions of Matrices (2008), ch. 6"),
    Defining("logm", "A: n n", (("L", "logm(A)"),),
             (Stage("both", "expm(L)", "A", "what the logarithm is"),),
             last="the inverse of this linear map gives `dL`", source="Higham, Functions of Matrices (2008), ch. 11"),
    Defining("sylvester", "A: n n, C: n n", (("L", "sylvester(A, C)"),),
             (Stage("both", "A L + L A", "C", "the equation"),
              Stage("so", "A dL + dL A", "dC - dA L - L dA", "the terms with `dL` on one side")),
             last="a Sylvester equation for `dL`", source="Higham, Functions of Matrices (2008), ch. 6"),
    Defining("eigenvalue-symmetric", "A: n n symmetric, k: integer", (("v", "eigvec(A, k)"), ("l", "eigval(A, k)")),
             (Stage("both", "A v", "l v", "an eigenvector with `v' v = 1`"),
              Stage("so", "v' dA v + v' A dv", "dl + l v' dv", "multiply by `v'` from the left: `v' v = 1`"),
              Stage("so", "v' dA v", "dl", "`v' A = l v'`, as `A` is symmetric: the terms with `dv` cancel")),
             last="`dl = v' dA v`", source="Lax, Linear Algebra, ch. 9"),
    Defining("eigenvalue", "A: n n, k: integer",
             (("v", "eigvec_right(A, k)"), ("u", "eigvec_left(A, k)"), ("l", "eigval(A, k)")),
             (Stage("both", "A v", "l v", "a right eigenvector; a left one: `u' A = l u'`, scaled to `u' v = 1`"),
              Stage("so", "u' dA v + u' A dv", "dl + l u' dv", "multiply by `u'` from the left: `u' v = 1`"),
              Stage("so", "u' dA v", "dl", "`u' A = l u'`: the terms with `dv` cancel")),
             last="`dl = u' dA v`", source="Lax, Linear Algebra, ch. 9"),
    Defining("eigenvector-symmetric", "A: n n symmetric, k: integer", (("v", "eigvec(A, k)"), ("l", "eigval(A, k)")),
             (Stage("both", "A v", "l v", "an eigenvector"),
              Stage("so", "(l I(n) - A) dv", "dA v - dl v", "the terms with `dv` on one side"),
              Stage("constraint", "v' v", "1", ": `dv` is orthogonal to `v`"),
              Stage("so", "dv", "pinv(l I(n) - A) (dA v - dl v)",
                    "the kernel of `l I(n) - A` is spanned by `v`: on what is orthogonal to it the pseudo-inverse inverts")),
             last="`pinv(l I(n) - A) v = 0`: the term with `dl` drops out", source="Magnus & Neudecker, ch. 8"),
    Defining("eigenvector-right", "A: n n, k: integer",
             (("v", "eigvec_right(A, k)"), ("u", "eigvec_left(A, k)"), ("l", "eigval(A, k)")),
             (Stage("both", "A v", "l v", "a right eigenvector; a left one: `u' A = l u'`, scaled to `u' v = 1`"),
              Stage("so", "(l I(n) - A) dv", "dA v - dl v", "the terms with `dv` on one side"),
              Stage("constraint", "v' v", "1", ": `dv` is orthogonal to `v`"),
              Stage("so", "dv", "pinv(l I(n) - A) (dA v - dl v)",
                    "the kernel of `l I(n) - A` is spanned by `v`: on what is orthogonal to it the pseudo-inverse inverts")),
             last="`dl = u' dA v`", source="Magnus & Neudecker, ch. 8"),
    Defining("eigenvector-left", "A: n n, k: integer",
             (("v", "eigvec_right(A, k)"), ("u", "eigvec_left(A, k)"), ("l", "eigval(A, k)")),
             (Stage("both", "A' u", "l u", "a left eigenvector, scaled to `u' v = 1` with the unit right one `v`"),
              Stage("so", "(l I(n) - A)' du", "dA' u - dl u", "the terms with `du` on one side"),
              Stage("constraint", "u' v", "1"),
              Stage("so", "du", "w - (u' dv + v' w) u", "a solution `w`, and a multiple of `u` so that the line above holds")),
             last="`dv` is `pinv(l I(n) - A) (dA v - dl v)`, and `dl = u' dA v`", names=(("w", "pinv(l I(n) - A)' (dA' u - (u' dA v) u)"),),
             result="w - (u' pinv(l I(n) - A) (dA v - (u' dA v) v) + v' w) u", source="Magnus & Neudecker, ch. 8"),
    Defining("singular-value", "A: m n, k: integer",
             (("u", "svd_u(A)[:, k]"), ("v", "svd_v(A)[:, k]"), ("s", "singval(A, k)")),
             (Stage("both", "A v", "s u", "a pair of singular vectors of norm 1: from the other side `A' u = s v`"),
              Stage("so", "u' dA v + s v' dv", "ds + s u' du", "multiply by `u'` from the left: `u' A = s v'`, `u' u = 1`"),
              Stage("so", "u' dA v", "ds", "`u' u = 1`, `v' v = 1`: differentiated, `u' du = 0`, `v' dv = 0`")),
             last="`ds = u' dA v`", source="Giles (2008), sec. 3.2"),
    Defining("singular-values", "A: m n", (("U", "svd_u(A)"), ("s", "svd_s(A)"), ("V", "svd_v(A)")),
             (Stage("both", "U diag(s) V'", "A", "the decomposition: `U' U = I(n)`, `V' V = I(n)`"),
              Stage("so", "U' dU diag(s) + diag(ds) + diag(s) dV' V", "U' dA V",
                    "multiply by `U'` from the left, by `V` from the right"),
              _SKEW_U, _SKEW_V),
             last="take the diagonal: that of a skew matrix is 0", source="Giles (2008), sec. 3.2"),
    _SVD_U,
    _square("left-singular-vectors-square", _SVD_U, "U (F .* (M S + S M'))", "multiply by `U` from the left: `U U' = I(n)`"),
    Defining("right-singular-vectors", "A: m n", _SVD_UNKNOWNS,
             (*_SVD,
              Stage("so", "V' dV S^2 - S^2 V' dV + 2 S dS", "S M + M' S",
                    "multiply by `S` from the left and add the transpose: the terms with `U' dU` cancel"),
              Stage("so", "V' dV", "F .* (S M + M' S)", _GAPS)),
             "multiply by `V` from the left: `V V' = I(n)`", _SVD_NAMES, "V (F .* (S M + M' S))", _TOWNSEND),
    Defining("cholesky", "A: n n", (("L", "cholesky(A)"),),
             (Stage("both", "L L'", "A", "the factorization: `L` is lower triangular"),
              Stage("so", "inv(L) dL + (inv(L) dL)'", "M", "multiply by `inv(L)` from the left, by `inv(L)'` from the right"),
              Stage("so", "inv(L) dL", "tril(M) - 1/2 diag(diag(M))",
                    "the left side is lower triangular plus its transpose: take the lower part of `M` with half its diagonal")),
             "multiply by `L` from the left", (("M", "inv(L) dA inv(L)'"),), "L (tril(M) - 1/2 diag(diag(M)))",
             "Murray (2016), arXiv:1602.07527"),
    _QR_Q,
    _square("qr-q-square", _QR_Q, "Q Omega", "multiply by `Q` from the left: `Q Q' = I(n)`"),
    Defining("qr-r", "A: m n", _QR_UNKNOWNS,
             (*_QR, Stage("so", "dR inv(R)", "M - Omega", "what is left of `M`")),
             "multiply by `R` from the right", _QR_NAMES, "(M - Omega) R", _WALTER),
    _POLAR_U,
    _square("polar-u-square", _POLAR_U, "U Omega", "multiply by `U` from the left: `U U' = I(n)`"),
    Defining("polar-p", "A: m n", (("P", "polar_p(A)"),),
             (Stage("both", "P^2", "A' A", "`P` is the square root of `A' A`"),),
             last="the solution of this Sylvester equation for `dP`, the only one since `P` is positive definite",
             source="Higham, Functions of Matrices (2008), ch. 8"),
)

DEFINING: dict[str, Defining] = {row.rule: row for row in _ROWS}
"""By the rule that is derived."""
