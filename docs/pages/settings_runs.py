"""The runs of the study of settings: what is trained, and what is stored of it."""

from __future__ import annotations

import shlex
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from latebloom.claims import Record, Results, record_run
from latebloom.lab.train import train
from latebloom.runs import Job
from latebloom.store import identity
from latebloom.sweeps.expand import expand
from latebloom.sweeps.grid import parse_seeds
from latebloom.sweeps.spec import Spec

from .paths import SETTINGS

RECIPE = "small"
STUDY = SETTINGS / f"{RECIPE}.toml"

QUANTITIES = (
    "outcome",
    "train_learned_at",
    "memorised_at",
    "test_under_guessing_at",
    "test_90_at",
    "test_learned_at",
    "final_test_accuracy",
    "last_step",
    "key_frequencies",
    "clustered_fraction",
    "fve_cos_fit",
    "gradient_symmetricity",
    "distance_irrelevance",
)
"""What is measured on each run."""


@dataclass(frozen=True)
class Row:
    """One setting: ``--SECTION.FIELD VALUE``, empty for the default, and the sweep over seeds that shows its effect."""

    settings: str
    spec: Spec

    def jobs(self) -> list[Job]:
        """One run for each seed."""
        return expand(self.spec)

    def records(self, stored: dict[str, Record]) -> list[Record]:
        """The stored records of these runs, by seed."""
        return [stored[key] for key in map(_identity, self.jobs()) if key in stored]


def study() -> list[Row]:
    """Every setting of the study, the default first."""
    asked = tomllib.loads(STUDY.read_text())
    rows = []
    for settings in asked["settings"]:
        shape = "" if "model.kind" in settings else asked["transformer"]
        arguments = shlex.split(f"{asked['common']} {shape} {settings}")
        spec = Spec(recipe=RECIPE, seeds=parse_seeds(asked["seeds"]), settings=tuple(arguments))
        rows.append(Row(settings, spec))
    return rows


def stored_records() -> dict[str, Record]:
    """The committed records by the identity of their experiment."""
    return {record.identity: record for record in Results(SETTINGS).read(RECIPE)}


def train_settings(folder: Path) -> None:
    """Train in a folder what the study lacks, the first seed of every setting first, and store each record at once.

    A call that was stopped is continued by the same call.
    """
    rows, results = study(), Results(SETTINGS)
    for row, job in _by_seed(rows):
        if _identity(job) not in stored_records():
            run = train(job.experiment, job.name, folder, quiet=True)
            record = record_run(run, QUANTITIES, command=_command(row, job))
            results.add(RECIPE, [record])
            print(f"{row.settings or 'default'}, seed {record.seed}: {record.value('outcome')}", flush=True)


def _by_seed(rows: list[Row]) -> Iterator[tuple[Row, Job]]:
    for jobs in zip(*(row.jobs() for row in rows)):
        yield from zip(rows, jobs)


def _command(row: Row, job: Job) -> str:
    """The command that trains one run."""
    return shlex.join(["latebloom", "train", RECIPE, "--seed", str(job.experiment.model.seed), *row.spec.settings])


def _identity(job: Job) -> str:
    return identity(job.experiment.model_dump(mode="json"))
