"""What a factor of a LaTeX formula may begin with: a number, a name, a bracket, a macro, an environment."""

from __future__ import annotations

from collections.abc import Callable

from derive.errors import DeriveError
from derive.expressions.nodes import Apply, Call, Commutation, Delta, Expr, Identity, Map, Ones, SizeValue, Symbol, Unit, Unnamed, Zeros, number
from derive.expressions.sizes import ONE, is_scalar
from derive.expressions.spelling import GREEK
from derive.language.latex.blocks import environment
from derive.language.latex.functions import absolute, exponential, function, inner_product, norm, printed_function
from derive.language.latex.names import FONTS, MACROS, WORDS, Called, Value
from derive.language.latex.parser import Parser
from derive.language.latex.pending import apply_derivative, pending, rate
from derive.language.latex.samples import refuse_constant, sample
from derive.language.latex.sizes import unknown_size
from derive.language.latex.sums import fraction, index_sum, root
from derive.language.latex.tokens import Tex
from derive.language.operands import Operand, Unsized
from derive.language.words import closest, unknown_name

_TEX = frozenset((
    r"\begingroup", r"\catcode", r"\csname", r"\def", r"\directlua", r"\edef", r"\endcsname", r"\endgroup",
    r"\expandafter", r"\gdef", r"\immediate", r"\include", r"\input", r"\let", r"\loop", r"\newcommand", r"\newread",
    r"\newwrite", r"\openin", r"\openout", r"\read", r"\renewcommand", r"\special", r"\the", r"\usepackage", r"\verb",
    r"\write",
))
_COMPLETE = {r"\tfrac", r"\dfrac", r"\cfrac", r"\frac"}


def atom(p: Parser) -> Operand:
    """The factor that begins here, without its scripts."""
    token = p.token
    if _is_jacobian(p):
        return apply_derivative(p, "J")
    named = p.names.best(p.tokens, p.i)
    alone = named is None or (named[0] == 1 and not p.own and bool(p.ranges))
    if alone and token.kind in ("char", "macro") and p.ahead().text == "_":
        p.take()
        found = sample(p, token.text.removeprefix("\\"), token.start)
        if found is not None:
            return found
        p.i -= 1
    if named is None or p.own or not _has_entries(named[1]):
        printed = printed_function(p)
        if printed is not None:
            return printed
    if named is not None and not (token.text.isdecimal() and token.kind == "char"):
        called = _function_word(p)
        return called if called is not None else _named(p, *named)
    match token.kind:
        case "char":
            return _character(p, token)
        case "macro":
            return _macro(p, token)
        case "open":
            p.deeper(token.start)
            p.take()
            bars, p.bars = p.bars, []
            inner = p.sum()
            p.bars = bars
            if p.token.kind != "close":
                raise p.leftover()
            p.take()
            p.depth -= 1
            return Operand(inner.value, token.start, p.last_end, None, True)
        case "begin":
            return environment(p)
        case "end":
            raise p.fail("the formula ends where an operand is missing", token.start)
    raise p.fail(f"an operand is missing before `{token.text}`", token.start)


def _is_jacobian(p: Parser) -> bool:
    """J_G before a function G: its Jacobian, even where a J is declared; another index is left to that."""
    if p.token.text != "J" or p.ahead().text != "_":
        return False
    grouped = p.tokens[p.i + 2].kind == "open"
    found = p.names.best(p.tokens, p.i + 2 + grouped)
    return found is not None and isinstance(found[1], Unnamed)


def _has_entries(value: Value) -> bool:
    return isinstance(value, Symbol) and not value.is_scalar


def _character(p: Parser, token: Tex) -> Operand:
    text = token.text
    if text.isascii() and text.isdecimal():
        if text == "0" and p.ahead().text == "_":
            p.take()
            return _constant(p, Zeros, token)
        return p.numeral()
    if text in ("(", "["):
        return p.only(p.bracket(), token.start)
    if text == "|":
        return absolute(p)
    called = _function_word(p)
    if called is not None:
        return called
    if text == "I":
        return _identity(p)
    if text == "e" and p.ahead().text == "^":
        return exponential(p)
    if text == "e" and p.ahead().text == "_":
        return _unit(p)
    if text == "J" and p.ahead().text == "_":
        return apply_derivative(p, "J")
    if text == "K" and p.ahead().text == "_":
        return _commutation(p)
    if text.isalpha():
        raise unknown(p)
    raise p.fail(f"an operand is missing before `{text}`" if text in ")]+-=,;:<>" else f"unexpected `{text}`", token.start)


def _macro(p: Parser, token: Tex) -> Operand:
    text = token.text
    handler = HANDLERS.get(text)
    if handler is not None:
        return handler(p)
    if text in MACROS:
        p.take()
        return function(p, WORDS[text[1:]], token)
    if text == r"\left":
        if p.ahead().text == ".":
            return rate(p)
        opening = p.ahead().text
        if opening in ("|", r"\lvert"):
            return absolute(p)
        if opening in (r"\|", r"\lVert"):
            return norm(p)
        if opening == r"\langle":
            return inner_product(p)
        if opening in ("(", "[", r"\{"):
            return p.only(p.bracket(), token.start)
        raise p.fail(f"`\\left{opening}` is no bracket of the language", token.start)
    if text in FONTS:
        return _font(p, token)
    if text in (r"\right", r"\}", r"\rangle", r"\rvert", r"\rVert", r"\\", r"\cdot", r"\times"):
        raise p.fail(f"an operand is missing before `{text}`", token.start)
    raise unknown_macro(p, token)


def unknown_macro(p: Parser, token: Tex) -> DeriveError:
    if token.text in _TEX:
        message = f"`{token.text}` is a command of TeX, and this is a formula: nothing is executed"
        return p.fail(message, token.start, "unknown-macro")
    word = token.text[1:]
    hint = rf"a function is written \operatorname{{{word}}}, or as in the plain language" if word in WORDS else None
    if word.isalpha() and word.islower() and hint is None and word in ("hat", "bar", "tilde", "dot", "ddot", "overline"):
        hint = rf"a name with an accent is declared with its LaTeX: {{type: vector(n), latex: '{token.text}{{x}}'}}"

    if hint is None and word not in GREEK and (guess := closest(word, _KNOWN)) is not None:
        return p.fail(f"`{token.text}` is not a macro that the language knows; did you mean \\{guess}?", token.start, "unknown-macro")
    if word in GREEK and p.ahead().text in ("(", r"\left"):
        hint = f"declare it under `symbols`, as `{word}: elementwise`; the logistic function is \\operatorname{{sigmoid}}(…)"
        return p.fail(f"`{token.text}` is not declared", token.start, "unknown-name", hint)
    if word in GREEK:
        hint = f"declare it under `symbols`, as `{word}: scalar`"
        return p.fail(f"`{token.text}` is not declared", token.start, "unknown-name", hint)
    return p.fail(f"`{token.text}` is not a macro that the language knows", token.start, "unknown-macro", hint)


def unknown(p: Parser) -> DeriveError:
    """The letters that begin here are no declared name."""
    first = p.token
    run = first.text
    k = 1
    while p.ahead(k).kind == "char" and p.ahead(k).text.isalpha() and not p.ahead(k).gap and len(run) < 40:
        run += p.ahead(k).text
        k += 1
    if run in WORDS:
        return p.fail(f"{run} is a function: write \\operatorname{{{run}}}(…)", first.start, "function-without-argument")
    word = run if not any(letter in p.names.all for letter in run) else first.text
    message, hint = unknown_name(word, p.names.all, False, None)
    return p.fail(message, first.start, "unknown-name", hint)


# --------------------------------------------------------------------------------------------- names
def _named(p: Parser, count: int, value: Value) -> Operand:
    token = p.token
    if isinstance(value, Called):
        p.i += count
        unnamed = p.scope.unnamed.get(value.function)
        return function(p, value.function, token) if unnamed is None else _unnamed_call(p, unnamed, token)
    if isinstance(value, Symbol | Unnamed | SizeValue):
        refuse_constant(p, value, token.start)
    if isinstance(value, Unnamed):
        p.i += count
        return _unnamed_call(p, value, token)
    p.i += count
    if isinstance(value, Symbol) and value.of is not None and p.token.text == "(" and not p.token.gap:
        i = p.i
        inside = p.names.best(p.tokens, i + 1)
        ends = p.tokens[min(i + 1 + (inside[0] if inside else 1), len(p.tokens) - 1)]
        word = inside[1].name if inside is not None and isinstance(inside[1], Symbol) else p.ahead().text
        if word == value.of and ends.text == ")":
            p.i = p.tokens.index(ends) + 1
    return Operand(value, token.start, p.last_end)


def _function_word(p: Parser) -> Operand | None:
    """`tr(`, `det(` in plain letters: a word of the language directly before a bracket."""
    token = p.token
    before = p.tokens[p.i - 1] if p.i else token
    inside = p.i > 0 and before.kind == "char" and before.text.isalpha() and not token.gap
    if token.kind != "char" or not token.text.isalpha() or inside:
        return None
    k, word = 1, token.text
    while len(word) < 24 and p.ahead(k).kind == "char" and not p.ahead(k).gap and (
        p.ahead(k).text.isalnum() or p.ahead(k).text == "_"
    ):
        word += p.ahead(k).text
        k += 1
    after = p.ahead(k)
    behind = after.text == "(" or (after.text == r"\left" and p.ahead(k + 1).text == "(")
    if len(word) < 2 or word not in WORDS or word in p.names.all:
        return None
    if not behind or after.gap:
        if not any(p.names.covers(p.tokens, p.i + n, 1) for n, _ in p.names.matches(p.tokens, p.i)):
            raise unknown(p)
        return None
    p.i += k
    return function(p, WORDS[word], token)


def _fixed(p: Parser, token: Tex, word: str) -> Operand | None:
    """What a word in a font always means: ones, zeros, δ, a commutation matrix, a pending derivative, a function; None for a symbol."""
    if word == "1" and token.text in (r"\mathbf", r"\mathbb", r"\boldsymbol", r"\bm"):
        return _constant(p, Ones, token)
    if word == "0" and token.text in (r"\mathbf", r"\boldsymbol", r"\bm"):
        return _constant(p, Zeros, token)
    if word == r"\delta" and p.own and p.token.text == "_" and token.text == r"\mathrm":
        p.i -= 1
        return _delta(p)
    if word == "K" and p.token.text == "_" and not (p.own and token.text == r"\boldsymbol"):
        p.i -= 1
        return _commutation(p)
    if token.text == r"\mathrm" and word in ("D", "d"):
        return pending(p, token, word)
    if word in WORDS and len(word) > (token.text != r"\operatorname"):
        return function(p, WORDS[word], token)
    return None


def _font(p: Parser, token: Tex) -> Operand:
    r"""`\mathbf{x}` is x, `\mathbf{1}` the ones, `\mathrm{tr}` a function, `\mathrm{D}(…)` a pending derivative."""
    p.take()
    while p.token.text in FONTS:
        token = p.take()
    if token.text == r"\operatorname" and p.token.text == "*":
        p.take()
    i = p.i
    first, last = p.group()
    word = "".join(t.text for t in p.tokens[first:last])
    known = _fixed(p, token, word)
    if known is not None:
        return known
    inside = p.names.best(p.tokens, first)
    if inside is None or first + inside[0] < last or (p.ranges and not p.own):
        found = sample(p, word.removeprefix("\\"), token.start)
        if found is not None:
            return found
    p.i = i
    if token.text == r"\operatorname":
        raise p.fail(f"{word} is unknown as a function of the language", token.start, "unknown-name", unknown_name(
            word, p.names.all, True, None)[1])
    if p.token.kind != "open":
        return atom(p)
    p.take()
    named = p.names.best(p.tokens, p.i)
    if named is None:
        raise unknown(p)
    out = _named(p, *named)
    if p.token.kind != "close":
        raise p.leftover()
    p.take()
    return out


def _unnamed_call(p: Parser, unnamed: Unnamed, token: Tex) -> Operand:
    r"""`\sigma(x)`, `\sigma'(x)`, `\sigma^{(3)}(x)`, `E(x)`."""
    order = 0
    while p.skip("'"):
        order += 1
    if not order and p.token.text == "^" and p.ahead().kind == "open" and p.ahead(2).text == "(":
        p.take()
        texts = p.peek().split(" ")
        if len(texts) == 3 and texts[1].isdecimal():
            p.group()
            order = int(texts[1])
        else:
            p.i -= 1
    if p.opening() not in ("(", "["):
        raise p.fail(f"{unnamed.name} is a function: write {unnamed.name}(…)", token.start, "function-without-argument")
    argument = p.only(p.bracket(), token.start)
    expr = p.combine.sized(argument)
    if unnamed.argument is None:
        return Operand(p.made(Map, token.start, unnamed, expr, order), token.start, p.last_end)
    if order:
        raise p.fail(rf"the derivatives of {unnamed.name} are written \nabla {unnamed.name}(…), \mathrm{{D}}{unnamed.name}(…)[…]",
                     token.start, "derivative")
    return Operand(p.made(Apply, token.start, unnamed, expr, 0, ()), token.start, p.last_end)


# --------------------------------------------------------------------------------------------- constants
def _identity(p: Parser) -> Operand:
    token = p.take()
    if p.skip("_"):
        sizes = p.sizes()
        return Operand(p.made(Identity, token.start, sizes[0]), token.start, p.last_end)
    return Operand(Unsized(Identity, token.start), token.start, token.end)


def _constant(p: Parser, node: type[Expr], token: Tex) -> Operand:
    """Ones or zeros with their sizes behind `_`."""
    if not p.skip("_"):
        p.unsized = True
        return Operand(p.made(node, token.start, (unknown_size(token.start), ONE)), token.start, p.last_end)
    sizes = p.sizes()
    dims = (sizes[0], sizes[1] if len(sizes) > 1 else ONE)
    if is_scalar(dims):
        return Operand(number(1 if node is Ones else 0), token.start, p.last_end)
    return Operand(p.made(node, token.start, dims), token.start, p.last_end)


def _unit(p: Parser) -> Operand:
    r"""`e_{i}^{(n)}`, or `e_{i}` where what stands beside it tells n."""
    token = p.take()
    p.take()
    index = p.argument("an index")
    if not (p.token.text == "^" and p.ahead().kind == "open" and p.ahead(2).text == "("):
        size = unknown_size(token.start)
        p.unsized = True
        expr = p.combine.sized(index)
        return Operand(p.made(Unit, token.start, expr, size), token.start, p.last_end)
    p.take()
    p.take()
    inside = p.only(p.bracket(), token.start)
    size = p.size(inside)
    if p.token.kind != "close":
        raise p.leftover()
    p.take()
    expr = p.place(index, size, p.combine.words(inside), "entries")
    return Operand(p.made(Unit, token.start, expr, size), token.start, p.last_end)


def _commutation(p: Parser) -> Operand:
    token = p.take()
    p.take()
    sizes = p.sizes()
    if len(sizes) != 2:
        raise p.fail("the commutation matrix has two sizes, K_{m, n}", token.start, "size")
    return Operand(p.made(Commutation, token.start, *sizes), token.start, p.last_end)


def _delta(p: Parser) -> Operand:
    r"""Our own Kronecker delta, `\delta_{ij}`."""
    token = p.take()
    if not p.own or not p.skip("_"):
        p.i -= 1
        raise unknown_macro(p, token)
    places = [p.integer(place) for place in p.places(False) if place is not None]
    if len(places) != 2:
        raise p.fail("Kronecker's delta has two indices", token.start, "index")
    return Operand(p.made(Delta, token.start, *places), token.start, p.last_end)


HANDLERS: dict[str, Callable[[Parser], Operand]] = {
    **dict.fromkeys(_COMPLETE, fraction),
    r"\sqrt": root,
    r"\sum": index_sum,
    r"\prod": index_sum,
    r"\langle": inner_product,
    r"\|": norm,
    r"\lVert": norm,
    r"\lvert": absolute,
    r"\{": lambda p: p.only(p.bracket(), p.token.start),
    r"\nabla": lambda p: apply_derivative(p, r"\nabla"),
    r"\delta": lambda p: _delta(p),
    r"\pi": lambda p: Operand(Call("pi", ()), p.token.start, p.take().end),
}

_KNOWN = frozenset({
    *GREEK, *(name[1:] for name in (*HANDLERS, *MACROS, *FONTS) if name[1:].isalpha()), "top", "odot", "otimes", "cdot", "infty", "left", "right",
})
"""Macros that a formula may hold, for what was meant by one that it does not know."""
