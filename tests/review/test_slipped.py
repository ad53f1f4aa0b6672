"""The tester tested: a slip put into a right derivation is found in its line."""

from __future__ import annotations

from itertools import islice

from tests.review.slipped import located, slipped

COUNT = 40


def test_slips_are_found_where_they_were_made() -> None:
    missed = []
    kinds = set()
    for case in islice(slipped(3), COUNT):
        found, line = located(case)
        kinds.add(case.kind)
        if not found:
            missed.append((case.name, case.kind, case.line, line))
    assert len(kinds) >= 6
    assert len(missed) <= COUNT // 20, missed
