r"""Mistakes planted in prose, names, macros, templates and themes: each is told at the author's line, in plain words, and whatever can
be told without TeX is told by `derive check`."""

from __future__ import annotations

from pathlib import Path

import pytest

from derive.cli.main import run
from derive.pipeline.tex.plain import PLAIN, plain

BASE = "title: T\nsymbols: {x: vector(n), A: symmetric(n)}\nfunction: f(x) = x' A x\nfind: [gradient]\n"
MACROS = {"derive.toml": '[document]\nmacros = "macros.tex"\n'}
UNI = {"derive.toml": '[slides]\ntheme = "Uni"\n'}
CLOSING = "templates/slides/closing.tex.j2"
LOOK = "\\BLOCK{extends 'builtin/slides.tex.j2'}\n\\BLOCK{block look}\n\\setbeamercolor{x}{fg=red}\n\\foo\n\\BLOCK{endblock}\n"


def symbol(latex: str) -> str:
    return BASE.replace("A: symmetric(n)", f"A: {{type: symmetric(n), latex: '{latex}'}}")


WITHOUT_TEX = {
    "an unknown command": (BASE + "statement: 'Let $\\foo x$.'\n", {}, "problems/p.yaml:5:", r"\foo is not among"),
    "a dollar alone": (BASE + "hint: 'Let $x.'\n", {}, "problems/p.yaml:5:", "has no partner"),
    "braces": (BASE + "remark: 'Let $\\frac{x$.'\n", {}, "problems/p.yaml:5:", "not balanced"),
    "an unknown environment": (BASE + "statement: '$\\begin{foo}x\\end{foo}$'\n", {}, "problems/p.yaml:5:", "environment `foo`"),
    "two superscripts": (BASE + "statement: '$x^a^b$'\n", {}, "problems/p.yaml:5:", "two superscripts"),
    "left without right": (BASE + "statement: '$\\left( x$'\n", {}, "problems/p.yaml:5:", r"\left and \right"),
    "an ampersand": (BASE + "statement: '$a & b$'\n", {}, "problems/p.yaml:5:", "`&` stands only"),
    "a missing argument": (BASE + "source: '$\\frac$'\n", {}, "problems/p.yaml:5:", r"an argument of \frac"),
    "a picture": (BASE + "remark: 'Well 😀.'\n", {}, "problems/p.yaml:5:", "no glyph for the character `😀`"),
    "another script": (BASE.replace("title: T", "title: 'Задача'"), {}, "problems/p.yaml:1:", "no glyph for the character `З`"),
    "a double-struck digit": (BASE + "statement: 'With 𝟙.'\n", {}, "problems/p.yaml:5:", "no glyph for the character `𝟙`"),
    "a part's words": (
        BASE.replace("find: [gradient]", "parts: [{find: [gradient], statement: '$\\foo$'}]"), {}, "problems/p.yaml:4:", r"\foo is not"
    ),
    "a name's command": (symbol(r"\foo"), {}, "problems/p.yaml:2:", r"\foo is not among"),
    "a name's braces": (symbol(r"\frac{A"), {}, "problems/p.yaml:2:", "not balanced"),
    "a macro's command": (BASE, MACROS | {"macros.tex": "% mine\n\\newcommand{\\R}{\\undefinedthing}\n"}, "macros.tex:2:", r"\undefinedthing"),
    "a macro's braces": (BASE, MACROS | {"macros.tex": "\\newcommand{\\R}{\\mathbb{R}\n"}, "macros.tex:1:", "not balanced"),
    "no macro file": (BASE, MACROS, "derive.toml:2:", "there is no such file"),
    "a template's variable": (BASE, {CLOSING: "\\VAR{problem.layuot}\n"}, f"{CLOSING}:1:", "did you mean `layout`?"),
    "a template's block": (BASE, {CLOSING: "\\BLOCK{if problem}\n"}, f"{CLOSING}:1:", "endif"),
}
FORESEEN = {
    "a template's brace": (BASE, {CLOSING: "% {\n\\textbf{x\n"}, f"{CLOSING}:2:", "a brace has no partner"),
    "a template's other brace": (BASE, {CLOSING: "\\{x}\n"}, f"{CLOSING}:1:", "a brace has no partner"),
    "a theme's brace": (
        BASE, UNI | {"beamerthemeUni.sty": "% mine\n\\setbeamercolor{x}{fg=red\n"}, "beamerthemeUni.sty:2:", "a brace has no partner",
    ),
    "a template's file": (BASE, {CLOSING: "\n\\input{nosuchfile}\n"}, f"{CLOSING}:2:", "there is no file nosuchfile.tex"),
    "a template's image": (BASE, {CLOSING: "\\includegraphics[width=2cm]{logo}\n"}, f"{CLOSING}:1:", "there is no file logo"),
    "a theme's package": (
        BASE, UNI | {"beamerthemeUni.sty": "\\RequirePackage{tikz}\n\\RequirePackage{nosuch}\n"}, "beamerthemeUni.sty:2:",
        "there is no file nosuch.sty",
    ),
    "a template's environment": (BASE, {CLOSING: "% mine\n\\begin{nosuch}x\\end{nosuch}\n"}, f"{CLOSING}:2:", "there is no environment nosuch"),
    "a template's dollar": (BASE, {CLOSING: "\nThe end: x_1\n"}, f"{CLOSING}:2:", "mathematics stands outside"),
    "a template's length": (BASE, {CLOSING: "\n\\vspace{3}\n"}, f"{CLOSING}:2:", "a length has no unit"),
    "a theme's colour": (
        BASE, UNI | {"beamerthemeUni.sty": "% mine\n\\setbeamercolor{normal text}{fg=nosuch}\n"}, "beamerthemeUni.sty:2:",
        "there is no colour nosuch",
    ),
    "a theme's words": (BASE, UNI | {"beamerthemeUni.sty": "hello\n"}, "beamerthemeUni.sty:1:", "plain text stands before"),
    "a template's command": (BASE, {CLOSING: "% mine\n\\foo\n"}, f"{CLOSING}:2:", r"there is no command \foo"),
    "the look's command": (BASE, {"templates/slides.tex.j2": LOOK}, "templates/slides.tex.j2:4:", r"there is no command \foo"),
    "a theme's command": (
        BASE, {"derive.toml": '[slides]\ntheme = "Uni"\n', "beamerthemeUni.sty": "\\ProvidesPackage{beamerthemeUni}\n\n\\foo\n"},
        "beamerthemeUni.sty:3:", r"there is no command \foo",
    ),
}
WITH_TEX = {
    "no theme": (BASE, {"derive.toml": '[slides]\ntheme = "Nosuch"\n'}, "error:", "no Beamer theme `Nosuch`"),
    "no image": (
        BASE, {CLOSING: "\\includegraphics{logo}\n"}, f"{CLOSING}:1:", "put it beside derive.toml",
    ),
}


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    from derive.documents.rendering import fill

    fill.cached_environment.cache_clear()  # `templates` of another test
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DERIVE_CACHE", str(tmp_path / "cache"))
    (tmp_path / "problems").mkdir()
    return tmp_path


def planted(project: Path, problem: str, files: dict[str, str]) -> None:
    (project / "problems" / "p.yaml").write_text(problem)
    for name, text in files.items():
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_text(text)


@pytest.mark.parametrize("kind", WITHOUT_TEX)
def test_check_refuses_what_render_would_refuse(project: Path, kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    problem, files, place, message = WITHOUT_TEX[kind]
    planted(project, problem, files)
    assert run(["check", "-j1"]) == 1
    said = capsys.readouterr().err
    assert said.startswith(place) and message in said, said
    assert run(["render", "problems/p.yaml", "--to", "slides", "-o", "x.tex"]) in (1, 3)
    assert place in capsys.readouterr().err and not Path("x.tex").exists()


@pytest.mark.tex
@pytest.mark.parametrize("kind", FORESEEN)
def test_check_foresees_what_tex_would_refuse(project: Path, kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    """TeX is not run; which files it has it is asked, where there is one."""
    problem, files, place, message = FORESEEN[kind]
    planted(project, problem, files)
    assert run(["check", "-j1"]) == 1
    said = capsys.readouterr().err
    assert said.startswith(place) and message in said, said
    assert run(["render", "problems/p.yaml", "--to", "slides", "-o", "x.pdf"]) == 3


@pytest.mark.parametrize("text", [
    "\\BLOCK{if problem}{\\small\\BLOCK{else}{\\BLOCK{endif} x}\n", "\\{ 100\\% of \\} {x}% {\n", "\\VAR{problem.title}\\BLOCK{set a = '{'}\n",
])
def test_braces_that_come_in_pairs_are_not_refused(project: Path, text: str) -> None:
    planted(project, BASE, {CLOSING: text})
    assert run(["check", "-j1", "-q"]) == 0


@pytest.mark.tex
@pytest.mark.parametrize("kind", WITH_TEX)
def test_tex_is_told_at_the_authors_line_with_its_log(project: Path, kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    problem, files, place, message = WITH_TEX[kind]
    planted(project, problem, files)
    assert run(["render", "problems/p.yaml", "--to", "slides", "-o", "x.pdf"]) == 3
    said = capsys.readouterr().err
    assert said.startswith(place) and message in said, said
    log = next(line.split("TeX's log is ")[1] for line in said.splitlines() if "TeX's log is " in line)
    assert Path(log).read_text(errors="replace").startswith("This is pdfTeX") and not Path("x.pdf").exists()


def test_plain_words() -> None:
    assert plain("LaTeX Error: File `logo.png' not found") == "there is no file logo.png (LaTeX Error: File `logo.png' not found)"
    assert plain("Missing $ inserted").startswith("mathematics stands outside")
    assert plain("LaTeX Error: \\begin{align} on input line 3 ended by \\end{frame}").startswith(r"\begin{align} is closed by \end{frame}")
    assert plain("Double superscript").startswith("two superscripts in a row: group with { }")
    assert plain("Something else") == "Something else" and len(PLAIN) >= 15
