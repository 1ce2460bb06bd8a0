"""``Deduplicator``: what it promises in place of scikit-learn's common checks.

Those draw numbers in two dimensions and leave out estimators of text, of which they say next to
nothing. The invariants that are tested here instead:

- rows in are rows out, as an object array of strings, for every kind of column; X is not changed,
  nor is a character of what stays;
- ``fit(X).transform(X)`` is ``fit_transform(X)`` is what ``find`` leaves;
- a new row is what it would be as the last row of X, whatever other rows come with it;
- ``clone``, ``repr``, ``get_params`` and ``set_params`` know every setting, ``fit`` checks them;
  fitting again forgets what was fitted before; ``y`` and ``workers`` change nothing;
- copies, pickled or deep, transform alike; nothing is there before ``fit``;
- ``labels_`` are groups of near documents, the same for any order of the rows;
- it works in front of ``TfidfVectorizer`` in ``Pipeline``, ``GridSearchCV`` (in processes, too) and
  ``ColumnTransformer``, under every configuration of outputs;
- ``import dedup`` does not load scikit-learn, and its absence is told in a sentence.
"""

from __future__ import annotations

import copy
import dataclasses
import pickle
import random
import subprocess
import sys
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import sklearn
from corpora import texts
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.compose import ColumnTransformer
from sklearn.exceptions import NotFittedError
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import Pipeline
from sklearn.utils import get_tags

import dedup
from dedup import Deduplicator, Settings
from dedup.errors import CorpusError, SettingsError

SAME = "今年上半年，我县卫生系统认真贯彻落实各项工作部署，扎实推进医药卫生体制改革。"
OTHER = "农村公路的养护和管理由县级交通运输主管部门负责，经费列入财政预算。"
SHOP = "本店所有商品七天之内无理由退换，运费由买家自己承担，请大家理解。"
X = [f"标题\n{SAME}\n", OTHER, SAME, f"{OTHER}\n{SHOP}", SAME]
LEFT = [f"标题\n{SAME}\n", OTHER, "", SHOP, ""]

documents = st.lists(texts(), max_size=6)
shares = st.sampled_from([None, 0.5])
few = settings(max_examples=30, deadline=None)


def test_worked_example() -> None:
    deduplicator = Deduplicator()
    assert deduplicator.fit_transform(X).tolist() == LEFT
    assert deduplicator.kept_.tolist() == [True, True, False, True, False]
    assert deduplicator.labels_.tolist() == [0, -1, 0, -1, 0]
    assert deduplicator.result_.units["action"].to_pylist() == [
        "kept", "kept", "kept", "dropped", "dropped", "kept", "dropped",
    ]  # fmt: skip
    new = [f"{SHOP}\n新店开张，欢迎光临，凭此券可以优惠十元。", OTHER, OTHER, f"{SAME}\n"]
    assert deduplicator.transform(new).tolist() == [new[0].partition("\n")[2], OTHER, "", ""]


@few
@given(documents, st.sampled_from(["first", "longest"]), shares)
def test_transforming_what_was_fitted_is_fit_transform_and_find(
    rows: list[str], keep: Any, share: float | None
) -> None:
    chosen: dict[str, Any] = {"keep": keep, "drop_document": share}
    left = Deduplicator(**chosen).fit_transform(rows)
    assert left.dtype == object
    assert left.shape == (len(rows),)
    assert Deduplicator(**chosen).fit(rows).transform(rows).tolist() == left.tolist()
    cleaned = dedup.find(rows, Settings(**chosen)).cleaned().to_pylist()
    for was, text, now in zip(rows, cleaned, left.tolist(), strict=True):
        assert now == (text if text.strip() or text == was else "")


@few
@given(documents, st.lists(texts(), min_size=1, max_size=3), shares)
def test_a_new_row_is_what_it_would_be_as_the_last_row(
    base: list[str], new: list[str], share: float | None
) -> None:
    deduplicator = Deduplicator(exact=True, drop_document=share).fit(base)
    together = deduplicator.transform(new).tolist()
    for text, left in zip(new, together, strict=True):
        if text not in base:
            alone = Deduplicator(exact=True, drop_document=share)
            assert left == alone.fit_transform([*base, text])[-1]
            assert left == deduplicator.transform([text])[0]


@few
@given(documents, st.randoms(use_true_random=False))
def test_some_rows_of_what_was_fitted_in_any_order(rows: list[str], draw: random.Random) -> None:
    deduplicator = Deduplicator()
    left = deduplicator.fit_transform(rows).tolist()
    some = draw.sample(range(len(rows)), draw.randint(0, len(rows)))
    found = deduplicator.transform([rows[row] for row in some]).tolist()
    # Of equal texts, the n-th row stands for the n-th that was fitted.
    places: dict[str, list[int]] = {}
    for row, text in enumerate(rows):
        places.setdefault(text, []).append(row)
    assert found == [left[places[rows[row]].pop(0)] for row in some]


def test_texts_from_elsewhere_are_copies_where_they_are_the_same() -> None:
    deduplicator = Deduplicator().fit(X)
    new = [*X, f"{SHOP}\n新店开张，欢迎光临，凭此券可以优惠十元。", "新"]
    left = ["标题\n", "", "", "", "", new[-2].partition("\n")[2], "新"]
    assert deduplicator.transform_new(new).tolist() == left
    assert [deduplicator.transform_new([text])[0] for text in new] == left
    assert Deduplicator(drop=True).fit(X).transform_new(new).tolist() == list(filter(None, left))


def test_more_rows_of_a_text_than_were_fitted_are_copies() -> None:
    deduplicator = Deduplicator().fit(X)
    assert deduplicator.transform([*X, *X]).tolist() == [*LEFT, "标题\n", "", "", "", ""]


def test_what_stays_is_not_changed_in_a_character() -> None:
    row = f"\ud800　𠮷\x00\n{SAME}\r\n\r\né{SAME}é\n\udfff"
    left = Deduplicator().fit_transform([SAME, row, "\ud800"])
    assert left[1] == f"\ud800　𠮷\x00\n\r\né{SAME}é\n\udfff"
    assert left[2] == "\ud800"
    assert Deduplicator().fit([SAME]).transform([row])[0] == left[1]


@pytest.mark.parametrize(
    "make",
    [
        list,
        tuple,
        iter,
        lambda rows: np.array(rows, object),
        np.array,
        pd.Series,
        lambda rows: pd.Series(rows, index=range(10, 10 + len(rows)), dtype=object),
        lambda rows: pd.Series(rows, dtype="string"),
        pl.Series,
        pa.array,
        lambda rows: pa.chunked_array([rows[:2], rows[2:]]),
    ],
)
def test_every_column_of_strings_is_taken_and_left_as_it_is(make: Any) -> None:
    column = make(X)
    before = None if column is iter(column) else copy.deepcopy(column)
    left = Deduplicator().fit_transform(column)
    assert isinstance(left, np.ndarray)
    assert left.tolist() == LEFT
    assert {type(text) for text in left} <= {str, np.str_}
    if before is not None:
        assert list(before) == list(column)
        assert Deduplicator().fit(column).transform(make(X)).tolist() == LEFT


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (SAME, "not str"),
        (b"abc", "not bytes"),
        ({"text": SAME}, "not dict"),
        (7, "not int"),
        ([SAME, None], "row 1 of X must be a string, not NoneType"),
        ([("a", SAME), ("b", SAME)], "row 0 of X must be a string, not tuple"),
        (pd.Series([SAME, np.nan]), "row 1 of X must be a string, not float"),
        (np.array([[SAME], [OTHER]], object), "not 2 dimensions"),
        (pd.DataFrame({"text": X}), "not 2 dimensions"),
        (pl.DataFrame({"text": X}), "not 2 dimensions"),
        (pa.table({"text": X}), "not 2 dimensions"),
        (pa.array([1, 2]), "must hold strings"),
        (np.arange(3), "row 0 of X must be a string"),
    ],
)
def test_what_is_no_column_of_strings_is_refused(wrong: Any, told: str) -> None:
    for attempt in (
        Deduplicator().fit,
        Deduplicator().fit_transform,
        Deduplicator().fit(X).transform,
    ):
        with pytest.raises(CorpusError, match=told):
            attempt(wrong)


def test_every_setting_of_texts_is_a_parameter_with_its_default() -> None:
    of_files = {"encoding", "text_field", "id_field", "date_field", "source_field"}
    of_rows = of_files | {"prefer", "across_only"}
    values = {field.name: field.default for field in dataclasses.fields(Settings)}
    expected = {name: value for name, value in values.items() if name not in of_rows}
    assert Deduplicator().get_params() == expected | {"drop": False, "workers": None}


@pytest.mark.parametrize("whole", [None, 0.9])
def test_decisions_hold_for_fitted_and_for_new_texts(whole: float | None) -> None:
    spam = "本文由某某网站整理发布，版权归原作者所有，未经许可不得转载。"
    report = "本店所有商品七天之内无理由退换，运费由买家自己承担，谢谢惠顾。"
    rows = [spam, report, report]
    found = dedup.find([spam, *rows]).provenance.select(["text", "hash"]).to_pylist()
    text = {row["text"]: row["hash"] for row in found}
    decided = dedup.Decisions(drop=[text[spam]], keep=[text[report]])
    fitted = clone(Deduplicator(decisions=decided, drop_document=whole)).fit(rows)
    assert fitted.transform(rows).tolist() == ["", report, report]
    new = ["新的一段。", spam, report]
    assert fitted.transform_new(["\n".join(new)]).tolist() == [f"新的一段。\n{report}"]
    this = dedup.Decisions(keep_this=[(text[report], "2", 0)])
    fitted = Deduplicator(decisions=this, drop_document=whole).fit(rows)
    assert fitted.transform(rows).tolist() == [spam, "", report]
    assert fitted.transform_new([report, report]).tolist() == ["", ""]


def test_parameters_are_cloned_shown_and_set() -> None:
    deduplicator = Deduplicator(threshold=0.7, unit="sentence", user_dictionaries=["words.txt"])
    twin = clone(deduplicator)
    assert twin.get_params() == deduplicator.get_params()
    assert twin is not deduplicator
    assert repr(twin) == (
        "Deduplicator(threshold=0.7, unit='sentence', user_dictionaries=['words.txt'])"
    )
    assert twin.set_params(threshold=0.8, user_dictionaries=()) is twin
    assert twin.fit(X).result_.settings == Settings(threshold=0.8, unit="sentence")
    with pytest.raises(ValueError, match="Invalid parameter 'nonsense'"):
        twin.set_params(nonsense=1)


def test_fit_checks_what_making_one_does_not() -> None:
    deduplicator = Deduplicator(threshold=7)
    with pytest.raises(SettingsError, match="--threshold must be above 0"):
        deduplicator.fit(X)
    with pytest.raises(SettingsError, match="--date-field"):
        Deduplicator(keep="earliest").fit(X)


def test_nothing_is_there_before_fit() -> None:
    deduplicator = Deduplicator()
    for attempt in (
        lambda: deduplicator.transform(X),
        lambda: deduplicator.transform_new(X),
        lambda: deduplicator.labels_,
    ):
        with pytest.raises(NotFittedError):
            attempt()
    assert not hasattr(deduplicator, "labels_")
    assert not hasattr(deduplicator, "result_")
    assert {name for name in vars(deduplicator) if name.endswith("_")} == set()


def test_fitting_again_forgets_and_y_and_workers_change_nothing() -> None:
    deduplicator = Deduplicator(workers=1)
    assert deduplicator.fit([OTHER, OTHER]) is deduplicator
    assert deduplicator.labels_.tolist() == [0, 0]
    assert deduplicator.fit(X, y=[0, 1, 0, 1, 0]).transform(X).tolist() == LEFT
    assert deduplicator.labels_.tolist() == [0, -1, 0, -1, 0]
    assert Deduplicator(workers=3).fit_transform(X, [0, 1, 0, 1, 0]).tolist() == LEFT
    # Parameters count from the next fit on.
    assert deduplicator.set_params(preset="careful", min_drop=99).transform([SAME]).tolist() == [""]
    assert deduplicator.fit(X).transform(X).tolist() == X


@pytest.mark.parametrize("double", [copy.deepcopy, lambda it: pickle.loads(pickle.dumps(it))])
def test_copies_transform_alike(double: Any) -> None:
    deduplicator = Deduplicator(threshold=0.5, workers=2).fit(X)
    twin = double(deduplicator)
    new = [f"{SHOP}\n又是新的一段，前面没有。"]
    assert twin.get_params() == deduplicator.get_params()
    assert twin.transform([*X, *new]).tolist() == deduplicator.transform([*X, *new]).tolist()
    assert twin.labels_.tolist() == deduplicator.labels_.tolist()
    assert twin.result_.provenance.equals(deduplicator.result_.provenance)
    assert double(Deduplicator(drop=True)).get_params()["drop"]


@few
@given(documents, st.randoms(use_true_random=False))
def test_labels_are_groups_of_near_documents_for_any_order(
    rows: list[str], draw: random.Random
) -> None:
    labels = Deduplicator().fit(rows).labels_
    assert labels.shape == (len(rows),)
    assert labels.dtype == np.int64
    real = labels[labels >= 0]
    assert sorted(set(real.tolist())) == list(range(len(set(real.tolist()))))
    assert all((labels == label).sum() > 1 for label in real)
    for text in rows:
        if len(text.strip()) >= 20:
            assert len({int(labels[row]) for row, other in enumerate(rows) if other == text}) == 1
    whole = Deduplicator(unit="document").fit(rows)
    assert np.array_equal(whole.labels_, labels)
    units = whole.result_.units.to_pylist()
    assert {unit["document"] for unit in units if unit["cluster"] is not None} == set(
        np.flatnonzero(labels >= 0).tolist()
    )


def test_without_the_dropped_rows() -> None:
    rows = [*X, "", "\n"]
    deduplicator = Deduplicator(drop=True)
    left = deduplicator.fit_transform(rows)
    assert left.tolist() == [text for text in LEFT if text] + ["", "\n"]
    assert np.array(rows, object)[deduplicator.kept_].tolist() == [X[0], X[1], X[3], "", "\n"]
    assert deduplicator.transform([SAME, SAME, SAME, SAME, OTHER]).tolist() == [OTHER]


def test_few_rows_and_none() -> None:
    for rows in ([], [""], ["\n\n"], ["好"], [SAME]):
        deduplicator = Deduplicator()
        assert deduplicator.fit_transform(rows).tolist() == rows
        assert deduplicator.labels_.tolist() == [-1] * len(rows)
        assert deduplicator.kept_.tolist() == [True] * len(rows)
        assert deduplicator.transform([SAME, ""]).tolist() == [SAME, ""]
        assert deduplicator.transform([]).shape == (0,)


def reports() -> tuple[list[str], list[int]]:
    """Return texts of two kinds with one footer, and what kind each is."""
    draw = random.Random(3)
    words = [
        ["医院", "医生", "病人", "药品", "护士", "卫生", "疫苗", "门诊"],
        ["公路", "桥梁", "隧道", "车辆", "养护", "交通", "路面", "司机"],
    ]
    rows = ["，".join(draw.choices(words[kind], k=9)) + f"。\n{SHOP}" for kind in (0, 1) * 12]
    return rows, [0, 1] * 12


def pipeline(**values: Any) -> Pipeline:
    return Pipeline(
        [
            ("dedup", Deduplicator(**values)),
            ("tfidf", TfidfVectorizer(tokenizer=dedup.cut, token_pattern=None)),
            ("kind", LogisticRegression()),
        ]
    )


def test_a_pipeline_learns_from_what_is_not_repeated() -> None:
    rows, kinds = reports()
    model = pipeline().fit(rows, kinds)
    assert model.score(rows, kinds) == 1
    footer = [(SHOP in text) for text in model["dedup"].transform(rows)]
    assert footer == [True] + [False] * 23
    names = model[:-1].get_feature_names_out()
    assert "医院" in names
    assert model[:-1].get_feature_names_out(["body"]).tolist() == names.tolist()
    alone = [model.predict_proba([text])[0].tolist() for text in ["医院和医生", f"路面\n{SHOP}"]]
    assert model.predict_proba(["医院和医生", f"路面\n{SHOP}"]).tolist() == alone
    assert Deduplicator().get_feature_names_out().tolist() == ["text"]


@pytest.mark.parametrize("jobs", [None, 2])
def test_a_grid_search_over_its_parameters(jobs: int | None) -> None:
    rows, kinds = reports()
    search = GridSearchCV(
        pipeline(workers=1),
        {"dedup__threshold": [0.5, 0.9], "dedup__min_drop": [10, 20]},
        cv=2, n_jobs=jobs, error_score="raise", return_train_score=True,
    )  # fmt: skip
    search.fit(rows, kinds)
    assert search.best_score_ == 1
    # What was fitted is not taken for a copy of itself.
    assert min(search.cv_results_["mean_train_score"]) == 1
    assert search.predict(["医院和医生", f"公路和桥梁\n{SHOP}"]).tolist() == [0, 1]


def test_one_column_of_a_table() -> None:
    rows, _ = reports()
    frame = pd.DataFrame({"body": rows, "size": [len(text) for text in rows]})
    step = Pipeline([("dedup", Deduplicator()), ("count", CountVectorizer(analyzer="char"))])
    table = ColumnTransformer([("body", step, "body"), ("size", "passthrough", ["size"])])
    columns = table.fit_transform(frame)
    names = table.get_feature_names_out().tolist()
    assert columns.shape == (len(rows), len(names))
    assert columns[:, names.index("body__店")].sum() == SHOP.count("店")
    assert names[-1] == "size__size"


@pytest.mark.parametrize("container", ["default", "pandas", "polars"])
def test_no_configuration_of_outputs_makes_a_table_of_it(container: str) -> None:
    with sklearn.config_context(transform_output=container):
        left = Deduplicator().fit_transform(X)
        assert isinstance(left, np.ndarray)
        assert Deduplicator().fit(X).transform(X).tolist() == left.tolist() == LEFT


def test_its_tags_say_what_it_takes() -> None:
    tags = get_tags(Deduplicator())
    assert tags.input_tags.one_d_array
    assert tags.input_tags.string
    assert not tags.input_tags.two_d_array
    assert tags.no_validation
    assert tags.requires_fit
    assert not tags.target_tags.required
    assert tags.transformer_tags.preserves_dtype == []


def run_python(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True, check=False
    )


def test_importing_dedup_loads_neither_scikit_learn_nor_anything_heavy() -> None:
    heavy = "{'sklearn', 'numba', 'numpy', 'pyarrow'}"
    done = run_python(f"import sys, dedup; print({heavy} & set(sys.modules))")
    assert done.stdout == "set()\n", done.stderr


def test_without_scikit_learn_a_sentence_says_what_to_install() -> None:
    done = run_python(
        "import sys; sys.modules['sklearn.base'] = None; from dedup import Deduplicator"
    )
    assert done.returncode == 1
    last = done.stderr.strip().splitlines()[-1]
    assert last.endswith("scikit-learn is not installed: pip install 'dedup[sklearn]'")


def test_actions_of_classes_and_passages() -> None:
    rest = ["图书馆每周二闭馆，读者可以还书。", "卖豆腐的人推着车从巷口经过，吆喝声传得很远。"]
    fitted = [f"{rest[1]}{SAME}码头边的仓库改成了书店，傍晚总坐满了人。", "别的。"]
    new = f"{rest[0]}{SAME}她把信读了两遍，放回抽屉里，再没有提起。村口的老槐树今年又发了新枝。"
    for action, marker in (("drop", ""), ("mask", "[…]")):
        deduplicator = clone(Deduplicator(passage_action=action, class_action={"copy": "mask"}))
        assert deduplicator.fit_transform([*fitted, new]).tolist() == [
            *fitted, new.replace(SAME, marker),
        ]  # fmt: skip
        left = deduplicator.fit(fitted).transform([new, new, f"{fitted[0]}"])
        assert left.tolist() == [new.replace(SAME, marker)] * 2 + [fitted[0]]
        assert deduplicator.transform_new([fitted[0]]).tolist() == ["[…]"]
        assert deduplicator.kept_.all()
    assert "class_action={'copy': 'mask'}" in repr(deduplicator)
