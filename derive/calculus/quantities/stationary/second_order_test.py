"""What kind of point a stationary point is: the second-order test with its reason, and convexity where that tells more.

Source: Boyd & Vandenberghe, Convex Optimization, sec. 3.1.4; Magnus & Neudecker, Matrix Differential Calculus, ch. 7.
"""

from __future__ import annotations

from collections.abc import Mapping

from derive.calculus.indices.explicit import entries_of, in_its_numbers
from derive.calculus.linear.matrix import matrix_of
from derive.calculus.quantities.stationary.convexity import Curvature, curvature
from derive.calculus.quantities.stationary.definite_point import definite_point, positive_scale
from derive.calculus.quantities.stationary.minors import second_order
from derive.calculus.setting.setting import Setting
from derive.calculus.simplify.collect import collect
from derive.calculus.simplify.distribute import expanded, spread
from derive.calculus.simplify.result_form import neat
from derive.calculus.simplify.simplify import tidy
from derive.calculus.simplify.transposes import outside
from derive.calculus.solve.entrywise import linear_entry, read_entries
from derive.calculus.solve.grounds import grounds, of_numbers, strictly
from derive.calculus.solve.unknown import Term, gathered_left, split, split_terms
from derive.derivation.derivation import Chain, Head, Line, Step
from derive.derivation.reason import COLON, COMMA, SEMICOLON, Why, Word, filled, full_rank, joined
from derive.expressions.build import ONE, ZERO, add, coefficient, inverse, is_zero, matmul, negate, power, scale, terms, times, transpose
from derive.expressions.nodes import Call, Expr, Identity, Map, MatMul, Number, Power, Scale, SizeValue, Stack, Symbol, Times, number
from derive.expressions.properties.definite import STRICT, Definite, of_product, of_sum
from derive.expressions.properties.inference import definiteness, is_invertible, is_nonnegative, is_nonzero, is_positive
from derive.expressions.properties.symmetry import is_symmetric
from derive.expressions.rewrite import substitute, transform
from derive.expressions.sizes import SCALAR, is_column
from derive.expressions.spelling import starred
from derive.language.problems.problem import Problem

SECOND_ORDER_TEST = "Second-order test"
"""The title of the chain that classifies a stationary point."""

KINDS = {
    Definite.POSITIVE: "minimum", Definite.SEMI_POSITIVE: "minimum",
    Definite.NEGATIVE: "maximum", Definite.SEMI_NEGATIVE: "maximum",
}


_KNOWN: Mapping[str, Why] = {"hessian": ("by the Hessian",), "second-derivative": ("by the second derivative",)}
"""What was found before where it was asked for, and tells D²f[h, h]."""


def sign_of(value: Expr) -> tuple[str | None, list[Why]]:
    """("+", "-", "0" or None, what must not be 0) of a scalar: a product of positive things and squares."""
    if is_zero(value):
        return "0", []
    sign, needed = 1, []
    for f in value.factors if isinstance(value, Times) else (value,):
        c = f.value if isinstance(f, Number) else None
        if c is not None:
            sign *= 1 if c > 0 else -1
            continue
        if is_positive(f):
            continue
        base = f.base if isinstance(f, Power) else f
        base = base.arg if isinstance(base, Map) and base.function == "sqrt" else base
        even = isinstance(f, Power) and isinstance(f.exponent, Number) and f.exponent.value % 2 == 0
        if isinstance(base, Call) and base.name in ("norm", "inner") and base.args[0] is base.args[-1]:
            needed.append((base.args[0], " ≠ 0"))
        elif isinstance(base, MatMul) and base.factors[0] is transpose(base.factors[-1]) and _definite_between(base):
            if not is_nonzero(base.factors[-1]):
                needed.append((base.factors[-1], " ≠ 0"))
        elif even or is_nonnegative(base):
            needed.append((base, " ≠ 0"))
        elif is_positive(tidy(scale(number(-1), f))):
            sign = -sign
        else:
            return None, []
    return "+" if sign > 0 else "-", list(dict.fromkeys(needed))


def _definite_between(form: MatMul) -> bool:
    """Whether x'Ax, x'x is 0 for x = 0 only."""
    between = form.factors[1:-1]
    return not between or definiteness(matmul(*between)) == Definite.POSITIVE


def convexity(s: Setting) -> Curvature | None:
    """Whether the function is convex or concave in all its variables together; None on a curved set, or where it is not seen."""
    p = s.problem
    if any({"orthogonal", "stiefel", "unit"} & x.has for x in p.wrt):
        return None
    function = p.function
    for symbol, definition in reversed(p.let):
        function = substitute(function, {symbol: definition})
    found = curvature(tidy(function), frozenset(x.name for x in p.wrt))
    return found if found is not None and found.kind in ("convex", "concave") else None


def by_convexity(found: Curvature, p: Problem) -> tuple[str, Why]:
    """(minimum or maximum, why it is a global one)."""
    kind = "minimum" if found.kind == "convex" else "maximum"
    return kind, (*is_curved(found, p), COLON, "a global ", Word(kind))


def is_curved(found: Curvature, p: Problem) -> Why:
    """`f is convex (the rule by which)`."""
    return (letter_of(p), " is ", Word(found.kind), " (", Word(found.words), ")")


def letter_of(p: Problem) -> Symbol:
    """The name of the function as a letter in a reason: E is convex."""
    out: Symbol = Symbol(p.name, SCALAR)
    return out


def classify(
    s: Setting, x: Symbol, at: Expr, applied: Expr, k: Symbol, family: bool = False
) -> tuple[str, list[Chain], tuple[Why, ...]]:
    """(minimum | maximum | saddle | undetermined, the chain of the test, what was assumed).

    x        the variable, and at its value at the point
    at       the stationary point
    applied  the Hessian along k at any x
    k        a direction of x

    `family`: the matrix is singular, nothing is assumed of its rank.  Without a chain nothing was found by the second derivative.
    """
    p = s.problem
    shape = convexity(s)
    assumed_scalars: list[Why] = []
    marker: dict[Expr, Expr] = {}
    applied = split(applied, k)
    here = applied
    if x.name in applied.free:
        here, marker = definite_point(applied, at, x)
        here, assumed_scalars, scales = positive_scale(here, at, x)
        marker = {**marker, **scales}
        here = tidy(transform(transform(here, _norm_of_zero), collect))
    entrywise = _by_entries(s, x, at, here, k, shape)
    if entrywise is not None:
        return (*entrywise, tuple(assumed_scalars))
    numeric = _of_numbers(s, applied, k)
    if numeric is not None:
        return *numeric, ()
    operator = expanded(gathered_left(expanded(here, k.name), k), k.name)
    found = split_terms(operator, k)
    if found is None or not found[0]:
        return "undetermined", [], ()
    saddle = _both_signs(s, x, at, applied, found[0], k)
    if saddle is not None:
        return "saddle", [saddle], ()
    parts = _gathered(found[0], k)
    kind, assumed = sum_kind(parts, bool(family))
    if kind is None or (not kind.strict and x.name in applied.free):
        open_question = _depends(s, x, found[0], k) if kind is None and x.name not in applied.free else None
        return "undetermined", [open_question] if open_question else [], ()
    h = p.directions[0]
    back: dict[Expr, Expr] = {**marker, k: h}
    form = outside(tidy(substitute(_quadratic_form(found[0], k), back)))
    head = Head("quadratic", p.name, p.wrt, (h,))
    rests = (*(full_rank(b) for b in assumed), *_rests_on(parts, bool(family)))
    # The letters are not the reader's: a matrix stands for what the point is a multiple of, a number for the one before it.
    rests = tuple(filled(one, lambda part: part if part not in marker else marker[part] if part.is_scalar else starred(x)) for one in rests)
    why = _why(kind, h, rests, shape)
    squares = _squares(form)
    there = _there(s, x, at) if x.name in applied.free else None
    said = joined([_found(s, x, there is not None), *([why] if squares is form else [])], SEMICOLON)
    lines = [Line(form, "second-order-test", said, "second-derivative", there[0] if there else head,
                  solution=there[1] if there else None)]
    if squares is not form:
        lines.append(Line(squares, "squares", why, "second-derivative", steps=(Step(form, squares, "squares", ()),),
                          solution=there[1] if there else None))
    chain = Chain("stationary", SECOND_ORDER_TEST, tuple(lines), part="test")
    conditions = tuple(full_rank(b) for b in assumed)
    return KINDS[kind], [chain], (*conditions, *assumed_scalars)


def _of_numbers(s: Setting, applied: Expr, k: Symbol) -> tuple[str, list[Chain]] | None:
    """By the minors of a Hessian matrix that is all numbers, where it is not definite already by what is known of its names."""
    opened = in_its_numbers(applied, s.problem.let)
    if opened.free - {k.name} or not is_column(k.shape) or k.is_scalar:
        return None
    matrix = neat(matrix_of(spread(opened, frozenset({k.name})), k), [])
    rows = None if definiteness(matrix) in STRICT else entries_of(matrix)
    if rows is None or not all(isinstance(e, Number) for row in rows for e in row):
        return None
    kind, why = second_order(rows)
    shown: Expr = Stack(tuple(map(tuple, rows)))
    found: list[Why] = [] if "hessian" in s.problem.find else [("the second partial derivatives",)]
    test = Line(shown, "second-order-test", joined([*found, joined(why)], SEMICOLON), "hessian", Head("hessian", s.problem.name, s.problem.wrt))
    return kind, [Chain("stationary", SECOND_ORDER_TEST, (test,), part="test")]


def _by_entries(s: Setting, x: Symbol, at: Expr, here: Expr, k: Symbol, shape: Curvature | None) -> tuple[str, list[Chain]] | None:
    """Of a Hessian K ↦ C ∘ K by the sign of the entries of C."""
    found = read_entries(here, k)
    if found is None or (linear := linear_entry(found[1], found[0].unknown)) is None or not is_zero(linear[1]):
        return None
    entries, scalar = found
    weight = _simplified(tidy(substitute(scalar, {entries.unknown: ONE})))
    weights = entries.lifted(weight) if weight.free & {e.name for e in entries.letters} else None
    for kind, sign, entry in (("minimum", ">", weight), ("maximum", "<", tidy(negate(weight)))):
        if is_positive(entry):
            p = s.problem
            (h,) = p.directions
            form = _paired(substitute(entries.lifted(times(weight, entries.unknown)), {k: h}), h)
            head, there = _there(s, x, at)
            words = "positive" if kind == "minimum" else "negative"
            told: Why = (": every entry of ", weights, f" is {words}") if weights is not None else ()
            kind_said = f"{shape.kind}, a global {kind}" if shape is not None else kind
            rests = grounds((entry,), lambda less, one=entry: is_positive(substitute(one, less))) if not told else ()  # type: ignore[misc]
            whole: Why = (f"{sign} 0 for ", h, " ≠ 0", *told) if told else strictly(sign, h, rests)
            why: Why = (*_found(s, x, True), SEMICOLON, *whole, COLON, kind_said)
            line = Line(form, "second-order-test", why, "second-derivative", head, solution=there)
            return kind, [Chain("stationary", SECOND_ORDER_TEST, (line,), part="test")]
    return None


def _norm_of_zero(node: Expr) -> Expr:
    return ZERO if isinstance(node, Call) and node.name == "norm" and is_zero(node.args[0]) else node


def _simplified(scalar: Expr) -> Expr:
    from derive.calculus import algebra

    return algebra.simplify_scalar(scalar) if scalar.free else scalar


def sum_kind(parts: list[Term], family: bool) -> tuple[Definite | None, list[Expr]]:
    """The definiteness of a sum of terms, with the fewest ranks assumed: one definite term is enough beside semidefinite ones.

    family  whether nothing is assumed
    """
    weak = [_term_kind(t, None) for t in parts]
    plain = _overall({k for k in weak if k is not Definite.ZERO})
    if family or (plain is not None and plain.strict):
        return plain, []
    options: list[tuple[Definite, list[Expr]]] = []
    for k, t in enumerate(parts):
        assumed: list[Expr] = []
        strong = _term_kind(t, assumed)
        whole = _overall({kind for kind in [*weak[:k], strong, *weak[k + 1 :]] if kind is not Definite.ZERO})
        if whole is not None and whole.strict:
            options.append((whole, assumed))
    if options:
        return min(options, key=lambda option: len(option[1]))
    every: list[Expr] = []
    return _overall({kind for t in parts if (kind := _term_kind(t, every)) is not Definite.ZERO}), every


def _gathered(parts, k: Symbol):  # type: ignore[no-untyped-def]
    """Terms with one side only are added up to one matrix, whose definiteness may be seen as a whole."""
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


def _term_kind(t, assumed: list[Expr] | None) -> Definite | None:  # type: ignore[no-untyped-def]
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
    known = [k for k in (*kinds, sign) if k is not None and k is not Definite.ZERO]
    return of_product(known) if len(known) == len(kinds) + 1 else None


def _overall(kinds: set[Definite | None]) -> Definite | None:
    return None if not kinds or Definite.ZERO in kinds else of_sum(kinds)


def _paired(applied: Expr, h: Symbol) -> Expr:
    """⟨Hess[H], H⟩."""
    if is_column(h.shape):
        return tidy(matmul(transpose(h), applied))
    return tidy(Call("inner", (applied, h)))


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
    from derive.expressions.properties.inference import congruence_halves

    out = []
    changed = False
    for t in terms(form):
        c, rest = coefficient(t)
        factors = list(rest.factors) if hasattr(rest, "factors") and not isinstance(rest, MatMul) else [rest]
        new = []
        for f in factors:
            chain = f.args[0] if isinstance(f, Call) and f.name == "tr" else f
            if isinstance(chain, MatMul):
                halves = congruence_halves(chain)
                if halves is not None and halves[1] is None:
                    f = Power(Call("norm", (matmul(*halves[2]),)), number(2))
                    changed = True
            new.append(f)
        out.append(times(number(c), *new))
    return add(*out) if changed else form


def _both_signs(s: Setting, x: Symbol, at: Expr, applied: Expr, parts: list[Term], k: Symbol) -> Chain | None:
    """±tr(MHMH) with M invertible is n at H = M⁻¹ and −‖J‖² at H = M⁻¹J, J skew: a saddle, the directions named."""
    p = s.problem
    if len(parts) != 1 or not parts[0].transposed or k.shape[0] != k.shape[1] or x.has & STRUCTURES:
        return None
    (t,) = parts
    sign = definiteness(t.scalar)
    left = t.left if t.left is not None else Identity(k.shape[0])
    right = t.right if t.right is not None else Identity(k.shape[0])
    if sign not in STRICT or left is not right or not is_invertible(left):
        return None
    m, (h,) = tidy(transpose(left)), p.directions
    inner = tidy(matmul(m, h, m, h))
    form = times(t.scalar, Call("tr", (inner,)))
    j: Symbol = Symbol("J", k.dims, frozenset({"skew"}))
    one, other = tidy(inverse(m)), tidy(matmul(inverse(m), j))
    values = [times(t.scalar, SizeValue(k.shape[0])), times(number(-1), t.scalar, power(Call("norm", (j,)), 2))]
    said: Why = (values[0], " for ", h, " = ", one, ", ", values[1], " for ", h, " = ", other, ", ", tidy(transpose(j)), " = ",
                 scale(number(-1), j), ": a saddle for ", SizeValue(k.shape[0]), " ≥ 2")  # a skew number is 0
    head, where = _there(s, x, at) if x.name in applied.free else (Head("quadratic", p.name, p.wrt, (h,)), None)
    line = Line(form, "second-order-test", joined([_found(s, x, where is not None), said], SEMICOLON), "second-derivative", head, solution=where)
    return Chain("stationary", SECOND_ORDER_TEST, (line,), part="test")


def _there(s: Setting, x: Symbol, at: Expr) -> tuple[Head, dict[Symbol, Expr]]:
    """D²f(x*)[h, h], and what x is there."""
    return Head("quadratic", s.problem.name, (starred(x),), s.problem.directions), {x: at}


STRUCTURES = frozenset({"symmetric", "skew", "diagonal", "upper", "lower", "orthogonal", "stiefel", "unit"})


def _depends(s: Setting, x: Symbol, parts: list[Term], k: Symbol) -> Chain | None:
    """h'Mh with an invertible M whose definiteness is not known: what kind of point it is depends on M, and how."""
    (t, *others) = _gathered(parts, k)
    if others or t.transposed or t.right is not None or t.left is None or t.scalar is not ONE or not is_symmetric(t.left):
        return None
    p, m = s.problem, t.left
    (h,) = p.directions
    form = tidy(substitute(_quadratic_form(parts, k), {k: h}))
    said: Why = ("minimum where ", m, " ≻ 0, maximum where ", m, " ≺ 0, else a saddle")
    if isinstance(m, Scale) and isinstance(m.arg, Identity):
        c = coefficient(m.scalar)[1]
        said = ("minimum where ", c, " > 0, maximum where ", c, " < 0")
    head = Head("quadratic", p.name, p.wrt, (h,))
    why = joined([_found(s, x, False), said], SEMICOLON)
    return Chain("stationary", SECOND_ORDER_TEST, (Line(form, "second-order-test", why, "second-derivative", head),), part="test")


def _rests_on(parts: list[Term], family: bool) -> tuple[Why, ...]:
    """The declarations by which a sum of terms is definite."""
    kind, assumed = sum_kind(parts, family)

    def seen(less: Mapping[Expr, Expr]) -> bool:
        sides = [[None if m is None else substitute(m, less) for m in (t.left, t.right)] for t in parts]
        weaker = [Term(substitute(t.scalar, less), left, right, t.transposed) for t, (left, right) in zip(parts, sides, strict=True)]
        other, more = sum_kind(weaker, family)
        return other == kind and len(more) == len(assumed)

    sides = [m for t in parts for m in (t.left, t.right, t.scalar) if m is not None]
    return grounds(sides, seen) or tuple(why for m in sides if (why := of_numbers(m)))


def _found(s: Setting, x: Symbol, there: bool) -> Why:
    """How D²f[h, h] is known: by the Hessian where it was asked for, else the derivative is differentiated again; at the point."""
    known: Why = ("differentiate along ", s.problem.directions[0], " once more")
    known = next((why for key, why in _KNOWN.items() if key in s.problem.find), known)
    return (*known, COMMA, "at ", x, " = ", starred(x)) if there else known


def _why(kind: Definite, k: Symbol, rests: tuple[Why, ...], shape: Curvature | None) -> Why:
    sign = ">" if kind.sign > 0 else "<"
    point: Why = (shape.kind, COMMA, "a global ", Word(KINDS[kind])) if shape is not None else (KINDS[kind],)
    if not kind.strict:
        sign = "≥" if sign == ">" else "≤"
        return (f"{sign} 0 for every ", k, COLON, *point)
    return (*strictly(sign, k, rests), COLON, *point)
