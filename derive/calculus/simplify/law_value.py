"""What a law makes of given letters, for code that finds them where no pattern does: a product of many factors, a sum over an index."""

from __future__ import annotations

from collections.abc import Mapping

from derive.calculus.rules.identities import IDENTITIES
from derive.calculus.rules.law import declared, side
from derive.calculus.rules.rule import fill
from derive.expressions.nodes import Expr
from derive.expressions.sizes import Size


def law_value(name: str, letters: Mapping[str, Expr]) -> Expr | None:
    """The right side of the law of that name with what its letters stand for; None where there is no such row.

    letters  by the names of the row; sizes of the row that no letter has alone are not known
    """
    law = IDENTITIES.get(name)
    if law is None:
        return None
    sizes: dict[str, Size] = {}
    for letter, value in letters.items():
        for want, size in zip(declared(law.given)[letter].dims, value.shape, strict=True):
            if not want.is_number:
                sizes[str(want)] = size
    return fill(side(law, law.right), letters, sizes)
