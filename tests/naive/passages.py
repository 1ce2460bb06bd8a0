"""Passages, obviously: all windows, all places to resume at, by plain Python."""

from __future__ import annotations

from collections.abc import Callable, Sequence

MASK = (1 << 64) - 1


def seed_hash(run: str) -> int:
    value = 0
    for character in run:
        value = (value * 0x9E3779B97F4A7C15 + ord(character)) & MASK
    value = ((value ^ value >> 32) * 0xBF58476D1CE4E5B9) & MASK
    return value ^ value >> 29


def winnow(text: str, size: int, window: int, skipped: Callable[[int], bool]) -> list[int]:
    """Return where seeds of a document begin: of each window the least, the last of equal ones."""
    hashes = [
        MASK if skipped(i) else seed_hash(text[i : i + size]) for i in range(len(text) - size + 1)
    ]
    chosen = set()
    for end in range(window, len(hashes) + 1):
        least = min(range(end - window, end), key=lambda i: (hashes[i], -i))
        if hashes[least] != MASK:
            chosen.add(least)
    return sorted(chosen)


def resume(a: str, b: str, gap: int) -> tuple[int, int] | None:
    """Return the fewest characters to skip in both until three are equal, as evenly as can be."""
    ways = [
        (i + j, abs(i - j), i, j)
        for i in range(gap)
        for j in range(gap)
        if len(a[i : i + 3]) == 3 and a[i : i + 3] == b[j : j + 3]
    ]
    return min(ways)[2:] if ways else None


def reach(
    a: str,
    b: str,
    units_a: Sequence[int],
    units_b: Sequence[int],
    start: tuple[int, int],
    linked: Callable[[int, int], bool],
    edge: int,
    gap: int = 20,
    loss: int = 40,
) -> tuple[int, int, int]:
    """Return how far the alignment of ``a`` and ``b`` goes from their starts, and what is equal.

    ``units_a`` and ``units_b`` say of each character in which unit it is, ``start`` where one comes
    from.
    """
    pairs: list[tuple[int, int]] = []
    best = (0, 0, 0, 0)
    breaks: list[tuple[int, int, int]] = []  # in a, in b, equal before it
    i = j = score = 0
    parted, held = False, start
    while not parted:
        if pairs:
            way = resume(a[i:], b[j:], gap)
            if way is None:
                break
            score -= sum(way)
            if score + 6 < best[0] - loss:
                break
            i, j = i + way[0], j + way[1]
        begun = len(pairs)
        while i < len(a) and j < len(b) and a[i] == b[j]:
            if held != (units_a[i], units_b[j]):
                held = units_a[i], units_b[j]
                if not breaks or len(pairs) - breaks[-1][2] >= edge:
                    end = (pairs[-1][0] + 1, pairs[-1][1] + 1) if pairs else (0, 0)
                    breaks.append((*end, len(pairs)))
                if linked(*held):
                    parted = True
                    break
            pairs.append((i, j))
            i, j, score = i + 1, j + 1, score + 2
        if len(pairs) == begun:
            break
        if score >= best[0]:
            best = (score, i, j, len(pairs))
    _, end_a, end_b, matched = best
    if breaks and 0 < matched - breaks[-1][2] < edge:
        return breaks[-1]
    return end_a, end_b, matched


def longest_common(a: str, b: str) -> int:
    """Return the length of the longest common subsequence: no alignment has more equal."""
    row = [0] * (len(b) + 1)
    for x in a:
        diagonal = 0
        for j, y in enumerate(b):
            diagonal, row[j + 1] = row[j + 1], (diagonal + 1 if x == y else max(row[j], row[j + 1]))
    return row[-1]


def shared_runs(a: str, b: str, least: int) -> list[tuple[int, int, int]]:
    """Return all maximal equal runs of ``least`` characters or more: both places, and length."""
    runs = []
    for i in range(len(a)):
        for j in range(len(b)):
            if a[i] == b[j] and not (i and j and a[i - 1] == b[j - 1]):
                size = 0
                while i + size < len(a) and j + size < len(b) and a[i + size] == b[j + size]:
                    size += 1
                if size >= least:
                    runs.append((i, j, size))
    return runs


def run_around(text: str, documents: Sequence[int], p: int, q: int) -> int:
    """Return how long the equal run is that two places are in, which is in two documents.

    In one document the two runs do not overlap.
    """
    ends = [next(end for end in documents if end > at) for at in (p, q)]
    begins = [max(begin for begin in documents if begin <= at) for at in (p, q)]
    same = begins[0] == begins[1]
    last = p if same else ends[1]
    i = j = 0
    while p + i < ends[0] and q + i < last and text[p + i] == text[q + i]:
        i += 1
    while (
        p - j > (q + i if same else begins[0])
        and q - j > begins[1]
        and text[p - j - 1] == text[q - j - 1]
    ):
        j += 1
    return i + j


def meetings(
    told: Sequence[Sequence[str]],
    wide: tuple[int, int],
    narrow: tuple[int, int],
    alphabetic: Sequence[bool],
) -> list[tuple[int, int]]:
    """Return later and earlier places of seeds that meet, where a document is of one kind of text.

    Of each seed the first that is the same, and the latest before it.
    """
    seeds: list[tuple[str, int]] = []
    begin = unit = 0
    for document in told:
        text = "".join(document)
        size, window = narrow if any(alphabetic[unit : unit + len(document)]) else wide
        places = winnow(text, size, window, lambda _: False)
        seeds += [(text[at : at + size], begin + at) for at in places]
        begin, unit = begin + len(text), unit + len(document)
    pairs = []
    for number, (run, place) in enumerate(seeds):
        earlier = [at for other, at in seeds[:number] if other == run]
        pairs += [(place, q) for q in sorted({*earlier[:1], *earlier[-1:]})]
    return pairs
