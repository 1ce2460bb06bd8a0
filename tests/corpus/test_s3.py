"""A bucket of S3, by a server on this machine: read as a folder is, and told what is wrong."""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from commandline import dedup, is_one_sentence
from corpora import contents

TEXT = "今年上半年，我县卫生系统认真贯彻落实上级部署，扎实推进医药卫生体制改革。\n"
FILES = {
    "in/a.txt": TEXT.encode(),
    "in/deep/b.jsonl.gz": gzip.compress(json.dumps({"id": 1, "text": TEXT}).encode(), mtime=0),
    "in/deep/c.csv": f'id,text\n2,"{TEXT}"\n'.encode("gb18030"),
    "in/.hidden/d.txt": b"hidden",
    "in/e.doc": b"another format",
    "labels": json.dumps(
        {"a": {"doc": "a.txt", "line": 1}, "b": {"doc": "1", "line": 1}, "label": True}
    ).encode(),
}


@pytest.fixture(scope="module")
def bucket() -> Iterator[dict[str, str]]:
    """Fill a bucket, and give the environment in which it is found."""
    server = pytest.importorskip("moto.server", reason="needs the extra s3-test").ThreadedMotoServer
    s3fs = pytest.importorskip("s3fs", reason="needs the extra s3-test")
    running = server(ip_address="127.0.0.1", port=0, verbose=False)
    running.start()
    told = {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{running.get_host_and_port()[1]}",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_MAX_ATTEMPTS": "1",
    }
    system = s3fs.S3FileSystem(
        key="test", secret="test", endpoint_url=told["AWS_ENDPOINT_URL"], skip_instance_cache=True
    )
    system.mkdir("corpus-of-tests")
    system.pipe({f"corpus-of-tests/{name}": data for name, data in FILES.items()})
    yield told
    running.stop()


def test_a_bucket_is_read_as_a_folder_is(bucket: dict[str, str], tmp_path: Path) -> None:
    done = dedup("run", "s3://corpus-of-tests/in", "-o", tmp_path / "out", env=bucket)
    assert done.returncode == 0, done.stderr
    assert "3 documents in 3 files" in done.stdout
    assert "read as gb18030: 1, utf-8: 2" in done.stdout
    back = dedup("restore", tmp_path / "out", tmp_path / "back", "-q")
    assert (back.returncode, back.stderr) == (0, "")
    found = contents(tmp_path / "back")
    assert set(found) == {"a.txt", "deep/b.jsonl.gz", "deep/c.csv"}
    assert found["deep/c.csv"] == FILES["in/deep/c.csv"]
    for name, data in found.items():
        path = tmp_path / "local" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    assert dedup("run", tmp_path / "local", "-o", tmp_path / "same", "-q").returncode == 0
    for name in ("provenance.jsonl", "clusters.jsonl"):
        assert (tmp_path / "same" / name).read_bytes() == (tmp_path / "out" / name).read_bytes()
    again = dedup("run", "s3://corpus-of-tests/in", "-o", tmp_path / "out", env=bucket)
    assert "nothing was done" in again.stdout
    pattern = "s3://corpus-of-tests/in/deep/*.csv"
    done = dedup("run", pattern, "-o", tmp_path / "few", "-q", env=bucket)
    assert (done.returncode, [*contents(tmp_path / "few/clean")]) == (0, ["c.csv"])


@pytest.mark.parametrize(
    ("url", "more", "told"),
    [
        ("s3://corpus-of-tests/nowhere", {}, "nowhere does not exist: check the address"),
        ("s3://no-such-bucket/in", {}, "no-such-bucket/in does not exist: check the address"),
        ("s3://corpus-of-tests/in/e.doc", {}, "e.doc is of no known format"),
        ("s3://corpus-of-tests/in", {"AWS_ENDPOINT_URL": "http://127.0.0.1:9"}, "cannot be read"),
        ("s3://corpus-of-tests/in", {"AWS_ACCESS_KEY_ID": ""}, "cannot be read"),
    ],
)
def test_what_is_wrong_with_a_bucket_is_one_sentence(
    url: str, more: dict[str, str], told: str, bucket: dict[str, str], tmp_path: Path
) -> None:
    env = {**os.environ, **bucket, **more}
    done = dedup("run", url, "-o", tmp_path / "out", env={k: v for k, v in env.items() if v})
    assert (done.returncode, done.stdout) == (3, "")
    assert is_one_sentence(done.stderr, [url, told])
    assert not (tmp_path / "out").exists()


def test_what_a_run_reads_can_be_evaluated(bucket: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "labels").write_bytes(FILES["labels"])
    done = dedup(
        "evaluate", "pairs", tmp_path / "labels", "s3://corpus-of-tests/in", "--json", env=bucket
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["all"]["true"] == 1
    done = dedup("evaluate", "plant", "s3://corpus-of-tests/in", "-o", tmp_path / "out", env=bucket)
    assert done.returncode == 3  # of so little, nothing can be planted
    assert is_one_sentence(done.stderr)
