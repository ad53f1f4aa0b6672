"""Bad input gets one message with a place, what is wrong and what would be right; never anything but a DeriveError."""

from __future__ import annotations

import base64
import os
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from derive.errors import DeriveError
from derive.language.files import decoded, read_text
from derive.language.problems import keys
from derive.language.problems import read as problemfile

BAD = Path(os.environ.get("DERIVE_CORPUS", "no-corpus")) / "bad.yaml"
"""Problems collected elsewhere, where DERIVE_CORPUS names their folder."""

HEAD = "symbols:\n  X: matrix(n, n)\n  A: matrix(m, n)\n  x: vector(n)\n  y: vector(n)\n  t: scalar\n  k: integer\n"


def message(text: str) -> str:
    with pytest.raises(DeriveError) as info:
        problemfile.read(text, "p.yaml")
    assert info.value.where is not None and info.value.code != "error"
    return info.value.render()


def asked(body: str) -> str:
    return message(HEAD + body)


def declared(symbols: str) -> str:
    return message(f"symbols:\n  {symbols}\n  z: scalar\nfunction: f(z) = z\nfind: derivative\n")


@pytest.mark.parametrize(("key", "hint"), [
    ("subject to: sum(x) = 1", "with its multiplier"), ("constraints: [a]", "with its multiplier"), ("assume: x > 0", "is: [positive]"),
    ("minimize: x", "find: [stationary]"), ("variables: x", "`wrt`"), ("parameters: {a: 1}", "under `symbols`"),
])
def test_what_people_write_for_keys_that_there_are_none_of(key: str, hint: str) -> None:
    said = asked(f"{key}\nfunction: f(x) = x' y\nfind: gradient\n")
    assert hint in said and "did you mean" not in said


def test_no_key_is_said_to_be_none() -> None:
    assert not set(keys.ELSEWHERE) & set(keys.KEYS)


WHOLE = [
    ("", "1:1: error: the file is empty"),
    ("# nothing\n", "1:1: error: the file is empty"),
    ("just words\n", "1:1"),
    ("- a\n- b\n", "this is a list"),
    ("---\na: b\n---\nc: d\n", "a second one (---)"),
    ("title: 'open\nx: y\n", "1:8: error: this is not YAML: this quote"),
    ("a: &a [x]\nb: *a\n", "1:4: error: an anchor (&a)"),
    ("a: *b\n", "an alias (*b)"),
    ("<<: {a: b}\n", "merge keys"),
    ("a: !!python/object/apply:os.system [ls]\n", "a YAML tag"),
    ("a: !x y\n", "a YAML tag"),
    ("- " * 20000 + "x\n", "nested more than 20 deep"),
    ("[" * 20000, "nested more than 20 deep"),
    ("a:\n\tb: c\n", "2:1: error: this is not YAML: a tab"),
    ("a: @x\n", "cannot begin with `@`"),
    ("a: x: y\n", "a `: ` inside a value"),
    ("a: |x|\n", "begins with `|`"),
    ("a: [b, c\nd: e\n", "is not closed"),
    ("a: \x07\n", "not text"),
    ("x" * 2_000_000, "longer than"),
    ("? [a, b]\n: c\n", "a key is a text"),
    ("sections:\n  - a\n", "this is a lecture"),
    ("problems: [a]\n", "this is a set"),
    ("a: [" + "x, " * 200_000 + "x]", "too large"),
    ("%\n", "not YAML"),
    ("a: 'b' c\n", "not YAML"),
]


@pytest.mark.parametrize(("text", "words"), WHOLE)
def test_what_is_no_problem_at_all(text: str, words: str) -> None:
    assert words in message(text)


KEYS = [
    ("function: f(X) = tr(X)\nfind: gradient\ncolours: [Y]\n", "10:10: error: `colours`: there is no letter Y; did you mean y?"),
    ("function: f(X) = tr(X)\nfind: gradient\ncolours: {X: orang}\n", "did you mean `orange`?"),
    ("function: f(X) = tr(X)\nfind: gradient\ncolours: {X: red}\n", "one of orange, green, purple, blue, teal, brown"),
    ("function: f(X) = tr(X)\nfind: gradient\ncolours: [X, X]\n", "letters, each once"),
    ("function: [x; y]\nwrt: x\nfind: jacobian\n", "help: put it in single quotes: '[x; y]'"),
    (
        "function: f(X) = tr(X)\nfind: [derivative]\nfucntion: x\n",
        "10:1: error: unknown key `fucntion` in the problem; did you mean `function`?",
    ),
    (
        "function: f(X) = tr(X)\nfind: gradient\nfind: hessian\n",
        "10:1: error: the key `find` stands twice: on line 9 and on line 10",
    ),
    ("function: f(X) = tr(X)\n", "`find` is missing"),
    ("find: gradient\nwrt: X\n", "`function` is missing"),
    ("function: tr(X)\nfind: gradient\n", "`wrt` is missing"),
    ("function: f(X) = tr(X)\nfind:\n", "`find` is empty"),
    ("function:\nfind: gradient\n", "`function` is empty"),
    ("function: {a: b}\nfind: gradient\n", "this is a mapping"),
    ("function: [X, X; X, X]\nwrt: X\nfind: derivative\n", "'[X, X; X, X]'"),
    ("let:\n  u: [x; y]\nfunction: f(x) = u\nfind: derivative\n", "'[x; y]'"),
    ('function: "x\' \\top x"\nwrt: x\nfind: gradient\n', "8:15: error: the escape \\t in double quotes is refused"),
    (
        'function: "x\' \\operatorname{Tr} x"\nwrt: x\nfind: gradient\n',
        "8:15: error: the escape \\o in double quotes",
    ),
    ("function: f(X) = tr(X)\nfind: [gradeint]\n", "did you mean `gradient`?"),
    ("function: f(X) = X\nfind: gradient\n", "only a scalar function has a gradient"),
    ("function: f(X) = X\nfind: stationary\n", "only a scalar function"),
    ("function: f(x) = x\nfind: hessian\n", "help: what applies: jacobian, derivative or second-derivative"),
    ("function: f(X) = tr(X)\nfind: [gradient, gradient]\n", "twice"),
    ("function: f(X) = tr(X)\nwrt: x\nfind: gradient\n", "x is not among its arguments"),
    ("function: tr(X)\nwrt: x\nfind: gradient\n", "x does not occur"),
    ("function: f(Z) = tr(Z)\nfind: gradient\n", "8:13: error: Z is not declared"),
    ("function: f(X) = tr(X)\nwrt: Z\nfind: gradient\n", "which is not declared"),
    ("function: f(k) = tr(X^k)\nfind: gradient\n", "not differentiable"),
    ("function: n tr(X)\nwrt: n\nfind: gradient\n", "n is a size"),
    ("function: tr(X)\nwrt: X, A\nfind: gradient\n", "wrt: [X, A]"),
    ("function: tr(X)\nwrt: [X, X]\nfind: gradient\n", "twice"),
    ("let: {u: tr(X)}\nfunction: u\nwrt: u\nfind: gradient\n", "defined under `let`"),
    ("function: f(X, X) = tr(X)\nfind: gradient\n", "twice"),
    ("function: 2 g = tr(X)\nwrt: X\nfind: gradient\n", "not a header"),
    ("function: X(x) = x\nfind: derivative\n", "as is a symbol"),
    ("function: tr(x) = x\nfind: derivative\n", "word of the language"),
    ("function: f(X) = tr(X) = 1\nfind: derivative\n", "no `=`"),
    ("function: f(X) = tr(X)\nfind: gradient\ndirection: A\n", "already declared as a symbol"),
    ("function: f(X) = tr(X)\nfind: gradient\ndirection: tr\n", "word of the language"),
    ("function: f(X) = tr(X)\nfind: gradient\ndirection: n\n", "is a size"),
    ("function: f(X) = tr(X)\nfind: gradient\ndirection: [H, K]\n", "one name a variable"),
    ("function: f(X) = tr(X)\nfind: gradient\ndirection: H H\n", "no name"),
    ("function: f(X) = tr(X)\nfind: gradient\nanswer: {hessian: X}\n", "does not ask for"),
    ("function: f(X) = tr(X)\nfind: gradient\nanswer: {grad: X}\n", "did you mean `gradient`?"),
    (
        "function: f(X) = tr(X)\nfind: gradient\nanswer: {gradient: x}\n",
        "10:20: error: the gradient is n×n, and this answer is n×1",
    ),
    ("function: f(x, y) = x'y\nfind: gradient\nanswer: {gradient: x}\n", "one expression for each variable"),
    ("function: f(x, y) = x'y\nfind: gradient\nanswer: {gradient: {z: x}}\n", "unknown key `z`"),
    ("function: f(X) = tr(X)\nfind: gradient\nanswer: {gradient: Z}\n", "Z is not declared"),
    ("function: f(X) = tr(X)\nfind: gradient\nmethod: magic\n", "one of directional"),
    ("function: f(X) = tr(X)\nfind: gradient\norder: two\n", "an integer from 1"),
    ("function: f(X) = tr(X)\nfind: gradient\nsizes: [q = 3]\n", "q is no size"),
    ("function: f(X) = tr(X)\nfind: gradient\nsizes: [n]\n", "no relation"),
    ("function: f(X) = tr(X)\nfind: gradient\nsizes: [2 >= 3]\n", "never true"),
    ("function: f(X) = tr(X)\nfind: gradient\nsizes: {n: 3}\n", "[n = 3]"),
    ("function: f(X) = tr(X)\nfind: gradient\nsizes: [n >= x]\n", "x is a symbol"),
    ("function: f(X) = tr(X)\nfind: gradient\nat: {q: 1}\n", "not declared"),
    ("function: f(x) = x'x\nfind: gradient\nat: {x: 1}\n", "a list of numbers"),
    ("function: f(t) = t\nfind: gradient\nat: {t: one}\n", "no number"),
    ("function: f(x) = x'x\nfind: gradient\ndata: {u: [1, 2], v: [1]}\n", "equally long"),
    ("function: f(x) = x'x\nfind: gradient\ndata: {X: '[ones]'}\n", "before it"),
    ("function: f(x) = x'x\nfind: gradient\ninner-product: X\n", "positive definite"),
    ("function: f(x) = x'x\nfind: gradient\ninner-product: A\n", "square matrix"),
    ("function: f(X) = tr(X)\nfind: gradient\ntitle: a $b\n", "never closed"),
    ("function: f(X) = tr(X)\nfind: gradient\nparts: [{points: 1}]\n", "no `find`"),
    ("function: f(X) = tr(X)\nfind: gradient\nparts: {a: b}\n", "is a list"),
    ("function: f(X) = tr(X)\nfind: gradient\nid: ../x\n", "no id"),
    ("let:\n  \"__import__('os')\": X\nfunction: f(X) = tr(X)\nfind: gradient\n", "no name"),
    ("let: {X: x}\nfunction: f(X) = tr(X)\nfind: gradient\n", "already declared"),
    ("sizes: [n = 3]\nfunction: f(X) = X[1, 5]\nfind: derivative\n", "by `sizes` there are 3 columns"),
    ("let: {n: x'x}\nfunction: f(x) = n\nfind: gradient\n", "is a size"),
    ("let: {u: v, v: x'x}\nfunction: f(x) = u\nfind: gradient\n", "v is not declared"),
    ("function: f(X) = eigvec(X, 1)\nfind: derivative\n", "eigvec needs a symmetric matrix"),
    ("function: f(X) = tr(X) + tr(cholesky(X'X))\nfind: derivative\n", "8:29"),
    ("let: {C: X'X}\nfunction: f(X) = tr(cholesky(C))\nfind: derivative\n", "cholesky needs"),
    ("function: f(X) = \\frobnicate{X}\nfind: derivative\n", "frobnicate"),
    ("function: f(X) = \\input{/etc/passwd}\nfind: derivative\n", "input"),
]


@pytest.mark.parametrize(("body", "words"), KEYS)
def test_keys(body: str, words: str) -> None:
    assert words in asked(body)


SYMBOLS = [
    ("X: matrix(m)", "two sizes"),
    ("X: vector", "one size"),
    ("X: scalar(n)", "no size"),
    ("X: vektor(n)", "did you mean `vector`?"),
    ("X: vector(0)", "2:13: error: a size is a positive integer, not 0"),
    ("X: vector(2.5)", "not 2.5"),
    ("X: vector(-1)", "unexpected `-`"),
    ("X: vector(100000000000)", "too large"),
    ("X: vector(1000*2000)", "too large"),
    ("X: vector(n - 1)", "n + 1"),
    ("X: vector(n/2)", "unexpected `/`"),
    ("X: square(2000)", "too large"),
    ("X: vector()", "missing"),
    ("X: vector(tr)", "word of the language"),
    ("X: {type: matrix(m, n)}", "help: put the value in single quotes: type: 'matrix(m, n)'"),
    ("X: {is: [positive]}", "no `type`"),
    ("X: {type: 'matrix(m, n)', colour: red}", "unknown key `colour`"),
    ("X: {type: 'matrix(m, n)', is: spd}", "only a square matrix is spd"),
    ("X: {type: square(n), is: [postive]}", "did you mean `positive`?"),
    ("X: {type: square(n), is: [skew]}", "type as skew(n)"),
    ("X: {type: skew(n), is: [symmetric]}", "zero matrix"),
    ("X: {type: diagonal(n), is: [positive]}", "cannot be"),
    ("X: {type: 'matrix(2, 3)', is: full-column-rank}", "cannot be full-column-rank"),
    ("X: 'stiefel(2, 3)'", "as many rows"),
    ("X: {type: scalar, is: [unit]}", "is a scalar"),
    ("X: {type: square(n), is: [row-stochastic, symmetric]}", "cannot be"),
    ("X: {type: square(n), is: [stochastic]}", "only a vector"),
    ("X: {type: vector(n), is: [row-stochastic]}", "only a matrix"),
    ("X: {type: vector(n), is: [stochastic], of: t}", "softmax of a path"),
    ("A: {type: square(n), of: A}", "itself"),
    ("A: {type: square(n), of: q}", "q is not declared"),
    ("A: {type: square(n), of: x}\n  x: vector(n)", "real scalar"),
    ("A: {type: square(n), of: u}\n  u: {type: scalar, of: z}", "itself a path"),
    ("A: {type: square(n), of: z}\n  dA: scalar", "derivative of A"),
    ("s: elementwise\n  ds: scalar", "derivative of s"),
    ("s: {type: elementwise, of: z}", "is a function"),
    ("s: elementwise(n)", "no sizes"),
    ("E: function", "takes the size"),
    ("E: function(m×n×p)", "a shape is"),
    ("mu: scalar\n  μ: scalar", "print alike"),
    ("W1: scalar\n  W_1: scalar", "print alike"),
    ("Α: scalar\n  A: scalar", "print alike"),
    ("A: scalar\n  B: {type: scalar, latex: A}", "print alike"),
    ("ﬁ: scalar\n  fi: scalar", "already declared"),
    ("A: scalar\n  A: scalar", "stands twice"),
    ("_x: scalar", "does not begin with _"),
    ("tr: scalar", "word of the language"),
    ("I: square(n)", "identity matrix"),
    ("np: scalar", "word of the language"),
    ("if: scalar", "word of the language"),
    ("x y: scalar", "no name"),
    ("2x: scalar", "no name"),
    ("x²: scalar", "no name"),
    ("n: scalar\n  v: vector(n)", "n is a size here"),
    ("N: scalar\n  v: vector(Ν)", "print alike"),
    ("lambda: scalar\n  lambda_: scalar", "already declared"),
    ("X: {type: square(n), latex: '\\input{x}'}", "LaTeX of a symbol"),
    ("X: {type: square(n), latex: '{'}", "braces"),
    ("X: [a]", "is a text"),
    ("X: [vector(n)]", "as a list"),
    ("X:", "empty"),
    ("X: {type: integer, of: z}", "integer"),
]


@pytest.mark.parametrize(("symbols", "words"), SYMBOLS)
def test_symbols(symbols: str, words: str) -> None:
    assert words in declared(symbols)


def test_the_differential_of_a_variable_is_taken_when_it_is_asked_for() -> None:
    body = "symbols: {X: square(n), dX: square(n)}\nfunction: f(X) = tr(X dX)\nfind: "
    assert problemfile.read(body + "gradient\n", "p.yaml").wrt[0].name == "X"
    assert "dX is the differential of X" in message(body + "differential\n")


def test_bytes_that_are_no_text() -> None:
    for data, where in ((b"\x89PNG\r\n\x1a\n\0\0", "p.yaml:1:1"), (b"title: \xff", "p.yaml:1:8"), (b"a: 1\n\xfe", "p.yaml:2:1")):
        with pytest.raises(DeriveError) as info:
            decoded(data, "p.yaml")
        assert str(info.value.where) == where


def test_a_file_is_read_up_to_its_limit(tmp_path: Path) -> None:
    path = tmp_path / "p.yaml"
    path.write_bytes(b"x" * 2_000_000)
    with pytest.raises(DeriveError, match="larger than 1000000 bytes"):
        read_text(path)
    os.mkfifo(tmp_path / "pipe")
    for name in (tmp_path / "pipe", Path("/dev/zero"), tmp_path, tmp_path / "none", tmp_path / ("a" * 300), tmp_path / "a\0b"):
        with pytest.raises(DeriveError) as info:
            read_text(name)
        assert info.value.code == "unreadable"


# --------------------------------------------------------------------------------------------- anything at all
GOOD = (
    HEAD + "function: f(X) = tr(X' X) + x' A' A y\nwrt: X\nfind: [derivative, gradient]\n"
    "let:\n  u: X x\nanswer: {gradient: 2 X}\n"
)
DAMAGE = [
    "", " ", "\n", ":", ": ", "'", '"', "\\", "[", "]", "{", "}", ",", "&a ", "*a", "|", ">", "-", "- ", "#", "tr(", "X", "1e9",
    "é", "\t", "!", "%", "$", "σ", "\0", "\u2028", "<<: ", "---\n", "0", "?",
]


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_a_damaged_file_is_read_or_refused(data: st.DataObject) -> None:
    text = GOOD
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(text)))
        cut = data.draw(st.integers(0, 6))
        new = data.draw(st.sampled_from(DAMAGE))
        text = text[:at] + new + text[at + cut :]
    try:
        problemfile.read(text, "p.yaml")
    except DeriveError as error:
        assert error.where is not None and error.render()


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    for whole in (text, GOOD + text, GOOD.replace("tr(X' X)", text), GOOD.replace("vector(n)", text, 1)):
        try:
            problemfile.read(whole, "p.yaml")
        except DeriveError as error:
            assert error.where is not None and error.render()


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.binary(max_size=80))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        problemfile.read(decoded(data, "p.yaml"), "p.yaml")
    except DeriveError as error:
        assert error.where is not None


@pytest.mark.skipif(not BAD.exists(), reason="DERIVE_CORPUS names no folder of problems")
def test_the_corpus_is_refused() -> None:
    for case in yaml.safe_load(BAD.read_text("utf-8")):
        with pytest.raises(DeriveError) as info:
            if "base64" in case:
                text = decoded(base64.b64decode(case["base64"]), case["id"])
            else:
                text = case.get("text", "".join(r["s"] * r["n"] for r in case.get("repeat", ())))
            problemfile.read(text, case["id"])
        assert any(word in info.value.render() for word in case["expect_words"]), case["id"]
