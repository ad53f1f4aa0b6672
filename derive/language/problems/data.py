"""Numbers in a problem file: a point `at` which results are evaluated, and columns of `data`."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from fractions import Fraction

from derive.expressions.nodes import Add, Expr, Map, Number, Power, Symbol, Times
from derive.expressions.sizes import ONE, SCALAR, Size, is_column, is_scalar, show
from derive.expressions.traverse import walk
from derive.language.origin import Origin
from derive.language.problems.function import Bindings
from derive.language.problems.problem import Numbers
from derive.language.scope import Scope
from derive.language.text.grammar import parse
from derive.language.text.tokens import name_form
from derive.language.words import closest
from derive.language.yaml.nodes import Node

MAX_ROWS = 10_000
MAX_COLUMNS = 50



def read_at(node: Node, bindings: Bindings) -> dict[str, Numbers]:
    """By symbol a number, a tuple of numbers for a vector, a tuple of rows for a matrix."""
    out: dict[str, Numbers] = {}
    scope = Scope(given=bindings.given)
    for text, (key, value) in node.mapping("`at`").items():
        name = name_form(text)
        symbol = _symbol(name, key, bindings)
        if "integer" in symbol.has and value.kind == "scalar" and _number(value, scope).denominator != 1:
            raise value.error(f"{name} is an integer", code="at")
        found = _array(value, 0, scope)
        depth = 0 if is_scalar(symbol.dims) else 1 if is_column(symbol.dims) else 2
        if _depth(found) != depth:
            form = ("one number", "a list of numbers", "a list of rows, each a list of numbers")[depth]
            raise value.error(f"{name} is {show(symbol.dims)}: its value is {form}", code="at")
        if depth:
            assert isinstance(found, tuple)
            _fits(name, symbol, len(found), len(found[0]) if isinstance(found[0], tuple) else 1, value)
        out[name] = found
    if not out:
        raise node.error("`at` is empty: {x: 1, y: 2}", code="empty")
    return out


def _symbol(name: str, key: Node, bindings: Bindings) -> Symbol:
    symbol = bindings.symbols.get(name)
    if symbol is None:
        guess = closest(name, bindings.symbols)
        raise key.error(
            f"{name[:40]} is not declared under `symbols`" + (f"; did you mean {guess}?" if guess else ""),
            code="unknown-name",
        )
    return symbol


def _number(node: Node, scope: Scope) -> Fraction:
    """A number as it is written, or with the names that `scope` gives one: c, 2 c + 1."""
    text = node.words("a number").strip()
    try:
        expr = parse(text, scope, node.origin)
        if isinstance(expr, Number) or (scope.given and not any(isinstance(part, Map) for part in walk(expr))):
            return _value(expr, {})
    except Exception as error:
        raise node.error(f"`{text[:40]}` is no number", code="type") from error
    raise node.error(f"`{text[:40]}` is no number", code="type")


def _array(node: Node, depth: int, scope: Scope) -> Numbers:
    if node.kind == "scalar":
        return _number(node, scope)
    items = node.entries("a list of numbers")
    if len(items) > MAX_ROWS:
        raise node.error(f"more than {MAX_ROWS} numbers", code="too-long")
    if depth == 0 and items[0].kind == "list":
        rows: list[tuple[Fraction, ...]] = []
        for item in items:
            row = _array(item, 1, scope)
            if not isinstance(row, tuple) or (rows and len(row) != len(rows[0])):
                raise item.error("the rows are lists of equally many numbers", code="type")
            rows.append(tuple(x for x in row if isinstance(x, Fraction)))
        return tuple(rows)
    return tuple(_number(item, scope) for item in items)


def _depth(value: Numbers) -> int:
    if not isinstance(value, tuple):
        return 0
    return 2 if isinstance(value[0], tuple) else 1


def _fits(name: str, symbol: Symbol, rows: int, columns: int, node: Node) -> None:
    for size, found, what in ((symbol.dims[0], rows, "rows"), (symbol.dims[1], columns, "columns")):
        if size.is_number and size != Size.of(found):
            raise node.error(f"{name} is {show(symbol.dims)}, and here are {found} {what}", code="size-mismatch")


# --------------------------------------------------------------------------------------------- data
def read_data(node: Node, bindings: Bindings) -> tuple[dict[str, Numbers], dict[str, tuple[str, ...]]]:
    """(values, columns): the numbers of each column or symbol, and for a matrix the texts of its columns.

    `x: [-2, 0, 1]` is a column of numbers; `X: '[ones, x, x^2]'` a matrix whose columns are functions of such columns, row by
    row.  A name that is a declared symbol must have its shape.
    """
    scope = Scope(given=bindings.given, called=bindings.called)
    values: dict[str, Numbers] = {}
    columns: dict[str, tuple[str, ...]] = {}
    length: int | None = None
    pairs = node.mapping("`data`")
    if len(pairs) > MAX_COLUMNS:
        raise node.error(f"more than {MAX_COLUMNS} columns", code="too-long")
    for text, (key, value) in pairs.items():
        name = name_form(text)
        if not name.isidentifier():
            raise key.error(f"`{text[:40]}` is no name for a column", code="name")
        designed = _design(value, scope)
        if designed is None:
            numbers = _array(value, 1, scope)
            if not isinstance(numbers, tuple):
                raise value.error(f"the column {name} is a list of numbers", code="data")
            if length is not None and len(numbers) != length:
                raise value.error(
                    f"the columns of data are equally long: {len(numbers)} numbers here, {length} above", code="data"
                )
            length = len(numbers)
            values[name] = numbers
            shape = (len(numbers), 1)
        else:
            if length is None:
                raise value.error(f"{name} is made of columns: give a column of numbers before it", code="data")
            given = {k: v for k, v in values.items() if k not in columns}
            values[name] = _designed(designed, given, length, scope)
            columns[name] = tuple(part for part, _ in designed)
            shape = (length, len(designed))
        symbol = bindings.symbols.get(name)
        if symbol is None and designed is not None:
            _symbol(name, key, bindings)
        if symbol is not None:
            if not is_column(symbol.dims) and designed is None:
                raise value.error(f"{name} is {show(symbol.dims)}, and a column fills a vector", code="size-mismatch")
            if is_column(symbol.dims) and designed is not None and len(designed) > 1:
                raise value.error(f"{name} is {show(symbol.dims)}, and here are {len(designed)} columns",
                                  code="size-mismatch")
            _fits(name, symbol, *shape, value)
    _one_size_one_number(values, bindings, node)
    return values, columns


def _is_numeral(node: Node, scope: Scope) -> bool:
    """A number as it is written, or of names that stand for one."""
    words = re.findall(r"[^\W\d]\w*", re.sub(r"(?<=\d)[eE](?=[-+\d])", "", node.text))
    return node.kind == "scalar" and all(isinstance(scope.given.get(name_form(word)), Number) for word in words)


def _design(node: Node, scope: Scope) -> list[tuple[str, Origin]] | None:
    """The texts between the commas of '[ones, x, x^2]', quoted or not; None for a list of numbers."""
    if node.kind == "list":
        if all(_is_numeral(item, scope) for item in node.items):
            return None
        return [(item.words("a column"), item.origin) for item in node.entries("a matrix of columns")]
    text = node.words("a column").strip()
    if not (text.startswith("[") and text.endswith("]")):
        raise node.error("data is a list of numbers, or a matrix of columns '[ones, x, x^2]'", code="data")
    inside = node.text.index("[") + 1
    out = []
    depth, start = 0, inside
    for k in range(inside, node.text.rindex("]") + 1):
        character = node.text[k]
        depth += (character in "([") - (character in ")]" and k < node.text.rindex("]"))
        if depth == 0 and (character == "," or k == node.text.rindex("]")):
            out.append((node.text[start:k].strip(), node.origin.shift(start)))
            start = k + 1
    if len(out) > MAX_COLUMNS:
        raise node.error(f"more than {MAX_COLUMNS} columns", code="too-long")
    return out


def _designed(
    parts: list[tuple[str, Origin]], given: Mapping[str, Numbers], length: int, named: Scope
) -> tuple[tuple[Fraction, ...], ...]:
    columns = []
    scope = Scope({name: Symbol(name, SCALAR) for name in given}, given=named.given, called=named.called)
    for text, origin in parts:
        if text == "ones":
            columns.append((Fraction(1),) * length)
            continue
        expr = parse(text, scope, origin)
        column = []
        for row in range(length):
            point = {name: numbers[row] for name, numbers in given.items() if isinstance(numbers, tuple)}
            try:
                column.append(_value(expr, point))
            except (ArithmeticError, ValueError, KeyError, TypeError):
                raise origin.error(
                    f"`{text[:40]}` has no value in row {row + 1}: a column is made of numbers, columns, + - * / ^ and "
                    "functions of one number", code="data",
                ) from None
        columns.append(tuple(column))
    return tuple(zip(*columns, strict=True))


def _value(expr: Expr, point: Mapping[str, object]) -> Fraction:
    """Exact for sums, products and integer powers."""
    match expr:
        case Number(value):
            return value
        case Symbol(name):
            found = point[name]
            if isinstance(found, Fraction):
                return found
        case Add(parts):
            return sum((_value(p, point) for p in parts), Fraction(0))
        case Times(parts):
            return math.prod((_value(p, point) for p in parts), start=Fraction(1))
        case Power(base, exponent):
            b, k = _value(base, point), _value(exponent, point)
            if abs(k) > 64:
                raise ValueError(k)
            return b ** int(k) if k.denominator == 1 else Fraction(float(b) ** float(k))
        case Map(str() as name, arg) if name in _MAPS:
            return Fraction(_MAPS[name](float(_value(arg, point))))
    raise ValueError(expr)


_MAPS: dict[str, Callable[[float], float]] = {
    "exp": math.exp, "log": math.log, "sin": math.sin, "cos": math.cos, "tan": math.tan, "sqrt": math.sqrt,
    "tanh": math.tanh, "abs": abs, "sinh": math.sinh, "cosh": math.cosh, "atan": math.atan,
}


def _one_size_one_number(values: Mapping[str, Numbers], bindings: Bindings, node: Node) -> None:
    """A size name stands for one number in all that data fills."""
    found: dict[str, tuple[int, str]] = {}
    for name, numbers in values.items():
        symbol = bindings.symbols.get(name)
        if symbol is None or not isinstance(numbers, tuple):
            continue
        across = len(numbers[0]) if isinstance(numbers[0], tuple) else 1
        for size, n in ((symbol.dims[0], len(numbers)), (symbol.dims[1], across)):
            if size == ONE or len(size.names) != 1 or size != Size.of(next(iter(size.names))):
                continue
            before = found.setdefault(next(iter(size.names)), (n, name))
            if before[0] != n:
                raise node.error(
                    f"the size {size} is {before[0]} by {before[1]} and {n} by {name}", code="size-mismatch"
                )
