"""What is known about the training of an imported run, from its file and from the command; all else is unknown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from latebloom._errors import UsageError
from latebloom.models import ModelConfig
from latebloom.tasks import Data, Task
from latebloom.training import Experiment, Training
from latebloom.training.settings import SECTIONS

RECIPE = "imported"
"""The recipe of imported runs, which trains nothing."""

NAMES: Mapping[str, tuple[str, ...]] = {
    "optimiser.name": ("optimizer", "optimiser", "optim", "opt"),
    "optimiser.lr": ("lr", "learning_rate"),
    "optimiser.weight_decay": ("weight_decay", "wd"),
    "optimiser.warmup": ("warmup", "warmup_steps"),
    "training.batch_size": ("batch_size",),
}
"""Settings that other code bases state, by our name."""

SHARE = ("frac_train", "train_frac", "train_fraction", "training_fraction", "fraction_train", "frac")
"""Their names for the share of the examples in a fixed train set."""

_INITIAL = ("seed", "init_scale", "qk_init_scale")
"""Fields of a model that only its initial weights depend on."""

_SAID = ("optimiser", "training", "data", "recording")
_APART = ("data.kind", "training.steps", "recording.checkpoints", "recording.metrics")
"""Settings of the command that are no facts about the training, or that say themselves what is known."""


def check_settings(settings: Mapping[str, Any]) -> None:
    """UsageError for a setting that an import does not take."""
    for name in settings:
        section, _, field = name.partition(".")
        if section not in _SAID or name == "training.steps" or not field:
            raise UsageError(
                f"--{name}: an import does not take it; expected --p, --model.FIELD, or a fact about the training: "
                f"{', '.join(f'--{section}.FIELD' for section in _SAID)}"
            )


def experiment_of(
    task: Task,
    model: ModelConfig | None,
    data: Data,
    last: int,
    source: str,
    config: Mapping[str, Any],
    settings: Mapping[str, Any],
) -> Experiment:
    """The experiment of an imported run, with the list of what is unknown.

    model: None where there are curves alone. data: with every field set that is known, and no other. source: the hash
    of the file. config: settings in the file; those that have a counterpart here are taken. settings: what the command
    says, ``SECTION.FIELD`` and a value.
    """
    base: dict[str, Any] = {"recipe": RECIPE, "task": task, "data": data, "training": Training(steps=max(last, 1))}
    if model is not None:
        base["model"] = model
    # The fields that were set, since what is said may equal a default.
    known = data.model_fields_set | {"kind", "train_rows", "test_rows", "train_size", "test_size"}
    facts = {f"data.{name}" for name in known}
    experiment = Experiment(**base, source=source, unknown=_unknown(facts, model))
    for name, value in stated(config).items():
        if name not in settings:
            try:
                experiment = experiment.with_settings({name: value})
            except UsageError:  # as another code base means it, which is not ours
                continue
            facts.add(name)
    given = {name: value for name, value in settings.items() if name not in _APART}
    experiment = experiment.with_settings(given)
    return experiment.model_copy(update={"unknown": _unknown(facts | set(given), model)})


def stated(config: Mapping[str, Any]) -> dict[str, Any]:
    """The settings of a file under our names."""
    found: dict[str, Any] = {}
    for name, theirs in NAMES.items():
        value = next((config[their] for their in theirs if config.get(their) is not None), None)
        if value is not None and not isinstance(value, bool):
            found[name] = value.lower() if isinstance(value, str) else value
    return found


def share_of(config: Mapping[str, Any]) -> float | None:
    """The share of the examples in the train set, where the file says it."""
    shares = [config[name] for name in SHARE if name in config]
    return next((float(one) for one in shares if isinstance(one, float) and 0 < one <= 1), None)


def _unknown(known: set[str], model: ModelConfig | None) -> tuple[str, ...]:
    """Every SECTION.FIELD that is not known; a SECTION where none of its fields is."""
    names: list[str] = []
    for section in ("optimiser", "training", "data", "recording"):
        fields = _fields(section)
        left = [f"{section}.{field}" for field in fields if f"{section}.{field}" not in known]
        names += [section] if len(left) == len(fields) else left
    if model is None:
        return ("model", *_without_steps(names))
    initial = [f"model.{name}" for name in _INITIAL if name in type(model).model_fields]
    return (*initial, *_without_steps(names))


def _without_steps(names: list[str]) -> list[str]:
    """The number of steps is known; the other settings of training are listed one by one."""
    others = [f"training.{name}" for name in _fields("training")]
    listed = [one for name in names for one in (others if name == "training" else [name])]
    return [name for name in listed if name != "training.steps"]


def _fields(section: str) -> list[str]:
    return list(SECTIONS[section].kinds()[0].model_fields)
