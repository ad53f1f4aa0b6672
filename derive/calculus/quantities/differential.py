"""The differential: the directional derivative with dX for the direction."""

from __future__ import annotations

from derive.calculus.setting.prepare import differentials
from derive.calculus.setting.setting import Setting
from derive.calculus.simplify.simplify import tidy
from derive.derivation.derivation import Chain, Head, Line
from derive.derivation.reason import Listed
from derive.expressions.build import scale, times
from derive.expressions.nodes import Expr
from derive.expressions.rewrite import substitute


def differential(s: Setting, first: Expr) -> Chain:
    """df: the derivative with dX for H."""
    p = s.problem
    renamed: dict[Expr, Expr] = dict(zip(p.directions, differentials(p), strict=True))
    if s.unit_speed:
        (_x,) = p.wrt
        dx = renamed[p.directions[0]]
        expr = tidy(times(first, dx) if first.is_scalar else scale(dx, first))
    else:
        expr = substitute(first, renamed)
    head = Head("differential", p.name, p.wrt)
    line = Line(expr, "differential", ("the directional derivative along ", Listed(tuple(renamed.values()))), "differential", head)
    return Chain("differential", "Differential", (line,))
