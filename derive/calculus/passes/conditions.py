"""Under which conditions a derivation holds: read off the function and its results, unless they are evident."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from derive.calculus.passes.kinks import NONE, POSSIBLE, kinks
from derive.calculus.rules.differentials import DIFFERENTIALS
from derive.calculus.rules.rule import Binding, bound, compiled, is_integer
from derive.calculus.simplify.simplify import tidy, tidy_with
from derive.derivation.reason import AN_ENTRY, KINK, MEETING, Listed, Part, Why, full_rank, has_inverse, says_not
from derive.expressions.build import ONE, add, coefficient, negate, power, terms
from derive.expressions.functions import FUNCTIONS
from derive.expressions.nodes import Add, Call, Compare, Expr, Map, MatMul, Number, Power, Sum, Symbol, Times, Transpose, Where, Zeros, number
from derive.expressions.properties.definite import STRICT, Definite
from derive.expressions.properties.inference import definiteness, is_even, is_invertible, is_nonnegative, is_nonzero, is_positive
from derive.expressions.sizes import is_square
from derive.expressions.traverse import walk

TWO = number(2)


def conditions(functions: Iterable[Expr], results: Iterable[Expr]) -> tuple[Why, ...]:
    """Each condition once, in the order in which its subexpression appears: the domains of what the author wrote, and what
    is inverted or divided by in a result."""
    functions, results = tuple(functions), tuple(results)
    out: list[Why] = []
    inside: list[Expr] = []
    for expr, written in [*((e, True) for e in functions), *((e, False) for e in results)]:
        kinked = kinks(expr) if written else {}
        for node in _occurring(expr):
            if kinked.get(node) == NONE:
                continue
            if written and isinstance(node, Map) and node.arg.is_scalar and _in_unit_interval(node):
                inside.append(add(ONE, negate(power(node.arg, TWO))))
            if not written and not isinstance(node, Power):
                continue
            if factors := _inverted(node):
                out.extend(why for f in factors if (why := _condition(f)) and why not in out)
                continue
            why = _off(node) if kinked.get(node) == POSSIBLE else _condition(node)
            if why and why not in out and not (why[1:] in ((" > 0",), (" ≠ 0",)) and _among(why[0], inside)):
                out.append(why)
    indices = _summed((*functions, *results))
    told = dict.fromkeys((*out, *_exponents(functions, bool(_summed(results)))))
    positive = {why[0] for why in told if why[1:] == (" > 0",)}
    return tuple(_for_indices(why, indices) for why in told if not (why[1:] == (" ≠ 0",) and why[0] in positive))


def _summed(exprs: Iterable[Expr]) -> dict[str, Symbol]:
    """The indices over which is summed, by name."""
    return {node.index.name: node.index for node in walk(*exprs) if isinstance(node, Sum)}


def _exponents(functions: Iterable[Expr], summed: bool) -> Iterator[Why]:
    """That the exponent of a matrix is not negative, where it is a letter: elsewhere the product rule has no k factors.

    summed  whether a sum over the factors stands in a result: k tr(A^(k − 1) H) holds for every k
    """
    for node in walk(*functions):
        if not isinstance(node, Power) or node.is_scalar or not node.exponent.free or not is_integer(node.exponent):
            continue
        if summed or not is_invertible(node.base):
            down = all(coefficient(t)[0] < 0 for t in terms(node.exponent))
            yield tidy(negate(node.exponent)) if down else node.exponent, " ≥ 0"


def each_once(found: Iterable[Why], opened: Callable[[Why], Why]) -> tuple[Why, ...]:
    """The conditions without those that hold by themselves, and without those that others say already: 1/a > 0 says a ≠ 0.

    opened  a condition with what names in it stand for: s ≠ 0 is r ≠ 0 for s = ‖r‖
    """
    kept: list[tuple[Why, Why]] = []
    for plain in (part for why in found for part in reduced(why)):
        whole = opened(plain)
        simple = reduced(whole)
        if evident(whole) or not simple or evident(simple[0]):
            continue
        if all(_key(simple[0]) != _key(other) for _, other in kept):
            kept.append((plain, simple[0]))
    positive = {_either_sign(whole[0]) for _, whole in kept if whole[1:] == (" > 0",)}
    return tuple(plain for plain, whole in kept if not (whole[1:] == (" ≠ 0",) and _either_sign(whole[0]) in positive))


def _key(why: Why) -> object:
    """What two conditions that say the same have in common."""
    return (_either_sign(why[0]), why[1:]) if why[1:] == (" ≠ 0",) else why


def _either_sign(value: Part) -> frozenset[frozenset[Part]]:
    """The terms of n − p and of p − n, which are not 0 at once, in any order."""
    if not isinstance(value, Add):
        return frozenset((frozenset((value,)),))
    return frozenset((frozenset(value.terms), frozenset(tidy(negate(t)) for t in value.terms)))


def reduced(condition: Why) -> tuple[Why, ...]:
    """The conditions on what alone can break it: a/s > 0 is s > 0 for a > 0, (x'x)/n ≠ 0 is x ≠ 0; none where nothing can."""
    match condition:
        case (Expr() as expr, " > 0") if expr.is_scalar:
            even = [f for f in _factors(expr) if is_nonnegative(f) and not is_positive(f)]
            others = [f for f in _factors(expr) if not is_nonnegative(f)]
            if not even or len(others) > 1:
                return ((_turned(expr, is_positive), " > 0"),)
            rest: tuple[Why, ...] = tuple((_turned(f, is_positive), " > 0") for f in others)
            return (*rest, *(why for f in even if (why := _of_power(_turned(f, is_nonzero), number(-1)))))
        case (Power(base=base, exponent=Number(value=k)), " ≠ 0") if base.is_scalar and k > 0 and k.denominator == 1:
            return reduced((base, " ≠ 0"))
        case (Expr() as expr, " ≠ 0") if expr.is_scalar:
            why = _of_power(_turned(expr, is_nonzero), number(-1))
            return (why,) if why else ()
    return (condition,)


def _factors(expr: Expr) -> tuple[Expr, ...]:
    return expr.factors if isinstance(expr, Times) else (expr,)


def _turned(expr: Expr, holds: Callable[[Expr], bool]) -> Expr:
    """What decides the sign, or whether it is 0: the one factor that is not certain, without its exponent −1."""
    open_ones = [f for f in _factors(expr) if not holds(f)]
    if len(open_ones) != 1:
        return expr
    (rest,) = open_ones
    return rest.base if isinstance(rest, Power) and isinstance(rest.exponent, Number) and rest.exponent.value == -1 else rest


def evident(condition: Why) -> bool:
    """Whether a condition holds by what its letters are: 1 − sigmoid(u) > 0."""
    match condition:
        case (Expr() as expr, " > 0") | ("every entry of ", Expr() as expr, " is positive"):
            return is_positive(expr)
        case (Expr() as expr, " ≠ 0") | ("no entry of ", Expr() as expr, " is 0"):
            return is_nonzero(expr) or (not expr.is_scalar and is_invertible(expr))
    return False


def _inverted(node: Expr) -> list[Expr]:
    """1/x and 1/y for 1/(xy), X⁻¹ and A⁻¹ for (X ⊗ A)⁻¹ and log|det(X ⊗ A)|: each factor has its condition."""
    match node:
        case Power(base=Times(factors=factors), exponent=Number(value=k) as exponent) if k < 0:
            return [power(f, exponent) for f in factors]
        case Power(base=Call(name="kron", args=args), exponent=Number(value=k)) if k < 0 and all(is_square(a.shape) for a in args):
            return [power(a, -1) for a in args]
        case Call(name="logdet", args=(Call(name="kron", args=args),)) if all(is_square(a.shape) for a in args):
            return [power(a, -1) for a in args]
    return []


def _for_indices(why: Why, indices: Mapping[str, Symbol]) -> Why:
    """That a condition on the terms of a sum is one on all of them; a kink of one of them is one of the sum."""
    inside = [i for name, i in indices.items() if any(isinstance(part, Expr) and name in part.free for part in why)]
    quantifier = " for some " if says_not(why) else " for every "
    return (*why, quantifier, Listed(tuple(inside))) if inside else why


def _in_unit_interval(node: Map) -> bool:
    """Whether the table says that the argument lies between -1 and 1: 1 − x² is positive then."""
    return isinstance(node.function, str) and "unit-interval" in FUNCTIONS[node.function].domain


def _occurring(expr: Expr) -> list[Expr]:
    """Every node once, but for a norm under an even power, as ‖x‖² is smooth where x is 0 too, and for a function that a row of
    the rules takes together with the one around it: the sum of the singular values is smooth where they coincide."""
    found: dict[Expr, None] = {}
    stack = [expr]
    while stack:
        node = stack.pop()
        if node in found:
            continue
        found[node] = None
        below: Iterable[Expr] = node.children
        if _row(node) is not None:
            below = (c for child in node.children for c in child.children)
        elif isinstance(node, Power) and isinstance(node.base, Call) and node.base.name == "norm" and is_even(node.exponent):
            below = node.base.children
        stack.extend(reversed(tuple(below)))
    return list(found)


def _among(value: Part, known: list[Expr]) -> bool:
    """Whether a number is one of those that are positive already: 1 − x² where |x| < 1."""
    if not known or not isinstance(value, Expr) or not value.is_scalar:
        return False
    from derive.calculus.algebra import equal

    return any(u.is_scalar and equal(value, u) for u in known)


def _row(node: Expr) -> tuple[tuple[str, ...], Binding] | None:
    """The conditions of the row for a function of a function, with what stands for its letters."""
    if not isinstance(node, Call) or not node.args or not isinstance(node.args[0], Call):
        return None
    for row in DIFFERENTIALS.values():
        pattern = None if row.of is None else compiled(row.of, row.given)
        if isinstance(pattern, Call) and pattern.name == node.name and isinstance(pattern.args[0], Call):
            found = bound(row.of or "", row.given, node)
            if found is not None:
                return row.condition, found[0]
    return None


def _condition(node: Expr) -> Why:
    if (taken := _row(node)) is not None:
        said = (text.split() for text in taken[0])
        return next((_domain("", kind, taken[1][letter]) for kind, letter in said), ())
    match node:
        case Power(base=base, exponent=exponent):
            return _of_power(base, exponent)
        case Map(function=str() as name, arg=arg) | Call(name=name, args=(arg,)):
            return _domain(name, FUNCTIONS[name].domain[0] if FUNCTIONS[name].domain else "", arg)
        case Call(name=name, args=(a, b)):
            return _of_two(name, a, b)
        case Where(condition=Compare(left=a, right=b)):
            return (MEETING, *_equal(a, b))
    return ()


def _of_power(base: Expr, exponent: Expr) -> Why:
    """Where a power of a number or a matrix exists."""
    match base, exponent:
        case _, Number(value=k) if base.is_scalar and k.denominator != 1:
            return _positive(base)
        case Call(name="det", args=(arg,)), Number(value=k) if k < 0:
            return _invertible(arg)
        case Map(function="sqrt", arg=arg), Number(value=k) if k < 0 and base.is_scalar:
            return _positive(arg)
        case _, Number(value=k) if k < 0 and base.is_scalar:
            root = _root(base)
            return () if is_nonzero(root) or is_invertible(root) else (root, " ≠ 0")
        case _, Number(value=k):
            return _invertible(base) if k < 0 else ()
        case _ if base.is_scalar:
            return () if is_integer(exponent) and not is_nonnegative(base) else _positive(base)
    return ()


def _of_two(name: str, a: Expr, b: Expr) -> Why:
    """Where a function of two arguments exists and has a derivative."""
    row = FUNCTIONS[name]
    if name in ("max", "min"):
        return (KINK, *_equal(a, b))
    if name == "quotient" and not is_nonzero(b):
        return ("no entry of ", b, " is 0")
    if name == "entrypower" and isinstance(b, Number) and b.value.denominator == 1:
        if b.value > 0 or is_nonzero(a):
            return ()
        return (a, " ≠ 0") if a.is_scalar else ("no entry of ", a, " is 0")
    if row.domain and row.domain[0] == "simple-eigenvalue":
        return (Call("eigval", (a, b)), " is a simple eigenvalue")
    return _domain(name, row.domain[0], a) if row.domain and row.domain[0] else ()


def _off(kinked: Expr) -> Why:
    """That a point is off a kink which the function may not have itself."""
    said = _condition(kinked)
    if not says_not(said):
        return said
    if said[1] == AN_ENTRY:
        return ("no entry of ", *said[2:])
    other = {" = ": " ≠ ", " = 0": " ≠ 0"}
    return tuple(other.get(part, part) if isinstance(part, str) else part for part in said[1:])


def _equal(a: Expr, b: Expr) -> tuple[Part, ...]:
    """Where two expressions meet: as numbers, or in one of their entries."""
    zero, other = (a, b) if isinstance(a, Zeros) or _is_zero(a) else (b, a)
    if a.is_scalar and b.is_scalar:
        return (other, " = ", zero) if _is_zero(zero) else (a, " = ", b)
    if isinstance(zero, Zeros) or _is_zero(zero):
        return (AN_ENTRY, other, " is 0")
    if a.is_scalar or b.is_scalar:
        number, array = (a, b) if a.is_scalar else (b, a)
        return (AN_ENTRY, array, " is ", number)
    return (AN_ENTRY, a, " is that of ", b)


def _is_zero(expr: Expr) -> bool:
    return isinstance(expr, Number) and expr.value == 0


def _positive(arg: Expr) -> Why:
    """That a root may be differentiated: its argument is not 0 where it is never negative."""
    if is_positive(arg):
        return ()
    root = _root(arg)
    return () if is_invertible(root) else (root, " ≠ 0" if is_nonnegative(arg) else " > 0")


def _root(base: Expr) -> Expr:
    """x for x'x, x'Ax with A ≻ 0, and ‖x‖, which are 0 where x is."""
    if isinstance(base, Power) and is_even(base.exponent):
        base = base.base
    if isinstance(base, Call) and base.name == "norm":
        return base.args[0]
    if isinstance(base, Times) and (rest := _turned(base, is_nonzero)) is not base:
        return _root(rest)
    product = base.args[0] if isinstance(base, Call) and base.name == "tr" else base
    if not isinstance(product, MatMul) or product.factors[0] is not Transpose(product.factors[-1]):
        return base
    between = product.factors[1:-1]
    definite = not between or (len(between) == 1 and definiteness(between[0]) == Definite.POSITIVE)
    return product.factors[-1] if definite else base


def _invertible(base: Expr) -> Why:
    if is_invertible(base):
        return ()
    assumed: list[Expr] = []
    if definiteness(base, assumed) in STRICT and assumed:
        return full_rank(assumed[0])
    return has_inverse(min((base, tidy_with(Transpose(base), [])), key=_primes))


def _primes(expr: Expr) -> int:
    return (1 if isinstance(expr, Transpose) else 0) + sum(_primes(c) for c in expr.children)


def _domain(name: str, domain: str, arg: Expr) -> Why:
    match domain:
        case "invertible":
            return _invertible(arg)
        case "positive" if arg.is_scalar and (name == "sqrt" or arg is not _root(arg)):
            return _positive(arg)
        case "positive":
            if is_positive(arg):
                return ()
            return (arg, " > 0") if arg.is_scalar else ("every entry of ", arg, " is positive")
        case "nonzero-whole":
            return () if is_invertible(arg) else (arg, " ≠ 0")
        case "nonzero-entries":
            return () if is_positive(arg) or is_nonzero(arg) else ("no entry of ", arg, " is 0")
        case "nonzero":
            if is_nonzero(arg):
                return ()
            return (KINK, arg, " = 0") if arg.is_scalar else (KINK, AN_ENTRY, arg, " is 0")
        case "unit-interval":
            return ("|", arg, "| < 1") if arg.is_scalar else ("every entry of ", arg, " lies in (−1, 1)")
        case "half-pi":
            return ("cos(", arg, ") ≠ 0") if arg.is_scalar else ()
        case "spd":
            return () if definiteness(arg) == Definite.POSITIVE else (arg, " is positive definite")
        case "full-rank":
            return (arg, " has full rank")
        case "full-column-rank":
            return () if isinstance(arg, Symbol) and domain in arg.has else (arg, " has full column rank")
        case "no-negative-eigenvalues":
            assumed: list[Expr] = []
            if definiteness(arg, assumed) == Definite.POSITIVE:
                return full_rank(assumed[0]) if assumed else ()
            return (arg, " has no eigenvalue on (−∞, 0]")
        case "no-opposite-eigenvalues":
            if definiteness(arg) == Definite.POSITIVE or (isinstance(arg, Call) and arg.name == "sqrtm"):
                return ()
            return ("no two eigenvalues of ", arg, " are opposite")
        case "distinct-singular-values":
            return ("the singular values of ", arg, " are distinct and positive")
    return ()
