"""The model behind data: which column is fitted by which, and the fitted curve as the program evaluates it.

`weights` are the values of the variables, by name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from derive.documents.figures.axes import significant
from derive.documents.figures.scene import Scene, numeric
from derive.expressions.build import add, negate
from derive.expressions.nodes import Add, Expr, MatMul, Ones, Stack, Symbol, number
from derive.expressions.sizes import SCALAR, is_column
from derive.expressions.traverse import walk
from derive.language.problems.problem import Problem
from derive.language.scope import Scope
from derive.language.text.grammar import parse
from derive.values import dataclass

if TYPE_CHECKING:
    from derive.checking.random_arrays import Array


@dataclass(frozen=True)
class Model:
    """across, up   names of the columns of data: `up` is fitted by a function of `across`
    prediction   the fitted values, in the problem's own symbols
    """

    across: str
    up: str
    prediction: Expr


def columns(problem: Problem) -> dict[str, tuple[Fraction, ...]]:
    """The plain columns of `data`, in order."""
    designed = problem.options.columns
    plain = {name: values for name, values in problem.options.data.items() if name not in designed and isinstance(values, tuple)}
    return {name: tuple(v for v in values if isinstance(v, Fraction)) for name, values in plain.items()}


def model(scene: Scene) -> Model:
    """The sum `prediction - y` in the function, y a column of data.  DeriveError [figure] where there is none."""
    problem = scene.problem
    plain = columns(problem)
    if not plain:
        raise scene.refused("it needs columns of `data`", "data: {x: [-2, 0, 1], y: [1, 3, 3]}")
    whole = scene.inlined(problem.function)
    for node in walk(whole):
        if not isinstance(node, Add):
            continue
        for name in plain:
            y = problem.symbols.get(name)
            if y is None or not is_column(y.shape):
                continue
            for own, sign in ((negate(y), 1), (y, -1)):
                rest = [term for term in node.terms if term is not own]
                if len(rest) + 1 != len(node.terms):
                    continue
                predicted = add(*(rest if sign == 1 else map(negate, rest)))
                # A constant is drawn against the only other column.
                across = (_behind(problem, predicted) or (set(plain) if len(plain) == 2 else set())) - {name}
                if len(across) == 1:
                    return Model(across.pop(), name, predicted)
                if across:
                    raise scene.refused(f"{name} is fitted by {', '.join(sorted(across))}: only one column can be drawn against it")
    raise scene.refused(
        "the function has no residual: a fitted vector minus a column of data", "function: f(w) = norm(X w - y)^2"
    )


def _behind(problem: Problem, expr: Expr) -> set[str]:
    """The plain columns that an expression depends on, also through a designed matrix."""
    out = set()
    designed: Mapping[str, tuple[str, ...]] = problem.options.columns
    for name in expr.free:
        if name in columns(problem):
            out.add(name)
        elif name in designed:
            for column in designed_columns(problem, name):
                out |= column.free & set(columns(problem))
    return out


def designed_columns(problem: Problem, name: str) -> tuple[Expr, ...]:
    """The columns of a matrix '[ones, x, x^2]' of data, as functions of a number."""
    scope = Scope({column: Symbol(column, SCALAR) for column in columns(problem)})
    texts: Sequence[str] = problem.options.columns[name]
    return tuple(number(1) if text == "ones" else parse(text, scope) for text in texts)


def at_weights(scene: Scene, found: Model, weights: Mapping[str, Any], places: Array) -> Array:
    """The prediction at other places of `across` than the data's, with the values of the variables."""
    import numpy as np

    problem = scene.problem
    numbers: dict[str, Any] = {**_sizes(problem, len(places)), **weights, found.across: places}
    for name in problem.options.columns:
        parts = designed_columns(problem, name)
        numbers[name] = np.array([[float(scene.value(part, {found.across: float(x)})) for part in parts] for x in places])
    given = problem.options.at
    numbers.update({name: numeric(value) for name, value in given.items() if name not in numbers})
    return np.broadcast_to(scene.value(found.prediction, numbers), (len(places),))


def weights_of(scene: Scene) -> dict[str, Any] | None:
    """The stationary point with the data, by variable; None where it is not derived, or not to be shown."""
    problem = scene.problem
    if scene.derivation is None or "stationary" not in problem.find:
        return None
    rows = len(next(iter(columns(problem).values())))
    data = problem.options.data
    numbers = {**_sizes(problem, rows), **{name: numeric(v) for name, v in {**problem.options.at, **data}.items()}}
    out: dict[str, Any] = {}
    for variable in problem.wrt:
        found = scene.result("stationary", variable.name)
        if found is None or (
            found.classification in ("undetermined", "none", None) and found.expr.free & {s.name for s in problem.wrt}
        ):
            return None
        out[variable.name] = scene.value(found.expr, numbers)
    return out


def _sizes(problem: Problem, rows: int) -> dict[str, int]:
    """Names of sizes that data gives a number: the rows as given here, the columns as they are."""
    out: dict[str, int] = {}
    for name, values in problem.options.data.items():
        symbol = problem.symbols.get(name)
        if symbol is None or not isinstance(values, tuple):
            continue
        across = len(values[0]) if isinstance(values[0], tuple) else 1
        for size, count in zip(symbol.dims, (rows, across), strict=True):
            if not size.is_number and len(size.terms) == 1 and size.terms[0][1] == 1 and len(size.terms[0][0]) == 1:
                out[size.terms[0][0][0]] = count
    return out


def design(scene: Scene, found: Model) -> tuple[Expr, ...] | None:
    """The columns of the matrix that a vector of weights multiplies, as functions of one number; None for another model."""
    prediction = found.prediction
    if not isinstance(prediction, MatMul) or len(prediction.factors) != 2 or prediction.factors[1] not in scene.problem.wrt:
        return None
    matrix = prediction.factors[0]
    if isinstance(matrix, Symbol) and matrix.name in scene.problem.options.columns:
        return designed_columns(scene.problem, matrix.name)
    if isinstance(matrix, Stack) and len(matrix.rows) == 1:
        out: list[Expr] = []
        for part in matrix.rows[0]:
            if isinstance(part, Ones):
                out.append(number(1))
            elif isinstance(part, Symbol) and part.name == found.across:
                out.append(Symbol(part.name, SCALAR))
            else:
                return None
        return tuple(out)
    return None


def equation(scene: Scene, found: Model, weights: Mapping[str, Any], parts: tuple[Expr, ...]) -> str:
    """`\\hat y = 3 + 0.4394 x - 0.2879 x^2`, four decimals.

    parts  what the entries of the variable are factors of, in their order
    """
    import numpy as np

    (variable,) = scene.problem.wrt
    out = ""
    values = np.atleast_1d(weights[variable.name])
    noise = 1e-12 * np.abs(values).max()
    for value, part in zip(values, parts, strict=True):
        shown = significant(abs(float(value))) if abs(value) > noise else "0"
        if shown == "0":
            continue
        body = "" if part is number(1) else scene.tex(part)
        if body and isinstance(part, Add):
            body = rf"\left({body}\right)"
        size = "" if body and shown == "1" else shown
        sign = "-" if value < 0 else "+" if out else ""
        out += f" {sign} {size}\\,{body}" if size and body else f" {sign} {size}{body}"
    return rf"\hat {scene.tex(Symbol(found.up, SCALAR))} = {out.strip() or '0'}"


__all__ = ["Model", "at_weights", "columns", "design", "designed_columns", "equation", "model", "weights_of"]
