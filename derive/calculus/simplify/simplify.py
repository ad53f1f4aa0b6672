"""What nobody writes down: zeros, ones and identities dropped, transposes pushed to the letters, signs and numbers in front.

`tidy` is silent: its rewrites are part of any step.  `tidy_with` also uses what is declared (A' = A, Q'Q = I) and says which
property of which symbol it used, because a reader is told each of them.
"""

from __future__ import annotations

from fractions import Fraction

from derive.calculus.rules.identities import IDENTITIES
from derive.calculus.simplify import everyday
from derive.calculus.simplify.laws import functions as shortcuts
from derive.calculus.simplify.laws import hadamard as entrywise
from derive.calculus.simplify.laws import matrix_functions as commuting
from derive.calculus.simplify.laws.cases import chosen, scaled
from derive.calculus.simplify.laws.functions import block_of, called, column_times_row
from derive.calculus.simplify.recursion import register
from derive.calculus.simplify.signs import negative, opposite
from derive.calculus.simplify.used import Used, note_use
from derive.expressions.build import MINUS_ONE, ONE, add, is_zero, matmul, power, primes, scale, times, transpose, zero
from derive.expressions.functions import FUNCTIONS
from derive.expressions.nodes import (
    Add,
    Call,
    D,
    Entry,
    Expr,
    Identity,
    Map,
    MatMul,
    Number,
    Ones,
    Power,
    Scale,
    Stack,
    Sum,
    Symbol,
    Times,
    Transpose,
    Where,
    number,
)
from derive.expressions.properties.transpose import turned
from derive.expressions.sizes import is_column

_SILENT: dict[Expr, Expr] = {}


@register
def tidy(expr: Expr) -> Expr:
    """The same value without what nobody writes; idempotent."""
    if len(_SILENT) > 200_000:
        _SILENT.clear()
    return _run(expr, None, _SILENT)


def forget() -> None:
    """What was simplified is done again when it is asked for, by the rows that there are then."""
    _SILENT.clear()
    everyday.forget()


def tidy_with(expr: Expr, used: Used) -> Expr:
    """`tidy`, and the declared properties used; each use is appended to `used` once."""
    return _run(expr, used, {})


def _run(expr: Expr, used: Used | None, memo: dict[Expr, Expr]) -> Expr:
    found = memo.get(expr)
    if found is not None:
        return found
    children = expr.children
    if not children:
        out = shortcuts.leaf(expr)
    else:
        if isinstance(expr, D):
            new: tuple[Expr, ...] = (expr.arg, *(_run(c, used, memo) for c in children[1:]))
        else:
            new = tuple(_run(c, used, memo) for c in children)
        out = _node(expr, new, used, memo)
    memo[expr] = out
    memo[out] = out
    return out


def _node(expr: Expr, new: tuple[Expr, ...], used: Used | None, memo: dict[Expr, Expr]) -> Expr:
    match expr:
        case Add():
            return _sum(new, expr)
        case Times():
            return _scalars(new)
        case Scale():
            scalar, arg = new
            if any(map(is_zero, new)):
                return zero(expr.shape)
            if isinstance(arg, Scale):
                scalar, arg = _scalars((scalar, arg.scalar)), arg.arg
            if isinstance(arg, Add) and negative(scalar) and negative(arg.terms[0]):
                scalar, arg = times(MINUS_ONE, scalar), add(*(scale(MINUS_ONE, t) for t in arg.terms))
            return scaled(scalar, arg)
        case MatMul():
            return _product(new, used, expr)
        case Transpose():
            return _transposed(new[0], used)
        case Power():
            return _powered(new[0], new[1], used)
        case Call():
            return _called(expr.name, new, used)
        case Where():
            return new[1] if new[1] is new[2] else chosen(*new)
        case Map() if (value := shortcuts.mapped(expr, new[0])) is not None:
            return value
        case Sum():
            return shortcuts.summed_over(expr, new)
        case Stack():
            return zero(expr.shape) if all(is_zero(c) for c in new) else expr.rebuild(new)
        case Entry():
            if is_zero(new[0]):
                return zero(expr.shape)
            block = block_of(new[0], new[1:])
            return expr.rebuild(new) if block is None else block
        case _:
            return expr if expr.children == new else expr.rebuild(new)


def _sum(new: tuple[Expr, ...], expr: Expr) -> Expr:
    kept: list[Expr] = []
    constant = Fraction(0)
    for term in new:
        for t in term.terms if isinstance(term, Add) else (term,):
            if isinstance(t, Number):
                constant += t.value
            elif not is_zero(t):
                kept.append(t)
    if constant:
        place = next((k for k, t in enumerate(new) if isinstance(t, Number)), len(kept))
        kept.insert(min(place, len(kept)), number(constant))
    if len(kept) == 2 and kept[1] is scale(MINUS_ONE, kept[0]):
        return zero(expr.shape)
    return add(*kept) if kept else zero(expr.shape)


def _scalars(factors: tuple[Expr, ...]) -> Expr:
    """A product of scalars with equal bases gathered: s · s⁻² is s⁻¹."""
    flat = times(*factors)
    if not isinstance(flat, Times):
        return flat
    order: list[Expr] = []
    exponents: dict[Expr, Expr] = {}
    coefficient = Fraction(1)
    powers = {f.base for f in flat.factors if isinstance(f, Power) and isinstance(f.base, Power)}
    for f in flat.factors:
        if isinstance(f, Number):
            coefficient *= f.value
            continue
        base, exponent = (f.base, f.exponent) if isinstance(f, Power) and f not in powers else (f, ONE)
        if isinstance(base, Add):
            known, sign = _known(base, order)
            whole = exponent.value.numerator if isinstance(exponent, Number) and exponent.value.denominator == 1 else 0
            if sign > 0 or whole:
                base, coefficient = known, coefficient * sign ** abs(whole)
        if base not in exponents:
            order.append(base)
            exponents[base] = exponent
        else:
            exponents[base] = _sum((exponents[base], exponent), ONE)
    if coefficient < 0:
        for base in order:
            if isinstance(base, Add) and _flips(base, exponents[base]):
                flipped = opposite(base)
                if flipped in exponents:
                    continue
                order = [flipped if b is base else b for b in order]
                exponents[flipped] = exponents.pop(base)
                coefficient = -coefficient
                break
    out: list[Expr] = [number(coefficient)]
    for base in sorted(order, key=lambda b: not is_constant(b)):
        exponent = exponents[base]
        if not is_zero(exponent):
            out.append(base if exponent is ONE else power(base, exponent))
    return times(*out)


def is_constant(base: Expr) -> bool:
    """Whether it is π, or another function without arguments: it stands next to the number, 2πr."""
    return isinstance(base, Call) and not base.args


def _known(base: Add, bases: list[Expr]) -> tuple[Expr, int]:
    """The sum, or its opposite, as it is written among the bases, and the sign with which it is one."""
    turned = opposite(base)
    wanted, other = set(base.terms), set(turned.terms) if isinstance(turned, Add) else set()
    for known in bases:
        if isinstance(known, Add) and set(known.terms) in (wanted, other):
            return known, 1 if set(known.terms) == wanted else -1
    return base, 1


def _flips(base: Add, exponent: Expr) -> bool:
    """Whether a − sign is put into a sum: that of −a/(−n + p), of −a/(p − n), of −(−a − b); not that of −a/(1 − p)."""
    if not isinstance(exponent, Number) or exponent.value.denominator != 1 or exponent.value.numerator % 2 == 0:
        return False
    if exponent is ONE and isinstance(base.terms[0], Number) and any(map(negative, base.terms)):
        return True
    return negative(base.terms[0]) or (exponent.value < 0 and not isinstance(base.terms[0], Number) and any(map(negative, base.terms)))


def _product(new: tuple[Expr, ...], used: Used | None, expr: Expr) -> Expr:
    if any(is_zero(f) for f in new):
        return zero(expr.shape)
    flat = matmul(*new)
    if isinstance(flat, Scale):
        return scale(_scalars((flat.scalar,)), _chain(flat.arg, used))
    if isinstance(flat, Times):
        return _scalars(tuple(_chain(f, used) for f in flat.factors))
    return _chain(flat, used)


def _chain(expr: Expr, used: Used | None) -> Expr:
    """Adjacent factors of a matrix product: identities, inverses and powers of one base, orthonormal columns."""
    if not isinstance(expr, MatMul):
        return expr
    out: list[Expr] = []
    for factor in expr.factors:
        if isinstance(factor, Identity):
            continue
        if out:
            joined = _join(out[-1], factor, used)
            if joined is not None:
                out.pop()
                if isinstance(joined, Identity):
                    continue
                if is_zero(joined):
                    return zero(expr.shape)
                factor = joined
        out.append(factor)
    if not out:
        return Identity(expr.shape[0])
    if used is not None and (window := everyday.of_windows(tuple(out), used)) is not None:
        before, new, behind = window
        return zero(expr.shape) if is_zero(new) else _chain(matmul(*before, new, *behind), used)
    # dropping an inner identity may have brought two joinable factors together
    if len(out) != len(expr.factors) and len(out) > 1:
        again = matmul(*out)
        return _chain(again, used) if again is not expr else again
    return matmul(*out) if tuple(out) != expr.factors else expr


def _join(left: Expr, right: Expr, used: Used | None) -> Expr | None:
    (a, i), (b, j) = _power_of(left), _power_of(right)
    if a is b and (left is not a or right is not a) and (joined := _rejoin(a, i, j)) is not None:
        return joined
    if isinstance(left, Transpose) and isinstance(right, Transpose):
        (a, i), (b, j) = _power_of(left.arg), _power_of(right.arg)
        if a is b and (left.arg is not a or right.arg is not a) and (joined := _rejoin(a, i, j)) is not None:
            return joined if isinstance(joined, Identity) else _transposed(joined, None)
    if (new := everyday.of_neighbours(left, right, used)) is not None:
        return new if used is None or not new.children else _run(new, used, {})
    if isinstance(left, Call) and left.name == "hadamard" and is_column(right.shape):
        for whole, outer in (left.args, reversed(left.args)):
            if (sides := column_times_row(outer)) is not None:
                u, v = (_called("diag", (side,), used) for side in sides)
                return _chain(matmul(u, whole, v, right), used)
    return entrywise.joined(left, right)


def _rejoin(base: Expr, i: Expr, j: Expr) -> Expr | None:
    exponent = _sum((i, j), ONE)
    if is_zero(exponent):
        return Identity(base.shape[0])
    if isinstance(exponent, Number) and exponent.value.denominator == 2:
        root = Call("sqrtm", (base,))
        return {1: root, -1: power(root, -1)}.get(exponent.value.numerator)
    return base if exponent is ONE else power(base, exponent)


def _power_of(factor: Expr) -> tuple[Expr, Expr]:
    base, exponent = (factor.base, factor.exponent) if isinstance(factor, Power) else (factor, ONE)
    if isinstance(base, Call) and base.name == "sqrtm" and isinstance(exponent, Number):
        return base.args[0], number(exponent.value / 2)
    return base, exponent


def _transposed(arg: Expr, used: Used | None) -> Expr:
    """The transpose of what is simplified already; with `used` by what is declared of its letters too."""
    match arg:
        case _ if arg.is_scalar:
            return arg
        case Add():
            return _transposed_sum(arg, used)
        case MatMul():
            return _chain(matmul(*(_transposed(f, used) for f in reversed(arg.factors))), used)
        case Power(base=base, exponent=exponent) if not isinstance(base, Symbol):
            inside = _transposed(base, used)
            return transpose(arg) if isinstance(inside, Transpose) else _powered(inside, exponent, used)
        case Symbol() | Power():
            declared = None if used is None else _by_property(arg, used)
            return transpose(arg) if declared is None else declared
        case _:
            new = turned(arg, lambda e: _transposed(e, used), columns=False)
            return transpose(arg) if new is None else new


def _by_property(arg: Symbol | Power, used: Used) -> Expr | None:
    """The transpose of a letter or of its power by what is declared; None where nothing is that says it."""
    base = arg.base if isinstance(arg, Power) else arg
    if not isinstance(base, Symbol):
        return None
    if "symmetric" in base.has and everyday.of_letter(base, "symmetric", used) is not None:
        return arg
    return everyday.of_letter(base, "skew", used) if "skew" in base.has and arg is base else None


def _transposed_sum(arg: Add, used: Used | None) -> Expr:
    """(Xw - y)' stays; (X'A + B')' is A'X + B; a symmetric sum is itself."""
    mine: Used | None = None if used is None else []
    opened = add(*(_transposed(t, mine) for t in arg.terms))
    itself = isinstance(opened, Add) and set(opened.terms) == set(arg.terms)
    if not itself and primes(opened) > primes(arg) + 1:
        return transpose(arg)
    for name, symbol in mine or ():
        assert used is not None
        note_use(used, name, symbol)
    return arg if itself else opened


def _powered(base: Expr, exponent: Expr, used: Used | None) -> Expr:
    if isinstance(exponent, Number):
        k = exponent.value
        if k == 1:
            return base
        if k == 0:
            return ONE if base.is_scalar else Identity(base.shape[0])
        if isinstance(base, Call) and base.name == "sqrtm" and (k / 2).denominator == 1:
            return _powered(base.args[0], number(k / 2), used)
        if isinstance(base, Power) and isinstance(base.exponent, Number):
            whole = base.exponent.value.denominator == 1 and k.denominator == 1
            if whole or not base.is_scalar:
                return _powered(base.base, number(base.exponent.value * k), used)
        if isinstance(base, Power) and base.is_scalar and k.denominator == 1:
            return power(base.base, _scalars((exponent, base.exponent)))
        if k == -1 and (inverse := _inverted(base, exponent, used)) is not None:
            return inverse
        if isinstance(base, Times) and k.denominator == 1:
            return _scalars(tuple(_powered(f, exponent, used) for f in base.factors))
    if isinstance(base, Identity):
        return base
    return power(base, exponent)


def _inverted(base: Expr, exponent: Expr, used: Used | None) -> Expr | None:
    """The inverse written factor by factor, and of what has a transpose for one; None where it stays."""
    match base:
        case Scale():
            return scale(_powered(base.scalar, exponent, used), _powered(base.arg, exponent, used))
        case Transpose():
            return _transposed(_powered(base.arg, exponent, used), used)
        case Symbol() if used is not None and "orthogonal" in base.has:
            return everyday.of_letter(base, "orthogonal", used)
        case MatMul() if used is not None and "inverse-product" in IDENTITIES and shortcuts.inverts_well(base):
            note_use(used, "inverse-product", base)
            return _chain(matmul(*(_powered(f, exponent, used) for f in reversed(base.factors))), used)
        case _:
            return None


def _called(name: str, new: tuple[Expr, ...], used: Used | None) -> Expr:
    row = FUNCTIONS[name]
    if used is not None and (value := commuting.along(name, new)) is not None:
        note_use(used, "commuting", Call(name, new))
        return value
    if row.linear:
        (arg,) = new
        if is_zero(arg):
            return zero(Call(name, new).shape)
        if isinstance(arg, Scale):
            bare_value = _called(name, (arg.arg,), used)
            return _scalars((arg.scalar, bare_value)) if bare_value.is_scalar else scale(arg.scalar, bare_value)
    if row.bilinear:
        if any(is_zero(a) for a in new):
            return zero(Call(name, new).shape)
        scalars = [a.scalar for a in new if isinstance(a, Scale)]
        if scalars:
            bare = tuple(a.arg if isinstance(a, Scale) else a for a in new)
            return scale(_scalars(tuple(scalars)), _called(name, bare, used))
    if name == "quotient" and is_zero(new[0]):
        return zero(Call(name, new).shape)
    if name == "quotient" and isinstance(new[0], Ones) and not new[1].is_scalar:
        return Call(name, (ONE, new[1]))
    if (shorter := called(name, new)) is not None:
        return _run(shorter, used, _SILENT if used is None else {})
    value = everyday.of_call(name, new, used)
    if value is None:
        return Call(name, new)
    return value if used is None or not value.children else _run(value, used, {})
