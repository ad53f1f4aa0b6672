"""LaTeX read as an expression."""
