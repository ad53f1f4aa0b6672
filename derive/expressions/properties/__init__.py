"""What is known of an expression: symmetry, sign, definiteness, rank, degree."""
