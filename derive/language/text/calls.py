"""Calls: functions of the language, constants, sums over an index, cases, functions without a formula."""

from __future__ import annotations

import re

from derive.expressions.build import ZERO, power
from derive.expressions.functions import FUNCTIONS
from derive.expressions.nodes import Apply, Call, Commutation, Compare, Expr, Identity, Map, Ones, Sum, Symbol, Unit, Unnamed, Where, Zeros, number
from derive.expressions.properties.symmetry import settled
from derive.expressions.sizes import ONE, SCALAR, Shape, ShapeError, Size, is_scalar, show
from derive.language.by_rows import AXES, applied, by_axis, covariance, variance
from derive.language.indices import as_size, check_index, index_range, integer_valued
from derive.language.norms import KINDS, norm_of
from derive.language.of_number import of_number
from derive.language.operands import Operand, Value
from derive.language.products import product_over
from derive.language.text.parser import ParserBase
from derive.language.text.tokens import Token
from derive.language.words import CALLABLE, CONSTANTS, STATISTICS


class Calls(ParserBase):
    """What stands in `name(…)`.

    arguments  as they were read, in their order
    exprs      the same as expressions, each with a shape
    """

    def arguments(self, token: Token) -> list[Operand]:
        """The arguments of a call, from its `(` to its `)`."""
        opening = self.expect("(", f"after {token.text}")
        self.deeper(opening.start)
        out: list[Operand] = []
        word = ""
        if not self.is_op(")"):
            out.append(self.sum())
            while self.is_op(","):
                self.i += 1
                word = self.worded(token.text)
                if word:
                    break
                out.append(self.sum())
        self.close(opening)
        self.word = word
        return out

    def worded(self, name: str) -> str:
        """The word that stands here as the last argument of a function, as in norm(x, inf), mean(X, rows), and is gone past; or ''."""
        word, after = self.tokens[self.i], self.tokens[min(self.i + 1, len(self.tokens) - 1)]
        own = word.kind == "name" and word.text not in self.scope.symbols and word.text not in self.bound and after.text == ")"
        if not own or not (word.text in AXES or (name == "norm" and word.text in KINDS)):
            return ""
        self.i += 1
        return word.text

    def call(self, token: Token) -> Operand:
        name = token.text
        after = self.tokens[self.i + 1 : self.i + 5]
        of_rows = len(after) == 4 and after[2].text in AXES and after[3].text == ")"
        if name == "where":
            value: Value = self.where(token)
        elif name in ("sum", "prod") and after[0].kind == "name" and len(after) > 1 and after[1].text == "," and not of_rows:
            value = self.indexed_sum(token)
        else:
            arguments = self.arguments(token)
            value = self.varied(token, name, arguments, self.word)
        return Operand(value, token.start, self.tokens[self.i - 1].end)

    def varied(self, token: Token, name: str, arguments: list[Operand], word: str) -> Value:
        """A function with what its last argument says: by rows, a norm by its kind, max of one argument; or a plain call.

        word  `rows`, `columns`, a kind of norm; "" where the last argument is an expression
        """
        at = arguments[0].start if arguments else token.start
        exprs = [self.combine.sized(a) for a in arguments] if word or name in ("norm", *STATISTICS) else []
        try:
            if word in AXES and len(exprs) == 1:
                return by_axis(name, exprs[0], word)
            if name == "norm" and len(exprs) == 1 and not word:
                weight = self.weight()
                if weight is not None:
                    return norm_of(exprs[0], weight)
            if name == "norm" and len(exprs) + bool(word) == 2 and not exprs[0].is_scalar:
                return norm_of(exprs[0], KINDS.get(word) or exprs[1])
            if name in STATISTICS and len(exprs) in (1, 2 if name == "cov" else 1):
                return covariance(*exprs) if name == "cov" else variance(*exprs)
        except ShapeError as error:
            raise self.combine.failed(error, at) from None
        if word:
            raise self.fail(f"{name} takes no `{word}`", at, "arguments")
        return self.function(token, name, arguments)

    def weight(self) -> Expr | None:
        """The S of norm(x)_S, which stands here."""
        token = self.tokens[self.i]
        named = token.kind == "name" and token.text[:1] == "_" and not token.gap
        found = self.scope.symbols.get(token.text[1:]) if named else None
        self.i += found is not None
        return found

    def function(self, token: Token, name: str, arguments: list[Operand]) -> Value:
        """A function of the table, or a constant, at its arguments.  DeriveError for a wrong number, a size, an index.

        name  in the table; token where it stands
        """
        if name in CONSTANTS:
            return self.constant(token, name, arguments)
        if name in STATISTICS:
            self.count(token, arguments, *((1, 2) if name == "cov" else (1,)))
        if name == "inv":
            self.count(token, arguments, 1)
            if arguments[0].value is ZERO:
                raise self.fail("division by zero", arguments[0].start, "division")
            return self.combine.map(arguments[0], lambda e: power(e, -1), arguments[0].start)
        row = FUNCTIONS[name]
        if row.alone and len(arguments) == 1:
            name, row = row.alone, FUNCTIONS[row.alone]
        if len(arguments) not in row.arities:
            counts = " or ".join(str(n) for n in sorted(row.arities))
            raise self.fail(
                f"{name} takes {counts} argument{'s' if counts != '1' else ''}, not {len(arguments)}",
                token.start, "arguments", f"{name}: {row.signature}",
            )
        if row.maps:
            return self.made(Map, arguments[0].start, name, self.combine.sized(arguments[0]))
        exprs = self.sized_together(name, arguments)
        if name == "powm" and exprs[1].is_scalar and integer_valued(exprs[1]):
            return self.combine.map(arguments[0], lambda e: power(e, exprs[1]), arguments[0].start)
        number = self.numbered(name, exprs, arguments)
        if number is not None:
            return number
        if len(exprs) == 2:
            takes = row.signature.split("->")[0].strip()
            if takes.endswith(", index"):
                self.refuse_index(arguments, exprs)
            if takes.startswith("any(m, n), any(m, n)") and not ("|" in row.signature and any(e.is_scalar for e in exprs)):
                self.refuse_unequal(name, arguments, exprs)
        return self.made(Call, arguments[0].start if arguments else token.start, *settled(name, exprs))

    def numbered(self, name: str, exprs: tuple[Expr, ...], arguments: list[Operand]) -> Expr | None:
        """tr(x' S x) and the like, of what is a number."""
        try:
            return of_number(name, exprs)
        except ShapeError as error:
            raise self.combine.failed(error, arguments[0].start) from None

    def refuse_index(self, arguments: list[Operand], exprs: tuple[Expr, ...]) -> None:
        """eigval(A, i), singval(X, i): i is at most the number of rows, and of columns."""
        for size in exprs[0].shape:
            problem = check_index(
                exprs[1], size, self.ranges, self.combine.words(arguments[1]),
                f"{self.combine.words(arguments[0])} is {show(exprs[0].shape)}",
            )
            if problem:
                raise self.fail(problem[0], arguments[1].start, "index", problem[1])

    def refuse_unequal(self, name: str, arguments: list[Operand], exprs: tuple[Expr, ...]) -> None:
        """DeriveError [size-mismatch] where two arguments that must have one size have two.

        name  of the function
        """
        (a, b), (left, right) = arguments, (e.shape for e in exprs)
        if left == right:
            return
        message = (
            f"{self.combine.words(a)} is {show(left)} and {self.combine.words(b)} is {show(right)}: "
            f"{name} takes two arguments of equal size"
        )
        if (left[1], left[0]) == right:
            message += f"; did you mean {name}({self.combine.words(a)}, {self.combine.transposed(b)})?"
        raise self.fail(message, b.start, "size-mismatch")

    def sized_together(self, name: str, arguments: list[Operand]) -> tuple[Expr, ...]:
        """The arguments; a bare I beside another one of `inner`, `max`, … has its shape."""
        known = next((a for a in arguments if isinstance(a.value, Expr) and not a.value.is_scalar), None)
        if len(arguments) == 2 and known is not None and FUNCTIONS[name].signature.startswith("any(m, n), any(m, n)"):
            shape = self.combine.sized(known).shape
            return tuple(self.combine.as_shape(a.value, shape, known) for a in arguments)
        return tuple(self.combine.sized(a) for a in arguments)

    def count(self, token: Token, arguments: list[Operand], *allowed: int) -> None:
        """DeriveError [arguments] where a function has another number of arguments than one of those allowed."""
        if len(arguments) not in allowed:
            counts = " or ".join(str(n) for n in allowed)
            raise self.fail(
                f"{token.text} takes {counts} argument{'s' if counts != '1' else ''}, not {len(arguments)}",
                token.start, "arguments",
            )

    def constant(self, token: Token, name: str, arguments: list[Operand]) -> Expr:
        """I(n), ones(n), ones(m, n), zeros likewise, e(i, n), commutation(m, n)."""
        self.count(token, arguments, *CONSTANTS[name])
        if name == "e":
            size = self.size(arguments[1])
            index = self.subscript(arguments[0], size, self.combine.words(arguments[1]), "entries")
            return self.made(Unit, token.start, index, size)
        sizes = [self.size(argument) for argument in arguments]
        if name == "I":
            return self.made(Identity, token.start, sizes[0])
        if name == "commutation":
            return self.made(Commutation, token.start, *sizes)
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
        branches: list[Operand] = []
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
        """sum(i, lower, upper, body), prod likewise."""
        opening = self.expect("(", f"after {token.text}")
        self.deeper(opening.start)
        index = self.tokens[self.i]
        taken = self.scope.symbols.get(index.text)
        if (taken is not None and "integer" not in taken.has) or index.text in self.bound or index.text in self.scope.given:
            raise self.fail(f"the index {index.text} is already in use: take another letter", index.start, "index")
        if index.text in self.scope.sizes or index.text in CALLABLE or index.text in self.scope.unnamed:
            raise self.fail(f"{index.text} is no index: take a letter that is free", index.start, "index")
        self.i += 1
        bounds = []
        for what in ("first", "last"):
            self.expect(",", f"before the {what} value of {index.text}")
            self.counting = True
            bound = self.sum()
            self.counting = False
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
        if token.text == "prod":
            try:
                return product_over(symbol, bounds[0], bounds[1], self.combine.sized(body))
            except ShapeError as error:
                raise self.combine.failed(error, token.start) from None
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
        if self.word and len(exprs) == 1 and not order:
            try:
                return Operand(applied(function, exprs[0], self.word), token.start, end)
            except ShapeError as error:
                raise self.combine.failed(error, arguments[0].start) from None
        if takes is None or gives is None:
            self.count(token, arguments, 1)
            return Operand(self.made(Map, arguments[0].start, function, exprs[0], order), token.start, end)
        counts = [order + 1]
        jacobian = gives[1] == ONE and takes[1] == ONE
        if order and (is_scalar(gives) or jacobian):  # the gradient, the Jacobian, and their derivatives
            counts.insert(0, order)
        if order == 2 and is_scalar(gives) and takes[1] == ONE:  # the Hessian matrix
            counts.insert(0, 1)
        self.count(token, arguments, *counts)
        for argument, expr in zip(arguments, exprs, strict=True):
            if expr.shape != takes:
                raise self.fail(
                    f"{function.name} takes {show(takes)}, and {self.combine.words(argument)} is {show(expr.shape)}",
                    argument.start, "size-mismatch",
                )
        value = self.made(Apply, token.start, function, exprs[0], order, tuple(exprs[1:]))
        return Operand(value, token.start, end)
