"""Experiments from a recipe, a seed and settings in the form of the command line: ``--SECTION.FIELD VALUE``."""

from collections.abc import Sequence

from latebloom._errors import UsageError
from latebloom.recipes import recipe
from latebloom.training import Experiment
from latebloom.training.settings import SECTIONS, known_settings, meant_setting, with_settings

_HINT = "; see `latebloom train --help`"


def experiment_of(name: str, seed: int, arguments: Sequence[str] = ()) -> Experiment:
    """The recipe of that name with these settings changed.

    arguments: ``--SECTION.FIELD VALUE`` or ``--SECTION.FIELD=VALUE``; if a setting is given twice, the
    last value counts. Errors: UsageError in one line.
    """
    if seed < 0:
        raise UsageError(f"--seed: got {seed}, expected 0 or more")
    return changed(recipe(name, seed), arguments)


def changed(experiment: Experiment, arguments: Sequence[str]) -> Experiment:
    """The experiment with these settings changed, in the form of `experiment_of`. Errors: UsageError in one line."""
    return with_settings(experiment, parse_settings(arguments), "--", _HINT)


def parse_settings(arguments: Sequence[str]) -> dict[str, str]:
    """Values as text by ``SECTION.FIELD``. Errors: UsageError for anything but settings, and for a missing value."""
    settings: dict[str, str] = {}
    rest, last = list(arguments), ""
    while rest:
        name, equals, value = rest.pop(0).partition("=")
        setting = name.removeprefix("--")
        section, dot, _ = setting.partition(".")
        if setting == name and last:
            raise UsageError(
                f"--{last}: got {settings[last]!r} and {name!r}, expected one value; separate several by commas: "
                f"--{last} {settings[last]},{name}"
            )
        if setting == name or not dot or section not in SECTIONS:
            raise UsageError(
                f"got {name!r}, expected --SECTION.FIELD with SECTION one of {', '.join(SECTIONS)}"
                f"{meant_setting(setting)}{_HINT}"
            )
        last = setting
        if not equals:
            if not rest:
                raise UsageError(f"{name}: got no value, expected {name} VALUE")
            value = rest.pop(0)
        settings[setting] = value
    return settings


def describe_settings() -> str:
    """Every setting with its default, for the help text."""
    lines = ["settings, with defaults in parentheses (those of the mainline recipe where recipes differ):"]
    for name, kind in known_settings().items():
        section, _, field = name.partition(".")
        info, known = kind.model_fields[field], SECTIONS[section]
        described = f"one of {', '.join(known.known)}" if field == known.discriminator else info.description
        if described:
            lines.append(f"  --{name:<24} {described} ({info.default})")
    return "\n".join(lines)
