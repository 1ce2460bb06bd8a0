"""An array file is read as it was written, or not at all."""

import numpy as np
import pytest

from dedup.arrayfile import read_arrays, write_arrays

ARRAYS = {
    "counts": np.arange(5, dtype=np.uint16),
    "table": np.array([[0.5, -np.inf], [3.14e100, 0.1]]),
    "empty": np.empty(0, np.int64),
    "bytes": np.frombuffer(b"abc", np.uint8),
}


def test_arrays_come_back_as_they_were(tmp_path):
    write_arrays(tmp_path / "kept", ARRAYS)
    found = read_arrays(tmp_path / "kept")
    assert found is not None
    assert list(found) == list(ARRAYS)
    for name, array in ARRAYS.items():
        assert found[name].dtype == array.dtype
        np.testing.assert_array_equal(found[name], array)


def test_arrays_are_aligned_and_writable_without_changing_the_file(tmp_path):
    write_arrays(tmp_path / "kept", ARRAYS)
    before = (tmp_path / "kept").read_bytes()
    found = read_arrays(tmp_path / "kept")
    assert found is not None
    assert all(array.ctypes.data % 64 == 0 for name, array in found.items() if name != "empty")
    found["counts"][0] = 9
    assert (tmp_path / "kept").read_bytes() == before


def test_a_missing_file_is_none(tmp_path):
    assert read_arrays(tmp_path / "kept") is None


@pytest.mark.parametrize("at", [0, 1, 20, 4095, 4096, 4097, -1])
def test_any_changed_byte_is_noticed_where_it_matters(tmp_path, at):
    path = tmp_path / "kept"
    write_arrays(path, ARRAYS)
    content = bytearray(path.read_bytes())
    content[at] ^= 0x55
    path.write_bytes(content)
    assert read_arrays(path) is None


@pytest.mark.parametrize("size", [0, 1, 100, 4096, 4200])
def test_a_cut_off_file_is_none(tmp_path, size):
    path = tmp_path / "kept"
    write_arrays(path, ARRAYS)
    path.write_bytes(path.read_bytes()[:size])
    assert read_arrays(path) is None


def test_what_is_no_array_file_is_none(tmp_path):
    for content in (b"\x00" * 9000, b"{}".ljust(9000), b"[1]".ljust(9000), b"null".ljust(5000)):
        (tmp_path / "kept").write_bytes(content)
        assert read_arrays(tmp_path / "kept") is None


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "kept"
    write_arrays(path, ARRAYS)
    before = path.read_bytes()
    (tmp_path / "folder").mkdir()
    with pytest.raises((IsADirectoryError, PermissionError)):
        write_arrays(tmp_path / "folder", ARRAYS)
    assert path.read_bytes() == before
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["folder", "kept"]
