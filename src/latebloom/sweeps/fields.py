"""Check names of fields; the error for an unknown one lists the nearest names."""

from collections.abc import Iterable
from difflib import get_close_matches

from latebloom._errors import UsageError
from latebloom.training.settings import known_settings, sections


def check_fields(names: Iterable[str], where: str) -> None:
    """UsageError with the nearest names for a field that no experiment has; ``where`` names the option at fault."""
    known = tuple(known_settings())
    for name in names:
        if name not in known:
            near = ", ".join(_near(name, known)) or ", ".join(sections())
            raise UsageError(f"{where}: got {name}, which is no field of an experiment; the nearest are {near}")


def _near(name: str, known: tuple[str, ...]) -> list[str]:
    """The names with the same field first, then similar names."""
    leaf = name.rpartition(".")[2]
    same = [other for other in known if other.rpartition(".")[2] == leaf]
    return list(dict.fromkeys([*same, *get_close_matches(name, known, n=3, cutoff=0.4)]))[:4]
