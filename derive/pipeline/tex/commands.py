r"""What commands and environments of LaTeX take, as far as it matters for what TeX would refuse: a row for those that take the same.

A letter is an argument: `t` text, `T` text or mathematics as around it, `x` anything, `d` a length, `c` a colour, `b` what a definition says,
`i` what has a colour in Beamer, `B` its colours (`fg=…`), `n` the name of a command that must be new, `r` of one that must be there, `p` of
any, `e` the name of an environment that must be new, `E` of one that must be there, `l` of a colour.  What may be left out: `*`, `a` in angles,
`o` in brackets; there `D` is a length, `K` the keys of an image, and `C` the model that a colour is given in.  What is in no row takes whatever
follows it.
"""

from __future__ import annotations

_COMMANDS = r"""
- par noindent indent relax ignorespaces unskip centering raggedright raggedleft bfseries itshape slshape scshape upshape mdseries sffamily rmfamily
- ttfamily normalfont tiny scriptsize footnotesize small normalsize large Large LARGE huge Huge hfill vfill hfil vfil hss vss smallskip medskip
- bigskip quad qquad enspace thinspace newline clearpage newpage cleardoublepage maketitle LaTeX TeX dots ldots textbackslash textasciitilde today
- hrulefill dotfill strut null leavevmode normalcolor hline toprule midrule bottomrule allowdisplaybreaks raggedbottom flushbottom sloppy fussy
- makeatletter makeatother displaystyle textstyle thepage insertframenumber inserttotalframenumber inserttitle insertshorttitle insertauthor
- insertframetitle insertframesubtitle textbar textless textgreater tableofcontents blacksquare endinput
*d vspace hspace
d addvspace enlargethispage
xd setlength addtolength
aTa only
aT uncover onslide visible invisible alert structure
aTT alt
aT mode
at textbf textit textsl textsc textrm textsf texttt textup textmd textnormal emph underline
t mbox fbox hbox vbox text centerline llap rlap title- subtitle- author- date- institute-
T smash phantom hphantom vphantom
Dot makebox framebox
oDodt parbox
dDDt raisebox
Ddd rule
Cc color pagecolor
CcT textcolor
Cct colorbox
Ccct fcolorbox
olxx definecolor providecolor
loc colorlet
*iB setbeamercolor
*Kx includegraphics
*noob newcommand
*roob renewcommand
*poob providecommand DeclareRobustCommand
pxb NewDocumentCommand RenewDocumentCommand ProvideDocumentCommand DeclareDocumentCommand
*eoobb newenvironment
*Eoobb renewenvironment
n newlength newsavebox
p newcount newdimen newskip newtoks newbox newwrite newread
*pb DeclareMathOperator
xx setcounter addtocounter settowidth settoheight settodepth
x pagestyle thispagestyle label ref pageref eqref stepcounter refstepcounter NeedsTeXFormat hypersetup lstset tikzset setbeamercovered hyphenation
x useinnertheme- usefonttheme-
xo ProvidesPackage ProvidesClass
xt href
x url
xb DeclareOption
- ProcessOptions
xx setbeamersize-
*xx setbeamerfont
x setbeamersize
x deriveat derivesay
"""

_ENVIRONMENTS = r"""
text - center flushleft flushright quote quotation verse titlepage abstract small footnotesize scriptsize tiny large Large bfseries itshape
text o figure table columns
text oDodx minipage
text od column
text at block alertblock exampleblock
text ao theorem lemma corollary definition example examples proof fact problem solution
text dd overlayarea
text D overprint
text a onlyenv uncoverenv visibleenv
list o itemize enumerate description
list x thebibliography
list xx list
list - trivlist
table ox tabular
table dox tabular*
align ox array
align dx tabularx
align - align align* aligned gather gather* gathered multline multline* flalign flalign* eqnarray eqnarray* split cases matrix pmatrix bmatrix vmatrix
align - Bmatrix Vmatrix smallmatrix
align x alignat alignat* alignedat
math - equation equation* math displaymath
verbatim - verbatim verbatim* lstlisting semiverbatim Verbatim
"""

_MATHEMATICS = """
alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta kappa lambda mu nu xi pi rho sigma tau upsilon phi varphi chi psi omega
Gamma Delta Theta Lambda Xi Pi Sigma Phi Psi Omega frac sqrt sum prod int cdot cdots times leq geq neq approx equiv partial nabla infty
mathbf mathbb mathcal mathrm mathfrak in notin subset subseteq forall exists wedge vee otimes oplus langle rangle lVert rVert dfrac tfrac
binom hat bar tilde vec dot ddot mapsto Rightarrow Leftrightarrow top left right
"""

MATHEMATICS = frozenset(_MATHEMATICS.split())
"""What stands between dollars only."""

KEYS = frozenset(["alt", "actualtext", "artifact"])
"""Keys of an image in a newer LaTeX."""

USED = frozenset(["normal text", "structure", "frametitle"])
"""What has a colour of Beamer's, and stands on every deck."""

DRAWN = frozenset(["footline", "headline", "frametitle", "background"])
"""Templates of Beamer that every frame uses."""


def _rows(table: str, skip: int) -> dict[str, tuple[str, ...]]:
    """By name, what is before the names of its row."""
    out: dict[str, tuple[str, ...]] = {}
    for words in (line.split() for line in table.split("\n") if line):
        out |= {name: tuple(word.replace("-", "") for word in words[:skip]) for name in words[skip:] if not name.endswith("-")}
    return out


COMMANDS = {name: row[0] for name, row in _rows(_COMMANDS, 1).items()}
ENVIRONMENTS = _rows(_ENVIRONMENTS, 2)
