"""A row of the function table: its columns, and how its signature is read.

signature  `square(n) -> scalar`, alternatives separated by `|`.  Words: `scalar`, `vector(n)` a column, `matrix(m, n)` a matrix
           or vector, `square(n)`, `any(m, n)` a scalar too, `index` a positive integer.  `m*p` is a product of sizes.
latex      {0}, {1} stand for the printed arguments, {1.shape} for the shape of one; the row brings its own brackets
numpy      {0}, {1} likewise, on arrays as docs/language.md gives them: vectors 1-D, scalars floats; self-contained over np and sp; a name
           that it binds itself stands in no argument (`(lambda a: …)({0})`)
latex_form how the LaTeX binds: `call` (it brings brackets for every argument), `infix` (an operator between its arguments),
           `script` (argument 0 is the base of a superscript), `exponent` (argument 0 stands in a superscript), `composed` (a call of
           two functions one after the other: brackets around it before a superscript)
latex_when (conditions, LaTeX): the first row whose conditions all hold replaces `latex`.  Conditions: `square`, `matrix` (the
           first argument is a square matrix, a matrix), `definite` (it is evidently positive semidefinite), `explicit` (a matrix of
           entries stands in it), `alike` (all arguments have one shape), `has:v` (a symbol named v stands in the expression), and
           the choices of `notation.settings`, as `trace=braces`
latex_inverse  how the inverse of its value is written, where that is not the value with the exponent -1
latex_power    how a power of its value, a number, is written, with {1} for the exponent, where that is on its name: `sin² x`
numpy_symmetric  the same for an argument that is evidently symmetric
rank2      `numpy` takes its vectors as n×1 and 1×n arrays; its value is flattened again
letter     what a factor of a factorization is called in a derivation, where the name is free
explained  what its notation means, in a sentence with `…` in the problem language over A, B, C: said where the author did not
           write the function and the derivation brings it in
gives      what its value has where the function is smooth, in the words of declarations: spd, invertible, lower, upper, stiefel,
           orthogonal, unit, positive
infix      (operator in the language, its LaTeX) for functions written between their arguments
domain     what each argument must satisfy for the derivative to exist: positive, nonnegative, unit-interval, nonzero,
           invertible, spd, full-column-rank, ...; '' is everything
linear     linear in its one argument; `bilinear` in each of its two; `linear_in` the number of the one argument (from 0)
           in which it is linear, the others being constant
shaped_by  the number of the argument of which only the shape counts
at         of a function of entries, what it is at numbers: ((0, 1),) of exp
unites     a sum of its values is written as its value at the sum
transposes what f(A)' is: `self` f(A), `self-if-square`, `minus` -f(A), `args` f(A') for matrices, or the name of g with
           f(A)' = g(A')
projects   applied twice it does no more than once
undoes     the function whose value, as the first argument, it takes back wherever that exists: unvec(vec(A), …) is A, exp(log(x)) is x
commutes   its value commutes with its argument: a function of a matrix
commuting  of two matrices A, E: its value where they commute, in the problem language
repeats    its derivative repeats the argument, so that a long one is named (S = X'AX)
needs      a declared (or evident) property without which the function is refused
symmetric_as  the function that it is of an evidently symmetric argument, and is read as
of_number  the entry-by-entry functions, the outermost first, that it is of a product of vectors and matrices that is a number
           (log |x' S x|); none for the number itself, None where a number is refused
alone      the function that it is of one argument, where it has two: max(x), the largest entry
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache

from derive.expressions.sizes import SCALAR, Shape, ShapeError, Size, is_column, is_scalar, is_square, show
from derive.values import dataclass

WORDS = {
    "scalar": "a scalar",
    "vector": "a column vector",
    "matrix": "a matrix or vector",
    "square": "a square matrix",
    "any": "anything",
    "index": "a positive integer",
}


@dataclass(frozen=True)
class Function:
    name: str
    signature: str
    latex: str
    numpy: str
    about: str
    maps: bool = False
    linear: bool = False
    bilinear: bool = False
    linear_in: int | None = None
    shaped_by: int | None = None
    at: tuple[tuple[int, Fraction | int], ...] = ()
    unites: bool = False
    transposes: str | None = None
    repeats: bool = False
    projects: bool = False
    undoes: str = ""
    sympy: str | None = None
    infix: tuple[str, str] | None = None
    domain: tuple[str, ...] = ()
    needs: str | None = None
    symmetric_as: str = ""
    kinks: str | None = None
    numpy_symmetric: str | None = None
    rank2: bool = False
    source: str = "docs/language.md"
    latex_form: str = "call"
    latex_when: tuple[tuple[str, str], ...] = ()
    latex_inverse: str = ""
    latex_power: str = ""
    commuting: str = ""
    commutes: bool = False
    letter: str = ""
    explained: str = ""
    of_number: tuple[str, ...] | None = None
    alone: str = ""
    gives: frozenset[str] = frozenset()

    @property
    def arities(self) -> frozenset[int]:
        return frozenset(len(takes) for takes, _ in forms(self.signature))

    @property
    def of_pairs(self) -> bool:
        """Whether it is taken of two arrays of one shape, entry by entry: `max(A, B)`, `A .* B`."""
        return self.signature.startswith("any(m, n), any(m, n) -> any(m, n)")

    @property
    def written(self) -> str:
        """How it is written in the language: `logdet(A)`, `A .* B`."""
        takes = forms(self.signature)[0][0]
        letters = {"vector": iter("xyz"), "scalar": iter("stu"), "index": iter("ijk")}
        matrices = iter("x" if self.maps else "ABC")
        names = [next(letters.get(word, matrices)) for word, _ in takes]
        if self.infix is not None and not self.infix[0].isalpha():
            return f" {self.infix[0]} ".join(names)
        return f"{self.name}({', '.join(names)})"

    def result(self, shapes: Sequence[Shape]) -> Shape:
        """The shape of the value; ShapeError with a sentence when no form of the signature fits."""
        if self.maps:
            return shapes[0]
        reasons: list[str] = []
        for takes, gives in forms(self.signature):
            if len(takes) != len(shapes):
                continue
            sizes: dict[str, Size] = {}
            reason = None
            for k, (want, shape) in enumerate(zip(takes, shapes, strict=True)):
                reason = _match(want, shape, sizes)
                if reason:
                    which = "" if len(takes) == 1 else f"{('first', 'second', 'third')[k]} "
                    reasons.append(f"the {which}argument of {self.name} {reason}")
                    break
            if reason is None and (reason := _products(takes, shapes, sizes)):
                reasons.append(f"the first argument of {self.name} {reason}")
            if reason is None:
                return _shape(gives, sizes)
        if not reasons:
            counts = " or ".join(str(n) for n in sorted(self.arities))
            raise ShapeError(f"{self.name} takes {counts} argument(s), not {len(shapes)}", code="arguments")
        code = "not-square" if "square" in reasons[0] else "size-mismatch"
        raise ShapeError(reasons[0], f"{self.name}: {self.signature}", code=code)


Word = tuple[str, tuple[str, ...]]


@lru_cache(maxsize=256)
def forms(signature: str) -> tuple[tuple[tuple[Word, ...], Word], ...]:
    """(arguments, value) of each alternative, a word and its sizes each."""

    def word(text: str) -> Word:
        m = re.fullmatch(r"(\w+)(?:\(([^)]*)\))?", text.strip())
        assert m, text
        return m.group(1), tuple(s.strip() for s in m.group(2).split(",")) if m.group(2) else ()

    out = []
    for form in signature.split("|"):
        left, right = form.split("->")
        takes = tuple(word(t) for t in re.findall(r"\w+(?:\([^)]*\))?", left))
        out.append((takes, word(right)))
    return tuple(out)


def _match(want: Word, shape: Shape, sizes: dict[str, Size]) -> str | None:
    kind, names = want
    fits = {
        "scalar": is_scalar(shape),
        "index": is_scalar(shape),
        "vector": is_column(shape),
        "matrix": not is_scalar(shape),
        "square": is_square(shape) and not is_scalar(shape),
        "any": True,
    }[kind]
    if not fits:
        return f"is {WORDS[kind]}, and this is {show(shape)}"
    if kind in ("scalar", "index"):
        return None
    found = (shape[0],) if kind in ("vector", "square") else shape
    for name, size in zip(names, found, strict=True):
        if name.isdecimal() and size != Size.of(int(name)):
            return f"has {name} entries, and this is {show(shape)}"
        if "*" not in name and sizes.setdefault(name, size) != size:
            return f"has another size: it should be {sizes[name]} where it is {size} (it is {show(shape)})"
    return None


def _products(takes: Sequence[Word], shapes: Sequence[Shape], sizes: dict[str, Size]) -> str | None:
    """What is wrong with the sizes that are products (`m*p`, in arguments): one factor at most is told by the product."""
    for (_, names), shape in zip(takes, shapes, strict=True):
        for name, size in zip(names, shape, strict=False):
            if "*" in name and not factored(name, size, sizes):
                known = [f for f in name.split("*") if f in sizes]
                times = _size("*".join(known), sizes)
                expected = f"{times}" if len(known) == name.count("*") + 1 else f"a multiple of {times}"
                return f"has another size: it should be {expected} where it is {size} (it is {show(shape)})"
    return None


def factored(product: str, size: Size, sizes: dict[str, Size]) -> bool:
    """Whether the size is that product (`m*p`) of sizes; the one factor that is not known yet is added to them."""
    unknown = [f for f in product.split("*") if f not in sizes]
    known = _size("*".join(f for f in product.split("*") if f in sizes), sizes)
    if not unknown:
        return known == size
    other = size.over(known) if len(unknown) == 1 else None
    if other is None:
        return False
    sizes[unknown[0]] = other
    return True


def _size(text: str, sizes: dict[str, Size]) -> Size:
    out = Size.of(1)
    for factor in filter(None, (f.strip() for f in text.split("*"))):
        out = out * (Size.of(int(factor)) if factor.isdecimal() else sizes[factor])
    return out


def _shape(gives: Word, sizes: dict[str, Size]) -> Shape:
    kind, names = gives
    if kind == "scalar":
        return SCALAR
    if kind == "vector":
        return (_size(names[0], sizes), Size.of(1))
    if kind == "square":
        return (_size(names[0], sizes), _size(names[0], sizes))
    return (_size(names[0], sizes), _size(names[1], sizes))
