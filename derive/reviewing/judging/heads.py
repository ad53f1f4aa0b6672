"""What is told of letters before the formulas are read: which stand for functions, which are written with a number, which are no operators."""

from __future__ import annotations

import re
from collections.abc import Iterator

from derive.expressions.spelling import GREEK
from derive.reviewing.judging.letters import numbered, plain_letter, subscripted, whole_call
from derive.reviewing.pasted.relations import Chain
from derive.reviewing.reading.words import FUNCTIONS

_HEAD = re.compile(
    r"^\s*(?:\\(?:mathcal|mathscr|mathrm|mathbf|boldsymbol|bm|mathsf)\s*\{?\s*)?(\\?[A-Za-z]+?)\}?(?:_\{?[A-Za-z0-9]+\}?)?'*\s*(?:\\left|\\[bB]igg?l?)?\s*\("
)
_APPLIED = re.compile(
    r"(?:\\nabla(?:_\{?[^}\s]*\}?)?(?:\^\{?2\}?)?|\\partial|\\mathrm\s*\{?\s*[dD]\s*\}?|(?<![A-Za-z\\])[dD](?:\^2)?(?:_\{?\w\}?)?|\\delta)\s*\{?\s*"
    r"(?:\\(?:mathcal|mathscr)\s*\{?\s*)?(\\ell|\\phi|\\psi|\\Phi|\\mathcal|[A-Za-z])(?![A-Za-z])"
)
_APPLIED_BELOW = re.compile(
    r"\\[dt]?frac\s*\{\s*(?:\\partial|\\mathrm\s*\{?\s*d\s*\}?|d)(?:\^\{?2\}?)?\s*\}\s*\{(?:[^{}]|\{[^{}]*\})*\}\s*"
    r"(?:\\(?:mathcal|mathscr)\s*\{?\s*)?(\\ell|\\phi|\\psi|\\Phi|[A-Za-z])\}?\s*\(")
r"""`\frac{\partial}{\partial x} f(`: the letter is a function."""
OPERATORS = frozenset(("d", "D", "delta", "Delta"))
"""Names of functions that are read as operators elsewhere."""
TWINS = {"l": ("ell",), "ell": ("l",)}
"""Two spellings of one letter."""
_ALONE = re.compile(
    r"^\s*(?:\\(?:mathbf|boldsymbol|bm)\s*\{?\s*)?(\\delta|\\Delta|d|D)\}?\s*(?:[_^](?:\{[^{}]*\}|\w))*\s*$"
)
_JACOBIAN = re.compile(r"\s*\\?(?:mathbf|mathrm|boldsymbol)?\{?\s*J\}?\s*_")
_WORDED = re.compile(
    r"(?:^|\\nabla(?:_\{?[^}\s]*\}?)?|\\partial)\s*\{?\s*\\(?:mathrm|text|textrm|operatorname|mathit|mathsf|mathtt|textsf)\s*\{\s*([A-Z][A-Za-z]+)\s*\}")
"""A word that is the name of a function, at the head of a member or behind a derivative."""
_BARE_WORD = re.compile(r"^\s*([A-Z]{2,})\s*(?:\(|$)")
_APPLIED_WORD = re.compile(r"(?:\\nabla(?:_\{?[^}\s]*\}?)?|\\partial(?:\^\{?2\}?)?|(?<![A-Za-z\\])d)\s*\{?\s*([A-Z]{2,})(?![A-Za-z])")
"""The same without a font: RSS."""
LIKELY = frozenset(("f", "g", "J", "L", "E", "F", "ell", "phi", "psi", "Q", "Phi", "Psi", "R", "C", "V", "h", "l", "U", "S", "H", "G", "N", "D"))
COLUMNS = re.compile(
    r"columns?\s+(?:vectors?\s+)?of\s+(?:the\s+)?(?:matrix\s+)?\$?\\?\(?\s*(?:\\(?:mathbf|boldsymbol|bm|mathsf)\s*\{?)?\s*(\\?[A-Za-z]+)"
)


def heads(chain: Chain) -> Iterator[str]:
    """Letters before a bracket at the head of a chain, and letters that a derivative is taken of."""
    for k, member in enumerate(chain.members):
        head = _HEAD.match(member.text)
        if head and k == 0 and whole_call(member.text) and not _JACOBIAN.match(member.text):
            yield plain_letter(head.group(1))
        for found in (*_APPLIED.findall(member.text), *_APPLIED_BELOW.findall(member.text)):
            letter = plain_letter(found)
            if letter in LIKELY:
                yield letter
        for found in re.findall(r"\\(?:log|ln)\s*(?:\\mathcal\s*)?\{?(L|[pPq](?=\s*(?:\\left|\\[bB]igg?l?)?\s*\())(?![A-Za-z])", member.text):
            yield found
        for found in re.findall(r"\\(?:mathcal|mathscr)\s*\{?\s*([A-Z])\}?", member.text):
            yield found
        for found in (*(_BARE_WORD.findall(member.text) if k == 0 else ()), *_APPLIED_WORD.findall(member.text)):
            yield found
        for found in _WORDED.findall(member.text):
            if found not in FUNCTIONS:
                yield found


def squares(names: frozenset[str]) -> dict[str, str]:
    """Letter → the declared name that is its square, as sigma2 or s2, where the letter itself is not declared."""
    found = {n[:-1]: n for n in names if n.endswith("2") and (n[:-1] in GREEK or n == "s2")}
    return {("sigma" if letter == "s" else letter): n for letter, n in found.items() if letter not in names and letter + "1" not in names} | {
        letter: n for letter, n in found.items() if letter not in names and letter + "1" not in names}


def operators_defined(chains: list[Chain]) -> frozenset[str]:
    """Of d, δ, Δ, D those that stand alone on the left of an equation: they are letters."""
    out = set()
    for chain in chains:
        found = _ALONE.match(chain.members[0].text)
        if found and chain.links[0].op in ("=", "≡"):
            out.add(found.group(1).lstrip("\\"))
    return frozenset(out)


def with_numbers(chains: list[Chain], names: frozenset[str]) -> dict[tuple[str, str], str]:
    """(letter, number) of the declared names that are written with one, and of those that the text defines, as z_1 and δ_2."""
    declared = subscripted(names)
    said = {pair for chain in chains if chain.links[0].op in ("=", "≡") and (pair := numbered(chain.members[0].text)) is not None}
    own = {(letter, k): f"{letter}_{k}" for letter, k in said if not {letter, letter.upper(), letter.capitalize()} & names}
    several = {letter for letter, _ in declared}
    return {**own, **{(x, k): f"{x}_{k}" for x, k in said if x.upper() in several and x not in names}, **declared}
