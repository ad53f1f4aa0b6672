"""Partial derivatives of expressions by entries, and the contraction of the deltas that they leave."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction

from derive.calculus.algebra.maps import derivative_template, lift
from derive.calculus.indices.entries import delta, refusal
from derive.errors import DeriveError
from derive.expressions import build
from derive.expressions.nodes import Add, Call, Delta, Entry, Expr, Map, Number, Power, Sum, Symbol, Times, Transpose, Where, number
from derive.expressions.rewrite import substitute
from derive.expressions.sizes import SCALAR
from derive.expressions.traverse import walk
from derive.language.problems.declarations import path_derivative


def partial(e: Expr, variable: Symbol, where: Sequence[Expr]) -> Expr:
    """The derivative of a scalar expression by the variable's entry at `where` (no index for a scalar variable).

    Product, chain and quotient rule, ∂X_ij/∂X_pq = δ_ip δ_jq (half of two of them for a symmetric or skew X), a path A(t)
    by its own derivative, sums term by term; terms that vanish are left out.  DeriveError [no-rule] for a function that is not one of entries.
    """
    moving = {n.name for n in walk(e) if isinstance(n, Symbol) and n.of == variable.name}
    return _Partial(variable, tuple(where), frozenset({variable.name, *moving})).of(e)


class _Partial:
    def __init__(self, variable: Symbol, where: tuple[Expr, ...], moving: frozenset[str]) -> None:
        self.variable, self.where, self.moving = variable, where, moving

    def of(self, e: Expr) -> Expr:
        if not self.moving & e.free:
            return build.ZERO
        match e:
            case Symbol():
                return build.ONE if e is self.variable else path_derivative(e)
            case Entry(arg, row, column):
                return self.entry(e, arg, [i for i in (row, column) if i is not None])
            case Add(terms):
                return build.total((d for d in map(self.of, terms) if d is not build.ZERO), SCALAR)
            case Times(factors):
                return self.product(factors)
            case Power(base, exponent) if not self.moving & exponent.free:
                return build.times(exponent, _lowered(base, exponent), self.of(base))
            case Power(base, exponent):
                return build.times(e, self.of(build.times(exponent, Map("log", base))))
            case Map(function, arg):
                return build.times(lift(derivative_template(function, e.order + 1), arg), self.of(arg))
            case Where(condition, then, otherwise):
                return Where(condition, self.of(then), self.of(otherwise))
            case Sum(index, lower, upper, body):
                return _summed(index, lower, upper, self.of(body))
            case Call("det", (arg,)) if arg is self.variable and len(self.where) == 2:
                return build.times(e, self.cofactor(arg))
            case Call("logdet", (arg,)) if arg is self.variable and len(self.where) == 2:
                return self.cofactor(arg)
        raise refusal(e)

    def product(self, factors: tuple[Expr, ...]) -> Expr:
        """The product rule."""
        terms = []
        for k, factor in enumerate(factors):
            derivative = self.of(factor)
            if derivative is not build.ZERO:
                terms.append(build.times(*factors[:k], derivative, *factors[k + 1 :]))
        return build.total(terms, SCALAR)

    def entry(self, e: Expr, arg: Expr, at: list[Expr]) -> Expr:
        if arg is self.variable:
            return self.deltas(at)
        if isinstance(arg, Symbol):
            moved: Expr = Entry(path_derivative(arg), at[0], at[1] if len(at) > 1 else None)
            return moved
        if isinstance(arg, Power) and arg.exponent is number(-1) and arg.base is self.variable and len(at) == 2:
            i, j = at
            return self.along(lambda p, q: build.times(number(-1), Entry(arg, i, p), Entry(arg, q, j)))
        if isinstance(arg, Transpose):
            return self.entry(e, arg.arg, at[::-1])
        raise refusal(arg)

    def deltas(self, at: list[Expr]) -> Expr:
        if len(at) == 2:
            return self.along(lambda p, q: build.times(delta(at[0], p), delta(at[1], q)))
        self.refuse_bound()
        return build.times(*(delta(i, p) for i, p in zip(at, self.where, strict=True)))

    def along(self, by: Callable[[Expr, Expr], Expr]) -> Expr:
        """The derivative by entry p, q, or half of two of them for a symmetric or skew variable."""
        self.refuse_bound()
        (p, q), has = self.where, self.variable.has
        if not has & {"symmetric", "skew"} or "diagonal" in has:
            return by(p, q)
        sign = number(1 if "symmetric" in has else -1)
        return build.times(number("1/2"), build.add(by(p, q), build.times(sign, by(q, p))))

    def cofactor(self, arg: Expr) -> Expr:
        """[X⁻¹]_qp, which is symmetric or skew where X is."""
        self.refuse_bound()
        out: Expr = Entry(build.inverse(arg), self.where[1], self.where[0])
        return out

    def refuse_bound(self) -> None:
        has = self.variable.has
        free = has & {"symmetric", "skew"} and "diagonal" not in has
        bound = has & {"upper", "lower", "diagonal", "orthogonal", "stiefel", "unit"}
        if bound and not free:
            raise DeriveError(
                f"the entries of {self.variable.name} do not vary freely ({', '.join(sorted(bound))}): "
                "a derivation by indices needs a free or a symmetric or skew variable", code="no-rule",
            )


def _lowered(base: Expr, exponent: Expr) -> Expr:
    """base^(exponent − 1)"""
    if isinstance(exponent, Number):
        k = exponent.value - 1
        return build.ONE if k == 0 else base if k == 1 else build.power(base, number(k))
    return build.power(base, build.subtract(exponent, build.ONE))


def _summed(index: Symbol, lower: Expr, upper: Expr, body: Expr) -> Expr:
    c, rest = build.coefficient(body)
    if body is build.ZERO:
        return body
    out: Expr = Sum(index, lower, upper, rest)
    return build.times(number(c), out)


# --------------------------------------------------------------------------------------------- contraction
def contract(e: Expr, around: frozenset[str] = frozenset()) -> Expr:
    """The expression without the sums that a delta contracts: Σ_j δ_jq g(j) = g(q); equal terms are added.

    δ_ii = 1; a sum over an index that nothing depends on is a multiple; what depends on no summed index stands before
    the sums. `around` are the indices summed outside the expression.
    """
    match e:
        case Sum(index, lower, upper, body):
            return _contract_sum(index, lower, upper, contract(body, around | {index.name}), around)
        case Add(terms):
            return _gathered([t for x in terms for t in build.terms(contract(x, around))])
        case Times(factors):
            return build.times(*_once([contract(f, around) for f in factors]))
        case Delta(left, right):
            return delta(left, right)
        case _ if not e.children:
            return e
        case Entry():
            return e
        case _:
            children = tuple(contract(c, around) if c.is_scalar else c for c in e.children)
            return e if all(a is b for a, b in zip(children, e.children, strict=True)) else build.remake(e, children)


def _once(factors: list[Expr]) -> list[Expr]:
    """δ² = δ; equal entries are a power."""
    counts: dict[Expr, int] = {}
    for f in factors:
        for part in f.factors if isinstance(f, Times) else (f,):
            base, k = part, 1
            if isinstance(part, Power) and isinstance(part.exponent, Number) and part.exponent.value in (2, 3, 4):
                base, k = part.base, int(part.exponent.value)
            counts[base] = counts.get(base, 0) + k
    return [b if k == 1 or isinstance(b, Delta) else build.power(b, k) for b, k in counts.items()]


def _gathered(terms: Sequence[Expr]) -> Expr:
    """Equal terms added, in the order of first appearance; sums over renamed indices are equal."""
    total: dict[Expr, Fraction] = {}
    shown: dict[Expr, Expr] = {}
    for term in terms:
        c, rest = build.coefficient(term)
        key = alpha(rest)
        total[key] = total.get(key, Fraction(0)) + c
        shown.setdefault(key, rest)
    return build.total((build.times(number(c), shown[k]) for k, c in total.items() if c), SCALAR)


def alpha(e: Expr, depth: int = 0) -> Expr:
    """The expression with its summed indices renamed by nesting and factors in one order: equal for equal sums."""
    if isinstance(e, Sum):
        name = Symbol(f"_{depth}", SCALAR, frozenset({"integer"}))
        body = alpha(substitute(e.body, {e.index: name}), depth + 1)
        return Sum(name, e.lower, e.upper, body)
    if not e.children:
        return e
    children = tuple(alpha(c, depth) for c in e.children)
    if isinstance(e, Times):
        return build.times(*sorted(children, key=repr))
    return build.remake(e, children)


def _contract_sum(index: Symbol, lower: Expr, upper: Expr, body: Expr, around: frozenset[str]) -> Expr:
    done: list[Expr] = []
    left: list[Expr] = []
    for term in build.terms(body):
        for piece in build.terms(_opened(term, index)):
            found = _use_delta(piece, index)
            if found is not None:
                done.append(contract(found, around))
            else:
                left.append(piece)
    out = list(done)
    waiting = [t for t in left if any(isinstance(f, Delta) for f in _factors(t))]
    out += [_outside(index, lower, upper, t, around) for t in waiting]
    left = [t for t in left if t not in waiting]
    if left:
        out.append(_outside(index, lower, upper, build.add(*left), around))
    return _gathered([t for x in out for t in build.terms(x)])


def _opened(term: Expr, index: Symbol) -> Expr:
    """A product with a sum in brackets that holds a delta of the index, or that a symmetric inverse left, multiplied out there."""
    factors = list(term.factors) if isinstance(term, Times) else [term]
    for k, factor in enumerate(factors):
        if isinstance(factor, Add) and (_of_an_inverse(factor) or any(_delta_of(f, index) for t in factor.terms for f in _factors(t))):
            rest = factors[:k] + factors[k + 1 :]
            return build.add(*(_opened(build.times(*rest[:k], t, *rest[k:]), index) for t in factor.terms))
    return term


def _factors(term: Expr) -> tuple[Expr, ...]:
    return term.factors if isinstance(term, Times) else (term,)


def _of_an_inverse(expr: Add) -> bool:
    """[S⁻¹]_ip [S⁻¹]_qj + [S⁻¹]_iq [S⁻¹]_pj, of one inverse."""
    parts = [f for t in expr.terms for f in _factors(t) if not isinstance(f, Number)]
    return len(parts) == 4 and all(isinstance(f, Entry) and isinstance(f.arg, Power) and f.arg is parts[0].children[0] for f in parts)


def _delta_of(factor: Expr, index: Symbol) -> bool:
    return isinstance(factor, Delta) and index in (factor.left, factor.right) and factor.left is not factor.right


def _use_delta(term: Expr, index: Symbol) -> Expr | None:
    """The term at the index that its delta demands; None when it has no delta of the index.

    A delta between two summed indices removes the one summed here; both run through the same size.
    """
    factors = list(_factors(term))
    for k, factor in enumerate(factors):
        if _delta_of(factor, index):
            assert isinstance(factor, Delta)
            other = factor.right if factor.left is index else factor.left
            return substitute(build.times(*factors[:k], *factors[k + 1 :]), {index: other})
    return None


def _outside(index: Symbol, lower: Expr, upper: Expr, body: Expr, around: frozenset[str]) -> Expr:
    """Σ body with the factors that depend on no summed index before the sum, or after it where they stood there.

    A delta of other indices (and a sum of such) leaves the sum too: it contracts another one.
    """
    held = around | {index.name}

    def stays(f: Expr) -> bool:
        return bool(f.free & (frozenset((index.name,)) if _of_deltas(f) else held))

    if isinstance(body, Add):
        common = [f for f in _factors(body.terms[0]) if not stays(f) and not isinstance(f, Number)]
        common = [f for f in common if all(f in _factors(t) for t in body.terms)]
        if common:
            inner = build.add(*(_without(t, common) for t in body.terms))
            return build.times(*common, _outside(index, lower, upper, inner, around))
        return _summed(index, lower, upper, body)
    factors = _factors(body)
    if index.name not in body.free:
        count = upper if lower is build.ONE else build.add(upper, build.negate(lower), build.ONE)
        return build.times(count, body)
    first = next(k for k, f in enumerate(factors) if stays(f))
    before = list(factors[:first])
    after = [f for f in factors[first:] if not stays(f)]
    bound = _flattened(index, [f for f in factors[first:] if stays(f)])
    whole: Expr
    if len(bound) == 1 and isinstance(bound[0], Sum):
        whole = Sum(index, lower, upper, bound[0])
    else:
        whole = Sum(index, lower, upper, build.times(*bound))
    return build.times(*before, whole, *after)


def _sums_over(f: Expr, name: str) -> bool:
    return any(isinstance(node, Sum) and node.index.name == name for node in walk(f))


def _of_deltas(f: Expr) -> bool:
    """Whether it is a delta, or a sum of products of deltas, as a symmetric variable leaves them."""
    if isinstance(f, Add):
        return all(_of_deltas(part) or isinstance(part, Number) for t in f.terms for part in _factors(t))
    return isinstance(f, Delta)


def _flattened(index: Symbol, factors: list[Expr]) -> list[Expr]:
    """Σ_k a_k Σ_l b_kl as one double sum: a single sum among factors takes the others in."""
    sums = [f for f in factors if isinstance(f, Sum)]
    if len(sums) != 1 or len(factors) == 1 or isinstance(sums[0].body, Add):
        return factors
    inner = sums[0]
    if any(inner.index.name in f.free or _sums_over(f, inner.index.name) for f in factors if f is not inner):
        return factors
    spread = [part for f in factors for part in (_factors(inner.body) if f is inner else (f,))]
    return [Sum(inner.index, inner.lower, inner.upper, build.times(*_once(spread)))]


def _without(term: Expr, common: list[Expr]) -> Expr:
    rest = list(_factors(term))
    for f in common:
        rest.remove(f)
    return build.times(*rest)
