"""Stationary points: gradient = 0 solved where a closed form exists, and classified by the second-order test with its reason."""

from __future__ import annotations

from dataclasses import replace

from derive.calculus.collect import collect, neat
from derive.calculus.conditions import full_rank
from derive.calculus.derivation import Chain, Head, Line, Result, Step, Why
from derive.calculus.equations import expanded, solve, split_terms
from derive.calculus.explicit import by_entries, entries_of
from derive.calculus.first import Setting
from derive.calculus.properties import definiteness, is_positive, is_symmetric
from derive.calculus.reading import joined
from derive.calculus.tidy import tidy, tidy_with
from derive.errors import DeriveError
from derive.language.build import ONE, add, coefficient, is_zero, matmul, negate, scale, terms, times, transpose, zero
from derive.language.functions import FUNCTIONS
from derive.language.nodes import (
    Call,
    Expr,
    Identity,
    Map,
    MatMul,
    Power,
    Scale,
    Stack,
    Symbol,
    number,
    substitute,
    walk,
)
from derive.language.sizes import SCALAR, is_column

_NAMES = {
    "positive definite": "minimum",
    "positive semidefinite": "minimum",
    "negative definite": "maximum",
    "negative semidefinite": "maximum",
}


def stationary(
    s: Setting, gradients: dict[str, Expr], hessians: dict[str, tuple[Expr, Symbol]]
) -> tuple[list[Chain], Result | dict[str, Result] | tuple[Result, ...]]:
    """The chains that solve ∇f = 0 and classify, and the result (the equation itself where there is no closed form).

    hessians  for each variable D(∇f)(X)[K] and its direction K
    """
    p = s.problem
    if len(p.wrt) > 1:
        from derive.calculus.systems import stationary_system

        return stationary_system(s, gradients)
    (x,) = p.wrt
    g = gradients[x.name]
    if x.is_scalar:
        return _scalar(s, g, x)
    if by_entries(p.function, x):
        found = _by_entries(s, g, x, hessians[x.name])
        if found is not None:
            return found
    solved = solve(g, x)
    first = Line(zero(g.shape), "stationary", ("gradient = 0",), "equation", g, equation=True,
                 solution={x: solved.solution} if solved else None)
    if solved is None:
        line = _implicit(first, g, Head("gradient", p.name, p.wrt))
        if x.name not in g.free:
            where = "stationary everywhere" if is_zero(g) else "stationary nowhere, unless it is 0"
            line = replace(line, why=("it does not depend on ", x, f": {where}"))
        chain = Chain("stationary", "Stationary points", (line,))
        return [chain], Result(chain.lines[-1].expr, classification="undetermined")
    lines = [first]
    for move in solved.moves[:-1]:
        if move.left is lines[-1].left and move.right is lines[-1].expr:
            continue
        lines.append(Line(move.right, "rearrange", move.why, "equation", move.left, "⇔", True,
                          solution={x: solved.solution}))
    last = solved.moves[-1]
    lines.append(Line(solved.solution, "solve", last.why, "stationary", starred(x), "⇔"))
    chains = [Chain("stationary", "Stationary point", tuple(lines))]
    kind, more, conditions = classify(s, x, solved.solution, *hessians[x.name])
    chains.extend(more)
    result = Result(solved.solution, classification=kind, conditions=tuple(dict.fromkeys((*solved.conditions, *conditions))))
    return chains, result


def starred(x: Symbol) -> Symbol:
    """x*, which prints with a star and has the name of x."""
    from derive.notation.latex import latex

    out: Symbol = Symbol(x.name, x.dims, x.has, x.of, latex(x) + r"^{*}", x.order, x.path)
    return out


def _implicit(line: Line, g: Expr, head: Head) -> Line:
    """The equation as it stands: gradient = 0, which has no closed form here."""
    return replace(line, expr=g, left=head, equation=False, quantity="gradient", relation="=",
                   why=("stationary where this is 0; no closed form",))


def _scalar(s: Setting, g: Expr, x: Symbol) -> tuple[list[Chain], Result | tuple[Result, ...]]:
    from derive.calculus import algebra
    from derive.calculus.second import hessian

    nothing = zero(g.shape)
    _refuse_kinks(s)
    found = algebra.solve_scalar(g, x)
    roots = [r for r in found or [] if not ("positive" in x.has and is_positive(negate(r)))]
    second_chains, second = hessian(s, {x.name: g})
    assert isinstance(second, Result)
    if not roots:
        head = Head("gradient", s.problem.name, s.problem.wrt)
        line = _implicit(Line(nothing, "stationary", (), "equation", g, equation=True), g, head)
        if found is not None:
            line = replace(line, why=("never 0: there is no stationary point",))
        return [Chain("stationary", "Stationary points", (line,))], Result(line.expr, classification="undetermined")
    lines = [Line(nothing, "stationary", ("gradient = 0",), "equation", g, equation=True, solution={x: roots[0]})]
    results: list[Result] = []
    for k, root in enumerate(roots):
        relation = "=" if k else "⇔"
        lines.append(Line(root, "solve", ("solved by SymPy, put back and checked",), "stationary", starred(x), relation))
        value = algebra.simplify_scalar(tidy(substitute(second.expr, {x: root})))
        kind = _at_a_point(definiteness(value), definiteness(second.expr))
        results.append(Result(root, classification=kind))
    chains = [Chain("stationary", "Stationary points", tuple(lines)), *second_chains]
    return chains, results[0] if len(results) == 1 else tuple(results)


def _by_entries(
    s: Setting, g: Expr, x: Symbol, applied: tuple[Expr, Symbol]
) -> tuple[list[Chain], Result | tuple[Result, ...]] | None:
    """∂f/∂x_i = 0 solved by SymPy for the entries; each point by the second-order test with f₁₁ and the determinant."""
    from derive.calculus import algebra
    from derive.calculus.differentiate import spread
    from derive.calculus.matrixform import matrix_of

    rows = entries_of(g)
    matrix = entries_of(matrix_of(spread(applied[0], frozenset({applied[1].name})), applied[1]))
    whole = entries_of(x)
    if rows is None or matrix is None or whole is None or len(whole[0]) != 1:
        return None
    letters: list[Symbol] = [Symbol(f"{x.name}_{k + 1}", SCALAR) for k in range(len(whole))]
    into: dict[Expr, Expr] = {row[0]: letter for row, letter in zip(whole, letters, strict=True)}
    points = algebra.solve_system([substitute(r[0], into) for r in rows], letters)
    if not points:
        return None
    solutions: list[Expr] = [Stack(tuple((e,) for e in point)) for point in points]
    gradient: Expr = Stack(tuple((r[0],) for r in rows))
    lines = [Line(zero(g.shape), "stationary", ("gradient = 0",), "equation", gradient, equation=True, solution={x: solutions[0]})]
    results: list[Result] = []
    for k, (point, solution) in enumerate(zip(points, solutions, strict=True)):
        there: dict[Expr, Expr] = {row[0]: value for row, value in zip(whole, point, strict=True)}
        kind, why = second_order([[tidy(substitute(e, there)) for e in row] for row in matrix])
        lines.append(Line(solution, "solve", joined(why), "stationary", starred(x), "=" if k else "⇔"))
        results.append(Result(solution, classification=kind))
    chains = [Chain("stationary", "Stationary points" if len(points) > 1 else "Stationary point", tuple(lines))]
    return chains, results[0] if len(results) == 1 else tuple(results)


def _at_a_point(here: str | None, everywhere: str | None) -> str:
    """A second derivative > 0 at the point, or ≥ 0 everywhere (f is convex): 0 at the point alone decides nothing."""
    if here in ("positive definite", "negative definite"):
        return _NAMES[here]
    return _NAMES.get(everywhere or "", "undetermined")


def _refuse_kinks(s: Setting) -> None:
    """Stationary points are those of a smooth function; at a kink the derivative does not exist."""
    for node in walk(s.problem.function):
        name = node.function if isinstance(node, Map) else node.name if isinstance(node, Call) else None
        if isinstance(name, str) and FUNCTIONS[name].kinks:
            raise DeriveError(
                f"stationary points of a function with {name} are not solved for: it is not differentiable everywhere",
                code="missing-rule", where=s.problem.positions.get("find"),
            )


def second_order(matrix: list[list[Expr]]) -> tuple[str, list[Why]]:
    """(minimum, maximum, saddle or undetermined, the reason) of a Hessian matrix of scalars: f₁₁ and the determinant."""
    from derive.calculus import algebra

    found = algebra.definiteness(matrix)
    kind = _SADDLE.get(found.kind, "undetermined")
    why: list[Why] = [("the Hessian is ", found.kind, f": a {kind}" if kind != "undetermined" else "")]
    if len(found.minors) == 2:
        why.insert(0, ("first entry ", found.minors[0], " and determinant ", found.minors[1]))
    return kind, why


_SADDLE = {"positive definite": "minimum", "negative definite": "maximum", "indefinite": "saddle"}


def classify(
    s: Setting, x: Symbol, at: Expr, applied: Expr, k: Symbol
) -> tuple[str, list[Chain], tuple[Why, ...]]:
    """(minimum | maximum | undetermined, the chain of the test, what was assumed)."""
    p = s.problem
    assumed_scalars: list[Why] = []
    marker: dict[Expr, Expr] = {}
    here = applied
    if x.name in applied.free:
        here = tidy_with(substitute(applied, {x: at}), [])
        here, assumed_scalars, marker = _positive_scale(here, at, x)
    operator = expanded(here, k.name)
    split = split_terms(operator, k)
    if split is None or not split[0]:
        return "undetermined", [], ()
    assumed: list[Expr] = []
    kinds: set[str | None] = set()
    for t in _gathered(split[0], k):
        kinds.add(_term_kind(t, assumed))
    kinds.discard("zero")
    kind = _overall(kinds)
    if kind is None or ("semi" in kind and x.name in applied.free):
        return "undetermined", [], ()
    h = p.directions[0]
    back: dict[Expr, Expr] = {**marker, k: h}
    form = tidy(substitute(_quadratic_form(split[0], k), back))
    head = Head("quadratic", p.name, p.wrt, (h,))
    why = _why(kind, h, assumed)
    squares = _squares(form)
    said = () if squares is not form else why
    if x.name in applied.free:
        general = tidy(substitute(_paired(applied, k), {k: h}))
        lines = [
            Line(general, "second-order-test", (), "second-derivative", head),
            Line(form, "second-order-test", ("at the stationary point", *((", ", *said) if said else ())), "equation", general,
                 "⇒", True, solution={x: at}),
        ]
        if squares is not form:
            lines.append(Line(squares, "squares", why, "equation", general, "⇒", True, solution={x: at}))
    else:
        lines = [Line(form, "second-order-test", said, "second-derivative", head)]
        if squares is not form:
            lines.append(Line(squares, "squares", why, "second-derivative", steps=(Step(form, squares, "squares", ()),)))
    chain = Chain("stationary", "Second-order test", tuple(lines))
    conditions = tuple(full_rank(b) for b in assumed)
    return _NAMES[kind], [chain], (*conditions, *assumed_scalars)


def _gathered(parts, k: Symbol):  # type: ignore[no-untyped-def]
    """Terms with one side only are added up to one matrix, whose definiteness may be seen as a whole."""
    from derive.calculus.equations import Term

    lefts = [t for t in parts if t.right is None and not t.transposed]
    if len(lefts) == len(parts):
        size = k.shape[0]
        whole = neat(add(*(scale(t.scalar, t.left if t.left is not None else Identity(size)) for t in lefts)), [])
        return [Term(ONE, whole, None)]
    rights = [t for t in parts if t.left is None and not t.transposed]
    if len(rights) == len(parts):
        size = k.shape[1]
        whole = neat(add(*(scale(t.scalar, t.right if t.right is not None else Identity(size)) for t in rights)), [])
        return [Term(ONE, None, whole)]
    return parts


def _term_kind(t, assumed: list[Expr]) -> str | None:  # type: ignore[no-untyped-def]
    """Of H ↦ s L H R: the product of the definitenesses of its sides."""
    if t.transposed:
        return None
    kinds = []
    for side in (t.left, t.right):
        if side is None:
            continue
        if not is_symmetric(side):
            return None
        kinds.append(definiteness(side, assumed))
    sign = definiteness(t.scalar)
    if sign is None or any(k is None or k == "zero" for k in kinds):
        return None
    weak = any("semi" in (k or "") for k in [*kinds, sign])
    minus = sum("negative" in (k or "") for k in [*kinds, sign]) % 2
    return f"{'negative' if minus else 'positive'} {'semidefinite' if weak else 'definite'}"


def _overall(kinds: set[str | None]) -> str | None:
    if None in kinds or not kinds:
        return None
    for sign in ("positive", "negative"):
        if all(k is not None and k.startswith(sign) for k in kinds):
            return f"{sign} definite" if f"{sign} definite" in kinds else f"{sign} semidefinite"
    return None


def _paired(applied: Expr, k: Symbol) -> Expr:
    """⟨Hess[K], K⟩."""
    if is_column(k.shape):
        return matmul(transpose(k), applied)
    return Call("inner", (applied, k))


def _positive_scale(here: Expr, at: Expr, x: Symbol) -> tuple[Expr, list[Why], dict[Expr, Expr]]:
    """At X* = c V with X and V positive definite c is positive: that may be used."""
    if "spd" not in x.has or not isinstance(at, Scale):
        return here, [], {}
    c, rest = coefficient(at.scalar)
    if definiteness(at.arg) != "positive definite" or definiteness(at.scalar) is not None or c <= 0:
        return here, [], {}
    base = rest
    if isinstance(base, Power) and base.exponent is number(-1):
        base = base.base
    marker: Symbol = Symbol("_c", base.shape, frozenset({"positive"}))
    marked = tidy(collect(tidy(substitute(here, {base: marker}))))
    return marked, [(base, " > 0, as ", x, " is positive definite")], {marker: base}


def _quadratic_form(parts, k: Symbol) -> Expr:  # type: ignore[no-untyped-def]
    out = []
    for t in parts:
        inner = matmul(*(f for f in (t.left, k, t.right) if f is not None))
        if is_column(k.shape):
            out.append(times(t.scalar, matmul(transpose(k), inner)))
        else:
            out.append(times(t.scalar, Call("tr", (matmul(transpose(k), inner),))))
    return tidy(add(*out))


def _squares(form: Expr) -> Expr:
    """h'B'Bh as ‖Bh‖², tr(H'B'BH) likewise."""
    from derive.calculus.properties import _halves

    out = []
    changed = False
    for t in terms(form):
        c, rest = coefficient(t)
        factors = list(rest.factors) if hasattr(rest, "factors") and not isinstance(rest, MatMul) else [rest]
        new = []
        for f in factors:
            chain = f.args[0] if isinstance(f, Call) and f.name == "tr" else f
            if isinstance(chain, MatMul):
                halves = _halves(chain)
                if halves is not None and halves[1] is None:
                    f = Power(Call("norm", (matmul(*halves[2]),)), number(2))
                    changed = True
            new.append(f)
        out.append(times(number(c), *new))
    return add(*out) if changed else form


def _why(kind: str, k: Symbol, assumed: list[Expr]) -> Why:
    sign = ">" if kind.startswith("positive") else "<"
    if "semi" in kind:
        sign = "≥" if sign == ">" else "≤"
        return (f"{sign} 0 for every ", k, f": {_NAMES[kind]}")
    parts: list[Why] = [(f"{sign} 0 for ", k, " ≠ 0")]
    parts.extend(full_rank(b) for b in assumed)
    return (*joined(parts), f": {_NAMES[kind]}")
