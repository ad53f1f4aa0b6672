"""The functions on which SymPy 1.14's matrix `.diff` is right, each for both programs.

Which they are was found by numbers, every derivative that SymPy returns against central differences: 35 of 58 functions.  The
number of a row is the one that it has among the 58.  Left out is one that SymPy answers only for an entry at a time (42).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from derive.language.problems.problem import Problem
from derive.language.problems.read import read

DECLARED = {
    "x": "vector(n)", "a": "vector(n)", "b": "vector(n)", "c": "vector(n)", "w": "vector(p)", "y": "vector(n)", "g": "vector(m)",
    "u": "vector(m)", "r": "vector(m)", "A": "square(n)", "B": "square(n)", "X": "square(n)", "Y": "invertible(n)",
    "P": "matrix(m, p)", "W": "square(n)", "Z": "matrix(n, p)", "C": "square(p)", "V": "square(n)", "G": "square(n)",
}


@dataclass(frozen=True)
class Subject:
    """One function: its text for derive, what makes it of SymPy's symbols, and the variable."""

    number: int
    name: str
    text: str
    wrt: str
    build: Callable[[Any], Any]
    find: str = "derivative, gradient"

    def problem(self) -> Problem:
        """The problem as derive reads it: only the symbols that occur are declared."""
        words = "".join(c if c.isalnum() else " " for c in self.text).split()
        symbols = "\n".join(f"  {name}: {kind}" for name, kind in DECLARED.items() if name in words)
        return read(f"symbols:\n{symbols}\nfunction: {self.text}\nwrt: {self.wrt}\nfind: [{self.find}]\n", "benchmark.yaml")

    def sympy(self) -> tuple[Any, Any]:
        """The function and the variable as SymPy's matrix expressions, of symbolic sizes."""
        s = sympy_symbols()
        return self.build(s), getattr(s, self.wrt)


def sympy_symbols() -> SimpleNamespace:
    """SymPy's matrix symbols of the shapes of `DECLARED`, and the functions that the builders use."""
    import sympy

    sizes = {name: sympy.Symbol(name, integer=True, positive=True) for name in "mnp"}
    made: dict[str, Any] = {}
    for name, kind in DECLARED.items():
        inside = [sizes[size.strip()] for size in kind[kind.index("(") + 1 : -1].split(",")]
        rows, columns = (inside[0], sympy.S.One) if kind.startswith("vector") else (inside[0], inside[-1])
        made[name] = sympy.MatrixSymbol(name, rows, columns)
    return SimpleNamespace(
        **made, tr=sympy.Trace, ones=sympy.OneMatrix(sizes["m"], 1), hadamard=sympy.HadamardProduct,
        sin=sympy.sin, tanh=sympy.tanh, exp=sympy.exp, half=sympy.Rational(1, 2),
    )


VECTOR = "derivative, jacobian"
MATRIX = "derivative, vectorized"

SUBJECTS = (
    Subject(1, "a'x", "a' x", "x", lambda s: s.a.T * s.x),
    Subject(2, "x'Ax", "x' A x", "x", lambda s: s.x.T * s.A * s.x),
    Subject(3, "a'Xb", "a' X b", "X", lambda s: s.a.T * s.X * s.b),
    Subject(4, "a'X'Xb", "a' X' X b", "X", lambda s: s.a.T * s.X.T * s.X * s.b),
    Subject(5, "norm(Pw-u)^2", "(P w - u)' (P w - u)", "w", lambda s: (s.P * s.w - s.u).T * (s.P * s.w - s.u)),
    Subject(7, "norm(Pw-u)", "((P w - u)' (P w - u))^(1/2)", "w", lambda s: ((s.P * s.w - s.u).T * (s.P * s.w - s.u)) ** s.half),
    Subject(8, "tr X", "tr(X)", "X", lambda s: s.tr(s.X)),
    Subject(9, "tr(AX)", "tr(A X)", "X", lambda s: s.tr(s.A * s.X)),
    Subject(10, "tr(X'AXB)", "tr(X' A X B)", "X", lambda s: s.tr(s.X.T * s.A * s.X * s.B)),
    Subject(11, "tr(X'X)", "tr(X' X)", "X", lambda s: s.tr(s.X.T * s.X)),
    Subject(14, "tr(AX) tr(BX)", "tr(A X) tr(B X)", "X", lambda s: s.tr(s.A * s.X) * s.tr(s.B * s.X)),
    Subject(15, "tr(X)^2", "tr(X)^2", "X", lambda s: s.tr(s.X) ** 2),
    Subject(17, "x'Ax / x'x", "x' A x / (x' x)", "x", lambda s: s.x.T * s.A * s.x * (s.x.T * s.x) ** -1),
    Subject(20, "tr(Y^-1)", "tr(Y^-1)", "Y", lambda s: s.tr(s.Y.I)),
    Subject(21, "tr(AY^-1 B)", "tr(A Y^-1 B)", "Y", lambda s: s.tr(s.A * s.Y.I * s.B)),
    Subject(22, "a'Y^-1 b", "a' Y^-1 b", "Y", lambda s: s.a.T * s.Y.I * s.b),
    Subject(23, "a'(Y'Y)^-1 b", "a' (Y' Y)^-1 b", "Y", lambda s: s.a.T * (s.Y.T * s.Y).I * s.b),
    Subject(24, "tr(X^3)", "tr(X^3)", "X", lambda s: s.tr(s.X**3)),
    Subject(25, "tr(AX^3)", "tr(A X^3)", "X", lambda s: s.tr(s.A * s.X**3)),
    Subject(34, "tr(A(X o B))", "tr(A (X .* B))", "X", lambda s: s.tr(s.A * s.hadamard(s.X, s.B))),
    Subject(35, "tr(X'(X o X))", "tr(X' (X .* X))", "X", lambda s: s.tr(s.X.T * s.hadamard(s.X, s.X))),
    Subject(36, "1'sin.(Pw)", "ones(m)' sin(P w)", "w", lambda s: s.ones.T * (s.P * s.w).applyfunc(s.sin)),
    Subject(38, "c'tanh.(Wx+y)", "c' tanh(W x + y)", "W", lambda s: s.c.T * (s.W * s.x + s.y).applyfunc(s.tanh)),
    Subject(
        39, "norm(V tanh.(Wx) - Gx)^2", "(V tanh(W x) - G x)' (V tanh(W x) - G x)", "W",
        lambda s: (s.V * (s.W * s.x).applyfunc(s.tanh) - s.G * s.x).T * (s.V * (s.W * s.x).applyfunc(s.tanh) - s.G * s.x),
    ),
    Subject(49, "Pw", "P w", "w", lambda s: s.P * s.w, VECTOR),
    Subject(50, "(x'Ax) x", "(x' A x) x", "x", lambda s: s.x * s.x.T * s.A * s.x, VECTOR),
    Subject(51, "exp.(x)", "exp(x)", "x", lambda s: s.x.applyfunc(s.exp), VECTOR),
    Subject(52, "AXB", "A X B", "X", lambda s: s.A * s.X * s.B, MATRIX),
    Subject(53, "X'AX", "X' A X", "X", lambda s: s.X.T * s.A * s.X, MATRIX),
    Subject(54, "Y^-1", "Y^-1", "Y", lambda s: s.Y.I, MATRIX),
    Subject(55, "X^2", "X^2", "X", lambda s: s.X**2, MATRIX),
    Subject(56, "X", "X", "X", lambda s: s.X, MATRIX),
    Subject(57, "X'", "X'", "X", lambda s: s.X.T, MATRIX),
    Subject(58, "X o X", "X .* X", "X", lambda s: s.hadamard(s.X, s.X), MATRIX),
)
