"""Every language's table is complete, and what the engine can say is in it."""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

from derive.calculus.derive import derive
from derive.calculus.passes import explanations as explaining
from derive.calculus.rules.differentials import DIFFERENTIALS
from derive.derivation import reason as said
from derive.derivation.derivation import Derivation
from derive.derivation.reason import Why, Word, joined, told
from derive.documents.layout.measure import WIDE
from derive.documents.page.settings import Settings, of_problem
from derive.documents.wording import glossary, words
from derive.documents.wording.languages import tables
from derive.documents.wording.narrative import Told, clauses, opening
from derive.documents.wording.prose import to_latex
from derive.documents.wording.reasons import reason, reason_width
from derive.documents.wording.translation import missing, translated
from derive.errors import DeriveError
from derive.expressions.functions import FUNCTIONS
from derive.expressions.nodes import number
from derive.language.problems import read as problemfile
from derive.language.problems.quantity import FIND
from derive.notation.readback import misread
from derive.notation.settings import Notation
from derive.notation.text import text
from tests.documents.samples import trace_quadratic

ROOT = Path(__file__).resolve().parents[2]
TAGS = sorted(tables())
CHINESE = words.spoken(Notation(language="zh-Hant"))


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("tag", TAGS)
def test_a_table_has_every_word(tag: str) -> None:
    table = tables()[tag]
    assert table.tag == tag, "a file is named after its language's tag"
    wanted = set(words.ENGLISH)
    assert wanted == set(table.words), "documents.words.ENGLISH and the table's words"
    assert table.words["language"] == tag and table.words["engine"] in ("pdflatex", "xelatex")
    for key in wanted:
        english = words.ENGLISH[key]
        own = key.startswith("tell.")
        assert fields(english) == fields(table.words[key]) or own, key
        assert english.count("%s") == table.words[key].count("%s"), key
        assert bool(english) == bool(table.words[key]) or key in ("frame", "serif", "sans") or own, key
    assert {f"find.{quantity}" for quantity in FIND} <= set(table.words)


@pytest.mark.parametrize("tag", TAGS)
def test_a_table_has_every_mark(tag: str) -> None:
    marks = {value.key or value.text for value in vars(said).values() if isinstance(value, said.Mark)}
    assert len(marks) == 6 and set(tables()[tag].marks) == marks


@pytest.mark.parametrize("tag", TAGS)
def test_a_table_has_every_word_of_the_glossary(tag: str) -> None:
    """With the same formulas, as far as they can be told: the commands of each text are those of the English one."""
    table = tables()[tag]
    assert set(glossary.ENGLISH) == set(table.terms)
    for name, english in glossary.ENGLISH.items():
        found = glossary.term(name, Notation(language=tag))
        assert to_latex(found.text, language=tag) and to_latex(found.title, language=tag)
        assert found.title != english.title and found.plain == english.plain, name
        ours, theirs = (set(re.findall(r"\\[A-Za-z]+", text.text)) for text in (table.terms[name], english))
        assert ours ^ theirs <= {r"\mapsto", r"\neq", r"\ne", r"\circ", r"\operatorname", r"\D", r"\mathrm"}, (name, ours ^ theirs)


@pytest.mark.parametrize("tag", TAGS)
def test_every_word_of_a_rule_is_translated(tag: str) -> None:
    """The columns `words` and `unfold` of the differentials, and the reasons that defining equations give."""
    rows = [row.words for row in DIFFERENTIALS.values() if row.words and row.name != "linear"]
    rows += [row.noun for row in DIFFERENTIALS.values() if row.noun]
    rows += [words for row in DIFFERENTIALS.values() if row.unfold for words in (row.unfold.words, row.unfold.then_words) if words]
    assert len(rows) > 40
    assert not {part for row in rows for part in missing(told(row, lambda _: number(1)), tag)}


def written() -> Iterator[tuple[str, Why]]:
    """(place, words) of every reason and title in the engine's sources: a tuple of words and expressions that is a `why`."""
    for path in sorted((ROOT / "derive" / "calculus").rglob("*.py")):
        if "catalogue" in path.parts:
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                if node.func.id == "Chain" and isinstance(node.args[1], ast.Constant) and len(node.args) < 4:
                    yield f"{path.name}:{node.lineno}", (str(node.args[1].value),)
                if node.func.id in ("Line", "Move", "IndexLine") and len(node.args) > 2 and isinstance(node.args[2], ast.Tuple):
                    yield from _told(path, node.args[2])
                for keyword in node.keywords:
                    if keyword.arg == "why" and isinstance(keyword.value, ast.Tuple):
                        yield from _told(path, keyword.value)
            if isinstance(node, ast.AnnAssign) and ast.unparse(node.annotation) == "Why" and isinstance(node.value, ast.Tuple):
                yield from _told(path, node.value)
            if isinstance(node, ast.FunctionDef) and node.returns is not None and ast.unparse(node.returns) == "Why":
                for inside in ast.walk(node):
                    if isinstance(inside, ast.Return) and isinstance(inside.value, ast.Tuple):
                        yield from _told(path, inside.value)


_FIXED = {name: value for name, value in vars(said).items() if name.isupper()}
"""The marks, and the words that have names."""


def _told(path: Path, node: ast.Tuple) -> Iterator[tuple[str, Why]]:
    if node.elts and all(not isinstance(e, (ast.JoinedStr, ast.Starred, ast.IfExp)) for e in node.elts):
        parts = (
            e.value if isinstance(e, ast.Constant) and isinstance(e.value, str)
            else _FIXED[e.id] if isinstance(e, ast.Name) and e.id in _FIXED else number(1)
            for e in node.elts
        )
        yield f"{path.name}:{node.lineno}", tuple(parts)


@pytest.mark.parametrize("tag", TAGS)
def test_every_explanation_of_the_function_table_is_translated(tag: str) -> None:
    for row in FUNCTIONS.values():
        if row.explained:
            assert missing(explaining.general(row.name), tag) == (), row.name


@pytest.mark.parametrize("tag", TAGS)
def test_every_reason_in_the_engines_sources_is_translated(tag: str) -> None:
    """A new reason needs a row in `derive/documents/wording/languages`: here it is named, with its place."""
    places = list(written())
    assert len(places) > 80
    lacking = {part: place for place, why in places for part in missing(why, tag)}
    assert not lacking


def reasons(derivation: Derivation) -> Iterator[Why]:
    for chain in derivation.chains:
        yield chain.heading or (chain.title,)
        yield from (line.why for line in chain.lines if line.why and line.rule not in derivation.problem.reasons)
    yield from derivation.conditions
    yield from derivation.remarks
    for found in derivation.results.values():
        for result in found if isinstance(found, tuple) else (found,) if not isinstance(found, dict) else found.values():
            yield from getattr(result, "conditions", ())


@pytest.mark.slow
def test_every_reason_of_every_problem_is_translated() -> None:
    """And every line reads back with the words of the language in it."""
    lacking: dict[str, str] = {}
    for path in sorted((ROOT / "problems").glob("*.yaml")):
        derivation = derive(problemfile.load(path))
        for tag in TAGS:
            lacking.update({part: path.name for why in reasons(derivation) for part in missing(why, tag)})
        for chain in derivation.chains:
            assert all(misread(line.expr, CHINESE) is None for line in chain.lines)
    assert not lacking


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        ((("product rule",), (Word("tr"), " is linear")), "乘積法則，tr 為線性"),
        ((("chain rule",), ("derivative of ", Word("the squared norm"))), "連鎖律，範數平方的導數"),
        ((("derivatives of ", Word("log det"), " and of ", Word("the inverse")),), "log det 與反矩陣的導數"),
        ((("derivative of ", Word("cos"), " and of ", Word("sin")), ("product rule",)), "cos 與 sin 的導數，乘積法則"),
        ((("derivative of ", Word("cos")),), "cos 的導數"),
        ((("gradient = 0",),), "梯度 = 0"),
        ((("the author's own words",),), "the author's own words"),
        ((("product rule",), ("something new",)), "product rule, something new"),
    ],
)
def test_reasons_are_put_together_from_their_parts(english: tuple[Why, ...], chinese: str) -> None:
    """A reason of which a part is unknown stays English as a whole."""
    assert text.why(translated(joined(english), "zh-Hant")) == chinese


def test_expressions_keep_their_places() -> None:
    problem = trace_quadratic()
    x, h = problem.wrt[0], problem.directions[0]
    assert translated(("the terms with ", x, " and with ", h), "zh-Hant") == ("含 ", x, " 的項與含 ", h, " 的項")
    assert reason((x, " has full column rank"), CHINESE) == "$X$ 行滿秩"
    assert reason_width("行滿秩") > reason_width("abc")


def test_an_article_is_told() -> None:
    problem = trace_quadratic()
    line = next(line for chain in derive(problem).chains for line in chain.lines if line.rule == "product-rule")
    first = Told(line.rule, "=", clauses(line.why, CHINESE))
    assert opening([first], words.words("zh-Hant")) == r"由乘積法則與 $\operatorname{tr}$ 的線性，得"
    again = Told("derivative", "=", clauses(("differentiate once more",), CHINESE))
    assert opening([again], words.words("zh-Hant")) == "再微分一次，得"


def test_prose_in_a_script_that_the_fonts_lack_says_what_to_set() -> None:
    assert WIDE.search("跡")
    assert to_latex("矩陣的跡，é & $X$", language="zh-Hant") == r"矩陣的跡，\'e \& $X$"
    with pytest.raises(DeriveError) as caught:
        to_latex("Trace 跡", language="en")
    assert caught.value.code == "character" and "zh-Hant" in caught.value.render()


def test_a_problem_may_say_its_language() -> None:
    text = "title: 跡\nsymbols: {A: square(n)}\nfunction: f(A) = tr(A)\nfind: gradient\nnotation: {language: %s}\n"
    problem = problemfile.read(text % "zh-Hant", "p.yaml")
    assert of_problem(Settings(), problem).notation == CHINESE
    with pytest.raises(DeriveError) as caught:
        of_problem(Settings(), problemfile.read(text % "xx", "p.yaml"))
    assert caught.value.where is not None and (caught.value.where.line, caught.value.where.column) == (5, 22)

