"""The LaTeX that this program prints as MathML, for pages that are read without TeX and without scripts.

It knows what our own printer emits and what prose may hold; anything else is shown as its source.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from html import escape
from types import MappingProxyType

from derive.documents.page.document import Command

_TOKEN = re.compile(r"\\(?:begin|end)\{[A-Za-z]+\*?\}|\\[A-Za-z]+|\\.|\d+(?:\.\d+)?|\s+|.", re.DOTALL)

_LETTERS = {
    name: letter for names, letters in (
        ("alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta iota kappa lambda mu nu xi pi varpi rho varrho sigma "
         "varsigma tau upsilon phi varphi chi psi omega ell hbar infty nabla partial emptyset aleph Re Im",
         "α β γ δ ϵ ε ζ η θ ϑ ι κ λ μ ν ξ π ϖ ρ ϱ σ ς τ υ ϕ φ χ ψ ω ℓ ℏ ∞ ∇ ∂ ∅ ℵ ℜ ℑ"),
        ("Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega", "Γ Δ Θ Λ Ξ Π Σ Υ Φ Ψ Ω"),
    ) for name, letter in zip(names.split(), letters.split(), strict=True)
}
_OPERATORS = dict(zip(
    ("cdot times div pm mp circ bullet ast star oplus ominus otimes odot oslash wedge vee cap cup setminus dagger "
     "le leq ge geq ne neq approx equiv sim simeq cong propto prec succ preceq succeq ll gg in ni notin subset subseteq supset supseteq "
     "perp parallel mid to rightarrow gets leftarrow mapsto Rightarrow Leftarrow Leftrightarrow implies iff longrightarrow forall exists "
     "dots ldots cdots vdots ddots colon coloneqq eqqcolon top prime sum prod int langle rangle lvert rvert lVert rVert vert Vert lfloor rfloor "
     "lceil rceil lbrace rbrace blacksquare checkmark surd").split(),
    ("⋅ × ÷ ± ∓ ∘ ∙ ∗ ⋆ ⊕ ⊖ ⊗ ⊙ ⊘ ∧ ∨ ∩ ∪ ∖ † "
     "≤ ≤ ≥ ≥ ≠ ≠ ≈ ≡ ∼ ≃ ≅ ∝ ≺ ≻ ⪯ ⪰ ≪ ≫ ∈ ∋ ∉ ⊂ ⊆ ⊃ ⊇ "
     "⟂ ∥ ∣ → → ← ← ↦ ⇒ ⇐ ⇔ ⟹ ⟺ ⟶ ∀ ∃ "
     "… … ⋯ ⋮ ⋱ : ≔ ≕ ⊤ ′ ∑ ∏ ∫ ⟨ ⟩ | | ‖ ‖ | ‖ ⌊ ⌋ "
     "⌈ ⌉ { } ■ ✓ √").split(),
    strict=True,
))
_NAMED = frozenset("log ln exp sin cos tan arcsin arccos arctan sinh cosh tanh det max min lim sup inf dim ker rank deg gcd arg".split())
_SPACES = {",": "0.17em", ":": "0.22em", ">": "0.22em", ";": "0.28em", " ": "0.33em", "quad": "1em", "qquad": "2em", "!": "-0.17em"}
_ALPHABETS = {"mathbb": "DOUBLE-STRUCK", "mathcal": "SCRIPT", "mathscr": "SCRIPT", "mathfrak": "FRAKTUR", "mathbf": "BOLD",
              "boldsymbol": "BOLD ITALIC", "bm": "BOLD ITALIC", "mathtt": "MONOSPACE"}
"""Alphabets of Unicode: browsers draw no others by an attribute."""
_THIN = '<mspace width="0.17em"/>'
_BEFORE_A_SIGN = re.compile(r"<mo[^>]*>[^<)\]}|‖⟩′!]+</mo>$|width=\"[12]em\"/>$")
_OPENING = frozenset(("(", "[", "{", r"\{", r"\left", r"\bigl", r"\Bigl", r"\biggl", r"\Biggl", r"\langle", r"\lVert", r"\lvert", "^", "_", "'", ","))
_UPRIGHT = frozenset(("mathsf", "mathrm", "mathit"))
_ACCENTS = {"dot": "˙", "ddot": "¨", "hat": "^", "widehat": "^", "tilde": "~", "widetilde": "~", "bar": "¯", "overline": "¯", "vec": "→"}
_SIZES = re.compile(r"([bB]igg?)[lrm]?$")
_EM = {"big": "1.2em", "Big": "1.8em", "bigg": "2.4em", "Bigg": "3em"}
_FENCES = {"pmatrix": "()", "bmatrix": "[]", "vmatrix": "||", "Vmatrix": "‖‖", "Bmatrix": "{}", "cases": "{ "}


MOST, DEEPEST = 500, 40
"""So many commands of the author's own are replaced in one formula, and so deep in one another."""

_own: ContextVar[tuple[Command, ...]] = ContextVar("own commands", default=())


_works: ContextVar[Mapping[str, str]] = ContextVar("works that are cited", default=MappingProxyType({}))


@contextmanager
def with_commands(commands: tuple[Command, ...], works: Mapping[str, str] | None = None) -> Iterator[None]:
    """Within it these commands of the author's are replaced by what they stand for, and works by their numbers."""
    token, cited = _own.set(commands), _works.set(works or {})
    try:
        yield
    finally:
        _own.reset(token)
        _works.reset(cited)


def mathml(latex: str, display: bool = False) -> str:
    """A `<math>` element with the LaTeX as its annotation."""
    return _mathml(latex, display, _own.get())


@lru_cache(maxsize=4096)
def _mathml(latex: str, display: bool, own: tuple[Command, ...]) -> str:
    body = _Reader(list(_TOKEN.findall(latex)), {one.name: one for one in own}).sequence(lambda token: False)
    kind = ' display="block"' if display else ""
    return (
        f'<math xmlns="http://www.w3.org/1998/Math/MathML"{kind}><semantics><mrow>{body}</mrow>'
        f'<annotation encoding="application/x-tex">{escape(latex, quote=False)}</annotation></semantics></math>'
    )


class _Reader:
    """The tokens of a formula, read once from the left."""

    def __init__(self, tokens: list[str], own: Mapping[str, Command] | None = None) -> None:
        self.tokens = tokens
        self.own = own or {}
        self.k = self.replaced = self.depth = 0
        self.sign = True

    @property
    def token(self) -> str | None:
        return self.tokens[self.k] if self.k < len(self.tokens) else None

    def skip_blanks(self) -> None:
        while self.token is not None and self.token.isspace():
            self.k += 1

    def sequence(self, ends: Callable[[str], bool]) -> str:
        """Everything to the token that ends it, which is left."""
        out: list[str] = []
        while True:
            self.skip_blanks()
            token = self.token
            if token is None or ends(token):
                return "".join(out)
            before = out[-1] if out else ""
            called = before.endswith("<mo>&#x2061;</mo>")
            self.sign = not called and (not before or bool(_BEFORE_A_SIGN.search(before)))
            name = token[1:] in _NAMED or token == r"\operatorname"
            if (called and token not in _OPENING) or (name and not self.sign):
                # TeX sets a thin space about the name of a function.
                out.append(_THIN)
            out.append(self.scripted())

    def scripted(self) -> str:
        """An atom with its scripts and primes."""
        base = self.atom()
        below = above = ""
        primes = 0
        while True:
            self.skip_blanks()
            if self.token == "_":
                self.k += 1
                below = self.argument()
            elif self.token == "^":
                self.k += 1
                above = self.argument()
            elif self.token == "'":
                self.k += 1
                primes += 1
            else:
                break
        if primes:
            above = f"<mo>{'′' * primes}</mo>{above}"
        limits = base in ("<mo>∑</mo>", "<mo>∏</mo>")
        if below and above:
            name = "munderover" if limits else "msubsup"
            return f"<{name}>{_row(base)}{_row(below)}{_row(above)}</{name}>"
        if below:
            return f"<{'munder' if limits else 'msub'}>{_row(base)}{_row(below)}</{'munder' if limits else 'msub'}>"
        if above:
            return f"<msup>{_row(base)}{_row(above)}</msup>"
        return base

    def argument(self) -> str:
        self.skip_blanks()
        return self.atom() if self.token is not None else ""

    def group(self) -> str:
        """The content of braces as it was written."""
        self.skip_blanks()
        if self.token != "{":
            token = self.token or ""
            self.k += 1
            return token
        depth, start = 0, self.k + 1
        while self.token is not None:
            depth += (self.token == "{") - (self.token == "}")
            self.k += 1
            if depth == 0:
                break
        return "".join(self.tokens[start : self.k - 1])

    def atom(self) -> str:
        token = self.token
        assert token is not None
        self.k += 1
        if token == "{":
            body = self.sequence(lambda t: t == "}")
            self.k += 1
            return f"<mrow>{body}</mrow>"
        if token.startswith("\\begin{"):
            return self.environment(token[7:-1])
        if token.startswith("\\") and len(token) > 1:
            return self.command(token[1:])
        if token[0].isdigit():
            return f"<mn>{token}</mn>"
        if token.isalpha():
            return f"<mi>{escape(token)}</mi>"
        if token == "&":
            return ""
        if token in "+-" and self.sign:
            return f'<mo form="prefix">{"−" if token == "-" else "+"}</mo>'
        fence = ' stretchy="false"' if token in "()[]|" else ""
        return f"<mo{fence}>{'−' if token == '-' else escape(token)}</mo>"

    def expand(self, command: Command) -> str:
        """What an own command stands for is read in its place."""
        self.replaced += 1
        arguments = [self.optional(command.default)] if command.default is not None else []
        arguments += [self.group() for _ in range(command.parameters - len(arguments))]
        body = re.sub(r"#([1-9])", lambda found: arguments[int(found[1]) - 1] if int(found[1]) <= len(arguments) else "", command.body)
        self.tokens[self.k : self.k] = ["{", *_TOKEN.findall(body), "}"]
        self.depth += 1
        out = self.atom()
        self.depth -= 1
        return out

    def optional(self, default: str) -> str:
        """The argument in brackets, the default where none stands."""
        self.skip_blanks()
        if self.token != "[":
            return default
        end = self.tokens.index("]", self.k) if "]" in self.tokens[self.k :] else len(self.tokens)
        given = "".join(self.tokens[self.k + 1 : end])
        self.k = end + 1
        return given

    def command(self, name: str) -> str:
        if name in self.own and self.replaced < MOST and self.depth < DEEPEST:
            return self.expand(self.own[name])
        if name in _LETTERS:
            return f"<mi>{_LETTERS[name]}</mi>"
        if name in _OPERATORS:
            plain = ' stretchy="false"' if _OPERATORS[name] in "⟨⟩|‖⌊⌋⌈⌉{}" else ""
            return f"<mo{plain}>{_OPERATORS[name]}</mo>"
        if name in _NAMED:
            return f"<mi>{name}</mi><mo>&#x2061;</mo>"
        if name in _SPACES:
            return f'<mspace width="{_SPACES[name]}"/>'
        if name in ("frac", "tfrac", "dfrac"):
            return f"<mfrac>{_row(self.argument())}{_row(self.argument())}</mfrac>"
        if name in ("deriveshape", "underset"):
            below, body = _row(self.argument()), _row(self.argument())
            brace = '<munder>{}<mo stretchy="true">⏟</mo></munder>' if name == "deriveshape" else "{}"
            return f"<munder>{brace.format(body)}{below}</munder>"
        if name == "sqrt":
            return f"<msqrt>{self.argument()}</msqrt>"
        if name == "operatorname":
            return f"<mi>{escape(self.group())}</mi><mo>&#x2061;</mo>"
        if name in ("text", "textbf", "textit", "textrm", "textsf"):
            words = self.group()
            return f"<mtext>{escape(words)}</mtext>".replace("> ", ">\N{NO-BREAK SPACE}").replace(" <", "\N{NO-BREAK SPACE}<")
        if name in _ALPHABETS or name in _UPRIGHT:
            return self.variant(name)
        if name in _ACCENTS:
            return f'<mover accent="true">{_row(self.argument())}<mo>{escape(_ACCENTS[name])}</mo></mover>'
        if name == "left":
            return self.fenced()
        if name == "mathop":
            self.group()
            return ""
        if size := _SIZES.match(name):
            return self.paired(name, size[1]) if name.endswith("l") else self.sized(size[1])
        if name in ("displaystyle", "textstyle", "scriptscriptstyle", "limits", "nolimits", "mathstrut"):
            return ""
        if name in "{}|":
            return f"""<mo stretchy="false">{'‖' if name == '|' else name}</mo>"""
        return f"<mo>{escape(name)}</mo>" if not name.isalpha() else f"<mtext>\\{escape(name)}</mtext>"

    def variant(self, name: str) -> str:
        """Letters in another alphabet."""
        inside = self.group()
        letter = _LETTERS.get(inside[1:].strip()) if inside.startswith("\\") else None
        if letter is None and "\\" in inside:
            return _Reader(_TOKEN.findall(inside), self.own).sequence(lambda token: False)
        if name in _UPRIGHT:
            return f'<mi mathvariant="{"normal" if name != "mathit" else "italic"}">{escape(letter or inside)}</mi>'
        return f'<mi mathvariant="normal">{"".join(_in_alphabet(c, _ALPHABETS[name]) for c in letter or inside)}</mi>'

    def delimiter(self) -> str:
        self.skip_blanks()
        token = self.token or ""
        self.k += 1
        if token == ".":
            return ""
        if token.startswith("\\"):
            return _OPERATORS.get(token[1:], "‖" if token == r"\|" else token[1:])
        return token

    def paired(self, name: str, size: str) -> str:
        """From an opening delimiter of a fixed size to its closing one: one group, so that the two are alike and scripts stand at
        the whole; without a closing one the delimiter alone."""
        start, partner = self.k, f"\\{name[:-1]}r"
        left = self.sized(size, "prefix")
        after = self.k
        body = self.sequence(lambda token: token == partner or token.startswith(r"\end{") or token in ("}", "&", r"\\", r"\right"))
        if self.token != partner:
            self.k = after
            return left if start < after else ""
        self.k += 1
        return f"<mrow>{left}{body}{self.sized(size, 'postfix')}</mrow>"

    def sized(self, size: str, form: str = "infix") -> str:
        """A delimiter of a fixed size."""
        sign = escape(self.delimiter())
        return f'<mo form="{form}" lspace="0" rspace="0" stretchy="true" symmetric="true" minsize="{_EM[size]}" maxsize="{_EM[size]}">{sign}</mo>'

    def fenced(self) -> str:
        opening = self.delimiter()
        body = self.sequence(lambda token: token == r"\right")
        self.k += 1
        closing = self.delimiter()
        left = f'<mo fence="true" stretchy="true">{escape(opening)}</mo>' if opening else ""
        right = f'<mo fence="true" stretchy="true">{escape(closing)}</mo>' if closing else ""
        return f"<mrow>{left}{body}{right}</mrow>"

    def environment(self, name: str) -> str:
        rows: list[list[str]] = [[]]
        while self.token is not None:
            rows[-1].append(self.sequence(lambda t: t in ("&", r"\\") or t.startswith("\\end{")))
            token = self.token
            self.k += 1
            if token is None or token.startswith("\\end{"):
                break
            if token == r"\\":
                rows.append([])
                if self.token == "[":  # the space after the row
                    self.k = self.tokens.index("]", self.k) + 1
        align = ' columnalign="left"' if name == "cases" else ""
        body = "".join(f"<mtr>{''.join(f'<mtd>{cell}</mtd>' for cell in row)}</mtr>" for row in rows if row != [""])
        fences = _FENCES.get(name, "  ")
        left, right = fences[0], fences[1]
        opening = f'<mo fence="true" stretchy="true">{left}</mo>' if left != " " else ""
        closing = f'<mo fence="true" stretchy="true">{right}</mo>' if right != " " else ""
        return f"<mrow>{opening}<mtable{align}>{body}</mtable>{closing}</mrow>"


@lru_cache(maxsize=512)
def _in_alphabet(character: str, alphabet: str) -> str:
    """`x` as 𝒙, `R` as ℝ, `1` as 𝟏; a character that the alphabet does not have stays what it is."""
    name = unicodedata.name(character, "")
    for greek_or_latin in ("GREEK ", "LATIN "):
        name = name.removeprefix(greek_or_latin)
    name = name.replace(" LETTER", "")
    upright = alphabet.removesuffix(" ITALIC")
    for whole in (f"MATHEMATICAL {alphabet} {name}", f"MATHEMATICAL {upright} {name}", f"{alphabet} {name}", f"BLACK-LETTER {name}"):
        try:
            return unicodedata.lookup(whole)
        except KeyError:
            continue
    return escape(character)


def _row(content: str) -> str:
    """One element: several are put into a row."""
    closed = re.fullmatch(r"<(\w+)[^>]*>[^<]*</\1>", content)
    single = closed or (content.startswith("<mrow>") and content.endswith("</mrow>") and content.count("<mrow>") == 1)
    return content if single else f"<mrow>{content}</mrow>"


_ARGUMENT = r"\{((?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*)\}"
_PIECES = re.compile(
    r"(?<!\\)\$((?:[^$\\]|\\.)*)\$|\\\[(.*?)\\\]|\\textbf" + _ARGUMENT + r"|\\emph" + _ARGUMENT + r"|\\href" + _ARGUMENT + _ARGUMENT
    + r"|\\begin\{(itemize|enumerate)\}(.*?)\\end\{\7\}|\\derivecite(?:\[((?:[^\[\]{}]|\{[^{}]*\})*)\])?\{([^{}]*)\}", re.DOTALL,
)


def html(text: str) -> str:
    """LaTeX text (words escaped, mathematics between dollars or displayed, strong words, links, lists) as HTML."""
    out, place = [], 0
    for found in _PIECES.finditer(text):
        out.append(_words(text[place : found.start()]))
        place = found.end()
        formula, display, strong, emph, url, said, kind, items, note, keys = found.groups()
        if strong is not None:
            out.append(f"<strong>{html(strong)}</strong>")
        elif emph is not None:
            out.append(f"<em>{html(emph)}</em>")
        elif url is not None:
            target = re.sub(r"\\([#%&])", r"\1", url)
            out.append(f'<a href="{escape(target)}">{html(said)}</a>')
        elif kind is not None:
            tag = "ul" if kind == "itemize" else "ol"
            entries = re.split(r"\\item\s+", items)[1:]
            out.append(f"<{tag}>{''.join(f'<li>{html(entry.strip())}</li>' for entry in entries)}</{tag}>")
        elif keys is not None:
            works = [f'<a href="#work-{escape(key)}">{escape(_works.get().get(key, key))}</a>' for key in keys.split(",")]
            out.append(f"[{', '.join((*works, *((_words(note),) if note else ())))}]")
        else:
            out.append(mathml(formula) if formula is not None else mathml(display, True))
    return "".join((*out, _words(text[place:])))


def _words(latex: str) -> str:
    if not latex:
        return ""
    from pylatexenc.latex2text import LatexNodes2Text

    plain = LatexNodes2Text(strict_latex_spaces=True, keep_comments=True).latex_to_text(latex) if "\\" in latex or "~" in latex else latex
    return escape(plain.replace("``", "“").replace("''", "”"), quote=False)
