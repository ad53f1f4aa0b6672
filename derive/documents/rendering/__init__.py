"""Values become text: templates filled, MathML."""
