"""What the engine hands on: derivations made of chains of lines, reasons and quantities."""
