"""Real reports of corpora that the repository ships."""
