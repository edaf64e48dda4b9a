"""The results of one run of a sweep as one flat row: outcome, phases, final losses, key frequencies."""

from dataclasses import dataclass
from typing import Any

from latebloom._errors import LatebloomError
from latebloom.analysis import Analysis
from latebloom.phases import Series
from latebloom.phases.detect import PHASE_RULES
from latebloom.runs import Run
from latebloom.runs.outcome import phases_of_experiment
from latebloom.store import column

FINAL = ("train_loss", "train_accuracy", "test_loss", "test_accuracy", "sum_squared_weights")
"""Metrics whose last logged value is part of the row; losses in nats."""

LEARNED = ("train_learned_at", "test_learned_at")
"""Steps from which the train and the test set stay learned."""

_BEGUN = tuple(f"{name.replace(' ', '_').replace('-', '_')}_from" for name in PHASE_RULES)
STEPS = (*_BEGUN, *LEARNED)
COLUMNS = ("outcome", "grokked", *LEARNED, *_BEGUN, *FINAL, "key_frequencies")


@dataclass(frozen=True)
class Results:
    """COLUMNS of a run by name. problem: why its record could not be read, so that nothing is known about its outcome.
    complete: whether its weights could be read, too."""

    columns: dict[str, Any]
    problem: str | None
    complete: bool


def results(run: Run) -> Results:
    """COLUMNS of a run at its last record, None where undefined.

    ``outcome``, ``train_learned_at``, ``test_learned_at``: see `latebloom.phases.Outcome`. ``grokked``: whether the
    outcome is "grokked"; None without an outcome. ``…_from``: first step of each phase. ``key_frequencies``: those of
    the stored measures, else those of the last checkpoint, by neurons. If the weights cannot be read, only the
    columns that need them are None.
    """
    columns: dict[str, Any] = dict.fromkeys(COLUMNS)
    try:
        columns |= _from_metrics(run)
    except LatebloomError as error:
        return Results(columns, str(error), complete=False)
    try:
        columns |= _from_weights(run)
    except LatebloomError:
        return Results(columns, None, complete=False)
    return Results(columns, None, complete=True)


def _from_metrics(run: Run) -> dict[str, Any]:
    table = run.directory.read_table("metrics")
    if not len(table):
        return {}
    steps = column(table, "step")
    series = {name: Series.of(steps, column(table, name)) for name in table.column_names if name != "step"}
    row: dict[str, Any] = {name: table[name][-1].as_py() for name in FINAL if name in series}
    phases = phases_of_experiment(run.experiment, series)
    outcome = phases.outcome
    row |= {"outcome": outcome.name, "grokked": None if outcome.name is None else outcome.grokked}
    row |= {"train_learned_at": outcome.train_learned_at, "test_learned_at": outcome.test_learned_at}
    starts = {phase.name: phase.start for phase in phases.phases}
    return row | {column: starts.get(name) for column, name in zip(_BEGUN, PHASE_RULES)}


def _from_weights(run: Run) -> dict[str, Any]:
    basis = Analysis(run).basis if run.checkpoints else {}
    return {"key_frequencies": basis["key_frequencies"]} if "key_frequencies" in basis else {}
