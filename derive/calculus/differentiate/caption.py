"""The words beside a line: which of the rules that were applied a reader is told, in the same short words everywhere."""

from __future__ import annotations

from derive.calculus.differentiate.level import Level
from derive.calculus.rules.rule import Rule
from derive.derivation.reason import Why
from derive.expressions.functions import FUNCTIONS

_ORDER = ("quotient-rule", "product-rule", "linear", "sum-rule", "transpose", "constant-factor", "variable")


def reason(level: Level) -> tuple[str, Why]:
    """(the line's main rule, its words)."""
    named = [r for r in level.rules if r.nonlinear and r.words and not (level.outright and r.name == "unnamed-function")]
    structural = {r.name for r in level.rules if not r.nonlinear}
    words: list[str] = []
    generic = [r for r in named if r.words.startswith("chain rule")]
    special = [r for r in named if not r.words.startswith("chain rule")]
    if (level.chained and named) or generic:
        words.append(_chain_words(level, bool(special)))
    words.extend(_plural(special))
    if "quotient-rule" in structural:
        words.insert(0, "quotient rule")
    if "product-rule" in structural:
        words.append("product rule")
        linear = [FUNCTIONS[n].name for n in level.linear if n in ("tr", "sum", "mean", "vec")]
        if linear and not named:
            words.append(f"{linear[0]} is linear")
    for name in ("intermediate", "path", "cases"):
        row = next((r for r in level.rules if r.name == name), None)
        if row is not None and not (name in ("intermediate", "path") and words):
            words.append(row.words)
    if not words:
        words.append("derivative of an unnamed function" if level.outright else "linearity")
    main = next(iter(named), None)
    name = main.name if main is not None else next((n for n in _ORDER if n in structural), "linear")
    if level.outright and main is None and name != "product-rule" and name != "quotient-rule":
        name = "unnamed-function"
    elif name in ("sum-rule", "transpose", "constant-factor", "variable"):
        name = "linear"
    return name, (", ".join(dict.fromkeys(words)),)


def _chain_words(level: Level, special: bool) -> str:
    """`derivative of sin` for sin(x) itself, `chain rule` for scalars, `chain rule, entry by entry` for vectors and matrices."""
    if level.maps and not special and all(scalar for _, scalar, _ in level.maps):
        named = [name for name, _, plain in level.maps if plain]
        if len(named) == len(level.maps) and not level.chained:
            return "derivative of " + " and of ".join(named)
        return "chain rule"
    entrywise = any(not scalar for _, scalar, _ in level.maps)
    return "chain rule, entry by entry" if entrywise and not special else "chain rule"


def _plural(rules: list[Rule]) -> list[str]:
    """`derivatives of log det and of the inverse` for two of them."""
    prefix = "derivative of "
    plain = [r.words for r in rules if not r.words.startswith(prefix)]
    named = list(dict.fromkeys(r.words[len(prefix) :] for r in rules if r.words.startswith(prefix)))
    if len(named) > 1:
        plain.append("derivatives of " + ", ".join(named[:-1]) + " and of " + named[-1])
    elif named:
        plain.append(prefix + named[0])
    return plain
