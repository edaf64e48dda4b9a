"""A manifest validates, or the error names the problem in one line."""

import hashlib
import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from pydantic import ValidationError

from latebloom._errors import DamagedFileError, RunNotFoundError
from latebloom.store import Manifest, RunDirectory, identity


def test_a_manifest_is_read_back_equal(run: RunDirectory, manifest: Manifest) -> None:
    assert not run.exists()
    run.write_manifest(manifest)
    assert run.exists()
    assert run.read_manifest() == manifest
    assert json.loads((run.path / "manifest.json").read_text())["created"] == "2026-01-02T03:04:05Z"


def test_identity_is_the_hash_of_canonical_json() -> None:
    expected = hashlib.sha256(b'{"a":[1,2],"b":{"10":null,"9":0.5}}').hexdigest()
    assert identity({"b": {9: 0.5, 10: None}, "a": (1, 2)}) == expected
    assert identity({"a": 1}) != identity({"a": 1.0})


def test_times_are_kept_in_utc(manifest: Manifest) -> None:
    local = datetime(2026, 1, 2, 5, 0, tzinfo=timezone(timedelta(hours=2)))
    moved = Manifest.model_validate({**manifest.model_dump(), "updated": local})
    assert moved.updated.isoformat() == "2026-01-02T03:00:00+00:00"
    assert moved.updated.tzinfo == UTC


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"format": 2}, "has format 2, this latebloom reads 1: update latebloom"),
        ({"format": "x"}, "format: "),
        ({"status": "asleep"}, "status: "),
        ({"step": -1}, "step: "),
        ({"colour": "red"}, "colour: Extra inputs are not permitted"),
        ({"experiment": {"task": {"p": 97}}}, "experiment_hash does not belong to the experiment"),
        ({"created": "2026-01-02T03:04:05"}, "created: Input should have timezone info"),
    ],
)
def test_a_wrong_manifest_names_its_first_problem(
    run: RunDirectory, manifest: Manifest, change: dict[str, object], problem: str
) -> None:
    file = run.path / "manifest.json"
    file.write_text(json.dumps({**manifest.model_dump(mode="json"), **change}))
    with pytest.raises(DamagedFileError) as caught:
        run.read_manifest()
    assert str(file) in str(caught.value)
    assert problem in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("content", ["", '{"name": "fir', "null", "[]", "[" * 100_000, "\udcff"])
def test_a_damaged_manifest_is_named(run: RunDirectory, content: str) -> None:
    (run.path / "manifest.json").write_bytes(content.encode(errors="surrogateescape"))
    with pytest.raises(DamagedFileError, match=r"manifest\.json is "):
        run.read_manifest()


def test_no_manifest_is_no_run(run: RunDirectory) -> None:
    with pytest.raises(RunNotFoundError, match=r"no run at .*latebloom runs"):
        run.read_manifest()


def test_an_invalid_manifest_is_never_written(run: RunDirectory, manifest: Manifest) -> None:
    with pytest.raises(ValidationError):
        run.write_manifest(manifest.model_copy(update={"status": "asleep"}))
    assert not run.exists()
