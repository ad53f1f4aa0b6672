"""LaTeX of expressions, left sides, reasons and lines: the public face of the printer."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from derive.expressions.nodes import Expr
from derive.expressions.traverse import Path
from derive.notation.latex.print import Printer
from derive.notation.settings import DEFAULT, Notation


def latex(expr: Expr, notation: Notation = DEFAULT, marks: Mapping[Path, str] | None = None) -> str:
    r"""The LaTeX of an expression, for display mode, without dollars.

    marks   path → macro: the subexpression there is wrapped, `{(0, 1): r"\changed"}` gives `\changed{…}`; the sign of a
            marked term stays outside
    It reads back: `latex_input.parse(latex(e), scope, own=True, shape=e.shape) is e` for every expression of `build`.
    """
    return _plain(expr, notation) if not marks else Printer(expr, notation, marks).whole().text


@lru_cache(maxsize=4096)
def _plain(expr: Expr, notation: Notation) -> str:
    """Without marks: a line is printed when it is read back, and again for each document that it stands in."""
    return Printer(expr, notation, {}).whole().text
