"""Figures drawn from a problem: one file a kind, each from the problem's own data and expressions to plain marks."""
