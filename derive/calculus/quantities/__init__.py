"""What can be asked of a function: one file a quantity."""
