"""The question of a problem: the function, what its symbols are, what is asked.

`words` are the language's, by key.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

from derive.derivation.derivation import Head
from derive.documents.figures.axes import exact
from derive.documents.layout.measure import width
from derive.documents.page.abbreviations import NONE, Names
from derive.documents.page.claims import shown
from derive.documents.page.document import PartText, Question
from derive.documents.page.parts import label
from derive.documents.page.rows import HANG, WIDE, Measure, broken
from derive.documents.wording import prose
from derive.documents.wording.translation import closed_up
from derive.expressions.build import matmul, transpose
from derive.expressions.nodes import Call, Entry, Expr, Number, SizeValue, Symbol
from derive.expressions.sizes import ONE, Shape, is_column, is_scalar
from derive.expressions.spelling import size_latex
from derive.expressions.traverse import walk
from derive.language.problems.problem import Numbers, Problem
from derive.notation.bold import kinds_of
from derive.notation.coloured import in_colours
from derive.notation.latex import latex
from derive.notation.latex import lines as latex_lines
from derive.notation.latex.boxes import Formula, beside
from derive.notation.latex.compose import BLANK, EQUALS, NOTHING
from derive.notation.latex.latex import formula
from derive.notation.settings import Notation
from derive.notation.style import transposed

_STRONGEST = (
    "spd", "psd", "diagonal", "symmetric", "skew", "upper", "lower", "orthogonal", "stiefel", "invertible", "full-column-rank",
    "full-row-rank", "unit", "stochastic", "row-stochastic", "positive", "integer",
)
"""Properties in the order in which they are said."""

_IMPLIED: Mapping[str, frozenset[str]] = {
    "spd": frozenset({"psd", "symmetric", "invertible", "full-column-rank", "full-row-rank"}),
    "psd": frozenset({"symmetric"}),
    "diagonal": frozenset({"symmetric", "upper", "lower"}),
    "orthogonal": frozenset({"stiefel", "invertible", "full-column-rank", "full-row-rank"}),
    "stiefel": frozenset({"full-column-rank"}),
    "invertible": frozenset({"full-column-rank", "full-row-rank"}),
}
"""What is not said any more when the stronger property was."""


LIST = 6
"""More symbols of one kind than this are a list that may be broken."""


def question(problem: Problem, notation: Notation, words: Mapping[str, str], measure: Measure, names: Names = NONE) -> Question:
    """What is given and asked, as text and mathematics ready to be printed."""
    stated = [(head_of_function(problem, notation), names.of(problem.function))]
    stated += [(formula(symbol, notation), names.of(expr)) for symbol, expr in problem.let]
    stated += [(formula(symbol, notation), expr) for symbol, expr in names.definitions]
    lines: list[tuple[Formula, tuple[Formula, ...]]] = []
    for left, expr in stated:
        key = f"{problem.id}/question"
        room = measure.available(key, width(left) + 1.0)
        if width(left) > WIDE * measure.line and width(formula(expr, notation)) > room:
            lines.append((NOTHING, (beside(left, BLANK, EQUALS), *broken(expr, notation, {}, measure.available(key, HANG + 1.0)))))
        else:
            lines.append((left, broken(expr, notation, {}, room)))
    return Question(
        tuple(lines),
        given(problem, notation, words),
        asked(problem, [q for q in problem.find if not any(q in part.find for part in problem.parts)], notation, words, problem.options.ask),
        text(problem, "statement", notation),
        text(problem, "hint", notation),
    )


def text(problem: Problem, key: str, notation: Notation) -> str:
    """A key of prose as LaTeX, '' when there is none."""
    return _words(problem, problem.prose.get(key), key, notation)


def head_of_function(problem: Problem, notation: Notation) -> Formula:
    """f(X), as the question begins."""
    return latex_lines.side(Head("value", problem.name, problem.wrt), notation)


def parts(problem: Problem, notation: Notation, words: Mapping[str, str]) -> tuple[PartText, ...]:
    """(a), (b), …"""
    return tuple(
        PartText(
            label(k),
            asked(problem, part.find, notation, words, part.ask),
            _words(problem, part.statement, f"parts.{k + 1}.statement", notation),
            _words(problem, part.hint, f"parts.{k + 1}.hint", notation),
            part.points or "",
        )
        for k, part in enumerate(problem.parts)
    )


def _words(problem: Problem, words: str | None, key: str, notation: Notation) -> str:
    if not words:
        return ""
    bold = prose.in_bold(words, kinds_of(letters(problem)), notation)
    return in_colours(prose.to_latex(bold, problem.positions.get(key), displays=True, language=notation.language), notation)


def title(problem: Problem, notation: Notation) -> str:
    """The title as LaTeX."""
    words = prose.in_bold(problem.title, kinds_of(letters(problem)), notation)
    return in_colours(prose.to_latex(words, problem.positions.get("title"), language=notation.language), notation)


def letters(problem: Problem) -> tuple[Symbol, ...]:
    """All letters that stand for something in a problem's formulas."""
    named = (symbol for symbol, _ in problem.let)
    return tuple(s for s in (*problem.symbols.values(), *named, *problem.directions, *problem.second_directions) if isinstance(s, Symbol))


def asked(problem: Problem, find: Sequence[str], notation: Notation, words: Mapping[str, str], ask: str = "find") -> str:
    """`Find the gradient ∇f(X) and the Hessian.`, or what is to be shown of them; nothing where the author asks in words.

    find  the quantities
    ask   `find`, `show`, or `false`: the author asks in words
    """
    if not find or ask == "false":
        return ""
    if ask == "show":
        return shown(problem, find, notation, words)
    named = []
    for quantity in find:
        if quantity == "linearity":
            continue
        head = _head(problem, quantity, notation)
        key = f"find.{quantity}"
        if quantity == "taylor" and problem.options.order == 1:
            key = "find.taylor-1"
        elif quantity == "derivative" and _by_number(problem):
            key = "find.derivative-by-number"
        under = _inner_product(problem, notation) if quantity == "gradient" and not problem.prose.get("statement") else ""
        named.append(words[key] + (f" ${head}$" if head else "") + (words["find.under"].format(f"${under}$") if under else ""))
    said = [words["ask"].format(what=_listed(named, words))] if named else []
    said += [words["show"].format(what=words["show.linearity"])] if "linearity" in find else []
    return closed_up(words["tell.next"].join(said))


def own_inner_product(problem: Problem) -> tuple[Expr, Expr, Expr] | None:
    """(⟨H, K⟩, M, tr(H'MK)) of a problem that takes the gradient under ⟨H, K⟩_M = tr(H'MK); None under the ordinary inner product."""
    metric = problem.inner_product
    if metric is None:
        return None
    h, k = problem.directions[0], problem.second_directions[0]
    form = matmul(transpose(h), metric, k)
    return Call("inner", (h, k)), metric, form if form.is_scalar else Call("tr", (form,))


def _inner_product(problem: Problem, notation: Notation) -> str:
    """`⟨H, K⟩_M = tr(H'MK)`, '' of the ordinary one."""
    found = own_inner_product(problem)
    named, metric, form = ("", "", "") if found is None else (latex.latex(one, notation) for one in found)
    return f"{named}_{{{metric}}} = {form}" if named else ""


def _by_number(problem: Problem) -> bool:
    """Whether the derivative is df/dx: by one scalar, along no direction of its own."""
    return len(problem.wrt) == 1 and problem.wrt[0].is_scalar and not problem.direction_named


def _head(problem: Problem, quantity: str, notation: Notation) -> str:
    if quantity in ("derivative", "second-derivative") and _by_number(problem):
        # In the line, df/dt with a slash.
        return re.sub(r"^\\frac\{(.*)\}\{(.*)\}$", r"\1 / \2", latex_lines.head(Head(quantity, problem.name, problem.wrt), notation))
    if quantity == "derivative":
        return latex_lines.head(Head("derivative", problem.name, problem.wrt, problem.directions), notation)
    if quantity == "gradient" and len(problem.wrt) == 1:
        return latex_lines.head(Head("gradient", problem.name, problem.wrt), notation)
    if quantity == "second-derivative":
        both = (*problem.directions, *problem.second_directions)
        return latex_lines.head(Head(quantity, problem.name, problem.wrt, both), notation) if len(problem.wrt) == 1 else ""
    return ""


def _listed(items: Sequence[str], words: Mapping[str, str]) -> str:
    if len(items) < 2:
        return "".join(items)
    return f"{words['tell.list'].join(items[:-1])}{words['last']}{items[-1]}"


def given(problem: Problem, notation: Notation, words: Mapping[str, str]) -> tuple[str, ...]:
    """The declared symbols that occur, those of one kind together: `$A, B \\in \\mathbb{R}^{n\\times n}$ symmetric`."""
    kinds: dict[tuple[Shape, tuple[str, ...]], list[Symbol]] = {}
    for symbol in _in_order(problem):
        member = (symbol.shape[0], ONE) if symbol.columns == symbol.name else symbol.shape
        kinds.setdefault((member, said(symbol.has)), []).append(symbol)
    out = []
    for (shape, properties), symbols in kinds.items():
        # A long list is broken between its names, which one formula is not.
        names = (", " if len(symbols) <= LIST else "$, $").join(_named(symbol, problem, notation) for symbol in symbols)
        described = " ".join(words[f"has.{name}"] for name in properties)
        space = space_of(shape)
        if described == words["has.positive"] and is_scalar(shape):
            out.append(f"${names} > 0$")
        else:
            out.append(f"${names} \\in {space}$" + (f" {described}" if described else ""))
    return (*out, *_numbers(problem, notation, words))


def _numbers(problem: Problem, notation: Notation, words: Mapping[str, str]) -> Iterator[str]:
    """The point, and the columns of the data where no table shows them."""
    tabled = any(figure.kind == "table" for figure in problem.options.figures)
    data = {name: one for name, one in problem.options.data.items() if name not in problem.options.columns and not tabled}
    told: tuple[tuple[str, Mapping[str, Numbers]], ...] = (("at", problem.options.at), ("data", data))
    for key, values in told:
        shown = [f"${_named_number(problem, name, notation)} = {numbers_latex(value)}$" for name, value in values.items()]
        if shown:
            yield words[f"given.{key}"].format(_listed(shown, words))


def _named_number(problem: Problem, name: str, notation: Notation) -> str:
    return latex.latex(problem.symbols.get(name) or Symbol(name, (ONE, ONE)), notation)


def numbers_latex(value: Numbers) -> str:
    r"""`\tfrac{3}{2}`, `(1, 2)` for a vector, a matrix by its rows."""
    if isinstance(value, Fraction):
        return exact(value)
    rows = [" & ".join(map(exact, row)) for row in value if isinstance(row, tuple)]
    if rows:
        return r"\begin{psmallmatrix} " + r" \\ ".join(rows) + r" \end{psmallmatrix}"
    return f"({', '.join(exact(one) for one in value if isinstance(one, Fraction))})"


def _named(symbol: Symbol, problem: Problem, notation: Notation) -> str:
    """`A`, of a path `A(t)`; of a family `A_1, …, A_N`, of a matrix of samples `X = (x_1, …, x_N)'`."""
    if symbol.count is not None or symbol.rows or symbol.columns:
        return _samples(symbol, notation)
    name = latex.latex(symbol, notation)
    return name if symbol.of is None else f"{name}({latex.latex(problem.symbols[symbol.of], notation)})"


def _samples(symbol: Symbol, notation: Notation) -> str:
    """The members of a family, or a matrix with its rows or columns."""
    count = symbol.count or symbol.shape[1 if symbol.columns else 0]
    last: Expr = Number(Fraction(count.value({}))) if count.is_number else SizeValue(count)
    places: tuple[Expr, Expr] = (Number(Fraction(1)), last)
    if symbol.count is not None:
        ends = [latex.latex(replace(symbol, index=place), notation) for place in places]
    else:
        ends = [latex.latex(Entry(symbol, None, place) if symbol.columns else Entry(symbol, place, None), notation) for place in places]
    listed = rf"{ends[0]}, \dots, {ends[1]}"
    if symbol.count is not None or symbol.columns == symbol.name:
        return listed
    turned = transposed(notation) if symbol.rows else ""
    return rf"{latex.latex(replace(symbol, rows=None, columns=None), notation)} = ({listed}){turned}"


def said(has: Iterable[str]) -> tuple[str, ...]:
    """The properties worth saying: those that no other of them implies."""
    present = set(has)
    for name in _STRONGEST:
        if name in present:
            present -= _IMPLIED.get(name, frozenset())
    return tuple(name for name in _STRONGEST if name in present)


def space_of(shape: Shape) -> str:
    """`\\mathbb{R}^{m \\times n}`, for a column `\\mathbb{R}^{n}`, for a scalar `\\mathbb{R}`."""
    if is_scalar(shape):
        return r"\mathbb{R}"
    if is_column(shape):
        return rf"\mathbb{{R}}^{{{size_latex(shape[0])}}}"
    rows, columns = (f"({size_latex(s)})" if len(s.terms) > 1 else size_latex(s) for s in shape)
    return rf"\mathbb{{R}}^{{{rows} \times {columns}}}"


def _in_order(problem: Problem) -> list[Symbol]:
    """The variables first, then the other symbols as they were declared; only what the function or the inner product speaks of."""
    exprs: list[Expr] = [problem.function, *(expr for _, expr in problem.let)]
    exprs += [problem.inner_product] if problem.inner_product is not None else []
    met = {node for expr in exprs for node in walk(expr) if isinstance(node, Symbol)}
    seen = met | {replace(symbol, index=None) for symbol in met if symbol.count is not None}
    rest = [s for s in problem.symbols.values() if s in seen and s not in problem.wrt]
    return [*problem.wrt, *rest]


def asking(problem: Problem, show: Sequence[str]) -> Problem:
    """The problem that asks for what is shown of it, as far as it does."""
    find = tuple(quantity for quantity in problem.find if quantity in show)
    return replace(problem, find=find) if find and not problem.parts else problem
