"""How wide a display of a document is, in em."""

from __future__ import annotations

from derive.documents.page.modes import Mode
from derive.documents.page.settings import Settings
from derive.documents.page.units import EM

MARGIN = 42
"""By how many millimetres a page is narrower that has a margin to write in."""
FOREIGN = 31.0
"""The width, in em, of displays that go into a document of somebody else's: less than the text of LaTeX's own classes."""

WEB = 36.0
"""The width, in em, of displays on a web page, as wide as its text is at most."""


def text_width(mode: Mode, settings: Settings) -> float:
    """How wide a display is, in em: the page without its margins and the indent of displays; a narrow window scrolls."""
    if mode.suffix == "html":
        return WEB
    if settings.width and not mode.pdf:
        return (settings.width - mode.inset) * 2.845 / (EM if mode.slides else settings.size) - (0.0 if mode.slides else 2.0)
    if mode.slides:
        return ({169: 160, 43: 128}[settings.aspect] - 22) * 2.845 / EM
    if not mode.pdf:
        return FOREIGN
    beside = MARGIN if mode.margin else 0
    return ({"a4": 210, "letter": 215.9}[settings.paper] - 56 - beside) * 2.845 / EM
