"""One wall for TeX from authors: whatever a field holds that is no mathematics is refused, by name and place, before TeX is there."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest

from derive.documents import collection as collections
from derive.documents.rendering import fill
from derive.documents.wording import prose
from derive.errors import DeriveError
from derive.language.markup import formula, macros, words
from derive.language.problems import read as problemfile
from derive.pipeline.project import load
from tests.security.attacks import FIELDS, HARMLESS, MACROS, PAYLOADS, files, quoted


def read(text: str) -> None:
    if problemfile.kind(text) == "problem":
        problemfile.read(text, "p.yaml")
    else:
        collections.read(text, "p.yaml")


@pytest.mark.parametrize("name", list(PAYLOADS))
def test_no_field_lets_it_through(name: str) -> None:
    for field, text in files(PAYLOADS[name], "/outside/secret.txt").items():
        if name == "out of the formula" and field != "latex":
            continue  # what stands behind the formula is words
        started = time.monotonic()
        with pytest.raises(DeriveError) as caught:
            read(text)
        where = caught.value.where
        assert where is not None and where.file == "p.yaml", field
        assert time.monotonic() - started < 2, field
        assert len(caught.value.render()) < 1000


def test_outside_of_formulas_there_are_words_alone() -> None:
    for command in (r"\input{x}", r"\def", r"\write18{x}", r"\href{javascript:x}{y}", "\\^^M"):
        with pytest.raises(DeriveError) as caught:
            prose.read(f"Say $A$ {command} $B$")
        assert caught.value.code == "prose"
    assert str(prose.read("a_b ^ ~ # % & {x}")) == r"a\_b \textasciicircum{} \textasciitilde{} \# \% \& \{x\}"


@pytest.mark.parametrize("field", list(FIELDS))
def test_the_place_is_that_of_the_word(field: str) -> None:
    text = files(r"x + \openout y", "")[field]
    with pytest.raises(DeriveError, match="openout") as caught:
        read(text)
    where = caught.value.where
    assert where is not None
    assert text.splitlines()[where.line - 1][where.column - 1 :].startswith("\\openout")


@pytest.mark.parametrize("latex", HARMLESS)
def test_what_people_write_passes(latex: str) -> None:
    for text in files(latex, "").values():
        read(text)


OWN = r"\usepackage{bm} \newcommand{\w}{\bm{w}} \newcommand{\vv}[1]{\mathbf{#1}} \newcommand{\gr}{\nabla f} \newcommand{\tT}{^{\top}}"
SYMBOLS = (
    r"\w", r"\vv{w}", r"\vv w", r"\hat{\vv{x}}_{k|k-1}", r"x^{(k)}", r"x^{(k+1)}_i", r"W^{[l]}", r"\theta^{\text{new}}", r"\mathbf{\hat x}",
    r"\lambda_{\max}", r"\bar{\mathbf{X}}", "x^*", r"\mathbf{x}_0", r"\boldsymbol\Sigma", r"y_{\text{train}}", r"\mathbf X", r"\sigma_{x,y}", "ö",
)
FORMULAS = (
    r"\nabla f(x) = 3", "{-1}", r"\det", "3", "{}", r"\,", "AB", "A B", "A'", "A^T", r"A^\top", "A^{-1}", "x^2", "x^n", r"\mathrm{d}", "I",
    r"\mathbf{I}", r"\mathbf{1}", r"\operatorname{tr}", "x+y", r"\gr", r"x\tT", "(x)", r"\frac{1}{2}", r"\sqrt{x}", r"\phantom{x}", r"\partial",
    r"\infty", "x^{+}", r"\langle x", r"\hat{}", r"\hat{xy}", r"\mathbf{AB}", r"\mathrm{A}\mathrm{B}", r"\text{if } x", "-x", r"\cdot",
    r"\mathop{\nabla}", r"{\nabla}", r"\text{=}", r"\overline{x = 3}", r"\mathbf{\nabla}", r"x_{i}^{2}", r"x^{\mathsf T}", r"\bar{x^2}",
    r"x^{\mathrm{T}}", "x^{(}", "x^{)}",
)


def with_symbol(latex: str) -> None:
    with macros.with_commands_of(macros.read(OWN, "m.tex")):
        problemfile.read(
            f"title: T\nsymbols: {{c: {{type: scalar, latex: {quoted(latex)}}}, x: vector(n)}}\nfunction: f(x) = c x' x\nfind: [gradient]\n",
            "p.yaml",
        )


@pytest.mark.parametrize("latex", [*SYMBOLS, *HARMLESS])
def test_a_symbol_is_printed_as_a_symbol(latex: str) -> None:
    with_symbol(latex)


@pytest.mark.parametrize("latex", FORMULAS)
def test_a_symbol_is_no_formula(latex: str) -> None:
    with pytest.raises(DeriveError) as caught:
        with_symbol(latex)
    assert caught.value.code == "latex"


@pytest.mark.parametrize("form", MACROS)
def test_a_macro_file_holds_definitions(form: str, project: Path) -> None:
    (project / "derive.toml").write_text('[document]\nmacros = "m.tex"\n')
    for name, payload in PAYLOADS.items():
        if name in ("a comment", "a parameter") or (name == "a new line" and "definecolor" not in form):
            continue  # a comment is one, and a parameter may stand in a body
        text = form.replace("@P@", payload.replace("@OUTSIDE@", "/outside/secret.txt"))
        (project / "m.tex").write_text(text)
        with pytest.raises(DeriveError) as caught:
            load()
        assert caught.value.code in ("macros", "project-file"), name


GOOD = r"""% our letters
\newcommand{\R}{\mathbb{R}}
\newcommand\norm[1]{\left\lVert #1\right\rVert}
\newcommand{\pnorm}[2][2]{\norm{#2}_{#1}}
\DeclareMathOperator*{\argmin}{arg\,min}
\DeclareMathOperator{\Cov}{Cov}
\DeclarePairedDelimiter{\abs}{\lvert}{\rvert}
\definecolor{deriveaccent}{HTML}{7A1F1F}
\colorlet{mine}{deriveaccent!50}
\newcommand{\hot}[1]{\textcolor{mine}{#1}}
\def\half{\tfrac12}
\providecommand{\E}{\operatorname{\mathbb{E}}}
\renewcommand{\vec}[1]{\mathbf{#1}}
\renewcommand{\epsilon}{\varepsilon}
\NewDocumentCommand{\ip}{m m}{\langle #1, #2 \rangle}
\usepackage{bm}
\newcommand{\w}{\bm{w}}
"""


def test_definitions_are_read() -> None:
    found = macros.read(GOOD, "m.tex")
    assert set(found.commands) == {"R", "norm", "pnorm", "argmin", "Cov", "abs", "hot", "half", "E", "vec", "epsilon", "ip", "bm", "w"}
    with macros.with_commands_of(found):
        problemfile.read(
            "title: T\nstatement: 'Let $\\norm{\\w}_2 \\le \\half$, $\\abs*{x} = \\pnorm[1]{x}$, $\\argmin_x \\E \\ip{x}{y}$, $\\vec{x} \\in \\R$.'\n"
            "symbols: {x: vector(n)}\nfunction: f(x) = x' x\nfind: [gradient]\n", "p.yaml",
        )


def test_own_commands_cost_what_they_stand_for() -> None:
    doubled = "\\newcommand{\\aa}{xx}" + "".join(f"\\newcommand{{\\a{chr(98 + k)}}}{{\\a{chr(97 + k)}\\a{chr(97 + k)}}}" for k in range(20))
    with pytest.raises(DeriveError, match="reasonable time"):
        macros.read(doubled, "m.tex")
    found = macros.read("\\newcommand{\\four}[1]{#1#1#1#1}", "m.tex")

    def refuse(message: str, _at: int) -> None:
        raise ValueError(message)

    with pytest.raises(ValueError, match="reasonable time"):
        formula.check("\\four{" * 10 + "x" + "}" * 10, refuse, found.commands)  # type: ignore[arg-type]


@pytest.mark.parametrize("text", ["\\newcommand" + " " * 60_000, "%" * 90_000, "\\" * 90_001, "{" * 90_000, "\\newcommand{\\x}{" + "{" * 90_000])
def test_rubbish_is_refused_at_once(text: str) -> None:
    started = time.monotonic()
    try:
        macros.read(text, "m.tex")
    except DeriveError as error:
        assert error.code == "macros"
    assert time.monotonic() - started < 2


def test_trust_is_not_a_projects_to_give(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (project / "m.tex").write_text("\\AtBeginDocument{x}")
    (project / "derive.toml").write_text('[document]\nmacros = "m.tex"\n')
    for text in ("trust-tex = true\n", "[document]\ntrust-tex = true\n", "[document]\ntrust_tex = true\n"):
        (project / "derive.toml").write_text(text)
        with pytest.raises(DeriveError, match="not a se"):
            load()
    (project / "derive.toml").write_text('[document]\nmacros = "m.tex"\n')
    (project / "derive").mkdir()
    (project / "derive" / "config.toml").write_text("trust-tex = true\n")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(project))
    with pytest.raises(DeriveError, match="AtBeginDocument"):
        load()
    mine = tmp_path / "config" / "derive"
    mine.mkdir(parents=True)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(mine.parent))
    for said, trusted in (("true", True), ("false", False), (f'["{project}"]', True), ('["/elsewhere"]', False)):
        (mine / "config.toml").write_text(f"trust-tex = {said}\n")
        if trusted:
            assert load().settings.trust_tex and load().settings.macros == "\\AtBeginDocument{x}"
        else:
            with pytest.raises(DeriveError, match="AtBeginDocument"):
                load()
    assert load(trust=True).settings.trust_tex


@pytest.mark.tex
def test_every_word_is_known_to_tex() -> None:
    from derive.pipeline.tex import engine

    following = {"m": "{x}", "t": "{x}", "d": "(", "o": "[y]", "*": "*", "c": "{red}", "s": ""}
    body = []
    for name, word in words.WORDS.items():
        after = "".join(following[kind] for kind in word.arguments)
        body.append(f"$\\sum\\{name}_a$" if name in ("limits", "nolimits") else f"$\\{name}{after} x$")
    body += [f"$\\left\\{name} x \\right\\{name}$" for name in words.DELIMITERS]
    for name in words.ENVIRONMENTS:
        argument = {"array": "{c}", "alignedat": "{1}"}.get(name, "")
        body.append(f"\\[\\begin{{{name}}}{argument} x \\\\[3pt] y \\end{{{name}}}\\]")
    head = "\\documentclass{article}\\usepackage[T1]{fontenc}\\usepackage{lmodern,mathtools,amssymb,xcolor}\\begin{document}\n"
    assert engine.typeset(head + "\n".join(body) + "\\end{document}").pdf


def test_no_formula_of_ours_is_written_with_a_word_that_may_be_renewed() -> None:
    import derive

    folder = Path(derive.__file__).parent
    own = [*(folder / "notation").rglob("*.py"), *(folder / "documents").rglob("*.py")]
    for path in own:
        found = set(re.findall(r"\\\\?([A-Za-z]+)", path.read_text(encoding="utf-8"))) & words.RENEWED
        found -= {"vec", "emptyset", "Re", "Im"} if path.name in ("prose.py", "mathml.py") else set()
        assert not found, path


def test_quoted() -> None:
    assert quoted("a'b") == "'a''b'"


LECTURE = "title: T\nsections: [{title: S, frames: [{text: 'See \\cite{k}.'}]}]\n"
WORK = "@book{k, author={A. B}, title={%s}, publisher={P}, year={2000}}\n"
DOUBLED = '@string{a0 = "xxxxxxxxxx"}' + "".join(f"@string{{a{k + 1} = a{k} # a{k}}}" for k in range(40)) + WORK.replace("{%s}", "a40")


@pytest.mark.parametrize(
    "text",
    [
        WORK % r"\input{/etc/passwd}", WORK % r"$\input{x}$", WORK % "\ue0005\ue001", WORK % ("\ue000" + "9" * 5000 + "\ue001"),
        WORK % "\ue000²\ue001", WORK % "\\emph \ue002x\ue003", DOUBLED, WORK % ("{" * 5000 + "x" + "}" * 5000), WORK % ("a " * 200_000),
        "@misc{k, author={A}, title={T}, url={javascript:alert(1)}, year=2000}",
        "@misc{k, author={A}, title={T}, url={https://x.y/\\input{z}}, year=2000}",
        "@string{a = 'x' # a}" + WORK, "@" * 50_000, "@book{k," * 5_000, '@book{k, title="' + "x" * 100_000, WORK % "\x1b[31m",
    ],
    ids=lambda text: text[:60].encode("ascii", "backslashreplace").decode(),
)
def test_a_bibliography_is_data(text: str, project: Path) -> None:
    (project / "derive.toml").write_text('[document]\nbibliography = "r.bib"\n')
    (project / "r.bib").write_text(text)
    started = time.process_time()
    with pytest.raises(DeriveError) as caught, macros.with_commands_of(load().settings.commands):
        collections.read(LECTURE, "l.yaml")
        prose.read(r"\cite{k}")
    assert caught.value.code in ("bibliography", "prose", "prose-math", "prose-length", "character")
    assert caught.value.where is not None and time.process_time() - started < 5


@pytest.mark.parametrize("words", ["^^5cinput /etc/passwd ", "^^^5c^^5cx", "a ^^^^005c b", "^^M^^@", r"\input{x} # % ~", "a } \\end{document} { b"])
def test_what_a_picture_is_for_who_hears_it_is_words(words: str) -> None:
    kept = fill.said(words)
    assert "^^" not in kept and not re.search(r"[{}#]|(?<!\\)%|\\(?!%)", kept)


@pytest.mark.parametrize(
    "setting",
    [r"author = '\zzq'", r"date = '$\input{x}$'", r"institute = 'a } b'" + "\nauthor = '${'", 'author = "\\u001b[31m"', 'date = "\\u202e"'],
)
def test_the_words_of_a_project_file_are_held_to_what_prose_may_hold(setting: str, project: Path) -> None:
    (project / "derive.toml").write_text(f"[document]\n{setting}\n")
    with pytest.raises(DeriveError) as caught:
        load()
    assert caught.value.code == "project-file" and caught.value.where is not None and caught.value.where.line > 1


def test_no_command_of_an_author_stands_in_for_one_of_ours_on_a_web_page() -> None:
    from derive.documents.page.document import Command
    from derive.documents.rendering.mathml import with_commands, written

    formula = r"r \coloneqq \operatorname{tr}(X) \dvchange<2>{y}"
    plain = written(formula)
    own = tuple(Command(name, 0, None, r"\ne") for name in ("coloneqq", "operatorname", "dvchange", "le"))
    with with_commands(own):
        assert written(formula) == plain
    with with_commands((Command("vec", 1, None, r"\mathbf{#1}"),)):
        assert "𝐱" in written(r"\vec{x}")
    with pytest.raises(DeriveError, match="belong to the program"):
        macros.read(r"\newcommand{\dvchange}{x}", "m.tex")
