"""Expressions: immutable nodes with shapes, and the table of functions."""
