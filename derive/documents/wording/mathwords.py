"""The control words that an author's `$…$` may hold: mathematics, and nothing that reads, writes, defines or loops."""

from __future__ import annotations

_WORDS = """
alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta iota kappa lambda mu nu xi pi varpi rho varrho sigma
varsigma tau upsilon phi varphi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega
frac tfrac dfrac binom sqrt sum prod int oint iint lim limsup liminf sup inf max min argmax argmin det tr log ln exp sin cos
tan sec csc cot arcsin arccos arctan sinh cosh tanh dim ker rank deg gcd hom arg Pr
le leq ge geq ne neq approx equiv sim simeq cong propto prec succ preceq succeq ll gg in ni notin subset subseteq supset
supseteq cup cap setminus emptyset forall exists neg land lor implies iff to mapsto gets rightarrow leftarrow Rightarrow
Leftarrow Leftrightarrow leftrightarrow longrightarrow longmapsto uparrow downarrow perp parallel mid nmid not
pm mp times div cdot circ bullet ast star oplus ominus otimes odot oslash wedge vee dagger ddagger
nabla partial infty ell hbar Re Im aleph prime top bot angle triangle square blacksquare checkmark
mathbb mathbf mathcal mathfrak mathit mathrm mathscr mathsf mathtt boldsymbol bm operatorname text textbf textit textrm
hat widehat tilde widetilde bar overline underline vec dot ddot dddot acute grave breve check overbrace underbrace overset
underset stackrel substack
left right middle big Big bigg Bigg bigl bigr Bigl Bigr biggl biggr Biggl Biggr bigm langle rangle lvert rvert lVert rVert
vert Vert lfloor rfloor lceil rceil lbrace rbrace lbrack rbrack backslash
dots cdots ldots vdots ddots colon quad qquad displaystyle textstyle scriptstyle limits nolimits phantom hphantom vphantom
mathstrut begin end degree
"""

WORDS = frozenset(_WORDS.split())
"""Control words that stand for mathematics."""

SIGNS = frozenset(",:;!> {}|\\%&#$_")
"""Control symbols: spaces, escaped characters, `\\\\` inside an environment."""

ENVIRONMENTS = frozenset(
    ["matrix", "pmatrix", "bmatrix", "Bmatrix", "vmatrix", "Vmatrix", "smallmatrix", "cases", "array", "aligned", "gathered", "split"]
)
