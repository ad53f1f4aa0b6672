"""Subscripts and superscripts: indices, labels, transposes, powers."""

from __future__ import annotations

import re
from fractions import Fraction

from derive.expressions.spelling import GREEK
from derive.reviewing.reading.cursor import Cursor
from derive.reviewing.reading.lexicon import PLAIN
from derive.reviewing.reading.words import BEST, FONTS, VARIANTS
from derive.reviewing.tree import Call, Const, Evaluated, Fun, Name, Neg, Num, Pow, Sub, Tree, Turn, number

_WORD = (r"\text", r"\mathrm", r"\operatorname", r"\textrm", r"\mbox", r"\mathit", r"\rm")


class Scripts(Cursor):
    """What may follow an operand."""

    def scripted(self, base: Tree) -> Tree:
        while True:
            token = self.token
            if token.text == "^":
                base = self.superscript(base)
            elif token.text == "_":
                base = self.subscript(base)
            elif token.text == "'" and token.kind == "char":
                self.take()
                base = Turn(base)
            elif token.text == r"\evalbar":
                base = self.evaluated(base)
            else:
                return base

    def superscript(self, base: Tree) -> Tree:
        text, end = self.script()
        if self.is_turn(text):
            self.i = end
            return Turn(base)
        if text.startswith("- ") and self.is_turn(text[2:]):
            self.i = end
            return Turn(Pow(base, number(-1)))
        compact = text.replace(" ", "")
        if compact in ("*", r"\ast") and isinstance(base, Name) and base.name in self.lexicon.names - self.lexicon.wrt and base.name[0].isupper():
            self.i = end  # the adjoint of a matrix
            return Turn(base)
        if compact in ("*", r"\ast") and "star" in self.lexicon.habits:
            self.i = end
            return Turn(base)
        if compact in ("*", r"\star", r"\ast") or (self.labelled(text) and isinstance(base, Name)):
            self.i = end
            return self.marked(base, "*" if compact in ("*", r"\star", r"\ast") else re.sub(r"\\[a-z]+|[{} ]", "", text))
        if compact == "+" and isinstance(base, Name) and "plus" in self.lexicon.habits:
            self.i = end
            return self.marked(base, "plus")
        if compact in ("+", r"\dagger"):
            self.i = end
            return Fun("pinv", (base,))
        spelled = re.fullmatch(r"[(\[](\d)[)\]]", compact)
        if spelled and isinstance(base, Name) and (base.name, spelled.group(1)) in self.lexicon.spelled:
            self.i = end
            return Name(self.lexicon.spelled[base.name, spelled.group(1)], base.marks)
        above = re.fullmatch(r"\(([^()]*)\)(T|\\top|\\intercal)?", compact)
        if above and self.tokens[self.i + 1].kind == "open" and not isinstance(base, Num):
            return self.index_above(base, end, above.group(2) is not None)
        return self.power(base)

    def power(self, base: Tree) -> Tree:
        """A power, also one entry by entry, whose `^` stands here."""
        self.take()
        entrywise = False
        if self.token.kind == "open" and self.ahead().text in (r"\circ", r"\odot"):
            self.take()
            self.take()
            entrywise = True
            if self.token.kind == "close":
                raise self.unread("an exponent is missing")
            exponent = self.sum()
            self.close_group()
        elif self.token.kind == "open":
            exponent = self.argument()
        elif self.token.text == "-":
            self.take()
            exponent = Neg(self.argument())
        else:
            exponent = self.argument()
        if isinstance(exponent, Neg) and isinstance(exponent.arg, Num):
            exponent = Num(-exponent.arg.value)
        if isinstance(base, Name) and base.name in self.lexicon.squares and isinstance(exponent, Num) and exponent.value % 2 == 0:
            square = Name(self.lexicon.squares[base.name], base.marks)
            return square if exponent.value == 2 else Pow(square, Num(exponent.value / 2))
        return Pow(base, exponent, entrywise)

    def index_above(self, base: Tree, end: int, turned: bool) -> Tree:
        """x^{(i)}: the i-th sample, and x_j^{(i)} entry j of it.

        end     the token behind the script
        turned  whether a transpose stands in it too
        """
        self.i += 3
        index = self.sum()
        self.i = end
        if isinstance(base, Sub) and not base.above:  # x_j^{(i)} is entry j of the sample x^{(i)}
            out: Tree = Sub(Sub(base.base, (index,), True), base.indices)
        else:
            out = Sub(base, (index,), True)
        return Turn(out) if turned else out

    def labelled(self, text: str) -> bool:
        return (text.startswith(_WORD) and len(re.sub(r"\\[a-z]+|[{} ]", "", text)) > 1) or text.replace(" ", "") in BEST - {"min", "max"}

    def marked(self, base: Tree, mark: str) -> Tree:
        if isinstance(base, Name):
            return Name(base.name, (*base.marks, mark))
        if mark == "*":
            return base
        return base

    # ------------------------------------------------------------------------------------------ subscripts
    def subscript(self, base: Tree) -> Tree:
        text, end = self.script()
        if isinstance(base, Name):
            compact = re.sub(r"\\(?:mathrm|text|mathit|mathbf|operatorname)|[{} \\]", "", text)
            spelled = self.lexicon.spelled.get((base.name, compact))
            if spelled is not None:
                self.i = end
                return Name(spelled, base.marks)
            if base.name in self.lexicon.functions and compact in self.lexicon.names:  # L_λ, a function with its parameter
                self.i = end
                return base
            if compact in self.lexicon.wrt and base.name not in self.lexicon.names | self.lexicon.functions and not self.lexicon.twin(base.name):
                self.i = end
                if self.token.text == "(" and not self.token.gap:  # h_θ(x), a function with its parameters
                    return Call(f"{base.name}_{compact}", self.bracketed())
                return Name(f"{base.name}_{compact}", base.marks)
            if base.name in self.lexicon.wrt and self.names_solution(compact):
                self.i = end
                return self.marked(base, "opt")
            if self.labelled(text) or compact in (r"*", "star", "ast"):
                self.i = end
                return self.marked(base, "*" if compact in ("*", "star", "ast") else compact)
        if text in ("+", r"\mathrm n e w", r"\text n e w", r"\text { new }") and isinstance(base, Name):
            self.i = end
            return Name(base.name, (*base.marks, "next"))
        if isinstance(base, Const) and not base.size:
            return Const(base.kind, self.sizes())
        if isinstance(base, Num) and base.value in (0, 1) and self.lexicon.sizes & set(text.split()):  # 0_{m \times n}, 1_n
            return Const("ones" if base.value else "zeros", self.sizes())
        return Sub(base, self.indices())

    def names_solution(self, below: str) -> bool:
        """Whether the subscript of a variable says that it is the solution: of this λ, or the estimate called GLS."""
        names = self.lexicon.names
        return below in names & GREEK or (len(below) > 1 and below.isupper() and not set(below) & names)

    def sizes(self) -> tuple[Tree, ...]:
        r"""What stands behind `_` of I, 1, 0: n, {m \times n}, {m, n}."""
        self.take()
        if self.token.kind != "open":
            return (self.argument(),)
        self.take()
        out = [self.tight_sum()]
        while self.skip(r"\times", ",", "*"):
            out.append(self.tight_sum())
        self.close_group()
        return tuple(out)

    def indices(self) -> tuple[Tree | None, ...]:
        self.take()
        if self.token.kind != "open":
            return (self.index_token(alone=True),)
        texts, end = self.group_texts()
        if "," in texts or ":" in texts:
            return self.separated()
        simple = all(re.fullmatch(r"\\[a-zA-Z]+|[A-Za-z0-9]|\*|'", t) and t not in FONTS for t in texts)
        if simple and not (len(texts) > 1 and all(t.isdecimal() for t in texts) and len(texts) > 3):
            self.take()
            out: list[Tree | None] = []
            while self.i < end - 1:
                out.append(self.index_token())
            self.i = end
            return tuple(out)
        self.take()
        one = self.sum()
        self.close_group()
        return (one,)

    def separated(self) -> tuple[Tree | None, ...]:
        self.take()
        out: list[Tree | None] = []
        while True:
            if self.token.text in (":", r"\cdot", "*", r"\bullet"):
                self.take()
                out.append(None)
            elif self.token.kind == "close" or self.token.text == ",":
                raise self.unread("an index is missing")
            else:
                out.append(self.sum())
            if not self.skip(","):
                break
        self.close_group()
        return tuple(out)

    def index_token(self, alone: bool = False) -> Tree | None:
        """One index; alone: it stands without braces, so that a prime behind it belongs to what is indexed."""
        token = self.take()
        if token.text in (":", r"\cdot", "*", r"\bullet"):
            return None
        if token.text.isdecimal():
            return number(int(token.text))
        if token.text.isalpha():
            return Name(token.text + ("" if alone else self.primes()))
        if token.kind == "macro" and token.text[1:].isalpha() and token.text not in FONTS:
            word = token.text[1:]
            return Name(VARIANTS.get(word, word))
        if token.text in FONTS:
            return self.index_token(alone)
        raise self.unread(f"`{token.text}` is no index", token)

    def primes(self) -> str:
        """The primes behind a letter in an index: j and j' are two indices."""
        out = ""
        while self.skip("'"):
            out += "'"
        return out

    # ------------------------------------------------------------------------------------------ evaluation bars
    def evaluated(self, base: Tree) -> Tree:
        r"""`…|_{t=0}`; a bar with a place alone, `|_{w^*}`, says nothing that is used."""
        self.take()
        if not self.skip("_"):
            return base
        bound = self.binding()
        return Evaluated(base, *bound) if bound is not None else base

    def binding(self) -> tuple[str, Tree] | None:
        """(name, value) of the `{t = 0}` that begins here."""
        if self.token.kind != "open":
            self.argument()
            return None
        self.take()
        name = self.sum()
        value = self.sum() if self.skip("=", r"\to", r"\rightarrow", r"\downarrow", r"\searrow") else None
        if self.token.kind != "close":
            raise self.leftover()
        self.take()
        if value is None or not isinstance(name, Name):
            return None
        if any(mark in BEST for node in (value,) if isinstance(node, Name) for mark in node.marks):
            return None
        return name.name, value

    def variables_follow(self) -> bool:
        """Whether a bracket with variables alone follows: f(X) is no product."""
        k, words = 1, []
        while self.token.text == "(" and self.ahead(k).text != ")" and self.ahead(k).kind != "end":
            words.append(self.ahead(k).text.lstrip("\\"))
            k += 1
        said = {VARIANTS.get(w, w) for w in words if f"\\{w}" not in FONTS and w not in ("{", "}", ",")}
        return bool(said) and said <= self.lexicon.wrt

    # ------------------------------------------------------------------------------------------ what the layers above read
    def argument(self) -> Tree:
        """A group in braces, or one token."""
        if self.token.kind == "open":
            self.deeper()
            self.take()
            bars, self.bars = self.bars, []
            out = self.sum()
            self.bars = bars
            self.close_group()
            self.depth -= 1
            return out
        token = self.token
        if token.text.isdecimal():
            self.take()
            return Num(Fraction(token.text))
        return self.atom()

    def close_group(self) -> None:
        if self.token.kind != "close":
            raise self.leftover()
        self.take()

    def tight_sum(self) -> Tree:
        """A sum of a size, in which × separates."""
        reading, self.reading = self.reading, PLAIN
        self.stop_at_times = True
        out = self.sum()
        self.stop_at_times = False
        self.reading = reading
        return out

    stop_at_times = False

    def bracketed(self) -> tuple[Tree, ...]:
        raise NotImplementedError

    def sum(self) -> Tree:
        raise NotImplementedError

    def atom(self) -> Tree:
        raise NotImplementedError
