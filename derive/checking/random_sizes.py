"""Numbers for the size names: small, pairwise different, none 1, satisfying the stated and the implied relations."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice

from derive.expressions.nodes import Commutation, Entry, Expr, Identity, Number, SizeValue, Sum, Symbol, Unit
from derive.expressions.sizes import ONE, Size
from derive.expressions.traverse import walk
from derive.language.problems.problem import Problem, SizeRelation

SMALLEST = 3
"""Of a size without a stated value: in two dimensions too much commutes."""
MOST_ROWS = 200
"""The largest lower bound of a size that is drawn."""
CANDIDATES = 60

_OPERATIONS = {
    "=": lambda a, b: a == b, "==": lambda a, b: a == b, ">=": lambda a, b: a >= b, "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b, "<": lambda a, b: a < b,
}


def sizes_in(exprs: Iterable[Expr]) -> list[Size]:
    """Every size that occurs, in the order of first occurrence."""
    found: dict[Size, None] = {}
    for expr in exprs:
        for node in walk(expr):
            own: tuple[Size, ...] = node.shape
            if isinstance(node, (Identity, SizeValue, Unit)):
                own = (node.size, *own)
            elif isinstance(node, Commutation):
                own = (node.rows, node.columns, *own)
            found.update(dict.fromkeys(own))
    return list(found)


def implied(symbols: Iterable[Symbol]) -> list[SizeRelation]:
    """What declared properties say about sizes: orthonormal or independent columns are at most as many as rows."""
    out = []
    for symbol in symbols:
        rows, columns = symbol.dims
        if rows != columns and symbol.has & {"stiefel", "full-column-rank"}:
            out.append(SizeRelation(rows, ">=", columns))
        if rows != columns and "full-row-rank" in symbol.has:
            out.append(SizeRelation(rows, "<=", columns))
    return out


def reached(problem: Problem) -> list[SizeRelation]:
    """What a function says about sizes by a number that it counts to: x[12], and a sum from i = 12 to n, speak of at least 12 entries."""
    out: dict[SizeRelation, None] = {}
    for node in (node for expr in (problem.function, *(e for _, e in problem.let)) for node in walk(expr)):
        pairs: tuple[tuple[Size, Expr | None], ...] = ()
        if isinstance(node, Entry):
            pairs = tuple(zip(node.arg.shape, (node.row, node.column), strict=True))
        elif isinstance(node, Sum) and isinstance(node.upper, SizeValue):
            pairs = ((node.upper.size, node.lower),)
        for size, place in pairs:
            if isinstance(place, Number) and not size.is_number and place.value >= SMALLEST:
                out[SizeRelation(size, ">=", Size.of(int(place.value)))] = None
    return list(out)


def assignments(problem: Problem, exprs: Iterable[Expr] = (), shift: int = 0) -> Iterator[dict[str, int]]:
    """Candidates, the preferred first: names that are declared earlier are larger (so that X: matrix(m, n) is tall).

    exprs are further expressions in which sizes occur; shift makes every free size that much larger.
    """
    symbols = tuple(problem.symbols.values())
    unnamed = [s for u in problem.unnamed.values() for shape in (u.argument, u.value) if shape for s in shape]
    sizes = [*sizes_in([*symbols, problem.function, *(e for _, e in problem.let), *exprs]), *unnamed]
    relations = [*problem.sizes, *implied(symbols), *reached(problem)]
    names = list(dict.fromkeys(
        name for size in (*sizes, *(s for r in relations for s in (r.left, r.right))) for name in sorted(size.names)
    ))
    literal = {size.value({}) for size in sizes if size.is_number and size != ONE}
    seen: set[tuple[int, ...]] = set()
    lowest = SMALLEST + shift
    spans = (0, 1, 3) if len(names) > 1 else (4,)
    for distinct in (True, False):
        for extra in spans:
            pool = list(range(lowest + len(names) - 1 + extra, lowest - 1, -1))
            if len(names) > 6:
                pool = list(range(lowest + 5, lowest - 1, -1))
            elif len(names) == 1:
                pool = [*range(lowest, lowest + extra + 1), 2]
            fresh = [v for v in pool if v not in literal] if distinct else pool
            for found in islice(_search(names, fresh, relations, distinct and len(names) <= 6), CANDIDATES):
                key = tuple(found[name] for name in names)
                if key not in seen:
                    seen.add(key)
                    yield found


def _search(
    names: list[str], pool: list[int], relations: list[SizeRelation], distinct: bool
) -> Iterator[dict[str, int]]:
    """Depth first, without recursion: there may be hundreds of names."""
    fixed = _fixed(relations)
    choices = [fixed.get(name, None) for name in names]
    options: list[list[int]] = []
    for k, (name, choice) in enumerate(zip(names, choices, strict=True)):
        turn = k % len(pool) if len(names) > 6 and pool else 0
        up = max(0, _least(relations, name) - SMALLEST)
        options.append([choice] if choice is not None else [value + up for value in pool[turn:] + pool[:turn]])
    if not names:
        if all(_holds(r, {}) for r in relations):
            yield {}
        return
    checks: list[list[SizeRelation]] = [[] for _ in names]
    for relation in relations:
        checks[_last(relation, names)].append(relation)
    values: dict[str, int] = {}
    iterators = [iter(options[0])]
    budget = 20000
    while iterators and budget:
        budget -= 1
        k = len(iterators) - 1
        value = next(iterators[-1], None)
        if value is None:
            iterators.pop()
            values.pop(names[k], None)
            continue
        taken = {values[name] for name in names[:k] if name not in fixed}
        if distinct and names[k] not in fixed and value in taken:
            continue
        values[names[k]] = value
        if not all(_holds(r, values) for r in checks[k]):
            continue
        if k == len(names) - 1:
            yield dict(values)
        else:
            iterators.append(iter(options[k + 1]))


def _fixed(relations: list[SizeRelation]) -> dict[str, int]:
    """The names that a relation `p = 3` gives a value."""
    out = {}
    for r in relations:
        for left, right in ((r.left, r.right), (r.right, r.left)):
            if r.op in ("=", "==") and right.is_number and left in map(Size.of, left.names):
                out[str(left)] = right.value({})
    return out


def _least(relations: list[SizeRelation], name: str) -> int:
    """What a name is at least by the relations with a number, as far as arrays of that size can be drawn."""
    least = SMALLEST
    for r in relations:
        for left, op, right in ((r.left, r.op, r.right), (r.right, _MIRRORED[r.op], r.left)):
            if op in (">", ">=") and right.is_number and left == Size.of(name):
                least = max(least, right.value({}) + (op == ">"))
    return least if least <= MOST_ROWS else SMALLEST


_MIRRORED = {"=": "=", "==": "==", ">=": "<=", "<=": ">=", ">": "<", "<": ">"}


def _last(relation: SizeRelation, names: list[str]) -> int:
    return max((names.index(name) for name in relation.left.names | relation.right.names), default=0)


def _holds(relation: SizeRelation, values: Mapping[str, int]) -> bool:
    return bool(_OPERATIONS[relation.op](relation.left.value(values), relation.right.value(values)))
