"""`figure:` of a problem file: which pictures are drawn from the problem, and their few options."""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction

from derive.language.problems.keys import read_prose
from derive.language.problems.problem import Wanted
from derive.language.problems.quantity import FIND
from derive.language.words import closest
from derive.language.yaml.nodes import Node

COMMON = ("kind", "caption")
FIGURES: Mapping[str, tuple[str, ...]] = {
    "data": ("range",),
    "table": (),
    "tangent": ("range",),
    "graph": (),
    "network": (),
    "shapes": ("of",),
    "blocks": (),
}
"""Every kind of figure with its own options."""

MAX_FIGURES = 8
FARTHEST = 10**6
_NUMBER = re.compile(r"[+-]?[0-9]{0,20}(?:\.[0-9]{0,20})?(?:e[+-]?[0-9]{1,2})?(?:/[0-9]{1,20})?", re.IGNORECASE)
"""What may be a number here: the power of ten of a long exponent would be written out."""


def read_figures(node: Node) -> tuple[Wanted, ...]:
    """`data`, `[graph, network]`, `{kind: tangent, range: [-1, 3]}`, or a list of these.  DeriveError at what is wrong."""
    items = (node,) if node.kind == "mapping" else node.entries("`figure`")
    if len(items) > MAX_FIGURES:
        raise node.error(f"more than {MAX_FIGURES} figures", code="too-long")
    out = tuple(_figure(item) for item in items)
    for k, one in enumerate(out):
        if any((one.kind, one.of) == (before.kind, before.of) for before in out[:k]):
            raise items[k].error(f"the figure `{one.kind}` is asked for twice", code="duplicate")
    return out


def _figure(node: Node) -> Wanted:
    if node.kind != "mapping":
        return Wanted(_kind(node), node.position)
    keys = node.mapping("a figure")
    if "kind" not in keys:
        raise node.error("which figure? `{kind: …}`", code="missing-key", hint=f"they are {', '.join(FIGURES)}")
    kind = _kind(keys["kind"][1])
    known = node.known(f"the figure `{kind}`", (*COMMON, *FIGURES[kind]))
    return Wanted(
        kind,
        node.position,
        _ranges(known["range"][1]) if "range" in known else {},
        _of(known["of"][1]) if "of" in known else "",
        read_prose(known["caption"][1], "caption") if "caption" in known else "",
    )


def _kind(node: Node) -> str:
    text = node.words("a figure").strip()
    if text not in FIGURES:
        guess = closest(text, FIGURES)
        raise node.error(
            f"there is no figure `{text[:40]}`" + (f"; did you mean `{guess}`?" if guess else ""), code="unknown-figure",
            hint=f"they are {', '.join(FIGURES)}",
        )
    return text


def _of(node: Node) -> str:
    text = node.words("`of`").strip()
    if text not in ("function", *FIND):
        guess = closest(text, ("function", *FIND))
        raise node.error(
            f"`of` is `function` or a quantity of `find`, not `{text[:40]}`" + (f"; did you mean `{guess}`?" if guess else ""),
            code="choice",
        )
    return text


def _ranges(node: Node) -> dict[str, tuple[float, float]]:
    if node.kind == "mapping":
        return {name: _range(value) for name, (_, value) in node.mapping("`range`").items()}
    return {"": _range(node)}


def _range(node: Node) -> tuple[float, float]:
    ends = node.entries("`range`") if node.kind == "list" else ()
    if len(ends) != 2:
        raise node.error("a range is two numbers: [-1, 3]", code="type")
    low, high = (_number(end) for end in ends)
    if not low < high:
        raise node.error(f"a range goes from the smaller number to the larger, and {low:g} is not below {high:g}", code="range")
    return low, high


def _number(node: Node) -> float:
    text = node.words("a number").strip().replace("−", "-")
    try:
        if not _NUMBER.fullmatch(text):
            raise ValueError(text)
        value = Fraction(text)
    except (ValueError, ZeroDivisionError):
        raise node.error(f"`{text[:40]}` is no number", code="type") from None
    if abs(value) > FARTHEST:
        raise node.error(f"a range stays within ±{FARTHEST}", code="range")
    return float(value)
