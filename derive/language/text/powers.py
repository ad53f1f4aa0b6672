"""What follows an operand without a gap or is raised: `'`, `^`, `.^`, an index."""

from __future__ import annotations

from fractions import Fraction

from derive.expressions.build import ZERO, power, transpose
from derive.expressions.nodes import Entry, Expr, Number
from derive.expressions.sizes import is_column, is_scalar, is_square, show
from derive.language.indices import integer_valued
from derive.language.norms import raised
from derive.language.operands import Operand, Value, negated
from derive.language.real_powers import real_power
from derive.language.text.atoms import Atoms
from derive.language.text.parser import MAX_CHAIN
from derive.language.text.tokens import Token


class Powers(Atoms):
    """The tightest operators.

    at  offset in the text, for messages
    """

    def minus(self) -> bool:
        """Whether an odd number of minus signs stands here; they are read."""
        out = False
        while self.is_op("-"):
            out = not out
            self.i += 1
        return out

    def power(self) -> Operand:
        return self.postfix(self.atom())

    def postfix(self, out: Operand) -> Operand:
        count = 0
        while True:
            token = self.tokens[self.i]
            if token.kind != "op" or token.text not in ("'", ".T", "^", ".^", "["):
                return out
            if token.text == "[" and token.gap:
                return out
            count += 1
            if count > MAX_CHAIN:
                raise self.fail(f"more than {MAX_CHAIN} operators after one another", token.start, "too-deep")
            if token.text in ("'", ".T"):
                self.i += 1
                value = self.combine.map(out, transpose, token.start)
                out = Operand(value, out.start, token.end)
            elif token.text == "[":
                out = self.index(out)
            else:
                out = self.raised(out)

    def raised(self, base: Operand) -> Operand:
        token = self.tokens[self.i]
        self.i += 1
        if token.text == "^":
            transposed = self.raised_transpose(base)
            if transposed is not None:
                return transposed
        self.deeper(token.start)
        exponent = self.exponent(base, token)
        self.depth -= 1
        if token.text == ".^":
            value = self.combine.entry_power(base, exponent, token.start)
        else:
            value = self.to_power(base, exponent, token.start)
        return Operand(value, base.start, exponent.end)

    def raised_transpose(self, base: Operand) -> Operand | None:
        """`X^T` and `X^-T`; None when the exponent is another one."""
        i = self.i
        negative = self.tokens[i].text == "-" and self.tokens[i].kind == "op"
        token = self.tokens[i + negative]
        if token.kind != "name" or token.text != "T":
            return None
        if "T" in self.scope.symbols or "T" in self.bound or "T" in self.scope.sizes:
            if isinstance(base.value, Expr) and base.value.is_scalar:
                return None
            shown = self.combine.grouped(base)
            raise self.fail(
                f"T is declared, so {shown}^{'-' * negative}T has two readings: write "
                f"{shown}' for the transpose or {shown}^({'-' * negative}T) for the power",
                token.start, "two-readings",
            )
        self.i += 1 + negative
        value = self.combine.map(base, lambda e: transpose(power(e, -1)) if negative else transpose(e), token.start)
        return Operand(value, base.start, token.end)

    def exponent(self, base: Operand, operator: Token) -> Operand:
        """What stands after `^`: right to left, with its own minus sign; a `'` after it belongs to the whole power."""
        start, minus = self.tokens[self.i], self.minus()
        token = self.tokens[self.i]
        if token.kind == "op" and token.text not in ("(", "["):
            hint = "the pseudo-inverse is pinv(X)" if token.text == "+" else None
            raise self.fail("an exponent is missing", token.start, "syntax", hint)
        out = self.atom()
        while self.is_op("[") and not self.tokens[self.i].gap:
            out = self.index(out)
        following = self.tokens[self.i]
        if following.kind == "op" and following.text in ("^", ".^"):
            out = self.raised(out)
        value = negated(out.value) if minus else out.value
        if token.text == "1" and not minus and operator.text == "^":
            self.refuse_raised_fraction(base, token)
        return Operand(value, start.start, out.end)

    def refuse_raised_fraction(self, base: Operand, one: Token) -> None:
        """`x^1/2` would be x/2, which nobody writes so."""
        slash, below = self.tokens[self.i], self.tokens[min(self.i + 1, len(self.tokens) - 1)]
        if slash.text == "/" and slash.kind == "op" and below.kind == "number":
            x = self.combine.grouped(base)
            raise self.fail(
                f"`{x}^1/{below.text}` has two readings: write {x}^(1/{below.text}) or {x} / {below.text}", one.start,
                "two-readings",
            )

    def to_power(self, base: Operand, exponent: Operand, at: int) -> Value:
        """base ^ exponent: of a number or a square matrix; DeriveError where the power is not defined.

        base, exponent  as they were read
        """
        k = self.combine.sized(exponent)
        if base.value is ZERO and isinstance(k, Number) and k.value < 0:
            raise self.fail("division by zero", at, "division")
        if not k.is_scalar:
            raise self.fail(
                f"an exponent is a scalar, and {self.combine.words(exponent)} is {show(k.shape)}", exponent.start,
                "size-mismatch", "the transpose is X' or X^T; entry by entry powers are X .^ K",
            )
        if isinstance(base.value, Expr) and base.value.is_scalar and self.text[base.start :].startswith("norm"):
            even = raised(base.value, k)
            if even is not None:
                return even
        if isinstance(base.value, Expr) and not base.value.is_scalar and not integer_valued(k) and is_square(base.value.shape):
            real = real_power(base.value, k)
            if real is not None:
                return real
        if not (isinstance(base.value, Expr) and base.value.is_scalar) and not integer_valued(k):
            root = isinstance(k, Number) and abs(k.value) == Fraction(1, 2)
            raise self.fail(
                f"a matrix has integer powers only, and {self.combine.words(exponent)} is not declared as an integer"
                if not isinstance(k, Number) else "a matrix has integer powers only",
                exponent.start, "exponent",
                "the principal square root is sqrtm(A)" if root
                else "only a symmetric positive definite matrix has real powers, declare it `spd`; `.^` is for those of the entries"
                if isinstance(k, Number)
                else f"declare `{', '.join(sorted(k.free)) or self.combine.words(exponent)}: integer`, or the matrix `spd` for a real power; "
                "`.^` is for those of the entries",
            )
        return self.combine.map(base, lambda e: power(e, k), at)

    # ------------------------------------------------------------------------------------- indices
    def index(self, base: Operand) -> Operand:
        opening = self.tokens[self.i]
        self.i += 1
        self.deeper(opening.start)
        arg = self.combine.sized(base)
        places = [self.place()]
        while self.is_op(","):
            self.i += 1
            places.append(self.place())
        if self.is_op(":"):
            raise self.fail("ranges are not part of the language", self.tokens[self.i].start, "index",
                            "an index is one number, or `:` for a whole column or row")
        closing = self.expect("]", "after the index")
        self.depth -= 1
        value = self.entry(base, arg, places, opening.start)
        return Operand(value, base.start, closing.end)

    def place(self) -> Operand | None:
        if self.is_op(":"):
            self.i += 1
            return None
        return self.sum()

    def entry(self, base: Operand, arg: Expr, places: list[Operand | None], at: int) -> Expr:
        """X[i, j], x[i], X[:, j], X[i, :].

        base, arg  what the brackets stand behind, as it was read and as an expression
        places     what stands between the brackets, None for `:`
        """
        words = self.combine.words(base)
        if is_scalar(arg.shape):
            raise self.fail(f"{words} is a scalar: it has no entries", at, "index")
        if len(places) == 1:
            if not is_column(arg.shape):
                raise self.fail(
                    f"{words} is {show(arg.shape)}: an entry of it has two indices, a row and a column", at, "index",
                    f"write {words}[i, j], {words}[:, j] or {words}[i, :]",
                )
            if places[0] is None:
                raise self.fail("x[:] is x itself: leave the index away", at, "index")
            return self.made(Entry, at, arg, self.subscript(places[0], arg.shape[0], words, "entries"), None)
        if len(places) != 2:
            raise self.fail(f"{words} is {show(arg.shape)}: it has at most two indices", at, "index")
        if places[0] is None and places[1] is None:
            raise self.fail("X[:, :] is X itself: leave the index away", at, "index")
        row = None if places[0] is None else self.subscript(places[0], arg.shape[0], words, "rows")
        column = None if places[1] is None else self.subscript(places[1], arg.shape[1], words, "columns")
        return self.made(Entry, at, arg, row, column)
