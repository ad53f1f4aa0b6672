"""`derive rules`: the list, a page, the formats, what a wrong name gets, the document."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from derive.calculus.catalogue.catalogue import entries
from derive.cli.main import run


def test_the_list_names_every_rule(capsys: pytest.CaptureFixture[str]) -> None:
    from derive.calculus.catalogue.catalogue import TABLES, entries

    assert run(["rules"]) == 0
    out = capsys.readouterr().out
    for e in entries():
        assert f"  {e.name} " in out
    for title, _ in TABLES.values():
        assert title in out


def test_a_page_has_statement_condition_proofs_example_source(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["rules", "det"]) == 0
    out = capsys.readouterr().out
    for words in ("D(det(A))[H] = det(A) tr(A⁻¹H)", "where A is invertible", "by the adjugate", "by the logarithm", "Example",
                  "Source: Magnus & Neudecker", "checked at 3 random points"):
        assert words in out


def test_the_first_part_of_names_lists_them(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["rules", "qr"]) == 0
    out = capsys.readouterr().out
    assert "  qr-q " in out and "  qr-q-square " in out and "  qr-r " in out and "cholesky" not in out


def test_every_function_of_the_language_leads_to_its_rules() -> None:
    from derive.calculus.catalogue.catalogue import family
    from derive.language.words import WORDS

    for name in sorted(WORDS - {"I", "ones", "zeros", "e"}):
        assert family(name), name
    assert [e.name for e in family("max")] == ["maximum"] and [e.name for e in family("where")] == ["cases"]
    assert family("trace")[0].name.startswith("trace-") and [e.name for e in family("adj")] == ["adjugate"]


def test_a_proof_says_what_its_letters_are(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["rules", "qr-r", "--points", "1"]) == 0
    out = capsys.readouterr().out
    assert "Here Q = Q(A), R = R(A), M = Q'HR⁻¹, L = stril(M), Ω = L − L'." in out


def test_a_wrong_name_gets_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["rules", "logdett"]) == 1
    assert "did you mean logdet?" in capsys.readouterr().err


def test_json_of_one_and_of_all(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["rules", "inverse", "--json", "--points", "1"]) == 0
    one = json.loads(capsys.readouterr().out)
    assert one["statement"][0]["latex"] == r"\mathrm{D}(A^{-1})[H] = -A^{-1} H A^{-1}"
    assert one["proofs"][0]["verification"]["passed"] is True
    assert one["example"]["results"]["gradient"]["numpy"]
    assert run(["rules", "--format", "json"]) == 0
    assert {"det", "cyclic", "tidy"} <= {e["name"] for e in json.loads(capsys.readouterr().out)}


def test_latex(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["rules", "cyclic", "--format", "latex"]) == 0
    out = capsys.readouterr().out
    assert r"\operatorname{tr}(A B) &= \operatorname{tr}(B A)" in out


def test_used_in(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "trace.yaml"
    file.write_text("symbols:\n  X: invertible(n)\n  A: square(n)\nfunction: f(X) = tr(X^-1 A)\nfind: [gradient]\n")
    assert run(["rules", "inverse", "--used-in", str(tmp_path)]) == 0
    assert f"{file}: 1 line" in capsys.readouterr().out
    assert run(["rules", "logm", "--used-in", str(tmp_path)]) == 1
    assert run(["rules", "--used-in", str(tmp_path)]) == 2


def test_output_is_tex_or_pdf(tmp_path: Path) -> None:
    assert run(["rules", "det", "-o", str(tmp_path / "det.html")]) == 2
    assert run(["rules", "cyclic", "-o", str(tmp_path / "cyclic.tex"), "--points", "1"]) == 0
    tex = (tmp_path / "cyclic.tex").read_text()
    assert r"\begin{document}" in tex and "cyclic" in tex


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="TeX is not installed")
def test_a_rule_is_typeset_without_an_overfull_box(tmp_path: Path) -> None:
    target = tmp_path / "svd.pdf"
    assert run(["rules", "left-singular-vectors", "-o", str(target), "--points", "1"]) == 0
    assert target.read_bytes().startswith(b"%PDF")


@pytest.mark.tex
@pytest.mark.parametrize("name", ["frechet-logm", "vec-of-frechet", "qr", "taylor", "logsumexp-rows"])
def test_what_is_wide_and_what_has_no_formula_is_typeset(name: str, tmp_path: Path) -> None:
    """A left side as wide as the page, a statement in words alone; several rules refer to one another."""
    assert run(["rules", name, "-o", str(tmp_path / "r.pdf"), "--points", "1"]) == 0
    assert (tmp_path / "r.pdf").read_bytes().startswith(b"%PDF")


def test_a_book_has_contents_an_index_and_references(tmp_path: Path) -> None:
    assert run(["rules", "defining", "-o", str(tmp_path / "r.tex"), "--points", "1"]) == 0
    text = (tmp_path / "r.tex").read_text()
    labels = set(re.findall(r"\\label\{rule\.([\w-]+)\}", text))
    assert "Contents" in text and "Index" in text and text.count(r"\deriveentry{") >= 2 * len(labels)
    assert set(re.findall(r"\\derivesee\{([\w-]+)\}", text.partition(r"\begin{document}")[2])) <= labels
    assert set(re.findall(r"\\deriveentry\{([\w-]+)\}\{([^}]*)\}", text)) >= {
        ("defining-inverse", "Defining equation of the inverse"), ("defining-qr-q", "Defining equation of Q (qr q)"),
    }


def test_a_rule_is_called_what_it_is_called_in_a_book() -> None:
    titles = {e.name: e.title for e in entries()}
    assert (titles["sum-rule"], titles["det"], titles["cholesky"]) == (
        "sum rule", "derivative of the determinant", "derivative of the Cholesky factor",
    )
    assert (titles["exp"], titles["transpose-twice"]) == ("exponential, entry by entry", "(A')' = A")
    assert [e.apart for e in entries() if e.title == "derivative of the determinant"] == ["det adjugate", "det"]
    assert len({(e.title, e.apart) for e in entries()}) == len(titles)
    assert not [name for name, title in titles.items() if "pinv(" in title or not title]


def test_every_sign_in_the_words_of_rules_has_its_latex() -> None:
    """A sign that no font has stops the book of rules, and every page whose reason holds it."""
    import ast

    import derive.calculus
    from derive.notation.latex.lines import escape

    folder = Path(derive.calculus.__file__).parent
    texts = (
        node.value for path in sorted(folder.rglob("*.py")) for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    )
    assert {sign for text in texts for sign in escape(text) if ord(sign) > 0xFF} == set()


def test_where_a_rule_fails_is_no_condition_of_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["rules", "abs"]) == 0
    assert "  not differentiable where an entry of X is 0" in capsys.readouterr().out
    assert run(["rules", "abs", "-o", str(tmp_path / "abs.tex")]) == 0
    out = (tmp_path / "abs.tex").read_text(encoding="utf-8")
    assert "Not differentiable where an entry of $X$ is 0." in out and "where not" not in out
