"""What is found of one relation."""

from __future__ import annotations

from derive.reviewing.evaluating.situation import Layout
from derive.reviewing.judging.comparing import (
    Outcome,
)
from derive.reviewing.tree import (
    Tree,
)
from derive.values import dataclass

RIGHT, WRONG, UNCLEAR, DEFINITION, CONDITION = "right", "wrong", "unclear", "definition", "condition"


@dataclass(frozen=True)
class Finding:
    """What is found of one relation.  follows: it follows from the member before it; place: its offset in the text."""

    line: int
    row: int
    verdict: str
    follows: bool = True
    message: str = ""
    place: int = 0
    outcome: Outcome | None = None
    left: Tree | None = None
    right: Tree | None = None
    before: Tree | None = None
    layouts: tuple[Layout, ...] = ()
    source: str = ""
    slip: str = ""
    """The likely slip of a wrong line, in words."""
    op: str = ""
    """The sign of the relation."""
    correction: Tree | None = None
    """The right side as it should be, where the slip was found."""
    stationary: bool = False
    """Whether it was held against stationary points."""
