r"""What TeX would refuse in a project's own templates, themes and styles is told by `derive check`, at the place and in the words of
`derive render`; what TeX takes is never refused."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from derive.cli.main import run
from derive.documents.rendering.marking import unmarked
from derive.pipeline.tex import known, names, reading

BASE = "title: T\nsymbols: {x: vector(n), A: symmetric(n)}\nfunction: f(x) = x' A x\nfind: [gradient]\n"
THEMES = Path("/usr/share/texlive/texmf-dist/tex/latex/beamer")
OBSOLETE = ("beamerthemecompatibility", "beamerthemeplain")
"""They call a command that Beamer has no more: TeX refuses them too."""
Case = tuple[str, dict[str, str]]


def on_slides(*lines: str) -> Case:
    return "slides", {"templates/slides/closing.tex.j2": "\n".join(("", *lines)) + "\n"}


def on_paper(*lines: str) -> Case:
    return "solutions", {"templates/article/closing.tex.j2": "\n".join(("% mine", *lines)) + "\n"}


def look(*lines: str) -> Case:
    said = ("\\BLOCK{extends 'builtin/slides.tex.j2'}", "\\BLOCK{block look}", "\\definecolor{deriveaccent}{HTML}{0B5A8A}", *lines, "\\BLOCK{endblock}")
    return "slides", {"templates/slides.tex.j2": "\n".join(said) + "\n"}


def at_end(kind: str, *lines: str) -> Case:
    template = {"article": "prose"}.get(kind, kind)
    said = (f"\\BLOCK{{extends 'builtin/{template}.tex.j2'}}", "\\BLOCK{block references}", *lines, "\\BLOCK{endblock}")
    return kind, {f"templates/{template}.tex.j2": "\n".join(said) + "\n"}


def theme(*lines: str) -> Case:
    return "slides", {"derive.toml": '[slides]\ntheme = "Uni"\n', "beamerthemeUni.sty": "\n".join(("\\mode<presentation>", *lines)) + "\n"}


def style(*lines: str) -> Case:
    return "slides", look("\\usepackage{mine}")[1] | {"mine.sty": "\n".join(("\\ProvidesPackage{mine}", *lines)) + "\n"}


def both(one: Case, *others: Case) -> Case:
    return one[0], {name: text for _, files in (one, *others) for name, text in files.items()}


S, A, LOOK, STY, UNI = (
    "templates/slides/closing.tex.j2", "templates/article/closing.tex.j2", "templates/slides.tex.j2", "mine.sty", "beamerthemeUni.sty",
)
MISTAKES: dict[str, tuple[Case, str, str]] = {
    "a command": (on_slides("The end.", "Done \\foo{x} here"), f"{S}:3:", r"there is no command \foo"),
    "a command on paper": (on_paper("So we \\emhp{see} it"), f"{A}:2:", r"\emhp"),
    "the look's command": (look("\\setbeamersize{text margin left=9mm}", "\\foo"), f"{LOOK}:5:", r"\foo"),
    "a theme's command": (theme("\\setbeamercolor{frametitle}{fg=red}", "\\setbeamrfont{title}{size=\\Large}"), f"{UNI}:3:", r"\setbeamrfont"),
    "a footline's command": (theme("\\setbeamertemplate{footline}{%", "  \\hfill\\insertframenumbr\\hskip3mm}"), f"{UNI}:3:", r"\insertframenumbr"),
    "a macro's command": (on_slides("\\newcommand{\\mine}[1]{\\textbf{#1}\\nosuchthing}", "Now \\mine{x}"), f"{S}:2:", r"\nosuchthing"),
    "what is put off": (theme("\\AtBeginDocument{\\nosuchthing}"), f"{UNI}:2:", r"\nosuchthing"),
    "a sheet's command": (at_end("sheet", "\\nosuch"), "templates/sheet.tex.j2:3:", r"\nosuch"),
    "a key's environment": (at_end("key", "\\begin{nosuch}x\\end{nosuch}"), "templates/key.tex.j2:3:", "there is no environment nosuch"),
    "an article's colour": (at_end("article", "\\textcolor{nosuch}{x}"), "templates/prose.tex.j2:3:", "there is no colour nosuch"),
    "a handout's length": (at_end("handout", "\\vspace{3}"), "templates/handout.tex.j2:3:", "a length has no unit"),
    "Beamer's environment on paper": (on_paper("\\begin{block}{x}y\\end{block}"), f"{A}:2:", "there is no environment block"),
    "an environment left open": (on_slides("\\begin{itemize}", "\\item x"), f"{S}:2:", r"\begin{itemize} is closed by \end{frame}"),
    "environments crossed": (on_slides("\\begin{center}\\begin{itemize}\\item x\\end{center}\\end{itemize}"), f"{S}:2:", r"closed by \end{center}"),
    "another end": (on_paper("\\begin{quote}x\\end{quotation}"), f"{A}:2:", r"\begin{quote} is closed by \end{quotation}"),
    "an end without a begin": (on_paper("\\end{itemize}"), f"{A}:2:", r"\end{itemize}"),
    "a mixed colour": (on_slides("{\\color{red!50!nosuch} x}"), f"{S}:2:", "there is no colour nosuch"),
    "a colour of text": (on_paper("{\\color{drakred} x}"), f"{A}:2:", "there is no colour drakred"),
    "a theme's colour": (theme("\\setbeamercolor{frametitle}{bg=white,fg=uniblue}"), f"{UNI}:2:", "there is no colour uniblue"),
    "a length": (on_slides("\\vspace{3 foo}"), f"{S}:2:", "a length has no unit"),
    "no length": (on_paper("\\hspace*{abc}"), f"{A}:2:", "a number, or a length, is missing"),
    "a length set": (look("\\newlength\\mylen", "\\setlength\\mylen{abc}"), f"{LOOK}:5:", "a number, or a length, is missing"),
    "a width": (on_paper("\\begin{minipage}{half}x\\end{minipage}"), f"{A}:2:", "is missing"),
    "a theme's words": (theme("hello"), f"{UNI}:2:", "plain text stands before"),
    "a letter in a style": (style("x"), f"{STY}:2:", "plain text stands before"),
    "verb in a frame": (on_slides("\\verb|x_1|"), f"{S}:2:", "not fragile"),
    "verbatim in a frame": (on_slides("\\begin{verbatim}", "x", "\\end{verbatim}"), f"{S}:2:", "not fragile"),
    "verb in an argument": (on_paper("\\textbf{\\verb|x_1|}"), f"{A}:2:", "an argument"),
    "an ampersand": (on_paper("Smith & Co"), f"{A}:2:", "outside of a table"),
    "an ampersand in a formula": (on_paper("$a & b$"), f"{A}:2:", "outside of a table"),
    "an end of no line": (on_paper("x", "", "\\\\ y"), f"{A}:4:", "no line to end"),
    "a dollar": (on_slides("Let $x be"), f"{S}:2:", "a $ has no partner"),
    "a dollar of a paragraph": (on_paper("Let $x be", "", "and"), f"{A}:2:", "a $ has no partner"),
    "an index in a text": (on_slides("The end: x_1"), f"{S}:2:", "mathematics stands outside"),
    "a power in a text": (on_paper("m^2"), f"{A}:2:", "mathematics stands outside"),
    "a letter of formulas": (on_slides("an \\alpha channel"), f"{S}:2:", "mathematics stands outside"),
    "a number sign": (on_slides("No #1"), f"{S}:2:", "a # stands outside"),
    "two superscripts": (on_paper("$x^a^b$"), f"{A}:2:", "two superscripts"),
    "left alone": (on_paper("$\\left( x$"), f"{A}:2:", r"\left has no \right"),
    "an item": (on_paper("\\item x"), f"{A}:2:", "outside of a list"),
    "a key of an image": (both(on_slides("\\includegraphics[widht=2cm]{example-image}")), f"{S}:2:", "has no key widht"),
    "an option": (look("\\usepackage[nosuchoption]{amsmath}"), f"{LOOK}:4:", "the package amsmath has no option nosuchoption"),
    "other options": (style("\\RequirePackage[latin1]{inputenc}"), f"{STY}:2:", "loaded twice, with other options"),
    "a definition of what is there": (look("\\newcommand{\\textbf}{x}"), f"{LOOK}:4:", r"\textbf is defined twice"),
    "two definitions": (style("\\newcommand{\\mine}{x}", "\\newcommand{\\mine}{y}"), f"{STY}:3:", r"\mine is defined twice"),
    "an environment that is there": (look("\\newenvironment{itemize}{}{}"), f"{LOOK}:4:", "itemize is defined twice"),
    "a definition again": (style("\\renewcommand{\\nosuch}{x}"), f"{STY}:2:", r"there is no command \nosuch"),
    "a package behind the preamble": (on_paper("\\usepackage{tikz}"), f"{A}:2:", r"stands behind \begin{document}"),
    "a picture": (on_slides("Done 😀"), f"{S}:2:", "no glyph for 😀"),
    "another script": (on_paper("Задача"), f"{A}:2:", "no glyph for З"),
}
TIKZ = (
    "\\begin{tikzpicture}[node distance=1cm]\\node (a) {$x_1$};\\draw[->,red!50!blue] (a) -- ++(1,0) node[right] {\\small b};"
    "\\foreach \\i/\\k in {1/2,3/4} \\draw (\\i,\\k) circle (2pt);\\end{tikzpicture}"
)
VALID: dict[str, Case] = {
    "tikz": both(on_slides(TIKZ), look("\\usepackage{tikz}", "\\usetikzlibrary{arrows.meta,positioning}")),
    "a loop of tikz": both(on_slides("\\foreach \\n in {1,2,3}{\\n, }", "\\pgfmathsetmacro\\half{1/2} \\half"), look("\\usepackage{tikz}")),
    "a box": both(
        on_slides("\\begin{mybox}{Title}", "A \\& B", "\\end{mybox}"),
        look("\\usepackage{tcolorbox}", "\\newtcolorbox{mybox}[2][]{colback=red!5!white,title=#2,#1}"),
    ),
    "a listing": at_end("slides", "\\begin{frame}[fragile]{Code}", "\\begin{verbatim}", "x_1 & # $ {", "\\end{verbatim}", "\\verb|a_b & c|", "\\end{frame}"),
    "verbatim": on_paper("\\begin{verbatim}", "x_1 & # $ ", "\\end{verbatim}", "\\verb+a_+ ok"),
    "names with an at": both(on_slides("\\thing{x}"), style("\\newcommand{\\thing}[1]{\\@thing{#1}}", "\\def\\@thing#1{\\textbf{#1}}")),
    "a lookahead": style("\\newcommand{\\my@thing}[1]{\\@ifnextchar[{\\my@a{#1}}{\\my@a{#1}[]}}", "\\def\\my@a#1[#2]{#1#2}"),
    "names put together": both(on_slides("\\myone\\ \\mytwo"), style("\\@for\\a:=one,two\\do{\\expandafter\\def\\csname my\\a\\endcsname{x}}")),
    "names given": both(on_slides("\\first and \\second{y}"), style("\\@namedef{first}{x}", "\\@namedef{second}#1{x#1}")),
    "letters read otherwise": on_paper("{\\catcode`\\_=12 a_b}"),
    "expl3": both(
        on_slides("\\thing{x}"),
        style("\\ExplSyntaxOn", "\\tl_new:N \\l_my_tl", "\\NewDocumentCommand{\\thing}{m}{\\tl_set:Nn\\l_my_tl{#1}\\tl_use:N\\l_my_tl}", "\\ExplSyntaxOff"),
    ),
    "what does not come about": on_slides("\\ifdefined\\nosuch\\nosuch\\else ok\\fi", "\\ifcsname nosuchx\\endcsname\\nosuchx\\fi"),
    "a file if it is there": style("\\@ifundefined{nosuch}{}{\\nosuch}", "\\IfFileExists{nosuch.sty}{\\usepackage{nosuch}}{}"),
    "provided": look("\\providecommand{\\textbf}{x}", "\\providecommand*\\mine[1]{#1}"),
    "defined, then again": look("\\def\\mine{x}", "\\renewcommand{\\mine}{y}", "\\let\\yours\\mine", "\\renewcommand\\yours{z}"),
    "made free": look("\\let\\textbf\\relax", "\\newcommand{\\textbf}[1]{#1}"),
    "a switch": both(on_slides("\\ifmine a b\\fi", "\\minefalse"), style("\\newif\\ifmine\\minetrue")),
    "defined in groups": on_slides("{\\newcommand{\\mine}{x}\\mine}{\\newcommand{\\mine}{y}\\mine}"),
    "a counter": both(on_slides("\\themine\\stepcounter{mine}\\arabic{mine}"), style("\\newcounter{mine}", "\\setcounter{mine}{3}")),
    "colours": both(
        on_slides("\\textcolor{uni2}{x}{\\color{-red}y}\\textcolor[rgb]{1,0,0}{z}\\textcolor{.!50}{w}{\\color{rgb:red,1;green,2}v}"),
        look("\\definecolor{uni}{RGB}{1,2,3}", "\\colorlet{uni2}{uni!50!black}"),
    ),
    "colours of Beamer": on_slides("\\usebeamercolor[fg]{structure}x\\textcolor{structure.fg}{y}{\\color{structure}z}\\alert{a}\\structure{b}"),
    "a colour that nothing has": look("\\setbeamercolor{nothing}{fg=nosuch}"),
    "lengths": on_slides(
        "\\vspace{.5ex plus 1pt minus 2pt}\\hspace{-3mm}\\hspace*{\\fill}\\vspace*{\\baselineskip}\\rule{.5\\linewidth}{0.4 pt}"
        "\\vskip3mm plus 1fil\\parbox[t]{3 cm}{x}\\makebox[2cm][l]{y}\\raisebox{-1ex}[0pt][0pt]{z}\\\\[2mm]w"
    ),
    "lengths calculated": look("\\setlength{\\parskip}{3pt+2pt}", "\\newlength{\\mine}\\setlength\\mine{2\\parskip}", "\\parindent=0pt", "\\parskip 3pt plus 1pt"),
    "tables": on_slides("\\begin{tabular}{l|c@{\\,}r}a & b & c\\\\\\hline \\multicolumn{2}{c}{x} & $y_1$\\end{tabular} $\\begin{array}{cc}a&b\\\\c&d\\end{array}$"),
    "formulas": on_paper("$x'^2 + x_1^2 + {x^a}^b + \\left(\\frac12\\right. x^{a_1}$ \\(y^2\\) and \\begin{equation*}a_{1}\\quad\\text{if $b_1$}\\end{equation*}"),
    "commands of formulas": at_end("solutions", "\\newcommand{\\R}{\\mathbb{R}}$\\R^n$ \\def\\half{\\frac12}$\\half$"),
    "lists": on_slides("\\begin{itemize}[<+->]", "\\item<1-> a", "\\item[b] c", "\\end{itemize}"),
    "lists of one's own": both(
        on_slides("\\begin{mylist}\\item x\\end{mylist}", "\\bi\\item y\\ei"),
        style("\\newenvironment{mylist}{\\begin{itemize}}{\\end{itemize}}", "\\newcommand{\\bi}{\\begin{itemize}}\\newcommand{\\ei}{\\end{itemize}}"),
    ),
    "addresses": on_paper("\\url{https://a.b/c_d#e&f%20g} and \\href{https://x.y/a_b}{there}"),
    "columns and blocks": on_slides("\\begin{columns}[T]\\begin{column}{3cm}x\\end{column}\\end{columns}\\begin{alertblock}<1->{T}y\\end{alertblock}"),
    "clicks": on_slides("\\only<1>{a}\\uncover<2->{b}\\alt<1>{a}{b}\\visible<1>{c}\\textbf<1>{d}\\alert<2>{e}\\only{f}<1>"),
    "frames": at_end("slides", "\\begin{frame}[t,shrink=5]{T}{S}", "x\\pause y", "\\note{z}", "\\end{frame}", "\\frame{\\frametitle{x}y}"),
    "what is put off": theme("\\AtBeginDocument{\\usefonttheme{serif}\\renewcommand{\\familydefault}{\\rmdefault}}", "\\AtBeginSection[]{\\begin{frame}x\\end{frame}}"),
    "a footline": theme(
        "\\setbeamertemplate{footline}{%", "  \\leavevmode\\hbox{\\begin{beamercolorbox}[wd=.5\\paperwidth]{author in head/foot}\\insertshortauthor"
        "\\end{beamercolorbox}}\\vskip0pt}", "\\defbeamertemplate*{headline}{mine}{\\vskip2pt}", "\\setbeamertemplate{itemize item}[circle]",
    ),
    "packages": look("\\usepackage[utf8]{inputenc}", "\\usepackage[T1]{fontenc}", "\\usepackage[english]{babel}"),
    "etoolbox": style("\\RequirePackage{etoolbox}", "\\newtoggle{x}\\toggletrue{x}", "\\iftoggle{x}{\\def\\aa{x}}{}", "\\patchcmd{\\maketitle}{a}{b}{}{}"),
    "paragraphs": on_paper("One.", "", "{\\small Two.\\\\ Three.}", "", "\\begin{flushleft}a\\\\b\\end{flushleft}", "\\medskip", "", "\\noindent x\\\\[1ex] y"),
    "letters": on_paper("ä é ß – “x” … ñ"),
    "registers": style(
        "\\newsavebox{\\mybox}", "\\sbox{\\mybox}{x}", "\\newcount\\mycount\\mycount=3", "\\newdimen\\mydim\\mydim=3pt\\advance\\mydim by 2pt",
        "\\global\\let\\aaa\\bbb", "\\font\\myfont=cmr10 at 9pt",
    ),
    "a loop": on_slides("\\newcount\\k\\k=0 \\loop\\ifnum\\k<3 x\\advance\\k by 1 \\repeat"),
    "a pattern": on_paper("\\def\\pair(#1,#2){$#1,#2$}\\pair(a,b)"),
    "blocks of Jinja": on_paper(
        "\\BLOCK{macro m(x)}\\textit{\\VAR{x}}\\BLOCK{endmacro}\\VAR{m('a')}\\BLOCK{set b}x_1\\BLOCK{endset}$\\VAR{b}$\\BLOCK{filter upper}a\\BLOCK{endfilter}",
        "\\BLOCK{if false}\\nosuch{\\BLOCK{endif}",
    ),
}


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    from derive.documents.rendering import fill

    fill.cached_environment.cache_clear()  # `templates` of another test
    monkeypatch.chdir(tmp_path)
    (tmp_path / "problems").mkdir()
    (tmp_path / "problems" / "p.yaml").write_text(BASE)
    return tmp_path


def written(project: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_text(text)


@pytest.mark.tex
@pytest.mark.parametrize("kind", MISTAKES)
def test_check_tells_what_tex_would_refuse(project: Path, kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    (_, files), place, message = MISTAKES[kind]
    written(project, files)
    assert run(["check", "-j1"]) == 1
    said = capsys.readouterr().err
    assert said.startswith(place) and message in said, said


@pytest.mark.tex
@pytest.mark.slow
@pytest.mark.parametrize("kind", MISTAKES)
def test_render_says_the_same(project: Path, kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    """TeX is asked here, and refuses it."""
    (to, files), place, message = MISTAKES[kind]
    written(project, files)
    assert run(["render", "problems/p.yaml", "--to", to, "-o", "x.pdf"]) == 3
    said = capsys.readouterr().err
    assert said.startswith(place) and message in said and "TeX's log is " in said, said


@pytest.mark.tex
@pytest.mark.parametrize("kind", VALID)
def test_what_tex_takes_is_not_refused(project: Path, kind: str) -> None:
    written(project, VALID[kind][1])
    assert run(["check", "-j1", "-q"]) == 0


@pytest.mark.tex
@pytest.mark.slow
@pytest.mark.parametrize("kind", VALID)
def test_tex_takes_it(project: Path, kind: str) -> None:
    to, files = VALID[kind]
    written(project, files)
    assert run(["render", "problems/p.yaml", "--to", to, "-o", "x.pdf"]) == 0


@pytest.mark.tex
@pytest.mark.parametrize("path", [one for one in sorted(THEMES.glob("beamertheme*.sty")) if one.stem not in OBSOLETE], ids=lambda path: path.stem)
def test_no_theme_of_beamers_is_refused(path: Path) -> None:
    """Each as if it were the project's own, with all that it is put together of."""
    own = {one.name: one.read_text(errors="replace") for one in THEMES.glob("beamer*theme*.sty") if one.name != "beamerbasethemes.sty"}
    reader = known.Reader(own)
    text = f"\\documentclass{{beamer}}\n\\usetheme{{{path.stem.removeprefix('beamertheme')}}}\n\\begin{{document}}\\begin{{frame}}x\\end{{frame}}\\end{{document}}\n"
    reading.begin(reader, text, lambda at: None)
    assert path.name in reader.read and not known.kept(reader)


def test_without_templates_of_its_own_a_project_loads_none_of_it(project: Path) -> None:
    code = "import sys; from derive.cli.main import run; run(['check', '-j1', '-q']); print([m for m in sys.modules if m.startswith('derive.pipeline.tex.')])"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert "derive.pipeline.tex.cell" in said and not any(f".tex.{name}'" in said for name in ("foreseen", "scanning", "reading", "known", "names"))


def test_marks_say_which_line_was_written() -> None:
    text, place = unmarked("a\x01t.tex.j2\x034\x02bc\n\x01t.tex.j2\x035\x02d\x01\x02e")
    assert text == "abc\nde" and [str(place(k)) if place(k) else "" for k in (0, 1, 4, 5)] == ["", "t.tex.j2:4:1", "t.tex.j2:5:1", ""]


def test_a_document_is_the_same_with_marks(project: Path) -> None:
    from derive.documents.page.modes import MODES
    from derive.documents.page.settings import Fit, Settings
    from derive.documents.rendering.fill import fill
    from derive.pipeline.subject import read

    written(project, VALID["blocks of Jinja"][1])
    document = read(BASE, "problems/p.yaml").document(MODES["solutions"], Settings(), Fit())
    plain, marked = (fill("solutions.tex.j2", {"document": document, "mode": MODES["solutions"]}, (Path("templates"),), one) for one in (False, True))
    text, place = unmarked(marked)
    assert text == plain
    assert str(place(text.index("$x_1$"))) == f"{A}:2:1"


def test_the_table_knows_what_stands_where() -> None:
    beamer, article, kernel = (names.after(name) or frozenset() for name in ("beamer.cls", "article.cls", "latex"))
    assert {"usebeamerfont", "block", "c:structure", "k:width"} <= beamer and "usebeamerfont" not in article | kernel
    assert {"textbf", "vskip", "frac", "pdfliteral", "document"} <= kernel and "align*" in (names.after("mathtools.sty") or ())
    assert names.after("nosuch.sty") is None and not {"foo", "nosuch", "c:nosuch"} & (beamer | article | kernel)
