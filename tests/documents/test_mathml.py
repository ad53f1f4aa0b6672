"""MathML of what the printer emits, and the page in a real browser."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings

from derive.calculus.derive import derive
from derive.checking.verification import verify
from derive.documents.compose import problem_page, single
from derive.documents.page.modes import MODES
from derive.documents.page.settings import Settings
from derive.documents.rendering.fill import fill
from derive.documents.rendering.mathml import html, mathml, written
from derive.documents.wording import prose
from derive.language.markup import words as allowed
from derive.notation.latex.boxes import Row, printed
from derive.notation.latex.latex import formula as formula_of
from derive.notation.latex.reading import read
from tests.documents.samples import trace_quadratic
from tests.strategies import expressions

SPACE = "{http://www.w3.org/1998/Math/MathML}"


def words(formula: str | Row) -> str:
    """What a reader sees, the annotation left out."""
    tree = ElementTree.fromstring(written(formula) if isinstance(formula, str) else mathml(formula))
    for semantics in tree.iter(f"{SPACE}semantics"):
        for annotation in semantics.findall(f"{SPACE}annotation"):
            semantics.remove(annotation)
    return re.sub("[\u2061\\s]", "", "".join(tree.itertext()))


@pytest.mark.parametrize(
    ("formula", "seen"),
    [
        (r"2 A X B", "2AXB"),
        (r"\operatorname{tr}(X^{\mathsf T} A)", "tr(XTA)"),
        (r"\nabla f(X) = \frac{1}{2} \lVert x \rVert^{2}", "∇f(X)=12‖x‖2"),
        (r"\left. \frac{\mathrm{d}}{\mathrm{d} t} f \right|_{t=0}", "ddtf|t=0"),
        (r"\begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix}", "(1234)"),
        (r"\begin{cases} x & \text{if } x > 0 \\ 0 & \text{otherwise} \end{cases}", "{xifx>00otherwise"),
        (r"\biggl\langle \sigma'(x), h \biggr\rangle", "⟨σ′(x),h⟩"),
        (r"\sum_{i=1}^{n} x_{i}", "∑i=1nxi"),
        (r"a < b \iff b > a", "a<b⟺b>a"),
        (r"\boldsymbol{x} \boldsymbol{\delta} \mathbf{1}_{n} \mathbb{R} \mathcal{K} \mathcal{B} \mathbb{X}", "𝒙𝜹𝟏nℝ𝒦ℬ𝕏"),
        (r"\frac12 x", "12x"),
        (r"x_12", "x12"),
        (r"\dvchange<2,3>{a} + \phantom{b}", "a+b"),
        (r"\begin{aligned}[t] a &= b \\[5pt] &= c \end{aligned}", "a=b=c"),
        (r"\bigl(X \bigl\lVert x \bigr\rVert\bigr)^{2}", "(X‖x‖)2"),
    ],
)
def test_formulas_say_the_same(formula: str, seen: str) -> None:
    assert words(formula) == seen


def every_word() -> dict[str, str]:
    """By name, a formula with each word, delimiter and environment that prose may hold."""
    following = {"m": "{x}", "t": "{x}", "d": "(", "o": "[y]", "*": "", "c": "{red}", "s": ""}
    known = {**allowed.WORDS, **allowed.IN_DEFINITIONS, **{name: word for words in allowed.PACKAGES.values() for name, word in words.items()}}
    return {
        **{name: f"\\{name}{''.join(following[kind] for kind in word.arguments)} x" for name, word in known.items()},
        **{f"left {name}": f"\\left\\{name} x \\middle\\{name} y \\right\\{name}" for name in allowed.DELIMITERS},
        **{f"big {name}": f"\\bigl\\{name} x \\bigr\\{name}" for name in allowed.DELIMITERS},
        **{f"begin {name}": f"\\begin{{{name}}}{ {'array': '{c|c}', 'alignedat': '{1}'}.get(name, '')} a & b \\\\[3pt] z \\end{{{name}}}"
           for name in allowed.ENVIRONMENTS},
        "limits": r"\sum\limits_{\substack{i \\ j}}", "nolimits": r"\sum\nolimits_i",
    }


@pytest.mark.parametrize(("name", "formula"), every_word().items())
def test_no_word_of_prose_shows_as_its_source(name: str, formula: str) -> None:
    seen, word = words(formula), name.split()[-1]
    assert "\\" not in seen or word == "backslash"
    assert word not in seen or f"<mi>{word}</mi>" in written(formula)  # the name of a function is printed
    assert "3pt" not in seen and "|c" not in seen and "red" not in seen


@pytest.mark.parametrize(
    ("formula", "element"),
    [
        (r"\binom{n}{k}", '<mfrac linethickness="0">'),
        (r"\sqrt[3]{x}", "<mroot><mrow><mi>x</mi></mrow><mn>3</mn></mroot>"),
        (r"\sum\limits_{i} x", "<munder><mo>∑</mo>"),
        (r"\underbrace{x}_{y}", "<munder><mrow><munder>"),
        (r"a \not\in b", "<mo>∈\u0338</mo>"),
        (r"\xrightarrow[a]{b}", '<munderover><mo stretchy="true">→</mo>'),
        (r"\text{ if $x > 0$, \textbf{else}}", "<mtext>\N{NO-BREAK SPACE}if <math"),
        (r"\mathbbm{1}", "𝟙"),
        (r"x \pmod n", "<mi>mod</mi>"),
    ],
)
def test_a_form_is_drawn_as_what_it_is(formula: str, element: str) -> None:
    assert element in written(formula)
    assert printed(read(formula)) == formula


def test_an_argument_without_braces_is_one_sign() -> None:
    """As in TeX: a half of x, not twelve x-ths."""
    assert "<mfrac><mn>1</mn><mn>2</mn></mfrac><mi>x</mi>" in mathml(read(r"\frac12 x"))
    assert "<msub><mi>x</mi><mn>1</mn></msub><mn>2</mn>" in mathml(read("x_12"))


@settings(max_examples=200, deadline=None)
@given(expressions())
def test_every_printed_formula_is_well_formed_and_whole(expr: object) -> None:
    formula = formula_of(expr)  # type: ignore[arg-type]
    tree = ElementTree.fromstring(mathml(formula))
    arguments = {"mfrac": 2, "msup": 2, "msub": 2, "msubsup": 3, "munderover": 3, "munder": 2, "mover": 2}
    for element in tree.iter():
        wanted = arguments.get(element.tag.removeprefix(SPACE))
        assert wanted is None or len(element) == wanted
    assert "\\" not in words(formula)


def test_text_is_html_with_formulas() -> None:
    out = html(r"50\% of $A < B$ \& ``so''")
    assert out.startswith("50% of <math") and out.endswith("&amp; “so”")


@pytest.mark.tex
def test_the_page_holds_no_script_and_is_read_in_a_browser(tmp_path: Path) -> None:
    derivation = derive(trace_quadratic())
    page = problem_page(derivation.problem, derivation, verify(derivation), MODES["html"], Settings())
    text = fill(MODES["html"].template, {"document": single(page, MODES["html"], Settings()), "mode": MODES["html"]})
    assert "<script" not in text and "http" not in text.replace("http://www.w3.org/1998/Math/MathML", "")
    (tmp_path / "page.html").write_text(text)
    subprocess.run(
        ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--disable-sync",
         f"--user-data-dir={tmp_path / 'profile'}", f"--print-to-pdf={tmp_path / 'page.pdf'}", (tmp_path / "page.html").as_uri()],
        check=True, capture_output=True, timeout=120,
    )
    seen = subprocess.run(["pdftotext", "-layout", str(tmp_path / "page.pdf"), "-"], capture_output=True, text=True, check=True).stdout
    for words_ in ("Trace of a quadratic form", "product rule", "read off", "Checked exactly"):
        assert words_ in seen
    rows = sum(len(block.rows) for block in page.blocks)
    assert text.count("<li>") == rows and all(re.search(rf"^\s*{n}\.", seen, re.MULTILINE) for n in range(1, rows + 1))


def test_displays_and_strong_words_become_elements() -> None:
    shown = html(prose.read(r"so $$x = 1$$ is **strong $y$**, \$5", displays=True))
    assert 'display="block"' in shown and shown.count("<math") == 2
    assert "<strong>strong <math" in shown and shown.endswith("$5")
