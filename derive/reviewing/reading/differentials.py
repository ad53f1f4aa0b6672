"""d, δ, ∂/∂x: derivatives written as differentials and fractions of them."""

from __future__ import annotations

from dataclasses import replace

from derive.reviewing.reading.cursor import Unread
from derive.reviewing.reading.scripts import Scripts
from derive.reviewing.reading.words import FONTS, INDEX_LETTERS
from derive.reviewing.tree import Along, Call, Differential, Evaluated, Fun, Mul, Name, Num, Partial, Sub, Tree, names_in, rebuilt

_UPRIGHT = frozenset((r"\mathrm", r"\rm", r"\text", r"\mathsf", r"\operatorname", r"\textrm", r"\mathbf", r"\mathop", r"\mathit"))
_LEADING = frozenset(("-", "+", "{", "}", r"\frac", r"\tfrac", r"\dfrac"))
"""What may stand before a d that reaches to the end: signs and numbers."""


class Differentials(Scripts):
    """A differential, a derivative, and what it applies to."""

    # ------------------------------------------------------------------------------------------ what it reaches
    def reach(self) -> Tree:
        """What an operator applies to: the bracket behind it, or all factors up to the next sign."""
        return self.factor() if self.reading.narrow else self.run()

    # ------------------------------------------------------------------------------------------ d, δ
    def d_token(self, at: int | None = None) -> int:
        """How many tokens a d, ∂ or δ at this place takes; 0 where none stands."""
        i = self.i if at is None else at
        token = self.tokens[i]
        after = self.tokens[min(i + 1, len(self.tokens) - 1)]
        if token.text in (r"\partial", r"\dd"):
            return 1
        if token.text in _UPRIGHT and after.text == "d":
            return 2
        return int(token.text == "d" and token.kind == "char")

    def is_differential(self) -> bool:
        """Whether a d or δ that begins here is an operator, and no letter."""
        token = self.token
        if token.kind == "char" and self.word_here():
            return False
        count = 1 if token.text in (r"\delta", r"\Delta") else self.d_token()
        if not count or token.text == r"\partial":
            return False
        after = self.ahead(count)
        if after.text == "^":
            texts, end = self.group_texts(self.i + count + 1)
            if texts != ["2"] or token.text == r"\Delta":
                return False
            after = self.tokens[end]
        if token.text.lstrip("\\") in self.lexicon.letters:
            return False
        if token.text in (r"\delta", r"\Delta"):
            if token.text[1:] in self.lexicon.names:
                return False
            word = after.text.lstrip("\\")
            return (after.text.isalpha() or after.text in FONTS or word in self.lexicon.names | self.lexicon.functions) and (
                after.text in FONTS or word in self.lexicon.names | self.lexicon.functions)
        if token.kind == "char" and "d" in self.lexicon.names:
            known = self.lexicon.wrt | self.lexicon.functions
            return not after.gap and (after.text.lstrip("\\") in known or after.text in FONTS or after.text == r"\operatorname")
        return after.text.isalpha() or after.text in ("(", "[", r"\|", r"\{", "|", r"\lVert", r"\lvert", r"\langle") or after.kind == "open" or (
            after.kind == "macro" and after.text not in (r"\cdot", r"\times", r"\frac", r"\right", r"\sum", r"\circ", r"\odot", r"\otimes")
            and self.begins_operand(after.text))

    def word_here(self) -> bool:
        """Whether letters that are a word of the language, as det or diag, begin here."""
        return False

    def begins_operand(self, macro: str) -> bool:
        return macro not in (r"\rangle", r"\rvert", r"\rVert", r"\}", r"\evalbar")

    def differential(self) -> Tree:
        if self.token.text == r"\Delta":
            self.take()
            return self.increment(self.scripted(self.atom()))
        leads = all(t.text in _LEADING or t.text.isdecimal() for t in self.tokens[: self.i])
        self.i += 1 if self.token.text == r"\delta" else self.d_token()
        order = 1
        if self.token.text == "^":
            _, self.i = self.script()
            order = 2
        if self.reading.wide_differential and not self.bracket_alone() and (leads or self.token.text == "("):
            return Differential(self.run(), order)
        whole = self.token.text == "("
        arg = self.operand()
        directions = self.directions_here() if whole else None
        if directions is not None:
            return Along(Mul((arg,)) if isinstance(arg, Call) else arg, directions)
        return self.directed(Differential(arg, order))

    def bracket_alone(self) -> bool:
        """Whether a bracket without a power follows: d(X')X is d(X') times X, d(x - y)'(x - y) may be d of the whole."""
        depth, k = 0, 0
        while self.token.text in ("(", "[") and self.ahead(k).kind != "end":
            depth += (self.ahead(k).text in ("(", "[")) - (self.ahead(k).text in (")", "]"))
            k += 1
            if not depth:
                return self.ahead(k).text not in ("^", "'")
        return False

    def increment(self, arg: Tree) -> Tree:
        known = isinstance(arg, Name) and arg.name in self.lexicon.functions
        return Fun("increment", (arg,)) if known or isinstance(arg, Call) else Differential(arg)

    def operand(self) -> Tree:
        """The factor that d applies to; in d tr(X) the whole call, in dX^{-1} the power."""
        return self.factor()

    def directed(self, tree: Tree) -> Tree:
        """df(X)[H] is the derivative along H."""
        if self.token.text == "[" and isinstance(tree, Differential) and isinstance(tree.arg, (Call, Name)) and (
            isinstance(tree.arg, Call) or tree.arg.name in self.lexicon.functions or self.one_direction(tree.arg)
        ):
            return Along(tree.arg, self.bracketed())
        return tree

    def one_direction(self, arg: Name) -> bool:
        """Whether the bracket behind dY of what is no variable holds one letter that nothing declares: dY[H], but dY[A] may be a product."""
        letter = self.ahead().text.lstrip("\\")
        return arg.name not in self.lexicon.wrt and not self.token.gap and self.ahead(2).text == "]" and letter.isalpha() and (
            letter not in self.lexicon.names)

    def bracketed(self) -> tuple[Tree, ...]:
        r"""The arguments in a bracket, with commas between, or bars as in D(p‖q)."""
        start = self.i
        try:
            return self.arguments_between([])
        except Unread:
            self.i = start
            return self.arguments_between([r"\|", "|"])

    def arguments_between(self, bars: list[str]) -> tuple[Tree, ...]:
        self.take()
        before, self.bars = self.bars, bars
        out = [self.sum()]
        while self.skip(",", ";", *bars):
            while self.skip(*bars):
                pass
            out.append(self.sum())
        self.bars = before
        if not self.skip(")", "]", r"\}"):
            raise self.leftover()
        return tuple(out)

    # ------------------------------------------------------------------------------------------ ∂/∂x
    def derivative_fraction(self) -> Tree | None:
        r"""The operator of a `\frac{∂…}{∂…}` that begins here, applied; None where it is a plain fraction."""
        start = self.i
        above, middle = self.group_texts(self.i + 1)
        below, end = self.group_texts(middle)
        grouped = self.tokens[self.i + 1].kind == "open"
        i = self.i + 1 + grouped
        count = self.d_token(i) or (1 if self.tokens[i].text in (r"\nabla",) else 0)
        if not count or not self._is_below(middle):
            return None
        straight = self.tokens[i].text != r"\partial"
        self.i = i + count
        order = 1
        if self.token.text == "^":
            texts, self.i = self.group_texts(self.i + 1)
            order = int(texts[0]) if len(texts) == 1 and texts[0].isdecimal() else 1
        arg: Tree | None = None
        if self.i < middle - grouped:
            arg = self.sum_until(middle - grouped)
        by = self.denominator(middle, end, order)
        self.i = end
        del above, below, start
        out = self.at_arguments(arg, by) or self.toward(arg, by) or self.applied(arg, by)
        return replace(out, straight=True) if straight and isinstance(out, Partial) else out

    def toward(self, arg: Tree | None, by: tuple[Tree, ...]) -> Tree | None:
        r"""`\frac{\partial f}{\partial X}[H]`: the derivative along a letter that is not declared, or along several."""
        if arg is None:  # ∂/∂X (…)[H]
            start = self.i
            try:
                arg = self.bare_factor()
            except Unread:
                self.i = start
                return None
            directions = self.directions_here()
            if directions is None:
                self.i = start
                return None
            return Along(Mul((arg,)) if isinstance(arg, Call) else arg, directions, tuple(dict.fromkeys(by)))
        directions = self.directions_here()
        return None if directions is None else Along(arg, directions, tuple(dict.fromkeys(by)))

    def directions_here(self) -> tuple[Tree, ...] | None:
        """What stands in the square bracket that begins here, where these are directions; None, and nothing gone past, elsewhere."""
        if self.token.text != "[" or self.token.gap:
            return None
        start = self.i
        known = self.lexicon.names | self.lexicon.sizes | self.lexicon.functions
        try:
            found = self.bracketed()
        except Unread:
            self.i = start
            return None
        if len(found) > 1 or names_in(found[0]) - known or isinstance(found[0], Differential):
            return found
        self.i = start
        return None

    def at_arguments(self, arg: Tree | None, by: tuple[Tree, ...]) -> Tree | None:
        r"""`\frac{\partial f}{\partial x}(a)`: the derivative of f at a; None where no bracket follows."""
        if not (isinstance(arg, Name) and arg.name in self.lexicon.functions and self.token.text == "(" and self.reading.calls):
            return None
        args = self.bracketed()
        if all(isinstance(a, Name) and a.name in self.lexicon.names for a in args) or len(args) > 1 or not isinstance(by[0], Name):
            return Partial(arg, by)
        return Evaluated(Partial(arg, by), by[0].name, args[0])

    def _is_below(self, middle: int) -> bool:
        i = middle + (self.tokens[middle].kind == "open")
        return self.d_token(i) > 0

    def sum_until(self, end: int) -> Tree:
        out = self.sum()
        if self.i != end:
            raise self.leftover()
        return out

    def denominator(self, middle: int, end: int, order: int) -> tuple[Tree, ...]:
        """The variables below a fraction of differentials, each as often as it is differentiated by.

        middle, end  the first token below the line, and the one behind the fraction
        order        of the derivative above
        """
        grouped = self.tokens[middle].kind == "open"
        self.i = middle + grouped
        reading, self.reading = self.reading, replace(self.reading, narrow=True)
        try:
            by = self._variables(end - grouped, order)
        finally:
            self.reading = reading
        if not 1 <= len(by) <= 3:
            raise self.unread("a derivative by these variables is not understood")
        if order > len(by):
            by *= order
        return tuple(by[: max(order, len(by))])

    def _variables(self, stop: int, order: int) -> list[Tree]:
        """What stands behind each d up to a token."""
        by: list[Tree] = []
        while self.i < stop:
            count = self.d_token()
            if not count:
                raise self.leftover()
            self.i += count
            base = self.atom()
            times = 1
            while self.token.text in ("^", "_", "'") and self.i < stop:
                if self.token.text == "^":
                    texts, behind = self.group_texts(self.i + 1)
                    square = order == 1 and texts == ["2"]  # ∂/∂σ², by the square
                    if len(texts) == 1 and texts[0].isdecimal() and not square:
                        times, self.i = int(texts[0]), behind
                        continue
                before = self.i
                base = self.superscript(base) if self.token.text == "^" else self.subscript(base) if self.token.text == "_" else self.scripted(base)
                if self.i == before:
                    raise self.leftover()
            by += [base] * times
        return by

    def applied(self, arg: Tree | None, by: tuple[Tree, ...]) -> Tree:
        bound = None
        if arg is None:
            while self.token.text == r"\evalbar" or (self.token.text == "|" and self.ahead().text == "_"):
                self.take()
                if self.skip("_"):
                    bound = self.binding() or bound
            arg = self.reach()
        return held(arg, by, bound)

    def partial_sign(self) -> Tree:
        r"""`\partial_x f`, `\partial f`."""
        self.take()
        by: list[Tree] = []
        if self.token.text == "_":
            texts, end = self.group_texts(self.i + 1)
            grouped = self.tokens[self.i + 1].kind == "open"
            self.i += 1 + grouped
            stop = end - grouped
            while self.i < stop:
                by.append(self.variable_here(grouped))
            self.i = end
            del texts
        if self.token.text == "^":
            texts, end = self.group_texts(self.i + 1)
            if len(texts) == 1 and texts[0].isdecimal():
                by *= int(texts[0])
                self.i = end
        if not by:
            return Differential(self.operand())
        return self.applied(None, tuple(self.index_of_variable(b) for b in by))

    def variable_here(self, grouped: bool) -> Tree:
        """A variable in a subscript: with scripts of its own in braces, one token without."""
        return self.scripted(self.atom()) if grouped else self.atom()

    def index_of_variable(self, by: Tree) -> Tree:
        r"""The k of `\partial_k`, which may count the entries of the variable that is not named."""
        counts = isinstance(by, Num) or (isinstance(by, Name) and not by.marks and by.name in INDEX_LETTERS and by.name not in self.lexicon.names)
        held_at = isinstance(by, Name) and rf"\evalbar_{{{by.name}=" in "".join(t.text for t in self.tokens)  # |_{s=0}: s is a step
        return Sub(Name(""), (by,)) if counts and not held_at else by

    # ------------------------------------------------------------------------------------------ what the layers above read
    def factor(self) -> Tree:
        raise NotImplementedError

    def bare_factor(self) -> Tree:
        """An operand without its scripts, but with the arguments of a call."""
        raise NotImplementedError

    def run(self) -> Tree:
        """All factors up to the next sign."""
        raise NotImplementedError


def held(arg: Tree, by: tuple[Tree, ...], bound: tuple[str, Tree] | None) -> Tree:
    r"""∂ arg / ∂ by at a place; the place that the last factor of arg says, as in d/dt f(X + tH)|_{t=0}, is that of the derivative.

    bound  (name, value) of a place that stands behind the derivative; None without one
    """
    names = {b.name for b in by if isinstance(b, Name)}
    places = [bound] if bound is not None else []

    def freed(tree: Tree) -> Tree:
        if isinstance(tree, Partial) and any(b in tree.by for b in by):
            return tree
        if isinstance(tree, Evaluated) and tree.name in names:
            places.append((tree.name, tree.value))
            return tree.arg
        return rebuilt(tree, freed)

    out: Tree = Partial(freed(arg), by)
    for name, value in places:
        out = Evaluated(out, name, value)
    return out


def product(factors: list[Tree]) -> Tree:
    """One factor, or the product of several."""
    return factors[0] if len(factors) == 1 else Mul(tuple(factors))


def is_number(tree: Tree) -> bool:
    return isinstance(tree, Num)
