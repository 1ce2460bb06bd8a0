"""Labels of real corpora: pages that are one in two scripts, and pages that are not."""

from __future__ import annotations

from shared import shared_rows

import dedup
from benchmarks import labels

# Ledger hashes of the units of 20 characters and more that pages of different subjects share, each
# of them read: licence lines, how to reach the maintainers of a translation, a translator's name.
READ = {
    "21dc27bff6c60b33d848b2712e68659d", "27b090d487849551911ea76b771cd5a6",
    "3b5cd4e964961a75607f930b91254829", "46b8c13ff2a6591823967c1098a75415",
    "51de81046c9810e1e01c5136f89036aa", "8b29f468519d9872260c6d31f322c911",
    "d9d4899cce901cd91e1323899d5e11b8",
}  # fmt: skip


def test_pages_share_clusters_in_both_scripts_and_others_only_what_was_read() -> None:
    documents = [(row["id"], row["text"]) for row in shared_rows("linux_docs")]
    result = dedup.find(documents)
    pairs = list(shared_rows("linux_pairs"))
    same = [pair for pair in pairs if pair["label"].startswith("same_page")]
    score = labels.same_pages(result, same)
    assert (score.together, score.missed) == (len(same), [])

    hashes = {(row["doc"], row["paragraph"]): row["hash"] for row in result.provenance.to_pylist()}
    groups: dict[str, set[tuple[str, int]]] = {}
    long: dict[str, list[tuple[set[tuple[str, int]], str]]] = {}
    for unit in result.units.to_pylist():
        held = {(n, unit[n]) for n in ("cluster", "family") if unit[n] is not None}
        groups.setdefault(unit["doc"], set()).update(held)
        if held and unit["length"] >= 20:
            place = unit["doc"], unit["paragraph"]
            long.setdefault(unit["doc"], []).append((held, hashes[place]))
    shared = {
        digest
        for pair in pairs
        if pair not in same
        for one, other in ((pair["a"], pair["b"]), (pair["b"], pair["a"]))
        for held, digest in long.get(one, [])
        if held & groups[other]
    }
    assert shared == READ
