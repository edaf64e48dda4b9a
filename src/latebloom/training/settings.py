"""Settings of an experiment by name: ``SECTION.FIELD`` and a value, as text or as a Python value."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from latebloom._config import Config, field_values
from latebloom._errors import UsageError, setting_problem
from latebloom._nearest import did_you_mean
from latebloom.models import MODELS
from latebloom.tasks import TASKS, Data
from latebloom.training.config import Recording, Training
from latebloom.training.interventions import INTERVENTIONS
from latebloom.training.optimisers import OPTIMISERS

if TYPE_CHECKING:
    from latebloom.training.experiment import Experiment


@dataclass(frozen=True)
class Section:
    """One part of an experiment.

    known: what there is of each kind of part, by name. discriminator: the field that names the kind; None where there
    is one kind only. settings: the settings class of what is known; by default it is that class itself.
    """

    known: Mapping[str, Any]
    discriminator: str | None = None
    settings: Callable[[Any], type[Config]] = lambda kind: kind

    def kind(self, name: Any) -> type[Config]:
        """The settings class of a kind; of the only one where there is no discriminator.

        Errors: KeyError or UsageError for a kind that is not known.
        """
        return self.settings(self.known[str(name)] if self.discriminator else next(iter(self.known.values())))

    def kinds(self) -> list[type[Config]]:
        """The settings class of every kind."""
        return [self.settings(one) for one in self.known.values()]


SECTIONS: Mapping[str, Section] = {
    "task": Section(TASKS, "name"),
    "data": Section({"data": Data}),
    "model": Section(MODELS, "kind"),
    "optimiser": Section(OPTIMISERS, "name", lambda rule: rule.settings),
    "training": Section({"training": Training}),
    "recording": Section({"recording": Recording}),
    "intervention": Section(INTERVENTIONS, "kind"),
}
"""Every section of an experiment, in order."""


def known_settings() -> dict[str, type[Config]]:
    """Every ``SECTION.FIELD`` that some kind of part has, with the first settings class that has it."""
    known: dict[str, type[Config]] = {}
    for name, section in SECTIONS.items():
        for kind in section.kinds():
            for field in kind.model_fields:
                known.setdefault(f"{name}.{field}", kind)
    return known


def meant_setting(name: str) -> str:
    """A question to put behind an error message about a setting that does not exist, where one is like it, or where its
    section was left out; else empty."""
    known, field = list(known_settings()), name.replace("-", "_")
    of_field = [setting for setting in known if setting.partition(".")[2] == field]
    return (
        f"; did you mean '--{of_field[0]}'?" if of_field else did_you_mean(f"--{name}", [f"--{one}" for one in known])
    )


def with_settings(experiment: Experiment, settings: Mapping[str, Any], prefix: str = "", hint: str = "") -> Experiment:
    """The experiment with settings changed, validated as a whole; the order of the settings does not matter.

    settings: values by ``SECTION.FIELD``, as Python values or as text (``"none"`` is None); or whole parts by
    ``SECTION``; or ``recipe``. Another kind of task, model or optimiser keeps the settings that both kinds have.
    prefix, hint: what error messages put before a setting's name and at their end.
    Errors: UsageError in one line: the setting, the value that was given, what was expected.
    """
    values = field_values(experiment)
    changes: dict[str, dict[str, Any]] = {}
    for name, value in settings.items():
        section, dot, field = name.partition(".")
        if not dot and section in values:
            values[section] = value
        elif dot and section in SECTIONS:
            changes.setdefault(section, {})[field] = value
        else:
            raise UsageError(
                f"{prefix}{name}: no such setting, expected SECTION.FIELD with SECTION one of {', '.join(SECTIONS)}"
                f"{meant_setting(name)}{hint}"
            )
    for name, fields in changes.items():
        values[name] = _changed(name, SECTIONS[name], values[name], fields, prefix, hint)
    try:
        return type(experiment).model_validate(values)
    except ValidationError as error:
        raise UsageError(setting_problem(error, "", prefix, hint)) from None


def with_present_names(stored: Mapping[str, Any]) -> dict[str, Any]:
    """A stored experiment of any version, with renamed settings under their present names; nothing is validated."""
    return {name: _present(SECTIONS.get(name), part) for name, part in stored.items()}


def _present(section: Section | None, part: Any) -> Any:
    if section is None or not isinstance(part, Mapping):
        return part
    try:
        kind = section.kind(part.get(section.discriminator or ""))
    except (KeyError, UsageError):  # a kind of another version, or of a package that is not loaded
        return part
    return kind.with_present_names(part)


def _in_both(field: str, one: type[Config], other: type[Config]) -> bool:
    """Whether two kinds have a setting of this name and type; ``model.attention`` means something else in each kind."""
    return field in one.model_fields and one.model_fields[field].annotation == other.model_fields[field].annotation


def _changed(name: str, section: Section, part: Config, fields: Mapping[str, Any], prefix: str, hint: str) -> Config:
    """One part with some of its fields changed."""
    # "none" is also the name of a kind, that of no intervention.
    fields = {f: None if _is_none(value) and f != section.discriminator else value for f, value in fields.items()}
    kind, stored = type(part), field_values(part)
    if section.discriminator in fields:
        chosen = fields[section.discriminator]
        if chosen not in section.known:
            expected = ", ".join(section.known)
            raise UsageError(
                f"{prefix}{name}.{section.discriminator}: got {chosen!r}, expected one of {expected}"
                f"{did_you_mean(str(chosen), section.known)}{hint}"
            )
        kind = section.kind(chosen)
        stored = {field: value for field, value in stored.items() if _in_both(field, kind, type(part))}
    for field in fields:
        if field in kind.former_names:
            raise UsageError(f"{prefix}{name}.{field}: now called {prefix}{name}.{kind.former_names[field]}{hint}")
        if field not in kind.model_fields:
            expected = ", ".join(kind.model_fields)
            meant = did_you_mean(field, kind.model_fields)
            raise UsageError(f"{prefix}{name}.{field}: no such setting, expected one of {expected}{meant}{hint}")
    try:
        kept = {field: value for field, value in stored.items() if field not in kind.derived_fields}
        return kind.model_validate({**kept, **fields})
    except ValidationError as error:
        raise UsageError(setting_problem(error, f"{name}.", prefix, hint)) from None


def _is_none(value: Any) -> bool:
    return isinstance(value, str) and value.lower() == "none"
