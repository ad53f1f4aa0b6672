"""Which unit vectors may be printed without their size: those whose size their surroundings tell."""

from __future__ import annotations

from derive.expressions.nodes import Add, Expr, MatMul, Scale, Transpose, Unit
from derive.expressions.traverse import walk

Known = tuple[bool, bool]


def explicit_units(root: Expr) -> frozenset[Expr]:
    """The unit vectors e_i in an expression that need their size on the page, the shape of the whole being known."""
    if not any(isinstance(node, Unit) for node in walk(root)):
        return frozenset()
    out: set[Expr] = set()
    seen: set[tuple[Expr, Known]] = set()
    stack: list[tuple[Expr, Known]] = [(root, (True, True))]
    while stack:
        node, known = stack.pop()
        if (node, known) in seen:
            continue
        seen.add((node, known))
        match node:
            case Unit():
                if not known[0]:
                    out.add(node)
                stack.append((node.index, (True, True)))
            case Transpose():
                stack.append((node.arg, (known[1], known[0])))
            case Scale():
                stack.append((node.scalar, (True, True)))
                stack.append((node.arg, known))
            case Add():
                told = [_told(t) for t in node.terms]
                rows, columns = known[0] or any(t[0] for t in told), known[1] or any(t[1] for t in told)
                stack.extend((t, (rows, columns)) for t in node.terms)
            case MatMul():
                told = [_told(f) for f in node.factors]
                last = len(told) - 1
                for k, factor in enumerate(node.factors):
                    rows = told[k - 1][1] if k else known[0]
                    columns = told[k + 1][0] if k < last else known[1]
                    stack.append((factor, (rows, columns)))
            case _:
                stack.extend((child, (child.is_scalar, child.is_scalar)) for child in node.children)
    return frozenset(out)


def _told(node: Expr) -> Known:
    """Whether the rows and columns of an expression are told by itself, its unit vectors being without size."""
    match node:
        case Unit():
            return False, True
        case Transpose():
            rows, columns = _told(node.arg)
            return columns, rows
        case Scale():
            return _told(node.arg)
        case Add():
            told = [_told(t) for t in node.terms]
            return any(t[0] for t in told), any(t[1] for t in told)
        case MatMul():
            return _told(node.factors[0])[0], _told(node.factors[-1])[1]
    return True, True
