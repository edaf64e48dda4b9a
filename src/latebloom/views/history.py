"""The record of a training: losses, an estimate of the current phase, and the outcome once training has ended."""

import time

from latebloom.phases import Phases, Series
from latebloom.runs.outcome import phases_of_experiment
from latebloom.training import Experiment, Record
from latebloom.training.stop import Settled

SEEN = {
    "memorisation": "memorising",
    "circuit formation": "train loss level, test loss above guessing",
    "no separate phases": "test loss under guessing",
}
"""What a run in progress shows, by the phase that it would be in. Only its end tells whether a circuit formed."""

PHASE_SECONDS = 5.0
"""Seconds between two estimates of the phase; each takes about a tenth of a second."""

_READ = ("train_loss", "test_loss", "train_accuracy", "test_accuracy")


class History:
    """Collects records, and computes progress, time left, the current phase and, at the end, the outcome."""

    def __init__(self, experiment: Experiment) -> None:
        self.experiment = experiment
        self.steps = experiment.training.steps
        self.step = 0
        self.logged: list[tuple[int, float, float | None]] = []
        self.stopped = False
        self._settled = Settled() if experiment.training.stop == "settled" else None
        self._metrics: list[tuple[int, dict[str, float]]] = []
        # The pace counts from the second record: the steps before it may wait for a compilation.
        self._begun = False
        self._first: tuple[int, float] | None = None
        self._phase = (SEEN["memorisation"], 0.0)

    def take(self, record: Record) -> None:
        """Add one record."""
        if self._first is None and self._begun:
            self._first = (record.step, time.monotonic())
        self._begun = True
        self.step = record.step
        if record.metrics is not None:
            self.logged.append((record.step, record.metrics["train_loss"], record.metrics.get("test_loss")))
            self._metrics.append((record.step, record.metrics))
            if self._settled is not None:
                self._settled.update(record.step, record.metrics)
        self.stopped = record.stopped is not None

    @property
    def time_left(self) -> str:
        """The time left at the current pace, in words: an estimate where the end is known or can be estimated, else the
        most it can be; empty before the pace is known."""
        if self._first is None or self.step <= self._first[0]:
            return ""
        pace = (time.monotonic() - self._first[1]) / (self.step - self._first[0])
        end = None if self._settled is None else self._settled.expected
        if end is not None and end < self.steps:
            return f"about {clock(pace * max(end - self.step, 0))} left until it settles"
        rest = clock(pace * (self.steps - self.step))
        return f"about {rest} left" if self._settled is None else f"at most {rest} left, less if it settles"

    @property
    def phase(self) -> str:
        """What the curves show so far, or the phase once it is certain; empty for a run without a test set."""
        if not self.logged or self.logged[-1][2] is None:
            return ""
        when = self._phase[1]
        if time.monotonic() - when > PHASE_SECONDS:
            current = self._phases().current
            self._phase = (SEEN.get(current, current), time.monotonic())
        return self._phase[0]

    @property
    def outcome(self) -> str:
        """The outcome with its reason; empty before training ends, and after a resume (incomplete record)."""
        if not self.stopped or not self._metrics or self._metrics[0][0] > 0:
            return ""
        return self._phases().outcome.reason

    def _phases(self) -> Phases:
        """The boundaries and phases of the record so far, by the rules that a finished run is judged with."""
        steps = [step for step, _ in self._metrics]
        series = {name: Series.of(steps, [metrics.get(name) for _, metrics in self._metrics]) for name in _READ}
        return phases_of_experiment(self.experiment, series)

    def line(self) -> str:
        """The state of training as one line of text; ends with the outcome once training has ended."""
        step, train, test = self.logged[-1] if self.logged else (self.step, float("nan"), None)
        parts = [f"step {step}/{self.steps}", f"train {train:.3g}"]
        parts += [f"test {test:.3g}"] if test is not None else []
        if self.stopped:
            return "  ".join([*parts, self.outcome]).rstrip()
        parts += [self.phase] if self.phase else []
        parts += [self.time_left] if self.time_left else []
        return "  ".join(parts)


def clock(seconds: float) -> str:
    """Seconds as ``h:mm:ss`` or ``m:ss``."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
