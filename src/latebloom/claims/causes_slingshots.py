"""Claims about slingshots by intervention: the one thing that rounding does, done in float64."""

from latebloom.claims.causes import Arm, intervenes, share_with
from latebloom.claims.claim import Statistic, SweepClaim, register, statistic
from latebloom.claims.precision import spikes
from latebloom.claims.record import Record
from latebloom.claims.region import Above, AllOf, Below
from latebloom.claims.verdict import HALF
from latebloom.statistics import Estimate, median_estimate

_PLACE = 'W, "Notable Observations", slingshot mechanism; by intervention'
_ARMS: dict[str, tuple[str, Arm]] = {
    "rounded": (
        "in float64 in which the examples whose loss is below float32's epsilon have no gradient",
        intervenes("round_small_losses"),
    ),
    "right": (
        "in float64 in which the gradient on the right answer, of the same examples, is zero and those on the wrong "
        "answers stay",
        intervenes("round_right_answers"),
    ),
    "random": (
        "in float64 in which as many random examples have no gradient",
        intervenes("drop_random_examples"),
    ),
    "exact": ("in float64 without intervention", intervenes(None)),
}


def _with_spikes(name: str) -> Statistic:
    text, arm = _ARMS[name]
    return share_with(f"{name}_with_spikes", "that have a spike of the train loss", arm, text, spikes, 1.0)


def _median(name: str) -> Statistic:
    text, arm = _ARMS[name]

    def compute(records: list[Record]) -> Estimate:
        return median_estimate([record.value(spikes.name) for record in records if arm(record)])

    return statistic("spikes", f"the median number of spikes of the runs {text}", spikes, name=f"{name}_spikes")(
        compute  # type: ignore[arg-type]
    )


_SHARES = {name: _with_spikes(name) for name in _ARMS}
_MEDIANS = {name: _median(name) for name in _ARMS}
_STATISTICS = (*_SHARES.values(), *_MEDIANS.values())
_FINDING = (
    "runs with spikes: {rounded_with_spikes:.0%} where small losses have no gradient, {right_with_spikes:.0%} where "
    "they have none on the right answer, {random_with_spikes:.0%} where as many random examples have none, "
    "{exact_with_spikes:.0%} without intervention; spikes per run (median) {rounded_spikes:.0f}, {right_spikes:.0f}, "
    "{random_spikes:.0f}, {exact_spikes:.0f}"
)

register(
    SweepClaim(
        id="slingshots-by-rounding",
        sentence="Removing the gradients of the smallest losses, as rounding does, is enough to cause slingshots.",
        place=_PLACE,
        published="a float32 precision error",
        region=Above(_SHARES["rounded"], HALF, "most runs"),
        finding=_FINDING,
        statistics=_STATISTICS,
        system="slingshots",
        figure="training-curve",
    ),
    SweepClaim(
        id="slingshots-by-rounding-right-answers",
        sentence="Taking away the gradient on the right answer alone, as a probability that rounds to 1 does, is "
        "enough for slingshots.",
        place=_PLACE,
        published="a float32 precision error",
        region=Above(_SHARES["right"], HALF, "most runs"),
        finding=_FINDING,
        statistics=_STATISTICS,
        system="slingshots",
        figure="training-curve",
    ),
    SweepClaim(
        id="slingshots-not-by-fewer-examples",
        sentence="Removing the gradients of as many random examples causes no slingshots; neither does float64 alone.",
        place=_PLACE,
        published="not asked",
        region=AllOf(
            Below(_SHARES["random"], HALF, "not in most runs"), Below(_SHARES["exact"], HALF, "not in most runs")
        ),
        finding=_FINDING,
        statistics=_STATISTICS,
        system="slingshots",
        figure="training-curve",
    ),
)
