"""Tokens, brackets, numerals and messages of a LaTeX formula that is being read."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import TYPE_CHECKING

from derive.errors import DeriveError
from derive.expressions.nodes import Expr, Ones, Symbol, Unit, Zeros, number
from derive.expressions.sizes import Shape, ShapeError, Size
from derive.expressions.traverse import walk
from derive.language.latex.names import FONTS, Names
from derive.language.latex.sizes import UNKNOWN, bind, unify, unknowns
from derive.language.latex.tokens import Tex, tokenize
from derive.language.operands import Combiner, Operand
from derive.language.origin import Origin
from derive.language.text.tokens import Token, number_value

if TYPE_CHECKING:
    from derive.language.scope import Scope

MAX_DEPTH = 80
"""Brackets, scripts and calls inside one another."""

CLOSING = {
    "(": ")", "[": "]", r"\{": r"\}", r"\lvert": r"\rvert", r"\lVert": r"\rVert", r"\langle": r"\rangle", "|": "|",
    r"\|": r"\|",
}
INFIX = {r"\circ": ".*", r"\odot": ".*", r"\oslash": "./", r"\otimes": r"\otimes"}
STOP = {
    "+", "-", ".", ")", "]", ",", ";", "=", "&", ":", "<", ">", "^", "_", "'", "!", r"\\", r"\}", r"\rangle",
    r"\rvert", r"\rVert", r"\right", r"\le", r"\ge", r"\ne", r"\cdot", r"\times", "*", "/", r"\iff", r"\implies",
    r"\to", r"\approx", r"\pm", r"\mp",
    *INFIX,
}


class Reader:
    """The tokens of one formula and the place reached; what the other layers of the parser share.

    at  offset of the place in the formula, for messages
    """

    def __init__(
        self,
        text: str,
        scope: Scope,
        origin: Origin,
        *,
        own: bool = False,
        moves: tuple[tuple[Symbol, Expr], ...] = (),
        bound: tuple[Symbol, ...] = (),
    ) -> None:
        self.text, self.scope, self.origin, self.own, self.moves = text, scope, origin, own, moves
        self.binders = {symbol.name: symbol for symbol in bound}
        self.combine = Combiner(text, origin)
        self.tokens = tokenize(text, origin, own)
        self.names = Names(scope)
        self.ranges: dict[str, tuple[Size | None, Size | None]] = {}
        self.open: dict[str, dict[Size, None]] = {}
        self.i = 0
        self.depth = 0
        self.bars: list[str] = []
        self.times_stops = False
        self.unsized = False

    @property
    def token(self) -> Tex:
        return self.tokens[self.i]

    def ahead(self, k: int = 1) -> Tex:
        return self.tokens[min(self.i + k, len(self.tokens) - 1)]

    @property
    def last_end(self) -> int:
        return self.tokens[self.i - 1].end if self.i else 0

    def take(self) -> Tex:
        token = self.token
        if token.kind != "end":
            self.i += 1
        return token

    def skip(self, *texts: str) -> bool:
        """Go past the given tokens when they stand here."""
        if all(self.ahead(k).text == text and self.ahead(k).kind != "end" for k, text in enumerate(texts)):
            self.i += len(texts)
            return True
        return False

    def fail(self, message: str, at: int, code: str = "syntax", hint: str | None = None) -> DeriveError:
        """The error of a place in the formula, to be raised.

        message  a sentence
        code     of the error, for programs; `syntax` where none is given
        hint     what to write instead; None for none
        """
        return self.origin.error(message, at, code=code, hint=hint)

    def found(self) -> str:
        return "the formula ends" if self.token.kind == "end" else f"found `{self.token.text}`"

    def expect(self, text: str, what: str) -> Tex:
        if self.token.text != text or self.token.kind == "end":
            raise self.fail(f"expected `{text}` {what}, {self.found()}", self.token.start)
        return self.take()

    def deeper(self, at: int) -> None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise self.fail(
                f"this formula is nested more than {MAX_DEPTH} deep", at, "too-deep", "name its parts under `let`"
            )

    def minus(self) -> bool:
        out = False
        while self.token.text == "-":
            out = not out
            self.take()
        return out

    def starts_factor(self) -> bool:
        token = self.token
        if token.kind in ("end", "close", "end-env"):
            return False
        if token.text in ("|", r"\|"):
            return not (self.bars and self.bars[-1] == token.text)
        return token.text not in STOP

    def leftover(self) -> DeriveError:
        token = self.token
        hint = {
            "=": "an expression holds no `=`",
            ",": r"a vector or matrix is written \begin{pmatrix} x \\ y \end{pmatrix}",
            "!": "a factorial is not part of the language",
            "_": "an index stands behind the name that it belongs to",
            r"\pm": "an expression has one value",
        }.get(token.text)
        if token.text in (r"\le", r"\ge", "<", ">"):
            hint = r"a comparison stands only in \begin{cases} … \end{cases}"
        return self.fail(f"unexpected `{token.text}`", token.start, "syntax", hint)

    def told(self, match: Callable[[list[Operand]], list[Operand]], operands: list[Operand]) -> list[Operand]:
        return match(operands) if self.unsized else operands

    def resolved(self, expr: Expr, shape: Shape | None) -> Expr:
        """Without unknown sizes, the last of them told by the shape that is expected."""
        for k in (0, 1):
            if shape is not None:
                expr = bind(expr, unify(expr.shape[k], shape[k]))
        for node in walk(expr):
            if isinstance(node, Unit):
                self.require_size(node.size)
            elif isinstance(node, (Ones, Zeros)):
                self.require_size(*node.dims)
        return expr

    def require_size(self, *sizes: Size) -> None:
        """DeriveError when a size is not known."""
        for size in sizes:
            name = unknowns(size)
            if name is not None:
                at = int(name.removeprefix(UNKNOWN))
                unit = self.text.startswith("e", at)
                raise self.fail(
                    "the size of this unit vector cannot be told from its neighbours: write e_{i}^{(n)}" if unit
                    else r"the size of this vector cannot be told from its neighbours: write \mathbf{1}_n, or ones(n)", at, "size",
                )

    def group(self) -> tuple[int, int]:
        """(first token, token after the last) of the argument that begins here, without its braces; goes past it."""
        begin = self.i
        while self.token.text in FONTS:
            self.take()
        if self.token.kind != "open":
            if self.token.kind not in ("end", "close", "end-env"):
                self.take()
            return begin, self.i
        if self.i > begin:
            self.group()
            return begin, self.i
        first = self.i + 1
        depth = 0
        while True:
            token = self.take()
            if token.kind == "end":
                raise self.fail("the formula ends inside of braces", token.start)
            depth += (token.kind == "open") - (token.kind == "close")
            if depth == 0:
                return first, self.i - 1

    def peek(self) -> str:
        """The texts of the argument that begins here, joined by blanks."""
        i = self.i
        first, last = self.group()
        self.i = i
        return " ".join(t.text for t in self.tokens[first:last])

    def opening(self) -> str | None:
        r"""The bracket that opens here (also behind \left), or None; `|` and `\|` too."""
        token = self.ahead() if self.token.text == r"\left" else self.token
        return token.text if token.text in CLOSING else None

    def bracket(self, what: str = "") -> list[Operand]:
        """What stands between a bracket that opens here and its partner, at commas apart."""
        first = self.token
        self.deeper(first.start)
        left = self.skip(r"\left")
        opening = self.take()
        partner = CLOSING[opening.text]
        self.bars.append(opening.text if opening.text in ("|", r"\|") else "")
        out: list[Operand] = []
        if self.token.text != partner or opening.text in ("|", r"\|"):
            out.append(self.sum())
            while self.skip(","):
                out.append(self.sum())
        self.bars.pop()
        if self.token.kind == "end":
            raise self.fail(f"this `{opening.text}` is never closed", opening.start, "parentheses")
        if left:
            self.expect(r"\right", f"for the \\left{opening.text}")
        if self.token.text != partner:
            if self.token.text in CLOSING.values():
                raise self.fail(f"`{opening.text}` is closed by `{self.token.text}`", self.token.start, "parentheses")
            raise self.leftover()
        self.take()
        self.depth -= 1
        return out

    def only(self, operands: list[Operand], start: int) -> Operand:
        if len(operands) != 1:
            raise self.fail("one expression stands in these brackets", start, "arguments")
        return Operand(operands[0].value, start, self.last_end, None, True)

    def made(self, node: type[Expr], at: int, *fields: object) -> Expr:
        """A node over these parts; DeriveError [size-mismatch] where its shapes do not fit.

        node  the type of the node; its parts follow
        """
        try:
            out: Expr = node(*fields)
            return out
        except ShapeError as error:
            if self.unsized:
                found = [e for f in fields for e in (f if isinstance(f, tuple) else (f,)) if isinstance(e, Expr)]
                self.require_size(*(size for e in found for size in e.shape))
            raise self.combine.failed(error, at) from None

    def numeral(self) -> Operand:
        """A number: digits side by side, with a decimal point."""
        first = self.take()
        text = first.text
        while True:
            token = self.token
            digit = token.kind == "char" and not token.gap and (
                token.text.isdecimal() or (token.text == "." and "." not in text and self.ahead().text.isdecimal())
            )
            if not digit:
                break
            text += self.take().text
        value = number_value(Token("number", text, first.start, self.last_end, False), self.origin)
        if self.token.text == "/" and self.ahead().kind == "char" and self.ahead().text.isdecimal():
            after = self.i
            self.take()
            below = self.numeral_digits()
            if below and self.token.text not in ("^", "_", "'"):
                return Operand(number(value / below), first.start, self.last_end, None, True)
            self.i = after
        return Operand(number(value), first.start, self.last_end, None, True)

    def numeral_digits(self) -> Fraction:
        first = self.take()
        text = first.text
        while self.token.kind == "char" and not self.token.gap and self.token.text.isdecimal():
            text += self.take().text
        return number_value(Token("number", text, first.start, self.last_end, False), self.origin)

    # ------------------------------------------------------------------------------------- what the layers above read
    def sum(self) -> Operand:
        raise NotImplementedError

    def product(self) -> Operand:
        raise NotImplementedError

    def scripted(self) -> Operand:
        raise NotImplementedError
