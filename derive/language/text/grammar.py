"""The expressions of the language: a Pratt parser from a line of text to a typed expression.

From loosest to tightest: `+ -`; unary `-`; products and `/`; `.*` and `./`; `^`, `.^` and the postfix `'`.  Where people read a
line in two ways it is refused with both spelled out.
"""

from __future__ import annotations

import re

from derive.expressions.nodes import Call, Expr, number
from derive.expressions.sizes import ONE, Shape
from derive.language.operands import Operand, Unsized, negated
from derive.language.origin import Origin
from derive.language.scope import Scope
from derive.language.text.parser import MAX_CHAIN, MAX_DEPTH
from derive.language.text.powers import Powers
from derive.language.text.tokens import Token, number_value, tokenize

__all__ = ["MAX_CHAIN", "MAX_DEPTH", "Scope", "parse", "parse_tokens"]


def parse(text: str, scope: Scope, origin: Origin | None = None, shape: Shape | None = None) -> Expr:
    """The expression that a text says; a text that holds a backslash is read as LaTeX.

    origin  where the text stands, for messages
    shape   the shape that is expected, from which a bare `I` alone takes its size; it is not checked otherwise
    DeriveError, with a position, for whatever is not an expression of the language.
    """
    origin = origin or Origin.of_text(text)
    if "\\" in text:
        from derive.language.latex.input import parse as parse_latex

        return parse_latex(text, scope, origin)
    return parse_tokens(tokenize(text, origin), text, scope, origin, shape)


def parse_tokens(tokens: list[Token], text: str, scope: Scope, origin: Origin, shape: Shape | None = None) -> Expr:
    """The expression that tokens say; `text` is what their offsets count in.

    shape  that is expected, of which a bare `I` takes its size; None where any is right
    """
    return _Parser(tokens, text, scope, origin).whole(shape)


class _Parser(Powers):
    """Sums and products; `power` and what is below it stand in the base classes."""

    def whole(self, shape: Shape | None) -> Expr:
        if self.tokens[0].kind == "end":
            raise self.fail("an expression is missing here", 0, "empty")
        operand = self.sum()
        token = self.tokens[self.i]
        if token.kind != "end":
            raise self.leftover(token)
        if isinstance(operand.value, Unsized) and shape is not None and shape[0] == shape[1] != ONE:
            return operand.value.build(shape[0])
        return self.combine.sized(operand)

    # ------------------------------------------------------------------------------------- sums and products
    def sum(self) -> Operand:
        first = self.signed()
        if not (self.is_op("+") or self.is_op("-")):
            return first
        terms = [first]
        while True:
            token = self.tokens[self.i]
            if token.kind != "op" or token.text not in "+-":
                break
            self.i += 1
            term = self.signed()
            terms.append(term._replace(value=negated(term.value)) if token.text == "-" else term)
        return Operand(self.combine.total(terms), first.start, terms[-1].end)

    def signed(self) -> Operand:
        """A product, or minus one: `-A B` is -(A B)."""
        token = self.tokens[self.i]
        if token.kind != "op" or token.text != "-":
            return self.paired()
        minus = self.minus()
        operand = self.paired()
        return Operand(negated(operand.value) if minus else operand.value, token.start, operand.end)

    def paired(self) -> Operand:
        """A product, or the double dot product A : B of two, which is inner(A, B)."""
        left = self.product()
        while self.is_op(":") and isinstance(left.value, Expr) and not left.value.is_scalar:
            at = self.tokens[self.i].start
            self.i += 1
            right = self.product()
            exprs = tuple(self.combine.sized(operand) for operand in (left, right))
            self.refuse_unequal("inner", [left, right], exprs)
            left = Operand(self.made(Call, at, "inner", exprs), left.start, right.end)
        return left

    def product(self) -> Operand:
        first = self.factor()
        factors = [first]
        divisor: Operand | None = None
        while True:
            token = self.tokens[self.i]
            if token.kind == "op":
                if token.text in ("*", "@"):
                    self.i += 1
                    divisor = None
                    factors.append(self.operand())
                    continue
                if token.text == "/":
                    self.i += 1
                    divisor = self.operand(divides=True)
                    left = Operand(self.combine.product(factors), first.start, factors[-1].end)
                    value = self.combine.quotient(left, divisor, token.start)
                    factors = [Operand(value, first.start, divisor.end)]
                    continue
                if token.text not in ("(", "["):
                    break
            elif token.kind == "end":
                break
            factor = self.dotted()
            if divisor is not None:
                self.refuse_after_division(factors[-1], divisor, token, factor)
                divisor = None
            elif factors[-1].parts is not None and factors[-1].parts[1] == "./":
                numerator, _, denominator = factors[-1].parts
                self.refuse_after_division(factors[-1], denominator, token, factor, numerator)
            factors.append(factor)
        if len(factors) == 1:
            return factors[0]
        return Operand(self.combine.product(factors), first.start, factors[-1].end)

    def refuse_after_division(
        self, quotient: Operand, divisor: Operand, token: Token, factor: Operand, numerator: Operand | None = None
    ) -> None:
        """`a / b c`: people read (a/b) c and a/(b c).  After (…), or a number and a gap, there is one reading."""
        if divisor.group and (token.gap or self.text[divisor.start : divisor.start + 1] in ("(", "")):
            return
        slash = "/" if numerator is None else "./"
        if numerator is None:
            text = self.text[quotient.start : divisor.start].rstrip().rstrip("/").rstrip()
            top = " ".join(text.split())
        else:
            top = self.combine.words(numerator)
        top = top if re.fullmatch(r"[\w.]+'?|\([^()]*\)", top) else f"({top})"
        a, b, c = top, self.combine.words(divisor), self.combine.words(factor)
        raise self.fail(
            f"`{a} {slash} {b} {c}` has two readings: write ({a} {slash} {b}) {c} or {a} {slash} ({b} {c})",
            token.start, "two-readings",
        )

    def operand(self, divides: bool = False) -> Operand:
        """What follows `*` or `/`: it may have its own minus sign, `a * -b`."""
        start, minus = self.tokens[self.i], self.minus()
        out = self.dotted() if divides else self.factor()
        if start.text != "-" or start.kind != "op":
            return out
        return out._replace(value=negated(out.value) if minus else out.value, start=start.start)

    def factor(self) -> Operand:
        """An operand of a product; a literal fraction `1/2` is one number here."""
        i = self.i
        token = self.tokens[i]
        if token.kind == "number" and self.tokens[i + 1].text == "/" and self.tokens[i + 2].kind == "number":
            after = self.tokens[i + 3]
            if after.text not in ("^", ".^", "'", ".T", "["):
                below = self.tokens[i + 2]
                bottom = number_value(below, self.origin)
                if bottom == 0:
                    raise self.fail("division by zero", below.start, "division")
                self.i += 3
                value = number(number_value(token, self.origin) / bottom)
                return self.dotted(Operand(value, token.start, below.end, None, True))
        return self.dotted()

    def dotted(self, first: Operand | None = None) -> Operand:
        """Entry by entry products and quotients, tighter than `*` and `/`."""
        out = first or self.power()
        count = 0
        while True:
            token = self.tokens[self.i]
            if token.kind != "op" or token.text not in (".*", "./"):
                return out
            self.i += 1
            count += 1
            if count > MAX_CHAIN:
                raise self.fail(f"more than {MAX_CHAIN} `{token.text}` in a row", token.start, "too-deep")
            sign = self.tokens[self.i]
            minus = self.minus()
            right = self.power()
            if minus:
                right = right._replace(value=negated(right.value), start=sign.start)
            left = out
            value = self.combine.entrywise(left, token.text, right, token.start)
            plain = token.text == ".*" and any(
                isinstance(o.value, Expr) and o.value.is_scalar for o in (left, right)
            )
            out = Operand(value, left.start, right.end, None if plain else (left, token.text, right))
