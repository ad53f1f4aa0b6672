"""Operators on what stands behind them: d, ∂/∂x, ∇, D[H], sums, limits."""

from __future__ import annotations

import re

from derive.review.reading.scripts import Scripts
from derive.review.reading.words import CURLY, FONTS, VARIANTS
from derive.review.tree import Along, Call, Differential, Evaluated, Fun, Limit, Mul, Name, Num, Partial, Sub, Total, Tree, Turn

_DS = frozenset(("d", r"\mathrm d", r"\partial", r"\delta", r"\mathop{}\!d", r"\rm d", r"\text d", r"\mathsf d", r"\operatorname d", r"\dd", r"\mathbf d"))


class Operators(Scripts):
    """A sum, a derivative: the operator and what it applies to."""

    # ------------------------------------------------------------------------------------------ what it reaches
    def reach(self) -> Tree:
        """What an operator applies to: the bracket behind it, or all factors up to the next sign."""
        bracket = self.token.text in ("(", "[", r"\{")
        if self.reading.narrow or (bracket and not self.behind_bracket_goes_on()):
            return self.factor()
        return self.run()

    def behind_bracket_goes_on(self) -> bool:
        """Whether a bracket that begins here is raised or turned as a whole, with more behind it."""
        return False

    # ------------------------------------------------------------------------------------------ d, δ
    def d_token(self, at: int | None = None) -> int:
        """How many tokens a d, ∂ or δ at this place takes; 0 where none stands."""
        i = self.i if at is None else at
        token = self.tokens[i]
        after = self.tokens[min(i + 1, len(self.tokens) - 1)]
        if token.text in (r"\partial", r"\dd"):
            return 1
        if token.text in (r"\mathrm", r"\rm", r"\text", r"\mathsf", r"\operatorname", r"\textrm", r"\mathbf", r"\mathop", r"\mathit") and after.text == "d":
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
        self.i += 1 if self.token.text == r"\delta" else self.d_token()
        order = 1
        if self.token.text == "^":
            _, self.i = self.script()
            order = 2
        if self.reading.wide_differential:
            return Differential(self.run(), order)
        return self.directed(Differential(self.operand(), order))

    def increment(self, arg: Tree) -> Tree:
        known = isinstance(arg, Name) and arg.name in self.lexicon.functions
        return Fun("increment", (arg,)) if known or isinstance(arg, Call) else Differential(arg)

    def operand(self) -> Tree:
        """The factor that d applies to; in d tr(X) the whole call, in dX^{-1} the power."""
        return self.factor()

    def directed(self, tree: Tree) -> Tree:
        """df(X)[H] is the derivative along H."""
        if self.token.text == "[" and isinstance(tree, Differential) and isinstance(tree.arg, (Call, Name)) and (
            isinstance(tree.arg, Call) or tree.arg.name in self.lexicon.functions
        ):
            return Along(tree.arg, self.bracketed())
        return tree

    def bracketed(self) -> tuple[Tree, ...]:
        self.take()
        bars, self.bars = self.bars, []
        out = [self.sum()]
        while self.skip(",", ";"):
            out.append(self.sum())
        self.bars = bars
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
        self.i = i + count
        order = 1
        if self.token.text == "^":
            texts, self.i = self.group_texts(self.i + 1)
            order = int(texts[0]) if len(texts) == 1 and texts[0].isdigit() else 1
        arg: Tree | None = None
        if self.i < middle - grouped:
            arg = self.sum_until(middle - grouped)
        by = self.denominator(middle, end, order)
        self.i = end
        del above, below, start
        return self.applied(arg, by)

    def _is_below(self, middle: int) -> bool:
        i = middle + (self.tokens[middle].kind == "open")
        return self.d_token(i) > 0

    def sum_until(self, end: int) -> Tree:
        out = self.sum()
        if self.i != end:
            raise self.leftover()
        return out

    def denominator(self, middle: int, end: int, order: int) -> tuple[Tree, ...]:
        grouped = self.tokens[middle].kind == "open"
        self.i = middle + grouped
        stop = end - grouped
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
                    if len(texts) == 1 and texts[0].isdigit():
                        times, self.i = int(texts[0]), behind
                        continue
                before = self.i
                base = self.superscript(base) if self.token.text == "^" else self.subscript(base) if self.token.text == "_" else self.scripted(base)
                if self.i == before:
                    raise self.leftover()
            by += [base] * times
        if not 1 <= len(by) <= 3:
            raise self.unread("a derivative by these variables is not understood")
        if order > len(by):
            by *= order
        return tuple(by[: max(order, len(by))])

    def applied(self, arg: Tree | None, by: tuple[Tree, ...]) -> Tree:
        bound = None
        if arg is None:
            while self.token.text == r"\evalbar" or (self.token.text == "|" and self.ahead().text == "_"):
                self.take()
                if self.skip("_"):
                    bound = self.binding() or bound
            arg = self.reach()
        out: Tree = Partial(arg, by)
        return Evaluated(out, *bound) if bound is not None else out

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
            if len(texts) == 1 and texts[0].isdigit():
                by *= int(texts[0])
                self.i = end
        if not by:
            return Differential(self.operand())
        return self.applied(None, tuple(self.index_of_variable(b) for b in by))

    def index_of_variable(self, by: Tree) -> Tree:
        r"""`\partial_k` is the derivative by the k-th entry of the variable."""
        if isinstance(by, Name) and by.name not in self.lexicon.names and len(self.lexicon.wrt) == 1 and by.name in "ijklrs":
            return Sub(Name(next(iter(self.lexicon.wrt))), (by,))
        return by

    # ------------------------------------------------------------------------------------------ ∇
    def nabla(self) -> Tree:
        r"""`\nabla f`, `\nabla_w f`, `\nabla^2 f`, `\nabla_X^2 f`, `\nabla\nabla^\top f`."""
        self.take()
        by: Tree | None = None
        second: Tree | None = None
        order, turned = 1, False
        while self.token.text in ("_", "^") or self.token.text == r"\nabla" or (order == 2 and self.turns()):
            if self.token.text == r"\nabla":
                self.take()
                order += 1
                if self.turns():
                    _, self.i = self.script() if self.token.text == "^" else ("", self.i + 1)
                continue
            text, end = self.script()
            if self.token.text == "^":
                compact = text.replace(" ", "")
                if compact.isdigit():
                    order = int(compact)
                elif self.is_turn(text):
                    turned = True
                else:
                    raise self.unread(f"∇ to the power `{compact}` is not understood")
                self.i = end
                continue
            grouped = self.tokens[self.i + 1].kind == "open"
            self.i += 1 + grouped
            stop = end - grouped
            found: list[Tree] = []
            while self.i < stop:
                found.append(self.variable_here(grouped) if self.token.text != "," else self._comma())
            self.i = end
            found = [f for f in found if not (isinstance(f, Name) and f.name == ",")]
            by = found[0] if found else None
            second = found[1] if len(found) > 1 else None
            order = max(order, len(found))
        if not 1 <= order <= 2:
            raise self.unread("a derivative of this order is not understood")
        arg = self.nabla_operand()
        nothing = Name("")
        first = by or nothing
        out: Tree = Partial(arg, (first,) * order if second is None else (first, second), True)
        if turned:
            out = Turn(out)
        if self.token.text == "[" and order <= 2 and not self.token.gap:
            return Along(out, self.bracketed())
        return out

    def variable_here(self, grouped: bool) -> Tree:
        """A variable in a subscript: with scripts of its own in braces, one token without."""
        return self.scripted(self.atom()) if grouped else self.atom()

    def _comma(self) -> Tree:
        self.take()
        return Name(",")

    def nabla_operand(self) -> Tree:
        """f with its arguments; a bracket; else what the operator reaches."""
        token = self.token
        if token.text in ("(", "[", r"\{") or token.kind == "open":
            return self.bare_factor()
        texts = self.function_here()
        if texts:
            return self.bare_factor()
        if token.text in (r"\|", r"\lVert", r"\lvert", "|"):
            return self.factor() if self.reading.narrow else self.run()
        return self.reach()

    def function_here(self) -> bool:
        """Whether a name of a function, or of what the text defines, begins here."""
        i = self.i
        while self.tokens[i].text in FONTS | CURLY:
            i += 1 + (self.tokens[i + 1].kind == "open")
        word = self.tokens[i].text.lstrip("\\")
        return VARIANTS.get(word, word) in self.lexicon.functions

    # ------------------------------------------------------------------------------------------ D
    def directional(self) -> Tree:
        r"""`Df(X)[H]`, `D_V f(X)`, `D^2 f(X)[H, K]`; the D has been taken."""
        order = 1
        by: list[Tree] = []
        while self.token.text in ("_", "^"):
            text, end = self.script()
            if self.token.text == "^":
                compact = text.replace(" ", "")
                if not compact.isdigit() or not 1 <= int(compact) <= 2:
                    raise self.unread("this power of D is not understood")
                order, self.i = int(compact), end
                continue
            grouped = self.tokens[self.i + 1].kind == "open"
            self.i += 1 + grouped
            while self.i < end - grouped:
                by.append(self.variable_here(grouped) if not self.skip(",") else Name(","))
            self.i = end
        by = [b for b in by if not (isinstance(b, Name) and b.name == ",")]
        arg = self.nabla_operand()
        if isinstance(arg, Name) and self.token.text in ("(", "[") and self.token.text == "(":
            pass
        if self.token.text == r"\evalbar":
            arg = self.evaluated(arg)
        if self.token.text in ("[", r"\{"):
            return Along(arg, self.bracketed(), tuple(by))
        if self.token.text == "(" and isinstance(arg, Call):
            return Along(arg, self.bracketed(), tuple(by))
        if by and not all(isinstance(b, Name) and b.name in self.lexicon.wrt for b in by):
            return Along(arg, tuple(by) * (order if len(by) < order else 1))
        return Partial(arg, (tuple(by) or (Name(""),)) * order)

    # ------------------------------------------------------------------------------------------ Σ, lim
    def total(self) -> Tree:
        product = self.take().text == r"\prod"
        indices: list[str] = []
        lower = upper = None
        condition = None
        for _ in range(2):
            if self.token.text == "_":
                indices, lower, condition = self.bounds()
            elif self.token.text == "^":
                self.take()
                upper = self.argument()
        body = self.reach_sum()
        if not indices:
            raise self.unread("this sum does not say over what")
        return Total(tuple(indices), lower, upper, body, product, condition)

    def reach_sum(self) -> Tree:
        return self.factor() if self.reading.narrow else self.run()

    def bounds(self) -> tuple[list[str], Tree | None, tuple[str, str, str] | None]:
        texts, end = self.group_texts(self.i + 1)
        words = [t.lstrip("\\") for t in texts if t not in FONTS and t not in ("{", "}")]
        compact = "".join(words)
        self.take()
        lower: Tree | None = None
        condition = None
        found = re.fullmatch(r"([a-z]+?)(<|>|ne|neq|le|leq|not=|neq)([a-z]+)", compact) if re.search(r"<|>|ne|le|not", compact) else None
        if found:
            names = [found.group(1), found.group(3)]
            op = "<" if found.group(2) == "<" else ">" if found.group(2) == ">" else "≤" if found.group(2).startswith("le") else "≠"
            condition = (names[0], op, names[1])
            outer = [names[0]] if op == "≠" or len(compact) > 8 else names
            self.i = end
            return outer, None, condition
        if "=" in words:
            left = words[: words.index("=")]
            while self.token.text != "=":
                self.take()
            self.take()
            lower = self.sum()
            indices = [w for w in left if w != ","]
        else:
            cut = words.index("in") if "in" in words else len(words)
            indices = [VARIANTS.get(w, w) for w in words[:cut] if w != ","]
        self.i = end
        return indices, lower, condition

    def limit(self) -> Tree:
        self.take()
        if self.token.text != "_":
            raise self.unread("this limit does not say of what")
        self.take()
        bound = self.binding()
        if bound is None:
            raise self.unread("this limit does not say of what")
        return Limit(self.run(), bound[0], bound[1])

    # ------------------------------------------------------------------------------------------ what the layers above read
    def factor(self) -> Tree:
        raise NotImplementedError

    def bare_factor(self) -> Tree:
        """An operand without its scripts, but with the arguments of a call."""
        raise NotImplementedError

    def run(self) -> Tree:
        """All factors up to the next sign."""
        raise NotImplementedError


def product(factors: list[Tree]) -> Tree:
    """One factor, or the product of several."""
    return factors[0] if len(factors) == 1 else Mul(tuple(factors))


def is_number(tree: Tree) -> bool:
    return isinstance(tree, Num)
