"""The training loop: a generator that yields what the recording asks for. Writes no files."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from latebloom.training.stop import StopRule
from latebloom.training.trainer import Trainer

DIVERGENCE_ADVICE = "try a lower optimiser.lr, a longer optimiser.warmup or training.loss_dtype float64"


@dataclass(frozen=True)
class Record:
    """What is recorded at ``step``, before the next update. Until the next record, the trainer's weights and state are
    those of this step.

    metrics: losses, accuracies and size of the weights if the recording includes this step, else None.
    checkpoint: whether to keep the weights of this step.
    stopped: why training ends here, else None. diverged: it ends because a loss is NaN or infinite.
    """

    step: int
    metrics: dict[str, float] | None = None
    checkpoint: bool = False
    stopped: str | None = None
    diverged: bool = False


def train(trainer: Trainer, rule: StopRule) -> Iterator[Record]:
    """Train from the trainer's step until the stop rule ends it or a loss is not finite.

    Yields a record at every step of the recording, and at least every ``trainer.stride`` steps. Step 0 and the last
    step are always recorded in full.
    """
    while True:
        record = _record(trainer, rule)
        yield record
        if record.stopped:
            return
        if not trainer.advance(_until_next(trainer)):
            yield _diverged(trainer.step, "train loss")
            return


def _until_next(trainer: Trainer) -> int:
    """Number of updates to the next recorded step, at most one stride."""
    recording, last = trainer.experiment.recording, trainer.experiment.training.steps
    for ahead in range(1, trainer.stride):
        step = trainer.step + ahead
        if step >= last or step in recording.metrics or step in recording.checkpoints:
            return ahead
    return trainer.stride


def _record(trainer: Trainer, rule: StopRule) -> Record:
    step, recording, last = trainer.step, trainer.experiment.recording, trainer.experiment.training.steps
    edge = step == 0 or step >= last
    if not edge and step not in recording.metrics and step not in recording.checkpoints:
        return Record(step)
    metrics = trainer.metrics() if edge or step in recording.metrics else None
    bad = next((name for name, value in (metrics or {}).items() if not math.isfinite(value)), None)
    if bad:
        return _diverged(step, bad)
    stopped = rule.update(step, metrics) if metrics else None
    stopped = f"reached {last} steps" if step >= last else stopped
    return Record(step, metrics, edge or stopped is not None or step in recording.checkpoints, stopped)


def _diverged(step: int, what: str) -> Record:
    return Record(step, stopped=f"{what.replace('_', ' ')} is not finite at step {step}", diverged=True)
