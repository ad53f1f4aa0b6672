"""Random points of a problem in the field: structured symbols are drawn as what they are, orthogonal ones by Cayley's formula."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import copy

import numpy as np

from derive.checking.exact import jets
from derive.checking.exact.evaluate import Place
from derive.checking.exact.field import NotExact, P, Residues, inverse, product, reciprocal
from derive.checking.exact.jets import Jet
from derive.checking.exact.spectral import Basis
from derive.expressions.nodes import Expr, Symbol
from derive.expressions.sizes import Size
from derive.language.problems.problem import Problem

SYMMETRIC = frozenset(("symmetric", "spd", "psd"))
TURNED = frozenset(("orthogonal", "stiefel"))
CURVED = frozenset(("orthogonal", "stiefel", "unit"))
LEFT, RIGHT = " left", " right"
"""Which of the two factors of a decomposition of a symbol is meant: behind its name."""
MASKS: dict[str, Callable[[Residues], Residues]] = {
    "diagonal": lambda x: x * np.eye(x.shape[1], x.shape[2], dtype=np.int64), "upper": lambda x: np.triu(x), "lower": lambda x: np.tril(x),
}


class Points:
    """A generator of points; `count` of them at once, with the sizes of a numeric point."""

    def __init__(
        self, problem: Problem, sizes: Mapping[str, int], count: int, further: Mapping[str, Symbol], along: Mapping[str, Symbol],
        decomposed: Mapping[str, bool],
    ) -> None:
        self.problem, self.sizes, self.count = problem, sizes, count
        self.further, self.along = further, along
        self.random = np.random.default_rng([7, *map(ord, problem.id), *sizes.values()])
        self.decomposed = decomposed
        self.bases: list[Basis] = []
        turned = [s.name for s in (*problem.symbols.values(), *further.values()) if s.has & TURNED and s.dims[0] == s.dims[1]]
        turned += [name + side for name, singular in decomposed.items() for side in (LEFT, RIGHT)[not singular :]]
        self.turned = {name: k for k, name in enumerate(turned)}

    @property
    def components(self) -> int:
        """Of how many parts, each tried by as many of the points, the set is from which they are drawn."""
        return int(2 ** len(self.turned))

    def of_count(self, count: int) -> Points:
        """The same generator, so many points at once."""
        out = copy(self)
        out.count = count
        return out

    def drawn(self, rows: int, columns: int) -> Residues:
        return self.random.integers(1, P, size=(self.count, rows, columns), dtype=np.int64)

    def extents(self, symbol: Symbol) -> tuple[int, int]:
        return self._size(symbol.dims[0]), self._size(symbol.dims[1])

    def _size(self, size: Size) -> int:
        try:
            return size.value(self.sizes)
        except KeyError as error:
            raise NotExact(f"the size {error.args[0]} is not known") from None

    def symbol(self, symbol: Symbol) -> Residues:
        """A random value of a symbol.  Positive ones are any, spd ones symmetric: identities do not know more."""
        m, n = self.extents(symbol)
        if "stochastic" in symbol.has:
            return self._stochastic(n, m).transpose(0, 2, 1)
        if "row-stochastic" in symbol.has:
            return self._stochastic(m, n)
        if "unit" in symbol.has:
            return self._unit(m)
        if symbol.has & {"orthogonal", "stiefel"}:
            return self._turned(symbol.name, self._orthogonal(m))[:, :, :n]
        if symbol.name in self.decomposed and not symbol.has & {"skew"}:
            return self._decomposed(symbol, m, n)
        return structured(symbol, self.drawn(m, n))

    def _orthogonal(self, n: int) -> Residues:
        """(I - K)⁻¹(I + K) with a skew K."""
        a = self.drawn(n, n)
        skew = (a - a.transpose(0, 2, 1)) % P
        eye = np.eye(n, dtype=np.int64)
        return product(inverse((eye - skew) % P)[0], (eye + skew) % P)

    def _turned(self, name: str, q: Residues) -> Residues:
        """With the first column turned at every other point: what Cayley's formula gives has the determinant 1."""
        if name in self.turned:
            q[(np.arange(len(q)) >> self.turned[name]) & 1 == 1, :, 0] *= -1
        return q % P

    def _decomposed(self, symbol: Symbol, m: int, n: int) -> Residues:
        """VΛV⁻¹, with orthogonal V where it is symmetric, or USV': the entries of Λ and S are squares of squares, and squares."""
        if m < n:
            return self._decomposed(symbol, n, m).transpose(0, 2, 1)
        roots = self.drawn(n, 1)[:, :, 0] ** 2 % P
        if self.decomposed[symbol.name] and not symbol.has & SYMMETRIC:
            u, v = (self._turned(symbol.name + side, self._orthogonal(k)) for side, k in ((LEFT, m), (RIGHT, n)))
            self.bases.append(Basis(v, v.transpose(0, 2, 1), roots))
            return product(u[:, :, :n] * roots[:, None, :] % P, v.transpose(0, 2, 1))
        vectors = self._eigenvectors(symbol, n)
        self.bases.append(Basis(vectors, inverse(vectors)[0], roots))
        return product(vectors * (roots * roots % P)[:, None, :] % P, self.bases[-1].inverse)

    def _eigenvectors(self, symbol: Symbol, n: int) -> Residues:
        if "diagonal" in symbol.has:
            return np.broadcast_to(np.eye(n, dtype=np.int64), (self.count, n, n)).copy()
        if symbol.has & SYMMETRIC:
            return self._turned(symbol.name + RIGHT, self._orthogonal(n))
        if symbol.has & {"upper", "lower"}:
            raise NotExact("a triangular matrix whose eigenvectors are not drawn")
        return np.concatenate([self._unit(n) for _ in range(n)], axis=2)

    def _stochastic(self, rows: int, columns: int) -> Residues:
        """Rows whose entries sum to 1."""
        free = self.drawn(rows, columns - 1)
        return np.concatenate([free, (1 - np.sum(free, axis=2, keepdims=True)) % P], axis=2)

    def _unit(self, n: int) -> Residues:
        """(2u, u'u - 1) / (u'u + 1)."""
        u = self.drawn(n - 1, 1)
        square = np.sum(u * u % P, axis=1, keepdims=True) % P
        return np.concatenate([2 * u % P, (square - 1) % P], axis=1) * reciprocal((square + 1) % P) % P

    def direction(self, symbol: Symbol, at: Jet) -> Jet:
        """A random direction of a symbol, in its structure; on a curved set a tangent one."""
        m, n = self.extents(symbol)
        e = self.drawn(m, n)
        if not symbol.has & CURVED:
            return {0: structured(symbol, e)}
        x = at[0]
        turned = x.transpose(0, 2, 1)
        inner = product(turned, e)
        if "unit" in symbol.has:
            return {0: (e - product(x, inner)) % P}
        half = (inner + inner.transpose(0, 2, 1)) % P * ((P + 1) // 2) % P
        return {0: (e - product(x, half)) % P}

    def place(self, let: Mapping[str, Expr]) -> Place:
        """Random values of all symbols, of the directions and of the derivatives of paths.  NotExact for a family."""
        problem = self.problem
        self.bases.clear()
        values: dict[str, Jet] = {}
        paths: dict[str, tuple[str, list[Residues]]] = {}
        for name, symbol in problem.symbols.items():
            if symbol.count is not None:
                continue
            values[name] = {0: self.symbol(symbol)}
            if symbol.of is not None and symbol.order == 0:
                further = [structured(symbol, self.drawn(*self.extents(symbol))) for _ in range(4)]
                if symbol.has & CURVED:
                    continue
                paths[name] = (symbol.of, [values[name][0], *further])
                values |= {f"d{name}": {0: further[0]}, f"d2{name}": {0: further[1]}}
        for along in (problem.directions, problem.second_directions):
            for variable, h in zip(problem.wrt, along, strict=False):
                if variable.name in values:
                    values[h.name] = self.direction(variable, values[variable.name])
        for name, symbol in self.further.items():
            of = self.along.get(name)
            if name not in values and symbol.count is None:
                values[name] = self.direction(of, values[of.name]) if of is not None and of.name in values else {0: self.symbol(symbol)}
        return Place(self.count, self.sizes, values, let, paths=paths, bases=tuple(self.bases))

    def number(self) -> Jet:
        return {0: self.drawn(1, 1)}


def structured(symbol: Symbol, a: Residues) -> Residues:
    """The part of an array that lies in the structure of a symbol."""
    if symbol.has & SYMMETRIC:
        a = (a + a.transpose(0, 2, 1)) % P
    if "skew" in symbol.has:
        a = (a - a.transpose(0, 2, 1)) % P
    for word, mask in MASKS.items():
        if word in symbol.has:
            a = mask(a)
    return a


def lies(symbol: Symbol, a: Jet) -> bool:
    """Whether a value lies in the structure of a symbol, as far as equations say it."""
    if not symbol.has & CURVED:
        return inside(symbol, a, a)
    eye = np.broadcast_to(np.eye(jets.shape(a)[1], dtype=np.int64), (len(jets.at(a)), jets.shape(a)[1], jets.shape(a)[1]))
    return jets.equal(jets.multiplied(jets.transposed(a), a), {0: eye})


def inside(symbol: Symbol, at: Jet, a: Jet) -> bool:
    """Whether a direction lies in the structure of a symbol.

    at  the value of the symbol, of whose structure `a` is a direction
    """
    if jets.shape(a) != jets.shape(at):
        return False
    if symbol.has & CURVED:
        inner = jets.multiplied(jets.transposed(at), a)
        return jets.equal(inner, {}) if "unit" in symbol.has else jets.equal(jets.added(inner, jets.transposed(inner)), {})
    if symbol.has & SYMMETRIC and not jets.equal(a, jets.transposed(a)):
        return False
    if "skew" in symbol.has and not jets.equal(a, jets.negated(jets.transposed(a))):
        return False
    return all(word not in symbol.has or jets.equal(a, jets.masked(mask)(a)) for word, mask in MASKS.items())
