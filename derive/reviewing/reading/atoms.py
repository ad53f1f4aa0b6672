"""What an operand may begin with: a number, a letter, a bracket, a bar, a function, a matrix."""

from __future__ import annotations

import re
from collections.abc import Callable
from fractions import Fraction
from functools import partial
from itertools import pairwise

from derive.derivation.derivation import adjoint
from derive.expressions.functions import FUNCTIONS as TABLE
from derive.expressions.spelling import GREEK
from derive.language.latex.names import PATTERNS, WORDS
from derive.reviewing.reading.brackets import Brackets
from derive.reviewing.reading.cursor import Unread
from derive.reviewing.reading.words import ACCENTS, BARE, CURLY, FONTS, FUNCTIONS, VARIANTS
from derive.reviewing.tree import Along, Binary, Call, Const, Fun, Name, Num, Pow, Rest, Sub, Tree, number

_FRACTIONS = frozenset((r"\frac", r"\tfrac", r"\dfrac", r"\cfrac", r"\nicefrac", r"\sfrac"))
_DOTS = frozenset((r"\dots", r"\cdots", r"\ldots", r"\dotsb", r"\dotsc", "…"))
_MATRICES = frozenset(("pmatrix", "bmatrix", "matrix", "Bmatrix", "smallmatrix", "array", "psmallmatrix", "bsmallmatrix"))
_COMPARED = {"<": "<", ">": ">", r"\le": "<=", r"\ge": ">=", "=": "=="}
_CONST = frozenset(("const", "const.", "constant", "cst", "cst."))


class Atoms(Brackets):
    """Operands."""

    def atom(self) -> Tree:
        token = self.token
        if token.text in PATTERNS and (found := self.from_table()) is not None:
            return found
        match token.kind:
            case "open":
                return self.argument()
            case "begin":
                return self.environment()
            case "char":
                return self.character()
            case "macro":
                return self.macro()
        raise self.leftover()

    # ------------------------------------------------------------------------------------------ characters
    def character(self) -> Tree:
        text = self.token.text
        if (text.isascii() and text.isdecimal()) or (text == "." and self.ahead().text.isdecimal()):
            return self.numeral()
        if text in ("(", "["):
            return self.bracket()
        if text == "|":
            return self.bar("|", "|")
        if text.isalpha():
            return self.letters()
        if text == "∞":
            self.take()
            return Const("infinity")
        if text == "…":
            self.take()
            return Rest(2)
        raise self.leftover()

    def numeral(self) -> Num:
        digits = ""
        while self.token.kind == "char" and (
            self.token.text.isdecimal() or (self.token.text == "." and self.ahead().text.isdecimal() and "." not in digits)
        ):
            if digits and self.token.gap:
                break
            digits += self.take().text
        return Num(Fraction(digits))

    def letters(self) -> Tree:
        """A declared name of several letters, a word of the language before its argument, or one letter."""
        run = self.letters_here()
        for name in self.lexicon.long:
            if run.startswith(name):
                self.i += len(name)
                return self.named(name)
        if self.is_word(run):
            self.i += len(run)
            return self.function(FUNCTIONS[run])
        letter = self.take().text
        return self.lettered(letter)

    def letters_here(self) -> str:
        run, k = "", 0
        while self.ahead(k).kind == "char" and self.ahead(k).text.isalnum() and (k == 0 or not self.ahead(k).gap) and k < 24:
            run += self.ahead(k).text
            k += 1
        return run

    def is_word(self, run: str) -> bool:
        if run not in FUNCTIONS or len(run) < 2 or run in self.lexicon.names or all(c in self.lexicon.names for c in run):
            return False
        after = self.ahead(len(run))
        return after.text in ("(", "[", r"\{") or len(run) > 2 or run in ("tr", "Tr", "ln") or after.gap

    def word_here(self) -> bool:
        return self.is_word(self.letters_here())

    def lettered(self, letter: str) -> Tree:
        """What one letter means where it is not declared."""
        lexicon = self.lexicon
        if letter in lexicon.names or letter in lexicon.functions:
            return self.named(letter)
        if letter == "I":
            return Const("identity")
        if letter == "e" and self.token.text == "^":
            text, _ = self.script()
            if not self.is_turn(text):
                self.take()
                return Fun("exp", (self.argument(),))
        if letter in "oO" and self.token.text in ("(", "[", r"\{"):
            return self.rest(letter)
        if letter == "K" and self.token.text == "_":
            texts, end = self.group_texts(self.i + 1)
            sizes = [t for t in texts if t != ","]
            if len(sizes) == 2 and all(t in lexicon.sizes for t in sizes):
                self.i = end
                return Const("commutation", (Name(sizes[0]), Name(sizes[1])))
        if letter == "J" and self.token.text == "_":
            jacobian = self.jacobian()
            if jacobian is not None:
                return jacobian
        if letter == "D" and "D" not in lexicon.letters and self.d_applies():
            return self.directional()
        return self.named(letter)

    def d_applies(self) -> bool:
        return self.token.text not in ("+", "-", "=", "'", ")", "]") and self.token.kind not in ("end", "close")

    def named(self, name: str) -> Tree:
        """A name; where it is a function, with its arguments."""
        if self.token.text == "_" and name in self.lexicon.functions:
            text, end = self.script()
            compact = re.sub(r"\\(?:mathrm|text)|[{} ]", "", text)
            if (compact in self.lexicon.wrt or len(compact) > 1) and (name, compact) not in self.lexicon.spelled and (
                self.tokens[end].text in ("(", "[")
            ):
                self.i = end
        if name not in self.lexicon.functions or not (self.reading.calls or self.variables_follow()):
            return Name(name)
        if self.token.text == "_":
            _, end = self.script()
            if self.tokens[end].text == "(" and not self.tokens[end].gap:
                indices = self.indices()
                return Sub(Call(name, self.bracketed()), indices)
        return self.called(name)

    def called(self, name: str) -> Tree:
        """A function with its primes and its arguments, as far as they follow."""
        order, i = 0, self.i
        if self.lexicon.primes_turn and self.token.text == "'" and self.ahead().text != "(":
            return Name(name)
        while self.token.text == "'":
            self.take()
            order += 1
        if self.token.text in ("(", "[") and not (order == 0 and self.token.text == "["):
            args = self.bracketed()
            call = Call(name, args, order)
            if order and len(args) == order + 1 and len(self.lexicon.wrt) == 1:  # f'(X; H)
                return Along(Call(name, args[:1]), args[1:])
            if order and self.token.text == "[":
                return Along(Call(name, args), self.bracketed())
            return call
        if order:
            return Call(name, (), order)
        self.i = i
        return Name(name)

    def rest(self, letter: str) -> Tree:
        """o(‖H‖) keeps the first order, O(ε²) too."""
        start = self.i
        self.bracketed()
        texts = [t.text for t in self.tokens[start : self.i]]
        power = next((int(b) for a, b in pairwise(texts) if a == "^" and b.isdecimal()), 1)
        return Rest(power - 1 if letter == "O" else power)

    # ------------------------------------------------------------------------------------------ macros
    def macro(self) -> Tree:
        token = self.token
        text = token.text
        if text in FONTS:
            return self.font()
        if text in CURLY:
            return self.curly()
        if text in ACCENTS:
            self.take()
            inner = self.argument_name()
            if isinstance(inner, Name):
                return self.accented(Name(inner.name, (*inner.marks, ACCENTS[text])))
            return Fun(ACCENTS[text], (inner,))
        if text in _FRACTIONS:
            derivative = self.derivative_fraction()
            if derivative is not None:
                return derivative
            self.take()
            above = self.argument()
            return Binary("over", above, self.argument())
        match text:
            case r"\sqrt":
                self.take()
                if self.skip("["):
                    degree = self.sum()
                    self.skip("]")
                    return Pow(self.argument(), Binary("over", number(1), degree))
                return Fun("sqrt", (self.argument(),))
            case r"\sum" | r"\prod":
                return self.total()
            case r"\nabla":
                return self.nabla()
            case r"\partial":
                return self.partial_sign()
            case r"\lim":
                return self.limit()
            case r"\langle":
                return self.inner()
            case r"\|" | r"\lVert":
                return self.norm(text)
            case r"\lvert":
                return self.bar(text, r"\rvert")
            case r"\{":
                return self.bracket()
            case r"\underbrace" | r"\overbrace":
                return self.braced()
            case r"\arg" | r"\argmin" | r"\argmax":
                self.take()
                return self.argument_of_best()
            case r"\infty":
                self.take()
                return Const("infinity")
        if text in _DOTS:
            self.take()
            return Rest(2)
        word = VARIANTS.get(text[1:], text[1:])
        if text in BARE or (word in FUNCTIONS and word not in self.lexicon.names):
            self.take()
            return self.function(FUNCTIONS.get(word, word))
        return self.greek(word)

    def greek(self, word: str) -> Tree:
        token = self.take()
        if word in self.lexicon.names or word in self.lexicon.functions:
            return self.named(word)
        if word == "delta" and self.token.text == "_" and (word, self.script()[0].replace(" ", "")) not in self.lexicon.spelled:
            return self.delta()
        if word == "pi":
            return Const("pi")
        if word == "sigma" and self.sigmoid_follows():
            return self.function("sigmoid")
        if not word.isalpha() or len(word) > 10 or word not in _LETTERS:
            raise self.unread(f"`{token.text}` is not understood", token)
        return self.named(word)

    def sigmoid_follows(self) -> bool:
        k = 0
        while self.ahead(k).text == "'":
            k += 1
        return self.ahead(k).text == "(" or (k == 0 and self.ahead(k).text == "^" and self.ahead(1).text == "'")

    def delta(self) -> Tree:
        start = self.i
        self.take()
        try:
            named: Tree | None = self.argument()
        except Unread:  # two indices
            named = None
        if isinstance(named, Name) and named.name in self.lexicon.names:  # δ_x of a backward pass
            return Name(adjoint(named.name), named.marks)
        self.i = start
        out = self.subscript(Name("δ"))
        assert isinstance(out, Sub)
        places = tuple(i for i in out.indices if i is not None)
        if len(places) != 2:
            raise self.unread("Kronecker's delta has two indices")
        return Const("delta", places)

    def constant_in_font(self, word: str, font: str) -> Const | None:
        """Ones, zeros, the identity, an arbitrary constant; None for another word."""
        if word in ("1", "0") and font not in (r"\mathrm", r"\text", r"\rm", r"\operatorname", r"\mathit"):
            return Const("ones" if word == "1" else "zeros")
        if word == "I" and "I" not in self.lexicon.names:
            return Const("identity")
        return Const("any") if word.strip() in _CONST else None

    def meaning_in_font(self, word: str, font: str, end: int) -> Callable[[], Tree] | None:
        """How what a word in a font begins is read, from the token `end` behind it on: a differential, a derivative, a function of the
        table, a name; None for a word that means nothing by itself."""
        constant = self.constant_in_font(word, font)
        if constant is not None:
            return lambda: constant
        if word == "d" and self.tokens[end].text not in ("+", "=", "-", ")"):
            return partial(self.named, "d") if "d" in self.lexicon.names and font != r"\mathrm" else self.loose_differential
        upright = font in (r"\mathrm", r"\rm", r"\operatorname", r"\mathbf", r"\mathsf")
        if word == "D" and upright and (font == r"\mathrm" or "D" not in self.lexicon.names):
            return self.directional
        if word == "e" and "e" not in self.lexicon.names:
            return partial(self.lettered, "e")
        if word.replace("\\,", "") in ("argmin", "argmax", "arg\\min", "arg\\max"):
            return self.argument_of_best
        if word in ("Hess", "hess", "grad", "Grad"):
            return partial(self.nabla_of, 2 if word.lower() == "hess" else 1)
        function = self.worded(word, font, end)
        if function:
            return partial(self.function, function)
        return partial(self.named, word) if word in self.lexicon.names or word in self.lexicon.functions else None

    def font(self) -> Tree:
        token = self.take()
        while self.token.text in FONTS:
            token = self.take()
        texts, end = self.group_texts()
        word = "".join(texts)
        condition = self.indicator(word, end)
        if condition is not None:
            return condition
        if self.token.kind == "open" and any(t in (r"\mathcal", r"\boldsymbol") for t in texts):
            return self.argument()
        meaning = self.meaning_in_font(word, token.text, end)
        if meaning is not None:
            self.i = end
            return meaning()
        if token.text in (r"\text", r"\operatorname", r"\textrm", r"\mbox") and len(word) > 1:
            raise self.unread(f"the word `{word}` is not understood", token)
        if len(word) == 1:
            self.i = end
            return self.lettered(word)
        if len(texts) == 1 and texts[0].startswith("\\"):
            return self.atom() if texts[0] in ACCENTS or texts[0] in FONTS else self.in_font(end)
        if self.token.kind == "open":
            if re.fullmatch(r"[A-Za-z]{2,}", word) and token.text in (r"\mathrm", r"\mathit", r"\mathsf"):
                raise self.unread(f"the word `{word}` is not understood", token)
            return self.argument()
        raise self.leftover()

    def in_font(self, end: int) -> Tree:
        """The macro before `end`, which is a group of its own or stands alone."""
        self.i = end - (1 if self.tokens[end - 1].kind != "close" else 2)
        out = self.macro()
        self.skip_close(end)
        return out

    def worded(self, word: str, font: str, end: int) -> str:
        r"""The function that a word in a font means, its `end` behind it: diag, or the Q of `\operatorname{Q}(X)`; empty where it means none."""
        if len(word) > 1:
            return FUNCTIONS.get(word) or WORDS.get(word) or (word if word in TABLE else "")
        applied = font == r"\operatorname" and self.tokens[end].text == "(" and WORDS.get(word) in TABLE
        return WORDS[word] if applied else ""

    def skip_close(self, end: int) -> None:
        if self.i < end:
            self.i = end

    def loose_differential(self) -> Tree:
        raise self.unread("this d stands before nothing that varies")

    def curly(self) -> Tree:
        self.take()
        texts, end = self.group_texts()
        letter = "".join(texts)
        self.i = end
        if letter in ("O", "o") and self.token.text in ("(", "[", r"\{"):
            return self.rest(letter)
        if letter == "N":
            raise self.unread("a distribution is not understood here")
        if letter == "I":
            return Const("identity") if "I" not in self.lexicon.names else Name("I")
        curled = f"{letter}@cal"
        if curled in self.lexicon.functions:
            return self.named(curled)
        if letter == "D" and letter not in self.lexicon.names:
            return self.directional()
        return self.named(letter)

    def argument_of_best(self) -> Tree:
        r"""`\arg\min_w f(w)` is w where f is least, w^*."""
        self.skip(r"\min", r"\max")
        name = next(iter(sorted(self.lexicon.wrt)))
        if self.token.text == "_":
            texts, self.i = self.group_texts(self.i + 1)
            name = next((w for t in texts if (w := VARIANTS.get(t.lstrip("\\"), t.lstrip("\\"))) in self.lexicon.wrt), name)
        if self.starts_factor():
            self.sum()
        return Name(name, ("*",))

    def argument_name(self) -> Tree:
        r"""The argument of an accent: `\hat w`, `\hat{\boldsymbol\beta}`."""
        if self.token.kind == "open":
            return self.argument()
        if self.token.text in FONTS:
            return self.font()
        return self.atom() if self.token.kind != "char" else Name(self.take().text)


_LETTERS = GREEK | {"imath", "jmath", "hbar"}
