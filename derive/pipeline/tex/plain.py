"""What TeX's errors mean, in plain words."""

from __future__ import annotations

import re

PLAIN: tuple[tuple[str, str], ...] = (
    (r"[Uu]ndefined control sequence (\\\S+)", r"there is no command {0}"),
    (r"LaTeX Error: File [`'](.+?)' not found", r"there is no file {0}"),
    (r"LaTeX Error: Environment (\S+) undefined", r"there is no environment {0}"),
    (r"LaTeX Error: \\begin\{(.+?)\}.* ended by \\end\{(.+?)\}", r"\begin{{{0}}} is closed by \end{{{1}}}"),
    (r"LaTeX Error: Command (\\\S+) already defined", r"the command {0} is defined twice: \renewcommand changes one"),
    (r"LaTeX Error: Unicode character (\S+).*", r"the fonts have no glyph for {0}"),
    (r"LaTeX Error: Missing \\begin\{document\}", "a preamble file, theme or package, prints text"),
    (r"LaTeX Error: Option clash for package (\S+?)\.?$", r"the package {0} is loaded twice, with other options"),
    (r"Missing \$ inserted", "mathematics stands outside of $…$, or a $ is missing"),
    (r"Missing (?:\\right|\\left|delimiter).*", r"\left and \right do not match"),
    (r"Missing (.) inserted", "a {0} is missing"),
    (r"Missing number, treated as zero", "a number, or a length, is missing"),
    (r"Illegal unit of measure.*", "a length has no unit (pt, mm, em)"),
    (r"Illegal parameter number in definition of (\\\S+)", r"{0} is defined with a #-number that it does not take"),
    (r"Double (superscript|subscript)", "two {0}s in a row: group with {{ }}"),
    (r"Extra alignment tab.*", "there are more & in a row than columns"),
    (r"Misplaced alignment tab character &", r"an & stands outside of a table: write \&"),
    (r"Extra \}, or forgotten \$|Too many \}'s", "a }} has no partner"),
    (r"Paragraph ended before (\\\S+) was complete", r"an argument of {0} is not closed"),
    (r"File ended while scanning (?:use|definition) of (\\\S+)", r"an argument of {0} is not closed"),
    (r"Argument of (\\\S+) has an extra \}", r"an argument of {0} closes a brace that it did not open"),
    (r"Use of (\\\S+) doesn't match its definition", r"{0} is used otherwise than it is defined"),
    (r"pdfTeX error: .*\(file (?:\./)?(.+?)\): .*(?:libpng|libjpeg|reading|xpdf|JPEG|PDF|image).*", "the image {0} is damaged, or is no image"),
    (r"TeX capacity exceeded, sorry \[(.+?)=.*", "TeX ran out of {0}: something calls itself, or is too large"),
)
"""(what TeX says, what it means): the first that fits counts."""


def plain(message: str) -> str:
    """A message of TeX in plain words, with what it says itself; the message alone where it is not in the table."""
    for pattern, words in PLAIN:
        found = re.search(pattern, message)
        if found:
            return f"{words.format(*found.groups())} ({message})"
    return message
