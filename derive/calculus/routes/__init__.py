"""Ways to a first derivative: one file a method."""
