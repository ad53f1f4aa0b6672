"""The words of a LaTeX formula, each with its place, read by pylatexenc; nothing is expanded or executed.

What our own printer wrote, which is read back for every line of every derivation, is cut by one pattern, in a third of the time.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from pylatexenc.latexwalker import LatexWalker, LatexWalkerEndOfStream, LatexWalkerParseError

from derive.errors import DeriveError
from derive.language.origin import Origin
from derive.language.text.tokens import MAX_LENGTH

MAX_GROUPS = 150


class Tex(NamedTuple):
    r"""kind: char, macro (text with its backslash), open, close (braces), begin, end-env (text is the environment), end.

    `gap` says whether white space stands before it; start and end are offsets in the text.
    """

    kind: str
    text: str
    start: int
    end: int
    gap: bool


_SPACES = {r"\,", r"\;", r"\:", r"\!", r"\ ", r"\quad", r"\qquad", r"\thinspace", r"\medspace", r"\thickspace", r"\negthinspace"}
_SILENT = {
    r"\displaystyle", r"\textstyle", r"\scriptstyle", r"\limits", r"\nolimits", r"\mathopen", r"\mathclose", r"\mathrel",
    r"\mathbin", r"\mathord", r"\mathinner", r"\middle",
}
_BIG = {f"\\{size}{side}" for size in ("big", "Big", "bigg", "Bigg") for side in ("l", "r", "m", "")}
_TYPESET = {"−": "-", "·": r"\cdot", "⋅": r"\cdot", "∘": r"\circ", "⊙": r"\odot", "⊗": r"\otimes", "′": "'", "’": "'",
            "≤": r"\le", "≥": r"\ge", "‖": r"\|", "⟨": r"\langle", "⟩": r"\rangle", "∑": r"\sum", "×": r"\times"}
_NAMES = {r"\lbrace": r"\{", r"\rbrace": r"\}", r"\lparen": "(", r"\rparen": ")", r"\lbrack": "[", r"\rbrack": "]",
          r"\Vert": r"\|", r"\vert": "|", r"\leq": r"\le", r"\geq": r"\ge", r"\leqslant": r"\le", r"\geqslant": r"\ge",
          r"\lt": "<", r"\gt": ">", r"\colon": ":", r"\ast": "*"}


def tokenize(text: str, origin: Origin, own: bool = False) -> list[Tex]:
    """The tokens, the last of kind `end`; sizes of brackets and spaces are left out, `{x}` around one token is that token.

    own  the text is our printer's, of whatever length
    """
    if len(text) > MAX_LENGTH and not own:
        raise origin.error(
            f"this expression has {len(text)} characters; the limit is {MAX_LENGTH}", code="too-long",
            hint="name its parts under `let`",
        )
    body = text.rstrip()
    if (len(body) - len(body.rstrip("\\"))) % 2:
        raise origin.error("the formula ends in a backslash", len(body) - 1, code="syntax")
    return _ungrouped(_read_own(text) if own else _read(text, origin), origin)


@lru_cache(maxsize=4096)
def spelled(latex: str) -> tuple[str, ...]:
    """The texts of the tokens of a symbol's LaTeX; () when it is no formula."""
    try:
        return tuple(t.text for t in tokenize(latex, Origin.of_text(latex))[:-1])
    except DeriveError:
        return ()


def _read(text: str, origin: Origin) -> list[Tex]:
    walker = LatexWalker(text, tolerant_parsing=False)
    out: list[Tex] = []
    position, gap = 0, False
    while True:
        try:
            token = walker.get_token(position, environments=True)
        except LatexWalkerEndOfStream:
            out.append(Tex("end", "", len(text), len(text), True))
            return out
        except LatexWalkerParseError as error:
            raise origin.error(f"this is not LaTeX: {str(error.msg).rstrip('.')}", min(error.pos or position, len(text)),
                               code="syntax") from None
        gap = gap or bool(token.pre_space)
        start, end = token.pos, token.pos + token.len
        position = end
        match token.tok:
            case "comment":
                raise origin.error("`%` begins a comment in LaTeX", start, code="unexpected-character")
            case "mathmode_inline" | "mathmode_display":
                if start and text[end:].strip():
                    raise origin.error("leave the $ away: the whole string is a formula", start, code="syntax")
                continue
            case "brace_open" | "brace_close":
                out.append(Tex("open" if token.tok == "brace_open" else "close", token.arg, start, end, gap))
            case "begin_environment" | "end_environment":
                kind = "begin" if token.tok == "begin_environment" else "end-env"
                out.append(Tex(kind, token.arg, start, end, gap))
            case "macro":
                name = "\\" + token.arg
                if not _macro(name, start, gap, out):
                    gap = gap or name in _SPACES
                    continue
            case _:
                gap = _characters(text[start:end], start, gap, out)
                continue
        gap = bool(getattr(token, "post_space", ""))


def _macro(name: str, start: int, gap: bool, out: list[Tex]) -> bool:
    """Whether a macro is a token: a space, a style, the size of a bracket is none."""
    if name in _SPACES or name in _SILENT or name in _BIG:
        return False
    word = _NAMES.get(name, name)
    out.append(Tex("macro" if word[0] == "\\" else "char", word, start, start + len(name), gap))
    return True


_OWN = re.compile(r"\\(begin|end)\{([a-zA-Z*]+)\}|(\\(?:[a-zA-Z]+|.))(\s*)|(\s+)|(.)", re.DOTALL)


def _read_own(text: str) -> list[Tex]:
    out: list[Tex] = []
    gap = False
    for found in _OWN.finditer(text):
        edge, environment, name, behind, space, character = found.groups()
        start = found.start()
        if space is not None:
            gap = True
        elif edge is not None:
            out.append(Tex("begin" if edge == "begin" else "end-env", environment, start, found.end(), gap))
            gap = False
        elif name is not None:
            gap = bool(behind) if _macro(name, start, gap, out) else gap or name in _SPACES
        elif character in "{}":
            out.append(Tex("open" if character == "{" else "close", character, start, start + 1, gap))
            gap = False
        else:
            gap = _characters(character, start, gap, out)
    out.append(Tex("end", "", len(text), len(text), True))
    return out


def _characters(body: str, start: int, gap: bool, out: list[Tex]) -> bool:
    for k, character in enumerate(body):
        if character in "~\u00a0":
            gap = True
            continue
        name = _TYPESET.get(character, character)
        out.append(Tex("macro" if name[0] == "\\" else "char", name, start + k, start + k + 1, gap))
        gap = False
    return gap


def _ungrouped(tokens: list[Tex], origin: Origin) -> list[Tex]:
    """Braces around one token, or around nothing, mean nothing; every other brace has its partner."""
    out: list[Tex] = []
    stack: list[int] = []
    for token in tokens:
        if token.kind == "open":
            if len(stack) >= MAX_GROUPS:
                raise origin.error(f"braces are nested more than {MAX_GROUPS} deep", token.start, code="too-deep")
            stack.append(len(out))
            out.append(token)
        elif token.kind == "close":
            if not stack:
                raise origin.error("this `}` closes nothing", token.start, code="parentheses")
            begin = stack.pop()
            inside = len(out) - begin - 1
            if inside == 0 and begin and out[begin - 1].text in ("^", "_"):
                raise origin.error("an exponent or index is missing", token.start, code="syntax")
            if inside == 0:
                del out[begin]
            elif inside == 1 and out[-1].text not in ("^", "_", "'", "&"):
                out[begin:] = [out[-1]._replace(gap=out[begin].gap)]
            else:
                out.append(token)
        else:
            out.append(token)
    if stack:
        raise origin.error("this `{` is never closed", out[stack[-1]].start, code="parentheses")
    return out
