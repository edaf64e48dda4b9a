"""Explain and ablate the model of a run or of a file of weights."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from latebloom.circuits import family
from latebloom.circuits.modular.ablation import Ablation
from latebloom.runs import Run

if TYPE_CHECKING:
    from latebloom.models.layouts import Hints


def explain(
    target: str | Path | Run,
    step: int | None = None,
    rule: str | None = None,
    root: str | Path = "runs",
    hints: Hints | None = None,
) -> family.Explained:
    """Explain what a model computes; the kind of explanation depends on the family of its task.

    ``target``: a run (object, path, or name under ``root``), or a file of weights. ``step``: which checkpoint of a
    run (the last by default). ``rule``: how the key frequencies of a modular task are chosen: neurons, embedding or
    w_logit. By default the last checkpoint is explained with the frequencies that the run was measured with, and
    everything else with the rule neurons. ``hints``: what is known about the model of a file.
    Errors: UsageError, DamagedFileError, each in one line.
    """
    from latebloom.analysis import snapshot_of

    snapshot = snapshot_of(target, step, rule, root, hints)
    if rule is not None and not snapshot.lacks_task:
        _ = snapshot.basis  # an unknown rule is an error even where the explanation needs no basis
    return family.explain(snapshot)


def ablate(
    target: str | Path | Run, step: int | None = None, rule: str | None = None, root: str | Path = "runs"
) -> list[Ablation]:
    """The ablations of the write-up, each with a random control of the same size; arguments as for `explain`.

    Errors: UsageError for a model of a task that is not modular.
    """
    from latebloom.analysis import snapshot_of
    from latebloom.circuits.modular.page import ablations

    return ablations(snapshot_of(target, step, rule, root))
