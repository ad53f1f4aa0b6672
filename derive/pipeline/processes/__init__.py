"""Several processes at once: the pool, and the jobserver of a make that runs us."""
