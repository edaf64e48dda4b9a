"""A run directory made by hand."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from latebloom.store import Manifest, RunDirectory, identity


@pytest.fixture
def run(tmp_path: Path) -> RunDirectory:
    directory = RunDirectory(tmp_path / "runs" / "first")
    directory.create()
    return directory


@pytest.fixture
def manifest() -> Manifest:
    now = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    experiment = {"task": {"p": 113}, "learning_rate": 1e-3}
    return Manifest(
        name="first",
        recipe="mainline",
        experiment=experiment,
        experiment_hash=identity(experiment),
        seed=0,
        status="running",
        step=0,
        created=now,
        updated=now,
    )
