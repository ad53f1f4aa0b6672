"""Where words stand on the pages, read from the PDF: nothing moves from click to click, and blank slides keep every left side."""

from __future__ import annotations

import re
import subprocess
from collections import Counter
from functools import cache, partial
from itertools import pairwise
from pathlib import Path

import pytest

from derive.documents.page.modes import MODES
from derive.documents.page.settings import Settings
from derive.pipeline.examine import read_text
from derive.pipeline.produce import make
from derive.pipeline.subject import Subject, read

pytestmark = pytest.mark.tex

FOLDER = Path(__file__).parent.parent.parent / "problems"
PROBLEMS = ("trace-quadratic", "least-squares", "network-all-parameters", "second-derivative-three-ways", "softmax-cross-entropy")

PAIRS = [*((stem, "right") for stem in PROBLEMS), *((stem, "overset") for stem in PROBLEMS[:2]), (PROBLEMS[0], "below")]

Word = tuple[str, float, float]
"""A word and the place of its upper left corner, in points."""


FOOT = 230.0
"""Where the foot of a page begins, in points from above."""


@cache
def subject(stem: str) -> Subject:
    file = (FOLDER / f"{stem}.yaml").as_posix()
    return read(read_text(file), file)


def words(stem: str, mode: str, settings: Settings, folder: Path) -> list[list[Word]]:
    """The words of every page."""
    pdf = make(partial(subject(stem).document, MODES[mode], settings), MODES[mode], settings).pdf
    (folder / f"{mode}.pdf").write_bytes(pdf)
    out = subprocess.run(
        ["pdftotext", "-bbox", f"{mode}.pdf", "-"], cwd=folder, capture_output=True, check=True, text=True, timeout=120
    ).stdout
    pages = out.split("<page ")[1:]
    found = re.compile(r'<word xMin="([\d.-]+)" yMin="([\d.-]+)" [^>]*>(.*?)</word>')
    return [[(m[3], round(float(m[1]), 1), round(float(m[2]), 1)) for m in found.finditer(page)] for page in pages]


def missing(before: list[Word], after: list[Word]) -> Counter[Word]:
    """What stands on one page and not at the same place on the other, up to a fifth of a point."""
    left = list(after)
    lost: Counter[Word] = Counter()
    for word, x, y in before:
        same = next((w for w in left if w[0] == word and abs(w[1] - x) <= 0.2 and abs(w[2] - y) <= 0.2), None)
        if same is None:
            lost[word, x, y] += 1
        else:
            left.remove(same)
    return lost


@pytest.mark.parametrize(("stem", "reason"), PAIRS)
def test_nothing_moves_from_one_click_to_the_next(stem: str, reason: str, tmp_path: Path) -> None:
    pages = words(stem, "slides", Settings(reason=reason), tmp_path)  # type: ignore[arg-type]
    grown = 0
    for before, after in pairwise(pages):
        if before[-1][0] == after[-1][0]:  # the number of the frame stands last
            assert not missing(before, after)
            grown += len(after) > len(before)
    assert grown >= 3


@pytest.mark.parametrize(("stem", "reason"), PAIRS)
def test_blank_slides_hold_the_left_sides_and_share_the_free_height(stem: str, reason: str, tmp_path: Path) -> None:
    settings = Settings(reason=reason)  # type: ignore[arg-type]
    blank = words(stem, "blank", settings, tmp_path)
    clicks = words(stem, "slides", settings, tmp_path)
    full = [page for page, after in zip(clicks, [*clicks[1:], [("", 0.0, 0.0)]], strict=True) if page[-1][0] != after[-1][0]]
    assert len(blank) == len(full)
    for some, all_of in zip(blank, full, strict=True):
        # Rows stand further apart, each as far from the left as on the slide; ■ closes what is below every row; the foot has a note there.
        flat = [(word, x, 0.0) for word, x, y in some if word != "■" and y < FOOT]
        assert not missing(flat, [(word, x, 0.0) for word, x, _ in all_of])
    assert sum(map(len, blank)) < 0.8 * sum(map(len, full))
