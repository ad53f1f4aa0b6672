"""Slips put into right derivations: `python -m tests.review.slipped 2000` says in how many the line is found.

A right derivation, one of `claims/` or one of ours of problems/, gets one changed member, written anew; a change that leaves the
value is none.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, islice
from pathlib import Path

import yaml

from derive.language.problems.read import read
from derive.notation.python.run import quiet
from derive.reviewing import indices
from derive.reviewing.judging.comparing import DIFFERENT, UNDEFINED
from derive.reviewing.judging.context import Context
from derive.reviewing.judging.finding import RIGHT
from derive.reviewing.judging.ground import Ground
from derive.reviewing.judging.judge import Judge
from derive.reviewing.judging.letters import value_names
from derive.reviewing.judging.verdicts import findings
from derive.reviewing.pasted.relations import chains
from derive.reviewing.review import review
from derive.reviewing.slips.writing import written
from derive.reviewing.tree import Add, Binary, Const, Fun, Mul, Name, Neg, Num, Pow, Sub, Tree, Turn, children, number, rebuilt, walk
from tests.review.own import derived, pasted, problems

OTHER = "another letter"
ALL = slice(None)
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
    letters = sorted(name for name in value_names(tree) if len(name) == 1)
    for node in walk(tree):
        if isinstance(node, Name) and node.name in letters:
            for other in letters:
                if other != node.name and other.isupper() == node.name.isupper():
                    yield OTHER, _replaced(tree, node, Name(other))
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
            if len(factors) < 2:
                return
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
        case Sub(base=base, indices=(i, j)) if i is not None and j is not None and i != j:
            yield "indices swapped", Sub(base, (j, i))
        case Fun(name="norm", args=(arg,)):
            yield "norm squared", Pow(node, number(2))
        case Const(kind="identity"):
            yield "identity forgotten", number(1)
        case _:
            return


def slipped(seed: int = 0, part: slice = ALL) -> Iterator[Slipped]:
    """Derivations of others with one slip each, in random order; part: of the derivations."""
    cases = [c for path in sorted(CLAIMS.glob("*.yaml")) for c in yaml.safe_load(path.read_text("utf-8")) if c["verdict"] == "right"]
    rng = random.Random(seed)
    rng.shuffle(cases)
    for case in cases[part]:
        yield from _of(case["id"], yaml.safe_dump(case["problem"], allow_unicode=True), case["claim"], rng, 25)


def slipped_own(seed: int = 0, only: str = "", part: slice = ALL) -> Iterator[Slipped]:
    """Our derivations with one slip each, in random order; part: of the problems."""
    texts = list(problems(only))
    rng = random.Random(seed)
    rng.shuffle(texts)
    for name, text in texts[part]:
        derivation = derived(name, text)
        if derivation is not None:
            yield from _of(name, text, pasted(derivation), rng, 8)


def _of(name: str, text: str, claim: str, rng: random.Random, most: int) -> Iterator[Slipped]:
    """Some of the slips that a right derivation may have, each kind as often as another."""
    ground = _ground(text)
    with quiet():
        judge = Judge(ground, Context(ground, chains(claim), claim))
        right = {f.line for f in findings(judge) if f.verdict == RIGHT and not f.stationary and not f.message}
        found: list[Slipped] = []
        for one in judge.context.chains:
            for k, link in enumerate(one.links, 1):
                member = one.members[k]
                whole = member.offsets and member.offsets[-1] - member.offsets[0] + 1 == len(member.offsets)
                tree = judge.context.tree(member)
                if link.line not in right or link.op != "=" or not whole or tree is None or len(list(children(tree))) == 0:
                    continue
                head = judge.context.tree(one.members[0])
                kept = frozenset(indices.free(head, judge.comparison.known)) if head is not None else frozenset()
                true = judge.prepared_tree(tree, kept)
                if not judge.comparison.equal(true, true, judge.situations[:2]).equal:
                    continue  # the line is right in another reading
                for kind, changed in kinds(tree):
                    false = judge.prepared_tree(changed, kept)
                    if judge.laid_out(head) and judge.comparison.equal(Turn(true), false, judge.situations[:1]).equal:  # type: ignore[arg-type]
                        continue  # the other layout
                    outcome = judge.comparison.equal(true, false, judge.situations[:2])
                    if outcome.state not in (DIFFERENT, UNDEFINED):
                        continue
                    start, end = member.start, member.offsets[len(member.text.rstrip()) - 1] + 1
                    found.append(Slipped(name, text, f"{claim[:start]}{written(changed)} {claim[end:]}", link.line, kind))
    rng.shuffle(found)
    seen = Counter[str]()
    order = {}
    for case in found:
        order[id(case)] = seen[case.kind]
        seen[case.kind] += 1
    yield from sorted(found, key=lambda case: order[id(case)])[:most]


@lru_cache(maxsize=4)
def _ground(text: str) -> Ground:
    return Ground.of(read(text, "p.yaml", asked=False))


def located(case: Slipped) -> tuple[bool, int | None]:
    """Whether the review names the slip's line, and the line that it names."""
    ground = _ground(case.problem)
    first = review(ground.problem, case.latex, ground=ground, explained=False).first_wrong
    return (first is not None and first.line == case.line), first.line if first else None


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("count", type=int, nargs="?", default=200)
    parser.add_argument("--only", default="", help="ours of the problems whose name holds this, and no others")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--part", default="1/1", help="K/N: every N-th derivation from the K-th on, for several processes")
    given = parser.parse_args(arguments)
    k, n = map(int, given.part.split("/"))
    part = slice(k - 1, None, n)
    total, right = Counter[str](), Counter[str]()
    own = islice(slipped_own(given.seed, given.only, part), given.count if given.only else given.count // 2)
    for case in islice(chain(own, () if given.only else slipped(given.seed, part)), given.count):
        found, line = located(case)
        total[case.kind] += 1
        right[case.kind] += found
        if not found:
            print(f"{case.name}: {case.kind} in line {case.line}, named: {line}\n    {case.latex.strip()!r}", flush=True)
    for kind, count in total.most_common():
        print(f"{kind}: {right[kind]} of {count}")
    print(f"{sum(right.values())} of {sum(total.values())}")


if __name__ == "__main__":
    main(sys.argv[1:])
