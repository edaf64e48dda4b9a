"""Reverse-engineer a run or a file of weights."""

from pathlib import Path

from latebloom.circuits.modular.explanation import Explanation, explain_model
from latebloom.lab.subject import subject
from latebloom.runs import Run


def explain(
    target: str | Path | Run, step: int | None = None, rule: str = "neurons", root: str | Path = "runs"
) -> Explanation:
    """What a model on a modular task computes, as figures; see `Explanation`.

    ``target``: a run (object, path, or name under ``root``), or a file of weights. ``step``: which checkpoint of a
    run (the last by default). ``rule``: how key frequencies are chosen: neurons, embedding or w_logit.
    Errors: UsageError, DamagedFileError, each in one line.
    """
    found = subject(target, step, root)
    return explain_model(found.model, found.task, found.train_mask, rule, found.sum_squared_weights)
