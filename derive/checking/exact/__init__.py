"""Lines decided exactly: both sides at random points of a prime field, derivatives by nilpotent steps."""
