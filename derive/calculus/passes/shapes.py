"""The shapes of a chain, where `shapes: true` asks for them: under each factor of every line, and a table of the links."""

from __future__ import annotations

from dataclasses import replace

from derive.calculus.routes import chain_rule as links
from derive.calculus.setting.setting import Setting
from derive.derivation.derivation import Chain, Head, Line
from derive.expressions.nodes import Rate
from derive.language.problems.quantity import QUANTITIES
from derive.notation.shapes import has_product


def shaped(s: Setting, chains: list[Chain]) -> list[Chain]:
    """The chains with shapes, and behind them, where there is none yet, the table of the links and their product."""
    out = list(chains)
    if not any(line.partial for chain in chains for line in chain.lines) and links.applies(s):
        p = s.problem
        (x,) = p.wrt
        found = links.linked(s, x, "vectorized", Head("vectorized", p.name, (x,)))
        lines = found.lines[:2]
        out += [found.table, Chain("vectorized", "The chain, factor by factor", lines)]
    return [replace(chain, lines=tuple(map(_line, chain.lines))) for chain in out]


def _line(line: Line) -> Line:
    row = QUANTITIES.get(line.quantity)
    if row is None or not row.shaped or line.equation or isinstance(line.expr, Rate) or not has_product(line.expr):
        return line
    return replace(line, shaped=True)
