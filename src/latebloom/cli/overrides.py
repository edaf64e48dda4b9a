"""Settings from the command line: --SECTION.FIELD VALUE onto a recipe's experiment."""

from typing import Any

from pydantic import BaseModel, ValidationError

from latebloom._errors import UsageError
from latebloom.models import MODELS
from latebloom.recipes import recipe
from latebloom.tasks import TASKS, Data
from latebloom.training import Experiment, Optimiser, Recording, Training

_KINDS: dict[str, tuple[type[BaseModel], ...]] = {
    "task": tuple(TASKS.values()),
    "data": (Data,),
    "model": tuple(MODELS.values()),
    "optimiser": (Optimiser,),
    "training": (Training,),
    "recording": (Recording,),
}
_DISCRIMINATORS = {"task": "name", "model": "kind"}


def configured(name: str, seed: int, arguments: list[str]) -> Experiment:
    """The recipe of that name with these settings changed. Errors: UsageError, one line, for anything that is off."""
    if seed < 0:
        raise UsageError(f"--seed: got {seed}, expected 0 or more")
    stored = recipe(name, seed).model_dump(mode="json")
    for section, field, value in _settings(arguments):
        if field == _DISCRIMINATORS.get(section):
            stored[section] = _switched(section, field, value, stored[section])
        else:
            stored[section][_known(section, field, stored[section])] = None if value.lower() == "none" else value
    try:
        return Experiment.model_validate(stored)
    except ValidationError as error:
        raise UsageError(_one_line(error)) from None


def describe_settings() -> str:
    """Every setting with its default, for the help text."""
    lines = ["settings (of the mainline recipe where recipes differ):"]
    for section, kinds in _KINDS.items():
        seen: set[str] = set()
        for kind in kinds:
            for field, info in kind.model_fields.items():
                if field not in seen and info.description:
                    seen.add(field)
                    lines.append(f"  --{section}.{field:<{22 - len(section)}} {info.description} ({info.default})")
    return "\n".join(lines)


def _settings(arguments: list[str]) -> list[tuple[str, str, str]]:
    found = []
    rest = list(arguments)
    while rest:
        name, joined, value = rest.pop(0).partition("=")
        section, dot, field = name.removeprefix("--").partition(".")
        if not name.startswith("--") or not dot or section not in _KINDS:
            raise UsageError(
                f"got {name!r}, expected --SECTION.FIELD with SECTION one of {', '.join(_KINDS)}; "
                "see `latebloom train --help`"
            )
        if not joined:
            if not rest:
                raise UsageError(f"{name}: got no value, expected {name} VALUE")
            value = rest.pop(0)
        found.append((section, field, value))
    return found


def _known(section: str, field: str, stored: dict[str, Any]) -> str:
    if field not in stored:
        raise UsageError(f"--{section}.{field}: no such setting, expected one of {', '.join(stored)}")
    return field


def _switched(section: str, field: str, value: str, old: dict[str, Any]) -> dict[str, Any]:
    """Another kind of task or model: it keeps the settings that both kinds have."""
    kinds = {kind.model_fields[field].default: kind for kind in _KINDS[section]}
    if value not in kinds:
        raise UsageError(f"--{section}.{field}: got {value!r}, expected one of {', '.join(kinds)}")
    return {name: kept for name, kept in old.items() if name in kinds[value].model_fields} | {field: value}


def _one_line(error: ValidationError) -> str:
    first = error.errors()[0]
    names = {kind.model_fields[_DISCRIMINATORS[s]].default for s in _DISCRIMINATORS for kind in _KINDS[s]}
    place = ".".join(str(part) for part in first["loc"] if part not in names)
    expected = first["msg"].removeprefix("Value error, expected ").removeprefix("Input should be ")
    if not place:
        return expected.removeprefix("Value error, ")
    return f"--{place}: got {first['input']!r}, expected {expected}; see `latebloom train --help`"
