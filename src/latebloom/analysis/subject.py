"""A model by run, checkpoint or file."""

import os
from dataclasses import replace
from pathlib import Path

from latebloom._errors import RunNotFoundError, UsageError
from latebloom.analysis.analysis import Analysis
from latebloom.analysis.weight_files import snapshot_of_file
from latebloom.measures import Snapshot
from latebloom.models.layouts import Hints
from latebloom.runs import Run, open_run
from latebloom.store import not_found


def snapshot_of(
    target: str | Path | Run,
    step: int | None = None,
    rule: str | None = None,
    root: str | Path = "runs",
    hints: Hints | None = None,
) -> Snapshot:
    """The model of a run (object, path, or name under ``root``) or of a file of weights, or a folder with one.
    ``hints``: what is known about the model of a file.

    ``step``: which checkpoint (the last by default). ``rule``: how the family fixes the basis from this model; by
    default the last checkpoint has the basis of its run, and any other checkpoint one of its own, by the family's rule.
    Errors: UsageError or DamagedFileError, one line: what was got, what was expected, what to do.
    """
    if isinstance(target, Run):
        return _of_run(target, step, rule, hints)
    path = Path(target)
    if os.path.isfile(path):  # unlike Path.is_file, False for a name too long or without rights
        return snapshot_of_file(path, step, rule, hints)
    try:
        run = open_run(target, root)
    except RunNotFoundError:
        if os.path.exists(path):
            return snapshot_of_file(path, step, rule, hints)
        expected = "a file of weights (.pth, .safetensors), a run directory"
        raise RunNotFoundError(not_found(target, root, expected)) from None
    return _of_run(run, step, rule, hints)


def _of_run(run: Run, step: int | None, rule: str | None, hints: Hints | None) -> Snapshot:
    if hints is not None and hints != Hints():
        raise UsageError(f"{run.path} is a run, which states its task and model; leave --task, --p, --model.… out")
    analysis = Analysis(run)
    assumed = {} if run.manifest.imported is None else run.manifest.imported.assumed
    if rule is None and step in (None, analysis.step):
        return replace(analysis.final, assumed=assumed) if assumed else analysis.final
    if assumed:
        chosen = analysis.snapshot_by(rule, analysis.step if step is None else step)
        return replace(chosen, assumed=assumed)
    return analysis.snapshot_by(rule, analysis.step if step is None else step)
