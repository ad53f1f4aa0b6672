"""Web pages in a real browser: every step is a list item with its mathematics and its reason, and the mathematics is drawn."""

from __future__ import annotations

import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import pytest

from derive.documents.page.modes import MODES
from derive.documents.page.settings import Settings
from derive.documents.wording.words import spoken
from derive.notation.settings import Notation
from derive.pipeline.project import Project
from derive.pipeline.render import render

pytestmark = [pytest.mark.tex, pytest.mark.slow]
PROBLEMS = Path(__file__).resolve().parents[2] / "problems"
CHINESE = Settings(notation=spoken(Notation(language="zh-Hant")))

MEASURE = """<script>
for (const e of document.querySelectorAll('math, li, figure, th')) {
  const box = e.getBoundingClientRect();
  e.setAttribute('data-box', Math.round(box.width) + ' ' + Math.round(box.height));
}
document.body.setAttribute('data-wide', document.documentElement.scrollWidth > innerWidth ? 'yes' : 'no');
</script></body>"""
"""Only in the tests: the page itself has no script."""


class Page(HTMLParser):
    """Elements with their attributes and text; steps with what stands in them."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.stack: list[tuple[str, dict[str, str | None]]] = []
        self.boxes: list[tuple[str, int, int]] = []
        self.steps: list[dict[str, object]] = []
        self.headings: list[int] = []
        self.attributes: dict[str, dict[str, str | None]] = {}
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self.attributes.setdefault(tag, values)
        if values.get("data-box"):
            width, height = map(int, str(values["data-box"]).split())
            self.boxes.append((tag, width, height))
        inside_steps = any(name == "ol" and own.get("class") == "steps" for name, own in self.stack)
        if tag == "li" and inside_steps:
            self.steps.append({"math": 0, "reason": "", "open": True})
        if tag == "math" and self.steps and self.steps[-1]["open"] and self.within("formula"):
            self.steps[-1]["math"] = int(str(self.steps[-1]["math"])) + 1
        if tag in ("h1", "h2", "h3", "h4"):
            self.headings.append(int(tag[1]))
        if tag not in ("meta", "br", "link", "hr", "img"):
            self.stack.append((tag, values))

    def handle_endtag(self, tag: str) -> None:
        while self.stack and self.stack[-1][0] != tag:
            self.stack.pop()
        if self.stack:
            self.stack.pop()
        if tag == "li" and self.steps:
            self.steps[-1]["open"] = False

    def handle_data(self, data: str) -> None:
        if self.steps and self.steps[-1]["open"] and self.within("reason"):
            self.steps[-1]["reason"] = str(self.steps[-1]["reason"]) + data

    def within(self, name: str) -> bool:
        return any(own.get("class") == name for _, own in self.stack)


def browsed(html: str, folder: Path) -> Page:
    assert "<script" not in html
    file = folder / "page.html"
    file.write_text(html.replace("</body>", MEASURE), encoding="utf-8")
    done = subprocess.run(
        ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync", f"--user-data-dir={folder / 'profile'}", "--window-size=900,1200", "--dump-dom",
         file.as_uri()],
        check=True, capture_output=True, text=True, timeout=120,
    )
    return Page(done.stdout)


def made(file: Path, settings: Settings | None = None) -> str:
    return render(str(file), MODES["html"], Project(PROBLEMS, settings or Settings(), ()), False).decode()


def check(page: Page, language: str, steps: int) -> None:
    assert page.attributes["html"]["lang"] == language
    assert page.attributes["body"]["data-wide"] == "no"
    assert len(page.steps) >= steps
    for step in page.steps:
        assert step["math"] >= 1, step  # a boxed answer stands apart from its left side, a broken row on several lines
    assert sum(bool(str(step["reason"]).strip()) for step in page.steps) >= 0.8 * len(page.steps)
    maths = [(width, height) for tag, width, height in page.boxes if tag == "math"]
    assert len(maths) > len(page.steps) and all(width > 3 and height > 6 for width, height in maths)
    # No heading skips a level.
    assert page.headings[0] == 1 and all(b - a <= 1 for a, b in zip(page.headings, page.headings[1:], strict=False))


def test_a_problem(tmp_path: Path) -> None:
    check(browsed(made(PROBLEMS / "least-squares.yaml"), tmp_path), "en", 12)


def test_a_problem_in_chinese(tmp_path: Path) -> None:
    html = made(PROBLEMS / "entrywise-maximum.yaml", CHINESE)
    assert "逐元素" in html or "分段" in html
    check(browsed(html, tmp_path), "zh-Hant", 3)


def test_a_set(tmp_path: Path) -> None:
    page = browsed(made(PROBLEMS / "sets" / "first-derivatives.yaml"), tmp_path)
    check(page, "en", 20)
    assert page.headings.count(2) >= 8


def test_a_lecture(tmp_path: Path) -> None:
    lecture = tmp_path / "lecture.yaml"
    for name in ("trace-quadratic", "line-fit"):
        shutil.copy(PROBLEMS / f"{name}.yaml", tmp_path)
    lecture.write_text(
        "title: A lecture\nintro: Two problems.\nsections:\n  - title: First\n    frames:\n      - definition: gradient\n"
        "      - notation: true\n      - trace-quadratic\n  - title: Second\n    frames:\n"
        "      - line-fit\n"
    )
    page = browsed(made(lecture), tmp_path)
    check(page, "en", 6)
    assert "nav" in page.attributes and [tag for tag, _, _ in page.boxes].count("th") == 3
