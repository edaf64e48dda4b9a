"""The experiments that the write-up reports, as claims speak of them: which runs belong to each."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from latebloom.models import MLPConfig
from latebloom.runs import Run
from latebloom.tasks import DigitAddition, ModularSubtraction, ModularTask, RepeatedSubsequences, SkipTrigrams

MUCH_DATA = 0.8
"""Share of the pairs from which on a run counts as one with much data (the write-up's has 0.95)."""

LATE = 50_000
"""Steps that a run must have gone for what happens near step 43 000."""


@dataclass(frozen=True)
class System:
    """One experiment of the write-up. has: whether a run belongs to it; none does where claims compare runs, since no
    run alone says anything then."""

    title: str
    has: Callable[[Run], bool] = lambda run: False


def _modular(run: Run) -> bool:
    return isinstance(run.task, ModularTask)


def _much_data(run: Run) -> bool:
    return _modular(run) and run.experiment.data.kind == "finite" and MUCH_DATA <= run.experiment.data.fraction < 1


def _some_data(run: Run) -> bool:
    return _modular(run) and run.experiment.data.kind == "finite" and not _much_data(run)


def _of(name: str, kind: str) -> Callable[[Run], bool]:
    return lambda run: run.task.name == name and run.experiment.data.kind == kind


SYSTEMS: Mapping[str, System] = MappingProxyType(
    {
        "mainline": System("Modular addition on some of the pairs", _some_data),
        "much-data": System("Modular addition on 95 % of the pairs", _much_data),
        "stream": System(
            "Modular addition on an endless stream of pairs",
            lambda run: _modular(run) and run.experiment.data.kind == "stream",
        ),
        "fractions": System("Modular addition on 25 to 95 % of the pairs"),
        "digits": System("5-digit addition, endless", _of(DigitAddition().name, "stream")),
        "digits-15": System("15-digit addition, endless"),
        "digits-few": System("5-digit addition on few examples", _of(DigitAddition().name, "finite")),
        "induction": System("Repeated subsequences, endless", _of(RepeatedSubsequences().name, "stream")),
        "induction-layers": System("Repeated subsequences with one, two and three layers"),
        "induction-few": System("Repeated subsequences: 512 of them", _of(RepeatedSubsequences().name, "finite")),
        "trigrams": System("Skip trigrams, endless", _of(SkipTrigrams().name, "stream")),
        "trigrams-few": System("Skip trigrams on few sequences", _of(SkipTrigrams().name, "finite")),
        "precision": System("float32 against float64 loss"),
        "weight-decay": System("Weight decay from 1 down to 0"),
        "regularisers": System("Dropout and L1 instead of weight decay"),
        "optimisers": System("AdamW, Adam, SGD and momentum"),
        "linear": System("A linear model that can answer by heart or by the rule"),
        "mlp": System("The two-layer MLP", lambda run: _modular(run) and isinstance(run.experiment.model, MLPConfig)),
        "subtraction": System("Modular subtraction", lambda run: isinstance(run.task, ModularSubtraction)),
        "operations": System("Other operations on pairs, and random answers"),
        "late": System("The mainline to 50 000 steps", lambda run: _modular(run) and run.manifest.step >= LATE),
    }
)
"""Every system by name, in the order of the write-up."""
