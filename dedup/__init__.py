"""Near-duplicate passages in Chinese and mixed text: found, clustered, cleaned, accounted for."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dedup.decisions import Decisions
    from dedup.errors import DedupError
    from dedup.estimator import Deduplicator
    from dedup.pipeline import find
    from dedup.result import Result
    from dedup.settings import Settings
    from dedup.tokens import cut

__all__ = ["Decisions", "DedupError", "Deduplicator", "Result", "Settings", "cut", "find"]

# Loaded when asked for: `dedup --help` needs none of them, and numba alone takes half a second.
_HOMES = {
    "Decisions": "dedup.decisions",
    "DedupError": "dedup.errors",
    "Deduplicator": "dedup.estimator",
    "Result": "dedup.result",
    "Settings": "dedup.settings",
    "cut": "dedup.tokens",
    "find": "dedup.pipeline",
}


if not TYPE_CHECKING:  # or every name would be there for a type checker

    def __getattr__(name: str) -> Any:
        if name not in _HOMES:
            raise AttributeError(f"module 'dedup' has no attribute {name!r}")
        return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
