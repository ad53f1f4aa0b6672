"""Sums and products of a LaTeX formula, by recursive descent."""

from __future__ import annotations

from derive.language.build import power, times
from derive.language.latex_reader import INFIX
from derive.language.latex_scripts import Scripts
from derive.language.latex_sizes import match_product, match_sum
from derive.language.latex_tokens import Tex
from derive.language.nodes import Call, Expr, Number, Power, number
from derive.language.operands import Operand, Unsized, Value, negated
from derive.language.sizes import Shape, is_column, is_scalar, is_square, show


class Parser(Scripts):
    """One formula; what a factor may begin with stands in `latex_atoms`."""

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
        operand = self.product()
        return operand._replace(value=negated(operand.value), start=token.start) if minus else operand

    def product(self) -> Operand:
        """A product from left to right; a dot between two column vectors is their inner product."""
        total: Operand | None = None
        factors = [self.tight()]
        while True:
            token = self.token
            if token.text in (r"\cdot", r"\times", "*"):
                if token.text == r"\times" and self.times_stops:
                    break
                self.take()
                total = self.dotted(total, factors, token)
                minus = self.minus()
                factor = self.tight()
                factors = [factor._replace(value=negated(factor.value)) if minus else factor]
            elif token.text == "/" and token.kind == "char":
                self.take()
                left = self.dotted(total, factors, token)
                right = self.tight()
                if self.starts_factor():
                    self.refuse_after_division(left, right)
                total, factors = None, [Operand(self.divide(left, right, token.start), left.start, right.end)]
            elif self.starts_factor():
                factors.append(self.tight())
            else:
                break
        return self.dotted(total, factors, self.token)

    def dotted(self, total: Operand | None, factors: list[Operand], at: Tex) -> Operand:
        """The factors joined to what stands before the last dot."""
        right = factors[0] if len(factors) == 1 else Operand(
            self.combine.product(self.told(match_product, factors)), factors[0].start, factors[-1].end
        )
        if total is None:
            return right
        a, b = total.value, right.value
        if isinstance(a, Expr) and isinstance(b, Expr) and is_column(a.shape) and is_column(b.shape):
            if a.shape != b.shape:
                raise self.fail(
                    f"{self.combine.words(total)} is {show(a.shape)} and {self.combine.words(right)} is {show(b.shape)}: "
                    "their inner product is not defined", right.start, "size-mismatch",
                )
            return Operand(Call("dot", (a, b)), total.start, right.end)
        return Operand(self.combine.product(self.told(match_product, [total, right])), total.start, right.end)

    def refuse_after_division(self, left: Operand, right: Operand) -> None:
        a, b = self.combine.words(left), self.combine.words(right)
        if isinstance(left.value, Number) and isinstance(right.value, Number):
            return
        raise self.fail(
            rf"`{a} / {b}` followed by a factor has two readings: write \frac{{{a}}}{{{b}}}, or brackets", self.token.start,
            "two-readings",
        )

    def divide(self, left: Operand, right: Operand, at: int) -> Value:
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
