"""The open table: what each function of the language is.  How it varies stands in `calculus/rules`.

A row is read by the parser (name, signature), the shape check, the printers (LaTeX, NumPy), the sampler (domain), the conditions
printed with a result, and the tests that iterate over the table.

signature  `square(n) -> scalar`, alternatives separated by `|`.  Words: `scalar`, `vector(n)` a column, `matrix(m, n)` a matrix
           or vector, `square(n)`, `any(m, n)` a scalar too, `index` a positive integer.
latex      {0}, {1} stand for the printed arguments, {1.shape} for the shape of one; the row brings its own brackets
numpy      {0}, {1} likewise, on arrays as LANGUAGE.md gives them: vectors 1-D, scalars floats
latex_form how the LaTeX binds: `call` (it brings brackets for every argument), `infix` (an operator between its arguments),
           `script` (argument 0 is the base of a superscript), `exponent` (argument 0 stands in a superscript), `composed` (a call of
           two functions one after the other: brackets around it before a superscript)
latex_when (conditions, LaTeX): the first row whose conditions all hold replaces `latex`.  Conditions: `square`, `matrix` (the
           first argument is a square matrix, a matrix), `definite` (it is evidently positive semidefinite), `explicit` (a matrix of
           entries stands in it), `has:v` (a symbol named v stands in the expression), and the choices of `notation.settings`, as `trace=braces`
           Self-contained over np and sp; a name that it binds itself stands in no argument (`(lambda a: …)({0})`)
numpy_symmetric  the same for an argument that is evidently symmetric
rank2      `numpy` takes its vectors as n×1 and 1×n arrays; its value is flattened again
pretty     for the terminal, where it is not name(argument): `‖{0}‖`; `pretty_definite` of a positive semidefinite argument
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
unites     a sum of its values is written as its value at the sum
transposes what f(A)' is: `self` f(A), `self-if-square`, `minus` -f(A), `args` f(A') for matrices, or the name of g with
           f(A)' = g(A')
projects   applied twice it does no more than once
undoes     the function whose value, as the first argument, it takes back: unvec(vec(A), …) is A
repeats    its derivative repeats the argument, so that a long one is named (S = X'AX)
needs      a declared (or evident) property without which the function is refused
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from derive.language.nodes import ShapeError
from derive.language.sizes import SCALAR, Shape, Size, is_column, is_scalar, is_square, show

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
    unites: bool = False
    transposes: str | None = None
    repeats: bool = False
    projects: bool = False
    undoes: str = ""
    sympy: str | None = None
    infix: tuple[str, str] | None = None
    domain: tuple[str, ...] = ()
    needs: str | None = None
    kinks: str | None = None
    numpy_symmetric: str | None = None
    rank2: bool = False
    source: str = "LANGUAGE.md"
    latex_form: str = "call"
    latex_when: tuple[tuple[str, str], ...] = ()
    pretty: str | None = None
    pretty_definite: str | None = None
    letter: str = ""
    explained: str = ""
    gives: frozenset[str] = frozenset()

    @property
    def arities(self) -> frozenset[int]:
        return frozenset(len(takes) for takes, _ in _parse(self.signature))

    def result(self, shapes: Sequence[Shape]) -> Shape:
        """The shape of the value; ShapeError with a sentence when no form of the signature fits."""
        if self.maps:
            return shapes[0]
        reasons: list[str] = []
        for takes, gives in _parse(self.signature):
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
            if reason is None:
                return _shape(gives, sizes)
        if not reasons:
            counts = " or ".join(str(n) for n in sorted(self.arities))
            raise ShapeError(f"{self.name} takes {counts} argument(s), not {len(shapes)}", code="arguments")
        code = "not-square" if "square" in reasons[0] else "size-mismatch"
        raise ShapeError(reasons[0], f"{self.name}: {self.signature}", code=code)


Word = tuple[str, tuple[str, ...]]


@lru_cache(maxsize=256)
def _parse(signature: str) -> tuple[tuple[tuple[Word, ...], Word], ...]:
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
        if sizes.setdefault(name, size) != size:
            return f"has another size: it should be {sizes[name]} where it is {size} (it is {show(shape)})"
    return None


def _shape(gives: Word, sizes: dict[str, Size]) -> Shape:
    def size(text: str) -> Size:
        out = Size.of(1)
        for factor in text.split("*"):
            factor = factor.strip()
            out = out * (Size.of(int(factor)) if factor.isdecimal() else sizes[factor])
        return out

    kind, names = gives
    if kind == "scalar":
        return SCALAR
    if kind == "vector":
        return (size(names[0]), Size.of(1))
    if kind == "square":
        return (size(names[0]), size(names[0]))
    return (size(names[0]), size(names[1]))


def _map(name: str, latex: str, numpy: str, about: str, sympy: str, domain: str = "", kinks: str | None = None) -> Function:
    # On a square matrix exp could be read as the matrix exponential, |A| as the determinant: a mark says "entry by entry".
    marked = {
        "sqrt": r"\operatorname{{sqrt}}_{{\circ}}({0})",
        "abs": latex + r"_{{\circ}}",
        **dict.fromkeys(("relu", "sigmoid", "softplus", "erf"), ""),
    }.get(name, latex.replace("(", r"_{{\circ}}("))
    return Function(
        name, "any(m, n) -> any(m, n)", latex, numpy, about,
        latex_when=(("square", marked),) if marked else (),
        maps=True, sympy=sympy, domain=(domain,), kinks=kinks,
    )


def _real(code: str) -> str:
    """The value where it is real but for rounding, nan elsewhere: a matrix with a negative eigenvalue has no real root."""
    return (f"(lambda F: np.real(F) if np.max(np.abs(np.imag(F))) <= 1e-9 * np.max(np.abs(F)) else np.full(F.shape, np.nan))({code})")


_SAME = "any(m, n), any(m, n) -> any(m, n)"
_WITH_SCALAR = f"{_SAME} | scalar, any(m, n) -> any(m, n) | any(m, n), scalar -> any(m, n)"

_ROWS = (
    # ------------------------------------------------------------------ entry by entry
    _map("exp", r"\exp({0})", "np.exp({0})", "exponential, entry by entry", "exp"),
    _map("log", r"\log({0})", "np.log({0})", "natural logarithm, entry by entry", "log", "positive"),
    _map("sin", r"\sin({0})", "np.sin({0})", "sine, entry by entry", "sin"),
    _map("cos", r"\cos({0})", "np.cos({0})", "cosine, entry by entry", "cos"),
    _map("tan", r"\tan({0})", "np.tan({0})", "tangent, entry by entry", "tan", "half-pi"),
    _map("asin", r"\arcsin({0})", "np.arcsin({0})", "arc sine, entry by entry", "asin", "unit-interval"),
    _map("acos", r"\arccos({0})", "np.arccos({0})", "arc cosine, entry by entry", "acos", "unit-interval"),
    _map("atan", r"\arctan({0})", "np.arctan({0})", "arc tangent, entry by entry", "atan"),
    _map("sinh", r"\sinh({0})", "np.sinh({0})", "hyperbolic sine, entry by entry", "sinh"),
    _map("cosh", r"\cosh({0})", "np.cosh({0})", "hyperbolic cosine, entry by entry", "cosh"),
    _map("tanh", r"\tanh({0})", "np.tanh({0})", "hyperbolic tangent, entry by entry", "tanh"),
    _map("sqrt", r"\sqrt{{{0}}}", "np.sqrt({0})", "square root, entry by entry", "sqrt", "positive"),
    _map("abs", r"\lvert {0} \rvert", "np.abs({0})", "absolute value, entry by entry", "Abs", "nonzero", "0"),
    _map("sign", r"\operatorname{{sign}}({0})", "np.sign({0})", "sign, entry by entry", "sign", "nonzero", "0"),
    _map("relu", r"\operatorname{{relu}}({0})", "np.maximum({0}, 0.0)", "max(0, x), entry by entry", "relu", "nonzero", "0"),
    _map("sigmoid", r"\operatorname{{sigmoid}}({0})", "sp.special.expit({0})", "1/(1 + exp(-x)), entry by entry", "sigmoid"),
    _map("softplus", r"\operatorname{{softplus}}({0})", "np.logaddexp(0.0, {0})", "log(1 + exp(x)), entry by entry", "softplus"),
    _map("erf", r"\operatorname{{erf}}({0})", "sp.special.erf({0})", "error function, entry by entry", "erf"),
    Function("hadamard", _SAME, r"{0} \circ {1}", "{0} * {1}", "Hadamard (entry by entry) product",
             latex_form="infix", bilinear=True, transposes="args", infix=(".*", r"\circ"), pretty="{0} ∘ {1}"),
    Function("quotient", _WITH_SCALAR, r"{0} \oslash {1}", "{0} / {1}", "entry by entry quotient",
             latex_form="infix", linear_in=0, transposes="args", infix=("./", r"\oslash"), domain=("", "nonzero"), pretty="{0} ⊘ {1}"),
    Function("entrypower", _WITH_SCALAR, r"{0}^{{\circ {1}}}", "{0} ** {1}", "entry by entry power",
             latex_form="script", transposes="args", infix=(".^", r"\circ"), domain=("positive", ""), pretty="{0}^∘{1}"),
    Function("max", _WITH_SCALAR, r"\max({0}, {1})", "np.maximum({0}, {1})", "the larger, entry by entry",
             transposes="args", kinks="{0} = {1}"),
    Function("min", _WITH_SCALAR, r"\min({0}, {1})", "np.minimum({0}, {1})", "the smaller, entry by entry",
             transposes="args", kinks="{0} = {1}"),
    Function("pi", "-> scalar", r"\pi", "np.pi", "the constant π (in the derivative of erf); no argument", pretty="π",
             gives=frozenset({"positive"})),
    # ------------------------------------------------------------------ scalars from matrices
    Function("tr", "square(n) -> scalar", r"\operatorname{{tr}}({0})", "np.trace({0})", "trace", linear=True,
             latex_when=(("trace=braces", r"\operatorname{{Tr}}\{{{0}\}}"),)),
    Function("sum", "any(m, n) -> scalar", r"\operatorname{{sum}}({0})", "np.sum({0})", "sum of all entries", linear=True),
    Function("mean", "any(m, n) -> scalar", r"\operatorname{{mean}}({0})", "np.mean({0})", "mean of all entries", linear=True),
    Function("det", "square(n) -> scalar", r"\det({0})", "np.linalg.det({0})", "determinant", repeats=True),
    Function("logdet", "square(n) -> scalar", r"\log\lvert\det({0})\rvert", "np.linalg.slogdet({0})[1]",
             "logarithm of |det|", latex_form="composed", latex_when=(("definite", r"\log\det({0})"),), repeats=True, domain=("invertible",),
             pretty="log|det({0})|", pretty_definite="log det({0})"),
    Function("norm", "matrix(m, n) -> scalar", r"\lVert {0} \rVert", "np.linalg.norm({0})",
             "Euclidean or Frobenius norm", latex_when=(("matrix frobenius=F", r"\lVert {0} \rVert_{{F}}"),),
             domain=("nonzero-whole",), pretty="‖{0}‖"),
    Function("norm1", "matrix(m, n) -> scalar", r"\lVert {0} \rVert_{{1}}", "np.sum(np.abs({0}))",
             "sum of the absolute values of the entries", latex_when=(("matrix", r"\lVert {0} \rVert_{{1,1}}"),),
             domain=("nonzero",), kinks="an entry of {0} is 0", pretty="‖{0}‖₁"),
    Function("dot", "vector(n), vector(n) -> scalar", r"{0} \cdot {1}", "np.dot({0}, {1})", "x'y", bilinear=True,
             latex_form="infix", pretty="{0} · {1}"),
    Function("inner", "any(m, n), any(m, n) -> scalar", r"\langle {0}, {1} \rangle", "np.sum({0} * {1})", "tr(A'B)",
             bilinear=True, latex_when=(("matrix inner=F", r"\langle {0}, {1} \rangle_{{F}}"),), pretty="⟨{0}, {1}⟩"),
    Function("logsumexp", "matrix(m, n) -> scalar", r"\operatorname{{logsumexp}}({0})", "np.logaddexp.reduce(np.ravel({0}))",
             "log of the sum of exp of the entries"),
    Function("softmax", "vector(n) -> vector(n)", r"\operatorname{{softmax}}({0})", "sp.special.softmax({0})",
             "exp(x) / sum(exp(x))",
             gives=frozenset({"positive"})),
    # ------------------------------------------------------------------ linear rearrangements
    Function("kron", "any(m, n), any(p, q) -> matrix(m*p, n*q)", r"{0} \otimes {1}", "np.kron({0}, {1})",
             "Kronecker product", rank2=True, latex_form="infix", bilinear=True, transposes="args",
             infix=("kron", r"\otimes"), pretty="{0} ⊗ {1}"),
    Function("diag", "vector(n) -> square(n) | square(n) -> vector(n)", r"\operatorname{{diag}}({0})", "np.diag({0})",
             "diagonal matrix of a vector, or the diagonal of a matrix", linear=True, transposes="self-if-square"),
    Function("vec", "any(m, n) -> vector(m*n)", r"\operatorname{{vec}}({0})", "np.ravel({0}, order='F')",
             "the columns stacked", linear=True, undoes="unvec"),
    Function("sym", "square(n) -> square(n)", r"\operatorname{{sym}}({0})", "({0} + {0}.T) / 2", "(A + A')/2", linear=True,
             transposes="self", projects=True),
    Function("skewpart", "square(n) -> square(n)", r"\operatorname{{skew}}({0})", "({0} - {0}.T) / 2", "(A - A')/2",
             linear=True, transposes="minus", projects=True),
    Function("tril", "square(n) -> square(n)", r"\operatorname{{tril}}({0})", "np.tril({0})", "lower triangular part",
             linear=True, transposes="triu", projects=True),
    Function("triu", "square(n) -> square(n)", r"\operatorname{{triu}}({0})", "np.triu({0})", "upper triangular part",
             linear=True, transposes="tril", projects=True),
    # ------------------------------------------------------------------ functions of a matrix
    Function("adj", "square(n) -> square(n)", r"\operatorname{{adj}}({0})",
             "(lambda u, s, v: np.linalg.det(u) * np.linalg.det(v) * (v.T * np.prod(np.where(np.eye(s.size), 1.0, s), axis=1))"
             " @ u.T)(*np.linalg.svd({0}))", "adjugate: adj(A) A = det(A) I",
             transposes="args"),
    Function("pinv", "matrix(m, n) -> matrix(n, m)", r"{0}^{{+}}", "np.linalg.pinv({0}, rcond=1e-11)", "Moore-Penrose inverse",
             rank2=True, transposes="args",
             latex_form="script", domain=("full-rank",), pretty="{0}⁺"),
    Function("expm", "square(n) -> square(n)", r"e^{{{0}}}", "sp.linalg.expm({0})", "matrix exponential",
             latex_form="exponent", latex_when=(("has:e", r"\operatorname{{expm}}({0})"), ("explicit", r"\operatorname{{expm}}({0})")),
             transposes="args", pretty="e^{0}",
             gives=frozenset({"invertible"})),
    Function("logm", "square(n) -> square(n)", r"\operatorname{{logm}}({0})", _real("sp.linalg.logm({0})"),
             "principal logarithm", transposes="args", domain=("no-negative-eigenvalues",)),
    Function("sqrtm", "square(n) -> square(n)", r"{0}^{{1/2}}", _real("sp.linalg.sqrtm({0})"), "principal square root",
             transposes="args",
             latex_form="script", domain=("no-negative-eigenvalues",)),
    Function("frechet_expm", "square(n), square(n) -> square(n)", r"L_{{\exp}}({0}, {1})",
             "sp.linalg.expm_frechet({0}, {1}, compute_expm=False)",
             "Fréchet derivative of expm at A along E: the integral of exp(sA) E exp((1-s)A) over s from 0 to 1",
             pretty="L_exp({0}, {1})", transposes="args", linear_in=1, unites=True,
             explained="`frechet_expm(A, E)` is the derivative of the matrix exponential at `A` along `E`: the integral of "
                       "`expm(s A) E expm((1 - s) A)` over s from 0 to 1."),
    Function("frechet_logm", "square(n), square(n) -> square(n)", r"L_{{\log}}({0}, {1})",
             "(lambda A, E: np.real(sp.linalg.logm(np.block([[A, E], [0 * A, A]])))[:len(A), len(A):])({0}, {1})",
             "Fréchet derivative of logm at A along E", domain=("no-negative-eigenvalues", ""),
             pretty="L_log({0}, {1})", transposes="args", linear_in=1, unites=True,
             explained="`frechet_logm(A, E)` is the derivative of the matrix logarithm at `A` along `E`: "
                       "the `L` with `frechet_expm(logm(A), L) = E`."),
    Function("sylvester", "square(n), square(n) -> square(n)", r"\mathcal{{S}}_{{{0}}}({1})",
             "sp.linalg.solve_sylvester({0}, {0}, {1})", "the solution L of B L + L B = C", transposes="args", linear_in=1, unites=True,
             domain=("no-opposite-eigenvalues", ""),
             explained="`sylvester(B, C)` is the solution `L` of the Sylvester equation `B L + L B = C`."),
    Function("unvec", "vector(m*n), any(m, n) -> any(m, n)", r"\operatorname{{unvec}}_{{{1.shape}}}({0})",
             "np.reshape({0}, np.shape({1}), order='F')", "the vector back in the columns of a matrix of the second's shape",
             pretty="unvec({0})", linear_in=0, undoes="vec"),
    Function("cholesky", "square(n) -> square(n)", r"\operatorname{{chol}}({0})", "np.linalg.cholesky({0})",
             "lower Cholesky factor with positive diagonal", domain=("spd",), needs="spd",
             pretty="chol({0})", letter="L",
             gives=frozenset({"lower", "invertible"})),
    Function("qr_q", "matrix(m, n) -> matrix(m, n)", r"\operatorname{{Q}}({0})",
             "(lambda q, r: q * np.sign(np.diag(r)))(*np.linalg.qr({0}))",
             "thin QR factor Q, R with positive diagonal", rank2=True, domain=("full-column-rank",),
             pretty="Q({0})", letter="Q",
             explained="`A = qr_q(A) qr_r(A)` is the QR factorization, the diagonal of `qr_r(A)` positive.",
             gives=frozenset({"stiefel"})),
    Function("qr_r", "matrix(m, n) -> square(n)", r"\operatorname{{R}}({0})",
             "(lambda q, r: np.sign(np.diag(r))[:, None] * r)(*np.linalg.qr({0}))",
             "thin QR factor R, with positive diagonal", rank2=True, domain=("full-column-rank",),
             pretty="R({0})", letter="R",
             explained="`A = qr_q(A) qr_r(A)` is the QR factorization, the diagonal of `qr_r(A)` positive.",
             gives=frozenset({"upper", "invertible"})),
    Function("eigval", "square(n), index -> scalar", r"\lambda_{{{1}}}({0})",
             "np.sort((lambda w: w.real[np.abs(w.imag) <= 1e-9 * np.max(np.abs(w))])(np.linalg.eigvals({0})))[{1} - 1]",
             "i-th smallest eigenvalue", numpy_symmetric="np.linalg.eigvalsh({0})[{1} - 1]",
             latex_when=(("has:lambda", r"\operatorname{{eigval}}_{{{1}}}({0})"),), domain=("simple-eigenvalue", ""),
             pretty="λ{1.low}({0})", letter="lambda"),
    Function("eigvec", "square(n), index -> vector(n)", r"v_{{{1}}}({0})",
             "(lambda v: v * np.sign(v[np.argmax(np.abs(v))]))(np.linalg.eigh({0})[1][:, {1} - 1])",
             "unit eigenvector of the i-th smallest eigenvalue",
             latex_when=(("has:v", r"\operatorname{{eigvec}}_{{{1}}}({0})"),), domain=("simple-eigenvalue", ""), needs="symmetric",
             pretty="v{1.low}({0})", letter="v",
             gives=frozenset({"unit"})),
    Function("eigvec_right", "square(n), index -> vector(n)", r"v_{{{1}}}({0})",
             "(lambda A, i: (lambda w, V: np.real(V[:, np.argsort(np.where(np.abs(w.imag) <= 1e-9 * np.max(np.abs(w)), "
             "w.real, np.inf))[i - 1]]))(*np.linalg.eig(A)))({0}, {1})",
             "right eigenvector of the i-th smallest real eigenvalue, norm 1", domain=("simple-eigenvalue", ""),
             pretty="v{1.low}({0})",
             gives=frozenset({"unit"})),
    Function("eigvec_left", "square(n), index -> vector(n)", r"u_{{{1}}}({0})",
             "(lambda A, i: (lambda pick: (lambda v, u: u / np.dot(u, v))(pick(A), pick(A.T)))(lambda B: "
             "(lambda w, V: np.real(V[:, np.argsort(np.where(np.abs(w.imag) <= 1e-9 * np.max(np.abs(w)), w.real, np.inf))"
             "[i - 1]]))(*np.linalg.eig(B))))({0}, {1})",
             "left eigenvector of the i-th smallest real eigenvalue, u'v = 1 with eigvec_right",
             domain=("simple-eigenvalue", ""),
             pretty="u{1.low}({0})"),
    Function("stril", "square(n) -> square(n)", r"\operatorname{{stril}}({0})", "np.tril({0}, -1)",
             "strictly lower triangular part", linear=True, unites=True, projects=True,
             explained="`stril(A)` is the part of `A` below the diagonal."),
    Function("striu", "square(n) -> square(n)", r"\operatorname{{striu}}({0})", "np.triu({0}, 1)",
             "strictly upper triangular part", linear=True, unites=True, projects=True,
             explained="`striu(A)` is the part of `A` above the diagonal."),
    Function("gaps", "vector(n) -> square(n)", r"\operatorname{{gaps}}({0})",
             "(lambda s: (lambda d: np.divide(1.0, d, out=np.zeros_like(d), where=d != 0))"
             "(s[None, :] ** 2 - s[:, None] ** 2))({0})",
             "entries 1/(s_j^2 - s_i^2), 0 on the diagonal", transposes="minus", domain=("distinct-entries",),
             explained="`gaps(x)` is the matrix with `1 / (x[j]^2 - x[i]^2)` at `i`, `j` and 0 on the diagonal."),
    Function("singval", "matrix(m, n), index -> scalar", r"\sigma_{{{1}}}({0})", "np.linalg.svd({0}, compute_uv=False)[{1} - 1]",
             "i-th largest singular value", rank2=True,
             latex_when=(("has:sigma", r"\operatorname{{singval}}_{{{1}}}({0})"),),
             domain=("distinct-singular-values", ""),
             pretty="σ{1.low}({0})", letter="sigma",
             gives=frozenset({"positive"})),
    Function("svd_u", "matrix(m, n) -> matrix(m, n)", r"\operatorname{{U}}({0})",
             "(lambda u, s, v: u * np.sign(v[np.arange(s.size), np.argmax(np.abs(v), axis=1)]))"
             "(*np.linalg.svd({0}, full_matrices=False))",
             "left singular vectors, thin", rank2=True, domain=("distinct-singular-values",),
             pretty="U({0})", letter="U",
             explained="`A = svd_u(A) diag(svd_s(A)) svd_v(A)'` is the thin singular value decomposition.",
             gives=frozenset({"stiefel"})),
    Function("svd_s", "matrix(m, n) -> vector(n)", r"\operatorname{{s}}({0})", "np.linalg.svd({0}, compute_uv=False)",
             "singular values, the largest first", rank2=True, domain=("distinct-singular-values",),
             pretty="s({0})", letter="s",
             explained="`A = svd_u(A) diag(svd_s(A)) svd_v(A)'` is the thin singular value decomposition.",
             gives=frozenset({"positive"})),
    Function("svd_v", "matrix(m, n) -> square(n)", r"\operatorname{{V}}({0})",
             "(lambda u, s, v: v.T * np.sign(v[np.arange(s.size), np.argmax(np.abs(v), axis=1)]))"
             "(*np.linalg.svd({0}, full_matrices=False))",
             "right singular vectors", rank2=True, domain=("distinct-singular-values",),
             pretty="V({0})", letter="V",
             explained="`A = svd_u(A) diag(svd_s(A)) svd_v(A)'` is the thin singular value decomposition.",
             gives=frozenset({"stiefel", "orthogonal", "invertible"})),
    Function("polar_u", "matrix(m, n) -> matrix(m, n)", r"U_{{\mathrm{{pol}}}}({0})", "sp.linalg.polar({0})[0]",
             "polar factor U with orthonormal columns, X = U P", rank2=True, domain=("full-column-rank",),
             source="Higham, Functions of Matrices (2008), ch. 8", pretty="U_pol({0})", letter="U",
             explained="`A = polar_u(A) polar_p(A)` is the polar decomposition.",
             gives=frozenset({"stiefel"})),
    Function("polar_p", "matrix(m, n) -> square(n)", r"P_{{\mathrm{{pol}}}}({0})", "sp.linalg.polar({0})[1]",
             "polar factor P, symmetric positive definite, X = U P; the square root of X'X", rank2=True,
             domain=("full-column-rank",), transposes="self",
             source="Higham, Functions of Matrices (2008), ch. 8", pretty="P_pol({0})", letter="P",
             explained="`A = polar_u(A) polar_p(A)` is the polar decomposition.",
             gives=frozenset({"spd", "symmetric", "invertible"})),
)

FUNCTIONS: dict[str, Function] = {row.name: row for row in _ROWS}
"""Every function of the language by its name (`inv` is the power -1, `where` a node of its own)."""
