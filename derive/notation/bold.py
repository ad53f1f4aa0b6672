"""Which letters are bold: those of vectors, of matrices, of both, of none, in formulas of ours and of the author's."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from derive.expressions.nodes import Symbol
from derive.expressions.sizes import ONE, Shape, is_scalar
from derive.notation.settings import Notation

Kind = str
"""`vector` or `matrix`."""

_TOKEN = re.compile(
    r"\\(?:operatorname|mathrm|mathbb|mathsf|mathcal|mathscr|mathfrak|mathit|mathtt|text|textrm|mathbf|boldsymbol|bm|vec|begin|end)\s*(?:\{[^{}]*\}|[A-Za-z])"
    r"|\^\s*(?:\{\\?[A-Za-z]+\s*[A-Za-z]?\}|[A-Za-z])"
    r"|(?P<base>\\[A-Za-z]+|[A-Za-z])(?P<below>_(?:\{(?P<group>[^{}]*)\}|(?P<one>[A-Za-z0-9])))?"
)

_NAME = re.compile(r"^\\(?:var(?=[a-z]))?")
"""What stands before the name of a letter, or of a variant of it."""
_COMMAND = re.compile(r"\\[A-Za-z]+\s*$")


def kind_of(shape: Shape) -> Kind:
    """What a letter of this shape stands for; a number is ''."""
    return "" if is_scalar(shape) else "vector" if ONE in shape else "matrix"


def is_bold(kind: Kind, notation: Notation) -> bool:
    """Whether letters of that kind are bold."""
    return bool(kind) and notation.bold in {"vector": ("vectors", "all"), "matrix": ("matrices", "all")}[kind]


def kinds_of(symbols: Iterable[Symbol]) -> dict[str, Kind]:
    """Name -> what it stands for, where all symbols of that name that are no numbers agree and are not outnumbered by numbers."""
    counts: dict[str, dict[Kind, int]] = {}
    for symbol in symbols:
        of = counts.setdefault(symbol.name, {})
        kind = kind_of(symbol.shape)
        of[kind] = of.get(kind, 0) + 1
    out: dict[str, Kind] = {}
    for name, of in counts.items():
        most = max(of, key=lambda kind: of[kind])
        if most and 2 * of[most] > sum(of.values()):
            out[name] = most
    return out


def emboldened(formula: str, kinds: Mapping[str, Kind], notation: Notation) -> str:
    """An author's formula with the letters in bold that are of their kind: an entry `x_i` of x is a number, and what the author set in a
    font of its own stays.

    kinds  of the letters, by name
    """
    if notation.bold == "none":
        return formula

    def one(found: re.Match[str]) -> str:
        base, below = found["base"], found["below"] or ""
        if not base:
            return found[0]
        name = _NAME.sub("", base)
        index = (found["group"] if found["group"] is not None else found["one"] or "").replace("\\", "").strip()
        kind = kinds.get(f"{name}_{index}", kinds.get(f"{name}{index}", "")) if below else kinds.get(name, "")
        if not is_bold(kind, notation):
            return found[0]
        bold = rf"\boldsymbol{{{base}}}"
        # Behind a command it may be its argument, as in \hat x.
        return f"{{{bold}}}{below}" if _COMMAND.search(formula[: found.start()]) else bold + below

    return _TOKEN.sub(one, formula)
