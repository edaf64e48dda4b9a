"""The experiments of the write-up: which runs belong to each."""

from collections.abc import Callable
from dataclasses import dataclass

from latebloom._registry import Registry
from latebloom._text import whole
from latebloom.circuits import family_of
from latebloom.published import filled
from latebloom.runs import Run

MUCH_DATA = 0.8
"""Share of the pairs from which on a run counts as one with much data (`much_data.fraction` in the write-up)."""

LATE = 50_000
"""Steps that a run must have gone for the late change, near step `mainline.late_change`."""


def _none(run: Run) -> bool:
    return False


@dataclass(frozen=True)
class System:
    """One experiment of the write-up.

    has: whether a run belongs to it. By default no run does: the claims of such a system compare runs, and one run
    alone says nothing.
    """

    name: str
    title: str
    has: Callable[[Run], bool] = _none


SYSTEMS: Registry[System] = Registry("system")
"""Every system by name, in the order of the write-up."""


def _modular(run: Run) -> bool:
    return family_of(run.task).name == "modular"


def _finite(run: Run) -> bool:
    return run.experiment.data.fixed is True


def _much_data(run: Run) -> bool:
    share = run.experiment.setting("data.fraction")
    return _modular(run) and _finite(run) and share is not None and MUCH_DATA <= share < 1


def _some_data(run: Run) -> bool:
    return _modular(run) and _finite(run) and not _much_data(run)


def _stream(run: Run) -> bool:
    return _modular(run) and run.experiment.data.fixed is False


def _mlp(run: Run) -> bool:
    return _modular(run) and run.experiment.model.kind == "mlp"


def _late(run: Run) -> bool:
    return _modular(run) and run.manifest.step >= LATE


def _group(run: Run) -> bool:
    return family_of(run.task).name == "groups" and _finite(run)


def _certified(run: Run) -> bool:
    return _modular(run) and _finite(run) and run.experiment.model.kind in ("transformer", "mlp", "embedding_mlp")


def _of(task: str, fixed: bool | None = None) -> Callable[[Run], bool]:
    """Whether a run is of this task, and of a fixed train set or of a stream if that is given."""
    return lambda run: run.task.name == task and fixed in (None, run.experiment.data.fixed)


for system in (
    System("mainline", "Modular addition on some of the pairs", _some_data),
    System("much-data", filled("Modular addition on {much_data.fraction} of the pairs"), _much_data),
    System("stream", "Modular addition on an endless stream of pairs", _stream),
    System("fractions", "Modular addition on 25 to 95 % of the pairs"),
    System("digits", "5-digit addition, endless", _of("digit_addition", fixed=False)),
    System("digits-15", "15-digit addition, endless"),
    System("digits-few", "5-digit addition on few examples", _of("digit_addition", fixed=True)),
    System("induction", "Repeated subsequences, endless", _of("repeated_subsequences", fixed=False)),
    System("induction-layers", "Repeated subsequences with one, two and three layers"),
    System(
        "induction-few",
        filled("Repeated subsequences: {induction_few.sequences} of them"),
        _of("repeated_subsequences", fixed=True),
    ),
    System("trigrams", "Skip trigrams, endless", _of("skip_trigrams", fixed=False)),
    System("trigrams-few", "Skip trigrams on few sequences", _of("skip_trigrams", fixed=True)),
    System("precision", "A loss in float32 and in float64"),
    System("weight-decay", "Weight decay from 1 down to 0"),
    System("regularisers", "Dropout and L1 instead of weight decay"),
    System("optimisers", "AdamW, Adam, SGD and momentum"),
    System("linear", "A linear model with memorising weights and a generalising one"),
    System("mlp", "The two-layer MLP", _mlp),
    System("subtraction", "Modular subtraction", _of("modular_subtraction")),
    System("operations", "Other operations on pairs, and random answers"),
    System("groups", "Composition in a finite group, on some of the pairs", _group),
    System("certificates", "What the explanation of modular addition proves", _certified),
    System("clock-or-pizza", "Attention between constant and softmax: pizzas, clocks, and between"),
    System("clock-or-pizza-later", "Constant attention and softmax, ten times as long as it takes to generalise"),
    System("llc", "Local learning coefficients of networks that add and of networks that memorise"),
    System("llc-course", "Local learning coefficients through training, on sums and on random tables"),
    System("late", f"The mainline to {whole(LATE)} steps", _late),
    System("slingshots", "Slingshots by intervention: small losses without gradients in float64"),
    System("reinforcement-induction", "Induction by intervention: one half given, or kept from forming"),
    System("reinforcement-trigrams", "Skip trigrams by intervention: one half given, or kept from forming"),
    System("analytic", "One QK and one OV matrix, without softmax"),
):
    SYSTEMS.register(system)
