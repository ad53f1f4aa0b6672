"""From what the arguments of a function have to what its value has: one fact a row.

Read `Fact("hadamard", ("spd", "spd"), "spd")`: the entrywise product of two positive definite matrices is positive definite (Schur).
An argument of which nothing is asked is "".  What a function gives whatever its arguments are stands in the function table (`gives`).
"""

from __future__ import annotations

from derive.values import dataclass


@dataclass(frozen=True)
class Fact:
    """One row; the words are those of declarations, with nonnegative, nonzero, even and positive-determinant."""

    function: str
    arguments: tuple[str, ...]
    value: str


STOCHASTIC = frozenset(("stochastic", "row-stochastic"))
"""Of a vector, and of the rows of a matrix, whose entries sum to 1."""

IMPLIED: dict[str, frozenset[str]] = {
    "spd": frozenset({"psd", "symmetric", "invertible", "full-column-rank", "full-row-rank", "positive-determinant"}),
    "psd": frozenset({"symmetric"}),
    "positive": frozenset({"nonnegative", "nonzero"}),
    "stochastic": frozenset({"nonnegative"}),
    "row-stochastic": frozenset({"nonnegative"}),
    "orthogonal": frozenset({"stiefel", "invertible", "full-column-rank", "full-row-rank"}),
    "stiefel": frozenset({"full-column-rank"}),
    "unit": frozenset({"stiefel"}),
    "invertible": frozenset({"full-column-rank", "full-row-rank"}),
    "diagonal": frozenset({"symmetric", "upper", "lower"}),
}
"""What each word says besides."""

FACTS = (
    # ------------------------------------------------------------------ products and blocks of matrices
    Fact("hadamard", ("spd", "spd"), "spd"),
    Fact("hadamard", ("psd", "psd"), "psd"),
    Fact("hadamard", ("diagonal", ""), "diagonal"),
    Fact("hadamard", ("", "diagonal"), "diagonal"),
    Fact("hadamard", ("upper", ""), "upper"),
    Fact("hadamard", ("", "upper"), "upper"),
    Fact("hadamard", ("lower", ""), "lower"),
    Fact("hadamard", ("", "lower"), "lower"),
    Fact("kron", ("spd", "spd"), "spd"),
    Fact("kron", ("psd", "psd"), "psd"),
    Fact("kron", ("invertible", "invertible"), "invertible"),
    Fact("kron", ("orthogonal", "orthogonal"), "orthogonal"),
    Fact("kron", ("diagonal", "diagonal"), "diagonal"),
    Fact("kron", ("full-column-rank", "full-column-rank"), "full-column-rank"),
    Fact("khatrirao", ("full-column-rank", "full-column-rank"), "full-column-rank"),
    # ------------------------------------------------------------------ functions of a matrix
    Fact("expm", ("symmetric",), "spd"),
    Fact("expm", ("",), "positive-determinant"),
    Fact("expm", ("skew",), "orthogonal"),
    Fact("expm", ("diagonal",), "diagonal"),
    Fact("sqrtm", ("spd",), "spd"),
    Fact("sqrtm", ("psd",), "psd"),
    Fact("sqrtm", ("invertible",), "invertible"),
    Fact("sqrtm", ("diagonal",), "diagonal"),
    Fact("adj", ("spd",), "spd"),
    Fact("adj", ("invertible",), "invertible"),
    Fact("diag", ("positive",), "spd"),
    Fact("diag", ("nonnegative",), "psd"),
    Fact("diag", ("nonzero",), "invertible"),
    Fact("tril", ("",), "lower"),
    Fact("triu", ("",), "upper"),
    # ------------------------------------------------------------------ numbers of a matrix
    Fact("det", ("positive-determinant",), "positive"),
    Fact("det", ("psd",), "nonnegative"),
    Fact("det", ("invertible",), "nonzero"),
    Fact("tr", ("spd",), "positive"),
    Fact("tr", ("psd",), "nonnegative"),
    Fact("sum", ("positive",), "positive"),
    Fact("sum", ("nonnegative",), "nonnegative"),
    Fact("mean", ("positive",), "positive"),
    Fact("mean", ("nonnegative",), "nonnegative"),
    Fact("norm", ("",), "nonnegative"),
    Fact("norm", ("positive",), "positive"),
    Fact("norm", ("invertible",), "positive"),
    Fact("norm1", ("",), "nonnegative"),
    Fact("eigval", ("spd", ""), "positive"),
    Fact("eigval", ("psd", ""), "nonnegative"),
    Fact("singval", ("", ""), "nonnegative"),
    Fact("singval", ("invertible", ""), "positive"),
    # ------------------------------------------------------------------ entry by entry
    Fact("exp", ("",), "positive"),
    Fact("sigmoid", ("",), "positive"),
    Fact("softplus", ("",), "positive"),
    Fact("cosh", ("",), "positive"),
    Fact("sqrt", ("positive",), "positive"),
    Fact("sqrt", ("",), "nonnegative"),
    Fact("abs", ("",), "nonnegative"),
    Fact("abs", ("nonzero",), "positive"),
    Fact("relu", ("",), "nonnegative"),
    Fact("sinh", ("positive",), "positive"),
    Fact("tanh", ("positive",), "positive"),
    Fact("hadamard", ("positive", "positive"), "positive"),
    Fact("hadamard", ("nonnegative", "nonnegative"), "nonnegative"),
    Fact("quotient", ("positive", "positive"), "positive"),
    Fact("quotient", ("nonnegative", "positive"), "nonnegative"),
    Fact("entrypower", ("positive", ""), "positive"),
    Fact("entrypower", ("", "even"), "nonnegative"),
    Fact("max", ("positive", ""), "positive"),
    Fact("max", ("", "positive"), "positive"),
    Fact("max", ("nonnegative", ""), "nonnegative"),
    Fact("max", ("", "nonnegative"), "nonnegative"),
    Fact("min", ("positive", "positive"), "positive"),
)

BY_VALUE: dict[tuple[str, str], tuple[Fact, ...]] = {}
"""By function and what is asked of its value, with the rows that give more than that."""

for _fact in FACTS:
    for _word in (_fact.value, *IMPLIED.get(_fact.value, ())):
        BY_VALUE[_fact.function, _word] = (*BY_VALUE.get((_fact.function, _word), ()), _fact)
