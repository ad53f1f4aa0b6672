"""The smallest operands: numbers, names, parentheses, stacks."""

from __future__ import annotations

import re
from dataclasses import replace

from derive.errors import DeriveError
from derive.expressions.functions import FUNCTIONS
from derive.expressions.nodes import Call, Entry, Expr, Identity, SizeValue, Stack, Symbol, number
from derive.expressions.sizes import Size, is_column, show
from derive.language.operands import Operand, Unsized
from derive.language.samples import described, index_form, no_member, refused, sample, sampled, undeclared
from derive.language.text.calls import Calls
from derive.language.text.tokens import Token, number_value
from derive.language.words import CALLABLE, unknown_name


class Atoms(Calls):
    """What needs no operator.

    at, places  offset in the text, for messages; what stands between the brackets of an entry, None for `:`
    """

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
        token = token._replace(text=self.scope.called.get(token.text, token.text))
        name = token.text
        following = self.tokens[self.i]
        called = following.kind == "op" and following.text == "("
        if name in self.scope.given and name not in self.bound:
            return Operand(self.scope.given[name], token.start, token.end)
        form = index_form(name, self.bound) if self.bound and name not in self.bound else None
        if form is not None:
            return self.sample(token, *form)
        declared = self.declared(token, called and not following.gap)
        if declared is not None:
            return declared
        if name in self.scope.sizes:
            value: Expr = SizeValue(Size.of(name))
            return Operand(value, token.start, token.end)
        if name in self.scope.unnamed or (name[0] == "d" and self.derivative_of(name) is not None):
            if called:
                return self.unnamed(token)
            raise self.fail(f"{name} is a function: write {name}(…)", token.start, "function-without-argument")
        if name in CALLABLE:
            # pi (r + h) is a product.
            constant = name in FUNCTIONS and FUNCTIONS[name].arities == {0} and self.tokens[self.i + 1].text != ")"
            return self.call(token) if called and not constant else self.uncalled(token)
        raise self.unknown(token, called and not following.gap)

    def declared(self, token: Token, called: bool) -> Operand | None:
        """A symbol of that name, a member of a family, or A(t) of a path; None where there is none.

        called  whether `(` stands right behind it
        DeriveError for a family that is used as if it were one symbol.
        """
        name = token.text
        symbol = self.bound.get(name) or self.scope.symbols.get(name)
        if symbol is None:
            numbered = re.fullmatch(r"(.+)_(\d+)", name)
            of = self.scope.symbols.get(numbered.group(1)) if numbered else None
            return self.numbered_member(token, of, int(numbered.group(2))) if numbered and of is not None else None
        if symbol.count is not None:
            raise self.fail(*no_member(symbol, token.start))
        if called and symbol.of is not None:
            return self.path(token, symbol)
        return Operand(symbol, token.start, token.end)

    def uncalled(self, token: Token) -> Operand:
        """A name of the language without brackets: I of any size, a constant such as pi.  DeriveError for a function."""
        name = token.text
        if name == "I":
            return Operand(Unsized(Identity, token.start), token.start, token.end)
        if name in FUNCTIONS and 0 in FUNCTIONS[name].arities:
            constant: Expr = Call(name, ())
            return Operand(constant, token.start, token.end)
        raise self.fail(f"{name} is a function: write {name}(…)", token.start, "function-without-argument")

    def numbered_member(self, token: Token, of: Symbol, k: int) -> Operand | None:
        """K_1 of a family K, x_1 of vectors x_i; None for another symbol.

        k  the number behind `_`, from 1
        """
        index = Operand(number(k), token.start, token.end)
        if of.count is not None:
            return Operand(replace(of, index=self.subscript(index, of.count, of.name, "members")), token.start, token.end)
        if of.columns == of.name:
            value = self.made(Entry, token.start, of, None, self.subscript(index, of.shape[1], of.name, "members"))
            return Operand(value, token.start, token.end)
        return None

    def sample(self, token: Token, base: str, indices: tuple[str, ...]) -> Operand:
        """x_i in a sum over i.

        base     the name before the indices
        indices  as they were written, `i` and `j` of `x_ij`
        """
        name, last = token.text, indices[-1]
        declared = self.scope.symbols.get(name)
        if declared is not None or name in self.scope.unnamed:
            what = "one function" if declared is None else described(declared)
            message, hint = refused(name, last, what)
            raise self.fail(message, token.start, "bound-index", hint)
        of = self.scope.symbols.get(base)
        if of is not None and of.count is not None and len(indices) == 1:
            place = Operand(self.bound[last], token.start, token.end)
            return Operand(replace(of, index=self.subscript(place, of.count, of.name, "members")), token.start, token.end)
        end = self.ranges[last][1]
        of = sampled(base, self.scope.symbols, None if end is None else "".join(str(end).split()))
        if of is None:
            message, hint = undeclared(base, last, self.scope.symbols)
            raise self.fail(message, token.start, "unknown-name", hint)
        whole = Operand(of, token.start, token.end)
        places = [Operand(self.bound[index], token.start, token.end) for index in indices]
        if len(places) > 1 or is_column(of.shape):
            value = self.entry(whole, of, list(places), token.start)
        else:
            value = sample(of, self.bound[last], self.ranges[last][1])
            size = of.shape[0] if isinstance(value, Entry) and value.row is not None else of.shape[1]
            self.subscript(places[0], size, of.name, "rows" if size is of.shape[0] else "columns")
        return Operand(value, token.start, token.end)

    def entry(self, base: Operand, arg: Expr, places: list[Operand | None], at: int) -> Expr:
        """X[i, j] and the like."""
        raise NotImplementedError

    def unknown(self, token: Token, called: bool) -> DeriveError:
        names = {*self.scope.symbols, *self.scope.unnamed, *self.scope.sizes, *self.scope.given, *self.scope.called, *self.bound}
        before = self.tokens[self.i - 2] if self.i >= 2 else None
        glued = before is not None and before.kind == "number" and not token.gap
        message, hint = unknown_name(token.text, names, called, before.text if before and glued else None, size=self.counting)
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
