"""The functions of the table on explicit SymPy matrices of numbers, exact; a scalar is a 1×1 matrix.

A function without a row here, or one that answers None, has no exact value: it is evaluated in floating point instead.
Source: Golub & Van Loan, Matrix Computations (2013), ch. 2 and 9.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from derive.calculus.algebra.door import sp

LARGEST_SPECTRUM = 4
"""Rows of a matrix whose eigenvalues are looked for exactly."""

LARGEST_EXPONENTIAL = 3
"""Rows of a matrix without symmetry whose exponential is."""


def by_entry(combine: Callable[[Any, Any], Any]) -> Callable[..., Any]:
    """A function of two numbers entry by entry; a 1×1 matrix goes with every entry of the other."""

    def apply(a: Any, b: Any) -> Any:
        m, n = max(a.shape, b.shape, key=lambda shape: shape[0] * shape[1])
        return sp().Matrix(m, n, lambda i, j: combine(a[0] if a.shape == (1, 1) else a[i, j], b[0] if b.shape == (1, 1) else b[i, j]))

    return apply


def number_of(compute: Callable[..., Any]) -> Callable[..., Any]:
    """A function with a number for its value, as a 1×1 matrix."""

    def apply(*args: Any) -> Any:
        found = compute(*args)
        return None if found is None else sp().Matrix([[found]])

    return apply


def _sum(a: Any) -> Any:
    return sp().Add(*a)


def _by_rows(of_row: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """A function of a vector, of a matrix by its rows."""
    return lambda a: of_row(a) if 1 in a.shape else sp().Matrix.vstack(*(of_row(a[i, :]) for i in range(a.shape[0])))


def _softmax(a: Any) -> Any:
    weights = a.applyfunc(sp().exp)
    return weights / _sum(weights)


def _logsumexp(a: Any) -> Any:
    return sp().Matrix([[sp().log(sp().Add(*(sp().exp(e) for e in a)))]])


def _largest(sign: int, key: Callable[[Any], Any] = lambda e: e) -> Callable[[Any], Any]:
    """The largest (sign 1) or the smallest (−1) of what `key` gives of the entries."""
    return lambda a: max((key(e) for e in a), key=lambda e: sign * e.evalf(30))


def _peak(a: Any) -> Any:
    top = _largest(1)(a)
    places = [sp().simplify(e - top) == 0 for e in a]
    return sp().Matrix(*a.shape, lambda i, j: sp().Rational(int(places[i * a.shape[1] + j]), sum(places)))


def _crossmat(a: Any) -> Any:
    x, y, z = a
    return sp().Matrix([[0, -z, y], [z, 0, -x], [-y, x, 0]])


def _norm(a: Any) -> Any:
    return sp().sqrt(sp().Add(*(e**2 for e in a)))


def _part(keep: Callable[[int, int], bool]) -> Callable[..., Any]:
    """The entries (i, j) with a property, 0 elsewhere."""
    return lambda a: sp().Matrix(*a.shape, lambda i, j: a[i, j] if keep(i, j) else 0)


def _vec(a: Any) -> Any:
    return sp().Matrix([a[i, j] for j in range(a.shape[1]) for i in range(a.shape[0])])


def _unvec(a: Any, like: Any) -> Any:
    return sp().Matrix(*like.shape, lambda i, j: a[j * like.shape[0] + i])


def _diag(a: Any) -> Any:
    return sp().diag(*a) if a.shape[1] == 1 else sp().Matrix([a[i, i] for i in range(a.shape[0])])


def _blocks(a: Any, m: int, n: int) -> Callable[[int, int], Any]:
    return lambda i, j: a[i * m : (i + 1) * m, j * n : (j + 1) * n]


def _ptrace1(a: Any, like: Any) -> Any:
    block = _blocks(a, *like.shape)
    return sum((block(i, i) for i in range(1, a.shape[0] // like.shape[0])), block(0, 0))


def _ptrace2(a: Any, like: Any) -> Any:
    m, n = like.shape
    block = _blocks(a, a.shape[0] // m, a.shape[1] // n)
    return sp().Matrix(m, n, lambda i, j: block(i, j).trace())


def spectrum(a: Any) -> list[tuple[Any, Any]] | None:
    """(eigenvalue, unit eigenvector) of a symmetric matrix, the smallest first; None where an eigenvalue is not a number of
    square roots."""
    sympy = sp()
    if not a.is_symmetric() or a.shape[0] > LARGEST_SPECTRUM or not all(e.is_Rational for e in a):
        return None
    found = sympy.roots(a.charpoly().as_expr(), multiple=True, cubics=False, quartics=False)
    if len(found) != a.shape[0]:
        return None
    out: list[tuple[Any, Any]] = []
    for value in sorted(set(found), key=lambda v: v.evalf(30)):
        space = (a - value * sympy.eye(a.shape[0])).applyfunc(sympy.expand).nullspace(simplify=True)
        if len(space) != found.count(value):
            return None
        out += [(value, v.applyfunc(sympy.radsimp)) for v in sympy.GramSchmidt(space, orthonormal=True)]
    return out


def _of_spectrum(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """f(A) = Σ f(λ) vv' of a symmetric matrix with rational eigenvalues; with others no one would write it out."""

    def apply(a: Any) -> Any:
        pairs = spectrum(a)
        if pairs is None or not all(value.is_Rational for value, _ in pairs):
            return None
        terms = [function(value) * (v * v.T).applyfunc(sp().radsimp) for value, v in pairs]
        return sum(terms[1:], terms[0]).applyfunc(sp().expand)

    return apply


def _expm(a: Any) -> Any:
    """By the eigenvalues of a symmetric matrix, else by its Jordan form; the exponential of a real matrix is real."""
    found = _of_spectrum(lambda v: sp().exp(v))(a)
    if found is not None or a.shape[0] > LARGEST_EXPONENTIAL or not all(e.is_Rational for e in a):
        return found
    return a.exp().applyfunc(lambda value: sp().simplify(value.as_real_imag()[0]))


def _eigval(a: Any, index: Any) -> Any:
    pairs = spectrum(a)
    return None if pairs is None else pairs[int(index[0]) - 1][0]


def _eigvec(a: Any, index: Any) -> Any:
    pairs = spectrum(a)
    if pairs is None:
        return None
    v = pairs[int(index[0]) - 1][1]
    largest = max(v, key=lambda e: abs(e.evalf(30)))
    return v if largest > 0 else -v


def _singval(a: Any, index: Any) -> Any:
    pairs = spectrum(a.T * a)
    return None if pairs is None else sp().sqrt(pairs[-int(index[0])][0])


def _singvals(a: Any) -> Any:
    pairs = spectrum(a.T * a)
    return None if pairs is None else sp().Matrix([sp().sqrt(value) for value, _ in reversed(pairs)])


def _svd_v(a: Any) -> Any:
    """Right singular vectors of different, positive singular values, the largest first, the largest entry of each positive."""
    pairs = spectrum(a.T * a)
    if pairs is None or len({value for value, _ in pairs}) < len(pairs) or any(value == 0 for value, _ in pairs):
        return None
    columns = []
    for _, v in reversed(pairs):
        largest = max(v, key=lambda e: abs(e.evalf(30)))
        columns.append(v if largest > 0 else -v)
    return sp().Matrix.hstack(*columns)


def _svd_u(a: Any) -> Any:
    v = _svd_v(a)
    return None if v is None else (a * v * sp().diag(*_singvals(a)).inv()).applyfunc(sp().radsimp)


def _powm(a: Any, s: Any) -> Any:
    return _of_spectrum(lambda v: v ** s[0])(a)


def _polar_p(a: Any) -> Any:
    return _of_spectrum(lambda v: sp().sqrt(v))(a.T * a)


def _polar_u(a: Any) -> Any:
    p = _polar_p(a)
    return None if p is None or p.det() == 0 else (a * p.inv()).applyfunc(sp().radsimp)


def _cholesky(a: Any) -> Any:
    return a.cholesky() if a.is_symmetric() and all(a[:k, :k].det() > 0 for k in range(1, a.shape[0] + 1)) else None


def _inverse_entries(a: Any) -> Any:
    sympy = sp()
    return sympy.Matrix(len(a), len(a), lambda i, j: 0 if i == j or a[i] ** 2 == a[j] ** 2 else 1 / (a[j] ** 2 - a[i] ** 2))


EXACT: dict[str, Callable[..., Any]] = {
    "hadamard": by_entry(lambda a, b: a * b),
    "quotient": by_entry(lambda a, b: a / b),
    "entrypower": by_entry(lambda a, b: a**b),
    "max": by_entry(lambda a, b: sp().Max(a, b)),
    "min": by_entry(lambda a, b: sp().Min(a, b)),
    "pi": number_of(lambda: sp().pi),
    "tr": number_of(lambda a: a.trace()),
    "sum": number_of(_sum),
    "mean": number_of(lambda a: _sum(a) / len(a)),
    "det": number_of(lambda a: a.det()),
    "logdet": number_of(lambda a: sp().log(abs(a.det()))),
    "norm": number_of(_norm),
    "norm1": number_of(lambda a: sp().Add(*(abs(e) for e in a))),
    "dot": number_of(lambda a, b: sp().Add(*(x * y for x, y in zip(a, b, strict=True)))),
    "inner": number_of(lambda a, b: sp().Add(*(x * y for x, y in zip(a, b, strict=True)))),
    "logsumexp": _by_rows(_logsumexp),
    "softmax": _by_rows(_softmax),
    "norminf": number_of(_largest(1, abs)),
    "maxentry": number_of(_largest(1)),
    "minentry": number_of(_largest(-1)),
    "peak": _peak,
    "prod": number_of(lambda a: sp().Mul(*a)),
    "cross": lambda a, b: _crossmat(a) * b,
    "crossmat": _crossmat,
    "nuclear": number_of(lambda a: None if (found := _singvals(a)) is None else _sum(found)),
    "powm": _powm,
    "kron": lambda a, b: sp().kronecker_product(a, b),
    "khatrirao": lambda a, b: sp().Matrix.hstack(*(sp().kronecker_product(a.col(j), b.col(j)) for j in range(a.cols))),
    "diag": _diag,
    "vec": _vec,
    "unvec": _unvec,
    "sym": lambda a: (a + a.T) / 2,
    "skewpart": lambda a: (a - a.T) / 2,
    "tril": _part(lambda i, j: i >= j),
    "triu": _part(lambda i, j: i <= j),
    "stril": _part(lambda i, j: i > j),
    "striu": _part(lambda i, j: i < j),
    "adj": lambda a: a.adjugate(),
    "pinv": lambda a: a.pinv(),
    "ptrace1": _ptrace1,
    "ptrace2": _ptrace2,
    "expm": _expm,
    "logm": _of_spectrum(lambda v: sp().log(v)),
    "sqrtm": _of_spectrum(lambda v: sp().sqrt(v)),
    "cholesky": _cholesky,
    "qr_q": lambda a: a.QRdecomposition()[0],
    "qr_r": lambda a: a.QRdecomposition()[1],
    "eigval": number_of(_eigval),
    "eigvec": _eigvec,
    "singval": number_of(_singval),
    "svd_s": _singvals,
    "svd_u": _svd_u,
    "svd_v": _svd_v,
    "gaps": _inverse_entries,
    "polar_u": _polar_u,
    "polar_p": _polar_p,
}
"""By the name in the table of functions: what computes its value, on SymPy matrices."""
