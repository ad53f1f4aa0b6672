"""A derivation told in prose: what leads to a display, and what is said behind it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from derive.calculus.derive import derive
from derive.derivation.reason import COLON, COMMA, SEMICOLON, Own, Why, Word, joined, message, reasons
from derive.documents.compose import problem_page
from derive.documents.page.modes import MODES
from derive.documents.page.settings import Settings
from derive.documents.wording import narrative
from derive.documents.wording.narrative import Told, clauses, closing, opening
from derive.documents.wording.telling import table
from derive.documents.wording.words import ENGLISH, LANGUAGES
from derive.documents.wording.words import words as words_of
from derive.expressions.nodes import Symbol, number
from derive.expressions.sizes import Size
from derive.language.problems import read as problemfile
from derive.notation.settings import DEFAULT
from tests.documents.samples import page_of

ROOT = Path(__file__).parent.parent.parent


TR: Why = (Word("tr"), " is linear")
B: Symbol = Symbol("B", (Size.of("n"), Size.of("n")))
WHYS: Mapping[str, Why] = {
    "tr is linear": TR,
    "product rule, tr is linear": joined([("product rule",), TR]),
    "product rule, A' = A": joined([("product rule",), (B, " = ", B)]),
    "A' = A": (B, " = ", B),
    "positive since of full rank: convex": (*joined([("> 0 for ", B, " ≠ 0"), (B, " has full column rank")]), COLON, "convex"),
    "chain rule, entry by entry": joined([("chain rule",), ("entry by entry",)]),
    "derivative of the norm, chain rule": joined([("derivative of ", Word("the norm")), ("chain rule",)]),
    "linear; in either order": joined([("linear",), ("in either order",)], SEMICOLON),
    "divide by n, a scalar is its own transpose": joined([("divide by ", number(2)), ("a scalar is its own transpose",)]),
    "multiply from the left, by B from the right": ("multiply by ", B, " from the left, by ", B, " from the right"),
    "the terms with it on one side": ("the terms with ", B, " on one side"),
    "≥ 0 for every h: convex, a global minimum": ("≥ 0 for every ", B, COLON, "convex", COMMA, "a global ", Word("minimum")),
    "linear and coupled: a saddle of L": ("linear in ", B, " and coupled", COLON, "a saddle of ", B),
}
"""Reasons that are more than one message, by what they say."""


def told(why: str, rule: str = "some-rule", relation: str = "=", begins: bool = False) -> Told:
    return Told(rule, relation, clauses(WHYS.get(why, (why,)) if why else (), DEFAULT), begins)


@pytest.mark.parametrize(
    ("why", "words"),
    [
        ("", "We have"),
        ("product rule", "By the product rule,"),
        ("product rule, tr is linear", r"By the product rule and the linearity of $\operatorname{tr}$,"),
        ("product rule, A' = A", r"By the product rule and $B = B$,"),
        ("A' = A", r"Since $B = B$,"),
        ("chain rule, entry by entry", "By the chain rule entry by entry,"),
        ("derivative of the norm, chain rule", "By the derivative of the norm and the chain rule,"),
        ("linear; in either order", "By linearity (in either order),"),
        ("multiply by the inverse from the left", "We multiply by the inverse from the left:"),
        ("divide by n, a scalar is its own transpose", "We divide by $2$, using that a scalar is its own transpose:"),
        ("multiply from the left, by B from the right", "We multiply by $B$ from the left and by $B$ from the right:"),
        ("the constraint", "The constraint is"),
        ("polarization", "By polarization,"),
        ("polarization identity", "By the polarization identity,"),
        ("the terms with it on one side", "We put the terms with $B$ on one side:"),
    ],
)
def test_a_reason_leads_to_its_display(why: str, words: str) -> None:
    assert opening([told(why)], ENGLISH) == words


def test_two_rules_lead_to_two_rows() -> None:
    rows = [told("definition", "definition"), told("product rule")]
    assert opening(rows, ENGLISH) == "By the definition of the directional derivative, then by the product rule,"
    assert closing(rows, ENGLISH) == ""


def test_relations_are_counted_where_they_are_of_one_kind() -> None:
    rows = [told("definition", "definition"), told("product rule"), told("A' = A"), told("multiply out")]
    assert closing(rows, ENGLISH) == (
        "The second equality follows from the product rule; the third from $B = B$; in the last we multiply out."
    )
    rows = [told("gradient = 0", "stationary"), told("collect", relation="⇔", begins=True), told("A' = A", relation="⇔", begins=True)]
    assert closing(rows, ENGLISH) == "First we collect equal terms, and the second equivalence follows from $B = B$."
    rows = [told("the constraint"), told("differentiate both sides", relation="⇒", begins=True), told("product rule", begins=True)]
    assert closing(rows, ENGLISH) == "First we differentiate both sides, and the last line follows from the product rule."


def test_what_is_done_is_told_in_its_order() -> None:
    acts = ["differentiate both sides", "multiply out", "rearrange", "solve"]
    rows = [told("the constraint"), *(told(act, relation="⇒", begins=True) for act in acts)]
    assert closing(rows, ENGLISH) == (
        "First we differentiate both sides, and then we multiply out. Next we rearrange the terms, and finally we solve."
    )


def test_rows_of_one_reason_are_told_together() -> None:
    rows = [told("definition", "definition"), told("product rule"), told("product rule"), told("multiply out")]
    assert closing(rows, ENGLISH) == "The second and third equalities follow from the product rule, and in the last we multiply out."


def test_what_is_shown_is_a_claim_with_its_cause_and_its_consequence() -> None:
    assert closing([told(""), told("positive since of full rank: convex")], ENGLISH) == (
        r"This is positive for every $B \ne 0$, because $B$ has full column rank; hence the function is convex."
    )


def test_an_inner_product_that_the_answer_is_read_from_is_told_with_it() -> None:
    block = page_of("trace-quadratic", MODES["article"]).blocks[0]
    assert "inner product" not in block.displays[-1].after
    assert block.leading == "The last line is an inner product with the direction, and its other factor is the gradient:"


@pytest.mark.parametrize("why", ["≥ 0 for every h: convex, a global minimum", "linear and coupled: a saddle of L", "> 0: minimum"])
def test_a_consequence_is_no_cause(why: str) -> None:
    rows = [told(""), told(why)]
    assert "ince" not in opening(rows, ENGLISH) + closing(rows, ENGLISH)
    assert re.search("minimum|saddle", closing(rows, ENGLISH))


def test_only_an_inner_product_is_called_one() -> None:
    """The Hessian and the Jacobian are read off a matrix, which is no factor of an inner product."""
    for problem in ("least-squares", "jacobian-of-a-vector-function", "linear-map-by-entries", "entrywise-maximum"):
        page = page_of(problem, MODES["article"])
        for block in page.blocks:
            for display in block.displays:
                said = f"{display.before} {display.after}"
                has = any(r"\langle" in str(line) for row in display.rows for line in row.lines)
                assert has or "inner product" not in said, (problem, said)
            assert "inner product" not in block.leading or any(r"\langle" in str(line) for line in block.rows[-1].lines), problem


@pytest.mark.parametrize("problem", ["least-squares", "trace-quadratic", "qr-factor-q", "rayleigh-quotient", "tangent-plane", "folium"])
def test_an_article_tells_every_row_once(problem: str) -> None:
    page = page_of(problem, MODES["article"])
    for block in page.blocks:
        assert [row.key for display in block.displays for row in display.rows] == [row.key for row in block.rows]
        assert all(display.rows[0].left for display in block.displays if block.rows[0].whole_left)
        for answer in block.answers:
            assert not any((row.left or row.whole_left) == answer.left and row.lines == answer.lines for row in block.rows)
        for display in block.displays:
            assert display.before and not re.search(r"This is\b(?! (a|positive|negative)\b)", f"{display.before} {display.after}")


def test_a_condition_is_said_once() -> None:
    text = " ".join(f"{d.before} {d.after}" for block in page_of("least-squares", MODES["article"]).blocks for d in block.displays)
    assert text.count("full column rank. It holds") == 0 and "This stationary point is a minimum." in text


def test_every_language_has_a_sentence_for_every_reason() -> None:
    for words in map(words_of, LANGUAGES):
        rows = [told("product rule"), told("product rule, tr is linear"), told("> 0: minimum"), told("read off", "read-off", begins=True)]
        for text in (opening(rows, words), closing(rows, words), opening(rows[3:], words)):
            assert text and "{" not in text.replace(r"\operatorname{tr}", ""), text


@pytest.mark.parametrize("words", ["by our definition in class, formula (3)", "collect: $A > 0$", "the rule of $A$; see page 3"])
@pytest.mark.parametrize("rule", ["definition", "product-rule"])
@pytest.mark.parametrize("kind", ["article", "solutions", "slides"])
def test_an_authors_words_come_out_as_written(words: str, rule: str, kind: str) -> None:
    """In every kind of document, whatever they resemble."""
    problem = problemfile.read(
        f"title: T\nsymbols: {{A: square(n); x: vector(n)}}\nfunction: f(x) = x' A x\nfind: [gradient]\nreasons: {{{rule}: '{words}'}}\n"
        .replace("; x", ", x"), "p.yaml",
    )
    page = problem_page(problem, derive(problem), None, MODES[kind], Settings())
    said = [f"{display.before} {display.after}" for block in page.blocks for display in block.displays]
    said += [row.reason for block in (*page.blocks, *(b for f in page.frames for b in f.blocks)) for row in block.rows if kind != "article"]
    assert any(words in text for text in said), said


def test_an_authors_words_are_no_message() -> None:
    """Words that a table has are still the author's."""
    assert clauses((Own("collect"),), DEFAULT) == (narrative.Clause("own", "collect"),)


def test_every_message_is_told_with_what_fills_it() -> None:
    """The words of a row have the places of its message, each once."""
    for key, row in table().items():
        found = re.findall(r"\{(\d)\}", row.words)
        assert sorted(map(int, found)) == list(range(key.count("{}"))) or (row.words == key and not found), key


@pytest.mark.slow
def test_every_reason_of_every_problem_has_a_row() -> None:
    lacking = {
        message(said)[0]: path.name
        for path in sorted((ROOT / "problems").glob("*.yaml"))
        for chain in derive(problemfile.load(path)).chains for line in chain.lines
        for said, _ in reasons(line.why) if said and message(said)[0] not in table() and not any(isinstance(p, Own) for p in said)
    }
    assert not {key for key in lacking if key not in STANDING}


STANDING = frozenset({
    "positive definite", "negative definite", "indefinite", "first entry {}", "first entry {} > 0", "first entry {} < 0",
    "determinant {} > 0", "determinant {} < 0", "leading minors {}", "{} > 0 along {}", "{} < 0 along {}", "{} in {}",
    "its rows, one below the other",
    "maximum for the largest, minimum for the smallest",
})
"""Messages that stand for themselves: parts of what is shown."""


def test_every_move_of_the_engine_makes_one_sentence() -> None:
    from derive.calculus.rules.steps import MOVES

    for move in MOVES.values():
        words = opening([told(move.words)], ENGLISH)
        assert words[0].isupper() and re.search(r"[,:]$|(have|is)$", words) and " ," not in words, words


