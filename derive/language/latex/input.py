r"""LaTeX in, expression out: `\operatorname{Tr}\{X^\mathsf{T} A X B\}`, `\|Xw - y\|_2^2`, `\frac12 \det(A)`.

Whatever the printer of `notation.latex` writes is read as the expression that it was printed from.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from derive.expressions.nodes import Expr, Symbol, Zeros
from derive.expressions.sizes import ONE, Shape
from derive.language.latex.atoms import atom
from derive.language.latex.parser import Parser
from derive.language.operands import Operand
from derive.language.origin import Origin

if TYPE_CHECKING:
    from derive.language.scope import Scope

class Formula(Parser):
    """A formula with all that a factor may begin with."""

    def atom(self) -> Operand:
        return atom(self)


Moves = tuple[tuple[Symbol, Expr], ...]


def parse(
    text: str,
    scope: Scope,
    origin: Origin | None = None,
    shape: Shape | None = None,
    *,
    own: bool = False,
    moves: Moves = (),
    bound: tuple[Symbol, ...] = (),
) -> Expr:
    r"""The expression that a LaTeX formula says.

    origin  where the text stands, for messages; None: alone
    shape   the shape that is expected: a bare `I` or `0` alone takes its size from it; it is not checked otherwise
    own     the text is our own printer's: `e^{A}` is the matrix exponential, `\mathrm{D}(…)[H]` and d/dt are pending
            derivatives; an author's are refused, with both readings or with what to write
    moves   (variable, direction) of the pending derivatives, for `\mathrm{D}(…)[H]`
    bound   the symbols of parameters and indices that the text binds, where they are not plain integers
    DeriveError, with a position, for whatever is not an expression of the language.
    """
    origin = origin or Origin.of_text(text)
    out = Formula(text, scope, origin, own=own, moves=moves, bound=bound).whole(shape)
    if own and shape is not None and out.is_scalar and shape != (ONE, ONE) and text.strip() == "0":
        return Zeros(shape)
    return out
