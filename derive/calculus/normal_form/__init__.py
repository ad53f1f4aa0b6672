"""Polynomials of matrices in one normal form: noncommutative words with scalar coefficients."""
