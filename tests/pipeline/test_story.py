"""The frames of a lecture that tell a story: rows of a problem, results with numbers, columns, questions, exercises."""

from __future__ import annotations

from pathlib import Path

import pytest

from derive.documents.page.document import Document, Panel, ProblemPage, Stack
from derive.documents.page.items import Exercises, Prose, Recall, Section
from derive.documents.page.modes import MODES
from derive.documents.page.settings import Fit, Settings
from derive.errors import DeriveError
from derive.pipeline.produce import tex
from derive.pipeline.subject import read

PROBLEM = """
symbols: {x: vector(n), A: symmetric(n)}
function: f(x) = x' A x
wrt: x
find: [derivative, gradient]
"""
FRAMES = """
- subsection: Beginnings
- {problem: form, rows: [1, 3]}
- {question: 'When is $f$ convex?', answer: 'When $A$ is positive semidefinite.'}
- {problem: form, rows: [4, 9], title: Back to our example}
- columns: [{recall: form, show: [gradient]}, {text: 'As in \\eqref{form.gradient}.'}]
- exercise: [form]
"""


def document(folder: Path, frames: str, mode: str = "slides", problem: str = PROBLEM) -> Document:
    (folder / "problems").mkdir()
    (folder / "problems" / "form.yaml").write_text(problem)
    inside = "\n".join(f"      {line}" for line in frames.strip().splitlines())
    text = f"title: T\nsections:\n  - title: A\n    frames:\n{inside}\n"
    return read(text, (folder / "problems" / "lecture.yaml").as_posix()).document(MODES[mode], Settings(overlays=False), Fit())


def test_rows_go_on_where_they_were_left_and_results_are_numbered(tmp_path: Path) -> None:
    made = document(tmp_path, FRAMES)
    first, second = (item for item in made.items if isinstance(item, ProblemPage))
    rows = [[row for frame in page.frames for block in frame.blocks for row in block.rows] for page in (first, second)]
    assert [row.number for row in rows[0]] == [1, 2, 3] and [row.number for row in rows[1]] == [3, 4, 5]
    assert [row.repeated for row in rows[1]] == [True, False, False]
    assert rows[1][0].left and not second.question.find
    assert [row.equation for row in (*rows[0], *rows[1]) if row.boxed] == ["(1)", "(2)"]
    assert [frame.last for page in (first, second) for frame in page.frames] == [False, True]


def test_a_number_without_a_reason_takes_no_column(tmp_path: Path) -> None:
    text = tex(document(tmp_path, FRAMES), MODES["slides"])
    assert r"\tag*{\uncover<3->{{\normalfont\normalsize (2)}}}" in text and "]{}{(" not in text


def test_what_was_found_is_recalled_with_its_number(tmp_path: Path) -> None:
    made = document(tmp_path, FRAMES)
    panel = next(item for item in made.items if isinstance(item, Panel))
    recalled, words = panel.columns
    assert isinstance(recalled, Recall) and isinstance(words, Prose)
    assert [(str(one.left), tuple(map(str, one.lines)), one.number) for one in recalled.results] == [(r"\nabla f(x)", ("2 A x",), "(2)")]
    assert words.paragraphs == ("As in (2).",)


def test_exercises_are_asked_on_slides_and_solved_at_the_end_of_the_handout(tmp_path: Path) -> None:
    made = document(tmp_path, FRAMES, "handout")
    last = made.items[-1]
    assert isinstance(last, ProblemPage) and last.blocks[0].rows and isinstance(made.items[-2], Section)
    asked = made.items[-3]
    assert isinstance(asked, Panel) and isinstance(asked.columns[0], Exercises)


@pytest.mark.parametrize(("asked", "said"), [
    ("statement: Show it.\nask: false\nfind: [gradient]", "Show it."),
    ("statement: Let it be.\nfind: [gradient]", r"Let it be. Find the gradient $\nabla f(x)$."),
    ("parts:\n  - {find: [derivative], statement: First.}\n  - {find: [gradient]}",
     r"(a) First. Find the directional derivative $\mathrm{D}f(x)[h]$. (b) Find the gradient $\nabla f(x)$."),
])
def test_an_exercise_says_all_that_is_asked_of_it(tmp_path: Path, asked: str, said: str) -> None:
    made = document(tmp_path, "- exercise: [form]", problem=PROBLEM.replace("find: [derivative, gradient]", asked))
    panel = next(item for item in made.items if isinstance(item, Panel))
    (exercises,) = panel.columns
    assert isinstance(exercises, Exercises) and [one.find for one in exercises.exercises] == [said]


def test_on_paper_rows_that_go_on_have_their_left_side_again(tmp_path: Path) -> None:
    made = document(tmp_path, FRAMES, "handout")
    second = [item for item in made.items if isinstance(item, ProblemPage)][1]
    assert [row.number for row in second.blocks[0].rows] == [4, 5] and all(row.left for row in second.blocks[0].rows)


def test_blank_slides_recall_nothing_and_answer_no_question(tmp_path: Path) -> None:
    made = document(tmp_path, FRAMES, "blank")
    assert not any(item.answer for item in made.items if isinstance(item, Prose))
    panel = next(item for item in made.items if isinstance(item, Panel))
    recalled = panel.columns[0]
    assert isinstance(recalled, Recall) and not recalled.results


def test_a_number_of_nothing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DeriveError) as error:
        document(tmp_path, r"- text: 'See \eqref{nothing}.'")
    assert error.value.code == "unknown-result"


TOGETHER = """
- columns: [{problem: form, rows: [1, 3]}, [{question: 'Why?', answer: 'A scalar.'}, {text: 'As in \\eqref{form}.', points: [a, b]}]]
- together: [{definition: gradient, points: [a]}, {problem: form, rows: [4, 9]}]
"""


def test_a_derivation_stands_in_a_column_and_its_rows_come_click_by_click(tmp_path: Path) -> None:
    made = document(tmp_path, TOGETHER)
    beside, below = (item for item in made.items if isinstance(item, Panel))
    rows, stack = beside.columns
    assert isinstance(rows, ProblemPage) and isinstance(stack, Stack) and rows.share == beside.widths[0] > beside.widths[1]
    assert [row.overlay for row in rows.frames[0].blocks[0].rows] == [2, 3, 4]
    asked, words = stack.cells
    assert isinstance(asked, Prose) and isinstance(words, Prose)
    assert (asked.clicks, words.clicks, words.paragraphs) == (4, 5, ("As in (1).",))
    (inside,) = below.columns
    assert isinstance(inside, Stack)
    later = inside.cells[1]
    assert isinstance(later, ProblemPage)
    assert [(row.overlay, row.equation) for row in later.frames[0].blocks[0].rows] == [(2, ""), (3, ""), (4, "(2)")]


@pytest.mark.tex
@pytest.mark.parametrize("mode", ["slides", "blank", "handout", "article", "key"])
def test_every_kind_of_frame_is_set(tmp_path: Path, mode: str) -> None:
    from functools import partial

    from derive.pipeline.produce import make

    more = FRAMES + """
- {quotation: Words., by: Somebody}
- {table: [[a, b], [c, $d$]], title: A table}
- recall: form
""" + TOGETHER
    (tmp_path / "problems").mkdir()
    (tmp_path / "problems" / "form.yaml").write_text(PROBLEM)
    inside = "\n".join(f"      {line}" for line in more.strip().splitlines())
    text = f"title: T\nsections:\n  - title: A\n    frames:\n{inside}\n  - title: B\n"
    subject = read(text, (tmp_path / "problems" / "lecture.yaml").as_posix())
    made = make(partial(subject.document, MODES[mode], Settings(overlays=False)), MODES[mode], Settings(overlays=False))
    assert made.log.pages >= 1 and not made.log.overfull
    assert made.tex.count("(x + t h)") >= (2 if mode != "key" else 0)
    if mode == "slides":
        assert rf"\renewcommand{{\derivetotal}}{{{made.log.pages}}}" in made.tex


@pytest.mark.tex
def test_a_frame_that_is_a_little_too_high_is_set_in_smaller_type(tmp_path: Path) -> None:
    from functools import partial

    from derive.pipeline.produce import make

    (tmp_path / "problems").mkdir()
    (tmp_path / "problems" / "form.yaml").write_text(PROBLEM)
    words = "Words that fill a line of the frame, and a little more than that: it goes on below. " * 6
    text = f"title: T\nsections:\n  - title: A\n    frames:\n      - together: [{{text: '{words}'}}, {{problem: form}}]\n"
    subject = read(text, (tmp_path / "problems" / "lecture.yaml").as_posix())
    settings = Settings(overlays=False)
    made = make(partial(subject.document, MODES["slides"], settings), MODES["slides"], settings)
    panel = subject.document(MODES["slides"], settings, made.fit).items[-1]
    assert isinstance(panel, Panel) and panel.size == "small" and not made.log.overfull


PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c4944415408d763f8ffff3f0005fe02fedccc59e70000000049454e44ae426082"
)


@pytest.mark.tex
@pytest.mark.parametrize("mode", ["slides", "handout"])
def test_an_image_of_the_folder_is_set_with_its_words(tmp_path: Path, mode: str) -> None:
    from functools import partial

    from derive.pipeline.produce import make

    (tmp_path / "problems").mkdir()
    (tmp_path / "dot.png").write_bytes(PIXEL)
    frames = "[{image: dot.png, caption: A dot., alt: one red dot}, {columns: [{image: dot.png, alt: again}, {text: Beside it.}]}]"
    subject = read(f"title: T\nsections:\n  - title: A\n    frames: {frames}\n", (tmp_path / "problems" / "l.yaml").as_posix())
    settings = Settings(overlays=False)
    made = make(partial(subject.document, MODES[mode], settings), MODES[mode], settings, beside=subject.beside())
    assert not made.log.overfull and made.tex.count("\\includegraphics") == 2 and "A dot." in made.tex


def test_an_image_is_found_noticed_and_put_into_a_web_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from derive.cli.main import run
    from derive.pipeline.depfile import of_document
    from derive.pipeline.project import load
    from derive.pipeline.subject import dependencies

    (tmp_path / "problems").mkdir()
    monkeypatch.chdir(tmp_path)
    text = "title: T\nsections:\n  - title: A\n    frames: [{image: dot.png, alt: one red dot}]\n"
    (tmp_path / "problems" / "l.yaml").write_text(text)
    assert run(["check", "problems/l.yaml"]) == 1
    assert "problems/l.yaml:4:22: error: there is no image dot.png" in capsys.readouterr().err
    (tmp_path / "dot.png").write_bytes(PIXEL)
    before = dependencies(text, "problems/l.yaml")
    assert run(["render", "problems/l.yaml", "--to", "html", "-o", "l.html"]) == 0
    assert '<img src="data:image/png;base64,' in (tmp_path / "l.html").read_text()
    assert any(name.endswith("dot.png") for name in of_document("problems/l.yaml", text, load()).present)
    (tmp_path / "dot.png").write_bytes(PIXEL + b" ")
    assert dependencies(text, "problems/l.yaml") != before
