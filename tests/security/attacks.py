"""The attacks of the campaign: every field of a file that reaches TeX, with everything that TeX could be made to do there."""

from __future__ import annotations

OUTSIDE = "@OUTSIDE@"
"""Stands for the path of a file outside of the project."""

PAYLOADS: dict[str, str] = {
    "read by an object": r"\pdfobj stream file{@OUTSIDE@}\pdfrefobj\pdflastobj A",
    "read at once": r"\immediate\pdfobj stream file{@OUTSIDE@}A",
    "read the environment": r"\pdfobj stream file{/proc/self/environ}\pdfrefobj\pdflastobj A",
    "input": r"\input{@OUTSIDE@}A",
    "input of the home": r"\input{~/secret}A",
    "input of a variable": r"\input{$HOME/secret}A",
    "include": r"\include{@OUTSIDE@}A",
    "openin": r"\newread\r\openin\r=@OUTSIDE@ \read\r to\x \x A",
    "an image": r"\includegraphics{@OUTSIDE@}A",
    "verbatim": r"\verbatiminput{@OUTSIDE@}A",
    "a file's size": r"\pdffilesize{@OUTSIDE@}A",
    "a dump": r"\pdffiledump length 100{@OUTSIDE@}A",
    "the cache": r"\begin{immediate}\begin{openout}15=derive.fmt\end{openout}\end{immediate}A",
    "openout": r"\immediate\openout15=x.tex A",
    "write": r"\write15{x}A",
    "a program": r"\write18{touch @OUTSIDE@}A",
    "a pipe": r'\input{|"touch @OUTSIDE@"}A',
    "lua": r"\directlua{os.execute('touch @OUTSIDE@')}A",
    "letters of others": r"\global\mathcode50=51 A",
    "signs of others": r"\global\let\nabla\partial A",
    "a definition": r"\gdef\nabla{\partial}A",
    "newcommand": r"\newcommand{\x}{A}\x",
    "renewcommand": r"\renewcommand{\nabla}{\partial}A",
    "catcodes": r"\catcode`\%=12 A",
    "csname": r"\csname input\endcsname{@OUTSIDE@}A",
    "an environment that is a word": r"\begin{input}@OUTSIDE@\end{input}A",
    "hidden letters": r"^^5cinput{@OUTSIDE@}A",
    "expandafter": r"\expandafter\input @OUTSIDE@ A",
    "every page": r"\AtBeginDocument{\input{@OUTSIDE@}}A",
    "a loop": r"\loop\iftrue\repeat",
    "a recursion": r"\let\x\y\gdef\y{\y}\y",
    "four copies a level": r"\phantom{" * 14 + "A" + "}" * 14,
    "other copies": r"\overset{a}{" * 60 + "A" + "}" * 60,
    "bold copies": r"\boldsymbol{" * 20 + "A" + "}" * 20,
    "text in text": r"\text{" * 20 + "A" + "}" * 20,
    "columns": r"\begin{array}{*{9999999}{c}}A\end{array}",
    "braces": "{" * 1000 + "A" + "}" * 1000,
    "powers": "x^{" * 2000 + "A" + "}" * 2000,
    "brackets": r"\left(" * 300 + "A" + r"\right)" * 300,
    "length": "A" * 50_000,
    "matrices in matrices": r"\begin{matrix}" * 20 + "A" + r"\end{matrix}" * 20,
    "half a group": "A}{B",
    "out of the formula": "A$ \\input{@OUTSIDE@} $B",
    "out of the display": "A\\]\\input{@OUTSIDE@}\\[B",
    "out of the formula by a word": r"A\)\input{@OUTSIDE@}\(B",
    "a comment": "A % hidden",
    "a parameter": "A #1",
    "an alignment": "A & B",
    "a new line": r"A \\ B",
    "an escape": "A\x1b[31m",
    "a rule over the page": r"\rule{99cm}{99cm}A",
    "a box over others": r"\llap{A}\raisebox{-3cm}{A}",
    "a link": r"\href{run:/bin/sh}{A}",
    "a special": r"\special{pdf:file @OUTSIDE@}A",
    "a literal": r"\pdfliteral{q}A",
    "the catalogue": r"\pdfcatalog{/OpenAction << >>}A",
    "a font": r"\font\x=evil \x A",
    "a map": r"\pdfmapline{=cmr10 <<@OUTSIDE@}A",
    "an error that stops": r"\errmessage{x}A",
    "the end": r"\end{document}A",
    "stop": r"\stop A",
    "scan": r"\scantokens{\input @OUTSIDE@}A",
    "a mark": r"\deriveat{other.yaml:1 step 1}A",
    "an answer of its own": r"\deriveanswer{3}A",
    "dimensions": r"\hspace{-9cm}A",
    "a penalty": r"\penalty-10000 A",
}
"""What is written where mathematics is meant."""

HARMLESS: tuple[str, ...] = (
    r"\Phi", r"\mathbf{x}", r"\hat{\beta}", r"A_{12}", r"\bar x", r"\mathcal{L}", r"\widetilde{W}", r"x^\star", r"\theta_{\mathrm{old}}",
    r"\operatorname{Cov}", r"\boldsymbol{\mu}", r"\vec{v}", r"\mathbb{X}", r"\dot q", r"Q^{\dagger}",
)
"""What symbols are called by people."""

_REST = "symbols: {x: vector(n)}\nfunction: f(x) = x' x\nfind: [gradient]\n"

FIELDS: dict[str, str] = {
    "latex": "title: T\nsymbols: {X: 'matrix(m, n)', A: {type: symmetric(m), latex: @PAYLOAD@}}\nfunction: f(X) = tr(X' A X)\nfind: [gradient]\n",
    **{
        field: f"{'title: T' if field != 'title' else 'level: 1'}\n{field}: @FORMULA@\n{_REST}"
        for field in ("title", "statement", "hint", "remark", "notes", "source")
    },
    "reasons": "title: T\nsymbols: {x: vector(n)}\nfunction: f(x) = x' x\nfind: [gradient]\nreasons: {definition: @FORMULA@}\n",
    "parts": "title: T\nsymbols: {x: vector(n)}\nfunction: f(x) = x' x\nparts: [{find: [gradient], statement: @FORMULA@}]\n",
    "part's hint": "title: T\nsymbols: {x: vector(n)}\nfunction: f(x) = x' x\nparts: [{find: [gradient], hint: @FORMULA@}]\n",
    "caption": "title: T\nsymbols: {x: scalar}\nfunction: f(x) = x^2\nfind: [derivative]\nfigure: [{kind: graph, caption: @FORMULA@}]\n",
    "lecture title": "title: @FORMULA@\nsections: [{title: S, frames: [{text: Words.}]}]\n",
    "lecture author": "title: T\nauthor: @FORMULA@\nsections: [{title: S, frames: [{text: Words.}]}]\n",
    "lecture intro": "title: T\nintro: @FORMULA@\nsections: [{title: S, frames: [{text: Words.}]}]\n",
    "section": "title: T\nsections: [{title: @FORMULA@, frames: [{text: Words.}]}]\n",
    "frame": "title: T\nsections: [{title: S, frames: [{text: @FORMULA@}]}]\n",
    "frame title": "title: T\nsections: [{title: S, frames: [{text: Words., title: @FORMULA@}]}]\n",
    "points": "title: T\nsections: [{title: S, frames: [{text: Words., points: [@FORMULA@]}]}]\n",
    "image's caption": "title: T\nsections: [{title: S, frames: [{image: a.png, caption: @FORMULA@}]}]\n",
    "table": "title: T\nsections: [{title: S, frames: [{table: [[@FORMULA@, b], [c, d]]}]}]\n",
    "subsection": "title: T\nsections: [{title: S, frames: [{subsection: @FORMULA@}, {text: Words.}]}]\n",
    **{
        f"lecture {field}": f"title: T\n{field}: @FORMULA@\nsections: [{{title: S, frames: [{{text: Words.}}]}}]\n"
        for field in ("subtitle", "institute", "course", "date", "due")
    },
    "set title": "title: @FORMULA@\nproblems: [p]\n",
    "set intro": "title: T\nintro: @FORMULA@\nproblems: [p]\n",
    "title in a set": "title: T\nproblems: [{problem: p, title: @FORMULA@}]\n",
    "question": "title: T\nsections: [{title: S, frames: [{question: @FORMULA@}]}]\n",
    "answer": "title: T\nsections: [{title: S, frames: [{question: Why?, answer: @FORMULA@}]}]\n",
    "quotation": "title: T\nsections: [{title: S, frames: [{quotation: @FORMULA@}]}]\n",
    "by": "title: T\nsections: [{title: S, frames: [{quotation: Words., by: @FORMULA@}]}]\n",
    "column": "title: T\nsections: [{title: S, frames: [{columns: [{text: @FORMULA@}, {text: Words.}]}]}]\n",
    "title of columns": "title: T\nsections: [{title: S, frames: [{columns: [{text: Words.}, {text: Words.}], title: @FORMULA@}]}]\n",
    "together": "title: T\nsections: [{title: S, frames: [{together: [{text: Words.}, {text: @FORMULA@}]}]}]\n",
    "title of exercises": "title: T\nsections: [{title: S, frames: [{exercise: [p], title: @FORMULA@}]}]\n",
    "title of a result": "title: T\nsections: [{title: S, frames: [{recall: p, title: @FORMULA@}]}]\n",
    "title of notation": "title: T\nsections: [{title: S, frames: [{notation: true, title: @FORMULA@}]}]\n",
    "title of a table": "title: T\nsections: [{title: S, frames: [{table: [[a, b], [c, d]], title: @FORMULA@}]}]\n",
    "definition": "title: T\nsections: [{title: S, frames: [{definition: @FORMULA@}]}]\n",
    "remark frame": "title: T\nsections: [{title: S, frames: [{remark: @FORMULA@}]}]\n",
}
"""Files with a place for a payload (@PAYLOAD@), or for one between dollars (@FORMULA@)."""

MACROS: tuple[str, ...] = (
    r"\AtBeginDocument{@P@}", r"\newcommand{\x}{@P@}", r"\newcommand{\x}[1]{#1@P@}", r"\def\x{@P@}", r"\let\x\input", r"@P@",
    r"\DeclareMathOperator{\x}{@P@}", r"\DeclarePairedDelimiter{\x}{@P@}{)}", r"\renewcommand{\nabla}{@P@}", r"\providecommand{\input}[1]{}@P@",
    r"\NewDocumentCommand{\x}{m}{@P@}", r"\definecolor{x}{HTML}{@P@}", r"\usepackage{@P@}",
)
"""Macro files, with a place for a payload."""


def quoted(text: str) -> str:
    """A text in YAML's single quotes, where they can hold it."""
    return "'" + text.replace("'", "''") + "'"


def files(payload: str, outside: str) -> dict[str, str]:
    """By field, the file that holds the payload there."""
    text = payload.replace(OUTSIDE, outside)
    return {
        field: form.replace("@PAYLOAD@", quoted(text)).replace("@FORMULA@", quoted(f"Say ${text}$ here"))
        for field, form in FIELDS.items()
    }
