"""The law of the layers, held by parsing imports; what stays unloaded; how long files may be."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parent.parent / "derive"
LAYERS = ("errors", "expressions", "language", "derivation", "notation", "calculus", "checking", "reviewing", "documents", "pipeline", "cli")
ALLOWED = {
    "errors": set(),
    "expressions": {"errors"},
    "language": {"errors", "expressions"},
    "derivation": {"errors", "expressions", "language"},
    "notation": {"errors", "expressions", "language", "derivation"},
    "calculus": {"errors", "expressions", "language", "derivation", "notation"},
    "checking": {"errors", "expressions", "language", "derivation", "notation"},
    "reviewing": {"errors", "expressions", "language", "derivation", "notation", "calculus", "checking"},
    "documents": {"errors", "expressions", "language", "derivation", "notation", "calculus", "checking", "reviewing"},
    "pipeline": {"errors", "expressions", "language", "derivation", "notation", "calculus", "checking", "reviewing", "documents"},
    "cli": {"errors", "expressions", "language", "derivation", "notation", "calculus", "checking", "reviewing", "documents", "pipeline"},
}

MODULES = sorted(PACKAGE.rglob("*.py"))


def layer(module: str) -> str | None:
    parts = module.split(".")
    return parts[1] if len(parts) > 1 and parts[1] in LAYERS else None


def imports(path: Path) -> Iterator[tuple[str, int]]:
    """Every module of ours that a file imports, wherever in it, also for types only."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: relative import"
            if node.module in {"derive", *(f"derive.{name}" for name in LAYERS)}:
                for name in node.names:
                    yield f"{node.module}.{name.name}", node.lineno
            elif node.module and node.module.startswith("derive."):
                yield node.module, node.lineno
        elif isinstance(node, ast.Import):
            yield from ((name.name, node.lineno) for name in node.names if name.name.startswith("derive."))


def own_layer(path: Path) -> str | None:
    first = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    return first if first in LAYERS else None


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_imports_run_one_way(path: Path) -> None:
    here = own_layer(path)
    if here is None:
        return
    for module, line in imports(path):
        there = layer(module)
        if there is None or there == here:
            continue
        assert there in ALLOWED[here], f"{path}:{line}: {here} imports {module}"


def test_the_law_sees_a_broken_import(tmp_path: Path) -> None:
    bad = tmp_path / "bad.py"
    bad.write_text("def f():\n    from derive.cli import main\n    from derive import pipeline\n")
    assert [module for module, _ in imports(bad)] == ["derive.cli.main", "derive.pipeline"]
    assert layer("derive.cli.main") not in ALLOWED["documents"]


def test_the_check_shares_nothing_with_the_rules() -> None:
    """Neither directly nor through another module: the check must not share the mistake."""
    reached: set[str] = set()
    todo = [f"derive.checking.{path.stem}" for path in (PACKAGE / "checking").rglob("*.py")]
    while todo:
        module = todo.pop()
        if module in reached:
            continue
        reached.add(module)
        for candidate in (PACKAGE.parent / (module.replace(".", "/") + ".py"), PACKAGE.parent / module.replace(".", "/") / "__init__.py"):
            if candidate.is_file():
                todo.extend(name for name, _ in imports(candidate))
    assert not [module for module in reached if module.startswith("derive.calculus")]
    assert "derive.checking.verification" in reached


def test_sympy_is_imported_at_one_door() -> None:
    for path in MODULES:
        inside = path.relative_to(PACKAGE).as_posix()
        tree = ast.parse(path.read_text(encoding="utf-8"))
        door = inside.startswith("calculus/algebra") or inside == "api.py"
        for node in ast.walk(tree):
            names = (
                [name.name for name in node.names] if isinstance(node, ast.Import)
                else [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            )
            if any(name.split(".")[0] == "sympy" for name in names):
                assert door, f"{path}:{node.lineno}: sympy outside calculus/algebra"


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["show", "--help"], ["build", "--help"], ["render", "--help"],
    ["review", "--help"]])
def test_help_is_light(arguments: list[str]) -> None:
    code = (
        "import sys\nfrom derive.cli.main import run\n"
        f"code = run({arguments!r})\n"
        "loaded = {'sympy', 'numpy', 'scipy', 'jinja2', 'yaml'} & set(sys.modules)\n"
        "sys.exit(f'loaded {sorted(loaded)}' if loaded else code)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


TABLES = {"expressions/functions.py", "expressions/nodes.py"}
"""Tables, and the one closed set of nodes."""


def test_files_stay_short() -> None:
    long = {
        path.relative_to(PACKAGE).as_posix(): count
        for path in MODULES
        if (count := path.read_text(encoding="utf-8").count("\n")) > 400
        and path.relative_to(PACKAGE).as_posix() not in TABLES and not {"rules", "languages"} & set(path.parts)
    }
    assert not long


def test_no_module_is_a_drawer() -> None:
    drawers = {"utils", "helpers", "manager", "base", "misc", "common"}
    assert not [path for path in MODULES if path.stem in drawers]


def graph_of(package: Path) -> dict[str, set[str]]:
    """For each module of a package the modules of it that it imports, wherever in the file, also for types only."""
    root = package.parent
    files = {".".join(path.relative_to(root).with_suffix("").parts).removesuffix(".__init__"): path for path in sorted(package.rglob("*.py"))}
    out: dict[str, set[str]] = {}
    for name, path in files.items():
        found: set[str] = set()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
        # a package that is named to reach a module in it is not what is meant
        out[name] = {n for n in found if n in files and n != name and not (files[n].stem == "__init__" and any(m.startswith(f"{n}.") for m in found))}
    return out


def circles(graph: dict[str, set[str]]) -> list[list[str]]:
    """The groups of modules that import one another, by any way round: a module is in one when it reaches itself."""
    reach: dict[str, set[str]] = {}
    for start in graph:
        seen: set[str] = set()
        waiting = [start]
        while waiting:
            for there in graph[waiting.pop()] - seen:
                seen.add(there)
                waiting.append(there)
        reach[start] = seen
    groups = {frozenset({other for other in reach[name] if name in reach[other]} | {name}) for name in graph if name in reach[name]}
    return sorted(map(sorted, groups))


def test_no_two_files_import_each_other() -> None:
    """By any way round, imports inside functions counted; there is no list of exceptions."""
    graph = graph_of(PACKAGE)
    assert len(graph) > 300 and sum(map(len, graph.values())) > 1000
    assert circles(graph) == []


def test_the_law_sees_a_circle(tmp_path: Path) -> None:
    package = tmp_path / "house"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "hall.py").write_text("from house.kitchen import stove\n")
    (package / "kitchen.py").write_text("def stove():\n    from house import cellar\n")
    (package / "cellar.py").write_text("from house.hall import door\n")
    (package / "attic.py").write_text("import house.hall\n")
    assert circles(graph_of(package)) == [["house.cellar", "house.hall", "house.kitchen"]]


MOST_FILES = 24
"""Files side by side in one folder, above which nobody finds a room by its name."""


def test_folders_stay_small() -> None:
    counts = {folder.relative_to(PACKAGE).as_posix(): len(list(folder.glob("*.py"))) for folder in PACKAGE.rglob("*") if folder.is_dir()}
    assert not {name: count for name, count in counts.items() if count > MOST_FILES}
