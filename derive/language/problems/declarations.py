"""Symbols as they are declared: `X: matrix(m, n)`, `{type: spd(n), is: [positive], latex: '\\Phi', of: t}`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import NoReturn

from derive.expressions.nodes import Symbol, Unnamed
from derive.expressions.properties.facts import STOCHASTIC
from derive.expressions.sizes import ONE, SCALAR, Shape, Size, is_column, is_scalar, is_square, show
from derive.language.markup import formula, macros
from derive.language.markup import symbol as one_symbol
from derive.language.origin import Origin
from derive.language.problems.families import family
from derive.language.problems.names import declared_name
from derive.language.text.sizes import parse_size
from derive.language.text.tokens import name_form
from derive.language.words import closest
from derive.language.yaml.nodes import Node
from derive.values import dataclass

MAX_LATEX = 200
"""Characters of a symbol's LaTeX."""

PROPERTIES = (
    "positive", "invertible", "symmetric", "spd", "psd", "diagonal", "orthogonal", "full-column-rank", "full-row-rank",
    "unit", "stochastic", "row-stochastic",
)
"""Values of `is`."""

_IMPLIES: dict[str, tuple[str, ...]] = {
    "spd": ("symmetric", "invertible"),
    "psd": ("symmetric",),
    "diagonal": ("symmetric", "upper", "lower"),
    "orthogonal": ("invertible",),
    "stiefel": ("full-column-rank",),
    "invertible": ("full-column-rank", "full-row-rank"),
}
_TOGETHER: tuple[tuple[frozenset[str], str], ...] = (
    (frozenset(("upper", "lower")), "diagonal"),
    (frozenset(("symmetric", "upper")), "diagonal"),
    (frozenset(("symmetric", "lower")), "diagonal"),
    (frozenset(("psd", "invertible")), "spd"),
)
_EXCLUDE: tuple[tuple[str, str, str], ...] = (
    ("skew", "symmetric", "only the zero matrix is both"),
    ("skew", "positive", "the diagonal of a skew matrix is 0"),
    ("skew", "upper", "only the zero matrix is both"),
    ("skew", "lower", "only the zero matrix is both"),
    ("upper", "positive", "the entries below the diagonal are 0; positive diagonal entries are `is: [spd]` of a diagonal one"),
    ("lower", "positive", "the entries above the diagonal are 0; positive diagonal entries are `is: [spd]` of a diagonal one"),
    ("orthogonal", "spd", "only the identity is both"),
    ("orthogonal", "positive", "two columns of positive entries are not orthogonal"),
    ("orthogonal", "upper", "such a matrix is diagonal with entries ±1"),
    ("orthogonal", "lower", "such a matrix is diagonal with entries ±1"),
    ("stiefel", "positive", "two columns of positive entries are not orthogonal"),
    *(("row-stochastic", word, "of a matrix whose rows sum to 1 nothing else is declared") for word in (
        "symmetric", "skew", "invertible", "full-column-rank", "full-row-rank", "upper", "lower", "stiefel", "unit")),
    ("stochastic", "unit", "such a vector is a unit vector e(i, n)"),
)
_SQUARE = frozenset(("invertible", "symmetric", "spd", "psd", "diagonal", "orthogonal"))

_TYPES: dict[str, tuple[int, frozenset[str]]] = {
    "scalar": (0, frozenset()),
    "positive": (0, frozenset(("positive",))),
    "integer": (0, frozenset(("integer",))),
    "vector": (1, frozenset()),
    "matrix": (2, frozenset()),
    "stiefel": (2, frozenset(("stiefel",))),
    "square": (1, frozenset()),
    **{
        name: (1, frozenset((name,)))
        for name in ("symmetric", "skew", "diagonal", "upper", "lower", "spd", "psd", "invertible", "orthogonal")
    },
}
"""Short forms: how many sizes each takes, and what it declares."""

TYPES: tuple[str, ...] = (*_TYPES, "elementwise", "function")

MAX_ENTRIES = 10**6

SURVIVES = frozenset(("symmetric", "skew", "diagonal", "upper", "lower"))
"""Structures that are linear: a direction, and the derivative of a path, has them again."""


def closure(names: Iterable[str]) -> frozenset[str]:
    """The properties with all that they imply: spd holds symmetric and invertible too, diagonal symmetric, upper, lower."""
    out = set(names)
    grown = True
    while grown:
        before = len(out)
        for name in tuple(out):
            out.update(_IMPLIES.get(name, ()))
        for several, one in _TOGETHER:
            if several <= out:
                out.add(one)
        grown = len(out) > before
    if "spd" in out:
        out.discard("psd")
    return frozenset(out)


def linear_structure(names: frozenset[str]) -> frozenset[str]:
    """The structure of a direction of a variable with these properties."""
    return closure(names & SURVIVES)


def path_derivative(symbol: Symbol) -> Symbol:
    """dA of a path A(t), d2A of dA: of the same shape, with the linear structure that survives."""
    order = symbol.order + 1
    path = symbol.path or symbol.name
    name = f"d{path}" if order == 1 else f"d{order}{path}"
    latex = symbol.latex if symbol.order == 0 else None
    out: Symbol = Symbol(name, symbol.dims, linear_structure(symbol.has), symbol.of, latex, order, path)
    return out


def direction_symbol(variable: Symbol, name: str) -> Symbol:
    """A direction of the variable: its shape, and its structure where that is linear."""
    out: Symbol = Symbol(name, variable.dims, linear_structure(variable.has))
    return out


# --------------------------------------------------------------------------------------------- declarations
@dataclass(frozen=True)
class Declaration:
    """One entry of `symbols`: a symbol or a function without a formula, and where it stands; `written` is the K_i of a family K."""

    name: str
    value: Symbol | Unnamed
    node: Node
    of: Node | None = None
    written: str = ""


def declare(key: Node, node: Node) -> Declaration:
    """The declaration of one symbol, in the short or the long form.  DeriveError, positioned, for what is none."""
    name = declared_name(key, "a symbol")
    if node.kind != "mapping":
        value = _typed(name, node.words(f"the type of {name}"), node.origin, frozenset(), node)
        return Declaration(name, value, node)
    parts = node.known(f"the declaration of {name}", ("type", "is", "latex", "of", "for"))
    if "type" not in parts:
        raise node.error(f"the declaration of {name} has no `type`", code="missing-key", hint="type: 'matrix(m, n)'")
    given: set[str] = set()
    if "is" in parts:
        for item in parts["is"][1].entries(f"`is` of {name}"):
            given.add(_property(name, item))
    type_node = parts["type"][1]
    value = _typed(name, type_node.words(f"the type of {name}"), type_node.origin, frozenset(given), node)
    if "latex" in parts:
        latex_node = parts["latex"][1]
        value = replace(value, latex=_latex(latex_node.words(f"the LaTeX of {name}"), latex_node))
    of_node = parts["of"][1] if "of" in parts else None
    if of_node is not None:
        parameter = name_form(of_node.words(f"the parameter of {name}"))
        if isinstance(value, Unnamed):
            raise of_node.error(f"{name} is a function, and `of` makes a path A(t) of a symbol", code="path")
        if parameter == name:
            raise of_node.error(f"{name} cannot be a path of itself: `of` names a scalar, as t", code="path")
        if "integer" in value.has:
            raise of_node.error(f"{name} is an integer, and a path is differentiable", code="path")
        if value.has & STOCHASTIC:
            raise of_node.error(f"{name} is stochastic: a path whose entries sum to 1 is written as softmax of a path", code="path")
        value = replace(value, of=parameter)
    if "for" in parts:
        value = family(name, value, parts["for"][1])
        return Declaration(value.name, value, node, of_node, name)
    return Declaration(name, value, node, of_node)


def _property(name: str, item: Node) -> str:
    text = item.words(f"`is` of {name}")
    if text not in PROPERTIES:
        guess = closest(text, PROPERTIES)
        instead = f"; declare its type as {text}(n)" if text in _TYPES and not guess else ""
        raise item.error(
            f"unknown property `{text[:40]}`" + (f"; did you mean `{guess}`?" if guess else instead), code="property",
            hint=f"`is` holds some of {', '.join(PROPERTIES)}",
        )
    return text


def _latex(text: str, node: Node) -> str:
    """The LaTeX that a symbol is printed as: one symbol by the allow-list, and short.  DeriveError [latex] at its character."""

    def refuse(message: str, at: int) -> NoReturn:
        raise node.origin.error(message, at, code="latex", hint="the LaTeX of a symbol is one symbol, as \\Phi or \\mathbf{x}")

    if len(text) > MAX_LATEX:
        refuse(f"this is longer than {MAX_LATEX} characters", 0)
    if "$" in text.replace("\\$", ""):
        refuse("the LaTeX of a symbol is mathematics already, and needs no $", text.index("$"))
    formula.check(text, refuse, macros.current().commands)
    if not macros.current().trusted:
        one_symbol.check(text, refuse, {own.name: own for own in macros.current().definitions})
    return one_symbol.spelled(text)


def _typed(name: str, text: str, origin: Origin, given: frozenset[str], node: Node) -> Symbol | Unnamed:
    match = re.fullmatch(r"\s*([^\W\d]\w*)\s*(\(.*\))?\s*", text, re.DOTALL)
    kind = match.group(1) if match else ""
    if match is None or kind not in TYPES:
        guess = closest(kind, TYPES) if kind else None
        shown = " ".join(text.split())[:40]
        raise origin.error(
            f"unknown type `{shown}`" + (f"; did you mean `{guess}`?" if guess else ""), code="type",
            hint="types are scalar, positive, integer, vector(n), matrix(m, n), square(n), symmetric(n), spd(n), …",
        )
    inside = (match.group(2) or "")[1:-1]
    sizes_at = origin.shift(match.start(2) + 1) if match.group(2) else origin.shift(len(text))
    if kind == "elementwise":
        if inside.strip() or given:
            raise origin.error("`elementwise` has no sizes and no properties", code="type")
        return Unnamed(name)
    if kind == "function":
        if given:
            raise origin.error("`is` does not apply to a function", code="property")
        return _function(name, inside, sizes_at, origin)
    count, has = _TYPES[kind]
    parts = _split(inside, sizes_at) if match.group(2) else []
    if len(parts) != count:
        form = f"{kind}({', '.join(('m', 'n')[-count:])})" if count else kind
        raise origin.error(
            f"`{kind}` takes {'no size' if not count else 'one size' if count == 1 else 'two sizes'}: {form}", code="type"
        )
    sizes = [parse_size(part, at) for part, at in parts]
    dims = _dims(kind, sizes)
    excess = dims[1] + dims[0] * Size.of(-1)
    if kind == "stiefel" and excess.is_number and excess.value({}) > 0:
        raise origin.error(
            f"stiefel({dims[0]}, {dims[1]}): X'X = I needs at least as many rows as columns", code="type"
        )
    entries = dims[0] * dims[1]
    if entries.is_number and entries.value({}) > MAX_ENTRIES:
        raise origin.error(
            f"{name} has {entries} entries, too large for the numeric check: the limit is {MAX_ENTRIES}", code="size",
            hint=f"write its size by name, as in {kind}({', '.join(('m', 'n')[-count:])})",
        )
    has = _checked(name, dims, has, given, node)
    out: Symbol = Symbol(name, dims, has)
    return out


def _dims(kind: str, sizes: list[Size]) -> Shape:
    if not sizes:
        return SCALAR
    if kind == "vector":
        return (sizes[0], ONE)
    return (sizes[0], sizes[-1])


def _checked(name: str, dims: Shape, has: frozenset[str], given: frozenset[str], node: Node) -> frozenset[str]:
    """The closed properties; DeriveError for those that contradict each other or the shape."""
    for text in sorted(given & _SQUARE):
        if not is_square(dims) or is_scalar(dims):
            raise node.error(f"{name} is {show(dims)}: only a square matrix is {text}", code="property")
    for text, shape, column in (("stochastic", "vector", True), ("row-stochastic", "matrix", False)):
        if text in given and is_column(dims) != column:
            raise node.error(f"{name} is {show(dims)}: only a {shape} is {text}", code="property")
    if is_scalar(dims) and given - {"positive"}:
        raise node.error(f"{name} is a scalar: of the properties only `positive` applies", code="property")
    for text, (long, short) in (("full-column-rank", (1, 0)), ("full-row-rank", (0, 1))):
        difference = dims[long] + dims[short] * Size.of(-1)
        if text in given and difference.is_number and difference.value({}) > 0:
            raise node.error(f"{name} is {show(dims)}: it cannot be {text}", code="property")
    out = closure(has | given)
    if is_square(dims) and not is_scalar(dims) and out & {"full-column-rank", "full-row-rank"}:
        out = closure(out | {"invertible"})
    for one, other, why in _EXCLUDE:
        if one in out and other in out:
            raise node.error(f"{name} cannot be {one} and {other}: {why}", code="property")
    return out


def _split(inside: str, origin: Origin) -> list[tuple[str, Origin]]:
    """The parts between commas, each with its place."""
    out = []
    start = 0
    for part in inside.split(","):
        lead = len(part) - len(part.lstrip())
        out.append((part.strip(), origin.shift(start + lead)))
        start += len(part) + 1
    return out


def _function(name: str, inside: str, at: Origin, origin: Origin) -> Unnamed:
    """function(n), function(n, m), function(m×n), function(m×n, p×q)."""
    parts = _split(inside, at) if inside.strip() else []
    if len(parts) not in (1, 2):
        raise origin.error(
            "`function` takes the size of its argument, and of its value unless that is a scalar: "
            "function(n), function(n, m), function(m×n), function(m×n, p×q)",
            code="type",
        )
    shapes = []
    for part, where in parts:
        pieces = re.split(r"×|\s+x\s+", part)
        if len(pieces) > 2:
            raise where.error("a shape is n, or m×n", code="type")
        sizes = []
        offset = 0
        for piece in pieces:
            lead = len(piece) - len(piece.lstrip())
            sizes.append(parse_size(piece.strip(), where.shift(offset + lead)))
            offset = part.find(pieces[-1], offset + len(piece))
        shapes.append((sizes[0], sizes[1] if len(sizes) > 1 else ONE))
    return Unnamed(name, shapes[0], shapes[1] if len(shapes) > 1 else SCALAR)


def resolve_paths(declarations: list[Declaration]) -> None:
    """DeriveError for a path whose parameter is not a plain scalar."""
    by_name = {d.name: d.value for d in declarations}
    for declaration in declarations:
        value, node = declaration.value, declaration.of
        if node is None or not isinstance(value, Symbol) or value.of is None:
            continue
        parameter = by_name.get(value.of)
        if parameter is None:
            raise node.error(
                f"{value.of} is not declared: the parameter of the path {value.name} is a scalar", code="path",
                hint=f"add `{value.of}: scalar` to the symbols",
            )
        if not isinstance(parameter, Symbol) or not is_scalar(parameter.dims) or "integer" in parameter.has:
            raise node.error(f"the parameter of a path is a real scalar, and {value.of} is none", code="path")
        if parameter.of is not None:
            raise node.error(
                f"{value.of} is itself a path of {parameter.of}: the parameter of a path is a plain scalar", code="path"
            )
