"""Definitions that a lecture includes by name: `definition: gradient`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Term:
    """A title and what it means, prose with mathematics."""

    title: str
    text: str


ENGLISH: Mapping[str, Term] = {
    "directional-derivative": Term(
        "Directional derivative",
        r"The directional derivative of $f$ at $X$ in the direction $H$ is the rate at which $f$ changes when $X$ moves along $H$: "
        r"$\mathrm{D}f(X)[H] = \left.\frac{\mathrm{d}}{\mathrm{d}t} f(X + tH)\right|_{t=0}$. "
        r"$X$ may be a number, a vector or a matrix; $H$ is of the same kind.",
    ),
    "derivative": Term(
        "Derivative",
        r"The derivative of $f$ at $X$ is the linear map $H \mapsto \mathrm{D}f(X)[H]$ for which "
        r"$f(X + H) - f(X) - \mathrm{D}f(X)[H]$ is small compared with $H$, as $H \to 0$.",
    ),
    "differential": Term(
        "Differential",
        r"The differential $\mathrm{d}f$ is the directional derivative with the direction written $\mathrm{d}X$: "
        r"it is linear in $\mathrm{d}X$.",
    ),
    "inner-product": Term(
        "Inner product",
        r"Of vectors $\langle x, y \rangle = x^{\mathsf{T}} y$, of matrices $\langle X, Y \rangle = \operatorname{tr}(X^{\mathsf{T}} Y)$, "
        r"the sum of the products of their entries (the Frobenius inner product).",
    ),
    "gradient": Term(
        "Gradient",
        r"The gradient of a scalar function $f$ at $X$ is the one $\nabla f(X)$, of the shape of $X$, with "
        r"$\mathrm{D}f(X)[H] = \langle \nabla f(X), H \rangle$ for every direction $H$.",
    ),
    "jacobian": Term(
        "Jacobian",
        r"The Jacobian of a function $f$ with vector values is the matrix $J$ with $\mathrm{D}f(x)[h] = J h$: a row for every entry of $f$, "
        r"a column for every entry of $x$ (numerator layout). Its transpose is the denominator layout.",
    ),
    "hessian": Term(
        "Hessian",
        r"The Hessian of a scalar function is the derivative of its gradient: the linear operator $H \mapsto \operatorname{Hess} f(X)[H]$ with "
        r"$\mathrm{D}^2 f(X)[H, K] = \langle \operatorname{Hess} f(X)[H], K \rangle$. For a vector variable it is a symmetric matrix.",
    ),
    "second-derivative": Term(
        "Second derivative",
        r"The second derivative $\mathrm{D}^2 f(X)[H, K]$ is the directional derivative along $K$ of $X \mapsto \mathrm{D}f(X)[H]$. "
        r"Where it is continuous it is linear in each direction and symmetric in the two.",
    ),
    "trace": Term(
        "Trace",
        r"The trace of a square matrix is the sum of its diagonal entries. It is linear, it does not change under transposition, "
        r"$\operatorname{tr} M = \operatorname{tr} M^{\mathsf{T}}$, nor when factors are moved around cyclically, "
        r"$\operatorname{tr}(AB) = \operatorname{tr}(BA)$.",
    ),
    "definiteness": Term(
        "Definiteness",
        r"A symmetric matrix $A$ is positive definite, $A \succ 0$, when $x^{\mathsf{T}} A x > 0$ for every $x \neq 0$; "
        r"positive semidefinite, $A \succeq 0$, when it is never negative; indefinite when it takes both signs.",
    ),
    "stationary-point": Term(
        "Stationary point",
        r"A point at which the gradient is zero. It is a minimum where the second derivative is positive definite, a maximum where it is "
        r"negative definite, a saddle point where it is indefinite.",
    ),
    "adjoint": Term(
        "Adjoint",
        r"The adjoint of a linear operator $L$ is the operator $L^{*}$ with $\langle Y, L(H) \rangle = \langle L^{*}(Y), H \rangle$ for all "
        r"$Y$ and $H$: it moves the direction out of an inner product, and so the gradient is read off.",
    ),
    "kronecker-product": Term(
        "Kronecker product",
        r"$A \otimes B$ is the block matrix with blocks $a_{ij} B$. With $\operatorname{vec} X$ the columns of $X$ stacked, "
        r"$\operatorname{vec}(A X B) = (B^{\mathsf{T}} \otimes A) \operatorname{vec} X$.",
    ),
    "chain-rule": Term(
        "Chain rule",
        r"The derivative of a composition is the composition of the derivatives: "
        r"$\mathrm{D}(g \circ f)(X)[H] = \mathrm{D}g(f(X))[\mathrm{D}f(X)[H]]$.",
    ),
    "product-rule": Term(
        "Product rule",
        r"The derivative of a product of matrices falls on each factor in turn, the order of the factors being kept: "
        r"$\mathrm{D}(FG)(X)[H] = \mathrm{D}F(X)[H] \, G(X) + F(X) \, \mathrm{D}G(X)[H]$.",
    ),
}

GLOSSARIES: Mapping[str, Mapping[str, Term]] = {"en": ENGLISH}
