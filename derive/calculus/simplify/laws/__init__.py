"""The laws by which a line is simplified, one file a kind."""
