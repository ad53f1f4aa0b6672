"""Random files, read, derived, checked and printed: `python -m tests.security.fuzz --cases 200000 [--seed S] [--seconds 20]`.

Nothing may come out but a result or a DeriveError: what else does is printed with its smallest form, and counted.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
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


KINDS: dict[str, Callable[[random.Random, list[str]], str]] = {"mutated": mutated, "functions": functions, "prose": prose}


def one(text: str, seconds: float) -> str:
    """What becomes of a text: `ok`, `refused`, `internal`, `budget`, or the check's and the reader's own refusals."""
    from derive.documents.page.modes import MODES
    from derive.documents.page.settings import Fit, Settings
    from derive.pipeline.produce import tex
    from derive.pipeline.subject import read

    settings = Settings()
    try:
        with using(Budget(seconds, 2 << 30)), within():
            subject = read(text, "p.yaml", 2, settings)
            for mode in ("slides", "solutions", "html", "sheet"):
                tex(subject.document(MODES[mode], settings, Fit()), MODES[mode])
    except DeriveError as error:
        error.render()
        return error.code if error.code in ("budget", "verification", "misread", "internal") else "refused"
    except Exception as error:
        return f"internal: {type(error).__name__}: {str(error)[:100]}"
    return "ok"


def run(cases: int, seed: str, seconds: float) -> Iterator[tuple[str, str, str]]:
    """(kind, outcome, text) of so many cases."""
    texts = seeds()
    for k in range(cases):
        rng = random.Random(f"{seed} {k}")
        kind = rng.choice(("mutated", "mutated", "functions", "prose", "prose"))
        text = KINDS[kind](rng, texts)
        yield kind, one(text, seconds), text


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=2000)
    parser.add_argument("--seed", default="1")
    parser.add_argument("--seconds", type=float, default=20.0)
    given = parser.parse_args()
    counts: Counter[tuple[str, str]] = Counter()
    bad = 0
    started = time.monotonic()
    for kind, outcome, text in run(given.cases, given.seed, given.seconds):
        counts[kind, outcome.partition(":")[0]] += 1
        if outcome.startswith(("internal", "budget", "verification", "misread")):
            bad += outcome.startswith("internal")
            print(f"--- {kind}: {outcome}\n{text}", flush=True)
    for (kind, outcome), count in sorted(counts.items()):
        print(f"{kind:10} {outcome:14} {count}")
    print(f"{given.cases} cases in {time.monotonic() - started:.0f} s, {bad} internal errors")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
