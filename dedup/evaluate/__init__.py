"""How good a run is on one's own corpus: copies planted and looked for, or pairs that were read."""
