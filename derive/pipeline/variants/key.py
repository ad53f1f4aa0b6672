"""`key.csv`: every answer of every variant in a row, for who marks."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import astuple, fields, replace

from derive.pipeline.writing import cell
from derive.values import dataclass


@dataclass(frozen=True)
class Row:
    """variant, name  whose sheet it is
    problem, id       its label on the sheet, and the problem's own name
    points            of the whole problem
    values            those of the variant, `c = 2, A: symmetric(m)`
    quantity, left, answer, latex, conditions  the result, as the solution prints it
    """

    variant: str
    name: str
    problem: str
    id: str
    points: str
    values: str
    quantity: str
    left: str
    answer: str
    latex: str
    conditions: str


_WRITTEN = ("variant", "name", "problem", "id", "points", "values", "conditions")
"""What others wrote, or named a file."""


def table(rows: Iterable[Row]) -> str:
    """The rows as CSV (UTF-8, a header, lines that end as RFC 4180 says); what others wrote is no formula for a spreadsheet."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([field.name for field in fields(Row)])
    writer.writerows(astuple(replace(row, **{name: cell(getattr(row, name)) for name in _WRITTEN})) for row in rows)
    return out.getvalue()
