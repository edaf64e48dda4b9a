"""Claims about composition in finite groups: the write-up's programme, and the two explanations of Chughtai et al. 2023
and Stander et al. 2024."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import permutations, product
from typing import TYPE_CHECKING

import numpy as np

from latebloom.analysis import Analysis
from latebloom.circuits.groups.measures import (
    EXCLUDED_ALONE,
    EXCLUDED_CONTROL,
    RESTRICTED_RELABELLED,
    RESTRICTED_UNSEEN,
    UNSEEN_SIMILARITY,
)
from latebloom.circuits.groups.settings import KEPT, LISTED
from latebloom.claims.claim import Claim, SweepClaim, register, statistic
from latebloom.claims.learning import LEARNED, outcome, series_of, test_learned_at, train_learned_at
from latebloom.claims.quantity import Undefined, once, percent, quantity
from latebloom.claims.record import Record
from latebloom.claims.region import Above, AllOf, AtLeast, AtMost, Is, Ratio
from latebloom.claims.training import FALLEN_SHARE, LEVELS, LEVELS_TEXT, leads
from latebloom.measures import Snapshot
from latebloom.published import filled

if TYPE_CHECKING:
    from latebloom.circuits.groups.rivals import Rivals


_CHUGHTAI = "Chughtai et al. 2023"
_STANDER = "Stander et al. 2024"
_SYSTEM = "groups"

HALF_WAY = 0.5
"""A representation has formed at the first checkpoint from which its similarity stays at this share of its last."""

_AND = ", "
NO_KEYS = "the model has no key representation"


def _keys(analysis: Analysis) -> list[str]:
    from latebloom.circuits.groups import views

    names = [one.name for one in analysis.final.exact.get(views.keys)]
    if not names:
        raise Undefined(NO_KEYS)
    return names


@quantity("representations", "the number of key representations")
def group_key_irreps(analysis: Analysis) -> int:
    from latebloom.circuits.groups import views

    return len(analysis.final.exact.get(views.keys))


@quantity("", "the key representations, by dimension and letter")
def group_key_names(analysis: Analysis) -> str:
    return _AND.join(_keys(analysis))


@quantity("share", "the share of the functions on the group, constant apart, that are in the key representations")
def group_key_share(analysis: Analysis) -> float:
    from latebloom.circuits.groups import views

    _keys(analysis)
    every = analysis.final.exact.get(views.irreps)[1:]
    return sum(one.rank for one in analysis.final.exact.get(views.keys)) / sum(one.rank for one in every)


_RELABELLED = ", with the elements of the group relabelled at random,"


def _relabelled(analysis: Analysis) -> Snapshot:
    from latebloom.circuits.groups import views

    return analysis.final.exact.get(views.relabelled)


def _embedding_in_keys(snapshot: Snapshot) -> float:
    from latebloom.circuits.groups import views

    keys, shares = [one.name for one in snapshot.get(views.keys)], snapshot.get(views.embedding_shares)
    if not keys:
        raise Undefined(NO_KEYS)
    if shares is None:
        raise Undefined("the embedding does not vary")
    return float(sum(float(shares[i]) for i, one in enumerate(snapshot.get(views.irreps)) if one.name in keys))


_OF_EMBEDDING = "the share of the embedding's energy, its mean apart, in the key representations"


@quantity("share", _OF_EMBEDDING)
def group_embedding_in_keys(analysis: Analysis) -> float:
    return _embedding_in_keys(analysis.final.exact)


@quantity("share", _OF_EMBEDDING + _RELABELLED)
def group_embedding_in_keys_relabelled(analysis: Analysis) -> float:
    return _embedding_in_keys(_relabelled(analysis))


def _fve_characters(snapshot: Snapshot) -> float:
    from latebloom.circuits.groups import views

    keys = snapshot.get(views.keys)
    if not keys:
        raise Undefined(NO_KEYS)
    explained = snapshot.get(views.logits).fve(keys)
    if explained is None:
        raise Undefined("the logits do not vary")
    return explained


_OF_LOGITS = "the share of the logits' variance that the characters of the key representations explain"


@quantity("share", _OF_LOGITS)
def group_fve_characters(analysis: Analysis) -> float:
    return _fve_characters(analysis.final.exact)


@quantity("share", _OF_LOGITS + _RELABELLED)
def group_fve_relabelled(analysis: Analysis) -> float:
    return _fve_characters(_relabelled(analysis))


def _neurons_clustered(snapshot: Snapshot) -> float:
    from latebloom.circuits.groups import views

    found = snapshot.get(views.neuron_representations)
    share = None if found is None else found.clustered_fraction
    if share is None:
        raise Undefined("the model has no live neurons")
    return share


_OF_NEURONS = "the share of the live neurons that are in the cluster of one representation"


@quantity("share", _OF_NEURONS)
def group_neurons_clustered(analysis: Analysis) -> float:
    return _neurons_clustered(analysis.final.exact)


@quantity("share", _OF_NEURONS + _RELABELLED)
def group_neurons_clustered_relabelled(analysis: Analysis) -> float:
    return _neurons_clustered(_relabelled(analysis))


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


def _over_train_loss(analysis: Analysis, columns: Sequence[str]) -> float:
    """The smallest of these losses at the end, over train loss."""
    return float(
        min(series_of(analysis, one).value[-1] for one in columns) / series_of(analysis, "train_loss").value[-1]
    )


@quantity("times", "the smallest factor by which excluded loss without one key representation exceeds train loss")
def group_least_excluded(analysis: Analysis) -> float:
    return _over_train_loss(analysis, [EXCLUDED_ALONE.of(irrep=name) for name in _keys(analysis)])


@quantity("times", "the factor by which excluded loss without all representations that are not key exceeds train loss")
def group_excluded_control(analysis: Analysis) -> float:
    if analysis.series(EXCLUDED_CONTROL.name) is None and group_key_share.measure(analysis) == 1:
        raise Undefined("every representation is key, so none can be left out as a control")
    return _over_train_loss(analysis, [EXCLUDED_CONTROL.name])


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


@once
def _rivals(analysis: Analysis) -> Rivals:
    from latebloom.circuits.groups.rivals import rivals

    found = rivals(analysis.final)
    if found is None:
        raise Undefined("the model has no neurons that act on its logits linearly")
    return found


def _trial_accuracy(analysis: Analysis, name: str) -> float:
    found = _rivals(analysis)
    accuracy = next((one.accuracy for one in found.trials if one.name == name), None)
    if accuracy is None:
        raise Undefined(found.reason or "no neuron varies")
    return accuracy


@quantity("share", "the accuracy over all pairs with every neuron projected onto one representation")
def group_accuracy_by_irreps(analysis: Analysis) -> float:
    return _trial_accuracy(analysis, "irreps")


@quantity("share", "the accuracy over all pairs with every neuron projected onto functions of the cosets of a subgroup")
def group_accuracy_by_cosets(analysis: Analysis) -> float:
    return _trial_accuracy(analysis, "cosets")


@quantity(
    "share", "the probability that a neuron's subgroup is larger than that of a random function of its representation"
)
def group_larger_subgroups(analysis: Analysis) -> float:
    larger = _rivals(analysis).larger_than_chance
    if larger is None:
        raise Undefined("no neuron varies")
    return larger


@quantity(
    "",
    f"the explanation of the neurons that keeps {percent(KEPT)} of the accuracy with the fewest functions (irreps, "
    "cosets, both or neither)",
)
def group_explanation(analysis: Analysis) -> str:
    found = _rivals(analysis)
    if found.decides is None:
        raise Undefined(found.reason or "undecided")
    return found.decides


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


register(
    Claim(
        id="group-groks",
        sentence="A model of group composition first memorises its pairs and generalises only long after.",
        place=f"{_CHUGHTAI}; W, future directions",
        published="yes",
        region=Is(outcome, ("grokked",)),
        shows=Ratio(test_learned_at, train_learned_at),
        finding=f"{{outcome}}: train accuracy reaches {LEARNED} at step {{train_learned_at:.0f}}, test accuracy at "
        "step {test_learned_at:.0f}",
        system=_SYSTEM,
        figure="training-curve",
    ),
    Claim(
        id="group-few-irreps",
        sentence="A model of group composition uses few of the representations of its group, in embedding and logits.",
        place=f"{_CHUGHTAI}; W, future directions",
        published="1 to 7 of a group's representations",
        region=AllOf(
            AtMost(group_key_share, 0.5, "arbitrary"),
            AtLeast(group_embedding_in_keys, 0.9, "arbitrary"),
            AtMost(group_embedding_in_keys_relabelled, 0.75, "arbitrary: the control"),
        ),
        shows=group_key_irreps,
        finding="{group_key_names}: {group_key_share:.1%} of the functions on the group, and "
        "{group_embedding_in_keys:.1%} of the embedding ({group_embedding_in_keys_relabelled:.1%} after relabelling)",
        system=_SYSTEM,
        figure="group-representations",
    ),
    Claim(
        id="group-logits-are-characters",
        sentence="The logits are characters of the key representations at a·b·c⁻¹.",
        place=_CHUGHTAI,
        published=filled("over 95 % of the variance; {groups.mlp.fve_characters} in their MLP on S5"),
        region=AllOf(
            AtLeast(group_fve_characters, 0.9, "arbitrary"),
            AtMost(group_fve_relabelled, 0.1, "arbitrary: the control"),
        ),
        finding="{group_fve_characters:.1%} of the logits' variance ({group_fve_relabelled:.1%} after relabelling)",
        system=_SYSTEM,
        figure="group-representations",
    ),
    Claim(
        id="group-neurons-cluster",
        sentence="Most neurons are functions of one representation.",
        place=_CHUGHTAI,
        published="most of them",
        region=AllOf(
            AtLeast(group_neurons_clustered, 0.75, "arbitrary"),
            AtMost(group_neurons_clustered_relabelled, 0.25, "arbitrary: the control"),
        ),
        finding="{group_neurons_clustered:.1%} of the live neurons ({group_neurons_clustered_relabelled:.1%} after "
        "relabelling)",
        system=_SYSTEM,
        figure="group-representations",
    ),
    Claim(
        id="group-every-key-is-used",
        sentence="Every key representation is used on the train set.",
        place=_CHUGHTAI,
        published="expected",
        region=AllOf(
            Above(group_least_excluded, 2.0, "arbitrary"),
            AtMost(group_excluded_control, 2.0, "the control: memorised answers need those that are not key as well"),
        ),
        finding="without one of {group_key_names}, train loss is at least {group_least_excluded:.3g} times as high; "
        "without all others, {group_excluded_control:.3g} times",
        system=_SYSTEM,
        figure="group-growth",
    ),
    Claim(
        id="group-circuit-leads",
        sentence="Restricted loss of unseen pairs falls before test loss does, and not after relabelling the elements.",
        place="W, future directions; for modular addition W, " + '"Evolution of Circuits During Training"',
        published="expected",
        region=AllOf(Above(group_least_lead, 0.0), AtMost(group_relabelled_leads, 0.0)),
        finding="{group_lead_at_a_tenth:.0f} steps earlier below a tenth of the loss of guessing, at least "
        "{group_least_lead:.0f} at any level; relabelled, at {group_relabelled_leads:.0f} levels",
        system=_SYSTEM,
        figure="group-growth",
    ),
    Claim(
        id="group-lower-first",
        sentence="Representations of lower dimension form first.",
        place="W, future directions (which representations, and when)",
        published="asked",
        region=Above(group_lower_first, 0.5, "chance"),
        finding="{group_lower_first:.0%} of the pairs: {group_listed_order}",
        system=_SYSTEM,
        figure="group-growth",
    ),
    SweepClaim(
        id="group-seeds-differ",
        sentence="Which representations a model learns depends on its seed.",
        place=_CHUGHTAI,
        published="arbitrary",
        region=AtLeast(group_sets, 2.0, "one set for all seeds is the alternative"),
        finding="{group_sets:.0f} sets: {group_sets_counted}",
        statistics=(group_sets, group_sets_counted),
        system=_SYSTEM,
        figure="group-growth",
    ),
    SweepClaim(
        id="group-orders-differ",
        sentence="The order in which the representations form depends on the seed.",
        place=_CHUGHTAI,
        published="arbitrary",
        region=AtLeast(group_pairs_in_both_orders, 1.0, "one order for all seeds is the alternative"),
        finding="{group_pairs_in_both_orders:.0f} pairs of representations form in one order in some runs and in the "
        "other in others",
        statistics=(group_pairs_in_both_orders,),
        system=_SYSTEM,
        figure="group-growth",
    ),
    Claim(
        id="group-by-cosets",
        sentence="The neurons are functions of cosets, more than functions of a representation are by chance.",
        place=_STANDER,
        published="yes (MLPs on S5 and S6)",
        region=Is(group_explanation, ("cosets", "both")),
        finding="{group_explanation}: accuracy {group_accuracy_by_irreps:.1%} with neurons of one representation, "
        "{group_accuracy_by_cosets:.1%} with neurons of cosets; subgroups larger than by chance with probability "
        "{group_larger_subgroups:.0%}",
        system=_SYSTEM,
    ),
)
