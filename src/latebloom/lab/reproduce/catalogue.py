"""The runs that judge each system of the write-up, by budget."""

from __future__ import annotations

import tomllib
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal, get_args

from latebloom._errors import UsageError
from latebloom.claims import SYSTEMS
from latebloom.runs import Job
from latebloom.sweeps.expand import expand
from latebloom.sweeps.spec import Spec, parse_spec

Budget = Literal["quick", "full"]
BUDGETS: tuple[Budget, ...] = get_args(Budget)
FILE = "catalogue.toml"


@dataclass(frozen=True)
class Entry:
    """One system under one budget.

    specs: the sweeps that are trained, in one directory. measured: whether every checkpoint is measured. figures: drawn
    beside those of the write-up's pictures, of the first run, or of the whole sweep over the fields ``by``. asked:
    names of measures that take seconds, which every checkpoint is measured with too.
    """

    system: str
    specs: tuple[Spec, ...]
    measured: bool
    figures: tuple[str, ...]
    by: tuple[str, ...]
    asked: tuple[str, ...] = ()

    def jobs(self, upto: int | None = None) -> list[Job]:
        """The runs that are trained, each once; ``upto``: at most so many seeds of each sweep."""
        if upto not in self._expanded:
            specs = (spec.model_copy(update={"seeds": spec.seeds[:upto]}) for spec in self.specs)
            self._expanded[upto] = list({job.name: job for spec in specs for job in expand(spec)}.values())
        return list(self._expanded[upto])

    @cached_property
    def _expanded(self) -> dict[int | None, list[Job]]:
        """The runs by ``upto``: a budget has hundreds, and each is a validated experiment."""
        return {}


@cache
def catalogue(budget: Budget) -> dict[str, Entry]:
    """The systems that the budget trains, by name, in the order of `SYSTEMS`."""
    resource = files(__package__) / FILE
    stored = tomllib.loads(resource.read_text())
    return {name: _entry(name, stored[name], budget) for name in SYSTEMS if budget in stored.get(name, {})}


def check_only(only: Collection[str], budget: Budget) -> None:
    """Errors: UsageError for a system that does not exist, or that this budget does not train."""
    for name in only:
        if name not in SYSTEMS:
            raise UsageError(f"--only: got {name!r}, expected one of {', '.join(SYSTEMS)}")
        if name not in catalogue(budget):
            raise UsageError(f"--only: got {name}, which --budget {budget} does not train; try --budget full")


def _entry(system: str, stored: dict[str, Any], budget: Budget) -> Entry:
    asked = stored[budget]
    return Entry(
        system,
        tuple(parse_spec(one, Path(FILE)) for one in (asked if isinstance(asked, list) else [asked])),
        bool(stored.get("measured", False)),
        tuple(stored.get("figures", ())),
        tuple(stored.get("by", ())),
        tuple(stored.get("with", ())),
    )
