"""The Python door: problems in, derivations out; SymPy's expressions at both edges.

    >>> import derive
    >>> from sympy import MatrixSymbol, Symbol, Trace
    >>> m, n = Symbol("m"), Symbol("n")
    >>> X, A, B = MatrixSymbol("X", m, n), MatrixSymbol("A", m, m), MatrixSymbol("B", n, n)
    >>> f = derive.from_sympy(Trace(X.T * A * X * B), A="symmetric", B="symmetric")
    >>> d = derive.derive(f, wrt="X", find=["gradient"])
    >>> derive.to_sympy(d.results["gradient"])
    2*A*X*B

In a notebook a derivation shows as its lines, typeset.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from derive.derivation import derivation as data
from derive.errors import DeriveError
from derive.expressions.nodes import Expr, Sum, Symbol
from derive.expressions.traverse import walk
from derive.language.problems.problem import Problem
from derive.values import dataclass

if TYPE_CHECKING:
    from derive.checking.report import Report
    from derive.reviewing.review import Review


@dataclass(frozen=True)
class Result(data.Result):
    """A result that shows in a notebook and as text."""

    def _repr_latex_(self) -> str:
        """The expression, typeset, in a notebook."""
        from derive.notation.latex.latex import latex

        return f"$\\displaystyle {latex(self.expr)}$"

    def __str__(self) -> str:
        from derive.notation.text.text import pretty

        return pretty(self.expr)


def _shown(found: data.Found) -> data.Found:
    """The same results, which show themselves."""
    if isinstance(found, data.Result):
        return Result(**vars(found))
    if isinstance(found, Mapping):
        return {name: Result(**vars(one)) for name, one in found.items()}
    return tuple(_shown(one) for one in found)  # type: ignore[return-value]


@dataclass(frozen=True)
class Derivation(data.Derivation):
    """A derivation that shows in a notebook: its lines with their reasons, one display for each chain."""

    def _repr_latex_(self) -> str:
        from derive.documents.page.display import notebook

        return notebook(self)

    def __str__(self) -> str:
        """The lines with their reasons, as text."""
        from derive.notation.text import text

        out = []
        for chain in self.chains:
            rows = [(text.line(line), text.why(line.why)) for line in chain.lines]
            out.append("\n".join([chain.title, *(f"  {row}    {why}".rstrip() for row, why in rows)]))
        return "\n\n".join(out)


def load(path: str | Path) -> Problem:
    """The problem of a YAML file: names bound, shapes checked, nothing derived yet.

    DeriveError, with file, line and column, for whatever is wrong with it.
    """
    from derive.language.problems import read as problemfile

    return problemfile.load(path)


def problem(values: str | Mapping[str, Any], /) -> Problem:
    """The problem of a text, as a file would hold it, or of values: `{"symbols": {"x": "vector(n)"}, "function": "x' x", …}`.

    The keys are those of a problem file; what they ask for is a text, a number, a list or a mapping.  Nothing is derived yet.
    DeriveError for whatever is wrong, with the place: file, line and column of a text, the key and the column of values.
    """
    from derive.language.problems.read import read
    from derive.language.problems.values import problem as stated

    return read(values, "<text>") if isinstance(values, str) else stated(values)


def derive(problem: Any, /, wrt: Any = None, find: str | Iterable[str] | None = None, **keys: Any) -> Derivation:
    """The derivation that answers everything a problem asks, not yet checked (see `verify`).

    problem  what `load` gives; or a function alone: an expression of `from_sympy`, or SymPy's own, with
    wrt      the name of its variable (or SymPy's symbol), or several, and
    find     what is asked, as in a problem file: "gradient", ["gradient", "hessian"]; `derivative` without it
    keys     further keys of a problem file: method="expansion", layout="both", at={"x": [1, 2]}

    The results (`.results["gradient"].expr`) have the shapes of the language page: a gradient that of its variable, a
    Jacobian a row for each entry of f.
    DeriveError [missing-rule] names the subexpression and the rule that would be needed; [find] what does not apply.
    Source: Magnus & Neudecker, Matrix Differential Calculus, ch. 5 (the derivative as the linear part), ch. 9.
    """
    from derive.calculus.derive import derive as derived

    if not isinstance(problem, Problem):
        problem = _stated(problem, wrt, find, keys)
    elif wrt is not None or find is not None or keys:
        raise TypeError("a problem says itself by what it is differentiated and what is asked")
    found = derived(problem)
    return Derivation(**{**vars(found), "results": {quantity: _shown(one) for quantity, one in found.results.items()}})


def verify(derivation: data.Derivation, points: int = 3) -> Report:
    """Every line and every result, evaluated as emitted NumPy and compared with a numeric derivative of the function as
    it was written, at `points` random points that honour what was declared.

    The report says `passed`, the number of `points` and `max_relative_error`; `.failures` are the lines that are wrong.
    DeriveError [no-point] when no point is found at which the function is defined and smooth.
    Source: central differences extrapolated once (Richardson); Manopt's slope test.
    """
    from derive.checking.verification import verify as checked

    return checked(derivation, points)


def review(problem: Problem, latex: str) -> Review:
    """Anyone's derivation, pasted as LaTeX, held line by line against a problem.

    problem  what `load(path, asked=False)` or `problem(…)` gives: what is asked does not matter
    latex    the derivation as written: displays, inline formulas, words between, own `\\newcommand`s

    The review says its `verdict` (right, wrong, unclear), the `first_wrong` finding, and `findings`: one a relation, each with its
    line, row, verdict, whether it `follows` from the one before, a message, and the likely `slip`.
    DeriveError [no-point] when no point is found at which the function is defined; [too-long] for a text beyond all bounds.
    """
    from derive.reviewing.review import review as reviewed

    return reviewed(problem, latex)


def from_sympy(expression: Any, /, **properties: str | Iterable[str]) -> Expr:
    """A SymPy expression as one of `derive`.

    expression  a scalar expression or a matrix expression: MatrixSymbol, sums, products, powers, Inverse, Transpose, Trace,
                Determinant, HadamardProduct, HadamardPower, KroneckerProduct, DiagMatrix, BlockMatrix, applyfunc,
                entries (SymPy counts from 0, `derive` from 1), and functions of scalars.  A MatrixSymbol of n×1 is a
                vector.
    properties  what SymPy's symbols do not carry, by name: `A="symmetric"`, `Q=["orthogonal"]`

    Different size symbols are different sizes.  DeriveError [sympy-input] names what has no counterpart;
    [size-mismatch], [not-square] tell operands that do not fit (SymPy itself accepts them where sizes are symbols);
    [property], [unknown-name] a property that is none, that does not suit its symbol, or is said of a name that does not occur.
    """
    from derive.calculus.algebra.sympy_reading import read
    from derive.language.problems.declarations import closure

    given = {name: (has,) if isinstance(has, str) else tuple(has) for name, has in properties.items()}
    for name, words in given.items():
        _known_properties(name, words)
    expr = read(expression, {name: closure(words) for name, words in given.items()})
    symbols = {e.name: e for e in walk(expr) if isinstance(e, Symbol)}
    for name, words in given.items():
        _suits(name, symbols, words)
    return expr


def to_sympy(result: Any, /, like: Any = None) -> Any:
    """An expression, or a result of a derivation, as a SymPy expression.

    Vectors become n×1 MatrixSymbols, x'Ax the trace of a 1×1 product (SymPy's entry [0, 0] would be taken apart into sums).
    like  a SymPy expression whose own symbols (with their assumptions) are used for sizes and scalars of the same name
    DeriveError [sympy-output] names what SymPy has no word for.
    """
    from derive.calculus.algebra.sympy_writing import write

    expr = result if isinstance(result, Expr) else result.expr
    return write(expr, like)


# ------------------------------------------------------------------------------------------------ a function alone
_TYPES = ("stiefel", "orthogonal", "skew", "spd", "psd", "diagonal", "symmetric", "upper", "lower", "invertible")
"""Short forms that declare a property, the strongest first."""


_OF_SQUARE = frozenset(_TYPES) - {"stiefel"}


def _known_properties(name: str, words: tuple[str, ...]) -> None:
    """DeriveError [property] for a word that is none, with the nearest that is one."""
    from derive.language.problems.declarations import PROPERTIES
    from derive.language.words import closest

    known = tuple(dict.fromkeys((*PROPERTIES, *_TYPES, "integer")))
    for word in words:
        if word not in known:
            guess = closest(word, known)
            raise DeriveError(f"{name} cannot be `{word}`" + (f"; did you mean `{guess}`?" if guess else ""), code="property",
                              hint=f"what may be declared: {', '.join(known)}")


def _suits(name: str, symbols: dict[str, Symbol], words: tuple[str, ...]) -> None:
    from derive.expressions.sizes import is_square, show

    if name not in symbols:
        raise DeriveError(f"{name} is declared, and does not occur in the expression", code="unknown-name",
                          hint=f"its symbols are {', '.join(sorted(symbols))}")
    shape = symbols[name].shape
    wrong = next((word for word in words if word in _OF_SQUARE and not is_square(shape)), None)
    if wrong is not None:
        raise DeriveError(f"{name} is {show(shape)}, and only a square matrix is {wrong}", code="property")


def _stated(function: Any, wrt: Any, find: str | Iterable[str] | None, keys: Mapping[str, Any]) -> Problem:
    """The problem of a function alone; what a file could not say is refused in the same words."""
    from derive.language.problems.values import problem as stated
    from derive.notation.text.text import text

    expr = function if isinstance(function, Expr) else from_sympy(function)
    if wrt is None:
        raise TypeError("derive(function, wrt=…): by what is it differentiated?")
    bound = {node.index.name for node in walk(expr) if isinstance(node, Sum)}
    symbols = {s.name: s for s in walk(expr) if isinstance(s, Symbol) and s.name not in bound}
    names = [str(getattr(x, "name", x)) for x in wrt] if isinstance(wrt, list | tuple) else str(getattr(wrt, "name", wrt))
    return stated({
        "symbols": {s.name: _declared(s) for s in symbols.values()},
        "function": text(expr),
        "wrt": names,
        "find": [find] if isinstance(find, str) else list(find or ["derivative"]),
        **{key.replace("_", "-"): value for key, value in keys.items()},
    })


def _declared(symbol: Symbol) -> dict[str, Any]:
    """What a file would declare of it."""
    from derive.expressions.sizes import is_column, is_scalar
    from derive.language.problems.declarations import PROPERTIES

    m, n = symbol.shape
    kind = next((name for name in _TYPES if name in symbol.has), None)
    if is_scalar(symbol.shape):
        form = "integer" if "integer" in symbol.has else "scalar"
    elif is_column(symbol.shape):
        form = f"vector({m})"
    elif kind is not None:
        form = f"{kind}({m}, {n})" if kind == "stiefel" else f"{kind}({m})"
    else:
        form = f"matrix({m}, {n})"
    has = [name for name in PROPERTIES if name in symbol.has]
    return {"type": form, **({"is": has} if has else {})}
