"""Linear functions of a direction: adjoints, gradients read off, matrices of operators, structured directions."""
