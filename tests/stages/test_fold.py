"""Folding: worked examples, the slow twin, and the laws of normal forms."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
import unicodedata
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from disks import Disk
from hypothesis import given
from hypothesis import strategies as st
from naive import fold as naive
from shared import shared_path

from dedup.folding import fold_key, fold_strings, fold_with_offsets, load_tables
from dedup.records import UNITS
from dedup.stages.fold import fold

MARKS = "\u0300\u0301\u0302\u0303\u0304\u0306\u0307\u0308\u030c\u0323\u0327\u031b\u0328\u0338"
NASTY = (
    MARKS + "\u0344\u0345\u0340\u0374\u1dce\u0f71\u0f72\u0f73\u0f75\u0fb5\u20dd"
    "aAeEiIoOuUsſßẞßnNͅαΑᾳᾼᾴΐϓİıǰŉﬁﬃ"
    "\u1100\u1161\u11a8\u11a7\u1112\u1175\u11c2\uac00\uac01\ud788\uac1c\u115f\u1160\u3164\uffa0\u3131ﾡ"
    "\u09c7\u09be\u09d7\u0b47\u0b56\u0bc6\u0bbe\u0cc6\u0cc2\u0cd5\u0dd9\u0dcf\u0dca\u1025\u102e"
    "\u0928\u093c\u0958\u05d0\u05b7\ufb1d\ufb2c\u0653\u0627\ufdfa\U000110a5\U000110ba\U0001d15e"
    "かカハﾊｶ\u3099\u309a\uff9e\uff9fゝ豈\uf900\U0002f800\ufa0e㍿㌔⑴⒈㈠①㎡²₂ªⁿ™½↉㆒㎨Ⅷ…：，％"
    "\u00ad\u034f\u200b\u200d\ufe0f\ufeff\U000e0100\ufff9\u180b"
    " \u00a0\u3000\u00a8´¯\t\n\x1c\x85\u2028\0\ufffd"
    "漢衛長薴苧𠀀〇々發䯄"
)
READING = (
    "漢衛a ?()（）[]〔〕?\t\u3000\n'’-·weilǐngNǏvüǖǘǚǜ\u0304\u0301ɑɡㄨㄟˋ˙かんじカー的，1\u200b"
)
texts = st.text(st.sampled_from(NASTY), max_size=24) | st.text(max_size=24)
phrases = st.lists(
    st.sampled_from(
        ["衛", "漢字", "\n", "(", ")", "（", "）", "[", "]", "?", " ", "wèi", "lǐng dǎo", "xī'ān",
         "guān", "guangong", "WTO", "Hé", "pé", "ㄨㄟˋ", "かんじ", "カナ", "1", "ɑ\u0304", "huār",
         "ㄇ", "˙", "'", "n\u0304g", "e", "r", "a" * 9, "á" * 30]
    ),
    max_size=10,
).map("".join)  # fmt: skip
every = texts | st.text(st.sampled_from(READING), max_size=20) | phrases

TABLES = load_tables()


def folded(text: str) -> str:
    return fold_strings([text], TABLES)[0]


@pytest.mark.parametrize(
    ("text", "shadow"),
    [
        ("衛(wèi)生  局\n領（lǐng）導(dǎo)", "卫生局领导"),
        ("重慶 (Chóngqìng) 市 [Xī'ān] 〔ㄨㄟˋ〕", "重庆市"),
        ("漢字(かんじ)と氏名(フリガナ)", "汉字と氏名(フリガナ)"),
        ("世貿(WTO)第(一)條(a)款(3)項(the)", "世贸(wto)第(一)条(a)款(3)项(the)"),
        ("貝利(Pelé)在咖啡館(café)", "贝利(pelé)在咖啡馆(café)"),
        ("預防接種管理?xiàng)l例", "预防接种管理l例"),
        ("請(qǐng)?jiān)L問(wèn)", "请l问"),
        ("是嗎?對(duì)嗎? hǎo)", "是吗?对吗? hǎo)"),
        ("關光(guāngōng)", "关光"),  # guan+gong, not guang+ong
        ("Ｈｅｌｌｏ　Ｗörld ﬁn ②", "hello wörld fin 2"),
        ("e\u0323\u0301=\u00e9\u0323", "\u1eb9\u0301=\u1eb9\u0301"),
        ("ﾊﾟｶﾞ \u1112\u1161\u11ab", "パガ 한"),
        ("e\u200b\u0301 衛\u00ad生\ufe0f\ufeff", "é卫生"),
        ("第 3 章，\n共 2 節 of A\n B。\n", "第3章,共2节of a b。"),
        ("管 ?guǎn)理 ? hǎo)", "管理? hǎo)"),
        ("ᾼ Σς ß İ", "αι σσ ss i̇"),
        ("  \u3000\n", ""),
        ("", ""),
        ("\0\ufffd", "\0\ufffd"),
        ("薴苧", "苎苎"),
        ("1０⁵個, 5½ ％, H₂O, ¹注", "10⁵个, 5½ %, h₂o, ¹注"),
        ("５㎡ ㎧ ①⑴⒈㈠ ª™", "5m² m∕s 1(1)1.(一) ª™"),
    ],
)
def test_worked_examples(text: str, shadow: str) -> None:
    assert folded(text) == shadow
    assert naive.fold(text) == shadow


@given(every)
def test_the_shadow_is_that_of_the_twin(text: str) -> None:
    assert folded(text) == naive.fold(text)


def test_every_assigned_code_point_folds_like_the_twin() -> None:
    unknown = {"Cn", "Co", "Cs"}
    known = [c for c in map(chr, range(0x110000)) if unicodedata.category(c) not in unknown]
    sampled = [f"é{c},{c}" for c in known]
    for text, shadow in zip(sampled, fold_strings(sampled, TABLES), strict=True):
        assert shadow == naive.fold(text), ascii(text)


def test_what_is_raised_lowered_or_a_fraction_is_all_that_nfkc_would_fold_further() -> None:
    stands = ("<super>", "<sub>", "<fraction>")
    for c in map(chr, range(0x110000)):
        full = unicodedata.normalize("NFKD", c)
        here = naive.decomposed(c)
        if here != full:
            assert unicodedata.normalize("NFKD", here) == full
            assert any(unicodedata.decomposition(part).startswith(stands) for part in here)


def test_what_unfolds_to_an_opening_bracket_closes_it() -> None:
    for c in map(chr, range(0x110000)):
        parts = unicodedata.normalize("NFKD", c)
        if len(parts) > 1:
            assert parts.count("(") == parts.count(")"), ascii(c)
            assert parts.count("〔") == parts.count("〕"), ascii(c)
            assert "[" not in parts
            assert not parts.endswith("?") or parts in {"??", "!?"}


@given(every)
def test_folding_twice_changes_nothing(text: str) -> None:
    assert folded(folded(text)) == folded(text)


@given(every)
def test_normal_forms_of_a_text_fold_alike(text: str) -> None:
    for form in ("NFC", "NFD"):
        assert folded(unicodedata.normalize(form, text)) == folded(text)


@given(st.lists(every, max_size=6), st.sampled_from(["line", "pieces"]))
def test_units_are_folded_one_by_one(pieces: list[str], how: str) -> None:
    documents = pa.table({"text": pa.array(["x", "".join(pieces)], pa.large_string())})
    sizes = np.cumsum([0, *(len(piece.encode()) for piece in pieces)])
    empty = UNITS.empty_table().select(UNITS.names[:8])
    n = len(pieces)
    rows = {field.name: np.zeros(n, field.type.to_pandas_dtype()) for field in empty.schema}
    rows |= {"document": rows["document"] + 1, "byte_start": sizes[:-1], "byte_end": sizes[1:]}
    found = fold(documents, pa.table(rows, empty.schema), TABLES)
    assert found.schema == UNITS
    shadows = [naive.fold(piece) for piece in pieces]
    assert found["shadow"].to_pylist() == shadows
    assert found["length"].to_pylist() == [len(shadow) for shadow in shadows]
    halves = zip(found["hash_high"].to_pylist(), found["hash_low"].to_pylist(), strict=True)
    assert list(halves) == [naive.hashes(shadow) for shadow in shadows]


@given(every)
def test_each_shadow_character_knows_its_source(text: str) -> None:
    shadow, origins = fold_with_offsets(text, TABLES)
    assert shadow == naive.fold(text)
    assert len(origins) == len(shadow)
    for c, origin in zip(shadow, origins.tolist(), strict=True):
        source = unicodedata.normalize("NFKD", naive.normalised(text[origin]))
        assert c == " " if source.isspace() else unicodedata.normalize("NFKD", c)[0] in source


@given(st.lists(st.sampled_from(["县", "2024", "，", "\n", " \r\n　"]), max_size=30))
def test_it_makes_no_difference_where_chinese_is_wrapped(parts: list[str]) -> None:
    with_breaks = "卫".join(parts)  # so that of two neighbours one is Han
    assert folded(with_breaks) == folded("".join(with_breaks.split()))


def test_offsets_worked_out_by_hand() -> None:
    shadow, origins = fold_with_offsets("衛(wèi)生  局ﬃ e\u0301  \ud800", TABLES)
    assert shadow == "卫生局ffi é \ufffd"
    assert origins.tolist() == [0, 6, 9, 10, 10, 10, 11, 12, 14, 16]


@pytest.mark.parametrize(
    "text",
    [
        "字" * 300_000,
        "a" * 300_000,
        "(" * 10_000 + "漢(" * 5_000,
        " \n" * 100_000 + "漢" + " " * 100_000 + "字",
        "\ufdfa" * 20_000,
        "漢(" + "wèi " * 3000 + ")",
        "衛(wèi)生" * 30_000,
        "漢?" * 5_000 + "wèi)",
        "漢" + "( wèi" * 5_000 + ")" * 5_000,
    ],
    ids=lambda text: ascii(text[:3]),
)
def test_long_texts_are_folded_across_blocks(text: str) -> None:
    assert folded(text) == naive.fold(text)


@given(every, st.integers(4080, 4110), st.sampled_from("a漢，\u0301か "))
def test_where_a_block_ends_makes_no_difference(text: str, before: int, filler: str) -> None:
    start = filler * before
    whole = start + text + "漢字"
    assert folded(whole) == naive.fold(whole)


def test_a_million_marks_in_disorder() -> None:
    n = 333_333
    text = "e" + "\u0301\u0323\u0308" * n + "x"
    assert folded(text) == "\u1eb9" + "\u0323" * (n - 1) + "\u0301\u0308" * n + "x"


@given(st.text(st.sampled_from(MARKS + "\u0345\u0f71\u3099\u05b7"), max_size=60))
def test_many_marks_are_ordered_and_composed(marks: str) -> None:
    assert folded("αo" + marks) == naive.fold("αo" + marks)


def test_the_food_safety_passage_reads_the_same_in_both_scripts() -> None:
    def line(name: str, number: int) -> str:
        text = shared_path(f"seeds/{name}").read_text(encoding="utf-8")
        return folded(text.split("\n")[number - 1])

    a, b = line("000_60a07b6629c945ad.txt", 107), line("004_9f9a6642b5427c90.txt", 458)
    assert a[:60].replace("我县", "我市") == b[:60]
    assert "wèi" not in b
    assert "衛" not in a
    assert len(set(b) - set(a)) < 30


def test_without_room_for_a_cache_all_is_compiled_and_built(small_disk: Disk) -> None:
    code = """
        from dedup.folding import fold_strings, load_tables
        print(fold_strings(["衛(wèi)生 工 作"], load_tables()))
    """
    cache = small_disk(16)
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", textwrap.dedent(code)],
        capture_output=True, text=True, check=False,
        env={**os.environ, "DEDUP_CACHE_DIR": str(cache)},
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (0, "['卫生工作']\n"), done.stderr
    assert not [*cache.glob("fold-*")]


def test_tables_are_built_whole_and_mapped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEDUP_CACHE_DIR", str(tmp_path))
    load_tables.cache_clear()
    built, mapped = load_tables(), (load_tables.cache_clear(), load_tables())[1]
    assert [entry.name for entry in tmp_path.iterdir()] == [f"fold-{fold_key()}.npy"]
    for tables in (built, mapped):
        assert tables.key == fold_key()
        assert not tables.table.flags.writeable
        assert np.array_equal(tables.table, TABLES.table)
