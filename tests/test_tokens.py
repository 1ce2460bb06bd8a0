"""The tokens are those of jieba."""

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from naive.cut import jieba
from shared import shared_path, shared_rows

from dedup.tokens import cut

COMMON = "的一是不在人有我他这中大来上国和说们为子地出会可也生省市县区乡镇卫北京清华学"
STRANGE = "龥鿕鿖㐀〇鬱衞龘𠀀"
ASCII = "abcxyzABCXYZ0123456789+#&._%-"
OTHER = "。，、（）·é٣ſK１Ａ％．あアー😀\u200d\ufeff\x00\ud800\udc00\udfff"
SPACE = " \t\r\n\x0b\x0c\x1c\x1d\x1e\x1f\x85\xa0\u2028\u3000"
PIECES = ["\r\n", "3.14%", "v1.2.3", "AT&T", "C++", "T恤", "北京大学", "卡拉OK", "1.", ".5", "50%"]

texts = st.lists(
    st.one_of(
        st.sampled_from(COMMON),
        st.sampled_from(COMMON + STRANGE + ASCII + OTHER + SPACE),
        st.sampled_from(PIECES),
        st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF),
        st.characters(exclude_categories=()),
    ),
    max_size=60,
).map("".join)


@pytest.fixture(autouse=True, scope="module")
def _plain_jieba():
    jieba().load()


def test_sentence_is_cut_along_the_most_probable_path():
    # 研究生 is a word, but 研究 + 生命 outweighs 研究生 + 命.
    assert cut("研究生命起源", hmm=False) == ["研究", "生命", "起源"]


def test_hmm_joins_characters_that_no_word_does():
    assert cut("来到网易杭研大厦", hmm=False) == ["来到", "网易", "杭", "研", "大厦"]
    assert cut("来到网易杭研大厦") == ["来到", "网易", "杭研", "大厦"]


def test_letters_and_digits_run_together_and_the_rest_stands_alone():
    assert cut("iPhone 15，99.5%\r\n", hmm=False) == (
        ["iPhone", " ", "15", "，", "99", ".", "5", "%", "\r\n"]
    )
    assert cut("iPhone 15，99.5%\r\n") == ["iPhone", " ", "15", "，", "99.5%", "\r\n"]


def test_empty_text_has_no_tokens():
    assert cut("") == []


def test_carriage_return_and_line_feed_are_one_token_only_in_this_order():
    assert cut("\r\n\n\r\r\n") == ["\r\n", "\n", "\r", "\r\n"]


def test_text_that_holds_every_separator_is_cut_all_the_same():
    text = "".join(map(chr, range(32))) + "北京大学"
    assert cut(text) == [*map(chr, range(32)), "北京大学"]


@given(texts)
@example("\ud83d\ude00")
@example("+.5%a.1.2b%")
def test_tokens_are_those_of_jieba(text):
    for hmm in (False, True):
        assert cut(text, hmm) == jieba().cut(text, hmm)


@given(texts)
def test_tokens_joined_are_the_text(text):
    assert "".join(cut(text)) == text


@pytest.mark.parametrize("name", ["laws", "control", "long_lines", "linux_docs", "license_docs"])
def test_real_documents_are_cut_as_by_jieba(name):
    for row, _ in zip(shared_rows(name), range(6), strict=False):
        text = row["text"][:20_000]
        for hmm in (False, True):
            assert cut(text, hmm) == jieba().cut(text, hmm)


def test_seed_documents_are_cut_as_by_jieba():
    for path in sorted(shared_path("seeds").glob("*.txt")):
        text = path.read_text(encoding="utf-8")
        for hmm in (False, True):
            assert cut(text, hmm) == jieba().cut(text, hmm)


@pytest.mark.parametrize("unit", ["a", "的", "镕", "北京", "甲", "1.", "\ud800", "研究生命"])
def test_a_line_of_millions_of_characters_takes_linear_time(unit):
    # What is quadratic would not end.
    text = unit * (3_000_000 // len(unit))
    tokens = cut(text)
    assert sum(map(len, tokens)) == len(text)
    assert tokens[:50] == cut(text[:3000])[:50] or tokens == [text]


def test_threads_cut_alike():
    rows = ["北京大学生前来应聘" * 20, "他来到了网易杭研大厦", "AT&T 3.14%", ""] * 25
    alone = [cut(text) for text in rows]
    barrier = threading.Barrier(4)

    def run(_):
        barrier.wait()
        return [cut(text) for text in rows]

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(run, range(4))) == [alone] * 4


def test_jieba_is_not_imported():
    code = "import sys; from dedup.tokens import cut; cut('北京'); sys.exit('jieba' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
