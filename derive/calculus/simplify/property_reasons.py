"""The words for the properties that a line used."""

from __future__ import annotations

from derive.calculus.rules.identities import IDENTITIES
from derive.calculus.simplify import everyday
from derive.calculus.simplify.known_forms import words
from derive.calculus.simplify.laws import matrix_functions as commuting
from derive.calculus.simplify.used import Used
from derive.derivation.reason import Why
from derive.expressions.nodes import Call, Expr


def property_whys(used: Used) -> list[Why]:
    """What is said of each declared property that was used: (A' = A), (Q'Q = I)."""
    out: list[Why] = []
    for name, about in used:
        why = _said(name, about)
        if why and why not in out:
            out.append(why)
    return out


def _said(name: str, about: Expr) -> Why:
    if name == "inverse-product":
        return ("(MN)⁻¹ = N⁻¹M⁻¹",)
    if name == "commuting" and isinstance(about, Call):
        return (about, " = ", commuting.along(about.name, about.args) or about)
    law = IDENTITIES.get(name)
    if law is not None and law.tells:
        return everyday.told(law, about)
    said = words(name)
    return () if said is None else (said,)
