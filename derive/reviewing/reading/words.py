"""What letters, words and marks of pasted mathematics may mean: tables of the reader."""

from __future__ import annotations

FONTS = frozenset((
    r"\mathbf", r"\boldsymbol", r"\bm", r"\mathrm", r"\mathit", r"\mathsf", r"\mathnormal", r"\mathbb", r"\mathds", r"\bold", r"\pmb",
    r"\symbf", r"\vec", r"\underline", r"\textbf", r"\rm", r"\bf", r"\mathtt", r"\operatorname", r"\text", r"\textrm", r"\mbox",
    r"\operatorname*", r"\vect", r"\mat", r"\textup", r"\mathup", r"\textit", r"\textsf",
))
CURLY = frozenset((r"\mathcal", r"\mathscr", r"\mathfrak", r"\cal"))
ACCENTS = {
    r"\hat": "hat", r"\widehat": "hat", r"\bar": "bar", r"\overline": "bar", r"\tilde": "tilde", r"\widetilde": "tilde",
    r"\dot": "dot", r"\ddot": "ddot", r"\check": "check", r"\breve": "breve", r"\acute": "acute", r"\mathring": "ring",
}
BEST = frozenset(("hat", "*", "opt", "ML", "MLE", "OLS", "LS", "MAP", "star", "ridge", "min", "max", "ols", "ml", "map"))
"""Marks of a variable that say: its value where the function is stationary."""

VARIANTS = {"varepsilon": "epsilon", "vartheta": "theta", "varphi": "phi", "varrho": "rho", "varpi": "pi", "varsigma": "sigma",
            "varkappa": "kappa", "ϵ": "epsilon"}

FUNCTIONS = {
    "tr": "tr", "Tr": "tr", "trace": "tr", "Trace": "tr", "TR": "tr", "Sp": "tr", "det": "det", "Det": "det", "vec": "vec", "Vec": "vec",
    "diag": "diag", "Diag": "diag", "DIAG": "diag", "exp": "exp", "log": "log", "ln": "log", "sin": "sin", "cos": "cos", "tan": "tan",
    "arcsin": "asin", "arccos": "acos", "arctan": "atan", "sinh": "sinh", "cosh": "cosh", "tanh": "tanh", "sqrt": "sqrt",
    "abs": "abs", "sign": "sign", "sgn": "sign", "relu": "relu", "ReLU": "relu", "sigmoid": "sigmoid", "sigm": "sigmoid",
    "logistic": "sigmoid", "expit": "sigmoid", "softplus": "softplus", "erf": "erf", "softmax": "softmax", "Softmax": "softmax",
    "logsumexp": "logsumexp", "lse": "logsumexp", "LSE": "logsumexp", "logdet": "logdet", "sym": "sym", "Sym": "sym", "skew": "skewpart",
    "mean": "mean", "sum": "sum", "adj": "adj", "expm": "expm", "logm": "logm", "sqrtm": "sqrtm", "cof": "cof", "max": "max", "min": "min",
    "norm": "norm", "vech": "vech", "rank": "rank", "unvec": "unvec", "mat": "unvec", "tril": "tril", "triu": "triu", "pinv": "pinv",
    "kron": "kron", "khatrirao": "khatrirao",
    "sech": "sech", "sec": "sec", "csc": "csc", "cot": "cot", "coth": "coth", "csch": "csch", "Log": "log", "Exp": "exp", "adjugate": "adj",
}
"""Words and the function of the table that they name; what applies to a whole product is in `WIDE`."""

WIDE = frozenset(("tr", "vec"))
BARE = frozenset((r"\log", r"\ln", r"\exp", r"\det", r"\sin", r"\cos", r"\tan", r"\tanh", r"\sinh", r"\cosh", r"\arcsin", r"\arccos",
                  r"\arctan", r"\max", r"\min", r"\tr", r"\Tr", r"\vecop", r"\diag", r"\trace", r"\rank", r"\sign", r"\sgn", r"\Diag"))

TRANSPOSES = frozenset((
    "T", r"\top", r"\intercal", r"\mathsf T", r"\mathrm T", r"\text T", r"\mathbf T", r"\prime", r"\mathit T", r"\textsf T",
    r"\mathtt T", r"\operatorname T", r"\transpose", r"\rm T", r"\trans", r"\mathsf H", "H", r"\mathrm H", r"\T", r"\tran", r"\mathcal T",
    r"\mathsf t", r"\mathrm t", r"\textrm T", r"\mathrm t r", r"\mathsf { T }", r"\mathstrut T",
))

INDEX_LETTERS = frozenset("ijklpqrs")
"""What ∂_k counts with, where the letter is nothing else."""
SMALL = frozenset(("t", "epsilon", "tau", "s", "h", "eta", "alpha", "delta"))
"""Letters that may be the step of a direction, where they are not declared."""

INFIX = frozenset((
    r"\cdot", r"\times", "*", "/", r"\circ", r"\odot", r"\otimes", ":", r"\bullet", r"\star", r"\ast", r"\div", r"\bigcirc", r"\boxtimes", r"\oslash",
))
CLOSERS = frozenset((
    ")", "]", r"\}", r"\rangle", r"\rvert", r"\rVert", r"\evalbar", ",", ";", r"\rfloor", r"\rceil", r"\to", r"\rightarrow", r"\downarrow",
    r"\searrow", r"\mapsto", r"\ne", r"\neq", r"\le", r"\leq", r"\leqslant", r"\ge", r"\geq", r"\geqslant", r"\lt", r"\gt", r"\equiv",
))
