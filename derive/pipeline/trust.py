"""Whose TeX is run as it is: what the user says, in a place that no project reaches."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path

from derive.errors import DeriveError, Position
from derive.language.files import read_text

FILE = "config.toml"


def configuration() -> Path | None:
    """The user's own configuration, `~/.config/derive/config.toml`; None for a user without a home."""
    given = os.environ.get("XDG_CONFIG_HOME")
    try:
        folder = Path(given) if given else Path.home() / ".config"
    except RuntimeError:
        return None
    return folder / "derive" / FILE


def trusted(project: Path) -> bool:
    """Whether the user's configuration says `trust-tex = true`, or lists the project's folder under it.

    DeriveError [configuration] for a configuration that says anything else; one that stands inside the project is not believed.
    """
    file = configuration()
    if file is None or not file.is_file() or file.resolve().is_relative_to(project.resolve()):
        return False
    where = Position(str(file))
    try:
        data = tomllib.loads(read_text(file))
    except (tomllib.TOMLDecodeError, ValueError, RecursionError) as error:
        raise DeriveError(f"this is not TOML: {error}", code="configuration", where=where) from None
    value = data.pop("trust-tex", False)
    if data:
        raise DeriveError(f"`{next(iter(data))}` is not a setting of it: there is trust-tex", code="configuration", where=where)
    if isinstance(value, bool):
        return value
    if not isinstance(value, list) or not all(isinstance(folder, str) for folder in value):
        raise DeriveError("`trust-tex` is true, false or a list of folders", code="configuration", where=where)
    return any(project.resolve() == Path(folder).expanduser().resolve() for folder in value)
