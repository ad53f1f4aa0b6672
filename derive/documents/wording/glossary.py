r"""Definitions that a lecture includes by name: `definition: gradient`.

The texts follow the settings of notation: between dollars `'` is the transpose, `\tr{M}` the trace, `\D{f}{X}{H}` the directional
derivative, `\grad{f}{X}` the gradient, `\inner{X}{Y}` the inner product of matrices, `\norm{X}` the norm of one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from derive.documents.wording.languages import tables
from derive.documents.wording.languages.language import Term
from derive.language.markup.prose import with_formulas
from derive.notation.settings import DEFAULT, Notation
from derive.notation.style import bolded, derivative, gradient, inner, norm, trace, transposed

ENGLISH: Mapping[str, Term] = {
    # ------------------------------------------------------------------ derivatives
    "directional-derivative": Term(
        "Directional derivative",
        r"The directional derivative of $f$ at $X$ in the direction $H$ is the rate at which $f$ changes when $X$ moves along $H$: "
        r"$\D{f}{X}{H} = \left.\frac{\mathrm{d}}{\mathrm{d}t} f(X + tH)\right|_{t=0}$. "
        r"$X$ may be a number, a vector or a matrix; $H$ is of the same kind.",
    ),
    "derivative": Term(
        "Derivative",
        r"The derivative of $f$ at $X$ is the linear map $H \mapsto \D{f}{X}{H}$ for which the remainder "
        r"$f(X + H) - f(X) - \D{f}{X}{H}$ is small compared with $H$: its norm divided by $\vnorm{H}$ tends to $0$ as $H \to 0$. There is at "
        r"most one such map, and its values are the directional derivatives.",
    ),
    "differential": Term(
        "Differential",
        r"The differential $\mathrm{d}f$ is the directional derivative with the direction written $\mathrm{d}X$: it is linear in $\mathrm{d}X$.",
    ),
    "partial-derivative": Term(
        "Partial derivative",
        r"The partial derivative $\frac{\partial f}{\partial x_i}$ is the directional derivative along the $i$-th unit vector: one entry "
        r"moves, the others stay. For a matrix variable $\frac{\partial f}{\partial X_{ij}}$ moves the entry $i, j$ alone.",
    ),
    "total-derivative": Term(
        "Total derivative",
        r"Of a function of several variables: all of them move at once, each along a direction of its own, and by linearity the derivative is "
        r"the sum of the derivatives by each variable with the others held fixed.",
    ),
    "gradient": Term(
        "Gradient",
        r"The gradient of a scalar function $f$ at $X$ is the one $\grad{f}{X}$, of the shape of $X$, with "
        r"$\D{f}{X}{H} = \inner{\grad{f}{X}}{H}$ for every direction $H$. Another inner product gives the same derivative another gradient.",
    ),
    "jacobian": Term(
        "Jacobian",
        r"The Jacobian of a function $f$ with vector values is the matrix $J$ with $\D{f}{x}{h} = J h$: a row for every entry of $f$, "
        r"a column for every entry of $x$ (numerator layout). Its transpose is the denominator layout.",
    ),
    "layout": Term(
        "Layout",
        r"In numerator layout a derivative has a row for each entry of the function and a column for each entry of the variable: "
        r"$J_{ij} = \frac{\partial f_i}{\partial x_j}$. In denominator layout it is the other way round, so that one is the transpose of the "
        r"other. A gradient has the shape of its variable in either.",
        plain="x",
    ),
    "second-derivative": Term(
        "Second derivative",
        r"The second derivative $\DD{f}{X}{H, K}$ is the directional derivative along $K$ of $X \mapsto \D{f}{X}{H}$. "
        r"Where it is continuous it is linear in each direction and symmetric in the two.",
    ),
    "hessian": Term(
        "Hessian",
        r"The Hessian of a scalar function is the derivative of its gradient: the linear operator $H \mapsto \operatorname{Hess} f(X)[H]$ with "
        r"$\DD{f}{X}{H, K} = \inner{\operatorname{Hess} f(X)[H]}{K}$. For a vector variable it is a symmetric matrix.",
    ),
    "polarization-identity": Term(
        "Polarization identity",
        r"A symmetric bilinear form $B$ is known from its values on the diagonal: "
        r"$B(H, K) = \tfrac{1}{4} \left( B(H + K, H + K) - B(H - K, H - K) \right)$. So the second derivative along lines, "
        r"$\frac{\mathrm{d}^2}{\mathrm{d}t^2} f(X + tH)$ at $t = 0$, determines it in two directions.",
        plain="B",
    ),
    "taylor-expansion": Term(
        "Taylor expansion",
        r"To second order $f(X + H) = f(X) + \D{f}{X}{H} + \tfrac{1}{2} \DD{f}{X}{H, H} + R$, where $R$ divided by $\vnorm{H}^2$ tends "
        r"to $0$ as $H \to 0$, for $f$ twice differentiable at $X$.",
        plain="R",
    ),
    "linear-approximation": Term(
        "Linear approximation",
        r"Near $x_0$ the function $f$ is close to $x \mapsto f(x_0) + \D{f}{x_0}{x - x_0}$, and no other affine function is as close. Its graph "
        r"is the tangent line, or the tangent plane, at $x_0$.",
    ),
    "chain-rule": Term(
        "Chain rule",
        r"The derivative of a composition is the composition of the derivatives: "
        r"$\D{(g \circ f)}{X}{H} = \D{g}{f(X)}{\D{f}{X}{H}}$.",
    ),
    "product-rule": Term(
        "Product rule",
        r"The derivative of a product of matrices falls on each factor in turn, the order of the factors being kept: "
        r"$\D{(FG)}{X}{H} = \D{F}{X}{H} \, G(X) + F(X) \, \D{G}{X}{H}$.",
    ),
    "backpropagation": Term(
        "Backpropagation",
        r"The chain rule of a long composition, read from the outermost function inwards: with the adjoint of each derivative the gradient by "
        r"one intermediate is made into the gradient by the one before it. Every intermediate is passed once, whatever the number of "
        r"parameters.",
    ),
    # ------------------------------------------------------------------ operators and forms
    "linear-operator": Term(
        "Linear operator",
        r"A map $L$ between spaces of vectors or matrices with $L(aH + bK) = a L(H) + b L(K)$ for all numbers $a, b$ and all $H, K$. Examples "
        r"are $H \mapsto A H B$, $H \mapsto H'$ and $H \mapsto \tr{A H}$. A derivative is one, in its direction.",
        plain="b",
    ),
    "adjoint": Term(
        "Adjoint",
        r"The adjoint of a linear operator $L$ is the operator $L^{*}$ with $\inner{Y}{L(H)} = \inner{L^{*}(Y)}{H}$ for all "
        r"$Y$ and $H$: it moves the direction out of an inner product, and so the gradient is read off.",
    ),
    "bilinear-form": Term(
        "Bilinear form",
        r"A function $B(H, K)$ with values in the numbers that is linear in $H$ and linear in $K$; symmetric when $B(H, K) = B(K, H)$.",
        plain="B",
    ),
    "quadratic-form": Term(
        "Quadratic form",
        r"A function $q(x) = x' A x$. Only the symmetric part of $A$ counts, $x' A x = \tfrac{1}{2} x' (A + A') x$, so that $A$ may be taken to be "
        r"symmetric.",
    ),
    "inner-product": Term(
        "Inner product",
        r"Of vectors $\dotp{x}{y} = x' y$, of matrices $\inner{X}{Y} = \tr{X' Y}$, the sum of the products of their entries (the Frobenius "
        r"inner product). In general: bilinear, symmetric, and positive for a nonzero argument taken twice.",
    ),
    "norm": Term(
        "Norm",
        r"A norm is positive except at $0$, scales with $\vnorm{cX} = \lvert c \rvert \vnorm{X}$, and obeys the triangle inequality "
        r"$\vnorm{X + Y} \le \vnorm{X} + \vnorm{Y}$. The Euclidean norm is $\vnorm{x} = \sqrt{x' x}$, the Frobenius norm of a matrix is "
        r"$\norm{X} = \sqrt{\tr{X' X}}$.",
    ),
    "trace": Term(
        "Trace",
        r"The trace of a square matrix is the sum of its diagonal entries. It is linear, it does not change under transposition, "
        r"$\tr{M} = \tr{M'}$, nor when factors are moved around cyclically, $\tr{AB} = \tr{BA}$.",
    ),
    "determinant": Term(
        "Determinant",
        r"The determinant is the one function of a square matrix that is linear in each column, changes its sign when two columns are "
        r"exchanged, and is $1$ for the unit matrix. It is multiplicative, $\det(AB) = \det A \det B$, and $A$ is invertible exactly when "
        r"$\det A \ne 0$.",
    ),
    "adjugate": Term(
        "Adjugate",
        r"The adjugate $\operatorname{adj}(A)$ has in row $i$, column $j$ the determinant of $A$ without row $j$ and column $i$, times "
        r"$(-1)^{i+j}$. $A \operatorname{adj}(A) = \det(A) I$, for a singular matrix too.",
    ),
    "vectorization": Term(
        "Vectorization",
        r"$\operatorname{vec} X$ is the column of all entries of $X$, one column below the other. It is linear and keeps the inner product: "
        r"$\inner{X}{Y} = (\operatorname{vec} X)' \operatorname{vec} Y$.",
    ),
    "kronecker-product": Term(
        "Kronecker product",
        r"$A \otimes B$ is the block matrix with blocks $a_{ij} B$. With $\operatorname{vec} X$ the columns of $X$ stacked, "
        r"$\operatorname{vec}(A X B) = (B' \otimes A) \operatorname{vec} X$.",
    ),
    "commutation-matrix": Term(
        "Commutation matrix",
        r"$K_{m,n}$ is the permutation matrix with $K_{m,n} \operatorname{vec} X = \operatorname{vec} X'$ for every $m \times n$ matrix $X$. "
        r"Its transpose and inverse is $K_{n,m}$.",
        plain="K",
    ),
    "hadamard-product": Term(
        "Hadamard product",
        r"$A \circ B$ multiplies two matrices of one shape entry by entry. It is commutative, and $\tr{A' (B \circ C)} = \tr{(A \circ B)' C}$: "
        r"a Hadamard factor is its own adjoint.",
    ),
    "elementwise-function": Term(
        "Elementwise function",
        r"A function $\sigma$ of one number, applied to each entry of a vector or matrix. Its derivative is a Hadamard product, "
        r"$H \mapsto \sigma^{\prime}(X) \circ H$.",
    ),
    "index-notation": Term(
        "Index notation",
        r"Entries are written with their indices, $(AB)_{ij} = \sum_k A_{ik} B_{kj}$; in Einstein's convention the sign of the sum over an "
        r"index that occurs twice is left out. The Kronecker delta $\delta_{ij}$ is $1$ for $i = j$ and $0$ otherwise.",
        plain="k",
    ),
    # ------------------------------------------------------------------ kinds of matrices
    "transpose": Term(
        "Transpose",
        r"$A'$ has the rows of $A$ as its columns. $(AB)' = B' A'$, and $\dotp{Ax}{y} = \dotp{x}{A' y}$: the transpose is the adjoint.",
    ),
    "inverse": Term(
        "Inverse",
        r"$A^{-1}$ is the matrix with $A A^{-1} = A^{-1} A = I$. A square matrix has one exactly when its determinant is not $0$, when its "
        r"columns are linearly independent, when $Ax = 0$ for $x = 0$ alone.",
    ),
    "rank": Term(
        "Rank",
        r"The number of linearly independent columns, which is that of linearly independent rows. A matrix with linearly independent columns "
        r"has full column rank, and then $A' A$ is positive definite.",
    ),
    "symmetric-matrix": Term(
        "Symmetric and skew-symmetric matrices",
        r"$A$ is symmetric when $A' = A$, skew-symmetric when $A' = -A$. Every square matrix is the sum of its symmetric part "
        r"$\tfrac{1}{2}(A + A')$ and its skew part $\tfrac{1}{2}(A - A')$, which are orthogonal to each other.",
    ),
    "orthogonal-matrix": Term(
        "Orthogonal matrix",
        r"A square matrix with $Q' Q = I$: its columns are unit vectors, each orthogonal to the others, and $Q^{-1} = Q'$. It keeps inner "
        r"products, $\dotp{Qx}{Qy} = \dotp{x}{y}$.",
    ),
    "definiteness": Term(
        "Definiteness",
        r"A symmetric matrix $A$ is positive definite, $A \succ 0$, when $x' A x > 0$ for every $x \neq 0$; positive semidefinite, "
        r"$A \succeq 0$, when $x' A x \ge 0$ for every $x$; negative definite when $-A \succ 0$; indefinite when $x' A x$ takes both signs.",
    ),
    "projection": Term(
        "Orthogonal projection",
        r"A matrix $P$ with $P^2 = P$ and $P' = P$. For $A$ of full column rank $P = A (A' A)^{-1} A'$ projects onto the span of the columns "
        r"of $A$: $Px$ is the point of it that is nearest to $x$.",
    ),
    "pseudo-inverse": Term(
        "Pseudo-inverse",
        r"$A^{+}$ is the one matrix with $A A^{+} A = A$, $A^{+} A A^{+} = A^{+}$, and $A A^{+}$, $A^{+} A$ symmetric. For full column rank "
        r"$A^{+} = (A' A)^{-1} A'$; $A^{+} b$ is the shortest least-squares solution of $Ax = b$.",
    ),
    "matrix-exponential": Term(
        "Matrix exponential",
        r"$\exp(A) = \sum_{k=0}^{\infty} \frac{1}{k!} A^k$ for a square matrix; $\frac{\mathrm{d}}{\mathrm{d}t} \exp(tA) = A \exp(tA)$. "
        r"$\exp(A + B) = \exp(A) \exp(B)$ when $AB = BA$, not in general.",
        plain="k",
    ),
    # ------------------------------------------------------------------ factorizations
    "eigenvalue": Term(
        "Eigenvalue and eigenvector",
        r"A number $\lambda$ and a vector $v \ne 0$ with $A v = \lambda v$. The eigenvalues are the zeros of $\det(A - \lambda I)$; one is "
        r"simple when it is a simple zero. A symmetric matrix has real eigenvalues and an orthonormal basis of eigenvectors. A left "
        r"eigenvector is a $u \neq 0$ with $u' A = \lambda u'$.",
    ),
    "singular-value": Term(
        "Singular values",
        r"Every $m \times n$ matrix is $A = U S V'$ with $U' U = I$, $V' V = I$ and $S$ diagonal with entries $s_1 \ge s_2 \ge \dots \ge 0$, "
        r"the singular values: the square roots of the eigenvalues of $A' A$. The columns of $U$ and $V$ are the left and right singular "
        r"vectors.",
    ),
    "qr-factorization": Term(
        "QR factorization",
        r"$A = Q R$ with $Q' Q = I$ and $R$ upper triangular. For $A$ of full column rank and a positive diagonal of $R$ there is exactly one.",
    ),
    "cholesky-factorization": Term(
        "Cholesky factorization",
        r"A positive definite $A$ is $L L'$ for exactly one lower triangular $L$ with a positive diagonal.",
    ),
    # ------------------------------------------------------------------ optima
    "stationary-point": Term(
        "Stationary point",
        r"A point at which the gradient is zero. It is a local minimum where the second derivative is positive definite, a local maximum where "
        r"it is negative definite, a saddle point where it is indefinite; a second derivative that is only semidefinite decides nothing.",
    ),
    "second-order-test": Term(
        "Second-order test",
        r"At a stationary point $f(X + H) = f(X) + \tfrac{1}{2} \DD{f}{X}{H, H}$ up to terms of higher order. If $\DD{f}{X}{H, H} > 0$ for "
        r"all $H \ne 0$ the point is a local minimum, if it is negative a local maximum, if it takes both signs a saddle point. If it is "
        r"$0$ for some $H \neq 0$ and has one sign otherwise, the test decides nothing.",
    ),
    "saddle-point": Term(
        "Saddle point",
        r"A stationary point that is neither a local minimum nor a local maximum: arbitrarily near it $f$ takes larger and smaller values.",
    ),
    "convex-function": Term(
        "Convex function",
        r"$f(sx + (1 - s)y) \le s f(x) + (1 - s) f(y)$ for all $x, y$ of a convex domain and $0 \le s \le 1$. For twice differentiable $f$ it is "
        r"the same as a Hessian that is positive semidefinite everywhere. A stationary point of a convex function is a global minimum.",
    ),
    "least-squares": Term(
        "Least squares",
        r"To minimise $\vnorm{Aw - b}^2$ over $w$. The gradient is zero exactly where the normal equations $A' A w = A' b$ hold: the "
        r"residual is orthogonal to the columns of $A$. For full column rank there is one solution.",
    ),
    "sylvester-equation": Term(
        "Sylvester equation",
        r"The linear equation $A X + X B = C$ for $X$. By $\operatorname{vec}$ it becomes "
        r"$(I \otimes A + B' \otimes I) \operatorname{vec} X = \operatorname{vec} C$; it has exactly one solution for every $C$ when $A$ and $-B$ have "
        r"no eigenvalue in common. With $B = A'$ it is called a Lyapunov equation.",
    ),
    "tangent-space": Term(
        "Tangent space",
        r"Of a set of matrices given by $F(X) = 0$, with $\mathrm{D}F$ of constant rank: the directions $H$ with $\D{F}{X}{H} = 0$, which are the "
        r"velocities of the paths that stay in the set. For orthogonal matrices, $Q' Q = I$, they are the $H$ with $Q' H$ skew-symmetric.",
    ),
    "projected-gradient": Term(
        "Gradient in a set",
        r"Of a function on a set with tangent spaces: the orthogonal projection of the gradient onto the tangent space. It is the one "
        r"tangent $G$ with $\D{f}{X}{H} = \inner{G}{H}$ for every tangent direction $H$.",
    ),
}

_COMMAND = re.compile(r"\\(tr|DD|D|grad|inner|dotp|norm|vnorm)(?=\{)")
_ARGUMENTS = {"tr": 1, "D": 3, "DD": 3, "grad": 2, "inner": 2, "dotp": 2, "norm": 1, "vnorm": 1}


def glossary(language: str = "en") -> Mapping[str, Term]:
    """The terms of a language by name; a word that it does not have is English."""
    table = tables().get(language)
    return {**ENGLISH, **table.terms} if table else ENGLISH


def term(name: str, notation: Notation = DEFAULT) -> Term:
    """The definition in the language of the notation, printed in its signs.  KeyError for a word that there is none of."""
    found = glossary(notation.language)[name]
    return Term(found.title, with_formulas(found.text, lambda text: _formula(text, found.plain, notation)), found.plain)


def _formula(text: str, plain: str, notation: Notation) -> str:
    said = _said(bolded(text, notation, plain), notation)
    return re.sub(r"(?<=[A-Za-z)}\]])'", lambda _: transposed(notation), said)


def _said(text: str, notation: Notation) -> str:
    """The commands of this file's own as LaTeX, from the inside."""
    found = _COMMAND.search(text)
    if not found:
        return text
    arguments, place = [], found.end()
    for _ in range(_ARGUMENTS[found[1]]):
        end = _closing(text, place)
        arguments.append(_said(text[place + 1 : end], notation))
        place = end + 1
    writers: Mapping[str, Callable[..., str]] = {
        "tr": trace, "D": derivative, "grad": gradient, "inner": inner, "norm": norm,
        "DD": lambda f, x, h, n: rf"\mathrm{{D}}^{{2}}{f}({x})[{h}]",
        "dotp": lambda x, y, n: rf"\langle {x}, {y} \rangle",
        "vnorm": lambda x, n: rf"\lVert {x} \rVert",
    }
    return text[: found.start()] + writers[found[1]](*arguments, notation) + _said(text[place:], notation)


def _closing(text: str, opening: int) -> int:
    depth = 0
    for k in range(opening, len(text)):
        depth += (text[k] == "{") - (text[k] == "}")
        if depth == 0:
            return k
    raise ValueError(f"a brace is never closed: {text[opening:]}")
