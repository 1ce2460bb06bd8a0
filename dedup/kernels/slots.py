"""What stands in the slots of a template: each text's value, and where it is in the original."""

from __future__ import annotations

import numpy as np

from dedup.columns import I32, I64, U8, U32, U64, Bools
from dedup.kernels import inner, kernel
from dedup.kernels.words import word_hash

__all__ = ["mark_repeats", "original_spans", "slot_values"]

_OTHER, _NUMBER, _DATE, _PLACE, _ORGANISATION, _SIGN = 0, 1, 2, 3, 4, 5
_LOST = (0x3F, 0xFFFD, 0x25A1)  # ?, U+FFFD and □ stand where a character was lost


@inner
def _kind_of(kinds: U8, begin: int, end: int) -> int:
    """Return the kind of the pieces of a value, 5 if there is no word among them.

    An organisation, if it ends in one; a number, a date or a place, if at least half of the
    words are.
    """
    words = numbers = dates = places = 0
    last = _SIGN
    for p in range(begin, end):
        kind = kinds[p]
        if kind == _SIGN:
            continue
        last = kind
        words += 1
        numbers += kind == _NUMBER
        dates += kind == _DATE
        places += kind == _PLACE
    if last == _SIGN or (last == _ORGANISATION and kinds[end - 1] == last):
        return last
    most = max(numbers, dates, places)
    if 2 * most < words:
        return _OTHER
    return _NUMBER if numbers == most else _DATE if dates == most else _PLACE


@inner
def _alike(cp: U32, a: int, b: int, size: int) -> bool:
    """Return whether two stretches are the same but for lost characters, each where one was."""
    for i in range(size):
        if cp[a + i] != cp[b + i] and cp[a + i] not in _LOST and cp[b + i] not in _LOST:
            return False
    return True


@kernel
def slot_values(
    cp: U32,
    point_starts: I64,
    piece_ends: I64,
    kinds: U8,
    piece_starts: I64,
    group_starts: I64,
    rows: I64,
    matched: I32,
    slot_starts: I64,
    slot_begin: I32,
    slot_end: I32,
    begin: I64,
    end: I64,
    hashes: U64,
    value_kinds: U8,
    damaged: Bools,
) -> None:
    """Fill the value of every slot, text by text of every group.

    Parameters
    ----------
    cp, point_starts, piece_ends, kinds, piece_starts
        See ``cut_pieces``.
    group_starts, rows, matched, slot_starts, slot_begin, slot_end
        See ``align_groups``.
    begin, end : int64[:]
        Filled: code points of the shadow text, from its start.
    hashes : uint64[:]
        Filled: of the code points; 0 of none.
    value_kinds : uint8[:]
        Filled: index into ``dedup.kinds.KINDS``, 5 for what holds no word.
    damaged : bool[:]
        Filled: whether it is the first text's value but for lost characters.
    """
    v = np.int64(0)
    for group in range(len(group_starts) - 1):
        first = group_starts[group]
        n = piece_starts[first + 1] - piece_starts[first]
        for t in range(group_starts[group], group_starts[group + 1]):
            base, row = piece_starts[t], rows[t]
            point = point_starts[t]
            for s in range(slot_starts[group], slot_starts[group + 1]):
                low, high = base, piece_starts[t + 1]
                if slot_begin[s] > 0:
                    low = base + matched[row + slot_begin[s] - 1] + 1
                if slot_end[s] < n:
                    high = base + matched[row + slot_end[s]]
                begin[v] = (piece_ends[low - 1] if low > base else point) - point
                end[v] = (piece_ends[high - 1] if high > base else point) - point
                hashes[v] = np.uint64(0)
                if end[v] > begin[v]:
                    hashes[v] = word_hash(cp, point + begin[v], point + end[v])
                value_kinds[v] = _kind_of(kinds, low, high)
                lead = v - (t - first) * (slot_starts[group + 1] - slot_starts[group])
                size = end[v] - begin[v]
                damaged[v] = False
                if hashes[v] != hashes[lead] and size == end[lead] - begin[lead]:
                    there = point_starts[first] + begin[lead]
                    damaged[v] = _alike(cp, point + begin[v], there, size)
                v += 1


@kernel
def mark_repeats(data: U8, starts: I64, ends: I64, keys: I64, same: Bools) -> None:
    """Fill whether each stretch of ``data`` has the key and the bytes of the one before it."""
    for k in range(len(starts)):
        size = ends[k] - starts[k]
        same[k] = k > 0 and keys[k] == keys[k - 1] and size == ends[k - 1] - starts[k - 1]
        i = 0
        while same[k] and i < size:
            same[k] = data[starts[k] + i] == data[starts[k - 1] + i]
            i += 1


@kernel
def original_spans(
    data: U8,
    starts: I64,
    ends: I64,
    same: Bools,
    origins: I64,
    lengths: I64,
    span_starts: I64,
    begin: I64,
    end: I64,
) -> None:
    """Replace spans of shadow texts by those of the originals, in bytes from the original's start.

    Parameters
    ----------
    data, starts, ends : uint8[:], int64[n] twice
        UTF-8 text, and the bytes of each original.
    same : bool[n]
        Whether an original, and its spans, are those of the one before.
    origins, lengths : int64[:] twice
        Of each original that is not: source of each code point of its shadow text, in code points
        from its start, one text after another; and how many there are.
    span_starts, begin, end : int64[n + 1], int64[:] twice
        Spans of each original, ascending and apart: code points of the shadow text. Replaced. A
        span takes along what is dropped after it (readings, white space), and holds the whole of a
        character that stands for several in the shadow.
    """
    base = row = np.int64(0)
    length = np.int64(0)
    for k in range(len(starts)):
        first, size = span_starts[k], ends[k] - starts[k]
        if same[k]:
            shift = first - span_starts[k - 1]
            for s in range(first, span_starts[k + 1]):
                begin[s], end[s] = begin[s - shift], end[s - shift]
            continue
        base += length
        length = lengths[row]
        row += 1
        point = byte = least = np.int64(0)  # code points and bytes passed; where a span may begin
        shadow_begin = np.int64(0)
        for edge in range(2 * (span_starts[k + 1] - first)):
            s = first + edge // 2
            c = end[s] if edge % 2 else begin[s]
            if edge % 2 and shadow_begin < c:
                last = origins[base + c - 1]
                while c < length and origins[base + c] == last:
                    c += 1
            shadow_begin = c
            here = size if c >= length else np.int64(0)
            if 0 < c < length:
                while point < origins[base + c]:
                    byte += 1
                    while byte < size and data[starts[k] + byte] & 0xC0 == 0x80:
                        byte += 1
                    point += 1
                here = byte
            least = max(least, here)
            if edge % 2:
                end[s] = least
            else:
                begin[s] = least
