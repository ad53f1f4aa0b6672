"""Random problems for the laws: a variable, a feature of the language that it meets, what stands around, what is asked.

Each case is grown from the outside in along one spine that ends in the variable, and on which the feature stands, so that every
row of the table is differentiated through equally often, at every depth; the sides are random expressions.  What the domain
of a function asks of its argument is mostly given to it (1 + a² under a logarithm): elsewhere there is nothing to check.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from derive.expressions import build
from derive.expressions.functions import FUNCTIONS
from derive.expressions.nodes import (
    Apply,
    Call,
    Compare,
    Entry,
    Expr,
    Identity,
    Map,
    Ones,
    SizeValue,
    Stack,
    Sum,
    Symbol,
    Where,
    Zeros,
    number,
)
from derive.expressions.rewrite import substitute
from derive.expressions.sizes import ONE, SCALAR, Shape, is_column, is_scalar, is_square
from derive.expressions.traverse import walk
from derive.notation.text.text import text
from tests.strategies import STRUCTURES, SYMBOLS, UNNAMED, Chance, Generator, M, N, as_read, fitting_forms


def _symbol(name: str, rows: Any, columns: Any, *has: str, of: str | None = None) -> Symbol:
    out: Symbol = Symbol(name, (rows, columns), frozenset(has), of)
    return out


DECLARED: dict[str, tuple[Symbol, str]] = {
    symbol.name: (symbol, kind)
    for symbol, kind in (
        *((SYMBOLS[name], kind) for name, kind in (
            ("X", "matrix(m, n)"), ("W1", "matrix(m, n)"), ("Phi", "matrix(n, m)"), ("A", "symmetric(m)"),
            ("Sigma", "spd(m)"), ("S", "symmetric(n)"), ("B", "square(n)"), ("Q", "square(m)"), ("AB", "invertible(n)"),
            ("x", "vector(n)"), ("mu", "vector(n)"), ("y", "vector(m)"), ("v", "vector(m)"), ("s", "scalar"),
            ("alpha", "positive"), ("b2", "scalar"), ("k", "integer"),
        )),
        (_symbol("R", N, N, "orthogonal"), "orthogonal(n)"), (_symbol("V", M, N, "stiefel"), "stiefel(m, n)"),
        (_symbol("J", N, N, "skew"), "skew(n)"), (_symbol("Dg", M, M, "diagonal"), "diagonal(m)"),
        (_symbol("Lw", N, N, "lower"), "lower(n)"), (_symbol("Up", M, M, "upper"), "upper(m)"),
        (_symbol("P", N, N, "spd", "symmetric", "invertible"), "spd(n)"),
        (_symbol("Y", M, N, "full-column-rank"), "{type: 'matrix(m, n)', is: [full-column-rank]}"),
        (_symbol("u", N, ONE, "unit"), "{type: vector(n), is: [unit]}"),
        (_symbol("p", M, ONE, "positive"), "{type: vector(m), is: [positive]}"),
        (_symbol("Z", M, N, "positive"), "{type: 'matrix(m, n)', is: [positive]}"),
        (_symbol("C", N, N, of="t"), "{type: square(n), of: t}"), (_symbol("c", M, ONE, of="t"), "{type: vector(m), of: t}"),
    )
}
"""A declared symbol and its type in the problem language."""
KINDS = {"sigma": "elementwise", "phi": "elementwise", "E": "function(n)", "G": "function(n, m)", "F": "function(m×n)"}
CURVED = frozenset(("orthogonal", "stiefel", "unit"))
VARIABLES = (
    *("X", "W1", "Phi", "B", "Q", "x", "y") * 3, *("A", "Sigma", "S", "AB", "P", "Y", "Z", "p", "s", "alpha") * 2,
    "R", "V", "J", "Dg", "Lw", "Up", "u", "C", "c",
)
AUXILIARY = frozenset((
    "frechet_expm", "frechet_logm", "frechet2_expm", "sylvester", "unvec", "stril", "striu", "gaps", "eigvec_left", "eigvec_right", "pi",
    "digamma", "polygamma", "peak",
))
"""Functions that derivatives need, beside those of the language page: rarer as features."""

SCALAR_LAWS = ("first", "first", "first", "second", "second", "hessian", "stacked", "entries", "einstein", "indices",
               "linearity", "taylor", "differential")
ARRAY_LAWS = ("first", "first", "second", "entries", "einstein", "indices", "jacobian", "linearity", "differential")
FIND = {
    "first": "[derivative, gradient]", "second": "[derivative, gradient, second-derivative]\nmethod: all",
    "hessian": "[gradient, hessian]", "entries": "[gradient, entries]", "linearity": "[derivative, linearity]",
    "indices": "[derivative, gradient]\nmethod: entries", "stacked": "[hessian, vectorized-hessian]",
    "einstein": "[derivative, gradient, entries]\nindices: einstein", "taylor": "[taylor]",
    "differential": "[differential, gradient]\nmethod: differential",
}
ARRAY_FIND = {
    "first": "[derivative, vectorized]", "second": "[derivative, second-derivative]\nmethod: all",
    "entries": "[derivative, entries]", "indices": "[derivative, vectorized]\nmethod: entries",
    "einstein": "[derivative, entries]\nindices: einstein", "jacobian": "[differential, jacobian]\nlayout: both", "linearity": "[linearity]",
    "differential": "[differential, vectorized]\nmethod: differential",
}


@dataclass(frozen=True)
class Case:
    """A function with its variables and the law to be tested beside the first derivative.

    feature  what stands between the function and the variable
    named    a part of the function that is a `let`
    """

    function: Expr
    wrt: tuple[str, ...]
    law: str
    feature: str = ""
    named: Expr | None = None

    @property
    def written(self) -> Expr:
        """The function with the name of the part that has one."""
        return self.function if self.named is None else substitute(self.function, {self.named: _symbol("q", *self.named.shape)})

    @property
    def file(self) -> str:
        """The problem file."""
        find = (FIND if self.function.is_scalar else ARRAY_FIND)[self.law]
        names = sorted(self.function.free | {of for n in self.function.free if n in DECLARED and (of := DECLARED[n][0].of)})
        known = {name for n in names if n in DECLARED for size in DECLARED[n][0].dims for name in size.names}
        names += [n for n, size in (("x", "n"), ("y", "m")) if n not in names and size not in known]
        kinds = [f"  {n}: {DECLARED[n][1]}" for n in names if n in DECLARED]
        kinds += [f"  {n}: {KINDS[n]}" for n in names if n in KINDS] + ["  t: scalar"] * ("t" in names)
        let = [] if self.named is None else ["let:", f"  q: {_quoted(self.named)}"]
        wrt = self.wrt[0] if len(self.wrt) == 1 else f"[{', '.join(self.wrt)}]"
        return "\n".join(
            ["id: law", "symbols:", *kinds, *let, f"function: {_quoted(self.written)}", f"wrt: {wrt}", f"find: {find}", ""]
        )


def _quoted(expr: Expr) -> str:
    return "'" + text(expr).replace("'", "''") + "'"


def draw_case(chance: Chance, depth: int = 6) -> Case | None:
    """A random case at most that deep around its feature; None where the draw came to nothing."""
    name = chance.among(VARIABLES)
    variable = DECLARED[name][0]
    feature = chance.among(FEATURES)
    shape: Shape = SCALAR
    if chance.below(4) == 0:
        shape = chance.among(((N, ONE), (M, ONE), (M, N), (M, M), (N, N), (ONE, N)))
    structures = STRUCTURES if chance.below(3) == 0 else ("constant",)
    function = _Grower(chance, structures, variable).grow(shape, 1 + chance.below(depth), feature)
    free = {n for n in function.free if n in DECLARED and n not in ("k", "C", "c")}
    if name not in function.free or sum(1 for _ in walk(function)) > 60:
        return None
    shapes = {e.args[k] for e in walk(function) if isinstance(e, Call) and (k := FUNCTIONS[e.name].shaped_by) is not None}
    if any(isinstance(e, Zeros) and e not in shapes for e in walk(function)):
        return None  # 1/0 and the like: undefined at every point
    wrt = (variable.of or name,)
    others = sorted(free - {name})
    if others and variable.of is None and chance.below(10) == 0:
        wrt = (name, chance.among(others))
    laws = SCALAR_LAWS if is_scalar(shape) else tuple(a for a in ARRAY_LAWS if is_column(shape) or a != "jacobian")
    law = chance.among(laws)
    return Case(function, wrt, law, feature, _part(chance, function, wrt) if chance.below(8) == 0 else None)


def case_of(seed: int, depth: int = 6) -> Case:
    """The case of a seed: the first that the die of that seed draws."""
    from tests.strategies import Die

    die = Die(seed)
    while True:
        found = draw_case(die, depth)
        if found is not None:
            return found


def _part(chance: Chance, function: Expr, wrt: tuple[str, ...]) -> Expr | None:
    """A part that can be named: it holds a variable and no index of a sum."""
    bound = {e.index.name for e in walk(function) if isinstance(e, Sum)}
    parts = [
        e for e in walk(function)
        if e is not function and e.children and not isinstance(e, Compare) and e.free & set(wrt) and not e.free & bound
    ]
    return chance.among(parts) if parts else None


# --------------------------------------------------------------------------------------------- growing
STRUCTURAL = (
    "entry", "column", "row", "stack", "stacked vector", "by cases", "cases by entry", "sum over an index", "inverse", "square",
    "power k", "scalar power", "quotient", "kron of vec", "kron of row", "elementwise", "function", "vector function",
    "function of a matrix", "quadratic form", "product", "polynomial",
)
OF_THREE = frozenset({"cross", "crossmat"})
"""Functions of vectors of size 3, which no variable here has."""
FEATURES = tuple(
    f for name in FUNCTIONS for f in ((name,) if name in AUXILIARY else (name, name)) if name not in ("pi", "polygamma", *OF_THREE)
) + STRUCTURAL * 2



class _Grower(Generator):
    """Expressions that hold the variable below a feature."""

    def __init__(self, chance: Chance, structures: tuple[str, ...], variable: Symbol) -> None:
        rows = [row for name, row in FUNCTIONS.items() if name not in AUXILIARY or chance.below(12) == 0]
        symbols = tuple(s for s, _ in DECLARED.values() if s.of is None or s is variable)
        super().__init__(chance, rows, frozenset(structures), symbols)
        self.variable = variable

    # ------------------------------------------------------------------------------------- sides and ends
    def number(self) -> Expr:
        """Of moderate size: with 1/1000 everything around is rounding."""
        return self.number_not_zero()

    def side(self, shape: Shape) -> Expr:
        """Something beside the spine: mostly short, at times the variable again."""
        if self.variable.shape == shape and self.chance.below(4) == 0:
            return self.variable
        return self.of(shape, self.chance.among((0, 0, 0, 1, 1, 2)), ())

    def plain(self, shape: Shape) -> Expr:
        """A symbol of the shape, at times a constant."""
        if ONE in shape and not is_column(shape) and not is_scalar(shape):
            return build.transpose(self.plain((shape[1], shape[0])))
        return self.leaf(shape, ())

    def reach(self, shape: Shape) -> Expr:
        """The variable, brought to the shape by products."""
        return self.bridge(self.variable, shape)

    def bridge(self, expr: Expr, shape: Shape) -> Expr:
        if expr.shape == shape:
            return expr
        if expr.is_scalar:
            return build.scale(expr, self.plain(shape))
        if expr.shape == (shape[1], shape[0]):
            return build.transpose(expr)
        large = any(size not in (M, N, ONE) for size in expr.shape)
        if is_scalar(shape):
            return self.reduce(expr, large)
        if large:
            return build.scale(self.reduce(expr, True), self.plain(shape))
        left = () if expr.shape[0] == shape[0] else (self.plain((shape[0], expr.shape[0])),)
        right = () if expr.shape[1] == shape[1] else (self.plain((expr.shape[1], shape[1])),)
        return build.matmul(*left, expr, *right)

    def reduce(self, expr: Expr, large: bool) -> Expr:
        """A scalar of something that is none."""
        options: list[Callable[[], Expr]] = [
            lambda: Call("sum", (expr,)), lambda: Call("norm", (expr,)), lambda: build.power(Call("norm", (expr,)), number(2)),
            lambda: Call("mean", (expr,)), lambda: Call("inner", (expr, expr)),
        ]
        if is_square(expr.shape):
            options += [lambda: Call("tr", (expr,))] * 3
        if not large:
            other = (expr.shape[0], expr.shape[1])
            options += [lambda: Call("inner", (self.plain(other), expr))] * 2
            if is_column(expr.shape):
                options += [lambda: build.matmul(build.transpose(self.plain(expr.shape)), expr)] * 2
            else:
                left, right = (expr.shape[0], ONE), (expr.shape[1], ONE)
                options += [lambda: build.matmul(build.transpose(self.plain(left)), expr, self.plain(right))] * 2
        return self.pick(options)

    # ------------------------------------------------------------------------------------- the spine
    def grow(self, shape: Shape, depth: int, feature: str) -> Expr:
        """An expression of the shape with the feature on the way to the variable; '' is no feature any more."""
        if depth <= 0:
            return self.reach(shape) if not feature else self.place(feature, shape, 0)
        if feature and self.chance.below(3) == 0:
            return self.place(feature, shape, depth - 1)
        if not feature and self.chance.below(4) == 0:
            return self.reach(shape)
        d = depth - 1

        def inner(of: Shape) -> Expr:
            return self.grow(of, d, feature)

        return self.pick(self.around(shape, inner))

    def around(self, shape: Shape, inner: Callable[[Shape], Expr]) -> list[Callable[[], Expr]]:
        """What may stand around a spine."""
        options: list[Callable[[], Expr]] = [
            lambda: self.shuffled_sum(inner(shape), shape),
            lambda: self.shuffled_sum(inner(shape), shape),
            lambda: build.scale(self.number_not_zero(), inner(shape)),
            lambda: build.scale(self.side(SCALAR), inner(shape)),
            lambda: self.spine_product(shape, inner),
            lambda: self.spine_product(shape, inner),
            lambda: self.spine_map(inner(shape)),
            lambda: self.spine_call(shape, inner),
            lambda: self.spine_call(shape, inner),
        ]
        if is_scalar(shape):
            options += [
                lambda: build.divide(inner(shape), self.nonzero(1, ())),
                lambda: build.divide(self.side(shape), inner(shape)),
                lambda: build.power(inner(shape), self.chance.among((number(2), number(2), number(3), number(-1)))),
                *[lambda: self.reduce(inner(self.chance.among(((M, N), (N, N), (M, M), (N, ONE)))), False)] * 4,
            ]
        else:
            options += [
                lambda: build.scale(inner(SCALAR), self.side(shape)),
                lambda: build.transpose(inner((shape[1], shape[0]))),
                lambda: Call("hadamard", (inner(shape), self.side(shape))),
            ]
        options += self.products_of_shape(shape, inner) * 4
        if "unnamed" in self.structures:
            options.append(lambda: Map(UNNAMED["sigma"], inner(shape), 0))
        if "where" in self.structures:
            options.append(lambda: Where(
                Compare(self.chance.among(("<", ">=")), self.side(SCALAR), self.side(SCALAR)), inner(shape), self.side(shape)
            ))
        return options

    def products_of_shape(self, shape: Shape, inner: Callable[[Shape], Expr]) -> list[Callable[[], Expr]]:
        """Kronecker products with the spine in a factor, for a shape whose sizes are products."""
        if all(size in (M, N, ONE) for size in shape):
            return []
        out: list[Callable[[], Expr]] = []
        for one in ((M, N), (N, M), (N, N), (M, M), (N, ONE), (M, ONE)):
            rows, columns = shape[0].over(one[0]), shape[1].over(one[1])
            if rows is not None and columns is not None and not is_scalar((rows, columns)):
                other = (rows, columns)
                out += [lambda a=one, b=other: Call("kron", (inner(a), self.side(b))),  # type: ignore[misc]
                        lambda a=one, b=other: Call("kron", (self.side(a), inner(b)))]  # type: ignore[misc]
        return out

    def number_not_zero(self) -> Expr:
        return number(self.chance.among((2, 3, -1, -2, Fraction(1, 2), Fraction(-1, 2), Fraction(2, 3))))

    def shuffled_sum(self, spine: Expr, shape: Shape) -> Expr:
        other = self.side(shape)
        if self.chance.below(2):
            other = build.negate(other)
        return build.add(spine, other) if self.chance.below(2) else build.add(other, spine)

    def spine_product(self, shape: Shape, inner: Callable[[Shape], Expr]) -> Expr:
        middle = self.chance.among((M, N))
        left, right = (shape[0], middle), (middle, shape[1])
        if self.chance.below(2):
            return build.matmul(inner(left), self.side(right))
        return build.matmul(self.side(left), inner(right))

    def spine_map(self, spine: Expr) -> Expr:
        name = self.chance.among(("exp", "sin", "cos", "tanh", "atan", "sigmoid", "softplus", "erf", "log", "sqrt"))
        return self.called(name, (spine,))

    def spine_call(self, shape: Shape, inner: Callable[[Shape], Expr]) -> Expr:
        forms = [(row, takes) for row in self.rows if not row.maps for takes in fitting_forms(row, shape) if takes != (None,) and takes]
        row, takes = self.chance.among(forms)
        return self.over(row.name, takes, inner)

    def over(self, name: str, takes: tuple[Shape | None, ...], inner: Callable[[Shape], Expr]) -> Expr:
        """A call of the function with the spine in one of its arguments."""
        row = FUNCTIONS[name]
        places = [k for k, take in enumerate(takes) if take is not None]
        if row.shaped_by is not None:
            places = [k for k in places if k != row.shaped_by]
        elif row.linear_in is not None and self.chance.below(6):
            places = [row.linear_in]  # in the others a second Fréchet derivative would be needed
        spine = self.chance.among(places)
        args: list[Expr] = []
        for k, take in enumerate(takes):
            if take is None:
                args.append(number(1 + self.chance.below(2)))
            elif k == spine:
                args.append(inner(take))
            else:
                args.append(Zeros(take) if k == row.shaped_by else self.side(take))
        return self.called(name, tuple(args))

    def called(self, name: str, args: tuple[Expr, ...]) -> Expr:
        """The call, with each argument mostly brought into the function's domain."""
        row = FUNCTIONS[name]
        domains = row.domain or ("",) * len(args)
        fitted = args if row.symmetric_as else (
            tuple(self.inside(d, a, row.needs) for d, a in zip(domains, args, strict=False)) + args[len(domains):]
        )
        return Map(name, fitted[0]) if row.maps else as_read(name, fitted)

    def inside(self, domain: str, arg: Expr, needs: str | None) -> Expr:
        """The argument, or something of it that lies in the domain."""
        known = arg.has if isinstance(arg, Symbol) else frozenset()
        if domain == "positive" and "positive" not in known and self.chance.below(6):
            square = Call("hadamard", (arg, arg)) if not arg.is_scalar else build.power(arg, number(2))
            one = Ones(arg.shape) if not arg.is_scalar else number(1)
            return self.pick([lambda: Map("exp", arg), lambda: build.add(one, square), lambda: build.add(one, square)])
        if domain == "unit-interval" and self.chance.below(6):
            half = number(Fraction(1, 2))
            return self.pick([lambda: build.scale(half, Map("tanh", arg)), lambda: build.scale(half, Map("sin", arg))])
        if domain == "half-pi" and self.chance.below(2):
            return Map("tanh", arg)
        gram = build.add(build.matmul(arg, build.transpose(arg)), Identity(arg.shape[0])) if not arg.is_scalar else arg
        if (domain == "spd" or needs == "spd") and "spd" not in known:
            return gram
        if domain == "simple-eigenvalue" and "symmetric" not in known and (needs == "symmetric" or self.chance.below(2)):
            return Call("sym", (arg,))
        if domain == "no-negative-eigenvalues" and "spd" not in known and self.chance.below(6):
            return self.pick([lambda: gram, lambda: gram, lambda: Call("expm", (arg,))])
        if domain == "invertible" and not known & {"invertible", "spd"} and self.chance.below(2):
            return gram
        return arg

    # ------------------------------------------------------------------------------------- features
    def place(self, feature: str, shape: Shape, depth: int) -> Expr:
        """The feature over the variable, brought to the shape."""

        def inner(of: Shape) -> Expr:
            return self.grow(of, depth, "")

        if feature in FUNCTIONS:
            return self.bridge(self.placed(feature, shape, inner), shape)
        return self.bridge(self.structure(feature, inner), shape)

    def placed(self, name: str, shape: Shape, inner: Callable[[Shape], Expr]) -> Expr:
        row = FUNCTIONS[name]
        if row.maps:
            return self.called(name, (inner(shape),))
        forms = fitting_forms(row, shape)
        if not forms or self.chance.below(3) == 0:
            for wanted in ((SCALAR, (M, N), (N, N), (M, M), (N, ONE)) if name not in ("kron", "khatrirao") else ()):
                forms = [*forms, *fitting_forms(row, wanted)]
        if name == "kron":
            one = self.chance.among(((M, N), (N, N), (M, M), (N, ONE), (ONE, M), (M, ONE)))
            other = self.chance.among(((M, N), (N, N), (M, M), (M, ONE), (ONE, N)))
            forms = [(one, other)]
        if name == "khatrirao":
            forms = [self.chance.among((((M, N), (N, N)), ((N, N), (M, N)), ((M, N), (M, N)), ((M, ONE), (N, ONE)), ((ONE, N), (M, N))))]
        if name == "vec":
            forms = [(self.chance.among(((M, N), (N, N), (M, M), (N, M))),)]
        return self.over(name, self.chance.among(forms), inner)

    def structure(self, feature: str, inner: Callable[[Shape], Expr]) -> Expr:
        """What is no row of the table."""
        m, n = self.chance.among(((M, N), (N, M), (N, N), (M, M)))
        square = self.chance.among((M, N))
        index = self.chance.among((number(1), number(2), SYMBOLS["k"]))
        unnamed = [UNNAMED[name] for name in ("E", "G", "F")]
        counter: Symbol = Symbol("i", SCALAR, frozenset(("integer",)))
        match feature:
            case "entry":
                one: list[Callable[[], Expr]] = [lambda: Entry(inner((n, ONE)), index, None), lambda: Entry(inner((m, n)), index, number(2))]
                return self.pick(one)
            case "column":
                return Entry(inner((m, n)), None, index)
            case "row":
                return Entry(inner((m, n)), index, None)
            case "stack":
                blocks = [inner((square, square)), self.side((square, square)), self.side((square, square)), self.side((square, square))]
                return build.matmul(Stack(((blocks[0], blocks[1]),)), Stack(((blocks[2],), (blocks[3],))))
            case "stacked vector":
                pair = (inner((n, ONE)), self.side((m, ONE)))
                return Stack(tuple((b,) for b in (pair if self.chance.below(2) else pair[::-1])))
            case "by cases" | "cases by entry":
                of = SCALAR if feature == "by cases" else (m, n)
                value = of if self.chance.below(2) or feature != "by cases" else (m, n)
                condition = Compare(self.chance.among(("<", "<=", ">", ">=")), self.side(of), self.side(of))
                return Where(condition, inner(value), self.side(value))
            case "sum over an index":
                body = self.pick([
                    lambda: Entry(inner((n, ONE)), counter, None), lambda: build.power(Entry(inner((n, ONE)), counter, None), number(2)),
                    lambda: Entry(inner((n, m)), counter, None), lambda: Entry(inner((m, n)), None, counter),
                    lambda: build.times(Entry(self.plain((n, ONE)), counter, None), Entry(inner((m, n)), number(1), counter)),
                ])
                return Sum(counter, number(1), SizeValue(n), body)
            case "inverse":
                return build.power(self.inside("invertible", inner((square, square)), None), number(-1))
            case "square":
                return build.power(inner((square, square)), number(self.chance.among((2, 2, 3, -2))))
            case "power k":
                return build.power(inner((square, square)), SYMBOLS["k"])
            case "scalar power":
                exponent = self.chance.among((number(Fraction(1, 2)), number(Fraction(-3, 2)), SYMBOLS["alpha"], SYMBOLS["k"], SYMBOLS["s"]))
                return build.power(self.inside("positive", inner(SCALAR), None), exponent)
            case "quotient":
                return build.divide(self.side(SCALAR), self.inside("positive", inner(SCALAR), None))
            case "kron of vec":
                left, right = self.plain((square, m)), self.plain((n, n))
                return build.matmul(Call("kron", (left, right)), Call("vec", (inner((n, m)),)))
            case "kron of row":
                return build.matmul(Call("kron", (self.plain((n, n)), build.transpose(inner((m, ONE))))), Call("vec", (self.plain((m, n)),)))
            case "elementwise":
                return Map(UNNAMED["sigma"], inner((m, n)), self.chance.among((0, 0, 1)))
            case "function":
                return Apply(unnamed[0], inner((N, ONE)), 0, ())
            case "vector function":
                return Apply(unnamed[1], inner((N, ONE)), 0, ())
            case "function of a matrix":
                return Apply(unnamed[2], inner((M, N)), 0, ())
            case "quadratic form":
                vector = inner((n, ONE))
                return build.matmul(build.transpose(vector), self.plain((n, n)), vector)
            case "product":
                return build.matmul(inner((m, square)), self.plain((square, m)), inner((m, n)))
            case "polynomial":
                base = inner((square, square))
                return build.add(build.power(base, number(3)), build.scale(self.number_not_zero(), base), Identity(square))
        raise AssertionError(feature)
