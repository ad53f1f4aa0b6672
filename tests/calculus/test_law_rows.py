"""The laws that run: each row taken away changes a derivation that needs it, each lowers what is written, and the engine ends."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from derive.calculus.derive import derive
from derive.calculus.rules.identities import IDENTITIES
from derive.calculus.rules.law import Law, side
from derive.calculus.rules.row_text import problem_of
from derive.calculus.simplify import known_forms
from derive.calculus.simplify.measure import measure
from derive.calculus.simplify.rewriting import laws, rewritten
from derive.checking.verification import verify
from derive.notation.text.text import pretty

RUNNING = [row for row in IDENTITIES.values() if row.runs]


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


def result(row: Law) -> str:
    symbols, function, variable = example(row)
    derivation = derive(problem_of(row.name, symbols, function, variable, find="gradient", sizes=row.sizes))
    assert verify(derivation, 2).passed
    return pretty(derivation.results["gradient"].expr)  # type: ignore[union-attr]


@pytest.fixture
def fresh() -> Iterator[None]:
    """The tables made anew from the rows that there are, before and after."""
    for table in (known_forms.always_table, known_forms.result_table):
        table.cache_clear()
    yield
    for table in (known_forms.always_table, known_forms.result_table):
        table.cache_clear()


@pytest.mark.parametrize("row", RUNNING, ids=lambda row: row.name)
def test_a_row_taken_away_changes_what_needs_it(row: Law, fresh: None, monkeypatch: pytest.MonkeyPatch) -> None:
    with_it = result(row)
    monkeypatch.delitem(IDENTITIES, row.name)
    for table in (known_forms.always_table, known_forms.result_table):
        table.cache_clear()
    assert result(row) != with_it


@pytest.mark.parametrize("row", RUNNING, ids=lambda row: row.name)
def test_a_row_writes_less(row: Law) -> None:
    left, right = side(row, row.left), side(row, row.right)
    assert measure(right) <= measure(left) + (row.runs == "results"), (measure(left), measure(right))


@pytest.mark.parametrize("row", RUNNING, ids=lambda row: row.name)
def test_no_row_is_rewritten_back(row: Law) -> None:
    table = laws(*RUNNING)
    used: list[tuple[str, object]] = []
    once = rewritten(side(row, row.left), table, used)  # type: ignore[arg-type]
    assert rewritten(once, table) is once
