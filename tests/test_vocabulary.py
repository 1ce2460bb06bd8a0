"""Words and frequencies are those that jieba would hold."""

import importlib.util
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from naive.cut import jieba

from dedup.errors import SettingsError
from dedup.vocabulary import read_vocabulary

SMALL = "北京 100 ns\n大学 50 n\n北 10 ns\n北京大学 5 nt\n京 1 j\n".encode()


def plain() -> bytes:
    spec = importlib.util.find_spec("jieba")
    assert spec is not None
    assert spec.origin is not None
    return (Path(spec.origin).parent / "dict.txt").read_bytes()


def user(text: str) -> list[tuple[str, bytes]]:
    return [("user.txt", text.encode())]


def test_words_have_their_frequency_and_part_of_speech():
    words = read_vocabulary(SMALL)
    assert words.frequency == {"北京": 100, "大学": 50, "北": 10, "北京大学": 5, "京": 1}
    assert words.tag["北京大学"] == "nt"
    assert words.total == 166
    assert words.split == set()


def test_a_users_word_replaces_and_its_old_frequency_stays_in_the_total():
    words = read_vocabulary(SMALL, user("北京 7 x\n北京 3\n"))
    assert (words.frequency["北京"], words.tag["北京"], words.total) == (3, "x", 166 + 7 + 3)


def test_a_word_without_frequency_gets_the_least_that_joins_it():
    words = read_vocabulary(SMALL, user("京大学北 n\n北京大学\n"))
    # Cut into 京, 大学, 北: 1/166 * 50/166 * 10/166 of 166 is 0.018, one more than whose whole
    # part is 1, so the total is 167.
    assert words.frequency["京大学北"] == 1
    # 北京, 大学 outweighs 北京大学, which has 5: 100/167 * 50/167 of 167 is 29.9.
    assert words.frequency["北京大学"] == 30
    assert words.total == 166 + 1 + 30


def test_frequency_zero_deletes_a_word_and_forbids_it_to_the_hmm():
    words = read_vocabulary(SMALL, user("北京 0\n杭研 0\n"))
    assert words.frequency["北京"] == 0
    assert words.split == {"北京", "杭研"}


@pytest.mark.parametrize(
    ("line", "entry"),
    [
        ("云计算 5 n", ("云计算", 5, "n")),
        ("云计算 n", ("云计算", None, "n")),
        ("云计算 5", ("云计算", 5, None)),
        ("云 计 算 5 n", ("云 计 算", 5, "n")),
        ("云计算  5 n", ("云计算 ", 5, "n")),
        ("云计算 5 N", ("云计算 5 N", None, None)),
        ("云计算\t5\tn", ("云计算\t5\tn", None, None)),
        ("云计算 n 5", ("云计算 n", 5, None)),
        ("5 n", ("5", None, "n")),
        ("n", ("n", None, None)),
        ("  \t云计算 5 n \r", ("云计算", 5, "n")),
        ("\ufeff云计算 5 n", ("云计算", 5, "n")),
        ("\ufeff 云计算 5 n", (" 云计算", 5, "n")),
        ("\u3000云计算 5 n", ("\u3000云计算", 5, "n")),
    ],
)
def test_user_lines_are_read_as_jieba_reads_them(line, entry):
    word, count, kind = entry
    words = read_vocabulary(SMALL, user(f"\n \n{line}\n\n"))
    assert word in words.frequency
    if count is not None:
        assert words.frequency[word] == count
    assert words.tag.get(word) == kind


def test_a_user_dictionary_that_is_not_utf8_is_named():
    with pytest.raises(SettingsError, match=r"user\.txt is not UTF-8"):
        read_vocabulary(SMALL, [("user.txt", "云计算 5 n".encode("gbk"))])


def test_folded_words_add_up_and_keep_the_tag_of_the_most_frequent():
    content = "衛生 3 v\n卫生 8 n\n衞生 5 x\n-- 2 x\n生 1 v\n".encode()
    fold = str.maketrans({"衛": "卫", "衞": "卫", "-": ""})
    words = read_vocabulary(content, (), lambda words: [word.translate(fold) for word in words])
    assert words.frequency == {"卫生": 16, "生": 1}
    assert words.tag["卫生"] == "n"
    assert words.total == 19  # what became empty included


def test_users_words_are_folded_before_they_are_added():
    def fold(words):
        return [word.replace("衛", "卫").replace("-", "") for word in words]

    words = read_vocabulary(
        "卫生 8 n\n卫 2 n\n生 3 v\n".encode(), user("衛生 100 v\n- 5 x\n衛生衛\n"), fold
    )
    assert words.frequency["卫生"] == 100
    assert words.frequency["卫生卫"] >= 1
    assert "" not in words.frequency
    assert "衛生卫" not in words.frequency
    assert words.total == 13 + 100 + words.frequency["卫生卫"]


def frequencies(words):
    return {word: count for word, count in words.frequency.items() if count}, words.total


def test_jiebas_own_dictionary_is_read_whole():
    jieba().load()
    assert frequencies(read_vocabulary(plain())) == jieba().words()


lines = st.one_of(
    st.sampled_from(["", " ", "\ufeff", "北京大学", "AT&T", "c++ 3 nz", "乾坤 0", "李小福 nr"]),
    st.builds(
        "".join,
        st.tuples(
            st.text("北京大学生前来应聘云计算a1+. ·\r\u3000😀", min_size=1, max_size=6),
            st.sampled_from(["", " 0", " 1", " 50", " 123456", " 5 5", " \t7"]),
            st.sampled_from(["", " n", " nz", " N", "  n"]),
        ),
    ),
)


@given(st.lists(st.lists(lines, max_size=8), max_size=3))
def test_user_dictionaries_add_up_to_what_jieba_holds(tmp_path_factory, files):
    folder = tmp_path_factory.mktemp("user")
    users = []
    for number, content in enumerate(files):
        path = folder / f"{number}.txt"
        path.write_bytes("\n".join(content).encode())
        users.append((path.name, path.read_bytes()))
    base = dict(line.split(" ")[:2] for line in BASE.decode().splitlines())
    counts = {word: int(count) for word, count in base.items()}
    jieba().use(counts, sum(counts.values()), *(folder / name for name, _ in users))
    assert frequencies(read_vocabulary(BASE, users)) == jieba().words()


BASE = (
    "北京 34488 ns\n大学 20025 n\n北京大学 2053 nt\n大学生 4133 n\n生前 1176 t\n前来 2157 v\n"
    "应聘 100 v\n计算 7 n\n北 9 ns\n大 144099 a\n的 318825 uj\na1 4 x\n云 1 n\n计 3 n\n算 2 v\n"
).encode()
