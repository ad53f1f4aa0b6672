r"""Pasted LaTeX cut into its formulas: displays and inline mathematics in reading order, with the words before each."""

from __future__ import annotations

import re
from dataclasses import replace

from derive.errors import DeriveError
from derive.reviewing.pasted.macros import MAX_LENGTH, definitions, expanded, group_end
from derive.reviewing.pasted.packages import spelled_out
from derive.reviewing.pasted.placed import Placed
from derive.values import dataclass

DISPLAYS = frozenset((
    "equation", "align", "aligned", "alignedat", "gather", "gathered", "eqnarray", "multline", "split", "alignat", "flalign",
    "displaymath", "math", "dmath", "IEEEeqnarray", "subequations", "dgroup", "empheq",
))
_BEGIN = re.compile(r"\\begin\s*\{([A-Za-z]+)\*?\}")
_WITH_COLUMNS = frozenset(("IEEEeqnarray", "alignat", "alignedat", "empheq"))
_COLUMNS = re.compile(r"\s*(?:\[[^\]]*\])?\s*\{[^{}]*\}")
_VERBATIM = re.compile(r"\\begin\{(verbatim|lstlisting|comment)\*?\}.*?\\end\{\1\*?\}", re.DOTALL)
_COMMENT = re.compile(r"(?<!\\)((?:\\\\)*)%[^\n]*")
_DROPPED = re.compile(
    r"\\(?:label|tag\*?|eqref|ref|cite[tp]?|hspace\*?|vspace\*?|phantom|hphantom|vphantom|footnote)\s*\{[^{}]*\}"
    r"|\\(?:nonumber|notag|displaystyle|textstyle|limits|nolimits|allowbreak|noindent|centering|pause|qedhere|smallskip|medskip|bigskip)"
    r"(?![A-Za-z])|\\color\s*(?:\[[^\]]*\])?\{[^{}]*\}|\\(?:uncover|only|onslide|visible|alert|invisible)\s*<[^>]*>"
)
_KEPT = re.compile(r"\\(boxed|fbox|textcolor\s*\{[^{}]*\}|colorbox\s*\{[^{}]*\}|cancel|mathclap|ensuremath|uncover|alert|highlight|bcancel)\s*(?=\{)")
_PROSE = re.compile(
    r"(?<![A-Za-z\\])([,.;:]\s)?(?:(?!(?:tr|det|vec|diag|exp|log|ln|sin|cos|tan|tanh|sum|sqrt|softmax|sym|logdet)\b)"
    r"[A-Za-z]{2,}(?:['’]s)?[ ,:]+){2,}"
    r"|(?<![A-Za-z\\])(?:Let|let|Then|then|So|so|Hence|hence|where|with|and|Thus|thus|Since|since|Set|set|By|by|Therefore)[ ,:]+"
)
"""Words between formulas of a text without dollars; group 1 is a comma before them."""
_EMPTY = re.compile(r"[\^_]\s*\{\s*\}")
LEAD = 160
_RELATED = re.compile(r"[=<>≤≥≈≻⪰]|\\(?:le|ge|leq|geq|approx|propto|succ|prec|succeq|preceq|ne|neq|equiv)(?![A-Za-z])")
_STACKED = re.compile(r"\\(?:overset|stackrel|underset)\s*")


@dataclass(frozen=True)
class Passage:
    """One formula of the text.  before: the words since the formula before it; display: whether it stands by itself."""

    body: Placed
    display: bool
    environment: str
    before: str
    lead: str = ""
    """The last of all that stands before it."""
    trail: str = ""
    """The text behind it, up to the next formula that relates something."""


def passages(latex: str, preamble: str = "") -> list[Passage]:
    """The formulas of a text; preamble: further text whose macros are known.  DeriveError [too-long] for a text beyond all bounds."""
    if len(latex) > MAX_LENGTH:
        raise DeriveError(f"this text has {len(latex)} characters; the limit is {MAX_LENGTH}", code="too-long")
    return _cut(_plain(latex, preamble))


def _plain(latex: str, preamble: str) -> Placed:
    text = Placed.whole(latex.replace("\r", " ").replace("\t", " "))
    text = text.replaced(_VERBATIM, lambda m: "\n" * m.group().count("\n"))
    text = text.replaced(_COMMENT, lambda m: m.group(1))
    text, macros = definitions(text)
    known = definitions(Placed.whole(preamble[:MAX_LENGTH]))[1] if preamble else {}
    text = spelled_out(expanded(text, {**known, **macros}))
    text = text.replaced(_DROPPED, " ").replaced(_KEPT, " ").replaced(_EMPTY, " ")
    return _unstacked(text)


def _unstacked(text: Placed) -> Placed:
    r"""`\overset{!}{=}` is `=`; `\overset{!}` alone says that a condition is set, and leaves its mark."""
    done = 0
    out = Placed("", ())
    for found in _STACKED.finditer(text.text):
        if found.start() < done:
            continue
        at = found.end()
        first = group_end(text.text, at) if text.text[at : at + 1] == "{" else at + 1
        again = first + len(text.text[first:]) - len(text.text[first:].lstrip())
        second = group_end(text.text, again) if text.text[again : again + 1] == "{" else again
        if second == again:
            macro = re.compile(r"\\[A-Za-z]+|.").match(text.text, again)
            second = macro.end() if macro else again
        mark = r" \setequal " if text.text[at:first].strip("{} ") == "!" else " "
        bare = text.text[again : again + 1] == "{" and len(text.text[again:second].strip("{} ")) < 12
        kept = text[again + 1 : second - 1] if bare else text[again:second]
        out = out + text[done : found.start()] + text.literal(mark, found.start()) + kept
        done = second
    return out + text[done:]


def _cut(text: Placed) -> list[Passage]:
    out: list[Passage] = []
    raw, at, since = text.text, 0, 0

    ends: list[tuple[int, int]] = []

    def found(start: int, end: int, display: bool, environment: str = "") -> None:
        ends.append((at, end))
        out.append(Passage(text[start:end], display, environment, raw[since:at], raw[max(0, at - LEAD) : at]))

    while at < len(raw):
        c = raw[at]
        if c == "\\":
            begun = _BEGIN.match(raw, at)
            if begun and begun.group(1) in DISPLAYS:
                end, behind = _environment_end(raw, begun)
                columns = _COLUMNS.match(raw, begun.end()) if begun.group(1) in _WITH_COLUMNS else None
                found(columns.end() if columns else begun.end(), end, begun.group(1) != "math", begun.group(1))
                at = since = behind
                continue
            opening = raw[at : at + 2]
            if opening in (r"\[", r"\("):
                closing = r"\]" if opening == r"\[" else r"\)"
                end = raw.find(closing, at + 2)
                end = len(raw) if end < 0 else end
                found(at + 2, end, opening == r"\[")
                at = since = end + 2
                continue
            at += 2
            continue
        if c == "$":
            mark = "$$" if raw.startswith("$$", at) else "$"
            end = _dollar(raw, at + len(mark), mark)
            found(at + len(mark), end, mark == "$$")
            at = since = end + len(mark)
            continue
        at += 1
    if not out and re.search(r"[=≈≤≥≻⪰≼∝]", raw):
        out.append(Passage(_in_rows(text), True, "", ""))
    return [replace(passage, trail=_trail(raw, k, out, ends)) for k, passage in enumerate(out)] if ends else out


def _trail(raw: str, k: int, out: list[Passage], ends: list[tuple[int, int]]) -> str:
    """The words behind a formula, with the formulas among them that relate nothing."""
    following = next((start for passage, (start, _) in zip(out[k + 1 :], ends[k + 1 :], strict=True) if _RELATED.search(passage.body.text)), len(raw))
    behind = re.sub(r"^(?:\$+|\\[\])]|\\end\s*\{[^{}]*\})", "", raw[ends[k][1] : following][: LEAD])
    return behind.lstrip("}")


def _in_rows(text: Placed) -> Placed:
    """A text without any mark of mathematics: each of its lines is a row, without the words around its formulas."""
    if "\\\\" in text.text or "\\begin" in text.text:
        return text
    return text.replaced(_PROSE, lambda m: "," if m.group(1) else " ").replaced(re.compile("\n"), "\\\\\\\\ ")


def _dollar(raw: str, at: int, mark: str) -> int:
    while at < len(raw):
        if raw[at] == "\\":
            at += 2
            continue
        if raw.startswith(mark, at):
            return at
        at += 1
    return len(raw)


def _environment_end(raw: str, begun: re.Match[str]) -> tuple[int, int]:
    """Where the inside of an environment ends, and where what follows it begins."""
    name = re.escape(begun.group(1))
    depth = 1
    for edge in re.compile(rf"\\(begin|end)\s*\{{{name}\*?\}}").finditer(raw, begun.end()):
        depth += 1 if edge.group(1) == "begin" else -1
        if not depth:
            return edge.start(), edge.end()
    return len(raw), len(raw)
