"""The formulas in messages: which part of a message is one, and how it is set.  Formulas are written in letters, `(A ⊗ B)' = A' ⊗ B'`,
which a terminal shows as they are."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping

from derive.derivation.reason import Filler, Formula, Part, Phrase, Why, Word, message, reasons
from derive.expressions.functions import FUNCTIONS
from derive.notation.settings import Notation
from derive.notation.style import bolded, transposed

NAMES = frozenset(("tr", "log det", "det", "vec", "diag", "log", "exp", "sym", "rank", "softmax"))
"""Words that fill a place and are names of functions."""

_ENGLISH = re.compile(r"[A-Za-z]*[a-z][A-Za-z]+|[A-Za-z]+[a-z]")
_SIGNS = frozenset(FUNCTIONS) | {"rank", "Hess", "dV", "dU", "dA", "SymPy", "Df", "xy"}
"""Words of formulas, which are the same in every language."""

MARKED: Mapping[str, str] = {
    "tr is linear": "`tr` is linear",
    "tr is linear.": "`tr` is linear.",
    "diag is linear": "`diag` is linear",
    "a ⊗ c = ac": "`a ⊗ c = ac`",
    "c ⊗ A = cA": "`c ⊗ A = cA`",
    "A ⊗ c = cA": "`A ⊗ c = cA`",
    "x'A'Ax = ‖Ax‖²": "`x'A'Ax = ‖Ax‖²`",
    "⟨a, c⟩ = ac for numbers": "`⟨a, c⟩ = ac` for numbers",
    "𝟏 has mn entries": "`𝟏` has `mn` entries",
    "vec is linear": "`vec` is linear",
    "⟨·, ·⟩ is linear": "`⟨·, ·⟩` is linear",
    "f is of degree {}": "`f` is of degree {}",
    "{} = I": "{} = `I`",
    "the inner product with {}: {} = I": "the inner product with {}: {} = `I`",
    "exp is convex": "`exp` is convex",
    "‖UA‖ = ‖A‖ for U'U = I": "`‖UA‖ = ‖A‖` for `U'U = I`",
    "‖AV'‖ = ‖A‖ for V'V = I": "`‖AV'‖ = ‖A‖` for `V'V = I`",
    "tr A'B = sum of aᵢⱼbᵢⱼ": "`tr A'B` = sum of `aᵢⱼbᵢⱼ`",
    "the diagonal entries of A ⊗ B: A ∘ B": "the diagonal entries of `A ⊗ B`: `A ∘ B`",
    "vec of a product, term by term of the series": "`vec` of a product, term by term of the series",
    "tr(AX⁻¹) is convex in X ≻ 0": "`tr(AX⁻¹)` is convex in `X ≻ 0`",
    "a'X⁻¹a is convex in X ≻ 0": "`a'X⁻¹a` is convex in `X ≻ 0`",
    "x log x is convex for x > 0": "`x log x` is convex for `x > 0`",
    "1/s is convex for s > 0": "`1/s` is convex for `s > 0`",
    "differentiate Df(X)[H] along {}": "differentiate `Df(X)[H]` along {}",
    "{} = UΣV', {} = UV': the minimum, as it makes {} the sum of the singular values":
        "{} = `UΣV'`, {} = `UV'`: the minimum, as it makes {} the sum of the singular values",
    "on the sphere D²f[h, h] = −{} ‖h‖² = −{} ‖h‖²: maximum": "on the sphere `D²f[h, h]` = `−`{} `‖h‖²` = `−`{} `‖h‖²`: maximum",
    "on the sphere D²f[h, h] = −{} ‖h‖² = {} ‖h‖²: minimum": "on the sphere `D²f[h, h]` = `−`{} `‖h‖²` = {} `‖h‖²`: minimum",
}
"""Messages of words and formulas, with the formulas between backticks.  A message without words is a formula as a whole."""


def words_of(key: str) -> frozenset[str]:
    """The English words of a message; none of one that is all formula."""
    return frozenset(_ENGLISH.findall(key)) - _SIGNS


def formal(why: Why) -> Why:
    """The reason with the formulas in its messages as such."""
    out: list[Part] = []
    for one, mark in reasons(why):
        key, fillers = message(one)
        if key in MARKED:
            places = iter(fillers)
            pieces = re.split(r"(\{\})", MARKED[key])
            for piece in pieces:
                out.extend((as_formula(next(places)),) if piece == "{}" else marked(piece))
        elif key and not fillers and not words_of(key):
            out.append(Formula(key))
        else:
            out.extend(as_formula(part) if isinstance(part, Filler) else part for part in one)
        out.extend((mark,) if mark is not None else ())
    return tuple(out)


def as_formula(filler: Filler) -> Filler:
    """What fills a place of a message; the name of a function as a formula."""
    match filler:
        case Word(text=text) if text in NAMES:
            return Formula(text)
        case Word(text=text) if text in MARKED:
            return Phrase(tuple(marked(MARKED[text])))
        case Phrase(said=said):
            return Phrase(formal(said))
    return filler


def marked(words: str) -> Iterator[str | Formula]:
    """Words, those between backticks as a formula."""
    for k, piece in enumerate(words.split("`")):
        if piece:
            yield Formula(piece) if k % 2 else piece


_TOKEN = re.compile(
    r"(?P<operator>D(?=²?f[\[(]))|(?P<name>log det|[a-zA-Z]{2,})|(?P<sized>[a-zA-Z][0-9]+)"
    r"|(?P<above>[⁰¹²³⁴-⁹⁺⁻ˣᵀᵏ]+)|(?P<below>[₀-₉ᵢⱼₖₚ]+)|."
)
_OWN = {name: f"\\{name}" for name in ("det", "log", "exp", "sin", "cos", "tan", "sinh", "cosh", "tanh")} | {"log det": r"\log\det"}
_COMMANDS = {
    "⊗": r"\otimes", "∘": r"\circ", "⊘": r"\oslash", "×": r"\times ", "⟨": r"\langle ", "⟩": r" \rangle", "−": "-", "·": r"\cdot",
    "≻": r"\succ", "≠": r"\ne", "≥": r"\ge", "≤": r"\le", "√": r"\surd", "…": r"\dots", "δ": r"\delta", "½": r"\tfrac{1}{2}",
    "σ": r"\sigma", "Σ": r"\Sigma ", "𝟏": r"\mathbf{1}", "λ": r"\lambda ", "μ": r"\mu ",
    "θ": r"\theta ", "φ": r"\phi ", "α": r"\alpha ", "β": r"\beta ", "π": r"\pi ", "Π": r"\Pi ", "∇": r"\nabla ", "∂": r"\partial ",
    "∞": r"\infty", "≈": r"\approx", "±": r"\pm", "→": r"\to", "↦": r"\mapsto", "⇒": r"\Rightarrow", "⇔": r"\Leftrightarrow", "≺": r"\prec",
    "¼": r"\tfrac{1}{4}", "∈": r"\in", "⊥": r"\perp", "⊙": r"\odot",
}
_OPERATORS = {"D": r"\mathrm{D}", "d": r"\mathrm{d}", "partial": r"\partial "}
_PAIRED = {"‖": (r"\lVert ", r" \rVert"), "|": (r"\lvert ", r" \rvert")}


def latex(text: str, notation: Notation) -> str:
    """A formula in letters as LaTeX, in the signs of the notation: `A⁻¹` is A^{-1}, a prime is the notation's transpose, the size n1 is
    n_{1}."""
    out: list[str] = []
    open_: dict[str, bool] = {}
    for found in _TOKEN.finditer(text):
        token = found[0]
        if name := found["name"]:
            out.append(_name(name, notation))
        elif found["operator"]:
            out.append(_OPERATORS[notation.derivative])
        elif found["sized"]:
            out.append(f"{token[0]}_{{{token[1:]}}}")
        elif found["above"] or found["below"]:
            out.append(("^" if found["above"] else "_") + f"{{{_script(token)}}}")
        elif token in _PAIRED:
            open_[token] = not open_.get(token, False)
            out.append(_PAIRED[token][0 if open_[token] else 1])
        else:
            out.append(transposed(notation) if token == "'" else _COMMANDS.get(token, token))
    return bolded("".join(out).strip(), notation)


def _script(token: str) -> str:
    """Raised or lowered signs as what they are: `⁻ᵀ` is -T, the T of a transpose."""
    return unicodedata.normalize("NFKC", token).replace("−", "-").replace("T", r"\mathsf T")


def _name(name: str, notation: Notation) -> str:
    """The name of a function; other letters side by side are a product, their differentials among them."""
    if name not in FUNCTIONS and name not in NAMES:
        return name
    return _OWN.get(name) or rf"\operatorname{{{'Tr' if name == 'tr' and notation.trace == 'braces' else name}}}"
