"""A theme governs the whole deck: title page, boxes, marks, numbers of frames; a dark deck of somebody else's stays legible."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from derive.cli.main import run

PROBLEM = "title: T\nsymbols: {x: vector(n)}\nfunction: f(x) = x' x\nfind: [gradient]\n"
LECTURE = (
    "title: A lecture\nauthor: A. Author\nintro: The introduction.\nsections:\n  - title: One\n    frames:\n      - {definition: gradient}\n"
    "      - {problem: p}\n  - title: Two\n    frames:\n      - {text: Words., title: W}\n"
)
THEME = r"""
\setbeamercolor{normal text}{fg=white,bg=black}
\setbeamercolor{structure}{fg=green!80!black}
\setbeamertemplate{title page}{OWN TITLE \inserttitle}
\setbeamertemplate{footline}{\insertframenumber of \inserttotalframenumber}
"""
HOUSE = ("0.04314 0.35294 0.54118", "0.92941 0.95686 0.97647")
"""The colours of the house's own look, as a PDF has them."""


@pytest.fixture
def deck(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "problems").mkdir()
    (tmp_path / "problems" / "p.yaml").write_text(PROBLEM)
    (tmp_path / "problems" / "l.yaml").write_text(LECTURE)
    (tmp_path / "derive.toml").write_text('[slides]\ntheme = "Own"\n')
    (tmp_path / "beamerthemeOwn.sty").write_text(THEME)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def streams(pdf: Path) -> str:
    import re
    import zlib

    out = []
    for found in re.finditer(rb"stream\r?\n(.*?)\r?\nendstream", pdf.read_bytes(), re.DOTALL):
        try:
            out.append(zlib.decompress(found[1]).decode("latin-1"))
        except zlib.error:
            continue
    return "\n".join(out)


@pytest.mark.tex
def test_nothing_of_the_house_stays(deck: Path) -> None:
    assert run(["render", "problems/l.yaml", "--to", "slides", "--no-overlays", "-o", "l.pdf"]) == 0
    content = streams(deck / "l.pdf")
    assert not any(colour in content for colour in HOUSE)
    pages = subprocess.run(["pdftotext", "-layout", "l.pdf", "-"], capture_output=True, text=True, check=True).stdout.split("\f")[:-1]
    assert "OWN TITLE" in pages[0] and "The introduction." in pages[1]
    assert f"{len(pages)}of{len(pages)}" in pages[-1].replace(" ", "")


@pytest.mark.tex
def test_a_dark_deck_of_somebody_elses_keeps_its_ground(deck: Path) -> None:
    assert run(["render", "problems/l.yaml", "--to", "frames", "-o", "frames.tex"]) == 0
    (deck / "deck.tex").write_text(
        "\\documentclass{beamer}\\usetheme{Own}\\usepackage{derive}\\begin{document}\\input{frames}\\end{document}"
    )
    done = subprocess.run(["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "deck.tex"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-1500:]
    content = streams(deck / "deck.pdf")
    assert not any(colour in content for colour in HOUSE)


def test_without_a_theme_the_house_stays(deck: Path) -> None:
    (deck / "derive.toml").write_text("")
    assert run(["render", "problems/l.yaml", "--to", "slides", "-o", "l.tex"]) == 0
    text = (deck / "l.tex").read_text()
    assert "derivefollow" not in text and "0B5A8A" in text and "\\section{" not in text


LOW = r"""
\setbeamertemplate{headline}{\vrule height 16mm width 0pt}
\setbeamertemplate{frametitle}{\insertframetitle}
"""
LONG = "title: T\nsymbols: {X: 'matrix(m, n)', w: vector(n), y: vector(m)}\nfunction: f(w) = norm(X w - y)^2\nfind: [gradient, stationary, hessian]\n"


@pytest.mark.tex
def test_a_theme_that_leaves_little_room_and_prints_no_subtitles(deck: Path) -> None:
    (deck / "beamerthemeOwn.sty").write_text(LOW)
    (deck / "problems" / "p.yaml").write_text(LONG)
    assert run(["render", "problems/l.yaml", "--to", "slides", "--no-overlays", "-o", "l.pdf"]) == 0
    assert run(["render", "problems/p.yaml", "--to", "slides", "--no-overlays", "-o", "p.pdf"]) == 0
    text = subprocess.run(["pdftotext", "-layout", "p.pdf", "-"], capture_output=True, text=True, check=True).stdout
    pages = text.split("\f")[:-1]
    assert len(pages) >= 3 and all(f"({k}/{len(pages)})" in page.split("\n\n")[0] for k, page in enumerate(pages, 1)), text
