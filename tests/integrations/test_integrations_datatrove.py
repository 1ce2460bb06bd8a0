"""A step of datatrove's pipelines, alone and in its local executor."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from datatrove.data import Document
from datatrove.executor import LocalPipelineExecutor
from datatrove.pipeline.readers import JsonlReader
from datatrove.pipeline.writers import JsonlWriter

import dedup
from dedup import Settings
from dedup.errors import SettingsError
from dedup.integrations.datatrove import Deduplicate

SAME = "今年上半年，我县卫生系统认真贯彻落实各项工作部署，扎实推进医药卫生体制改革。"
OTHER = "农村公路的养护和管理由县级交通运输主管部门负责，经费列入财政预算。"
TEXTS = [SAME, f"{OTHER}\n{SAME}\n", f"{SAME}\n\n{OTHER}\n", "短"]


def documents(**metadata: list[Any]) -> list[Document]:
    rows = [{name: values[at] for name, values in metadata.items()} for at in range(len(TEXTS))]
    return [
        Document(text, name, metadata=row)
        for text, name, row in zip(TEXTS, "abcd", rows, strict=True)
    ]


def test_documents_pass_in_their_order_without_what_is_repeated() -> None:
    step = Deduplicate()
    passed = list(step.run(iter(documents(n=[1, 2, 3, 4]))))
    assert [(d.id, d.text, d.metadata) for d in passed] == [
        ("a", SAME, {"n": 1}), ("b", f"{OTHER}\n", {"n": 2}), ("d", "短", {"n": 4}),
    ]  # fmt: skip
    stats = {name: stat.total for name, stat in step.stats.stats.items()}
    assert stats["dropped_units"] == 3
    assert (stats["total"], stats["forwarded"], stats["dropped"]) == (4, 3, 1)
    kept = Deduplicate(drop=False).run(iter(documents()))
    assert [d.text for d in kept] == [SAME, f"{OTHER}\n", "", "短"]
    assert list(Deduplicate().run(iter([]))) == []


def test_a_lone_surrogate_passes() -> None:
    rows = [Document(SAME, "a"), Document(f"\ud800{OTHER}\n{SAME}", "b")]
    assert [d.text for d in Deduplicate().run(iter(rows))] == [SAME, f"\ud800{OTHER}\n"]


def test_fields_are_taken_from_the_metadata() -> None:
    chosen = Settings(keep="earliest", date_field="date")
    dated = documents(date=["2021", "2020", "2019", "2018"])
    left = [d.text for d in Deduplicate(chosen, drop=False).run(iter(dated))]
    assert left == ["", "", TEXTS[2], "短"]
    one_site = documents(site=["s"] * 4)
    inside = Settings(across_only=True, source_field="site")
    assert [d.text for d in Deduplicate(inside).run(iter(one_site))] == TEXTS


def test_one_task_of_several_is_refused() -> None:
    with pytest.raises(SettingsError, match="tasks=1"):
        list(Deduplicate().run(iter(documents()), rank=0, world_size=2))


@pytest.mark.parametrize("start", ["one process", "a pool"])
def test_in_the_local_executor(tmp_path: Path, start: str) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    for name, rows in (("one", TEXTS[:2]), ("two", TEXTS[2:])):
        lines = [json.dumps({"id": f"{name}-{n}", "text": text}) for n, text in enumerate(rows)]
        (corpus / f"{name}.jsonl").write_text("\n".join(lines))
    pipeline = [
        JsonlReader(str(corpus)),
        Deduplicate(
            Settings(threshold=0.7),
            exclusion_writer=JsonlWriter(str(tmp_path / "dropped"), compression=None),
            ledger=str(tmp_path / "ledger"),
            workers=2,
        ),
        JsonlWriter(str(tmp_path / "clean"), compression=None),
    ]
    LocalPipelineExecutor(
        pipeline,
        tasks=1,
        workers=1 if start == "one process" else 2,
        logging_dir=str(tmp_path / "logs"),
    ).run()

    def written(folder: str) -> dict[str, str]:
        lines = (tmp_path / folder / "00000.jsonl").read_text("utf-8").splitlines()
        return {row["id"]: row["text"] for row in map(json.loads, lines)}

    assert written("clean") == {"one-0": SAME, "one-1": f"{OTHER}\n", "two-1": "短"}
    assert written("dropped") == {"two-0": TEXTS[2]}
    ids = ["one-0", "one-1", "two-0", "two-1"]
    expected = dedup.find(zip(ids, TEXTS, strict=True), Settings(threshold=0.7)).provenance
    assert pq.read_table(tmp_path / "ledger/provenance.parquet").equals(expected)
