"""Expression → one Python expression over np and sp: what a user runs, and what the check evaluates.

Arrays are as docs/language.md gives them: columns and rows 1-D, scalars floats.  A pending derivative carries its difference
quotient.  Names of `let` are inlined; what occurs often is bound once, `(_s1 := …, result)[-1]`.
"""

from __future__ import annotations

from derive.expressions.nodes import Expr, Symbol
from derive.expressions.sizes import Size
from derive.notation.python.code import plus_one, size
from derive.notation.python.identifiers import identifier
from derive.notation.python.writer import Binding, Writer
from derive.values import dataclass


@dataclass(frozen=True)
class Names:
    """What the names in an expression stand for.

    let   (symbol, definition) of the names of `let` and of intermediates named on the way: they are inlined
    free  (index, size) of free indices: the value is the whole array over them, in this order
    """

    let: tuple[tuple[Symbol, Expr], ...] = ()
    free: tuple[tuple[Symbol, Size], ...] = ()


NO_NAMES = Names()


def source(expr: Expr, names: Names = NO_NAMES) -> str:
    """One self-contained Python expression with the value of `expr`.  DeriveError: a number beyond floating point."""
    writer = Writer({symbol.name: definition for symbol, definition in names.let})
    if not names.free:
        return writer.scope(expr, Binding()).text
    loops = frozenset(index.name for index, _ in names.free)
    text = writer.scope(expr, Binding(loops, loops)).text
    for index, extent in reversed(names.free):
        text = f"[{text} for {identifier(index.name)} in range(1, {plus_one(size(extent))})]"
    return f"np.array({text})"
