"""Problems that grow: a trace of many factors, networks of many layers."""

from __future__ import annotations

from typing import Any

from derive.language.problems.problem import Problem
from derive.language.problems.read import read


def trace_of(factors: int) -> Problem:
    """tr(X M1 X M2 …) with so many factors X, and as many others."""
    matrices = [f"M{k + 1}" for k in range(factors)]
    symbols = "\n".join(f"  {name}: square(n)" for name in ("X", *matrices))
    product = " ".join(f"X {name}" for name in matrices)
    text = f"symbols:\n{symbols}\nfunction: f(X) = tr({product})\nwrt: X\nfind: [derivative, gradient]\n"
    return read(text, "trace.yaml")


def sympy_trace_of(factors: int) -> tuple[Any, Any]:
    """The same function as a matrix expression of SymPy's, and its variable."""
    import sympy

    n = sympy.Symbol("n", integer=True, positive=True)
    x = sympy.MatrixSymbol("X", n, n)
    product = sympy.MatMul(*(f for k in range(factors) for f in (x, sympy.MatrixSymbol(f"M{k + 1}", n, n))))
    return sympy.Trace(product), x


def network(layers: int, everything: bool) -> Problem:
    """E(σ(W_L σ(… σ(W_1 x + b_1) …) + b_L)) with a `let` a layer, by the first weight or by all weights and biases."""
    symbols, let = ["  x: vector(n0)", "  sigma: elementwise", f"  E: function(n{layers})"], []
    for k in range(1, layers + 1):
        symbols += [f"  W{k}: matrix(n{k}, n{k - 1})", f"  b{k}: vector(n{k})"]
        let.append(f"  x{k}: sigma(W{k} {'x' if k == 1 else f'x{k - 1}'} + b{k})")
    wrt = [f"{letter}{k}" for k in range(1, layers + 1) for letter in "Wb"] if everything else ["W1"]
    by = f"[{', '.join(wrt)}]" if everything else "W1"
    head, body = "\n".join(symbols), "\n".join(let)
    function = f"f({', '.join(wrt)}) = E(x{layers})"
    text = f"symbols:\n{head}\nlet:\n{body}\nfunction: {function}\nwrt: {by}\nfind: [derivative, gradient]\n"
    return read(text, "network.yaml")
