"""Estimate the training time and disk space of runs from a few steps of some of them."""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from time import perf_counter

from latebloom._errors import LatebloomError
from latebloom.runs import Job, train_run
from latebloom.runs.threads import single_threaded_torch
from latebloom.sweeps.grouping import by_shape
from latebloom.training import Experiment, Recording

SHAPES = 6
"""The largest number of measured shapes, spread evenly over all; the others are assumed to cost their mean per step."""

BARE, PART = 50, 4
"""Steps measured without recording (small models take this many in one call), with metrics, and with checkpoints."""

RESUME_BYTES = 3
"""Size of the resume state over that of the weights: the weights and two moments."""


@dataclass(frozen=True)
class Cost:
    """Training time on one worker in seconds, and disk in bytes; upper bounds, as runs may stop early."""

    seconds: float
    bytes: float

    def __add__(self, other: "Cost") -> "Cost":
        return Cost(self.seconds + other.seconds, self.bytes + other.bytes)


@dataclass(frozen=True)
class _Costs:
    """Seconds per start, per step without recording, per evaluation and per checkpoint; bytes per checkpoint."""

    start: float
    step: float
    metrics: float
    checkpoint: float
    bytes: float

    def of(self, experiment: Experiment) -> Cost:
        steps, recording = experiment.training.steps, experiment.recording
        rows = sum(step in recording.metrics for step in range(steps + 1))
        kept = sum(step in recording.checkpoints for step in range(steps + 1))
        seconds = self.start + steps * self.step + rows * self.metrics + kept * self.checkpoint
        return Cost(seconds, (kept + RESUME_BYTES) * self.bytes + 100 * rows)


def estimate_cost(jobs: Sequence[Job]) -> Cost | None:
    """The cost of training the jobs from their beginning; None where no shape could be measured."""
    groups = by_shape(jobs)
    chosen = groups[:: -(-len(groups) // SHAPES)] if groups else []
    with single_threaded_torch():
        if chosen:
            _measured(chosen[0][0].experiment)  # loading and compiling happen once per process
        measured = {id(group): costs for group in chosen if (costs := _measured(group[0].experiment)) is not None}
    if not measured:
        return None
    mean = _mean(list(measured.values()))
    total = Cost(0.0, 0.0)
    for group in groups:
        per_run = measured.get(id(group), mean).of(group[0].experiment)
        total += Cost(per_run.seconds * len(group), per_run.bytes * len(group))
    return total


def _measured(experiment: Experiment) -> _Costs | None:
    """Train a few steps in a temporary directory. None if the experiment fails first.

    Errors: KeyboardInterrupt.
    """
    steps = list(range(BARE + 2 * PART + 1))
    recording = Recording.model_validate({"metrics": steps[BARE + 1 :], "checkpoints": steps[BARE + PART + 1 :]})
    training = experiment.training.model_copy(update={"steps": steps[-1], "stop": "steps"})
    short = experiment.model_copy(update={"training": training, "recording": recording})
    times: dict[int, float] = {}
    begin = perf_counter()
    try:
        with tempfile.TemporaryDirectory() as folder:
            run = train_run(short, root=folder, observer=lambda record: times.update({record.step: perf_counter()}))
            if run.status != "finished":  # `train_run` handles Ctrl-C as a request to resume later
                raise KeyboardInterrupt
            (size, *_) = [file.stat().st_size for file in run.path.glob("checkpoints/*")]
    except LatebloomError:
        return None
    bare = (times[BARE] - times[0]) / BARE
    gaps = [times[step] - times[step - 1] for step in steps[BARE + 1 :]]
    metrics, both = median(gaps[:PART]), median(gaps[PART:])
    return _Costs(times[0] - begin, bare, max(0.0, metrics - bare), max(0.0, both - metrics), float(size))


def _mean(costs: Sequence[_Costs]) -> _Costs:
    fields = ("start", "step", "metrics", "checkpoint", "bytes")
    return _Costs(*(sum(getattr(cost, name) for cost in costs) / len(costs) for name in fields))
