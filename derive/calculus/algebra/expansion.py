"""f(X + H) multiplied out on noncommuting symbols: its constant, linear and higher part in H.

SymPy expands f(X + tH) on noncommutative symbols and its coefficients of t are taken; the terms are then written in
the order in which a person multiplies out.  The two expansions are compared, and a difference is an error of the
program.
"""

from __future__ import annotations

from typing import Any

from derive.calculus.algebra.door import sp
from derive.calculus.algebra.equality import is_zero
from derive.calculus.normal_form.expand import NotPolynomial, Term, gather, occurrences, term_degree, terms_of
from derive.errors import DeriveError
from derive.expressions import build
from derive.expressions.functions import FUNCTIONS
from derive.expressions.nodes import Add, Call, Expr, MatMul, Number, Power, Scale, Symbol, Times, Transpose, number
from derive.expressions.sizes import Shape
from derive.values import dataclass

LARGEST = 1024
"""Above so many terms SymPy is not asked, and the higher part is not written out."""


@dataclass(frozen=True)
class Expansion:
    """f(X + H) = constant + linear + higher, each of f's shape; `higher` is None where it is too long to write."""

    constant: Expr
    linear: Expr
    higher: Expr | None


def linear_part(expr: Expr, *directions: Symbol) -> Expansion:
    """The expansion of `expr`, a polynomial of matrices in which the directions H, K, … stand, by their powers together.

    Factors keep their order, terms come in order of first appearance with H from left to right, then with K.  DeriveError
    [no-rule] names a subexpression that is not a polynomial in them (an inverse, a norm that is not squared, an entry by
    entry function).
    """
    size = _count(expr)
    degree = None if size <= LARGEST else 1
    groups: dict[int, list[Term]] = {0: [], 1: [], 2: []}
    try:
        for term in build.terms(expr):
            found = sorted(terms_of(term, directions, degree), key=lambda t: _positions(t, directions))
            for t in found:
                groups[min(2, term_degree(t, directions))].append(t)
    except NotPolynomial as e:
        from derive.notation.text.text import pretty

        raise DeriveError(
            "the method `expansion` multiplies out sums, products, powers and linear functions, and something else stands "
            f"around {', '.join(d.name for d in directions)}: {pretty(e.part)}; `directional` or `differential` derive it",
            code="no-rule",
        ) from e
    constant, linear, higher = (gather(groups[k], expr.shape) for k in range(3))
    if degree is None:
        for power, mine in enumerate((constant, linear)):
            theirs = coefficient(expr, directions, power)
            if theirs is not None and not is_zero(build.subtract(theirs, mine)):
                raise AssertionError(f"two expansions differ in the terms of degree {power}")
    return Expansion(constant, linear, higher if degree is None else None)


def _count(expr: Expr) -> int:
    """An upper bound for the number of terms when everything is multiplied out."""
    memo: dict[Expr, int] = {}

    def go(e: Expr) -> int:
        if e not in memo:
            counts = [go(c) for c in e.children]
            if isinstance(e, Add):
                memo[e] = sum(counts)
            elif isinstance(e, Power) and isinstance(e.exponent, Number):
                memo[e] = min(counts[0] ** max(1, min(64, int(abs(e.exponent.value)))), 10**9)
            else:
                out = 1
                for c in counts:
                    out = min(out * c, 10**9)
                memo[e] = out
        return memo[e]

    return go(expr)


def _positions(term: Term, directions: tuple[Symbol, ...]) -> tuple[int, tuple[int, ...]]:
    """Where a direction stands in a term, read from the left."""
    where: list[int] = []
    place = 0

    def visit(e: Expr) -> None:
        nonlocal place
        if not e.children:
            place += 1
            if e in directions:
                where.append(place)
        for child in e.children:
            visit(child)

    for letter in term.letters():
        visit(letter)
    return term_degree(term, directions), tuple(where)


# ------------------------------------------------------------------------------------------- noncommutative symbols
class Letters:
    """Noncommutative symbols for matrices, commutative ones for scalars, brackets for multilinear functions.

    tr(M) is ⟨tr M ⟩ with two more noncommutative symbols, so that SymPy expands what stands between them.
    """

    def __init__(self) -> None:
        self.symbols: dict[object, Any] = {}
        self.meaning: dict[Any, Any] = {}

    def of(self, key: object, commutative: bool) -> Any:
        if key not in self.symbols:
            letter = sp().Symbol(f"L{len(self.symbols)}", commutative=commutative)
            self.symbols[key], self.meaning[letter] = letter, key
        return self.symbols[key]


def noncommutative(expr: Expr, letters: Letters, scaled: tuple[Symbol, ...] = (), t: Any = None) -> Any:
    """The expression on noncommutative symbols, not multiplied out; each `scaled` symbol comes with a factor t."""
    sympy = sp()

    def go(e: Expr, flipped: bool) -> Any:
        if (scaled and not any(s.name in e.free for s in scaled)) or not e.children:
            key = build.transpose(e) if flipped else e
            letter = letters.of(key, e.is_scalar)
            return letter * t if e in scaled else letter
        match e:
            case Number(value):
                return sympy.Rational(value.numerator, value.denominator)
            case Add(terms):
                return sympy.Add(*(go(x, flipped) for x in terms))
            case Times() | Scale():
                return sympy.Mul(*(go(x, flipped) for x in e.children))
            case MatMul(factors):
                parts = [go(x, flipped and not e.is_scalar) for x in (reversed(factors) if flipped else factors)]
                if e.is_scalar:
                    parts = [go(x, False) for x in factors]
                    return bracket("product", [sympy.Mul(*parts)])
                return sympy.Mul(*parts)
            case Transpose(arg):
                return go(arg, not flipped)
            case Power(Call("norm", (u,)), Number(k)) if k.denominator == 1 and k > 0 and k % 2 == 0:
                return bracket("inner", [go(u, False), go(u, False)]) ** int(k / 2)
            case Power(base, Number(k)) if k.denominator == 1 and k > 0:
                return go(base, flipped) ** int(k)
            case Call(name, args) if FUNCTIONS[name].linear or FUNCTIONS[name].bilinear:
                how = FUNCTIONS[name].transposes if flipped else None
                inner = bracket(name, [go(a, how == "args") for a in args])
                return bracket("'", [inner]) if flipped and how not in ("args", "self") and not e.is_scalar else inner
            case _:
                raise NotPolynomial(e)

    def bracket(name: str, args: list[Any]) -> Any:
        out = letters.of(("(", name), False) * args[0]
        for arg in args[1:]:
            out = out * letters.of((",",), False) * arg
        return out * letters.of((")",), False)

    return go(expr, False)


def coefficient(expr: Expr, directions: tuple[Symbol, ...], power: int) -> Expr | None:
    """The coefficient of t^power in f(X + tH), expanded by SymPy; None beyond LARGEST terms.

    directions  the H: each factor that is one counts as a factor t
    power       of t, from 0
    """
    sympy = sp()
    letters, t = Letters(), sympy.Symbol("t", commutative=True)
    if _count(expr) > LARGEST:
        return None
    expanded = sympy.expand(noncommutative(expr, letters, directions, t))
    terms: list[Expr] = []
    for term in sympy.Add.make_args(expanded):
        commuting, word = term.args_cnc()
        degree = 0
        scalars: list[Expr] = []
        for factor in commuting:
            base, exponent = factor.as_base_exp()
            if base == t:
                degree = int(exponent)
            elif factor.is_Rational:
                scalars.append(number(f"{factor.p}/{factor.q}"))
            else:
                scalars.append(build.power(letters.meaning[base], int(exponent)))
        if degree == power and term != 0:
            terms.append(_read(scalars, word, letters, expr.shape))
    return build.total(terms, expr.shape)


def _read(scalars: list[Expr], word: list[Any], letters: Letters, shape: Shape) -> Expr:
    """A word with brackets as an expression."""
    flat: list[Any] = []
    for factor in word:
        base, exponent = factor.as_base_exp()
        flat.extend([base] * int(exponent) if exponent.is_Integer else [factor])
    stack: list[tuple[str, list[list[Expr]]]] = [("", [[]])]
    for letter in flat:
        key = letters.meaning[letter]
        if isinstance(key, Expr):
            stack[-1][1][-1].append(key)
        elif key[0] == "(":
            stack.append((key[1], [[]]))
        elif key[0] == ",":
            stack[-1][1].append([])
        else:
            name, args = stack.pop()
            built = tuple(build.matmul(*a) for a in args)
            stack[-1][1][-1].append(
                built[0] if name == "product" else build.transpose(built[0]) if name == "'" else Call(name, built)
            )
    body = stack[0][1][0]
    if not body and shape != build.ONE.shape:
        return Term(build.ONE.value, tuple(scalars), ()).expr(shape)
    return build.matmul(*scalars, *body)


__all__ = ["Expansion", "Letters", "coefficient", "linear_part", "noncommutative", "occurrences"]
