"""The progress of a sweep: counts, and the runs in progress."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

from latebloom.runs import JobResult

MESSAGES = 5
"""The most reasons of each kind in the summary; ``failures.json`` and the manifests hold all of them."""


@dataclass
class Tally:
    """Of ``total`` planned runs, ``there`` were over before this call began, counted by status.

    steps: planned steps of each run that is left, to measure progress.
    failures, divergences: the first runs that ended in this way during this call, each with its reason.
    stopped: why the sweep ends before its last run, else None.
    """

    total: int
    there: Counter[str]
    steps: Mapping[str, int]
    ended: Counter[str] = field(default_factory=Counter)
    running: dict[str, int] = field(default_factory=dict)
    failures: list[tuple[str, str]] = field(default_factory=list)
    divergences: list[tuple[str, str]] = field(default_factory=list)
    stopped: str | None = None
    _since: float = field(default_factory=monotonic)

    def begin(self, names: Iterable[str]) -> None:
        """A worker has these runs."""
        self.running |= dict.fromkeys(names, 0)

    def reached(self, name: str, step: int) -> None:
        """A run in progress has reached this step."""
        self.running[name] = step

    def again(self, names: Iterable[str]) -> None:
        """These runs wait to be tried again."""
        for name in names:
            self.running.pop(name, None)

    def end(self, result: JobResult) -> None:
        """A run is over."""
        self.running.pop(result.name, None)
        self.ended[result.status] += 1
        reasons = {"failed": self.failures, "diverged": self.divergences}.get(result.status)
        if reasons is not None and result.message and len(reasons) < MESSAGES:
            reasons.append((result.name, result.message))

    @property
    def messages(self) -> list[tuple[str, str]]:
        """Runs and their reasons, failures first."""
        return [*self.failures, *self.divergences][:MESSAGES]

    def count(self, status: str) -> int:
        """Runs with this status, from this call and before it."""
        return self.there[status] + self.ended[status]

    @property
    def left(self) -> int:
        """Runs that are not over, including interrupted ones."""
        return self.total - sum(self.there.values()) - sum(self.ended.values()) + self.ended["interrupted"]

    @property
    def done(self) -> float:
        """How many runs of this call are done; runs in progress count by their share of steps."""
        return float(sum(self.ended.values())) + sum(step / self.steps[name] for name, step in self.running.items())

    @property
    def seconds_left(self) -> float | None:
        """At the pace so far, if every run goes to its last step; None before there is a pace."""
        todo = self.total - sum(self.there.values())
        return (todo - self.done) * (monotonic() - self._since) / self.done if self.done else None

    def to_dict(self) -> dict[str, Any]:
        """For JSON: counts over all planned runs, and the first reasons."""
        counts = {status: self.count(status) for status in ("finished", "diverged", "failed")}
        there = sum(self.there.values())
        return {
            "runs": self.total,
            "there_before": there,
            **counts,
            "left": self.left,
            "stopped": self.stopped,
            "messages": dict(self.messages),
        }
