"""Random files, read, derived, checked and printed: `python -m tests.security.fuzz --cases 200000 [--seed S] [--seconds 20]`.

Nothing may come out but a result or a DeriveError: what else does is printed with its smallest form, and counted.
"""

from __future__ import annotations

import argparse
import gc
import hashlib
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from derive.errors import DeriveError
from derive.pipeline.budget import Budget, using, within

PROBLEMS = Path(__file__).resolve().parents[2] / "problems"
PIECES = (
    "x", "X", "A", "tr(", "det(", ")", "'", "^-1", "^2", " + ", " - ", " * ", "2", "0", "1e9", "norm(",
    "exp(", "log(", "[", "]", ";", ",", "sum(i, 1, n, ",
    "i", "n", "kron(", "vec(", "inv(", ".*", "./", "max(", "where(", "<", "x_i", "X[i, :]", "\\frac{",
    "}", "{", "\\tr", "$", "\\", "\"", "'", "\n", "  ", ": ",
    "- ", "# ", "title: ", "find: [", "hessian", "stationary", "gradient", "let:\n  u: ", "symbols: {",
    "vector(n)", "matrix(m, n)", "spd(n)", "\t", "\x00",
    "é", "∇", "²", "\u202e", "\ud7ff", "\U0001f600", "&a", "*a", "!!python/object:os.system", "<<: ", "|", ">", "%",
)
LATEX = (
    r"\frac", "{", "}", "^", "_", r"\top", "X", "A", "x", "b", "1", "2", "+", "-", "=", r"\operatorname{tr}", r"\log", r"\det", "(", ")",
    r"\left(", r"\right)", r"\|", r"\lVert", r"\rVert", r"\sum_{i=1}^n", r"\nabla", r"\partial", r"\mathbf", "&", r"\\", "'", "^{-1}", "^T",
    r"\begin{pmatrix}", r"\end{pmatrix}", r"\begin{aligned}", r"\end{aligned}", r"\begin{cases}", r"\end{cases}", r"\lambda", " ", "$", "$$",
    r"\[", r"\]", r"\text{if }", r"\sqrt", r"\exp", r"\circ", r"\odot", r"\otimes", r"\langle", r"\rangle", ",", ":", "|", r"\input{x}", "~",
    r"\newcommand{\x}{", r"\def\x{\x}", r"\x", "%", "#1", r"\qquad", r"\in", r"\mathbb{R}", r"\cdot", r"\cdots",
    r"\operatorname", r"\\[", "\n", "²", "ᵀ", "∇",
)
FORMULAS = (
    r"f(x) = \frac12 x^\top A x - b^T x", r"f(X) = \operatorname{tr}(X^\top A X)", r"f(X) = \log\det(X^\top X + A)",
    r"f(x) = \|A x - b\|_2^2", r"f(x) = \sum_{i=1}^{n} \log(1 + e^{x_i})", r"f(X) = \left\lVert X - A \right\rVert_F^2", r"f(x) = \frac{x'Ax}{x'x}",
)
CLAIMS = (
    "\\begin{align*}\n f(w) &= (Xw-y)^\\top(Xw-y) + \\lambda w^\\top w \\\\\n df &= 2(Xw-y)^\\top X\\,dw + 2\\lambda w^\\top dw \\\\\n"
    " \\nabla f &= 2X^\\top(Xw-y) + 2\\lambda w\n\\end{align*}\n",
    "Let $r = Xw - y$.\n\\[\\nabla_w f = 2X^T r + 2\\lambda w\\]\nSo \\(\\nabla f = 0\\) where \\( (X'X + \\lambda I) w = X'y \\).\n",
    "$$\\frac{\\partial f}{\\partial w} = 2 w^\\top X^\\top X - 2 y^\\top X + 2\\lambda w^\\top$$",
)
PROJECT = """[slides]
rows = 8
overlays = true
theme = "Madrid"
aspect = 169
[page]
paper = "a4"
[document]
author = "A. Author"
date = "2024"
[notation]
transpose = "prime"
language = "en"
[build]
kinds = ["slides", "sheet"]
"""
MACROS = r"""\newcommand{\R}{\mathbb{R}}
\newcommand{\norm}[1]{\left\lVert #1 \right\rVert}
\newcommand*{\ip}[2][x]{\langle #1, #2 \rangle}
\DeclareMathOperator{\Cov}{Cov}
\DeclareMathOperator*{\argmin}{arg\,min}
\DeclarePairedDelimiter{\abs}{\lvert}{\rvert}
\definecolor{accent}{HTML}{0B5A8A}
\usepackage{bm}
\def\v#1{\bm{#1}}
"""
ROSTER = "id,first name,last name\n17,Ada,Lovelace\n18,Grace,Hopper\n19,=cmd|'x'!A1,Émile\n20,../../x,\n"
VALUES = (
    "", "[]", "{}", "null", "~", "0", "-1", "1e999", "9999999999999999999999", "0x10", "2024-01-01", "true", "yes",
    "[1, 2]", "{a: 1}", "&a [*a]", "*b",
    "!!python/name:os.system", "!!set {a}", "!!binary aGk=", "|", ">", "'", '"', "a: b", "- x", "1/0", "x", "X", "∇",
    "\ufeff", "[[[[]]]]", "? a", "<<: {a: 1}",
)


def seeds() -> list[str]:
    return [path.read_text(encoding="utf-8") for path in sorted(PROBLEMS.rglob("*.yaml"))]


def mutated(rng: random.Random, texts: list[str]) -> str:
    """A problem of ours with a few pieces put in, taken out, doubled or swapped, or with some of another."""
    text = rng.choice(texts)
    for _ in range(rng.choice((1, 1, 2, 3, 8))):
        at, length = rng.randrange(len(text) + 1), rng.choice((1, 1, 2, 5, 20))
        match rng.randrange(5):
            case 0:
                text = text[:at] + rng.choice(PIECES) + text[at:]
            case 1:
                text = text[:at] + text[at + length :]
            case 2:
                text = text[:at] + rng.choice(PIECES) + text[at + length :]
            case 3:
                text = text[: at + length] + text[at:]
            case 4:
                other = rng.choice(texts)
                there = rng.randrange(len(other) + 1)
                text = text[:at] + other[there : there + 3 * length] + text[at:]
    return text


def functions(rng: random.Random, _texts: list[str]) -> str:
    """A problem whose function is random pieces that fit more often than not."""

    def matrix(depth: int) -> str:
        if depth <= 0:
            return rng.choice(("X", "A", "X'", "A^-1", "I(n)", "X X'"))
        return rng.choice((
            lambda: f"({matrix(depth - 1)} + {matrix(depth - 1)})", lambda: f"{matrix(depth - 1)} {matrix(depth - 1)}",
            lambda: f"({matrix(depth - 1)})'", lambda: f"inv(A + {matrix(depth - 1)})", lambda: f"{matrix(depth - 1)} .* {matrix(depth - 1)}",
            lambda: f"exp({matrix(depth - 1)})", lambda: f"{scalar(depth - 1)} {matrix(depth - 1)}", lambda: f"diag({matrix(depth - 1)} x)",
        ))()

    def scalar(depth: int) -> str:
        if depth <= 0:
            return rng.choice(("tr(X)", "x' A x", "norm(x)^2", "det(A)", "sum(x)", "2", "x' x"))
        return rng.choice((
            lambda: f"tr({matrix(depth - 1)})", lambda: f"log(1 + ({scalar(depth - 1)})^2)", lambda: f"x' {matrix(depth - 1)} x",
            lambda: f"({scalar(depth - 1)}) ({scalar(depth - 1)})", lambda: f"sqrt(1 + norm({matrix(depth - 1)})^2)",
            lambda: f"logdet(A + {matrix(0)} X')",
            lambda: f"max({scalar(depth - 1)}, 0)", lambda: f"sum(i, 1, n, ({matrix(depth - 1)} x)[i]^2)",
        ))()

    find = rng.sample(("gradient", "derivative", "hessian", "second-derivative", "stationary", "taylor"), rng.choice((1, 1, 2)))
    return (
        f"title: T\nsymbols: {{X: square(n), A: spd(n), x: vector(n)}}\nfunction: f = {scalar(rng.choice((1, 1, 2, 3)))}\n"
        f"wrt: {rng.choice(('X', 'x', 'A'))}\nfind: [{', '.join(find)}]\n"
    )


def prose(rng: random.Random, _texts: list[str]) -> str:
    """A problem whose words are random LaTeX."""
    from derive.language.markup.words import WORDS

    known = list(WORDS)
    some = ["\\" + rng.choice(known) for _ in range(6)]
    pieces = [*some, "{", "}", "^", "_", "&", "\\\\", "$", "$$", "x", "12", "\\left(", "\\right)", "\\begin{cases}",
              "\\end{cases}", "**", "#1", "~", "\\input{x}", " "]
    text = "".join(rng.choice(pieces) for _ in range(rng.randrange(1, 30))).replace("'", "''")
    return f"title: T\nstatement: 'a $x{text}$ b'\nsymbols: {{x: vector(n)}}\nfunction: f(x) = x' x\nfind: [gradient]\n"


def tex_of(rng: random.Random, count: int) -> str:
    """Random pieces of LaTeX that belong to formulas more often than not."""
    return "".join(rng.choice(LATEX) for _ in range(rng.randrange(1, count)))


def latex(rng: random.Random, _texts: list[str]) -> str:
    """A problem whose function is LaTeX, one that is right with pieces put in, or random pieces."""
    text = rng.choice(FORMULAS)
    variable = "x" if text.startswith("f(x)") else "X"
    for _ in range(rng.choice((0, 1, 1, 2, 4))):
        at = rng.randrange(len(text) + 1)
        text = text[:at] + rng.choice(LATEX) + text[at + rng.choice((0, 0, 1, 3)) :]
    if rng.random() < 0.5:
        text = tex_of(rng, 25)
    find = rng.choice(("gradient", "derivative", "hessian"))
    return (
        "title: T\nsymbols: {X: square(n), A: spd(n), x: vector(n), b: vector(n)}\n"
        f"function: '{text.replace(chr(39), chr(39) * 2)}'\nwrt: {variable}\nfind: [{find}]\n"
    )


def lines(rng: random.Random, texts: list[str]) -> str:
    """A text of ours whose lines are shuffled, doubled, indented otherwise, or taken from another."""
    out = rng.choice(texts).split("\n")
    for _ in range(rng.choice((1, 2, 3))):
        at = rng.randrange(len(out))
        match rng.randrange(5):
            case 0:
                del out[at]
                out = out or [""]
            case 1:
                out.insert(at, rng.choice(out))
            case 2:
                out[at] = " " * rng.randrange(5) + out[at].lstrip()
            case 3:
                out[at] = rng.choice(rng.choice(texts).split("\n"))
            case 4:
                key, sign, _ = out[at].partition(":")
                value = rng.choice(VALUES)
                out[at] = f"{key}: {value}" if sign else value
    return "\n".join(out)


def collection(rng: random.Random, texts: list[str]) -> str:
    """A lecture or set, changed."""
    several = [text for text in texts if "sections:" in text or "problems:" in text]
    return rng.choice((lines, mutated))(rng, several)


def toml(rng: random.Random, _texts: list[str]) -> str:
    """A project file, changed."""
    return rng.choice((lines, mutated))(rng, [PROJECT])


def macros(rng: random.Random, _texts: list[str]) -> str:
    """A macro file, changed, or of random pieces."""
    if rng.random() < 0.3:
        return "".join(rng.choice((*LATEX, "\\newcommand", "\\def", "{\\x}", "[1]", "#1", "\n", "%")) for _ in range(rng.randrange(1, 40)))
    return rng.choice((lines, mutated))(rng, [MACROS])


def roster(rng: random.Random, _texts: list[str]) -> str:
    return rng.choice((lines, mutated))(rng, [ROSTER])


def claim(rng: random.Random, _texts: list[str]) -> str:
    """A pasted derivation with pieces put in, taken out or doubled, or random pieces."""
    text = rng.choice(CLAIMS)
    for _ in range(rng.choice((1, 1, 2, 4))):
        at, length = rng.randrange(len(text) + 1), rng.choice((0, 1, 3, 20))
        text = text[:at] + rng.choice((*LATEX, text[at : at + length] * 2, "")) + text[at + length :]
    return "\\[" + tex_of(rng, 40) + "\\]" if rng.random() < 0.2 else text


def octets(rng: random.Random, texts: list[str]) -> str:
    """A problem with random bytes in it, read as the encoding that knows them all."""
    data = bytearray(rng.choice(texts).encode())
    for _ in range(rng.choice((1, 2, 5))):
        data[rng.randrange(len(data))] = rng.randrange(256)
    return data.decode("latin-1")


KINDS: dict[str, Callable[[random.Random, list[str]], str]] = {
    "mutated": mutated, "lines": lines, "functions": functions, "prose": prose, "latex": latex, "collection": collection, "toml": toml,
    "macros": macros, "roster": roster, "claim": claim, "octets": octets,
}
SHARES = {
    "mutated": 7, "lines": 3, "functions": 2, "prose": 20, "latex": 40, "collection": 6, "toml": 6, "macros": 7,
    "roster": 2, "claim": 2, "octets": 5,
}
"""Of a hundred: what is derived and checked takes a hundred times as long as what is read."""


def page(rng: random.Random, text: str) -> None:
    """Derived, checked, and set in some kind of document."""
    from derive.documents.page.modes import MODES
    from derive.documents.page.settings import Fit, Settings
    from derive.pipeline.produce import tex
    from derive.pipeline.subject import read

    settings = Settings()
    subject = read(text, "p.yaml", 1, settings)
    for mode in rng.sample(("slides", "solutions", "html", "sheet", "key", "article"), rng.choice((1, 1, 2))):
        tex(subject.document(MODES[mode], settings, Fit()), MODES[mode])


def parsed(_rng: random.Random, text: str) -> None:
    from derive.documents import collection as collections
    from derive.language.problems.read import kind

    if kind(text) != "problem":
        collections.read(text, "set.yaml")


def project(_rng: random.Random, text: str) -> None:
    from derive.pipeline.project import read

    read(text, "derive.toml")


def defined(_rng: random.Random, text: str) -> None:
    from derive.language.markup.macros import read

    read(text, "macros.tex")


def students(_rng: random.Random, text: str) -> None:
    from derive.pipeline.variants.roster import read

    read(text, "roster.csv")


def judged(_rng: random.Random, text: str) -> None:
    from derive.language.problems.read import read
    from derive.reviewing.review import review

    problem = "title: T\nsymbols: {X: 'matrix(m, n)', w: vector(n), y: vector(m), λ: positive}\nfunction: f(w) = norm(X w - y)^2 + λ w' w\n"
    review(read(problem, "p.yaml", asked=False), text, "")


def undone(_rng: random.Random, text: str) -> None:
    from derive.language.files import decoded

    page(_rng, decoded(text.encode("latin-1"), "p.yaml"))


ACTS: dict[str, Callable[[random.Random, str], None]] = {
    "collection": parsed, "toml": project, "macros": defined, "roster": students, "claim": judged, "octets": undone,
}
"""What is done with a text of a kind, where it is not a problem."""


def one(kind: str, text: str, seconds: float, rng: random.Random) -> str:
    """What becomes of a text: `ok`, `refused`, `internal`, `budget`, or the check's and the reader's own refusals."""
    try:
        with using(Budget(seconds, 2 << 30)), within():
            ACTS.get(kind, page)(rng, text)
    except DeriveError as error:
        error.render()
        return error.code if error.code in ("budget", "verification", "misread", "internal") else "refused"
    except Exception as error:
        import traceback

        where = " < ".join(f"{Path(f.filename).name}:{f.lineno}" for f in traceback.extract_tb(error.__traceback__)[:-4:-1])
        return f"internal: {type(error).__name__}: {str(error)[:100]} ({where})"
    return "ok"


def run(cases: int, seed: str, seconds: float) -> Iterator[tuple[str, str, str]]:
    """(kind, outcome, text) of so many cases, no two of them alike."""
    texts = seeds()
    known: set[bytes] = set()
    with examined_once():
        for k in range(cases):
            rng = random.Random(f"{seed} {k}")
            kind = rng.choices(list(SHARES), list(SHARES.values()))[0]
            text = KINDS[kind](rng, texts)
            while (digest := hashlib.sha256(f"{kind} {text}".encode("utf-8", "surrogatepass")).digest()[:12]) in known:
                text = KINDS[kind](rng, texts)
            known.add(digest)
            yield kind, one(kind, text, seconds, rng), text
            if k == WARM:
                gc.collect()
                gc.freeze()
                gc.set_threshold(20_000, 20, 50)


WARM = 500
"""After so many cases all is loaded, and need not be looked through for what nobody holds."""


@contextmanager
def examined_once() -> Iterator[None]:
    """A problem of ours that a changed lecture or set names is derived and checked once."""
    from derive.pipeline import gather

    known: dict[tuple[object, ...], object] = {}
    plain = gather.one_of

    def kept(file: str, text: str, *more: object) -> object:
        key = (file, text, *map(repr, more))
        if key not in known:
            known[key] = plain(file, text, *more)  # type: ignore[arg-type]
        return known[key]

    gather.one_of = kept  # type: ignore[assignment]
    try:
        yield
    finally:
        gather.one_of = plain


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=2000)
    parser.add_argument("--seed", default="1")
    parser.add_argument("--seconds", type=float, default=20.0)
    given = parser.parse_args()
    counts: Counter[tuple[str, str]] = Counter()
    bad = 0
    started = time.monotonic()
    try:
        for kind, outcome, text in run(given.cases, given.seed, given.seconds):
            counts[kind, outcome.partition(":")[0]] += 1
            if counts.total() % 10_000 == 0:
                print(f"… {counts.total()} cases, {time.process_time():.0f} s of the processor", flush=True)
            if outcome.startswith(("internal", "budget", "verification", "misread")):
                bad += outcome.startswith("internal")
                print(f"--- {kind}: {outcome}\n{text}", flush=True)
    except KeyboardInterrupt:
        print("stopped: what was done until then")
    for (kind, outcome), count in sorted(counts.items()):
        print(f"{kind:10} {outcome:14} {count}")
    print(f"{counts.total()} cases in {time.monotonic() - started:.0f} s, {bad} internal errors")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
