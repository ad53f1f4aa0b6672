"""An expression printed as LaTeX."""
