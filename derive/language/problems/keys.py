"""The further keys of a problem file, each with its type and its message.

`node` is the value of the key, None where the problem has none.
"""

from __future__ import annotations

import re
from pathlib import PurePath

from derive.expressions.nodes import Expr, Symbol
from derive.expressions.properties.evident import evident
from derive.expressions.sizes import Size, is_square, show
from derive.language.markup import prose
from derive.language.origin import Origin
from derive.language.problems.declarations import closure
from derive.language.problems.function import Bindings, unknown_size
from derive.language.problems.problem import SizeRelation
from derive.language.text.sizes import parse_size
from derive.language.words import closest
from derive.language.yaml.nodes import Node

PROSE = ("title", "statement", "hint", "remark", "notes", "source")
LAYOUTS = ("numerator", "denominator", "both")
METHODS = ("directional", "differential", "expansion", "entries", "polarization", "mixed", "gradient", "all")
FIRST_METHODS = METHODS[:4]
INDICES = ("sums", "einstein")
ASKS = ("find", "show", "false")
SHAPES = ("false", "true")
DETAILS = ("normal", "brief", "full")
KEYS = (
    "id", *PROSE, "symbols", "let", "function", "wrt", "direction", "find", "answer", "tags", "points", "level", "parts",
    "sizes", "at", "method", "layout", "inner-product", "order", "data", "figure", "variants", "ask", "detail", "hide", "reasons",
    "notation", "indices", "shapes", "claim", "colours",
)
"""Every key of a problem."""

MAX_ORDER = 8
ONE_LINE = ("title", "caption")
"""Prose that is one line, in which no display stands."""


def read_id(node: Node | None, file: str) -> str:
    """The author's id, or the file's stem."""
    if node is None:
        stem = PurePath(file).stem if file not in ("-", "<stdin>") else "stdin"
        return re.sub(r"[^\w.-]+", "-", stem).strip("-.") or "problem"
    text = node.words("`id`").strip()
    if not re.fullmatch(r"\w[\w.-]*", text) or len(text) > 100:
        raise node.error(f"`{text[:40]}` is no id: letters, digits, - and _", code="id")
    return text


def read_prose(node: Node, key: str) -> str:
    """A text with $…$.  DeriveError, at its character, for what no document could print."""
    text = node.words(f"`{key}`")
    prose.check(text, node.origin, displays=key not in ONE_LINE)
    return text.strip()


def read_choice(node: Node | None, key: str, choices: tuple[str, ...]) -> str:
    """One of the choices; the first when the key is absent."""
    if node is None:
        return choices[0]
    text = node.words(f"`{key}`").strip()
    if text not in choices:
        guess = closest(text, choices)
        raise node.error(
            f"`{key}` is one of {', '.join(choices)}, not `{text[:40]}`"
            + (f"; did you mean `{guess}`?" if guess else ""),
            code="choice",
        )
    return text


def read_methods(node: Node | None) -> tuple[str, ...]:
    """The method, or a list of methods for the first derivative; the first of them gives the results."""
    if node is None or node.kind != "list":
        return (read_choice(node, "method", METHODS),)
    found: list[str] = []
    for item in node.entries("`method`"):
        name = read_choice(item, "method", METHODS)
        if name not in FIRST_METHODS:
            raise item.error(
                f"a list of methods is for the first derivative, of {', '.join(FIRST_METHODS)}; `{name}` is a method for the second",
                code="method", hint="`method: all` shows the second derivative by every method",
            )
        if name in found:
            raise item.error(f"the method `{name}` stands twice in the list", code="method")
        found.append(name)
    return tuple(found)


def read_names(node: Node, key: str) -> tuple[str, ...]:
    """A list of words; one word, or words between commas, are a list too."""
    if node.kind == "scalar":
        return tuple(part for part in (p.strip() for p in node.words(f"`{key}`").split(",")) if part)
    return tuple(item.words(f"`{key}`").strip() for item in node.entries(f"`{key}`"))


def read_reasons(node: Node | None) -> dict[str, str]:
    """Rule name -> the author's words."""
    if node is None:
        return {}
    return {name: read_prose(value, f"reasons.{name}") for name, (_, value) in node.mapping("`reasons`").items()}


def read_order(node: Node) -> int:
    text = node.words("`order`").strip()
    if not re.fullmatch(r"[0-9]{1,3}", text) or not 1 <= int(text) <= MAX_ORDER:
        raise node.error(f"`order` is an integer from 1 to {MAX_ORDER}, not `{text[:40]}`", code="type")
    return int(text)


def read_inner_product(node: Node | None, wrt: tuple[Symbol, ...], bindings: Bindings) -> Expr | None:
    """The matrix M of ⟨x, y⟩ = x'My: square, of as many rows as the variable, evidently positive definite.

    wrt  the variables: there must be one
    """
    if node is None:
        return None
    text = node.words("`inner-product`")
    rows = wrt[0].dims[0]
    expr = bindings.parse(text, node.origin, (), (rows, rows))
    if not is_square(expr.shape):
        raise node.error(f"the inner product is a square matrix, and {text} is {show(expr.shape)}", code="size-mismatch")
    for variable in wrt:
        if variable.dims[0] != expr.shape[0]:
            raise node.error(
                f"{variable.name} is {show(variable.dims)} and {text} is {show(expr.shape)}: x'My is not defined",
                code="size-mismatch",
            )
    known = closure(evident(expr))
    if "spd" not in known and "positive" not in known:
        name = expr.name if isinstance(expr, Symbol) else None
        raise node.error(
            f"the matrix of an inner product is positive definite, and {text} is not known to be", code="property",
            hint=f"declare `{name}: spd({expr.shape[0]})`" if name else None,
        )
    return expr


# --------------------------------------------------------------------------------------------- sizes
_RELATION = re.compile(r"<=|>=|==|=|<|>|≤|≥")
_OPERATORS = {"==": "=", "≤": "<=", "≥": ">="}


def read_relations(node: Node | None, bindings: Bindings) -> tuple[SizeRelation, ...]:
    """`[m >= n, p = 3]`.  A name that no shape holds may be given a value; it must then occur in an expression."""
    if node is None:
        return ()
    if node.kind == "mapping":
        pairs = ", ".join(f"{key.text} = {value.text}" for key, value in node.pairs)
        raise node.error(f"`sizes` is a list of relations: [{pairs}]", code="type")
    out: list[SizeRelation] = []
    for item in node.entries("`sizes`"):
        text = item.words("`sizes`")
        start = 0
        for part in text.split(","):
            out.extend(_relation(part, item, item.origin.shift(start), bindings))
            start += len(part) + 1
    return tuple(out)


def _relation(text: str, node: Node, origin: Origin, bindings: Bindings) -> list[SizeRelation]:
    """One relation, or a chain m >= n >= p."""
    marks = list(_RELATION.finditer(text))
    if not marks:
        raise origin.error(f"`{text.strip()[:40]}` is no relation of sizes: m >= n, p = 3", code="sizes")
    edges = [0, *(edge for m in marks for edge in m.span()), len(text)]
    sizes = []
    for begin, end in zip(edges[::2], edges[1::2], strict=True):
        lead = len(text[begin:end]) - len(text[begin:end].lstrip())
        sizes.append(parse_size(text[begin:end].strip(), origin.shift(begin + lead)))
    out = []
    for left, mark, right in zip(sizes, marks, sizes[1:], strict=False):
        op = _OPERATORS.get(mark.group(), mark.group())
        relation = SizeRelation(left, op, right)
        _possible(relation, origin.shift(mark.start()))
        out.append(relation)
        for size, other in ((left, right), (right, left)):
            _known(size, other, op, node, bindings)
            if op == "=" and other.is_number and size == Size.of(str(size)):
                bindings.fixed[str(size)] = other
    return out


def _known(size: Size, other: Size, op: str, node: Node, bindings: Bindings) -> None:
    for name in size.names - bindings.sizes - set(bindings.valued):
        if name in bindings.symbols or name in bindings.unnamed:
            raise node.error(f"{name} is a symbol, not a size", code="sizes")
        if op == "=" and other.is_number and size == Size.of(name):
            bindings.valued[name] = node
            continue
        raise unknown_size(name, node, bindings.sizes)


def _possible(relation: SizeRelation, origin: Origin) -> None:
    difference = relation.left + relation.right * Size.of(-1)
    if not difference.is_number:
        return
    d = difference.value({})
    holds = {"=": d == 0, ">=": d >= 0, "<=": d <= 0, ">": d > 0, "<": d < 0}[relation.op]
    if not holds:
        raise origin.error(f"{relation.left} {relation.op} {relation.right} is never true", code="sizes")
