"""The errors a caller may catch, and what the command line makes of each.

::

    DedupError                 exit code 3
    ├── SettingsError          exit code 2: an option that makes no sense
    ├── CorpusError            exit code 3: input that cannot be read at all
    └── OutputError            exit code 3: a folder that cannot be written
        └── OutputExistsError  exit code 2: a folder that holds something else

The message of each is one sentence that says what to do.
"""

from __future__ import annotations

__all__ = ["CorpusError", "DedupError", "OutputError", "OutputExistsError", "SettingsError"]


class DedupError(Exception):
    """Anything that stops a run; the message is for the person who started it."""

    exit_code = 3

    def __str__(self) -> str:
        """Return the message as one line: what cannot be printed, in a file's name, is escaped."""
        return "".join(
            sign if sign.isprintable() else sign.encode("unicode_escape").decode()
            for sign in super().__str__()
        )


class SettingsError(DedupError, ValueError):
    """An option, or a combination of options, that makes no sense."""

    exit_code = 2


class CorpusError(DedupError):
    """Input that cannot be read at all (one bad row is quarantined instead)."""


class OutputError(DedupError):
    """An output folder that cannot be written."""


class OutputExistsError(OutputError):
    """An output folder that already holds something this run must not replace."""

    exit_code = 2
