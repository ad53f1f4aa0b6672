"""Derivatives written in entries and sums over indices, and a matrix recognised in what they leave."""
