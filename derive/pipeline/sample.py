"""Samples: the first file of `derive new`, and documents that use what a template can show, for `derive templates check`."""

from __future__ import annotations

from pathlib import Path

from derive.pipeline.subject import Subject, read

SAMPLE = """\
# What is differentiated, by what, and what is asked.
title: Trace of a quadratic form
symbols:
  X: matrix(m, n)
  A: symmetric(m)
  B: symmetric(n)
function: f(X) = tr(X' A X B)
find: [derivative, gradient, hessian]
answer:
  gradient: 2 A X B
"""

FIGURES = "figure: [{kind: shapes, of: function}, {kind: shapes, of: gradient}]\n"
"""A figure of the question and one of the solution, for `derive templates check`."""

_PARTS = """\
title: Least squares
statement: 'The columns of $X$ are the inputs.'
hint: 'Write $u = X w - y$.'
remark: 'The plane is $X w$.'
source: A book
notes: 'Ask why $X$ has full column rank.'
symbols: {X: {type: 'matrix(m, n)', is: [full-column-rank]}, y: vector(m), w: vector(n)}
let: {u: X w - y}
function: f(w) = u' u
parts:
  - {find: [gradient], points: 3, statement: Differentiate., hint: Use the chain rule.}
  - {find: [stationary], points: 1}
  - {find: [hessian], points: 2}
"""

_LECTURE = """\
title: A lecture
subtitle: Of samples
author: An author
institute: An institute
date: today
intro: The introduction.
sections:
  - title: One
    frames:
      - definition: gradient
      - {text: Words., title: A title, points: [one, two]}
      - {remark: A remark.}
      - parts
  - title: Two
    frames:
      - {problem: trace, show: [gradient]}
      - {problem: trace, show: [question]}
"""

_SET = """\
title: A set
course: A course
due: tomorrow
intro: The introduction.
hints: true
problems: [{use: trace, points: 4}, parts]
"""


def samples(folder: Path) -> list[Subject]:
    """A problem with figures, one with parts, a lecture and a set, derived and checked; their files stand in the folder."""
    texts = {"trace": SAMPLE + FIGURES, "parts": _PARTS, "lecture": _LECTURE, "set": _SET}
    for name, text in texts.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    return [read(text, (folder / f"{name}.yaml").as_posix()) for name, text in texts.items()]
