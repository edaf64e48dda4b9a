"""The local learning coefficient of a run at one of its checkpoints."""

from pathlib import Path

from latebloom.analysis import Analysis
from latebloom.circuits.llc import LearningCoefficient, Sampling, learning_coefficient
from latebloom.runs import Run, open_run
from latebloom.runs.threads import single_threaded_torch


def llc(
    target: str | Path | Run,
    step: int | None = None,
    part: str | None = None,
    sampling: Sampling | None = None,
    root: str | Path = "runs",
) -> LearningCoefficient:
    """The local learning coefficient λ of a run's train loss at a checkpoint, with its interval and diagnostics.

    λ = nβ (mean of L over Langevin chains around the weights - L); about half of the number of weights that the train
    set constrains. target: a run (an object, a path or a name under ``root``). step: of the checkpoint, the last by
    default. part: embedding, attention, mlp or unembedding, whose weights alone move; None: all weights. sampling: the
    settings of the chains. The value is None where the chains' diagnostics fail, and ``reason`` says why.
    Source: Lau et al. 2023. Errors: UsageError for a run without a fixed train set, and for a part that it lacks.
    """
    analysis = Analysis(open_run(target, root))
    with single_threaded_torch():
        return learning_coefficient(analysis.snapshot(analysis.step if step is None else step), part, sampling)
