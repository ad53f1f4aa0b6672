"""Anyone's derivation, pasted as LaTeX, held line by line against the function that a problem file says."""
