"""docs/settings.md: what each setting does to grokking, from the stored runs of the study."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any

from latebloom.claims import Record
from latebloom.phases.outcome import LEARNED_ACCURACY, MARGIN
from latebloom.phases.stays import DIP_SHARE
from latebloom.runs.outcome import memorised_accuracy
from latebloom.tasks.guessing import guessing_losses
from latebloom.training import Experiment

from .settings_runs import STUDY, Row, stored_records, study
from .templating import render

NONE = "–"


@dataclass(frozen=True)
class Line:
    """One row of the table: a setting, and its runs by seed."""

    row: Row
    records: Sequence[Record]

    @property
    def setting(self) -> str:
        """The setting as on the command line."""
        return f"`{self.row.settings}`" if self.row.settings else "none (the default)"

    @property
    def outcomes(self) -> str:
        """How many runs ended how, the most frequent first."""
        names = [str(record.value("outcome")) for record in self.records]
        return ", ".join(f"{names.count(name)} {name}" for name in sorted(set(names), key=lambda n: -names.count(n)))

    @property
    def accuracy(self) -> str:
        """Test accuracy at the end."""
        return self._each("final_test_accuracy", _percent)

    def steps(self, quantity: str) -> str:
        """The step of a boundary in each run."""
        return self._each(quantity, lambda value: f"{value:.0f}")

    def number(self, quantity: str) -> str:
        """A number of each run."""
        return self._each(quantity, lambda value: f"{value:.2f}")

    @property
    def keys(self) -> str:
        """The number of key frequencies."""
        return self._each("key_frequencies", lambda value: str(len(value)))

    def _each(self, quantity: str, text: Callable[[Any], str]) -> str:
        values = (record.value(quantity) for record in self.records)
        return ", ".join(NONE if value is None else text(value) for value in values)


def memorised(experiment: Experiment) -> float:
    """The test accuracy that memorising explains."""
    return memorised_accuracy(experiment, fmean(guessing_losses(experiment.task).values()))


def settings_page() -> str:
    """docs/settings.md."""
    stored = stored_records()
    lines = [line for row in study() if (line := Line(row, row.records(stored))).records]
    records = [record for line in lines for record in line.records]
    default = lines[0]
    return render(
        "settings",
        lines=lines,
        study=STUDY.name,
        default=default,
        newest=max(records, key=lambda record: record.date),
        runs=len(records),
        missing=sum(len(line.row.jobs()) for line in lines) - len(records),
        minutes=sum(record.seconds or 0 for record in records) / 60,
        learned=_percent(LEARNED_ACCURACY),
        dips=_percent(DIP_SHARE),
        margin=f"{100 * MARGIN:g} points",
        memorised=", ".join(_percent(memorised(job.experiment)) for job in default.row.jobs()),
        same=[line.setting for line in lines[1:] if _values(line) == _values(default)],
    )


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def _values(line: Line) -> list[dict[str, Any]]:
    """What was measured on each run, without when."""
    return [{name: one.value for name, one in record.quantities.items()} for record in line.records]
