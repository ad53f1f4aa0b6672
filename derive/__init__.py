"""derive: step-by-step, checked derivations of matrix derivatives from a YAML problem file."""

__version__ = "0.1.0"
