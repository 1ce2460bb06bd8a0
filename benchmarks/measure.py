"""Measure whole processes; write down what was measured, on which machine, with which versions."""

from __future__ import annotations

import json
import os
import platform
import resource
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timezone
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks.corpora import CHECKOUT

RESULTS = Path(__file__).with_name("results")
_MAXRSS_BYTES = 1 if sys.platform == "darwin" else 1024


@dataclass(frozen=True)
class Process:
    """What one process took, from its start to its end, with the processes it waited for."""

    seconds: float
    cpu_seconds: float
    """User and system time together."""
    peak_mb: float
    """Largest resident memory of it, or of the largest process it started."""


def run_process(
    command: Sequence[str | Path], cwd: Path = CHECKOUT, environ: Mapping[str, str] | None = None
) -> Process:
    """Run a command to its end and return what it took.

    Raises
    ------
    RuntimeError
        If it fails, with what it wrote to its standard error.
    """
    with tempfile.TemporaryFile() as errors:
        started = time.perf_counter()
        child = subprocess.Popen(
            [str(part) for part in command],
            cwd=cwd,
            env={**os.environ, **(environ or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=errors,
        )
        _, status, usage = os.wait4(child.pid, 0)
        seconds = time.perf_counter() - started
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode:
            errors.seek(0)
            said = errors.read().decode("utf-8", "replace")[-4000:]
            raise RuntimeError(f"{shown(command)} ended with {child.returncode}:\n{said}")
    return _process(seconds, usage)


def _process(seconds: float, usage: resource.struct_rusage) -> Process:
    return Process(
        seconds=round(seconds, 4),
        cpu_seconds=round(usage.ru_utime + usage.ru_stime, 4),
        peak_mb=round(usage.ru_maxrss * _MAXRSS_BYTES / 1e6, 1),
    )


def dedup_command() -> list[str]:
    """Return how ``dedup`` starts: the script beside this interpreter, or its entry point."""
    script = Path(sysconfig.get_path("scripts")) / "dedup"
    if script.exists():
        return [str(script)]
    return [sys.executable, "-c", "from dedup.cli import main; main()"]


def shown(command: Sequence[str | Path]) -> str:
    """Return a command as one would type it, without the paths of this machine."""
    known = {
        " ".join(dedup_command()): "dedup",
        sys.executable: "python",
        f"{CHECKOUT}{os.sep}": "",
    }
    text = " ".join(map(str, command))
    for long, short in known.items():
        text = text.replace(long, short)
    return text


def machine() -> dict[str, Any]:
    """Return the processor, the cores that this process may use, the memory in GB (1e9 bytes)."""
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return {
        "cpu": _cpu_model(),
        "cores": cores,
        "memory_gb": round(pages / 1e9, 1),
        "system": platform.system(),
        "architecture": platform.machine(),
    }


def _cpu_model() -> str:
    try:
        told = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return platform.processor()
    models = [line for line in told.splitlines() if line.startswith("model name")]
    return models[0].partition(":")[2].strip() if models else platform.processor()


def versions(packages: Iterable[str]) -> dict[str, str]:
    """Return the versions of Python, of the checkout (its commit) and of installed packages."""
    told = {package: version(package) for package in packages}
    return {"python": platform.python_version(), "dedup": _commit(), **told}


def _commit() -> str:
    """Return the commit of the checkout; with ``+`` where files differ from it."""
    described = subprocess.run(
        ["git", "describe", "--always", "--dirty=+"],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=False,
    )
    return described.stdout.strip() or "not a checkout"


def write_result(
    name: str,
    figures: Mapping[str, Any],
    details: Mapping[str, Any],
    packages: Iterable[str],
    to: Path,
) -> Path:
    """Write ``<to>/<name>.json``: where and how it was measured, the figures, and their details.

    Figures are what ``benchmarks.goals`` knows and judges, by name.
    """
    to.mkdir(parents=True, exist_ok=True)
    path = to / f"{name}.json"
    row = {
        "benchmark": name,
        "command": shown(["python", "-m", *_module(), *_arguments()]),
        "date": datetime.now(timezone.utc).strftime("%Y-%m-%d %H:%M UTC"),
        "machine": machine(),
        "versions": versions(packages),
        "figures": dict(figures),
        **details,
    }
    text = json.dumps(row, ensure_ascii=False, indent=1, default=_plain)
    path.write_text(f"{text}\n", encoding="utf-8")
    return path


def _arguments() -> list[str]:
    """Return the arguments, but for where the results go: that is not what was measured."""
    told = sys.argv[1:]
    if "--results" in told:
        at = told.index("--results")
        del told[at : at + 2]
    return told


def _module() -> list[str]:
    main = sys.modules["__main__"]
    return [main.__spec__.name] if main.__spec__ else [Path(sys.argv[0]).name]


def _plain(value: Any) -> Any:
    if isinstance(value, Process):
        return asdict(value)
    if isinstance(value, Path):
        return value.name
    if hasattr(value, "item"):
        return value.item()
    raise TypeError(f"{type(value).__name__} cannot be written as JSON")
