"""Reasons stand in one column near their rows, and what stands in front of rows has its place."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from derive.documents.layout.measure import width
from derive.documents.page.document import Frame
from derive.documents.page.modes import MODES
from derive.documents.page.settings import Fit, Settings
from derive.documents.page.units import APART, BELOW_SHARES, COLUMNS, reason_lines
from derive.documents.wording.reasons import reason_width
from derive.pipeline.examine import read_text
from derive.pipeline.subject import read

FOLDER = Path(__file__).parent.parent.parent / "problems"
LINE = 35.8
"""The width of a frame's line, in em."""


def frames(name: str) -> list[Frame]:
    file = (FOLDER / f"{name}.yaml").as_posix()
    (page,) = read(read_text(file), file, 1).document(MODES["slides"], Settings(overlays=False), Fit()).pages
    return list(page.frames)


@pytest.mark.parametrize("name", ["least-squares", "second-derivative-three-ways", "tangent-plane", "mean-and-covariance", "qr-factor-q", "folium"])
def test_a_reason_stands_in_the_column_behind_its_row_or_below_it(name: str) -> None:
    for frame in frames(name):
        for block in frame.blocks:
            said = [row for row in block.rows if row.reason]
            assert all(row.column > 0.0 for row in said)
            for row in said:
                size = reason_width(row.reason) / {"small": 0.913, "large": 1.096}.get(frame.size, 1.0)
                if row.column not in (*COLUMNS, *BELOW_SHARES):  # it stands behind its row: on one line, and apart from it
                    assert reason_lines(size, row.column * LINE) == 1
                    assert width(row.lines[row.beside]) + APART <= (1.0 - row.column) * LINE


def test_a_long_last_line_leaves_the_reason_to_the_first() -> None:
    rows = [row for frame in frames("mean-and-covariance") for block in frame.blocks for row in block.rows]
    early = [row for row in rows if row.beside == 0]
    assert early and all(len(row.lines) > 1 and width(row.lines[0]) < width(row.lines[-1]) and not row.boxed for row in early)
    text = (FOLDER / "mean-and-covariance.yaml").as_posix()
    from derive.pipeline.produce import tex

    document = read(read_text(text), text, 1).document(MODES["slides"], Settings(overlays=False), Fit())
    assert tex(document, MODES["slides"]).count(r"\tag*{\uncover") == sum(bool(row.reason) for row in rows)


def test_what_stands_in_front_of_rows_has_the_room_of_the_widest() -> None:
    from derive.documents.page.frames import widest

    row = next(row for frame in frames("linear-function-on-the-sphere") for block in frame.blocks for row in block.rows if row.lead)
    leads = {str(one.lead): one.lead for frame in frames("linear-function-on-the-sphere") for block in frame.blocks for one in block.rows}
    assert len(leads) > 2, leads
    rows = [replace(row, lead=lead) for lead in leads.values()]
    assert width(widest(rows)[0]) == max(map(width, leads.values()))
