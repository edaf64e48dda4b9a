"""The progress of a sweep: counts of runs, and the runs in progress."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from time import monotonic
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from latebloom.runs import JobResult


MESSAGES = 5
"""The largest number of reasons of each kind in the summary; ``failures.json`` and the manifests hold all."""


@dataclass
class Tally:
    """Counts of ``total`` planned runs; ``over_before``: runs that ended before this call, by status.

    steps: planned steps of each remaining run, to measure progress.
    failures, divergences: the first runs that ended in this way during this call, each with its reason.
    stopped: why the sweep ended before its last run, else None.
    """

    total: int
    over_before: Counter[str]
    steps: Mapping[str, int]
    ended: Counter[str] = field(default_factory=Counter)
    running: dict[str, int] = field(default_factory=dict)
    failures: list[tuple[str, str]] = field(default_factory=list)
    divergences: list[tuple[str, str]] = field(default_factory=list)
    stopped: str | None = None
    _since: float = field(default_factory=monotonic)

    def begin(self, names: Iterable[str]) -> None:
        """Record that a worker has these runs."""
        self.running |= dict.fromkeys(names, 0)

    def reached(self, name: str, step: int) -> None:
        """Record that a run in progress has reached this step."""
        self.running[name] = step

    def retry(self, names: Iterable[str]) -> None:
        """Record that these runs will be retried."""
        for name in names:
            self.running.pop(name, None)

    def end(self, result: JobResult) -> None:
        """Record that a run has ended."""
        self.running.pop(result.name, None)
        self.ended[result.status] += 1
        reasons = {"failed": self.failures, "diverged": self.divergences}.get(result.status)
        if reasons is not None and result.message and len(reasons) < MESSAGES:
            reasons.append((result.name, result.message))

    @property
    def messages(self) -> list[tuple[str, str]]:
        """Runs with their reasons, failures first."""
        return [*self.failures, *self.divergences][:MESSAGES]

    def count(self, status: str) -> int:
        """The number of runs with this status, from this call and earlier."""
        return self.over_before[status] + self.ended[status]

    @property
    def left(self) -> int:
        """The number of runs that are not over, including interrupted runs."""
        return self.total - sum(self.over_before.values()) - sum(self.ended.values()) + self.ended["interrupted"]

    @property
    def done(self) -> float:
        """The number of runs done in this call; a run in progress counts as its share of steps."""
        return float(sum(self.ended.values())) + sum(step / self.steps[name] for name, step in self.running.items())

    @property
    def seconds_left(self) -> float | None:
        """Seconds left at the current pace if every run reaches its last step; None before the pace is known."""
        todo = self.total - sum(self.over_before.values())
        return (todo - self.done) * (monotonic() - self._since) / self.done if self.done else None

    def to_dict(self) -> dict[str, Any]:
        """For JSON: counts of all planned runs, and the first reasons."""
        counts = {status: self.count(status) for status in ("finished", "diverged", "failed")}
        return {
            "runs": self.total,
            "there_before": sum(self.over_before.values()),
            **counts,
            "left": self.left,
            "stopped": self.stopped,
            "messages": dict(self.messages),
        }
