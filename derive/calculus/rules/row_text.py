"""Rows of the rule tables read as problems and as expressions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from derive.derivation.reason import Why
from derive.errors import DeriveError
from derive.expressions.nodes import D, Expr, Rate, Symbol, Unnamed
from derive.expressions.rewrite import substitute
from derive.expressions.sizes import SCALAR, Size
from derive.language.problems.problem import Problem
from derive.language.problems.values import Value, problem
from derive.language.scope import Scope
from derive.language.text.grammar import parse

_MARK = re.compile(r"\{(t|D)\|([^{}]*)\}")


T: Symbol = Symbol("t", SCALAR)


@lru_cache(maxsize=512)
def problem_of(
    name: str, given: str, function: str, wrt: str = "", find: str = "derivative", method: str = "", sizes: str = ""
) -> Problem:
    """The problem of a rule's proof or example: `given` as symbols separated by `;`, `f(X) = …` or an expression with `wrt`.

    name      of the rule; it stands in messages
    function  as in a problem file
    find      the quantities, with commas between
    method    one method, or a list in brackets; "" for the default
    sizes     relations such as `m >= n`, with commas between; "" for none

    `u := X w` among the symbols is an intermediate, `|X: full-column-rank` a further property.
    """
    symbols: dict[str, str] = {}
    lets: dict[str, str] = {}
    has: dict[str, str] = {}
    for part in filter(None, (p.strip() for p in given.split(";"))):
        if ":=" in part:
            letter, definition = part.split(":=", 1)
            lets[letter.strip()] = definition.strip()
        elif part.startswith("|"):
            letter, has[letter.strip()] = (w.strip() for w in part[1:].split(":"))
        else:
            letter, kind = part.split(":", 1)
            symbols[letter.strip()] = kind.strip()
    declared = {letter: _declared(kind, has.get(letter)) for letter, kind in symbols.items()}
    values: dict[str, Value] = {"id": name, "symbols": declared, "function": function, "find": find.split(", ")}
    if lets:
        values["let"] = lets
    if wrt:
        values["wrt"] = _listed(wrt)
        if wrt.startswith("["):
            values["direction"] = ["H", "K"]
    if method:
        values["method"] = _listed(method)
    if sizes:
        values["sizes"] = [relation.strip() for relation in sizes.split(",")]
    return problem(values, f"rule {name}")


def _listed(text: str) -> Value:
    """`[A, B]` as a list, anything else as a text."""
    return [part.strip() for part in text[1:-1].split(",")] if text.startswith("[") else text


def _declared(kind: str, has: str | None) -> Value:
    """A declaration: `matrix(m, n)`, or `{type: 'matrix(m, n)', of: t}`, with one property more."""
    if not kind.startswith("{"):
        return {"type": kind, "is": [has]} if has else kind
    return {key: value.strip("'") for key, value in re.findall(r"(\w+): ('[^']*'|[^,{}]+)", kind)}


Names = tuple[tuple[Symbol, Expr], ...]


def said(problem: Problem, text: str, names: Names = ()) -> Expr:
    """A marked text as an expression over the problem's symbols, its directions, t, and letters for intermediates."""
    symbols: dict[str, Symbol] = {**problem.symbols, "t": T, **{s.name: s for s, _ in names}}
    if "sum(" in text:
        symbols.update({k: Symbol(k, SCALAR, frozenset({"integer"})) for k in ("i", "j") if k not in symbols})
    symbols.update({s.name: s for s in (*problem.directions, *problem.second_directions)})
    sizes = frozenset(n for s in symbols.values() for d in s.dims for n in d.names) | _unnamed_sizes(problem.unnamed)
    pending: dict[Expr, Expr] = {}
    moves = tuple(zip(problem.wrt, problem.directions, strict=True))

    def expr(source: str) -> Expr:
        return parse(source, Scope(symbols, problem.unnamed, sizes))

    while (found := _MARK.search(text)) is not None:
        body = expr(found[2])
        name = f"pending_{len(pending)}"
        mark: Symbol = Symbol(name, body.shape)
        symbols[name] = mark
        whole = substitute(body, pending)
        pending[mark] = Rate(whole, (T,)) if found[1] == "t" else D(whole, moves)
        text = f"{text[: found.start()]} {name}{text[found.end() :]}"
    return substitute(expr(text), pending)


def reason(problem: Problem, text: str) -> Why:
    """Words of the data: what stands between backticks is mathematics, over the problem's symbols or, for a letter that it does
    not have, over a square matrix (capital) or a vector of that name; `a = b` are two expressions."""
    out: list[str | Expr] = []
    for k, part in enumerate(re.split(r"`([^`]*)`", text)):
        if not k % 2:
            out.append(part)
            continue
        sides = part.split(" = ")
        for n, side in enumerate(sides):
            out.extend((" = ",) if n else ())
            out.append(side if side.isdigit() else _formula(problem, side))
    return tuple(part for part in out if part != "")


def _formula(problem: Problem, text: str) -> Expr:
    """Where the problem's own shapes do not fit what is said in general, its capital letters are square matrices too."""
    known = {"t": T, **problem.symbols, **{s.name: s for s in (*problem.directions, *problem.second_directions)}}
    try:
        return _general(problem, text, known)
    except DeriveError:
        return _general(problem, text, {name: s for name, s in known.items() if s.is_scalar})


def _general(problem: Problem, text: str, known: Mapping[str, Symbol]) -> Expr:
    symbols = dict(known)
    square = next((s.dims for s in known.values() if s.dims[0] == s.dims[1] != SCALAR[0]), (Size.of("n"), Size.of("n")))
    own = {n for s in known.values() for d in s.dims for n in d.names}
    for letter in re.findall(r"\bd?[A-Z]\b|\b[a-z]\b", text):
        if letter in symbols or letter in own or letter in problem.unnamed or re.search(rf"\b{letter}\(", text):
            continue
        if letter in "cijkrst":
            symbols[letter] = Symbol(letter, SCALAR, frozenset({"integer"} if letter in "ijk" else ()))
        elif letter != "n":
            symbols[letter] = Symbol(letter, square if letter[-1].isupper() else (square[0], SCALAR[0]))
    sizes = frozenset(n for s in symbols.values() for d in s.dims for n in d.names) | {"n"}
    return parse(text, Scope(symbols, problem.unnamed, sizes))


def _unnamed_sizes(unnamed: Mapping[str, Unnamed]) -> frozenset[str]:
    shapes = [s for u in unnamed.values() for s in (u.argument, u.value) if s is not None]
    return frozenset(n for shape in shapes for d in shape for n in d.names)
