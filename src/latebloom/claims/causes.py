"""What the claims about interventions share: the runs of each arm, and when a run leaves its plateau."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import inf

from latebloom.analysis import Analysis
from latebloom.claims.claim import Statistic, statistic
from latebloom.claims.learning import series_of
from latebloom.claims.quantity import Never, Quantity, Undefined, quantity
from latebloom.claims.record import Record
from latebloom.statistics import Estimate, first_below, ratio_of_medians, share

Arm = Callable[[Record], bool]
"""Whether a run belongs to one arm of an experiment."""


@quantity("steps", "the step at which test loss first is below half of the loss of guessing")
def half_of_guessing_at(analysis: Analysis) -> float:
    loss = series_of(analysis, "test_loss")
    step = first_below(loss.step, loss.value, analysis.chance / 2)
    if step is None:
        raise Never(f"test loss is not below half of guessing by step {loss.step[-1]:.0f}")
    return float(step)


def intervenes(kind: str | None, /, **settings: object) -> Arm:
    """The runs with an intervention of this kind (None: with none), and with these settings of the model."""

    def belongs(record: Record) -> bool:
        mine = all(record.setting(f"model.{name}") == value for name, value in settings.items())
        return mine and record.setting("intervention.kind") == kind

    return belongs


def freezes(*weights: str, **settings: object) -> Arm:
    """The runs in which exactly these weights keep their initial values, and with these settings of the model."""
    frozen = intervenes("freeze", **settings)
    return lambda record: frozen(record) and set(record.setting("intervention.weights") or ()) == set(weights)


def runs_of(records: Sequence[Record], arm: Arm, text: str) -> list[Record]:
    """The runs of an arm. Errors: Undefined without any."""
    found = [record for record in records if arm(record)]
    if not found:
        raise Undefined(f"needs runs {text}")
    return found


def steps_of(records: Sequence[Record], one: Quantity) -> list[float]:
    """A step of each run; infinite where it was not reached, left out where it is undefined."""
    values = [record.quantities[one.name] for record in records]
    return [inf if value.never else float(value.value) for value in values if value.never or value.value is not None]  # type: ignore[arg-type]


def values_of(records: Sequence[Record], one: Quantity) -> list[float]:
    """The value of each run in which a quantity is defined. Errors: Undefined where it is in none."""
    values = [record.value(one.name) for record in records]
    known = [value for value in values if value is not None]
    if not known:
        raise Undefined(f"{one.formula} is undefined in every run")
    return known


def speed_up(name: str, arm: Arm, plain: Arm, text: str) -> Statistic:
    """The median time to half of guessing in one arm, over that in the plain runs. Both are at least 1 step."""

    def compute(records: Sequence[Record]) -> Estimate:
        above, below = (
            [max(step, 1.0) for step in steps_of(runs_of(records, one, which), half_of_guessing_at)]
            for one, which in ((arm, text), (plain, "without intervention"))
        )
        return ratio_of_medians(above, below)

    formula = (
        f"the median step at which test loss first is below half of the loss of guessing in runs {text}, over that in "
        "runs without intervention,"
    )
    return statistic("times", formula, half_of_guessing_at, name=name)(compute)


def share_with(name: str, what: str, arm: Arm, text: str, one: Quantity, edge: float) -> Statistic:
    """The share of the runs of an arm in which a quantity is at least ``edge``. what: that in words."""

    def compute(records: Sequence[Record]) -> Estimate:
        values = values_of(runs_of(records, arm, text), one)
        return share(sum(value >= edge for value in values), len(values))

    return statistic("share", f"among the runs {text}, the share of those {what}", one, name=name)(compute)
