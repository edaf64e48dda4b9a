"""Facts about a run: its experiment, its data and its progress."""

import json
import shlex
from collections.abc import Mapping
from typing import Any

from latebloom._registry import suggested
from latebloom.analysis import Analysis
from latebloom.recipes import RECIPES
from latebloom.recipes import recipe as experiment_of
from latebloom.tasks.groups.named import named

ENTRIES = "task.entries"
"""The setting that holds a table of answers."""

_ABSENT = object()


def facts(analysis: Analysis) -> dict[str, Any]:
    """The report's ``run``: the experiment, the sizes of its data, and its progress.

    settings: sizes of the task by name. train_examples: None for a stream. Both sizes are None where the train set of
    an imported run is not known. batch_size: None for the full batch. imported: where an imported run comes from, None
    for others; what is unknown of it is None. The family may add facts of the task; for a modular task p and
    phase_sign.
    """
    run, manifest, task = analysis.run, analysis.run.manifest, analysis.task
    return {
        "name": manifest.name,
        "recipe": manifest.recipe,
        "task": task.name,
        "task_summary": task.summary,
        **analysis.family.facts(task),
        "settings": task.sizes,
        "model": run.experiment.model_dump(mode="json").get("model"),
        **_examples(analysis),
        "weight_decay": run.experiment.setting("optimiser.weight_decay"),
        "seed": manifest.seed,
        "status": run.status,
        "step": manifest.step,
        "checkpoint": analysis.step,
        "stopped_because": manifest.stopped_because,
        "outcome": run.outcome.to_dict(),
        "created": manifest.created.isoformat(timespec="seconds"),
        "seconds": manifest.seconds,
        "versions": manifest.versions,
        "device": manifest.device,
        "git_commit": manifest.git_commit,
        "imported": None if manifest.imported is None else manifest.imported.model_dump(),
        "command": command(manifest.recipe, manifest.seed, run.experiment.model_dump(mode="json")),
    }


def _examples(analysis: Analysis) -> dict[str, int | None]:
    sizes = {name: len(examples) for name, examples in analysis.sets.items()}
    experiment = analysis.run.experiment
    fresh, absent = experiment.data.kind == "stream", experiment.data.fixed is not False and not experiment.data.listed
    return {
        "train_examples": None if fresh or absent else sizes.get("train", 0),
        "test_examples": None if absent else sizes.get("test", 0),
        "batch_size": experiment.setting("training.batch_size"),
    }


def command(recipe: str, seed: int | None, experiment: Mapping[str, Any]) -> str | None:
    """The command that trains this experiment again; None if it is not based on a recipe."""
    if recipe not in RECIPES or seed is None:
        return None
    usual = dict(_flat(experiment_of(recipe, seed).model_dump(mode="json")))
    # A setting that the recipe does not store, such as an intervention, differs from it whatever its value.
    changed = [(place, value) for place, value in _flat(experiment) if usual.get(place, _ABSENT) != value]
    written = "".join(f" --{place} {_written(place, value)}" for place, value in changed)
    return f"{suggested('train', recipe, '--seed', str(seed))}{written}"


def _written(place: str, value: Any) -> str:
    """A setting as a shell reads it; a table by the usual name of its group, where that stands for the same table, and
    another list separated by commas."""
    if place == ENTRIES:
        name = next((name for name, group in named(len(value)) if group.table.tolist() == value), None)
        value = name or json.dumps(value, separators=(",", ":"))
    elif isinstance(value, list):
        value = ",".join(map(str, value))
    return shlex.quote(str(value))


def _flat(tree: Any, place: str = "") -> list[tuple[str, Any]]:
    if not isinstance(tree, Mapping):
        return [(place, tree)]
    return [leaf for name, branch in tree.items() for leaf in _flat(branch, f"{place}.{name}".lstrip("."))]
