"""Sizes: polynomials in size names with integer coefficients, and the shapes made of two of them.

Different names are different sizes: `m` and `n` do not conform until the author writes the same name.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property, lru_cache

from derive.values import dataclass

Monomial = tuple[str, ...]


@dataclass(frozen=True)
class Size:
    """A sum of monomials in size names, sorted: `n + 1` is (((), 1), (("n",), 1))."""

    terms: tuple[tuple[Monomial, int], ...]

    @staticmethod
    def of(value: int | str) -> Size:
        return _size(value)

    def __eq__(self, other: object) -> bool:
        return self is other or (isinstance(other, Size) and self.terms == other.terms)

    def __hash__(self) -> int:
        return hash(self.terms)

    @cached_property
    def names(self) -> frozenset[str]:
        return frozenset(name for monomial, _ in self.terms for name in monomial)

    @property
    def is_number(self) -> bool:
        return not self.names

    @cached_property
    def letter(self) -> str | None:
        """The name, where the size is one name: n, not n + 1."""
        return self.terms[0][0][0] if len(self.terms) == 1 and len(self.terms[0][0]) == 1 and self.terms[0][1] == 1 else None

    def __add__(self, other: Size) -> Size:
        total = dict(self.terms)
        for monomial, c in other.terms:
            total[monomial] = total.get(monomial, 0) + c
        return _normal(total)

    def __mul__(self, other: Size) -> Size:
        total: dict[Monomial, int] = {}
        for a, c in self.terms:
            for b, d in other.terms:
                key = tuple(sorted(a + b))
                total[key] = total.get(key, 0) + c * d
        return _normal(total)

    def over(self, other: Size) -> Size | None:
        """The size that times `other` is this one: `m*n` over `n` is `m`; None where there is none."""
        names = sorted(self.names | other.names)

        def leading(size: Size) -> tuple[Monomial, int]:
            return max(size.terms, key=lambda term: (len(term[0]), [term[0].count(name) for name in names]))

        rest, quotient = self, Size(())
        while rest.terms and other.terms:
            (top, c), (below, d) = leading(rest), leading(other)
            factor = list(top)
            for name in below:
                if name not in factor:
                    return None
                factor.remove(name)
            if c % d:
                return None
            part = Size(((tuple(factor), c // d),))
            quotient, rest = quotient + part, rest + part * other * Size.of(-1)
        return None if rest.terms else quotient

    def value(self, sizes: Mapping[str, int]) -> int:
        """The number it stands for; KeyError names a size without a value."""
        total = 0
        for monomial, c in self.terms:
            for name in monomial:
                c *= sizes[name]
            total += c
        return total

    def substitute(self, sizes: Mapping[str, Size]) -> Size:
        total = Size(())
        for monomial, c in self.terms:
            product = Size.of(c)
            for name in monomial:
                product = product * sizes.get(name, Size.of(name))
            total = total + product
        return total

    def __str__(self) -> str:
        """`n + 1`, `m*n`: as it is written in a problem file."""
        if not self.terms:
            return "0"
        out = ""
        ordered = sorted(self.terms, key=lambda term: (-len(term[0]), term[0]))
        for k, (monomial, c) in enumerate(ordered):
            sign = "-" if c < 0 else "+"
            body = "*".join([*([str(abs(c))] if abs(c) != 1 or not monomial else []), *monomial])
            out += (f" {sign} " if k else ("-" if c < 0 else "")) + body
        return out


def _normal(total: Mapping[Monomial, int]) -> Size:
    return Size(tuple(sorted((m, c) for m, c in total.items() if c)))


@lru_cache(maxsize=4096)
def _size(value: int | str) -> Size:
    if isinstance(value, int):
        return _normal({(): value})
    return Size((((value,), 1),))


ONE = Size.of(1)
Shape = tuple[Size, Size]
SCALAR: Shape = (ONE, ONE)


def is_scalar(shape: Shape) -> bool:
    """1×1."""
    return shape == SCALAR


def is_column(shape: Shape) -> bool:
    """n×1, and no number."""
    return shape[1] == ONE and shape[0] != ONE


def is_row(shape: Shape) -> bool:
    """1×n, and no number."""
    return shape[0] == ONE and shape[1] != ONE


def is_square(shape: Shape) -> bool:
    """n×n; a number is."""
    return shape[0] == shape[1]


def show(shape: Shape) -> str:
    """`m×n`, `n×1` (a column), `a scalar`: as a message says it."""
    if is_scalar(shape):
        return "a scalar"
    def part(size: Size) -> str:
        return str(size) if len(size.terms) == 1 else f"({size})"
    return f"{part(shape[0])}×{part(shape[1])}"


class ShapeError(ValueError):
    """Operands whose shapes do not fit; `message` says which, `hint` what would be right."""

    def __init__(self, message: str, hint: str | None = None, code: str = "size-mismatch") -> None:
        super().__init__(message)
        self.message, self.hint, self.code = message, hint, code
