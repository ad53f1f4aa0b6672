"""Sums and products of a LaTeX formula, by recursive descent."""

from __future__ import annotations

from derive.expressions.build import power, times
from derive.expressions.nodes import Call, Expr, Number, Power, number
from derive.expressions.sizes import ONE, Shape, Size, is_column, is_scalar, is_square, show
from derive.language.latex.reader import INFIX
from derive.language.latex.scripts import Scripts
from derive.language.latex.sizes import match_product, match_sum
from derive.language.latex.tokens import Tex
from derive.language.operands import Operand, Unsized, Value, negated


class Parser(Scripts):
    """One formula; what a factor may begin with stands in `atoms`, which `input` joins to it."""

    def whole(self, shape: Shape | None) -> Expr:
        if self.token.kind == "end":
            raise self.fail("an expression is missing here", 0, "empty")
        operand = self.sum()
        if self.token.kind != "end":
            raise self.leftover()
        if isinstance(operand.value, Unsized) and shape is not None and is_square(shape) and not is_scalar(shape):
            return operand.value.build(shape[0])
        out = self.combine.sized(operand)
        if self.unsized:
            out = self.resolved(out, shape)
        return out

    def sum(self) -> Operand:
        first = self.signed()
        terms = [first]
        while self.token.text in ("+", "-") and self.token.kind == "char":
            minus = self.take().text == "-"
            term = self.signed()
            terms.append(term._replace(value=negated(term.value)) if minus else term)
        if len(terms) == 1:
            return first
        return Operand(self.combine.total(self.told(match_sum, terms)), first.start, terms[-1].end)

    def signed(self) -> Operand:
        token = self.token
        minus = self.minus()
        operand = self.paired()
        return operand._replace(value=negated(operand.value), start=token.start) if minus else operand

    def paired(self) -> Operand:
        """A product, or the double dot product A : B of two, which is tr(A'B)."""
        left = self.product()
        while self.token.text == ":" and self.token.kind == "char" and isinstance(left.value, Expr) and not left.value.is_scalar:
            at = self.take().start
            left, right = self.told(match_sum, [left, self.product()])
            exprs = tuple(self.combine.sized(operand) for operand in (left, right))
            if exprs[0].shape != exprs[1].shape:
                raise self.fail(
                    f"{self.combine.words(left)} is {show(exprs[0].shape)} and {self.combine.words(right)} is {show(exprs[1].shape)}: "
                    "A : B is of two matrices of one size", right.start, "size-mismatch",
                )
            left = Operand(self.made(Call, at, "inner", exprs), left.start, right.end)
        return left

    def product(self) -> Operand:
        """A product from left to right; a dot between two column vectors is their inner product."""
        parts: list[Operand] = []
        factors = [self.tight()]
        while True:
            token = self.token
            if token.text in (r"\cdot", r"\times", "*"):
                if token.text == r"\times" and self.times_stops:
                    break
                self.take()
                if token.text == r"\times" and self.crosses(factors[-1]):
                    factors[-1] = self.crossed(factors[-1], token)
                    continue
                parts = self.dotted(parts, factors)
                minus = self.minus()
                factor = self.tight()
                factors = [factor._replace(value=negated(factor.value)) if minus else factor]
            elif token.text == "/" and token.kind == "char":
                self.take()
                left = self.joined(self.dotted(parts, factors))
                right = self.tight()
                if self.starts_factor():
                    self.refuse_after_division(left, right)
                value = self.combine.quotient(left, right, token.start)
                parts, factors = [], [Operand(value, left.start, right.end)]
            elif self.starts_factor():
                factors.append(self.tight())
            else:
                break
        return self.joined(self.dotted(parts, factors))

    def crosses(self, left: Operand) -> bool:
        r"""Whether `u \times` is a cross product: u is a vector of R^3, or of a size that may be 3."""
        value = left.value
        return isinstance(value, Expr) and value.shape == (Size.of(3), ONE)

    def crossed(self, left: Operand, token: Tex) -> Operand:
        """u × v, of one factor on each side."""
        right = self.tight()
        value = self.made(Call, token.start, "cross", (self.combine.sized(left), self.combine.sized(right)))
        return Operand(value, left.start, right.end)

    def joined(self, factors: list[Operand]) -> Operand:
        """The product of the factors, from left to right."""
        if len(factors) == 1:
            return factors[0]
        value = self.combine.product(self.told(match_product, factors))
        return Operand(value, factors[0].start, factors[-1].end)

    def dotted(self, parts: list[Operand], factors: list[Operand]) -> list[Operand]:
        """What stands between the dots so far, the factors behind the last one joined to it."""
        right = self.joined(factors)
        b = right.value
        if not parts or not isinstance(b, Expr) or not is_column(b.shape) or not self.ends_in_column(parts):
            together = [*parts, right]
            return [self.joined(together)] if len(parts) > 8 or self.closes(parts, b) else together
        left = self.joined(parts)
        a = left.value
        if not isinstance(a, Expr) or not is_column(a.shape):
            return [left, right]
        if a.shape != b.shape:
            raise self.fail(
                f"{self.combine.words(left)} is {show(a.shape)} and {self.combine.words(right)} is {show(b.shape)}: "
                "their inner product is not defined", right.start, "size-mismatch",
            )
        return [Operand(self.made(Call, left.start, "dot", (a, b)), left.start, right.end)]

    def closes(self, parts: list[Operand], last: Value) -> bool:
        """Whether the parts begin with a row vector and the last one makes the product a scalar, which then stands by itself."""
        first = next((p.value for p in parts if isinstance(p.value, Unsized) or not p.value.is_scalar), None)
        return isinstance(first, Expr) and first.shape[0] == ONE and isinstance(last, Expr) and is_column(last.shape)

    def ends_in_column(self, parts: list[Operand]) -> bool:
        """Whether the last part that is no scalar has one column, so that the product may be a column vector."""
        last = next((p.value for p in reversed(parts) if isinstance(p.value, Unsized) or not p.value.is_scalar), None)
        return isinstance(last, Expr) and last.shape[1] == ONE

    def refuse_after_division(self, left: Operand, right: Operand) -> None:
        a, b = self.combine.words(left), self.combine.words(right)
        if isinstance(left.value, Number) and isinstance(right.value, Number):
            return
        raise self.fail(
            rf"`{a} / {b}` followed by a factor has two readings: write \frac{{{a}}}{{{b}}}, or brackets", self.token.start,
            "two-readings",
        )

    def divide(self, left: Operand, right: Operand, at: int) -> Value:
        r"""left / right of `\frac` and `/`; DeriveError where the lower one is an array.

        left, right  as they were read
        at           where the fraction stands
        """
        return self.combine.quotient(left, right, at)

    def tight(self) -> Operand:
        r"""An operand of a product: one factor, or factors joined by \circ, \odot, \oslash, \otimes."""
        out = self.scripted()
        while self.token.text in INFIX:
            token = self.take()
            op = INFIX[token.text]
            if out.parts is not None and (out.parts[1] != op or op == "./"):
                raise self.fail(
                    f"`{token.text}` after another operation of its kind: write brackets", token.start, "two-readings"
                )
            minus = self.minus()
            right = self.scripted()
            if minus:
                right = right._replace(value=negated(right.value))
            if op == r"\otimes":
                value: Value = self.made(Call, token.start, "kron", (self.combine.sized(out), self.combine.sized(right)))
            elif token.text == r"\odot" and _by_columns(out.value, right.value):
                value = self.made(Call, token.start, "khatrirao", (self.combine.sized(out), self.combine.sized(right)))
            else:
                value = self.combine.entrywise(out, op, right, token.start)
            out = Operand(value, out.start, right.end, (out, op, right))
        return out

    def inverted(self) -> Expr:
        """The factors of a denominator in a second pair of braces, each inverted: s t is s⁻¹ t⁻¹, s² is s⁻²."""
        out: list[Expr] = []
        while self.token.kind != "close":
            if out and self.skip(r"\cdot"):
                continue
            factor = self.tight()
            expr = self.combine.sized(factor)
            if isinstance(expr, Power) and isinstance(expr.exponent, Number) and not factor.group:
                out.append(power(expr.base, number(-expr.exponent.value)))
            else:
                out.append(power(expr, -1))
        return times(*out)


def _by_columns(left: Value, right: Value) -> bool:
    r"""Whether `A \odot B` is a Khatri-Rao product: as many columns, and not one shape, where it would be entry by entry."""
    if not (isinstance(left, Expr) and isinstance(right, Expr)):
        return False
    return left.shape[1] == right.shape[1] and left.shape[0] != right.shape[0] and not left.is_scalar and not right.is_scalar
