"""Problem files: what every key says, directions, answers, places, and that the published schema agrees."""

from __future__ import annotations

import json
import os
from fractions import Fraction
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest
import yaml

from derive.errors import DeriveError, Position
from derive.expressions.nodes import Identity, Symbol, Zeros
from derive.expressions.properties.evident import evident
from derive.expressions.sizes import ONE, SCALAR, Size
from derive.language.problems import read as problemfile
from derive.language.problems.colours import COLOURS
from derive.language.problems.declarations import PROPERTIES, TYPES, closure, path_derivative
from derive.language.problems.keys import DETAILS, FIRST_METHODS, KEYS, LAYOUTS, METHODS
from derive.language.problems.notation import CHOICES
from derive.language.problems.problem import Problem
from derive.language.problems.quantity import FIND
from derive.language.scope import Scope
from derive.language.text.grammar import parse

CASES = Path(os.environ.get("DERIVE_CORPUS", "no-corpus")) / "cases.yaml"
"""Problems collected elsewhere, where DERIVE_CORPUS names their folder."""
m, n = Size.of("m"), Size.of("n")

TRACE = """\
id: trace-quadratic
title: Trace of a quadratic form
symbols:
  X: matrix(m, n)
  A: symmetric(m)
  B: symmetric(n)
function: f(X) = tr(X' A X B)
wrt: X
direction: H
find: [derivative, gradient, hessian]
answer:
  gradient: 2 A X B
"""


def read(text: str) -> Problem:
    return problemfile.read(text, "p.yaml")


def short(symbols: str, function: str, find: str = "derivative", more: str = "") -> Problem:
    return read(f"symbols: {{{symbols}}}\nfunction: {function}\nfind: {find}\n{more}")


# --------------------------------------------------------------------------------------------- a whole file
def test_the_page_s_first_example() -> None:
    p = read(TRACE)
    assert (p.id, p.name, p.title, p.find) == (
        "trace-quadratic", "f", "Trace of a quadratic form", ("derivative", "gradient", "hessian")
    )
    assert [s.name for s in p.wrt] == ["X"] and not p.wrt_list and p.direction_named
    assert [s.name for s in (*p.directions, *p.second_directions)] == ["H", "K"]
    assert p.directions[0].dims == (m, n)
    assert p.answer["gradient"] is parse("2 A X B", Scope(p.symbols))
    assert p.positions["function"] == Position("p.yaml", 7, 11)
    assert p.positions["answer.gradient"] == Position("p.yaml", 12, 13)
    assert p.positions["symbols.X"] == Position("p.yaml", 4, 6)
    assert p.text == TRACE and p.file == "p.yaml"
    assert (p.method, p.layout, p.detail) == ("directional", "numerator", "normal")


def test_everything_else() -> None:
    p = read(r"""
symbols: {x: vector(n), X: 'matrix(n, p)', w: vector(p), y: vector(n), M: spd(p)}
let:
  r: X w - y
function: 'E(w) = r'' r'
find: [gradient, taylor]
statement: Costs of $w$, not \$5.
notes: for me
tags: [easy, least squares]
points: 3
level: 010
parts:
  - {find: gradient, points: 2, statement: First}
  - {find: [taylor], hint: Expand}
sizes: [n >= p >= 1, p = 3]
at: {w: [1, 1/2, -3]}
data: {x: [-2, 0, 1e1], y: [1, 3, 3], X: '[ones, x, x^2]'}
method: expansion
layout: both
inner-product: 2 M
order: 3
figure: {kind: data, range: [-3, 1/2]}
detail: full
hide: [cyclic]
reasons: {product-rule: the rule of $products$}
""")
    assert p.name == "E" and [s.name for s, _ in p.let] == ["r"]
    assert p.prose["statement"].startswith("Costs") and p.options.points == "3" and p.options.level == "010"
    assert p.options.tags == ("easy", "least squares") and p.options.order == 3
    assert [part.find for part in p.parts] == [("gradient",), ("taylor",)] and p.parts[1].hint == "Expand"
    assert [(str(r.left), r.op, str(r.right)) for r in p.sizes] == [("n", ">=", "p"), ("p", ">=", "1"), ("p", "=", "3")]
    assert p.options.at == {"w": (Fraction(1), Fraction(1, 2), Fraction(-3))}
    assert p.options.data["X"] == ((1, -2, 4), (1, 0, 0), (1, 10, 100))
    assert p.options.columns == {"X": ("ones", "x", "x^2")}
    assert p.inner_product is parse("2 M", Scope(p.symbols)) and p.hide == {"cyclic"}
    (figure,) = p.options.figures
    assert figure.kind == "data" and figure.range == {"": (-3.0, 0.5)} and (figure.where.line, figure.of, figure.caption) == (22, "", "")
    assert p.reasons == {"product-rule": "the rule of $products$"} and p.id == "p"


def test_names_from_the_file() -> None:
    text = "symbols: {x: scalar}\nfunction: f(x) = x\nfind: derivative\n"
    assert problemfile.read(text, "a/my problem.yaml").id == "my-problem"
    assert problemfile.read(text, "<stdin>").id == "stdin"
    assert problemfile.read("\ufeff" + text.replace("\n", "\r\n"), "x.yaml").wrt[0].name == "x"


def test_load(tmp_path: Path) -> None:
    path = tmp_path / "quad.yaml"
    path.write_text(TRACE, encoding="utf-8")
    assert problemfile.load(path).file == str(path)
    with pytest.raises(DeriveError, match="no such file"):
        problemfile.load(tmp_path / "none.yaml")
    with pytest.raises(DeriveError, match="directory"):
        problemfile.load(tmp_path)
    path.write_bytes(b"title: \xff\n")
    with pytest.raises(DeriveError, match="UTF-8"):
        problemfile.load(path)


def test_scalars_are_texts() -> None:
    p = short("on: scalar, no: scalar, y: scalar", "f(on) = on no y", more="id: 1e3\ntitle: yes\n")
    assert (p.wrt[0].name, p.id, p.title) == ("on", "1e3", "yes")


@pytest.mark.parametrize(
    ("text", "kind"),
    [(TRACE, "problem"), ("title: a\nsections:\n  - x\n", "lecture"), ("course: c\nproblems: [a]\n", "set"), ("", "problem"),
     ("function: f\nproblems: [a]\n", "problem")],
)
def test_kind(text: str, kind: str) -> None:
    assert problemfile.kind(text) == kind


# --------------------------------------------------------------------------------------------- symbols
@pytest.mark.parametrize(
    ("declared", "dims", "has"),
    [
        ("scalar", SCALAR, set()), ("positive", SCALAR, {"positive"}), ("vector(n)", (n, ONE), set()),
        ("'matrix(m, n + 1)'", (m, n + ONE), set()), ("square(2*n)", (Size.of(2) * n, Size.of(2) * n), set()),
        ("vector(1)", SCALAR, set()), ("skew(n)", (n, n), {"skew"}),
        ("diagonal(n)", (n, n), {"diagonal", "symmetric", "upper", "lower"}),
        ("spd(n)", (n, n), {"spd", "symmetric", "invertible", "full-column-rank", "full-row-rank"}),
        ("psd(n)", (n, n), {"psd", "symmetric"}), ("'stiefel(n, p)'", (n, Size.of("p")), {"stiefel", "full-column-rank"}),
        ("orthogonal(n)", (n, n), {"orthogonal", "invertible", "full-column-rank", "full-row-rank"}),
        ("{type: psd(n), is: invertible}", (n, n), {"spd", "symmetric", "invertible", "full-column-rank", "full-row-rank"}),
        ("{type: 'matrix(m, n)', is: [positive]}", (m, n), {"positive"}), ("{type: vector(n), is: [unit]}", (n, ONE), {"unit"}),
        ("{type: square(n), is: [full-row-rank]}", (n, n), {"invertible", "full-column-rank", "full-row-rank"}),
    ],
)
def test_declarations(declared: str, dims: tuple[Size, Size], has: set[str]) -> None:
    p = read(f"symbols:\n  Y: {declared}\n  z: scalar\nfunction: f(z) = z\nfind: derivative\n")
    assert p.symbols["Y"].dims == dims and p.symbols["Y"].has == has


def test_functions_without_a_formula() -> None:
    p = short(
        r"s: elementwise, E: {type: function(m), latex: '\mathcal{E}'}, F: 'function(n, m)', G: 'function(m×n, p×q)', "
        "K: function(m × n), x: vector(n)", "f(x) = E(s(F(x)))",
    )
    assert p.unnamed["s"].argument is None and p.unnamed["E"].latex == r"\mathcal{E}"
    assert p.unnamed["F"].value == (m, ONE) and p.unnamed["G"].value == (Size.of("p"), Size.of("q"))
    assert p.unnamed["K"].argument == (m, n) and p.unnamed["K"].value == SCALAR


def test_closure_only_grows_and_is_closed() -> None:
    for name in (*PROPERTIES, "skew", "upper", "lower", "stiefel", "integer"):
        out = closure([name])
        assert name in out and closure(out) == out
    assert closure(["upper", "lower"]) >= {"diagonal", "symmetric"} and closure(["psd", "invertible"]) >= {"spd"}
    assert "psd" not in closure(["spd"]) and "diagonal" in closure(["symmetric", "upper"])


def test_a_declared_size_stays_a_size() -> None:
    p = short("n: integer, x: vector(n)", "f(x) = x'x / n")
    assert "n" not in p.symbols


def test_paths() -> None:
    p = short("A: {type: spd(n), of: t}, t: scalar", "f(t) = logdet(A(t))", more="answer: {derivative: tr(inv(A) dA)}")
    a = p.symbols["A"]
    assert a.of == "t"
    d = path_derivative(a)
    assert (d.name, d.order, d.path, d.of) == ("dA", 1, "A", "t")
    assert d.has == {"symmetric"}
    assert (path_derivative(d).name, path_derivative(d).order) == ("d2A", 2)
    assert p.answer["derivative"] is parse("tr(inv(A) dA)", Scope({"A": a, "dA": d}))


def test_let_names_inherit_what_is_evident() -> None:
    p = short("X: 'matrix(m, n)', A: symmetric(m), s: positive, x: vector(n)", "f(X) = logdet(C)",
              more="let:\n  S: X' A X\n  C: X' X + s I(n)\n  r: X x\n")
    has = {s.name: s.has for s, _ in p.let}
    assert has["S"] == {"symmetric"} and "spd" in has["C"] and has["r"] == set()


@pytest.mark.parametrize(
    ("text", "has"),
    [
        ("X' A X", {"symmetric"}), ("X'X", {"symmetric", "psd"}), ("P + X'X", {"symmetric", "spd"}), ("B + B'", {"symmetric"}),
        ("B - B'", set()), ("x x'", {"symmetric", "psd"}), ("inv(P)", {"symmetric", "spd"}), ("P B P", set()),
        ("I(n) + x x'", {"symmetric", "spd"}), ("-P", {"symmetric"}), ("A A", {"symmetric", "psd"}), ("P Q", set()),
        ("expm(sym(B))", {"symmetric", "spd"}), ("diag(x)", {"symmetric", "diagonal"}), ("B' P B", {"symmetric", "psd"}),
        ("R' P R", {"symmetric", "spd"}), ("2 s", {"positive"}), ("s - 1", set()), ("R B R^-1", set()),
        ("skewpart(B)", set()), ("kron(P, Q)", {"symmetric", "spd"}), ("P .* Q", {"symmetric", "spd"}),
    ],
)
def test_evident_properties(text: str, has: set[str]) -> None:
    def sym(name: str, *names: str, shape: tuple[Size, Size] = (n, n)) -> Symbol:
        out: Symbol = Symbol(name, shape, closure(names))
        return out

    symbols = [sym("A", "symmetric"), sym("B"), sym("P", "spd"), sym("Q", "spd"), sym("R", "invertible"), sym("X"),
               sym("x", shape=(n, ONE)), sym("s", "positive", shape=SCALAR)]
    assert evident(parse(text, Scope({s.name: s for s in symbols}, {}, frozenset("n")))) == has


# --------------------------------------------------------------------------------------------- wrt, direction
@pytest.mark.parametrize(
    ("symbols", "function", "first", "second"),
    [
        ("X: square(n)", "f(X) = tr(X)", ["H"], ["K"]), ("x: vector(n)", "f(x) = x'x", ["h"], ["k"]),
        ("t: scalar", "f(t) = t", ["h"], ["k"]), ("X: square(n), H: square(n)", "f(X) = tr(X H)", ["L"], ["K"]),
        ("X: square(n), K: square(n)", "f(X) = tr(X K)", ["H"], ["L"]),
        ("X: square(n), H: square(n), K: square(n)", "f(X) = tr(X H K)", ["L"], ["M"]),
        ("x: vector(n)", "h(x) = x'x", ["l"], ["k"]),
        ("x: vector(h)", "f(x) = x'x", ["l"], ["k"]), ("x: vector(k)", "f(x) = x'x", ["h"], ["l"]),
        ("A: square(n), b: vector(n)", "f(A, b) = tr(A) + sum(b)", ["H_A", "h_b"], ["K_A", "k_b"]),
        ("A: square(n), b: vector(n), H_A: scalar", "f(A, b) = tr(A) + H_A sum(b)", ["L_A", "h_b"], ["K_A", "k_b"]),
    ],
)
def test_direction_names(symbols: str, function: str, first: list[str], second: list[str]) -> None:
    p = short(symbols, function)
    assert [s.name for s in p.directions] == first and [s.name for s in p.second_directions] == second


def test_directions_lie_in_a_linear_structure() -> None:
    for declared, has in (("spd", {"symmetric"}), ("psd", {"symmetric"}), ("skew", {"skew"}), ("upper", {"upper"}),
                          ("diagonal", {"diagonal", "symmetric", "upper", "lower"}), ("orthogonal", set()), ("invertible", set())):
        p = short(f"X: {declared}(n)", "f(X) = tr(X)")
        assert p.directions[0].has == has == p.second_directions[0].has


def test_wrt() -> None:
    p = read("symbols: {W: 'matrix(m, n)', b: vector(m), x: vector(n)}\nfunction: f(W, b) = sum(W x + b)\nwrt: W\nfind: gradient\n")
    assert [s.name for s in p.wrt] == ["W"] and not p.wrt_list
    p = read("symbols: {W: 'matrix(m, n)', b: vector(m), x: vector(n)}\nfunction: sum(W x + b)\nwrt: [b, W]\n"
             "direction: [u, V]\nfind: gradient\nanswer: {gradient: {W: ones(m) x', b: ones(m)}}\n")
    assert [s.name for s in p.wrt] == ["b", "W"] and p.wrt_list and [s.name for s in p.directions] == ["u", "V"]
    given = p.answer["gradient"]
    assert isinstance(given, dict) and set(given) == {"W", "b"}


def test_wrt_through_let_and_paths() -> None:
    assert short("x: vector(n)", "f(x) = v", more="let:\n  u: x'x\n  v: exp(u)\n").wrt[0].name == "x"
    assert short("A: {type: square(n), of: t}, t: scalar", "f(t) = tr(A)").wrt[0].name == "t"


# --------------------------------------------------------------------------------------------- answers
def test_answers_may_use_directions_let_and_differentials() -> None:
    p = short("X: square(n), A: square(n)", "f(X) = tr(A S)", "[derivative, differential, second-derivative, hessian]",
              "let: {S: X X}\nanswer: {derivative: tr(A (H X + X H)), differential: tr(A (dX X + X dX)), "
              "second-derivative: tr(A (H K + K H)), hessian: 0}")
    assert set(p.answer) == {"derivative", "differential", "second-derivative", "hessian"}
    assert p.answer["hessian"] is Zeros((n, n))


def test_a_bare_identity_as_an_answer() -> None:
    assert short("X: square(n)", "f(X) = tr(X)", "gradient", "answer: {gradient: I}").answer["gradient"] is Identity(n)


def test_latex_function_and_header() -> None:
    p = short("mu: vector(n), A: square(n)", r"'f(\mu) = \mu^\top A \mu'")
    assert p.wrt[0].name == "mu" and p.function is parse("mu' A mu", Scope(p.symbols))


# --------------------------------------------------------------------------------------------- places
@pytest.mark.parametrize(
    ("function", "line", "column"),
    [
        ("x'x + Z", 4, 17), ("'x''x + Z'", 4, 19), ('"x\'x + Z"', 4, 18), (">\n  x'x +\n  Z", 6, 3), ("|\n  x'x +\n\n  Z", 7, 3),
        ("x'x +\n  Z", 5, 3), ("'x''x +\n    x'' Z x'", 5, 9), ("f(x) = x'x + Z", 4, 24), ("f(x) =\n  x'x\n  + Z", 6, 5),
        ("'f(x) = x''x + Z'", 4, 26), ('"f(x) = \\"', 4, 11),
    ],
)
def test_places(function: str, line: int, column: int) -> None:
    with pytest.raises(DeriveError) as info:
        read(f"symbols: {{x: vector(n)}}\nwrt: x\nfind: derivative\nfunction: {function}\n")
    assert info.value.where == Position("p.yaml", line, column)


# --------------------------------------------------------------------------------------------- the schema
def schema() -> dict[str, Any]:
    out: dict[str, Any] = json.loads(files("derive.language").joinpath("problem.schema.json").read_text("utf-8"))
    return out


def test_the_schema_names_the_same_words() -> None:
    s = schema()
    jsonschema.Draft7Validator.check_schema(s)
    p = s["properties"]
    assert set(p) == set(KEYS) and s["required"] == ["symbols", "function"]
    assert s["definitions"]["find"]["anyOf"][0]["enum"] == list(FIND) == p["answer"]["propertyNames"]["enum"]
    one, several = p["method"]["anyOf"]
    assert one["enum"] == list(METHODS) and several["items"]["enum"] == list(FIRST_METHODS)
    assert p["colours"]["anyOf"][2]["additionalProperties"]["enum"] == list(COLOURS)
    assert p["layout"]["enum"] == list(LAYOUTS) and p["detail"]["enum"] == list(DETAILS)
    assert {key: value["enum"] for key, value in p["notation"]["properties"].items() if "enum" in value} == {
        key: list(words) for key, words in CHOICES.items()}
    assert p["symbols"]["additionalProperties"]["anyOf"][1]["properties"]["is"]["anyOf"][0]["enum"] == list(PROPERTIES)
    assert all(f"|{name}|" in f"|{s['definitions']['type']['pattern'].split('(', 1)[1].split(')', 1)[0]}|" for name in TYPES)


BASE = {"symbols": {"x": "vector(n)", "A": {"type": "spd(n)", "latex": r"\Phi"}}, "function": "f(x) = x' A x", "find": ["gradient"]}
BOTH: list[tuple[dict[str, Any], bool]] = [
    ({}, True), ({"wrt": "x"}, True), ({"find": "gradient"}, True), ({"order": 2}, True), ({"at": {"x": [1, 2]}}, True),
    ({"tags": ["a"], "points": 2.5, "level": 3}, True), ({"answer": {"gradient": "2 A x"}}, True), ({"sizes": ["n >= 2"]}, True),
    ({"parts": [{"find": ["gradient"], "points": 1}]}, True), ({"hide": "cyclic", "detail": "brief"}, True),
    ({"reasons": {"product-rule": "why"}}, True), ({"data": {"z": [1, 2]}}, True), ({"layout": "both"}, True),
    ({"method": "all"}, True), ({"inner-product": "A"}, True), ({"direction": "v"}, True), ({"id": "a-b"}, True),
    ({"let": {"u": "A x"}}, True), ({"notation": {"transpose": "top", "language": "zh-Hant"}}, True),
    ({"notation": {"transpose": "T"}}, False), ({"notation": {"transpsoe": "top"}}, False), ({"notation": "top"}, False),
    ({"fucntion": "x"}, False), ({"find": ["gradeint"]}, False), ({"find": []}, False), ({"order": 0}, False),
    ({"answer": {"gradeint": "x"}}, False), ({"symbols": {}}, False), ({"symbols": {"x": "vektor(n)"}}, False),
    ({"symbols": {"x": {"type": "vector(n)", "colour": "red"}}}, False), ({"symbols": {"_x": "vector(n)"}}, False),
    ({"detail": "long"}, False), ({"method": "magic"}, False), ({"parts": [{"points": 1}]}, False), ({"id": "a/b"}, False),
    ({"shapes": True}, True), ({"shapes": "yes"}, False), ({"indices": "einstein"}, True), ({"indices": "tensor"}, False),
    ({"method": ["directional", "entries"]}, True), ({"method": ["expansion"]}, True), ({"method": []}, False),
    ({"method": ["directional", "mixed"]}, False), ({"method": ["entries", "entries"]}, False), ({"method": ["magic"]}, False),
    ({"layout": ["both"]}, False), ({"wrt": []}, False), ({"find": ["gradient", "gradient"]}, False),
    ({"symbols": {"x": {"type": "vector(n)", "is": ["nice"]}}}, False), ({"let": {"a b": "x"}}, False), ({"at": {}}, False),
]


@pytest.mark.parametrize(("change", "good"), BOTH)
def test_the_schema_and_the_reader_agree(change: dict[str, Any], good: bool) -> None:
    document = {**BASE, **change}
    valid = jsonschema.Draft7Validator(schema()).is_valid(document)
    try:
        read(yaml.safe_dump(document, allow_unicode=True, sort_keys=False))
        read_it = True
    except DeriveError:
        read_it = False
    assert (valid, read_it) == (good, good)


@pytest.mark.skipif(not CASES.exists(), reason="DERIVE_CORPUS names no folder of problems")
def test_the_corpus_is_read() -> None:
    validator = jsonschema.Draft7Validator(schema())
    for case in yaml.safe_load(CASES.read_text("utf-8")):
        document = case["problem"]
        assert validator.is_valid(document), case["id"]
        problem = problemfile.read(yaml.safe_dump(document, allow_unicode=True, sort_keys=False), case["id"])
        assert list(problem.find) == document["find"]


@pytest.mark.parametrize(("methods", "column", "message"), [
    ("[directional, mixed]", 23, "a list of methods is for the first derivative, of directional, differential, expansion, entries; "
     "`mixed` is a method for the second"),
    ("[entries, entries]", 19, "the method `entries` stands twice in the list"),
    ("[directional, entires]", 23, "did you mean `entries`?"),
])
def test_a_list_of_methods_says_what_is_wrong(methods: str, column: int, message: str) -> None:
    text = f"symbols:\n  A: matrix(m, n)\nfunction: f(A) = A' A\nmethod: {methods}\nfind: [derivative]\n"
    with pytest.raises(DeriveError) as caught:
        read(text)
    assert message in caught.value.message
    assert caught.value.where is not None and (caught.value.where.line, caught.value.where.column) == (4, column)


def test_the_first_of_a_list_of_methods_is_the_method() -> None:
    p = read("symbols:\n  A: matrix(m, n)\nfunction: f(A) = A' A\nmethod: [expansion, directional]\nfind: [derivative]\n")
    assert (p.method, p.further_methods) == ("expansion", ("directional",))
