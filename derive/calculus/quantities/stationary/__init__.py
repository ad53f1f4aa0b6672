"""Stationary points: the equation, its solutions, and the second-order test at them."""
