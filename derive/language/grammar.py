"""The expressions of the language: a Pratt parser from a line of text to a typed expression.

From loosest to tightest: `+ -`; unary `-`; products and `/`; `.*` and `./`; `^`, `.^` and the postfix `'`.  Where people read a
line in two ways it is refused with both spelled out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from derive.errors import DeriveError
from derive.language.build import ZERO, power, transpose
from derive.language.functions import FUNCTIONS
from derive.language.indices import as_size, check_index, index_range, integer_valued
from derive.language.nodes import (
    Apply,
    Call,
    Compare,
    Entry,
    Expr,
    Identity,
    Map,
    Number,
    Ones,
    ShapeError,
    SizeValue,
    Stack,
    Sum,
    Symbol,
    Unit,
    Unnamed,
    Where,
    Zeros,
    number,
)
from derive.language.operands import Combiner, Operand, Unsized, Value, negated
from derive.language.origin import Origin
from derive.language.sizes import ONE, SCALAR, Shape, Size, is_column, is_scalar, show
from derive.language.tokens import Token, number_value, tokenize
from derive.language.words import CALLABLE, unknown_name

MAX_DEPTH = 60
"""Parentheses, calls and exponents inside one another."""
MAX_CHAIN = 60
"""Postfix operators, or entry by entry products, in a row."""


@dataclass(frozen=True)
class Scope:
    """The names that an expression may use, in NFKC: symbols, functions without a formula, size names."""

    symbols: Mapping[str, Symbol] = field(default_factory=dict)
    unnamed: Mapping[str, Unnamed] = field(default_factory=dict)
    sizes: frozenset[str] = frozenset()


def parse(text: str, scope: Scope, origin: Origin | None = None, shape: Shape | None = None) -> Expr:
    """The expression that a text says; a text that holds a backslash is read as LaTeX.

    origin  where the text stands, for messages
    shape   the shape that is expected, from which a bare `I` alone takes its size; it is not checked otherwise
    DeriveError, with a position, for whatever is not an expression of the language.
    """
    origin = origin or Origin.of_text(text)
    if "\\" in text:
        from derive.language.latex_input import parse as parse_latex

        return parse_latex(text, scope, origin)
    return parse_tokens(tokenize(text, origin), text, scope, origin, shape)


def parse_tokens(tokens: list[Token], text: str, scope: Scope, origin: Origin, shape: Shape | None = None) -> Expr:
    """The expression that tokens say; `text` is what their offsets count in."""
    return _Parser(tokens, text, scope, origin).whole(shape)



class _Parser:
    def __init__(self, tokens: list[Token], text: str, scope: Scope, origin: Origin) -> None:
        self.tokens, self.text, self.scope, self.origin = tokens, text, scope, origin
        self.combine = Combiner(text, origin)
        self.i = 0
        self.depth = 0
        self.bound: dict[str, Symbol] = {}
        self.ranges: dict[str, tuple[Size | None, Size | None]] = {}

    # ------------------------------------------------------------------------------------- tokens
    def fail(self, message: str, at: int, code: str = "syntax", hint: str | None = None) -> DeriveError:
        return self.origin.error(message, at, code=code, hint=hint)

    def is_op(self, text: str) -> bool:
        token = self.tokens[self.i]
        return token.text == text and token.kind == "op"

    def expect(self, text: str, what: str) -> Token:
        token = self.tokens[self.i]
        if token.kind != "op" or token.text != text:
            found = "the expression ends" if token.kind == "end" else f"found `{token.text}`"
            raise self.fail(f"expected `{text}` {what}, {found}", token.start)
        self.i += 1
        return token

    def deeper(self, at: int) -> None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise self.fail(
                f"this expression is nested more than {MAX_DEPTH} deep", at, "too-deep", "name its parts under `let`"
            )

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

    def leftover(self, token: Token) -> DeriveError:
        hint = None
        if token.text in ("<", "<=", ">", ">="):
            hint = "a comparison stands only in where(condition, a, b)"
        elif token.text == ":":
            hint = "`:` stands only in an index, X[:, j]"
        elif token.text in (",", ";"):
            hint = "a vector or matrix is written [x; y], [A, B; C, D]"
        return self.fail(f"unexpected `{token.text}`", token.start, "syntax", hint)

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
            return self.product()
        minus = self.minus()
        operand = self.product()
        return Operand(negated(operand.value) if minus else operand.value, token.start, operand.end)

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

    def minus(self) -> bool:
        """Whether an odd number of minus signs stands here; they are read."""
        out = False
        while self.is_op("-"):
            out = not out
            self.i += 1
        return out

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

    # ------------------------------------------------------------------------------------- powers and postfixes
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
        return Operand(value, start.start, out.end)

    def to_power(self, base: Operand, exponent: Operand, at: int) -> Value:
        k = self.combine.sized(exponent)
        if base.value is ZERO and isinstance(k, Number) and k.value < 0:
            raise self.fail("division by zero", at, "division")
        if not k.is_scalar:
            raise self.fail(
                f"an exponent is a scalar, and {self.combine.words(exponent)} is {show(k.shape)}", exponent.start,
                "size-mismatch", "the transpose is X' or X^T; entry by entry powers are X .^ K",
            )
        if not (isinstance(base.value, Expr) and base.value.is_scalar) and not integer_valued(k):
            root = isinstance(k, Number) and abs(k.value) == Fraction(1, 2)
            raise self.fail(
                f"a matrix has integer powers only, and {self.combine.words(exponent)} is not declared as an integer"
                if not isinstance(k, Number) else "a matrix has integer powers only",
                exponent.start, "exponent",
                "the principal square root is sqrtm(A)" if root
                else "write `.^` for the powers of the entries" if isinstance(k, Number)
                else f"declare `{self.combine.words(exponent)}: integer`, or write `.^` for the powers of the entries",
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

    def subscript(self, place: Operand, size: Size, words: str, what: str) -> Expr:
        index = self.combine.sized(place)
        problem = check_index(index, size, self.ranges, self.combine.words(place), f"{words} has {size} {what}")
        if problem:
            raise self.fail(problem[0], place.start, "index", problem[1])
        return index

    def made(self, node: type[Expr], at: int, *fields: object) -> Expr:
        try:
            out: Expr = node(*fields)
            return out
        except ShapeError as error:
            raise self.combine.failed(error, at) from None

    # ------------------------------------------------------------------------------------- atoms
    def atom(self) -> Operand:
        token = self.tokens[self.i]
        if token.kind == "name":
            return self.name(token)
        if token.kind == "number":
            self.i += 1
            return Operand(number(number_value(token, self.origin)), token.start, token.end, None, True)
        if token.kind == "op" and token.text == "(":
            self.i += 1
            self.deeper(token.start)
            inner = self.sum()
            closing = self.tokens[self.i]
            if closing.text != ")" or closing.kind != "op":
                if closing.kind == "end":
                    raise self.fail("this `(` is never closed", token.start, "parentheses")
                raise self.leftover(closing)
            self.i += 1
            self.depth -= 1
            return Operand(inner.value, token.start, closing.end, None, True)
        if token.kind == "op" and token.text == "[":
            return self.stack(token)
        if token.kind == "end":
            raise self.fail("the expression ends where an operand is missing", token.start, "syntax")
        if token.text == ")":
            raise self.fail("this `)` closes nothing, or an operand is missing before it", token.start, "parentheses")
        raise self.fail(f"an operand is missing before `{token.text}`", token.start, "syntax")

    def name(self, token: Token) -> Operand:
        self.i += 1
        name = token.text
        following = self.tokens[self.i]
        called = following.kind == "op" and following.text == "("
        symbol = self.bound.get(name) or self.scope.symbols.get(name)
        if symbol is not None:
            if called and symbol.of is not None and not following.gap:
                return self.path(token, symbol)
            return Operand(symbol, token.start, token.end)
        if name in CALLABLE:
            if called:
                return self.call(token)
            if name == "I":
                return Operand(Unsized(Identity, token.start), token.start, token.end)
            raise self.fail(f"{name} is a function: write {name}(…)", token.start, "function-without-argument")
        if name in self.scope.unnamed or (name[0] == "d" and self.derivative_of(name) is not None):
            if called:
                return self.unnamed(token)
            raise self.fail(f"{name} is a function: write {name}(…)", token.start, "function-without-argument")
        if name in self.scope.sizes:
            value: Expr = SizeValue(Size.of(name))
            return Operand(value, token.start, token.end)
        raise self.unknown(token, called and not following.gap)

    def unknown(self, token: Token, called: bool) -> DeriveError:
        names = {*self.scope.symbols, *self.scope.unnamed, *self.scope.sizes, *self.bound}
        before = self.tokens[self.i - 2] if self.i >= 2 else None
        glued = before is not None and before.kind == "number" and not token.gap
        message, hint = unknown_name(token.text, names, called, before.text if before and glued else None)
        return self.fail(message, token.start, "unknown-name", hint)

    def path(self, token: Token, symbol: Symbol) -> Operand:
        """`A(t)` is the path A."""
        inner, closing = self.tokens[self.i + 1], self.tokens[min(self.i + 2, len(self.tokens) - 1)]
        if inner.kind == "name" and inner.text == symbol.of and closing.text == ")" and closing.kind == "op":
            self.i += 3
            return Operand(symbol, token.start, closing.end)
        raise self.fail(
            f"{token.text} is a path {token.text}({symbol.of}): in a call its argument is {symbol.of}",
            inner.start, "path-argument", f"for a product leave a gap: {token.text} (…)",
        )

    def stack(self, opening: Token) -> Operand:
        self.i += 1
        self.deeper(opening.start)
        rows: list[list[Operand]] = [[]]
        while True:
            rows[-1].append(self.sum())
            token = self.tokens[self.i]
            if token.kind == "op" and token.text in (",", ";"):
                self.i += 1
                if token.text == ";":
                    rows.append([])
                continue
            if token.kind == "end":
                raise self.fail("this `[` is never closed", opening.start, "parentheses")
            closing = self.expect("]", "after the last block")
            break
        self.depth -= 1
        if len(rows) == 1 and len(rows[0]) == 1:
            return Operand(rows[0][0].value, opening.start, closing.end, None, True)
        blocks = self.blocks(rows)
        for row, exprs in zip(rows, blocks, strict=True):
            for block, expr in zip(row, exprs, strict=True):
                if expr.shape[0] != exprs[0].shape[0]:
                    raise self.fail(
                        f"blocks side by side have as many rows: {self.combine.words(row[0])} is "
                        f"{show(exprs[0].shape)} and {self.combine.words(block)} is {show(expr.shape)}",
                        block.start, "size-mismatch",
                    )
            self.made(Stack, row[0].start, (blocks[0], exprs))
        value = self.made(Stack, opening.start, blocks)
        return Operand(value, opening.start, closing.end, None, True)

    def blocks(self, rows: list[list[Operand]]) -> tuple[tuple[Expr, ...], ...]:
        """The blocks, a bare I having the size of a neighbour in its row, or in its column."""
        aligned = len({len(row) for row in rows}) == 1
        out = []
        for row in rows:
            line = []
            for k, block in enumerate(row):
                if isinstance(block.value, Unsized):
                    beside = next((b.value.shape[0] for b in row if isinstance(b.value, Expr)), None)
                    column = [r[k].value for r in rows] if aligned else []
                    above = next((v.shape[1] for v in column if isinstance(v, Expr)), None)
                    size = beside or above
                    line.append(block.value.build(size) if size is not None else self.combine.sized(block))
                else:
                    line.append(block.value)
            out.append(tuple(line))
        return tuple(out)

    # ------------------------------------------------------------------------------------- calls
    def arguments(self, token: Token) -> list[Operand]:
        """The arguments of a call, from its `(` to its `)`."""
        opening = self.expect("(", f"after {token.text}")
        self.deeper(opening.start)
        out: list[Operand] = []
        if not self.is_op(")"):
            out.append(self.sum())
            while self.is_op(","):
                self.i += 1
                out.append(self.sum())
        self.close(opening)
        return out

    def close(self, opening: Token) -> None:
        token = self.tokens[self.i]
        if token.kind == "end":
            raise self.fail("this `(` is never closed", opening.start, "parentheses")
        if token.text != ")" or token.kind != "op":
            raise self.leftover(token)
        self.i += 1
        self.depth -= 1

    def call(self, token: Token) -> Operand:
        name = token.text
        after = self.tokens[self.i + 1 : self.i + 3]
        if name == "where":
            value = self.where(token)
        elif name == "sum" and after[0].kind == "name" and len(after) > 1 and after[1].text == ",":
            value = self.indexed_sum(token)
        else:
            arguments = self.arguments(token)
            value = self.function(token, name, arguments)
        return Operand(value, token.start, self.tokens[self.i - 1].end)

    def function(self, token: Token, name: str, arguments: list[Operand]) -> Value:
        if name in ("I", "ones", "zeros", "e"):
            return self.constant(token, name, arguments)
        if name == "inv":
            self.count(token, arguments, 1)
            if arguments[0].value is ZERO:
                raise self.fail("division by zero", arguments[0].start, "division")
            return self.combine.map(arguments[0], lambda e: power(e, -1), arguments[0].start)
        row = FUNCTIONS[name]
        if len(arguments) not in row.arities:
            counts = " or ".join(str(n) for n in sorted(row.arities))
            raise self.fail(
                f"{name} takes {counts} argument{'s' if counts != '1' else ''}, not {len(arguments)}",
                token.start, "arguments", f"{name}: {row.signature}",
            )
        if row.maps:
            return self.made(Map, arguments[0].start, name, self.combine.sized(arguments[0]))
        exprs = self.sized_together(name, arguments)
        for k, (operand, expr) in enumerate(zip(arguments, exprs, strict=True)):
            if k and row.signature.split("->")[0].split(",")[-1].strip() == "index":
                first = exprs[0].shape
                size = first[0] if first[0] == first[1] else next((s for s in first if s.is_number), first[0])
                problem = check_index(
                    expr, size, self.ranges, self.combine.words(operand),
                    f"{self.combine.words(arguments[0])} is {show(first)}",
                )
                if problem:
                    raise self.fail(problem[0], operand.start, "index", problem[1])
        return self.made(Call, arguments[0].start if arguments else token.start, name, exprs)

    def sized_together(self, name: str, arguments: list[Operand]) -> tuple[Expr, ...]:
        """The arguments; a bare I beside another one of `inner`, `max`, … has its shape."""
        known = next((a for a in arguments if isinstance(a.value, Expr) and not a.value.is_scalar), None)
        if len(arguments) == 2 and known is not None and FUNCTIONS[name].signature.startswith("any(m, n), any(m, n)"):
            shape = self.combine.sized(known).shape
            return tuple(self.combine.as_shape(a.value, shape, known) for a in arguments)
        return tuple(self.combine.sized(a) for a in arguments)

    def count(self, token: Token, arguments: list[Operand], *allowed: int) -> None:
        if len(arguments) not in allowed:
            counts = " or ".join(str(n) for n in allowed)
            raise self.fail(
                f"{token.text} takes {counts} argument{'s' if counts != '1' else ''}, not {len(arguments)}",
                token.start, "arguments",
            )

    def constant(self, token: Token, name: str, arguments: list[Operand]) -> Expr:
        """I(n), ones(n), ones(m, n), zeros likewise, e(i, n)."""
        self.count(token, arguments, *{"I": (1,), "e": (2,)}.get(name, (1, 2)))
        if name == "e":
            size = self.size(arguments[1])
            index = self.subscript(arguments[0], size, self.combine.words(arguments[1]), "entries")
            return self.made(Unit, token.start, index, size)
        sizes = [self.size(argument) for argument in arguments]
        if name == "I":
            return self.made(Identity, token.start, sizes[0])
        dims: Shape = (sizes[0], sizes[1] if len(sizes) > 1 else ONE)
        if is_scalar(dims):
            return number(1 if name == "ones" else 0)
        return self.made(Ones if name == "ones" else Zeros, token.start, dims)

    def size(self, operand: Operand) -> Size:
        size = as_size(self.combine.sized(operand))
        if size is None:
            raise self.fail(
                f"a size is a positive integer, a size name, or sums and products of them: "
                f"{self.combine.words(operand)} is none",
                operand.start, "size",
            )
        return size

    def where(self, token: Token) -> Expr:
        opening = self.expect("(", "after where")
        self.deeper(opening.start)
        left = self.sum()
        op = self.tokens[self.i]
        if op.kind != "op" or op.text not in ("<", "<=", ">", ">="):
            raise self.fail("where begins with a condition: where(a < b, …, …)", op.start, "condition")
        self.i += 1
        right = self.sum()
        if self.tokens[self.i].text in ("<", "<=", ">", ">="):
            raise self.fail("conditions are not chained: nest where(…, …, …)", self.tokens[self.i].start, "condition")
        branches = []
        while self.is_op(",") and len(branches) < 3:
            self.i += 1
            branches.append(self.sum())
        self.close(opening)
        if len(branches) != 2:
            raise self.fail("where takes a condition and two values: where(a < b, …, …)", token.start, "arguments")
        condition = self.made(Compare, op.start, op.text, self.combine.sized(left), self.combine.sized(right))
        then, otherwise = (self.combine.sized(b) for b in branches)
        return self.made(Where, branches[0].start, condition, then, otherwise)

    def indexed_sum(self, token: Token) -> Expr:
        """sum(i, lower, upper, body)."""
        opening = self.expect("(", "after sum")
        self.deeper(opening.start)
        index = self.tokens[self.i]
        taken = self.scope.symbols.get(index.text)
        if (taken is not None and "integer" not in taken.has) or index.text in self.bound:
            raise self.fail(f"the index {index.text} is already in use: take another letter", index.start, "index")
        if index.text in self.scope.sizes or index.text in CALLABLE or index.text in self.scope.unnamed:
            raise self.fail(f"{index.text} is no index: take a letter that is free", index.start, "index")
        self.i += 1
        bounds = []
        for what in ("first", "last"):
            self.expect(",", f"before the {what} value of {index.text}")
            bound = self.sum()
            if not integer_valued(self.combine.sized(bound)):
                raise self.fail(
                    f"the {what} value of {index.text} is an integer, and {self.combine.words(bound)} is none",
                    bound.start, "index",
                )
            bounds.append(self.combine.sized(bound))
        symbol: Symbol = Symbol(index.text, SCALAR, frozenset(("integer",)))
        self.expect(",", "before what is summed")
        lower, upper = (index_range(bound, self.ranges) for bound in bounds)
        self.bound[index.text], self.ranges[index.text] = symbol, (lower[0], upper[1])
        body = self.sum()
        del self.bound[index.text], self.ranges[index.text]
        self.close(opening)
        return self.made(Sum, token.start, symbol, bounds[0], bounds[1], self.combine.sized(body))

    # ------------------------------------------------------------------------------------- functions without a formula
    def derivative_of(self, name: str) -> tuple[Unnamed, int] | None:
        """`ds` is the first derivative of s, `d2s` the second."""
        match = re.fullmatch(r"d([2-9]?)(.+)", name)
        found = self.scope.unnamed.get(match.group(2)) if match else None
        return (found, int(match.group(1) or 1)) if match and found else None

    def unnamed(self, token: Token) -> Operand:
        plain = self.scope.unnamed.get(token.text)
        function, order = (plain, 0) if plain else self.derivative_of(token.text) or (None, 0)
        assert function is not None
        arguments = self.arguments(token)
        end = self.tokens[self.i - 1].end
        exprs = [self.combine.sized(argument) for argument in arguments]
        takes, gives = function.argument, function.value
        if takes is None or gives is None:
            self.count(token, arguments, 1)
            return Operand(self.made(Map, arguments[0].start, function, exprs[0], order), token.start, end)
        counts = [order + 1]
        jacobian = order == 1 and gives[1] == ONE and takes[1] == ONE
        if order and (is_scalar(gives) or jacobian):
            counts.insert(0, order)
        self.count(token, arguments, *counts)
        for argument, expr in zip(arguments, exprs, strict=True):
            if expr.shape != takes:
                raise self.fail(
                    f"{function.name} takes {show(takes)}, and {self.combine.words(argument)} is {show(expr.shape)}",
                    argument.start, "size-mismatch",
                )
        value = self.made(Apply, token.start, function, exprs[0], order, tuple(exprs[1:]))
        return Operand(value, token.start, end)
