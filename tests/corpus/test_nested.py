"""Texts deep inside rows of JSON: found, joined, and cleaned where they stand."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from corpus.strategies import cuts, spans_of
from hypothesis import given, settings
from hypothesis import strategies as st
from removal import removals_table

from dedup.corpus.clean import write_clean
from dedup.corpus.discover import discover
from dedup.corpus.nested import steps_of, text_spans, texts_at
from dedup.corpus.patch import restore
from dedup.corpus.read import read
from dedup.corpus.survey import plan, survey
from dedup.settings import Settings

FIELD = "m[].c"
CHOSEN = Settings(text_field=FIELD)


@pytest.mark.parametrize(
    ("field", "steps"),
    [
        ("text", ("text",)),
        ("a.b", ("a", "b")),
        ("messages[].content", ("messages", None, "content")),
        ("a[][].b[]", ("a", None, None, "b", None)),
        (r"a\.b\[].c\\", ("a.b[]", "c\\")),
        ("a[0].b", ("a[0]", "b")),
        ("a..b.", ("a", "", "b", "")),
        ("", ("",)),
        ("a[]b", ("a[]b",)),
    ],
)
def test_the_way_to_a_field(field: str, steps: tuple[str | None, ...]) -> None:
    assert steps_of(field) == steps


def test_of_keys_given_twice_the_last_value_counts_at_every_level() -> None:
    line = (
        rb'{"m": [{"c": "old"}], "x": {"m": [{"c": "elsewhere"}]}, '
        rb'"\u006d" : [ {"c": "a", "c": "b"}, {"c": null}, {"c": "x", "c": 1}, "c", '
        rb'{"d": {"c": "deep"}}, {"\u0063":"e\"]}"}, [{"c":"l"}] ] }'
    )
    steps = steps_of(FIELD)
    assert texts_at(json.loads(line), steps) == ["b", 'e"]}']
    assert [line[a:b] for a, b in text_spans(line, steps)] == [b"b", rb"e\"]}"]


_string = st.lists(
    st.sampled_from(
        ["a", "中", r"\n", r"\"", r"\\", r"\u4e2d", r"\ud83d\ude00", "😀", "]", "}", "{"]
    ),
    max_size=4,
).map(lambda atoms: '"' + "".join(atoms) + '"')
_scalar = st.one_of(
    _string, _string, st.sampled_from(["1", "null", "true", "-1.5e3", '"c"', '"m"'])
)
_key = st.sampled_from(['"m"', '"m"', '"c"', '"c"', r'"\u0063"', r'"\u006d"', '"x"', '""'])


def _containers(values: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    members = st.lists(st.tuples(_key, values), max_size=3)
    return st.one_of(
        st.lists(values, max_size=3).map(lambda each: "[" + " , ".join(each) + "]"),
        members.map(lambda each: "{" + ",".join(f"{k} : {v}" for k, v in each) + "}"),
        values.map(lambda value: f'{{"c":{value}}}'),
    )


_value = st.recursive(_scalar, _containers, max_leaves=8)
_row = st.builds(
    lambda before, values, after: (
        "{" + "".join(f"{k}: {v}, " for k, v in before)
        + f'"m": [{", ".join(values)}]' + "".join(f", {k}: {v}" for k, v in after) + "}"
    ),
    st.lists(st.tuples(_key, _value), max_size=2),
    st.lists(st.one_of(_value, _string.map(lambda text: f'{{"c": {text}, "r": 0}}')), max_size=4),
    st.lists(st.tuples(_key, _value), max_size=1),
)  # fmt: skip


@given(_row, st.sampled_from(["m[].c", "m", "m.c", "m[]", "m[][]", "x.m[].c", "m[].c[].c", "m.m"]))
def test_strings_are_where_the_parser_says(line: str, field: str) -> None:
    steps = steps_of(field)
    raw = line.encode()
    spans = text_spans(raw, steps)
    assert [json.loads(b'"' + raw[a:b] + b'"') for a, b in spans] == texts_at(
        json.loads(raw), steps
    )


def _without(value: Any, gone: set[int], at: list[int]) -> None:
    """Leave the code points of the joined text out of the strings of a row, in place."""
    messages = value.get("m") if isinstance(value, dict) else None
    for each in messages if isinstance(messages, list) else []:
        if isinstance(each, dict) and isinstance(each.get("c"), str):
            text = each["c"]
            each["c"] = "".join(c for i, c in enumerate(text) if at[0] + i not in gone)
            at[0] += len(text) + 2


@settings(deadline=None)
@given(st.lists(st.tuples(_row, cuts), min_size=1, max_size=4), st.booleans())
def test_several_texts_of_a_row_are_one_document(
    rows: list[tuple[str, list[tuple[int, int]]]], wide: bool
) -> None:
    encoding = "utf-16" if wide else "utf-8"
    values = [json.loads(line) for line, _ in rows]
    texts = {i: texts_at(value, steps_of(FIELD)) for i, value in enumerate(values)}
    documents = {i: "\n\n".join(each) for i, each in texts.items() if each}
    spans = {i: spans_of(rows[i][1], len(text)) for i, text in documents.items()}
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder)
        (base / "in").mkdir()
        data = "\n".join(line for line, _ in rows).encode(encoding)
        (base / "in/a.jsonl").write_bytes(data)
        told = survey(discover([base / "in"]), settings=Settings(encoding=encoding))
        parts = [read(chunk, CHOSEN) for chunk in plan(told)]
        found = {row["row"]: row["text"] for part in parts for row in part[0].to_pylist()}
        assert found == documents
        quarantine = pa.concat_tables([part[1] for part in parts])
        assert {row["row"]: row["why"] for row in quarantine.to_pylist()} == {
            i: "The object has no string in 'm[].c'." for i in texts if i not in documents
        }
        removals = [(0, i, a, b) for i, several in spans.items() for a, b in several]
        write_clean(
            told,
            removals_table(removals),
            quarantine,
            base / "clean",
            base / "patch",
            CHOSEN,
        )
        left = (base / "clean/a.jsonl").read_bytes().decode(encoding)
        restore(base, base / "back")
        assert (base / "back/a.jsonl").read_bytes() == data
    expected = []
    for i in documents:
        gone = {at for start, end in spans[i] for at in range(start, end)}
        _without(values[i], gone, [0])
        expected.append(values[i])
    assert [json.loads(line) for line in left.splitlines() if line] == expected


def test_a_span_outside_of_a_row_is_a_mistake_of_the_caller(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in/a.jsonl").write_bytes(b'{"m": [{"c": "ab"}, {"c": "cd"}]}\n')
    told = survey(discover([tmp_path / "in"]), settings=Settings())
    [(documents, quarantine)] = [read(chunk, CHOSEN) for chunk in plan(told)]
    assert documents["text"].to_pylist() == ["ab\n\ncd"]
    for start, end in [(0, 7), (-1, 2), (6, 7)]:
        removals = removals_table([(0, 0, start, end)])
        with pytest.raises(ValueError, match="not inside the text"):
            write_clean(told, removals, quarantine, tmp_path / "c", tmp_path / "p", CHOSEN)
