"""The fields of rows as columns of strings."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

import pyarrow as pa

__all__ = ["as_string", "string_column"]

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


def as_string(value: object) -> str | None:
    """Return a field's value as the string that stands for it; ``None`` where there is none.

    A number is written as ``str`` does it, a list, an object or a truth value as JSON; a lone
    surrogate becomes U+FFFD.

    >>> as_string(2020), as_string({"$oid": "5f"}), as_string(None)
    ('2020', '{"$oid":"5f"}', None)
    """
    if value is None:
        return None
    if isinstance(value, (bool, list, dict)):
        value = json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str)
    return _LONE_SURROGATE.sub("\ufffd", str(value))


def string_column(values: Sequence[object]) -> pa.Array:
    """Return ``values`` as a ``large_string`` column, each as ``as_string`` has it."""
    if set(map(type, values)) <= {str, type(None)}:
        try:
            return pa.array(values, pa.large_string())
        except UnicodeEncodeError:  # a lone surrogate somewhere
            pass
    return pa.array([as_string(value) for value in values], pa.large_string())
