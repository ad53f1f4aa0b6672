"""What is certain about an expression from what is declared of its symbols: the one engine, asked by reader, printers and calculus."""
