"""Table 5: what the engine does to a line, beside taking derivatives: the names that stand in step traces.

A row says in words what happens; where the step is an instance of a law, the law is a row of `identities` under the same name.
"""

from __future__ import annotations

from derive.values import dataclass

MN5 = "Magnus & Neudecker, Matrix Differential Calculus, ch. 5"
ABSIL = "Absil, Mahony & Sepulchre, Optimization Algorithms on Matrix Manifolds (2008), ch. 3"
MN8 = "Magnus & Neudecker, Matrix Differential Calculus, ch. 8"
MN10 = "Magnus & Neudecker, Matrix Differential Calculus, ch. 10"
MN6 = "Magnus & Neudecker, Matrix Differential Calculus, ch. 6"
ALGEBRA = "linear algebra"
ABSIL = "Absil, Mahony & Sepulchre, Optimization Algorithms on Matrix Manifolds, ch. 3"


@dataclass(frozen=True)
class Move:
    """name, what is done (a statement as text), why it may be done, source; `sympy` where SymPy does it."""

    name: str
    words: str
    statement: str
    why: str
    source: str
    sympy: bool = False


_ROWS = (
    # ------------------------------------------------------------------ a line is cleaned up
    Move("tidy", "tidy", "`A I(n) = A`, `(A')' = A`, `(A B)' = B' A'`, `inv(A) A = I(n)`",
         "Units, zeros, double transposes and inverses beside their matrix are removed.", ALGEBRA),
    Move("declared-properties", "what is declared", "`A' = A`, `Q' Q = I(n)`, `S' = -S`, where the file says so",
         "A property that was declared of a symbol, or is evident of a product, is used; the line says which.", ALGEBRA),
    Move("collect", "collect", "`c M + s M = (c + s) M`", "Equal terms are added.", ALGEBRA),
    Move("order", "order of the terms", "`-A + B = B - A`", "A sum begins with a positive term; addition is commutative.", ALGEBRA),
    Move("expand", "multiply out", "`(A + B) (C + G) = A C + A G + B C + B G`", "Products are linear in each factor.", ALGEBRA),
    Move("simplify", "simplify", "`sin(s)^2 + cos(s)^2 = 1` and the like", "Scalar expressions are brought to a shorter form by SymPy.",
         "SymPy, simplify", sympy=True),
    Move("unfold", "take the matrix out", "`det(A + t H) = det(A) det(I(n) + t inv(A) H)`",
         "The function at the moved point, written as the function times one near I; the row of the function says how.", MN8),
    Move("intermediate-gradient", "gradient by an intermediate", "the gradient of f by the intermediate `U`, all else fixed",
         "Backwards, from the last intermediate to the first: the adjoint of each step is applied once.",
         "Griewank & Walther, Evaluating Derivatives (2008), ch. 3"),
    # ------------------------------------------------------------------ results are read off
    Move("read-off", "read off", "Df(X)[H] = `inner(G, H)` for all `H`: `G` is the gradient",
         "If also Df(X)[H] = `inner(K, H)` for all `H`, then `inner(G - K, H) = 0` for `H = G - K`, and `G = K`.", MN5),
    Move("gradient", "the gradient", "Df(X)[H] is the inner product of ∇f(X) with `H`, for all `H`", "The definition of the gradient.", MN5),
    Move("linearity", "linear in the direction", "Df(X)[`c H + s K`] is `c` times Df(X)[H] plus `s` times Df(X)[K]",
         "The derivative is a linear function of its direction.", MN5),
    Move("differential", "the differential", "df = Df(X)[dX]", "The derivative along dX.", MN5),
    Move("derivative", "the derivative found above", "Df(X)[H] is differentiated again, H being constant",
         "The first derivative is a function of X: it has a derivative along K.", MN10),
    Move("gradient-derivative", "differentiate the gradient", "D²f(X)[H, K] is the inner product of D(∇f)(X)[K] with `H`",
         "Df(X)[H] is the inner product of ∇f(X) with `H`, and that is linear in ∇f.", MN10),
    Move("first-derivative", "the first derivative", "d/ds d/dt f(X + tH + sK) = d/ds Df(X + sK)[H]",
         "The inner derivative is the one found above, at X + sK.", MN10),
    Move("constant", "constant", "D²f = 0", "The first derivative does not depend on X.", MN10),
    Move("taylor", "Taylor's formula", "f(X + H) = f(X) + Df(X)[H] + ½ D²f(X)[H, H] + …",
         "The function t ↦ f(X + tH) of one variable, expanded at 0.", MN6),
    Move("agreement", "the methods agree", "Df[H], and D²f[H, K], are the same by every method",
         "Each method ends in the same expression, or one that SymPy and numbers show to be equal.", MN10),
    Move("symmetry", "symmetric", "D²f(X)[H, K] = D²f(X)[K, H]",
         "The order of two derivatives does not matter where they are continuous; the expression shows it.", MN10),
    Move("layout", "layout", "denominator layout: the transpose of the Jacobian", "A convention, not a theorem.", MN5),
    Move("jacobian-determinant", "the Jacobian determinant", "the determinant of Df(X)", "The determinant of the Jacobian found above.", MN5),
    Move("vec", "vec", "`vec(M)` holds the columns of `M`, one below the other", "A definition.",
         "Magnus & Neudecker, Matrix Differential Calculus, ch. 2"),
    # ------------------------------------------------------------------ the links of a chain
    Move("link", "derivative of an intermediate", "the derivative of `u` by one of the names in its definition, all others fixed",
         "A partial derivative: the definition alone is differentiated.", MN5),
    Move("links", "the derivatives of the intermediates", "each factor of the chain rule is what the table says", "They are put in.", ALGEBRA),
    Move("kronecker-product", "the product of Kronecker products", "`kron(A, B) kron(C, G) = kron(A C, B G)`",
         "Block i, j of the product is the sum over k of `A[i, k] C[k, j]` times `B G`.",
         "Magnus & Neudecker, Matrix Differential Calculus, ch. 2"),
    Move("vec-of-transpose", "vec X' = K vec X", "`vec(X')` is a permutation of `vec(X)`; its matrix is the commutation matrix K",
         "Both hold the same entries in another order.", "Magnus & Neudecker, Matrix Differential Calculus, ch. 3"),
    Move("vec-of-scalar", "tr(A'X) = vec(A)'vec(X)", "`tr(A' X) = vec(A)' vec(X)`", "Both are the sum of the products of the entries.",
         "Magnus & Neudecker, Matrix Differential Calculus, ch. 2"),
    Move("vec-of-function", "by definition of its Jacobian", "the Jacobian of a function of matrices without a formula is d vec Y/d vec X",
         "A definition.", "Magnus & Neudecker, Matrix Differential Calculus, ch. 5"),
    # ------------------------------------------------------------------ another way to differentiate
    Move("expansion", "multiply out", "f(X + H) − f(X), multiplied out",
         "On noncommuting symbols, by SymPy.", MN5, sympy=True),
    Move("linear-part", "the part linear in H", "f(X + H) − f(X) = Df(X)[H] + o(‖H‖)",
         "The derivative is the part of the increment that is linear in H.", MN5),
    Move("defining-equation", "the defining equation", "F(A, Y) = 0", "What the function is.", MN8),
    Move("implicit", "differentiate both sides", "F(A, Y) = 0 for all A: DF = 0 along every direction",
         "Both sides of an identity have the same derivative; what results is linear in dY.",
         "Magnus & Neudecker, Matrix Differential Calculus, ch. 7 (implicit function theorem)"),
    # ------------------------------------------------------------------ variables in a curved set
    Move("constraint", "the constraint", "F(X) = 0", "What the declaration of the variable says: `X' X = I`, `x' x = 1`.", ABSIL),
    Move("tangent", "tangent directions", "F(X) = 0 along every curve in the set: DF(X)[H] = 0",
         "The tangent directions are the kernel of the constraint's derivative; what is orthogonal to them is normal, and a gradient "
         "without its normal part is the projected one.", ABSIL),
    # ------------------------------------------------------------------ by indices
    Move("by-entries", "by entries", "f written with sums over the entries", "Products and traces are sums of products of entries.", MN8),
    Move("entries", "entry by entry", "the derivative by each entry of X", "The derivative along the unit matrices.", MN8),
    Move("entries-derivative", "the derivative by entries", "the derivative of entry i, j by entry p, q is 1 where i = p and j = q, else 0",
         "An entry depends on itself alone.", MN8),
    Move("contract", "the deltas contract the sums", "the sum over i of δᵢₚ aᵢ is aₚ", "Only the term i = p of the sum is left.", ALGEBRA),
    Move("sum-of-entries", "the sum over all entries", "Df(X)[H] is the sum over p, q of the derivative by entry p, q times that entry of `H`",
         "H is the sum of its entries times the unit matrices, and the derivative is linear in its direction.", MN5),
    Move("recognise", "in matrix form", "`sum(j, 1, n, A[i, j] B[j, k]) = (A B)[i, k]`", "A sum over a repeated inner index is a product.", ALGEBRA),
    # ------------------------------------------------------------------ optima
    Move("stationary", "the gradient is zero", "∇f(X) = 0", "A necessary condition for an extremum inside the domain.",
         "Boyd & Vandenberghe, Convex Optimization, sec. 4.2.3"),
    Move("rearrange", "rearrange", "`A = B` is equivalent to `A + C = B + C`", "Terms with the unknown to the left, the others to the right.", ALGEBRA),
    Move("solve", "solve", "`A X = B` is equivalent to `X = inv(A) B`, A invertible", "Multiply by the inverse; the solution is put back and checked.", ALGEBRA),
    Move("put-back", "put back", "what was found, in the equation", "It holds: a solution is one by the equation alone.", ALGEBRA),
    Move("substitute", "substitute", "x = y in an equation", "What one equation gives is put into the next.", ALGEBRA),
    Move("evaluate", "put in the numbers", "the value of an expression where its symbols are numbers",
         "The numbers that the problem gives are put in for the symbols; fractions stay exact.", ALGEBRA),
    Move("second-order-test", "second-order test", "D²f(X)[H, H] > 0 for all H ≠ 0: a minimum",
         "Taylor's formula to second order.", "Boyd & Vandenberghe, Convex Optimization, sec. 3.1.4"),
)

MOVES: dict[str, Move] = {row.name: row for row in _ROWS}
