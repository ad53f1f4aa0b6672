"""Author's prose as LaTeX, as plain text: everything is escaped but `$…$`, a display `$$…$$` and `**strong**` words; the
mathematics is held to what is harmless."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from typing import Any

from derive.documents.layout.measure import WIDE
from derive.documents.wording.mathwords import ENVIRONMENTS, SIGNS, WORDS
from derive.documents.wording.words import words as words_of
from derive.errors import DeriveError, Position

_CONTROL = re.compile(r"\\([A-Za-z]+|.|$)", re.DOTALL)
_DELIMITER = re.compile(r"(?<!\\)(\$\$?)")
_ENVIRONMENT = re.compile(r"\\(begin|end)\s*(?:\{\s*([A-Za-z*]*)\s*\})?")
LONGEST = 20_000

_OWN: ContextVar[frozenset[str]] = ContextVar("own commands", default=frozenset())
"""What the project's macro file defines."""
_DEFINES = re.compile(
    r"\\(?:(?:re|provide)?newcommand|(?:New|Renew|Provide|Declare)DocumentCommand|DeclareMathOperator|DeclarePairedDelimiter\w*)\*?"
    r"\s*\{?\s*\\([A-Za-z]+)|\\(?:def|let)\s*\\([A-Za-z]+)"
)


@contextmanager
def with_commands_of(macros: str) -> Iterator[None]:
    """Within it prose may hold, beside the commands of the list, those that a macro file defines."""
    bare = re.sub(r"(?<!\\)%.*", "", macros)
    token = _OWN.set(frozenset(found[1] or found[2] for found in _DEFINES.finditer(bare)))
    try:
        yield
    finally:
        _OWN.reset(token)


def to_latex(text: str, where: Position | None = None, *, displays: bool = False, language: str | None = None) -> str:
    """LaTeX of a piece of prose; a blank line parts paragraphs.

    displays  whether `$$…$$` may stand in it: in paragraphs, not in titles
    language  of the document, whose fonts must have the characters; None while a file is only read
    DeriveError at `where`: [prose-math] for a `$` without its partner, a control word outside the list, unbalanced
    braces, a display where none may stand; [prose] for `**` without its partner; [character] for a character that
    pdflatex has no glyph for.
    """
    if len(text) > LONGEST:
        raise DeriveError(f"this text is longer than {LONGEST} characters", code="prose-length", where=where)
    if language is not None and (found := WIDE.search(text)) and words_of(language)["engine"] == "pdflatex":
        raise DeriveError(
            f"the fonts of a document in the language `{language}` have no glyph for `{found[0]}` (U+{ord(found[0]):04X})", code="character",
            where=where, hint='set `language = "zh-Hant"` under [notation] in derive.toml, or `notation: {language: zh-Hant}` in the problem',
        )
    out = []
    strong = False
    for part, delimiter in _parts(text, where):
        if not delimiter:
            words, strong = _strong(part, strong, where)
            out.append(words)
            continue
        check_math(part, where)
        if delimiter == "$$" and not displays:
            raise DeriveError("a display $$…$$ stands in a paragraph, not here", code="prose-math", where=where,
                              hint="write it as $…$")
        out.append(f"${part.strip()}$" if delimiter == "$" else f"\\[{part.strip()}\\]")
    if strong:
        raise _unpaired(where)
    latex = re.sub(r"\n[ \t]*\n\s*", "\n\n", "".join(out)).strip()
    # A display goes on with the paragraph above it: a paragraph of its own would begin with an empty line.
    return latex.replace("\n\n\\[", "\n\\[")


def formulas(text: str) -> tuple[str, ...]:
    """The mathematics of a piece of prose, inline and displayed."""
    return tuple(part for part, delimiter in _parts(text, None) if delimiter)


def _strong(text: str, inside: bool, where: Position | None) -> tuple[str, bool]:
    """The words as LaTeX, `**…**` strong; whether they end inside one."""
    pieces = text.split("**")
    out = []
    for k, piece in enumerate(pieces):
        if inside and re.search(r"\n[ \t]*\n", piece):
            raise _unpaired(where)
        out.append(_escape(piece, where))
        if k + 1 < len(pieces):
            out.append("}" if inside else "\\textbf{")
            inside = not inside
    return "".join(out), inside


def _unpaired(where: Position | None) -> DeriveError:
    return DeriveError("a `**` has no partner in its paragraph", code="prose", where=where, hint="strong words are written **so**")


def plain(text: str) -> str:
    """One line without markup, for a PDF's metadata and a terminal: `$A^\\top B$` becomes `A^⊤ B`."""
    out = []
    for part, delimiter in _parts(text, None):
        out.append(_control_words_to_text(part) if delimiter else part.replace("**", ""))
    return " ".join("".join(out).split())


def check_math(math: str, where: Position | None) -> None:
    """Refuse what is not harmless mathematics (DeriveError [prose-math] with what would be right)."""
    if "^^" in math:
        raise _refused("`^^` is not allowed in mathematics", where)
    for sign in "%#~":
        if re.search(rf"(?<!\\){sign}", math):
            raise _refused(f"`{sign}` between $ and $ is written `\\{sign}`" if sign != "~" else "`~` is not allowed", where)
    for found in _CONTROL.finditer(math):
        word = found[1]
        if word.isalpha() and word.isascii():
            if word not in WORDS and word not in _OWN.get():
                raise _refused(f"\\{word} is not among the commands that prose may hold", where)
        elif word not in SIGNS:
            raise _refused(f"`\\{word}` is not allowed between $ and $", where)
    _check_nesting(math, where)


def _check_nesting(math: str, where: Position | None) -> None:
    depth = 0
    bare = re.sub(r"\\[\\{}]", "", math)
    for character in bare:
        depth += (character == "{") - (character == "}")
        if depth < 0:
            break
    if depth:
        raise _refused("the braces { } between $ and $ are not balanced", where)
    open_names: list[str] = []
    for kind, name in _ENVIRONMENT.findall(math):
        if name not in ENVIRONMENTS:
            raise _refused(f"the environment `{name}` is not among those that prose may hold", where)
        if kind == "begin":
            open_names.append(name)
        elif not open_names or open_names.pop() != name:
            raise _refused(f"\\end{{{name}}} has no \\begin{{{name}}}", where)
    if open_names:
        raise _refused(f"\\begin{{{open_names[-1]}}} has no \\end{{{open_names[-1]}}}", where)
    if len(re.findall(r"\\left(?![a-z])", math)) != len(re.findall(r"\\right(?![a-z])", math)):
        raise _refused("\\left and \\right are not balanced", where)
    if not open_names and "&" in re.sub(r"\\&|\\begin.*\\end", "", math, flags=re.DOTALL):
        raise _refused("`&` stands only inside a matrix or cases", where)


def _parts(text: str, where: Position | None) -> Iterator[tuple[str, str]]:
    """(piece, its delimiter: `$`, `$$`, or '' for words); `\\$` outside is a dollar."""
    pieces = _DELIMITER.split(text)
    opened = ""
    for k, piece in enumerate(pieces):
        if k % 2 == 0:
            if opened and not piece.strip():
                raise DeriveError("nothing stands between $ and $", code="prose-math", where=where)
            yield piece if opened else piece.replace(r"\$", "$"), opened
        elif not opened:
            opened = piece
        elif opened != piece:
            raise DeriveError(f"a formula that begins with {opened} ends with {piece}", code="prose-math", where=where,
                              hint="a formula in a line is written $…$, a displayed one $$…$$")
        else:
            opened = ""
    if opened:
        raise DeriveError(
            f"a `{opened}` has no partner", code="prose-math", where=where, hint="a dollar sign itself is written `\\$`"
        )


def _refused(message: str, where: Position | None) -> DeriveError:
    return DeriveError(message, code="prose-math", where=where, hint="prose is text with simple mathematics between $ and $")


@lru_cache(maxsize=1)
def _encoder() -> Any:
    from pylatexenc.latexencode import UnicodeToLatexEncoder

    return UnicodeToLatexEncoder(unknown_char_policy=_unknown, unknown_char_warning=False, replacement_latex_protection="braces-after-macro")


class _NoGlyph(ValueError):
    """A character that has no LaTeX."""


def _unknown(character: str) -> str:
    raise _NoGlyph(character)


def _escape(text: str, where: Position | None) -> str:
    kept = "".join(c for c in text if c in "\n\t" or ord(c) >= 32)
    try:
        return "".join(
            piece if WIDE.match(piece) else str(_encoder().unicode_to_latex(piece)) for piece in re.split(f"({WIDE.pattern}+)", kept) if piece
        )
    except _NoGlyph as error:
        character = str(error)
        raise DeriveError(
            f"pdflatex has no glyph for the character `{character}` (U+{ord(character):04X})", code="character", where=where
        ) from None


_AS_TEXT = {
    "top": "⊤", "cdot": "·", "nabla": "∇", "partial": "∂", "le": "≤", "leq": "≤", "ge": "≥", "geq": "≥", "to": "→", "in": "∈",
    "lVert": "‖", "rVert": "‖", "|": "‖", "times": "×", "circ": "∘", "otimes": "⊗", "langle": "⟨", "rangle": "⟩", "infty": "∞",
    "succ": "≻", "sum": "∑", "alpha": "α", "beta": "β", "gamma": "γ", "lambda": "λ", "mu": "μ", "sigma": "σ", "Sigma": "Σ",
    "Lambda": "Λ", "phi": "φ", "varphi": "φ", "Phi": "Φ", "theta": "θ", "odot": "⊙", "oplus": "⊕", "ne": "≠", "neq": "≠",
}


def _control_words_to_text(math: str) -> str:
    silent = {"left", "right", "operatorname", "mathrm", "mathsf", "mathbf", "mathbb", "mathcal", "text", "bigl", "bigr", "big"}

    def word(found: re.Match[str]) -> str:
        name = found[1]
        return _AS_TEXT.get(name, "" if name in silent else " " if name in ",:; quad" else name)

    return re.sub(r"[{}]", "", _CONTROL.sub(word, math))
