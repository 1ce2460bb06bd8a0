"""Documents in and out: one module per format, each both ways; and what undoes cleaning."""
