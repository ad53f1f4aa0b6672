"""Jacobian matrices read off a directional derivative: of vectors a row an entry of f, of matrices with columns stacked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from derive.calculus.differentiate.level import spread
from derive.calculus.indices.explicit import by_entries, determinant, entries_of, explicit
from derive.calculus.linear.matrix import in_vec, laws, matrix_of, vec_matrix
from derive.calculus.routes import chain_rule as links
from derive.calculus.routes.definition import Setting
from derive.calculus.rules.identities import IDENTITIES
from derive.calculus.rules.rule import compiled
from derive.calculus.rules.steps import MOVES
from derive.calculus.simplify.collect import collect, neat
from derive.calculus.simplify.simplify import tidy, tidy_with
from derive.derivation.derivation import Chain, Head, Line, Result, Step, Why, told
from derive.errors import DeriveError
from derive.expressions.build import add, is_zero, matmul, scale, times, transpose
from derive.expressions.nodes import Call, Commutation, Expr, Number, Stack, Symbol, Times, Where, Zeros, substitute, transform, walk
from derive.expressions.sizes import is_column, show
from derive.language.problems.problem import Problem


def per_variable(problem: Problem, found: dict[str, Result]) -> Result | dict[str, Result]:
    """One result for each of a list of variables, or the only one."""
    return found if problem.wrt_list else found[problem.wrt[0].name]


def one_of(quantity: str, p: Problem, x: Symbol) -> Head:
    """∇f(X), or ∇_A f(A, b) by one of several variables."""
    return Head(quantity, p.name, (x,), (), p.wrt if len(p.wrt) > 1 else ())


def jacobian(s: Setting, first: Expr) -> tuple[list[Chain], Result | dict[str, Result]]:
    """Df(x)[h] = J h, a row an entry of f (numerator layout)."""
    p = s.problem
    lines: list[Line] = []
    results: dict[str, Result] = {}
    images: list[Expr] = []
    for x, h in zip(p.wrt, s.directions, strict=True):
        if s.unit_speed:
            matrix = first
        elif is_column(p.function.shape) and is_column(x.shape):
            matrix = neat(matrix_of(_only(first, h, s), h), [])
        else:
            matrix = neat(vec_matrix(_only(first, h, s), h), [])
        head = one_of("jacobian", p, x)
        shown = explicit(matrix) if by_entries(p.function, x) else None
        why = _jacobian_why(s, x, h) if shown is None else ("row i: the factors of ", h, " in entry i")
        matrix = matrix if shown is None else shown
        lines.append(Line(matrix, "read-off", why, "jacobian", head))
        if shown is not None:
            lines.extend(jacobian_determinant(s, matrix))
        results[x.name] = Result(matrix)
        images.append(scale(h, matrix) if h.is_scalar else matmul(matrix, h))
        if p.layout in ("denominator", "both"):
            flipped = tidy_with(transpose(matrix), [])
            above = one_of("jacobian-denominator", p, x)
            lines[-1] = replace(lines[-1], why=(*lines[-1].why, f"; {show(matrix.shape)}"))
            lines.append(Line(flipped, "layout", (f"denominator layout: the transpose; {show(flipped.shape)}",), "jacobian", above))
    lines += _side_by_side(s, results)
    if is_column(first.shape) and any(map(_entrywise, walk(first))):
        head = Head("derivative", p.name, p.wrt, s.directions)
        image = add(*images)
        if image is not first and all(is_column(x.shape) or x.is_scalar for x in p.wrt):
            step = Step(first, image, "hadamard-diag", ())
            law = told("`a .* v = diag(a) v`", lambda side: compiled(side, "a: n 1, v: n 1"))
            lines.insert(0, Line(image, "hadamard-diag", law, "derivative", head, steps=(step,), start=first))
    return [Chain("jacobian", "Jacobian", tuple(lines))], per_variable(p, results)


def _side_by_side(s: Setting, results: Mapping[str, Result]) -> list[Line]:
    """The whole Jacobian by several scalars, its columns the derivatives by each, and its determinant: ∂(x, y)/∂(r, θ)."""
    p = s.problem
    if len(p.wrt) < 2 or not all(x.is_scalar for x in p.wrt) or not is_column(p.function.shape):
        return []
    columns = [entries_of(results[x.name].expr) for x in p.wrt]
    if any(column is None for column in columns):
        return []
    rows = zip(*([row[0] for row in column] for column in columns if column is not None), strict=True)
    matrix: Expr = Stack(tuple(tuple(row) for row in rows))
    whole = Line(matrix, "entries", ("the columns side by side",), "jacobian", Head("jacobian", p.name, p.wrt))
    return [whole, *jacobian_determinant(s, matrix)]


def _entrywise(node: Expr) -> bool:
    """Whether it acts entry by entry on a vector, so that a Jacobian is read off by a ∘ x = diag(a) x."""
    if isinstance(node, Where):
        return is_column(node.shape) and not node.condition.is_scalar
    return isinstance(node, Call) and node.name in ("hadamard", "quotient") and is_column(node.shape)


def jacobian_determinant(s: Setting, matrix: Expr) -> list[Line]:
    """The Jacobian determinant of a change of variables, simplified by SymPy."""
    table = entries_of(matrix)
    if table is None or len(table) != len(table[0]) or len(table) > 3:
        return []
    from derive.calculus import algebra

    opened = transform(tidy(determinant(table)), _letters_first)
    value = algebra.simplify_scalar(opened, trigonometric=True)
    left = Head("jacobian-determinant", s.problem.name, s.problem.wrt)
    said: Why = ("the Jacobian determinant",)
    if value is opened or len(table) > 2:
        return [Line(value, "jacobian-determinant", said, "equation", left, equation=True)]
    return [Line(opened, "jacobian-determinant", said, "equation", left, equation=True),
            Line(value, "simplify", ("simplify",), "equation", left, equation=True)]


def _letters_first(node: Expr) -> Expr:
    """r cos(φ)² for cos(φ)² r."""
    return times(*sorted(node.factors, key=lambda f: not isinstance(f, Number | Symbol))) if isinstance(node, Times) else node


def _jacobian_why(s: Setting, x: Symbol, h: Symbol) -> Why:
    if s.unit_speed:
        return ("a scalar variable: the derivative",)
    return ("read off: the factor of ", h) if is_column(x.shape) or x.is_scalar else ("read off: the factor of vec ", h)


def _vec_why(part: Expr, h: Symbol) -> tuple[str, Why]:
    """The main law by which vec of a linear expression becomes a matrix times vec of the direction, and all of them in words."""
    found = laws(part, h)
    words = [(IDENTITIES.get(name) or MOVES[name]).words for name in found]
    return (found[0], (", ".join(words),)) if found else ("vec", ("vec is linear",))


def _only(first: Expr, h: Symbol, s: Setting) -> Expr:
    """The part along one direction of several."""
    from derive.expressions.build import zero

    others: dict[Expr, Expr] = {k: zero(k.shape) for k in s.directions if k is not h}
    return spread(tidy(substitute(first, others)) if others else first, frozenset({h.name}))


def vectorized(s: Setting, first: Expr) -> tuple[list[Chain], Result | dict[str, Result]]:
    """vec Df(X)[H] = M vec H."""
    p = s.problem
    chains: list[Chain] = []
    results: dict[str, Result] = {}
    if links.applies(s):
        return _by_links(s)
    for x, h in zip(p.wrt, s.directions, strict=True):
        part = _only(first, h, s)
        matrix = in_vec(first) if s.unit_speed else neat(tidy(transform(tidy(vec_matrix(part, h)), collect)), [])
        lines: list[Line] = []
        if not s.unit_speed and not part.is_scalar:
            start: Expr = part if is_column(part.shape) else Call("vec", (part,))
            vec_h: Expr = h if is_column(h.shape) else Call("vec", (h,))
            after = matmul(matrix, vec_h)
            head = Head("vectorized-derivative", p.name, (x,), (h,))
            lines.append(Line(start, "vec", (), "vectorized", head))
            name, why = _vec_why(part, h)
            lines.append(Line(after, name, why, "vectorized", steps=(Step(start, after, name, ()),)))
        lines.append(Line(matrix, "read-off", ("read off",), "vectorized", Head("vectorized", p.name, (x,))))
        chains.append(Chain("vectorized", "Vectorized derivative", tuple(lines)))
        results[x.name] = Result(matrix)
    return chains, per_variable(p, results)


def _by_links(s: Setting) -> tuple[list[Chain], Result | dict[str, Result]]:
    """d vec F/d vec X as the product of the links between them."""
    p = s.problem
    (x,) = p.wrt
    found = links.linked(s, x, "vectorized", Head("vectorized", p.name, (x,)))
    chain = Chain("vectorized", "Vectorized derivative", found.lines)
    return [found.table, chain], per_variable(p, {x.name: Result(found.lines[-1].expr)})


def vectorized_hessian(s: Setting, operators: Mapping[str, tuple[Expr, Symbol]]) -> tuple[Chain, Result]:
    """vec Hess f(X)[K] = M vec K: the matrix of the Hessian operator on stacked columns, Kronecker and commutation matrices.

    operators  by variable Hess f(X)[K] and K.  DeriveError for several variables, or where a vectorized form is missing.
    """
    p = s.problem
    if len(p.wrt) > 1 or not operators:
        raise DeriveError("the Hessian by stacked columns is by one vector or matrix", code="find", where=p.positions.get("find"),
                          hint="hessian gives the operator, block by block")
    (x,) = p.wrt
    applied, k = operators[x.name]
    vector = is_column(x.shape)
    nothing: Expr = Zeros((x.shape[0] * x.shape[1],) * 2)
    matrix = nothing if is_zero(applied) else neat(vec_matrix(spread(applied, frozenset({k.name})), k), [])
    lines: list[Line] = []
    if not vector:
        start = Call("vec", (applied,))
        lines.append(Line(start, "vec", (), "vectorized-hessian", Head("vectorized-hessian", p.name, (x,), (k,))))
    if not vector and not is_zero(applied):
        after = matmul(matrix, Call("vec", (k,)))
        name, why = _vec_why(spread(applied, frozenset({k.name})), k)
        if _commutes(matrix):
            why = tuple(w.replace("vec X' = K vec X", "vec X' is the commutation matrix times vec X") if isinstance(w, str) else w for w in why)
        lines.append(Line(after, name, why, "vectorized-hessian", steps=(Step(start, after, name, ()),)))
    lines.append(Line(matrix, "read-off", ("read off",), "vectorized-hessian", Head("vectorized-hessian", p.name, (x,))))
    return Chain("vectorized-hessian", "Hessian by stacked columns", tuple(lines)), Result(matrix)


def _commutes(matrix: Expr) -> bool:
    return any(isinstance(node, Commutation) for node in walk(matrix))
