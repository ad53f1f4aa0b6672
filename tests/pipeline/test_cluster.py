"""The same build on a Dask cluster: a scheduler, two worker processes, one of them killed half-way."""

from __future__ import annotations

import os
import signal
import threading
import time
from pathlib import Path

import pytest

from derive.errors import DeriveError
from derive.pipeline.budget import Budget, using
from derive.pipeline.build import build
from derive.pipeline.processes import cluster
from derive.pipeline.processes.pool import available
from derive.pipeline.project import load
from derive.pipeline.sample import SAMPLE
from derive.pipeline.sources import find

distributed = pytest.importorskip("distributed")
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]


def test_a_worker_is_killed_and_nothing_is_lost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).resolve().parents[2]))
    monkeypatch.setattr(cluster, "work", lambda tasks, address, act, inner=cluster.work: inner(tasks, address, act, 3))
    Path("problems").mkdir()
    for k in range(24):
        Path(f"problems/p{k:02}.yaml").write_text(SAMPLE.replace("Trace of", f"Trace {k} of"))
    sources = find(())
    alone = [outcome.state for outcome in build(sources, Path("alone"), load(), pdf=False)]
    assert alone == ["made"] * 24
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, silence_logs=50, local_directory=str(tmp_path / "dask"),
    ) as running:
        victim = next(iter(running.workers.values())).process.pid

        def kill() -> None:
            time.sleep(1.0)
            os.kill(victim, signal.SIGKILL)

        threading.Thread(target=kill, daemon=True).start()
        made = [outcome.source.stem for outcome in build(sources, Path("far"), load(), workers=available(None, running.scheduler_address), pdf=False)]
    assert sorted(made) == [source.stem for source in sources]
    files = sorted(path.name for path in Path("alone").glob("*.tex"))
    assert len(files) == 48 and all(Path("far", name).read_bytes() == Path("alone", name).read_bytes() for name in files)


def test_a_file_over_its_budget_is_ended_and_takes_no_other_along(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).resolve().parents[2]))
    Path("problems").mkdir()
    Path("problems/good.yaml").write_text(SAMPLE)
    lets = ", ".join(f"u{k}: 'u{k - 1} u{k - 1} + sin(u{k - 1})'" for k in range(2, 14))
    Path("problems/slow.yaml").write_text(
        f"title: T\nsymbols: {{x: scalar}}\nlet: {{u1: 'x x + sin(x)', {lets}}}\nfunction: f(x) = u13\nfind: [derivative]\n"
    )
    with distributed.LocalCluster(
        n_workers=1, threads_per_worker=1, processes=True, dashboard_address=None, silence_logs=50, local_directory=str(tmp_path / "dask"),
    ) as running, using(Budget(2.0)):
        workers = available(None, running.scheduler_address)
        done = {outcome.source.stem: outcome for outcome in build(find(()), Path("far"), load(), workers=workers, pdf=False)}
    assert done["good"].state == "made"
    assert done["slow"].error is not None and done["slow"].error.code == "budget"


def test_there_is_no_scheduler(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "SECONDS", "1s")
    with pytest.raises(DeriveError, match=r"no scheduler answers at tcp://127\.0\.0\.1:9"):
        list(cluster.work([1], "tcp://127.0.0.1:9", abs))
