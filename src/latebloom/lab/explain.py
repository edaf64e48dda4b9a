"""Reverse-engineer a run or a file of weights."""

from pathlib import Path

from latebloom._errors import UsageError
from latebloom.circuits.digits import DigitExplanation, explain_digits
from latebloom.circuits.induction import InductionCircuit, explain_induction
from latebloom.circuits.modular.explanation import Explanation, explain_model
from latebloom.circuits.skip_trigrams import TrigramExplanation, explain_trigrams
from latebloom.lab.subject import subject
from latebloom.runs import Run
from latebloom.tasks import DigitAddition, ModularTask, RepeatedSubsequences, SkipTrigrams

AnyExplanation = Explanation | DigitExplanation | InductionCircuit | TrigramExplanation


def explain(
    target: str | Path | Run, step: int | None = None, rule: str | None = None, root: str | Path = "runs"
) -> AnyExplanation:
    """What a model computes, as figures: `Explanation` for a modular task, else the kind that its task has.

    ``target``: a run (object, path, or name under ``root``), or a file of weights. ``step``: which checkpoint of a
    run (the last by default). ``rule``: how the key frequencies of a modular task are chosen: neurons (by default),
    embedding or w_logit.
    Errors: UsageError, DamagedFileError, each in one line.
    """
    found = subject(target, step, root)
    if isinstance(found.task, ModularTask):
        return explain_model(found.model, found.task, found.train_mask, rule or "neurons", found.sum_squared_weights)
    if rule is not None:
        raise UsageError(f"--rule: got {rule}, but {found.task.name} has no key frequencies to choose; leave it out")
    if isinstance(found.task, DigitAddition):
        return explain_digits(found.model, found.task)
    if isinstance(found.task, RepeatedSubsequences):
        return explain_induction(found.model, found.task)
    if isinstance(found.task, SkipTrigrams):
        return explain_trigrams(found.model, found.task)
    raise UsageError(f"explain: got a run of task {found.task.name}, which has no circuit to look for")
