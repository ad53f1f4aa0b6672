"""The engine's lines beside the model derivations of EXEMPLARS.md: the same ideas in the same order, and about as many lines."""

from __future__ import annotations

import pytest

from derive.calculus.quantities import derive
from derive.checking.verification import verify
from derive.language.problemfile import read

HEADER = "title: t\nsymbols: {{{symbols}}}\nfunction: 'f({wrt}) = {function}'\nwrt: {wrt}\nfind: [{find}]\n"

# (symbols, function, wrt, find, rules of the lines in order, lines of the model)
MODELS = {
    "1 symmetric": ("A: symmetric(n), x: vector(n)", "x'' A x", "x", "gradient",
                    ["definition", "product-rule", "scalar-transpose", "read-off", "gradient"], 5),
    "1 general": ("A: square(n), x: vector(n)", "x'' A x", "x", "gradient",
                  ["definition", "product-rule", "scalar-transpose", "read-off", "gradient"], 5),
    "2 general": ("X: matrix(m, n), A: square(m), B: square(n)".replace("(m, n)", "(m,n)"), "tr(X'' A X B)", "X", "gradient",
                  ["definition", "product-rule", "trace-transpose", "read-off", "gradient"], 4),
    "3": ("X: matrix(m,n), w: vector(n), y: vector(m)", "norm(X w - y)^2", "w", "gradient",
          ["definition", "norm-squared", "read-off", "gradient"], 4),
    "4": ("X: invertible(n)", "X^-1", "X", "derivative", ["defining-equation", "product-rule", "inverse"], 3),
    "5": ("X: invertible(n), A: square(n)", "tr(X^-1 A)", "X", "gradient",
          ["definition", "inverse", "cyclic", "read-off", "gradient"], 3),
    "6": ("X: matrix(m,n), A: spd(m)", "logdet(X'' A X)", "X", "gradient",
          ["definition", "logdet", "product-rule", "trace-transpose", "read-off", "gradient", "intermediate"], 5),
    "7": ("x: vector(n), A: symmetric(n)", "x'' A x / (x'' x)", "x", "gradient",
          ["definition", "quotient-rule", "scalar-transpose", "read-off", "gradient"], 4),
    "8": ("W: matrix(n,m), phi: vector(n), s: elementwise", "s(W'' phi)", "W", "derivative",
          ["definition", "chain-rule"], 3),
    "12": ("X: matrix(m,n), A: matrix(p,m), B: matrix(n,q)", "A X B", "X", "derivative", ["definition", "linear"], 1),
    "15": ("X: symmetric(n), A: square(n)", "tr(A X)", "X", "gradient",
           ["definition", "linear", "read-off", "structure", "gradient"], 4),
}


def problem(symbols: str, function: str, wrt: str, find: str):  # type: ignore[no-untyped-def]
    rows = "\n".join(f"  {s.strip()}" for s in _split(symbols))
    return read(f"title: t\nsymbols:\n{rows}\nfunction: 'f({wrt}) = {function}'\nwrt: {wrt}\nfind: [{find}]\n", "t.yaml")


def _split(symbols: str) -> list[str]:
    out, depth, here = [], 0, ""
    for c in symbols:
        depth += (c == "(") - (c == ")")
        if c == "," and not depth:
            out.append(here)
            here = ""
        else:
            here += c
    return [*out, here]


@pytest.mark.parametrize("name", MODELS)
def test_lines_are_the_models(name: str) -> None:
    symbols, function, wrt, find, rules, _ = MODELS[name]
    derivation = derive(problem(symbols, function, wrt, find))
    assert [line.rule for line in derivation.chains[0].lines] == rules
    report = verify(derivation)
    assert report.passed, report


@pytest.mark.parametrize("name", MODELS)
def test_no_more_than_one_and_a_half_times_the_lines(name: str) -> None:
    symbols, function, wrt, find, _, model = MODELS[name]
    derivation = derive(problem(symbols, function, wrt, find))
    # the definition is a line that most models leave out, and ∇f one that they write beside the last
    assert len(derivation.chains[0].lines) - 2 <= 1.5 * model
