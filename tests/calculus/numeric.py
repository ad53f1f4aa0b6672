"""A small evaluator for tests: every value a two-dimensional array, written without a look at the package's own NumPy printer."""

from __future__ import annotations

import zlib

import numpy as np
import scipy.linalg
import scipy.special

from derive.expressions.nodes import (
    Add,
    Call,
    Commutation,
    Compare,
    Entry,
    Expr,
    Identity,
    Map,
    MatMul,
    Number,
    Ones,
    Power,
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
from derive.expressions.sizes import Size

SIZES = {"m": 2, "n": 3, "p": 4, "q": 5}
MAPS = {
    "exp": np.exp, "log": np.log, "sin": np.sin, "cos": np.cos, "tan": np.tan, "asin": np.arcsin, "acos": np.arccos,
    "atan": np.arctan, "sinh": np.sinh, "cosh": np.cosh, "tanh": np.tanh, "sqrt": np.sqrt, "abs": np.abs, "sign": np.sign,
    "relu": lambda x: np.maximum(x, 0), "sigmoid": scipy.special.expit, "softplus": lambda x: np.log1p(np.exp(x)),
    "erf": scipy.special.erf, "lgamma": scipy.special.gammaln, "digamma": scipy.special.psi,
}


def symbol(name: str, *sizes: str | int, has: str = "") -> Symbol:
    dims = [Size.of(s) for s in sizes] + [Size.of(1)] * (2 - len(sizes))
    out: Symbol = Symbol(name, (dims[0], dims[1]), frozenset(has.split()))
    return out


def sample(s: Symbol, rng: np.random.Generator) -> np.ndarray:
    """A random value with the declared properties that the tests use."""
    rows, columns = (d.value(SIZES) for d in s.shape)
    x = rng.normal(size=(rows, columns))
    if "integer" in s.has:
        return np.array([[float(rng.integers(1, 3))]])
    if "positive" in s.has:
        x = np.abs(x) + 0.2
    if "spd" in s.has:
        x = x @ x.T + np.eye(rows)
    elif "symmetric" in s.has:
        x = x + x.T
    elif "skew" in s.has:
        x = x - x.T
    elif "diagonal" in s.has:
        x = np.diag(np.diag(x))
    if s.has & {"orthogonal", "stiefel"}:
        x = np.linalg.qr(rng.normal(size=(rows, columns)))[0]
    if "unit" in s.has:
        x = x / np.linalg.norm(x)
    return x


class Point(dict):
    """Values of symbols by name, drawn at first use, the same whenever that is."""

    def __init__(self, seed: int = 0) -> None:
        super().__init__()
        self.seed = seed

    def of(self, s: Symbol) -> np.ndarray:
        if s.name not in self:
            self[s.name] = sample(s, np.random.default_rng((self.seed, zlib.crc32(s.name.encode()))))
        return self[s.name]


def value(e: Expr, at: Point) -> np.ndarray:
    def go(node: Expr) -> np.ndarray:
        return value(node, at)

    def number(node: Expr) -> float:
        return float(go(node)[0, 0])

    match e:
        case Number(v):
            return np.array([[float(v)]])
        case SizeValue(size):
            return np.array([[float(size.value(SIZES))]])
        case Symbol():
            return at.of(e)
        case Identity(size):
            return np.eye(size.value(SIZES))
        case Ones((a, b)):
            return np.ones((a.value(SIZES), b.value(SIZES)))
        case Zeros((a, b)):
            return np.zeros((a.value(SIZES), b.value(SIZES)))
        case Unit(index, size):
            return np.eye(size.value(SIZES))[:, [round(number(index)) - 1]]
        case Commutation(rows, columns):
            m, n = rows.value(SIZES), columns.value(SIZES)
            return np.eye(m * n)[np.arange(m * n).reshape(m, n).ravel(order="F").argsort()].T
        case Add(terms):
            return sum((go(t) for t in terms[1:]), go(terms[0]))
        case Times(factors):
            return np.array([[np.prod([number(f) for f in factors])]])
        case Scale(scalar, arg):
            return number(scalar) * go(arg)
        case MatMul(factors):
            out = go(factors[0])
            for f in factors[1:]:
                out = out @ go(f)
            return out
        case Power(base, exponent):
            k = number(exponent)
            return go(base) ** k if base.is_scalar else np.linalg.matrix_power(go(base), round(k))
        case Transpose(arg):
            return go(arg).T
        case Entry(arg, row, column):
            x = go(arg)
            if row is None:
                return x[:, [round(number(column)) - 1]]
            if column is None:
                return x[[round(number(row)) - 1], :].T
            return x[[round(number(row)) - 1], :][:, [round(number(column)) - 1]]
        case Stack(rows):
            return np.block([[go(b) for b in row] for row in rows])
        case Compare(op, left, right):
            f = {"<": np.less, "<=": np.less_equal, ">": np.greater, ">=": np.greater_equal}[op]
            return f(go(left), go(right))
        case Where(condition, then, otherwise):
            return np.where(go(condition), go(then), go(otherwise))
        case Sum(index, lower, upper, body):
            total = 0.0
            for i in range(round(number(lower)), round(number(upper)) + 1):
                inner = Point(at.seed)
                inner.update(at)
                inner[index.name] = np.array([[float(i)]])
                total = total + value(body, inner)
            return total if not isinstance(total, float) else np.zeros([d.value(SIZES) for d in body.shape])
        case Map(str(name), arg):
            return MAPS[name](go(arg))
        case Call(name, args):
            return np.atleast_2d(CALLS[name](*(go(a) for a in args)))
    if type(e).__name__ == "Delta":
        left, right = e.children
        return np.array([[1.0 if round(number(left)) == round(number(right)) else 0.0]])
    raise NotImplementedError(type(e).__name__)


def _diag(x: np.ndarray) -> np.ndarray:
    return np.diag(x[:, 0]) if x.shape[1] == 1 else np.diag(x)[:, None]


CALLS = {
    "pi": lambda: np.pi, "tr": np.trace, "sum": np.sum, "mean": np.mean, "det": np.linalg.det, "norm": np.linalg.norm,
    "logdet": lambda x: np.linalg.slogdet(x)[1], "norm1": lambda x: np.sum(np.abs(x)),
    "dot": lambda a, b: np.sum(a * b), "inner": lambda a, b: np.sum(a * b),
    "polygamma": lambda k, a: scipy.special.polygamma(int(np.asarray(k).item()), a),
    "logsumexp": lambda a: scipy.special.logsumexp(a, axis=0 if a.shape[1] == 1 else 1, keepdims=True),
    "softmax": lambda a: scipy.special.softmax(a, axis=0 if a.shape[1] == 1 else 1), "hadamard": lambda a, b: a * b, "quotient": lambda a, b: a / b,
    "entrypower": lambda a, b: a**b, "max": np.maximum, "min": np.minimum, "kron": np.kron, "diag": _diag,
    "vec": lambda x: x.reshape(-1, 1, order="F"), "sym": lambda x: (x + x.T) / 2, "skewpart": lambda x: (x - x.T) / 2,
    "tril": np.tril, "triu": np.triu, "expm": scipy.linalg.expm, "pinv": np.linalg.pinv,
    "adj": lambda x: np.linalg.det(x) * np.linalg.inv(x),
}
