"""What stands on a page: frames, rows, questions, settings, as plain values."""
