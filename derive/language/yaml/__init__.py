"""YAML composed with the place of every value."""
