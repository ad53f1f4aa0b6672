"""d/dt at t = 0: one level of a function a line, by the rows of `calculus.rules`."""
