"""README and docs: every block of code is run, every command, option, key, function and kind is named, every link leads somewhere."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import pytest

from derive.calculus.rules.identities import IDENTITIES
from derive.cli.main import COMMANDS, run
from derive.documents.page.modes import MODES
from derive.expressions.functions import FUNCTIONS
from derive.language.words import CONSTANTS, STATISTICS
from derive.pipeline.project import read
from tests.docs.write_pages import MARKS, commands, functions

WRITE = "`python -m tests.docs.write_pages` writes it"
ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md")])
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.M | re.S)
FILE = re.compile(r"# (problems/\S+\.yaml)\n")


def blocks(page: Path, kind: str) -> list[str]:
    return [body for name, body in BLOCK.findall(page.read_text(encoding="utf-8")) if name == kind]


def ids(page: Path) -> str:
    return page.name


PROBLEM_FILES = [p for p in PAGES if any(FILE.match(b) for b in blocks(p, "yaml"))]


@pytest.fixture
def project(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the files that a page shows."""
    for body in blocks(request.param, "yaml"):
        if named := FILE.match(body):
            path = tmp_path / named[1]
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(body, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def alike(line: str, wanted: str) -> bool:
    """Whether a line is as a page shows it; `…` stands for anything, gaps for gaps."""
    pattern = r"\s+".join(r".*".join(map(re.escape, word.split("…"))) for word in wanted.split())
    return re.fullmatch(pattern.replace(r"\s+.*\s+", r"\s+.*"), line.strip()) is not None


def check_output(printed: str, wanted: list[str]) -> None:
    """The lines of a page come in this order; a line of dots alone stands for any number of lines."""
    lines, place, anywhere = [ln for ln in printed.splitlines() if ln.strip()], 0, False
    for want in (w for w in wanted if w.strip()):
        if want.strip() == "…":
            anywhere = True
            continue
        found = next((k for k in range(place, len(lines)) if alike(lines[k], want)), None)
        assert found is not None and (anywhere or found == place), f"{want!r} is not what is printed:\n{printed}"
        place, anywhere = found + 1, False


@pytest.mark.tex
@pytest.mark.parametrize(
    ("project", "page"), [(p, p) for p in PROBLEM_FILES if blocks(p, "console")], ids=[p.name for p in PROBLEM_FILES if blocks(p, "console")],
    indirect=["project"],
)
def test_what_a_page_types_prints_what_it_shows(project: Path, page: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    for body in blocks(page, "console"):
        for command, output in re.findall(r"^\$ derive (.*)\n((?:(?!\$ ).*\n)*)", body, re.M):
            typed, _, note = command.partition("  # ")
            done = subprocess.run([sys.executable, "-m", "derive", *typed.split()], capture_output=True, text=True, check=False)
            assert (done.returncode != 0) == (note.strip() == "fails"), done.stderr
            check_output(done.stdout + done.stderr, output.splitlines())
            if " -o " in typed:
                assert Path(typed.split(" -o ")[1]).stat().st_size > 1000


def test_what_a_page_shows_is_really_compared() -> None:
    with pytest.raises(AssertionError):
        check_output("∇f(X) = AXB\n", ["∇f(X) = 2AXB"])
    check_output("   2   = tr(H'AXB)      product rule\n", ["2 = tr(H'AXB) … product rule"])


@pytest.mark.parametrize("page", PAGES, ids=ids)
def test_every_yaml_block_is_yaml_and_every_toml_block_are_settings(page: Path, tmp_path: Path) -> None:
    import yaml

    (tmp_path / "macros.tex").write_text("\\newcommand{\\R}{\\mathbb{R}}\n")
    (tmp_path / "references.bib").write_text("@misc{magnus2019, title = {Matrix differential calculus}}\n")
    for body in blocks(page, "yaml"):
        if " # problems/" not in body:  # two files side by side are for the eye
            assert yaml.safe_load(body)
    for body in blocks(page, "toml"):
        read(body, "derive.toml", tmp_path)


@pytest.mark.parametrize("page", [p for p in PAGES if blocks(p, "python") and p.name != "adding.md"], ids=ids)
def test_python_blocks_run(page: Path) -> None:
    for body in blocks(page, "python"):
        shown = "\n".join(f"assert ({m[1].strip()}) == ({m[2]})" if (m := re.match(r"(.+?)\s+# (True|\d.*)$", ln)) and "sympy" not in ln else ln
                          for ln in body.splitlines() if not ln.rstrip().endswith("# 2*A*X"))
        assert "assert" in shown
        done = subprocess.run([sys.executable, "-c", shown], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("page", [ROOT / "docs" / "adding.md"], ids=ids)
def test_the_rows_of_adding_are_all_that_is_needed(page: Path, tmp_path: Path) -> None:
    """In a process of its own, the rows join the tables before anything reads them; then the problems of the page are checked."""
    rows = {name: [b.split("\n", 1)[1] for b in blocks(page, "python") if b.startswith(f"# {name}.py")] for name in ("functions", "differentials")}
    assert len(rows["functions"]) == 2 and len(rows["differentials"]) == 1
    code = [
        "from derive.expressions import functions as table",
        "from derive.expressions.functions import Function, _map",
        *(f"row = {row.strip()}\ntable.FUNCTIONS[row.name] = row" for row in rows["functions"]),
        "from derive.calculus.rules import differentials",
        "from derive.calculus.rules.rule import Rule",
        *(f"row = {row.strip()}\ndifferentials.DIFFERENTIALS[row.name] = row" for row in rows["differentials"]),
        "import derive, sys",
        "for path in sys.argv[1:]:",
        "    assert derive.verify(derive.derive(derive.load(path))).passed",
    ]
    paths = []
    for k, body in enumerate(blocks(page, "yaml")):
        paths.append(tmp_path / f"{k}.yaml")
        paths[-1].write_text(body)
    assert len(paths) == 2
    done = subprocess.run([sys.executable, "-c", "\n".join(code), *map(str, paths)], capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stderr


def test_the_law_of_adding_is_a_row() -> None:
    (body,) = (b for b in blocks(ROOT / "docs" / "adding.md", "python") if b.startswith("Law("))
    row = ast.parse(body.strip().rstrip(","), mode="eval").body
    assert isinstance(row, ast.Call) and len(row.args) == 8
    name, left, right, given, wrt, words, why = (ast.literal_eval(arg) for arg in row.args[:7])
    law = IDENTITIES[name]
    assert (law.left, law.right, law.given, law.wrt, law.words, law.why) == (left, right, given, wrt, words, why)
    assert {k.arg: ast.literal_eval(k.value) for k in row.keywords} == {"rows": law.rows, "last": law.last, "runs": law.runs}


def test_the_language_of_adding_is_a_table() -> None:
    (body,) = (b for b in blocks(ROOT / "docs" / "adding.md", "python") if b.startswith("# nl.py"))
    code = body + (
        "\nfrom derive.documents.wording import glossary, words\n"
        "from derive.documents.wording.languages.zh_hant import TABLE as OTHER\n"
        "assert TABLE.words.keys() <= words.ENGLISH.keys() and TABLE.terms.keys() <= glossary.ENGLISH.keys()\n"
        "assert TABLE.reasons.keys() <= OTHER.reasons.keys() and TABLE.marks.keys() == OTHER.marks.keys()\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stderr


def test_every_constant_is_named() -> None:
    text = (ROOT / "docs" / "language.md").read_text(encoding="utf-8")
    assert not [name for name in (*CONSTANTS, *STATISTICS, "inv", "where") if f"`{name}(" not in text]


def test_the_readme_is_short() -> None:
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) <= 150


@pytest.mark.parametrize("page", PAGES, ids=ids)
def test_links_lead_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#:]+?)(?:#[\w-]+)?\)", text):
        assert (page.parent / target).exists(), target
    headings = {re.sub(r"[^\w -]", "", h.lower()).replace(" ", "-") for h in re.findall(r"^#+ (.+)$", text, re.M)}
    for anchor in re.findall(r"\]\(#([\w-]+)\)", text):
        assert anchor in headings, anchor


def everything() -> str:
    return "\n".join(page.read_text(encoding="utf-8") for page in PAGES)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_named(name: str) -> None:
    assert f"derive {name}" in everything()


def test_every_kind_of_document_is_named() -> None:
    text = (ROOT / "docs" / "documents.md").read_text(encoding="utf-8")
    assert not [name for name in MODES if f"`{name}`" not in text]


def test_the_page_of_commands_is_what_they_say() -> None:
    """Every option is on it, as `--help` has it."""
    assert (ROOT / "docs" / "commands.md").read_text(encoding="utf-8") == commands(), WRITE


@pytest.mark.parametrize("kind", ["problem", "lecture", "set"])
def test_every_key_of_a_file_is_named(kind: str) -> None:
    text = (ROOT / "docs" / "language.md").read_text(encoding="utf-8")
    schema = json.loads(files("derive.language").joinpath(f"{kind}.schema.json").read_text("utf-8"))
    assert not [key for key in schema["properties"] if f"`{key}`" not in text and f"\n{key}:" not in text]


def test_the_functions_of_the_language_page_are_those_of_the_table() -> None:
    text = (ROOT / "docs" / "language.md").read_text(encoding="utf-8")
    shown = text.split(MARKS[0], 1)[1].split(MARKS[1], 1)[0]
    assert shown == functions(), WRITE
    assert all(f"`{f.written}`" in shown for f in FUNCTIONS.values())


def test_a_function_that_is_not_there_is_guessed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["functions", "sofmax"]) == 1
    assert "did you mean softmax?" in capsys.readouterr().err


def test_nothing_refers_to_a_page_that_is_not_there() -> None:
    """Every Markdown page that code, tests or pages name is in the repository."""
    named = set()
    for path in [*(ROOT / "derive").rglob("*.py"), *(ROOT / "tests").rglob("*.py"), *(ROOT / "templates").rglob("*.j2"), *PAGES]:
        named |= {(path, m) for m in re.findall(r"(?<![\w*/.{])((?:[\w-]+/)*[A-Za-z][\w-]*\.md)\b", path.read_text(encoding="utf-8"))}
    places = (ROOT, ROOT / "docs", ROOT / "tests")
    lacking = {(p.relative_to(ROOT).as_posix(), m) for p, m in named if not any((q / m).exists() for q in (*places, p.parent))}
    assert not lacking
