"""The scikit-learn twin of ``find``: a transformer that takes out of texts what is repeated."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dedup.columns import numbers
from dedup.corpus.memory import documents_table
from dedup.cuts import Spans, cut, spans_of
from dedup.decisions import Decisions
from dedup.errors import CorpusError
from dedup.newcomers import apart
from dedup.pipeline import find
from dedup.result import Result
from dedup.settings import Class, ClassAction, Keep, PassageAction, Preset, Settings, Unit

try:
    from sklearn.base import BaseEstimator, TransformerMixin
    from sklearn.utils.validation import check_is_fitted
except ModuleNotFoundError as error:
    raise ModuleNotFoundError(
        "scikit-learn is not installed: pip install 'dedup[sklearn]'"
    ) from error

__all__ = ["Deduplicator"]

Texts: TypeAlias = Any
"""One dimension of strings: a list, an object array, or a column of pandas, Polars or Arrow."""


class Deduplicator(TransformerMixin, BaseEstimator, auto_wrap_output_keys=None):  # type: ignore[call-arg, misc]
    r"""Take repeated units out of texts, as a step in front of a vectoriser.

    ``fit_transform(X)`` is the cleaned corpus: of what is repeated in X, one copy stays. After
    ``fit(X)``, ``transform`` gives for each row

    - of a text that was fitted: what became of it in X, so that ``fit(X).transform(X)`` is
      ``fit_transform(X)``. Of a text that X has twice, the first row stands for the first, the
      second for the second;
    - of any other text, or of more rows of a text than X had: what is left of it if it comes
      after X. Units go that X has already, by the same rules as in ``fit``, and second copies
      inside the text. The other rows don't matter: each new text is taken by itself.

    ``transform_new`` takes every row as such another text, one that was fitted too: all that X has
    goes. That is for a stream held against a corpus.

    So a model is neither trained nor scored on copies, and a prediction depends on its own text
    alone; but for ``class_action``, as what tells a class is also in how many texts of one call a
    unit stands, and for passages that many of them share, which may be found for fewer. To
    deduplicate new texts among themselves too, fit on all of them.

    Rows stay rows: a document of which nothing but white space is left becomes ``""``, and
    ``labels_`` has one number for each document. Nothing in a row is changed but what is cut out.

    Parameters
    ----------
    threshold, recall, permutations, words, chars, unit, min_length, min_drop, keep, preset,
    drop_threshold, drop_document, drop_families, class_action, passages, passage_length,
    passage_share, passage_action, mask_marker, decisions, user_dictionaries, exact, seed, audit,
    bucket_cap
        As in ``Settings``. Texts have no dates or sources, so ``keep`` is ``"first"`` or
        ``"longest"``; the label of a document, which ``keep_this`` names, is the number of its row.
    drop
        Return only the rows that are left, without those that became ``""``. Not for a
        ``Pipeline``, where ``y`` would have more rows than X; outside one, ``y[kept_]`` has the
        rows of ``fit_transform(X)``.
    workers
        Threads; by default one for each core this process may use. Changes no result.

    Attributes
    ----------
    result_ : Result
        What was found in the texts that were fitted: units, clusters, families, provenance.
    labels_ : int64[n]
        Per fitted document, its group of near copies, from 0, or -1 if it has no copy: the
        clusters of a run with ``unit="document"``, made when first asked for.
    kept_ : bool[n]
        Per fitted document, whether it is there still; False for what became ``""``.

    Raises
    ------
    SettingsError
        By ``fit``, if a parameter makes no sense.
    CorpusError
        If X is not one dimension of strings.

    Notes
    -----
    A fitted estimator holds its corpus, so its pickle is larger than the texts. To transform new
    texts takes about as long as ``fit``, for one as for a thousand: give them in one call.

    >>> from dedup import Deduplicator
    >>> same = "今年上半年，我县卫生系统认真贯彻落实各项工作部署，扎实推进医药卫生体制改革。"
    >>> deduplicator = Deduplicator().fit([same, "农村公路的养护和管理工作由县级部门负责。", same])
    >>> deduplicator.labels_.tolist(), deduplicator.kept_.tolist()
    ([0, -1, 0], [True, True, False])
    >>> deduplicator.transform([f"新的一段。\n{same}"]).tolist()
    ['新的一段。\n']
    """

    def __init__(
        self,
        *,
        threshold: float | None = None,
        recall: float = 0.99,
        permutations: int = 144,
        words: int | None = None,
        chars: int | None = None,
        unit: Unit = "auto",
        min_length: int = 8,
        min_drop: int = 20,
        keep: Keep = "first",
        preset: Preset = "standard",
        drop_threshold: float | None = None,
        drop_document: float | None = None,
        drop_families: bool = False,
        class_action: Mapping[Class, ClassAction] | Sequence[tuple[Class, ClassAction]] = (),
        passages: bool = True,
        passage_length: int = 30,
        passage_share: float = 0.5,
        passage_action: PassageAction = "tag",
        mask_marker: str = "[…]",
        decisions: Decisions | None = None,
        user_dictionaries: Sequence[str | Path] = (),
        exact: bool = False,
        seed: int = 1,
        audit: int = 500,
        bucket_cap: int = 400,
        drop: bool = False,
        workers: int | None = None,
    ) -> None:
        self.threshold = threshold
        self.recall = recall
        self.permutations = permutations
        self.words = words
        self.chars = chars
        self.unit = unit
        self.min_length = min_length
        self.min_drop = min_drop
        self.keep = keep
        self.preset = preset
        self.drop_threshold = drop_threshold
        self.drop_document = drop_document
        self.drop_families = drop_families
        self.class_action = class_action
        self.passages = passages
        self.passage_length = passage_length
        self.passage_share = passage_share
        self.passage_action = passage_action
        self.mask_marker = mask_marker
        self.decisions = decisions
        self.user_dictionaries = user_dictionaries
        self.exact = exact
        self.seed = seed
        self.audit = audit
        self.bucket_cap = bucket_cap
        self.drop = drop
        self.workers = workers

    def fit(self, X: Texts, y: object = None) -> Deduplicator:
        """Find what is repeated in the texts X; ``y`` is not looked at."""
        self._fit(_as_list(X))
        return self

    def fit_transform(self, X: Texts, y: object = None) -> npt.NDArray[np.object_]:
        """Fit, and return the texts (object[n]) without what is repeated."""
        texts = _as_list(X)
        self._fit(texts)
        return self._rows(texts, spans_of(self.result_))

    def transform(self, X: Texts) -> npt.NDArray[np.object_]:
        """Return the texts (object[n]): what became of fitted ones, what is new in others."""
        check_is_fitted(self, "result_")
        texts = _as_list(X)
        column = _column(texts, self.result_.settings)
        place = _fitted_places(self.result_.documents["text"].combine_chunks(), column)
        fitted = spans_of(self.result_)
        spans = {row: fitted[at] for row, at in enumerate(place.tolist()) if at in fitted}
        new = np.flatnonzero(place < 0)
        for at, cuts in self._new_spans(column.take(pa.array(new))).items():
            spans[int(new[at])] = cuts
        return self._rows(texts, spans)

    def transform_new(self, X: Texts) -> npt.NDArray[np.object_]:
        """Return the texts (object[n]) without what the fitted ones have: ``""`` for each of those.

        For texts from elsewhere, which are copies where they are the same.
        """
        check_is_fitted(self, "result_")
        texts = _as_list(X)
        return self._rows(texts, self._new_spans(_column(texts, self.result_.settings)))

    @property
    def labels_(self) -> npt.NDArray[np.int64]:
        """Per fitted document, its group of near copies, or -1."""
        check_is_fitted(self, "result_")
        if "_labels" not in vars(self):
            self._labels = _document_groups(self.result_, self.workers)
        return self._labels

    def get_feature_names_out(self, input_features: object = None) -> npt.NDArray[np.object_]:
        """Return ``input_features``, or ``["text"]``: a column of texts in, the same column out."""
        names = ["text"] if input_features is None else input_features
        return np.asarray(names, dtype=object)

    def __sklearn_tags__(self) -> Any:
        """Tell scikit-learn that X is one dimension of strings."""
        tags = super().__sklearn_tags__()
        tags.input_tags.one_d_array = True
        tags.input_tags.two_d_array = False
        tags.input_tags.string = True
        tags.transformer_tags.preserves_dtype = []
        tags.no_validation = True
        return tags

    def _fit(self, texts: list[str]) -> None:
        values = self.get_params(deep=False)
        for name in ("drop", "workers"):
            del values[name]
        values["user_dictionaries"] = tuple(map(Path, self.user_dictionaries))
        settings = Settings(**values)
        self.result_ = find(_column(texts, settings), settings, workers=self.workers)
        if "_labels" in vars(self):  # of what was fitted before
            del self._labels
        left = cut(texts, spans_of(self.result_))
        self.kept_ = np.array(_still_there(texts, left), bool)

    def _new_spans(self, texts: pa.Array) -> Spans:
        """Return what goes of each text if it comes, without the others, after the fitted ones."""
        if not len(texts):
            return {}
        settings = dataclasses.replace(self.result_.settings, audit=0)
        fitted = self.result_.documents["text"].combine_chunks()
        both = pa.chunked_array([fitted, texts])
        finding = apart(find(both, settings, workers=self.workers).finding, len(fitted))
        spans = spans_of(Result.of(finding, settings))
        return {row - len(fitted): cuts for row, cuts in spans.items() if row >= len(fitted)}

    def _rows(self, texts: list[str], spans: Spans) -> npt.NDArray[np.object_]:
        left = cut(texts, spans)
        if self.drop:
            there = _still_there(texts, left)
            left = [text for text, stays in zip(left, there, strict=True) if stays]
        rows = np.empty(len(left), object)
        rows[:] = left
        return rows


def _as_list(X: Texts) -> list[str]:
    """Return the rows of X, all of them strings."""
    shape = getattr(X, "shape", None)
    if shape is not None and len(shape) != 1:
        raise CorpusError(f"X must be one column of texts, not {len(shape)} dimensions")
    if isinstance(X, (pa.Array, pa.ChunkedArray)):
        return documents_table(X, Settings())["text"].to_pylist()  # type: ignore[no-any-return]
    if isinstance(X, (str, bytes, Mapping)) or not isinstance(X, Iterable):
        raise CorpusError(f"X must be a list or a column of texts, not {type(X).__name__}")
    texts = list(X)
    for row, text in enumerate(texts):
        if not isinstance(text, str):
            raise CorpusError(f"row {row} of X must be a string, not {type(text).__name__}")
    return texts


def _column(texts: list[str], settings: Settings) -> pa.Array:
    return documents_table(texts, settings)["text"].combine_chunks()


def _fitted_places(fitted: pa.Array, texts: pa.Array) -> npt.NDArray[np.int64]:
    """Return, per text, the fitted one it stands for, -1 for none: the n-th of equals, the n-th."""
    column = pa.chunked_array([fitted, texts]).combine_chunks().dictionary_encode()
    code = numbers(column.indices).astype(np.int64)
    order = np.argsort(code, kind="stable")
    starts = np.searchsorted(code[order], np.arange(len(column.dictionary) + 1))
    of_fitted = np.bincount(code[: len(fitted)], minlength=len(column.dictionary))
    nth = np.empty(len(code), np.int64)  # in its group, the fitted ones first
    nth[order] = np.arange(len(code)) - starts[code[order]]
    mine = code[len(fitted) :]
    nth_of_mine = nth[len(fitted) :] - of_fitted[mine]
    there = nth_of_mine < of_fitted[mine]
    place = np.full(len(mine), -1, np.int64)
    place[there] = order[(starts[mine] + nth_of_mine)[there]]
    return place


def _still_there(texts: list[str], left: list[str]) -> list[bool]:
    """Say which rows were not dropped; one that was empty before was not."""
    return [bool(new) or not old for new, old in zip(left, texts, strict=True)]


def _document_groups(result: Result, workers: int | None) -> npt.NDArray[np.int64]:
    """Return the cluster of each document where documents are the units, numbered from 0."""
    if result.settings.unit != "document":
        whole = dataclasses.replace(result.settings, unit="document", audit=0)
        result = find(result.documents["text"], whole, workers=workers)
    labels = np.full(result.documents.num_rows, -1, np.int64)
    cluster = result.cluster.of
    held = cluster >= 0
    document = numbers(result.finding.units["document"])[held]
    labels[document] = np.unique(cluster[held], return_inverse=True)[1]
    return labels
