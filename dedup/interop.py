"""Signatures to datasketch and back: its indexes take ours, and we read those it made."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from dedup.errors import SettingsError

if TYPE_CHECKING:
    from datasketch import LeanMinHash, MinHash

__all__ = ["from_datasketch", "shingle_hash", "to_datasketch", "to_lean"]

SCHEME = "affine32"


def shingle_hash(shingle: int) -> int:
    """Return the low 32 bits of a shingle, of which its signature is made.

    The ``hashfunc`` of what ``to_datasketch`` returns: ``update`` there takes further shingles.

    >>> shingle_hash(0x123456789ABCDEF0) == 0x9ABCDEF0
    True
    """
    return int(shingle) & 0xFFFFFFFF


def to_datasketch(signatures: npt.NDArray[np.uint32], seed: int) -> list[MinHash]:
    """Return a ``datasketch.MinHash`` for each signature, to be updated, indexed or compared.

    Parameters
    ----------
    signatures
        uint32[n, k], as ``dedup.stages.sign.signatures`` makes them.
    seed
        That they were made with.

    Raises
    ------
    SettingsError
        If the signatures are not uint32 in two dimensions, with one hash function at least.
    ModuleNotFoundError
        If datasketch is not installed.

    >>> import numpy as np
    >>> one, other = to_datasketch(np.array([[7, 8, 9, 1], [7, 8, 9, 2]], np.uint32), seed=1)
    >>> one.jaccard(other)
    0.75
    """
    _check(signatures)
    datasketch = _datasketch()
    if not len(signatures):
        return []
    # Drawn once and shared: each MinHash would else draw its own.
    drawn = datasketch.MinHash(signatures.shape[1], seed=seed, scheme=SCHEME).permutations
    return [
        datasketch.MinHash(
            seed=seed, hashfunc=shingle_hash, hashvalues=row, permutations=drawn, scheme=SCHEME
        )
        for row in signatures
    ]


def to_lean(signatures: npt.NDArray[np.uint32], seed: int) -> list[LeanMinHash]:
    """Return a ``datasketch.LeanMinHash`` for each signature: smaller, and closed to updates.

    Parameters and errors are those of ``to_datasketch``.

    >>> import numpy as np
    >>> to_lean(np.array([[7, 8, 9]], np.uint32), seed=1)[0].hashvalues.tolist()
    [7, 8, 9]
    """
    _check(signatures)
    lean = _datasketch().LeanMinHash
    return [lean(seed=seed, hashvalues=row, scheme=SCHEME) for row in signatures]


def from_datasketch(minhashes: Iterable[MinHash]) -> tuple[npt.NDArray[np.uint32], int]:
    """Return the signatures (uint32[n, k]) of datasketch's sketches, and the seed of all of them.

    They can be compared with ours where their sets hold the same 32-bit hashes.

    Raises
    ------
    SettingsError
        If there is none, if one has another scheme than ``affine32``, or if their seeds or
        lengths differ.

    >>> import datasketch
    >>> sketch = datasketch.MinHash(num_perm=4, seed=3)
    >>> from_datasketch([sketch, sketch])[0].shape, from_datasketch([sketch])[1]
    ((2, 4), 3)
    """
    sketches = list(minhashes)
    if not sketches:
        raise SettingsError("there are no signatures to read: give one MinHash at least")
    for sketch in sketches:
        scheme = getattr(sketch, "scheme", None)
        if scheme != SCHEME:
            raise SettingsError(
                f"signatures of scheme {scheme!r} cannot be read: make them with scheme={SCHEME!r}"
            )
    made = {(int(sketch.seed), len(sketch.hashvalues)) for sketch in sketches}
    if len(made) > 1:
        two = sorted(made)[:2]
        told = " and ".join(f"seed {seed} with num_perm {count}" for seed, count in two)
        raise SettingsError(f"signatures of {told} cannot be compared: give those of one kind")
    signatures = np.stack([sketch.hashvalues for sketch in sketches]).astype(np.uint32)
    return signatures, made.pop()[0]


def _check(signatures: npt.NDArray[np.uint32]) -> None:
    if signatures.dtype != np.uint32 or signatures.ndim != 2 or not signatures.shape[1]:
        raise SettingsError(
            f"signatures must be uint32[n, k], not {signatures.dtype}{list(signatures.shape)}"
        )


def _datasketch() -> Any:
    try:
        import datasketch
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            "datasketch 2 is not installed: pip install 'dedup[datasketch]'"
        ) from error
    return datasketch
