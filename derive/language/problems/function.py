"""The first half of a problem file: symbols, `let`, the header and the function."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import field, replace

from derive.errors import DeriveError
from derive.expressions.functions import FUNCTIONS
from derive.expressions.nodes import Call, Entry, Expr, Identity, Number, Ones, SizeValue, Symbol, Unit, Unnamed, Zeros
from derive.expressions.properties.evident import evident
from derive.expressions.sizes import Shape, Size
from derive.expressions.spelling import latex_of
from derive.expressions.traverse import walk
from derive.language.latex.own_commands import bare_formula, expanded
from derive.language.origin import Origin
from derive.language.problems.declarations import Declaration, closure, declare, path_derivative, resolve_paths
from derive.language.problems.names import Names, call_of, checked_name, declared_name, printed_form
from derive.language.samples import lettered
from derive.language.scope import Scope
from derive.language.text.grammar import parse
from derive.language.text.tokens import name_form
from derive.language.words import closest
from derive.language.yaml.nodes import Node
from derive.values import dataclass

MAX_SYMBOLS = 5000


@dataclass
class Bindings:
    """The names of one problem while its file is being read.

    symbols   declared symbols; lets are the names of `let`; derived holds dA, d2A of the paths
    sizes     size names that occur in a shape; valued those that only `sizes:` gives a value, with their place
    fixed     the sizes that `sizes:` gives a value
    written   by the written name of a family, K_i, its own, K
    given     the names that stand for an expression (of `variants`, in `answer` of the function); called those that stand for a function
    apart     what every expression goes through: one member of a family, the variable, written apart from the others
    """

    symbols: dict[str, Symbol] = field(default_factory=dict)
    unnamed: dict[str, Unnamed] = field(default_factory=dict)
    lets: dict[str, Symbol] = field(default_factory=dict)
    definitions: dict[str, Expr] = field(default_factory=dict)
    derived: dict[str, Symbol] = field(default_factory=dict)
    sizes: set[str] = field(default_factory=set)
    valued: dict[str, Node] = field(default_factory=dict)
    fixed: dict[str, Size] = field(default_factory=dict)
    given: dict[str, Expr] = field(default_factory=dict)
    called: dict[str, str] = field(default_factory=dict)
    names: Names = field(default_factory=Names)
    places: dict[str, Node] = field(default_factory=dict)
    written: dict[str, str] = field(default_factory=dict)
    own_call: re.Pattern[str] | None = None
    apart: list[Callable[[Expr], Expr]] = field(default_factory=list)

    def knowing(self, header: Header, wrt: tuple[Symbol, ...]) -> Bindings:
        """With the name of the function for its value, `f` or `f(x)`, where nothing else has it."""
        taken = {*self.symbols, *self.lets, *self.unnamed, *self.sizes, *self.valued, *self.given, *self.derived}
        call = call_of(header.name, header.arguments or [x.name for x in wrt])
        return self if header.name in taken else replace(self, given={**self.given, header.name: header.expr}, own_call=call)

    def scope(self, more: Iterable[Symbol] = ()) -> Scope:
        symbols = {**self.derived, **self.symbols, **self.lets, **{s.name: s for s in more}}
        return Scope(symbols, self.unnamed, frozenset(self.sizes | set(self.valued)), self.given, self.called)

    def parse(self, text: str, origin: Origin, more: Iterable[Symbol] = (), shape: Shape | None = None) -> Expr:
        """The expression of a text of this problem; what a function needs of its argument is checked.

        more  symbols beside the problem's own: directions, arguments of the function
        """
        text, origin = expanded(text, origin, self.printed())
        text = self.own_call.sub(lambda m: m[1] + " " * len(m[2]), text) if self.own_call is not None else text
        expr = parse(text, self.scope(more), origin, shape)
        for apart in self.apart:
            expr = apart(expr)
        refuse_needs(expr, text, origin)
        self.refuse_indices(expr, origin)
        return expr

    def printed(self) -> set[str]:
        """The LaTeX that authors gave their symbols: an own command among it is a name."""
        return {s.latex for s in (*self.symbols.values(), *self.lets.values()) if s.latex} | {u.latex for u in self.unnamed.values() if u.latex}

    def refuse_indices(self, expr: Expr, origin: Origin) -> None:
        """DeriveError for an index beyond a size that `sizes:` gives a value."""
        if not self.fixed:
            return
        for node in walk(expr):
            if isinstance(node, Entry):
                places = ((node.row, node.arg.shape[0], "rows"), (node.column, node.arg.shape[1], "columns"))
            elif isinstance(node, Unit):
                places = ((node.index, node.size, "entries"), (None, node.size, ""))
            else:
                continue
            for index, size, what in places:
                bound = size.substitute(self.fixed)
                if isinstance(index, Number) and bound.is_number and index.value > bound.value({}):
                    raise origin.error(
                        f"index {index.value} is out of range: by `sizes` there are {bound} {what}", code="index"
                    )

    def occurring(self, expr: Expr) -> frozenset[str]:
        """The names that an expression holds, directly or through `let`."""
        names = set(expr.free)
        for name in reversed(list(self.definitions)):
            if name in names:
                names |= self.definitions[name].free
        return frozenset(names)

    def refuse_unused_sizes(self, exprs: Iterable[Expr]) -> None:
        """A size that only `sizes:` names must occur in an expression: it may be a slip of the pen."""
        used: set[str] = set()
        for expr in exprs:
            for node in walk(expr):
                match node:
                    case SizeValue(size) | Identity(size) | Unit(_, size):
                        used |= size.names
                    case Ones(dims) | Zeros(dims):
                        used |= dims[0].names | dims[1].names
        for name, place in self.valued.items():
            if name not in used:
                raise unknown_size(name, place, self.sizes)

    def refuse_differentials(self, wrt: Iterable[Symbol]) -> None:
        """dX is the differential of X: no other symbol has that name."""
        for symbol in wrt:
            name = f"d{symbol.name}"
            if name in self.places:
                raise self.places[name].error(
                    f"{name} is the differential of {symbol.name}: the symbol needs another name", code="name-taken"
                )


def unknown_size(name: str, node: Node, sizes: Iterable[str]) -> DeriveError:
    """The error of a size that no symbol has, with the one that was probably meant.

    name   as it was written, and node where
    sizes  those that there are
    """
    guess = closest(name, sizes)
    return node.error(
        f"{name} is no size of this problem" + (f"; did you mean {guess}?" if guess else ""), code="unknown-name",
        hint="sizes are the names in the shapes of the symbols",
    )


# --------------------------------------------------------------------------------------------- symbols
def read_symbols(node: Node, bindings: Bindings) -> None:
    """Fills the bindings with the declared symbols, functions and sizes."""
    pairs = node.mapping("`symbols`")
    if not pairs:
        raise node.error("`symbols` is empty: X: matrix(m, n)", code="empty")
    if len(pairs) > MAX_SYMBOLS:
        raise node.error(f"more than {MAX_SYMBOLS} symbols", code="too-long")
    declarations: list[Declaration] = []
    for key, value in pairs.values():
        declaration = declare(key, value)
        declarations.append(declaration)
        what = "a function" if isinstance(declaration.value, Unnamed) else "a symbol"
        bindings.names.add(declaration.name, key.origin, what, declaration.value.latex)
        bindings.places[declaration.name] = key
        if declaration.written:
            bindings.written[declaration.written] = declaration.name
        bindings.sizes |= _size_names(declaration.value)
    resolve_paths(declarations)
    for declaration in declarations:
        _bind(declaration, bindings)
    for declaration in declarations:
        _derived_names(declaration.value, bindings)
    for size in sorted(bindings.sizes):
        alike = bindings.names.forms.setdefault(printed_form(size), size)
        if alike != size:
            raise bindings.places[alike].error(
                f"the symbol {alike} and the size {size} print alike: call one of them otherwise", code="name-taken"
            )


def _size_names(value: Symbol | Unnamed) -> set[str]:
    shapes = (value.dims,) if isinstance(value, Symbol) else (value.argument, value.value)
    if isinstance(value, Symbol) and value.count is not None:
        shapes = (*shapes, (value.count, value.count))
    return {name for shape in shapes if shape is not None for size in shape for name in size.names}


def _bind(declaration: Declaration, bindings: Bindings) -> None:
    name, value = declaration.name, declaration.value
    if isinstance(value, Unnamed):
        if name in bindings.sizes:
            raise declaration.node.error(f"{name} is a size here, and cannot be a function too", code="name-taken")
        bindings.unnamed[name] = value
    elif name in bindings.sizes:
        # a size may be declared, as an integer; it stays a size
        if not value.is_scalar or "integer" not in value.has:
            raise declaration.node.error(
                f"{name} is a size here, and cannot be another symbol too", code="name-taken",
                hint=f"a size needs no declaration; if it has one, it is `{name}: integer`",
            )
    else:
        bindings.symbols[name] = value


def _derived_names(value: Symbol | Unnamed, bindings: Bindings) -> None:
    """dA and d2A of a path, ds of a function: their names are taken."""
    if isinstance(value, Unnamed):
        names = [f"d{value.name}", f"d2{value.name}"]
    elif value.of is not None:
        first = path_derivative(value)
        second = path_derivative(first)
        names = [first.name, second.name]
        for one in (first, second):
            if (alike := bindings.names.forms.get(printed_form(one.name, latex_of(one)))) is not None:
                raise bindings.places[value.name].error(f"the derivative of {value.name} and {alike} print alike", code="name-taken")
        bindings.derived.update({first.name: first, second.name: second})
    else:
        return
    for name in names:
        place = bindings.places.get(name)
        if place is not None:
            raise place.error(
                f"{name} is the derivative of {value.name}: the symbol needs another name", code="name-taken"
            )
        bindings.names.given[name] = f"the derivative of {value.name}"


def read_sample_letters(nodes: Iterable[Node], bindings: Bindings) -> None:
    """Marks the matrices whose rows are called x_i in what these nodes say."""
    taken = {*bindings.unnamed, *bindings.sizes}
    bindings.symbols.update(lettered(bindings.symbols, taken, [text for node in nodes for text in node.texts()]))


# --------------------------------------------------------------------------------------------- let, function
def read_let(node: Node | None, bindings: Bindings) -> list[tuple[Symbol, Expr]]:
    """(symbol, definition) in order; each may hold those before it."""
    if node is None:
        return []
    pairs = node.mapping("`let`")
    if len(pairs) > MAX_SYMBOLS:
        raise node.error(f"more than {MAX_SYMBOLS} names under `let`", code="too-long")
    out = []
    for key, value in pairs.values():
        name = declared_name(key, "an intermediate function under `let`")
        if name in bindings.sizes:
            raise key.error(f"{name} is a size here, and cannot be a name under `let` too", code="name-taken")
        bindings.names.check(name, key.origin, "a name under `let`")
        definition = bindings.parse(value.words(f"the definition of {name}"), value.origin)
        symbol: Symbol = Symbol(name, definition.shape, closure(evident(definition)))
        bindings.names.add(name, key.origin, "a name under `let`")
        bindings.places[name] = key
        bindings.lets[name] = symbol
        bindings.definitions[name] = definition
        out.append((symbol, definition))
    return out


@dataclass(frozen=True)
class Header:
    """`f(W, b) =` and the expression after it; without a header the name is f and `arguments` is empty."""

    name: str
    arguments: tuple[str, ...]
    expr: Expr


_FONT = r"\\(?:mathcal|mathrm|mathbf|mathsf|mathit|mathbb|mathfrak|mathscr|boldsymbol|bm|operatorname|text)"
HEADER = re.compile(
    rf"""\s*(?:{_FONT}\s*(?:\{{\s*(?P<styled>\w+)\s*\}}|(?P<letter>[^\W\d_]))|\\?(?P<name>[^\W\d]\w*))
    (?:_(?:\{{\\?(?P<below>\w+)\}}|\\(?P<greek>\w+)))?\s*
    (?:(?:\\left)?\((?P<arguments>[^()=]*)\)\s*)?:?=(?!=)""", re.VERBOSE,
)


def read_function(node: Node, bindings: Bindings) -> Header:
    """The header and the function."""
    text, origin = expanded(node.words("`function`"), node.origin, bindings.printed())
    text = bare_formula(text)
    match = HEADER.match(text)
    name, body = "f", 0
    arguments: tuple[str, ...] = ()
    if match:
        parts = [match.group("styled") or match.group("letter") or match.group("name"), match.group("below") or match.group("greek")]
        name = checked_name("_".join(part for part in parts if part), node.origin, "the function")
        if name in bindings.places or name in bindings.sizes:
            what = "a symbol" if name in bindings.places else "a size"
            raise node.error(
                f"the function is called {name}, as is {what}: give one of them another name", code="name-taken"
            )
        if (alike := bindings.names.forms.get(printed_form(name))) is not None:
            raise node.error(f"the function {name} and {alike} print alike: call one of them otherwise", code="name-taken")
        if match.group("arguments") is not None:
            arguments = _arguments(match.group("arguments"), origin.shift(match.start("arguments")), bindings)
        body = match.end()
    else:
        equals = _outer_equals(text)
        if equals is not None:
            raise origin.error(
                "what stands before `=` is not a header f(X)", equals, code="header",
                hint="write f(X) = …, or the expression alone",
            )
    bindings.names.given.setdefault(name, "the function")
    expr = bindings.parse(text[body:], origin.shift(body))
    return Header(name, arguments, expr)


def _outer_equals(text: str) -> int | None:
    """Where the first `=` outside of brackets stands: the one of a sum's first value is inside."""
    depth = 0
    for k, character in enumerate(text):
        depth += (character in "({[") - (character in ")}]")
        if character == "=" and depth <= 0 and text[k - 1 : k] not in ("<", ">", "!", "=") and text[k + 1 : k + 2] != "=":
            return k
    return None


_STYLED = re.compile(rf"^\s*{_FONT}\s*(?:\{{\s*(?P<braced>[^{{}}]*?)\s*\}}|(?P<bare>\w))\s*")
_SCRIPT = re.compile(r"_\{(\w+)\}")


def _plain_name(part: str) -> str:
    r"""The name that an argument of a header says: `\mathbf{w}` is w, `\boldsymbol\mu` mu, `W_{1}` W_1."""
    text = part.strip()
    styled = _STYLED.match(text)
    if styled:
        text = (styled.group("braced") or styled.group("bare") or "") + text[styled.end() :]
    text = re.sub(rf"^{_FONT}", "", text).strip()
    return name_form(_SCRIPT.sub(r"_\1", text.removeprefix("\\")))


def _arguments(text: str, origin: Origin, bindings: Bindings) -> tuple[str, ...]:
    out: list[str] = []
    start = 0
    for part in re.split("[,;]", text.removesuffix(r"\right")):
        at = start + len(part) - len(part.lstrip())
        name = _plain_name(part)
        name = bindings.written.get(name, name)
        start += len(part) + 1
        if name not in bindings.symbols:
            if name in bindings.lets or name in bindings.unnamed or name in bindings.given:
                why = "stands under `let`" if name in bindings.lets else "is a function" if name in bindings.unnamed else "has a value of `variants`"
                raise origin.error(f"{name} {why}: the arguments of the function are symbols", at, code="header")
            guess = closest(name, bindings.symbols) if name else None
            raise origin.error(
                (f"{name[:40]} is not declared" if name else "an argument is missing")
                + (f"; did you mean {guess}?" if guess else ""),
                at, code="header", hint="the arguments in the header f(X) = are declared under `symbols`",
            )
        if name in out:
            raise origin.error(f"the argument {name} stands twice in the header", at, code="header")
        out.append(name)
    return tuple(out)


# --------------------------------------------------------------------------------------------- what functions need
_NEEDED = {"spd": "symmetric positive definite (spd)", "symmetric": "symmetric"}


def refuse_needs(expr: Expr, text: str, origin: Origin) -> None:
    """DeriveError when a function needs a property that its argument has not for certain.

    text  the author's, which a message quotes
    """
    for node in walk(expr):
        if not isinstance(node, Call) or FUNCTIONS[node.name].needs is None:
            continue
        needed = FUNCTIONS[node.name].needs or ""
        if needed in closure(evident(node.args[0])):
            continue
        match = re.search(rf"(?<!\w){node.name}\s*\(", text)
        what = _NEEDED.get(needed, needed)
        argument = node.args[0].name if isinstance(node.args[0], Symbol) else "its argument"
        declared = f"declare `{argument}: {needed}(n)`" if isinstance(node.args[0], Symbol) else (
            f"declare its symbols so that it is {needed}"
        )
        raise origin.error(
            f"{node.name} needs a {what} matrix, and {argument} is not known to be one",
            match.start() if match else 0, code="property", hint=declared,
        )
