"""Putting operands together: sums, products, quotients, with a message in the author's own words where shapes do not fit.

A bare `I` has no size until it meets a neighbour; until then it is carried along as `Unsized`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from derive.errors import DeriveError
from derive.expressions.build import ZERO, add, divide, matmul, negate, power, scale
from derive.expressions.nodes import Call, Expr, Number
from derive.expressions.sizes import ONE, SCALAR, Shape, ShapeError, Size, is_scalar, is_square, show
from derive.language.origin import Origin
from derive.values import dataclass

MAX_NUMBER_BITS = 2048


@dataclass(frozen=True)
class Unsized:
    """A square matrix around a bare I whose size is not known yet; `at` is the offset of that I."""

    build: Callable[[Size], Expr]
    at: int


Value = Expr | Unsized


class Operand(NamedTuple):
    """A value and the text from `start` to `end` that it was read from.

    parts  (left, operator, right) of an entry by entry product that stands without parentheses
    group  whether it stands in parentheses, or is a number
    """

    value: Value
    start: int
    end: int
    parts: tuple[Operand, str, Operand] | None = None
    group: bool = False


class Combiner:
    """The operations of the language on operands of one text.  DeriveError, positioned, when one is not defined.

    at  offset of the operation in the text, for messages
    """

    def __init__(self, text: str, origin: Origin) -> None:
        self.text, self.origin = text, origin

    # ------------------------------------------------------------------------------------- words for messages
    def fail(self, message: str, at: int, code: str, hint: str | None = None) -> DeriveError:
        """The error of a place in the text, to be raised.

        code  for programs
        hint  what to write instead; None for none
        """
        return self.origin.error(message, at, code=code, hint=hint)

    def failed(self, error: ShapeError, at: int) -> DeriveError:
        return self.origin.error(error.message, at, code=error.code, hint=error.hint)

    def words(self, operand: Operand) -> str:
        """The operand as the author wrote it, shortened when it is long."""
        text = " ".join(self.text[operand.start : operand.end].split())
        return text if len(text) <= 40 else f"{text[:28]} … {text[-8:]}"

    def grouped(self, operand: Operand) -> str:
        """The same, in parentheses unless it is one word, call or group."""
        text = self.words(operand)
        if re.fullmatch(r"[\w.]+'?|\w*\([^()]*\)'?", text):
            return text
        return f"({text})"

    def transposed(self, operand: Operand) -> str:
        """How its transpose is written."""
        text = self.grouped(operand)
        return text[:-1] if text.endswith("'") and "(" not in text else f"{text}'"

    # ------------------------------------------------------------------------------------- the size of I
    def sized(self, operand: Operand) -> Expr:
        """The operand's expression; DeriveError for a bare I without a neighbour."""
        if isinstance(operand.value, Unsized):
            raise self.fail(
                "the size of I cannot be told from its neighbours: write I(n)", operand.value.at, "identity-size"
            )
        return operand.value

    def as_shape(self, value: Value, shape: Shape, other: Operand) -> Expr:
        """The value, a bare I in it having the size of a neighbour of that shape."""
        if not isinstance(value, Unsized):
            return value
        if not is_square(shape) or is_scalar(shape):
            raise self.fail(
                f"I is square, and {self.words(other)} is {show(shape)}", value.at, "identity-size",
                "write I(n) with its size, or ones(…) for a matrix of ones",
            )
        return value.build(shape[0])

    def map(self, operand: Operand, function: Callable[[Expr], Expr], at: int) -> Value:
        """The function of one operand, a bare I staying without a size."""
        value = operand.value
        if isinstance(value, Unsized):
            inner = value
            return Unsized(lambda n: function(inner.build(n)), value.at)
        try:
            return function(value)
        except ShapeError as error:
            raise self.failed(error, at) from None

    # ------------------------------------------------------------------------------------- sums
    def total(self, terms: list[Operand]) -> Value:
        values = [t.value for t in terms]
        if any(isinstance(v, Unsized) for v in values):
            known = next((t for t in terms if isinstance(t.value, Expr)), None)
            if known is None:
                pending = [v for v in values if isinstance(v, Unsized)]
                return Unsized(lambda n: add(*(v.build(n) for v in pending)), pending[0].at)
            shape = self.sized(known).shape
            values = [self.as_shape(v, shape, known) for v in values]
        exprs = [v for v in values if isinstance(v, Expr)]
        first = exprs[0].shape
        for term, expr in zip(terms, exprs, strict=True):
            if expr.shape != first:
                raise self._sum_error(terms[0], first, term, expr.shape)
        return add(*exprs)

    def _sum_error(self, left: Operand, l_shape: Shape, right: Operand, r_shape: Shape) -> DeriveError:
        a, b = self.words(left), self.words(right)
        message = f"{a} is {show(l_shape)} and {b} is {show(r_shape)}: the sum is not defined"
        hint = None
        if is_scalar(l_shape) or is_scalar(r_shape):
            scalar, other, shape = (left, right, r_shape) if is_scalar(l_shape) else (right, left, l_shape)
            s = "" if self.words(scalar) == "1" else f"{self.grouped(scalar)} "
            sizes = f"{shape[0]}" if shape[1] == ONE else f"{shape[0]}, {shape[1]}"
            message += f"; did you mean {self.words(other)} + {s}ones({sizes})"
            message += f" or {self.words(other)} + {s}I({shape[0]})?" if is_square(shape) else "?"
            hint = "a scalar is not added to every entry of a vector or matrix by itself"
        elif (l_shape[1], l_shape[0]) == r_shape:
            sign = "-" if self.text[: right.start].rstrip().endswith("-") else "+"
            message += f"; did you mean {a} {sign} {self.transposed(right)}?"
        return self.fail(message, right.start, "size-mismatch", hint)

    # ------------------------------------------------------------------------------------- products
    def product(self, factors: list[Operand]) -> Value:
        """The product from left to right."""
        if len(factors) == 1:
            return factors[0].value
        if any(f.parts is not None for f in factors):
            self._refuse_entrywise_beside_product(factors)
        values = [f.value for f in factors]
        if any(isinstance(v, Unsized) for v in values):
            values = self._identities(factors)
            pending = [v for v in values if isinstance(v, Unsized)]
            if pending:
                fixed = tuple(values)
                return Unsized(
                    lambda n: matmul(*(v.build(n) if isinstance(v, Unsized) else v for v in fixed)), pending[0].at
                )
        exprs = [v for v in values if isinstance(v, Expr)]
        try:
            out = matmul(*exprs)
        except ShapeError:
            raise self._product_error(factors, exprs) from None
        self._refuse_huge(out, factors[0].start)
        return out

    def _refuse_huge(self, expr: Expr, at: int) -> None:
        if isinstance(expr, Number) and max(
            expr.value.numerator.bit_length(), expr.value.denominator.bit_length()
        ) > MAX_NUMBER_BITS:
            raise self.fail("this product of numbers is too large", at, "number")

    def _identities(self, factors: list[Operand]) -> list[Value]:
        """Each bare I takes the inner size of the vector or matrix to its left, or else to its right."""
        out: list[Value] = []
        running: Shape = SCALAR
        last: Operand | None = None
        for k, factor in enumerate(factors):
            value = factor.value
            if isinstance(value, Unsized):
                neighbour, size = last, running[1]
                if is_scalar(running):
                    neighbour = next(
                        (f for f in factors[k + 1 :] if isinstance(f.value, Expr) and not f.value.is_scalar), None
                    )
                    if neighbour is not None:
                        size = self.sized(neighbour).shape[0]
                if neighbour is not None:
                    if size == ONE:
                        raise self.fail(
                            f"I beside {self.words(neighbour)} has an unclear size: write I(n), or parentheses",
                            value.at, "identity-size",
                        )
                    value = value.build(size)
            if isinstance(value, Expr) and not value.is_scalar:
                running = value.shape if is_scalar(running) else (running[0], value.shape[1])
                last = factor
            out.append(value)
        return out

    def _refuse_entrywise_beside_product(self, factors: list[Operand]) -> None:
        """`A .* B C` has two readings.  A scalar beside `.*` has one value."""
        chain: list[Operand] = []
        running: Shape = SCALAR
        for factor in factors:
            if isinstance(factor.value, Expr) and factor.value.is_scalar:
                continue
            shape = (ONE, Size.of("I")) if isinstance(factor.value, Unsized) else factor.value.shape
            if is_scalar(running):
                chain, running = [factor], shape
                continue
            if factor.parts or any(f.parts for f in chain):
                raise self._entrywise_error(chain[-1], factor)
            chain.append(factor)
            running = (running[0], shape[1])

    def _entrywise_error(self, left: Operand, right: Operand) -> DeriveError:
        if right.parts is not None:
            a, op, b = right.parts
            first = f"({self.words(left)} {self.words(a)}) {op} {self.grouped(b)}"
            second = f"{self.words(left)} ({self.words(right)})"
        else:
            assert left.parts is not None
            a, op, b = left.parts
            first = f"({self.words(left)}) {self.words(right)}"
            second = f"{self.grouped(a)} {op} ({self.words(b)} {self.words(right)})"
        return self.fail(
            f"`{op}` beside a matrix product has two readings: write {first} or {second}", right.start, "two-readings"
        )

    def _product_error(self, factors: list[Operand], exprs: list[Expr]) -> DeriveError:
        """The first factor that does not fit, and the vector or matrix before it."""
        running, before, alone = SCALAR, factors[0], True
        before_shape = SCALAR
        for factor, expr in zip(factors, exprs, strict=True):
            shape = expr.shape
            if is_scalar(shape):
                continue
            if is_scalar(running):
                running, before, before_shape, alone = shape, factor, shape, True
                continue
            if running[1] != shape[0]:
                return self._mismatch(before, before_shape, factor, shape, alone)
            running, before, before_shape, alone = (running[0], shape[1]), factor, shape, False
        return self.fail("this product is not defined", factors[0].start, "size-mismatch")

    def _mismatch(self, left: Operand, ls: Shape, right: Operand, rs: Shape, alone: bool) -> DeriveError:
        a, b = self.words(left), self.words(right)
        ga, gb = self.grouped(left), self.grouped(right)
        message = f"{a} is {show(ls)} and {b} is {show(rs)}: the product {ga} {gb} is not defined"
        options = []
        if alone and ls[0] == rs[0]:
            options.append(f"{self.transposed(left)} {gb}")
        if ls == rs:
            options.append(f"{ga} .* {gb}")
        elif ls[1] == rs[1]:
            options.append(f"{ga} {self.transposed(right)}")
        if options:
            message += f"; did you mean {' or '.join(options)}?"
        return self.fail(message, right.start, "size-mismatch")

    # ------------------------------------------------------------------------------------- quotients
    def quotient(self, left: Operand, right: Operand, at: int) -> Value:
        """left / right; DeriveError where the right side is no number, or 0.

        left, right  as they were read
        """
        divisor = self.sized(right)
        if divisor is ZERO:
            raise self.fail("division by zero", right.start, "division")
        if not divisor.is_scalar:
            inverse = f", {self.grouped(left)} inv({self.words(right)})" if is_square(divisor.shape) else ""
            raise self.fail(
                f"division is by a scalar, and {self.words(right)} is {show(divisor.shape)}", right.start, "division",
                f"write {self.grouped(left)} ./ {self.grouped(right)} for entry by entry division{inverse}",
            )
        return self.map(left, lambda e: divide(e, divisor), at)

    def entrywise(self, left: Operand, op: str, right: Operand, at: int) -> Value:
        """`.*` and `./`; with a scalar on one side of `.*`, or under `./`, the ordinary operation.

        op           `.*` or `./`
        left, right  of one shape, or one of them a number
        """
        if isinstance(left.value, Unsized) and isinstance(right.value, Expr):
            left = left._replace(value=self.as_shape(left.value, right.value.shape, right))
        elif isinstance(right.value, Unsized) and isinstance(left.value, Expr):
            right = right._replace(value=self.as_shape(right.value, left.value.shape, left))
        a, b = self.sized(left), self.sized(right)
        if op == "./" and b.is_scalar:
            return self.quotient(left, right, at)
        if op == ".*" and (a.is_scalar or b.is_scalar):
            return scale(a, b) if a.is_scalar else scale(b, a)
        if a.shape != b.shape and not a.is_scalar:
            message = (
                f"{self.words(left)} is {show(a.shape)} and {self.words(right)} is {show(b.shape)}: "
                f"entry by entry, `{op}`, the sizes must be equal"
            )
            if (a.shape[1], a.shape[0]) == b.shape:
                message += f"; did you mean {self.grouped(left)} {op} {self.transposed(right)}?"
            hint = f"`{op}` binds tighter than a product: A x {op} B x is (A x) {op} (B x) in brackets"
            raise self.fail(message, right.start, "size-mismatch", hint)
        out: Expr = Call("hadamard" if op == ".*" else "quotient", (a, b))
        return out

    def entry_power(self, base: Operand, exponent: Operand, at: int) -> Value:
        """base .^ exponent, entry by entry; a number on one side stands in every entry.

        base, exponent  as they were read
        """
        a, k = self.sized(base), self.sized(exponent)
        try:
            if a.is_scalar and k.is_scalar:
                return power(a, k)
            out: Expr = Call("entrypower", (a, k))
            return out
        except ShapeError as error:
            raise self.failed(error, at) from None


def negated(value: Value) -> Value:
    """Minus the value."""
    if isinstance(value, Unsized):
        inner = value
        return Unsized(lambda n: negate(inner.build(n)), value.at)
    return negate(value)
