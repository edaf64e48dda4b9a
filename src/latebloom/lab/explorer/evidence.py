"""What the sentences of a page may be made from: stored quantities, verdicts, and what explains the final model."""

from __future__ import annotations

from copy import copy
from functools import cached_property
from typing import Any

from latebloom._errors import LatebloomError
from latebloom.analysis import Analysis
from latebloom.circuits import explain
from latebloom.claims import Record, Verdict, judge, record_run, stored_record


class Evidence:
    """One run for its page. Nothing here measures a quantity: what is not stored is absent."""

    def __init__(self, analysis: Analysis, record: Record | None = None) -> None:
        """record: the quantities of the run's last step; by default those stored in the run."""
        self.analysis = analysis
        self.record = stored_record(analysis.run) if record is None else record
        self._explained, self._judged = True, True

    def limited(self, explained: bool, judged: bool) -> Evidence:
        """The same evidence, without the explanation or without the verdicts, which take time."""
        limited = copy(self)
        limited._explained, limited._judged = explained, judged
        return limited

    @cached_property
    def verdicts(self) -> dict[str, Verdict]:
        """The verdict on each claim about such a run by its id; "not measured" where quantities are missing."""
        return {} if not self._judged else judge(self.analysis.run, self.record or record_run(self.analysis, ()))

    def quantity(self, name: str) -> Any:
        """The stored value of a quantity; None where it is undefined or not stored."""
        measurement = None if self.record is None else self.record.quantities.get(name)
        return None if measurement is None else measurement.value

    @cached_property
    def explained(self) -> tuple[dict[str, Any] | None, str | None]:
        """What `latebloom explain --json` prints for the last checkpoint; None, and why, where there is nothing."""
        if not self._explained:
            return None, "the last checkpoint is not explained yet"
        if self.analysis.family.explain is None:
            return None, f"{self.analysis.task.name} has no circuit to look for"
        try:
            return explain(self.analysis.final).model_dump(mode="json"), None
        except LatebloomError as error:
            return None, readable(self.analysis, error)

    @property
    def explanation(self) -> dict[str, Any] | None:
        """The explanation of the last checkpoint; None where there is nothing."""
        return self.explained[0]

    def last(self, series: str) -> float | None:
        """The last value of a series; None where it was neither recorded nor measured."""
        found = self.analysis.series(series)
        return None if found is None else float(found.value[-1])


def readable(analysis: Analysis, error: Exception) -> str:
    """The text of an error for a page: without paths, because the page may be read on another machine."""
    run = analysis.run
    return " ".join(str(error).replace(str(run.path), run.manifest.name).split())
