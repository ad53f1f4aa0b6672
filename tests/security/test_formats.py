"""Formats: made once for all documents of a kind, of nothing that is theirs, and made again when one is damaged."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from derive.pipeline.tex import cell, engine, formats

BODY = "\\begin{document}%s\\end{document}"
PREAMBLE = "\\documentclass{article}\n\\pdfinfoomitdate=1 \\pdftrailerid{} \\pdfsuppressptexinfo=-1\n"


def text(body: str = "x") -> str:
    return PREAMBLE + formats.END + BODY % body


def named_right(content: bytes, path: Path) -> None:
    path.unlink()
    path.with_name(f"{path.stem.split('-')[0]}-{zlib.crc32(content):08x}.fmt").write_bytes(content)


DAMAGES: dict[str, Callable[[Path], object]] = {
    "emptied": lambda path: path.write_bytes(b""),
    "cut": lambda path: path.write_bytes(path.read_bytes()[:100_000]),
    "one byte": lambda path: path.write_bytes(path.read_bytes()[:5_000] + b"\x00\xff" + path.read_bytes()[5_002:]),
    "rubbish": lambda path: path.write_bytes(b"rubbish" * 1000),
    "rubbish that is named right": lambda path: named_right(b"rubbish" * 1000, path),
    "a cut one that is named right": lambda path: named_right(path.read_bytes()[:-2_000_000], path),
    "a folder": lambda path: (path.unlink(), path.mkdir()),
}


@pytest.mark.parametrize("damage", list(DAMAGES))
def test_a_damaged_format_is_made_again(damage: str, cache: Path) -> None:
    good = engine.typeset(text()).pdf
    (kept,) = (cache / "formats").glob("*.fmt")
    whole = kept.read_bytes()
    DAMAGES[damage](kept)
    formats.known_formats.clear()
    assert engine.typeset(text()).pdf == good
    if damage != "a folder":
        assert whole in [path.read_bytes() for path in (cache / "formats").glob("*.fmt")]


@pytest.mark.parametrize("walls", [True, False])
def test_a_document_cannot_write_to_the_cache(walls: bool, cache: Path, request: pytest.FixtureRequest) -> None:
    if not walls:
        request.getfixturevalue("no_namespace")
    good = engine.typeset(text()).pdf
    (kept,) = (cache / "formats").glob("*.fmt")
    whole = kept.read_bytes()
    try:
        engine.typeset(text(r"\immediate\openout15=derive.fmt \immediate\write15{hi}\immediate\closeout15 x"))
    except engine.DeriveError:
        assert walls
    assert kept.read_bytes() == whole
    assert engine.typeset(text()).pdf == good


def test_a_preamble_that_a_format_does_not_keep_is_read_every_time(cache: Path) -> None:
    preamble = "\\documentclass{beamer}\\usetheme{Warsaw}\n"
    for _ in range(2):
        assert engine.typeset(preamble + formats.END + BODY % "\\begin{frame}{A}x\\end{frame}").pdf
        formats.known_formats.clear()
    assert not list((cache / "formats").glob("*.fmt")) and list((cache / "formats").glob("*.none"))


@pytest.mark.parametrize("what", ["a file", "nothing", "unwritable"])
def test_without_a_cache_documents_are_made(what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = tmp_path / "c"
    if what == "a file":
        place.write_text("x")
    monkeypatch.setenv("DERIVE_CACHE", "/proc/nothing" if what == "unwritable" else str(place))
    formats.known_formats.clear()
    assert engine.typeset(text()).pdf
    formats.known_formats.clear()


def test_the_cell_stands_where_the_system_allows_it() -> None:
    walls = cell.standing()
    assert walls.namespace or walls.why


def test_formats_hold_nothing_of_a_document() -> None:
    """Documents of a kind, whatever they are about, begin with the same preamble: one format serves a batch."""
    from derive.documents.page.modes import MODES
    from derive.documents.page.settings import Fit, Settings
    from derive.pipeline.produce import tex
    from derive.pipeline.subject import read

    problem = "title: T {k} of many\nsource: 'S {k}'\nsymbols: {{x: vector(n)}}\nfunction: f(x) = {k} x' x\nfind: [gradient]\n"
    subjects = [read(problem.format(k=k), f"p{k}.yaml") for k in (2, 3)]
    settings = [Settings(author="A", date="May"), Settings(author="B", institute="I")]
    for mode in MODES.values():
        if not mode.pdf:
            continue
        found = set()
        for subject, own in zip(subjects, settings, strict=True):
            parts = formats.split(tex(subject.document(mode, own, Fit()), mode))
            assert parts is not None, mode.name
            found.add(parts[0])
        assert len(found) == 1, mode.name
