"""TeX as a program: what it needs, its formats, its runs and its log."""
