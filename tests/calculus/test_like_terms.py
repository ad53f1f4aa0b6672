"""All the ways to write the trace of one product have one representative: every rotation, and the transpose of each."""

from __future__ import annotations

import pytest

from derive.calculus.simplify.like_terms import representative
from derive.expressions.build import matmul, transpose
from derive.expressions.nodes import Call, Expr, Symbol
from derive.expressions.sizes import Size

N = Size.of("n")
LETTERS: dict[str, Expr] = {name: Symbol(name, (N, N)) for name in "ABX"}


@pytest.mark.parametrize("word", ["AX", "XAXB", "XXAX", "AXAXB", "AAAX", "XAXA", "ABXABX", "XXBXXA"])
def test_one_representative(word: str) -> None:
    chain = [LETTERS[letter] for letter in word]
    turned = [transpose(f) for f in reversed(chain)]
    found = {representative(Call("tr", (matmul(*c[k:], *c[:k]),))) for c in (chain, turned) for k in range(len(word))}
    assert len(found) == 1


def test_other_products_stay_apart() -> None:
    a, b, x = LETTERS["A"], LETTERS["B"], LETTERS["X"]
    assert representative(Call("tr", (matmul(a, b, x),))) is not representative(Call("tr", (matmul(b, a, x),)))
    assert representative(Call("tr", (matmul(x, a, x, b, b),))) is not representative(Call("tr", (matmul(x, b, x, a, b),)))
