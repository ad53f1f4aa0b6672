"""The language of expressions read from text."""
