"""The short form of `python -m tests.security.walk`: every place is given a payload of each kind, and read."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tests.security import walk


def test_what_is_no_word_is_refused_where_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("m.tex").write_text("")
    Path("r.bib").write_text("")
    assert all(walk.accepted(name, whole) for name, (whole, _, _) in walk.FILES.items())
    counts: Counter[str] = Counter()
    found = walk.walked("/outside/s", 1, counts)
    assert counts.total() == len(walk.PAYLOADS) * sum(len(list(walk.places(whole))) for whole, _, _ in walk.FILES.values())
    assert not counts["yaml: accepted"] and not counts["outputs: accepted"]
    for name, places in found.items():
        for place, payloads in places.items():
            last = next((step for step in reversed(place) if isinstance(step, str)), "")
            if last in walk.WORDS - {"tags", "level", "claim", "alt"} and place[-1] is not None:
                assert not [payload for payload in payloads if payload.startswith("\\") and "VAR" not in payload], (name, place)


def test_a_leak_would_be_seen() -> None:
    plain = {"p-slides.pdf": "= 2Ax + 37b\n", "p-html.html": "<p>x</p>"}
    assert not list(walk.wrong(plain, plain, "ok"))
    for name, text in (
        ("p-slides.pdf", "= 3Ax + 37b"), ("p-slides.pdf", f"= 2Ax + 37b {walk.CANARY}"), ("p-html.html", "<p onclick=x>x</p>"),
        ("p-html.html", '<a href="javascript:x">x</a>'), ("p-html.html", "<script>"), ("p-slides.tex", "4900861"),
    ):
        assert list(walk.wrong(plain, {**plain, name: text}, "ok")), text
    for said in ("a \x1b[31m", "::error::x", "Traceback"):
        assert list(walk.wrong(plain, plain, said))
