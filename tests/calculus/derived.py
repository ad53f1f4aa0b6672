"""A derivation from a few words, verified, and its lines as a terminal prints them with their reasons."""

from __future__ import annotations

from derive.calculus.derive import derive
from derive.checking.verification import verify
from derive.derivation.derivation import Derivation
from derive.language.problems.read import read
from derive.notation.text import text


def derived(symbols: str, function: str, wrt: str, find: str = "gradient", more: str = "") -> Derivation:
    rows = "\n".join(f"  {row.strip()}" for row in symbols.split(";"))
    function = function.replace("'", "''")
    derivation = derive(read(f"symbols:\n{rows}\nfunction: '{function}'\nwrt: {wrt}\nfind: [{find}]\n{more}", "t.yaml"))
    assert verify(derivation).passed
    return derivation


def told(derivation: Derivation) -> list[tuple[str, str]]:
    return [(text.line(line), text.why(line.why)) for chain in derivation.chains for line in chain.lines]
