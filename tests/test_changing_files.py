"""Files that vanish, shrink or change while a run is at work: told, and no run is finished."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from corpora import contents, lay_out

from dedup import Settings
from dedup.corpus.compression import compressing
from dedup.corpus.patch import restore
from dedup.engines.local import LocalEngine
from dedup.errors import CorpusError
from dedup.run import run

COPIED = "今年上半年，我县卫生系统认真贯彻落实上级部署，扎实推进医药卫生体制改革。"
TEXTS = [f"第{n}段\n{COPIED}\n" for n in range(30)]
LINES = "".join(json.dumps({"text": text}, ensure_ascii=False) + "\n" for text in TEXTS)


def parquet(texts: list[str], group: int = 10) -> bytes:
    out = io.BytesIO()
    pq.write_table(pa.table({"n": range(len(texts)), "text": texts}), out, row_group_size=group)
    return out.getvalue()


def packed(data: bytes) -> bytes:
    out = io.BytesIO()
    with compressing(out, "zst") as stream:
        stream.write(data)
    return out.getvalue()


FILES = {
    "a.txt": "".join(TEXTS).encode(),
    "wide.txt": "".join(TEXTS).encode("utf-16"),
    "a.jsonl": LINES.encode(),
    "other.jsonl": LINES.encode("gb18030"),
    "a.csv": ("text,n\n" + "".join(f'"{text}",1\n' for text in TEXTS)).encode(),
    "a.parquet": parquet(TEXTS),
}
HARMS: dict[str, Callable[[bytes], bytes]] = {
    "emptied": lambda _: b"",
    "cut": lambda data: data[: len(data) // 2],
    "cut by a byte": lambda data: data[:-1],
    "grown": lambda data: data + data,
    "turned": lambda data: data[::-1],
    "quoted": lambda data: b'"' * len(data),
    "another": lambda data: parquet(TEXTS[:3], 1) if data[:4] == b"PAR1" else data[:100] + b"\n",
}


def run_and(
    harm: Callable[[], None], at: str, folder: Path, workers: int = 2, **settings: str
) -> None:
    """Run over ``folder/in``, and do harm when a stage begins."""
    done: list[str] = []

    def progress(stage: str, _: int, __: int | None) -> None:
        if stage == at and not done:
            done.append(stage)
            harm()

    chosen = Settings(**settings)  # type: ignore[arg-type]
    run([folder / "in"], folder / "out", chosen, engine=LocalEngine(workers), progress=progress)


@pytest.mark.parametrize("stage", ["fold", "clean and ledger"])
@pytest.mark.parametrize("name", FILES)
def test_a_file_that_changes_is_named_and_no_run_is_finished(
    name: str, stage: str, tmp_path: Path
) -> None:
    path = tmp_path / "in" / name
    lay_out(tmp_path / "in", {name: FILES[name], "z.txt": COPIED.encode()})
    for harm in HARMS.values():
        path.write_bytes(FILES[name])
        with pytest.raises(CorpusError, match="has changed since the run began: run again"):
            run_and(lambda change=harm: path.write_bytes(change(FILES[name])), stage, tmp_path)
        assert not (tmp_path / "out/run.json").exists()
    path.write_bytes(FILES[name])
    with pytest.raises(CorpusError, match=rf"{name} does not exist"):
        run_and(path.unlink, stage, tmp_path)
    assert not (tmp_path / "out/run.json").exists()
    path.write_bytes(FILES[name])
    assert not run([tmp_path / "in"], tmp_path / "out").already
    restore(tmp_path / "out", tmp_path / "back")
    if not name.endswith(".parquet"):
        assert contents(tmp_path / "back") == contents(tmp_path / "in")


def test_a_copy_that_was_made_of_a_file_is_what_is_read(tmp_path: Path) -> None:
    lay_out(tmp_path / "in", {"a.jsonl.zst": packed(LINES.encode())})
    run_and((tmp_path / "in/a.jsonl.zst").unlink, "fold", tmp_path)
    restore(tmp_path / "out", tmp_path / "back")
    assert contents(tmp_path / "back") == {"a.jsonl.zst": packed(LINES.encode())}


def test_texts_inside_rows_that_change_are_told_too(tmp_path: Path) -> None:
    rows = "".join(json.dumps({"m": [{"c": text}, {"c": COPIED}]}) + "\n" for text in TEXTS)
    path = tmp_path / "in/a.jsonl"
    for change in (rows.replace('"c"', '"d"', 9), rows[::-1], "\n" * len(rows), rows[:50]):
        lay_out(tmp_path / "in", {"a.jsonl": rows.encode()})
        for stage in ("fold", "clean and ledger"):
            path.write_text(rows, "utf-8")
            with pytest.raises(CorpusError, match="has changed since the run began"):
                run_and(lambda now=change: path.write_text(now, "utf-8"), stage, tmp_path,
                        text_field="m[].c")  # fmt: skip


def test_a_file_that_becomes_a_folder_is_named(tmp_path: Path) -> None:
    lay_out(tmp_path / "in", {"a.txt": COPIED.encode()})

    def harm() -> None:
        (tmp_path / "in/a.txt").unlink()
        (tmp_path / "in/a.txt").mkdir()

    with pytest.raises(CorpusError, match=r"a\.txt cannot be read \(Is a directory\)"):
        run_and(harm, "words", tmp_path, workers=1)
