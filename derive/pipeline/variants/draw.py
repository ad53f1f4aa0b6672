"""Which values each variant has: drawn from the set's seed, the problem's name and the variant's name alone.

Two variants with equal answers are not wanted: the later one is drawn again.  So are, as long as there are others, those that are
easier or harder than the problem as it stands in its file.
"""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from derive.values import dataclass

Values = tuple[int, ...]
"""For each name under `variants`, in order, the number of its value."""

RANKED = 4096
"""So many variants of a problem are put into an order each; of more, some are drawn."""
DRAWS = 400
"""How often is drawn for one variant of a problem that has more than can be ranked."""
AHEAD = 3
"""So many are asked for at once, so that they are derived side by side."""


def most_derived(variants: int) -> int:
    """How many variants of a problem are derived at most, to find different ones for so many students."""
    return 64 + 8 * variants


@dataclass(frozen=True)
class Facts:
    """What a variant of a problem is, once it was derived.

    answer  its results, as they are printed: equal texts, equal answers
    rules   the rules of its lines; `lines` how many there are
    """

    answer: str
    rules: frozenset[str]
    lines: int

    def as_hard_as(self, other: Facts) -> bool:
        """The same rules, and as many lines but for one."""
        return self.rules == other.rules and abs(self.lines - other.lines) <= 1


class Unknown(Exception):
    """The facts of these values are needed first."""

    def __init__(self, values: set[Values]) -> None:
        super().__init__(f"{len(values)} variants are not derived yet")
        self.values = values


@dataclass(frozen=True)
class Drawn:
    """The values of each variant of one problem, by its name.

    equal   the variants that share their answers with an earlier one, because there are no others
    unlike  those that are not as hard as the problem in its file
    """

    values: Mapping[str, Values]
    equal: tuple[str, ...]
    unlike: tuple[str, ...]


def order(counts: Sequence[int], seed: str, problem: str, name: str) -> Iterator[Values]:
    """The values of a problem in the order in which a variant takes them: the first unless something speaks against it.

    counts  how many values each name has
    """
    total = math.prod(counts)
    if total <= RANKED:
        for _, k in sorted((_hash(seed, problem, name, str(k)), k) for k in range(total)):
            yield _values(k, counts)
        return
    seen: set[int] = set()
    for draw in range(DRAWS):
        k = _hash(seed, problem, name, f"draw {draw}") % total
        if k not in seen:
            seen.add(k)
            yield _values(k, counts)


def _hash(*parts: str) -> int:
    text = "\0".join(part.replace("\0", "") for part in parts)
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=16).digest(), "big")


def _values(k: int, counts: Sequence[int]) -> Values:
    out = []
    for count in reversed(counts):
        k, number = divmod(k, count)
        out.append(number)
    return tuple(reversed(out))


def draw(counts: Sequence[int], seed: str, problem: str, names: Sequence[str], known: Mapping[Values, Facts]) -> Drawn:
    """The values of every variant, in the order of `names`: whoever comes later changes nothing of what those before have.

    counts  how many values each name has

    Whose first draw nobody before has, keeps it; the others take, of what is left, the first that is as hard as the problem in its
    file, or the first at all; where nothing is left, one of those that the fewest have.
    known  the facts of the values that were derived; Unknown says which are needed
    """
    orders = {name: _order(tuple(counts), seed, problem, name) for name in names}
    standard = (0,) * len(counts)
    _need({standard, *(ranked[0] for ranked in orders.values())}, known)
    model = known[standard]
    taken: Counter[str] = Counter()
    out: dict[str, Values] = {}
    equal: list[str] = []
    missing: set[Values] = set()
    for name in names:
        try:
            values = _other(orders[name], known, taken, model, most_derived(len(names)))
        except Unknown as unknown:
            missing |= unknown.values
            continue
        out[name] = values
        if taken[known[values].answer]:
            equal.append(name)
        taken[known[values].answer] += 1
    _need(missing, known)
    unlike = tuple(name for name in names if not known[out[name]].as_hard_as(model))
    return Drawn(out, tuple(equal), unlike)


def _other(ranked: Sequence[Values], known: Mapping[Values, Facts], taken: Counter[str], model: Facts, most: int) -> Values:
    """The first values whose answer nobody has, as hard as the model; else the first that nobody has; else one that few have."""
    spare: Values | None = None
    for k, values in enumerate(ranked):
        if values not in known:
            if len(known) >= most:
                continue
            raise Unknown({one for one in ranked[k : k + AHEAD] if one not in known})
        facts = known[values]
        if not taken[facts.answer]:
            if facts.as_hard_as(model):
                return values
            spare = spare or values
    if spare is not None:
        return spare
    derived = [values for values in ranked if values in known]
    alike = [values for values in derived if known[values].as_hard_as(model)] or derived
    return min(alike, key=lambda values: taken[known[values].answer])


@lru_cache(maxsize=256)
def _order(counts: Values, seed: str, problem: str, name: str) -> tuple[Values, ...]:
    return tuple(order(counts, seed, problem, name))


def _need(values: set[Values], known: Mapping[Values, Facts]) -> None:
    missing = {one for one in values if one not in known}
    if missing:
        raise Unknown(missing)
