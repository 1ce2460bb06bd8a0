"""How fast, how complete and how right, on corpora that are no part of the repository."""
