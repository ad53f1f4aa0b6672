"""Implicit differentiation: F(A, Y) = 0 differentiated on both sides and solved for dY.

Source: the implicit function theorem; Magnus & Neudecker, Matrix Differential Calculus, ch. 7-9.
"""

from __future__ import annotations

from collections.abc import Mapping

from derive.calculus.differentiate.apply_rule import take
from derive.calculus.differentiate.level import level
from derive.calculus.differentiate.variation import Motion
from derive.calculus.rules.defining import DEFINING, Defining, Stage
from derive.calculus.rules.differentials import DIFFERENTIALS
from derive.calculus.rules.rule import compiled, fill, match
from derive.calculus.simplify.simplify import tidy
from derive.calculus.solve.matrix_equation import solve
from derive.derivation.derivation import Head, Line
from derive.derivation.reason import Why, told
from derive.errors import DeriveError
from derive.expressions.build import is_zero, subtract, zero
from derive.expressions.nodes import D, Expr, Number, Symbol
from derive.expressions.properties.evident import value_properties
from derive.expressions.rewrite import substitute
from derive.expressions.sizes import Size
from derive.language.problems.declarations import path_derivative
from derive.values import dataclass

Named = tuple[tuple[Symbol, Expr], ...]


@dataclass(frozen=True)
class Letters:
    """Which letters a derivation may bring in.

    taken  the names in use; None where no letter is wanted: what follows differentiates the result once more
    moving whether a letter may stand for what holds the direction, M = Q'HR⁻¹
    """

    taken: frozenset[str] | None
    moving: bool


@dataclass(frozen=True)
class _Row:
    """A row of the table at work on a function.

    bound   letter -> a symbol of its own, the argument, the direction
    shown   what each of these symbols, and its differential, is written as
    held    the differentials of the unknowns, which stay
    """

    row: Defining
    given: str
    bound: Mapping[str, Expr]
    sizes: Mapping[str, Size]
    shown: Mapping[Expr, Expr]
    motion: Motion
    held: frozenset[Expr]

    def read(self, text: str) -> Expr:
        return fill(compiled(text, self.given), self.bound, self.sizes)

    def written(self, expr: Expr) -> Expr:
        """With letters as a reader sees them, nothing simplified away (A inv(A) stays)."""
        out = substitute(expr, {k: v for k, v in self.shown.items() if isinstance(k, D)})
        return substitute(out, {k: v for k, v in self.shown.items() if not isinstance(k, D)})

    def said(self, text: str) -> Why:
        """Words; what stands between backticks is mathematics in the letters of the row."""
        return told(text, lambda side: self.written(self.read(side)))


def defining_lines(function: Expr, m: Motion, head: Head, letters: Letters) -> tuple[list[Line], Named] | None:
    """The derivative of a function from its defining equation, when the whole function is one of the table with a letter in it.

    The last line states the derivative; those before it are equations.  The factors of a factorization get letters where they
    may (Q, R, λ, v, dQ, …), which are answered with what they stand for.  None when the function is not of that kind.
    """
    try:
        pending: Expr = D(function, m.moves)
        result, name, _ = take(pending, m)  # type: ignore[arg-type]
    except DeriveError:
        return None
    row = DEFINING.get(name)
    if row is None:
        return None
    if result.pending:
        # the velocity of a path
        result = level(pending, m).expr
        if result.pending:
            return None
    rule = DIFFERENTIALS[name]
    assert rule.of is not None
    values: dict[str, Expr] = {}
    sizes: dict[str, Size] = {}
    if not match(compiled(rule.of, rule.given), function, values, sizes) or not _plain(values.get("A"), m):
        return None
    work, named, plain = _at_work(row, values, sizes, m, letters)
    lines = _equations(work)
    solved = _solved(work, m)
    last = solved if solved is not None and tidy(solved) is tidy(result) else result
    if row.result and plain:
        after = tidy(work.written(work.read(row.result)))
    else:
        back = {e: s for s, e in named if not e.pending}
        after = tidy(substitute(last, back))
    lines.append(Line(after, name, work.said(row.last), "derivative", head))
    return lines, named


def _at_work(
    row: Defining, values: Mapping[str, Expr], sizes: dict[str, Size], m: Motion, letters: Letters
) -> tuple[_Row, Named, bool]:
    """The row with its letters bound; the letters that a reader sees; whether those of `names` are among them."""
    rule = DIFFERENTIALS[row.rule]
    unknowns = {letter: fill(compiled(text, rule.given), values, sizes) for letter, text in row.unknowns}
    symbols: dict[str, Symbol] = {letter: Symbol(f"_{letter}", e.shape) for letter, e in unknowns.items()}
    inner = Motion(m.moves, m.active | {s.name for s in symbols.values()}, {symbols[k]: e for k, e in unknowns.items()})
    velocity = _velocity(values["A"], m)
    others = {f"d{k}": _velocity(e, m) if e.free & m.active else zero(e.shape) for k, e in values.items() if k != "A"}
    given = row.given + "".join(f", {k}: {_dims(compiled(text, rule.given))}" for k, text in row.unknowns)
    bound: dict[str, Expr] = {**values, **others, "dA": velocity, "i": _INDEX["i"], "j": _INDEX["j"]}
    for letter, symbol in symbols.items():
        bound[letter] = symbol
        bound["d" + letter] = D(symbol, m.moves)
    given += ", i: integer, j: integer"
    told = _told(unknowns, values, letters)
    shown: dict[Expr, Expr] = {}
    named: list[tuple[Symbol, Expr]] = []
    for letter, e in unknowns.items():
        shown[symbols[letter]] = told.get(letter, e)
        named.extend(((told[letter], e),) if letter in told else ())
    for letter, e in unknowns.items():
        moving: Expr = D(e, m.moves)
        shown[D(symbols[letter], m.moves)] = moving
        if letter in told:
            symbol = _differential(told[letter], m)
            shown[D(symbols[letter], m.moves)] = symbol
            named.append((symbol, moving))
    held = frozenset(D(s, m.moves) for s in symbols.values())
    plain = bool(told) and letters.moving
    for letter, text in row.names:
        work = _Row(row, given, bound, sizes, shown, inner, held)
        definition = work.read(text)
        symbol = Symbol(f"_{letter}", definition.shape)
        given += f", {letter}: {_dims(compiled(text, given))}"
        bound[letter] = symbol
        written = work.written(definition)
        if plain:
            name = _free(letter, _taken(values, letters) | {s.name for s, _ in named})
            mark: Symbol = Symbol(name, definition.shape)
            named.append((mark, written))
            shown[symbol] = mark
        else:
            shown[symbol] = written
    return _Row(row, given, bound, sizes, shown, inner, held), tuple(named), plain


_INDEX = {k: Symbol(k, (Size.of(1), Size.of(1)), frozenset({"integer"})) for k in "ij"}
_SPELLED = {"l": "lambda", "s": "sigma"}


def _told(unknowns: Mapping[str, Expr], values: Mapping[str, Expr], letters: Letters) -> dict[str, Symbol]:
    """A letter for each factor; the inverse keeps its own sign."""
    if letters.taken is None or "Y" in unknowns:
        return {}
    out: dict[str, Symbol] = {}
    taken = _taken(values, letters)
    for letter, e in unknowns.items():
        name = _free(_SPELLED.get(letter, letter) if e.is_scalar else letter, taken)
        taken |= {name, f"d{name}"}
        out[letter] = Symbol(name, e.shape, value_properties(e))
    return out


def _taken(values: Mapping[str, Expr], letters: Letters) -> frozenset[str]:
    sizes = {name for e in values.values() for size in e.shape for name in size.names}
    return (letters.taken or frozenset()) | sizes


def _free(name: str, taken: frozenset[str] | set[str]) -> str:
    """The name, or with a number below it where it is taken."""
    return next(n for n in (name, *(f"{name}_{k}" for k in range(100))) if n not in taken and f"d{n}" not in taken)


def _differential(symbol: Symbol, m: Motion) -> Symbol:
    """dQ, or the velocity of a factor along a path."""
    (variable, direction), *_ = m.moves
    if isinstance(direction, Number):
        path: Symbol = Symbol(symbol.name, symbol.dims, frozenset(), variable.name)
        return path_derivative(path)
    from derive.notation.latex.latex import latex

    out: Symbol = Symbol(f"d{symbol.name}", symbol.dims, frozenset(), None, r"\mathrm{d}" + latex(symbol))
    return out


def _velocity(a: Expr, m: Motion) -> Expr:
    """The direction of the variable, or dA/dt of a path."""
    moving = m.pending(a)
    return level(moving, m).expr if moving.pending else moving


def _plain(argument: Expr | None, m: Motion) -> bool:
    return isinstance(argument, Symbol) and argument.name in m.active and argument not in m.lets


def _dims(e: Expr) -> str:
    """The sizes of a letter, in those of the row."""
    return " ".join(map(str, e.shape)) if not e.is_scalar else ""


def _equations(work: _Row) -> list[Line]:
    lines: list[Line] = []

    def state(left: Expr, right: Expr, why: Why, rule: str, relation: str) -> None:
        lines.append(Line(work.written(right), rule, why, "equation", work.written(left), equation=True, relation=relation))

    def differentiated(stage: Stage, why: Why, relation: str) -> None:
        left, right = (_differentiated(work.read(text), work.motion, work.held) for text in (stage.left, stage.right))
        state(left, right, why, "product-rule", relation)

    for stage in work.row.stages:
        if stage.kind == "constraint":
            differentiated(stage, work.said(f"differentiate `{stage.left} = {stage.right}`{stage.words}"), "=")
        elif stage.kind == "given":
            state(work.read(stage.left), work.read(stage.right), work.said(stage.words), "defining-equation", "=")
        elif stage.kind == "both":
            state(work.read(stage.left), work.read(stage.right), work.said(stage.words), "defining-equation", "=")
            along = work.bound["dA"]
            plain = isinstance(along, Symbol) and not along.order
            differentiated(stage, ("differentiate both sides", *((" along ", along) if plain else ())), "⇒")
        elif stage.kind == "so" or not _is_square(work):
            right = work.read(stage.right)
            still = any(is_zero(e) for e in work.bound.values())
            state(work.read(stage.left), tidy(right) if still else right, work.said(stage.words), "implicit", "⇒")
    return lines


def _is_square(work: _Row) -> bool:
    rows, columns = work.bound["A"].shape
    return rows == columns


def _differentiated(expr: Expr, m: Motion, held: frozenset[Expr]) -> Expr:
    out = m.pending(expr)
    while out.pending and (done := level(out, m, held)).steps:
        out = done.expr
    return out


def _solved(work: _Row, outer: Motion) -> Expr | None:
    """The differentiated equation solved by the engine, where it is linear in one unknown differential."""
    if not work.row.solved:
        return None
    ((letter, _),) = work.row.unknowns
    symbol = work.bound[letter]
    assert isinstance(symbol, Symbol)
    unknown: Symbol = Symbol("_d", symbol.dims)
    stage = work.row.stages[0]
    a, b = (_differentiated(work.read(text), work.motion, work.held) for text in (stage.left, stage.right))
    equation = subtract(a, b)
    found = solve(tidy(substitute(equation, {D(symbol, outer.moves): unknown})), unknown)
    return None if found is None else tidy(work.written(found.solution))
