"""How a sweep is doing: counts, and the runs in progress."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

from latebloom.runs import Outcome

MESSAGES = 5
"""Reasons of each kind kept for the summary; all of them are in ``failures.json`` and the manifests."""


@dataclass
class Tally:
    """Of ``total`` planned runs, ``there`` were over before this sitting began.

    steps: planned steps of each run that is left, for telling progress.
    failures, divergences: the first runs of this sitting that ended so, each with its reason.
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
        """These runs are with a worker."""
        self.running |= dict.fromkeys(names, 0)

    def reached(self, name: str, step: int) -> None:
        """A run in progress has come to this step."""
        self.running[name] = step

    def again(self, names: Iterable[str]) -> None:
        """These runs wait to be tried again."""
        for name in names:
            self.running.pop(name, None)

    def end(self, outcome: Outcome) -> None:
        """A run is over."""
        self.running.pop(outcome.name, None)
        self.ended[outcome.status] += 1
        reasons = {"failed": self.failures, "diverged": self.divergences}.get(outcome.status)
        if reasons is not None and outcome.message and len(reasons) < MESSAGES:
            reasons.append((outcome.name, outcome.message))

    @property
    def messages(self) -> list[tuple[str, str]]:
        """Runs and their reasons for people, failures first."""
        return [*self.failures, *self.divergences][:MESSAGES]

    def count(self, status: str) -> int:
        """Runs with this status, from this sitting and before."""
        return self.there[status] + self.ended[status]

    @property
    def left(self) -> int:
        """Runs that are not over, those that were interrupted among them."""
        return self.total - sum(self.there.values()) - sum(self.ended.values()) + self.ended["interrupted"]

    @property
    def done(self) -> float:
        """Of the runs of this sitting how many are done, those in progress counted by their steps."""
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
