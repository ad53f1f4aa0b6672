"""Our own derivations as a student would paste them: `python -m tests.review.own` reviews those of problems/ in every notation.

Each chain is a display; letters that the derivation introduces are told before it, as a page tells them.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Literal, get_args, get_origin, get_type_hints

import yaml

from derive.calculus.derive import derive
from derive.derivation.derivation import Chain, Derivation, Head, Line
from derive.errors import DeriveError
from derive.language.problems.problem import Problem
from derive.language.problems.read import read
from derive.notation.latex.latex import latex
from derive.notation.latex.lines import RELATIONS, head, line_left
from derive.notation.settings import DEFAULT, Notation
from derive.reviewing.judging.finding import UNCLEAR, WRONG
from derive.reviewing.review import Review, review

PROBLEMS = Path(__file__).parents[2] / "problems"
CORPUS = Path(os.environ.get("DERIVE_CORPUS", "no-corpus")) / "cases.yaml"
"""Problems collected elsewhere, where DERIVE_CORPUS names their folder."""


def pasted(derivation: Derivation, notation: Notation = DEFAULT) -> str:
    """The derivation as LaTeX that stands by itself."""
    told = [f"${latex(symbol, notation)} = {latex(expr, notation)}$" for symbol, expr in derivation.letters]
    out = [f"Write {', '.join(told)}.\n"] if told else []
    for chain in derivation.chains:
        out += [f"{chain.title}:", r"\begin{align*}", " \\\\\n".join(rows(chain, notation)), r"\end{align*}"]
    return "\n".join(out)


def rows(chain: Chain, notation: Notation) -> Iterator[str]:
    for line in chain.lines:
        left, right = line_left(line, notation), latex(line.expr, notation)
        sign = r"\text{ or }" if line.relation == "or" else RELATIONS.get(line.relation, rf"\text{{ {line.relation} }}")
        beside = f"{_beside(line, notation)} & " if line.beside is not None else ""
        if left and (line.equation or line.relation in ("⇔", "⇒", "or")):
            yield f"{beside}{'' if line.relation == '=' else sign + ' '}{left} &= {right}"
        else:
            yield f"{beside}{left} &{sign} {right}"


def _beside(line: Line, notation: Notation) -> str:
    assert line.beside is not None
    name, definition = line.beside
    return f"{head(name, notation) if isinstance(name, Head) else latex(name, notation)} &= {latex(definition, notation)}"


def notations() -> Iterator[Notation]:
    """The one of the program, and every other choice of each setting by itself."""
    yield DEFAULT
    for name, kind in get_type_hints(Notation).items():
        for choice in get_args(kind) if get_origin(kind) is Literal and name not in ("cases", "language") else ():
            if choice != getattr(DEFAULT, name):
                yield Notation(**{name: choice})


def problems(only: str = "") -> Iterator[tuple[str, str]]:
    """(name, text) of the problems of problems/ and, where DERIVE_CORPUS says its folder, of the corpus."""
    for path in sorted(PROBLEMS.rglob("*.yaml")):
        if "function:" in path.read_text("utf-8") and only in path.stem:
            yield path.stem, path.read_text("utf-8")
    for case in yaml.safe_load(CORPUS.read_text("utf-8")) if CORPUS.exists() else ():
        if only in case["id"]:
            yield case["id"], yaml.safe_dump(case["problem"], allow_unicode=True, sort_keys=False)


def derived(name: str, text: str) -> Derivation | None:
    """None where the problem has no derivation."""
    try:
        return derive(read(text, f"{name}.yaml"))
    except DeriveError:
        return None


def reviewed(problem: Problem, derivation: Derivation, notation: Notation = DEFAULT) -> Review:
    return review(problem, pasted(derivation, notation))


def faults(found: Review) -> list[tuple[int, str, str, str]]:
    """The lines that are wrong or unclear."""
    return [(f.line, f.verdict, f.source, f.message) for f in found.findings if f.verdict in (WRONG, UNCLEAR)]


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="")
    parser.add_argument("--notations", action="store_true", help="every notation, not the program's alone")
    given = parser.parse_args(arguments)
    counts: dict[str, int] = {}
    lines = 0
    for name, text in problems(given.only):
        derivation = derived(name, text)
        if derivation is None:
            continue
        for notation in notations() if given.notations else (DEFAULT,):
            started = time.process_time()
            try:
                found = reviewed(derivation.problem, derivation, notation)
            except DeriveError as error:
                counts["refused"] = counts.get("refused", 0) + 1
                print(f"{name}: {error.message}", flush=True)
                continue
            took = time.process_time() - started
            counts[found.verdict] = counts.get(found.verdict, 0) + 1
            lines += len(found.findings)
            for line, verdict, source, message in faults(found):
                print(f"{name} {_told(notation)} line {line} {verdict}: {source}\n    {message}", flush=True)
            if took > 3:
                print(f"{name}: {took:.1f} s", flush=True)
    print(counts, lines, "lines")
    return int(set(counts) - {"right"} != set())


def _told(notation: Notation) -> Mapping[str, object]:
    return {k: v for k, v in vars(notation).items() if v != getattr(DEFAULT, k)}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
