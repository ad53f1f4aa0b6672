"""Reasons as sentences, for documents that are read without a lecturer."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from derive.derivation.derivation import Line
from derive.documents.wording.reasons import reason
from derive.notation.settings import Notation

_VERBS = (
    "divide", "multiply", "collect", "differentiate", "put ", "read ", "move ", "solve ", "substitute", "transpose ", "take ", "add ",
    "vec ", "expand", "write ", "subtract",
)
_RULE = re.compile(
    r"^(the )?([\w$\\{}'-]+ ){0,3}(rule|formula|identity)s?\b|^(the )?definition|^(the )?derivatives? of|^linearity|^polarization"
    r"|^Taylor|^Fréchet|of an exponential$"
)
_CLAUSE = re.compile(
    r" (?:is|are|has|have|cancel|contract|move|drops|does not|agree) |(?:cancel|agree|move with the parameter|contract the sums)$"
    r"|^\$[^$]*(?:=|>|<|\\succ|\\ne)[^$]*\$|^\w+\([^)]*\) =|^\$.*\$ = |^symmetric in "
)
_BARE = {
    "linear": "it is linear", "cyclic": "the trace is cyclic", "exact": "it is exact",
    "read as the entry of a matrix": "read this as the entry of a matrix",
}
"""Reasons that a sentence puts more fully."""
_ADVERBS = ("entry by entry", "by cases", "on the line", "from both sides", "in either order", "by ", "from the ", "and ", "once more")
"""What goes on a phrase before it."""


def sentence(line: Line, notation: Notation, words: Mapping[str, str]) -> str:
    """`By the product rule, and since tr is linear,`; a rule that has a sentence of its own in the table says that."""
    own = words.get(f"say.{line.rule}")
    parts = _parts(re.sub("[，；]", ",", reason(line.why, notation))) if line.why else []
    if own and len(parts) <= 1 and (line.rule != "definition" or line.why == ("definition",)):
        return own
    if not parts:
        return words["say.nothing"]
    if words["say.plain"]:
        acts = parts[0].startswith(tuple(words["acts"].split()) or ("\0",))
        return words["say.act" if acts else "say.plain"].format(done="、".join(parts))
    done: dict[str, list[str]] = {"we": [], "by": [], "since": [], "this": []}
    last = "this"
    for part in parts:
        head, inside = _apart(part.removeprefix("as ") if part.startswith("as $") else part)
        bare = f"put {head}" if head.startswith("the terms with ") else _BARE.get(head)
        if head.startswith(_ADVERBS) and done[last]:
            done[last][-1] += (f" {words['and']} " if last == "we" else ", ") + head.removeprefix("and ") + inside
            continue
        last = (
            "we" if (bare or head).startswith(_VERBS) else "by" if _RULE.search(head) and not _equation(head)
            else "since" if _CLAUSE.search(bare or head) and not head.startswith("what ") else "this"
        )
        done[last].append(_named(bare or head, last) + inside)
    return _told(done, words)


def _told(done: Mapping[str, Sequence[str]], words: Mapping[str, str]) -> str:
    """The sentence: what we do, by which rules, since what holds; what fits nowhere stands as it is."""
    listed = {kind: _listed(parts, words["and"]) for kind, parts in done.items() if parts}
    if "this" in listed:
        everything = [part for kind in ("this", "we", "by", "since") for part in done[kind]]
        simple = len(everything) == 1 and everything[0].startswith(("the ", "what ", "a ", "an "))
        return words["say.this-is" if simple else "say.this"].format(done=", ".join(everything))
    if "we" in listed:
        told = words["say.we"].format(done=listed["we"])
        using = [listed[kind] if kind == "by" else words["say.that"].format(done=listed[kind]) for kind in ("by", "since") if kind in listed]
        return told + (words["say.using"].format(done=_listed(using, words["and"])) if using else "") + ":"
    if "by" in listed and "since" in listed:
        return words["say.by-since"].format(by=listed["by"], since=listed["since"])
    return words["say.by"].format(by=listed["by"]) if "by" in listed else words["say.since"].format(since=listed["since"])


def _named(head: str, kind: str) -> str:
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
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} {conjunction} {items[-1]}"
