"""The file of decisions: what is read, what is refused and in which words, and its identity."""

from __future__ import annotations

import json
import pickle
import random
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from dedup import decisions as module
from dedup import schemas
from dedup.decisions import Decisions
from dedup.errors import SettingsError

A, B, C = "0a" * 16, "1b" * 16, "2c" * 16
SCHEMA = Draft202012Validator(json.loads(schemas.schema_text("decisions")))


def entry(decision: str, text: str = A, **more: Any) -> dict[str, Any]:
    return {"decision": decision, "hash": text, **more}


def this(text: str = A, doc: str = "a.txt", paragraph: int = 3) -> dict[str, Any]:
    return entry("keep_this", text, doc=doc, paragraph=paragraph)


def pair(one: str = A, other: str = B) -> dict[str, Any]:
    return {"decision": "not_a_copy", "hashes": [one, other]}


def written(path: Path, entries: list[Any], **more: Any) -> Path:
    told = {"schema_version": 1, "decisions": entries, **more}
    path.write_text(json.dumps(told, indent=2), encoding="utf-8")
    return path


EVERY = [entry("keep"), entry("drop", B), entry("boilerplate", C), this(A, "甲 \ud800", 0), pair()]


def test_every_decision_is_read(tmp_path: Path) -> None:
    path = written(tmp_path / "d.json", [*EVERY, entry("keep", note="again", by="me", at="2024")])
    read = Decisions.read(path)
    assert read == Decisions(
        keep=[A], drop=[B], boilerplate=[C], keep_this=[(A, "甲 \ufffd", 0)], not_a_copy=[(B, A)]
    )
    assert len(read) == 5
    assert hash(read) == hash(Decisions.read(str(path)))
    assert pickle.loads(pickle.dumps(read)) == read
    SCHEMA.validate(json.loads(path.read_bytes()))


def test_none_is_a_file_too(tmp_path: Path) -> None:
    read = Decisions.read(written(tmp_path / "d.json", [], note="nothing yet"))
    assert not read
    assert read == Decisions()


def test_order_notes_layout_and_repeats_do_not_change_what_is_decided(tmp_path: Path) -> None:
    entries = [*EVERY, entry("keep", B[::-1]), pair(C, B)]
    one = Decisions.read(written(tmp_path / "one.json", entries))
    other = [*entries, *entries[2:]]
    random.Random(1).shuffle(other)
    told = {"decisions": [{**each, "note": "x"} for each in other], "schema_version": 1}
    (tmp_path / "other.json").write_bytes(b"\xef\xbb\xbf" + json.dumps(told).encode())
    assert Decisions.read(tmp_path / "other.json").digest == one.digest
    assert Decisions.read(written(tmp_path / "less.json", entries[1:])).digest != one.digest


REFUSED = [
    (entry("keeps"), r'its decision is "keeps", none of keep, drop, boilerplate, keep_this, not_a'),
    (entry("keep") | {"decision": None}, "its decision is null"),
    (entry("keep") | {"decision": ["keep"]}, r'its decision is \["keep"\]'),
    ({"hash": A}, "it has no decision"),
    ("keep", "it is no object"),
    ([entry("keep")], "it is no object"),
    (17, "it is no object"),
    ({"decision": "keep"}, "keep needs hash"),
    (entry("keep_this"), "keep_this needs doc and paragraph"),
    (entry("not_a_copy"), "not_a_copy needs hashes"),
    (entry("keep", A.upper()), r'"0A0A.*" is no hash of 32 digits'),
    (entry("keep", A[:-1]), "is no hash"),
    (entry("keep", A + "\n"), "is no hash"),
    (entry("keep", "９" * 32), "is no hash"),
    (entry("drop", "x" * 5000), "…"),
    (entry("drop") | {"hash": 5}, "5 is no hash"),
    (entry("keep", doc="a.txt"), '"doc" is no field of it'),
    (this() | {"paragrah": 1}, '"paragrah" is no field of it'),
    (entry("keep", note=None), "its note is no string"),
    (entry("keep", **{"\ud800\n": 1}), "is no field of it"),
    (this() | {"doc": 5}, "doc is no string"),
    (this() | {"paragraph": -1}, "paragraph is no number"),
    (this() | {"paragraph": True}, "paragraph is no number"),
    (this() | {"paragraph": 1.0}, "paragraph is no number"),
    (this() | {"paragraph": 2**31}, "paragraph is no number"),
    (pair(A, A), "a text is a copy of itself"),
    (pair() | {"hashes": [A]}, "hashes is no pair"),
    (pair() | {"hashes": A}, "hashes is no pair"),
    (pair() | {"hashes": [A, None]}, "null is no hash"),
]


@pytest.mark.parametrize(("bad", "told"), REFUSED)
def test_an_entry_that_decides_nothing_is_refused_and_named(
    bad: Any, told: str, tmp_path: Path
) -> None:
    path = written(tmp_path / "d.json", [entry("keep", C, note='a "{[" b'), bad, entry("drop", B)])
    with pytest.raises(SettingsError, match=told) as error:
        Decisions.read(path)
    assert str(error.value).startswith(f"entry 2 (line 9) of {path} cannot be used (")
    assert "\n" not in str(error.value)
    assert len(str(error.value)) < 600
    # A number that is 1.0 to us is 1 to JSON Schema.
    assert not SCHEMA.is_valid(json.loads(path.read_bytes())) or bad.get("paragraph") == 1.0


CONTRADICTIONS = [
    ([entry("keep"), entry("drop")], "keep .* and 2 .* drop"),
    ([entry("drop"), entry("keep")], "drop .* and 2 .* keep"),
    ([entry("drop"), this()], r'keep_this 0a.* in "a.txt", paragraph 3'),
    ([this(), this(doc="b.txt")], r'in "a.txt", paragraph 3, and .* in "b.txt", paragraph 3'),
    ([this(), this(paragraph=4)], "paragraph 3, and .* paragraph 4"),
]


@pytest.mark.parametrize(("entries", "told"), CONTRADICTIONS)
def test_entries_that_contradict_each_other_are_both_named(
    entries: list[Any], told: str, tmp_path: Path
) -> None:
    path = written(tmp_path / "d.json", entries)
    with pytest.raises(SettingsError, match=told) as error:
        Decisions.read(path)
    second = 3 + len(json.dumps(entries[0], indent=2).splitlines())
    wanted = f"two entries of {path} contradict each other: 1 (line 4), "
    assert str(error.value).startswith(wanted)
    assert f", and 2 (line {second + 1}), " in str(error.value)
    values = {each["decision"]: [] for each in entries}
    for each in entries:
        rest = [each[name] for name in ("hash", "doc", "paragraph") if name in each]
        values[each["decision"]].append(rest[0] if len(rest) == 1 else tuple(rest))
    with pytest.raises(SettingsError, match="two decisions contradict each other: "):
        Decisions(**values)


def test_what_goes_together_is_no_contradiction() -> None:
    told = Decisions(
        keep=[A], drop=[B], boilerplate=[A, B], keep_this=[(A, "a", 0)], not_a_copy=[(A, B), (B, C)]
    )
    assert len(told) == 7


FILES = [
    b"",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"keep",
    b"[]",
    b"5",
    b"{}",
    b'{"schema_version": 1}',
    b'{"decisions": []}',
    b'{"schema_version": 2, "decisions": []}',
    b'{"schema_version": true, "decisions": []}',
    b'{"schema_version": 1.0, "decisions": []}',
    b'{"schema_version": 1, "decisions": {}}',
    b'{"schema_version": 1, "decisions": [], "more": 1}',
    b'{"schema_version": 1, "decisions": [], "decision": "keep"}',
    b'{"schema_version": 1, "decisions": [], "note": 1}',
    b'{"schema_version": 1, "schema_version": 1, "decisions": []}',
    b'{"schema_version": 1, "decisions": []} {}',
    b'{"schema_version": 1, "decisions": [NaN, ' + b"9" * 9999 + b"]}",
    b'{"schema_version": 1, "decisions": ' + b"[" * 200_000,
    b'{"schema_version": 1, "decisions": ' + b'{"a":' * 200_000,
    b"\x00" * 1000,
]


@pytest.mark.parametrize("data", FILES, ids=lambda data: repr(data[:60]))
def test_another_file_is_refused_in_one_line(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "d.json"
    path.write_bytes(data)
    with pytest.raises(SettingsError, match=r"is no file of decisions.*`dedup schema") as error:
        Decisions.read(path)
    assert "\n" not in str(error.value)


def test_a_key_that_stands_twice_in_an_entry_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "d.json"
    twice = f'{{"decision": "keep", "hash": "{A}", "decision": "drop"}}'
    path.write_text(f'{{"schema_version": 1, "decisions":\n[\n{twice}]}}')
    with pytest.raises(SettingsError, match=r"entry 1 \(line 3\) .* \(a key stands twice in it\)"):
        Decisions.read(path)


def test_a_file_that_cannot_be_read_or_is_too_large_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for path, why in ((tmp_path / "none", "No such file"), (tmp_path, "Is a directory")):
        with pytest.raises(SettingsError, match=f"cannot be read: {why}"):
            Decisions.read(path)
    path = written(tmp_path / "d.json", EVERY)
    monkeypatch.setattr(module, "LARGEST", path.stat().st_size)
    assert len(Decisions.read(path)) == 5
    monkeypatch.setattr(module, "LARGEST", path.stat().st_size - 1)
    with pytest.raises(SettingsError, match="it has more than"):
        Decisions.read(path)


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="this system has no such file")
def test_a_file_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LARGEST", 1 << 20)
    with pytest.raises(SettingsError, match="it has more than"):
        Decisions.read("/dev/zero")


def test_a_large_file_is_read(tmp_path: Path) -> None:
    entries = [entry("keep", f"{n:032x}") for n in range(30_000)]
    entries += [pair(f"{n:032x}", f"{n + 1:032x}") for n in range(30_000)]
    assert len(Decisions.read(written(tmp_path / "d.json", entries))) == 60_000
    bad = written(tmp_path / "bad.json", [*entries, entry("drop", f"{7:032x}")])
    with pytest.raises(SettingsError, match=r": 8 \(line 32\), .*, and 60001 \(line "):
        Decisions.read(bad)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
    | st.sampled_from([A, B, "keep", "drop", "keep_this", "not_a_copy", "a.txt"]),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(["decision", "hash", "hashes", "doc", "paragraph", "note", "x"]), inner,
        max_size=4,
    ),
    max_leaves=8,
)  # fmt: skip


@given(st.lists(json_values | st.sampled_from(EVERY), max_size=4))
def test_what_is_read_is_what_the_schema_allows(entries: list[Any]) -> None:
    with tempfile.TemporaryDirectory() as name:
        path = written(Path(name) / "d.json", entries)
        valid = SCHEMA.is_valid(json.loads(path.read_bytes()))
        why = ""
        try:
            Decisions.read(path)
        except SettingsError as error:
            why = str(error)
    assert "\n" not in why
    # What the schema cannot say: 1.0 is no integer to us, and who contradicts whom.
    assert valid == (why == "") or "contradict" in why or "paragraph is" in why
