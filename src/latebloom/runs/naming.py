"""Default names of runs, and what tells two experiments apart."""

from contextlib import suppress
from typing import Any, Literal, get_args, get_origin

from pydantic import ValidationError

from latebloom._config import Config
from latebloom._errors import UsageError
from latebloom.store import identity
from latebloom.training import Experiment


def default_name(experiment: Experiment) -> str:
    """``recipe-SEED-abcdef``: the letters identify everything but the length, so that a run can be made longer."""
    return f"{experiment.recipe}-{experiment.model.seed}-{identity(_strip_length(chosen_settings(experiment)))[:6]}"


def chosen_settings(config: Config) -> dict[str, Any]:
    """What names stand for: the settings that are not as they are by default, and which kind each part is of.

    A setting that a later version adds does not rename the runs of an earlier one, which have it by default; should a
    default itself change, `difference` still tells.
    """
    found, values = {}, config.model_dump(mode="json")
    for name, field in type(config).model_fields.items():
        part = getattr(config, name)
        if isinstance(part, Config):
            found[name] = chosen_settings(part)
        elif part != field.default or _is_kind(field.annotation):
            found[name] = values[name]
    return found


def _is_kind(annotation: Any) -> bool:
    """Whether a field can have one value only, which tells its part from others: a task's name, a model's kind."""
    return get_origin(annotation) is Literal and len(get_args(annotation)) == 1


def check_name(name: str) -> None:
    """UsageError unless the name keeps a run inside the directory of runs: ``NAME``, or ``SWEEP/NAME``."""
    parts = name.split("/")
    if len(parts) > 2 or not name.isprintable() or any(part.strip() in ("", ".", "..") for part in parts):
        raise UsageError(f"--name: got {name!r}, expected a plain name such as first-try, or SWEEP/NAME")


def difference(stored: dict[str, Any], experiment: Experiment) -> str | None:
    """The first setting, but for the length, in which an experiment differs from a stored one, in words; else None.

    A setting that is newer than the stored experiment counts as what it is by default.
    """
    with suppress(ValidationError):  # what is no experiment of today's is compared as it is
        stored = Experiment.model_validate(stored).model_dump(mode="json")
    return _first(_strip_length(stored), _without_length(experiment), "")


def _without_length(experiment: Experiment) -> dict[str, Any]:
    return _strip_length(experiment.model_dump(mode="json"))


def _strip_length(stored: dict[str, Any]) -> dict[str, Any]:
    training = {key: value for key, value in stored.get("training", {}).items() if key != "steps"}
    return {**stored, "training": training}


def _first(old: Any, new: Any, place: str) -> str | None:
    if isinstance(old, dict) and isinstance(new, dict):
        for key in sorted(set(old) | set(new)):
            found = _first(old.get(key), new.get(key), f"{place}.{key}".lstrip("."))
            if found:
                return found
        return None
    return None if old == new else f"the run there has {place} {old}, got {new}"
