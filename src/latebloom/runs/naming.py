"""Default names of runs, and the first difference between two experiments."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any, Literal, get_args, get_origin

from pydantic import ValidationError

from latebloom._config import Config
from latebloom._errors import UsageError
from latebloom.store import identity
from latebloom.training import Experiment


def default_name(experiment: Experiment) -> str:
    """``recipe-SEED-abcdef``: the letters identify all settings except the length, so that a run can be made longer."""
    return f"{experiment.recipe}-{experiment.model.seed}-{identity(without_length(chosen_settings(experiment)))[:6]}"


def chosen_settings(config: Config) -> dict[str, Any]:
    """The settings that a run's name identifies: those that differ from their defaults, and the kind of each part.

    Runs of earlier versions keep their names: a setting that is added later has its default in them, and a setting
    that is renamed counts here under its first name. If a default changes, `difference` still reports it.
    """
    chosen, values = {}, config.model_dump(mode="json")
    first_names = {new: old for old, new in config.former_names.items()}
    for name, field in type(config).model_fields.items():
        if name not in values:  # left out of what is stored, because it has its default
            continue
        part = getattr(config, name)
        if isinstance(part, Config):
            chosen[name] = chosen_settings(part)
        elif part != field.default or _is_kind(field.annotation):
            chosen[first_names.get(name, name)] = values[name]
    return chosen


def _is_kind(annotation: Any) -> bool:
    """Whether a field has one possible value, which names the kind of its part: a task's name, a model's kind."""
    return get_origin(annotation) is Literal and len(get_args(annotation)) == 1


def check_name(name: str) -> None:
    """UsageError for a name other than ``NAME`` or ``SWEEP/NAME``, which could leave the directory of runs."""
    parts = name.split("/")
    if len(parts) > 2 or not name.isprintable() or any(part.strip() in ("", ".", "..") for part in parts):
        raise UsageError(f"--name: got {name!r}, expected a plain name such as first-try, or SWEEP/NAME")


def without_length(stored: dict[str, Any]) -> dict[str, Any]:
    """A stored experiment without its number of steps, which a run may change when it is resumed."""
    return _without(stored, "steps")


def course(stored: dict[str, Any]) -> dict[str, Any]:
    """What of a stored experiment decides its weights at each step: all but when it stops and what it records."""
    return {name: part for name, part in _without(stored, "steps", "stop").items() if name != "recording"}


def _without(stored: dict[str, Any], *fields: str) -> dict[str, Any]:
    """A stored experiment without these fields of its training."""
    training = {key: value for key, value in stored.get("training", {}).items() if key not in fields}
    return {**stored, "training": training}


def difference(
    stored: dict[str, Any],
    experiment: Experiment,
    compared: Callable[[dict[str, Any]], dict[str, Any]] = without_length,
) -> str | None:
    """The first setting in which an experiment differs from a stored one, in words; None where none does.

    compared: the part of both that is compared, by default all but the length. A setting that the stored experiment
    does not have yet counts with its default value.
    """
    with suppress(ValidationError):  # an experiment that no longer validates is compared unchanged
        stored = Experiment.model_validate(stored).model_dump(mode="json")
    return _first_difference(compared(stored), compared(experiment.model_dump(mode="json")), "")


def _first_difference(old: Any, new: Any, place: str) -> str | None:
    if isinstance(old, dict) and isinstance(new, dict):
        for key in sorted(set(old) | set(new)):
            inner = _first_difference(old.get(key), new.get(key), f"{place}.{key}".lstrip("."))
            if inner:
                return inner
        return None
    return None if old == new else f"the stored run has {place} {old}, got {new}"
