"""Formulas as MathML, texts as HTML, for pages that are read without TeX and without scripts.

It knows what our own printer emits and what prose may hold; a test reads every word of prose.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from functools import lru_cache
from html import escape
from types import MappingProxyType

from derive.documents.page.document import Command
from derive.language.markup.words import PACKAGES, RENEWED, VARIANTS
from derive.notation.latex.boxes import (
    Accent,
    Array,
    Arrow,
    Blank,
    Box,
    Digits,
    Fenced,
    Fraction,
    Group,
    Letters,
    Marked,
    Over,
    Own,
    Root,
    Row,
    Scripted,
    Sign,
    Sized,
    Under,
    begins,
    plain,
)
from derive.notation.latex.reading import WORDS, read
from derive.notation.latex.signs import LETTERS, NAMED, OPERATORS
from derive.notation.latex.text import Cited, Display, Link, Listing, Piece, Styled, Text, from_latex

_SPACES = {",": "0.17em", ":": "0.22em", ">": "0.22em", ";": "0.28em", " ": "0.33em", "quad": "1em", "qquad": "2em", "!": "-0.17em", "enspace": "0.5em",
           "thinspace": "0.17em", "medspace": "0.22em", "thickspace": "0.28em", "negthinspace": "-0.17em"}
_ALPHABETS = {"mathbb": "DOUBLE-STRUCK", "mathcal": "SCRIPT", "mathscr": "SCRIPT", "mathfrak": "FRAKTUR", "mathbf": "BOLD",
              "boldsymbol": "BOLD ITALIC", "bm": "BOLD ITALIC", "mathtt": "MONOSPACE", "mathds": "DOUBLE-STRUCK", "mathbbm": "DOUBLE-STRUCK"}
"""Alphabets of Unicode: browsers draw no others by an attribute."""
_THIN = '<mspace width="0.17em"/>'
_BEFORE_A_SIGN = re.compile(r"<mo[^>]*>[^<)\]}|‖⟩′!]+</mo>$|width=\"[12]em\"/>$")
_OPENING = frozenset(("(", "[", "{", r"\{", r"\left", r"\bigl", r"\Bigl", r"\biggl", r"\Biggl", r"\langle", r"\lVert", r"\lvert", "^", "_", "'", ","))
_UPRIGHT = frozenset(("mathsf", "mathrm", "mathit"))
_SILENT = frozenset(("displaystyle", "textstyle", "scriptstyle", "scriptscriptstyle", "limits", "nolimits", "mathstrut"))
"""Commands that a page without TeX does not need."""
_ACCENTS = {"dot": "˙", "ddot": "¨", "hat": "^", "widehat": "^", "tilde": "~", "widetilde": "~", "bar": "¯", "overline": "¯", "vec": "→",
            "acute": "´", "grave": "`", "breve": "˘", "check": "ˇ", "mathring": "˚", "dddot": "⃛", "overrightarrow": "→", "overleftarrow": "←"}
_ALIKE = {
    "cfrac": "frac", "tbinom": "binom", "dbinom": "binom", "texttt": "text", "textup": "text", "textsc": "text", "emph": "textit", "mbox": "text",
    "mathnormal": "mathit", "pmb": "boldsymbol", "hphantom": "phantom", "vphantom": "phantom",
}
"""Commands that a page shows as others."""
_ALIKES = re.compile(rf"\\({'|'.join(_ALIKE)})(?![A-Za-z])")
_EM = {"big": "1.2em", "Big": "1.8em", "bigg": "2.4em", "Bigg": "3em"}
_DRAWN = {
    "underline": '<munder accentunder="true">{}<mo stretchy="true">_</mo></munder>',
    "underbrace": '<munder>{}<mo stretchy="true">⏟</mo></munder>',
    "overbrace": '<mover>{}<mo stretchy="true">⏞</mo></mover>',
    "cancel": '<menclose notation="updiagonalstrike">{}</menclose>',
    "bcancel": '<menclose notation="downdiagonalstrike">{}</menclose>',
    "xcancel": '<menclose notation="updiagonalstrike downdiagonalstrike">{}</menclose>',
    "pmod": '<mspace width="1em"/><mo stretchy="false">(</mo><mi>mod</mi><mspace width="0.33em"/>{}<mo stretchy="false">)</mo>',
}
"""Marks that are drawn, about what they mark."""
_BRACES = ("<munder><", "<mover><")
_STYLES = {"textbf": "font-weight:bold", "textit": "font-style:italic", "textsf": "font-family:sans-serif"}
_FENCES = {"pmatrix": "()", "bmatrix": "[]", "vmatrix": "||", "Vmatrix": "‖‖", "Bmatrix": "{}", "cases": "{ ", "dcases": "{ ", "rcases": " }"}


_OURS = WORDS - RENEWED - VARIANTS.keys() - {word for words in PACKAGES.values() for word in words}
"""What formulas of ours are written with: an author's command of that name, which TeX would refuse, is not put in its place."""

_own: ContextVar[tuple[Command, ...]] = ContextVar("own commands", default=())


_works: ContextVar[Mapping[str, str]] = ContextVar("works that are cited", default=MappingProxyType({}))


@contextmanager
def with_commands(commands: tuple[Command, ...], works: Mapping[str, str] | None = None) -> Iterator[None]:
    """Within it these commands of the author's are replaced by what they stand for, and works by their numbers."""
    alike = tuple(replace(command, body=_ALIKES.sub(_alike, command.body)) for command in commands if command.name not in _OURS)
    token, cited = _own.set(alike), _works.set(works or {})
    try:
        yield
    finally:
        _own.reset(token)
        _works.reset(cited)


def mathml(formula: Row, display: bool = False) -> str:
    """A `<math>` element with the LaTeX as its annotation."""
    return _mathml(formula, str(formula), display, _own.get())


def written(latex: str, display: bool = False) -> str:
    """The same of a formula that stands in words, in its author's LaTeX: his own commands are replaced."""
    return _mathml(_read(latex), latex, display, _own.get())


@lru_cache(maxsize=4096)
def _mathml(row: Row, latex: str, display: bool, own: tuple[Command, ...]) -> str:
    """`own` are the commands that names in `row` may be written with."""
    kind = ' display="block"' if display else ""
    return (
        f'<math xmlns="http://www.w3.org/1998/Math/MathML"{kind}><semantics><mrow>{_boxes(row)}</mrow>'
        f'<annotation encoding="application/x-tex">{escape(latex, quote=False)}</annotation></semantics></math>'
    )


def _read(latex: str) -> Row:
    """The boxes of what an author wrote, with what his own commands stand for."""
    return read(_ALIKES.sub(_alike, latex), _own.get())


def _alike(found: re.Match[str]) -> str:
    return f"\\{_ALIKE[found[1]]}"


def _boxes(row: Row) -> str:
    return _run(tuple(plain(row)), 0, "")[0]


def _run(boxes: Sequence[Box], k: int, partner: str) -> tuple[str, int]:
    """The boxes from k to the closing delimiter of that name, and its place, the end where there is none."""
    out: list[str] = []
    while k < len(boxes):
        box = boxes[k]
        if partner and _sized(box) == partner:
            break
        before = out[-1] if out else ""
        called = before.endswith("<mo>&#x2061;</mo>")
        sign = not called and (not before or bool(_BEFORE_A_SIGN.search(before)))
        first = begins(box)
        name = first[1:] in NAMED or first == r"\operatorname"
        if (called and first not in _OPENING) or (name and not sign):
            # TeX sets a thin space about the name of a function.
            out.append(_THIN)
        text, k = _opened(boxes, k) if _sized(box).endswith("l") and isinstance(box, Sized) else (_box(box, sign), k + 1)
        out.append(text)
    return "".join(out), k


def _sized(box: Box) -> str:
    """The command of a delimiter of a fixed size, which may have scripts; '' for any other box."""
    bare = box.base if isinstance(box, Scripted) else box
    return bare.command if isinstance(bare, Sized) else ""


def _opened(boxes: Sequence[Box], k: int) -> tuple[str, int]:
    """From an opening delimiter of a fixed size to its closing one: one group, so that the two are alike and scripts stand at
    the whole; without a closing one the delimiter alone."""
    left = boxes[k]
    assert isinstance(left, Sized)
    body, end = _run(boxes, k + 1, f"{left.command[:-1]}r")
    if end == len(boxes):
        return _delimiter(left, "prefix"), k + 1
    right = boxes[end]
    closing = right.base if isinstance(right, Scripted) else right
    assert isinstance(closing, Sized)
    whole = f"<mrow>{_delimiter(left, 'prefix')}{body}{_delimiter(closing, 'postfix')}</mrow>"
    return (_with_scripts(whole, right) if isinstance(right, Scripted) else whole), end + 1


def _box(box: Box, sign: bool = False) -> str:
    """One box; `sign` says that a + or - here is a sign, and no operation."""
    match box:
        case Row():
            return _boxes(box)
        case Group(inside=inside):
            return f"<mrow>{_boxes(inside)}</mrow>"
        case Own(source=source):
            return _boxes(_read(source))
        case Blank():
            return ""
        case Digits(text=text):
            return f"<mn>{text}</mn>"
        case Sign(text=text):
            return _command(text[1:]) if text[0] == "\\" and len(text) > 1 else _character(text, sign)
        case Fraction(command="binom", above=above, below=below):
            over = f'<mfrac linethickness="0">{_element(_box(above))}{_element(_box(below))}</mfrac>'
            return f'<mrow><mo fence="true" stretchy="true">(</mo>{over}<mo fence="true" stretchy="true">)</mo></mrow>'
        case Fraction(above=above, below=below):
            return f"<mfrac>{_element(_box(above))}{_element(_box(below))}</mfrac>"
        case Root(inside=inside, degree=None):
            return f"<msqrt>{_box(inside)}</msqrt>"
        case Root(inside=inside, degree=degree):
            return f"<mroot>{_element(_box(inside))}{_element(_box(degree or Row()))}</mroot>"
        case Letters():
            return _letters(box)
        case Accent(command=command, inside=inside):
            return f'<mover accent="true">{_element(_box(inside))}<mo>{escape(_ACCENTS[command])}</mo></mover>'
        case Marked(command="color") | Marked(command="mathop", inside=Group(inside=Row(items=()))):
            return ""
        case Marked(command="not", inside=inside):
            return _box(inside).replace("</", "\N{COMBINING LONG SOLIDUS OVERLAY}</", 1)
        case Marked(command="phantom", inside=inside):
            return f"<mphantom>{_box(inside)}</mphantom>"
        case Marked(command=command, inside=inside) if command in _DRAWN:
            return _DRAWN[command].format(_element(_box(inside)))
        case Marked(command="derivetone" | "deriveindex", option=option, inside=inside):
            return f'<mrow class="tone-{option}">{_box(inside)}</mrow>'
        case Marked(inside=inside):
            return _element(_box(inside))
        case Under(command=command, below=below, inside=inside):
            brace = '<munder>{}<mo stretchy="true">⏟</mo></munder>' if command == "deriveshape" else "{}"
            return f"<munder>{brace.format(_element(_box(inside)))}{_element(_box(below))}</munder>"
        case Over(above=above, inside=inside):
            return f"<mover>{_element(_box(inside))}{_element(_box(above))}</mover>"
        case Arrow(command=command, below=below, above=above):
            arrow = f'<mo stretchy="true">{OPERATORS[command[1:]]}</mo>'
            if below is None:
                return f"<mover>{arrow}{_element(_box(above))}</mover>"
            return f"<munderover>{arrow}{_element(_boxes(below))}{_element(_box(above))}</munderover>"
        case Sized(command="middle", delimiter=delimiter):
            return f'<mo fence="true" stretchy="true">{_fence(delimiter)}</mo>'
        case Sized():
            return _delimiter(box)
        case Fenced(left=left, inside=inside, right=right):
            opening, closing = (f'<mo fence="true" stretchy="true">{sign}</mo>' if sign else "" for sign in map(_fence, (left, right or "")))
            return f"<mrow>{opening}{_boxes(inside)}{closing}</mrow>"
        case Array():
            return _array(box)
        case Scripted(base=base):
            return _with_scripts("" if base is None else _box(base, sign), box)


def _with_scripts(base: str, box: Scripted) -> str:
    """What stands at a base, above and below it where it is a large operator."""
    below = "" if box.below is None else _box(box.below)
    above = "" if box.above is None else _box(box.above)
    if box.primes:
        above = f"<mo>{'′' * box.primes}</mo>{above}"
    limits = base in ("<mo>∑</mo>", "<mo>∏</mo>") or base.startswith(_BRACES)
    if below and above:
        name = "munderover" if limits else "msubsup"
        return f"<{name}>{_element(base)}{_element(below)}{_element(above)}</{name}>"
    if below:
        return f"<{'munder' if limits else 'msub'}>{_element(base)}{_element(below)}</{'munder' if limits else 'msub'}>"
    return f"<msup>{_element(base)}{_element(above)}</msup>" if above else base


def _character(text: str, sign: bool) -> str:
    if text.isalpha():
        return f"<mi>{escape(text)}</mi>"
    if text == "&":
        return ""
    if text in "+-" and sign:
        return f'<mo form="prefix">{"−" if text == "-" else "+"}</mo>'
    fence = ' stretchy="false"' if text in "()[]|" else ""
    return f"<mo{fence}>{'−' if text == '-' else escape(text)}</mo>"


def _command(name: str) -> str:
    """A sign that has a name; one that is not known as its source."""
    if name in LETTERS:
        return f"<mi>{LETTERS[name]}</mi>"
    if name in OPERATORS:
        fixed = ' stretchy="false"' if OPERATORS[name] in "⟨⟩|‖⌊⌋⌈⌉{}⟮⟯⎰⎱⟦⟧" else ""
        return f"<mo{fixed}>{OPERATORS[name]}</mo>"
    if name in NAMED:
        return f"<mi>{name}</mi><mo>&#x2061;</mo>"
    if name in _SPACES:
        return f'<mspace width="{_SPACES[name]}"/>'
    if name in _SILENT:
        return ""
    if name in "{}|":
        return f"""<mo stretchy="false">{'‖' if name == '|' else name}</mo>"""
    return f"<mo>{escape(name)}</mo>" if not name.isalpha() else f"<mtext>\\{escape(name)}</mtext>"


def _letters(box: Letters) -> str:
    """Letters in another alphabet, the name of a function, words."""
    inside = box.source
    if box.command == "operatorname":
        spaced = re.sub(r"\\[,:;> ]\s*", "\N{THIN SPACE}", inside)
        name = f"<mi>{escape(spaced)}</mi>" if "\\" not in spaced else f"<mrow>{_boxes(box.inside)}</mrow>"
        return f"{name}<mo>&#x2061;</mo>"
    if box.command.startswith("text"):
        style = f' style="{_STYLES[box.command]}"' if box.command in _STYLES else ""
        said = html(inside)
        return f"<mtext{style}>{_kept_blanks(said)}</mtext>"
    letter = LETTERS.get(inside[1:].strip()) if inside.startswith("\\") else None
    if letter is None and "\\" in inside:
        return _boxes(box.inside)
    if box.command in _UPRIGHT:
        return f'<mi mathvariant="{"normal" if box.command != "mathit" else "italic"}">{escape(letter or inside)}</mi>'
    return f'<mi mathvariant="normal">{"".join(_in_alphabet(c, _ALPHABETS[box.command]) for c in letter or inside)}</mi>'


def _kept_blanks(said: str) -> str:
    """Blanks at the ends of words, which a browser would leave out."""
    if said.startswith(" "):
        said = f"\N{NO-BREAK SPACE}{said[1:]}"
    return f"{said[:-1]}\N{NO-BREAK SPACE}" if said.endswith(" ") else said


def _fence(delimiter: str) -> str:
    """A delimiter as the sign that it is; a dot for none."""
    if delimiter == ".":
        return ""
    if delimiter.startswith("\\"):
        return escape(OPERATORS.get(delimiter[1:], "‖" if delimiter == r"\|" else delimiter[1:]))
    return escape(delimiter)


def _delimiter(box: Sized, form: str = "infix") -> str:
    """A delimiter of a fixed size."""
    em = _EM.get(box.command.rstrip("lrm"), "1.2em")
    return (
        f'<mo form="{form}" lspace="0" rspace="0" stretchy="true" symmetric="true" minsize="{em}" maxsize="{em}">{_fence(box.delimiter)}</mo>'
    )


def _array(box: Array) -> str:
    align = ' columnalign="left"' if box.name in ("cases", "dcases", "rcases") else ""
    rows = [[_boxes(cell) for cell in row] for row in box.rows]
    body = "".join(f"<mtr>{''.join(f'<mtd>{cell}</mtd>' for cell in row)}</mtr>" for row in rows if row != [""])
    opening, closing = (
        f'<mo fence="true" stretchy="true">{sign}</mo>' if sign != " " else "" for sign in _FENCES.get(box.name, "  ")[:2]
    )
    return f"<mrow>{opening}<mtable{align}>{body}</mtable>{closing}</mrow>"


@lru_cache(maxsize=512)
def _in_alphabet(character: str, alphabet: str) -> str:
    """`x` as 𝒙, `R` as ℝ, `1` as 𝟏; a character that the alphabet does not have stays what it is."""
    name = unicodedata.name(character, "")
    for greek_or_latin in ("GREEK ", "LATIN "):
        name = name.removeprefix(greek_or_latin)
    name = name.replace(" LETTER", "")
    upright = alphabet.removesuffix(" ITALIC")
    for whole in (f"MATHEMATICAL {alphabet} {name}", f"MATHEMATICAL {upright} {name}", f"{alphabet} {name}", f"BLACK-LETTER {name}"):
        try:
            return unicodedata.lookup(whole)
        except KeyError:
            continue
    return escape(character)


def _element(content: str) -> str:
    """One element: several are put into a row."""
    closed = re.fullmatch(r"<(\w+)[^>]*>[^<]*</\1>", content)
    single = closed or (content.startswith("<mrow>") and content.endswith("</mrow>") and content.count("<mrow>") == 1)
    return content if single else f"<mrow>{content}</mrow>"


def html(text: Text | str) -> str:
    """A text as HTML, its formulas as MathML; one that a template puts together is LaTeX."""
    return "".join(map(_html, (from_latex(text) if isinstance(text, str) else text).pieces))


def _html(piece: Piece) -> str:
    match piece:
        case str():
            return escape(_TYPED.sub(lambda found: _TYPE[found[0]], piece), quote=False)
        case Row():
            return mathml(piece)
        case Display(formula=formula):
            return mathml(formula, True)
        case Styled(style=style, inside=inside):
            tag = "strong" if style == "strong" else "em"
            return f"<{tag}>{html(inside)}</{tag}>"
        case Link(target=target, said=said):
            return f'<a href="{escape(target)}">{_html(said)}</a>'
        case Cited(keys=keys, note=note):
            works = [f'<a href="#work-{escape(key)}">{escape(_works.get().get(key, key))}</a>' for key in keys]
            return f"[{', '.join((*works, *((_html(note),) if note else ())))}]"
        case Listing(numbered=numbered, items=items):
            tag = "ol" if numbered else "ul"
            return f"<{tag}>{''.join(f'<li>{html(item)}</li>' for item in items)}</{tag}>"


_TYPE = {"``": "“", "''": "”", "---": "—", "--": "–", '"': "”"}
_TYPED = re.compile("``|''|---|--|\"")
"""What a typesetter makes of characters in words."""
