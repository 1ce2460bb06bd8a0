"""The report's script is what its JSDoc says: TypeScript's compiler finds nothing wrong with it."""

from __future__ import annotations

import os
import shutil
import subprocess

import pytest

from dedup.report.page import SCRIPTS, WEB

TSC = os.environ.get("DEDUP_TSC") or shutil.which("tsc")


@pytest.mark.skipif(not TSC, reason="no tsc: npm install typescript, and name it in DEDUP_TSC")
def test_the_script_is_typed():
    done = subprocess.run(
        [
            str(TSC), "--noEmit", "--allowJs", "--checkJs", "--strict", "--target", "es2022",
            "--lib", "es2023,dom,dom.iterable",
            "types.d.ts", *(f"{name}.js" for name in SCRIPTS),
        ],
        cwd=WEB, capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
