"""Statistics over runs that are as long as the write-up's."""

from collections.abc import Sequence

from latebloom._text import whole
from latebloom.claims.claim import Statistic, statistic
from latebloom.claims.learning import last_step
from latebloom.claims.quantity import Quantity, Undefined
from latebloom.claims.record import Record
from latebloom.published import published
from latebloom.statistics import Estimate, median_estimate

STEPS = published("mainline.steps").number
"""Steps from which on a run is as long as the write-up's."""


def _at_the_end(records: Sequence[Record], quantity: Quantity) -> list[float]:
    """The values of a quantity at the end of the runs of `STEPS` or more. Errors: Undefined where there are none."""
    kept = [record for record in records if (record.value(last_step.name) or 0) >= STEPS]
    if not kept:
        raise Undefined(f"no run has gone {whole(STEPS)} steps")
    values = [record.value(quantity.name) for record in kept]
    known = [value for value in values if value is not None]
    if not known:
        raise Undefined(f"{quantity.formula} is undefined in all of these runs")
    return known


def median_at_the_end(name: str, quantity: Quantity) -> Statistic:
    """The median of a quantity over the runs that are as long as the write-up's."""

    @statistic(
        quantity.unit,
        f"the median over runs of {whole(STEPS)} steps or more (W's number) of {quantity.formula}",
        quantity,
        last_step,
        name=name,
    )
    def middle(records: Sequence[Record]) -> Estimate:
        return median_estimate(_at_the_end(records, quantity))

    return middle
