"""What else one could run: each peer is a program of its own, started as its users start it."""
