"""The JSON schemas of the reference describe what the commands print."""

import json
from pathlib import Path

import pytest
from pages.contracts import FOLDER, in_words

from latebloom.cli import main
from latebloom.runs import Run

jsonschema = pytest.importorskip("jsonschema")


def schema(name: str) -> dict:
    return json.loads((FOLDER / f"{name}.json").read_text())


def test_a_run_is_explained_and_judged_as_the_schemas_say(planted_run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", str(planted_run.path), "--json"]) == 0
    explanation = json.loads(capsys.readouterr().out)
    jsonschema.validate(explanation, schema("explain-modular"))
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(explanation | {"p": "many"}, schema("explain-modular"))
    jsonschema.validate(json.loads((planted_run.path / "manifest.json").read_text()), schema("manifest"))


def test_a_type_in_words() -> None:
    known = {"Pair": {"properties": {"all": {}, "train": {}}}, "State": {"enum": ["holds", "fails"]}}
    assert in_words({"anyOf": [{"type": "integer"}, {"type": "null"}]}, known) == "whole number or null"
    assert (
        in_words({"type": "array", "items": {"$ref": "#/$defs/Pair"}}, known) == "list, each object of `all`, `train`"
    )
    assert in_words({"$ref": "#/$defs/State"}, known) == '"holds" or "fails"'
    assert in_words({"type": "object", "additionalProperties": {"type": "number"}}, known) == "object of number by name"


def test_every_schema_is_one(tmp_path: Path) -> None:
    for path in FOLDER.glob("*.json"):
        jsonschema.Draft202012Validator.check_schema(json.loads(path.read_text()))
