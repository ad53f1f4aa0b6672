"""Docstrings: what a parameter is where there are three or more of them, and the errors that are raised.

What a type says need not be said again: a parameter is left out where its type is a class, or a named type, of ours and no other parameter
has the same.  What a class or a module says of a name counts for all its functions.  A command's options are explained by their `help`.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parent.parent / "derive"
FILES = sorted(PACKAGE.rglob("*.py"))
MANY = 3
BUILTIN = ("Exception", "ValueError", "RuntimeError", "LookupError", "KeyError", "ArithmeticError")
STILL_UNTOLD = 4
"""Functions whose parameters are not all explained: the number may fall."""

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Public:
    """A function that other files may call, and all that is said around it."""

    name: str
    node: Function
    said: str

    @property
    def parameters(self) -> list[ast.arg]:
        given = self.node.args
        return [a for a in (*given.posonlyargs, *given.args, *given.kwonlyargs) if a.arg not in ("self", "cls")]


def public(tree: ast.Module, name: str = "") -> Iterator[Public]:
    """The public functions of a file, and the public methods of its public classes."""
    whole = ast.get_docstring(tree) or ""
    for node in tree.body:
        inner = node.body if isinstance(node, ast.ClassDef) and not node.name.startswith("_") else [node]
        about = ast.get_docstring(node) or "" if isinstance(node, ast.ClassDef) else ""
        for one in inner:
            if isinstance(one, Function) and not one.name.startswith("_") and not any("click" in ast.unparse(d) for d in one.decorator_list):
                yield Public(f"{name}:{one.name}", one, f"{ast.get_docstring(one) or ''} {about} {whole}")


@cache
def trees() -> dict[str, ast.Module]:
    return {path.relative_to(PACKAGE).as_posix(): ast.parse(path.read_text(encoding="utf-8")) for path in FILES}


@cache
def named_types() -> frozenset[str]:
    """The classes, and the names that types have been given."""
    nodes = [node for tree in trees().values() for node in ast.walk(tree)]
    classes = {node.name for node in nodes if isinstance(node, ast.ClassDef)}
    names = {t.id for node in nodes if isinstance(node, ast.Assign) for t in node.targets if isinstance(t, ast.Name)}
    return frozenset(classes | {name for name in names if name[:1].isupper() and not name.isupper()})


def names(said: str, parameter: str) -> bool:
    """Whether a docstring speaks of a parameter; the word `a` before another word is none."""
    return re.search(rf"\b{parameter}\b" + ("(?! [a-z])" if parameter == "a" else ""), said) is not None


def untold(one: Public) -> list[str]:
    """The parameters that neither the docstrings nor their types explain."""
    parameters = one.parameters
    if len(parameters) + sum(extra is not None for extra in (one.node.args.vararg, one.node.args.kwarg)) < MANY:
        return []
    types = [ast.unparse(p.annotation) if p.annotation is not None else "" for p in parameters]
    plain = [t.split(".")[-1] in named_types() and types.count(t) == 1 for t in types]
    return [p.arg for p, told in zip(parameters, plain, strict=True) if not told and not names(one.said, p.arg)]


def test_parameters_are_explained() -> None:
    found = {one.name: lack for name, tree in trees().items() for one in public(tree, name) if (lack := untold(one))}
    assert len(found) <= STILL_UNTOLD, found


@cache
def our_errors() -> frozenset[str]:
    bases = {
        node.name: [ast.unparse(base).split(".")[-1] for base in node.bases]
        for tree in trees().values() for node in ast.walk(tree) if isinstance(node, ast.ClassDef)
    }

    def is_error(name: str) -> bool:
        return name in BUILTIN or any(is_error(base) for base in bases.get(name, ()) if base != name)

    return frozenset(name for name in bases if is_error(name))


def own_nodes(node: ast.AST) -> Iterator[ast.AST]:
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, Function | ast.Lambda | ast.ClassDef):
            yield child
            yield from own_nodes(child)


def unnamed_errors(one: Public) -> list[str]:
    """Errors of ours that a function makes and raises itself, and that nothing said of it names."""
    raised = {
        node.exc.func.id for node in own_nodes(one.node)
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) and isinstance(node.exc.func, ast.Name)
    }
    return sorted(name for name in raised & our_errors() if not re.search(rf"\b{name}\b", one.said))


@pytest.mark.parametrize("name", sorted(trees()))
def test_errors_are_named(name: str) -> None:
    found = {one.name: lack for one in public(trees()[name], name) if (lack := unnamed_errors(one))}
    assert not found


def test_the_law_sees_what_is_not_said() -> None:
    source = (
        '"""A file; `at` is a place."""\n'
        "def f(a: str, at: int, expr: Expr, b: Expr, s: Setting):\n    \"\"\"The b of it.\"\"\"\n    raise DeriveError('no')\n"
        "def g(a: str, b: str):\n    return a\n"
        "def h(a: str):\n    \"\"\"DeriveError for a.\"\"\"\n    raise DeriveError(a)\n"
    )
    f, g, h = public(ast.parse(source))
    assert untold(f) == ["a", "expr"] and untold(g) == []
    assert unnamed_errors(f) == ["DeriveError"] and unnamed_errors(h) == []
