"""What is asked: `find` and `parts`, and what applies to which function.

`node` is the value of the key, None where the problem has none; `wrt` are the variables.
"""

from __future__ import annotations

import re
from decimal import Decimal

from derive.expressions.nodes import Expr, Symbol
from derive.expressions.sizes import is_column, is_row, is_scalar, show
from derive.language.problems.keys import ASKS, read_choice, read_prose
from derive.language.problems.problem import Part
from derive.language.problems.quantity import FIND, QUANTITIES
from derive.language.words import closest
from derive.language.yaml.nodes import Node

MAX_PARTS = 26


def read_find(
    node: Node | None, root: Node, parts: tuple[Part, ...], function: Expr, wrt: tuple[Symbol, ...], asked: bool = True, claimed: bool = False
) -> tuple[str, ...]:
    """What is asked for, by `find` and by the parts; `asked`: something must be; `claimed`: a derivation is pasted, and what it is
    about is asked for where nothing says more, the gradient, or the derivative of what is no number."""
    by_parts = [quantity for part in parts for quantity in part.find]
    if node is None and not parts and asked and claimed:
        return ("gradient",) if is_scalar(function.shape) else ("derivative",)
    if node is None and not parts and asked:
        raise root.error(
            "the key `find` is missing: what is asked for?", code="missing-key", hint="find: [derivative, gradient]"
        )
    whole = quantities(node, function, wrt) if node is not None else ()
    return tuple(dict.fromkeys([*whole, *by_parts]))


def quantities(node: Node, function: Expr, wrt: tuple[Symbol, ...]) -> tuple[str, ...]:
    """The quantities of a `find`.  DeriveError for an unknown one, a double one, and one that does not apply."""
    out: list[str] = []
    for item in node.entries("`find`"):
        text = item.words("`find`").strip()
        if text not in FIND:
            guess = closest(text, FIND)
            raise item.error(
                f"`find` does not know `{text[:40]}`" + (f"; did you mean `{guess}`?" if guess else ""), code="find",
                hint=f"it knows {', '.join(FIND)}",
            )
        if text in out:
            raise item.error(f"`{text}` is asked for twice", code="find")
        _applies(text, item, function, wrt)
        out.append(text)
    return tuple(dict.fromkeys(answered_by(text, function, wrt) for text in out))


def _applies(quantity: str, item: Node, function: Expr, wrt: tuple[Symbol, ...]) -> None:
    shape = function.shape
    kind = "vector" if is_column(shape) else "row" if is_row(shape) else "matrix"
    vectors = all(is_scalar(v.dims) or is_column(v.dims) for v in wrt)
    row = QUANTITIES[quantity]
    if row.scalar and not is_scalar(shape):
        instead = "jacobian, derivative" if vectors and kind != "matrix" else "derivative, vectorized"
        second = " or second-derivative" if row.order == 2 and row.point else ""
        raise item.error(
            f"only a scalar function has {row.scalar}, and this one is {kind}-valued ({show(shape)})", code="find",
            hint=f"what applies: {instead}{second}",
        )


def answered_by(quantity: str, function: Expr, wrt: tuple[Symbol, ...]) -> str:
    """The quantity that answers what is asked: the Jacobian of a matrix, or by a matrix, is d vec f / d vec X."""
    arrays = [shape for shape in (function.shape, *(v.dims for v in wrt)) if not is_scalar(shape) and not is_column(shape)]
    stacked = bool(arrays) and not (len(arrays) == 1 and is_row(function.shape))
    return "vectorized" if quantity == "jacobian" and stacked else quantity


def read_parts(node: Node | None, function: Expr, wrt: tuple[Symbol, ...]) -> tuple[Part, ...]:
    """(a), (b), …"""
    if node is None:
        return ()
    if node.kind != "list":
        raise node.error("`parts` is a list, one entry a part", code="type")
    items = node.entries("`parts`")
    if len(items) > MAX_PARTS:
        raise node.error(f"more than {MAX_PARTS} parts", code="too-long")
    out = []
    for item in items:
        keys = item.known("a part", ("find", "points", "statement", "hint", "answer", "ask"))
        if "find" not in keys:
            raise item.error("this part has no `find`", code="missing-key")
        text = {k: read_prose(keys[k][1], k) for k in ("statement", "hint") if k in keys}
        find = quantities(keys["find"][1], function, wrt)
        points = read_points(keys["points"][1]) if "points" in keys else None
        ask = read_choice(keys["ask"][1] if "ask" in keys else None, "ask", ASKS)
        out.append(Part(find, points, text.get("statement"), text.get("hint"), ask))
    return tuple(out)


def read_points(node: Node) -> str:
    """A number of points, as it is written: 4, 2.5."""
    text = node.words("`points`").strip()
    if not re.fullmatch(r"\d{1,4}(\.\d{1,2})?", text):
        raise node.error(f"points are a number, not `{text[:20]}`", code="type")
    return text


def read_total(node: Node | None, parts: tuple[Part, ...]) -> str | None:
    """The points of the whole: those that are given, or the sum of the parts', when every part has some.

    DeriveError [points] when the parts' do not add up to those of the whole.
    """
    given = read_points(node) if node is not None else None
    each = [Decimal(part.points) for part in parts if part.points is not None]
    total = sum(each, Decimal(0))
    whole = bool(parts) and len(each) == len(parts)
    if node is None or given is None:
        return str(total) if whole else None
    if (whole and total != Decimal(given)) or total > Decimal(given):
        raise node.error(
            f"the parts have {total} points together, and the problem has {given}", code="points",
            hint="leave `points` of the problem out: they are added up",
        )
    return given
