"""The anonymous memory of this process: what it has taken, and the system cannot take back."""

from __future__ import annotations

import ctypes
import os
import sys

__all__ = ["anonymous_bytes", "give_back"]

_PAGE = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 0
_STATM = "/proc/self/statm"


def anonymous_bytes() -> int | None:
    """Return the bytes of RssAnon now; None on systems that do not tell it (all but Linux).

    Of the second and third number in ``statm``, resident pages and those of files and shared
    memory, the difference is what ``status`` calls RssAnon (proc(5)), and they are read in a tenth
    of the time.
    """
    if not sys.platform.startswith("linux"):
        return None
    stream = os.open(_STATM, os.O_RDONLY)
    try:
        numbers = os.read(stream, 128).split()
    finally:
        os.close(stream)
    return (int(numbers[1]) - int(numbers[2])) * _PAGE


def give_back() -> None:
    """Give the memory that was freed back to the system, where the C library is GNU's.

    It keeps what lies between pieces that are still used: of columns that come and go in turn,
    hundreds of megabytes.
    """
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None
    if trim is not None:
        trim(0)
