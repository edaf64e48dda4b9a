"""A search from the arguments of a user: its field, range, tolerance and repeats, with defaults that fit the task."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from latebloom._errors import UsageError
from latebloom.lab.crossover.bisect import Range
from latebloom.lab.crossover.result import Crossover
from latebloom.lab.crossover.search import Limits, Search, run_search
from latebloom.lab.sweep import sweep_folder
from latebloom.recipes.settings import experiment_of
from latebloom.statistics.outcome import DELAY
from latebloom.sweeps.place import Folder
from latebloom.sweeps.spec import Spec, text_of
from latebloom.tasks import split

SHARE, COUNT = "data.fraction", "data.train_size"
FIELDS = (SHARE, COUNT)
"""The fields that say how much data a recipe trains on: of a task that lists its examples, and of one that cannot."""

FINEST = 1e-6
"""The least tolerance: to this sizes are rounded."""

SHARES = (0.05, 0.95, 0.02)
"""Range and tolerance where none is asked for. Arbitrary: nearly nothing to nearly all, in steps of 2 %."""

AROUND, DOUBLINGS = 16.0, 0.25
"""Counts of examples where none is asked for: this many times fewer and more than the recipe trains on, to a quarter
of a doubling. Arbitrary; a step on the full batch costs as much more as the train set is larger."""

USUAL_COUNT = 512
"""The middle of that range for a recipe that trains on no fixed number. Arbitrary, as the write-up's 512 and 700."""


def crossover(
    recipe: str,
    settings: Mapping[str, Any] | None = None,
    low: float | int | None = None,
    high: float | int | None = None,
    tolerance: float | int | None = None,
    repeats: int = 3,
    delay: float | int = DELAY,
    runs_at_most: int | None = None,
    minutes: float | int | None = None,
    name: str | None = None,
    root: str | Path = "runs",
    workers: int | None = None,
    quiet: bool = False,
) -> Crossover:
    """Bisect the amount of data at which a recipe groks, with runs in ``root/name``; see `latebloom crossover --help`.

    None: the range and tolerance that fit the task. The same call continues a search that was stopped.
    Errors: UsageError for an unknown recipe or setting, or an empty range.
    """
    place = sweep_folder(root, f"{recipe}-crossover" if name is None else name)
    arguments = [part for field, value in (settings or {}).items() for part in (f"--{field}", text_of(value))]
    search = make_search(recipe, place, arguments, None, low, high, tolerance, repeats, delay)
    return run_search(search, Limits(runs_at_most, minutes), workers, quiet)


def make_search(
    recipe: str,
    place: Folder,
    settings: Sequence[str] = (),
    field: str | None = None,
    low: float | int | None = None,
    high: float | int | None = None,
    tolerance: float | int | None = None,
    repeats: int = 3,
    delay: float | int = DELAY,
) -> Search:
    """A search over the size of a recipe's train set. None: the field that fits the task, and its default range.

    Errors: UsageError for an unknown field, an empty range, wrong settings, or a size that leaves no test examples.
    """
    usual_field, usual = _usual(recipe, settings)
    field = usual_field if field is None else field
    if field != usual_field:
        raise UsageError(f"--field: got {field!r}, expected {usual_field}, by which this task is given its data")
    within = _range(
        field, *(own if own is not None else other for own, other in zip((low, high, tolerance), usual, strict=True))
    )
    # The size of the train set means something only where it is fixed, whatever the recipe does.
    spec = Spec(recipe=recipe, seeds=tuple(range(repeats)), settings=(*settings, "--data.kind", "finite"))
    search = Search(spec, field, within, place, delay)
    for end in (within.low, within.high):
        _check(search, end)
    return search


def _usual(recipe: str, settings: Sequence[str]) -> tuple[str, tuple[float, float, float]]:
    """The field that fits the task, and its range and tolerance."""
    # As a stream every task can be built, with no size given yet.
    experiment = experiment_of(recipe, 0, [*settings, "--data.kind", "stream", "--training.batch_size", "1"])
    if experiment.task.universe() is not None:
        return SHARE, SHARES
    middle = experiment.data.train_size or USUAL_COUNT
    return COUNT, (max(1.0, float(middle // AROUND)), middle * AROUND, DOUBLINGS)


def _range(field: str, low: float | int, high: float | int, tolerance: float | int) -> Range:
    whole = field == COUNT
    for name, value in (("--low", low), ("--high", high)):
        if not value > 0 or (whole and value != int(value)) or (not whole and value >= 1):
            expected = "a count of examples" if whole else "a share of all examples between 0 and 1"
            raise UsageError(f"{name}: got {value:g}, expected {expected}")
    if not low < high:
        raise UsageError(f"--low: got {low:g}, expected below --high {high:g}")
    if not tolerance >= FINEST:
        raise UsageError(f"--tolerance: got {tolerance:g}, expected {FINEST:g} or more")
    return Range(low=low, high=high, tolerance=tolerance, whole=whole)


def _check(search: Search, size: float) -> None:
    """Without test examples every run would seem to memorise."""
    for job in search.jobs(size):
        if not len(split(job.experiment.task, job.experiment.data).test):
            fix = "add --data.test_size 2000" if search.within.whole else "choose a lower --high"
            raise UsageError(f"crossover: got no examples to test on at {search.field} {size:g}; {fix}")
