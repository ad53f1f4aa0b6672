"""The words of an expression: numbers, names, operators, each with its place."""

from __future__ import annotations

import re
import unicodedata
from fractions import Fraction
from typing import NamedTuple

from derive.language.origin import Origin

MAX_LENGTH = 50_000
"""Characters in one expression."""
MAX_DIGITS = 40
MAX_EXPONENT = 300


class Token(NamedTuple):
    """kind: number, name, op, end.  `gap` says whether white space stands before it; start and end are offsets."""

    kind: str
    text: str
    start: int
    end: int
    gap: bool


_SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹"
_FRACTIONS = "½⅓⅔¼¾⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞"
_NOT_IN_NAMES = f"{_SUPERSCRIPTS}{_FRACTIONS}ᵀ"
_TOKEN = re.compile(
    rf"""
    (?P<number>[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|(?<![\w)\]'])\.[0-9]+(?:[eE][+-]?[0-9]+)?)
  | (?P<name>[^\W0-9{_NOT_IN_NAMES}](?:[A-Za-z0-9_]|[^\W{_NOT_IN_NAMES}])*)
  | (?P<wrong>\*\*|==|!=)
  | (?P<op>\.T(?!\w)|\.\*|\./|\.\^|<=|>=|[-+*/@^'()\[\],;:<>])
  | (?P<raised>⁻?[{_SUPERSCRIPTS}]+|⁻?ᵀ)
  | (?P<fraction>[{_FRACTIONS}])
  | (?P<typeset>[−·⋅∙∘⊙′’≤≥])
    """,
    re.VERBOSE,
)
_GAP = re.compile(r"\s*")
_TYPESET = {
    "−": "-", "·": "*", "⋅": "*", "∙": "*", "∘": ".*", "⊙": ".*", "′": "'", "’": "'", "≤": "<=", "≥": ">=",
}
_DIGITS = {character: str(k) for k, character in enumerate(_SUPERSCRIPTS)}

_ADVICE = {
    "**": "a power is written ^",
    "==": "a condition has one of < <= > >=",
    "!=": "a condition has one of < <= > >=",
    "=": "an expression holds no `=`",
    "!": "a factorial is not part of the language",
    "|": "write abs(x), norm(x) or det(A)",
    "‖": "write norm(x)",
    "{": "group with ( )",
    "}": "group with ( )",
    '"': "the transpose is one '",
    "⊗": "write kron(A, B)",
    "⊙": "write A .* B, entry by entry, or khatrirao(A, B), column by column",
    "√": "write sqrt(x)",
    "∞": "numbers are finite",
    "∇": "a derivative is asked for under `find`, not written",
    "∂": "a derivative is asked for under `find`, not written",
    "∑": "a sum is written sum(i, 1, n, …)",
    ".": "a number never ends in a dot; write 1.0 or 1",
    "%": "the language has no remainder",
    "&": "conditions are not combined; nest where(…, …, …)",
    "~": "the language has no negation",
    "#": "a comment is written outside of the expression",
    "$": "leave the $ away",
}


def name_form(text: str) -> str:
    """A name as the language compares it: Unicode NFKC."""
    return text if text.isascii() else unicodedata.normalize("NFKC", text)


def tokenize(text: str, origin: Origin) -> list[Token]:
    """The tokens of a text, the last of kind `end`.  DeriveError at the first character that begins none."""
    if len(text) > MAX_LENGTH:
        raise origin.error(
            f"this expression has {len(text)} characters; the limit is {MAX_LENGTH}", code="too-long",
            hint="name its parts under `let`",
        )
    out: list[Token] = []
    position = 0
    while True:
        start = _GAP.match(text, position).end()  # type: ignore[union-attr]
        gap = start > position
        if start == len(text):
            out.append(Token("end", "", start, start, gap))
            return out
        match = _TOKEN.match(text, start)
        if match is None:
            raise _unexpected(text, start, origin)
        position = match.end()
        kind, body = match.lastgroup, match.group()
        match kind:
            case "op":
                out.append(Token("op", body, start, position, gap))
            case "name":
                out.append(Token("name", _name(body, start, origin), start, position, gap))
            case "number":
                out.append(Token("number", body, start, position, gap))
            case "wrong":
                raise _unexpected(text, start, origin)
            case "fraction":
                value = unicodedata.normalize("NFKC", body).replace("⁄", "/")
                out.append(Token("number", value, start, position, gap))
            case "raised":
                out.extend(_raised(body, start, position, gap))
            case _:
                out.append(Token("op", _TYPESET[body], start, position, gap))


def _name(body: str, start: int, origin: Origin) -> str:
    if body.isascii():
        return body
    name = name_form(body)
    if not name.isidentifier():
        raise origin.error(
            f"{body!r} is no name: a name is made of letters, digits and _", start, code="unexpected-character"
        )
    return name


def _raised(body: str, start: int, end: int, gap: bool) -> list[Token]:
    """`²` is ^2, `⁻¹` is ^-1, `ᵀ` is '."""
    if body == "ᵀ":
        return [Token("op", "'", start, end, gap)]
    out = [Token("op", "^", start, start, gap)]
    if body[0] == "⁻":
        out.append(Token("op", "-", start, start, False))
        body = body[1:]
    if body == "ᵀ":
        return [*out, Token("name", "T", start, end, False)]
    return [*out, Token("number", "".join(_DIGITS[c] for c in body), start, end, False)]


def _unexpected(text: str, start: int, origin: Origin) -> Exception:
    two = text[start : start + 2]
    shown = two if two in _ADVICE else text[start]
    printable = f"`{shown}`" if shown.isprintable() else f"the character U+{ord(shown[0]):04X}"
    dotted = re.search(r"([^\W\d]\w*(?:\.\w+)*)$", text[:start]) if shown == "." else None
    hint = _ADVICE.get(shown)
    if dotted is not None:
        word = re.match(r"\.(?:\w+\.)*(\w+)", text[start:])
        hint = f"a name holds no dot; the functions of the language are called by their names alone: {word.group(1) if word else 'norm'}(…)"
    return origin.error(f"unexpected {printable}", start, code="unexpected-character", hint=hint)


def number_value(token: Token, origin: Origin) -> Fraction:
    """The exact value of a number; DeriveError when it is longer or larger than anything meant."""
    if token.text.isascii() and token.text.isdecimal() and len(token.text) <= MAX_DIGITS:
        return Fraction(int(token.text))
    mantissa, _, exponent = token.text.lower().partition("e")
    if len(mantissa) > MAX_DIGITS or (exponent and (len(exponent) > 5 or abs(int(exponent)) > MAX_EXPONENT)):
        raise origin.error(
            f"the number {token.text[:24]}{'…' if len(token.text) > 24 else ''} is too large: "
            f"a number has at most {MAX_DIGITS} digits and an exponent of at most {MAX_EXPONENT}",
            token.start, code="number",
        )
    return Fraction(token.text)
