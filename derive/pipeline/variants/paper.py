"""One file for the printer: the sheets one after the other, each from a page at the right."""

from __future__ import annotations

import io
from collections.abc import Sequence


def together(sheets: Sequence[tuple[str, bytes]]) -> bytes:
    """One PDF of (name, PDF) in order, each with a bookmark, filled up to an even number of pages so that both sides can be printed.

    The bytes depend on those of the sheets alone.
    """
    import pikepdf

    with pikepdf.new() as out:
        marks = []
        for name, content in sheets:
            with pikepdf.open(io.BytesIO(content)) as sheet:
                marks.append((name, len(out.pages)))
                out.pages.extend(sheet.pages)
                if len(sheet.pages) % 2:
                    out.add_blank_page(page_size=_size(sheet.pages[-1]))
        with out.open_outline() as outline:
            outline.root.extend(pikepdf.OutlineItem(name, page) for name, page in marks)
        buffer = io.BytesIO()
        out.save(buffer, deterministic_id=True)
    return buffer.getvalue()


def _size(page: object) -> tuple[float, float]:
    left, bottom, right, top = (float(x) for x in page.mediabox)  # type: ignore[attr-defined]
    return right - left, top - bottom
