"""Brackets, bars, norms, arguments of functions, matrices and cases."""

from __future__ import annotations

import re

from derive.expressions.functions import FUNCTIONS as TABLE
from derive.language.latex.names import PATTERNS
from derive.reviewing.reading.cursor import Unread
from derive.reviewing.reading.operators import Operators
from derive.reviewing.reading.words import WIDE
from derive.reviewing.tree import Binary, Block, ByCases, Call, Const, Fun, Mul, Name, Num, Pow, Rest, Sub, Tree, number

_FRACTIONS = frozenset((r"\frac", r"\tfrac", r"\dfrac", r"\cfrac", r"\nicefrac", r"\sfrac"))
_DOTS = frozenset((r"\dots", r"\cdots", r"\ldots", r"\dotsb", r"\dotsc", "…"))
_MATRICES = frozenset(("pmatrix", "bmatrix", "matrix", "Bmatrix", "smallmatrix", "array", "psmallmatrix", "bsmallmatrix"))
_COMPARED = {"<": "<", ">": ">", r"\le": "<=", r"\ge": ">=", "=": "==", r"\ne": "!=", r"\neq": "!=", r"\leq": "<=", r"\geq": ">=",
             r"\leqslant": "<=", r"\geqslant": ">=", r"\lt": "<", r"\gt": ">", r"\equiv": "=="}
_CONST = frozenset(("const", "const.", "constant", "cst", "cst."))

_WORDS = frozenset((r"\text", r"\textrm", r"\mbox", r"\mathrm", r"\textup"))
_OF_SYMMETRIC = frozenset(row.symmetric_as for row in TABLE.values())


class Brackets(Operators):
    """What stands between two marks."""

    # ------------------------------------------------------------------------------------------ brackets and bars
    def bracket(self) -> Tree:
        opening = self.take()
        self.deeper()
        bars, self.bars = self.bars, []
        out = self.sum()
        if self.token.text in _COMPARED:
            out = self.indicated(out)
        self.bars = bars
        self.depth -= 1
        if self.token.text == "," and opening.text == "[" and isinstance(out, Sub) and len(out.indices) == 1:
            return self.listed(out)
        if self.token.text == ",":
            raise self.unread("a list in brackets is not understood here")
        if opening.kind == "open" and self.token.kind == "close":
            self.take()
            return out
        if not self.skip(")", "]", r"\}"):
            if self.token.kind == "end":
                raise self.unread("this bracket is never closed", opening)
            raise self.leftover()
        if self.token.text == "_" and self.ahead().text == "+" :
            self.i += 2
            return Fun("relu", (out,))
        return out

    def indicated(self, left: Tree) -> Tree:
        """`z > 0` in a bracket: 1 where it holds and 0 elsewhere, entry by entry."""
        op = _COMPARED[self.take().text]
        return ByCases(((number(1), (left, op, self.sum())), (number(0), None)))

    def indicator(self, word: str, end: int) -> Tree | None:
        r"""The condition of `\mathbb{1}[z > 0]`, `\mathbf 1_{z > 0}`, whose sign, a word, ends before `end`; None, and nothing gone past,
        elsewhere."""
        if word not in ("1", "I", "𝟏"):
            return None
        start = self.i
        self.i = end
        below = self.token.text == "_" and bool(self.take())
        if self.token.kind == "open" or self.token.text in ("(", "[", r"\{"):
            try:
                out = self.bracket()
            except Unread:
                out = None
            if isinstance(out, ByCases) and (not below or self.tokens[self.i - 1].kind == "close"):
                return out
        self.i = start
        return None

    def listed(self, first: Sub) -> Tree:
        r"""`[x_1, \dots, x_N]` is the matrix with these columns."""
        items: list[Tree] = [first]
        while self.skip(","):
            if self.token.text not in (",", "]"):
                items.append(self.sum())
        if not self.skip("]") or not any(isinstance(t, Rest) for t in items):
            raise self.unread("a list in brackets is not understood here")
        return Fun("columns", (first,))

    def bar(self, opening: str, closing: str) -> Tree:
        """|x| of a number, |A| the determinant of a matrix."""
        self.take()
        self.deeper()
        self.bars.append(opening)
        out = self.sum()
        self.bars.pop()
        self.depth -= 1
        if not self.skip(closing, "|", r"\rvert", r"\lvert"):
            raise self.leftover()
        return Fun("bars", (out,))

    def norm(self, opening: str) -> Tree:
        self.take()
        self.deeper()
        self.bars.append(opening)
        out = self.sum()
        self.bars.pop()
        self.depth -= 1
        if not self.skip(r"\|", r"\rVert"):
            raise self.leftover()
        if self.token.text != "_":
            return Fun("norm", (out,))
        text, end = self.script()
        compact = re.sub(r"\\(?:mathrm|text|mathsf|textrm|operatorname)|[{} ]", "", text)
        if compact in ("F", "2", "1", r"\infty", "*", "Fro", "F,2", r"\star", "HS"):
            self.i = end
            kind = {"F": "norm", "Fro": "norm", "HS": "norm", "2": "norm2", "1": "norm1", r"\infty": "norminf"}.get(compact, "nuclear")
            return Fun(kind, (out,))
        self.take()
        return Fun("weighted", (out, self.argument()))

    def inner(self) -> Tree:
        self.take()
        self.deeper()
        bars, self.bars = self.bars, ["|"]
        left = self.sum()
        if not self.skip(",", "|", ";"):
            raise self.leftover()
        right = self.sum()
        self.bars = bars
        self.depth -= 1
        if not self.skip(r"\rangle"):
            raise self.leftover()
        if self.token.text == "_":
            text, end = self.script()
            if re.sub(r"\\[a-z]+|[{} ]", "", text) in ("F", "2", "", "Fro", "HS"):
                self.i = end
            else:
                self.take()
                return Fun("weighted", (left, self.argument(), right))
        return Binary("colon", left, right)

    # ------------------------------------------------------------------------------------------ functions
    def function(self, name: str) -> Tree:
        power = self.function_power()
        order = 0
        while self.token.text == "'":
            self.take()
            order += 1
        if self.token.text == "_" and name in ("log", "max", "min"):
            text, end = self.script()
            if name == "log" and text not in ("e",) and not text.startswith(r"\mathrm e"):
                raise self.unread("a logarithm to this base is not understood")
            self.i = end
        entrywise = self.token.text == "_" and self.script()[0] in (r"\circ", r"\odot")
        if entrywise:
            _, self.i = self.script()
        args = self.function_arguments(name)
        out: Tree = Call(name, args, order) if order else Fun(name, args)
        out = Fun("entrywise", (out,)) if entrywise and not order else out
        return Pow(out, power) if power is not None else out

    def from_table(self) -> Tree | None:
        r"""A function in the table's own LaTeX with an index: `\lambda_{1}(A)`, `L_{\exp}(A, H)`; None, and nothing gone past, where
        none stands here.  A letter that is declared is that letter."""
        start = self.token
        word = start.text.lstrip("\\")
        if word in self.lexicon.names:
            return None
        begin = self.i
        for name, tokens in PATTERNS.get(start.text, ()):
            if name in _OF_SYMMETRIC:  # another row prints alike, and is of any matrix
                continue
            try:
                args = self.matched(tokens)
            except Unread:
                args = None
            if args is not None:
                return Fun(name, tuple(args[k] for k in sorted(args)))
            self.i = begin
        return None

    def matched(self, tokens: tuple[str, ...]) -> dict[int, Tree] | None:
        """The arguments of a pattern that begins here, by their place; None where it does not."""
        args: dict[int, Tree] = {}
        for k, text in enumerate(tokens):
            place = ord(text[0]) - 0xE000 if text >= "\ue000" else -1
            if place >= 0x100:
                args[place - 0x100] = Const("zeros", tuple(self.sizes_here()))
            elif place >= 0:
                args[place] = self.argument() if tokens[k - 1] == "_" else self.sum()
            elif self.token.text != text or (text == "(" and self.token.gap):
                return None
            else:
                self.take()
        return args

    def sizes_here(self) -> list[Tree]:
        r"""`m \times n`, in braces where there are several."""
        grouped = self.token.kind == "open" and bool(self.take())
        out = [self.tight_sum()]
        while self.skip(r"\times", "*"):
            out.append(self.tight_sum())
        if grouped:
            self.close_group()
        return out

    def function_power(self) -> Tree | None:
        if self.token.text != "^":
            return None
        text, end = self.script()
        if text.replace(" ", "").isdecimal():
            self.i = end
            return number(int(text.replace(" ", "")))
        if text == "'":
            return None
        if text.replace(" ", "") == "-1" and self.tokens[end].text in ("(", r"\{"):
            self.i = end
            return number(-1)
        raise self.unread("this power of a function is not understood")

    def function_arguments(self, name: str) -> tuple[Tree, ...]:
        if self.token.text in ("(", "[", r"\{"):
            return self.bracketed()
        if self.token.kind == "open":
            return (self.argument(),)
        if not self.starts_factor():
            raise self.unread(f"the argument of {name} is missing")
        if (name in WIDE and not self.reading.narrow) or (self.reading.wide_functions and name not in WIDE):
            return (self.run(),)
        return (self.function_factor(),)

    def function_factor(self) -> Tree:
        first = self.factor()
        if isinstance(first, Num) and self.starts_factor():
            return self.joined([first, self.factor()])
        return first

    def joined(self, factors: list[Tree]) -> Tree:
        return Mul(tuple(factors))

    def braced(self) -> Tree:
        r"""`\underbrace{Xw - y}_{r}` names what stands in it."""
        self.take()
        arg = self.argument()
        if self.token.text in ("_", "^"):
            texts, end = self.group_texts(self.i + 1)
            i = self.i + 1 + (self.tokens[self.i + 1].kind == "open")
            start = i
            while self.tokens[i].text in (":", "="):
                i += 1
            self.i = i
            try:
                label = self.scripted(self.atom()) if i < end else None
            except Exception:
                label = None
            if label is not None and isinstance(label, (Name, Sub)) and self.i >= end - 1 and (i > start or len(texts) <= 3):
                self.defined.append((label, arg))
            self.i = end
        return arg

    # ------------------------------------------------------------------------------------------ matrices
    def environment(self) -> Tree:
        name = self.token.text
        if name in ("cases", "dcases"):
            return self.cases(name)
        if name not in _MATRICES:
            raise self.unread(f"the environment {name} is not understood here")
        self.take()
        if name == "array" and self.token.kind == "open":
            _, self.i = self.group_texts()
        self.deeper()
        bars, self.bars = self.bars, []
        rows: list[list[Tree]] = [[self.sum()]]
        while self.token.kind != "end-env":
            if self.skip("&"):
                rows[-1].append(self.sum())
            elif self.skip(r"\\"):
                self.row_space()
                if self.token.kind == "end-env":
                    break
                rows.append([self.sum()])
            else:
                raise self.leftover()
        self.take()
        self.bars = bars
        self.depth -= 1
        return Block(tuple(tuple(row) for row in rows))

    def row_space(self) -> None:
        r"""The space after a row, `\\\\[3pt]`, says nothing."""
        texts = [self.ahead(k).text for k in range(8)]
        if texts[0] == "[" and "]" in texts and re.fullmatch(r"-?[\d.]+(pt|em|ex|mm|cm)", "".join(texts[1 : texts.index("]")])):
            self.i += texts.index("]") + 1

    def cases(self, name: str) -> Tree:
        self.take()
        self.deeper()
        rows: list[tuple[Tree, tuple[Tree, str, Tree] | None]] = []
        while True:
            value = self.sum()
            self.skip(",")
            if not self.skip("&"):
                raise self.unread("in cases, `&` stands between a value and its condition")
            otherwise = False
            while self.token.text in _WORDS:
                texts, self.i = self.group_texts(self.i + 1)
                otherwise = otherwise or "".join(texts).strip(" .,") in ("otherwise", "else", "elsewhere", "sonst")
            condition = None
            if not otherwise:
                left = self.sum()
                op = _COMPARED.get(self.take().text)
                if op is None:
                    raise self.unread("a condition compares two numbers")
                condition = (left, op, self.sum())
            rows.append((value, condition))
            self.skip(",", ".")
            if not self.skip(r"\\") or self.token.kind == "end-env":
                break
        if self.token.kind != "end-env":
            raise self.leftover()
        self.take()
        self.depth -= 1
        return ByCases(tuple(rows))


