"""Linear matrix equations: the terms L X R with the unknown collected, the rest on the right side.

Nothing is solved here with noncommuting symbols: SymPy's `solve` answers such questions silently wrong.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import gcd

from derive.calculus.normal_form.expand import NotPolynomial, Term, gather, term_degree, terms_of
from derive.calculus.normal_form.normal_form import canonical
from derive.calculus.normal_form.polynomial import TooManyTerms
from derive.expressions import build
from derive.expressions.nodes import Expr, Identity, Scale, Symbol, Transpose, number
from derive.expressions.sizes import Size


@dataclass(frozen=True)
class LinearTerm:
    """left · X · right, or left · X' · right when `transposed`.

    `left` and `right` are matrices (an Identity where nothing stands) or the number 1 where the side has size 1.
    """

    left: Expr
    right: Expr
    transposed: bool = False

    def at(self, unknown: Expr) -> Expr:
        """The term with a value for the unknown."""
        middle = build.transpose(unknown) if self.transposed else unknown
        scalar, left = (self.left.scalar, self.left.arg) if isinstance(self.left, Scale) else (build.ONE, self.left)
        parts = [p for p in (left, middle, self.right) if not isinstance(p, Identity)]
        return build.matmul(scalar, *parts)


@dataclass(frozen=True)
class LinearEquation:
    """Σ left X right (or left X' right) = constant, the first term positive, whole common factors cancelled.

    factor  the number by which both sides were divided: lhs − rhs = factor · (Σ … − constant)
    """

    unknown: Symbol
    terms: tuple[LinearTerm, ...]
    constant: Expr
    factor: Fraction

    @property
    def left(self) -> Expr:
        """The left side as one expression."""
        return build.total((t.at(self.unknown) for t in self.terms), self.constant.shape)


def isolate(lhs: Expr, rhs: Expr, unknown: Symbol) -> LinearEquation | None:
    """lhs = rhs as a linear equation in the unknown, or None when it is not of that form.

    Both sides have one shape.  Terms with the same factor on the right of the unknown are collected (A X + B X = (A +
    B) X), then those with the same on the left.  None when the unknown stands in another function, in a scalar factor
    (tr(A X) B), or to a higher degree, and when it cancels.
    """
    difference = build.subtract(lhs, rhs)
    try:
        found = [t for side in build.terms(difference) for t in terms_of(side, (unknown,))]
    except (NotPolynomial, TooManyTerms):
        return None
    fixed = [t for t in found if not term_degree(t, (unknown,))]
    moving: list[tuple[Fraction, LinearTerm]] = []
    for term in found:
        degree = term_degree(term, (unknown,))
        if degree == 0:
            continue
        split = _split(term, unknown, difference) if degree == 1 else None
        if split is None:
            return None
        moving.append(split)
    terms = _collect(moving)
    if not terms:
        return None
    content = _content([c for c, _ in terms] + [t.coefficient for t in fixed])
    factor = -content if terms[0][0] < 0 else content
    constant = gather([Term(-t.coefficient / factor, t.scalars, t.word) for t in fixed], difference.shape)
    scaled = tuple(LinearTerm(_times(c / factor, t.left), t.right, t.transposed) for c, t in terms)
    return LinearEquation(unknown, scaled, constant, factor)


def _split(term: Term, unknown: Symbol, whole: Expr) -> tuple[Fraction, LinearTerm] | None:
    """(coefficient, L X R) of a term in which the unknown stands once, as a factor of its own."""
    if unknown.is_scalar:
        if unknown not in term.scalars:
            return None
        others = list(term.scalars)
        others.remove(unknown)
        left = Term(Fraction(1), tuple(others), term.word).expr(whole.shape)
        return term.coefficient, LinearTerm(left, build.ONE)
    for k, letter in enumerate(term.word):
        flipped = isinstance(letter, Transpose) and letter.arg is unknown
        if letter is unknown or flipped:
            before, after = term.word[:k], term.word[k + 1 :]
            left = build.matmul(*before) if before else _one(letter.shape[0])
            right = build.matmul(*after) if after else _one(letter.shape[1])
            return term.coefficient, LinearTerm(build.scale(build.times(*term.scalars), left), right, flipped)
    return None


def _one(size: Size) -> Expr:
    return build.ONE if size == build.ONE.shape[0] else Identity(size)


def _times(c: Fraction, expr: Expr) -> Expr:
    return build.scale(number(c), expr)


def _collect(items: list[tuple[Fraction, LinearTerm]]) -> list[tuple[Fraction, LinearTerm]]:
    """Terms with an equal right (then an equal left) factor joined; what cancels is dropped."""
    by_right: dict[tuple[Expr, bool], list[tuple[Fraction, Expr]]] = {}
    for c, t in items:
        by_right.setdefault((t.right, t.transposed), []).append((c, t.left))
    by_left: dict[tuple[Expr, bool], list[tuple[Fraction, Expr]]] = {}
    for (right, transposed), lefts in by_right.items():
        left = _sum(lefts)
        if left is not None:
            by_left.setdefault((left[1], transposed), []).append((left[0], right))
    out = []
    for (joined_left, transposed), rights in by_left.items():
        right_sum = _sum(rights)
        if right_sum is not None:
            out.append((right_sum[0], LinearTerm(joined_left, right_sum[1], transposed)))
    return out


def _sum(parts: list[tuple[Fraction, Expr]]) -> tuple[Fraction, Expr] | None:
    """(c, e) with c e the sum of the parts, c the sign and common factor; None when it vanishes."""
    gathered: dict[Expr, tuple[Fraction, Expr]] = {}
    for c, e in parts:
        key = canonical(e)
        gathered[key] = (gathered[key][0] + c if key in gathered else c, gathered[key][1] if key in gathered else e)
    left = [(c, e) for c, e in gathered.values() if c]
    if not left:
        return None
    if len(left) == 1:
        return left[0]
    common = _content([c for c, _ in left])
    common = -common if left[0][0] < 0 else common
    return common, build.add(*(_times(c / common, e) for c, e in left))


def _content(numbers: list[Fraction]) -> Fraction:
    """The greatest rational of which all are integer multiples."""
    above, below = 0, 1
    for c in numbers:
        if c:
            above, below = gcd(above, abs(c.numerator)), below * c.denominator // gcd(below, c.denominator)
    return Fraction(above or 1, below)
