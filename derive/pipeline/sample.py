"""A problem that uses most of what a template can show: for `derive templates check`, and the first file of `derive new`."""

from __future__ import annotations

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
