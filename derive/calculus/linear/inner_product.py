"""From a derivative that is linear in H to ⟨G, H⟩: terms turned towards H, like terms collected, the gradient read off."""

from __future__ import annotations

from derive.calculus.linear.adjoint import pull
from derive.calculus.rules.identities import IDENTITIES
from derive.calculus.simplify.collect import collect
from derive.calculus.simplify.index_sums import in_front
from derive.calculus.simplify.names import Definitions
from derive.calculus.simplify.property_reasons import property_whys
from derive.calculus.simplify.result_form import result
from derive.calculus.simplify.signs import positive_first
from derive.calculus.simplify.simplify import tidy, tidy_with
from derive.calculus.simplify.used import Used
from derive.derivation.derivation import Step
from derive.derivation.reason import Why, joined
from derive.expressions.build import MINUS_ONE as _MINUS
from derive.expressions.build import ONE, add, coefficient, matmul, scale, times, transpose
from derive.expressions.nodes import Add, Call, D, Expr, MatMul, Scale, Sum, Symbol, Times, Transpose
from derive.expressions.rewrite import replace, transform
from derive.expressions.sizes import is_column
from derive.expressions.traverse import Path, at, walk
from derive.values import dataclass


@dataclass(frozen=True)
class Turned:
    expr: Expr
    steps: tuple[Step, ...]
    why: Why


def atoms(expr: Expr, names: frozenset[str]) -> list[Path]:
    """Where the scalar products and traces stand that hold a direction, from right to left."""
    out: list[Path] = []

    def go(node: Expr, path: Path) -> None:
        if not (node.free & names) or isinstance(node, D):
            return
        match node:
            case MatMul() if node.is_scalar:
                out.append(path)
            case Call(name="tr"):
                out.append(path)
            case Add() | Times():
                for k in range(len(node.children) - 1, -1, -1):
                    go(node.children[k], (*path, k))
            case Scale():
                go(node.scalar, (*path, 0))
            case Sum():
                go(node.body, (*path, 2))

    go(expr, ())
    return out


def _place(factors: tuple[Expr, ...], names: frozenset[str]) -> tuple[int, bool, Symbol] | None:
    """(position, transposed, direction) when exactly one factor is a direction and no other holds one."""
    found = None
    for k, f in enumerate(factors):
        if not (f.free & names):
            continue
        symbol = f.arg if isinstance(f, Transpose) else f
        if found is not None or not isinstance(symbol, Symbol):
            return None
        found = (k, isinstance(f, Transpose), symbol)
    return found


def _chain(atom: Expr) -> tuple[Expr, ...]:
    inner = atom.args[0] if isinstance(atom, Call) else atom
    return inner.factors if isinstance(inner, MatMul) else (inner,)


def turn(expr: Expr, directions: tuple[Symbol, ...]) -> Turned | None:
    """Every term towards the direction: h at the right end of a scalar, H' first (or H last) in a trace.

    None when the terms can be read off as they stand and nothing would be collected.
    """
    names = frozenset(s.name for s in directions)
    steps = _directions_second(expr, directions)
    whole = expr
    for step in steps:
        whole = step.apply(whole)
    places = atoms(whole, names)
    if not places and not steps:
        return None
    found = [(p, at(whole, p)) for p in places]
    traces = [a for _, a in found if isinstance(a, Call)]
    upright_first = any(
        (place := _place(_chain(a), names)) is not None and place[1] and "symmetric" not in place[2].has for a in traces
    )
    scalars_mixed = _mixed([a for _, a in found if isinstance(a, MatMul)], names)
    words: list[str] = [IDENTITIES["inner-symmetric"].words] if steps else []
    used: Used = []
    moved = bool(steps)
    for path, atom in found:
        place = _place(_chain(atom), names)
        if place is None:
            continue
        goal = _goal(atom, place, upright_first, scalars_mixed)
        changed, here = _turn_one(atom, place, goal, words, used)
        for before, after, rule in here:
            there = _found_again(whole, path, before)
            if there is None:
                break
            steps.append(Step(before, after, rule, there))
            whole = replace(whole, there, after)
        moved = moved or changed
    before = whole
    collected = _collect_inside(whole, words, used)
    if collected is not before:
        steps.append(Step(before, collected, "collect", ()))
        whole = collected
    elif not moved and not used:
        return None
    ordered = positive_first(whole)
    if ordered is not whole:
        steps.append(Step(whole, ordered, "order", ()))
        whole = ordered
    if whole is expr:
        return None
    if collected is before and not moved:
        # only a property was used, and nothing came of it: it is said where the gradient is read off
        return None
    whys: list[Why] = [(w,) for w in words]
    whys.extend(property_whys(used))
    return Turned(whole, tuple(steps), joined(whys) if whys else ("collect",))


def _found_again(whole: Expr, path: Path, atom: Expr) -> Path | None:
    """Where a factor stands after others have been rewritten: equal ones come together to a power, and the rest moves up."""
    node = whole
    for k in path:
        if k >= len(node.children):
            break
        node = node.children[k]
    else:
        if node is atom:
            return path
    return next((place for place in atoms(whole, atom.free) if at(whole, place) is atom), None)


def _directions_second(expr: Expr, directions: tuple[Symbol, ...]) -> list[Step]:
    """⟨X, H⟩ for every ⟨H, X⟩ among the terms."""
    out: list[Step] = []

    def go(node: Expr, path: Path) -> None:
        if isinstance(node, Call) and node.name == "inner" and node.args[0] in directions and not set(directions) & set(walk(node.args[1])):
            out.append(Step(node, Call("inner", (node.args[1], node.args[0])), "inner-symmetric", path))
        elif isinstance(node, Add | Times):
            for k, child in enumerate(node.children):
                go(child, (*path, k))

    go(expr, ())
    return out


def _mixed(scalars: list[Expr], names: frozenset[str]) -> bool:
    kinds = {place[1] for a in scalars if (place := _place(_chain(a), names)) is not None}
    return len(kinds) > 1


def _goal(atom: Expr, place: tuple[int, bool, Symbol], upright_first: bool, mixed: bool) -> str:
    """`H' first`, `H last`, `H plain` (as it stands, but not transposed) or `as is`."""
    _, _transposed, symbol = place
    if is_column(symbol.shape):
        return "H last"
    if isinstance(atom, Call):
        return "H' first" if upright_first else "H last"
    return "H plain" if mixed else "as is"


def _turn_one(
    atom: Expr, place: tuple[int, bool, Symbol], goal: str, words: list[str], used: Used
) -> tuple[bool, list[tuple[Expr, Expr, str]]]:
    _k, transposed, symbol = place
    steps: list[tuple[Expr, Expr, str]] = []
    now = atom
    moved = False
    symmetric = "symmetric" in symbol.has

    def step(after: Expr, rule: str, word: str | None) -> None:
        nonlocal now
        if after is now:
            return
        steps.append((now, after, rule))
        now = after
        if word and word not in words:
            words.append(word)

    wants_transposed = goal == "H' first"
    if goal != "as is" and not symmetric and transposed != wants_transposed:
        flipped = tidy(Transpose(_inner(now))) if isinstance(now, Call) else _reverse(now)
        if isinstance(now, Call):
            step(_trace(flipped), "trace-transpose", "tr M = tr M'")
        else:
            step(flipped, "scalar-transpose", "a scalar is its own transpose")
        moved = True
    if isinstance(now, Call) and goal != "as is":
        chain = _chain(now)
        where = next(i for i, f in enumerate(chain) if symbol.name in f.free)
        if goal == "H' first" and where != 0:
            step(_trace(matmul(*chain[where:], *chain[:where])), "cyclic", "cyclic")
            moved = True
        if goal == "H last" and where != len(chain) - 1:
            step(_trace(matmul(*chain[where + 1 :], *chain[: where + 1])), "cyclic", "cyclic")
            moved = True
    mine: Used = []
    cleaned = tidy_with(now, mine)
    if cleaned is not now:
        for item in mine:
            if item not in used:
                used.append(item)
        step(cleaned, "declared-properties", None)
    return moved, steps


def _trace(expr: Expr) -> Expr:
    """tr(expr), where a product of vectors is its own trace."""
    return expr if expr.is_scalar else Call("tr", (expr,))


def _inner(atom: Expr) -> Expr:
    assert isinstance(atom, Call)
    return atom.args[0]


def _reverse(atom: Expr) -> Expr:
    assert isinstance(atom, MatMul)
    return tidy(matmul(*(transpose(f) for f in reversed(atom.factors))))


def _collect_inside(expr: Expr, words: list[str], used: Used) -> Expr:
    """Like terms collected in every scalar sum that is reached through products; what made them alike is appended."""
    match expr:
        case Add():
            inner = [_collect_inside(t, words, used) for t in expr.terms]
            return tidy(collect(add(*inner), words, used))
        case Times():
            parts = tuple(_collect_inside(f, words, used) for f in expr.factors)
            return expr if all(a is b for a, b in zip(parts, expr.factors, strict=True)) else times(*parts)
        case Scale():
            inner_scalar = _collect_inside(expr.scalar, words, used)
            inner_arg = _collect_inside(expr.arg, words, used)
            if inner_scalar is expr.scalar and inner_arg is expr.arg:
                return expr
            return scale(inner_scalar, inner_arg)
        case Sum():
            return in_front(Sum(expr.index, expr.lower, expr.upper, _collect_inside(expr.body, words, used)))
        case _:
            return expr


def _bracket_last(node: Expr) -> Expr:
    """1'(Xw − y) for (Xw − y)'1: the transpose on the single letter."""
    if not isinstance(node, MatMul) or not node.is_scalar:
        return node
    first, last = node.factors[0], node.factors[-1]
    if isinstance(first, Transpose) and isinstance(first.arg, Add) and not isinstance(last, Add):
        return tidy(matmul(*(transpose(f) for f in reversed(node.factors))))
    return node


def gradient(expr: Expr, direction: Symbol, definitions: Definitions = ()) -> tuple[Expr, Used]:
    """(G, the properties that were used) with expr = ⟨G, direction⟩; G as a result is written, with the names of the definitions."""
    used: Used = []
    raw = tidy(pull(expr, direction, ONE))
    if direction.is_scalar:
        raw = transform(raw, _bracket_last)
    return _unsigned(result(raw, used, definitions)), used


def _unsigned(expr: Expr) -> Expr:
    """b − a for −(a − b)."""
    number, rest = coefficient(expr)
    if number != -1 or not isinstance(rest, Add) or all(coefficient(t)[0] > 0 for t in rest.terms):
        return expr
    return positive_first(tidy(add(*(scale(_MINUS, t) if not t.is_scalar else times(_MINUS, t) for t in rest.terms))))
