"""Other people's pipelines: one file for each, imported by who uses it."""
