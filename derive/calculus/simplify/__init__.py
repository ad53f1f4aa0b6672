"""Simplification of a line: the laws are rows and functions in `laws`; what applies them knows none."""
