"""The door to SymPy: forms as an expert writes them, and every answer against numbers."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from derive.calculus import algebra
from derive.calculus.algebra import DUMMY, PI, simplify_scalar
from derive.errors import DeriveError
from derive.expressions.build import ONE, ZERO, add, divide, inverse, matmul, negate, power, scale, subtract, times, transpose
from derive.expressions.functions import FUNCTIONS
from derive.expressions.nodes import Call, Compare, Entry, Expr, Map, Ones, Power, SizeValue, Sum, Symbol, Unnamed, Where, Zeros, number
from derive.expressions.rewrite import substitute
from derive.expressions.sizes import SCALAR, Size
from derive.expressions.traverse import walk
from tests.calculus.numeric import MAPS, Point, symbol, value

MAP_NAMES = sorted(name for name, row in FUNCTIONS.items() if row.maps)
A, B, P = symbol("A", "n", "n"), symbol("B", "n", "n"), symbol("P", "m", "m")
X, Y, H = symbol("X", "m", "n"), symbol("Y", "m", "n"), symbol("H", "m", "n")
x, y, h = symbol("x", "n"), symbol("y", "n"), symbol("h", "n")
a, b, s, t = symbol("a"), symbol("b"), symbol("s"), symbol("t", has="positive")
T = transpose
N = SizeValue(Size.of("n"))


def call(name: str, *args: Expr) -> Expr:
    out: Expr = Call(name, args)
    return out


def f(name: str, arg: Expr) -> Expr:
    out: Expr = Map(name, arg)
    return out


def num(e: Expr, seed: int = 5) -> np.ndarray:
    return value(e, Point(seed))


def same(left: Expr, right: Expr) -> bool:
    """Equal numbers at three points."""
    return left.shape == right.shape and all(np.allclose(num(left, k), num(right, k), rtol=1e-9) for k in (1, 2, 3))


def test_importing_the_door_loads_no_sympy() -> None:
    code = "import sys, derive.calculus.algebra, derive.calculus.indices, derive.api; print('sympy' in sys.modules)"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "False"


# --------------------------------------------------------------------------------------------- entry by entry functions
EXPERT = {
    "exp": f("exp", DUMMY),
    "log": power(DUMMY, -1),
    "sin": f("cos", DUMMY),
    "cos": negate(f("sin", DUMMY)),
    "tan": add(ONE, power(f("tan", DUMMY), 2)),
    "tanh": subtract(ONE, power(f("tanh", DUMMY), 2)),
    "atan": power(add(ONE, power(DUMMY, 2)), -1),
    "asin": power(f("sqrt", subtract(ONE, power(DUMMY, 2))), -1),
    "sqrt": times(number("1/2"), power(f("sqrt", DUMMY), -1)),
    "abs": f("sign", DUMMY),
    "sign": ZERO,
    "relu": Where(Compare(">", DUMMY, ZERO), ONE, ZERO),
    "sigmoid": times(f("sigmoid", DUMMY), subtract(ONE, f("sigmoid", DUMMY))),
    "softplus": f("sigmoid", DUMMY),
    "erf": times(number(2), f("exp", negate(power(DUMMY, 2))), power(f("sqrt", PI), -1)),
}


@pytest.mark.parametrize("name", sorted(EXPERT))
def test_derivatives_as_an_expert_writes_them(name: str) -> None:
    assert algebra.map_derivative(name) is EXPERT[name]


@pytest.mark.parametrize("name", MAP_NAMES)
def test_derivatives_against_differences(name: str) -> None:
    for order in (1, 2, 3):
        before = f(name, DUMMY) if order == 1 else algebra.map_derivative(name, order - 1)
        for at in (0.3, 0.71):

            def at_point(e: Expr, z: float) -> float:
                p = Point()
                p["x"] = np.array([[z]])
                return float(value(e, p)[0, 0])

            step = 1e-3
            d = (8 * (at_point(before, at + step) - at_point(before, at - step))
                 - (at_point(before, at + 2 * step) - at_point(before, at - 2 * step))) / (12 * step)
            assert at_point(algebra.map_derivative(name, order), at) == pytest.approx(d, rel=1e-7, abs=1e-8)


@pytest.mark.parametrize("name", MAP_NAMES)
def test_lifting_to_vectors_and_matrices(name: str) -> None:
    for arg, direction in ((x, h), (X, H), (T(x), T(h)), (matmul(A, x), h)):
        point = Point(2)
        for k in ("x", "X", "A"):
            point[k] = np.abs(value(symbol(k, *{"x": "n", "X": "mn", "A": "nn"}[k]), Point(4))) / 10 + 0.1
        for order in (1, 2):
            template = algebra.map_derivative(name, order)
            lifted = algebra.lift(template, arg)
            assert lifted.shape == arg.shape
            want = np.vectorize(lambda z: value(template, _scalar(z))[0, 0])(value(arg, point))  # noqa: B023
            assert np.allclose(value(lifted, point), want)
            product = algebra.lift_product(template, arg, direction)
            assert np.allclose(value(product, point), want * value(direction, point))


def _scalar(z: float) -> Point:
    out = Point()
    out["x"] = np.array([[z]])
    return out


def test_lifted_forms() -> None:
    assert algebra.lift_product(algebra.derivative_template("log", 1), X, H) is Call("quotient", (H, X))
    assert algebra.lift_product(algebra.derivative_template("sqrt", 1), x, h) is scale(number("1/2"), Call("quotient", (h, Map("sqrt", x))))
    assert algebra.lift_product(algebra.derivative_template("sin", 1), s, t) is times(f("cos", s), t)
    assert algebra.lift_product(algebra.derivative_template("sign", 1), X, H) is Zeros(X.shape)
    sigma = Unnamed("σ")
    assert algebra.lift_product(algebra.derivative_template(sigma, 1), X, H) is Call("hadamard", (Map(sigma, X, 1), H))
    assert algebra.lift(algebra.map_derivative("tanh"), x) is subtract(
        Ones(x.shape), Call("entrypower", (Map("tanh", x), number(2)))
    )


# --------------------------------------------------------------------------------------------- scalars
SCALARS = [
    divide(add(power(a, 2), times(number(2), a, b)), add(s, power(t, 2))),
    times(f("exp", negate(a)), f("sin", times(a, b))),
    f("sqrt", t),
    power(t, number("-3/2")),
    power(t, s),
    add(f("sigmoid", a), f("softplus", b), f("relu", s), f("erf", a), f("abs", b)),
    Where(Compare(">", a, b), times(a, b), power(a, 2)),
    times(call("tr", matmul(A, B)), add(a, call("norm", x))),
    add(call("max", a, b), call("min", a, s)),
    times(PI, N, a),
    Entry(X, number(1), number(2)),
]


@pytest.mark.parametrize("e", SCALARS, ids=range(len(SCALARS)))
def test_to_sympy_and_back_has_the_same_value(e: Expr) -> None:
    atoms = algebra.Atoms()
    assert same(algebra.from_sympy_scalar(algebra.to_sympy_scalar(e, atoms), atoms.meaning), e)
    assert same(simplify_scalar(e), e)


@pytest.mark.parametrize(
    ("long", "short"),
    [
        (subtract(times(number(2), a, power(b, 2)), times(number(2), a, b, b)), ZERO),
        (divide(subtract(power(a, 2), power(b, 2)), add(a, b)), subtract(a, b)),
        (add(divide(a, add(a, b)), divide(b, add(a, b))), ONE),
        (divide(times(call("det", A), a), call("det", A)), a),
    ],
)
def test_simplify(long: Expr, short: Expr) -> None:
    assert simplify_scalar(long) is short


@pytest.mark.parametrize(
    "kept",
    [
        times(f("sigmoid", s), subtract(ONE, f("sigmoid", s))),
        add(power(f("sin", s), 2), power(f("cos", s), 2)),
        power(add(a, b), 100),
        subtract(ONE, power(s, 2)),
        divide(ONE, ZERO),
    ],
)
def test_simplify_leaves_what_is_as_short(kept: Expr) -> None:
    assert simplify_scalar(kept) is kept


def test_huge_numbers_are_left_alone() -> None:
    huge: Expr = Power(number(9), Power(number(9), number(9)))
    assert simplify_scalar(add(huge, a)).free == {"a"}
    assert not algebra.equal_scalar(huge, Power(number(9), Power(number(9), number(8))))


@pytest.mark.parametrize(
    ("left", "right", "equal"),
    [
        (power(f("sin", a), 2), subtract(ONE, power(f("cos", a), 2)), True),
        (f("sigmoid", a), divide(ONE, add(ONE, f("exp", negate(a)))), True),
        (f("softplus", a), f("log", add(ONE, f("exp", a))), True),
        (f("exp", add(a, b)), times(f("exp", a), f("exp", b)), True),
        (divide(ONE, add(a, b)), divide(subtract(a, b), subtract(power(a, 2), power(b, 2))), True),
        (call("tr", matmul(A, B)), call("tr", matmul(B, A)), True),
        (f("exp", call("tr", matmul(A, B))), f("exp", call("tr", matmul(T(A), T(B)))), True),
        (f("sqrt", power(s, 2)), s, False),
        (f("sqrt", power(t, 2)), t, True),
        (call("tr", matmul(A, B)), call("tr", matmul(A, T(B))), False),
        (f("sin", a), a, False),
        (times(number("1001/1000"), a), a, False),
    ],
)
def test_equal_scalar(left: Expr, right: Expr, equal: bool) -> None:
    assert algebra.equal_scalar(left, right) is equal


@pytest.mark.parametrize(
    "e",
    [
        *SCALARS[:7],
        f("log", add(ONE, power(f("sin", power(a, 3)), 2))),
        power(Sum(symbol("i", has="integer"), ONE, N, power(subtract(Entry(x, symbol("i", has="integer"), None), a), 2)), 2),
    ],
    ids=range(9),
)
def test_scalar_diff_against_differences(e: Expr) -> None:
    for v in (a, t):
        d, second = algebra.scalar_diff(e, v), algebra.scalar_diff(e, v, 2)

        def at(z: float, what: Expr = e, name: str = v.name) -> float:
            p = Point(9)
            p[name] = np.array([[z]])
            return float(value(what, p)[0, 0])

        z, k = 0.83, 1e-3
        difference = (8 * (at(z + k) - at(z - k)) - at(z + 2 * k) + at(z - 2 * k)) / (12 * k)
        assert at(z, d) == pytest.approx(difference, rel=1e-7, abs=1e-8)
        assert at(z, second) == pytest.approx((at(z + k, d) - at(z - k, d)) / (2 * k), rel=1e-4, abs=1e-5)


def test_scalar_diff_refuses_what_it_cannot_see_into() -> None:
    with pytest.raises(DeriveError, match="no-rule"):
        algebra.scalar_diff(call("det", scale(a, A)), a)


def test_scalar_diff_forms() -> None:
    derivative = algebra.scalar_diff(power(t, a), t)
    assert same(derivative, times(a, power(t, subtract(a, ONE))))
    assert sum(isinstance(node, Power) for node in walk(derivative)) == 1
    assert algebra.scalar_diff(times(power(a, 2), b), a) is times(number(2), a, b)


@pytest.mark.parametrize(
    ("equation", "unknown", "roots"),
    [
        (subtract(times(a, s), b), s, [times(b, power(a, -1))]),
        (subtract(power(s, 2), t), s, [negate(f("sqrt", t)), f("sqrt", t)]),
        (subtract(power(s, 3), s), s, [number(-1), ZERO, ONE]),
        (add(power(s, 2), ONE), s, []),
        (subtract(f("exp", s), t), s, [f("log", t)]),
        (subtract(f("log", t), ONE), t, [f("exp", ONE)]),
        (subtract(divide(ONE, t), divide(a, power(t, 2))), t, [a]),
        (divide(subtract(power(s, 2), ONE), subtract(s, ONE)), s, [number(-1)]),
        (f("sin", s), s, None),
        (add(times(number(2), s), f("exp", s)), s, None),
        (ZERO, s, None),
        (subtract(a, b), s, []),
        (call("norm", scale(s, x)), s, None),
    ],
)
def test_solve(equation: Expr, unknown: Symbol, roots: list[Expr] | None) -> None:
    found = algebra.solve_scalar(equation, unknown)
    if roots is None:
        assert found is None
        return
    assert found is not None and set(found) == set(roots)
    for root in found:
        assert abs(num(substitute(equation, {unknown: root}), 11 if equation.free != {"t"} else 2)[0, 0]) < 1e-9


def test_systems() -> None:
    u, v = symbol("u"), symbol("v")
    cubic = algebra.solve_system([subtract(power(u, 3), v), subtract(power(v, 3), u)], [u, v])
    assert cubic is not None
    assert set(cubic) == {(number(k), number(k)) for k in (-1, 0, 1)}
    assert algebra.solve_system([subtract(u, v), subtract(v, u)], [u, v]) is None
    assert algebra.solve_system([subtract(f("sin", u), v), u], [u, v]) is None
    assert algebra.solve_system([add(u, v), add(u, v, ONE)], [u, v]) == []


def test_systems_with_one_real_root_among_many() -> None:
    """x³ = y² − 1 and 2y(2 − x + 2y²) = 0: y is 0, since 8y⁶ + 24y⁴ + 23y² + 9 has no real root, and so x is −1."""
    u, v = symbol("u"), symbol("v")
    first = add(power(u, 3), negate(power(v, 2)), ONE)
    second = times(number(2), v, add(number(2), negate(u), times(number(2), power(v, 2))))
    assert algebra.solve_system([first, second], [u, v]) == [(number(-1), number(0))]
    assert algebra.solve_system([add(power(u, 4), power(v, 4), u, ONE, ONE), subtract(power(v, 3), u)], [u, v]) == []


def test_systems_are_solved_part_by_part_and_not_begun_where_they_are_large() -> None:
    xs = [symbol(f"u{k}") for k in range(8)]
    apart = algebra.solve_system([subtract(power(x, 3), number(8)) for x in xs], xs)
    assert apart == [(number(2),) * 8]
    signs = algebra.solve_system([subtract(power(x, 2), ONE) for x in xs[:3]], xs[:3])
    assert signs is not None and len(set(signs)) == 8
    coupled = [add(power(a, 2), b, c) for a, b, c in zip(xs, [*xs[1:], ONE], [ONE, *xs[:-1]], strict=True)]
    assert algebra.solve_system(coupled, xs) is None
    assert algebra.solve_system([subtract(u, u) for u in xs[:2]], xs[:2]) is None
    on_a_sphere = [add(ONE, times(xs[-1], x)) for x in xs[:-1]]
    assert len(algebra.solve_system([*on_a_sphere, add(*(power(x, 2) for x in xs[:-1]), number(-7))], xs) or []) == 2


# --------------------------------------------------------------------------------------------- expansion
GENERAL = symbol("G", "n", "n")
AG, XH = add(A, GENERAL), add(X, H)


def test_the_linear_part_keeps_order() -> None:
    e = algebra.linear_part(call("tr", matmul(T(XH), P, XH, B)), H)
    assert e.constant is call("tr", matmul(T(X), P, X, B))
    assert e.linear is add(call("tr", matmul(T(H), P, X, B)), call("tr", matmul(T(X), P, H, B)))
    assert e.higher is call("tr", matmul(T(H), P, H, B))
    square = algebra.linear_part(matmul(T(XH), XH), H)
    assert square.linear is add(matmul(T(H), X), matmul(T(X), H))
    cube = algebra.linear_part(power(AG, 3), GENERAL)
    assert cube.linear is add(matmul(GENERAL, power(A, 2)), matmul(A, GENERAL, A), matmul(power(A, 2), GENERAL))
    assert algebra.linear_part(matmul(A, add(x, h)), h).higher is Zeros(x.shape)


def test_the_linear_part_of_least_squares_keeps_the_residual_together() -> None:
    residual = subtract(matmul(A, x), y)
    e = algebra.linear_part(power(call("norm", subtract(matmul(A, add(x, h)), y)), 2), h)
    assert e.constant is matmul(T(residual), residual)
    assert same(e.linear, times(number(2), matmul(T(residual), A, h)))
    assert e.higher is matmul(T(h), T(A), A, h)


POLYNOMIALS = [
    (call("tr", matmul(AG, AG, B, AG)), GENERAL),
    (times(call("tr", matmul(A, AG)), call("tr", AG)), GENERAL),
    (call("hadamard", XH, XH), H),
    (call("kron", AG, AG), GENERAL),
    (call("diag", matmul(AG, x)), GENERAL),
    (matmul(T(add(x, h)), A, add(x, h), T(add(x, h))), h),
    (power(call("norm", XH), 4), H),
    (scale(call("tr", AG), matmul(AG, AG)), GENERAL),
    (call("sym", matmul(AG, AG)), GENERAL),
    (call("inner", XH, matmul(P, XH)), H),
    (power(add(a, s), 3), s),
]


@pytest.mark.parametrize(("e", "direction"), POLYNOMIALS, ids=range(len(POLYNOMIALS)))
def test_expansions_against_numbers(e: Expr, direction: Symbol) -> None:
    found = algebra.linear_part(e, direction)
    assert found.higher is not None
    assert same(add(found.constant, found.linear, found.higher), e)
    zero = substitute(e, {direction: Zeros(direction.shape) if not direction.is_scalar else ZERO})
    assert same(found.constant, zero)
    small = substitute(e, {direction: scale(number("1/1000000"), direction)})
    assert np.allclose((num(small) - num(zero)) * 1e6, num(found.linear), rtol=1e-3, atol=1e-4)


def test_long_products_have_a_linear_part_without_the_rest() -> None:
    letters = [symbol(f"M{k}", "n", "n") for k in range(24)]
    e = algebra.linear_part(call("tr", matmul(*(factor for m in letters for factor in (AG, m)))), GENERAL)
    assert e.higher is None
    assert len(e.linear.terms) == 24


def test_expansion_refuses_what_is_no_polynomial() -> None:
    for e in (inverse(AG), call("norm", XH), Map("exp", XH), call("det", AG)):
        direction = H if "H" in e.free else GENERAL
        with pytest.raises(DeriveError, match="no-rule"):
            algebra.linear_part(e, direction)


def test_the_linear_part_in_several_directions_together() -> None:
    """(A + H)(B + K) − AB: linear HB + AK, and HK is of the second degree."""
    k = symbol("K", "n", "n")
    found = algebra.linear_part(matmul(add(A, GENERAL), add(B, k)), GENERAL, k)
    assert found.constant is matmul(A, B)
    assert found.linear is add(matmul(GENERAL, B), matmul(A, k)) and found.higher is matmul(GENERAL, k)


def test_expand() -> None:
    assert algebra.expand(call("tr", matmul(add(A, B), A))) is add(call("tr", power(A, 2)), call("tr", matmul(B, A)))
    assert algebra.expand(subtract(matmul(A, add(B, A)), matmul(A, B))) is power(A, 2)
    assert algebra.expand(T(matmul(A, add(x, y)))) is add(matmul(T(x), T(A)), matmul(T(y), T(A)))


C, Z = symbol("C", "m", "n"), symbol("Z", "m", "n")
w, z = symbol("w", "n"), symbol("z", "m")


# --------------------------------------------------------------------------------------------- definiteness
@pytest.mark.parametrize(
    ("rows", "kind"),
    [
        ([[2, 1], [1, 3]], "positive definite"),
        ([[-2, 1], [1, -3]], "negative definite"),
        ([[-1, 0], [0, -1]], "negative definite"),
        ([[1, 0], [0, -1]], "indefinite"),
        ([[0, 1], [1, 0]], "indefinite"),
        ([[1, 1], [1, 1]], "positive semidefinite"),
        ([[0, 0], [0, 1]], "positive semidefinite"),
        ([[0, 0], [0, -1]], "negative semidefinite"),
        ([[2, -1, 0], [-1, 2, -1], [0, -1, 2]], "positive definite"),
        ([[1, 0, 0], [0, 1, 0], [0, 0, -1]], "indefinite"),
        ([[0, 0, 1], [0, 1, 0], [1, 0, 0]], "indefinite"),
    ],
)
def test_definiteness_of_numbers(rows: list[list[int]], kind: str) -> None:
    found = algebra.definiteness([[number(v) for v in row] for row in rows])
    assert found.kind == kind and found.conditions == ()
    values = np.linalg.eigvalsh(np.array(rows, dtype=float))
    signs = {"positive definite": values.min() > 0, "negative definite": values.max() < 0,
             "indefinite": values.min() < 0 < values.max(), "positive semidefinite": values.min() >= -1e-12,
             "negative semidefinite": values.max() <= 1e-12}
    assert signs[kind]


def test_definiteness_with_symbols() -> None:
    assert algebra.definiteness([[add(power(a, 2), ONE), ZERO], [ZERO, t]]).kind == "positive definite"
    assert algebra.definiteness([[power(a, 2), ZERO], [ZERO, t]]).kind == "positive semidefinite"
    open_ = algebra.definiteness([[times(number(2), b), times(number(2), a)], [times(number(2), a), ZERO]])
    assert open_.kind in ("undecided", "indefinite")
    free = algebra.definiteness([[a]])
    assert free.kind == "undecided" and free.conditions == (Compare(">", a, ZERO),)
    with pytest.raises(ValueError, match="symmetric"):
        algebra.definiteness([[a, b], [s, a]])


def test_pi_is_a_row_of_the_table() -> None:
    assert PI.shape == SCALAR and num(PI)[0, 0] == np.pi


def test_every_map_of_the_table_is_known_here() -> None:
    assert set(MAP_NAMES) == set(MAPS)


@pytest.mark.parametrize("function", ["A(t)^-1", "t A(t) B", "A(t) A(t)"])
def test_what_moves_along_a_path_is_not_multiplied_out(function: str) -> None:
    from derive.calculus.derive import derive
    from derive.language.problems.read import read

    symbols = "{A: {type: invertible(n), of: t}, t: scalar, B: square(n)}"
    with pytest.raises(DeriveError, match="expansion"):
        derive(read(f"title: T\nsymbols: {symbols}\nfunction: f(t) = {function}\nfind: [derivative]\nmethod: expansion\n", "p.yaml"))
