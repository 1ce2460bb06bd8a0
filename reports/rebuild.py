"""Make the reports in this folder again: ``python -m reports.rebuild``."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from dedup.demo import corpus_path
from dedup.run import run
from reports.counties import write_corpus

HERE = Path(__file__).parent
REPORTS = ("demo.html", "counties.html")


def rebuilt(name: str, folder: Path) -> Path:
    """Return a report that was made in an empty folder."""
    corpus = folder / "corpus"
    if name == "demo.html":
        corpus = corpus_path()
    else:
        write_corpus(corpus)
    return run([corpus], folder / "out").out / "report.html"


if __name__ == "__main__":
    for each in REPORTS:
        with tempfile.TemporaryDirectory() as work:
            shutil.copyfile(rebuilt(each, Path(work)), HERE / each)
