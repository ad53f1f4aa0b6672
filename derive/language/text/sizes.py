"""Sizes as they are written in declarations: positive integers, names, sums and products of them."""

from __future__ import annotations

import re

from derive.expressions.sizes import Size
from derive.language.origin import Origin
from derive.language.text.tokens import name_form
from derive.language.words import RESERVED

MAX_SIZE = 10**6
MAX_LENGTH = 200

_TOKEN = re.compile(r"\s*(?:(?P<number>\d+(?:\.\d+)?)|(?P<name>[^\W\d]\w*)|(?P<op>[-+*/()×]|\S))")


def parse_size(text: str, origin: Origin) -> Size:
    """`n`, `3`, `n + 1`, `2 n`, `m*n`.  DeriveError for anything else, for 0, fractions and sizes above 10^6."""
    if len(text) > MAX_LENGTH:
        raise origin.error("this size is too long", code="size")
    reader = _Reader(text, origin)
    if not text.strip():
        raise origin.error("a size is missing here", code="size")
    size = reader.sum()
    if reader.peek():
        raise reader.unexpected()
    if size.is_number and not 0 < size.value({}) <= MAX_SIZE:
        raise origin.error(f"the size {size} is too large: the limit is {MAX_SIZE}", code="size")
    return size


class _Reader:
    def __init__(self, text: str, origin: Origin) -> None:
        self.origin = origin
        self.tokens = [(m.lastgroup or "", m.group(m.lastgroup or 0), m.start(m.lastgroup or 0))
                       for m in _TOKEN.finditer(text)]
        self.end = len(text)
        self.i = 0

    def peek(self) -> str:
        return self.tokens[self.i][1] if self.i < len(self.tokens) else ""

    def unexpected(self) -> Exception:
        at = self.tokens[self.i][2] if self.i < len(self.tokens) else self.end
        found = self.peek()
        hint = None
        if found == "-":
            hint = "call the smaller size n and the larger one n + 1"
        what = f"unexpected `{found}`" if found else "an end too early"
        return self.origin.error(
            f"a size is a positive integer, a name, or a sum or product of them: {what}", at, code="size", hint=hint
        )

    def sum(self) -> Size:
        out = self.product()
        while self.peek() == "+":
            self.i += 1
            out = out + self.product()
        return out

    def product(self) -> Size:
        out = self.atom()
        while self.i < len(self.tokens):
            kind, text, _ = self.tokens[self.i]
            if text == "*":
                self.i += 1
            elif kind != "name" and text != "(":
                break
            out = out * self.atom()
            if len(out.terms) > 64:
                raise self.origin.error("this size is too long", code="size")
        return out

    def atom(self) -> Size:
        if self.i >= len(self.tokens):
            raise self.unexpected()
        kind, text, at = self.tokens[self.i]
        if kind == "number":
            if "." in text:
                raise self.origin.error(f"a size is a positive integer, not {text}", at, code="size")
            if len(text) > 12 or int(text) > MAX_SIZE:
                raise self.origin.error(
                    f"the size {text[:24]} is too large: the limit is {MAX_SIZE}", at, code="size"
                )
            if int(text) == 0:
                raise self.origin.error("a size is a positive integer, not 0", at, code="size")
            self.i += 1
            return Size.of(int(text))
        if kind == "name":
            name = name_form(text)
            if name in RESERVED or name.startswith("_") or not name.isidentifier():
                raise self.origin.error(f"{text} is a word of the language and no name for a size", at, code="reserved")
            self.i += 1
            return Size.of(name)
        if text == "(" and self.i < 40:
            self.i += 1
            out = self.sum()
            if self.peek() != ")":
                raise self.unexpected()
            self.i += 1
            return out
        raise self.unexpected()
