r"""The control words that an author's mathematics may hold: signs and forms, and nothing that reads, writes, defines or loops.

A word that is not here is refused.  `arguments` says what follows a word, a letter each: `m` a piece of mathematics, `t` a piece
of text, `d` a delimiter, `o` an optional piece in brackets, `*` an optional star, `c` the name of a colour, `s` an optional size of
delimiters.  `copies` is how often
TeX sets what stands inside: a form that is measured in four sizes costs 4ⁿ where it is nested n times.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Word(NamedTuple):
    """What follows a control word, and how often TeX sets it; `text` whether it may stand in text, too."""

    arguments: str = ""
    copies: int = 1
    text: bool = False


_SIGNS = """
alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta iota kappa varkappa lambda mu nu xi pi varpi rho varrho sigma
varsigma tau upsilon phi varphi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega digamma
sum prod coprod int iint iiint oint bigcup bigcap bigoplus bigotimes bigwedge bigvee bigsqcup lim limsup liminf sup inf max min det
log ln lg exp sin cos tan sec csc cot arcsin arccos arctan sinh cosh tanh coth dim ker deg gcd hom arg Pr
le leq leqslant ge geq geqslant ne neq approx equiv sim simeq cong propto prec succ preceq succeq ll gg in ni notin subset subseteq
subsetneq supset supseteq cup cap sqcup sqcap setminus emptyset varnothing forall exists nexists neg lnot land lor implies impliedby
iff to mapsto gets rightarrow leftarrow Rightarrow Leftarrow Leftrightarrow leftrightarrow longrightarrow longleftarrow longmapsto
Longrightarrow uparrow downarrow perp parallel mid nmid not vdash models doteq asymp lesssim gtrsim therefore because
pm mp times div cdot circ bullet ast star oplus ominus otimes odot oslash wedge vee dagger ddagger ltimes rtimes amalg
nabla partial infty ell hbar imath jmath Re Im aleph wp prime top bot angle triangle square blacksquare lozenge checkmark
complement
dots cdots ldots vdots ddots dotsc dotsb dotsm dotsi colon
lbrace rbrace lbrack rbrack backslash
displaystyle textstyle scriptstyle scriptscriptstyle mathstrut
"""

_SPACES = "quad qquad enspace thinspace medspace thickspace negthinspace"

_ALPHABETS = "mathbb mathbf mathcal mathfrak mathit mathrm mathsf mathtt mathnormal"
_ACCENTS = "hat widehat tilde widetilde bar vec dot ddot acute grave breve check mathring"
_ATOMS = "overline underline mathop mathrel mathbin mathord mathopen mathclose mathinner"
_TEXTS = "text textbf textit textrm textsf texttt textup textsc emph mbox"
_SIZES = "big Big bigg Bigg bigl bigr bigm Bigl Bigr Bigm biggl biggr biggm Biggl Biggr Biggm"

DELIMITERS = frozenset(
    "langle rangle lvert rvert lVert rVert vert Vert lfloor rfloor lceil rceil lbrace rbrace lbrack rbrack backslash uparrow downarrow "
    "lgroup rgroup lmoustache rmoustache".split()
)
"""What may follow `\\left`, `\\big` and their like, beside characters."""

BRACKETS = frozenset("()[]/|.<>")
"""The characters that may."""

WORDS: Mapping[str, Word] = {
    **{word: Word() for word in _SIGNS.split()},
    **{word: Word() for word in DELIMITERS},
    **{word: Word(text=True) for word in _SPACES.split()},
    **{word: Word("m") for word in _ALPHABETS.split()},
    **{word: Word("m", 2) for word in _ACCENTS.split()},
    **{word: Word("m") for word in _ATOMS.split()},
    **{word: Word("t", 4, True) for word in _TEXTS.split()},
    **{word: Word("d") for word in _SIZES.split()},
    **{word: Word("mm") for word in ("frac", "tfrac", "dfrac", "cfrac", "binom", "tbinom", "dbinom")},
    **{word: Word("mm", 4) for word in ("overset", "underset", "stackrel")},
    **{word: Word("m", 4) for word in ("phantom", "hphantom", "vphantom", "boldsymbol", "pmb", "dddot")},
    **{word: Word("om", 4) for word in ("xrightarrow", "xleftarrow")},
    **{word: Word("m", 2) for word in ("overbrace", "underbrace", "overrightarrow", "overleftarrow")},
    "sqrt": Word("om", 4),
    "operatorname": Word("*m"),
    "pmod": Word("m"),
    "limits": Word(), "nolimits": Word(),
}
"""Control words that stand for mathematics.  `\\left … \\right`, `\\middle`, `\\substack`, `\\begin … \\end` are read by the grammar."""

OPERATORS = frozenset(
    "sum prod coprod int iint iiint oint bigcup bigcap bigoplus bigotimes bigwedge bigvee bigsqcup lim limsup liminf sup inf max min det "
    "mathop operatorname gcd Pr".split()
)
"""What `\\limits` may follow."""

GRAMMAR = frozenset({"left", "right", "middle", "substack", "begin", "end"})

IN_DEFINITIONS: Mapping[str, Word] = {
    "ensuremath": Word("m", 1, True),
    "textcolor": Word("ct", 4, True),
    "mathcolor": Word("cm"),
}
"""What the body of an author's own command may hold beside them."""

SIGNS = frozenset(",:;!> {}|\\%&#$_")
"""Control symbols: spaces, escaped characters, `\\\\` inside an environment."""

TEXT_SIGNS = frozenset(", {}%&#$_")
"""Those of them that may stand in text."""

ENVIRONMENTS: Mapping[str, int] = {
    **dict.fromkeys(("matrix", "pmatrix", "bmatrix", "Bmatrix", "vmatrix", "Vmatrix", "smallmatrix"), 10),
    "cases": 2, "dcases": 2, "rcases": 2, "array": 0, "aligned": 20, "alignedat": 0, "gathered": 1, "split": 2,
}
"""The environments that may stand in a formula, and how many columns each has; 0: as many as its argument says."""

PACKAGES: Mapping[str, Mapping[str, Word]] = {
    "bm": {"bm": Word("m", 4)},
    "mathrsfs": {"mathscr": Word("m")},
    "dsfont": {"mathds": Word("m")},
    "bbm": {"mathbbm": Word("m")},
    "cancel": {word: Word("m", 4) for word in ("cancel", "bcancel", "xcancel")},
    "stmaryrd": {word: Word() for word in ("llbracket", "rrbracket", "varoast", "boxplus")},
}
"""Packages that a macro file may load, and the words that each adds."""

RENEWED = frozenset({"Re", "Im", "vec", "emptyset"})
"""Words that an author may give another look, since no formula of ours is written with them."""

VARIANTS: Mapping[str, str] = {
    letter: f"var{letter}" for letter in ("epsilon", "theta", "kappa", "pi", "rho", "sigma", "phi")
}
"""Letters that may be renewed to their own other form."""
