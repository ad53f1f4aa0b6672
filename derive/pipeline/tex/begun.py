r"""A format that has come further than its preamble: `\begin{document}` is behind it, its fonts are loaded, and Beamer's looks that do
not change are set.

What it does at `\begin{document}` a document of the program's own templates does alike every time, and may do once.  A document that
holds TeX of its author's own, or reads back what an earlier run wrote, is set from its preamble's format.  The pages are the same.
"""

from __future__ import annotations

import re

BEGIN = "\\begin{document}"

_READS_BACK = re.compile(r"\\(?:label|ref|pageref|autoref|cite|tableofcontents|printindex|usetheme|setbeameroption|pgfpagesuselayout)(?![A-Za-z@])")
"""Commands for which a document must begin for itself: they read its .aux, or a theme does."""


def may_begin(preamble: str, rest: str) -> bool:
    """Whether a document of the program's own templates, split behind its preamble, may start from a format that has begun it."""
    return BEGIN in rest and not _READS_BACK.search(preamble) and not _READS_BACK.search(rest)


def begun(preamble: str) -> str:
    """The preamble, and what a document does before its first word."""
    return f"{preamble}{_BEGUN}"


_BEGUN = r"""
\makeatletter
% What hyperref writes of a document, it writes when its title is known.
\let\derive@setup\PDF@SetupDoc \let\PDF@SetupDoc\@empty
\let\derive@finish\PDF@FinishDoc \let\PDF@FinishDoc\@empty
\let\Hy@DisableOption\@gobble
\begin{document}\makeatletter
% Nothing is read back: no .aux.
\global\@fileswfalse
\long\gdef\protected@write#1#2#3{\write\m@ne{}}
% The fonts, in all their sizes.
\setbox\z@\vbox{\hsize\maxdimen
  \def\derive@words{x\textit{x}\textbf{x}{\sffamily x\textbf{x}}%
    $x_{x_x}\mathrm{d}\mathsf{T}\mathbb{R}\mathbf{x}\mathcal{L}\operatorname{tr}\blacksquare\sum\top\Bigl(\bigr)$ }%
  \tiny\derive@words\scriptsize\derive@words\footnotesize\derive@words\small\derive@words
  \normalsize\derive@words\large\derive@words\Large\derive@words\LARGE\derive@words}
\setbox\z@\box\voidb@x
% A format does not keep what microtype tells a font of its margins.
\gdef\derive@margins{}
\ifdefined\MT@font@list
\@for\derive@font:=\MT@font@list\do{\ifx\derive@font\@empty\else
  \def\derive@codes{}\count@\z@
  \loop
    \ifnum\lpcode\derive@font\count@=\z@\else
      \edef\derive@codes{\derive@codes\lpcode\derive@font\the\count@=\the\lpcode\derive@font\count@\relax}\fi
    \ifnum\rpcode\derive@font\count@=\z@\else
      \edef\derive@codes{\derive@codes\rpcode\derive@font\the\count@=\the\rpcode\derive@font\count@\relax}\fi
  \ifnum\count@<\@cclv \advance\count@\@ne \repeat
  \xdef\derive@margins{\derive@margins\derive@codes}\fi}
\fi
\gdef\derive@titled{}
\ifdefined\beamer@setmathcolor
\gdef\derive@titled{\hypersetup{pdftitle={\inserttitle\ifx\insertsubtitle\@empty\else\ - \insertsubtitle\fi}}}
% Formulas have the colour of the text around them; what lies behind a page, and beside it, is the same on all.
\let\beamer@setmathcolor\relax
\let\beamer@setdisplaymathcolor\relax
\newbox\derive@head
\begingroup
  \let\hyper@pagetransition\relax \let\hyper@pageduration\relax
  \baselineskip\z@skip \lineskip\z@skip \parskip\z@skip
  \beamer@calculateheadfoot
  \global\setbox\derive@head\hbox{\@oddhead}%
\endgroup
\def\ps@navigation{%
  \def\@oddhead{\copy\derive@head\hfil}%
  \def\@oddfoot{\vbox{\offinterlineskip\hbox{\beamer@typesetheadorfoot{footline}\hfil}\hbox{}}\hfil}%
  \let\@evenhead\@oddhead \let\@evenfoot\@oddfoot}
\pagestyle{navigation}
% What is covered is shifted away, by a constant.
\def\pgfsys@begininvisible{\pdfliteral{1 0 0 1 2000.02579 2000.02579 cm}}
\def\pgfsys@endinvisible{\pdfliteral{1 0 0 1 -2000.02579 -2000.02579 cm}}
% Between paragraphs and words it stands before the space that is there, in a formula there is none.
\let\derive@spacing\beamer@@spacingcover
\def\beamer@@spacingcover{\ifmmode{}\pgfsys@begininvisible\pgfsys@endinvisible\else\derive@spacing\fi}
\def\derive@mode{beamer}
\ifx\beamer@currentmode\derive@mode
\protected\long\def\uncover<#1->#2{%
  \ifnum\beamer@slideinframe<#1\relax
    \global\beamer@anotherslidetrue\beamer@localanotherslidetrue
    \expandafter\beamer@reallymakeinvisible
  \else\expandafter\beamer@fakeinvisible\fi{#2}}
\fi
% A reason is set once; it looks the same on every click, and where it is measured.  The formulas after it find the sizes that it leaves.
\expandafter\let\expandafter\derive@reason\csname\string\derivereason\endcsname
\renewcommand{\derivereason}[2][]{\ifinner\derive@copy{#1}{#2}\else\ifmmode\derive@copy{#1}{#2}\else\derive@reason[#1]{#2}\fi\fi}
\def\derive@copy#1#2{\expandafter\derive@copied\csname derive@reason@\f@size/\the\linewidth/\detokenize{#1/#2}\endcsname{\derive@reason[#1]{#2}}}
\def\derive@copied#1#2{\ifx#1\relax\global\newbox#1\global\setbox#1\hbox{#2}\fi\hbox{\derivereasonsize$ $}\copy#1}
% Colours that are mixed are mixed once; the name of a colour is looked up, not read.
\colorlet{derive@mixed}{derivechange!13!deriveground}
\expandafter\let\csname\string\color@derivechange!13!deriveground\expandafter\endcsname\csname\string\color@derive@mixed\endcsname
\def\derive@let#1#2{\ifcsname\string\color@#2\endcsname
    \ifglobalcolors\global\fi\expandafter\let\csname\string\color@#1\expandafter\endcsname\csname\string\color@#2\endcsname
  \else\colorlet{#1}{#2}\fi}
\renewcommand\beamer@usebeamercolor[2][]{%
  \beamer@thc@prepcolor\beamer@thc@docolor{#2}%
  \ifx\beamer@thc@fg\@empty\derive@let{temp@fg}{fg}\else\derive@let{temp@fg}{\beamer@thc@fg}\fi
  \ifx\beamer@thc@bg\@empty\derive@let{temp@bg}{bg}\else\derive@let{temp@bg}{\beamer@thc@bg}\fi
  \derive@let{parent.fg}{fg}\derive@let{parent.bg}{bg}\derive@let{fg}{temp@fg}\derive@let{bg}{temp@bg}%
  \globalcolorstrue\derive@let{#2.fg}{temp@fg}\derive@let{#2.bg}{temp@bg}\globalcolorsfalse
  \def\beamer@temp{#1}\ifx\beamer@temp\@empty\else\color{#1}\fi}
\fi
\ifdefined\XC@display
\let\derive@declaredcolor\@declaredcolor
\def\@declaredcolor#1{\ifcsname\string\color@#1\endcsname
    \expandafter\let\expandafter\XC@current@color\csname\string\color@#1\endcsname
    \edef\current@color{\XC@current@color}\expandafter\XC@display
  \else\derive@declaredcolor{#1}\fi}
\fi
% The document has begun; where it says so, it only goes on, with an empty page.
\gdef\document{\endgroup\global\vsize\@colroom\derive@margins\derive@titled\derive@setup\derive@finish\ignorespaces}
\makeatother
"""
