"""What somebody put where a build looks before it begins: its output folder, the cache; and what is written over what is read."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from derive.cli.main import run
from derive.documents.wording.prose import literal
from derive.errors import DeriveError
from derive.pipeline.tex import installed
from derive.pipeline.tex.log import read as read_log
from derive.pipeline.tex.plain import plain
from derive.pipeline.variants import roster
from derive.pipeline.writing import write
from tests.security.test_faults import derive

GOOD = "title: T\nsymbols: {x: vector(n)}\nfunction: f(x) = x' x\nfind: [gradient]\n"


@pytest.fixture
def course(project: Path) -> Path:
    (project / "problems" / "good.yaml").write_text(GOOD)
    return project


def planted(place: Path, what: str, outside: Path) -> None:
    """Something that is no file of ours, at a place where one is looked for."""
    place.parent.mkdir(parents=True, exist_ok=True)
    outside.mkdir(exist_ok=True)
    if what == "a pipe":
        os.mkfifo(place)
        return
    target = outside / "target"
    if what == "a link to a pipe":
        os.mkfifo(target)
    elif what == "a link to what has no end":
        with target.open("wb") as file:
            file.truncate(1 << 40)
    place.symlink_to("/proc/kmsg" if what == "a link to a device" else target)


PLANTED = ("a pipe", "a link to a pipe", "a link to what has no end", "a link to a device")


@pytest.mark.slow
@pytest.mark.parametrize("what", PLANTED)
def test_what_stands_in_an_output_folder_is_not_waited_for(what: str, course: Path, tmp_path: Path) -> None:
    for k, name in enumerate((".derive/idle", ".derive/ledger.json", ".derive/lock", "good-slides.tex")):
        planted(course / f"build{k}" / name, what, tmp_path / f"outside{k}")
        done = derive("build", "--tex-only", "-j", "1", "-q", "-o", f"build{k}")
        assert "[internal]" not in done.stderr, (name, done.stderr)
        assert done.returncode == 0 or "[write-failed]" in done.stderr, (name, done.stderr)
        assert not (course / f"build{k}" / "good-slides.tex").is_symlink()


def test_a_link_is_replaced_and_not_written_through(tmp_path: Path) -> None:
    (tmp_path / "mine.tex").write_text("mine")
    (tmp_path / "link.tex").symlink_to("mine.tex")
    assert write(tmp_path / "link.tex", "mine")
    assert (tmp_path / "mine.tex").read_text() == "mine" and not (tmp_path / "link.tex").is_symlink()
    assert not write(tmp_path / "link.tex", "mine")


@pytest.mark.tex
@pytest.mark.slow
@pytest.mark.parametrize("what", PLANTED)
def test_what_stands_in_the_cache_is_not_waited_for(what: str, course: Path, cache: Path, tmp_path: Path) -> None:
    assert derive("build", "-j", "1", "-q").returncode == 0
    good = (course / "build" / "good-slides.pdf").read_bytes()
    for k, kept in enumerate((cache / "programs.json", *(cache / "formats").glob("*.fmt"))):
        kept.unlink()
        planted(kept, what, tmp_path / f"outside{k}")
    assert derive("build", "-j", "1", "-q", "-f").returncode == 0
    assert (course / "build" / "good-slides.pdf").read_bytes() == good


def test_a_cache_that_others_write_to_is_none_of_ours(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert installed.cache_folder() == cache
    cache.mkdir()
    assert installed.cache_folder() == cache
    cache.chmod(0o777)
    assert not installed.cache_folder().parent.is_dir() and installed.named_cache() == cache
    cache.chmod(0o700)
    monkeypatch.setattr(os, "getuid", lambda: cache.stat().st_uid + 1)
    assert (installed.cache_folder() == cache) is (cache.stat().st_uid == 0)


@pytest.mark.parametrize(
    "command",
    [
        "render problems/good.yaml --to marked --claim claim.tex -o ./claim.tex", "render problems/good.yaml --to solutions -o m.tex",
        "render problems/good.yaml --to solutions -o a.tex --depfile problems/../problems/good.yaml",
        "render problems/good.yaml --to solutions -o a.tex --depfile a.tex", "render x.html --to html -o x.html",
        "render problems/good.yaml --to solutions -o a.tex --depfile derive.toml", "build --tex-only -j 1 --stamp problems/good.yaml",
        "build --tex-only -j 1 --stamp s --depfile problems/good.yaml", "build --tex-only -j 1 --stamp s --depfile link",
        "review problems/good.yaml given -o given/a.tex",
    ],
)
def test_nothing_that_is_read_is_written_over(command: str, course: Path) -> None:
    (course / "claim.tex").write_text("\\[ \\nabla f = 2x \\]\n")
    (course / "derive.toml").write_text('[document]\nmacros = "m.tex"\n')
    (course / "m.tex").write_text("\\newcommand{\\R}{\\mathbb{R}}\n")
    (course / "x.html").write_text(GOOD)
    (course / "link").symlink_to("problems/good.yaml")
    (course / "given").mkdir()
    (course / "given" / "a.tex").write_text("\\[ \\nabla f = 2x \\]\n")
    before = {path: path.read_bytes() for path in course.rglob("*") if path.is_file()}
    assert run(command.split()) == 2
    assert {path: path.read_bytes() for path in course.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize("name", [r"\input{/etc/passwd}", "$x$", "**b**", "[a](javascript:b)", "^^5cx", "{}%#&_~^\\", "\\\\", "<b>", "É"])
def test_a_name_is_a_text_without_markup(name: str) -> None:
    (student,) = roster.read(f"id,name\n1,{name}\n", "r.csv")
    assert student.shown == f"{name} (1)"
    latex = str(literal(student.shown, language="en"))
    assert "$" not in latex.replace(r"\$", "") and "^^" not in latex and r"\input" not in latex and r"\textbf" not in latex


@pytest.mark.parametrize("name", ["\u738b", "\u2603\ufe0f", "x\u0335"])
def test_a_name_that_no_page_can_print_is_refused_at_its_row(name: str) -> None:
    with pytest.raises(DeriveError) as caught:
        roster.read(f"id,name\n0,Ada\n1,{name}\n", "r.csv")
    assert str(caught.value.where).startswith("r.csv:3")
    assert roster.read(f"id,name\n1,{chr(0x738B)}\n", "r.csv", "zh-Hant")


def test_an_image_that_is_none_is_named() -> None:
    log = read_log("DERIVE-AT l.yaml:3 the image\n\n!pdfTeX error: /usr/bin/pdflatex (file ./a.png): libpng: internal error\n ==> Fatal error\n")
    assert log.error is not None and log.error[1] is not None and log.error[1].where.line == 3
    assert plain(log.error[0]).startswith("the image a.png is damaged")


@pytest.mark.tex
@pytest.mark.slow
def test_images_of_any_name_and_kind(course: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lecture = "title: L\nsections:\n- title: S\n  frames:\n  - {image: %s, caption: c}\n"
    assert run(["render", "problems/good.yaml", "--to", "slides", "-o", "problems/document.pdf"]) == 0
    (course / "problems" / "l.yaml").write_text(lecture % "document.pdf")
    assert run(["build", "problems/l.yaml", "--to", "slides", "-q", "-j", "1"]) == 0
    for name, content in (("a.png", b"<svg onload=alert(1)>"), ("b.pdf", b""), ("c.png", b"\x89PNG\r\n\x1a\n"), ("d.jpg", b"\xff\xd8\xff")):
        (course / "problems" / name).write_bytes(content)
        (course / "problems" / "l.yaml").write_text(lecture % name)
        capsys.readouterr()
        assert run(["build", "problems/l.yaml", "--to", "slides", "-q", "-j", "1"]) == 3
        said = capsys.readouterr().err
        assert "problems/l.yaml:5:" in said and name in said and "names no error" not in said, said
