"""Build a search from a request: the field, its range, and the number of repeats."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from latebloom._errors import UsageError
from latebloom.lab.crossover.bisect import Range
from latebloom.lab.crossover.result import Crossover
from latebloom.lab.crossover.search import Limits, Search, run_search
from latebloom.lab.sweep import sweep_folder
from latebloom.recipes.settings import experiment_of
from latebloom.sweeps.place import Folder
from latebloom.sweeps.spec import Spec, text_of
from latebloom.tasks import split

SHARE, COUNT = "data.fraction", "data.train_size"
FIELDS = (SHARE, COUNT)
"""The fields for the size of the train set: for tasks with a finite list of examples, and for other tasks."""

FINEST = 1e-6
"""The smallest tolerance; sizes are rounded to it."""

SHARES = (0.05, 0.95, 0.02)
"""Default range and tolerance. Our choice: from almost none to almost all examples, in steps of 2 %."""

AROUND, DOUBLINGS = 16.0, 0.25
"""Default range of counts: from this many times fewer to this many times more examples than the recipe trains on, with
a tolerance of a quarter of a doubling. Our choice; the cost of a full-batch step is proportional to the size of the
train set."""

USUAL_COUNT = 512
"""The middle of that range for a recipe without a fixed train set. Our choice, near the write-up's 512 and 700."""


def crossover(
    recipe: str,
    settings: Mapping[str, Any] | None = None,
    low: float | int | None = None,
    high: float | int | None = None,
    tolerance: float | int | None = None,
    repeats: int = 3,
    runs_at_most: int | None = None,
    minutes: float | int | None = None,
    name: str | None = None,
    root: str | Path = "runs",
    workers: int | None = None,
    quiet: bool = False,
) -> Crossover:
    """Bisect the amount of data at which a recipe groks, with runs in ``root/name``; see `latebloom crossover --help`.

    None: the range and tolerance for the task. The same call continues a stopped search.
    Errors: UsageError for an unknown recipe or setting, or an empty range.
    """
    place = sweep_folder(root, f"{recipe}-crossover" if name is None else name)
    arguments = [part for field, value in (settings or {}).items() for part in (f"--{field}", text_of(value))]
    search = make_search(recipe, place, arguments, None, low, high, tolerance, repeats)
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
) -> Search:
    """A search over the size of a recipe's train set. None: the field for the task, and its default range.

    Errors: UsageError for an unknown field, an empty range, wrong settings, or a size that leaves no test examples.
    """
    usual_field, usual = _usual(recipe, settings)
    field = usual_field if field is None else field
    if field != usual_field:
        raise UsageError(
            f"--field: got {field!r}, expected {usual_field}, which sets the size of this task's train set"
        )
    within = _range(
        field,
        *(
            given if given is not None else default
            for given, default in zip((low, high, tolerance), usual, strict=True)
        ),
    )
    # Only a fixed train set has a size, so the data kind of the recipe is overridden.
    spec = Spec(recipe=recipe, seeds=tuple(range(repeats)), settings=(*settings, "--data.kind", "finite"))
    search = Search(spec, field, within, place)
    for end in (within.low, within.high):
        _check(search, end)
    return search


def _usual(recipe: str, settings: Sequence[str]) -> tuple[str, tuple[float, float, float]]:
    """The field for the task, with its default range and tolerance."""
    # Every task can be built as a stream, without a size.
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
    """UsageError for a size that leaves no test examples, because a run without them has no outcome."""
    for job in search.jobs(size):
        if not len(split(job.experiment.task, job.experiment.data).test):
            fix = "add --data.test_size 2000" if search.within.whole else "choose a lower --high"
            raise UsageError(f"crossover: got no examples to test on at {search.field} {size:g}; {fix}")
