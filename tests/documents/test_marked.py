"""A pasted derivation with a mark and a remark at each line."""

from __future__ import annotations

from pathlib import Path

import pytest

from derive.cli.main import run

RIDGE = """symbols:
  X: matrix(m, n)
  w: vector(n)
  y: vector(m)
function: f(w) = norm(X w - y)^2
wrt: w
find: [gradient]
"""
CLAIM = r"""\begin{align*}
f(w) &= (Xw - y)'(Xw - y) \\
\nabla f(w) &= 2X'(Xw + y) \\
&= 2X'Xw + 2X'y
\end{align*}
and $\nabla f = \input{secret} \undefinedmacro$.
"""


def test_marks_stand_before_our_solution(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "p.yaml").write_text(RIDGE)
    (tmp_path / "hw.tex").write_text(CLAIM)
    assert run(["render", "p.yaml", "--to", "marked", "--claim", "hw.tex", "-o", "m.tex"]) == 0
    text = (tmp_path / "m.tex").read_text()
    marks = text[text.index("The derivation, marked") :]
    assert marks.index(r"$\checkmark$") < marks.index(r"\textbf{$\times$}") < marks.index("It follows from a line that is wrong")
    assert "It should be" in marks and "the sign" in marks
    assert marks.index("It should be") < marks.index("deriveheading{Solution}")
    assert r"\input{secret}" not in text and r"\undefinedmacro" not in text.replace(r"\textbackslash{}", "")


def test_the_claim_of_the_problem_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "p.yaml").write_text(RIDGE + "claim: |\n  $\\nabla f = 2X'(Xw-y)$\n")
    assert run(["render", "p.yaml", "--to", "marked", "-o", "m.tex"]) == 0
    assert r"\textbf{$\times$}" not in (tmp_path / "m.tex").read_text()
    assert run(["render", "p.yaml", "--to", "solutions", "--claim", "hw.tex", "-o", "m.tex"]) == 2
