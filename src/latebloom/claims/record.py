"""The record of one run: what it was, what made it, and its measured quantities. Verdicts follow from records alone."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from functools import cached_property
from typing import Any

from pydantic import AwareDatetime, Field, ValidationError

from latebloom._config import Config
from latebloom._errors import DamagedFileError, first_problem
from latebloom.analysis import Analysis, analyse
from latebloom.claims.quantity import Measurement, measure_all
from latebloom.runs import Run
from latebloom.runs.canonical import canonical
from latebloom.store import Status, identity

FIRST_SEED = 100
"""Runs with this seed or a greater one judge; rules were tuned on smaller seeds."""


class Record(Config):
    """One run as claims know it.

    identity: SHA-256 of the validated experiment, which old names of settings do not change. system: the experiment
    of the write-up that it was trained for; None for a run by itself. seed: None where it is unknown. step: the last
    one. created: when its training began. date: of the newest measurement. seconds: of training. None stands for what
    is not known of an old or imported run.
    command: trains the same run.
    """

    identity: str
    run: str
    system: str | None = None
    experiment: dict[str, Any]
    seed: int | None = None
    status: Status
    step: int | None = None
    command: str | None = None
    versions: dict[str, str] = Field(default_factory=dict)
    device: dict[str, str | int] = Field(default_factory=dict)
    git_commit: str | None = None
    created: AwareDatetime | None = None
    date: AwareDatetime
    seconds: float | None = None
    quantities: dict[str, Measurement]

    def has(self, names: Collection[str]) -> bool:
        """Whether all of these quantities were measured, be they defined or not."""
        return self.quantities.keys() >= set(names)

    def failed(self, names: Collection[str]) -> bool:
        """Whether an error kept one of these quantities from being measured."""
        return any(self.quantities[name].failed for name in names if name in self.quantities)

    def value(self, name: str) -> Any:
        """The value of a measured quantity; None where it is undefined, or a step that was not reached."""
        return self.quantities[name].value

    def setting(self, field: str) -> Any:
        """The value of SECTION.FIELD; None for a field that this kind of task or model does not have."""
        section, _, name = field.partition(".")
        return self._settings.get(section, {}).get(name)

    @cached_property
    def _settings(self) -> dict[str, Any]:
        return canonical(self.experiment)

    def to_line(self) -> str:
        """The record as one line of JSON, without what is None or default."""
        return self.model_dump_json(exclude_defaults=True)

    @classmethod
    def from_line(cls, line: str, place: str) -> Record:
        """The record of a line; its identity is computed anew. Errors: DamagedFileError naming ``place``."""
        try:
            record = cls.model_validate_json(line)
        except ValidationError as error:
            raise DamagedFileError(f"{place}: {first_problem(error, 'the line')}; expected a record of a run") from None
        now = identity(record._settings)  # kept with the record, since settings are asked for again
        return record if now == record.identity else record.model_copy(update={"identity": now})


def made_after(record: Record, date: datetime) -> bool:
    """Whether a run was made for rules that were frozen at that date: trained later, with a seed that no rule was tuned
    on."""
    new_seed = record.seed is not None and record.seed >= FIRST_SEED
    return new_seed and record.created is not None and record.created > date


def record_run(
    run: Run | Analysis, names: Iterable[str], system: str | None = None, command: str | None = None
) -> Record:
    """Measure the named quantities of a run."""
    analysis = analyse(run)
    run, quantities = analysis.run, measure_all(analysis, names)
    manifest = run.manifest
    experiment = run.experiment.model_dump(mode="json")
    dates = [one.date for one in quantities.values() if one.date is not None]
    return Record(
        identity=identity(experiment),
        run=run.path.name,
        system=system,
        experiment=experiment,
        seed=manifest.seed,
        status=run.status if run.status in ("finished", "diverged", "interrupted", "running") else "failed",
        step=manifest.step,
        command=command,
        versions=manifest.versions,
        device=manifest.device,
        git_commit=manifest.git_commit,
        created=manifest.began,
        date=max(dates, default=manifest.updated),
        seconds=manifest.seconds,
        quantities=quantities,
    )


def merge(records: Iterable[Record]) -> list[Record]:
    """One record for each identity, sorted by run and identity: of each quantity the newest measurement, and what
    else is known from the record with the newest date (of equal dates the later one), except that the earliest
    training counts as its beginning. A run without that date is older than all others: training it again gives the
    same run.
    """
    merged: dict[str, Record] = {}
    for record in records:
        before = merged.get(record.identity)
        merged[record.identity] = record if before is None else _union(before, record)
    return sorted(merged.values(), key=lambda record: (record.run, record.identity))


def _union(one: Record, other: Record) -> Record:
    older, newer = (one, other) if one.date <= other.date else (other, one)
    quantities = dict(older.quantities)
    for name, measurement in newer.quantities.items():
        known = quantities.get(name)
        if known is None or _date(known, older) <= _date(measurement, newer):
            quantities[name] = measurement
    known_dates = [one.created, other.created]
    created = None if None in known_dates else min(date for date in known_dates if date is not None)
    return newer.model_copy(update={"created": created, "quantities": dict(sorted(quantities.items()))})


def _date(measurement: Measurement, record: Record) -> Any:
    return measurement.date or record.date
