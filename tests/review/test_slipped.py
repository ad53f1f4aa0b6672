"""The tester tested: a slip put into a right derivation is found in its line, and a right one written otherwise stays right.

`python -m tests.review.slipped 2000` and `python -m tests.review.rewritten 400` are the long runs.
"""

from __future__ import annotations

from itertools import chain, islice

from derive.reviewing.review import review
from tests.review.own import faults
from tests.review.rewritten import rewritten
from tests.review.slipped import located, slipped, slipped_own

COUNT = 24


def test_slips_are_found_where_they_were_made() -> None:
    missed = []
    kinds = set()
    for case in chain(islice(slipped(3), COUNT), islice(slipped_own(5), COUNT)):
        found, line = located(case)
        kinds.add(case.kind)
        if not found:
            missed.append((case.name, case.kind, case.line, line))
    assert len(kinds) >= 10
    assert len(missed) <= 2, missed


def test_right_derivations_written_otherwise_stay_right() -> None:
    kinds = set()
    for case in islice(rewritten(2), COUNT):
        kinds |= set(case.kinds)
        wrong = [fault for fault in faults(review(case.problem, case.latex)) if fault[1] == "wrong"]
        assert not wrong, (case.name, case.kinds, wrong)
    assert len(kinds) >= 6
