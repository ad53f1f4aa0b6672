"""Words with formulas among them: one value, from which LaTeX, a web page, a line of plain text and the width are printed.

Reasons, conditions, questions and the author's prose are such texts.  Words are the characters that one reads, and are escaped where they
are printed; formulas are boxes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import field
from functools import lru_cache
from itertools import chain
from string import Formatter
from typing import Literal

from derive.notation.latex.boxes import Row, Scripted, beside
from derive.notation.latex.compose import BLANK
from derive.notation.latex.glyphs import escaped
from derive.notation.latex.reading import read
from derive.values import dataclass


@dataclass(frozen=True, slots=True)
class Display:
    """A formula on a line of its own."""

    formula: Row


@dataclass(frozen=True, slots=True)
class Styled:
    """Words that are emphasized, or strong."""

    style: Literal["emph", "strong"]
    inside: Text


@dataclass(frozen=True, slots=True)
class Link:
    """Words that lead to a page."""

    target: str
    said: str


@dataclass(frozen=True, slots=True)
class Cited:
    """Works by their keys, and where in them."""

    keys: tuple[str, ...]
    note: str


@dataclass(frozen=True, slots=True)
class Listing:
    """Points below each other, with numbers or without."""

    numbered: bool
    items: tuple[Text, ...]


Piece = str | Row | Display | Styled | Link | Cited | Listing
"""Words, a formula in a line, or one of what else may stand in a text."""


@dataclass(frozen=True, slots=True, eq=False)
class Text:
    """Words with formulas; printed as a string it is LaTeX, by which it is compared, and an empty one is false.

    No two words, and no two formulas, stand side by side: `Text.of` puts them together.
    """

    pieces: tuple[Piece, ...] = ()
    latex: str | None = field(default=None, init=False, repr=False, compare=False)
    """Its LaTeX, once that was asked for."""

    @staticmethod
    def of(*parts: Piece | Text) -> Text:
        """The parts one behind the other."""
        out: list[Piece] = []
        for piece in chain.from_iterable(part.pieces if isinstance(part, Text) else (part,) for part in parts):
            last = out[-1] if out else None
            if isinstance(piece, str) and isinstance(last, str):
                out[-1] = last + piece
            elif isinstance(piece, Row) and isinstance(last, Row):
                out[-1] = _side_by_side(last, piece)
            elif piece:
                out.append(piece)
        return Text(tuple(out))

    def __str__(self) -> str:
        if self.latex is None:
            object.__setattr__(self, "latex", printed(self))
        return self.latex or ""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Text | str) and str(self) == str(other)

    def __hash__(self) -> int:
        return hash(str(self))

    def __bool__(self) -> bool:
        return bool(self.pieces)

    def __len__(self) -> int:
        return len(str(self))

    def __contains__(self, text: Text | str) -> bool:
        """Whether it is printed in this one."""
        return str(text) in str(self)

    def __add__(self, other: Text | str) -> Text:
        return Text.of(self, other)

    def words(self, change: Callable[[str], str]) -> Text:
        """The text with its words changed, those of links and notes as they are."""
        return Text.of(*(change(one) if isinstance(one, str) else Styled(one.style, one.inside.words(change)) if isinstance(one, Styled)
                         else Listing(one.numbered, tuple(item.words(change) for item in one.items)) if isinstance(one, Listing) else one
                         for one in self.pieces))

    def formulas(self, change: Callable[[Row], Row]) -> Text:
        """The text with its formulas changed."""
        return Text(tuple(_changed(one, change) for one in self.pieces))

    def split(self, at: str) -> list[Text]:
        """The text cut where its words match a pattern; not inside of what is emphasized, a link or a list."""
        out: list[list[Piece]] = [[]]
        for one in self.pieces:
            first, *rest = re.split(at, one) if isinstance(one, str) else (one,)
            out[-1].append(first)
            out.extend([part] for part in rest)
        return [Text.of(*pieces) for pieces in out]

    def stripped(self) -> Text:
        """Without blanks at its ends."""
        first, last = self.pieces[:1], self.pieces[-1:]
        pieces = list(self.pieces)
        if last and isinstance(last[0], str):
            pieces[-1] = last[0].rstrip()
        if first and isinstance(pieces[0], str):
            pieces[0] = pieces[0].lstrip()
        return Text.of(*pieces)

    def without_end(self, end: str) -> Text | None:
        """The text before these words at its end; None where it ends otherwise."""
        last = self.pieces[-1] if self.pieces else ""
        return Text.of(*self.pieces[:-1], last.removesuffix(end)) if isinstance(last, str) and last.endswith(end) else None


NO_WORDS = Text()


def _side_by_side(left: Row, right: Row) -> Row:
    """Two formulas as one; a script without a base is the left one's."""
    scripted = bool(right) and isinstance(right.items[0], Scripted) and right.items[0].base is None
    return read(f"{left} {right}") if scripted else beside(left, BLANK, right)


def _changed(piece: Piece, change: Callable[[Row], Row]) -> Piece:
    match piece:
        case Row():
            return change(piece)
        case Display(formula=formula):
            return Display(change(formula))
        case Styled(style=style, inside=inside):
            return Styled(style, inside.formulas(change))
        case Listing(numbered=numbered, items=items):
            return Listing(numbered, tuple(item.formulas(change) for item in items))
        case _:
            return piece


def printed(text: Text, words: Callable[[str], str] = escaped) -> str:
    """The LaTeX of a text; `words` escapes what is said."""
    return "".join(_latex(piece, words) for piece in text.pieces)


def _latex(piece: Piece, words: Callable[[str], str]) -> str:
    match piece:
        case str():
            return words(piece)
        case Row():
            return f"${piece}$"
        case Display(formula=formula):
            return rf"\[{formula}\]"
        case Styled(style=style, inside=inside):
            return rf"\{'textbf' if style == 'strong' else 'emph'}{{{printed(inside, words)}}}"
        case Link(target=target, said=said):
            return rf"\href{{{re.sub(r'[#%&]', lambda sign: chr(92) + sign[0], target)}}}{{{words(said)}}}"
        case Cited(keys=keys, note=note):
            where = words(note).replace("]", "{]}")
            return rf"\derivecite{f'[{where}]' if where else ''}{{{','.join(keys)}}}"
        case Listing(numbered=numbered, items=items):
            name = "enumerate" if numbered else "itemize"
            return "\n".join((rf"\begin{{{name}}}", *(rf"\item {printed(item, words)}" for item in items), rf"\end{{{name}}}"))


def parts(text: Text) -> Iterator[Piece]:
    """Its pieces, and those that stand in them."""
    for piece in text.pieces:
        yield piece
        inside = (piece.inside,) if isinstance(piece, Styled) else piece.items if isinstance(piece, Listing) else ()
        for one in inside:
            yield from parts(one)


def joined(between: Text | str, texts: Iterable[Text | Row | str]) -> Text:
    """The texts with these words between them."""
    out: list[Text | Row | str] = []
    for one in texts:
        out += [between, one] if out else [one]
    return Text.of(*out)


def filled(words: str, *fillers: Text | Row | str, **named: Text | Row | str) -> Text:
    """Words of a table with `{}` or `{name}` in them, and what stands for these.

    words           of the table
    fillers, named  what stands for `{}` in their order, and for `{name}`
    """
    waiting = iter(fillers)
    out: list[Text | Row | str] = []
    for said, name, _, _ in Formatter().parse(words):
        out.append(from_latex(said))
        if name is not None:
            out.append(named[name] if name else next(waiting))
    return Text.of(*out)


_LATEX = re.compile(r"(?<!\\)\$((?:[^$\\]|\\.)*)\$|\\(textbf|emph)\{((?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*)\}")


@lru_cache(maxsize=1024)
def from_latex(latex: str) -> Text:
    r"""LaTeX text as a text: what stands in `\text{…}`, in a table of words, and what a template puts together."""
    out: list[Piece] = []
    place = 0
    for found in _LATEX.finditer(latex):
        out.append(_unescaped(latex[place : found.start()]))
        place = found.end()
        out.append(read(found[1]) if found[2] is None else Styled("emph" if found[2] == "emph" else "strong", from_latex(found[3])))
    return Text.of(*out, _unescaped(latex[place:]))


def _unescaped(latex: str) -> str:
    if "\\" not in latex and "~" not in latex:
        return latex
    from pylatexenc.latex2text import LatexNodes2Text

    return str(LatexNodes2Text(strict_latex_spaces=True, keep_comments=True).latex_to_text(latex))


_SIGNS = {
    "<": "<", ">": ">", "|": r"\vert", "²": "^2", "³": "^3", "⁻¹": "^{-1}", "⁻ᵀ": r"^{-\mathsf T}", "ᵀ": r"^{\mathsf T}", "½": r"\tfrac{1}{2}",
    "·": r"\cdot", "×": r"\times", "∘": r"\circ", "⊗": r"\otimes", "−": "-", "±": r"\pm", "√": r"\surd", "≠": r"\ne", "≥": r"\ge", "≤": r"\le",
    "≈": r"\approx", "≻": r"\succ", "⪰": r"\succeq", "≺": r"\prec", "⪯": r"\preceq", "⇔": r"\Leftrightarrow", "⇒": r"\Rightarrow", "→": r"\to",
    "↦": r"\mapsto", "∈": r"\in", "∀": r"\forall", "∞": r"\infty", "∑": r"\sum", "Σ": r"\Sigma", "∂": r"\partial", "∇": r"\nabla",
    "⟨": r"\langle", "⟩": r"\rangle", "‖": r"\Vert", "⊤": r"\top", "⊥": r"\perp", "σ": r"\sigma", "λ": r"\lambda", "μ": r"\mu", "δ": r"\delta",
    "α": r"\alpha", "β": r"\beta", "θ": r"\theta", "φ": r"\phi", "π": r"\pi", "Π": r"\Pi", "⊘": r"\oslash", "𝟏": r"\mathbf{1}",
}
"""Characters in words of ours that are formulas."""
_RAISED = {**dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾ⁿⁱᵏᵐᵗˢᶜᵍᵃᵇᵈᵉᵖʳˣʸᴬᴮᴹ", "0123456789+-()nikmtscgabdeprxyABM", strict=True)), "ᵀ": r"\mathsf T"}
_LOWERED = dict(zip("₀₁₂₃₄₅₆₇₈₉₊₋ᵢⱼₖₘₙₚᵣₛₜ", "0123456789+-ijkmnprst", strict=True))
_FORMULA = re.compile(rf"([A-Za-z]?)(?:([{''.join(_RAISED)}]+)|([{''.join(_LOWERED)}]+))|{'|'.join(map(re.escape, _SIGNS))}")


@lru_cache(maxsize=4096)
def worded(words: str) -> Text:
    """Words of ours: the signs and the raised and lowered letters in them are formulas."""
    out: list[str | Row] = []
    place, source = 0, ""
    for found in _FORMULA.finditer(words):
        above = "".join(_RAISED[c] for c in found[2] or "")
        below = "".join(_LOWERED[c] for c in found[3] or "")
        script = f"{found[1]}^{{{above}}}" if above else f"{found[1]}_{{{below}}}" if below else _SIGNS[found[0]]
        if source and found.start() > place:
            out.append(read(source))
            source = ""
        out.append(words[place : found.start()])
        source += (" " if source[-1:].isalpha() and script[:1].isalpha() else "") + script
        place = found.end()
    return Text.of(*out, *((read(source),) if source else ()), words[place:])
