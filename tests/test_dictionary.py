"""Dictionaries, the users' and folded ones too, work as in jieba, and are kept as built."""

import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from naive.cut import jieba

from dedup import dictionary
from dedup.dictionary import load
from dedup.errors import SettingsError
from dedup.kernels import cut as kernels
from dedup.kernels.dictionary import entry_at, slot_of
from dedup.tokens import cut

FOLD = str.maketrans("衛衞雲計國後乾", "卫卫云计国后干")


def fold(words):
    """Fold a few Traditional characters, case and dots: enough for words to meet and to vanish."""
    return [word.lower().replace(".", "").translate(FOLD) for word in words]


@pytest.fixture
def own_cache(tmp_path, monkeypatch):
    """Let dictionaries be built and kept in an empty folder, and none be in memory."""
    monkeypatch.setenv("DEDUP_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setattr(dictionary, "_loaded", {})
    return tmp_path / "cache"


def kept(folder: Path) -> Path:
    (path,) = folder.glob("dictionary-*")
    return path


def code_points(text):
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)


def tokens(text, d, hmm=True):
    """Cut by the kernel, and give each token its part of speech, or ``None``."""
    cp = code_points(text)
    size = len(cp)
    ends, nodes = np.empty(size, np.int64), np.empty(size, np.int32)
    n = kernels.cut_span(
        cp, 0, size, d, hmm,
        np.empty(size + 2), np.empty(size + 2, np.uint16), np.empty(size + 2, np.uint8),
        ends, nodes, 0,
    )  # fmt: skip
    bounds = [0, *ends[:n].tolist()]
    return [
        (text[begin:end], d.tags[d.tag[node]] if node >= 0 else None)
        for begin, end, node in zip(bounds, bounds[1:], nodes[:n].tolist(), strict=False)
    ]


def write(path, *lines):
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def test_words_carry_their_part_of_speech_and_found_ones_none():
    assert tokens("他来到了杭研大厦，", load()) == [
        ("他", "r"), ("来到", "v"), ("了", "ul"), ("杭研", None), ("大厦", "n"), ("，", None),
    ]  # fmt: skip


def test_every_word_of_jiebas_is_an_entry_with_its_log_probability():
    d = load()
    jieba().load()
    frequency, total = jieba().words()
    within = [w for w in frequency if all(d.alphabet[ord(c)] if ord(c) < 0x9FD6 else 0 for c in w)]
    assert len(frequency) - len(within) == 1  # the one with a middle dot is in no block of jieba's
    code = [d.alphabet[code_points(word)] for word in within]
    slots = [slot_of(word, 0, len(word), d.cell) for word in code]
    assert all(entry_at(slot, d.cell) == slot for slot in slots)
    weights = d.weight[(d.cell[slots] >> np.uint64(44)).astype(np.int64)]
    expected = np.log([frequency[word] for word in within]) - np.log(total)
    np.testing.assert_allclose(weights, expected, rtol=1e-15)
    assert len(set(slots)) == len(within)


def test_a_users_word_is_cut_whole_and_has_its_tag(tmp_path):
    path = write(tmp_path / "user.txt", "云计算 5 zz", "李小福", "来到了")
    d = load([path])
    assert tokens("李小福来到了云计算", d) == [("李小福", "x"), ("来到了", "x"), ("云计算", "zz")]


def test_later_dictionaries_win(tmp_path):
    keep, delete = write(tmp_path / "keep.txt", "杭研 5"), write(tmp_path / "delete.txt", "杭研 0")
    text = "他来到了网易杭研大厦"
    assert "杭研" in cut(text, user_dictionaries=[delete, keep])
    assert "杭研" not in cut(text, user_dictionaries=[keep, delete])
    assert "杭研" in cut(text)


USERS = {
    "bom.txt": "\ufeff云计算 5 n\r\n\r\n  \n李小福 2 nr\n",
    "suggest.txt": "台中\n石墨烯 n\n江州\n的了 n\nK歌之王\n研究生命\nabc def\n a-b.c\n100%\n",
    "zero.txt": "杭研 0\n北京大学 0\n的 0\n清华 0 n\n生命 0\n了 0\n",
    "odd.txt": (
        "云 计 算 3 n\n·点·\n北\u3000京\n😀 5\n鿖鿖 7\n+++ 9\n%% 3\n乾坤 99999999999999999999 n\n"
    ),
    "again.txt": "北京 1\n北京 1000000\n北京\n大学 3 v\n杭研 4\n",
    "empty.txt": "",
}
TEXT = (
    "李小福是创新办主任也是云计算方面的专家；他来到了网易杭研大厦，在北京大学清华研究生命科学。"
    "台中石墨烯江州市长江州，的了的了。K歌之王abc def a-b.c 100%%% 1.5%+++C++ 北　京 ·点· 😀鿖鿖\n"
    "乾坤北京大学的大学生了结，龙镕基金会的的的了了了生命生命杭研杭研。\r\n"
)


@pytest.mark.parametrize(
    "names",
    [("suggest.txt",), ("zero.txt", "again.txt"), tuple(USERS), tuple(USERS)[::-1]],
    ids="+".join,
)
def test_user_dictionaries_work_as_in_jieba(tmp_path, names):
    paths = []
    for name in names:
        (tmp_path / name).write_bytes(USERS[name].encode())
        paths.append(tmp_path / name)
    jieba().load(*paths)
    for text in (TEXT, TEXT[::-1], "".join(sorted(TEXT)), *TEXT.split("，")):
        for hmm in (False, True):
            assert cut(text, hmm, paths) == jieba().cut(text, hmm)


def folded_words():
    """Fold jieba's dictionary the obvious way."""
    jieba().load()
    frequency, total = jieba().words()
    folded: dict[str, int] = {}
    for word, count in frequency.items():
        (key,) = fold([word])
        if key:
            folded[key] = folded.get(key, 0) + count
    return folded, total


@pytest.mark.parametrize("names", [(), tuple(USERS)], ids="+".join)
def test_a_folded_dictionary_is_jiebas_over_folded_words(tmp_path, names):
    paths, folded_paths = [], []
    for name in names:
        path, folded_path = tmp_path / name, tmp_path / f"folded-{name}"
        path.write_bytes(USERS[name].encode())
        paths.append(path)
        # A word that becomes empty is left out; there is none here.
        lines = [line if line.strip() else "" for line in USERS[name].split("\n")]
        (folded_path).write_bytes("\n".join(fold(lines)).encode())
        folded_paths.append(folded_path)
    frequency, total = folded_words()
    jieba().use(frequency, total, *folded_paths)
    d = load(paths, fold, "a few characters")
    (text,) = fold([TEXT + "衛生部後來AT&T計算國家乾淨，乾隆皇后，T恤"])
    for hmm in (False, True):
        assert [token for token, _ in tokens(text, d, hmm)] == jieba().cut(text, hmm)


def test_folded_and_plain_dictionaries_are_apart():
    plain, folded = load(), load((), fold, "a few characters")
    assert [token for token, _ in tokens("at&t", plain)] == ["at", "&", "t"]
    assert [token for token, _ in tokens("at&t", folded)] == ["at&t"]


def test_fold_needs_its_key():
    with pytest.raises(ValueError, match="go together"):
        load(fold=fold)
    with pytest.raises(ValueError, match="go together"):
        load(fold_key="x")


def test_a_missing_user_dictionary_is_named(tmp_path):
    with pytest.raises(SettingsError, match=r"nowhere\.txt cannot be read: No such file"):
        load([tmp_path / "nowhere.txt"])
    with pytest.raises(SettingsError, match="cannot be read"):
        load([tmp_path])


def test_a_changed_user_dictionary_is_read_again(tmp_path):
    path = write(tmp_path / "user.txt", "杭研大厦 100 n")
    assert "杭研大厦" in cut("网易杭研大厦", user_dictionaries=[path])
    write(path, "网易杭研 100 n")
    assert "网易杭研" in cut("网易杭研大厦", user_dictionaries=[path])


def test_asking_twice_gives_the_same_arrays():
    assert load() is load(())


def test_a_damaged_cache_is_built_again(own_cache, monkeypatch):
    fresh = load()
    path = kept(own_cache)
    whole = path.read_bytes()
    path.write_bytes(whole[:70_000] + b"\xff" + whole[70_001:])
    monkeypatch.setattr(dictionary, "_loaded", {})
    again = load()
    assert all(np.array_equal(a, b) for a, b in zip(fresh, again, strict=True))
    assert path.read_bytes() == whole
    assert [entry.name for entry in own_cache.glob("dictionary-*")] == [path.name]


def test_what_is_kept_is_what_was_built(own_cache, monkeypatch):
    built = load()
    monkeypatch.setattr(dictionary, "_loaded", {})
    monkeypatch.setattr(dictionary, "read_vocabulary", lambda *_: pytest.fail("built again"))
    found = load()
    assert found is not built
    assert all(np.array_equal(a, b) for a, b in zip(built, found, strict=True))


def test_a_full_disk_costs_only_the_cache(own_cache, monkeypatch):
    def fail(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(dictionary, "write_arrays", fail)
    assert [token for token, _ in tokens("北京大学", load())] == ["北京大学"]
    assert not list(own_cache.glob("dictionary-*"))


def test_threads_build_one_dictionary(own_cache):
    barrier = threading.Barrier(4)

    def run(_):
        barrier.wait()
        return load()

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(run, range(4)))
    assert all(one is found[0] for one in found)


def test_processes_build_side_by_side(tmp_path):
    code = "from dedup.dictionary import load; print(int(load().cell.sum()))"
    environment = {**os.environ, "DEDUP_CACHE_DIR": str(tmp_path)}
    running = [
        subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, env=environment)
        for _ in range(2)
    ]
    said = [process.communicate()[0] for process in running]
    assert said == [b"%d\n" % load().cell.sum()] * 2
    assert len(list(tmp_path.glob("dictionary-*"))) == 1
