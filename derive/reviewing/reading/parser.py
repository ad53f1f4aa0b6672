"""Sums and products of a member, and the door to the reader."""

from __future__ import annotations

from functools import lru_cache

from derive.reviewing.reading.atoms import Atoms
from derive.reviewing.reading.cursor import Unread
from derive.reviewing.reading.lexicon import PLAIN, Lexicon, Reading
from derive.reviewing.tree import Add, Binary, Call, Const, Differential, Mul, Name, Neg, Num, Partial, Tree

_ENTRYWISE = {r"\circ": "hadamard", r"\odot": "hadamard", r"\otimes": "kron", r"\ast": "hadamard", r"\bigcirc": "hadamard", r"\boxtimes": "kron",
              r"\star": "hadamard", r"\oslash": "quotient"}
_DOTS = {r"\cdot": "dot", r"\times": "dot", "*": "dot", r"\bullet": "dot"}


class Parser(Atoms):
    """One member of a relation."""

    def whole(self) -> Tree:
        out = self.sum()
        if self.token.text in (",", ".", ";", ":") and self.ahead().kind == "end":
            self.take()
        if self.token.kind != "end":
            raise self.leftover()
        return out

    def sum(self) -> Tree:
        terms = [self.signed()]
        while self.token.text in ("+", "-") and self.token.kind == "char":
            minus = self.take().text == "-"
            if self.token.kind in ("end", "close") and not minus:
                break
            term = self.signed()
            terms.append(Neg(term) if minus else term)
        return terms[0] if len(terms) == 1 else Add(tuple(terms))

    def signed(self) -> Tree:
        minus = False
        while self.token.text in ("+", "-") and self.token.kind == "char":
            minus ^= self.take().text == "-"
        out = self.colon()
        return Neg(out) if minus else out

    def colon(self) -> Tree:
        out = self.run()
        while self.token.text == ":" and self.ahead().kind != "end":
            self.take()
            out = Binary("colon", out, self.run())
        return out

    def run(self) -> Tree:
        """Factors, dots, entrywise and Kronecker products, slashes, up to the next sign."""
        if self.reading.tight_entrywise:
            return self.chunk(entrywise=True)
        out = self.chunk()
        while self.token.text in _ENTRYWISE:
            op = _ENTRYWISE[self.take().text]
            minus = self.token.text == "-" and bool(self.take())
            right = self.chunk()
            out = Binary(op, out, Neg(right) if minus else right)
        return out

    def chunk(self, entrywise: bool = False) -> Tree:
        """Factors, dots and slashes from left to right; entrywise: entrywise products bind as tight as these."""
        out = self.juxtaposed()
        while True:
            text = self.token.text
            if text in _DOTS and not (self.stop_at_times and text in (r"\times", "*")):
                self.take()
                minus = self.token.text == "-" and bool(self.take())
                right = self.juxtaposed()
                out = Binary("dot", out, Neg(right) if minus else right)
            elif text == "/" and isinstance(out, Differential) and self.d_token(self.i + 1):
                self.take()
                out = self.by_slash(out)
            elif text == "/" and self.token.kind == "char":
                self.take()
                if self.reading.slash_all:
                    out = Binary("over", out, self.juxtaposed())
                else:
                    out = Binary("over", out, self.factor())
                    if self.starts_factor():
                        out = self.times(out, self.juxtaposed())
            elif entrywise and text in _ENTRYWISE:
                op = _ENTRYWISE[self.take().text]
                last = self.factor()
                out = self.tightly(op, out, last)
                if self.starts_factor():
                    out = self.times(out, self.juxtaposed())
            else:
                return out

    def by_slash(self, above: Differential) -> Tree:
        r"""`\partial f/\partial x`, `d^2f/dx^2`."""
        by: list[Tree] = []
        while (count := self.d_token()) and len(by) < 3:
            self.i += count
            base = self.atom()
            times = 1
            while self.token.text in ("^", "_"):
                if self.token.text == "^":
                    texts, end = self.group_texts(self.i + 1)
                    if len(texts) == 1 and texts[0].isdecimal():
                        times, self.i = int(texts[0]), end
                        continue
                    base = self.superscript(base)
                else:
                    base = self.subscript(base)
            by += [base] * times
        return Partial(above.arg, tuple(by))

    def tightly(self, op: str, left: Tree, right: Tree) -> Tree:
        """An operation that binds closer than the product before it: of its last factor alone.

        op           the operation
        left, right  of it
        """
        if isinstance(left, Mul):
            return Mul((*left.factors[:-1], Binary(op, left.factors[-1], right)))
        return Binary(op, left, right)

    def times(self, left: Tree, right: Tree) -> Tree:
        return Mul((left, *(right.factors if isinstance(right, Mul) else (right,))))

    def juxtaposed(self) -> Tree:
        factors = [self.factor()]
        while self.starts_factor():
            factors.append(self.factor())
        return factors[0] if len(factors) == 1 else Mul(tuple(factors))

    def factor(self) -> Tree:
        if self.is_differential():
            return self.scripted_operator(self.differential())
        return self.scripted(self.atom())

    def scripted_operator(self, tree: Tree) -> Tree:
        """d X^T: the scripts belong to what d applies to, and are read already."""
        return self.scripted(tree) if self.token.text == r"\evalbar" else tree

    def bare_factor(self) -> Tree:
        if self.token.text in ("(", "[", r"\{") or self.token.kind == "open":
            out = self.atom()
            if self.token.text == "^":
                texts, _ = self.group_texts(self.i + 1)
                if len(texts) == 1 and texts[0].isdecimal():
                    return self.superscript(out)
            return out
        out = self.atom()
        if isinstance(out, (Name, Call)) and self.token.text == "_" and isinstance(out, Name):
            return self.subscript(out)
        return out


@lru_cache(maxsize=8192)
def read(text: str, lexicon: Lexicon, reading: Reading = PLAIN) -> tuple[Tree, tuple[tuple[Tree, Tree], ...]]:
    """The tree of a member, and (name, tree) of what its underbraces name.  Unread, with an offset, for what it does not know.

    text  LaTeX of the member
    """
    parser = Parser(text, lexicon, reading)
    try:
        tree = parser.whole()
    except RecursionError:
        raise Unread("this formula is nested too deep", 0) from None
    return tree, tuple(parser.defined)


def is_zero(tree: Tree) -> bool:
    """Whether a member is written 0."""
    return (isinstance(tree, Num) and tree.value == 0) or (isinstance(tree, Const) and tree.kind == "zeros")
