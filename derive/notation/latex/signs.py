"""Commands that stand for one sign, each with its character."""

from __future__ import annotations

LETTERS = {
    name: letter for names, letters in (
        ("alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta iota kappa lambda mu nu xi pi varpi rho varrho sigma "
         "varsigma tau upsilon phi varphi chi psi omega ell hbar infty nabla partial emptyset aleph Re Im "
         "varnothing varkappa digamma imath jmath wp",
         "α β γ δ ϵ ε ζ η θ ϑ ι κ λ μ ν ξ π ϖ ρ ϱ σ ς τ υ ϕ φ χ ψ ω ℓ ℏ ∞ ∇ ∂ ∅ ℵ ℜ ℑ "
         "∅ ϰ ϝ ı ȷ ℘"),
        ("Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega", "Γ Δ Θ Λ Ξ Π Σ Υ Φ Ψ Ω"),
    ) for name, letter in zip(names.split(), letters.split(), strict=True)
}
OPERATORS = dict(zip(
    ("cdot times div pm mp circ bullet ast star oplus ominus otimes odot oslash wedge vee cap cup setminus dagger "
     "le leq ge geq ne neq approx equiv sim simeq cong propto prec succ preceq succeq ll gg in ni notin subset subseteq supset supseteq "
     "perp parallel mid to rightarrow gets leftarrow mapsto Rightarrow Leftarrow Leftrightarrow implies iff longrightarrow forall exists "
     "dots ldots cdots vdots ddots colon coloneqq eqqcolon top prime sum prod int langle rangle lvert rvert lVert rVert vert Vert lfloor rfloor "
     "lceil rceil lbrace rbrace blacksquare checkmark surd "
     "coprod iint iiint oint bigcup bigcap bigoplus bigotimes bigwedge bigvee bigsqcup leqslant geqslant subsetneq sqcup sqcap nexists "
     "neg lnot land lor impliedby leftrightarrow longleftarrow longmapsto Longrightarrow uparrow downarrow nmid vdash models doteq asymp "
     "lesssim gtrsim therefore because ddagger ltimes rtimes amalg bot angle triangle square lozenge complement dotsc dotsb dotsm dotsi "
     "lbrack rbrack backslash lgroup rgroup lmoustache rmoustache llbracket rrbracket varoast boxplus").split(),
    ("⋅ × ÷ ± ∓ ∘ ∙ ∗ ⋆ ⊕ ⊖ ⊗ ⊙ ⊘ ∧ ∨ ∩ ∪ ∖ † "
     "≤ ≤ ≥ ≥ ≠ ≠ ≈ ≡ ∼ ≃ ≅ ∝ ≺ ≻ ⪯ ⪰ ≪ ≫ ∈ ∋ ∉ ⊂ ⊆ ⊃ ⊇ "
     "⟂ ∥ ∣ → → ← ← ↦ ⇒ ⇐ ⇔ ⟹ ⟺ ⟶ ∀ ∃ "
     "… … ⋯ ⋮ ⋱ : ≔ ≕ ⊤ ′ ∑ ∏ ∫ ⟨ ⟩ | | ‖ ‖ | ‖ ⌊ ⌋ "
     "⌈ ⌉ { } ■ ✓ √ "
     "∐ ∬ ∭ ∮ ⋃ ⋂ ⨁ ⨂ ⋀ ⋁ ⨆ ⩽ ⩾ ⊊ ⊔ ⊓ ∄ "
     "¬ ¬ ∧ ∨ ⟸ ↔ ⟵ ⟼ ⟹ ↑ ↓ ∤ ⊢ ⊨ ≐ ≍ "
     "≲ ≳ ∴ ∵ ‡ ⋉ ⋊ ⨿ ⊥ ∠ △ □ ◊ ∁ … ⋯ ⋯ ⋯ "
     "[ ] \\ ⟮ ⟯ ⎰ ⎱ ⟦ ⟧ ⊛ ⊞").split(),
    strict=True,
))
NAMED = frozenset("log ln exp sin cos tan arcsin arccos arctan sinh cosh tanh det max min lim sup inf dim ker rank deg gcd arg "
                  "lg sec csc cot coth hom Pr limsup liminf".split())
"""Names of functions that LaTeX has a command for."""
