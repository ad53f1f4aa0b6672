"""Terms of a sum that are written as one: f(B, C) - f(B, E) is f(B, C - E), the two triangles of a matrix make the matrix."""

from __future__ import annotations

from derive.expressions.build import add, coefficient, matmul, scale
from derive.expressions.functions import FUNCTIONS
from derive.expressions.nodes import Add, Call, Expr, MatMul, Scale, Transpose, Where, number

Key = tuple[Expr | None, tuple[Expr, ...], str, tuple[Expr, ...], tuple[Expr, ...]]
"""The scalar in front but for its number, the factors before, the function and its other arguments, the factors behind."""


def united(expr: Expr) -> Expr:
    """The sum with such terms put together, each where the first of them stood."""
    if not isinstance(expr, Add):
        return expr
    expr = _cases(expr)
    if not isinstance(expr, Add):
        return expr
    groups: dict[Key | Expr, list[Expr]] = {}  # by what stands around: two terms may have one argument
    for term in expr.terms:
        key, part = _linear(term) or (term, term)
        groups.setdefault(key, []).append(part)
    if len(groups) == len(expr.terms):
        return _triangles(expr)
    out = [add(*parts) if isinstance(key, Expr) else _call(key, add(*parts)) for key, parts in groups.items()]
    return _triangles(add(*out))


def _linear(term: Expr) -> tuple[Key, Expr] | None:
    """A term whose only factor of that kind is a linear function, and its argument with the term's number."""
    c, rest = coefficient(term)
    scalar, body = (rest.scalar, rest.arg) if isinstance(rest, Scale) else (None, rest)
    factors = body.factors if isinstance(body, MatMul) else (body,)
    places = [k for k, f in enumerate(factors) if isinstance(f, Call) and FUNCTIONS[f.name].unites]
    if len(places) != 1:
        return None
    (k,) = places
    call = factors[k]
    assert isinstance(call, Call)
    place = FUNCTIONS[call.name].linear_in or 0
    argument = call.args[place] if c == 1 else scale(number(c), call.args[place])
    others = tuple(a for n, a in enumerate(call.args) if n != place)
    return (scalar, factors[:k], call.name, others, factors[k + 1 :]), argument


def _call(key: Key, argument: Expr) -> Expr:
    from derive.calculus.simplify.collect import collect, factor, positive_first
    from derive.calculus.simplify.simplify import tidy

    scalar, before, name, others, behind = key
    inner = factor(positive_first(collect(tidy(argument))))
    if isinstance(inner, Add) and isinstance(inner.terms[0], Transpose) and inner.terms[0].arg in inner.terms:
        inner = add(inner.terms[0].arg, *(t for t in inner.terms if t is not inner.terms[0].arg))
    place = FUNCTIONS[name].linear_in or 0
    args = (*others[:place], inner, *others[place:])
    product = matmul(*before, Call(name, args), *behind)
    return tidy(product if scalar is None else scale(scalar, product))


def _cases(expr: Add) -> Expr:
    """{2x if x > a, a otherwise} for 2x ∘ {1 if x > a, 0 otherwise} + a ∘ {0 if x > a, 1 otherwise}: the cases of one condition."""
    found = [_case(t) for t in expr.terms]
    out: list[Expr] = []
    for k, (term, case) in enumerate(zip(expr.terms, found, strict=True)):
        alike = [c for c in found if c is not None and case is not None and c.condition is case.condition]
        if case is None or len(alike) == 1:
            out.append(term)
        elif all(c is None or c.condition is not case.condition for c in found[:k]):
            from derive.calculus.simplify.simplify import tidy

            out.append(tidy(Where(case.condition, add(*(c.then for c in alike)), add(*(c.otherwise for c in alike)))))
    return add(*out)


def _case(term: Expr) -> Where | None:
    """A term by cases, what multiplies it entry by entry put into each case."""
    from derive.calculus.simplify.simplify import tidy

    scalar, body = (term.scalar, term.arg) if isinstance(term, Scale) else (None, term)
    inside: tuple[Expr, ...]
    match body:
        case Where():
            case, inside = body, (body.then, body.otherwise)
        case Call(name="hadamard", args=(a, Where() as case)) | Call(name="hadamard", args=(Where() as case, a)):
            inside = tuple(Call("hadamard", (a, value)) for value in (case.then, case.otherwise))
        case MatMul(factors=(Call(name="diag") as diagonal, Where() as case)):
            inside = tuple(matmul(diagonal, value) for value in (case.then, case.otherwise))
        case _:
            return None
    if not case.condition.is_scalar and case.condition.shape != body.shape:
        return None
    then, otherwise = (tidy(value if scalar is None else scale(scalar, value)) for value in inside)
    return Where(case.condition, then, otherwise)


def _triangles(expr: Expr) -> Expr:
    """tril(M) + triu(M) - diag(diag(M)) is M, with any common number."""
    if not isinstance(expr, Add):
        return expr
    numbers = {rest: c for c, rest in map(coefficient, expr.terms)}
    for lower, c in numbers.items():
        if not (isinstance(lower, Call) and lower.name == "tril"):
            continue
        (m,) = lower.args
        upper, both = Call("triu", (m,)), Call("diag", (Call("diag", (m,)),))
        if numbers.get(upper) == c and numbers.get(both) == -c:
            gone = {lower, upper, both}
            kept = [t for t in expr.terms if coefficient(t)[1] not in gone]
            whole = m if c == 1 else scale(number(c), m)
            return add(whole, *kept)
    return expr
