"""Virtual environments, one for each tool that is measured: none sees the packages of another."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from benchmarks.corpora import CHECKOUT, WORK

DIGITS = 12


def environment(name: str, requirements: Sequence[str | Path]) -> Path:
    """Return the folder of an environment with these packages, made at the first call.

    A requirement that is a path is a checkout: what changes in its package makes another
    environment, and the one before goes.
    """
    folder = folder_of(name, requirements)
    if not (folder / "whole").exists():
        stem = folder.name.rpartition("-")[0]
        for other in folder.parent.glob(f"{stem}-{'?' * DIGITS}"):
            shutil.rmtree(other)
        _run([sys.executable, "-m", "venv", folder])
        _run([folder / "bin/python", "-m", "pip", "install", "--quiet", *requirements])
        (folder / "whole").touch()
    return folder


def folder_of(name: str, requirements: Sequence[str | Path]) -> Path:
    """Return where the environment lies or would lie."""
    digest = hashlib.sha256(sys.version.encode())
    for each in requirements:
        digest.update(str(each).encode())
        for source in _sources(each) if isinstance(each, Path) else ():
            digest.update(source.read_bytes())
    stem = "-".join(re.findall(r"\w+", name))
    return WORK / "environments" / f"{stem}-{digest.hexdigest()[:DIGITS]}"


def _sources(checkout: Path) -> Iterable[Path]:
    return [checkout / "pyproject.toml", *sorted((checkout / "dedup").rglob("*.py"))]


def installed(folder: Path) -> dict[str, str]:
    """Return the versions of all packages of an environment but pip's own."""
    told = _run([folder / "bin/python", "-m", "pip", "list", "--format", "json"])
    packages = {row["name"].lower(): row["version"] for row in json.loads(told)}
    return {name: packages[name] for name in sorted(packages.keys() - {"pip", "setuptools"})}


def _run(command: Sequence[str | Path]) -> str:
    """Run a command that is to succeed; return what it wrote."""
    done = subprocess.run(
        [str(part) for part in command],
        cwd=CHECKOUT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{' '.join(map(str, command))} failed:\n{done.stderr[-4000:]}")
    return done.stdout
