"""An evaluator of its own for the tests of the NumPy printer: every value is a two-dimensional array.

It shares no text with the package: no row of the function table, no template.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import scipy.linalg

from derive.expressions.nodes import (
    Add,
    Apply,
    Call,
    Commutation,
    Compare,
    D,
    Delta,
    Entry,
    Expr,
    Identity,
    Map,
    MatMul,
    Number,
    Ones,
    Power,
    Rate,
    Scale,
    SizeValue,
    Stack,
    Sum,
    Symbol,
    Times,
    Transpose,
    Unit,
    Where,
    Zeros,
)

MAPS: dict[str, Callable[[Any], Any]] = {
    "exp": np.exp, "log": np.log, "sin": np.sin, "cos": np.cos, "tan": np.tan, "asin": np.arcsin, "acos": np.arccos,
    "atan": np.arctan, "sinh": np.sinh, "cosh": np.cosh, "tanh": np.tanh, "sqrt": np.sqrt, "abs": np.abs,
    "sign": np.sign, "relu": lambda x: x * (x > 0), "sigmoid": lambda x: 1 / (1 + np.exp(-x)),
    "softplus": lambda x: np.log(1 + np.exp(x)),
    "erf": lambda x: np.vectorize(__import__("math").erf)(x),
    "lgamma": lambda x: np.vectorize(__import__("math").lgamma)(x),
    "digamma": lambda x: sum(x / ((k + 1) * (k + 1 + x)) for k in range(200000)) - 1 / x - np.euler_gamma + x / 200000,
}


def minor(a: Any, i: int, j: int) -> float:
    return float(np.linalg.det(np.delete(np.delete(a, i, 0), j, 1)))


def adjugate(a: Any) -> Any:
    n = len(a)
    return np.array([[(-1.0) ** (i + j) * minor(a, j, i) for j in range(n)] for i in range(n)])


def gram_schmidt(x: Any) -> tuple[Any, Any]:
    r = np.linalg.cholesky(x.T @ x).T
    return x @ np.linalg.inv(r), r


def sorted_eigen(a: Any) -> tuple[Any, Any]:
    values, vectors = np.linalg.eig(a)
    order = np.argsort(values.real)
    return values.real[order], vectors.real[:, order]


def signed(v: Any) -> Any:
    return v * np.sign(v[np.argmax(np.abs(v))])


def singular(x: Any) -> tuple[Any, Any, Any]:
    """By the eigenvectors of X'X, each with its largest entry positive; thin."""
    values, vectors = sorted_eigen(x.T @ x)
    values, vectors = values[::-1], vectors[:, ::-1]
    v = np.stack([signed(c / np.linalg.norm(c)) for c in vectors.T], axis=1)
    s = np.sqrt(np.maximum(values, 0))
    return x @ v / s, s.reshape(-1, 1), v


def vec(x: Any) -> Any:
    return x.T.reshape(-1, 1)


def at(i: Any) -> int:
    return int(i[0, 0]) - 1


CALLS: dict[str, Callable[..., Any]] = {
    "pi": lambda: 3.141592653589793,
    "hadamard": lambda a, b: a * b, "quotient": lambda a, b: a / b, "entrypower": lambda a, b: a**b,
    "max": lambda a, b: np.where(a > b, a, b + 0 * a), "min": lambda a, b: np.where(a < b, a, b + 0 * a),
    "tr": lambda a: sum(a[k, k] for k in range(len(a))), "sum": lambda a: a.sum(), "mean": lambda a: a.sum() / a.size,
    "det": lambda a: (adjugate(a) @ a)[0, 0], "logdet": lambda a: np.log(abs((adjugate(a) @ a)[0, 0])),
    "norm": lambda a: np.sqrt((a * a).sum()), "norm1": lambda a: np.abs(a).sum(), "dot": lambda a, b: (a * b).sum(),
    "inner": lambda a, b: (a.T @ b).trace(), "logsumexp": lambda a: np.log(np.exp(a).sum(axis=0 if a.shape[1] == 1 else 1, keepdims=True)),
    "softmax": lambda a: np.exp(a) / np.exp(a).sum(axis=0 if a.shape[1] == 1 else 1, keepdims=True),
    "norminf": lambda a: np.abs(a).max(), "maxentry": lambda a: a.max(), "minentry": lambda a: -(-a).max(),
    "peak": lambda a: np.where(a == a.max(), 1.0, 0.0) / (a == a.max()).sum(), "prod": lambda a: np.exp(np.log(np.abs(a)).sum()) * np.sign(a).prod(),
    "nuclear": lambda a: scipy.linalg.sqrtm(a.T @ a).real.trace() if a.shape[0] >= a.shape[1] else scipy.linalg.sqrtm(a @ a.T).real.trace(),
    "cross": lambda a, b: np.array([[a[i - 2, 0] * b[i - 1, 0] - a[i - 1, 0] * b[i - 2, 0]] for i in range(3)]),
    "crossmat": lambda a: np.array([[0, -a[2, 0], a[1, 0]], [a[2, 0], 0, -a[0, 0]], [-a[1, 0], a[0, 0], 0]]),
    "kron": lambda a, b: np.block([[x * b for x in row] for row in a]),
    "khatrirao": lambda a, b: np.array([[x * y for x, y in zip(u, v, strict=True)] for u in a for v in b]),
    "diag": lambda a: np.diag(a[:, 0]) if a.shape[1] == 1 else np.diag(a).reshape(-1, 1),
    "vec": vec, "sym": lambda a: (a + a.T) / 2, "skewpart": lambda a: (a - a.T) / 2,
    "tril": lambda a: np.array([[x if j <= i else 0 for j, x in enumerate(r)] for i, r in enumerate(a)]),
    "triu": lambda a: np.array([[x if j >= i else 0 for j, x in enumerate(r)] for i, r in enumerate(a)]),
    "adj": adjugate,
    "pinv": lambda a: np.linalg.inv(a.T @ a) @ a.T if a.shape[0] >= a.shape[1] else a.T @ np.linalg.inv(a @ a.T),
    "expm": lambda a: sum((np.linalg.matrix_power(a, k) / __import__("math").factorial(k) for k in range(1, 60)),
                          np.eye(len(a))),
    "logm": lambda a: scipy.linalg.logm(a).real,
    "sqrtm": lambda a: scipy.linalg.expm(scipy.linalg.logm(a).real / 2),
    "frechet_expm": lambda a, e: slope(lambda t: scipy.linalg.expm(a + t * e)),
    "frechet2_expm": lambda a, e, f: slope(lambda t: scipy.linalg.expm_frechet(a + t * f, e, compute_expm=False)),
    "frechet_logm": lambda a, e: np.sqrt((e * e).sum()) * slope(
        lambda t: scipy.linalg.logm(a + t * e / np.sqrt((e * e).sum())).real),
    "sylvester": lambda b, c: np.linalg.solve(
        np.kron(np.eye(len(b)), b) + np.kron(b.T, np.eye(len(b))), c.T.reshape(-1)).reshape(b.shape).T,
    "unvec": lambda v, x: np.asarray(v).reshape(x.shape[1], x.shape[0]).T,
    "ptrace1": lambda a, x: sum(
        a[k:k + x.shape[0], c:c + x.shape[1]]
        for k, c in zip(range(0, a.shape[0], x.shape[0]), range(0, a.shape[1], x.shape[1]), strict=True)),
    "ptrace2": lambda a, x: np.array([[b.trace() for b in np.split(row, x.shape[1], axis=1)] for row in np.split(a, x.shape[0])]),
    "stril": lambda a: np.array([[x if j < i else 0 for j, x in enumerate(r)] for i, r in enumerate(a)]),
    "striu": lambda a: np.array([[x if j > i else 0 for j, x in enumerate(r)] for i, r in enumerate(a)]),
    "cholesky": lambda a: gram_schmidt(scipy.linalg.sqrtm(a).real)[1].T,
    "qr_q": lambda a: gram_schmidt(a)[0], "qr_r": lambda a: gram_schmidt(a)[1],
    "eigval": lambda a, i: sorted_eigen(a)[0][at(i)],
    "eigvec": lambda a, i: signed(sorted_eigen(a)[1][:, at(i)] / np.linalg.norm(sorted_eigen(a)[1][:, at(i)])),
    "singval": lambda a, i: np.sqrt(sorted_eigen(a.T @ a)[0][::-1][at(i)]),
    "svd_u": lambda a: singular(a)[0], "svd_s": lambda a: singular(a)[1], "svd_v": lambda a: singular(a)[2],
    "polar_p": lambda a: scipy.linalg.sqrtm(a.T @ a).real, "polar_u": lambda a: a @ np.linalg.inv(scipy.linalg.sqrtm(a.T @ a).real),
}


class Dense:
    """Values of expressions; `env` gives every symbol a two-dimensional array, `calls` the unnamed functions."""

    def __init__(
        self, sizes: Mapping[str, int], env: Mapping[str, Any], calls: Mapping[str, Any] | None = None
    ) -> None:
        self.sizes, self.env, self.calls = sizes, dict(env), calls or {}

    def with_(self, **values: Any) -> Dense:
        return Dense(self.sizes, {**self.env, **values}, self.calls)

    def __call__(self, e: Expr) -> Any:
        out = np.asarray(self.value(e), dtype=float)
        shape = tuple(s.value(self.sizes) for s in e.shape)
        return out.reshape(shape) if out.size == shape[0] * shape[1] and 1 in shape else out

    def number(self, e: Expr) -> float:
        return float(self(e)[0, 0])

    def value(self, e: Expr) -> Any:
        match e:
            case Number(value=v):
                return float(v)
            case SizeValue(size=s):
                return s.value(self.sizes)
            case Symbol(name=name):
                return self.env[name]
            case Identity(size=s):
                return np.eye(s.value(self.sizes))
            case Ones(dims=d):
                return np.ones([s.value(self.sizes) for s in d])
            case Zeros(dims=d):
                return np.zeros([s.value(self.sizes) for s in d])
            case Unit(index=i, size=s):
                return np.eye(s.value(self.sizes))[:, [int(self.number(i)) - 1]]
            case Commutation(rows=m, columns=n):
                m, n = m.value(self.sizes), n.value(self.sizes)
                out = np.zeros((m * n, m * n))
                for i in range(m):
                    for j in range(n):
                        x = np.zeros((m, n))
                        x[i, j] = 1
                        out += vec(x.T) @ vec(x).T
                return out
            case Add(terms=terms):
                return sum(self(t) for t in terms)
            case Times(factors=factors):
                return np.prod([self.number(f) for f in factors])
            case Scale(scalar=s, arg=a):
                return self.number(s) * self(a)
            case MatMul(factors=factors):
                out = self(factors[0])
                for f in factors[1:]:
                    out = out @ self(f)
                return out
            case Power(base=b, exponent=k):
                if b.is_scalar:
                    return self.number(b) ** self.number(k)
                k, out = round(self.number(k)), self(b)
                return np.linalg.matrix_power(out if k >= 0 else np.linalg.inv(out), abs(k))
            case Transpose(arg=a):
                return self(a).T
            case Entry(arg=a, row=i, column=j):
                x = self(a)
                rows = range(x.shape[0]) if i is None else [int(self.number(i)) - 1]
                columns = range(x.shape[1]) if j is None else [int(self.number(j)) - 1]
                return x[np.ix_(rows, columns)].reshape(-1, 1)
            case Stack(rows=rows):
                return np.vstack([np.hstack([self(b) for b in row]) for row in rows])
            case Compare(op=op, left=a, right=b):
                return eval(f"a {op} b", {"a": self(a), "b": self(b)})
            case Where(condition=c, then=a, otherwise=b):
                return np.where(self(c), self(a), self(b))
            case Sum(index=i, lower=a, upper=b, body=body):
                values = range(int(self.number(a)), int(self.number(b)) + 1)
                return sum(self.with_(**{i.name: np.array([[float(k)]])})(body) for k in values)
            case Delta(left=a, right=b):
                return 1.0 if self.number(a) == self.number(b) else 0.0
            case Map(function=str(f), arg=a):
                return MAPS[f](self(a))
            case Map(function=f, arg=a, order=k):
                return self.calls[("", "d", "d2", "d3")[k] + f.name](self(a))
            case Apply(function=f, arg=a, order=k, directions=hs):
                return self.calls[("", "d", "d2", "d3")[k] + f.name](self(a), *map(self, hs))
            case Call(name=name, args=args):
                return CALLS[name](*map(self, args))
            case D(arg=a, moves=moves):
                steps = {s.name: (self(s), self(h)) for s, h in moves}
                return slope(lambda t: self.with_(**{n: x + t * h for n, (x, h) in steps.items()})(a))
            case Rate(body=b, parameters=(t,)):
                return slope(lambda x: self.with_(**{t.name: np.array([[x]])})(b))
            case Rate(body=b, parameters=(s, t)) if s is t:
                def at_sum(x: float) -> Any:
                    return slope(lambda y: self.with_(**{s.name: np.array([[x + y]])})(b), 1e-2)

                return slope(at_sum, 1e-2)
            case Rate(body=b, parameters=(s, *rest)):
                return slope(lambda x: self.with_(**{s.name: np.array([[x]])})(Rate(b, tuple(rest))), 1e-2)
        raise TypeError(type(e))


def slope(f: Callable[[float], Any], h: float = 2e-3) -> Any:
    """Sixth order, unlike the package's."""
    return (45 * (f(h) - f(-h)) - 9 * (f(2 * h) - f(-2 * h)) + (f(3 * h) - f(-3 * h))) / (60 * h)
