"""Author's prose as LaTeX, as plain text: everything is escaped but `$…$`, a display `$$…$$` and `**strong**` words; the
mathematics is held to what is harmless."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from itertools import pairwise
from typing import Any

from derive.documents.layout.measure import WIDE
from derive.documents.wording.glyphs import printable
from derive.documents.wording.words import words as words_of
from derive.language.markup import inline, macros
from derive.language.markup.bibliography import Bibliography
from derive.language.markup.prose import LONGEST, Place, check_math, error, pieces, refusing
from derive.notation.bold import emboldened
from derive.notation.latex.reading import read
from derive.notation.settings import Notation
from derive.notation.text.boxes import written


def to_latex(text: str, where: Place = None, *, displays: bool = False, language: str | None = None) -> str:
    """LaTeX of a piece of prose; a blank line parts paragraphs.

    displays  whether `$$…$$` may stand in it: in paragraphs, not in titles
    language  of the document, whose fonts must have the characters; None while a file is only read
    where     its place: an error is at its character where that is known
    DeriveError there: [prose-math] for a `$` without its partner, a control word outside the list, unbalanced
    braces, a display where none may stand; [prose] for `**` without its partner; [character] for a character that
    pdflatex has no glyph for.
    """
    if len(text) > LONGEST:
        raise error(f"this text is longer than {LONGEST} characters", where, code="prose-length")
    _refuse_wide(text, where, language)
    out = []
    reader = inline.Reader()
    for part, delimiter, at in pieces(text, where):
        if not delimiter:
            for token in reader.tokens(part, refusing(where, at)):
                out.append(_word(token, where))
                if token.kind == "cite" and (sources := macros.current().sources):
                    for key in token.target.split(","):
                        work(sources, key, language)  # what no document could print is refused where it is read
            continue
        check_math(part, where, at, display=delimiter == "$$")
        if delimiter == "$$" and not displays:
            raise error("a display $$…$$ stands in a paragraph, not here", where, at, code="prose-math", hint="write it as $…$")
        formula = _in_math(part, where, at)
        out.append(f"${formula}$" if delimiter == "$" else f"\\[{formula}\\]")
    reader.end(refusing(where, 0))
    latex = re.sub(r"\n[ \t]*\n\s*", "\n\n", "".join(out)).strip()
    # A display goes on with the paragraph above it: a paragraph of its own would begin with an empty line.
    latex = latex.replace("\n\n\\[", "\n\\[")
    return "\n\n".join(map(_listed, latex.split("\n\n"))) if displays else latex


def literal(text: str, where: Place = None, *, language: str | None = None) -> str:
    """LaTeX of a text that has no markup: somebody's name.

    language  of the document, whose fonts must have the characters
    DeriveError [character] for one that they do not have.
    """
    _refuse_wide(text, where, language)
    return _escape(text, where)


def _refuse_wide(text: str, where: Place, language: str | None) -> None:
    if language is not None and (found := WIDE.search(text)) and words_of(language)["engine"] == "pdflatex":
        raise error(
            f"the fonts of a document in the language `{language}` have no glyph for `{found[0]}` (U+{ord(found[0]):04X})", where,
            found.start(), code="character",
            hint='set `language = "zh-Hant"` under [notation] in derive.toml, or `notation: {language: zh-Hant}` in the problem',
        )


def in_bold(text: str, kinds: Mapping[str, str], notation: Notation) -> str:
    """The prose with the letters of its formulas in bold that the notation has in bold; `kinds` says what each letter stands for."""
    if notation.bold == "none":
        return text
    return "".join(
        f"{delimiter}{emboldened(part, kinds, notation)}{delimiter}" if delimiter else part for part, delimiter, _ in pieces(text)
    )


def formulas(text: str) -> tuple[str, ...]:
    """The mathematics of a piece of prose, inline and displayed."""
    return tuple(part for part, delimiter, _ in pieces(text) if delimiter)


@lru_cache(maxsize=1024)
def work(sources: Bibliography, key: str, language: str | None) -> str:
    """LaTeX of a work that is cited.  DeriveError of `Bibliography.listed` and `to_latex`, at the work.

    key       of the work in the sources
    language  of the document, whose fonts must have the characters; None while a file is only read
    """
    return "".join(to_latex(words, sources.place(name), language=language) for name, words in sources.listed((key,)) if name == key)


def _word(token: inline.Token, where: Place) -> str:
    """A token of words as LaTeX."""
    if token.kind == "open":
        return "\\textbf{" if token.text == "strong" else "\\emph{"
    if token.kind == "close":
        return "}"
    if token.kind == "link":
        return f"\\href{{{re.sub(r'[#%&]', lambda sign: chr(92) + sign[0], token.target)}}}{{{_escape(token.text, where)}}}"
    if token.kind == "cite":
        note = _escape(token.text, where).replace("]", "{]}")
        return rf"\derivecite{f'[{note}]' if note else ''}{{{token.target}}}"
    return _escape(token.text, where)


_ITEM = re.compile(r"(?:(-)|(\d{1,3})\.)[ \t]+(?=\S)")


def _listed(paragraph: str) -> str:
    """A paragraph whose lines begin with `- ` or `1. ` as a list; words before its first item stay above it."""
    lines = paragraph.split("\n")
    starts = [k for k, line in enumerate(lines) if _ITEM.match(line)]
    if not starts or (starts[0] > 0 and len(starts) < 2):
        return paragraph
    items = ["\n".join(line.strip() for line in lines[a:b]) for a, b in pairwise([*starts, len(lines)])]
    name = "itemize" if lines[starts[0]].startswith("-") else "enumerate"
    body = "\n".join(rf"\item {_ITEM.sub('', item, count=1)}" for item in items)
    above = "\n".join(lines[: starts[0]])
    return (above + "\n" if above else "") + f"\\begin{{{name}}}\n{body}\n\\end{{{name}}}"


def plain(text: str) -> str:
    """One line without markup, for a PDF's metadata and a terminal: `$A^\\top B$` becomes `A^⊤ B`."""
    out = []
    for part, delimiter, _ in pieces(text):
        out.append(written(read(part)) if delimiter else _plain_words(part))
    return " ".join("".join(out).split())


def _plain_words(text: str) -> str:
    """Words without their markup."""
    text = re.sub(r"\\cite(?:\[([^\[\]]*)\])?\{([^{}]*)\}", lambda m: f"({m[2]}{', ' + m[1] if m[1] else ''})", text)
    bare = re.sub(r"\\(?:emph|textbf|textit)\{([^{}]*)\}|\\url\{([^{}]*)\}|\\href\{[^{}]*\}\{([^{}]*)\}|\[([^\[\]\n]*)\]\([^()\s]*\)",
                  lambda m: next(group for group in m.groups() if group is not None), text)
    return re.sub(r"\\([$%&#_{}])", r"\1", bare.replace("**", ""))


def _in_math(math: str, where: Place, at: int) -> str:
    """A formula with a command for each sign that is typed as one character: α, ≤, ∇.  DeriveError [character] for one without."""
    if math.isascii():
        return math.strip()
    out = []
    for k, character in enumerate(math):
        if character.isascii() or _LATIN.match(character) or WIDE.match(character):
            out.append(character)
            continue
        try:
            found = _MATHEMATICS.fullmatch(_PLAIN.get(character) or _letter(character))
        except _NoGlyph:
            found = None
        if found is None:
            raise error(
                f"no formula of a document has a sign for `{character}` (U+{ord(character):04X})", where, at + k, code="character",
                hint="write the command of LaTeX for it",
            )
        out.append(f"{found[1]} " if found[1][-1].isalpha() else found[1])
    return "".join(out).strip()


_LATIN = re.compile("[\xa1-\u017f]")
_MATHEMATICS = re.compile(r"\\ensuremath\{(\\[A-Za-z]+|-|\\math(?:bb|bf|it|cal)\{[A-Za-z]\})\}")
_PLAIN = {"→": r"\ensuremath{\to}", "…": r"\ensuremath{\ldots}", "⇒": r"\ensuremath{\Rightarrow}"}
"""Signs that the encoder spells for words alone."""


@lru_cache(maxsize=1)
def _encoder() -> Any:
    from pylatexenc.latexencode import UnicodeToLatexEncoder

    return UnicodeToLatexEncoder(unknown_char_policy=_unknown, unknown_char_warning=False, replacement_latex_protection="braces-after-macro")


class _NoGlyph(ValueError):
    """A character that has no LaTeX."""


def _unknown(character: str) -> str:
    raise _NoGlyph(character)


@lru_cache(maxsize=4096)
def _letter(character: str) -> str:
    """The LaTeX of a character.  _NoGlyph where the fonts have none for it."""
    latex = printable(character, str(_encoder().unicode_to_latex(character)))
    if latex is None:
        raise _NoGlyph(character)
    return latex


_OPENING = re.compile(r'(?<=[\s(\[])"(?=\S|$)|^"(?=\w)')
"""A straight quotation mark that opens."""


def _escape(text: str, where: Place) -> str:
    kept = _OPENING.sub("“", "".join(c for c in text if c in "\n\t" or ord(c) >= 32))
    try:
        return "".join(
            piece if WIDE.match(piece) else str(_encoder().unicode_to_latex(piece)) if piece.isascii() else "".join(map(_letter, piece))
            for piece in re.split(f"({WIDE.pattern}+)", kept) if piece
        )
    except _NoGlyph as found:
        character = str(found)
        raise error(f"pdflatex has no glyph for the character `{character}` (U+{ord(character):04X})", where, code="character") from None
