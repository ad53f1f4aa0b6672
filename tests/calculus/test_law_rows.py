"""The laws that run: each row taken away changes a derivation that needs it, each lowers what is written, and the engine ends."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from derive.calculus.derive import derive
from derive.calculus.linear import by_row
from derive.calculus.rules.identities import IDENTITIES
from derive.calculus.rules.law import Law, declared, side
from derive.calculus.rules.row_text import problem_of
from derive.calculus.simplify import known_forms, simplify
from derive.calculus.simplify.measure import measure
from derive.calculus.simplify.rewriting import ASKED, laws, rewritten
from derive.checking.verification import verify
from derive.errors import DeriveError
from derive.expressions.nodes import Call
from derive.notation.text import text

RUNNING = [row for row in IDENTITIES.values() if row.runs and row.runs != "vectorized"]
VECTORIZED = [row for row in IDENTITIES.values() if row.runs == "vectorized"]


def example(row: Law) -> tuple[str, str, str]:
    """(symbols, function, variable) of a problem whose gradient needs the row: of itself, or ⟨W, left⟩ by W."""
    if row.example:
        symbols, function = (part.strip() for part in row.example.rsplit("|", 1))
        return symbols, function, symbols.split(":")[0]
    left = side(row, row.left)
    rows, columns = (str(size) for size in left.shape)
    if left.is_scalar:
        return f"Weight: scalar; {row.symbols}", f"Weight^2 ({row.left})", "Weight"
    kind = f"vector({rows})" if columns == "1" else f"matrix({rows}, {columns})"
    return f"Weight: {kind}; {row.symbols}", f"inner(Weight, {row.left})", "Weight"


def told(row: Law) -> list[tuple[str, str]]:
    """The lines of that problem, with their reasons, and its result."""
    symbols, function, variable = example(row)
    derivation = derive(problem_of(row.name, symbols, function, variable, find="gradient", sizes=row.sizes))
    assert verify(derivation, 2).passed
    lines = [(text.line(line), text.why(line.why)) for chain in derivation.chains for line in chain.lines] if row.runs == "everywhere" else []
    return [*lines, (text.pretty(derivation.results["gradient"].expr), "")]  # type: ignore[union-attr]


def forget() -> None:
    for table in (known_forms.always_table, known_forms.result_table):
        table.cache_clear()
    simplify.forget()


@pytest.fixture
def fresh() -> Iterator[None]:
    """The tables made anew from the rows that there are, before and after."""
    forget()
    yield
    forget()


@pytest.mark.parametrize("row", RUNNING, ids=lambda row: row.name)
def test_a_row_taken_away_changes_what_needs_it(row: Law, fresh: None, monkeypatch: pytest.MonkeyPatch) -> None:
    with_it = told(row)
    monkeypatch.delitem(IDENTITIES, row.name)
    forget()
    assert told(row) != with_it


SHORTER = [row for row in RUNNING if row.wrt and row.name != "inverse-product"]
"""Of an inverse of a product: only where at least half of the factors are inverses themselves, which then go."""


@pytest.mark.parametrize("row", SHORTER, ids=lambda row: row.name)
def test_a_row_writes_less(row: Law) -> None:
    left, right = side(row, row.left), side(row, row.right)
    assert measure(right) <= measure(left) + (row.runs == "results"), (measure(left), measure(right))


KNOWN = [row for row in RUNNING if row.runs != "everywhere"]


@pytest.mark.parametrize("row", KNOWN, ids=lambda row: row.name)
def test_no_row_is_rewritten_back(row: Law) -> None:
    table = laws(*KNOWN)
    used: list[tuple[str, object]] = []
    once = rewritten(side(row, row.left), table, used)  # type: ignore[arg-type]
    assert rewritten(once, table) is once


def matrix_of(row: Law) -> str:
    """The vectorized derivative of the function of a row, or of its example."""
    if row.example:
        symbols, function = (part.strip() for part in row.example.split("|"))
    else:
        left = side(row, row.left)
        function = row.left[4:-1] if isinstance(left, Call) and left.name == "vec" else row.left
        symbols = row.symbols
    variable = symbols.split(":")[0] if row.example else row.wrt
    derivation = derive(problem_of(row.name, symbols, function, variable, find="vectorized", sizes=row.sizes))
    assert verify(derivation, 2).passed
    return text.pretty(derivation.results["vectorized"].expr)  # type: ignore[union-attr]


@pytest.mark.parametrize("row", VECTORIZED, ids=lambda row: row.name)
def test_without_its_row_a_function_has_no_matrix(row: Law, monkeypatch: pytest.MonkeyPatch) -> None:
    with_it = matrix_of(row)
    monkeypatch.delitem(IDENTITIES, row.name)
    by_row.forget()
    try:
        without = matrix_of(row)
    except DeriveError as error:
        without = error.code
    finally:
        monkeypatch.undo()
        by_row.forget()
    assert without == "missing-rule" != with_it


@pytest.mark.parametrize("row", [row for row in RUNNING if row.runs != "everywhere"], ids=lambda row: row.name)
def test_what_a_row_declares_is_asked(row: Law) -> None:
    """The lower part of A diag(x) is a diagonal for an upper triangle A alone: a word that is not asked is a false law."""
    implied = {word for letter in declared(row.given).values() for word in letter.has}
    assert implied <= {*ASKED, "full-column-rank", "full-row-rank", "one-factor"}, row.name


def test_the_lower_part_of_any_matrix_is_no_diagonal() -> None:
    derivation = derive(problem_of("t", "x: vector(n); A: square(n); B: square(n)", "inner(B, tril(A diag(x)))", "x", find="gradient"))
    assert verify(derivation, 2).passed
    assert "tril" in text.pretty(derivation.results["gradient"].expr)  # type: ignore[union-attr]
