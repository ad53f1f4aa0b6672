"""Names that end in the index of a sum: x_i in a sum over i is row i of X, or entry i of x, and never a constant.

What a sum runs over is not in the name of a symbol: a symbol declared as `x_i` would be the same for every i.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from derive.expressions.nodes import Entry, Expr, Symbol
from derive.expressions.sizes import ONE, Size, is_column, show


def index_form(name: str, indices: Collection[str]) -> tuple[str, tuple[str, ...]] | None:
    """(x, (i,)) of `x_i`, (A, (i, j)) of `A_ij` and `A_i_j`, for indices of sums around it; None for another name."""
    base, _, last = name.rpartition("_")
    if not base:
        return None
    if last in indices:
        before, _, first = base.rpartition("_")
        return (before, (first, last)) if before and first in indices else (base, (last,))
    if len(last) == 2 and set(last) <= set(indices):
        return base, (last[0], last[1])
    return None


def sampled(base: str, symbols: Mapping[str, Symbol], last: str | None = None) -> Symbol | None:
    """The vector or matrix of which base_i is an entry, a row or a column: of that name, or a matrix of the capital one.

    base     the name before the index
    symbols  the declared ones, by name
    last     the last value of the index, where it is known: a vector x of another size is not meant where X has so many rows or columns
    """
    own = symbols.get(base)
    capital = symbols.get(base[0].upper() + base[1:])
    matrix = capital if capital is not None and base[0].islower() and not capital.is_scalar and not is_column(capital.shape) else None
    if own is None:
        return matrix
    counted = last is not None and matrix is not None and last in (_plain(str(matrix.shape[0])), _plain(str(matrix.shape[1])))
    if counted and (own.is_scalar or (is_column(own.shape) and _plain(str(own.shape[0])) != last)):
        return matrix
    return None if own.is_scalar else own


def _plain(text: str) -> str:
    return "".join(text.split())


def in_columns(matrix: Symbol, last: Size | None) -> bool:
    """Whether an index with that last value counts the columns of the matrix and not its rows."""
    return last is not None and last == matrix.shape[1] != matrix.shape[0]


def sample(of: Symbol, index: Expr, last: Size | None) -> Expr:
    """x_i: entry i of a vector; row i of a matrix as a column vector, or column i where i counts columns.

    last  the last value of the index; None where it is not known
    """
    if is_column(of.shape):
        out: Expr = Entry(of, index, None)
    elif of.columns is not None or (of.rows is None and in_columns(of, last)):
        out = Entry(of, None, index)
    else:
        out = Entry(of, index, None)
    return out


def refused(name: str, index: str, what: str) -> tuple[str, str]:
    """(message, hint) for a name that is declared once and ends in the index of a sum around it.

    what  what the name is declared as, for the message
    """
    base = name.rpartition("_")[0].rstrip("_") or name
    capital = base[0].upper() + base[1:]
    return (
        f"{name} is declared as {what}, the same for every {index}, and ends in the index {index} that this sum runs over",
        f"samples are the rows of one matrix: declare `{capital}: matrix(N, d)` and not {name}; then {base}_{index} is its row "
        f"{capital}[{index}, :] as a column (of a vector {base}, its entry {base}[{index}]); a family is `{name}: {{type: …, for: {index} = 1..N}}`",
    )


def undeclared(base: str, index: str, symbols: Mapping[str, Symbol]) -> tuple[str, str]:
    """(message, hint) for base_i in a sum over i where nothing is declared that it could belong to.

    base     the name before the index
    symbols  the declared ones, by name
    """
    capital = base[0].upper() + base[1:]
    if base in symbols:
        return (
            f"{base} is declared as a number: it has no entry {base}_{index}",
            f"declare `{base}: vector(N)`; its entry is {base}_{index}, or {base}[{index}]",
        )
    return (
        f"{base}_{index} is not declared, and neither is {capital} or {base}",
        f"for samples declare the matrix of which {base}_{index} is row {index}, `{capital}: matrix(N, d)`; for numbers, `{base}: vector(N)`",
    )


def no_member(symbol: Symbol, at: int) -> tuple[str, int, str, str]:
    """What is wrong with a family that stands by its name alone: (message, place, code, hint)."""
    member = f"{symbol.name}_i"
    return (
        f"{symbol.name} is a family of {symbol.count} matrices, and none of them stands here", at, "family",
        f"write sum(i, 1, {symbol.count}, … {member} …), or one of them as {symbol.name}_1",
    )


def described(symbol: Symbol) -> str:
    return "a number" if symbol.is_scalar else f"one {'vector' if is_column(symbol.shape) else 'matrix'} ({show(symbol.shape)})"


# --------------------------------------------------------------------------------------------- what they are written with
_BOUND = re.compile(
    r"\bsum\(\s*(\w+)\s*,\s*[^,]*,\s*([^,]*),"
    r"|\\(?:sum|prod)\s*(?:\\limits)?\s*_\s*(?:\{\s*([^{}=]*?)\s*(?:=[^{}]*)?\}|(\w))(?:\s*\^\s*(?:\{([^{}]*)\}|(\w+)))?"
)
_FONT = r"\\(?:bm|boldsymbol|pmb|vec|mathbf|mathrm|mathit|mathsf|mathbb|mathcal)\s*\{?\s*"


def lettered(symbols: Mapping[str, Symbol], taken: Collection[str], texts: Iterable[str]) -> dict[str, Symbol]:
    """The matrices whose rows or columns the texts call x_i, with that letter on them: what a result leaves is written so too.

    symbols  the declared ones, by name
    taken    names that a letter must not have
    """
    out: dict[str, Symbol] = {}
    for text in texts:
        for match in _BOUND.finditer(text):
            bound, last = match.group(1) or match.group(3) or match.group(4) or "", match.group(2) or match.group(5) or match.group(6)
            for index in re.findall(r"[^\W\d_]\w*", bound):
                for base in _bases(text, index):
                    of = sampled(base, symbols, None if last is None else _plain(last))
                    if of is None or is_column(of.shape) or base == of.name or base in taken or f"{base}_{index}" in symbols or of.name in out:
                        continue
                    counts_columns = last is not None and _plain(last) == _plain(str(of.shape[1])) != _plain(str(of.shape[0]))
                    out[of.name] = replace(of, columns=base) if counts_columns else replace(of, rows=base)
    return out


def _bases(text: str, index: str) -> list[str]:
    """The x of every x_i, \\mathbf{x}_i, \\mu_{i} in a text."""
    found = re.findall(rf"(?:{_FONT})?\\?([^\W\d_]+)\s*\}}?\s*_\s*(?:\{{\s*{index}\s*\}}|{index}(?!\w))", text)
    return [name if "\\" not in text or f"\\{name}" in text else name[-1] for name in found]


def written_sample(node: Entry, root: Expr) -> str | None:
    """The letter by which a row or column of a matrix is written in an expression, or None where it is the matrix's own."""
    if not isinstance(node.arg, Symbol) or node.arg.shape[1] == ONE:
        return None
    letter = node.arg.rows if node.column is None else node.arg.columns if node.row is None else None
    others = root.free - {node.arg.name}
    if letter is None or any(name == letter or name.startswith(f"{letter}_") for name in others):
        return None
    return letter
