"""What one run of a sweep comes to: phases, final losses, key frequencies; as one flat row."""

from typing import Any

from latebloom._errors import LatebloomError
from latebloom.analysis import Analysis
from latebloom.phases import Series
from latebloom.phases.detect import PHASE_RULES, read_losses
from latebloom.runs import Run
from latebloom.statistics import first_reached

FINAL = ("train_loss", "train_accuracy", "test_loss", "test_accuracy", "sum_squared_weights")
"""Metrics whose last logged value is in the row; losses in nats."""

GENERALISED = 0.99
"""Test accuracy from which a run counts as having generalised; our choice. It comes at up to twice the step
of 90 %, and on digits and repeated subsequences never."""

REACHED = ("train_reached", "test_reached")
"""First logged step at which train and test accuracy are what the four phases of learning ask for."""

_BEGUN = tuple(f"{name.replace(' ', '_').replace('-', '_')}_from" for name in PHASE_RULES)
RESULTS = (*_BEGUN, "grokked", "generalised_at", *REACHED)
COLUMNS = (*RESULTS, *FINAL, "key_frequencies")


def results(run: Run) -> tuple[dict[str, Any], bool]:
    """COLUMNS of a run as far as it has come, None where undefined; and whether all of it could be read.

    ``…_from``: first step of each phase. ``grokked``: whether all phases were told apart. ``generalised_at``: first
    logged step with test accuracy of GENERALISED or more. ``train_reached``, ``test_reached``: first logged step with
    accuracies of `latebloom.statistics.ACCURACY` or more. ``key_frequencies``: those that the run was measured with,
    else those of the last checkpoint, by neurons.
    What stands in a file that cannot be read is None; the rest is there.
    """
    found: dict[str, Any] = dict.fromkeys(COLUMNS)
    whole = True
    for read in (_from_metrics, _from_weights):
        try:
            found |= read(run)
        except LatebloomError:
            whole = False
    return found, whole


def _from_metrics(run: Run) -> dict[str, Any]:
    table = run.directory.read_table("metrics")
    values = {name: table[name].to_numpy(zero_copy_only=False) for name in table.column_names}
    if not len(table):
        return {}
    found: dict[str, Any] = {name: float(values[name][-1]) for name in FINAL if name in values}
    steps = values["step"].astype(float)
    for column in REACHED:
        accuracy = f"{column.removesuffix('_reached')}_accuracy"
        if accuracy in values:
            found[column] = first_reached(steps, values[accuracy])
    if "test_loss" not in values:
        return found
    high = values["test_accuracy"] >= GENERALISED
    found["generalised_at"] = int(values["step"][high.argmax()]) if high.any() else None
    # Without intervals it is many times faster, and the steps are the same.
    phases = read_losses(*(Series.of(values["step"], values[f"{n}_loss"]) for n in ("train", "test")), intervals=False)
    starts = {phase.name: phase.start for phase in phases.phases}
    return found | {column: starts.get(name) for column, name in zip(_BEGUN, PHASE_RULES)} | {"grokked": phases.found}


def _from_weights(run: Run) -> dict[str, Any]:
    basis = Analysis(run).basis if run.checkpoints else {}
    return {"key_frequencies": basis["key_frequencies"]} if "key_frequencies" in basis else {}
