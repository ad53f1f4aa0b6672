"""Names that may be given: what is a name at all, and which two may not stand together on a page."""

from __future__ import annotations

import re
from collections.abc import Iterable

from derive.expressions.spelling import symbol_latex
from derive.language.markup import macros
from derive.language.markup.symbol import LOOKALIKE, look
from derive.language.origin import Origin
from derive.language.text.tokens import name_form
from derive.language.words import RESERVED
from derive.language.yaml.nodes import Node


def declared_name(node: Node, what: str) -> str:
    """The NFKC form of a name that may be declared.  DeriveError for words of the language, `_x`, and what is no name."""
    text = node.words(f"the name of {what}")
    return checked_name(text, node.origin, what)


def checked_name(text: str, origin: Origin, what: str) -> str:
    """The same for a text at a place."""
    name = name_form(text)
    shown = text if len(text) <= 40 else f"{text[:40]}…"
    if not re.fullmatch(r"\w+", name) or not name.isidentifier() or re.search(r"[⁰¹²³⁴-⁹ᵀ]", text):
        raise origin.error(
            f"`{shown}` is no name for {what}: a name is made of letters, digits and _, and begins with a letter",
            code="name",
        )
    if name.startswith("_"):
        raise origin.error(f"the name of {what} does not begin with _: `{shown}`", code="name")
    if name in RESERVED:
        hint = {"e": "e(i, n) is the i-th unit vector; call it err or eps", "I": "I is the identity matrix"}.get(name)
        raise origin.error(
            f"{name} is a word of the language, and cannot be the name of {what}", code="reserved", hint=hint
        )
    if len(name) > 60:
        raise origin.error(f"the name of {what} is longer than 60 characters", code="name")
    return name


def printed_form(name: str, latex: str | None = None) -> str:
    """Two symbols with the same form look the same on the page."""
    spelled = symbol_latex(name_form(name).translate(LOOKALIKE)) if latex is None else latex
    return look(spelled, {own.name: own for own in macros.current().definitions})


class Names:
    """The names given so far, with where; a second one that is equal, spelled alike, or prints alike is refused.

    latex  the author's own way to write a name; None for that of the name
    """

    def __init__(self) -> None:
        self.given: dict[str, str] = {}
        self.forms: dict[str, str] = {}

    def add(self, name: str, origin: Origin, what: str, latex: str | None = None) -> None:
        """DeriveError when the name is taken."""
        self.check(name, origin, what, latex)
        self.given[name] = what
        self.given.setdefault(_spelled(name), what)
        self.forms.setdefault(printed_form(name, latex), name)

    def check(self, name: str, origin: Origin, what: str, latex: str | None = None) -> None:
        """DeriveError when the name is taken, or looks on paper like another one.

        what  what it is a name of: a symbol, a size, an intermediate
        """
        taken = self.given.get(name) or self.given.get(_spelled(name))
        if taken is not None:
            raise origin.error(f"{name} is already declared as {taken}", code="name-taken")
        other = self.forms.get(printed_form(name, latex))
        if other is not None:
            raise origin.error(
                f"{name} and {other} print alike: call one of them otherwise", code="name-taken",
                hint="`latex:` in the long form gives a symbol another look" if latex is None else None,
            )

    def free(self, name: str) -> bool:
        return not (
            name in self.given or _spelled(name) in self.given or name in RESERVED or printed_form(name) in self.forms
        )


def _spelled(name: str) -> str:
    """The name in NumPy source: `lambda` is a word of Python."""
    return "lambda_" if name == "lambda" else name


def call_of(name: str, arguments: Iterable[str]) -> re.Pattern[str]:
    """`f(x)` with these arguments: the name, and the bracket behind it."""
    inside = r"\s*,\s*".join(map(re.escape, arguments))
    return re.compile(rf"(?<!\w)({re.escape(name)})(\(\s*{inside}\s*\))")
