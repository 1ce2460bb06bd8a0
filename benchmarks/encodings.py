"""How often the encoding of a short piece of text is found: ``python -m benchmarks.encodings``."""

from __future__ import annotations

import argparse
import io
import random
from collections.abc import Sequence

import opencc

from benchmarks.corpora import rows
from dedup.corpus.detect import find_encoding

LENGTHS = (2, 4, 8, 16, 40, 200)
KINDS = {
    "utf-8": ("utf-8",),
    "utf-8, broken": ("utf-8",),
    "gb18030": ("gb18030",),
    "gb18030, Traditional": ("gb18030",),
    "big5": ("cp950", "big5hkscs"),
    "utf-16-le": ("utf-16-le",),
    "utf-16-be": ("utf-16-be",),
}


def piece(draw: random.Random, texts: Sequence[str], length: int, codec: str) -> bytes:
    """Return a piece of about ``length`` characters, half of them or more beyond ASCII."""
    while True:
        text = draw.choice(texts)
        start = draw.randrange(max(1, len(text) - length))
        found = text[start : start + length].strip("\n")
        if sum(not c.isascii() for c in found) < max(1, length // 2):
            continue
        try:
            return found.encode(codec)
        except UnicodeEncodeError:
            continue


def broken(draw: random.Random, data: bytes, times: int) -> bytes:
    """Return ``data`` with bytes lost, or other ones instead."""
    found = bytearray(data)
    for _ in range(times):
        at = draw.randrange(len(found))
        if draw.random() < 0.5:
            del found[at]
        else:
            found[at] = draw.randrange(0x80, 0x100)
    return bytes(found)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pieces", type=int, default=400, help="of each length and encoding")
    pieces = parser.parse_args().pieces
    draw = random.Random(1)
    simplified = [row["text"] for name in ("laws", "control") for row in rows(name)[:800]]
    convert = opencc.OpenCC("s2t").convert
    traditional = [convert(text[:3000]) for text in simplified[::8]]
    traditional += [row["text"] for row in rows("long_lines")]
    print(f"found, of {pieces} pieces of so many characters")
    print(f"{'':24}" + "".join(f"{length:>6}" for length in LENGTHS))
    for kind, right in KINDS.items():
        counts = []
        for length in LENGTHS:
            found = 0
            for _ in range(pieces):
                texts = (
                    traditional if kind.endswith("Traditional") or kind == "big5" else simplified
                )
                codec = "gbk" if kind.endswith("Traditional") else right[0]
                data = piece(draw, texts, length, codec)
                if kind.endswith("broken"):
                    data = broken(draw, data, max(1, length // 50))
                found += find_encoding(data, io.BytesIO(), "auto") in right
            counts.append(found)
        print(f"{kind:24}" + "".join(f"{count:>6}" for count in counts))


if __name__ == "__main__":
    main()
