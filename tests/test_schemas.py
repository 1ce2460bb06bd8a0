"""The schemas that ship with the package, and rows of real runs against them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from jsonschema import Draft202012Validator

from dedup import schemas
from dedup.cli import main
from dedup.decisions import Decisions
from dedup.demo import corpus_path
from dedup.run import run
from dedup.settings import Settings


@pytest.fixture(
    scope="module",
    params=[
        Settings(),
        Settings(exact=True, unit="blank", preset="aggressive", drop_families=True),
        Settings(across_only=True, audit=0, chars=4, threshold=0.3, min_length=2),
        Settings(decisions=Decisions(keep=["0" * 32], keep_this=[("1" * 32, "a", 0)])),
    ],
    ids=["default", "exact", "across", "decided"],
)
def out(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("schemas") / "out"
    run([corpus_path()], folder, request.param)
    return folder


def _validator(name: str) -> Draft202012Validator:
    schema = json.loads(schemas.schema_text(name))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


@pytest.mark.parametrize(
    "name", ["provenance", "clusters", "families", "sections", "documents", "quarantine"]
)
def test_rows(name: str, out: Path):
    validator = _validator(name)
    rows = [json.loads(line) for line in (out / f"{name}.jsonl").read_bytes().splitlines()]
    assert rows
    for row in rows:
        validator.validate(row)


def test_run(out: Path):
    _validator("run").validate(json.loads((out / "run.json").read_bytes()))


def test_the_schema_of_the_settings_is_complete():
    properties = json.loads(schemas.schema_text("run"))["properties"]["settings"]["properties"]
    assert list(properties) == list(Settings().as_dict())


@pytest.mark.parametrize("name", schemas.NAMES)
def test_command(name: str):
    result = CliRunner().invoke(main, ["schema", name])
    told: dict[str, Any] = json.loads(result.stdout)
    assert told["$schema"] == "https://json-schema.org/draft/2020-12/schema"


@pytest.mark.parametrize("name", schemas.NAMES)
def test_every_field_of_a_row_is_described(name: str):
    properties = json.loads(schemas.schema_text(name))["properties"]
    for field, schema in properties.items():
        assert schema.get("description") or "$ref" in schema or field == "counts", field
