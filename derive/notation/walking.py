"""The order in which the printers visit an expression: children first, so that nothing recurses far."""

from __future__ import annotations

from derive.expressions.traverse import at as at_path
from derive.expressions.traverse import bottom_up

__all__ = ["at_path", "bottom_up"]
