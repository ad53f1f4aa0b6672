"""Members held against each other."""
