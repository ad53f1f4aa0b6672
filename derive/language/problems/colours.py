"""The key `colours`: letters that keep a colour from the statement to the result."""

from __future__ import annotations

from collections.abc import Iterable

from derive.language.problems.keys import read_choice, read_names
from derive.language.words import closest
from derive.language.yaml.nodes import Node

COLOURS = ("orange", "green", "purple", "blue", "teal", "brown")
"""The colours that a letter may have; a list of letters has them in this order.  Red marks what changes."""


def read_colours(node: Node, known: Iterable[str]) -> dict[str, str]:
    """Letter -> colour, of `[W_1, W_2]` or `{W_1: orange, W_2: teal}`.

    known  the names of symbols and of `let`

    DeriveError [colours] for a letter that there is not, or has two, and for more letters than colours.
    """
    names = sorted(known)
    if node.kind != "mapping":
        letters = read_names(node, "colours")
        pairs = [(name, COLOURS[k % len(COLOURS)], node) for k, name in enumerate(letters)]
        if len(set(letters)) < len(letters) or len(letters) > len(COLOURS):
            raise node.error(f"`colours` are at most {len(COLOURS)} letters, each once", code="colours")
    else:
        pairs = [(key, read_choice(value, "colours", COLOURS), value) for key, (_, value) in node.mapping("`colours`").items()]
    for name, _, where in pairs:
        if name not in names:
            guess = closest(name, names)
            raise where.error(
                f"`colours`: there is no letter {name[:40]}" + (f"; did you mean {guess}?" if guess else ""), code="colours",
                hint="it is a name of `symbols` or of `let`",
            )
    return {name: colour for name, colour, _ in pairs}
