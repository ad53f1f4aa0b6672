"""Slips put into right derivations: `python -m tests.review.slipped 2000` says in how many the line is found.

A right derivation of `claims/` gets one changed member, written anew; a change that leaves the value is none.
"""

from __future__ import annotations

import random
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from derive.language.problems.read import read
from derive.notation.python.run import quiet
from derive.reviewing.judging.comparing import DIFFERENT, UNDEFINED
from derive.reviewing.judging.context import Context
from derive.reviewing.judging.finding import RIGHT
from derive.reviewing.judging.ground import Ground
from derive.reviewing.judging.judge import Judge
from derive.reviewing.judging.letters import sized
from derive.reviewing.judging.verdicts import findings
from derive.reviewing.pasted.relations import chains
from derive.reviewing.review import review
from derive.reviewing.slips.writing import written
from derive.reviewing.tree import Add, Binary, Fun, Mul, Name, Neg, Num, Pow, Tree, Turn, children, number, rebuilt, walk

CLAIMS = Path(__file__).parent / "claims"


@dataclass(frozen=True)
class Slipped:
    """A derivation with one slip: the problem's text, the LaTeX, the line that is wrong, the kind of the slip."""

    name: str
    problem: str
    latex: str
    line: int
    kind: str


def kinds(tree: Tree) -> Iterator[tuple[str, Tree]]:
    """Changes of a member, each of one kind, at every place."""
    for node in walk(tree):
        for kind, changed in _at(node):
            yield kind, _replaced(tree, node, changed)


def _replaced(tree: Tree, node: Tree, changed: Tree) -> Tree:
    return changed if tree is node else rebuilt(tree, lambda t: _replaced(t, node, changed) if any(n is node for n in walk(t)) else t)


def _at(node: Tree) -> Iterator[tuple[str, Tree]]:
    match node:
        case Add(terms=terms):
            yield "sign of a term", Add((*terms[:-1], terms[-1].arg if isinstance(terms[-1], Neg) else Neg(terms[-1])))
            yield "term missing", terms[0] if len(terms) == 2 else Add(terms[:-1])
        case Mul(factors=factors):
            yield "factor 2", Mul((number(2), *factors))
            if len(factors) > 1 and not isinstance(factors[0], Num):
                yield "order of factors", Mul((factors[1], factors[0], *factors[2:]))
                yield "factor missing", factors[1] if len(factors) == 2 else Mul(factors[1:])
            yield "entry by entry", Binary("hadamard", factors[0], Mul(factors[1:]) if len(factors) > 2 else factors[1])
        case Turn(arg=arg):
            yield "transpose lost", arg
        case Pow(base=base, exponent=Num(value=value)):
            yield "inverse lost" if value == -1 else "power lost", base
            yield "power raised", Pow(base, Num(value + 1))
        case Fun(name="diag", args=(arg,)):
            yield "diag forgotten", arg
        case Fun(name="tr", args=(Mul(factors=factors),)) if len(factors) > 1:
            yield "trace of a product", Mul((Fun("tr", factors[:1]), Fun("tr", (Mul(factors[1:]),))))
        case Binary(op="kron", left=left, right=right):
            yield "Kronecker factors swapped", Binary("kron", right, left)
        case Binary(op="hadamard", left=left, right=right):
            yield "matrix product", Mul((left, right))
        case Binary(op="over", left=left, right=right):
            yield "fraction upside down", Binary("over", right, left)
        case Neg(arg=arg):
            yield "sign", arg
        case Name() if node.name.isupper() and len(node.name) == 1:
            yield "transpose added", Turn(node)
        case _:
            return


def slipped(seed: int = 0) -> Iterator[Slipped]:
    """Derivations with one slip each, in random order."""
    cases = [c for path in sorted(CLAIMS.glob("*.yaml")) for c in yaml.safe_load(path.read_text("utf-8")) if c["verdict"] == "right"]
    rng = random.Random(seed)
    rng.shuffle(cases)
    for case in cases:
        yield from _of(case, rng)


def _of(case: dict[str, Any], rng: random.Random) -> Iterator[Slipped]:
    text = yaml.safe_dump(case["problem"], allow_unicode=True)
    claim: str = case["claim"]
    ground = Ground.of(read(text, "p.yaml", asked=False))
    with quiet():
        judge = Judge(ground, Context(ground, chains(claim), claim))
        right = {f.line for f in findings(judge) if f.verdict == RIGHT and not f.stationary and not f.message}
        found: list[Slipped] = []
        for chain in judge.context.chains:
            for k, link in enumerate(chain.links, 1):
                member = chain.members[k]
                whole = member.offsets and member.offsets[-1] - member.offsets[0] + 1 == len(member.offsets)
                tree = judge.context.tree(member)
                if link.line not in right or link.op != "=" or not whole or tree is None or len(list(children(tree))) == 0:
                    continue
                head = judge.context.tree(chain.members[0])
                for kind, changed in kinds(tree):
                    if judge.laid_out(head) and isinstance(changed, Turn):  # type: ignore[arg-type]
                        continue
                    outcome = judge.comparison.equal(judge.prepared_tree(tree, frozenset()), sized(changed), judge.situations[:2])
                    if outcome.state not in (DIFFERENT, UNDEFINED):
                        continue
                    start, end = member.start, member.offsets[-1] + 1
                    found.append(Slipped(case["id"], text, f"{claim[:start]}{written(changed)} {claim[end:]}", link.line, kind))
    rng.shuffle(found)
    yield from found[:25]


def located(case: Slipped) -> tuple[bool, int | None]:
    """Whether the review names the slip's line, and the line that it names."""
    first = review(read(case.problem, "p.yaml", asked=False), case.latex).first_wrong
    return (first is not None and first.line == case.line), first.line if first else None


def main(count: int) -> None:
    total, right = Counter[str](), Counter[str]()
    for n, case in enumerate(slipped()):
        if n >= count:
            break
        found, line = located(case)
        total[case.kind] += 1
        right[case.kind] += found
        if not found:
            print(f"{case.name}: {case.kind} in line {case.line}, named: {line}\n    {case.latex.strip()[:600]!r}", flush=True)
    for kind, n in total.most_common():
        print(f"{kind}: {right[kind]} of {n}")
    print(f"{sum(right.values())} of {sum(total.values())}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
