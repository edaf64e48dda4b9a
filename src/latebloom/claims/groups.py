"""Claims about composition in finite groups: the write-up's programme, and the two explanations of Chughtai et al. 2023
and Stander et al. 2024."""

from __future__ import annotations

from typing import TYPE_CHECKING

from latebloom.analysis import Analysis
from latebloom.circuits.groups.measures import EXCLUDED_ALONE, SIMILARITY
from latebloom.circuits.groups.settings import KEPT
from latebloom.claims.claim import Claim, register
from latebloom.claims.learning import series_of
from latebloom.claims.quantity import Undefined, once, percent, quantity
from latebloom.claims.region import Above, AllOf, AtLeast, AtMost, Is
from latebloom.claims.training import restricted_control_leads, restricted_least_lead

if TYPE_CHECKING:
    from latebloom.circuits.groups.rivals import Rivals


_CHUGHTAI = "Chughtai et al. 2023"
_STANDER = "Stander et al. 2024"
_SYSTEM = "groups"

HALF_WAY = 0.5
"""A representation has formed at the first checkpoint from which its similarity stays at this share of its last."""


def _keys(analysis: Analysis) -> list[str]:
    from latebloom.circuits.groups import views

    names = [one.name for one in analysis.final.exact.get(views.keys)]
    if not names:
        raise Undefined("the model has no key representation")
    return names


@quantity("representations", "the number of key representations")
def group_key_irreps(analysis: Analysis) -> int:
    from latebloom.circuits.groups import views

    return len(analysis.final.exact.get(views.keys))


@quantity("", "the key representations, by dimension and letter")
def group_key_names(analysis: Analysis) -> str:
    return ", ".join(_keys(analysis))


@quantity("share", "the share of the functions on the group, constant apart, that are in the key representations")
def group_key_share(analysis: Analysis) -> float:
    from latebloom.circuits.groups import views

    _keys(analysis)
    every = analysis.final.exact.get(views.irreps)[1:]
    return sum(one.rank for one in analysis.final.exact.get(views.keys)) / sum(one.rank for one in every)


@quantity("share", "the share of the embedding's energy, its mean apart, in the key representations")
def group_embedding_in_keys(analysis: Analysis) -> float:
    from latebloom.circuits.groups import views

    names, exact = _keys(analysis), analysis.final.exact
    shares = exact.get(views.embedding_shares)
    if shares is None:
        raise Undefined("the embedding does not vary")
    return float(sum(float(shares[i]) for i, one in enumerate(exact.get(views.irreps)) if one.name in names))


@quantity("share", "the share of the logits' variance that the characters of the key representations explain")
def group_fve_characters(analysis: Analysis) -> float:
    from latebloom.circuits.groups import views

    _keys(analysis)
    explained = analysis.final.exact.get(views.logits).fve(analysis.final.exact.get(views.keys))
    if explained is None:
        raise Undefined("the logits do not vary")
    return explained


@quantity("share", "the share of the live neurons that are in the cluster of one representation")
def group_neurons_clustered(analysis: Analysis) -> float:
    from latebloom.circuits.groups import views

    found = analysis.final.exact.get(views.neuron_representations)
    share = None if found is None else found.clustered_fraction
    if share is None:
        raise Undefined("the model has no live neurons")
    return share


def _formed_at(analysis: Analysis) -> dict[str, float]:
    """The step from which each key representation's similarity stays at half of its last, in that order."""
    steps = {}
    for name in _keys(analysis):
        series = series_of(analysis, SIMILARITY.of(irrep=name))
        low = series.value < HALF_WAY * series.value[-1]
        steps[name] = float(series.step[min(low.nonzero()[0][-1] + 1, len(low) - 1)] if low.any() else series.step[0])
    return dict(sorted(steps.items(), key=lambda item: item[1]))


@quantity(
    "",
    f"the key representations in the order in which they form, each with the step from which the similarity of its "
    f"character stays over {percent(HALF_WAY)} of its last value",
)
def group_irrep_order(analysis: Analysis) -> str:
    return ", ".join(f"{name} {step:.0f}" for name, step in _formed_at(analysis).items())


@quantity("", "the key representation that forms first")
def group_first_irrep(analysis: Analysis) -> str:
    return next(iter(_formed_at(analysis)))


@quantity("times", "the smallest factor by which excluded loss without one key representation exceeds train loss")
def group_least_excluded(analysis: Analysis) -> float:
    train = series_of(analysis, "train_loss").value[-1]
    names = [EXCLUDED_ALONE.of(irrep=name) for name in _keys(analysis)]
    return float(min(series_of(analysis, name).value[-1] for name in names) / train)


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


register(
    Claim(
        id="group-few-irreps",
        sentence="A model of group composition uses few of the representations of its group, in embedding and logits.",
        place=f"{_CHUGHTAI}; W, future directions",
        published="1 to 7 of a group's representations",
        region=AllOf(
            AtMost(group_key_share, 0.5, "arbitrary"),
            AtLeast(group_embedding_in_keys, 0.9, "arbitrary"),
        ),
        shows=group_key_irreps,
        finding="{group_key_names}: {group_key_share:.1%} of the functions on the group, and "
        "{group_embedding_in_keys:.1%} of the embedding",
        system=_SYSTEM,
        figure="group-representations",
    ),
    Claim(
        id="group-logits-are-characters",
        sentence="The logits are characters of the key representations at a·b·c⁻¹.",
        place=_CHUGHTAI,
        published="over 95 % of the variance",
        region=AtLeast(group_fve_characters, 0.9, "arbitrary"),
        finding="{group_fve_characters:.1%} of the logits' variance",
        system=_SYSTEM,
        figure="group-representations",
    ),
    Claim(
        id="group-neurons-cluster",
        sentence="Most neurons are functions of one representation.",
        place=_CHUGHTAI,
        published="most of them",
        region=AtLeast(group_neurons_clustered, 0.75, "arbitrary"),
        finding="{group_neurons_clustered:.1%} of the live neurons",
        system=_SYSTEM,
        figure="group-representations",
    ),
    Claim(
        id="group-every-key-is-used",
        sentence="Every key representation is used on the train set.",
        place=_CHUGHTAI,
        published="expected",
        region=Above(group_least_excluded, 2.0, "arbitrary"),
        provided=AtMost(group_key_share, 0.5, "otherwise they may be no more than memorised answers"),
        finding="in order of forming: {group_irrep_order}; without one, train loss is at least "
        "{group_least_excluded:.3g} times as high",
        system=_SYSTEM,
        figure="group-growth",
    ),
    Claim(
        id="group-circuit-leads",
        sentence="Restricted loss falls before test loss does, and that of the other representations does not.",
        place="W, future directions; for modular addition W, " + '"Evolution of Circuits During Training"',
        published="expected",
        region=AllOf(Above(restricted_least_lead, 0.0), AtMost(restricted_control_leads, 0.0)),
        finding="{restricted_lead_at_a_tenth:.0f} steps earlier below a tenth of the loss of guessing, at least "
        "{restricted_least_lead:.0f} at any level; the others lead at {restricted_control_leads:.0f} levels",
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
