"""Functions in a LaTeX formula: by macro, by word, with bars, in a superscript of e."""

from __future__ import annotations

from typing import TYPE_CHECKING

from derive.expressions.build import power
from derive.expressions.function import Function
from derive.expressions.functions import FUNCTIONS, OF_MATRICES
from derive.expressions.nodes import Call, Expr, Identity, Map, Number, Ones, Zeros
from derive.expressions.properties.symmetry import is_symmetric, settled
from derive.expressions.sizes import ONE, ShapeError, Size, is_column, is_square, show
from derive.language.indices import check_index
from derive.language.latex.names import FONTS, MACROS, PATTERNS
from derive.language.latex.reader import CLOSING
from derive.language.latex.tokens import Tex
from derive.language.norms import norm_of, raised
from derive.language.of_number import of_number
from derive.language.operands import Operand, Value
from derive.language.words import CONSTANTS

if TYPE_CHECKING:
    from derive.language.latex.parser import Parser


NORM_KINDS = {"2": "2", "1": "1", "1,1": "1", "F": "F", "Fro": "F", r"\Fro": "F", "*": "nuclear", r"\ast": "nuclear", r"\infty": "inf"}
"""What stands below the bars of a norm: the kind of `norms.norm_of`."""


def exponential(p: Parser) -> Operand:
    """`e^{x}`: of a scalar exp, of a square matrix refused unless it is our own."""
    token = p.take()
    p.take()
    argument = p.argument("an exponent")
    expr = p.combine.sized(argument)
    if expr.is_scalar:
        return Operand(p.made(Map, token.start, "exp", expr), token.start, p.last_end)
    if is_square(expr.shape) and p.own:
        return Operand(p.made(Call, token.start, "expm", (expr,)), token.start, p.last_end)
    words = p.combine.words(argument).strip("{}")
    if is_square(expr.shape):
        raise p.fail(
            f"`e^{{{words}}}` of a square matrix has two readings: write expm({words}) for the matrix exponential, or "
            rf"\exp_{{\circ}}({words}) for exp entry by entry", token.start, "two-readings",
        )
    raise p.fail(rf"{words} is {show(expr.shape)}: write \exp({words}) for exp entry by entry", argument.start, "two-readings")


def function(p: Parser, name: str, token: Tex) -> Operand:
    r"""A function after its name: `\sin x`, `\sin^2(x)`, `\operatorname{Tr}\{A B\}`, `\exp_{\circ}(A)`, `\log\det(A)`."""
    marked = False
    index: Expr | None = None
    if p.token.text == "_":
        p.take()
        if p.peek() == r"\circ":
            p.group()
            marked = True
        elif FUNCTIONS.get(name) is not None and "index" in FUNCTIONS[name].signature:
            index = p.combine.sized(p.argument("an index"))
        else:
            least = name in ("min", "max")
            raise p.fail(
                f"`{p.text[token.start : p.token.end]}`: {name} has no index in the language", p.token.start, "arguments",
                "write the function alone: where it is least or greatest is asked by `find: [stationary]`" if least else None,
            )
    exponent = _function_power(p, name, token)
    if name == "log" and p.opening() in (r"\lvert", "|"):
        i = p.i
        inside = p.combine.sized(p.only(p.bracket(), token.start))
        if isinstance(inside, Call) and inside.name == "det":
            return _raised(p, Call("logdet", inside.args), exponent, token)
        if is_square(inside.shape) and not inside.is_scalar:  # log |A|, as in every Gaussian likelihood
            return _raised(p, p.made(Call, token.start, "logdet", (inside,)), exponent, token)
        p.i = i
    p.deeper(token.start)
    operands = _arguments(p, name, token)
    p.depth -= 1
    if name == "log" and not _bracketed(p, operands):
        value = operands[0].value
        if isinstance(value, Call) and value.name == "det":
            return _raised(p, Call("logdet", value.args), exponent, token)
    return _raised(p, call_function(p, name, token, operands, marked, index), exponent, token)


def _bracketed(p: Parser, operands: list[Operand]) -> bool:
    return len(operands) != 1 or operands[0].group


def _raised(p: Parser, value: Value, exponent: Operand | None, token: Tex) -> Operand:
    out = Operand(value, token.start, p.last_end)
    return out if exponent is None else Operand(p.to_power(out, exponent, token.start), token.start, p.last_end)


def _function_power(p: Parser, name: str, token: Tex) -> Operand | None:
    if p.token.text != "^":
        return None
    p.take()
    exponent = p.exponent()
    if isinstance(exponent.value, Number) and exponent.value.value > 0:
        return exponent
    raise p.fail(
        f"`{name}^{{{p.combine.words(exponent).strip('{}')}}}` has two readings: write the exponent behind the argument, or "
        "the inverse function by its name", token.start, "two-readings",
    )


def _arguments(p: Parser, name: str, token: Tex) -> list[Operand]:
    if p.opening() in ("(", "[", r"\{"):
        out = p.bracket()
        if len(out) == 1:
            return [out[0]._replace(group=True)]
        return out
    if not p.starts_factor():
        raise p.fail(f"{name} is a function: its argument is missing", token.start, "function-without-argument")
    if p.token.kind == "open":
        return [p.argument("an argument")]
    composed = p.token.text in MACROS or p.token.text == r"\operatorname"
    first = p.scripted()
    operand = first._replace(group=False)
    if composed and p.tokens[p.i - 1].text in CLOSING.values():
        return [operand]  # the bracket in log det(A) B ends what log applies to
    if isinstance(first.value, Number) and p.starts_factor():
        second = p.scripted()
        operand = Operand(p.combine.product([first, second]), first.start, second.end)
    following = p.token
    if p.starts_factor() and following.text not in MACROS and following.text != r"\operatorname":
        a, b = p.text[token.start : operand.end], p.text[following.start : following.end]
        raise p.fail(
            f"`{a} {b}` has two readings: write the argument of {name} in brackets", following.start, "two-readings"
        )
    return [operand]


def call_function(p: Parser, name: str, token: Tex, operands: list[Operand], marked: bool, index: Expr | None,
          given: tuple[Expr, ...] | None = None) -> Value:
    r"""The function `name` of the language at operands.  DeriveError for a wrong number of them, a shape, an index, two readings.

    name      in the table, or `inv`, `I`, `ones`, `zeros`
    operands  the arguments as they were read
    marked    whether the formula says `entry by entry`, as `\exp_{\circ}` does
    index     of an eigenvalue, a singular value; None elsewhere
    given     the arguments as expressions, where they are known otherwise; None: those of the operands
    """
    at = operands[0].start if operands else token.start
    if name == "inv":
        return p.combine.map(operands[0], lambda e: power(e, -1), at)
    if name in CONSTANTS:
        return _constant(p, name, [p.size(operand) for operand in operands], at)
    row = FUNCTIONS[name]
    exprs = given if given is not None else tuple(p.combine.sized(operand) for operand in operands)
    if index is not None:
        exprs = (*exprs, index)
    if row.alone and len(exprs) == 1:
        name, row = row.alone, FUNCTIONS[row.alone]
    if len(exprs) not in row.arities:
        counts = " or ".join(str(n) for n in sorted(row.arities))
        raise p.fail(
            f"{name} takes {counts} argument{'s' if counts != '1' else ''}, not {len(exprs)}", token.start, "arguments",
            f"{name}: {row.signature}",
        )
    if "index" in row.signature:
        _refuse_index(p, token, *exprs)
    if not row.maps:
        try:
            found = of_number(name, exprs)
        except ShapeError as error:
            raise p.combine.failed(error, at) from None
        return found if found is not None else p.made(Call, at, *settled(name, exprs))
    if not marked and is_square(exprs[0].shape) and not exprs[0].is_scalar:
        _refuse_two_readings(p, row, token, operands[0])
    return p.made(Map, at, name, exprs[0])


def _constant(p: Parser, name: str, sizes: list[Size], at: int) -> Value:
    """I, ones or zeros of the sizes that were written."""
    if name == "I" or len(sizes) not in (1, 2):
        return p.made(Identity, at, sizes[0])
    return p.made(Ones if name == "ones" else Zeros, at, (sizes[0], sizes[1] if len(sizes) == 2 else ONE))


def _refuse_index(p: Parser, token: Tex, matrix: Expr, index: Expr) -> None:
    """The number of an eigenvalue, of a singular value, is at most the number of rows."""
    shape = matrix.shape
    size = shape[0] if shape[0] == shape[1] else next((s for s in shape if s.is_number), shape[0])
    problem = check_index(index, size, p.ranges, "the index", f"the matrix is {show(shape)}")
    if problem:
        raise p.fail(problem[0], token.start, "index", problem[1])


def _refuse_two_readings(p: Parser, row: Function, token: Tex, operand: Operand) -> None:
    r"""`\exp A` of a square matrix is the function of the matrix to some, and entry by entry to others."""
    if all(condition != "square" for condition, _ in row.latex_when):
        return
    name, words, other = row.name, p.combine.words(operand), OF_MATRICES.get(row.name)
    here = rf"{token.text if token.kind == 'macro' else name}_{{\circ}}({words})".replace(r"\sqrt", r"\operatorname{sqrt}")
    raise p.fail(
        f"{name} of a square matrix has two readings: write {other}({words}) for the function of the matrix, or {here} for "
        f"{name} entry by entry" if other else
        f"{name} of a square matrix has two readings: write {here} for {name} entry by entry (the function of the "
        "matrix is not part of the language)", token.start, "two-readings",
    )


def printed_function(p: Parser) -> Operand | None:
    r"""A function in the table's own LaTeX with an index: `\lambda_{i}(A)`, `L_{\exp}(A, H)`.

    None, and nothing gone past, when none stands here; its bracket follows without a gap.
    """
    start, begin = p.token, p.i
    for name, tokens in PATTERNS.get(start.text, ()):
        fixed = next(k for k, text in enumerate(tokens) if text >= "\ue000" or text == "(")
        if any(p.ahead(k).text != text for k, text in enumerate(tokens[:fixed])):
            continue
        p.i += fixed
        args: dict[int, Expr] = {}
        for k, text in enumerate(tokens[fixed:], fixed):
            place = ord(text[0]) - 0xE000 if text >= "\ue000" else -1
            if place >= 0x100:
                sizes = p.sizes()
                args[place - 0x100] = Zeros((sizes[0], sizes[1] if len(sizes) > 1 else ONE))
            elif place >= 0:
                operand = p.argument("an index") if tokens[k - 1] == "_" else p.sum()
                args[place] = p.combine.sized(operand)
            else:
                opened = p.token.gap if text == "(" else False
                p.skip(r"\left")
                p.skip(r"\right")
                if text == "(" and (p.token.text != "(" or opened):
                    break
                p.expect(text, f"in {FUNCTIONS[name].about}")
        else:
            if FUNCTIONS[name].needs != "symmetric" or is_symmetric(args[0]):
                value = call_function(p, name, start, [], False, None, tuple(args[k] for k in sorted(args)))
                return Operand(value, start.start, p.last_end)
        p.i = begin  # another row prints alike
    return None


def absolute(p: Parser) -> Operand:
    """|x|: of a scalar, vector, or oblong matrix entry by entry; of a square matrix refused unless it is marked."""
    token = p.token
    operand = p.only(p.bracket(), token.start)
    expr = p.combine.sized(operand)
    marked = p.token.text == "_" and p.ahead().text == r"\circ"
    if marked:
        p.i += 2
    if is_square(expr.shape) and not expr.is_scalar and not marked:
        words = p.text[token.end : p.last_end]
        raise p.fail(
            f"`|{words} of a square matrix has two readings: write \\det(…) for the determinant, or abs(…) for the absolute values "
            "entry by entry", token.start, "two-readings",
        )
    return Operand(p.made(Map, token.start, "abs", expr), token.start, p.last_end)


def norm(p: Parser) -> Operand:
    r"""`\|x\|`, `\|x\|_2`, `\|A\|_F`, `\|x\|_1`, `\|A\|_*`, `\|x\|_\infty`, `\|x\|_S`; `\|A\|_2` and `\|A\|_1` of a matrix have two readings."""
    token = p.token
    operand = p.only(p.bracket(), token.start)
    expr = p.combine.sized(operand)
    if expr.is_scalar:
        try:
            number = of_number("norm", (expr,))
        except ShapeError:
            raise p.fail("the norm of a scalar is written |x|", token.start, "size-mismatch") from None
        assert number is not None
        if p.token.text == "_" and p.ahead().text == "2":
            p.i += 2
        return _even_power(p, number, token)
    vector = is_column(expr.shape) or expr.shape[0] == ONE
    kind: str | Expr = ""
    if p.token.text == "_":
        p.take()
        kind = _norm_kind(p, token, expr, vector)
    if kind in ("", "2"):
        return Operand(p.made(Call, token.start, "norm", (expr,)), token.start, p.last_end)
    if kind == "1":
        return Operand(p.made(Call, token.start, "norm1", (expr,)), token.start, p.last_end)
    try:
        return _even_power(p, norm_of(expr, kind), token)
    except ShapeError as error:
        raise p.combine.failed(error, token.start) from None


def _norm_kind(p: Parser, token: Tex, expr: Expr, vector: bool) -> str | Expr:
    """What stands below a norm: a word of `norms.KINDS`, '1', '2', '', or the matrix of a weighted norm."""
    at, begin = p.token, p.i
    first, last = p.group()
    kind = "".join(t.text for t in p.tokens[first:last] if t.kind not in ("open", "close") and t.text not in FONTS)
    readings = {
        "2": r"\|A\|_F for the Frobenius norm, or singval(A, 1) for the spectral norm",
        "1": r"norm1(A) or \|A\|_{1,1} for the sum of all absolute values; the operator norm is not in the language",
        r"\infty": r"max(abs(A)) for the largest entry; the operator norm is not in the language",
    }
    if kind in readings and not vector:
        shown = p.text[token.start : p.last_end]
        raise p.fail(f"`{shown}` of a matrix has two readings: write {readings[kind]}", token.start, "two-readings")
    if kind in NORM_KINDS and (kind != "F" or not p.names.matches([*p.tokens], first) or not vector):
        return NORM_KINDS[kind]
    p.i = begin
    weight = p.combine.sized(p.argument("what stands below the norm")) if vector and p.names.best(p.tokens, first) else None
    if weight is None or weight.is_scalar:
        raise p.fail(
            f"the norm with index {kind} is not part of the language", at.start, "unknown-name",
            r"there are \|x\|, \|x\|_1, \|x\|_\infty, \|A\|_F, \|A\|_* and, for a declared matrix S, \|x\|_S with \|x\|_S^2 = x' S x",
        )
    return weight


def _even_power(p: Parser, value: Expr, token: Tex) -> Operand:
    """The norm, or its even power where one follows and is simpler: the square of a root."""
    if p.token.text == "^":
        i = p.i
        p.take()
        exponent = p.exponent()
        found = raised(value, p.combine.sized(exponent))
        if found is not None:
            return Operand(found, token.start, p.last_end)
        p.i = i
    return Operand(value, token.start, p.last_end)


def inner_product(p: Parser) -> Operand:
    token = p.token
    operands = p.bracket()
    if len(operands) != 2:
        raise p.fail(r"an inner product has two arguments, \langle A, B \rangle", token.start, "arguments")
    if p.token.text == "_" and p.ahead().text in ("F", r"\mathrm"):
        p.take()
        p.group()
    return Operand(call_function(p, "inner", token, operands, False, None), token.start, p.last_end)
