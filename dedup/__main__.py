"""``python -m dedup``: the command line without the script."""

from dedup.cli import program

program()
