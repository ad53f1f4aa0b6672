"""What an author's LaTeX may hold: words of mathematics by an allow-list, and definitions made of them."""
