"""The symbols of a derivation that nobody declares, as far as the shapes of its first line leave no choice.

Capital letters are matrices; small ones are numbers or vectors, whatever lets the line have a value.  Where more than one choice does,
nothing is assumed: the message names the letter and the declaration that would settle it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import product

from derive.errors import DeriveError
from derive.language.problems.problem import Problem
from derive.language.problems.read import read
from derive.reviewing.judging.heads import heads
from derive.reviewing.judging.letters import plain_letter, value_names
from derive.reviewing.pasted.relations import Chain, chains
from derive.reviewing.reading.cursor import Unread
from derive.reviewing.reading.lexicon import Lexicon
from derive.reviewing.reading.parser import read as read_tree
from derive.reviewing.shapes import Clash, Shapes, Unsaid
from derive.reviewing.tree import Call, Fun, Name, Num, Pow, Tree, walk
from derive.values import dataclass

SIZES = "mnpqkldrsabc"
MOST_LETTERS = 10
_IN = re.compile(r"((?:\\?[A-Za-z]+\s*(?:_\d)?|\\(?:mathbf|boldsymbol|bm)\s*\{\\?[A-Za-z]+\})(?:\s*,\s*\\?[A-Za-z]+)*)\s*\\in\s*"
                 r"(?:\\mathbb\s*\{?\s*|\\mathds\s*\{?\s*|\\)R\}?\s*(?:\^\s*(?:\{([^{}]*)\}|([A-Za-z0-9])))?")
"""`X, Y \\in \\mathbb{R}^{m \\times n}`."""
_DECLARED = re.compile(r"([a-z][a-z-]*)\s*(?:\(([^()]*)\))?$")
_FONTED = re.compile(r"\\(?:mathbf|boldsymbol|bm)\s*\{?\s*(\\?[A-Za-z]+)")
_FACTS = (("spd", "positive[- ]definite"), ("symmetric", "(?<!skew-)symmetric"), ("diagonal", "diagonal"), ("orthogonal", "orthogonal"))
_DETERMINANTS = frozenset(("det", "logdet", "bars"))
_OF_POSITIVE = frozenset(("log", "sqrt"))
_SQUARE = frozenset(("symmetric", "spd", "psd", "diagonal", "skew", "upper", "lower", "invertible", "orthogonal", "square"))


@dataclass(frozen=True)
class Assumed:
    """A problem that was inferred: `symbols` with their declarations, and the function as written."""

    problem: Problem
    symbols: Mapping[str, str]
    function: str

    @property
    def words(self) -> str:
        """What is told of it: `assumed: X is matrix(m, n), w is vector(n); f(w) = …`."""
        return f"assumed: {', '.join(f'{n} is {said}' for n, said in self.symbols.items())}; the function is {self.function}"


def assumed(latex: str, preamble: str = "", given: Mapping[str, str] | None = None) -> Assumed:
    """The problem that a derivation states by itself: its first line `f(w) = …`, with the shapes that this line forces.

    latex     the derivation
    preamble  further LaTeX whose macros it uses
    given     declarations of some letters, as in a problem file

    DeriveError [claim] where no line says what the function is; [shapes] where a letter may be more than one thing.
    """
    head, body, text = _first_line(chains(latex, preamble))
    letters = sorted(value_names(body) | {a.name for a in head.args if isinstance(a, Name)})
    if len(letters) > MOST_LETTERS or any("@" in n for n in letters):
        raise _ambiguous("the letters of this line are too many, or have marks", letters[:1])
    said = {**_told_in(latex, letters), **{n: d for n, d in (given or {}).items() if n in letters}}
    found = list(_fitting(head, body, letters, said, _bold(text)))
    numbers = [shapes for shapes in found if shapes.result == ("1", "1")]
    found = numbers or found
    if not found:
        raise DeriveError(f"no shapes of {', '.join(letters)} give this line a value; declare them: "
                          "`% derive: symbols: {" + ", ".join(f"{n}: …" for n in letters) + "}`", code="shapes")
    if len(found) > 1:
        differing = [n for n in letters if len({s.kind(n) for s in found}) > 1]
        raise _ambiguous(f"{differing[0]} may be {' or '.join(sorted({s.kind(differing[0]) for s in found}))}", differing)
    symbols = _declarations(found[0], latex, body, letters, said)
    function = f"{head.name}({', '.join(a.name for a in head.args if isinstance(a, Name))}) = {' '.join(text.split())}"
    return Assumed(_problem(symbols, head, text), symbols, function)


def _first_line(found: list[Chain]) -> tuple[Call, Tree, str]:
    """The head f(w), what it is, and that as written."""
    for chain in found:
        functions = frozenset(heads(chain))
        if chain.links[0].op != "=" or not functions:
            continue
        try:
            head, _ = read_tree(chain.members[0].text.strip(), Lexicon(frozenset(), frozenset(), functions, frozenset()))
            if not (isinstance(head, Call) and not head.order and head.args and all(isinstance(a, Name) and not a.marks for a in head.args)):
                continue
            body, _ = read_tree(chain.members[1].text.strip(), Lexicon(frozenset(), frozenset(), frozenset(), frozenset()))
        except Unread as error:
            raise DeriveError(f"the first line could not be read: {error.message}", code="claim") from None
        return head, body, chain.members[1].text.strip().rstrip(",.; ")
    raise DeriveError("this derivation says nowhere what its function is: begin with a line `f(w) = …`, or name a problem: "
                      "`% derive: problem.yaml`", code="claim")


def _ambiguous(why: str, letters: list[str]) -> DeriveError:
    example = ", ".join(f"{n}: vector(n)" if n[0].islower() else f"{n}: 'matrix(m, n)'" for n in letters)
    return DeriveError(f"the symbols cannot be inferred: {why}", code="shapes", hint=f"declare it: `% derive: symbols: {{{example}}}`")


# ------------------------------------------------------------------------------------------ what the text says of letters
def _told_in(latex: str, letters: list[str]) -> dict[str, str]:
    r"""Declarations by `w \in \mathbb{R}^n`."""
    out: dict[str, str] = {}
    for names, grouped, single in _IN.findall(latex):
        sizes = [s.strip() for s in re.split(r"\\times|,", grouped or single) if s.strip()]
        if len(sizes) > 2 or not all(re.fullmatch(r"[A-Za-z]|\d+", s) for s in sizes):
            continue
        kind = ("scalar", f"vector({''.join(sizes)})", f"matrix({', '.join(sizes)})")[len(sizes)]
        for name in names.split(","):
            letter = plain_letter((_FONTED.search(name) or re.search(r"(\\?[A-Za-z]+)", name))[1])  # type: ignore[index]
            if letter in letters:
                out[letter] = kind
    return out


def _bold(text: str) -> frozenset[str]:
    return frozenset(plain_letter(found) for found in _FONTED.findall(text))


def _fact(latex: str, letter: str) -> str:
    """What words near a letter say of it: symmetric, positive definite."""
    spelled = rf"\$\s*\\?(?:\w+\{{)?{letter}\}}?(?:\s*\$|\s*\\succ\s*0)"
    for fact, words in _FACTS:
        if re.search(rf"{words}\s+(?:matrix\s+|matrices\s+)?(?:is\s+)?{spelled}|{spelled}[^.$]{{0,30}}{words}", latex):
            return fact
    return ""


# ------------------------------------------------------------------------------------------ shapes
def _fitting(head: Call, body: Tree, letters: list[str], said: Mapping[str, str], bold: frozenset[str]) -> Iterator[Shapes]:
    """The shapes with which the line has a value."""
    sizes = {a.name for a in head.args if isinstance(a, Name)}
    choices: list[tuple[str, ...]] = []
    for n in letters:
        if n in said:
            choices.append((said[n],))
        elif n[0].isupper():
            choices.append(("matrix",))
        else:
            choices.append(("vector",) if n in bold else ("scalar", "vector"))
    for chosen in product(*choices):
        shapes = Shapes()
        try:
            for n, kind in zip(letters, chosen, strict=True):
                shapes.declare(n, *_kind(kind))
            shapes.result = shapes.resolved(shapes.of(body))
        except Clash:
            continue
        except Unsaid as error:
            raise _ambiguous(f"the shapes in {error} are not told by the line", sorted(sizes)) from None
        yield shapes


def _kind(declared: str) -> tuple[str, tuple[str, ...]]:
    """scalar, vector or matrix, and the sizes that a declaration says."""
    match = _DECLARED.match(declared.strip())
    if match is None:
        raise _ambiguous(f"`{declared}` is no declaration that is understood here", [])
    word, inside = match.group(1), tuple(s.strip() for s in (match.group(2) or "").split(",") if s.strip())
    if word in _SQUARE:
        return "matrix", inside * 2
    return ("matrix" if word in ("matrix", "stiefel") else "vector" if word == "vector" else "scalar"), inside


def _declarations(shapes: Shapes, latex: str, body: Tree, letters: list[str], said: Mapping[str, str]) -> dict[str, str]:
    used = {*letters, *shapes.sizes}
    names = iter(c for c in SIZES if c not in used)
    called: dict[str, str] = {}

    def size(dim: str) -> str:
        if dim not in called:
            called[dim] = dim.removeprefix("=") if dim.startswith("=") else next(names)
        return called[dim]

    inverted = _arguments(body, _DETERMINANTS) | {
        n.base.name for n in walk(body) if isinstance(n, Pow) and isinstance(n.base, Name) and isinstance(n.exponent, Num) and n.exponent.value < 0}
    logged = _arguments(body, _OF_POSITIVE)
    out = {}
    for n in letters:
        rows, columns = shapes.resolved(shapes.letters[n])
        if n in said and not said[n].startswith("matrix"):
            out[n] = said[n]
        elif rows == columns == "1":
            out[n] = "positive" if n in logged else "scalar"
        elif columns == "1":
            out[n] = f"vector({size(rows)})"
        elif rows == columns:
            out[n] = f"{_fact(latex, n) or ('invertible' if n in inverted else 'square')}({size(rows)})"
        else:
            out[n] = f"matrix({size(rows)}, {size(columns)})"
    return out


def _arguments(body: Tree, functions: frozenset[str]) -> set[str]:
    """The letters that some functions are taken of."""
    return {a.name for n in walk(body) if isinstance(n, Fun) and n.name in functions for a in n.args if isinstance(a, Name)}


def _problem(symbols: Mapping[str, str], head: Call, text: str) -> Problem:
    def quoted(said: str) -> str:
        return "'" + said.replace("'", "''") + "'"

    names = [a.name for a in head.args if isinstance(a, Name)]
    lines = ["symbols:", *(f"  {n}: {quoted(said)}" for n, said in symbols.items())]
    written = text if "\\" in text else rf"{text} \,"
    variables = ", ".join(names)
    function = f"{head.name}({variables}) = {' '.join(written.split())}"
    lines += [f"function: {quoted(function)}", f"wrt: [{variables}]"]
    return read("\n".join(lines) + "\n", "the inferred problem", asked=False)
