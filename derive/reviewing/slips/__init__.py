"""What went wrong in a line: the smallest change that makes it right, and the smallest point at which it is seen."""
