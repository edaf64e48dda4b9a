"""What takes part in the contest: an optimiser, a loss or a regulariser with the grid on which it is tuned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import prod

from latebloom._errors import UsageError
from latebloom._registry import Registry
from latebloom.sweeps.spec import Spec

POINTS = 6
"""Settings among which every contestant is tuned: three learning rates, each three times the one before, and two values
of what matters most beside it."""


@dataclass(frozen=True)
class Contestant:
    """One contestant.

    settings: ``SECTION.FIELD`` and value, as text, the same in all its runs. grid: the values that are tuned, by field,
    the learning rate first; `POINTS` combinations. Without a grid it is a row of published hyperparameters, which is
    not tuned and trains longer. source: the paper, and for a published row where its hyperparameters stand.
    Errors: UsageError for a grid of another size, since every contestant has the same budget.
    """

    name: str
    title: str
    source: str
    settings: Mapping[str, str] = field(default_factory=dict)
    grid: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        points = prod(map(len, self.grid.values()))
        if self.grid and points != POINTS:
            raise UsageError(
                f"contestant {self.name}: got a grid of {points} settings, expected {POINTS}, as every contestant has"
            )

    @property
    def published(self) -> bool:
        """Whether it is a row of published hyperparameters."""
        return not self.grid

    @property
    def rate(self) -> str | None:
        """The field of the learning rate."""
        return next(iter(self.grid), None)

    def spec(self, recipe: str, seeds: Sequence[int], settings: Sequence[str]) -> Spec:
        """The sweep over its grid, or its one setting; ``settings``: those of the course."""
        own = [part for name, value in self.settings.items() for part in (f"--{name}", value)]
        grid = {name: tuple(values) for name, values in self.grid.items()}
        return Spec(recipe=recipe, seeds=tuple(seeds), grid=grid, settings=(*settings, *own))


CONTESTANTS: Registry[Contestant] = Registry("contestant")
"""Every contestant by name, in the order of the tables."""
