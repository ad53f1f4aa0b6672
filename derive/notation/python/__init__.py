"""An expression printed as Python source over NumPy."""
