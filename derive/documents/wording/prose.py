"""Author's prose: words that are escaped where they are printed, `$…$`, a display `$$…$$`, `**strong**` words and lists; the mathematics is
held to what is harmless."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from itertools import pairwise, zip_longest

from derive.documents.wording.words import words as words_of
from derive.language.markup import inline, macros
from derive.language.markup.bibliography import Bibliography
from derive.language.markup.prose import LONGEST, Place, check_math, error, pieces, refusing
from derive.notation.bold import emboldened
from derive.notation.coloured import toned
from derive.notation.latex.boxes import Own, Row
from derive.notation.latex.glyphs import WIDE, letter, without_glyph
from derive.notation.latex.reading import read as read_formula
from derive.notation.latex.text import Cited, Display, Link, Listing, Piece, Styled, Text, joined
from derive.notation.settings import Notation


def read(text: str, where: Place = None, *, displays: bool = False, language: str | None = None) -> Text:
    """A piece of prose; a blank line parts paragraphs.

    text      as the author wrote it
    displays  whether `$$…$$` and lists may stand in it: in paragraphs, not in titles
    language  of the document, whose fonts must have the characters; None while a file is only read
    where     its place: an error is at its character where that is known
    DeriveError there: [prose-math] for a `$` without its partner, a control word outside the list, unbalanced
    braces, a display where none may stand; [prose] for `**` without its partner; [character] for a character that
    pdflatex has no glyph for.
    """
    if len(text) > LONGEST:
        raise error(f"this text is longer than {LONGEST} characters", where, code="prose-length")
    _refuse_wide(text, where, language)
    open_: list[tuple[str, list[Piece]]] = [("", [])]
    reader = inline.Reader()
    for part, delimiter, at in pieces(text, where):
        if not delimiter:
            for token in reader.tokens(part, refusing(where, at)):
                _take(token, open_, where, language)
            continue
        check_math(part, where, at, display=delimiter == "$$")
        if delimiter == "$$" and not displays:
            raise error("a display $$…$$ stands in a paragraph, not here", where, at, code="prose-math", hint="write it as $…$")
        formula = _own(_in_math(part, where, at))
        open_[-1][1].append(formula if delimiter == "$" else Display(formula))
    reader.end(refusing(where, 0))
    said = Text.of(*open_[0][1]).words(lambda words: re.sub(r"\n[ \t]*\n\s*", "\n\n", words)).stripped()
    if not displays:
        return said
    # A display goes on with the paragraph above it: a paragraph of its own would begin with an empty line.
    said = Text.of(*(
        f"{one[:-2]}\n" if isinstance(one, str) and one.endswith("\n\n") and isinstance(after, Display) else one
        for one, after in zip_longest(said.pieces, said.pieces[1:])
    ))
    return joined("\n\n", map(_listed, paragraphs(said)))


def literal(text: str, where: Place = None, *, language: str | None = None) -> Text:
    """A text that has no markup: somebody's name.

    language  of the document, whose fonts must have the characters
    DeriveError [character] for one that they do not have.
    """
    _refuse_wide(text, where, language)
    return Text.of(_known(text, where))


def _refuse_wide(text: str, where: Place, language: str | None) -> None:
    if language is not None and (found := WIDE.search(text)) and words_of(language)["engine"] == "pdflatex":
        raise error(
            f"the fonts of a document in the language `{language}` have no glyph for `{found[0]}` (U+{ord(found[0]):04X})", where,
            found.start(), code="character",
            hint='set `language = "zh-Hant"` under [notation] in derive.toml, or `notation: {language: zh-Hant}` in the problem',
        )


def paragraphs(text: Text) -> list[Text]:
    """Its paragraphs."""
    return text.split("\n\n")


def _take(token: inline.Token, open_: list[tuple[str, list[Piece]]], where: Place, language: str | None) -> None:
    """A token of words, put behind the others; `open_` are the groups that are not closed yet, with what stands in them."""
    here = open_[-1][1]
    if token.kind == "open":
        open_.append((token.text, []))
    elif token.kind == "close":
        style, inside = open_.pop()
        open_[-1][1].append(Styled("strong" if style == "strong" else "emph", Text.of(*inside)))
    elif token.kind == "link":
        here.append(Link(token.target, _known(token.text, where)))
    elif token.kind == "cite":
        here.append(Cited(tuple(token.target.split(",")), _known(token.text, where)))
        if sources := macros.current().sources:
            for key in token.target.split(","):
                work(sources, key, language)  # what no document could print is refused where it is read
    else:
        here.append(_known(token.text, where))


def _own(latex: str) -> Row:
    """A formula of the author's, which is printed as he wrote it."""
    return Row((Own(latex, read_formula(latex)),))


def in_notation(text: Text, kinds: Mapping[str, str], notation: Notation) -> Text:
    """The prose with the letters of its formulas in bold that the notation has in bold, and in their colours; `kinds` says what each
    letter stands for."""
    if notation.bold == "none" and not notation.colours:
        return text
    return text.formulas(lambda row: _own(str(toned(read_formula(emboldened(str(row), kinds, notation)), notation))))


def formulas(text: str) -> tuple[str, ...]:
    """The mathematics of a piece of prose, inline and displayed."""
    return tuple(part for part, delimiter, _ in pieces(text) if delimiter)


@lru_cache(maxsize=1024)
def work(sources: Bibliography, key: str, language: str | None) -> Text:
    """A work that is cited.  DeriveError of `Bibliography.listed` and `read`, at the work.

    key       of the work in the sources
    language  of the document, whose fonts must have the characters; None while a file is only read
    """
    return Text.of(*(read(words, sources.place(name), language=language) for name, words in sources.listed((key,)) if name == key))


_ITEM = re.compile(r"(?:(-)|(\d{1,3})\.)[ \t]+(?=\S)|(?:(-)|(\d{1,3})\.)[ \t]+$")


def _listed(paragraph: Text) -> Text:
    """A paragraph whose lines begin with `- ` or `1. ` as a list; words before its first item stay above it."""
    lines = paragraph.split("\n")
    starts = [k for k, line in enumerate(lines) if _item(line)]
    if not starts or (starts[0] > 0 and len(starts) < 2):
        return paragraph
    items = [joined("\n", [line.stripped() for line in lines[a:b]]) for a, b in pairwise([*starts, len(lines)])]
    numbered = not str(lines[starts[0]]).startswith("-")
    points = tuple(Text.of(_ITEM.sub("", str(item.pieces[0]), count=1), *item.pieces[1:]) for item in items)
    return joined("\n", (*lines[: starts[0]], Text((Listing(numbered, points),))))


def _item(line: Text) -> bool:
    """Whether a line begins a point of a list."""
    first, more = line.pieces[0] if line else "", len(line.pieces) > 1
    found = _ITEM.match(first) if isinstance(first, str) else None
    return found is not None and (more or found.end() < len(str(first)))


def _in_math(math: str, where: Place, at: int) -> str:
    """A formula with a command for each sign that is typed as one character: α, ≤, ∇.  DeriveError [character] for one without."""
    if math.isascii():
        return math.strip()
    out = []
    for k, character in enumerate(math):
        if character.isascii() or _LATIN.match(character) or WIDE.match(character):
            out.append(character)
            continue
        found = _MATHEMATICS.fullmatch(_PLAIN.get(character) or letter(character) or "")
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


_OPENING = re.compile(r'(?<=[\s(\[])"(?=\S|$)|^"(?=\w)')
"""A straight quotation mark that opens."""


def _known(words: str, where: Place) -> str:
    """Words all of whose characters our fonts have; those that print nothing are left out."""
    kept = _OPENING.sub("“", "".join(c for c in words if c in "\n\t" or ord(c) >= 32))
    if character := without_glyph(kept):
        raise error(f"pdflatex has no glyph for the character `{character}` (U+{ord(character):04X})", where, code="character")
    return kept
