"""docs/explorer.md: what the page of a run shows, how fast it is and how well it agrees with Python.

The figures are those of ``benchmarks/explorer.py``, ``explorer_training.py`` and ``explorer_agreement.py``.
"""

from __future__ import annotations

from typing import TypeVar

from .paths import BENCHMARKS
from .stored import Machine, Stored
from .templating import render


class Deviation(Stored):
    """The worst deviation from Python and its step: a share of the range of the values, or, for a loss, of the loss."""

    deviation: float
    step: int


class Kept(Stored):
    """Checkpoints of the run, and those that its page holds."""

    in_page: int
    in_run: int


class Agreement(Stored):
    """The page of a run beside Python, which computes from the run's exact weights."""

    run: str
    recipe: str
    page_bytes: int
    checkpoints: Kept
    worst_deviation: dict[str, Deviation]
    machine: Machine


class Moves(Stored):
    """Milliseconds of several moves of the slider with one view in sight."""

    median: float
    worst: float


class Times(Stored):
    """The page of a run in Chromium. milliseconds: by kind of change, by what was changed."""

    command: str
    machine: Machine
    chromium: str
    megabytes: float
    milliseconds: dict[str, dict[str, float | Moves]]

    @property
    def rows(self) -> list[tuple[str, float, float | None]]:
        """What was changed, the median in milliseconds, and the worst of several moves."""
        named = ((f"{kind}: {what}", figure) for kind, all in self.milliseconds.items() for what, figure in all.items())
        return [(what, f.median, f.worst) if isinstance(f, Moves) else (what, f, None) for what, f in named]


class Training(Stored):
    """One training in the page, from its start until it generalised; None where it did not."""

    settings: dict[str, str | float]
    memorised_at_step: int | None
    generalised_at_step: int | None
    seconds: float
    steps_per_second: int


class Trainings(Stored):
    """Trainings in the page with its default settings, by model."""

    command: str
    machine: Machine
    chromium: str
    trainings: dict[str, Training]


Figures = TypeVar("Figures", bound=Stored)


def explorer_page() -> str:
    """docs/explorer.md."""
    return render(
        "explorer",
        times=_read("explorer", Times),
        agreement=_read("explorer_agreement", Agreement),
        training=_read("explorer_training", Trainings),
    )


def _read(name: str, kind: type[Figures]) -> Figures:
    return kind.model_validate_json((BENCHMARKS / f"{name}.json").read_bytes())
