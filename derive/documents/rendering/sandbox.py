"""Jinja's sandbox, which templates run in: they see the values of a document and the files of their folder, and end."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import jinja2
import jinja2.sandbox
from jinja2.exceptions import SecurityError

from derive.errors import DeriveError, Position

MOST_BYTES = 1_000_000
"""Of one template."""
MOST_FILES = 500
LONGEST = 30_000_000
"""Characters that a template may write."""
MOST_COPIES = 100_000
"""What a text or a list may be multiplied to, and the highest exponent of a power."""

_GLOBALS = ("range", "dict", "cycler", "joiner", "namespace")


class Sandbox(jinja2.sandbox.ImmutableSandboxedEnvironment):
    """No name with an underscore, nothing of Python's own machinery, no value that is changed, nothing multiplied without bound."""

    intercepted_binops = frozenset(["*", "**", "%"])

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.globals = {name: value for name, value in self.globals.items() if name in _GLOBALS}

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        """Whether a template may read an attribute of a value: none that begins with an underscore, none of Python's own,
        no method of a value of a document.

        obj   the value
        attr  the name of the attribute
        """
        ours = type(obj).__module__.startswith("derive.") and callable(value)
        return not ours and not attr.startswith("_") and super().is_safe_attribute(obj, attr, value)

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        """An operation of a template; SecurityError for a text, a list or a power that would be too large.

        context      of the template
        operator     `*`, `**` or `%`
        left, right  what stands beside it
        """
        if operator == "*":
            for one, other in ((left, right), (right, left)):
                if isinstance(one, int) and hasattr(other, "__len__") and one * len(other) > MOST_COPIES:
                    raise SecurityError(f"a text is multiplied to more than {MOST_COPIES} characters")
        if operator == "**" and (abs(right) > 64 or abs(left) > MOST_COPIES):
            raise SecurityError("a power is too large")
        if operator == "%" and isinstance(left, str):
            raise SecurityError("texts are put together with ~, not with %")
        return super().call_binop(context, operator, left, right)


class OwnTemplates(jinja2.FileSystemLoader):
    """The templates of one folder, no link leading out of it."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.folder = folder

    def get_source(self, environment: jinja2.Environment, template: str) -> tuple[str, str, Callable[[], bool]]:
        path = self.folder.joinpath(*template.split("/"))
        if ".." not in template.split("/") and path.is_file():
            own_file(path, self.folder)
        return super().get_source(environment, template)


def own_file(path: Path, folder: Path) -> None:
    """DeriveError [outside] for a file that a link leads out of its folder to, [too-long] for one that is no template."""
    if not path.resolve().is_relative_to(folder.resolve()):
        raise DeriveError("this leads out of the folder of templates, and is not read", code="outside", where=Position(str(path)))
    if path.stat().st_size > MOST_BYTES:
        raise DeriveError(f"this is larger than {MOST_BYTES} bytes: it is no template", code="too-long", where=Position(str(path)))


def own_files(folder: Path) -> Iterable[Path]:
    """The templates of a folder, sorted.  DeriveError of `own_file`, and [too-long] when there are too many to be templates."""
    found = []
    for path in folder.rglob("*"):
        if path.name.startswith(".") or not path.is_file():
            continue
        own_file(path, folder)
        found.append(path)
        if len(found) > MOST_FILES:
            raise DeriveError(f"there are more than {MOST_FILES} files in this folder of templates", code="too-long", where=Position(str(folder)))
    return sorted(found)


def rendered(template: jinja2.Template, context: dict[str, Any]) -> str:
    """A template filled, as far as it may write."""
    pieces: list[str] = []
    length = 0
    for piece in template.generate(**context):
        pieces.append(piece)
        length += len(piece)
        if length > LONGEST:
            raise SecurityError(f"it writes more than {LONGEST} characters")
    return "".join(pieces)
