"""Named arrays in one file that is written whole or not at all, and believed only if it is whole.

The file is a line of JSON, padded to 64 bytes, that says what follows and its checksum; then the
arrays, each beginning at a multiple of 64 bytes.
"""

from __future__ import annotations

import contextlib
import json
import mmap
import os
import tempfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

__all__ = ["Array", "read_arrays", "write_arrays"]

Array: TypeAlias = npt.NDArray[Any]

_ALIGNMENT = 64
_HEAD = 4096  # bytes of the file that hold the JSON


def write_arrays(path: Path, arrays: Mapping[str, Array]) -> None:
    """Write ``arrays`` to ``path`` in one step: who reads meanwhile finds the old file or the new.

    Raises
    ------
    OSError
        If the file cannot be written; nothing is left behind.
    """
    described = []
    end = _HEAD
    for name, array in arrays.items():
        described.append((name, array.dtype.str, list(array.shape), end))
        end += -(-array.nbytes // _ALIGNMENT) * _ALIGNMENT
    body = bytearray(end - _HEAD)
    for (_, _, _, offset), array in zip(described, arrays.values(), strict=True):
        begin = offset - _HEAD
        body[begin : begin + array.nbytes] = np.ascontiguousarray(array).data.cast("B")
    head = json.dumps({"arrays": described, "size": end, "crc32": zlib.crc32(body)}).encode()
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=path.name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(head.ljust(_HEAD - 1) + b"\n")
            file.write(body)
        Path(name).replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise


def read_arrays(path: Path) -> dict[str, Array] | None:
    """Map the arrays in ``path`` into memory, or return ``None`` if it is missing or damaged."""
    try:
        with path.open("rb") as file:
            # Private pages: writable, as arrays made here are, and the file stays as it is.
            content = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY)
        head = json.loads(content[:_HEAD])
        if len(content) != head["size"] or zlib.crc32(memoryview(content)[_HEAD:]) != head["crc32"]:
            return None
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return {
        name: np.ndarray(shape, np.dtype(dtype), content, offset)
        for name, dtype, shape, offset in head["arrays"]
    }
