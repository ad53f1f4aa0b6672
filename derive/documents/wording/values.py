r"""The values of a variant in an author's words: in `$…$` the name of one is its value, `$2\,\mathrm{tr}(X)$` for `$c\,\mathrm{tr}(X)$`, and
outside of it `{c}` is.

A value is a tree: it is written in parentheses wherever the sign beside it would tear it apart.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from derive.expressions.functions import FUNCTIONS
from derive.expressions.nodes import Add, Call, Expr, Map, MatMul, Number, Scale, Symbol, Times
from derive.expressions.spelling import symbol_latex, unnamed_latex
from derive.language.markup.prose import with_formulas
from derive.language.problems.problem import Choice, Problem
from derive.notation.latex.latex import latex
from derive.notation.latex.reading import TOKEN
from derive.notation.settings import Notation

_WORDS = frozenset((r"\text", r"\mathrm", r"\mathsf", r"\mathbf", r"\mathbb", r"\mathcal", r"\mathit", r"\operatorname"))
"""Commands whose argument is words, or a letter of its own."""
_RELATIONS = ("=", ",", ";", ":", "&", "<", ">", r"\le", r"\leq", r"\ge", r"\geq", r"\ne", r"\in", r"\to", r"\succ", r"\quad", r"\\", "|")
_BEFORE = frozenset(("", "(", "[", "{", r"\{", *_RELATIONS))
_AFTER = frozenset(("", ")", "]", "}", r"\}", ".", *_RELATIONS))


def with_values(problem: Problem, notation: Notation) -> Problem:
    """The problem whose words (title, statement, hint, …, those of its parts too) say the values of its variant."""
    values = {c.name: c for c in problem.options.variants if c.value is not None}
    if not values:
        return problem
    prose = {key: said(words, values, problem, notation) for key, words in problem.prose.items()}
    parts = tuple(
        replace(
            part,
            statement=None if part.statement is None else said(part.statement, values, problem, notation),
            hint=None if part.hint is None else said(part.hint, values, problem, notation),
        )
        for part in problem.parts
    )
    return replace(problem, prose=prose, parts=parts)


def said(words: str, values: Mapping[str, Choice], problem: Problem, notation: Notation) -> str:
    """The words with the values in place of their names."""
    written = {tuple(_tokens(spelling)): choice for name, choice in values.items() for spelling in (name, symbol_latex(name))}
    names = sorted(written.items(), key=lambda item: -len(item[0]))

    def outside(text: str) -> str:
        return re.sub(r"\{(\w+)\}", lambda found: f"${_whole(values[found[1]], problem, notation)}$" if found[1] in values else found[0], text)

    return with_formulas(words, lambda text: _formula(text, names, problem, notation), outside)


def _tokens(text: str) -> list[str]:
    return TOKEN.findall(text)


def _formula(text: str, names: Sequence[tuple[tuple[str, ...], Choice]], problem: Problem, notation: Notation) -> str:
    tokens = _tokens(text)
    out: list[str] = []
    k = 0
    while k < len(tokens):
        found = next(((spelling, choice) for spelling, choice in names if tuple(tokens[k : k + len(spelling)]) == spelling), None)
        if found is not None:
            spelling, choice = found
            after = next((t for t in tokens[k + len(spelling) :] if not t.isspace()), "")
            before = next((t for t in reversed(out) if t and not t.isspace()), "")
            out.append(_beside(choice, before, after, problem, notation))
            k += len(spelling)
        elif tokens[k] in _WORDS:
            end = _argument_end(tokens, k + 1)
            out += tokens[k:end]
            k = end
        else:
            out.append(tokens[k])
            k += 1
    return "".join(out)


def _argument_end(tokens: Sequence[str], start: int) -> int:
    """The place behind the argument in braces that begins at `start`, or `start`."""
    if start >= len(tokens) or tokens[start] != "{":
        return start
    depth = 0
    for k in range(start, len(tokens)):
        depth += (tokens[k] == "{") - (tokens[k] == "}")
        if depth == 0:
            return k + 1
    return len(tokens)


def _beside(choice: Choice, before: str, after: str, problem: Problem, notation: Notation) -> str:
    """A value between two signs."""
    whole = _whole(choice, problem, notation)
    if not isinstance(choice.value, Expr):
        return f"{whole} " if whole[-1:].isalpha() and after[:1].isalpha() else whole
    if before[-1:] in ("_", "^"):
        return f"{{{whole}}}"
    apart = before in _BEFORE and after in _AFTER
    summand = before in ("+", *_BEFORE) and after in ("+", "-", *_AFTER)
    if isinstance(choice.value, Number):
        bare = apart if choice.value.value < 0 or (choice.value.value.denominator > 1 and after == "^") else True
    elif isinstance(choice.value, Add | Scale | Times | MatMul):
        bare = summand
    else:
        bare = isinstance(choice.value, Symbol) or after not in ("^", "'") or isinstance(choice.value, Map | Call)
    times = r"\cdot " if before[-1:].isdigit() and whole[:1].isdigit() and bare else ""
    ends = " " if bare and re.search(r"\\[A-Za-z]+$", whole) and after[:1].isalpha() else ""
    return f"{times}{whole}{ends}" if bare else f"({whole})"


def _whole(choice: Choice, problem: Problem, notation: Notation) -> str:
    """The LaTeX of a value: of an expression, or of the name of a function."""
    if isinstance(choice.value, Expr):
        return latex(choice.value, notation)
    name = choice.value or ""
    if name in problem.unnamed:
        return unnamed_latex(problem.unnamed[name])
    row = FUNCTIONS.get(name)
    printed = re.match(r"(\\[A-Za-z]+(?:\{\{\w+\}\})?)\(", row.latex) if row is not None else None
    return printed[1].replace("{{", "{").replace("}}", "}") if printed else rf"\operatorname{{{name}}}"
