"""By what is differentiated, and along what: `wrt` and `direction`.

`node` is the value of the key, None where the problem has none.
"""

from __future__ import annotations

from itertools import count

from derive.errors import DeriveError
from derive.expressions.nodes import Symbol
from derive.expressions.properties.facts import STOCHASTIC
from derive.expressions.sizes import is_column, is_scalar
from derive.language.problems.declarations import direction_symbol
from derive.language.problems.function import Bindings, Header
from derive.language.problems.names import checked_name
from derive.language.text.tokens import name_form
from derive.language.words import closest
from derive.language.yaml.nodes import Node

_FALLBACK = "LMNOPQRSUVWXYZABCDEFGJ"
"""For a direction whose name is taken.  T is left to the transpose, I to the identity; s and t are the parameters of the
definition, e a unit vector."""


def read_wrt(node: Node | None, root: Node, header: Header, bindings: Bindings) -> tuple[tuple[Symbol, ...], bool]:
    """The variables, and whether the author gave a list.  Without `wrt` the header's arguments."""
    if node is None:
        if not header.arguments:
            raise root.error(
                "the key `wrt` is missing: by what is the function differentiated?", code="missing-key",
                hint="wrt: X, or a header: function: f(X) = …",
            )
        function = root.mapping("the problem")["function"][1]
        names = [(name, function) for name in header.arguments]
        is_list = len(names) > 1
    else:
        is_list = node.kind == "list"
        names = [(name_form(item.words("`wrt`")).strip().removeprefix("\\"), item) for item in node.entries("`wrt`")]
        entry = next((name for name, _ in names if "[" in name), None)
        if entry is not None:
            whole = entry.partition("[")[0].strip()
            raise node.error(
                f"`wrt` names symbols, and {entry} is an entry of one", code="wrt",
                hint=f"differentiate by {whole}: the derivative by an entry is an entry of the gradient; or declare the entry as a scalar of its own",
            )
        if not is_list and "," in names[0][0]:
            raise node.error(f"several variables are a list: wrt: [{names[0][0]}]", code="type")
    out: list[Symbol] = []
    occurring = bindings.occurring(header.expr)
    names = [(bindings.written.get(name, name), item) for name, item in names]
    for name, item in names:
        symbol = _variable(name, item, header, bindings)
        if symbol in out:
            raise item.error(f"{name} stands twice in `wrt`", code="wrt")
        paths = [s for s in bindings.symbols.values() if s.of == name and s.name in occurring]
        derived = [s for s in bindings.derived.values() if s.of == name and s.name in occurring]
        if name not in occurring and not paths and not derived:
            raise item.error(
                f"{name} does not occur in the function, neither directly nor through `let`", code="wrt",
                hint="the derivative would be 0; is the right symbol under `wrt`?",
            )
        out.append(symbol)
    return tuple(out), is_list


def _variable(name: str, item: Node, header: Header, bindings: Bindings) -> Symbol:
    symbol = bindings.symbols.get(name)
    if symbol is None:
        if name in bindings.lets:
            why = f"{name} is defined under `let`; `wrt` is a declared symbol"
        elif name in bindings.given:
            why = f"{name} has a value of `variants`; `wrt` is a declared symbol"
        elif name in bindings.unnamed:
            why = f"{name} is a function; `wrt` is a declared symbol"
        elif name in bindings.sizes or name in bindings.valued:
            why = f"{name} is a size, an integer: it is not differentiable by it"
        else:
            guess = closest(name, bindings.symbols)
            why = f"`wrt` names {name[:40]}, which is not declared" + (f"; did you mean {guess}?" if guess else "")
        raise item.error(why, code="wrt")
    if header.arguments and name not in header.arguments:
        raise item.error(
            f"wrt is {name}, and the header is {header.name}({', '.join(header.arguments)}): "
            f"{name} is not among its arguments", code="wrt",
            hint=f"write {header.name}({', '.join([*header.arguments, name])}) = …, or wrt: {header.arguments[0]}",
        )
    if symbol.count is not None:
        raise item.error(
            f"{name} is a family of matrices, which are constants here", code="wrt",
            hint="a family of numbers or vectors may be a variable; one matrix is declared by itself",
        )
    if "integer" in symbol.has:
        raise item.error(f"{name} is an integer: a function is not differentiable by it", code="wrt")
    if symbol.has & STOCHASTIC:
        raise item.error(
            f"{name} is stochastic, which a constant may be", code="wrt",
            hint=f"declare {name} without it, and write the condition into the function with a multiplier: - lambda (sum({name}) - 1)",
        )
    if symbol.of is not None:
        raise item.error(
            f"{name} is a path {name}({symbol.of}): differentiate by {symbol.of}, or leave `of` away", code="wrt"
        )
    return symbol


def read_directions(
    node: Node | None, wrt: tuple[Symbol, ...], wrt_list: bool, bindings: Bindings
) -> tuple[tuple[Symbol, ...], tuple[Symbol, ...]]:
    """The first and the second directions, one a variable, of its shape and linear structure.

    wrt_list  whether the author gave a list of variables: then one of directions is expected
    """
    if node is not None and node.kind == "mapping":
        raise node.error("`direction` is a name, or a list of names in the order of `wrt`", code="type")
    given = [] if node is None else list(node.entries("`direction`"))
    if node is not None and len(given) != len(wrt):
        raise node.error(
            f"`direction` gives one name a variable: {len(wrt)} of them ({', '.join(s.name for s in wrt)})",
            code="direction",
        )
    taken: set[str] = set()
    first: list[Symbol] = []
    for variable, item in zip(wrt, given, strict=False):
        name = _given_name(item, taken, bindings)
        taken.add(name)
        first.append(direction_symbol(variable, name))
    if node is None:
        for variable in wrt:
            name = _free_name(variable, "H", wrt_list, taken, bindings)
            taken.add(name)
            first.append(direction_symbol(variable, name))
    second = []
    for variable in wrt:
        name = _free_name(variable, "K", wrt_list, taken, bindings)
        taken.add(name)
        second.append(direction_symbol(variable, name))
    return tuple(first), tuple(second)


def _given_name(item: Node, taken: set[str], bindings: Bindings) -> str:
    name = checked_name(item.words("`direction`").strip(), item.origin, "a direction")
    if name in taken:
        raise item.error(f"the direction {name} stands twice", code="direction")
    if name in bindings.sizes:
        raise item.error(f"{name} is a size here: the direction needs another name", code="direction")
    try:
        bindings.names.check(name, item.origin, "a direction")
    except DeriveError as error:
        error.message = f"the direction needs a name that is not taken: {error.message}"
        raise
    return name


def _free_name(variable: Symbol, letter: str, wrt_list: bool, taken: set[str], bindings: Bindings) -> str:
    """H or K for a matrix, h or k for a vector or scalar; the next free one of L, M, … when that is taken."""
    small = is_scalar(variable.dims) or is_column(variable.dims)
    suffix = f"_{variable.name}" if wrt_list else ""
    letters = [letter, *_FALLBACK] if not small else [
        letter.lower(), *(c for c in _FALLBACK.lower() if c not in "steo")
    ]
    for round_ in count():
        for one in letters:
            name = one + suffix + (f"_{round_}" if round_ else "")
            if name not in taken and name not in bindings.sizes and bindings.names.free(name):
                return name
    raise AssertionError("unreachable")
