"""What the parts of the LaTeX printer share: the expression, the notation, the marks, the pieces printed so far."""

from __future__ import annotations

from collections.abc import Mapping

from derive.expressions.einstein import bare
from derive.expressions.nodes import Expr
from derive.expressions.traverse import Path
from derive.notation.latex.boxes import Row
from derive.notation.latex.piece import OPEN, Mark, Piece, at_least, marked
from derive.notation.latex.sizing import explicit_units
from derive.notation.settings import Notation


class Context:
    """One expression with its marks; every subexpression is printed once."""

    def __init__(self, root: Expr, notation: Notation, marks: Mapping[Path, Mark]) -> None:
        self.root = bare(root)
        self.notation = notation
        self.marks = marks if self.root is root else {}
        self.prefixes = {path[:k] for path in self.marks for k in range(len(path) + 1)}
        self.memo: dict[object, Piece] = {}
        self.explicit = explicit_units(self.root)

    def piece(self, node: Expr, path: Path) -> Piece:
        here = path in self.prefixes
        key: object = (node, path) if here else node
        found = self.memo.get(key)
        if found is None:
            found = self.write(node, path)
            if here and path in self.marks:
                found = marked(found, self.marks[path])
            self.memo[key] = found
        return found

    def child(self, node: Expr, path: Path, k: int, level: int = OPEN) -> Piece:
        """The k-th child of a node, in brackets where it binds less tightly than `level`."""
        return at_least(self.piece(node.children[k], (*path, k)), level)

    def on_name(self, base: Expr, path: Path, above: Row) -> Piece | None:
        """A power of a function's value with its exponent on the name, as in sin² x; None where it is written behind."""
        raise NotImplementedError

    def write(self, node: Expr, path: Path) -> Piece:
        """The piece of a node without its own mark."""
        raise NotImplementedError
