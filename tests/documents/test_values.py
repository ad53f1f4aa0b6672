"""The values of a variant in an author's words."""

from __future__ import annotations

import pytest

from derive.documents.wording.values import with_values
from derive.language.problems.read import read
from derive.notation.settings import DEFAULT

PROBLEM = """\
symbols: {{X: square(n), A: square(n), B: square(n), x: vector(n)}}
variants: {{c: [3, -2], S: [A + B, 2 A, A], g: [tanh, softplus], mu: [5, 7], p: [1/2, 2]}}
function: f(X) = c p tr(S X) + mu sum(g(X))
find: [gradient]
statement: '{words}'
parts: [{{find: [gradient], statement: '{words}', hint: '{words}'}}]
"""


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("with $c = 3$ and {c}", "with $3 = 3$ and $3$"),
        (r"$c \operatorname{tr}(S X)$", r"$3 \operatorname{tr}((A + B) X)$"),
        (r"$f(X) = S$, $S + X$, $X - S$", r"$f(X) = A + B$, $A + B + X$, $X - (A + B)$"),
        ("$2 c x$", r"$2 \cdot 3 x$"),
        (r"$x_c^S$", r"$x_{3}^{A + B}$"),
        (r"$g(\mu x)$", r"$\tanh(5 x)$"),
        (r"$\mu*x$", r"$5*x$"),
        (r"$\text{c is } \mathrm{c}, \cos c$", r"$\text{c is } \mathrm{c}, \cos 3$"),
        ("a c without dollars, {d} and {c}", "a c without dollars, {d} and $3$"),
        (r"a dollar \$c and $$c$$", r"a dollar \$c and $$3$$"),
    ],
)
def test_the_words_say_the_values(words: str, said: str) -> None:
    problem = with_values(read(PROBLEM.format(words=words), "p.yaml"), DEFAULT)
    assert problem.prose["statement"] == said
    assert (problem.parts[0].statement, problem.parts[0].hint) == (said, said)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("$c$, $c x$, $x + c$, $2 c$", "$-2$, $(-2) x$, $x + (-2)$, $2 (-2)$"),
        ("$S$, $S X$, $X S$, $X + S$, $S^2$", "$2 A$, $(2 A) X$, $X (2 A)$, $X + 2 A$, $(2 A)^2$"),
        ("$g(x)$ and $gx$", r"$\operatorname{softplus}(x)$ and $\operatorname{softplus}x$"),
    ],
)
def test_another_variant(words: str, said: str) -> None:
    chosen = read(PROBLEM.format(words=words), "p.yaml", {"c": 1, "S": 1, "g": 1})
    assert with_values(chosen, DEFAULT).prose["statement"] == said


def test_words_without_variants_stay() -> None:
    plain = read("symbols: {x: scalar}\nfunction: x^2\nwrt: x\nfind: [gradient]\nstatement: 'the {c} of $c$'\n", "p.yaml")
    assert with_values(plain, DEFAULT) is plain
