"""An expression printed as text for a terminal."""
