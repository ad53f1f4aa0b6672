"""Exponents, transposes, indices and sizes in a LaTeX formula."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

from derive.expressions.build import ZERO, power, transpose
from derive.expressions.nodes import Call, Entry, Expr, Number, Symbol, Transpose, number
from derive.expressions.sizes import Size, is_column, is_square, show
from derive.language.indices import as_size, check_index, integer_valued
from derive.language.latex.reader import MAX_DEPTH, STOP, Reader
from derive.language.latex.tokens import Tex
from derive.language.operands import Operand, Value
from derive.language.real_powers import real_power
from derive.language.samples import in_columns

TRANSPOSED = {
    r"\top", r"\intercal", r"\mathsf T", r"\mathrm T", r"\mathtt T", r"\text T", "T", r"\mathbf T", r"\mathit T",
    r"\prime",
}


class Scripts(Reader):
    """A factor with what stands above, below and behind it.

    at     offset of the place in the formula, for messages
    words  the text that a message speaks of
    """

    @abstractmethod
    def atom(self) -> Operand:
        """The factor that begins here, without its scripts."""

    def scripted(self) -> Operand:
        out = self.atom()
        count = 0
        raised = False
        while True:
            token = self.token
            count += 1
            if token.text not in ("^", "_", "'") or token.kind != "char":
                return out
            if count > MAX_DEPTH:
                raise self.fail(f"more than {MAX_DEPTH} scripts in a row", token.start, "too-deep")
            if token.text == "'":
                self.take()
                out = Operand(self.combine.map(out, self.turning(out), token.start), out.start, token.end)
            elif token.text == "_":
                out = self.subscript(out)
            else:
                if raised:
                    raise self.fail("two exponents one after the other: write brackets", token.start)
                raised = True
                out = self.raised(out)

    def argument(self, what: str) -> Operand:
        """An argument in braces, or of one token, read as an expression."""
        token = self.token
        self.deeper(token.start)
        if token.kind == "open":
            self.take()
            bars, self.bars = self.bars, []
            out = self.sum()
            self.bars = bars
            if self.token.kind != "close":
                raise self.leftover()
            end = self.take().end
            out = Operand(out.value, token.start, end, None, True)
        elif token.kind == "end" or token.text in STOP:
            raise self.fail(f"{what} is missing", token.start)
        elif token.kind == "char" and token.text.isdecimal():
            self.take()
            out = Operand(number(int(token.text)), token.start, token.end, None, True)
        else:
            out = self.atom()
        self.depth -= 1
        return out

    def raised(self, base: Operand) -> Operand:
        mark = self.take()
        text = self.peek() if self.token.kind != "end" else ""
        if text in TRANSPOSED or (text.startswith("- ") and text[2:] in TRANSPOSED):
            return self.transposed(base, text)
        refused = {
            "*": "conjugates", "H": "conjugates", r"\mathsf H": "conjugates", r"\mathrm H": "conjugates", r"\ast": "conjugates",
            r"\dagger": "the conjugate transpose or the pseudo-inverse",
        }.get(text)
        if refused and text not in self.scope.symbols:
            raise self.fail(
                f"`^{text}` is not part of the language (everything is real)", mark.start, "two-readings",
                r"the transpose is X^\top, the pseudo-inverse X^{+}",
            )
        if text == "+":
            self.group()
            value: Value = self.made(Call, base.start, "pinv", (self.combine.sized(base),))
            return Operand(value, base.start, self.last_end)
        if text.startswith(r"\circ"):
            return self.entry_power(base, mark)
        self.require_exponent(mark)
        exponent = self.exponent()
        return Operand(self.to_power(base, exponent, mark.start), base.start, exponent.end)

    def require_exponent(self, mark: Tex) -> None:
        if self.token.kind == "end":
            raise self.fail("an exponent is missing", mark.start)

    def exponent(self) -> Operand:
        """A one-token exponent, or one in braces; `1/2` in it is a number."""
        return self.argument("an exponent")

    def transposed(self, base: Operand, text: str) -> Operand:
        token = self.token
        letter = text.removeprefix("- ")
        if letter == "T" and ("T" in self.scope.symbols or "T" in self.scope.sizes):
            if self.own or (isinstance(base.value, Expr) and base.value.is_scalar):
                exponent = self.exponent()
                return Operand(self.to_power(base, exponent, token.start), base.start, exponent.end)
            raise self.fail(
                r"T is declared, so `^T` has two readings: write ^\top for the transpose, or (T) for the power", token.start,
                "two-readings",
            )
        self.group()
        negative = text.startswith("-")

        turn = self.turning(base)
        function = (lambda e: transpose(power(e, -1))) if negative else turn
        return Operand(self.combine.map(base, function, token.start), base.start, self.last_end)

    def turning(self, base: Operand) -> Callable[[Expr], Expr]:
        """The transpose of what was read; X_{i, :} is the row, so its transpose is the column vector X[i, :]."""

        def turned(e: Expr) -> Expr:
            row = e is base.value and not base.group and isinstance(e, Transpose) and isinstance(e.arg, Entry)
            return e.arg if row and isinstance(e, Transpose) else transpose(e)

        return turned

    def entry_power(self, base: Operand, mark: Tex) -> Operand:
        r"""`A^{\circ k}`."""
        opening = self.take()
        if opening.kind != "open":
            raise self.fail(r"an exponent is missing: `A^{\circ 2}`", opening.start)
        self.take()
        exponent = self.sum()
        if self.token.kind != "close":
            raise self.leftover()
        self.take()
        value = self.combine.entry_power(base, exponent, mark.start)
        return Operand(value, base.start, self.last_end)

    def to_power(self, base: Operand, exponent: Operand, at: int) -> Value:
        """`base^exponent`: of a number or a square matrix; an exponent -1, T, + means what it says.

        base, exponent  as they were read
        """
        k = self.combine.sized(exponent)
        words = self.combine.words(exponent)
        if base.value is ZERO and isinstance(k, Number) and k.value < 0:
            raise self.fail("division by zero", at, "division")
        if not k.is_scalar:
            raise self.fail(
                f"an exponent is a scalar, and {words} is {show(k.shape)}", exponent.start, "size-mismatch",
                r"the transpose is X^\top; entry by entry powers are X^{\circ K}",
            )
        if not (isinstance(base.value, Expr) and base.value.is_scalar) and not integer_valued(k):
            value = base.value
            real = real_power(value, k) if isinstance(value, Expr) and is_square(value.shape) else None
            if self.own and real is None and isinstance(value, Expr) and not (isinstance(k, Number) and abs(k.value) == Fraction(1, 2)):
                real = self.made(Call, base.start, "powm", (value, k))
            if real is not None:
                return real
            if isinstance(k, Number) and abs(k.value) == Fraction(1, 2):
                root: Value = self.made(Call, base.start, "sqrtm", (self.combine.sized(base),))
                return root if k.value > 0 or not isinstance(root, Expr) else power(root, -1)
            raise self.fail(
                "a matrix has integer powers only" if isinstance(k, Number)
                else f"a matrix has integer powers only, and {words} is not declared as an integer",
                exponent.start, "exponent", r"write A^{\circ k} for the powers of the entries",
            )
        return self.combine.map(base, lambda e: power(e, k), at)

    def subscript(self, base: Operand) -> Operand:
        r"""`x_i`, `X_{ij}`, `X_{i, j}`, `X_{:, j}`, `X_{i, :}` (the row), `[A B]_{ij}`."""
        mark = self.take()
        arg = self.combine.sized(base)
        words = self.combine.words(base)
        if arg.is_scalar:
            raise self.fail(f"{words} is a scalar: it has no entries", mark.start, "index")
        if isinstance(arg, Symbol) and arg.count is not None and arg.index is None:
            return self.member(arg, base, words)
        places = self.places(is_column(arg.shape))
        if len(places) == 1:
            index = places[0]
            counted = index is not None and (arg.columns == arg.name if isinstance(arg, Symbol) else False)
            if isinstance(arg, Symbol) and not is_column(arg.shape) and index is not None and (
                counted or self.combine.sized(index).free & self.ranges.keys()
            ):
                return Operand(self.row_or_column(arg, index, mark.start), base.start, self.last_end)
            if not is_column(arg.shape) or places[0] is None:
                raise self.fail(
                    f"{words} is {show(arg.shape)}: an entry of it has two indices, a row and a column", mark.start, "index"
                )
            value = self.made(Entry, mark.start, arg, self.place(places[0], arg.shape[0], words, "entries"), None)
            return Operand(value, base.start, self.last_end)
        if len(places) != 2 or places == [None, None]:
            raise self.fail(f"{words} is {show(arg.shape)}: it has two indices, a row and a column", mark.start, "index")
        row = None if places[0] is None else self.place(places[0], arg.shape[0], words, "rows")
        column = None if places[1] is None else self.place(places[1], arg.shape[1], words, "columns")
        value = self.made(Entry, mark.start, arg, row, column)
        return Operand(transpose(value) if column is None else value, base.start, self.last_end)

    def member(self, family: Symbol, base: Operand, words: str) -> Operand:
        """K_i of a family of matrices K; its index stands here."""
        assert family.count is not None
        places = self.places(True)
        if len(places) != 1 or places[0] is None:
            raise self.fail(f"{words} is a family: its members have one index", base.start, "index")
        value = replace(family, index=self.place(places[0], family.count, words, "members"))
        return Operand(value, base.start, self.last_end)

    def row_or_column(self, matrix: Symbol, index: Operand, at: int) -> Expr:
        """X_i in a sum over i: row i of the matrix X as a column vector, or its column i where i counts columns."""
        last = next((self.ranges[name][1] for name in self.combine.sized(index).free if name in self.ranges), None)
        if matrix.columns is not None or (matrix.rows is None and in_columns(matrix, last)):
            return self.made(Entry, at, matrix, None, self.place(index, matrix.shape[1], matrix.name, "columns"))
        return self.made(Entry, at, matrix, self.place(index, matrix.shape[0], matrix.name, "rows"), None)

    def places(self, one: bool) -> list[Operand | None]:
        """The indices behind `_`; without a comma those of a matrix are single letters and digits."""
        if self.token.kind != "open":
            return [self.argument("an index")]
        comma = "," in self.peek().split(" ") or ":" in self.peek().split(" ")
        self.take()
        out: list[Operand | None] = []
        while self.token.kind != "close":
            if self.skip(":"):
                out.append(None)
            elif one or comma:
                out.append(self.sum())
            else:
                out.append(self.argument("an index"))
            if self.token.kind != "close" and (comma or one):
                self.expect(",", "between the indices")
        self.take()
        return out

    def place(self, index: Operand, size: Size, words: str, what: str) -> Expr:
        """The index that an operand says, checked against the size that it runs over.

        what  what there is so many of: rows, columns, entries
        """
        expr = self.combine.sized(index)
        if isinstance(expr, Symbol) and expr.name in self.open:
            self.open[expr.name].setdefault(size)
        problem = check_index(expr, size, self.ranges, self.combine.words(index), f"{words} has {size} {what}")
        if problem:
            raise self.fail(problem[0], index.start, "index", problem[1])
        return expr

    def sizes(self) -> list[Size]:
        r"""`n`, `{m \times n}`, `{m, n}`, `{n + 1}` behind `_`."""
        token = self.token
        before, self.times_stops = self.times_stops, True
        out: list[Operand] = []
        if token.kind == "open":
            self.take()
            out.append(self.sum())
            while self.token.text in (r"\times", ","):
                self.take()
                out.append(self.sum())
            if self.token.kind != "close":
                raise self.leftover()
            self.take()
        else:
            out.append(self.argument("a size"))
        self.times_stops = before
        return [self.size(operand) for operand in out]

    def size(self, operand: Operand) -> Size:
        size = as_size(self.combine.sized(operand))
        if size is None:
            raise self.fail(
                "a size is a positive integer, a size name, or sums and products of them: "
                f"{self.combine.words(operand)} is none", operand.start, "size",
            )
        return size

    def integer(self, operand: Operand) -> Expr:
        expr = self.combine.sized(operand)
        if not integer_valued(expr):
            raise self.fail(
                f"a bound of a sum is an integer, and {self.combine.words(operand)} is none", operand.start, "index"
            )
        return expr
