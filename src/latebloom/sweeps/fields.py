"""Fields of experiments, ``section.field``: check their names, flatten experiments, and find fields that differ."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from latebloom._errors import UsageError
from latebloom._text import is_unicode
from latebloom.training.settings import SECTIONS, known_settings, with_present_names

NO_COLUMNS = ("source", "unknown", "data.train_rows", "data.test_rows", "task.entries")
"""What an experiment stores that is no setting to compare runs by: about an import, and tables of answers."""

SEEDS = ("model.seed", "data.seed")
"""Fields that the single column ``seed`` replaces if they are equal in every run."""


def check_fields(names: Iterable[str], option: str) -> None:
    """UsageError with the nearest names for a field that no experiment has; ``option``: the option to blame."""
    known = tuple(known_settings())
    for name in names:
        if name not in known:
            near = ", ".join(_nearest(name, known)) or ", ".join(SECTIONS)
            raise UsageError(f"{option}: got {name}, which is no field of an experiment; the nearest are {near}")


def _nearest(name: str, known: tuple[str, ...]) -> list[str]:
    """The names with the same field first, then similar names."""
    leaf = name.rpartition(".")[2]
    same = [other for other in known if other.rpartition(".")[2] == leaf]
    return list(dict.fromkeys([*same, *get_close_matches(name, known, n=3, cutoff=0.4)]))[:4]


def flat(experiment: Mapping[str, Any]) -> dict[str, Any]:
    """``{"task": {"p": 7}}`` as ``{"task.p": 7}``, with current names; lists as text, so that columns have one type.

    Without `NO_COLUMNS`.
    """
    columns: dict[str, Any] = {}
    for section, value in with_present_names(experiment).items():
        fields = {f"{section}.{name}": leaf for name, leaf in value.items()} if isinstance(value, Mapping) else {}
        columns |= fields or {section: value}
    kept = {name: value for name, value in columns.items() if name not in NO_COLUMNS}
    return {name: str(value) if isinstance(value, list | dict) else value for name, value in kept.items()}


def misfits(experiments: Sequence[Mapping[str, Any]]) -> dict[int, str]:
    """Which of these flat experiments cannot stand in one table with the others, and the first field that is why.

    A column has one kind of value, that of most experiments; integers have 64 bits, and text can be written as UTF-8.
    """
    kinds: dict[str, Counter[str]] = defaultdict(Counter)
    for experiment in experiments:
        for name, value in experiment.items():
            kinds[name][_kind(value)] += value is not None
    usual = {name: counts.most_common(1)[0][0] for name, counts in kinds.items()}
    problems = {}
    for place, experiment in enumerate(experiments):
        wrong = [name for name, value in experiment.items() if value is not None and _kind(value) != usual[name]]
        if wrong:
            problems[place] = f"its experiment has {wrong[0]} {experiment[wrong[0]]!a:.60}, expected {usual[wrong[0]]}"
    return problems


def _kind(value: Any) -> str:
    """What kind of column holds the value."""
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, int):
        return "a number" if abs(value) < 2**63 else "no number of this size"
    if isinstance(value, str):
        return "text" if is_unicode(value) else "no such text"
    return "a number"


def varied(experiments: Sequence[Mapping[str, Any]]) -> list[str]:
    """The fields whose values differ between flat experiments; seeds only if the two seeds of a run differ."""
    names = dict.fromkeys(name for experiment in experiments for name in experiment)
    differ = [name for name in names if len({str(experiment.get(name)) for experiment in experiments}) > 1]
    same_seeds = all(experiment.get(SEEDS[0]) == experiment.get(SEEDS[1]) for experiment in experiments)
    return [name for name in differ if not (same_seeds and name in SEEDS)]
