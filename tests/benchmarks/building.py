"""`python -m tests.benchmarks.building [N]`: what a batch costs, in one run on the same files.

Processor seconds a PDF of N problems (100) x (slides, solutions), derivation and check included, beside `latexmk -pdf` and one bare
pass of pdflatex over the same .tex files; one cold `derive render`; a build with nothing to do, of many problems, beside ninja's;
the part that is not TeX's; the memory of a long build; how many processes of TeX and formats there were.  The table goes to standard output.
"""

from __future__ import annotations

import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DERIVE = [sys.executable, "-m", "derive"]
SAMPLE = 10
"""So many PDFs are made by latexmk and pdflatex; of the rest it is assumed that they cost the same."""


def run(command: list[str], folder: Path, **more: str) -> tuple[float, float, subprocess.CompletedProcess[str]]:
    """(processor seconds, seconds, what it printed) of a command and of all that it started."""
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, errors="replace", check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT), **more},
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, time.perf_counter() - started, done


COUNTING = """
import sys
from derive.pipeline.tex import cell
inner = cell.run
def counted(command, *arguments, **more):
    with open("counted", "a") as stream:
        stream.write("f" if "-ini" in command else "d")
    return inner(command, *arguments, **more)
cell.run = counted
from derive.cli.main import run
run(sys.argv[1:])
"""
"""A build, in whatever processes, that counts how TeX is called: `d` for a document, `f` for a format, in the file `counted`."""


def problems(folder: Path, count: int) -> list[Path]:
    """So many problems: the shipped ones, again and again under other names."""
    shipped = sorted((ROOT / "problems").glob("*.yaml"))
    folder.mkdir(parents=True)
    out = []
    for k in range(count):
        path = folder / f"{k:05}-{shipped[k % len(shipped)].name}"
        path.write_text(re.sub(r"^id:.*\n", "", shipped[k % len(shipped)].read_text(), flags=re.MULTILINE))
        out.append(path)
    return out


def batch(folder: Path, count: int) -> None:
    problems(folder / "problems", count)
    cache = str(folder / "cache")
    seconds, wall, done = run([*DERIVE, "build", "problems", "-o", "build"], folder, DERIVE_CACHE=cache)
    pdfs = sorted((folder / "build").glob("*.pdf"))
    print(f"\n{count} problems, {len(pdfs)} PDFs, exit code {done.returncode}")
    print("| | processor seconds a PDF | ratio |\n| --- | --- | --- |")
    ours = seconds / max(len(pdfs), 1)
    print(f"| derive build, all included (wall {wall:.0f} s) | {ours:.3f} | 1 |")
    tex = sorted((folder / "build").glob("*.tex"))[:: max(len(pdfs) // SAMPLE, 1)][:SAMPLE]
    for name, command in (("latexmk -pdf", ["latexmk", "-pdf"]), ("pdflatex, one pass", ["pdflatex"])):
        if shutil.which(command[0]) is None:
            print(f"| {name} | not installed | |")
            continue
        spent = 0.0
        for file in tex:
            with tempfile.TemporaryDirectory() as place:
                shutil.copy(file, place)
                spent += run([*command, "-interaction=batchmode", file.name], Path(place))[0]
        print(f"| {name} | {spent / len(tex):.3f} | {spent / len(tex) / ours:.1f} |")
    run([sys.executable, "-c", COUNTING, "build", "problems", "-o", "again", "-q"], folder, DERIVE_CACHE=str(folder / "cache2"))
    counted = (folder / "counted").read_text()
    documents, formats = counted.count("d"), counted.count("f")
    print(f"\nprocesses of TeX: {documents} for {len(pdfs)} PDFs ({documents / max(len(pdfs), 1):.2f} each); formats dumped: {formats}")
    first = sorted((folder / "problems").glob("*.yaml"))[0].name
    times = [run([*DERIVE, "render", f"problems/{first}", "--to", "slides", "-o", "x.pdf"], folder, DERIVE_CACHE=cache)[1] for _ in range(5)]
    print(f"one cold `derive render … -o x.pdf`: {sorted(times)[2]:.2f} s")


PYTHON = """
import sys, time
from pathlib import Path
from derive.documents.page.modes import MODES
from derive.documents.page.settings import Fit, Settings
from derive.pipeline.produce import tex
from derive.pipeline.subject import read
read_, filled = [], []
for path in sorted(Path("problems").glob("*.yaml")):
    start = time.process_time()
    subject = read(path.read_text(), str(path), 3, Settings())
    read_.append(time.process_time() - start)
    for mode in (MODES["slides"], MODES["solutions"]):
        start = time.process_time()
        tex(subject.document(mode, Settings(), Fit()), mode)
        filled.append(time.process_time() - start)
read_, filled = read_[1:], filled[2:]
print(1000 * sum(read_) / len(read_), 1000 * sorted(read_)[len(read_) // 2], 1000 * sum(filled) / len(filled))
"""
"""Without TeX, behind the first problem: (mean and median milliseconds of reading, deriving and checking one, mean of filling a document)."""


def python(folder: Path, count: int) -> None:
    """What is not TeX's, in one process that has made one document."""
    problems(folder / "problems", count)
    _, _, done = run([sys.executable, "-c", PYTHON], folder, OPENBLAS_NUM_THREADS="1", DERIVE_CACHE=str(folder / "cache"))
    mean, median, document = map(float, done.stdout.split())
    print(f"\nPython alone: {document:.0f} ms a document (composed and filled); a problem is derived and checked in {median:.0f} ms "
          f"(median; mean {mean:.0f})")


def idle(folder: Path, count: int) -> None:
    """A build with nothing to do; ninja's, over files of the same names."""
    problems(folder / "problems", count)
    run([*DERIVE, "build", "problems", "-o", "build", "--tex-only"], folder)
    ours = sorted(run([*DERIVE, "build", "problems", "-o", "build", "--tex-only"], folder)[1] for _ in range(3))[1]
    print(f"\nnothing to do, {count} problems: derive build {ours:.2f} s", end="")
    if shutil.which("ninja"):
        names = [path.stem for path in sorted((folder / "problems").glob("*.yaml"))]
        rules = "".join(f"build n/{n}-slides.tex n/{n}-solutions.tex: r problems/{n}.yaml\n" for n in names)
        (folder / "build.ninja").write_text("rule r\n  command = touch $out\n" + rules)
        run(["ninja"], folder)
        theirs = sorted(run(["ninja"], folder)[1] for _ in range(3))[1]
        print(f", ninja {theirs:.2f} s, ratio {ours / theirs:.1f}", end="")
    print()


def memory(folder: Path, count: int) -> None:
    """The largest process of a build without TeX, of a tenth of the problems and of all of them."""
    code = "import resource, sys; from derive.cli.main import run; run(sys.argv[1:]); print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10)"
    problems(folder / "problems", count)
    few = [str(path.relative_to(folder)) for path in sorted((folder / "problems").glob("*.yaml"))[: count // 10]]
    sizes = []
    for paths in (few, ["problems"]):
        _, _, done = run([sys.executable, "-c", code, "build", *paths, "-o", f"build{len(paths)}", "--tex-only", "-q", "-j1"], folder)
        sizes.append(done.stdout.split()[-1])
    print(f"memory: {sizes[0]} MB for {count // 10} problems, {sizes[1]} MB for {count}")


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    for part, size in ((batch, count), (python, count), (idle, 10 * count), (memory, 2 * count)):
        with tempfile.TemporaryDirectory(prefix="derive-bench-") as folder:
            part(Path(folder), size)


if __name__ == "__main__":
    main()
