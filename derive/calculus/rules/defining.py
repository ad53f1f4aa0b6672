"""Table 4: the equation that defines each function, from which its derivative is derived.

The engine differentiates the equation (the product rule) and, where what results is linear in the unknown differential,
solves it; for the factorizations the rows that follow say how the differentiated equation is taken apart.  Every one of these
equations is checked by numbers at every use, with the pending differentials as difference quotients.
"""

from __future__ import annotations

from dataclasses import dataclass

Equation = tuple[str, str, str]
"""left, right, reason, in the problem language; dA is the direction, dL the pending derivative of L."""


@dataclass(frozen=True)
class Defining:
    """How a function's derivative follows from its defining equation.

    rule       the row of `differentials` that this derives
    given      letters as in a rule
    unknowns   letter -> what it stands for
    equations  the defining equations, (left, right, words)
    rows       the equations between the differentiated ones and the rule, () where the engine solves
    last       the words of the last line, the rule itself
    """

    rule: str
    given: str
    unknowns: tuple[tuple[str, str], ...]
    equations: tuple[Equation, ...]
    rows: tuple[Equation, ...] = ()
    last: str = ""
    source: str = ""


_ROWS = (
    Defining("inverse", "A: n n", (("Y", "inv(A)"),), (("A Y", "I(n)", "what the inverse is"),),
             last="multiply by the inverse from the left"),
    Defining("sqrtm", "A: n n", (("Y", "sqrtm(A)"),), (("Y Y", "A", "what the square root is"),),
             (("Y dY + dY Y", "dA", "a Sylvester equation for the unknown"),),
             last="its solution"),
    Defining("eigenvalue-symmetric", "A: n n symmetric, k: integer", (("v", "eigvec(A, k)"), ("l", "eigval(A, k)")),
             (("A v", "l v", "an eigenvector"),),
             (("v' dA v + v' A dv", "v' dl v + v' l dv", "multiply by the transpose of v from the left"),
              ("v' dA v", "dl", "v is an eigenvector from both sides and of norm 1: the terms with the derivative of v cancel")),
             last="read the other way round", source="Lax, Linear Algebra, ch. 9"),
    Defining("eigenvalue", "A: n n, k: integer",
             (("v", "eigvec_right(A, k)"), ("u", "eigvec_left(A, k)"), ("l", "eigval(A, k)")),
             (("A v", "l v", "a right eigenvector"),),
             (("u' dA v + u' A dv", "dl + l u' dv", "multiply by the left eigenvector, normalized"),
              ("u' dA v", "dl", "u is a left eigenvector: the terms with the derivative of v cancel")),
             last="read the other way round", source="Lax, Linear Algebra, ch. 9"),
    Defining("eigenvector-symmetric", "A: n n symmetric, k: integer", (("v", "eigvec(A, k)"), ("l", "eigval(A, k)")),
             (("A v", "l v", "an eigenvector"), ("v' v", "1", "of norm 1")),
             (("(l I(n) - A) dv", "dA v - dl v", "the unknown to one side"),
              ("dv", "pinv(l I(n) - A) (dA v - dl v)", "norm 1: the unknown is orthogonal to v, where the pseudo-inverse inverts"),
              ("pinv(l I(n) - A) v", "zeros(n)", "v is in its kernel")),
             last="so the term with the derivative of the eigenvalue drops out", source="Magnus & Neudecker, ch. 9"),
    Defining("singular-value", "A: m n, k: integer",
             (("u", "svd_u(A)[:, k]"), ("v", "svd_v(A)[:, k]"), ("s", "singval(A, k)")),
             (("u' A v", "s", "the singular value"),),
             (("A v", "s u", "v and u belong to each other"), ("u' A", "s v'", "likewise from the left"),
              ("du' u", "0", "u has norm 1"), ("v' dv", "0", "v has norm 1")),
             last="the terms with the derivatives of u and v vanish", source="Giles (2008), sec. 3.2"),
    Defining("cholesky", "A: n n", (("L", "cholesky(A)"),), (("L L'", "A", "the factorization"),),
             (("inv(L) dL + (inv(L) dL)'", "inv(L) dA inv(L)'", "multiply by the inverse of L from the left and its transpose from the right"),
              ("inv(L) dL", "tril(inv(L) dA inv(L)') - 1/2 diag(diag(inv(L) dA inv(L)'))",
               "the first is lower triangular, the second its transpose: the lower part with half the diagonal")),
             last="multiply by L from the left", source="Murray (2016), arXiv:1602.07527"),
    Defining("qr-q", "A: m n", (("Q", "qr_q(A)"), ("R", "qr_r(A)")),
             (("Q R", "A", "the factorization"), ("Q' Q", "I(n)", "orthonormal columns")),
             (("Q' dQ + dR inv(R)", "Q' dA inv(R)", "multiply by the transpose of Q from the left, the inverse of R from the right"),
              ("stril(Q' dQ)", "stril(Q' dA inv(R))", "the second term is upper triangular: the strictly lower part"),
              ("Q' dQ", "stril(Q' dA inv(R)) - stril(Q' dA inv(R))'", "the matrix on the left is skew"),
              ("dQ - Q Q' dQ", "(I(m) - Q Q') dA inv(R)", "what leaves the range of Q")),
             last="both parts together", source="Walter, Lehmann & Lamour (2012)"),
    Defining("qr-r", "A: m n", (("Q", "qr_q(A)"), ("R", "qr_r(A)")),
             (("Q R", "A", "the factorization"), ("Q' Q", "I(n)", "orthonormal columns")),
             (("Q' dQ + dR inv(R)", "Q' dA inv(R)", "multiply by the transpose of Q from the left, the inverse of R from the right"),
              ("Q' dQ", "stril(Q' dA inv(R)) - stril(Q' dA inv(R))'",
               "skew plus upper triangular: the strictly lower part minus its transpose"),
              ("dR inv(R)", "Q' dA inv(R) - (stril(Q' dA inv(R)) - stril(Q' dA inv(R))')", "the rest")),
             last="multiply by R from the right", source="Walter, Lehmann & Lamour (2012)"),
    Defining("singular-values", "A: m n", (("U", "svd_u(A)"), ("s", "svd_s(A)"), ("V", "svd_v(A)")),
             (("U' A V", "diag(s)", "the singular value decomposition"),),
             (("U' dA V", "diag(ds) - dU' U diag(s) - diag(s) V' dV", "differentiate, put in what A does to U and V"),
              ("V' dV", "-dV' V", "V'V = I: V'dV is skew, its diagonal is zero"),
              ("dU' U", "-U' dU", "and so is this one")),
             last="take the diagonal", source="Giles (2008), sec. 3.2"),
)

DEFINING: dict[str, Defining] = {row.rule: row for row in _ROWS}
