"""Trees at random points."""
