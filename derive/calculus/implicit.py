"""Implicit differentiation: F(A, Y) = 0 differentiated on both sides and solved for dY.

Source: the implicit function theorem; Magnus & Neudecker, Matrix Differential Calculus, ch. 7-9.
"""

from __future__ import annotations

from derive.calculus.derivation import Head, Line
from derive.calculus.differentiate import Motion, level, take
from derive.calculus.equations import solve
from derive.calculus.rules.defining import DEFINING, Defining
from derive.calculus.rules.differentials import DIFFERENTIALS
from derive.calculus.rules.rule import compiled, fill, match
from derive.calculus.tidy import tidy
from derive.errors import DeriveError
from derive.language.build import subtract
from derive.language.nodes import D, Expr, Symbol, substitute
from derive.language.sizes import Size

Named = tuple[tuple[Symbol, Expr], ...]


def defining_lines(
    function: Expr, m: Motion, head: Head, taken: frozenset[str] | None = None
) -> tuple[list[Line], Named] | None:
    """The derivative of a function from its defining equation, when the whole function is one of the table with a letter in it.

    The last line states the derivative; those before it are equations.  With `taken`, the names in use, the factors of a
    factorization get letters (Q, R, λ, v), which are answered with what they stand for.  None when the function is not of that
    kind.
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
    unknowns = {
        letter: fill(compiled(text, rule.given), values, sizes) for letter, text in row.unknowns
    }
    names: dict[str, Symbol] = {letter: Symbol(f"_{letter}", e.shape) for letter, e in unknowns.items()}
    inner = Motion(m.moves, m.active | {s.name for s in names.values()}, {names[k]: e for k, e in unknowns.items()})
    held = frozenset(D(s, m.moves) for s in names.values())
    # what a letter and its differential print as: the function itself and D(…)[H]
    told = _letters(unknowns, taken)
    shown: dict[Expr, Expr] = {}
    for letter, e in unknowns.items():
        as_written = told.get(letter, e)
        shown[D(names[letter], m.moves)] = D(as_written, m.moves)
        shown[names[letter]] = as_written
    given = row.given + "".join(f", {k}: {_dims(e, sizes)}" for k, e in unknowns.items())
    bound: dict[str, Expr] = {**values, "dA": _velocity(values["A"], m)}
    for letter in unknowns:
        bound[letter] = names[letter]
        bound["d" + letter] = D(names[letter], m.moves)
    lines = _equations(row, given, bound, sizes, inner, held, shown)
    solved = _solved(row, lines, names, m, inner, held, bound, sizes, given, shown)
    last = solved if solved is not None and tidy(solved) is tidy(result) else result
    after = tidy(substitute(last, {e: told[k] for k, e in unknowns.items() if k in told}))
    lines.append(Line(after, name, (row.last,), "derivative", head))
    named: Named = tuple((told[k], e) for k, e in unknowns.items() if k in told)
    return lines, named


_SPELLED = {"l": "lambda", "s": "sigma"}


def _letters(unknowns: dict[str, Expr], taken: frozenset[str] | None) -> dict[str, Symbol]:
    """A letter for each factor, all or none; the inverse and the square root keep their own signs."""
    if taken is None or "Y" in unknowns:
        return {}
    out: dict[str, Symbol] = {}
    for letter, e in unknowns.items():
        name = _SPELLED.get(letter, letter) if e.is_scalar else letter
        if name in taken:
            return {}
        out[letter] = Symbol(name, e.shape)
    return out


def _velocity(a: Expr, m: Motion) -> Expr:
    """The direction of the variable, or dA/dt of a path."""
    moving = m.pending(a)
    return level(moving, m).expr if moving.pending else moving


def _plain(argument: Expr | None, m: Motion) -> bool:
    return isinstance(argument, Symbol) and argument.name in m.active and argument not in m.lets


def _dims(e: Expr, sizes: dict[str, Size]) -> str:
    """The sizes of an unknown in the letters of the row."""
    back = {v: k for k, v in sizes.items()}
    words = [back.get(size, str(size)) for size in e.shape]
    return " ".join(words) if not e.is_scalar else ""


def _shown(expr: Expr, shown: dict[Expr, Expr]) -> Expr:
    return tidy(substitute(substitute(expr, {k: v for k, v in shown.items() if isinstance(k, D)}),
                           {k: v for k, v in shown.items() if not isinstance(k, D)}))


def _equations(
    row: Defining, given: str, bound: dict[str, Expr], sizes: dict[str, Size], m: Motion, held: frozenset[Expr],
    shown: dict[Expr, Expr],
) -> list[Line]:
    lines: list[Line] = []

    def read(text: str) -> Expr:
        return fill(compiled(text, given), bound, sizes)

    def state(left: Expr, right: Expr, words: str, rule: str) -> None:
        lines.append(Line(_kept(right, shown), rule, (words,), "equation", _kept(left, shown), equation=True,
                          relation="=" if rule == "defining-equation" else "⇒"))

    for left, right, words in row.equations:
        a, b = read(left), read(right)
        state(a, b, words, "defining-equation")
        state(_differentiated(a, m, held), _differentiated(b, m, held), "differentiate both sides, product rule", "product-rule")
    for left, right, words in row.rows:
        state(read(left), read(right), words, "implicit")
    return lines


def _kept(expr: Expr, shown: dict[Expr, Expr]) -> Expr:
    """Letters replaced by what they stand for, nothing simplified away (A inv(A) stays)."""
    out = substitute(expr, {k: v for k, v in shown.items() if isinstance(k, D)})
    return substitute(out, {k: v for k, v in shown.items() if not isinstance(k, D)})


def _differentiated(expr: Expr, m: Motion, held: frozenset[Expr]) -> Expr:
    out = m.pending(expr)
    while out.pending and (done := level(out, m, held)).steps:
        out = done.expr
    return out


def _solved(
    row: Defining, lines: list[Line], names: dict[str, Symbol], outer: Motion, m: Motion, held: frozenset[Expr],
    bound: dict[str, Expr], sizes: dict[str, Size], given: str, shown: dict[Expr, Expr],
) -> Expr | None:
    """The differentiated equation solved by the engine, where it is linear in one unknown differential."""
    if len(names) != 1 or row.rows:
        return None
    (symbol,) = names.values()
    unknown: Symbol = Symbol("_d", symbol.dims)
    left, right, _ = row.equations[0]
    a, b = (fill(compiled(t, given), bound, sizes) for t in (left, right))
    equation = subtract(_differentiated(a, m, held), _differentiated(b, m, held))
    found = solve(tidy(substitute(equation, {D(symbol, outer.moves): unknown})), unknown)
    return None if found is None else _shown(found.solution, shown)


