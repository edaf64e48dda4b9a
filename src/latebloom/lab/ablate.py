"""Cut parts out of a run's or a file's model, and measure what that costs."""

from pathlib import Path

from latebloom.analysis import snapshot_of
from latebloom.circuits.modular.ablation import Ablation
from latebloom.circuits.modular.page import ablations
from latebloom.runs import Run


def ablate(
    target: str | Path | Run, step: int | None = None, rule: str | None = None, root: str | Path = "runs"
) -> list[Ablation]:
    """The ablations of the write-up, each beside a size-matched random control; arguments as `explain`.

    Errors: UsageError for a model of a task that is not modular.
    """
    return ablations(snapshot_of(target, step, rule, root))
