"""What a derivation is about: variables, directions, parameter, names given on the way."""
