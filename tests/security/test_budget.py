"""Every problem has a budget, and what ends it is said; a worker that is killed takes no other file along."""

from __future__ import annotations

import gc
import hashlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from derive.errors import DeriveError
from derive.pipeline import budget
from derive.pipeline import build as building
from derive.pipeline.budget import Budget, OverBudget, using, within
from derive.pipeline.processes import pool
from derive.pipeline.project import load
from derive.pipeline.sources import find
from derive.pipeline.subject import read

X = "title: T\nsymbols: {x: scalar}\n"
SQUARE = "title: T\nsymbols: {X: square(n)}\n"


def nested(name: str, start: str, step: str, count: int) -> str:
    return f"let:\n  {name}1: {start}\n" + "".join(
        f"  {name}{k}: {step.replace('U', f'{name}{k - 1}')}\n" for k in range(2, count + 1)
    )


def kron(count: int) -> str:
    out = "X"
    for _ in range(count - 1):
        out = f"kron({out}, X)"
    return out


HEAVY = {
    "a let that doubles": X + nested("u", "x x + sin(x)", "U U + sin(U)", 11) + "function: f(x) = u11\nfind: [derivative]\n",
    "a tower of kron": SQUARE + f"function: f(X) = tr({kron(12)})\nfind: [gradient]\n",
    "kron in a let": SQUARE + nested("U", "kron(X, X)", "kron(U, U)", 6) + "function: f(X) = tr(U6)\nfind: [gradient]\n",
    "a long sum": X + "function: f(x) = sum(i, 1, 1000000000, x^i / i)\nfind: [derivative]\n",
    "sums in sums": X + "function: f(x) = sum(i,1,9999,sum(j,1,9999,sum(k,1,9999,x^i)))\nfind: [derivative]\n",
    "a long answer": X + "function: f(x) = x^2\nfind: [derivative]\nanswer: {derivative: 'sum(i,1,999999,sum(j,1,99999,2 x))'}\n",
    "factors": X + "function: f(x) = " + " ".join(f"(x + sin({k} x))" for k in range(1, 56)) + "\nfind: [hessian]\n",
    "many letters": X + "function: f(x) = " + "x " * 24_000 + "\nfind: [derivative]\n",
    "powers": X + "function: f(x) = " + " + ".join(f"x^{k}" for k in range(1, 5000)) + "\nfind: [derivative]\n",
    "sizes": "title: T\nsymbols: {X: 'matrix(m, n)'}\nsizes: [m = 50000, n = 50000]\nfunction: f(X) = tr(X'X)\nfind: [gradient]\n",
    "a product of sizes": f"title: T\nsymbols: {{X: 'matrix({'*'.join('m' * 60)}, n)'}}\nfunction: f(X) = tr(X'X)\nfind: [gradient]\n",
}


@pytest.mark.slow
@pytest.mark.parametrize("name", list(HEAVY) if "DERIVE_CAMPAIGN" in os.environ else ["a let that doubles", "a long sum", "sizes"])
def test_what_takes_for_ever_is_ended_in_words(name: str) -> None:
    started = time.process_time()
    try:
        with using(Budget(2, 1 << 30)):
            read(HEAVY[name], "p.yaml")
    except DeriveError as error:
        assert error.code in ("budget", "size", "too-long", "verification", "no-point"), error.render()
        assert error.where is not None and error.where.file == "p.yaml" and len(error.render()) < 1000
        if error.code == "budget":
            assert "takes longer" in error.message or "needs more than" in error.message or "nested too deeply" in error.message
    assert time.process_time() - started < 12


INNOCENT = {
    "a polynomial": X + "function: f(x) = x^60 - 17 x^41 + 3 x^23 - x^7 + 5 x^3 + x\nfind: [stationary]\n",
    "a high binomial": X + "function: f(x) = x^60 - 60 x\nfind: [stationary]\n",
    "linear factors": X + "function: f(x) = " + " ".join(f"(x - {k})" for k in range(1, 13)) + "\nfind: [stationary]\n",
    "powers": X + "function: f(x) = " + " + ".join(f"x^{k}" for k in range(1, 61)) + "\nfind: [derivative]\n",
    "twenty linear factors": X + "function: f(x) = " + " ".join(f"(x - {k})" for k in range(1, 21)) + "\nfind: [derivative]\n",
    "twenty factors": X + "function: f(x) = " + " ".join(f"(x + sin({k} x))" for k in range(1, 21)) + "\nfind: [derivative]\n",
    "twenty linear factors, stationary": X + "function: f(x) = " + " ".join(f"(x - {k})" for k in range(1, 21)) + "\nfind: [stationary]\n",
    "three hundred powers": X + "function: f(x) = " + " + ".join(f"x^{k}" for k in range(1, 301)) + "\nfind: [derivative]\n",
    "two thousand powers": X + "function: f(x) = " + " + ".join(f"x^{k}" for k in range(1, 2001)) + "\nfind: [derivative]\n",
    "logarithms of matrices": "title: T\nsymbols: {X: spd(n), A: spd(n)}\nfunction: f(X) = tr(A logm(X)) + tr(X logm(X))\n"
    "find: [gradient, hessian]\n",
    "squares in a let": SQUARE + nested("U", "X X", "U U", 5) + "function: f(X) = tr(U5)\nfind: [gradient]\n",
    **{
        f"forty times {step}, twice": X + nested("u", start, step, 40) + f"function: f(x) = u40\nfind: [{find}]\n"
        for start, step, find in (
            ("sin(x)", "sin(U)", "second-derivative"), ("tanh(x)", "tanh(U)", "hessian"), ("x + sin(x)", "U + sin(U)", "derivative, hessian"),
            ("x x + sin(x)", "U U / (1 + U U)", "second-derivative"),
        )
    },
    "forty layers, twice": "title: T\nsymbols: {x: vector(n), A: square(n)}\n" + nested("u", "tanh(A x)", "tanh(A U)", 40)
    + "function: f(x) = u40' u40\nfind: [second-derivative]\n",
    "a power of a matrix by a let, twice": SQUARE + nested("U", "X X", "U X", 40) + "function: f(X) = tr(U40)\nfind: [second-derivative]\n",
    "a product of fifty letters, twice": "title: T\nsymbols: {" + ", ".join(f"x{k}: scalar" for k in range(1, 51)) + "}\nfunction: f = "
    + " ".join(f"x{k}" for k in range(1, 51)) + "\nwrt: [" + ", ".join(f"x{k}" for k in range(1, 51)) + "]\nfind: [gradient, hessian]\n",
    "a cubic": "title: T\nsymbols: {a: scalar, b: scalar, c: scalar, d: scalar}\nfunction: f = (a + b + c + d)^3 - a^2 - b^2 - c^2 - d^2\n"
    "wrt: [a, b, c, d]\nfind: [stationary]\n",
}


@pytest.mark.slow
@pytest.mark.parametrize("name", list(INNOCENT))
def test_what_people_write_is_done(name: str) -> None:
    started = time.process_time()
    assert read(INNOCENT[name], "p.yaml").summary()
    assert time.process_time() - started < 30


NETWORK = (
    f"title: T\nsymbols: {{x: vector(n), y: vector(n), {', '.join(f'W{k}: square(n)' for k in range(1, 81))}}}\nlet:\n  h1: tanh(W1 x)\n"
    + "".join(f"  h{k}: tanh(W{k} h{k - 1})\n" for k in range(2, 81))
    + f"function: f = norm(h80 - y)^2\nwrt: [{', '.join(f'W{k}' for k in range(1, 81))}]\nfind: [gradient]\n"
)
PAGES = {
    "twenty factors twice": X + "function: f(x) = " + " ".join(f"(x + sin({k} x))" for k in range(1, 21)) + "\nfind: [second-derivative]\n",
    "a network by all its layers": NETWORK,
}


@pytest.mark.slow
@pytest.mark.parametrize("name", list(PAGES))
def test_what_people_write_has_a_page(name: str) -> None:
    from derive.documents.page.modes import MODES
    from derive.documents.page.settings import Fit, Settings
    from derive.pipeline.produce import tex

    started = time.process_time()
    subject = read(PAGES[name], "p.yaml", 1)
    for mode in ("slides", "solutions", "html"):
        assert tex(subject.document(MODES[mode], Settings(), Fit()), MODES[mode])
    assert time.process_time() - started < 40


def test_the_time_is_up() -> None:
    with using(Budget(0.3, 0)), pytest.raises(DeriveError, match=r"stopped after 0\.3 s") as caught, within():
        while True:
            try:
                sum(range(1000))
            except Exception:
                raise AssertionError("kept on the way") from None
    assert caught.value.code == "budget"
    assert signal.getitimer(signal.ITIMER_PROF) == (0.0, 0.0)


def test_what_keeps_the_signal_is_told_again() -> None:
    kept = 0
    with using(Budget(0.2, 0)), pytest.raises(DeriveError), within():
        while True:
            try:
                while True:
                    sum(range(1000))
            except OverBudget:
                kept += 1
                if kept == 2:
                    raise
    assert kept == 2


def test_memory_is_limited_and_given_back() -> None:
    with using(Budget(0, 200 << 20)), pytest.raises(DeriveError, match="200 MB of memory"), within():
        bytearray(400 << 20)
    assert len(bytearray(400 << 20)) == 400 << 20


def test_depth_is_said() -> None:
    def deeper(n: int) -> int:
        return deeper(n + 1) + 1

    with pytest.raises(DeriveError, match="nested too deeply"), within():
        deeper(0)


def act(number: int) -> int:
    if number % 7 == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return number * number


def test_a_killed_worker_takes_no_other_task_along() -> None:
    found = sorted(pool.work(list(range(30)), 3, act, lambda number, _error: -number))
    assert found == sorted(-n if n % 7 == 3 else n * n for n in range(30))
    with pytest.raises(DeriveError) as caught:
        list(pool.work([1, 3, 2], 2, act))
    assert caught.value.code == "killed"


def test_a_heavy_file_takes_no_other_along(project: Path) -> None:
    for k in range(3):
        (project / "problems" / f"good{k}.yaml").write_text("title: T\nsymbols: {x: vector(n)}\nfunction: f(x) = x' x\nfind: [gradient]\n")
    (project / "problems" / "bad.yaml").write_text(HEAVY["a long sum"])
    with using(Budget(1.5, 1 << 30)):
        outcomes = {o.source.stem: o for o in building.build(find(()), project / "build", load(), workers=2, pdf=False)}
    assert [outcomes[f"good{k}"].state for k in range(3)] == ["made"] * 3
    error = outcomes["bad"].error
    assert error is not None and error.code == "budget" and outcomes["bad"].state == "failed"


@pytest.mark.parametrize("text", [r"\[\nabla f = " + "{" * 50_000 + r"\]", r"\[\nabla f = " + "X'" * 50_000 + r"\]"], ids=["braces", "letters"])
def test_a_pasted_derivation_has_a_budget(text: str, project: Path) -> None:
    from derive.pipeline.review import reviewed

    (project / "p.yaml").write_text("title: T\nsymbols: {X: square(n)}\nfunction: f(X) = tr(X)\nfind: [gradient]\n")
    (project / "claim.tex").write_text(text)
    gc.freeze()  # what other tests left behind is not looked through again
    started = time.process_time()
    with using(Budget(1, 1 << 30)):
        try:
            assert reviewed("p.yaml", "claim.tex").result.verdict != "right"
        except DeriveError as error:
            assert error.code in ("budget", "too-long", "syntax")
        finally:
            gc.unfreeze()
    assert time.process_time() - started < 8


def stuck(*_: object, **__: object) -> None:
    """Inside C, where no signal is told to Python."""
    with within():
        hashlib.pbkdf2_hmac("sha256", b"", b"", 2_000_000_000)


def stuck_at_three(number: int) -> int:
    if number == 3:
        stuck()
    return number


@pytest.mark.slow
@pytest.mark.parametrize("count", [1, 2])
def test_what_no_signal_reaches_is_ended_alone(count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(budget, "GRACE", 0.5)
    told: list[DeriveError] = []

    def lost(number: int, error: DeriveError) -> int:
        told.append(error)
        return -number

    with using(Budget(0.5, 1 << 30)):
        assert sorted(pool.work(list(range(6)), pool.Workers(count, apart=True), stuck_at_three, lost)) == [-3, 0, 1, 2, 4, 5]
    assert told[0].code == "budget" and "stopped after 0.5 s" in told[0].message


@pytest.mark.slow
@pytest.mark.parametrize("command", ["show", "render --to solutions", "check", "build"])
def test_a_command_ends_in_words_when_it_is_stuck(command: str, project: Path) -> None:
    (project / "problems" / "p.yaml").write_text("title: T\nsymbols: {x: vector(n)}\nfunction: f(x) = x' x\nfind: [gradient]\n")
    program = (
        "import sys; from tests.security.test_budget import stuck; from derive.pipeline import budget, build, render, examine, subject\n"
        "budget.GRACE = 0.5; examine.derive_and_verify = examine.examine = subject.examine = stuck\n"
        "from derive.cli.main import main; main(sys.argv[1:])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, *command.split(), "problems/p.yaml", "--timeout", "0.5"], capture_output=True, text=True,
        timeout=120, check=False, env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert done.returncode == 1 and "this was stopped after 0.5 s" in done.stderr and "[budget]" in done.stderr, done.stderr
    assert "Traceback" not in done.stderr and "[internal]" not in done.stderr
