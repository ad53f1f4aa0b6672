"""SymPy in, SymPy out."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import sympy

import derive
from derive.api import from_sympy, to_sympy
from derive.calculus.algebra import equal
from derive.errors import DeriveError
from derive.expressions.build import add, inverse, matmul, scale, transpose
from derive.expressions.nodes import Call, Entry, Expr, Identity, Map, Power, Stack, Symbol, number
from derive.expressions.sizes import Size
from tests.calculus.numeric import SIZES, Point, value

m, n = sympy.symbols("m n")
X, A, B = sympy.MatrixSymbol("X", m, n), sympy.MatrixSymbol("A", m, m), sympy.MatrixSymbol("B", n, n)
x, y = sympy.MatrixSymbol("x", n, 1), sympy.MatrixSymbol("y", n, 1)
s, t = sympy.Symbol("s", real=True), sympy.Symbol("t", positive=True)
k = sympy.Symbol("k", integer=True, positive=True)

BOTH_WAYS = [
    sympy.Trace(X.T * A * X * B),
    sympy.log(sympy.Determinant(A)),
    sympy.exp(sympy.Trace(A)) * t,
    A.inv() * X,
    sympy.HadamardProduct(A, A.T),
    sympy.kronecker_product(A, B),
    X.applyfunc(sympy.sin),
    X.applyfunc(lambda z: z**2 + 1),
    sympy.HadamardPower(A, 2),
    sympy.DiagMatrix(x),
    X[0, 1],
    sympy.sqrt(sympy.Trace(X.T * X)),
    sympy.BlockMatrix([[A, X], [X.T, B]]),
    2 * X - 5 * X + sympy.OneMatrix(m, n),
    sympy.Matrix([[s, 1], [0, t]]),
    A + A.T - sympy.Identity(m),
    sympy.Trace(A * A * A) ** 2 / (1 + t),
    (x.T * B * y)[0, 0],
    sympy.Trace(x.T * B * y),
    sympy.sin(s) * sympy.tanh(t) + sympy.pi,
    sympy.Piecewise((s, s > 0), (0, True)),
    sympy.Sum(x[k - 1, 0] ** 2, (k, 1, n)),
]


def numbers(e: sympy.Basic, at: Point) -> np.ndarray:
    """A SymPy expression at a point, by SymPy itself on explicit matrices."""
    e = e.subs({m: SIZES["m"], n: SIZES["n"]}).doit()
    matrices = {}
    for z in e.atoms(sympy.MatrixSymbol):
        shape = tuple(int(d) for d in z.shape)
        matrices[z] = sympy.Matrix(at.of(Symbol(z.name, (Size.of(_name(shape[0])), Size.of(_name(shape[1]))))))
    e = e.subs(matrices).doit()
    if hasattr(e, "as_explicit"):
        e = e.as_explicit()
    e = e.subs({z: at.of(_scalar(z))[0, 0] for z in e.free_symbols}).doit()
    return np.atleast_2d(np.array(e.tolist() if hasattr(e, "tolist") else [[e]], dtype=float))


def _name(size: int) -> str | int:
    return {SIZES["m"]: "m", SIZES["n"]: "n"}.get(size, size)


def _scalar(z: sympy.Symbol) -> Symbol:
    has = frozenset({"positive"}) if z.is_positive else frozenset()
    return Symbol(z.name, (Size.of(1), Size.of(1)), has)


@pytest.mark.parametrize("e", BOTH_WAYS, ids=str)
def test_there_and_back(e: sympy.Basic) -> None:
    ours = from_sympy(e)
    again = from_sympy(to_sympy(ours))
    assert again.shape == ours.shape and (again is ours or equal(again, ours))
    at = Point(3)
    assert np.allclose(numbers(e, at), value(ours, at))
    assert np.allclose(numbers(to_sympy(ours), at), value(ours, at))


def test_symbols_of_the_caller() -> None:
    rows = sympy.Symbol("m", integer=True, positive=True)
    f = sympy.Trace(sympy.MatrixSymbol("X", rows, rows)) * sympy.Symbol("c", real=True)
    assert to_sympy(from_sympy(f), like=f) == f
    assert to_sympy(from_sympy(f)) != f


def test_names_sizes_and_properties() -> None:
    f = from_sympy(sympy.Trace(X.T * A * X), A="spd")
    assert isinstance(f, Call) and f.name == "tr"
    inner = f.args[0].children[1]
    assert isinstance(inner, Symbol) and {"spd", "symmetric", "invertible"} <= inner.has
    assert inner.shape == (Size.of("m"), Size.of("m"))
    assert from_sympy(sympy.MatrixSymbol("Z", 2 * n + 1, m * n)).shape == (
        Size.of("n") * Size.of(2) + Size.of(1), Size.of("m") * Size.of("n"))


def test_a_result_goes_back() -> None:
    ours_x, ours_a = from_sympy(X), from_sympy(A)
    gradient = scale(number(2), matmul(ours_a, ours_x))
    assert to_sympy(gradient) == 2 * A * X

    class Result:
        expr: Expr = gradient

    assert to_sympy(Result()) == 2 * A * X
    assert to_sympy(inverse(ours_a)) == A.inv()
    assert to_sympy(add(ours_a, transpose(ours_a))) == A + A.T


@pytest.mark.parametrize(
    ("e", "code", "text"),
    [
        (sympy.exp(A), "sympy-input", "exp of a matrix"),
        (sympy.Derivative(s * t, s), "sympy-input", "Derivative"),
        (sympy.oo, "sympy-input", "oo"),
        (sympy.besselj(0, s), "sympy-input", "besselj"),
        (sympy.I * s, "sympy-input", "I"),
        (sympy.Trace(X), "not-square", "square"),
        (A * X.T, "size-mismatch", "m×m and n×m"),
        (X + X.T, "size-mismatch", "m×n"),
        (X.inv(), "not-square", "inverse"),
    ],
    ids=str,
)
def test_what_has_no_counterpart_is_named(e: sympy.Basic, code: str, text: str) -> None:
    with pytest.raises(DeriveError, match=text) as caught:
        from_sympy(e)
    assert caught.value.code == code


def test_what_sympy_lacks_is_named() -> None:
    a = from_sympy(A)
    with pytest.raises(DeriveError, match="expm") as caught:
        to_sympy(Call("expm", (a,)))
    assert caught.value.code == "sympy-output"


def test_forms() -> None:
    assert from_sympy(X[0, 1]) is Entry(from_sympy(X), number(1), number(2))
    assert from_sympy(sympy.Matrix([s, t])) is Stack(((from_sympy(s),), (from_sympy(t),)))
    assert from_sympy(X.applyfunc(sympy.sin)) is Map("sin", from_sympy(X))
    assert from_sympy(A**-1) is Power(from_sympy(A), number(-1))
    assert from_sympy(sympy.Identity(n)) is Identity(Size.of("n"))


@pytest.mark.parametrize("e", ["tr(X)", None, [X], object], ids=str)
def test_only_expressions_are_read(e: object) -> None:
    with pytest.raises(DeriveError, match="SymPy expression is expected") as caught:
        from_sympy(e)
    assert caught.value.code == "sympy-input"
    assert from_sympy(3) is number(3)


def test_a_function_of_sympy_is_derived_checked_and_goes_back() -> None:
    f = from_sympy(sympy.Trace(X.T * A * X * B), A="symmetric", B="symmetric")
    derivation = derive.derive(f, wrt=X, find=["gradient", "hessian"])
    assert derive.verify(derivation).passed
    assert derive.to_sympy(derivation.results["gradient"]) == 2 * A * X * B
    several = derive.derive(sympy.Trace(A) * sympy.Trace(B), wrt=[A, B], find="gradient", method="differential")
    assert several.problem.method == "differential" and derive.verify(several).passed


@pytest.mark.parametrize("declared", ["symmetric", "skew", "spd", "orthogonal", "upper", "diagonal", "invertible"])
def test_what_was_declared_is_known_to_the_derivation(declared: str) -> None:
    f = from_sympy(sympy.Trace(A * B[0, 0]), A=declared)
    symbol = derive.derive(f, wrt="A").problem.symbols["A"]
    assert declared in symbol.has


def test_a_derivation_shows_in_a_notebook() -> None:
    path = str(Path(__file__).parent.parent / "problems" / "trace-quadratic.yaml")
    shown = derive.derive(derive.load(path))._repr_latex_()
    assert shown.startswith("Gradient\n\n$$\n\\begin{aligned}") and shown.endswith("\\end{aligned}\n$$")
    assert shown.count("$$") % 2 == 0 and r"\nabla f(X)" in shown and "align*" not in shown


def test_derivations_and_results_print_as_people_read_them() -> None:
    derivation = derive.derive(from_sympy(sympy.Trace(X.T * A * X), A="symmetric"), wrt="X", find="gradient")
    lines = str(derivation).splitlines()
    assert lines[0] == "Gradient" and "  = 2 tr(H'AX)    tr M = tr M', A' = A" in lines
    result = derivation.results["gradient"]
    assert str(result) == "2AX" and result._repr_latex_() == r"$\displaystyle 2 A X$"  # type: ignore[union-attr]


@pytest.mark.parametrize(("declared", "code", "said"), [
    ({"A": "symetric"}, "property", "did you mean `symmetric`"),
    ({"Q": "symmetric"}, "unknown-name", "Q is declared, and does not occur"),
    ({"X": "symmetric"}, "property", "X is m×n, and only a square matrix is symmetric"),
])
def test_a_property_that_says_nothing_is_refused(declared: dict[str, str], code: str, said: str) -> None:
    with pytest.raises(DeriveError, match=said) as caught:
        from_sympy(sympy.Trace(X.T * A * X), **declared)
    assert caught.value.code == code


def test_what_sympy_alone_knows_is_named() -> None:
    with pytest.raises(DeriveError, match="SymPy's function gamma has no counterpart"):
        from_sympy(sympy.gamma(s))


def test_errors_of_the_door_name_what_is_wrong() -> None:
    with pytest.raises(DeriveError, match="Y, which is not declared"):
        derive.derive(sympy.Trace(X.T * X), wrt="Y")
    with pytest.raises(DeriveError, match="does not know `slope`"):
        derive.derive(sympy.Trace(X.T * X), wrt="X", find="slope")
    with pytest.raises(TypeError, match="by what"):
        derive.derive(sympy.Trace(X.T * X))
    with pytest.raises(DeriveError, match="no such file"):
        derive.load("/nowhere/at/all.yaml")


def test_every_name_of_the_door_is_documented() -> None:
    assert {"from_sympy", "to_sympy", "load", "derive", "verify"} <= set(dir(derive))
    for name in ("from_sympy", "to_sympy", "load", "derive", "verify"):
        doc = getattr(derive, name).__doc__
        assert doc and "DeriveError" in doc
