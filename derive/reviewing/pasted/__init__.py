"""Pasted LaTeX cut into relations."""
