"""When representations of a group form in training, in which order, and whether they lead test loss; over seeds too."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import permutations, product

import numpy as np

from latebloom.analysis import Analysis
from latebloom.circuits.groups.measures import RESTRICTED_RELABELLED, RESTRICTED_UNSEEN, UNSEEN_SIMILARITY
from latebloom.circuits.groups.settings import LISTED
from latebloom.claims.claim import statistic
from latebloom.claims.learning import series_of
from latebloom.claims.quantity import Undefined, once, percent, quantity
from latebloom.claims.record import Record
from latebloom.claims.training import FALLEN_SHARE, LEVELS, LEVELS_TEXT, leads

HALF_WAY = 0.5
"""A representation has formed at the first checkpoint from which its similarity stays at this share of its last."""

_AND = ", "


@once
def _formed_at(analysis: Analysis) -> dict[str, float]:
    """The step from which each listed representation's similarity stays at half of its last, in that order."""
    from latebloom.circuits.groups import views

    steps = {}
    for one in analysis.final.exact.get(views.irreps)[1:]:
        series = series_of(analysis, UNSEEN_SIMILARITY.of(irrep=one.name))
        if series.value[-1] > LISTED:
            low = (series.value < HALF_WAY * series.value[-1]).nonzero()[0]
            steps[one.name] = float(series.step[low[-1] + 1 if len(low) else 0])
    if not steps:
        raise Undefined(f"the model has no representation with a similarity over {LISTED:g}")
    return dict(sorted(steps.items(), key=lambda item: item[1]))


@quantity(
    "",
    f"the representations whose character's similarity with the logits of the pairs that were not trained on is over "
    f"{LISTED:g} at the end, by dimension and letter",
)
def group_listed_names(analysis: Analysis) -> str:
    return _AND.join(sorted(_formed_at(analysis)))


@quantity(
    "",
    f"these representations in the order in which they form, each with the step from which that similarity stays over "
    f"{percent(HALF_WAY)} of its last value",
)
def group_listed_order(analysis: Analysis) -> str:
    return _AND.join(f"{name} {step:.0f}" for name, step in _formed_at(analysis).items())


@quantity("steps", "the step from which each of these representations stays so, in the order of their names,")
def group_formed_at(analysis: Analysis) -> list[float]:
    return [step for _, step in sorted(_formed_at(analysis).items())]


@quantity(
    "share",
    "the share of the pairs of these representations of different dimension in which that of the lower dimension forms "
    "first (one half of a pair that forms together)",
)
def group_lower_first(analysis: Analysis) -> float:
    from latebloom.circuits.groups import views

    dimension = {one.name: one.dimension for one in analysis.final.exact.get(views.irreps)}
    pairs = [(a, b) for a, b in product(_formed_at(analysis).items(), repeat=2) if dimension[a[0]] < dimension[b[0]]]
    if not pairs:
        raise Undefined("no two representations have different dimensions")
    return float(np.mean([0.5 * (1 + np.sign(later - first)) for (_, first), (_, later) in pairs]))


@quantity(
    "steps",
    "the smallest lead of restricted loss, from the logits of the pairs that were not trained on, over test loss in "
    f"falling below {LEVELS_TEXT} of ln p",
)
def group_least_lead(analysis: Analysis) -> float:
    return max(min(leads(analysis, RESTRICTED_UNSEEN.name)), -float(analysis.last_step))


@quantity("steps", f"its lead in falling below {percent(FALLEN_SHARE)} of ln p")
def group_lead_at_a_tenth(analysis: Analysis) -> float:
    return leads(analysis, RESTRICTED_UNSEEN.name)[LEVELS.index(FALLEN_SHARE)]


@quantity(
    "levels",
    f"the number of these levels, of {len(LEVELS)}, at which this restricted loss leads test loss after a random "
    "relabelling of the elements",
)
def group_relabelled_leads(analysis: Analysis) -> float:
    return float(sum(lead > 0 for lead in leads(analysis, RESTRICTED_RELABELLED.name)))


def _with_some(records: Sequence[Record]) -> list[Record]:
    """The runs with listed representations. Errors: Undefined if they are fewer than two."""
    found = [record for record in records if record.value(group_listed_names.name)]
    if len(found) < 2:
        raise Undefined(f"{len(found)} runs have representations over {LISTED:g}, and two are needed")
    return found


def _sets(records: Sequence[Record]) -> Counter[str]:
    return Counter(record.value(group_listed_names.name) for record in _with_some(records))


@statistic("sets", "the number of different sets of these representations", group_listed_names)
def group_sets(records: Sequence[Record]) -> int:
    return len(_sets(records))


@statistic("", "every set with the number of its runs", group_listed_names)
def group_sets_counted(records: Sequence[Record]) -> str:
    return "; ".join(f"{names} in {count}" for names, count in _sets(records).most_common())


@statistic(
    "pairs",
    "the number of pairs of representations that form in one order in some runs and in the other order in others",
    group_listed_names,
    group_formed_at,
)
def group_pairs_in_both_orders(records: Sequence[Record]) -> int:
    orders = {order for record in _with_some(records) for order in _orders(record)}
    return sum(order[::-1] in orders for order in orders) // 2


def _orders(record: Record) -> list[tuple[str, str]]:
    """Every two representations, the first of which forms at an earlier checkpoint than the second."""
    names = record.value(group_listed_names.name).split(_AND)
    formed = zip(names, record.value(group_formed_at.name), strict=True)
    return [(a, b) for (a, first), (b, later) in permutations(formed, 2) if first < later]
