"""What a run is and how it was made."""

from collections.abc import Mapping
from typing import Any

from latebloom.figures import FigureSource
from latebloom.recipes import RECIPES
from latebloom.runs import Run
from latebloom.tasks import ModularTask, split


def facts(source: FigureSource) -> dict[str, Any]:
    """The report's ``run``: what every run has, and the sizes of its task and of its data.

    A modular task has p, phase_sign and train_pairs (None for a stream). Any other has settings (its sizes by name),
    train_examples (None for a stream), test_examples and batch_size (None for the full batch).
    """
    run, manifest, task = source.run, source.run.manifest, source.run.task
    return {
        "name": manifest.name,
        "recipe": manifest.recipe,
        "task": task.name,
        "task_summary": task.summary,
        **_sizes(run),
        "weight_decay": run.experiment.optimiser.weight_decay,
        "seed": manifest.seed,
        "status": run.status,
        "step": manifest.step,
        "checkpoint": source.step,
        "stopped_because": manifest.stopped_because,
        "outcome": run.outcome.to_dict(),
        "created": manifest.created.isoformat(timespec="seconds"),
        "seconds": manifest.seconds,
        "versions": manifest.versions,
        "device": manifest.device,
        "git_commit": manifest.git_commit,
        "command": command(manifest.recipe, manifest.seed, manifest.experiment),
    }


def _sizes(run: Run) -> dict[str, Any]:
    task, model = run.task, run.experiment.model.model_dump(mode="json")
    if isinstance(task, ModularTask):
        pairs = None if run.train_mask is None else int(run.train_mask.sum())
        return {"p": task.p, "phase_sign": task.phase_sign, "model": model, "train_pairs": pairs}
    return {"settings": task.model_dump(mode="json", exclude={"name"}), "model": model, **_examples(run)}


def _examples(run: Run) -> dict[str, int | None]:
    data, batch_size = run.experiment.data, run.experiment.training.batch_size
    if data.kind == "stream":
        return {"train_examples": None, "test_examples": data.test_size or 0, "batch_size": batch_size}
    sets = split(run.task, data)
    return {"train_examples": len(sets.train), "test_examples": len(sets.test), "batch_size": batch_size}


def command(recipe: str, seed: int, experiment: Mapping[str, Any]) -> str | None:
    """The command that trains this experiment again; None where it came from no recipe."""
    if recipe not in RECIPES:
        return None
    usual = dict(_flat(RECIPES[recipe](seed).model_dump(mode="json")))
    changed = [f" --{place} {value}" for place, value in _flat(experiment) if usual.get(place, value) != value]
    return f"latebloom train {recipe} --seed {seed}{''.join(changed)}"


def _flat(tree: Any, place: str = "") -> list[tuple[str, Any]]:
    if not isinstance(tree, Mapping):
        return [(place, tree)]
    return [leaf for name, branch in tree.items() for leaf in _flat(branch, f"{place}.{name}".lstrip("."))]
