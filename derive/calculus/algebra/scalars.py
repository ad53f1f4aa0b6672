"""Scalar expressions to SymPy and back; on the way back they are written in a person's order."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from derive.calculus.algebra.door import function_of, names_of_functions, sp, unnamed
from derive.expressions import build
from derive.expressions.functions import FUNCTIONS
from derive.expressions.nodes import Add, Call, Compare, Expr, Map, Number, Power, SizeValue, Symbol, Times, Where, number
from derive.expressions.properties.inference import is_nonnegative, is_positive
from derive.expressions.sizes import SCALAR, Size

PI: Expr = Call("pi", ())
"""The constant π, a row of the function table without arguments."""


class Untranslatable(ValueError):
    """SymPy's answer holds something that the language has no word for."""


class Atoms:
    """The SymPy symbols that stand for the atoms of one computation.

    A scalar symbol stands for itself; a scalar that SymPy should not look into (a trace, a norm, an entry) gets a
    symbol too.  With `named` symbols keep their names; otherwise they are numbered in the order of appearance, so
    that SymPy's alphabetical order is the order in which the author wrote.  `key` merges atoms that are known to be
    equal.
    """

    def __init__(self, named: bool = False, key: Callable[[Expr], object] | None = None) -> None:
        self.named, self.key = named, key
        self.symbols: dict[object, Any] = {}
        self.meaning: dict[Any, Expr] = {}

    def of(self, expr: Expr) -> Any:
        key = self.key(expr) if self.key and not isinstance(expr, Symbol) else expr
        found = self.symbols.get(key)
        if found is None:
            name = expr.name if self.named and isinstance(expr, Symbol) else f"a{len(self.symbols):04d}"
            found = self.symbols[key] = sp().Symbol(name, **assumptions(expr))
            self.meaning[found] = expr
        return found

    def size(self, name: str) -> Any:
        return self.of(SizeValue(Size.of(name)))


def assumptions(expr: Expr) -> dict[str, bool]:
    """What SymPy may assume of an atom: real always; positive, not negative, integer where declared or evident."""
    if isinstance(expr, SizeValue):
        return {"integer": True, "positive": True}
    if isinstance(expr, Symbol):
        out = {"integer": True} if "integer" in expr.has else {"real": True}
        return out | ({"positive": True} if "positive" in expr.has else {})
    return {"positive": True} if is_positive(expr) else {"nonnegative": True} if is_nonnegative(expr) else {"real": True}


def to_sympy_scalar(expr: Expr, atoms: Atoms | None = None) -> Any:
    """A scalar expression as a SymPy expression in real symbols; what SymPy should not look into is one symbol.

    The atoms record which symbol stands for what.  ValueError for an expression that is not a scalar.
    """
    atoms = Atoms(named=True) if atoms is None else atoms
    if not expr.is_scalar:
        raise ValueError("to_sympy_scalar takes a scalar")
    memo: dict[Expr, Any] = {}

    def go(node: Expr) -> Any:
        if node not in memo:
            memo[node] = _forward(node, go, atoms)
        return memo[node]

    return go(expr)


def _forward(node: Expr, go: Callable[[Expr], Any], atoms: Atoms) -> Any:
    sympy = sp()
    match node:
        case Number(value):
            return sympy.Rational(value.numerator, value.denominator)
        case SizeValue(size):
            return sympy.Add(*(c * sympy.Mul(*(atoms.size(name) for name in word)) for word, c in size.terms))
        case Add(terms):
            return sympy.Add(*(go(t) for t in terms))
        case Times(factors):
            return sympy.Mul(*(go(f) for f in factors))
        case Power(base, exponent) if base.is_scalar:
            root, power = go(base), go(exponent)
            if root.is_number and power.is_number and not abs(power) <= 512:
                return atoms.of(node)  # SymPy would write out all digits of 9^(9^9)
            return sympy.Pow(root, power)
        case Map(str(name), arg) if arg.is_scalar and FUNCTIONS[name].sympy:
            return function_of(name)(go(arg))
        case Map(function, arg, order) if arg.is_scalar and not isinstance(function, str):
            return unnamed(function, order)(go(arg))
        case _ if node is PI:
            return sympy.pi
        case Call("polygamma", (Number(k), arg)) if arg.is_scalar:
            return sympy.polygamma(int(k), go(arg))
        case Call("max", (a, b)) if a.is_scalar and b.is_scalar:
            return sympy.Piecewise((go(a), go(a) > go(b)), (go(b), True))
        case Call("min", (a, b)) if a.is_scalar and b.is_scalar:
            return sympy.Piecewise((go(a), go(a) < go(b)), (go(b), True))
        case Where(Compare(op, left, right), then, otherwise) if left.is_scalar and then.is_scalar:
            relation = {"<": sympy.Lt, "<=": sympy.Le, ">": sympy.Gt, ">=": sympy.Ge}[op]
            return sympy.Piecewise((go(then), relation(go(left), go(right))), (go(otherwise), True))
        case _:
            return atoms.of(node)


# --------------------------------------------------------------------------------------------- back
def from_sympy_scalar(value: Any, meaning: Mapping[Any, Expr] | None = None) -> Expr:
    """A SymPy scalar as a person writes it: number first, 1 − x² and not −x² + 1, roots as roots.

    meaning  what its symbols stand for; other symbols become scalar symbols of the same name and assumptions
    Raises Untranslatable for infinities, the imaginary unit, unevaluated derivatives and functions not in the table.
    """
    return _Back(meaning or {}).go(value)


class _Back:
    def __init__(self, meaning: Mapping[Any, Expr]) -> None:
        self.meaning = meaning

    def go(self, e: Any) -> Expr:
        sympy = sp()
        if e in self.meaning:
            return self.meaning[e]
        if e.is_Rational:
            return number(Fraction(int(e.p), int(e.q)))
        if e.is_Float:
            return number(Fraction(str(e)))
        if e is sympy.pi:
            return PI
        if e is sympy.E:
            return Map("exp", build.ONE)
        if e.is_Symbol and e.is_commutative:
            has = {name for name, holds in (("positive", e.is_positive), ("integer", e.is_integer)) if holds}
            return Symbol(e.name, SCALAR, frozenset(has))
        if e.is_Add:
            return build.add(*(self.go(t) for t in ordered_terms(e)))
        if e.is_Mul:
            return self.product(e)
        if e.is_Pow:
            return self.power(e.base, e.exp)
        if e.is_Piecewise:
            return self.cases(list(e.args))
        if e.is_Function or isinstance(e, sympy.Function):
            return self.function(e)
        raise Untranslatable(f"{e} ({type(e).__name__})")

    def product(self, e: Any) -> Expr:
        coefficient, rest = e.as_coeff_Mul()
        coefficient, factors = _positive_first(coefficient, list(rest.args if rest.is_Mul else (rest,)))
        return build.times(self.go(coefficient), *(self.go(f) for f in sorted(factors, key=_factor_key)))

    def power(self, base: Any, exponent: Any) -> Expr:
        sympy = sp()
        if base is sympy.E:
            return Map("exp", self.go(exponent))
        if exponent.is_Rational and exponent.q == 2 and abs(exponent.p) == 1:
            root = Map("sqrt", self.go(base))
            return root if exponent.p == 1 else build.power(root, -1)
        return build.power(self.go(base), self.go(exponent))

    def cases(self, pieces: list[Any]) -> Expr:
        value, condition = pieces[0].args
        if condition == True:  # noqa: E712  (SymPy's own truth value)
            return self.go(value)
        if len(pieces) == 1:
            raise Untranslatable("Piecewise without a last one")
        return Where(self.condition(condition), self.go(value), self.cases(pieces[1:]))

    def condition(self, e: Any) -> Expr:
        ops = {"StrictLessThan": "<", "LessThan": "<=", "StrictGreaterThan": ">", "GreaterThan": ">="}
        op = ops.get(type(e).__name__)
        if op is None:
            raise Untranslatable(f"condition {e}")
        return Compare(op, self.go(e.lhs), self.go(e.rhs))

    def function(self, e: Any) -> Expr:
        kind = type(e).__name__
        if hasattr(type(e), "unnamed"):
            return Map(type(e).unnamed, self.go(e.args[0]), type(e).order)
        if kind in names_of_functions() and len(e.args) == 1:
            return Map(names_of_functions()[kind], self.go(e.args[0]))
        if kind == "polygamma" and e.args[0].is_Integer:
            arg = self.go(e.args[1])
            return Map("digamma", arg) if e.args[0] == 0 else Call("polygamma", (number(int(e.args[0])), arg))
        if kind == "DiracDelta":
            return build.ZERO  # the derivative of a jump, away from the jump
        if kind == "Heaviside":
            return Where(Compare(">", self.go(e.args[0]), build.ZERO), build.ONE, build.ZERO)
        if kind in ("Max", "Min"):
            args = [self.go(a) for a in e.args]
            out = args[0]
            for arg in args[1:]:
                out = Call(kind.lower(), (out, arg))
            return out
        if kind in RECIPROCAL:
            return build.power(Map(RECIPROCAL[kind], self.go(e.args[0])), -1)
        raise Untranslatable(f"function {kind}")


RECIPROCAL = {"sec": "cos", "csc": "sin", "cot": "tan", "sech": "cosh", "csch": "sinh", "coth": "tanh"}
"""SymPy's functions that are one over a function of the table."""


def ordered_terms(e: Any) -> list[Any]:
    """The terms of a sum as one writes them: by degree, a positive one first; 1 − f(x), 1 + x²."""
    terms = list(e.as_ordered_terms())
    constants = [t for t in terms if t.is_number]
    others = [t for t in terms if not t.is_number]
    if len(constants) == 1 and len(others) == 1:
        core = others[0].as_coeff_Mul()[1]
        linear = core.is_Symbol and not _negative(others[0])
        return others + constants if linear or _negative(constants[0]) else constants + others
    if len(constants) == 1 and not _negative(constants[0]) and not any(t.atoms(sp().Symbol) & t.as_powers_dict().keys()
                                                                       for t in others):
        terms.reverse()
    if _negative(terms[0]):
        first = next((t for t in terms if not _negative(t)), None)
        if first is not None:
            terms.remove(first)
            terms.insert(0, first)
    return terms


def _negative(term: Any) -> bool:
    return bool(term.as_coeff_Mul()[0].is_negative)


def _positive_first(coefficient: Any, factors: list[Any]) -> tuple[Any, list[Any]]:
    """(x − 1)(2x − 1) → (1 − x)(1 − 2x) when that leaves no sign in front, common numbers of a sum drawn out."""
    out = []
    for f in factors:
        base, exponent = f.as_base_exp()
        if base.is_Add and exponent.is_Integer:
            content, primitive = base.primitive()
            constant = primitive.as_coeff_Add()[0]
            core = [t.as_coeff_Mul()[1] for t in primitive.args if not t.is_number]
            flip = constant.is_negative and not all(c.is_Symbol for c in core)
            if flip:
                content, primitive = -content, sp().Add(*(-t for t in primitive.args))
            coefficient, f = coefficient * content**exponent, primitive**exponent
        out.append(f)
    return coefficient, out


def _factor_key(f: Any) -> tuple[int, int, str]:
    """Constants, symbols, functions, sums; what divides comes after what multiplies."""
    base, exponent = f.as_base_exp()
    divides = 1 if exponent.is_number and exponent.is_negative else 0
    if base.is_number and f.is_number:
        rank = 0
    elif base.is_Symbol and exponent.is_number:
        rank = 1
    elif base.is_Add:
        rank = 3
    else:
        rank = 2
    return divides, rank, str(base)
