"""Equations solved for a matrix, a vector or a number."""
