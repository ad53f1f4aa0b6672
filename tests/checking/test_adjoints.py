"""A backward pass is checked locally: right ones of any depth and kind pass, a wrong line is refused wherever it stands."""

from __future__ import annotations

from dataclasses import replace

import pytest

from derive.calculus.derive import derive
from derive.checking.adjoints import backward_pass
from derive.checking.verification import verify
from derive.derivation.derivation import Derivation, Line
from derive.expressions.build import scale, times, transpose
from derive.expressions.nodes import Expr, number
from derive.language.problems.read import read


def deep(layers: int, layer: str, loss: str = "norm({0} - y)^2", more: str = "  s: elementwise", everything: bool = True) -> Derivation:
    symbols = "\n".join(f"  W{k}: square(n)\n  b{k}: vector(n)" for k in range(1, layers + 1))
    let = "\n".join("  " + f"a{k}: \"{layer}\"".format(k=k, a="x" if k == 1 else f"a{k - 1}") for k in range(1, layers + 1))
    wrt = [f"W{k}" for k in range(1, layers + 1)] if everything else ["W1"]
    by = f"[{', '.join(wrt)}]" if everything else "W1"
    function = loss.format(f"a{layers}")
    return derive(read(f"symbols:\n{symbols}\n  x: vector(n)\n  y: vector(n)\n{more}\nlet:\n{let}\nfunction: f({', '.join(wrt)}) = {function}\n"
                       f"wrt: {by}\nfind: [gradient]\n", "deep.yaml"))


LAYERS = {
    "unnamed": "s(W{k} {a} + b{k})",
    "tanh, which vanishes": "tanh(W{k} {a})",
    "linear, which explodes": "W{k} {a}",
    "rectified": "relu(W{k} {a} + b{k})",
    "sigmoid": "sigmoid(W{k} {a})",
    "residual": "{a} + s(W{k} {a})",
    "softmax": "softmax(W{k} {a} + b{k})",
    "normalized": "W{k} {a} / norm(W{k} {a})",
}


@pytest.mark.parametrize("name", LAYERS)
@pytest.mark.parametrize("everything", [False, True])
def test_deep_networks_pass(name: str, everything: bool) -> None:
    derivation = deep(40, LAYERS[name], everything=everything)
    assert backward_pass(derivation) is not None
    report = verify(derivation)
    assert report.passed, [(line.where, line.message) for line in report.failures][:3]


def test_a_short_pass_is_checked_as_a_whole() -> None:
    assert backward_pass(deep(8, LAYERS["unnamed"])) is None


def _corrupted(line: Line, how: str) -> Line:
    expr = line.expr
    wrong: Expr = expr
    if how == "factor":
        c = number("1001/1000")
        wrong = times(c, expr) if expr.is_scalar else scale(c, expr)
    if how == "sign":
        wrong = times(number(-1), expr) if expr.is_scalar else scale(number(-1), expr)
    if how == "transposed" and expr.shape[0] == expr.shape[1]:
        wrong = transpose(expr)
    return line if wrong is expr else replace(line, expr=wrong, steps=(), start=wrong)


RULES = {"intermediate-gradient": "Backward", "adjoint": "Backward", "chain-rule": "Forward", "gradient": "Gradient", "collect": "Gradient"}


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("how", ["factor", "sign", "transposed"])
def test_a_wrong_line_of_a_deep_pass_is_refused(rule: str, how: str) -> None:
    derivation = deep(20, LAYERS["unnamed"])
    places = [(c, k) for c, chain in enumerate(derivation.chains) for k, line in enumerate(chain.lines)
              if line.rule == rule and chain.title.startswith(RULES[rule])]
    assert places
    c, k = places[len(places) // 2]
    chain = derivation.chains[c]
    wrong = _corrupted(chain.lines[k], how)
    if wrong is chain.lines[k]:
        pytest.skip("its transpose has another shape, or is itself")
    lines = (*chain.lines[:k], wrong, *chain.lines[k + 1 :])
    where = tuple((s, wrong.expr if s is wrong.left else d) for s, d in derivation.where)
    results = derivation.results
    if rule == "gradient":
        results = {"gradient": {n: replace(r, expr=wrong.expr) if r.expr is chain.lines[k].expr else r
                                for n, r in derivation.results["gradient"].items()}}  # type: ignore[union-attr]
    chains = (*derivation.chains[:c], replace(chain, lines=lines), *derivation.chains[c + 1 :])
    assert not verify(replace(derivation, chains=chains, where=where, results=results)).passed
