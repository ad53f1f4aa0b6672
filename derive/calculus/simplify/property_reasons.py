"""The words for the properties that a line used."""

from __future__ import annotations

from derive.calculus.simplify.known_forms import words
from derive.calculus.simplify.laws import matrix_functions as commuting
from derive.calculus.simplify.laws import pseudo_inverse as penrose
from derive.calculus.simplify.used import Used
from derive.derivation.reason import Why
from derive.expressions.build import MINUS_ONE as _MINUS
from derive.expressions.build import matmul, scale, transpose
from derive.expressions.nodes import Call, Ones
from derive.expressions.sizes import is_column


def property_whys(used: Used) -> list[Why]:
    """What is said of each declared property that was used: (A' = A), (Q'Q = I)."""
    out: list[Why] = []
    for name, symbol in used:
        t = transpose(symbol)
        match name:
            case "symmetric":
                out.append((t, " = ", symbol))
            case "skew":
                out.append((t, " = ", scale(_MINUS, symbol)))
            case "orthonormal columns":
                out.append((matmul(t, symbol), " = I"))
            case "orthogonal":
                out.append((matmul(symbol, t), " = I"))
            case "inverse-product":
                out.append(("(MN)⁻¹ = N⁻¹M⁻¹",))
            case "centred":
                column = is_column(symbol.shape)
                out.append((matmul(t, Ones(symbol.shape)) if column else Call("inner", (symbol, Ones(symbol.shape))), " = 0"))
            case "commuting" if isinstance(symbol, Call):
                out.append((symbol, " = ", commuting.along(symbol.name, symbol.args) or symbol))
            case "penrose" | "penrose-symmetric" | "penrose-rank":
                out.append(penrose.said(name, symbol))
            case _:
                law = words(name)
                if law is not None and (law,) not in out:
                    out.append((law,))
    return out
