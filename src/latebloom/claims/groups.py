"""Claims about composition in finite groups: the write-up's programme, and the two explanations of Chughtai et al. 2023
and Stander et al. 2024."""

from __future__ import annotations

from latebloom.claims.claim import Claim, SweepClaim, register
from latebloom.claims.group_growth import (
    group_least_lead,
    group_lower_first,
    group_pairs_in_both_orders,
    group_relabelled_leads,
    group_sets,
    group_sets_counted,
)
from latebloom.claims.group_parts import (
    group_embedding_in_keys,
    group_embedding_in_keys_relabelled,
    group_excluded_control,
    group_fve_characters,
    group_fve_relabelled,
    group_key_irreps,
    group_key_share,
    group_least_excluded,
    group_neurons_clustered,
    group_neurons_clustered_relabelled,
)
from latebloom.claims.group_rivals import group_explanation
from latebloom.claims.learning import LEARNED, outcome, test_learned_at, train_learned_at
from latebloom.claims.region import Above, AllOf, AtLeast, AtMost, Is, Ratio
from latebloom.published import filled

_CHUGHTAI = "Chughtai et al. 2023"
_STANDER = "Stander et al. 2024"
_SYSTEM = "groups"

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
