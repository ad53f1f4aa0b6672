"""The catalogue: every rule name has an entry, every line of every proof holds, none goes in a circle, a wrong one is refused."""

from __future__ import annotations

import ast
from dataclasses import replace
from pathlib import Path

import pytest

from derive.calculus.catalogue import catalogue
from derive.calculus.catalogue.examples import EXAMPLES
from derive.calculus.catalogue.proofs import ADJOINT_LAST, ADJOINT_ROWS, PROOFS
from derive.calculus.derive import derive
from derive.calculus.rules import row_text
from derive.calculus.rules.adjoints import ADJOINTS
from derive.calculus.rules.differentials import DIFFERENTIALS
from derive.calculus.rules.identities import IDENTITIES
from derive.calculus.rules.steps import MOVES
from derive.calculus.simplify.simplify import tidy
from derive.checking.verification import verify
from derive.derivation.derivation import Chain, Derivation, Line, Step
from derive.documents.wording.reasons import reason
from derive.errors import DeriveError
from derive.expressions.build import scale
from derive.expressions.nodes import number
from derive.expressions.rewrite import substitute
from derive.language.problems.read import read
from derive.notation.latex.latex import latex
from derive.notation.settings import DEFAULT

ROOT = Path(__file__).resolve().parents[2]
ENTRIES = {e.name: e for e in catalogue.entries()}
DEFINITIONS = {"definition", "path", "intermediate"}
"""Rules that state what something is: there is nothing to prove."""
FILES = sorted((ROOT / "problems").glob("*.yaml"))


def rules_in(derivation: Derivation) -> frozenset[str]:
    """The names of the rules at work in a derivation."""
    lines = [line for chain in derivation.chains for line in chain.lines]
    return frozenset({line.rule for line in lines} | {step.rule for line in lines for step in line.steps})



def named_in_source() -> set[str]:
    """Every rule name that is written into a Step or a Line of the engine."""
    found: set[str] = set()
    for path in (ROOT / "derive" / "calculus").rglob("*.py"):
        if path.stem in ("proving", "catalogue"):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = node.func.id if isinstance(node.func, ast.Name) else ""
            place = {"Step": 2, "Line": 1}.get(name)
            where = [node.args[place]] if place is not None and len(node.args) > place else []
            where += [k.value for k in node.keywords if k.arg == "rule" and name in ("Step", "Line", "replace")]
            found |= {c.value for w in where for c in ast.walk(w) if isinstance(c, ast.Constant) and isinstance(c.value, str)}
    return found


def test_names_are_unique() -> None:
    assert len(ENTRIES) == len(catalogue.entries())


def test_every_rule_name_of_the_engine_has_an_entry() -> None:
    names = named_in_source()
    assert {"definition", "read-off", "collect", "polarization"} <= names
    assert names - ENTRIES.keys() == set()


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_rule_of_a_problem_has_an_entry(path: Path) -> None:
    derivation = derive(read(path.read_text(encoding="utf-8"), path.name))
    assert rules_in(derivation) - ENTRIES.keys() == set()


def test_every_row_has_a_proof_and_every_proof_a_row() -> None:
    assert set(DIFFERENTIALS) - DEFINITIONS == set(PROOFS)
    assert set(ADJOINT_ROWS) <= set(ADJOINTS)
    assert set(ADJOINT_LAST) <= set(ADJOINTS)
    assert set(EXAMPLES) <= set(ENTRIES)
    for e in ENTRIES.values():
        assert e.source
        assert e.statement or e.said, e.name
        assert e.table not in ("functions", "entrywise", "linear", "identities", "adjoints") or e.proofs, e.name


@pytest.mark.parametrize("name", [e.name for e in ENTRIES.values() if e.table not in ("moves", "defining")])
def test_every_line_of_the_proofs_holds(name: str) -> None:
    for proof in ENTRIES[name].proofs:
        report = verify(proof, 2)
        assert report.passed, [c for c in report.lines if not c.passed]


@pytest.mark.parametrize("name", EXAMPLES)
def test_examples_hold_and_use_their_rule(name: str) -> None:
    example = ENTRIES[name].example
    assert example is not None
    assert verify(example, 2).passed
    step = {"structured-direction": "structure"}.get(name, name)
    assert step in rules_in(example)


@pytest.mark.parametrize("name", PROOFS)
def test_a_proof_ends_in_the_rows_own_right_side(name: str) -> None:
    rights = {right for _, right in ENTRIES[name].statement}
    for proof in ENTRIES[name].proofs:
        last = proof.chains[0].lines[-1].expr
        for symbol, definition in reversed(proof.where):
            last = substitute(last, {symbol: definition})
        last = last if last in rights else tidy(last)
        assert last in rights or _equal(proof, last, rights), name


def _equal(proof: Derivation, last: object, rights: set[object]) -> bool:
    """The statement of a row assumes less of its letters than a proof may: then the right sides look alike."""
    return latex(last) in {latex(right) for right in rights}  # type: ignore[arg-type]


def test_no_proof_goes_in_a_circle() -> None:
    """A rule is proved by others only, and these not by it: the engine's own steps in a proof name them."""
    uses = {
        e.name: {
            rule for proof in e.proofs for line in proof.chains[0].lines for rule in _engine_rules(line)
            if rule in DIFFERENTIALS and rule != e.name
        }
        for e in ENTRIES.values() if e.table in ("rules", "functions")
    }
    assert uses["logdet"], "the proof of log det uses the determinant"
    done: set[str] = set()

    def visit(name: str, above: tuple[str, ...]) -> None:
        assert name not in above, " → ".join((*above, name))
        if name not in done:
            for other in uses.get(name, ()):
                visit(other, (*above, name))
            done.add(name)

    for name in uses:
        visit(name, ())


def _engine_rules(line: Line) -> set[str]:
    return {step.rule for step in line.steps}


def test_a_proof_by_the_engine_does_not_use_its_own_row() -> None:
    for name, proofs in PROOFS.items():
        for row, proof in zip(proofs, ENTRIES[name].proofs, strict=True):
            if row.by:
                own = [k for k, line in enumerate(proof.chains[0].lines) if name in {s.rule for s in line.steps}]
                assert own in ([], [len(proof.chains[0].lines) - 1]), name


def corrupted(proof: Derivation, k: int) -> Derivation:
    """The same proof with line k and all below wrong by a factor 1.001 (the chain stays whole)."""
    chain = proof.chains[0]
    line = chain.lines[k]
    wrong = number("1001/1000") if line.expr.is_scalar else None
    expr = scale(number("1001/1000"), line.expr) if wrong is None else line.expr.__class__ and _times(line)
    steps = (Step(line.steps[0].before, expr, line.rule, ()),) if len(line.steps) == 1 and line.steps[0].path == () else ()
    changed = replace(line, expr=expr, steps=steps, start=None if steps else line.start)
    return Derivation(proof.problem, (Chain(chain.quantity, chain.title, (*chain.lines[:k], changed)),), {}, where=proof.where)


def _times(line: Line):  # type: ignore[no-untyped-def]
    from derive.expressions.build import times

    return times(number("1001/1000"), line.expr)


CORRUPT = [
    ("product-rule", 1), ("det", 1), ("det", 3), ("pseudo-inverse", 3), ("quotient-rule", 2), ("cyclic", 1), ("polarization", 1),
    ("vec-of-product", 2), ("det-near-identity", 1), ("left-singular-vectors", 2), ("adjoint-sylvester", 1), ("logm", 1),
    ("matrix-power", 1), ("chain-rule", 2), ("exp", 1), ("tr", 1), ("sqrtm", 1), ("qr-q", 4), ("inverse", 2),
]


@pytest.mark.parametrize(("name", "k"), CORRUPT)
def test_a_corrupted_line_is_refused(name: str, k: int) -> None:
    proof = ENTRIES[name].proofs[0]
    report = verify(corrupted(proof, k), 2)
    assert not report.passed
    assert [c.where for c in report.failures] == [(0, k)]


def test_the_adjugate_proof_holds_for_a_singular_matrix() -> None:
    problem = row_text.problem_of(
        "singular", "M: square(n); H: square(n); E: square(n)", "tr(adj(M (I(n) - e(1, n) e(1, n)')) (H + E))", "H",
    )
    left = row_text.said(problem, "{t| det(M (I(n) - e(1, n) e(1, n)') + t (H + E))}")
    line = Line(left, "det-adjugate", (), "value", problem.function)
    assert verify(Derivation(problem, (Chain("value", "singular", (line,)),), {})).passed


def test_both_sides_of_the_rotation_are_one() -> None:
    """D29: det(e^A) = e^{tr A} = 1 for A = [0, 1; -1, 0]."""
    _, left, right = ENTRIES["det-exp"].proofs
    assert latex(left.chains[0].lines[-1].expr) == latex(right.chains[0].lines[-1].expr) == "1"
    assert verify(left, 2).passed and verify(right, 2).passed


def test_every_word_can_be_typeset() -> None:
    for e in ENTRIES.values():
        whys = [e.reason, e.said, *e.conditions, *(line.why for p in e.proofs for line in p.chains[0].lines)]
        for why in whys:
            said = str(reason(why, DEFAULT)).replace("é", "e").replace(r"\'e", "e")
            assert said.isascii(), (e.name, said)
            assert said.count("$") % 2 == 0 and "`" not in said.replace("``", ""), (e.name, said)


def test_sympys_steps_are_said() -> None:
    assert {"chain-rule", "power-rule", "exp", "simplify", "expansion"} <= {e.name for e in ENTRIES.values() if e.sympy}


def test_laws_and_moves_are_told_apart() -> None:
    assert set(IDENTITIES) & set(MOVES) == set()


def test_an_unknown_name_is_answered_with_the_nearest() -> None:
    with pytest.raises(DeriveError) as caught:
        catalogue.entry("cylic")
    assert caught.value.code == "unknown-rule"
    assert "did you mean cyclic?" in caught.value.message


def test_the_words_of_every_entry_can_be_read() -> None:
    """A formula between backticks that is none of the language stops the book of rules."""
    for e in catalogue.entries():
        assert e.called and e.reason is not None and e.said is not None, e.name
