"""Reasons as prose, for documents that are read without a lecturer: words that lead to a display, and words behind it that
say why each of its relations holds."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

Kind = Literal["by", "since", "we", "with", "shown", "so", "this"]

_VERBS = (
    "divide", "multiply", "collect", "differentiate", "put ", "read ", "move ", "solve ", "substitute", "transpose ", "take ", "add ",
    "vec ", "expand", "write ", "subtract", "simplify", "invert ",
)
_RULE = re.compile(
    r"^(the )?([\w$\\{}'-]+ ){0,3}(rule|formula|identity)s?\b|^(the )?definition|^(the )?derivatives? of|^linearity|^polarization"
    r"|^Taylor|^Fréchet|of an exponential$"
)
_CLAUSE = re.compile(
    r" (?:is|are|has|have|cancel|contract|move|drops|does not|agree) |(?:cancel|agree|move with the parameter|contract the sums)$"
    r"|^\$[^$]*(?:=|>|<|\\succ|\\ne)[^$]*\$|^\w+\([^)]*\) =|^\$.*\$ = |^symmetric in "
)
_VALUES = re.compile(r"\$[A-Za-z](?:_\{?\w+\}?)? = [^$]*\$|\$h_\{?\w+\}? = [^$]*\$|with the data\b.*")
_JUDGED = re.compile(
    r"^\$(?:>|<|\\ge)\$ 0|: (?:convex|concave|(?:a )?(?:minimum|maximum|saddle)|a saddle)|: (?:minimum|maximum)$|: a global|decides nothing"
)
_BARE = {
    "linear": "linearity", "cyclic": "the trace is cyclic", "multiplied out": "multiply out", "gradient = 0": "the gradient is zero",
    "derivative = 0": "the derivative is zero", "the projected gradient = 0": "the projected gradient is zero",
    "read as the entry of a matrix": "read this as the entry of a matrix", "read from right to left": "read this from right to left",
}
"""Reasons that a sentence puts more fully."""
_ADVERBS = ("entry by entry", "by cases", "on the line", "from both sides", "in either order", "by ", "from the ", "and ", "once more", "exact")
"""What goes on a phrase before it."""


@dataclass(frozen=True)
class Told:
    """What there is to tell of a row.

    rule      the name of the rule that led to it
    relation  the sign before its right side, or ⇔ or ⇒ before the whole of it
    reason    as LaTeX text, '' for none
    begins    it has a left side of its own
    product   its right side is an inner product
    """

    rule: str
    relation: str
    reason: str
    begins: bool = False
    product: bool = False


@dataclass(frozen=True)
class Clause:
    """One reason of a row: the rule *by* which it holds, what it holds *since*, what *we* do, *with* which values, what is
    *shown* by it, or what stands for itself."""

    kind: Kind
    text: str


def opening(rows: Sequence[Told], words: Mapping[str, str]) -> str:
    """What leads to a display: the reason of its first row, as far as it can be said beforehand; of two rows both rules."""
    first = rows[0]
    parts = clauses(first.reason)
    own = words.get(f"say.{first.rule}") if first.rule != "read-off" else None
    if first.rule == "definition" and first.reason not in ("definition", words["definition-reason"]):
        own = None
    if parts and parts[0].kind == "so":
        return words["say.read-off"].format(since=words["tell.since-inside"].format(since=parts[1].text) if len(parts) > 1 else "")
    if own and len(parts) <= 1:
        return _then(own, rows[1:], words)
    if words["say.plain"]:
        if not parts:
            return words["say.have"]
        acts = parts[0].text.startswith(tuple(words["acts"].split()) or ("\0",))
        return words["say.act" if acts else "say.plain"].format(done="、".join(part.text for part in parts))
    parts = [part for part in parts if part.kind != "shown"]
    return _led(parts, words) if parts else words["say.have"]


def _then(own: str, rest: Sequence[Told], words: Mapping[str, str]) -> str:
    """`By the definition of the directional derivative, then by the chain rule,`."""
    if not _is_told_before(rest, words):
        return own
    return words["say.then"].format(first=own, by=_listed([part.text for part in clauses(rest[0].reason)], words["and"]))


def _is_told_before(rest: Sequence[Told], words: Mapping[str, str]) -> bool:
    """Whether all that follows is one row that holds by rules alone."""
    parts = clauses(rest[0].reason) if len(rest) == 1 else []
    return bool(words["say.then"]) and bool(parts) and all(part.kind == "by" for part in parts)


def closing(rows: Sequence[Told], words: Mapping[str, str]) -> str:
    """What is said behind a display: why each relation after the first holds, and what its last line shows; '' where nothing is."""
    shown = [part.text for row in rows for part in clauses(row.reason) if part.kind == "shown"]
    told_before = _is_told_before(rows[1:], words) and rows[0].rule == "definition"
    said = [] if told_before else _reasons(rows, words)
    out = [words["tell.here"].format(clauses=words["tell.between"].join(said))] if said else []
    out += [words["tell.shown"].format(done=text) if text.startswith("$") else text[:1].upper() + text[1:] + words["stop"] for text in shown]
    return " ".join(out)


def _reasons(rows: Sequence[Told], words: Mapping[str, str]) -> list[str]:
    """A clause for each row after the first that has a reason; rows are counted by their relation where they share it, else by lines."""
    relations = {row.relation for row in rows[1:]}
    same = len(relations) == 1 and not any(row.begins and row.relation not in _WHOLE for row in rows[1:])
    relation = relations.pop() if same else ""
    before = 0 if not same or rows[0].relation == relation else 1
    said: list[str] = []
    for k, row in enumerate(rows[1:], 1):
        parts = [part for part in clauses(row.reason) if part.kind != "shown"]
        if parts:
            which = _which(k + 1 - before, len(rows) - before, relation, bool(said), words)
            said.append(_reasoned(which, parts, row.product, words))
    return said


_WHOLE = ("⇔", "⇒")
"""Relations between whole equations."""


def _which(number: int, total: int, relation: str, again: bool, words: Mapping[str, str]) -> str:
    """`the second equality`, after the first of them `the third`."""
    named = words.get(f"relation.{relation}", words["relation.line"])
    if total == 1:
        return words["tell.only"].format(relation=named)
    if number == total and number > 2:
        return words["tell.last"].format(relation="" if again else f" {named}", number=number)
    ordinals = words["ordinals"].split()
    ordinal = ordinals[number - 1] if number <= len(ordinals) else f"{number}th"
    return words["tell.which"].format(ordinal=ordinal, relation="" if again else f" {named}", number=number)


def _reasoned(which: str, parts: Sequence[Clause], product: bool, words: Mapping[str, str]) -> str:
    """`the second equality uses the product rule`, `the third holds since …`, `in the last we …`."""
    if words["say.plain"]:
        return words["tell.plain"].format(which=which, done="、".join(part.text for part in parts))
    said = _by_kind(parts, words)
    if said["so"]:
        reason = words["tell.since-inside"].format(since=said["since"]) if said["since"] else ""
        return words["tell.product" if product else "tell.read-off"].format(which=which, reason=reason)
    if said["this"]:
        rest = ", ".join(part.text for part in parts)
        simple = len(parts) == 1 and rest.startswith(("the ", "what ", "a ", "an "))
        return words["tell.is" if simple else "tell.goes" if rest.startswith("by ") else "tell.named"].format(which=which, done=rest)
    since = _listed([text for text in (said["since"], said["with"]) if text], words["and"])
    if said["we"]:
        using = _listed([text for text in (said["by"], words["say.that"].format(done=since) if since else "") if text], words["and"])
        return words["tell.we"].format(which=which, done=said["we"]) + (words["say.using"].format(done=using) if using else "")
    if said["by"]:
        return words["tell.by"].format(which=which, by=said["by"]) + (words["tell.and-that"].format(since=since) if since else "")
    return words["tell.since"].format(which=which, since=since)


def _by_kind(parts: Sequence[Clause], words: Mapping[str, str]) -> Mapping[Kind, str]:
    kinds: tuple[Kind, ...] = ("we", "by", "since", "with", "so", "this")
    return {kind: _listed([part.text for part in parts if part.kind == kind], words["and"]) for kind in kinds}


def _led(parts: Sequence[Clause], words: Mapping[str, str]) -> str:
    """`By the product rule,`, `We collect the terms with $w$:`."""
    said = _by_kind(parts, words)
    if said["this"]:
        whole = ", ".join(part.text for part in parts)
        return words["say.begin" if whole.startswith(("the ", "what ", "a ", "an ")) else "say.have-with"].format(done=whole)
    if said["we"]:
        using = _listed([text for text in (said["by"], words["say.that"].format(done=said["since"]) if said["since"] else "") if text], words["and"])
        return words["say.we"].format(done=said["we"]) + (words["say.using"].format(done=using) if using else "") + words["colon"].rstrip()
    if said["with"]:
        return words["say.with"].format(done=said["with"].removeprefix("with "))
    if said["by"] and said["since"]:
        return words["say.by-since"].format(by=said["by"], since=said["since"])
    return words["say.by"].format(by=said["by"]) if said["by"] else words["say.since"].format(since=said["since"])


def clauses(reason: str) -> list[Clause]:
    """The reasons of a row one by one, each with how it is said."""
    text = re.sub("[，；]", ",", reason)
    if not text:
        return []
    if _JUDGED.search(text):
        return [Clause("shown", text)]
    out: list[Clause] = []
    for part in _parts(text):
        if part == "read off" or part.startswith("read off:"):
            out.append(Clause("so", part))
            continue
        head, inside = _apart(part.removeprefix("as ") if part.startswith("as $") else part)
        bare = f"put {head}" if head.startswith("the terms with ") else _BARE.get(head, head)
        if out and re.fullmatch(r"\$[^$=<>]*\$", head):
            # One more of a list: `solve for x, y`.
            out.append(Clause(out[-1].kind, f"{out.pop().text}, {head}{inside}"))
            continue
        if head.startswith(_ADVERBS) and out:
            before = out.pop()
            glue = f" {head}{inside}" if before.kind == "by" and head in _ADVERBS else f", {head.removeprefix('and ')}{inside}"
            out.append(Clause(before.kind, before.text + glue))
            continue
        kind = _kind(head, bare)
        out.append(Clause(kind, _named(bare, kind) + inside))
    return out


def _kind(head: str, bare: str) -> Kind:
    if _VALUES.fullmatch(head):
        return "with"
    if bare.startswith(_VERBS):
        return "we"
    if _RULE.search(bare) and not _equation(bare):
        return "by"
    return "since" if _CLAUSE.search(bare) and not head.startswith("what ") else "this"


def _named(head: str, kind: Kind) -> str:
    """`product rule` as `the product rule`."""
    if kind == "by" and re.match(r"[a-z]|Fréchet", head) and not head.startswith(("the ", "linearity")) and head != "polarization":
        return f"the {head}"
    return f"it is {head}" if kind == "since" and head.startswith(("$>$", "$<$", "$\\succ", "symmetric in ")) else head


def _equation(head: str) -> bool:
    return bool(re.search(r"\$[^$]*=[^$]*\$", head))


def _apart(part: str) -> tuple[str, str]:
    """(what is said, what explains it in brackets): the two stand on either side of a colon or a semicolon."""
    head, sign, rest = _first(part, ":;")
    return (head.strip(), f" ({rest.strip()})") if sign and rest.strip() else (part, "")


def _first(text: str, signs: str) -> tuple[str, str, str]:
    """(before, sign, after) of the first of some signs outside of formulas and brackets."""
    depth, formula = 0, False
    for k, c in enumerate(text):
        formula ^= c == "$"
        depth += (c in "([") - (c in ")]")
        if text.startswith((r"\langle", r"\rangle"), k):
            depth += 1 if text.startswith(r"\langle", k) else -1
        if c in signs and not formula and depth == 0:
            return text[:k], c, text[k + 1 :]
    return text, "", ""


def _parts(text: str) -> list[str]:
    """The reasons of a line one by one: they are separated by commas outside formulas and brackets.  Behind a colon or a
    semicolon stands the explanation of what is before it, which stays in one piece."""
    out: list[str] = []
    while text:
        comma, colon = len(_first(text, ",")[0]), len(_first(text, ":;")[0])
        head, _, rest = (text, "", "") if colon < comma else _first(text, ",")
        out.append(head.strip())
        text = rest
    return [part for part in out if part]


def _listed(items: Sequence[str], conjunction: str) -> str:
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {conjunction} {items[-1]}"
