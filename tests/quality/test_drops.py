"""What was read of the drops of real corpora: what loses something stays, by default."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from shared import shared_rows

import dedup
from benchmarks import drops
from dedup import Settings, folding
from dedup.demo import corpus_path
from dedup.pipeline import load_lexicon
from dedup.settings import Unit
from dedup.stages.clean import DropRule
from dedup.stages.words import words


@pytest.mark.parametrize("corpus", ["laws", "work_reports"])
def test_what_was_read_goes_if_all_of_it_is_said_elsewhere(corpus: str) -> None:
    verdicts = drops.known_verdicts(corpus)
    wanted = {text for pair in verdicts for text in pair}
    lines = {line for row in shared_rows(corpus) for line in row["text"].split("\n")}
    texts = {name: line for line in lines if (name := drops.digest(line)) in wanted}
    both = folding.fold_strings(
        [texts[name] for pair in verdicts for name in pair], folding.load_tables()
    )
    told = words(pa.array(both, pa.large_string()), load_lexicon(Settings()), characters=False)
    edges = pa.table({"a": np.arange(0, len(both), 2), "b": np.arange(1, len(both), 2)})
    goes = DropRule("standard", None, 20, families=False).covers(edges, told)
    same = np.array([verdict == "same" for verdict in verdicts.values()])
    assert not (goes & ~same).any()
    # <Law> and 〈Law〉 are the same to a reader.
    assert (goes & same).sum() >= same.sum() - 2


@pytest.mark.parametrize(
    ("corpus", "samples"), [("laws", [(120, 2), (200, 3)]), ("work_reports", [(1000, 1)])]
)
def test_what_goes_was_read(corpus: str, samples: list[tuple[int, int]]) -> None:
    # Of work_reports all of it. Pairs that come up here want to be read: benchmarks/drops.py.
    documents = [(row["id"], row["text"]) for row in shared_rows(corpus)]
    result = dedup.find(documents, Settings(unit="line", audit=0))
    pairs = [pair for pair in drops.dropped_pairs(result) if not pair.exact]
    drawn = [pair for count, seed in samples for pair in drops.sample(pairs, count, seed)]
    verdicts = drops.known_verdicts(corpus)
    assert [drops.shown(pair) for pair in drawn if verdicts.get(pair.key) != "same"] == []


@pytest.mark.parametrize("unit", ["line", "sentence", "document"])
def test_every_letter_of_what_goes_stands_in_what_is_kept(unit: Unit) -> None:
    files = sorted(corpus_path().rglob("*.txt"))
    plain = [path.read_text(encoding="utf-8", errors="replace") for path in files]
    documents = ["\n".join(f"第三条 {line}" for line in text.split("\n")) for text in plain]
    documents += plain
    documents += [text.replace(",", "、") for text in plain]
    documents += [text.replace("的", "之") for text in plain]
    pairs = drops.dropped_pairs(dedup.find(documents, Settings(unit=unit, min_drop=0)))
    assert len(pairs) > 20
    for pair in pairs:
        kept, dropped = folding.fold_strings([pair.kept, pair.dropped], folding.load_tables())
        assert "".join(filter(str.isalnum, dropped)) in "".join(filter(str.isalnum, kept))
