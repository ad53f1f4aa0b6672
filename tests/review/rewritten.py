"""Right derivations written in other ways: `python -m tests.review.rewritten 400` says how many are still accepted.

Ours of problems/, with other spellings, other letters, other notations of the derivative, steps merged, terms in another order.
"""

from __future__ import annotations

import random
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from derive.derivation.derivation import Derivation
from derive.language.problems.problem import Problem
from derive.reviewing.review import review
from tests.review.own import derived, faults, pasted, problems

_TURN = r"^{\mathsf T}"


@dataclass(frozen=True)
class Rewritten:
    """A right derivation, and what was done to it."""

    name: str
    problem: Problem
    latex: str
    kinds: tuple[str, ...]


def spelled(latex: str, turn: str) -> str:
    inverse = "^{-1}{}'" if turn == "'" else "^{-" + turn.removeprefix("^").removeprefix("{").removesuffix("}" if turn.startswith("^{") else "") + "}"
    return latex.replace(_TURN, turn).replace(r"^{-\mathsf T}", inverse)


TRANSPOSES = (r"^\top", r"^T", r"^{\intercal}", "'", r"^{\mathrm{T}}", r"^t", r"^{\text{T}}", r"^\mathsf{T}")


def transposed(latex: str, problem: Problem, rng: random.Random) -> str:
    turn = rng.choice([t for t in TRANSPOSES if not ({"'"} & set(t) and "'" in latex) and not (t in ("^T", "^t") and t[1] in problem.symbols)])
    return spelled(latex, turn)


def traced(latex: str, problem: Problem, rng: random.Random) -> str:
    spellings = (r"\mathrm{tr}", r"\operatorname{Tr}", r"\text{tr}", r"\mathrm{Tr}", r"\operatorname{trace}")
    return latex.replace(r"\operatorname{tr}", rng.choice(spellings))


def other_direction(latex: str, problem: Problem, rng: random.Random) -> str:
    """H is called V."""
    if len(problem.directions) != 1:
        return latex
    (h,) = problem.directions
    letters = ("V", "Z", "E", "W") if h.name.isupper() else ("v", "u", "z", "p")
    sizes = {name for s in problem.symbols.values() for size in s.dims for name in size.names}
    free = [c for c in letters if c not in sizes and not re.search(rf"(?<![A-Za-z\\]){c}(?![A-Za-z])", latex)]
    return re.sub(rf"(?<![A-Za-z\\]){h.name}(?![A-Za-z])", rng.choice(free), latex) if free and len(h.name) == 1 else latex


def other_function(latex: str, problem: Problem, rng: random.Random) -> str:
    """f is called J."""
    free = [c for c in ("J", "L", "g", r"\phi", r"\ell") if c.strip("\\") not in problem.symbols and c.strip("\\") not in latex]
    if problem.name != "f" or not free or "f" in problem.symbols:
        return latex
    return re.sub(r"(?<![A-Za-z\\])f(?![A-Za-z])", lambda m: free[0] + (" " if free[0][0] == "\\" else ""), latex)


def as_quotient(latex: str, problem: Problem, rng: random.Random) -> str:
    r"""`\nabla f(X)` is `\frac{\partial f}{\partial X}`, or `\nabla_X f`."""
    curved = any(x.has & {"unit", "stiefel", "orthogonal"} for x in problem.wrt)
    if len(problem.wrt) != 1 or not problem.function.is_scalar or problem.inner_product is not None or curved:
        return latex
    x = problem.wrt[0].name
    told = rng.choice((rf"\\nabla_{{{x}}} f", rf"\\frac{{\\partial f}}{{\\partial {x}}}", rf"\\frac{{df}}{{d{x}}}", rf"\\partial_{{{x}}} f"))
    return re.sub(rf"\\nabla f\({x}\)", told, latex) if len(x) == 1 else latex


def as_differential(latex: str, problem: Problem, rng: random.Random) -> str:
    """Df(X)[H] is df, with dX for H."""
    if len(problem.wrt) != 1 or len(problem.directions) != 1 or r"\mathrm{d}" in latex.replace(r"\frac{\mathrm{d}}{\mathrm{d} t}", ""):
        return latex
    x, h = problem.wrt[0].name, problem.directions[0].name
    if len(x) != 1 or len(h) != 1 or "^{2} f" in latex or "Hess" in latex or problem.wrt[0].of is not None:
        return latex
    d = rng.choice((r"\mathrm{d}", "d", r"\delta ", r"\partial "))
    whole = re.sub(rf"\\mathrm{{D}}f\({x}\)\[{h}\] &=[^\n]*\|_{{t=0}} \\\\\n &=", lambda m: f"{d}f &=", latex)
    whole = whole.replace(rf"\mathrm{{D}}f({x})[{h}]", f"{d}f")
    return latex if r"|_{t=0}" in whole else re.sub(rf"(?<![A-Za-z\\]){h}(?![A-Za-z])", lambda m: rf"{d}{x}", whole)


def merged(latex: str, problem: Problem, rng: random.Random) -> str:
    """A step in the middle of a chain is left out."""
    rows = latex.split("\n")
    inner = [k for k in range(1, len(rows) - 1) if rows[k].startswith(" &=") and rows[k].endswith(r"\\") and rows[k + 1].startswith(" &=")]
    if not inner:
        return latex
    k = rng.choice(inner)
    return "\n".join(rows[:k] + rows[k + 1 :])


def one_by_one(latex: str, problem: Problem, rng: random.Random) -> str:
    """Displays of another kind."""
    kind = rng.choice(("align", "aligned", "eqnarray", "gather"))
    if kind == "aligned":
        return latex.replace(r"\begin{align*}", "\\[\n\\begin{aligned}").replace(r"\end{align*}", "\\end{aligned}\n\\]")
    if kind == "eqnarray":
        if "& " in latex.replace("&=", ""):
            return latex
        return latex.replace("&=", "&=&").replace("align*", "eqnarray*")
    if kind == "gather" and (r"\begin{cases}" in latex or re.search(r"&[^\n]*&", latex)):
        return latex
    out = latex.replace("align*", kind)
    return out.replace(" &= ", " = ").replace("&", "") if kind == "gather" and "pmatrix" not in latex else out


def swapped(latex: str, problem: Problem, rng: random.Random) -> str:
    """A sum of two terms the other way round, where a row is nothing else."""
    def one(found: re.Match[str]) -> str:
        left, a, b = found.groups()
        plain = _even(a) and _even(b) and " - " not in a + b and not b.startswith("-") and not a.startswith("-")
        return f"{left} {b} + {a}" if plain else found.group()

    return re.sub(r"^([^\n]*&=) ([^=\n]+?) \+ ([^=\n+]+?)(?= \\\\$|$)", one, latex, flags=re.MULTILINE)


def _even(text: str) -> bool:
    return all(text.count(a) == text.count(b) for a, b in ("()", "{}", "[]")) and "&" not in text and r"\left" not in text and (
        r"\langle" not in text or r"\rangle" in text) and r"\sum" not in text and "matrix" not in text and r"\mathrm{d} t" not in text


def macros(latex: str, problem: Problem, rng: random.Random) -> str:
    """With commands of one's own."""
    return (r"\newcommand{\tp}{^{\mathsf T}}\newcommand{\Tr}[1]{\operatorname{tr}(#1)}\newcommand{\half}{\frac{1}{2}}" + "\n"
            + latex.replace(_TURN, r"\tp ").replace(r"\frac{1}{2}", r"\half "))


REWRITINGS: dict[str, Callable[[str, Problem, random.Random], str]] = {
    "transposes": transposed, "traces": traced, "another direction": other_direction, "another function": other_function,
    "quotients": as_quotient, "differentials": as_differential, "merged": merged, "displays": one_by_one, "terms swapped": swapped,
    "macros": macros,
}


def rewritten(seed: int = 0, only: str = "") -> Iterator[Rewritten]:
    """Our derivations, each rewritten in one way, and in three."""
    rng = random.Random(seed)
    texts = list(problems(only))
    rng.shuffle(texts)
    for name, text in texts:
        derivation = derived(name, text)
        if derivation is not None:
            yield from _of(name, derivation, rng)


def _of(name: str, derivation: Derivation, rng: random.Random) -> Iterator[Rewritten]:
    plain = pasted(derivation)
    chosen = [(kind,) for kind in rng.sample(sorted(REWRITINGS), 3)] + [tuple(rng.sample(sorted(set(REWRITINGS) - {"macros"}), 3))]
    for kinds in chosen:
        latex = plain
        done = []
        for kind in sorted(kinds, key=list(REWRITINGS).index, reverse=True):
            changed = REWRITINGS[kind](latex, derivation.problem, rng)
            if changed != latex:
                done.append(kind)
            latex = changed
        if done:
            yield Rewritten(name, derivation.problem, latex, tuple(done))


def main(count: int, only: str) -> None:
    total, right = Counter[str](), Counter[str]()
    cases = lines = refused = 0
    for case in rewritten(only=only):
        if cases >= count:
            break
        cases += 1
        found = review(case.problem, case.latex)
        bad = [f for f in faults(found) if f[1] == "wrong"]
        lines += len(found.findings)
        refused += len(bad)
        for kind in case.kinds:
            total[kind] += 1
            right[kind] += not bad
        for line, verdict, source, message in faults(found)[:2]:
            print(f"{case.name} {case.kinds} line {line} {verdict}: {source}\n    {message}", flush=True)
    for kind, n in total.most_common():
        print(f"{kind}: {right[kind]} of {n}")
    print(f"{cases} derivations, {lines} lines, {refused} called wrong")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100, sys.argv[2] if len(sys.argv) > 2 else "")
