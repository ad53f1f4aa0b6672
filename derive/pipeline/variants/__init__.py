"""Variants of a set: each student a sheet of their own, with its solution, and one key of them all."""
