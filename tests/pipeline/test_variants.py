"""Variants of a set: what is drawn depends on the seed, the problem and the variant's name alone; equal answers and unequal work."""

from __future__ import annotations

import csv
import io
import re
import resource
import unicodedata
from collections.abc import Mapping, Sequence
from pathlib import Path
from subprocess import run

import pytest

from derive.errors import DeriveError, Position
from derive.pipeline.project import load
from derive.pipeline.variants import make as making
from derive.pipeline.variants.draw import Drawn, Facts, Unknown, Values, draw, most_derived, order
from derive.pipeline.variants.roster import Recipient, numbered, read

NAMES = [f"{k:03}" for k in range(1, 31)]
RULES = frozenset(("definition", "read-off"))


def drawn(
    counts: Sequence[int], names: Sequence[str] = NAMES, seed: str = "s", problem: str = "p", facts: Mapping[Values, Facts] | None = None,
) -> tuple[Drawn, int]:
    """What is drawn, and how many variants had to be derived; all answers are different unless `facts` says otherwise."""
    known: dict[Values, Facts] = {}
    while True:
        try:
            return draw(counts, seed, problem, names, known), len(known)
        except Unknown as unknown:
            known |= {one: (facts or {}).get(one, Facts(str(one), RULES, 4)) for one in unknown.values}


def test_every_value_comes_up_and_no_variant_is_another() -> None:
    found, _ = drawn((3, 3, 2, 3))
    assert len(set(found.values.values())) == 30 and not found.equal and not found.unlike
    assert all({values[k] for values in found.values.values()} == set(range(n)) for k, n in enumerate((3, 3, 2, 3)))
    assert sorted(order((2, 3), "s", "p", "x")) == [(a, b) for a in range(2) for b in range(3)]


def test_it_depends_on_the_seed_the_problem_and_the_name_alone() -> None:
    one, _ = drawn((4, 5, 6))
    assert drawn((4, 5, 6))[0] == one
    assert drawn((4, 5, 6), seed="t")[0].values != one.values
    assert drawn((4, 5, 6), problem="q")[0].values != one.values
    for count in (12, 30, 300):
        few, more = drawn((4, 5, 6), NAMES[:10])[0], drawn((4, 5, 6), [f"{k:03}" for k in range(1, count)])[0]
        assert all(more.values[name] == few.values[name] for name in NAMES[:10])
    turned, _ = drawn((4, 5, 6), NAMES[::-1])
    alike = sum(turned.values[name] == one.values[name] for name in NAMES)
    assert alike >= 20  # but for those whose first draw is another's
    alone = {name: drawn((4, 5, 6), [name])[0].values[name] for name in NAMES}
    assert sum(alone[name] == one.values[name] for name in NAMES) >= 20


def test_equal_answers_are_drawn_again_as_long_as_there_are_others() -> None:
    same = {(a, b): Facts(str(a), RULES, 4) for a in range(40) for b in range(2)}
    found, _ = drawn((40, 2), facts=same)
    assert len({values[0] for values in found.values.values()}) == 30 and not found.equal
    few = {(a, b): Facts(str(a), RULES, 4) for a in range(8) for b in range(20)}
    found, derived = drawn((8, 20), facts=few)
    counts = [sum(values[0] == a for values in found.values.values()) for a in range(8)]
    assert len(found.equal) == 22 and max(counts) - min(counts) <= 1
    assert derived <= most_derived(30) + 120


def test_a_variant_is_as_hard_as_the_first_or_it_is_said() -> None:
    rules = RULES | {"product-rule"}
    harder = {(a, b): Facts(f"{a} {b}", rules if b else RULES, 4) for a in range(40) for b in range(2)}
    found, _ = drawn((40, 2), facts=harder)
    assert all(values[1] == 0 for values in found.values.values()) and not found.unlike
    longer = {(a,): Facts(str(a), RULES, 4 + (a > 9) + (a > 19)) for a in range(40)}
    found, _ = drawn((40,), facts=longer)
    assert len(set(found.values.values())) == 30
    assert {found.values[name][0] for name in found.unlike} <= set(range(20, 40)) and len(found.unlike) == 10


def test_many_values_are_not_all_derived() -> None:
    found, derived = drawn((1000, 1000, 50))
    assert len(set(found.values.values())) == 30 and derived <= 40


# --------------------------------------------------------------------------------------------- rosters
@pytest.mark.parametrize(("text", "meant"), [
    ("id,nmae\n1,Ada\n", "name"), ("nmae\nAda\n", "name"), ("fist name;last name\nAda;L\n", "first name"), ("usrname\tname\nada\tAda\n", "username"),
])
def test_a_misspelt_column_is_named(text: str, meant: str) -> None:
    with pytest.raises(DeriveError) as caught:
        read(text, "r.csv")
    assert caught.value.where == Position("r.csv", 1) and caught.value.hint == f"did you mean `{meant}`?"


@pytest.mark.parametrize("text", [
    "id,name,group\n1,Ada,A\n", "Nele,Namen\nAda,Lovelace\n", "Nam\nAda\n", "Emilia\nAda\n", "id,name,last name,names of the group\n1,A,B,C\n",
])
def test_other_columns_and_names_are_none_of_our_business(text: str) -> None:
    assert read(text, "r.csv")


def test_rosters() -> None:
    assert read("id,name\n12,Ada Lovelace\n\n13,  Emmy   Noether\n", "r.csv") == (
        Recipient("12", "Ada Lovelace (12)"), Recipient("13", "Emmy Noether (13)"),
    )
    assert read("\ufeffFirst Name;Last Name;Email\nÉva;Tardos;eva@x.edu\n", "r.csv") == (Recipient("eva@x.edu", "Éva Tardos"),)
    assert read("Ada\nEmmy\n", "r.csv") == (Recipient("Ada", "Ada"), Recipient("Emmy", "Emmy"))
    assert read('name\n"Noether, Emmy"\n', "r.csv")[0].stem == "Noether-Emmy"
    assert Recipient("../../etc", "x").stem == "etc" and Recipient("a/b c", "x").stem == "a-b-c"
    assert [one.name for one in numbered(2, "Variant", 5)] == ["005", "006"]
    for text, message, line in [("", "empty", 1), ("id,name\n", "nobody below", 1), ("id,name\n1,A\n1,B\n", "twice", 3)]:
        with pytest.raises(DeriveError, match=message) as error:
            read(text, "r.csv")
        assert error.value.where is not None and error.value.where.line == line


# --------------------------------------------------------------------------------------------- a set of five
PROBLEMS = {
    "trace": """\
title: Trace of a quadratic form
statement: 'The factor is $c$.'
symbols: {X: 'matrix(m, n)', B: symmetric(n), A: symmetric(m)}
variants: {c: [2, 3, 5, 7], S: [A, A + I, 2 A, A^2], d: [1, 4]}
function: f(X) = c tr(X' S X B) + d tr(B X' X)
find: [gradient]
""",
    "squares": """\
title: Least squares
symbols: {X: {type: 'matrix(m, n)', is: [full-column-rank]}, y: vector(m), w: vector(n)}
variants: {c: [1, 2, 3, 5, 7, 11, 13], l: [1, 2, 3, 4, 5]}
function: f(w) = c norm(X w - l y)^2
find: [gradient, stationary]
answer: {gradient: 2 c X' (X w - l y)}
""",
    "layer": """\
title: A layer
hint: 'The function is $g$, entry by entry.'
symbols: {W: 'matrix(m, n)', x: vector(n), b: vector(m), t: vector(m)}
variants: {g: [tanh, sigmoid, sin, exp, cos, softplus], c: [2, 3, 4, 5, 6, 7]}
function: f(W) = c t' g(W x + b)
find: [gradient]
""",
    "determinant": """\
title: Log-determinant
symbols: {X: spd(n), A: spd(n)}
variants: {c: [2, 3, 4, 5, 6, 7], M: [A, 2 A, 'A^2', A + I, 3 A]}
function: f(X) = c logdet(X) + tr(M X)
find: [gradient]
""",
    "point": """\
title: In numbers
symbols: {x: scalar, y: scalar}
variants: {a: [1, 2, 3], b: [2, 3, 4], p: [1, -1, 2, 3]}
function: f(x, y) = a x^2 y + b y^3
find: [gradient]
at: {x: p, y: 1}
""",
}
SET = "title: Problem set 3\ncourse: Matrix calculus\nproblems:\n" + "".join(f"  - {{use: {name}, points: 2}}\n" for name in PROBLEMS)


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "problems").mkdir()
    for name, text in PROBLEMS.items():
        (tmp_path / "problems" / f"{name}.yaml").write_text(text)
    (tmp_path / "problems" / "set.yaml").write_text(SET)
    return tmp_path


def made(recipients: Sequence[Recipient], output: str = "out", **options: object) -> list[making.Made]:
    sheet = making.read_sheet(Path("problems/set.yaml").read_text(), "problems/set.yaml")
    options.setdefault("pdf", False)
    events = making.make(sheet, recipients, "2026", Path(output), load(), 1, **options)  # type: ignore[arg-type]
    found = [event for event in events if isinstance(event, making.Made)]
    assert not [one.error.render() for one in found if one.error]
    return found


def rows(output: str = "out") -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(Path(output, "key.csv").read_bytes().decode())))


def test_what_is_unchanged_is_not_made_again_and_one_is_made_alone(course: Path) -> None:
    three = numbered(3, "Variant")
    made(three)
    before = {path: path.read_bytes() for path in Path("out").rglob("*.*") if path.is_file() and ".derive" not in path.parts}
    assert {one.state for one in made(three)} == {"unchanged"}
    assert [one.recipient.name for one in made(three, "alone", only="002")] == ["002"]
    assert Path("alone/sheets/002.tex").read_bytes() == before[Path("out/sheets/002.tex")] and not Path("alone/sheets/001.tex").exists()
    # a problem more changes none of the others
    (course / "problems" / "more.yaml").write_text(PROBLEMS["trace"].replace("c: [2,", "c: [11,"))
    (course / "problems" / "set.yaml").write_text(SET + "  - more\n")
    old = [row["values"] for row in rows() if row["id"] != "more"]
    assert {one.state for one in made(three)} == {"made"}
    assert [row["values"] for row in rows() if row["id"] != "more"] == old
    # who is not in the roster any more has no sheet
    made(three[:2])
    assert not Path("out/sheets/003.tex").exists() and {row["variant"] for row in rows()} == {"001", "002"}


def test_a_variant_that_fails_is_named(course: Path) -> None:
    (course / "problems" / "trace.yaml").write_text(PROBLEMS["trace"] + "answer: {gradient: 4 S X B + 2 d X B}\n")
    with pytest.raises(DeriveError, match=r"not equal to what is derived: .*\(in the variant c = [357], S = "):
        made(numbered(6, "Variant"))
    assert not Path("out").exists()


def test_a_set_without_variants_is_refused(course: Path) -> None:
    (course / "problems" / "plain.yaml").write_text("symbols: {x: scalar}\nfunction: x^2\nwrt: x\nfind: [gradient]\n")
    with pytest.raises(DeriveError, match="none of its problems has variants"):
        making.read_sheet("title: T\nproblems: [plain]\n", "problems/s.yaml")
    with pytest.raises(DeriveError, match="a lecture has no variants"):
        making.read_sheet("title: T\nsections: []\n", "problems/s.yaml")
    one = making.read_sheet(PROBLEMS["trace"], "problems/trace.yaml")
    assert one.varied == ("problems/trace.yaml",)


def letters(text: str) -> str:
    """Letters and digits alone: what stands raised, below or beside is one row of them, in a key as in a PDF."""
    plain = text.translate(str.maketrans({"'": "T", "′": "T", "ᵀ": "T"}))
    return "".join(c for c in unicodedata.normalize("NFKC", plain) if c.isalnum())


def of_latex(text: str) -> str:
    """The same of LaTeX: the names of functions are words, every other command is a sign."""
    bare = re.sub(r"\\(tanh|exp|sin|cos|log|det)(?![a-z])", r"\1", re.sub(r"\\operatorname", "", text))
    return letters(re.sub(r"\\[A-Za-z]+", " ", bare))


def words(pdf: Path) -> str:
    return run(["pdftotext", "-raw", str(pdf), "-"], capture_output=True, text=True, check=True).stdout


@pytest.mark.tex
@pytest.mark.slow
def test_a_set_of_five_for_thirty(course: Path) -> None:
    import pikepdf

    (course / "students.csv").write_text("id,name\n" + "".join(f"s{k:02},Student Number{chr(65 + k % 26)} {k}\n" for k in range(30)))
    students = read((course / "students.csv").read_text(), "students.csv")
    started = resource.getrusage(resource.RUSAGE_CHILDREN), resource.getrusage(resource.RUSAGE_SELF)
    assert len(made(students, pdf=True)) == 30
    ended = resource.getrusage(resource.RUSAGE_CHILDREN), resource.getrusage(resource.RUSAGE_SELF)
    seconds = sum(b.ru_utime + b.ru_stime - a.ru_utime - a.ru_stime for a, b in zip(started, ended, strict=True))
    assert seconds < 2 * 90, f"{seconds:.0f} processor seconds: more than two cores have in a minute and a half"
    key = rows()
    assert len(key) >= 30 * 8 and {row["variant"] for row in key} == {one.name for one in students}
    wrong = []
    for one in students:
        solution = letters(words(Path(f"out/solutions/{one.stem}.pdf")))
        assert letters(one.shown) in solution
        wrong += [row for row in key if row["variant"] == one.name and letters(row["left"]) + of_latex(row["latex"]) not in solution]
        # and nobody has the answer of another
        mine = of_latex(next(row["latex"] for row in key if (row["variant"], row["id"]) == (one.name, "trace")))
        others = {of_latex(row["latex"]) for row in key if row["id"] == "trace"} - {mine}
        assert f"fX{mine}" in solution and not [other for other in others if f"fX{other}" in solution and not mine.startswith(other)]
    assert not wrong, wrong[:3]
    for name in ("trace", "squares", "determinant"):
        assert len({row["answer"] for row in key if row["id"] == name and row["quantity"] == "gradient"}) == 30
    # no sheet holds a trace of its solution: not in its words, its metadata, its bookmarks, the words for who cannot see it
    for one in students:
        with pikepdf.open(f"out/sheets/{one.stem}.pdf") as pdf:
            said = [*map(str, pdf.docinfo.values())]
            with pdf.open_outline() as outline:
                said += [item.title for item in outline.root]
            content = b"".join(page.Contents.read_bytes() for page in pdf.pages)
            said += [alt.decode("utf-16-be", "replace") for alt in re.findall(rb"\xfe\xff((?:..)*?)\)", content, re.DOTALL)]
            said += [bytes.fromhex(alt.decode()).decode("utf-16-be", "replace") for alt in re.findall(rb"<FEFF([0-9A-F]*)>", content)]
            said += re.findall(r"/Alt *\((.*?)\)", content.decode("latin-1"))
        assert len(said) > 10
        text = letters(words(Path(f"out/sheets/{one.stem}.pdf"))) + " ".join(letters(part) for part in said)
        for row in key:
            if row["variant"] == one.name and row["quantity"] not in ("number", "value"):
                assert letters(row["answer"]) not in text and of_latex(row["latex"]) not in text, (one, row)
        assert "Solution" not in text
    with pikepdf.open("out/print.pdf") as paper:
        assert len(paper.pages) == 60 and len(paper.open_outline().root) == 30
