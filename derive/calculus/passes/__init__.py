"""Passes over a finished derivation: detail, letters, conditions, kinks, remarks, explanations, shapes, numbers."""
