"""d vec f / d vec X, and the vectorized Hessian."""

from __future__ import annotations

from collections.abc import Mapping

from derive.calculus.linear.matrix import in_vec, laws, vec_matrix
from derive.calculus.routes import chain_rule as links
from derive.calculus.rules.identities import IDENTITIES
from derive.calculus.rules.steps import MOVES
from derive.calculus.setting.setting import Setting, per_variable
from derive.calculus.simplify.collect import collect
from derive.calculus.simplify.distribute import spread
from derive.calculus.simplify.result_form import neat
from derive.calculus.simplify.simplify import tidy
from derive.derivation.derivation import Chain, Head, Line, Result, Step
from derive.derivation.reason import Why, joined
from derive.errors import DeriveError
from derive.expressions.build import is_zero, matmul
from derive.expressions.nodes import Call, Commutation, Expr, Symbol, Zeros
from derive.expressions.rewrite import substitute, transform
from derive.expressions.sizes import is_column
from derive.expressions.traverse import walk

COMMUTATION: dict[str, Why] = {"vec-of-transpose": ("vec X' is the commutation matrix times vec X",)}
"""What is said where the commutation matrix stands in the line and has to be told."""


def _vec_why(part: Expr, h: Symbol, told: Mapping[str, Why] = {}) -> tuple[str, Why]:
    """The main law by which vec of a linear expression becomes a matrix times vec of the direction, and all of them in words.

    told  other words of some of them, by name
    """
    found = laws(part, h)
    said = joined(list(dict.fromkeys(told.get(name) or ((IDENTITIES.get(name) or MOVES[name]).words,) for name in found)))
    return (found[0], said) if found else ("vec", ("vec is linear",))


def only_entry(first: Expr, h: Symbol, s: Setting) -> Expr:
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
        part = only_entry(first, h, s)
        matrix = in_vec(first) if s.unit_speed else neat(tidy(transform(tidy(vec_matrix(part, h)), collect)), [])
        lines: list[Line] = []
        if not s.unit_speed and not part.is_scalar:
            start = in_vec(part)
            after = matmul(matrix, in_vec(h))
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
        name, why = _vec_why(spread(applied, frozenset({k.name})), k, COMMUTATION if _commutes(matrix) else {})
        lines.append(Line(after, name, why, "vectorized-hessian", steps=(Step(start, after, name, ()),)))
    lines.append(Line(matrix, "read-off", ("read off",), "vectorized-hessian", Head("vectorized-hessian", p.name, (x,))))
    return Chain("vectorized-hessian", "Hessian by stacked columns", tuple(lines)), Result(matrix)


def _commutes(matrix: Expr) -> bool:
    return any(isinstance(node, Commutation) for node in walk(matrix))
