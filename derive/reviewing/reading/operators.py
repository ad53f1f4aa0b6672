"""Operators on what stands behind them: ∇, D[H], sums, limits."""

from __future__ import annotations

import re

from derive.reviewing.indices import free
from derive.reviewing.reading.differentials import Differentials
from derive.reviewing.reading.words import CURLY, FONTS, VARIANTS
from derive.reviewing.tree import Along, Call, Limit, Mul, Name, Partial, Total, Tree, Turn


class Operators(Differentials):
    """∇, D, Σ, lim and what they apply to."""

    # ------------------------------------------------------------------------------------------ ∇
    def nabla(self) -> Tree:
        r"""`\nabla f`, `\nabla_w f`, `\nabla^2 f`, `\nabla_X^2 f`, `\nabla\nabla^\top f`."""
        self.take()
        return self.nabla_of(1)

    def nabla_of(self, order: int) -> Tree:
        """∇, grad or Hess with its scripts and what it applies to; the sign has been taken."""
        by: list[Tree] = []
        turned = False
        while self.token.text in ("_", "^") or self.token.text == r"\nabla" or (order == 2 and self.turns()):
            if self.token.text == r"\nabla":
                if turned:
                    raise self.unread("∇ᵀ∇ is not understood")
                self.take()
                order += 1
                if self.turns():
                    _, self.i = self.script() if self.token.text == "^" else ("", self.i + 1)
                continue
            text, end = self.script()
            if self.token.text == "^":
                compact = text.replace(" ", "")
                if compact.isdecimal():
                    order = int(compact)
                elif self.is_turn(text):
                    turned = order == 1  # ∇_x ∇_yᵀ f has a row for each entry of x
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
            by += [self.index_of_variable(f) for f in found if not (isinstance(f, Name) and f.name == ",")]
            order = max(order, len(by))
        if not 1 <= order <= 2:
            raise self.unread("a derivative of this order is not understood")
        arg = self.nabla_operand()
        out: Tree = Partial(arg, tuple(by) if len(by) == 2 else (by[0] if by else Name(""),) * order, True)
        if turned:
            out = Turn(out)
        if self.token.text == "[" and order <= 2 and not self.token.gap:
            return Along(out, self.bracketed())
        return out

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
                if not compact.isdecimal() or not 1 <= int(compact) <= 2:
                    raise self.unread("this power of D is not understood")
                order, self.i = int(compact), end
                continue
            grouped = self.tokens[self.i + 1].kind == "open"
            self.i += 1 + grouped
            while self.i < end - grouped:
                by.append(self.variable_here(grouped) if not self.skip(",") else Name(","))
            self.i = end
        by = [b for b in by if not (isinstance(b, Name) and b.name == ",")]
        whole = self.token.text == "("
        at_point = self.at_point()
        if at_point is not None:
            return at_point
        start = self.i
        bars = self.token.text in (r"\|", r"\lVert", r"\lvert", "|")
        arg = self.factor() if bars else self.nabla_operand()
        if bars and self.token.text != "[":  # D‖x‖ x, but D‖x‖[h]
            self.i = start
            arg = self.nabla_operand()
        if whole and isinstance(arg, Call):  # D(f(X))[H] is of the composite, Df(X)[H] of f at X
            arg = Mul((arg,))
        if self.token.text == r"\evalbar":
            arg = self.evaluated(arg)
        if self.token.text in ("[", r"\{"):
            return Along(arg, self.bracketed(), tuple(by))
        if self.token.text == "(" and isinstance(arg, Call):
            return Along(arg, self.bracketed(), tuple(by))
        if by and not all(isinstance(b, Name) and b.name in self.lexicon.wrt for b in by):
            return Along(arg, tuple(by) * (order if len(by) < order else 1))
        return Partial(arg, (tuple(by) or (Name(""),)) * order)

    def at_point(self) -> Tree | None:
        """`Df_X(H)`: the derivative at X along H; None, and nothing gone past, where no such thing stands here."""
        name = self.token.text.lstrip("\\")
        if name not in self.lexicon.functions or self.ahead().text != "_":
            return None
        texts, end = self.group_texts(self.i + 2)
        if len(texts) != 1 or texts[0].lstrip("\\") not in self.lexicon.wrt or self.tokens[end].text not in ("(", "["):
            return None
        self.i = end
        return Along(Name(name), self.bracketed(), (Name(texts[0].lstrip("\\")),))

    def jacobian(self) -> Tree | None:
        """`J_f(x)`: the Jacobian, a row for each entry of f; None where the subscript is no function."""
        text, end = self.script()
        name = text.replace(" ", "").lstrip("\\")
        if name not in self.lexicon.functions or "J" in self.lexicon.names:
            return None
        self.i = end
        out: Tree = self.named_call(name)
        return Partial(out, (Turn(Name("")),))

    def accented(self, name: Name) -> Tree:
        r"""A letter with its accents; a dot over the function of one number is its derivative: `\dot f(t)`."""
        order = {"dot": 1, "ddot": 2}.get(name.marks[-1], 0) if len(name.marks) == 1 and "dots" in self.lexicon.habits else 0
        if not order or name.name not in self.lexicon.functions:
            return name
        return Call(name.name, self.bracketed() if self.token.text == "(" else (), order)

    def named_call(self, name: str) -> Tree:
        """A function with the arguments that follow, if they do."""
        return Call(name, self.bracketed()) if self.token.text == "(" else Name(name)

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
        if not indices:  # Σ x_i y_i: over the index that stands there
            indices = free(body, self.lexicon.names | self.lexicon.sizes)[:1]
        if not indices:
            raise self.unread("this sum does not say over what")
        return Total(tuple(indices), lower, upper, body, product, condition)

    def reach_sum(self) -> Tree:
        return self.factor() if self.reading.narrow else self.run()

    def bounds(self) -> tuple[list[str], Tree | None, tuple[str, str, str] | None]:
        texts, end = self.group_texts(self.i + 1)
        words: list[str] = []
        for t in texts:
            if t == "'" and words:
                words[-1] += t
            elif t not in FONTS and t not in ("{", "}"):
                words.append(t.lstrip("\\"))
        compact = "".join(words)
        self.take()
        lower: Tree | None = None
        condition = None
        found = re.fullmatch(r"([a-z]+?)(<|>|neq|ne|leq|le|not=)([a-z]+)", compact) if re.search(r"<|>|ne|le|not", compact) else None
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
