"""The gradient in the structure of its variable: the part of the free one that a direction in the structure sees."""

from __future__ import annotations

from dataclasses import replace

from derive.calculus.differentiate.level import level
from derive.calculus.differentiate.variation import Motion
from derive.calculus.rules.rule import compiled, fill, letters
from derive.calculus.rules.tangents import TANGENTS, Tangent
from derive.calculus.simplify.result_form import neat
from derive.calculus.simplify.simplify import tidy, tidy_with
from derive.derivation.derivation import Chain, Line
from derive.derivation.reason import Why, Word, told
from derive.expressions.build import add, is_zero, matmul, negate, scale, subtract, transpose, zero
from derive.expressions.nodes import Call, D, Expr, Identity, Scale, Symbol, Transpose, number
from derive.expressions.properties.symmetry import is_diagonal, is_skew, is_symmetric, is_triangular
from derive.expressions.sizes import Size, is_column

CURVED = frozenset({"orthogonal", "stiefel", "unit"})


def in_structure(g: Expr, x: Symbol, h: Symbol) -> tuple[Expr, Why]:
    """The part of G that a direction in the structure of x can see, and why.

    h  a direction of x: its declared structure is that of the variable
    """
    half = number("1/2")

    def out(new: Expr) -> Expr:
        return neat(new, [])

    if "diagonal" in x.has:
        if is_diagonal(g):
            return g, ()
        return Call("diag", (Call("diag", (g,)),)), (h, " is diagonal: only the diagonal is seen")
    if "symmetric" in x.has:
        if is_symmetric(g):
            return g, ()
        first, second = (transpose(g), g) if isinstance(g, Transpose) else (g, transpose(g))
        return out(scale(half, tidy(add(first, second)))), (h, " is symmetric: only the symmetric part is seen")
    if "skew" in x.has:
        if is_skew(g):
            return g, ()
        return out(scale(half, subtract(g, transpose(g)))), (h, " is skew: only the skew part is seen")
    for which, f in (("upper", "triu"), ("lower", "tril")):
        if which in x.has:
            if is_triangular(g, which):
                return g, ()
            return Call(f, (g,)), (h, " is ", Word(f"{which} triangular"), ": only that part is seen")
    row = tangent_row(x)
    if row is not None:
        seen, words = row.seen
        at = _Row(row, x, h, g)
        return _projected(at, g, x), (at.read(seen), f"{words}: only the tangent part is seen")
    return g, ()


def tangent_row(x: Symbol) -> Tangent | None:
    """The row of the curved set in which a variable lies."""
    for row in TANGENTS:
        if row.property in x.has and row.given.startswith("x") == is_column(x.shape):
            return row
    return None


class _Row:
    """A row read with a variable, a direction and G in the place of its letters."""

    def __init__(self, row: Tangent, x: Symbol, h: Expr, g: Expr, normal: Expr | None = None) -> None:
        self.row = row
        names = list(letters(row.given))
        own = [name for name in names if not name.startswith("d")]
        values = (x, h, g, normal if normal is not None else number(1))
        self.values: dict[str, Expr] = dict(zip(own, values, strict=False))
        dims = letters(row.given)[own[0]].dims
        self.sizes: dict[str, Size] = {str(d): size for d, size in zip(dims, x.shape, strict=True) if not d.is_number}

    def read(self, text: str) -> Expr:
        return fill(compiled(text, self.row.given), self.values, self.sizes)

    def said(self, text: str) -> Why:
        """Words; mathematics between backticks."""
        return told(text, self.read)


def _projected(at: _Row, g: Expr, x: Symbol) -> Expr:
    """The projection of G as it is written: (I - xx')G where the normal part is XX'G, a number in front."""
    c, body = (g.scalar, g.arg) if isinstance(g, Scale) else (None, g)
    new = _projection(at, body, x)
    return tidy(new if c is None else scale(c, new))


def _projection(at: _Row, g: Expr, x: Symbol) -> Expr:
    whole = _Row(at.row, x, x, g)
    if at.row.property == "unit":
        return neat(whole.read(at.row.projection), [])
    inner = tidy_with(matmul(transpose(x), g), [])
    if is_symmetric(inner):
        if at.row.property == "orthogonal":
            return zero(g.shape)
        return matmul(subtract(Identity(x.shape[0]), matmul(x, transpose(x))), g)
    if is_skew(inner):
        return g
    name, part = ("skewpart", "orthogonal") if at.row.property == "orthogonal" else ("sym", "")
    normal = matmul(x, tidy(Call(name, (inner,))))
    return normal if part else add(g, negate(normal))


def riemannian_hessian(x: Symbol, h: Symbol, g: Expr, along: Expr) -> Expr | None:
    """The Riemannian Hessian of a variable in a curved set along a tangent direction h; None for a flat set.

    x         the variable, its set told by what it is declared to be
    g, along  the gradient and the Hessian along h on the surrounding space
    """
    row = tangent_row(x)
    if row is None:
        return None
    bent = tidy(_Row(row, x, h, g).read(row.bent))
    return _projected(_Row(row, x, h, g), tidy(subtract(along, bent)), x)


def tangent_chain(x: Symbol, m: Motion, gradient: Expr, taken: frozenset[str]) -> tuple[Chain, tuple[tuple[Symbol, Expr], ...]] | None:
    """The tangent directions of a curved set, and the projection of the free gradient onto them, with a letter for it where it
    is none itself; None for a flat set.

    taken  names that a letter must not have
    """
    row = tangent_row(x)
    h = m.direction(x.name)
    if row is None or not isinstance(h, Symbol):
        return None
    own = [name for name in letters(row.given) if not name.startswith("d")]
    g = gradient if isinstance(gradient, Symbol) else _letter(own[2], own[0], row, x, taken)
    at = _Row(row, x, h, g, _letter(own[3], own[0], row, x, taken) if len(own) > 3 else None)
    left, right = (at.read(text) for text in row.constraint)
    lines = [Line(right, "constraint", at.said("the constraint"), "equation", left, equation=True)]
    moved: Expr = D(left, m.moves)
    while moved.pending:
        moved = level(moved, m).expr
    lines.append(_so(moved, zero(right.shape), at.said(f"differentiate both sides along `{own[1]}`: {row.words}")))
    one, other, words = row.normal
    lines.append(_so(at.read(one), at.read(other), at.said(words)))
    one, other, words = row.tangent  # by the constraint, not by the line before
    lines.append(replace(_so(at.read(one), at.read(other), at.said(words)), relation="="))
    return Chain("lemma", "Tangent directions", tuple(lines)), ((g, gradient),) if g is not gradient else ()


def _so(left: Expr, right: Expr, why: Why) -> Line:
    return Line(tidy(right) if is_zero(right) else right, "tangent", why, "equation", left, equation=True, relation="⇒")


def _letter(name: str, variable: str, row: Tangent, x: Symbol, taken: frozenset[str]) -> Symbol:
    """The row's letter, or with a number below it where it is taken, of the shape that it has beside x."""
    pattern = letters(row.given)[name]
    sizes = dict(zip((str(d) for d in letters(row.given)[variable].dims), x.shape, strict=True))
    used = taken | {n for size in x.shape for n in size.names}
    free = next(n for n in (name, *(f"{name}_{k}" for k in range(100))) if n not in used)
    rows, columns = (sizes.get(str(d), d) for d in pattern.dims)
    out: Symbol = Symbol(free, (rows, columns), pattern.has)
    return out
