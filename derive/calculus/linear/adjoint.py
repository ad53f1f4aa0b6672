"""The adjoint of a linear expression: ⟨Y, L(H)⟩ = ⟨L*(Y), H⟩, and what it gives, the gradient.

Rows of `rules/adjoints.py` give the adjoints of the functions of the table; products, cases and blocks need code.
Source: Magnus & Neudecker, Matrix Differential Calculus, ch. 9 (identification of the Jacobian); Giles 2008.
"""

from __future__ import annotations

from derive.calculus.rules.adjoints import adjoint_of
from derive.calculus.rules.rule import missing
from derive.expressions.build import ONE, add, counted, fresh_letter, matmul, scale, times, transpose, zero
from derive.expressions.nodes import Add, Apply, Call, Entry, Expr, Identity, MatMul, Scale, Stack, Sum, Symbol, Times, Transpose, Unit, Where, Zeros
from derive.expressions.rewrite import substitute
from derive.expressions.sizes import Size
from derive.expressions.traverse import walk


def pull(expr: Expr, direction: Symbol, weight: Expr) -> Expr:
    """G with ⟨weight, expr⟩ = ⟨G, direction⟩, for an expression linear in the direction.

    weight has the shape of expr, the result that of the direction.
    Raises DeriveError [missing-rule] where an adjoint is not known.
    """
    name = direction.name
    if name not in expr.free:
        return zero(direction.shape)
    match expr:
        case Symbol():
            return weight
        case Add():
            return add(*(pull(t, direction, weight) for t in expr.terms if name in t.free))
        case Scale(scalar=s, arg=a):
            if name in a.free:
                return pull(a, direction, scale(s, weight))
            return pull(s, direction, pairing(weight, a))
        case Times():
            here = next(f for f in expr.factors if name in f.free)
            rest = times(*(f for f in expr.factors if f is not here))
            return pull(here, direction, times(rest, weight))
        case MatMul():
            factors = expr.factors
            k = next(k for k, f in enumerate(factors) if name in f.free)
            left, right = factors[:k], factors[k + 1 :]
            parts: list[Expr] = []
            if left:
                parts.append(transpose(matmul(*left)))
            parts.append(weight)
            if right:
                parts.append(transpose(matmul(*right)))
            inner = matmul(*parts)
            return pull(factors[k], direction, _fit(inner, factors[k]))
        case Transpose(arg=a):
            return pull(a, direction, transpose(weight))
        case Where(condition=c, then=a, otherwise=b):
            parts = []
            if name in a.free:
                parts.append(pull(a, direction, Where(c, weight, zero(weight.shape))))
            if name in b.free:
                parts.append(pull(b, direction, Where(c, zero(weight.shape), weight)))
            return add(*parts)
        case Entry(arg=a, row=i, column=j):
            return pull(a, direction, _placed(a, i, j, weight))
        case Sum():
            index, body = _apart(expr, weight)
            return Sum(index, expr.lower, expr.upper, pull(body, direction, weight))
        case Stack():
            return _stacked(expr, direction, weight)
        case Apply(function=fn, arg=point, order=1, directions=(v,)) if fn.value is not None and expr.is_scalar:
            return pull(v, direction, scale(weight, Apply(fn, point, 1, ())))
        case Apply(function=fn, arg=point, order=1, directions=(v,), adjoint=False):
            return pull(v, direction, Apply(fn, point, 1, (weight,), True))
        case Apply(function=fn, arg=point, order=2, directions=(v,)) if expr.shape == point.shape:
            return pull(v, direction, Apply(fn, point, 2, (weight,)))
        case Call():
            found = adjoint_of(expr, name, weight)
            if found is not None:
                return pull(found[0], direction, found[1])
    raise missing(expr, "adjoint")


def half_way(expr: Expr, direction: Symbol) -> tuple[Expr, Expr] | None:
    """(W, L) with expr = ⟨W, L⟩, W constant and L the last function or product of the direction, where reading off at once would hide
    more than one step: ⟨P, A diag(h) B'⟩ is ⟨A'PB, diag(h)⟩; None elsewhere."""
    name = direction.name
    weight: Expr = ONE
    places: list[tuple[Expr, Expr, bool]] = []  # (what is linear in the direction, its weight, whether a function was crossed)
    node, steps = expr, 0
    while not isinstance(node, Symbol):
        match node:
            case Scale(scalar=s, arg=a) if name not in s.free:
                node, weight = a, scale(s, weight)
            case MatMul(factors=factors) if sum(name in f.free for f in factors) == 1:
                k = next(k for k, f in enumerate(factors) if name in f.free)
                sides = [transpose(matmul(*factors[:k]))] if k else []
                ends = [transpose(matmul(*factors[k + 1 :]))] if factors[k + 1 :] else []
                node, weight, steps = factors[k], matmul(*sides, weight, *ends), steps + 1
            case Transpose(arg=a):
                node, weight = a, transpose(weight)
            case Call() if sum(name in a.free for a in node.args) == 1 and (found := adjoint_of(node, name, weight)) is not None:
                if node.is_scalar:
                    node, weight = found
                    continue
                places.append((node, weight, False))
                node, weight = found
                places.append((node, weight, True))
                steps += 1
            case _:
                return None
    if not places or steps < 2:
        return None
    linear, outside, _ = places[-1] if not isinstance(places[-1][0], Symbol) else places[-2]
    return (outside, linear) if outside.shape == linear.shape else None


def _apart(expr: Sum, weight: Expr) -> tuple[Symbol, Expr]:
    """The index and the body of a sum, with another letter where the weight, which comes to stand inside, has that one."""
    inside = {node.index.name for node in walk(weight) if isinstance(node, Sum)} | weight.free
    if expr.index.name not in inside:
        return expr.index, expr.body
    index: Symbol = Symbol(fresh_letter(expr, weight), expr.index.dims, expr.index.has)
    return index, substitute(expr.body, {expr.index: index})


def pairing(a: Expr, b: Expr) -> Expr:
    """⟨a, b⟩ as it is written: a'b for columns, tr(a'b) for matrices, ab for scalars."""
    if a.is_scalar:
        return times(a, b)
    if a.shape[1] == a.shape[0].of(1):
        return matmul(transpose(a), b)
    if a.shape[0] == a.shape[0].of(1):
        return matmul(a, transpose(b))
    product = matmul(transpose(a), b)
    return product if product.is_scalar else Call("tr", (product,))


def _fit(inner: Expr, factor: Expr) -> Expr:
    if inner.shape != factor.shape:
        raise missing(factor, "adjoint")
    return inner


def _placed(arg: Expr, i: Expr | None, j: Expr | None, weight: Expr) -> Expr:
    rows, columns = arg.shape
    one = rows.of(1)
    if i is not None and j is not None:
        return scale(weight, matmul(Unit(i, rows), transpose(Unit(j, columns))))
    if i is not None:
        if columns == one:
            return scale(weight, Unit(i, rows))
        return matmul(Unit(i, rows), transpose(weight))
    assert j is not None
    if columns == one:
        return weight
    return matmul(weight, transpose(Unit(j, columns)))


def _stacked(expr: Stack, direction: Symbol, weight: Expr) -> Expr:
    """⟨W, [A; B]⟩ = Σ ⟨S W T, block⟩, the blocks of W cut out by 0/1 matrices S and T."""
    heights = [row[0].shape[0] for row in expr.rows]
    out: list[Expr] = []
    for r, row in enumerate(expr.rows):
        widths = [block.shape[1] for block in row]
        for c, block in enumerate(row):
            if direction.name in block.free:
                piece = matmul(selector(heights, r), weight, transpose(selector(widths, c)))
                out.append(pull(block, direction, piece))
    return add(*out)


def selector(sizes: list[Size], k: int) -> Expr:
    """The 0/1 matrix that cuts block k out of blocks of these sizes; 1 when there is one block."""
    if len(sizes) == 1:
        return ONE if sizes[0] == Size.of(1) else Identity(sizes[0])
    whole = sum(sizes, Size(()))
    if sizes[k] == Size.of(1):
        before = sum(sizes[:k], Size(()))
        index = before + Size.of(1)
        return transpose(Unit(counted(index), whole))
    blocks: list[Expr] = []
    before = sum(sizes[:k], Size(()))
    after = sum(sizes[k + 1 :], Size(()))
    if before != Size(()):
        blocks.append(Zeros((sizes[k], before)))
    blocks.append(Identity(sizes[k]))
    if after != Size(()):
        blocks.append(Zeros((sizes[k], after)))
    return Stack((tuple(blocks),))
