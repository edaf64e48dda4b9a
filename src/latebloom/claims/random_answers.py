"""Excluded loss on random answers: the control of the claims that it grows smoothly and with a direction."""

from collections.abc import Callable, Sequence

from latebloom.analysis import Analysis
from latebloom.circuits.modular.control_measures import other_frequencies
from latebloom.claims.claim import Statistic, SweepClaim, register, statistic
from latebloom.claims.learning import boundary_of, train_mask_of
from latebloom.claims.operations import TIMES, random_memories
from latebloom.claims.quantity import FEWEST_RUNS, Undefined, once, quantity
from latebloom.claims.record import Record
from latebloom.claims.region import Above, AllOf
from latebloom.claims.settings import MORE_OFTEN, share_of
from latebloom.claims.stages import (
    BY_CHANCE,
    CLOSE,
    INTERVALS,
    LARGEST_PART,
    RISING,
    even_course,
    largest_part_of,
    rank_with_step,
    rise_of,
    walk_share_of,
)
from latebloom.claims.verdict import HALF
from latebloom.measures import Snapshot
from latebloom.phases import MEMORISATION_ENDS, Series
from latebloom.published import published
from latebloom.statistics import Estimate, median_estimate
from latebloom.tasks import RandomTable

FREQUENCIES = len(published("mainline.key_frequencies").numbers)
"""Frequencies that are left out where the model has no key frequency, as many as the write-up's model has."""

_SUM = 1
"""The sign of cos w(x + y), the direction that addition would take."""


@once
def _left_out(analysis: Analysis) -> list[int]:
    """The key frequencies of the final model, or if it has none, the `FREQUENCIES` strongest of its embedding."""
    from latebloom.circuits.modular import views
    from latebloom.circuits.modular.embedding import embedding_fractions

    if keys := analysis.final.get(views.keys):
        return list(keys)
    shares = embedding_fractions(analysis.final.get(views.grid).embedding.double())
    if shares is None:
        raise Undefined("the embedding does not vary")
    return sorted(1 + k for k in shares.argsort(descending=True)[:FREQUENCIES].tolist())


@once
def _courses(analysis: Analysis) -> tuple[Series, Series, Series]:
    """Train loss, excluded loss, and the same without as many random frequencies, at the checkpoints from the end of
    memorisation on."""
    from latebloom.runs.threads import single_threaded_torch

    if not isinstance(analysis.task, RandomTable):
        raise Undefined("the answers are not random")
    start = boundary_of(analysis, MEMORISATION_ENDS)
    steps = [step for step in analysis.course if step >= start]
    if not steps:
        raise Undefined(f"no checkpoint lies after the end of memorisation at step {start:.0f}")
    ks = _left_out(analysis)
    sets: tuple[list[int], ...] = ([], ks, other_frequencies(analysis.task.p, ks))
    with single_threaded_torch():
        losses = [_losses_without(analysis.snapshot(step), sets) for step in steps]
    train, excluded, control = (Series.of(steps, values) for values in zip(*losses))
    return train, excluded, control


def _losses_without(snapshot: Snapshot, sets: Sequence[Sequence[int]]) -> list[float]:
    """Train loss (nats) without the waves of each set of frequencies along x + y."""
    from latebloom.circuits.modular import views
    from latebloom.circuits.modular.grid import masked
    from latebloom.circuits.modular.projections import phase_part

    whole, mask = snapshot.get(views.grid), train_mask_of(snapshot)
    part, rows = phase_part(whole, sorted({k for ks in sets for k in ks}), _SUM), masked(whole.logits, mask)
    return [float(whole.row_losses(rows - part.along(ks, mask), mask).mean()) for ks in sets]


def _excluded(analysis: Analysis) -> Series:
    _, excluded, _ = _courses(analysis)
    return even_course(excluded, excluded.step[0], excluded.step[-1])


_AFTER = "from the end of memorisation to the end of the run"
_WITHOUT = (
    "excluded loss on random answers (without the key frequencies of the final model along x + y, or if it has none "
    f"without the {FREQUENCIES} strongest of its embedding)"
)


@quantity(
    "times",
    f"the largest ratio, {_AFTER}, of {_WITHOUT} to train loss, or to the same without as many random frequencies if "
    "that is more,",
)
def random_excluded_over_train(analysis: Analysis) -> float:
    train, excluded, control = _courses(analysis)
    return max(e / max(t, c) for t, e, c in zip(train.value, excluded.value, control.value))


@quantity(
    "", f"Spearman's rank correlation of {_WITHOUT} with the step, at the ends of {INTERVALS} equal parts {_AFTER}"
)
def random_excluded_rank(analysis: Analysis) -> float:
    return rank_with_step(_excluded(analysis))


@quantity("decades", f"the rise of {_WITHOUT} {_AFTER}")
def random_excluded_rise(analysis: Analysis) -> float:
    return rise_of(_excluded(analysis))


@quantity("share", f"the largest share of that rise, in decades, in one of the {INTERVALS} parts; 1 if it falls")
def random_excluded_largest_part(analysis: Analysis) -> float:
    course = _excluded(analysis)
    return largest_part_of(course) if rise_of(course) > 0 else 1.0


@quantity(
    "share",
    f"the share of random choices of the signs of the {INTERVALS} steps of log excluded loss on random answers that "
    "give at least as large a rise",
)
def random_excluded_walk_share(analysis: Analysis) -> float:
    return walk_share_of(_excluded(analysis))


_QUANTITIES = (
    random_excluded_over_train,
    random_excluded_rank,
    random_excluded_rise,
    random_excluded_largest_part,
    random_excluded_walk_share,
)


def _measured(records: Sequence[Record]) -> list[Record]:
    """The runs on random answers that memorise and in which every quantity is defined."""
    defined = [r for r in random_memories(records) if all(r.value(one.name) is not None for one in _QUANTITIES)]
    if len(defined) < FEWEST_RUNS:
        raise Undefined(f"{len(defined)} runs on random answers have an excluded loss, and {FEWEST_RUNS} are needed")
    return defined


def _close(record: Record) -> bool:
    return bool(record.value(random_excluded_over_train.name) < CLOSE)


def _smooth(record: Record) -> bool:
    """The rule of the claim ``circuit-grows-smoothly``."""
    rank, rise, part = (
        record.value(one.name) for one in (random_excluded_rank, random_excluded_rise, random_excluded_largest_part)
    )
    return bool(rise > 0 and rank >= RISING and part <= LARGEST_PART)


def _directed(record: Record) -> bool:
    """The rule of the claim ``excluded-loss-has-direction``."""
    return bool(record.value(random_excluded_walk_share.name) <= BY_CHANCE)


def _share(name: str, text: str, true: Callable[[Record], bool]) -> Statistic:
    @statistic("share", f"the share of the runs on random answers in which {text}", *TIMES, *_QUANTITIES, name=name)
    def compute(records: Sequence[Record]) -> Estimate:
        return share_of(_measured(records), true)

    return compute


random_close = _share("random_close", f"excluded loss stays within {CLOSE:g} times train loss or the control", _close)
random_not_smooth = _share(
    "random_not_smooth",
    f"excluded loss does not grow smoothly (it does if it rises, with a rank correlation of {RISING:g} or more and "
    f"{LARGEST_PART:.0%} of the rise or less in any part)",
    lambda record: not _smooth(record),
)
random_undirected = _share(
    "random_undirected",
    f"excluded loss has no direction (more than {BY_CHANCE:.0%} of the choices of signs rise as much)",
    lambda record: not _directed(record),
)


@statistic("times", "the median of that ratio over the runs on random answers", *TIMES, *_QUANTITIES)
def random_ratio(records: Sequence[Record]) -> Estimate:
    return median_estimate([r.value(random_excluded_over_train.name) for r in _measured(records)])


register(
    SweepClaim(
        id="random-answers-without-circuit",
        sentence="On random answers excluded loss does not part from train loss, and it neither grows smoothly nor has "
        "a direction.",
        place='W, "Key Claims"; "Evolution of Circuits During Training"',
        published="a control, not in W",
        region=AllOf(
            Above(random_close, HALF, MORE_OFTEN),
            Above(random_not_smooth, HALF, MORE_OFTEN),
            Above(random_undirected, HALF, MORE_OFTEN),
        ),
        finding="excluded loss is at most {random_ratio:.3g} times train loss or the control in the median; it stays "
        "close in {random_close:.0%} of the runs, does not grow smoothly in {random_not_smooth:.0%}, and has no "
        "direction in {random_undirected:.0%}",
        statistics=(random_close, random_not_smooth, random_undirected, random_ratio),
        system="operations",
        figure="survival",
    ),
)
