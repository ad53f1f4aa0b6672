"""Under which conditions a derivation holds: read off the function and its results, unless they are evident."""

from __future__ import annotations

from collections.abc import Iterable

from derive.calculus.derivation import Why
from derive.calculus.properties import (
    definiteness,
    is_invertible,
    is_nonnegative,
    is_nonzero,
    is_positive,
)
from derive.calculus.tidy import tidy_with
from derive.language.functions import FUNCTIONS
from derive.language.nodes import Call, Expr, Map, MatMul, Number, Power, Symbol, Transpose, walk


def conditions(functions: Iterable[Expr], results: Iterable[Expr]) -> tuple[Why, ...]:
    """Each condition once, in the order in which its subexpression appears: the domains of what the author wrote, and what
    is inverted or divided by in a result."""
    out: list[Why] = []
    for expr, written in [*((e, True) for e in functions), *((e, False) for e in results)]:
        smooth = {
            node.base for node in walk(expr)
            if isinstance(node, Power) and isinstance(node.exponent, Number) and node.exponent.value % 2 == 0
            and node.exponent.value > 0
        }
        for node in walk(expr):
            if node in smooth and isinstance(node, Call) and node.name == "norm":
                continue
            if not written and not isinstance(node, Power):
                continue
            why = _condition(node)
            if why and why not in out:
                out.append(why)
    positive = {why[0] for why in out if why[1:] == (" > 0",)}
    return tuple(why for why in out if not (why[1:] == (" ≠ 0",) and why[0] in positive))


def _condition(node: Expr) -> Why:
    match node:
        case Power(base=base, exponent=Number(value=k)) if k < 0:
            if base.is_scalar:
                if is_nonzero(base) or _norm_power(base):
                    return ()
                return (_root(base), " ≠ 0")
            return _invertible(base)
        case Power(base=base, exponent=Number(value=k)) if base.is_scalar and k.denominator != 1:
            return () if is_positive(base) else (base, " > 0")
        case Power(base=base, exponent=exponent) if base.is_scalar and not isinstance(exponent, Number):
            return () if is_positive(base) or "integer" in getattr(exponent, "has", ()) else (base, " > 0")
        case Map(function=str() as name, arg=arg) | Call(name=name, args=(arg,)):
            return _domain(name, FUNCTIONS[name].domain[0] if FUNCTIONS[name].domain else "", arg)
        case Call(name=name, args=(a, b)):
            row = FUNCTIONS[name]
            if name in ("max", "min"):
                return ("not differentiable where ", a, " = ", b)
            if name == "quotient" and not is_nonzero(b):
                return ("no entry of ", b, " is 0")
            if name == "entrypower" and isinstance(b, Number) and b.value.denominator == 1:
                if b.value > 0 or is_nonzero(a):
                    return ()
                return (a, " ≠ 0") if a.is_scalar else ("no entry of ", a, " is 0")
            if row.domain and row.domain[0]:
                return _domain(name, row.domain[0], a)
    return ()


def _root(base: Expr) -> Expr:
    """x for x'x, which is 0 where x is."""
    if isinstance(base, MatMul) and len(base.factors) == 2 and base.factors[0] is Transpose(base.factors[1]):
        return base.factors[1]
    return base


def _norm_power(base: Expr) -> bool:
    """A norm in a denominator is spoken of where the norm is."""
    return isinstance(base, Call) and base.name == "norm"


def _invertible(base: Expr) -> Why:
    if is_invertible(base):
        return ()
    assumed: list[Expr] = []
    if definiteness(base, assumed) in ("positive definite", "negative definite") and assumed:
        return full_rank(assumed[0])
    return (Call("det", (min((base, tidy_with(Transpose(base), [])), key=_primes),)), " ≠ 0")


def full_rank(factor: Expr) -> Why:
    """B has full column rank; for B = C', C has full row rank."""
    if isinstance(factor, Transpose):
        return (factor.arg, " has full row rank")
    return (factor, " has full column rank")


def _primes(expr: Expr) -> int:
    return (1 if isinstance(expr, Transpose) else 0) + sum(_primes(c) for c in expr.children)


def _domain(name: str, domain: str, arg: Expr) -> Why:
    match domain:
        case "invertible":
            return _invertible(arg)
        case "positive" if name == "sqrt" and is_nonnegative(arg):
            return () if is_positive(arg) else (arg, " ≠ 0")
        case "positive":
            if is_positive(arg):
                return ()
            return (arg, " > 0") if arg.is_scalar else ("every entry of ", arg, " is positive")
        case "nonzero-whole":
            return (arg, " ≠ 0")
        case "nonzero":
            if is_positive(arg):
                return ()
            return ("not differentiable where ", arg, " = 0") if arg.is_scalar else (
                "not differentiable where an entry of ", arg, " is 0")
        case "unit-interval":
            return ("|", arg, "| < 1") if arg.is_scalar else ("every entry of ", arg, " lies in (−1, 1)")
        case "half-pi":
            return ("cos(", arg, ") ≠ 0") if arg.is_scalar else ()
        case "spd":
            return () if definiteness(arg) == "positive definite" else (arg, " is positive definite")
        case "full-rank":
            return (arg, " has full rank")
        case "full-column-rank":
            return () if isinstance(arg, Symbol) and domain in arg.has else (arg, " has full column rank")
        case "no-negative-eigenvalues":
            if definiteness(arg) == "positive definite":
                return ()
            return (arg, " has no eigenvalue on (−∞, 0]")
        case "simple-eigenvalue":
            return ("the eigenvalue of ", arg, " is simple")
        case "distinct-singular-values":
            return ("the singular values of ", arg, " are distinct and positive")
    return ()
