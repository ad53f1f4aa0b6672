"""Reading LaTeX logs."""

from __future__ import annotations

from dataclasses import replace

from derive.errors import Position
from derive.pipeline.tex.log import read

LOG = r"""
DERIVE-AT problems/a.yaml:7 step 2
Overfull \hbox (95.83365pt too wide) detected at line 36
Overfull \hbox (0.2pt too wide) in paragraph at lines 40--41
DERIVE-AT problems/a.yaml:7 step 3
Overfull \vbox (12.0pt too high) detected at line 50
Underfull \hbox (badness 10000) in paragraph at lines 3--4
./document.tex:51: Undefined control sequence.
<argument> \frobnicate
                       {x}
l.51 \end{frame}
LaTeX Warning: Label(s) may have changed. Rerun to get cross-references right.
Missing character: There is no ẞ in font ec-lmr10!
"""


def test_boxes_and_errors_are_placed_by_the_last_marker() -> None:
    log = read(LOG)
    assert [(box.box, box.points, box.mark.what if box.mark else "") for box in log.overfull] == [
        ("h", 95.83365, "step 2"), ("v", 12.0, "step 3"),
    ]
    assert log.error is not None
    message, mark = log.error
    assert message == r"undefined control sequence \frobnicate"
    assert mark is not None and mark.where == Position("problems/a.yaml", 7)
    assert (len(log.underfull), log.rerun, log.characters) == (1, True, ("ẞ",))


def test_a_missing_file_is_named() -> None:
    log = read("! LaTeX Error: File `beamer.cls' not found.\n")
    assert log.missing == ("beamer.cls",)
    assert log.error is not None and "beamer.cls" in log.error[0]


def test_a_good_log_says_nothing() -> None:
    log = read("Output written on document.pdf (3 pages, 1000 bytes).\n")
    assert (log.pages, replace(log, pages=0)) == (3, read(""))
    assert log.error is None and not log.overfull and not log.rerun
