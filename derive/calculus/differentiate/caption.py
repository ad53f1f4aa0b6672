"""The words beside a line: which of the rules that were applied a reader is told, in the same short words everywhere."""

from __future__ import annotations

from derive.calculus.differentiate.level import Level
from derive.calculus.rules.rule import Rule
from derive.derivation.reason import COMMA, Why, Word, joined
from derive.expressions.functions import FUNCTIONS

_ORDER = ("quotient-rule", "product-rule", "linear", "sum-rule", "transpose", "constant-factor", "variable")
_GENERIC = frozenset({"chain-rule", "unnamed-function"})
"""Rules that say no more than that the chain rule was used."""


def reason(level: Level) -> tuple[str, Why]:
    """(the line's main rule, its words)."""
    named = [r for r in level.rules if r.nonlinear and r.words and not (level.outright and r.name == "unnamed-function")]
    structural = {r.name for r in level.rules if not r.nonlinear}
    said: list[Why] = []
    special = [r for r in named if r.name not in _GENERIC]
    if (level.chained and named) or len(special) < len(named):
        said.append(_chain(level, bool(special)))
    said.extend(_derivatives(special))
    if "quotient-rule" in structural:
        said.insert(0, ("quotient rule",))
    if "product-rule" in structural:
        said.append(("product rule",))
        linear = [FUNCTIONS[n].name for n in level.linear if n in ("tr", "sum", "mean", "vec")]
        if linear and not named:
            said.append((Word(linear[0]), " is linear"))
    for name in ("intermediate", "cases"):
        row = next((r for r in level.rules if r.name == name), None)
        if row is not None and not (name == "intermediate" and said):
            said.append((row.words,))
    if not said:
        said.append(("definition of its derivative",) if level.outright else ("linearity",))
    return _main(level, named, structural), joined(said)


def _main(level: Level, named: list[Rule], structural: set[str]) -> str:
    main = next(iter(named), None)
    name = main.name if main is not None else next((n for n in _ORDER if n in structural), "linear")
    if level.outright and main is None and name not in ("product-rule", "quotient-rule"):
        return "unnamed-function"
    return "linear" if name in ("sum-rule", "transpose", "constant-factor", "variable") else name


def _chain(level: Level, special: bool) -> Why:
    """`derivative of sin` for sin(x) itself, `chain rule` for scalars, `chain rule, entry by entry` for vectors and matrices."""
    if level.maps and not special and all(scalar for _, scalar, _ in level.maps):
        named = [name for name, _, plain in level.maps if plain]
        if len(named) == len(level.maps) and not level.chained:
            return _of("derivative of ", named, " and of ")
        return ("chain rule",)
    entrywise = any(not scalar for _, scalar, _ in level.maps)
    return ("chain rule", COMMA, "entry by entry") if entrywise and not special else ("chain rule",)


def _derivatives(rules: list[Rule]) -> list[Why]:
    """`derivatives of log det and of the inverse` for two of them."""
    nouns = list(dict.fromkeys(r.noun for r in rules if r.noun))
    out: list[Why] = [(r.words,) for r in rules if not r.noun]
    if nouns:
        out.append(_of("derivatives of " if len(nouns) > 1 else "derivative of ", nouns, ", "))
    return out


def _of(begin: str, nouns: list[str], between: str) -> Why:
    """`derivatives of A, B and of C`, one message."""
    out: Why = (begin, Word(nouns[0]))
    for k, noun in enumerate(nouns[1:], 2):
        out = (*out, " and of " if k == len(nouns) else between, Word(noun))
    return out
