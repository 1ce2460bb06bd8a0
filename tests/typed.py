"""What a type checker sees of the package from outside; checked by mypy, never run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

import dedup

if TYPE_CHECKING:
    from typing import assert_type

    from dedup.settings import Preset

    settings = dedup.Settings(threshold=0.7, preset="careful")
    assert_type(settings.preset, Preset)
    dedup.Settings(preset="nonsense")  # type: ignore[arg-type]
    nothing = dedup.nonsense  # type: ignore[attr-defined]

    assert_type(settings.decisions, dedup.Decisions | None)
    dedup.Settings(decisions=dedup.Decisions.read("decisions.json"))

    def heard(stage: str, done: int, total: int | None) -> None: ...

    result = dedup.find(["a text"], settings, workers=2, progress=heard)
    assert_type(result, dedup.Result)
    assert_type(result.rethreshold(0.8), dedup.Result)
    assert_type(result.clusters, pa.Table)
    assert_type(result.cleaned(), pa.Array)
    assert_type(result.target, npt.NDArray[np.int64])
    assert_type(result.shares(), dict[str, int])
    assert_type(dedup.cut("a text"), list[str])
    dedup.find(["a text"], progress=print)

    deduplicator = dedup.Deduplicator(threshold=0.7, unit="sentence").fit(["a text"])
    assert_type(deduplicator, dedup.Deduplicator)
    assert_type(deduplicator.transform(["a text"]), npt.NDArray[np.object_])
    assert_type(deduplicator.result_, dedup.Result)
    assert_type(deduplicator.labels_, npt.NDArray[np.int64])
    dedup.Deduplicator(unit="page")  # type: ignore[arg-type]

    def told(error: dedup.DedupError) -> int:
        return error.exit_code

    from datasets import Dataset

    from dedup.integrations import arrow, huggingface

    rows: Any = None
    assert_type(arrow.clean(rows, result), pa.Table)
    assert_type(huggingface.find(rows), dedup.Result)
    dataset: Dataset = huggingface.clean(rows, result)
