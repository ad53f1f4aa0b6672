"""What every part of the parser stands on: the scope, the tokens, the limits, and failing at a place."""

from __future__ import annotations

from derive.errors import DeriveError
from derive.expressions.nodes import Expr, Symbol
from derive.expressions.sizes import ShapeError, Size
from derive.language.indices import Range, check_index
from derive.language.operands import Combiner, Operand
from derive.language.origin import Origin
from derive.language.scope import Scope
from derive.language.text.tokens import Token

MAX_DEPTH = 60
"""Parentheses, calls and exponents inside one another."""
MAX_CHAIN = 60
"""Postfix operators, or entry by entry products, in a row."""


class ParserBase:
    """A list of tokens and a place in it.

    at  offset in the text, for messages
    """

    def __init__(self, tokens: list[Token], text: str, scope: Scope, origin: Origin) -> None:
        self.tokens, self.text, self.scope, self.origin = tokens, text, scope, origin
        self.combine = Combiner(text, origin)
        self.i = 0
        self.word = ""
        self.counting = False
        self.depth = 0
        self.bound: dict[str, Symbol] = {}
        self.ranges: dict[str, Range] = {}

    def sum(self) -> Operand:
        """A whole expression; the loosest level of the grammar."""
        raise NotImplementedError

    # ------------------------------------------------------------------------------------- tokens
    def fail(self, message: str, at: int, code: str = "syntax", hint: str | None = None) -> DeriveError:
        """The error of a place in the text, to be raised.

        message  a sentence
        code     for programs
        hint     what to write instead; None for none
        """
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

    def leftover(self, token: Token) -> DeriveError:
        hint = None
        if token.text in ("<", "<=", ">", ">="):
            hint = "a comparison stands only in where(condition, a, b)"
        elif token.text == ":":
            hint = "`:` stands only in an index, X[:, j]"
        elif token.text in (",", ";"):
            hint = "a vector or matrix is written [x; y], [A, B; C, D]"
        return self.fail(f"unexpected `{token.text}`", token.start, "syntax", hint)

    def close(self, opening: Token) -> None:
        token = self.tokens[self.i]
        if token.kind == "end":
            raise self.fail("this `(` is never closed", opening.start, "parentheses")
        if token.text != ")" or token.kind != "op":
            raise self.leftover(token)
        self.i += 1
        self.depth -= 1

    def made(self, node: type[Expr], at: int, *fields: object) -> Expr:
        """A node over these parts; DeriveError [size-mismatch] where its shapes do not fit.

        node  the type of the node; its parts follow
        """
        try:
            out: Expr = node(*fields)
            return out
        except ShapeError as error:
            raise self.combine.failed(error, at) from None

    def subscript(self, place: Operand, size: Size, words: str, what: str) -> Expr:
        """The index that an operand says, checked against the size that it runs over.

        place  between the brackets
        words  the text whose entry it is
        what   what there is so many of: rows, columns, entries
        """
        index = self.combine.sized(place)
        problem = check_index(index, size, self.ranges, self.combine.words(place), f"{words} has {size} {what}")
        if problem:
            raise self.fail(problem[0], place.start, "index", problem[1])
        return index
