"""The rule catalogue: every rule that a derivation may name, with its statement, conditions, proofs, an example and a source.

Statements are printed from the rows themselves; proofs and examples are derivations, so that what checks a problem checks them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property, lru_cache
from string import Formatter
from typing import Literal

from derive.calculus.catalogue import proof as proving
from derive.calculus.catalogue.examples import EXAMPLES
from derive.calculus.catalogue.proofs import PROOFS, Proof
from derive.calculus.passes.conditions import conditions
from derive.calculus.rules import row_text
from derive.calculus.rules.adjoints import ADJOINTS
from derive.calculus.rules.defining import DEFINING, Defining
from derive.calculus.rules.differentials import DIFFERENTIALS
from derive.calculus.rules.identities import IDENTITIES
from derive.calculus.rules.law import Law
from derive.calculus.rules.rule import Rule, compiled
from derive.calculus.rules.steps import MOVES, Move
from derive.derivation.derivation import Derivation
from derive.derivation.reason import Why
from derive.errors import DeriveError
from derive.expressions.function import Function, forms
from derive.expressions.functions import FUNCTIONS
from derive.expressions.nodes import D, Expr
from derive.language.problems.problem import Problem
from derive.language.words import CALLABLE, SYNONYMS, closest
from derive.values import dataclass

Table = Literal["rules", "functions", "entrywise", "linear", "identities", "adjoints", "defining", "moves"]

TABLES: dict[Table, tuple[str, str]] = {
    "rules": ("The rules of differentiation", "Taken while a derivative is pending, from the outside in."),
    "functions": ("Functions of vectors and matrices", "One row a function: how it varies with its argument."),
    "entrywise": ("Functions entry by entry", "The chain rule in every entry; the derivative of one variable is SymPy's."),
    "linear": ("Linear functions", "A linear function is its own derivative."),
    "identities": ("Laws", "How a line is rewritten on the way to ⟨G, H⟩."),
    "adjoints": ("Adjoints", "How the gradient is read off: ⟨Y, L(A)⟩ = ⟨L*(Y), A⟩."),
    "defining": ("Defining equations", "What a function is; its derivative follows by differentiating both sides."),
    "moves": ("Steps", "What else is done to a line, by the name that stands beside it."),
}
"""The sections of the catalogue, in order: title, and where these rules are used."""

Source = Rule | Law | Defining | Move | Function


@dataclass(frozen=True, eq=False)
class Entry:
    """One rule.

    name    stable; the rule name of steps and of the JSON
    table   its section
    words   the reason beside a line
    why     one sentence: why it holds; mathematics between backticks
    source  a reference
    sympy   whether the step is SymPy's
    row     the row that it comes from
    note    what else is to be said
    """

    name: str
    table: Table
    words: str
    why: str
    source: str
    row: Source
    sympy: bool = False
    note: str = ""

    @property
    def title(self) -> str:
        """What it is called in a book: what a function is, the words beside a line, its name in words where a law is told by its equation."""
        name = self.name.replace("-", " ")
        if isinstance(self.row, Function):
            about = self.row.about.split(":")[0]
            return name if "(" in about else about
        if isinstance(self.row, Defining):
            return f"defining equation of {DIFFERENTIALS[self.row.rule].noun or self.row.rule}"
        told = isinstance(self.row, Law) and bool(self.row.tells)
        gaps = any(field is not None for _, field, _, _ in Formatter().parse(self.words))
        return name if told or gaps else self.words or name

    @property
    def called(self) -> Why:
        """The title, the formulas in it as expressions."""
        return row_text.reason(_context(self), self.title)

    @property
    def apart(self) -> str:
        """What tells it from other rules of the same title, '' where none has it."""
        title = self.title
        return self.name.removeprefix("defining-").replace("-", " ") if sum(e.title == title for e in entries()) > 1 else ""

    @cached_property
    def statement(self) -> tuple[tuple[Expr, Expr], ...]:
        """(left, right) of each equation that it says, from the row itself; () where it is said in words only."""
        return tuple(_statement(self))

    @cached_property
    def said(self) -> Why:
        """The statement in words, for a rule that no equation states; () otherwise."""
        if self.statement or not isinstance(self.row, (Rule, Move)):
            return ()
        return row_text.reason(_context(self), self.row.statement)

    @cached_property
    def reason(self) -> Why:
        """Why it holds, the formulas in it as expressions."""
        return row_text.reason(_context(self), self.why)

    @cached_property
    def conditions(self) -> tuple[Why, ...]:
        """What has to hold."""
        return tuple(_conditions(self))

    @cached_property
    def proofs(self) -> tuple[Derivation, ...]:
        """Each a derivation without results, of one chain of lines from the definition (for a law: from its left side).

        () for a definition or a convention.  DeriveError when the engine has to derive one and lacks a rule.
        """
        return tuple(_proofs(self))

    @cached_property
    def example(self) -> Derivation | None:
        """A derivation by the engine in which the rule is at work."""
        return _example(self.name)


@lru_cache(maxsize=1)
def entries() -> tuple[Entry, ...]:
    """Every rule, in the order of the catalogue.  Proofs and examples are made when they are looked at."""
    return tuple(_entries())


def entry(name: str) -> Entry:
    """The entry of a rule.  DeriveError [unknown-rule] with the name that was probably meant."""
    known = {e.name: e for e in entries()}
    if name in known:
        return known[name]
    near = closest(name, known)
    raise DeriveError(
        f"there is no rule {name[:60]}" + (f"; did you mean {near}?" if near else ""), code="unknown-rule",
        hint="`derive rules` lists them all",
    )


def family(name: str) -> tuple[Entry, ...]:
    """The entry of a rule, or all whose names begin with it: `qr` is qr-q, qr-q-square and qr-r, and the adjoints of a function of
    that name; of a function whose rules have other names, the rules that speak of it: `max` is maximum.  DeriveError when there is none."""
    spelled = name.replace("_", "-")
    found = tuple(e for e in entries() if f"{e.name}-".startswith((f"{spelled}-", f"adjoint-{spelled}-"))) or _about(name)
    return found if found and all(e.name != name for e in entries()) else (entry(name),)


def _about(function: str) -> tuple[Entry, ...]:
    """The rules whose left side is said of a function of the language."""
    name = SYNONYMS.get(function, function)
    infix = FUNCTIONS[name].infix if name in FUNCTIONS else None
    called = rf"\b{re.escape(name)}\(" + (f"|{re.escape(infix[0])}" if infix is not None and not infix[0].isalpha() else "")
    return tuple(
        e for e in entries()
        if isinstance(e.row, Rule) and e.table in ("rules", "functions") and re.search(called, e.row.of or e.row.statement.partition("=")[0])
    ) if name in CALLABLE or infix is not None else ()


_STRUCTURE_NOTE = "At the end of a derivation by a symmetric, skew, … variable the same name stands for the projection onto its " \
                  "structure: see structured-direction."


def _entries() -> Iterator[Entry]:
    for rule in DIFFERENTIALS.values():
        if rule.of is None:
            note = _STRUCTURE_NOTE if rule.name == "structure" else ""
            yield Entry(rule.name, "rules", rule.words, rule.why, rule.source, rule, rule.sympy, note)
    for rule in DIFFERENTIALS.values():
        if rule.of is not None:
            yield Entry(rule.name, "functions", rule.words, rule.why, rule.source, rule, rule.sympy)
    for function in FUNCTIONS.values():
        if function.maps:
            yield Entry(function.name, "entrywise", "chain rule, entry by entry", "The chain rule in each entry.",
                        "calculus of one variable, by SymPy", function, True)
    for function in FUNCTIONS.values():
        if (function.linear or function.shaped_by is not None) and not function.maps and function.name not in MOVES:
            yield Entry(function.name, "linear", f"{function.name} is linear", f"Sums and factors move out. {function.explained}".strip(),
                        "Magnus & Neudecker, Matrix Differential Calculus, ch. 2", function)
    for law in IDENTITIES.values():
        yield Entry(law.name, "identities", law.words, law.why, law.source, law)
    for rule in ADJOINTS.values():
        yield Entry(rule.name, "adjoints", rule.words, rule.why, rule.source, rule)
    for row in DEFINING.values():
        source = row.source or DIFFERENTIALS[row.rule].source
        yield Entry(f"defining-{row.rule}", "defining", "differentiate both sides", DIFFERENTIALS[row.rule].why, source, row)
    for move in MOVES.values():
        yield Entry(move.name, "moves", move.words, move.why, move.source, move, move.sympy)


# ------------------------------------------------------------------------------------------------ statements
def _statement(e: Entry) -> Iterator[tuple[Expr, Expr]]:
    row = e.row
    match row:
        case Rule() if e.table == "adjoints":
            yield _adjoint_sides(row)
        case Rule(of=str()):
            problem = _row_problem(row)
            yield _derivative_of(problem), proving.right_side(row, problem)
        case Rule(name="definition"):
            problem = row_text.problem_of("definition", "X: matrix(m, n); F: function(m×n, p×q)", "F(X)", "X")
            yield _derivative_of(problem), proving.definition(problem).expr
        case Rule():
            for proof in PROOFS.get(row.name, ()):
                problem = row_text.problem_of(row.name, proof.given, proof.function, proof.wrt, sizes=proof.sizes)
                yield _derivative_of(problem), row_text.said(problem, proof.right)
        case Law():
            problem = _law_problem(row)
            left, right = row.sides
            yield row_text.said(problem, left), row_text.said(problem, right)
        case Defining():
            known = _letters(row)
            for left, right in row.equations:
                yield compiled(left, known), compiled(right, known)
        case Function():
            problem = _function_problem(row)
            lines = proving.proved_function(problem, row).chains[0].lines
            yield _derivative_of(problem), lines[-1].expr


def _row_problem(rule: Rule) -> Problem:
    """The pattern of a row by its letters, of which no more is assumed than the function itself needs."""
    needs = FUNCTIONS[rule.name].needs if rule.name in FUNCTIONS else None
    given = proving.symbols_of(rule.given)
    return proving.row_problem(rule, Proof(rule.name, given=given.replace("A: square", f"A: {needs}") if needs else given))


def _derivative_of(problem: Problem) -> Expr:
    out: Expr = D(problem.function, tuple(zip(problem.wrt, problem.directions, strict=True)))
    return out


def _context(e: Entry) -> Problem:
    """Whose letters the words of a rule speak of."""
    match e.row:
        case Rule() if e.table == "adjoints":
            return proving.adjoint_sides(e.row)[0]
        case Rule(of=str()):
            return _row_problem(e.row)
        case Law():
            return _law_problem(e.row)
    return row_text.problem_of("words", "A: square(n); x: vector(n)", "x' A x", "x")


def _law_problem(law: Law) -> Problem:
    left, right = law.sides
    return row_text.problem_of(law.name, law.symbols, right if "|" in left else left, law.variable, sizes=law.sizes)


def _function_problem(row: Function) -> Problem:
    takes = row.signature.split("->")[0].strip()
    if row.shaped_by is not None:
        word, names = forms(row.signature)[0][0][0]
        letter = "x" if word == "vector" else "X"
        given = f"{letter}: {word.replace('any', 'matrix')}({', '.join(names)})"
        return row_text.problem_of(row.name, given, f"{row.name}({letter}, zeros(m, n))", letter)
    kind = "matrix(m, n)" if takes.startswith("any") else takes.split("|")[0].split(" -> ")[0].strip()
    if row.maps and row.domain[0] == "positive":
        kind += "; |X: positive"
    return row_text.problem_of(row.name, f"X: {kind}", f"{row.name}(X)", "X")


def _letters(row: Defining) -> str:
    """The letters of a defining equation with their sizes, those of the unknowns too."""
    rule = DIFFERENTIALS[row.rule]
    given = [row.given]
    for letter, text in row.unknowns:
        dims = [str(d) for d in compiled(text, rule.given).shape]
        given.append(f"{letter}: {' '.join(dims) if dims != ['1', '1'] else ''}")
    return ", ".join(given)


def _adjoint_sides(rule: Rule) -> tuple[Expr, Expr]:
    return proving.adjoint_sides(rule)[1:]


# ------------------------------------------------------------------------------------------------ conditions
_SAID = {
    "nonzero": "`{0}` is not 0",
    "no-zero-entry": "no entry of `{0}` is 0",
    "invertible": "`{0}` is invertible",
    "constant-rank": "the rank of `{0}` stays the same",
    "no-negative-eigenvalues": "no eigenvalue of `{0}` is negative or 0",
    "no-opposite-eigenvalues": "no two eigenvalues of `{0}` are opposite",
    "unequal": "`{0}` and `{1}` differ in every entry",
    "simple-eigenvalue": "eigenvalue `{1}` of `{0}` is simple",
    "distinct-singular-values": "the singular values of `{0}` are distinct and not 0",
    "full-column-rank": "{0} has full column rank",
}


_NEEDS = {"spd": "symmetric positive definite", "symmetric": "symmetric"}


def _conditions(e: Entry) -> Iterator[Why]:
    row = e.row
    if isinstance(row, Rule) and row.condition:
        for text in row.condition:
            kind, *letters = text.split()
            yield row_text.reason(_context(e), _SAID[kind].format(*letters))
    elif isinstance(row, (Rule, Function)) and e.statement and e.table in ("functions", "entrywise"):
        needs = FUNCTIONS[e.name].needs if e.name in FUNCTIONS else None
        if needs is not None:
            yield row_text.reason(_context(e), f"`A` is {_NEEDS[needs]}")
        else:
            left, _ = e.statement[0]
            assert isinstance(left, D)
            yield from conditions([left.arg], [])


# ------------------------------------------------------------------------------------------------ proofs, examples
def _proofs(e: Entry) -> Iterator[Derivation]:
    row = e.row
    match row:
        case Rule() if e.table == "adjoints":
            yield proving.proved_adjoint(row)
        case Rule():
            for proof in PROOFS.get(row.name, ()):
                yield proving.proved(proof, row)
        case Law():
            yield from proving.proved_law(row)
        case Function():
            yield proving.proved_function(_function_problem(row), row)


@lru_cache(maxsize=256)
def _example(name: str) -> Derivation | None:
    from derive.calculus.derive import derive

    if name not in EXAMPLES:
        return None
    symbols, function, find = EXAMPLES[name]
    quantity, _, method = find.partition(" ")
    return derive(row_text.problem_of(f"example-{name}", symbols, function, find=quantity, method=method))
