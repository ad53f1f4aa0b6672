"""Widths and breaks: what fits a page."""
