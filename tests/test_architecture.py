"""The law of the layers, held by parsing imports; what stays unloaded; how long files may be."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
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


def test_values_are_made_by_our_own_dataclass() -> None:
    """What loads fast is `derive.values.dataclass`: the standard library's compiles up to six methods a class."""
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module == "dataclasses":
                found = any(name.name == "dataclass" for name in node.names)
                assert not found or path.relative_to(PACKAGE).as_posix() == "values.py", f"{path}:{node.lineno}: derive.values.dataclass"


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


# --------------------------------------------------------------------------------------------- functions
MOST_LINES = 60
MOST_BRANCHES = 25
MOST_NAMES = 550
"""Names of functions of the table in code: a rule, law, fact or form that is about one function is a row of a table."""

Function = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def functions(path: Path) -> tuple[Function, ...]:
    return tuple(node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, Function))


def own_nodes(node: ast.AST) -> Iterator[ast.AST]:
    """Everything in a function but what stands in the functions in it."""
    for child in ast.iter_child_nodes(node):
        yield child
        if not isinstance(child, Function):
            yield from own_nodes(child)


def branches(node: ast.AST) -> int:
    """How often the code goes one way or another: conditions and their parts, loops, cases, exceptions."""
    return sum(
        len(n.values) - 1 if isinstance(n, ast.BoolOp)
        else isinstance(n, ast.If | ast.IfExp | ast.For | ast.While | ast.ExceptHandler | ast.match_case | ast.comprehension)
        for n in own_nodes(node)
    )


def flat_match(function: Function) -> ast.Match | None:
    """The `match` that a function is, over many kinds of one thing; None where it is none."""
    found = [n for n in function.body if isinstance(n, ast.Match)]
    return found[0] if len(found) == 1 and len(found[0].cases) >= 8 and branches(found[0]) > branches(function) * 0.8 else None


def size(function: Function) -> tuple[int, int]:
    """Lines without the docstring, and branches; a flat match is as large as what stands around it and its largest case."""
    doc = function.body[0] if ast.get_docstring(function) else None
    assert function.end_lineno is not None
    lines = function.end_lineno - function.lineno + 1
    if doc is not None:
        lines -= (doc.end_lineno or doc.lineno) - doc.lineno + 1
    whole = flat_match(function)
    if whole is None:
        return lines, branches(function)
    cases = [(c.body[-1].end_lineno or 0) - c.pattern.lineno + 1 for c in whole.cases]
    return lines - sum(cases) + max(cases), branches(function) - branches(whole) + max(map(branches, whole.cases))


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_a_function_fits_a_screen(path: Path) -> None:
    """Or is one flat match over the kinds of a thing; what is longer is two functions.  There is no list of exceptions."""
    for function in functions(path):
        lines, ways = size(function)
        assert lines <= MOST_LINES and ways <= MOST_BRANCHES, f"{path}:{function.lineno}: {function.name} has {lines} lines, {ways} branches"


def test_the_law_sees_a_long_function() -> None:
    flat = "def f(x):\n    match x:\n" + "".join(f"        case {k}:\n            return {k}\n" for k in range(80))
    deep = "def f(x):\n" + "".join(f"    if x == {k} and x:\n        return {k}\n" for k in range(20))
    for text, wanted in ((flat, (4, 0)), (deep, (41, 40))):
        (function,) = (n for n in ast.parse(text).body if isinstance(n, ast.FunctionDef))
        assert size(function) == wanted


def names_in_code() -> dict[str, int]:
    """How often functions of a file name a function of the table; what stands outside of any function is a table."""
    from derive.expressions.functions import FUNCTIONS

    found: dict[str, int] = {}
    for path in MODULES:
        seen = {
            node for function in functions(path) for statement in function.body for node in ast.walk(statement)
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value in FUNCTIONS
        }
        if seen:
            found[path.relative_to(PACKAGE).as_posix()] = len(seen)
    return found


def test_functions_are_named_in_tables() -> None:
    """The number may fall: a new function is a row, or two, of the tables."""
    found = names_in_code()
    assert sum(found.values()) <= MOST_NAMES, found


WORDS = {"words", "title", "why", "heading", "reason", "told", "said", "caption"}
REASONS = {"right", "below", "overset", "none"}
"""Where the reasons of a page stand: a setting that has the name `reason`."""
CUT = {"startswith", "endswith", "partition", "rpartition", "split", "removeprefix", "removesuffix", "index", "find"}


def reads_words(node: ast.AST) -> bool:
    """Whether the words of a line, a chain or a rule are taken apart to see what they say."""

    def is_words(expr: ast.expr) -> bool:
        return isinstance(expr, ast.Attribute) and expr.attr in WORDS

    match node:
        case ast.Call(func=ast.Attribute(value=value, attr=name)) if name in CUT and is_words(value):
            return True
        case ast.Call(func=ast.Attribute(value=ast.Name(id="re")), args=arguments):
            return any(map(is_words, arguments))
        case ast.Compare(left=left, ops=[ast.Eq() | ast.NotEq() | ast.In() | ast.NotIn()], comparators=[other]):
            sides = (left, other)
            constants = [s.value for s in sides if isinstance(s, ast.Constant) and isinstance(s.value, str)]
            return any(map(is_words, sides)) and any(value and value not in REASONS for value in constants)
        case _:
            return False


@pytest.mark.parametrize("room", ["expressions", "derivation", "calculus", "checking", "notation", "documents", "reviewing", "pipeline", "cli"])
def test_no_code_reads_words(room: str) -> None:
    """What a line means is a value (its rule, its quantity, its `Why`); its words are for people."""
    for path in (PACKAGE / room).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            assert not reads_words(node), f"{path}:{getattr(node, 'lineno', 0)}: the words of a line are read"


def test_the_law_sees_words_that_are_read() -> None:
    for text in ("chain.title.startswith('Second')", "'chain rule' in line.why", "re.match('derivative', rule.words)", "line.words == 'cyclic'"):
        assert any(map(reads_words, ast.walk(ast.parse(text)))), text
    for text in ("chain.rule == 'cyclic'", "line.title == ''", "(word,) in line.why", "name.startswith('x')"):
        assert not any(map(reads_words, ast.walk(ast.parse(text)))), text


DOLLARS = {"notation/latex/text.py", "documents/wording/prose.py"}
"""Where texts are read: what an author writes, and LaTeX that a table of words or a template holds."""


def looks_for_dollars(node: ast.AST) -> bool:
    """Whether formulas are looked for in words that were printed already."""

    def dollar(expr: ast.AST, sign: str) -> bool:
        return any(isinstance(one, ast.Constant) and isinstance(one.value, str) and sign in one.value for one in ast.walk(expr))

    match node:
        case ast.Call(func=ast.Attribute(value=ast.Name(id="re")), args=[pattern, *_]):
            return dollar(pattern, r"\$") or dollar(pattern, "^$")
        case ast.Call(func=ast.Attribute(attr=name), args=arguments) if name in CUT | {"count", "strip", "lstrip", "rstrip", "replace", "translate"}:
            return any(dollar(one, "$") for one in arguments)
        case ast.Compare(left=left, comparators=[other]):
            return dollar(left, "$") or dollar(other, "$")
        case _:
            return False


@pytest.mark.parametrize("room", ["derivation", "calculus", "checking", "notation", "documents", "cli"])
def test_no_code_looks_for_formulas_in_printed_words(room: str) -> None:
    """Words with formulas are a value (`notation/latex/text.py`): what is measured, shown on a web page or shortened is that value."""
    for path in (PACKAGE / room).rglob("*.py"):
        if path.relative_to(PACKAGE).as_posix() not in DOLLARS:
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                assert not looks_for_dollars(node), f"{path}:{getattr(node, 'lineno', 0)}: formulas are looked for in printed words"


def test_the_law_sees_dollars_that_are_looked_for() -> None:
    for text in ("text.split('$')", r"re.split(r'\$', text)", "'$' in text", "text.replace('$$', ' ')", "text.strip('$')", "re.compile('[^$]*')"):
        assert any(map(looks_for_dollars, ast.walk(ast.parse(text)))), text
    for text in ("f'${formula}$'", "re.compile('a$')", "text.split(', ')"):
        assert not any(map(looks_for_dollars, ast.walk(ast.parse(text)))), text


TESTS = Path(__file__).resolve().parent


@pytest.mark.parametrize("path", sorted(TESTS.rglob("*.py")), ids=lambda path: path.relative_to(TESTS).as_posix())
def test_tests_use_what_is_public(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    ours = {a.asname or a.name for n in ast.walk(tree) if isinstance(n, ast.ImportFrom) and (n.module or "").startswith("derive") for a in n.names}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("derive"):
            assert not [a.name for a in node.names if a.name.startswith("_") and not a.name.startswith("__")], f"{path}:{node.lineno}"
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in ours:
            assert not node.attr.startswith("_") or node.attr.startswith("__"), f"{path}:{node.lineno}: {node.value.id}.{node.attr}"
