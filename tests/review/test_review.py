"""The review from Python and from the command line: verdicts, slips, places, limits."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

import derive
from derive.cli.review_command import command
from derive.errors import DeriveError
from derive.language.problems.read import read
from derive.reviewing.judging.context import Context
from derive.reviewing.judging.finding import RIGHT, UNCLEAR, WRONG
from derive.reviewing.judging.ground import Ground
from derive.reviewing.judging.judge import Judge
from derive.reviewing.pasted.placed import Placed
from derive.reviewing.pasted.relations import chains
from derive.reviewing.slips.writing import written

RIDGE = """symbols:
  X: matrix(m, n)
  w: vector(n)
  y: vector(m)
  lambda: positive
function: f(w) = norm(X w - y)^2 + lambda w' w
wrt: w
"""
WRONG_RIDGE = r"""Some words.
\begin{align*}
f(w) &= (Xw - y)'(Xw - y) + \lambda w'w \\
\nabla f(w) &= 2X'(Xw - y) + \lambda w \\
\nabla f(w) &= 2X'Xw - 2X'y + \lambda w
\end{align*}
"""


@pytest.fixture
def ridge(tmp_path: Path) -> Path:
    path = tmp_path / "ridge.yaml"
    path.write_text(RIDGE)
    return path


def run(*arguments: str, stdin: str | None = None) -> tuple[int, str]:
    done = CliRunner().invoke(command, list(arguments), input=stdin, standalone_mode=False)
    if done.exception is not None:
        raise done.exception
    return int(done.return_value), done.output


def test_from_python() -> None:
    found = derive.review(read(RIDGE, "ridge.yaml", asked=False), WRONG_RIDGE)
    assert found.verdict == WRONG and found.first_wrong is not None
    assert (found.first_wrong.line, found.first_wrong.row) == (2, 2)
    assert "a factor 2 is missing in the second term" in found.first_wrong.slip
    assert [f.verdict for f in found.findings] == [RIGHT, WRONG, WRONG]


def test_json(ridge: Path) -> None:
    code, output = run(str(ridge), "-", "--format", "json", stdin=WRONG_RIDGE)
    told = json.loads(output)
    assert code == 1 and told["verdict"] == "wrong" and told["first_wrong"] == {"line": 2, "row": 2}
    assert [set(line) for line in told["lines"]] == [{"line", "row", "verdict", "follows", "message"}] * 3
    assert [line["follows"] for line in told["lines"]] == [True, True, True]


def test_text_names_the_line_of_the_file(ridge: Path, tmp_path: Path) -> None:
    homework = tmp_path / "homework.tex"
    homework.write_text(WRONG_RIDGE)
    code, output = run(str(ridge), str(homework))
    assert code == 1
    assert f"{homework}:4: line 2 is wrong" in output
    assert f"{homework}:5: line 3 follows from line 2, but not from the problem" in output
    assert output.strip().endswith("3 lines: 1 right, 1 wrong, 1 follows a wrong one")


def test_github(ridge: Path, tmp_path: Path) -> None:
    homework = tmp_path / "homework.tex"
    homework.write_text(WRONG_RIDGE)
    code, output = run(str(ridge), str(homework), "--format", "github")
    first = output.splitlines()[0]
    assert code == 1 and first.startswith("::error file=") and ",line=4," in first and "%0A" in first


def test_the_claim_of_the_problem_file(tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    path.write_text(RIDGE + "claim: |\n  $\\nabla f = 2X'(Xw-y) + 2\\lambda w$\n")
    assert run(str(path))[0] == 0
    path.write_text(RIDGE + "claim: |\n  $\\nabla f = 2X'(Xw-y) + \\lambda w$\n")
    code, output = run(str(path))
    assert code == 1 and f"{path}:9: line 1 is wrong" in output


def test_what_cannot_be_read_is_never_right(ridge: Path) -> None:
    strange = r"$\nabla f = \mathfrak{Z}\{w \rightsquigarrow 2\} \oint$"
    code, output = run(str(ridge), "-", stdin=strange)
    assert code == 0 and "could not be told" in output
    assert run(str(ridge), "-", "--strict", stdin=strange)[0] == 1
    assert derive.review(read(RIDGE, "r.yaml", asked=False), strange).verdict == UNCLEAR


def test_nothing_to_review(ridge: Path) -> None:
    with pytest.raises(DeriveError) as info:
        run(str(ridge))
    assert info.value.code == "claim"
    assert derive.review(read(RIDGE, "r.yaml", asked=False), "no mathematics here").verdict == UNCLEAR


@pytest.mark.parametrize(
    "latex",
    [
        r"\newcommand{\a}{\a\a}$\a = 1$",
        r"\newcommand{\a}{xx}\newcommand{\b}{\a\a\a\a\a\a\a\a\a\a}\newcommand{\c}{\b\b\b\b\b\b\b\b\b\b}\newcommand{\d}{\c\c\c\c\c\c\c\c\c\c}"
        r"\newcommand{\e}{\d\d\d\d\d\d\d\d\d\d}\newcommand{\f}{\e\e\e\e\e\e\e\e\e\e}$\f\f\f\f = 1$",
        "$x = y$" * 40_000,
    ],
)
def test_nothing_grows_without_bound(latex: str) -> None:
    with pytest.raises(DeriveError) as info:
        derive.review(read(RIDGE, "r.yaml", asked=False), latex)
    assert info.value.code in ("too-long", "too-deep")


def test_brackets_without_end_are_unclear() -> None:
    found = derive.review(read(RIDGE, "r.yaml", asked=False), r"$f = " + "(" * 5000 + "w" + ")" * 5000 + "$")
    assert found.verdict == UNCLEAR


@pytest.mark.parametrize(
    ("latex", "relations"),
    [
        (r"$a = b = c$", [("a", "=", "b"), ("b", "=", "c")]),
        (r"\begin{align} a &= b \\ &\le c \end{align}", [("a", "=", "b"), ("b", "≤", "c")]),
        (r"\begin{align} a &= b, & c &= d \end{align}", [("a", "=", "b"), ("c", "=", "d")]),
        (r"\begin{eqnarray} a &=& b \\ &=& c \end{eqnarray}", [("a", "=", "b"), ("b", "=", "c")]),
        (r"\[ a = \sum_{i=1}^n x_i \quad\Rightarrow\quad b \overset{!}{=} 0 \]", [("a", "=", r"\sum_{i=1}^n x_i"), ("b", "=", "0")]),
        (r"$f = \begin{pmatrix} a & b \\ c & d \end{pmatrix}$", [("f", "=", r"\begin{pmatrix} a & b \\ c & d \end{pmatrix}")]),
        ("\\begin{align*} a &= b \\\\ &\\quad + c \\\\ % = d\n d &:= e \\end{align*}", [("a", "=", "b + c"), ("d", "=", "e")]),
        (r"\uncover<2->{$a = b$} and \boxed{$c = d$}", [("a", "=", "b"), ("c", "=", "d")]),
        (r"\newcommand{\half}[1]{\frac12 #1}$a = \half{b}$", [("a", "=", r"\frac12 b")]),
        (r"$x \in \mathbb{R}^n$ so $a = b$ \text{for all } n", [("a", "=", "b")]),
    ],
)
def test_relations(latex: str, relations: list[tuple[str, str, str]]) -> None:
    found = [(" ".join(c.members[k].text.split()), link.op, " ".join(c.members[k + 1].text.split()))
             for c in chains(latex) for k, link in enumerate(c.links)]
    assert found == relations


SLIPS = [
    ("f(X) = tr(A X B)", "X: matrix(m, n), A: matrix(p, m), B: matrix(n, p)", r"\nabla f = 7A^\top B^\top", None),
    ("f(X) = tr(A X B)", "X: matrix(m, n), A: matrix(p, m), B: matrix(n, p)", r"\nabla f = AB^\top", "transpose"),
    ("f(X) = tr(A X B)", "X: matrix(m, n), A: matrix(p, m), B: matrix(n, p)", r"\nabla f = B^\top A^\top", "order"),
    ("f(X) = tr(A X B)", "X: matrix(m, n), A: matrix(p, m), B: matrix(n, p)", r"\nabla f = -A^\top B^\top", "sign"),
    ("f(X) = 1/2 norm(X - A)^2", "X: matrix(m, n), A: matrix(m, n)", r"\nabla f = 2(X - A)", "factor 2 is too much"),
    ("f(x) = x' A x", "x: vector(n), A: square(n)", r"\nabla f = Ax", "product rule"),
    ("f(x) = sum(exp(x))", "x: vector(n)", r"\nabla^2 f = e^{x}", "diag"),
    ("f(X) = norm(A .* X)^2", "X: matrix(m, n), A: matrix(m, n)", r"\nabla f = 2 A \circ A^\top X", "entry by entry"),
    ("f(X) = logdet(X)", "X: spd(n)", r"\nabla f = X", "inverse"),
]


@pytest.mark.parametrize(("function", "symbols", "line", "slip"), SLIPS)
def test_the_slip_is_named(function: str, symbols: str, line: str, slip: str | None) -> None:
    declared = "\n".join(f"  {part}" for part in symbols.replace("), ", ")\n").split("\n"))
    problem = read(f"symbols:\n{declared}\nfunction: {function}\nwrt: {function[2]}\n", "slip.yaml", asked=False)
    first = derive.review(problem, f"${line}$").first_wrong
    assert first is not None
    assert (first.slip == "") if slip is None else (slip in first.slip), first.message


def test_the_slip_is_named_where_the_text_defines_e() -> None:
    found = derive.review(read(RIDGE, "r.yaml", asked=False), r"Let $e = y - Xw$, $\nabla_j f = -\sum_i e_i X_{ij} + 2\lambda w_j$.").first_wrong
    assert found is not None and "a factor 2 is missing in the first term" in found.slip


@pytest.mark.parametrize(
    "member",
    [
        r"\|w - Xy\|_A^2",
        r"\langle w, y\rangle_A",
        r"e_2^{(n)}(e_i)^\top",
        r"\sum_{i=2}^{n} w_i",
        r"\begin{pmatrix} A & y \\ 1 & 0 \end{pmatrix}",
        r"\begin{cases} w_i & i = j \\ 0 & i \ne j \end{cases}",
        r"\begin{cases} w_1 & w_1 \ge 0 \\ 0 & \text{otherwise} \end{cases}",
        r"\Delta f",
        r"[a_1, \dots, a_n]",
    ],
)
def test_what_a_message_writes_can_be_read(member: str) -> None:
    ground = Ground.of(read("symbols: {A: square(n), X: square(n), y: vector(n), w: vector(n)}\nfunction: f(w) = w' A y\nwrt: w\n", "p.yaml",
                            asked=False))
    judge = Judge(ground, Context(ground, chains(f"$f = {member}$")))
    tree = judge.context.read(Placed.whole(member))
    assert judge.context.read(Placed.whole(written(tree))) == tree
    prepared = judge.prepared_tree(tree, frozenset())
    assert judge.prepared_tree(judge.context.read(Placed.whole(written(prepared))), frozenset()) == prepared


# ------------------------------------------------------------------------------------------ decks and folders
def test_a_deck_says_what_it_derives(ridge: Path, tmp_path: Path) -> None:
    deck = tmp_path / "deck.tex"
    deck.write_text(
        "\\newcommand{\\T}{^{\\mathsf T}}\n\\begin{frame}\n% derive: ridge.yaml\n\\[ \\nabla f = 2X\\T(Xw - y) + 2\\lambda w \\]\n\\end{frame}\n"
        "\\[ 1 = 2 \\]\n"
        "% derive: symbols: {A: symmetric(n), x: vector(n)}\n% derive: function: f(x) = x' A x\n% derive: wrt: x\n"
        "\\begin{align}\n\\nabla f &= Ax\n\\end{align}\n"
    )
    code, output = run(str(deck))
    assert code == 1
    assert output.splitlines()[0] == f"{deck}:3: 1 line: 1 right"
    assert f"{deck}:11: line 1 is wrong" in output
    assert len(json.loads(run(str(deck), "--format", "json")[1])) == 2


def test_a_deck_without_a_comment(tmp_path: Path) -> None:
    deck = tmp_path / "deck.tex"
    deck.write_text("\\[ a = b \\]\n")
    with pytest.raises(DeriveError) as info:
        run(str(deck))
    assert info.value.code == "claim"


def test_a_wrong_problem_in_a_deck_has_its_place(tmp_path: Path) -> None:
    deck = tmp_path / "deck.tex"
    deck.write_text("words\n% derive: symbols: {x: vector(n)}\n% derive: function: f(x) = x' z\n\\[ f = f \\]\n")
    with pytest.raises(DeriveError) as info:
        run(str(deck))
    assert info.value.where is not None and (info.value.where.file, info.value.where.line) == (str(deck), 3)


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_folder_of_submissions(ridge: Path, tmp_path: Path, jobs: str) -> None:
    folder = tmp_path / "submissions"
    folder.mkdir()
    (folder / "ann.tex").write_text(r"$\nabla f = 2X'(Xw-y) + 2\lambda w$")
    (folder / "ben.tex").write_text(WRONG_RIDGE)
    (folder / "cat.tex").write_bytes(b"\xff\xfe")
    report = tmp_path / "report.csv"
    code, output = run(str(ridge), str(folder), "-o", str(report), "-j", jobs)
    assert code == 1 and output.strip() == "3 submissions: 1 right, 1 wrong, 1 unreadable"
    rows = report.read_text().splitlines()
    assert rows[0].startswith("file,verdict,first_wrong_line,first_wrong_row,slip")
    assert rows[1].startswith("ann.tex,right,,,") and rows[2].startswith("ben.tex,wrong,2,2,a factor 2 is missing")
    assert rows[3].startswith("cat.tex,unreadable")


def test_sums_in_sums_end() -> None:
    nested = "".join(rf"\sum_{{{c}=1}}^n " for c in "abcdghijkl") + "w_a w_b w_c w_d w_g w_h w_i w_j w_k w_l"
    found = derive.review(read(RIDGE, "r.yaml", asked=False), f"$f = {nested}$")
    assert found.verdict in (UNCLEAR, WRONG)


def test_a_text_without_a_relation_does_not_pass(ridge: Path, tmp_path: Path) -> None:
    (tmp_path / "words.tex").write_text("Nothing to see here.\n")
    run = CliRunner().invoke(command, [str(ridge), str(tmp_path / "words.tex")], standalone_mode=False)
    assert run.return_value == 1
    assert "no relation was found" in run.output


def test_the_point_that_is_shown_has_the_direction() -> None:
    problem = read("symbols: {X: 'matrix(m, n)', A: square(m)}\nfunction: f(X) = tr(X' A X)\nwrt: X\n", "p.yaml", asked=False)
    for line, said in ((r"$Df(X)[H] = 2\operatorname{tr}(X^\top AH)$", "H = "), (r"$df = 2\operatorname{tr}(X^\top A\,dX)$", "dX = ")):
        found = derive.review(problem, line).first_wrong
        assert found is not None and f", {said}" in found.message


def test_a_claim_alone_asks_for_the_gradient() -> None:
    problem = read("symbols: {x: vector(n)}\nfunction: f(x) = x' x\nwrt: x\nclaim: $\\nabla f = 2x$\n", "p.yaml")
    assert problem.find == ("gradient",)
    problem = read("symbols: {X: square(n)}\nfunction: f(X) = X X\nwrt: X\nclaim: $df = dX X + X dX$\n", "p.yaml")
    assert problem.find == ("derivative",)
