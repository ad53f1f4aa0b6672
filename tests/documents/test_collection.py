"""Lecture and set files: what is read, and what is refused where."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest
import yaml

from derive.documents.collection import HEAD, NUMBERINGS, ORDERS, read
from derive.documents.figures.placing import SHOWN
from derive.documents.lecture import READERS, STYLES, Heading, Use, Words
from derive.documents.page.document import ProblemPage
from derive.documents.page.modes import MODES, QUESTION
from derive.documents.page.settings import Fit, Settings
from derive.documents.rendering.mathml import written
from derive.documents.wording import prose
from derive.documents.wording.glossary import ENGLISH, term
from derive.errors import DeriveError
from derive.language.problems.quantity import FIND
from derive.notation.settings import DEFAULT, Notation
from derive.pipeline.gather import document, gather, label, references

LECTURE = """\
title: Matrix differentiation
author: A. Lecturer
sections:
  - title: First
    frames:
      - definition: gradient
      - text: 'A direction $H$ asks for one number at a time.'
        title: Why
        points: ['linear in $H$', 'read off']
      - trace-quadratic
      - {problem: least-squares, show: [gradient], title: 'By $w$'}
      - remark: 'As derived, $\\nabla f(X) = 2 A X B$.'
        from: trace-quadratic
"""
SET = """\
title: Set 1
due: 1 May
problems:
  - {use: trace-quadratic, points: 6}
  - least-squares
"""


def test_a_lecture_is_its_frames_in_order() -> None:
    lecture = read(LECTURE, "l.yaml")
    assert lecture.kind == "lecture" and lecture.head["author"] == "A. Lecturer"
    kinds = [type(entry) for entry in lecture.entries]
    assert kinds == [Heading, Words, Words, Use, Use, Words]
    definition = lecture.entries[1]
    assert isinstance(definition, Words) and (definition.style, definition.term) == ("definition", "gradient")
    use = lecture.entries[4]
    assert isinstance(use, Use) and (use.problem, use.show, use.title) == ("least-squares", ("gradient",), "By $w$")
    assert {use.problem for use in lecture.uses} == {"trace-quadratic", "least-squares"}


def test_a_set_is_its_problems_with_points() -> None:
    sheet = read(SET, "s.yaml")
    assert sheet.kind == "set"
    assert [(use.problem, use.points) for use in sheet.uses] == [("trace-quadratic", "6"), ("least-squares", "")]


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        (LECTURE.replace("definition: gradient", "definition: gradeint"), "unknown-term", 6),
        (LECTURE.replace("show: [gradient]", "show: [gradeint]"), "unknown-quantity", 11),
        (LECTURE.replace("points: ['linear", "pionts: ['linear"), "unknown-key", 9),
        (LECTURE.replace("        from: trace-quadratic\n", ""), "typed-derivative", 12),
        (LECTURE.replace("one number", r"one $\input{x}$ number"), "prose-math", 7),
        (LECTURE.replace("title: First\n    frames", "frames"), "missing-key", 4),
        (SET.replace("points: 6", "points: six"), "type", 4),
        (SET.replace("use: trace-quadratic, ", ""), "missing-key", 4),
        (SET.replace("title: Set 1\n", ""), "missing-key", 1),
        (SET.replace("due:", "dew:"), "unknown-key", 2),
        (SET + "hints: maybe\n", "type", 6),
    ],
)
def test_what_is_wrong_is_refused_at_its_line(text: str, code: str, line: int) -> None:
    with pytest.raises(DeriveError) as caught:
        read(text, "x.yaml")
    assert (caught.value.code, caught.value.where.line if caught.value.where else 0) == (code, line)


@pytest.mark.parametrize(
    "formula", [r"\frac{\partial f}{\partial X} = 2AX", r"\mathrm{D}f(X)[H] = A", r"\nabla f(x) = 2Ax", "Df(x)[h] = 2x'h"]
)
def test_a_derivative_typed_by_hand_is_refused(formula: str) -> None:
    text = f"title: T\nsections:\n  - title: S\n    frames:\n      - text: '${formula.replace(chr(39), chr(39) * 2)}$'\n"
    with pytest.raises(DeriveError) as caught:
        read(text, "x.yaml")
    assert caught.value.code == "typed-derivative" and "from: NAME" in caught.value.render()


@pytest.mark.parametrize(
    "formula",
    [r"\nabla f(x) = 0", r"\mathrm{D}f = \mathrm{D}g \, \mathrm{D}h", "f(X) = A X", r"\nabla f(X)", r"\int r \mathrm{d}r = 1"],
)
def test_what_states_no_derivative_is_let_through(formula: str) -> None:
    read(f"title: T\nsections:\n  - title: S\n    frames:\n      - text: '${formula}$'\n", "x.yaml")


NOTATIONS = [
    DEFAULT,
    Notation(transpose="top", trace="braces", bold="vectors", derivative="partial", gradient="grad", inner_subscript="F", frobenius=""),
    Notation(transpose="prime", bold="all", derivative="d"),
]


@pytest.mark.parametrize("notation", NOTATIONS, ids=("usual", "partial", "prime"))
@pytest.mark.parametrize("name", ENGLISH)
def test_the_glossary_can_be_printed(name: str, notation: Notation) -> None:
    """Nothing of its own commands is left, and what is left is mathematics that prose may hold."""
    found = term(name, notation)
    text = str(prose.read(found.text))
    assert text.endswith(".") and text.count("$") % 2 == 0 and prose.read(found.title)
    assert text.count("{") == text.count("}")
    assert written(" ".join(text.split("$")[1::2])).count("mtext") == 0


def test_the_glossary_follows_the_notation() -> None:
    usual, other = (term("trace", n).text for n in (DEFAULT, Notation(transpose="top", trace="braces", bold="all")))
    assert r"\operatorname{tr}(M) = \operatorname{tr}(M^{\mathsf T})" in usual
    assert r"\operatorname{Tr}\{\boldsymbol{M}\} = \operatorname{Tr}\{\boldsymbol{M}^{\top}\}" in other
    assert r"\frac{\partial f}{\partial X}[H]" in term("derivative", Notation(derivative="partial")).text
    assert r"\langle X, Y \rangle_{F}" in term("inner-product", Notation(inner_subscript="F")).text


# --------------------------------------------------------------------------------------------- the schemas
BOTH: list[tuple[str, dict[str, Any], bool]] = [
    ("set", {}, True), ("set", {"order": "points", "numbering": "roman"}, True), ("set", {"problems": ["trace"]}, True),
    ("set", {"problems": [{"use": "trace", "points": 2.5, "show": ["question"], "hint": True}]}, True),
    ("set", {"order": "random"}, False), ("set", {"theme": "Madrid"}, False), ("set", {"problems": []}, False),
    ("set", {"problems": [{"points": 1}]}, False), ("set", {"problems": [{"use": "trace", "points": "many"}]}, False),
    ("lecture", {}, True), ("lecture", {"theme": "Madrid", "date": 2026}, True), ("lecture", {"sections": [{"title": "A"}]}, True),
    ("lecture", {"sections": [{"frames": ["trace"]}]}, False),
    ("lecture", {"notation": {"trace": "braces"}}, True), ("set", {"notation": {"trace": "brackets"}}, False),
    ("lecture", {"sections": [{"title": "A", "frames": [{"notation": True}, {"notation": ["trace"], "title": "N"}]}]}, True),
    ("lecture", {"sections": [{"title": "A", "frames": [{"notation": "false"}]}]}, False),
    *(
        ("lecture", {"sections": [{"title": "A", "frames": [frame]}]}, good)
        for frame, good in (
            ({"question": "Why?", "answer": "So.", "title": "Q"}, True), ({"text": "Why?", "answer": "So."}, False),
            ({"quotation": "words", "by": "somebody"}, True), ({"recall": "trace", "show": ["gradient"]}, True),
            ({"recall": "trace", "show": ["gradeint"]}, False), ({"image": "logo.pdf", "caption": "$x$", "alt": "a logo"}, True),
            ({"image": "../logo.pdf"}, False), ({"image": "logo.svg"}, False), ({"table": [["a", "b"], ["c", "d"]]}, True),
            ({"table": [["a", "b"]]}, False), ({"exercise": ["trace", "inverse"]}, True), ({"exercise": "trace"}, True),
            ({"subsection": "Part"}, True), ({"subsection": "Part", "title": "x"}, False),
            ({"columns": [{"recall": "trace"}, {"text": "words"}], "title": "T"}, True), ({"columns": [{"recall": "trace"}]}, False),
            ({"columns": [["trace", {"text": "words"}], {"problem": "trace", "rows": [1, 3]}]}, True), ({"columns": [["trace"], "trace"]}, False),
            ({"together": [{"definition": "trace"}, "trace"], "title": "T"}, True), ({"together": ["trace"]}, False),
            ({"problem": "trace", "rows": [1, 3]}, True), ({"problem": "trace", "rows": [1]}, False),
        )
    ),
    ("lecture", {"theme": "../x"}, False), ("lecture", {"rows": 5}, True), ("lecture", {"rows": 13}, False),
    ("lecture", {"sections": []}, False),
    ("lecture", {"sections": [{"title": "A", "frames": [{"text": "b", "definition": "trace"}]}]}, False),
    ("lecture", {"sections": [{"title": "A", "frames": [{"text": "b", "points": ["c"], "title": "d"}]}]}, True),
    ("lecture", {"sections": [{"title": "A", "frames": [{"problem": "trace", "show": "gradeint"}]}]}, False),
    ("lecture", {"sections": [{"title": "A", "frames": [{"problem": "trace", "show": ["question"]}]}]}, True),
]
BASES: dict[str, dict[str, Any]] = {
    "set": {"title": "A set", "problems": [{"use": "trace"}]},
    "lecture": {"title": "A lecture", "sections": [{"title": "A", "frames": [{"remark": "b"}, {"problem": "trace"}]}]},
}


def schema(kind: str) -> dict[str, Any]:
    out: dict[str, Any] = json.loads(files("derive.language").joinpath(f"{kind}.schema.json").read_text("utf-8"))
    return out


@pytest.mark.parametrize(("kind", "change", "good"), BOTH)
def test_the_schemas_and_the_reader_agree(kind: str, change: dict[str, Any], good: bool) -> None:
    document = {**BASES[kind], **change}
    try:
        read(yaml.safe_dump(document, allow_unicode=True, sort_keys=False), "c.yaml")
        read_it = True
    except DeriveError:
        read_it = False
    assert (jsonschema.Draft7Validator(schema(kind)).is_valid(document), read_it) == (good, good)


def test_the_schemas_name_the_same_words() -> None:
    lecture, sheet = schema("lecture")["properties"], schema("set")["properties"]
    both = {*HEAD, "hints", "notation"}
    assert set(lecture) == both | {"theme", "rows", "sections"} and set(sheet) == both | {"order", "numbering", "problems"}
    frames = lecture["sections"]["items"]["properties"]["frames"]["items"]["anyOf"]
    assert {frame["required"][0] for frame in frames if "required" in frame} == {*STYLES, *READERS}
    assert sheet["order"]["enum"] == list(ORDERS) and sheet["numbering"]["enum"] == list(NUMBERINGS)
    use = next(frame for frame in frames if "anyOf" in frame)["properties"]
    assert set(use["show"]["anyOf"][0]["enum"]) == {*FIND, QUESTION, *SHOWN}


def test_labels_of_problems() -> None:
    assert [label(n, "roman") for n in (1, 4, 9, 14)] == ["i", "iv", "ix", "xiv"]
    assert [label(3, kind) for kind in ("arabic", "letters", "none")] == ["3", "C", ""]


def test_a_hint_is_printed_where_the_set_asks_for_it() -> None:
    where = Path(__file__).parents[2] / "problems" / "sets" / "first-derivatives.yaml"
    gathered = gather(read(where.read_text("utf-8"), str(where)), points=1)
    pages = {mode: document(gathered, MODES[mode], Settings(), Fit()).items for mode in ("sheet", "solutions")}
    hinted = {page.id for page in pages["sheet"] if isinstance(page, ProblemPage) and page.question.hint}
    assert hinted == {"inverse-in-a-quadratic-form", "log-determinant-of-a-sum"}
    assert not any(page.question.hint for page in pages["solutions"] if isinstance(page, ProblemPage))
    points = [page.points for page in pages["sheet"] if isinstance(page, ProblemPage)]
    assert points == sorted(points) and len(points) == 8


def test_a_problem_is_looked_for_in_the_folders_of_problems_alone(tmp_path: Path) -> None:
    """Beside a set there may be anything: only the files next to it and the folders `problems` are searched."""
    for folder in ("problems/deep", "elsewhere/deep", "sets"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "problems/deep/a.yaml").write_text("function: x\n")
    (tmp_path / "elsewhere/deep/b.yaml").write_text("function: x\n")
    (tmp_path / "sets/c.yaml").write_text("function: x\n")
    sheet = read("title: S\nproblems: [a, c]\n", str(tmp_path / "sets/s.yaml"))
    assert references(sheet) == {name: (tmp_path / path).as_posix() for name, path in (("a", "problems/deep/a.yaml"), ("c", "sets/c.yaml"))}
    with pytest.raises(DeriveError, match="there is no problem `b`"):
        references(read("title: S\nproblems: [b]\n", str(tmp_path / "sets/s.yaml")))
