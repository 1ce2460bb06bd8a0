"""The fast loops: each fills the arrays it is given, on one thread, without the GIL."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, TypeVar

import numba

from dedup.cache import cache_root, is_kept, prune

_numba: Any = numba  # its own types leave out what it documents

__all__ = ["compiled_before", "inner", "kernel", "mark_compiled"]

F = TypeVar("F", bound=Callable[..., Any])

_configuring = threading.Lock()  # Numba's configuration is the whole process's, and is put back


@lru_cache(maxsize=1)
def _cache_dir() -> Path:
    """Name the compile cache by package version and the hash of all kernel sources.

    Numba's own key is the file of the compiled function alone: it does not see that a function
    it calls, in another file, has changed.
    """
    digest = hashlib.blake2b(digest_size=8)
    for source in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(source.read_bytes())
    try:
        release = version("dedup")
    except PackageNotFoundError:
        release = "checkout"
    folder = cache_root() / f"kernels-{release}-{digest.hexdigest()}"
    is_kept(folder)
    return folder


def kernel(function: F) -> F:
    """Compile ``function`` on first call, without the GIL, cached across processes."""
    with _configuring:
        before = _numba.config.CACHE_DIR
        _numba.config.CACHE_DIR = str(_cache_dir())
        try:
            return _numba.njit(nogil=True, cache=True, boundscheck=False)(function)
        finally:
            _numba.config.CACHE_DIR = before


def inner(function: F) -> F:
    """Compile a function that kernels call and Python does not: as part of each, quicker."""
    compiled: F = _numba.njit(
        nogil=True, boundscheck=False, no_cpython_wrapper=True, no_cfunc_wrapper=True
    )(function)
    return compiled


def compiled_before() -> bool:
    """Say whether these kernels are in the cache, all that a usual run needs."""
    return (_cache_dir() / "compiled").exists()


def mark_compiled() -> None:
    """Note that all kernels of a usual run are in the cache now."""
    try:
        (_cache_dir() / "compiled").touch()
    except OSError:
        return  # nothing is lost: the next run says again that it compiles
    prune()
