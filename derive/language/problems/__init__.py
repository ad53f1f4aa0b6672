"""A problem: from values, and from a YAML file."""
