"""Building many files: what is made again and why, what is left when one fails, lectures and sets."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from derive.pipeline import build as building
from derive.pipeline.build import Outcome, build
from derive.pipeline.keys import changed, digest
from derive.pipeline.ledger import Ledger
from derive.pipeline.processes.pool import available
from derive.pipeline.project import load
from derive.pipeline.sample import SAMPLE
from derive.pipeline.sources import Source, find
from derive.pipeline.writing import write

BAD = "symbols: {X: 'matrix(m, n)'}\nfunction: f(X) = tr(X X)\nfind: [gradient]\n"
SET = "title: Set 1\nproblems:\n  - {use: one, points: 3}\n  - {use: two, points: 4}\n"


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "problems" / "sets").mkdir(parents=True)
    (tmp_path / "problems" / "one.yaml").write_text(SAMPLE)
    (tmp_path / "problems" / "two.yaml").write_text(SAMPLE.replace("Trace of", "Another trace of"))
    return tmp_path


def run(**options: object) -> dict[str, Outcome]:
    outcomes: Iterator[Outcome] = build(find(()), Path("build"), load(), pdf=False, **options)  # type: ignore[arg-type]
    return {outcome.source.stem: outcome for outcome in outcomes}


def states(outcomes: dict[str, Outcome]) -> dict[str, str]:
    return {stem: outcome.state for stem, outcome in outcomes.items()}


def test_only_what_changed_is_made(course: Path) -> None:
    assert states(run()) == {"one": "made", "two": "made"}
    assert states(run()) == {"one": "unchanged", "two": "unchanged"}
    (course / "problems" / "two.yaml").write_text(SAMPLE.replace("Trace of", "A third trace of"))
    second = run()
    assert states(second) == {"one": "unchanged", "two": "made"} and second["two"].reasons == ("problem",)
    (course / "derive.toml").write_text("[slides]\nrows = 3\n")
    assert run(dry_run=True)["one"].reasons == ("options",)
    assert states(run(force=True)) == {"one": "made", "two": "made"}


def test_a_template_of_the_projects_is_an_ingredient(course: Path) -> None:
    run()
    (course / "templates" / "slides").mkdir(parents=True)
    (course / "templates" / "slides" / "closing.tex.j2").write_text("THE END\n")
    assert run()["one"].reasons == ("templates",)
    assert "THE END" in (course / "build" / "one-slides.tex").read_text()


def test_a_file_that_fails_leaves_nothing_and_the_others_are_made(course: Path) -> None:
    run()
    (course / "problems" / "one.yaml").write_text(BAD)
    (course / "build" / "one-slides.pdf").write_bytes(b"old")
    outcomes = run()
    assert states(outcomes) == {"one": "failed", "two": "unchanged"}
    assert not list((course / "build").glob("one*")) and list((course / "build").glob("two*"))
    error = outcomes["one"].error
    assert error is not None and str(error.where).startswith("problems/one.yaml:2:")


def test_fail_fast_stops(course: Path) -> None:
    (course / "problems" / "a.yaml").write_text(BAD)
    assert states(run(fail_fast=True)) == {"a": "failed"}


def test_two_workers_make_the_same_as_one(course: Path) -> None:
    run(workers=2)
    two = {p.name: p.read_bytes() for p in (course / "build").glob("*.tex")}
    run(force=True)
    assert two == {p.name: p.read_bytes() for p in (course / "build").glob("*.tex")} and len(two) == 4


def test_a_set_is_made_again_when_one_of_its_problems_changes(course: Path) -> None:
    (course / "problems" / "sets" / "first.yaml").write_text(SET)
    assert states(run())["sets/first"] == "made"
    sheet = (course / "build" / "sets" / "first-sheet.tex").read_text()
    assert re.search(r"Total: 7 points", sheet) and "Problem 2" in sheet
    assert r"\nabla f(X) = 2 A X B" not in sheet
    assert re.search(r"\\nabla f\(X\)\}.*\{2 A X B\}", (course / "build" / "sets" / "first-solutions.tex").read_text())
    (course / "problems" / "two.yaml").write_text(SAMPLE + "remark: changed\n")
    assert states(run()) == {"one": "unchanged", "two": "made", "sets/first": "made"}


@pytest.mark.parametrize(("reference", "words"), [("tow", "did you mean `two`?"), ("../../etc/passwd", "there is no problem")])
def test_a_reference_to_nothing_is_refused_at_its_line(course: Path, reference: str, words: str) -> None:
    (course / "problems" / "sets" / "first.yaml").write_text(SET.replace("use: two", f"use: {reference}"))
    error = run()["sets/first"].error
    assert error is not None and words in error.render() and str(error.where).startswith("problems/sets/first.yaml:4:")


def test_a_mistake_of_the_program_is_a_sentence(course: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("no\nsuch thing")

    monkeypatch.setattr(building, "read", broken)
    error = run()["one"].error
    assert error is not None and error.code == "internal" and "RuntimeError: no" in error.message and "report" in str(error.hint)


def test_two_files_of_one_name_are_refused(course: Path) -> None:
    from derive.errors import DeriveError

    (course / "other").mkdir()
    (course / "other" / "one.yaml").write_text(SAMPLE)
    with pytest.raises(DeriveError, match="would both be built"):
        find(("problems", "other"))
    assert find(("problems/one.yaml",)) == (Source("problems/one.yaml", "one"),)


def test_jobs_below_make_are_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAKEFLAGS", " -j4 --jobserver-auth=-2,-2")
    assert available(None).count == 1 and available(3).count == 3


def test_an_equal_file_keeps_its_time(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b.tex"
    assert write(path, "x") is True
    before = path.stat().st_mtime_ns
    assert write(path, "x") is False and path.stat().st_mtime_ns == before
    assert [p.name for p in path.parent.iterdir()] == ["b.tex"]


def test_a_record_that_cannot_be_read_counts_as_none(tmp_path: Path) -> None:
    (tmp_path / ".derive").mkdir()
    for text in ("", "{", "[]", '{"format": 99}', '{"format": 1, "entries": {"a": 3}}', '{"name": "a", "key": {}, "files": {}}\n'):
        (tmp_path / ".derive" / "ledger.json").write_text(text)
        assert Ledger.load(tmp_path).names() == ()


def test_keys_tell_what_changed() -> None:
    assert changed(None, {"a": "1"}) == ("first",)
    assert changed({"a": "1", "b": "2"}, {"a": "1", "b": "3"}) == ("b",)
    assert digest("ab", "c") != digest("a", "bc")


def test_two_builds_into_one_folder_keep_each_others_record(course: Path) -> None:
    """As make -j2 runs them: what one recorded stays when the other saves what it knew before."""
    first, second = Ledger.load(Path("build")), Ledger.load(Path("build"))
    first.record("one", {"problem": "1"}, {"one-slides.tex": b"1"}, source="problems/one.yaml")
    second.record("two", {"problem": "2"}, {"two-slides.tex": b"2"})
    assert Ledger.load(Path("build")).names() == ("one", "two")
    first.forget("one")
    assert Ledger.load(Path("build")).names() == second.names() == ("two",) and not Path("build/one-slides.tex").exists()


def test_an_edited_product_is_seen_by_its_time_and_by_its_content(course: Path) -> None:
    run()
    file = course / "build" / "one-slides.tex"
    state, text = file.stat(), file.read_text()
    os.utime(file)
    assert states(run())["one"] == "unchanged"
    file.write_text(text.replace("Trace", "Space"))
    assert run()["one"].reasons == ("one-slides.tex was edited",)
    assert file.read_text() == text and file.stat().st_size == state.st_size


def test_half_a_line_of_the_record_counts_as_none(course: Path) -> None:
    """As a build leaves it that is killed while it writes one, wherever it is cut."""
    ledger, record = Ledger.load(Path("build")), Path("build/.derive/ledger.json")
    ledger.record("one", {"problem": "1"}, {"one-slides.tex": b"1"})
    whole = record.read_bytes()
    ledger.record("one", {"problem": "2"}, {"one-slides.tex": b"2"})
    line = record.read_bytes()[len(whole):]
    for cut in range(len(line) - 1):
        record.write_bytes(whole + line[:cut])
        torn = Ledger.load(Path("build"))
        entry = torn.get("one")
        assert entry is not None and entry.key == {"problem": "1"} and torn.stale("one", {"problem": "1"}) == ("one-slides.tex was edited",)
        torn.record("two", {}, {})
        again = Ledger.load(Path("build"))
        assert again.names() == ("one", "two") and again.get("one") == entry and again.get("two") is not None


def test_the_record_grows_by_a_line_and_is_shortened(course: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from derive.pipeline import ledger as ledgers

    monkeypatch.setattr(ledgers, "SPARE_BYTES", 1000)
    ledger, record = Ledger.load(Path("build")), Path("build/.derive/ledger.json")
    other = Ledger.load(Path("build"))
    for k in range(50):
        ledger.record(f"p{k}", {}, {f"p{k}.tex": b"x"})
    assert record.read_bytes().count(b"\n") == 51
    for _ in range(5):
        for k in range(50):
            ledger.record(f"p{k}", {"k": str(k)}, {f"p{k}.tex": b"x"})
    assert record.read_bytes().count(b"\n") < 120 and len(Ledger.load(Path("build")).names()) == 50
    assert all(other.stale(f"p{k}", {"k": str(k)}) == () for k in range(50))  # it looks where the lines stand now


@pytest.mark.slow
def test_a_build_of_many_files_takes_no_more_memory(course: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What this process holds of a file is its name and where its record stands."""
    import tracemalloc

    few, many = (tuple(Source(f"problems/p{k:05}.yaml", f"p{k:05}") for k in range(count)) for count in (500, 5000))
    for source in many:
        Path(source.path).write_text(SAMPLE)
    monkeypatch.setattr(building, "run", lambda task: building.Done(task.source, {f"{task.source.stem}-slides.tex": b"x" * 2000}, ""))
    peaks = []
    for number, sources in enumerate((few, many)):
        tracemalloc.start()
        assert sum(1 for _ in build(sources, Path(f"build{number}"), load(), pdf=False)) == len(sources)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] - peaks[0] < 500 * 4500, peaks
