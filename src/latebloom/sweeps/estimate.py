"""What runs will cost, from a few steps of some of them."""

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
"""Shapes measured at most, spread over those there are; the others take the mean of these, step for step."""

BARE, PART = 50, 4
"""Steps measured bare, as many as small models make at once; and with metrics, and with a checkpoint too."""

RESUME_BYTES = 3
"""Resume state over weights: the weights themselves and two moments."""


@dataclass(frozen=True)
class Estimate:
    """Training time on one worker in seconds, and disk in bytes; upper bounds, as runs may stop early."""

    seconds: float
    bytes: float

    def __add__(self, other: "Estimate") -> "Estimate":
        return Estimate(self.seconds + other.seconds, self.bytes + other.bytes)


@dataclass(frozen=True)
class _Costs:
    """Seconds of a start, a bare step, an evaluation, a checkpoint; bytes of a checkpoint."""

    start: float
    step: float
    metrics: float
    checkpoint: float
    bytes: float

    def of(self, experiment: Experiment) -> Estimate:
        steps, recording = experiment.training.steps, experiment.recording
        rows = sum(step in recording.metrics for step in range(steps + 1))
        kept = sum(step in recording.checkpoints for step in range(steps + 1))
        seconds = self.start + steps * self.step + rows * self.metrics + kept * self.checkpoint
        return Estimate(seconds, (kept + RESUME_BYTES) * self.bytes + 100 * rows)


def estimate(jobs: Sequence[Job]) -> Estimate | None:
    """What training the jobs from their beginning costs; None where none could be measured."""
    groups = by_shape(jobs)
    chosen = groups[:: -(-len(groups) // SHAPES)] if groups else []
    with single_threaded_torch():
        if chosen:
            _measured(chosen[0][0].experiment)  # what is loaded and compiled once is no cost of a run
        measured = {id(group): costs for group in chosen if (costs := _measured(group[0].experiment)) is not None}
    if not measured:
        return None
    mean = _mean(list(measured.values()))
    total = Estimate(0.0, 0.0)
    for group in groups:
        one = measured.get(id(group), mean).of(group[0].experiment)
        total += Estimate(one.seconds * len(group), one.bytes * len(group))
    return total


def _measured(experiment: Experiment) -> _Costs | None:
    """Train a few steps in a temporary directory. None for an experiment that does not get that far.

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
            if run.status != "finished":  # `train_run` takes Ctrl-C for the wish to go on later
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
