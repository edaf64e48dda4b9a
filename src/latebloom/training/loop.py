"""The training loop: a generator that yields what it was asked to record, and touches no disk."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from latebloom.training.stop import StopRule
from latebloom.training.trainer import Trainer

DIVERGENCE_ADVICE = "try a lower optimiser.lr, a longer optimiser.warmup or training.loss_dtype float64"


@dataclass(frozen=True)
class Record:
    """The trainer stands at ``step``, before the next update; its weights and state may be read until the next record.

    metrics: what the recording asked for at this step, else None.
    checkpoint: whether the recording asks to keep the weights of this step.
    stopped: why training ends here, else None. ``diverged`` marks a loss that is NaN or infinite.
    """

    step: int
    metrics: dict[str, float] | None
    checkpoint: bool
    stopped: str | None = None
    diverged: bool = False


def train(trainer: Trainer, rule: StopRule) -> Iterator[Record]:
    """Train from where the trainer stands until the stop rule ends it or a loss is not finite.

    Yields a record at every step that the experiment's recording names, and at the last one.
    """
    experiment = trainer.experiment
    recording, last = experiment.recording, experiment.training.steps
    while True:
        step = trainer.step
        metrics = trainer.metrics() if step in recording.metrics or step >= last else None
        bad = _not_finite(metrics or {})
        if bad:
            yield Record(step, None, False, f"{bad} is not finite at step {step}", diverged=True)
            return
        stopped = f"reached {last} steps" if step >= last else rule.update(step, metrics) if metrics else None
        if metrics or stopped or step in recording.checkpoints:
            yield Record(step, metrics, step in recording.checkpoints or stopped is not None, stopped)
        if stopped:
            return
        if not math.isfinite(trainer.gradient()):
            yield Record(step, None, False, f"train loss is not finite at step {step}", diverged=True)
            return
        trainer.update()


def _not_finite(metrics: dict[str, float]) -> str | None:
    return next((name for name, value in metrics.items() if not math.isfinite(value)), None)
