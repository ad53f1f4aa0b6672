"""What changed between two lines: the smallest places that differ, in each of them."""

from __future__ import annotations

from collections.abc import Iterator

from derive.derivation.derivation import Line, Step
from derive.expressions.nodes import Add, Call, Expr, Rate, Symbol, Transpose
from derive.expressions.traverse import Path

Places = tuple[Path, ...]

LEFT = -1
"""The first step of a path into the left side of an equation."""

MANY = 8
"""More marks than this in one row say nothing."""


def changes(before: Expr, line: Line, directions: frozenset[str]) -> tuple[Places, Places]:
    """(places in the line above, places in this line) that a reader should look at; never the whole row.

    They are where the two lines differ.  Where everything differs it is said what the step does: a derivative that is taken
    marks what moved (X + tH) and the directions it brought, a gradient that is read off marks itself, and other rewrites
    mark the terms that they begin with.
    """
    after = line.expr
    old: list[Path] = []
    new: list[Path] = []
    _compare(before, after, (), (), old, new)
    olds, news = _worth(old, before), _worth(new, after)
    if not olds and not news:
        olds, news = _of_step(before, after, line.steps, directions)
    # A step is marked on both of its sides: where one has no place of its own, by the directions, which every line has.
    return olds or _few(_directions(before, directions)), news or _few(_directions(after, directions))


def equation_changes(above: tuple[Expr, Expr], below: tuple[Expr, Expr], unknowns: frozenset[str]) -> tuple[Places, Places]:
    """(places in the equation above, places in this one), each as its left and its right side: where the sides differ; where all of a
    side does, what is solved for.

    below     this equation, its left and its right side
    unknowns  names of what is solved for
    """
    olds: list[Path] = []
    news: list[Path] = []
    for front, before, after in (((LEFT,), above[0], below[0]), ((), above[1], below[1])):
        old: list[Path] = []
        new: list[Path] = []
        _compare(before, after, (), (), old, new)
        olds += [front + path for path in _worth(old, before)]
        news += [front + path for path in _worth(new, after)]
    return (
        _few(olds or _of_unknowns(above, unknowns)),
        _few(news or _of_unknowns(below, unknowns)),
    )


def _of_unknowns(sides: tuple[Expr, Expr], unknowns: frozenset[str]) -> list[Path]:
    return [(*front, *path) for front, side in zip(((LEFT,), ()), sides, strict=True) for path in _directions(side, unknowns)]


def _of_step(before: Expr, after: Expr, steps: tuple[Step, ...], directions: frozenset[str]) -> tuple[Places, Places]:
    """What a step does that changes a line as a whole."""
    if isinstance(after, Call) and after.name == "inner" and not before.pending:
        return (), ((0,),)
    if before.pending and not after.pending:
        moved = [path for path, node in _walk(before) if _moves(node)]
        return _few(moved), _few(_directions(after, directions))
    return _worth(_begun(before, steps), before), ()


def _compare(a: Expr, b: Expr, at_a: Path, at_b: Path, old: list[Path], new: list[Path]) -> None:
    if a is b:
        return
    if isinstance(a, Add) or isinstance(b, Add):
        _compare_sums(a, b, at_a, at_b, old, new)
        return
    pairs = list(zip(a.children, b.children, strict=False))
    differing = [k for k, (x, y) in enumerate(pairs) if x is not y]
    alike = (
        type(a) is type(b) and len(a.children) == len(b.children) and a.rebuild(b.children) is b
        and differing and 2 * len(differing) <= max(len(pairs), 2)
    )
    if not alike:
        old.append(at_a)
        new.append(at_b)
        return
    for k in differing:
        _compare(*pairs[k], (*at_a, k), (*at_b, k), old, new)


def _compare_sums(a: Expr, b: Expr, at_a: Path, at_b: Path, old: list[Path], new: list[Path]) -> None:
    """Terms that stand in both are left out; a single pair that is left is compared further."""
    left = list(_terms(a, at_a))
    right = list(_terms(b, at_b))
    for entry in list(left):
        same = next((other for other in right if other[0] is entry[0]), None)
        if same is not None:
            left.remove(entry)
            right.remove(same)
    if len(left) == 1 and len(right) == 1 and (left[0][1], right[0][1]) != (at_a, at_b):
        _compare(left[0][0], right[0][0], left[0][1], right[0][1], old, new)
        return
    old.extend(path for _, path in left)
    new.extend(path for _, path in right)


def _terms(expr: Expr, path: Path) -> Iterator[tuple[Expr, Path]]:
    if isinstance(expr, Add):
        yield from ((term, (*path, k)) for k, term in enumerate(expr.terms))
    else:
        yield expr, path


def _worth(places: list[Path], expr: Expr) -> Places:
    """Nothing where the places are the whole row, or too many."""
    terms = {path for _, path in _terms(expr, ())}
    return () if () in places or terms <= set(places) else _few(places)


def _few(places: list[Path]) -> Places:
    return tuple(places) if len(places) <= MANY else ()


def _walk(expr: Expr, path: Path = (), depth: int = 0) -> Iterator[tuple[Path, Expr]]:
    """Every place with what stands there, from the outside; what is very deep is left out."""
    yield path, expr
    if depth < 12:
        for k, child in enumerate(expr.children):
            yield from _walk(child, (*path, k), depth + 1)


def _moves(node: Expr) -> bool:
    """X + tH, with the parameter of a derivative that is still to be taken: a sum of a symbol and a multiple of another."""
    return (
        isinstance(node, Add) and len(node.terms) == 2 and isinstance(node.terms[0], Symbol)
        and not isinstance(node.terms[1], (Add, Rate)) and len(node.terms[1].children) == 2
        and all(isinstance(child, Symbol) for child in node.terms[1].children)
    )


def _directions(expr: Expr, names: frozenset[str], path: Path = ()) -> list[Path]:
    """Where a direction stands, with its transpose."""
    if not expr.free & names:
        return []
    core = expr.arg if isinstance(expr, Transpose) else expr
    if isinstance(core, Symbol):
        return [path]
    return [place for k, child in enumerate(expr.children) for place in _directions(child, names, (*path, k))]


def _begun(before: Expr, steps: tuple[Step, ...]) -> list[Path]:
    """The places of the line above at which its rewrites begin: their paths, as long as they still hold there."""
    found: list[Path] = []
    for step in steps:
        if not step.path or any(step.path[: len(path)] == path for path in found):
            continue
        if _holds(before, step.path, step.before):
            found.append(step.path)
    return found


def _holds(expr: Expr, path: Path, wanted: Expr) -> bool:
    for k in path:
        if k >= len(expr.children):
            return False
        expr = expr.children[k]
    return expr is wanted
