"""The fast loops: each fills the arrays it is given, on one thread, without the GIL."""

from __future__ import annotations

import contextlib
import hashlib
import threading
from collections.abc import Callable, Iterator
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, TypeVar, cast

import numba
from numba.core.caching import FunctionCache

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


class _Kept(FunctionCache):
    """Numba's cache where a full or broken disk is no error: what it should hold is compiled."""

    @contextlib.contextmanager
    def _guard_against_spurious_io_errors(self) -> Iterator[None]:
        """Surround what loads, which then finds nothing, and what saves."""
        with contextlib.suppress(OSError):
            yield


def kernel(function: F) -> F:
    """Compile ``function`` on first call, without the GIL, cached across processes."""
    with _configuring:
        before = _numba.config.CACHE_DIR
        _numba.config.CACHE_DIR = str(_cache_dir())
        try:
            compiled: Any = _numba.njit(nogil=True, boundscheck=False)(function)
            with contextlib.suppress(RuntimeError):  # no folder anywhere to keep it in
                kept: Any = _Kept  # without types, as all of Numba's
                compiled._cache = kept(function)  # what ``cache=True`` does with its own
            return cast(F, compiled)
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
