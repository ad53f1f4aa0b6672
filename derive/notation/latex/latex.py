"""LaTeX of expressions, left sides, reasons and lines: the public face of the printer."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from derive.expressions.nodes import Expr
from derive.expressions.traverse import Path
from derive.notation.latex.boxes import Row, printed
from derive.notation.latex.piece import Mark
from derive.notation.latex.print import Printer
from derive.notation.settings import DEFAULT, Notation


def formula(expr: Expr, notation: Notation = DEFAULT, marks: Mapping[Path, Mark] | None = None) -> Row:
    """The boxes of an expression as it stands in a display.

    marks   path → what is done to the subexpression there; the sign of a marked term stays outside
    """
    return _plain(expr, notation) if not marks else Printer(expr, notation, marks).whole().row


def latex(expr: Expr, notation: Notation = DEFAULT, marks: Mapping[Path, Mark] | None = None) -> str:
    r"""The LaTeX of an expression, for display mode, without dollars.

    marks   as of `formula`: `{(0, 1): Mark("changed")}` gives `\changed{…}` there
    It reads back: `latex_input.parse(latex(e), scope, own=True, shape=e.shape) is e` for every expression of `build`.
    """
    return _printed(expr, notation) if not marks else printed(formula(expr, notation, marks))


@lru_cache(maxsize=4096)
def _plain(expr: Expr, notation: Notation) -> Row:
    """Without marks: a line is printed when it is read back, and again for each document that it stands in."""
    return Printer(expr, notation, {}).whole().row


@lru_cache(maxsize=4096)
def _printed(expr: Expr, notation: Notation) -> str:
    return printed(_plain(expr, notation))
