"""Claims about ablations: which parts of the final model it needs, each beside random changes of the same size."""

from collections.abc import Sequence
from math import log10

import numpy as np

from latebloom.analysis import Analysis
from latebloom.circuits.modular.ablation import (
    KEY_BLOCKS,
    MEAN_AROUND_MLP,
    OFF_READ_OUTS,
    ON_READ_OUTS,
    ZERO_AROUND_ATTENTION,
    ZERO_AROUND_MLP,
    ZERO_HEADS,
    Ablation,
    Control,
    Cut,
)
from latebloom.claims.at_the_end import median_at_the_end
from latebloom.claims.claim import Claim, SweepClaim, register, statistic
from latebloom.claims.falls import NEAR
from latebloom.claims.logits import BETTER_THAN_GUESSING, loss_all_pairs
from latebloom.claims.quantity import Quantity, Undefined, once, quantity
from latebloom.claims.record import Record
from latebloom.claims.region import Above, AllOf, AtLeast, AtMost, Below, Ratio, Region
from latebloom.claims.views import ablation, cluster_drops
from latebloom.published import filled

_ABLATED = "P, ablations"
_UNCHANGED, _GUESSING = "that of the unchanged model", "that of guessing"

UNCHANGED = 2.0
"""Times by which a loss may rise and still count as unchanged: the factor of the claim about polynomials."""

DECADE = 10.0
"""Times by which a loss must rise if a part is needed, and may rise if it is not."""


@quantity("nats", "the loss of guessing, ln p,")
def guessing_loss(analysis: Analysis) -> float:
    return analysis.chance


def _row(analysis: Analysis, cut: Cut) -> Ablation:
    row = ablation(analysis, cut)
    if row is None:
        raise Undefined(f"the model has no part for this ablation: {cut.words}")
    return row


def _control(row: Ablation) -> Control:
    if row.control is None:
        raise Undefined("too little is left for a random control")
    return row.control


class Effect:
    """What one ablation does: the loss after it, and the mean loss after random changes of the same size."""

    def __init__(self, prefix: str, cut: Cut, done: str, random: str) -> None:
        """``done`` and ``random`` complete "the loss" and "the mean loss"."""

        @quantity("nats", f"the loss {done}", name=f"{prefix}_loss")
        def loss(analysis: Analysis) -> float:
            return _row(analysis, cut).loss

        @quantity("nats", f"the mean loss {random}", name=f"{prefix}_random_loss")
        def random_loss(analysis: Analysis) -> float:
            return _control(_row(analysis, cut)).mean

        self.loss, self.random_loss = loss, random_loss

    @property
    def times(self) -> Ratio:
        """The loss after it, over the loss before."""
        return _over(self.loss, loss_all_pairs, _UNCHANGED)

    @property
    def random_times(self) -> Ratio:
        """The mean loss after random changes, over the loss before."""
        return _over(self.random_loss, loss_all_pairs, _UNCHANGED)

    @property
    def needed(self) -> Region:
        """Without the part the model does about as badly as by guessing, and after random changes it does not."""
        near = "arbitrary; P's losses are above guessing"
        return AllOf(
            AtLeast(_over(self.loss, guessing_loss, _GUESSING), NEAR, near),
            Below(_over(self.random_loss, guessing_loss, _GUESSING), NEAR),
        )

    @property
    def finding(self) -> str:
        """The losses in words, as a template."""
        before, after, random = (one.name for one in (loss_all_pairs, self.loss, self.random_loss))
        return f"loss {{{before}:.2g}} becomes {{{after}:.2g}}; {{{random}:.2g}} after random changes of the same size"


def _over(above: Quantity, below: Quantity, words: str) -> Ratio:
    return Ratio(above, below, f"{above.formula}, over {words},")


_KEPT_SUBSPACE = "kept on a random subspace of as many dimensions"
_TURNED = "after a change of the same norm in a random direction for each pair"
BLOCKS = Effect(
    "key_blocks",
    KEY_BLOCKS,
    "with only the key frequencies' terms of degree two or less kept in the logits",
    "with only such terms of as many random frequencies kept",
)
ON = Effect(
    "on_read_outs",
    ON_READ_OUTS,
    "with the neurons kept only along the directions that W_logit reads",
    f"with the neurons {_KEPT_SUBSPACE}",
)
OFF = Effect(
    "off_read_outs",
    OFF_READ_OUTS,
    "with these directions removed from the neurons",
    "with a random subspace of as many dimensions removed",
)
HEADS = Effect("zero_heads", ZERO_HEADS, "with the attention heads' output at zero", _TURNED)
AROUND_ATTENTION = Effect(
    "zero_around_attention",
    ZERO_AROUND_ATTENTION,
    "with the residual connection around attention at zero",
    f"{_TURNED} (attention)",
)
AROUND_MLP = Effect(
    "zero_around_mlp",
    ZERO_AROUND_MLP,
    "with the residual connection around the MLP at zero",
    f"{_TURNED} (MLP, zero)",
)
AROUND_MLP_MEAN = Effect(
    "mean_around_mlp",
    MEAN_AROUND_MLP,
    "with the residual connection around the MLP at its mean",
    f"{_TURNED} (MLP, mean)",
)


@once
def _drops(analysis: Analysis) -> list[Ablation]:
    rows = cluster_drops(analysis)
    if not rows:
        raise Undefined("no key frequency has a cluster of neurons")
    return rows


def _decades(analysis: Analysis, controls: Sequence[Control | None]) -> list[float | None]:
    """log10 of each cluster's loss over the median of that control; None where it has none."""
    pairs = zip(_drops(analysis), controls, strict=True)
    return [None if control is None else log10(row.loss / control.median) for row, control in pairs]


def _middle(decades: Sequence[float | None], missing: str) -> float:
    known = [one for one in decades if one is not None]
    if not known:
        raise Undefined(missing)
    return float(np.median(known))


@quantity("nats", "the losses with one cluster of neurons at zero, for each key frequency")
def cluster_drop_losses(analysis: Analysis) -> list[float]:
    return [row.loss for row in _drops(analysis)]


@quantity("nats", "the smallest loss with one cluster of neurons at zero")
def cluster_drop_loss_min(analysis: Analysis) -> float:
    return min(row.loss for row in _drops(analysis))


@quantity("decades", "log10 of each cluster's loss, over the median loss with as many random neurons at zero")
def cluster_decades_over_random(analysis: Analysis) -> list[float | None]:
    return _decades(analysis, [row.control for row in _drops(analysis)])


@quantity(
    "decades",
    "log10 of each cluster's loss, over the median loss with as many random neurons of the same total energy at zero "
    "(none for a cluster whose energy no such neurons have)",
)
def cluster_decades_over_matched(analysis: Analysis) -> list[float | None]:
    return _decades(analysis, [row.matched for row in _drops(analysis)])


@quantity(
    "decades",
    "the loss with a cluster at zero over that with as many random neurons at zero, as a decimal logarithm, in the "
    "median of the clusters",
)
def cluster_decades_over_random_median(analysis: Analysis) -> float:
    return _middle(cluster_decades_over_random.measure(analysis), "no cluster has a random control")  # type: ignore[arg-type]


@quantity(
    "decades",
    "the loss with a cluster at zero over that with as many random neurons of the same total energy at zero, as a "
    "decimal logarithm, in the median of the clusters that have such a control",
)
def cluster_decades_over_matched_median(analysis: Analysis) -> float:
    decades = cluster_decades_over_matched.measure(analysis)
    return _middle(decades, "no other neurons have the number and the energy of any cluster")  # type: ignore[arg-type]


OVER_MATCHED = median_at_the_end("median_cluster_decades_over_matched", cluster_decades_over_matched_median)
OVER_RANDOM = median_at_the_end("median_cluster_decades_over_random", cluster_decades_over_random_median)


@statistic(
    "share",
    "the share of all clusters that cost more than random neurons of the same number and energy, of those that have "
    "such a control",
    cluster_decades_over_matched,
)
def clusters_over_matched_share(records: Sequence[Record]) -> float:
    lists = [record.value(cluster_decades_over_matched.name) or () for record in records]
    known = [one for decades in lists for one in decades if one is not None]
    if not known:
        raise Undefined("no cluster of any run has such a control")
    return sum(one > 0 for one in known) / len(known)


register(
    Claim(
        id="key-blocks-do-better",
        sentence="Keeping only the key frequencies' products of 1, cos and sin in the logits lowers the loss.",
        place=_ABLATED,
        published=filled("{mainline.loss:P} becomes {ablation.key_blocks}"),
        region=AllOf(Below(BLOCKS.times, 1.0), Above(BLOCKS.random_times, 1.0)),
        provided=BETTER_THAN_GUESSING,
        finding=BLOCKS.finding,
    ),
    Claim(
        id="read-outs-suffice",
        sentence="The model needs nothing of the neurons but the directions that W_logit reads at the key frequencies.",
        place=_ABLATED,
        published=filled("{mainline.loss:P} becomes {ablation.on_read_outs}"),
        region=AllOf(
            AtMost(ON.times, UNCHANGED, "arbitrary"),
            Above(ON.random_times, UNCHANGED, "otherwise any directions would do"),
        ),
        provided=BETTER_THAN_GUESSING,
        finding=ON.finding,
    ),
    Claim(
        id="read-outs-needed",
        sentence="Without these directions the model does about as badly as by guessing.",
        place=_ABLATED,
        published=filled("{mainline.loss:P} becomes {ablation.off_read_outs}"),
        region=OFF.needed,
        provided=BETTER_THAN_GUESSING,
        finding=OFF.finding,
    ),
    Claim(
        id="heads-needed",
        sentence="Without its attention heads the model does as badly as by guessing, or worse.",
        place=_ABLATED,
        published=filled("{mainline.loss:P} becomes {ablation.zero_heads}"),
        region=HEADS.needed,
        provided=BETTER_THAN_GUESSING,
        finding=HEADS.finding,
    ),
    Claim(
        id="skip-attention-needed",
        sentence="Without the residual connection around attention the model does as badly as by guessing, or worse.",
        place=_ABLATED + " (one model's number)",
        published=filled("{mainline.loss:P} becomes {ablation.zero_attention_residual}"),
        region=AROUND_ATTENTION.needed,
        provided=BETTER_THAN_GUESSING,
        finding=AROUND_ATTENTION.finding,
    ),
    Claim(
        id="skip-mlp-not-needed",
        sentence="The residual connection around the MLP hardly matters: the algorithm passes through the neurons.",
        place=_ABLATED,
        published=filled(
            "{mainline.loss:P} becomes {ablation.zero_mlp_residual} with it at zero, {ablation.mean_mlp_residual} with "
            "it at its mean"
        ),
        region=AllOf(AtMost(AROUND_MLP.times, DECADE, "arbitrary"), AtMost(AROUND_MLP_MEAN.times, DECADE, "arbitrary")),
        provided=BETTER_THAN_GUESSING,
        finding=f"{AROUND_MLP.finding}; {{{AROUND_MLP_MEAN.loss.name}:.2g}} with its mean, "
        f"{{{AROUND_MLP_MEAN.random_loss.name}:.2g}} after such random changes",
    ),
    Claim(
        id="clusters-needed",
        sentence="Each cluster of neurons is needed: without any one of them the loss rises.",
        place=_ABLATED,
        published=filled(
            "{mainline.loss:P} becomes {ablation.drop_cluster_14} to {ablation.drop_cluster_52} without one cluster"
        ),
        region=AtLeast(_over(cluster_drop_loss_min, loss_all_pairs, _UNCHANGED), DECADE, "arbitrary"),
        provided=BETTER_THAN_GUESSING,
        finding="loss {loss_all_pairs:.2g} becomes {cluster_drop_losses:.2g}; in decades over as many random neurons "
        "{cluster_decades_over_random:+.1f}, over as many of the same energy {cluster_decades_over_matched:+.1f}",
    ),
    # If it fails, the clusters may be needed all the same: in a planted circuit the other frequencies give the answer
    # without one cluster, while random neurons unbalance all of them.
    SweepClaim(
        id="clusters-cost-more-than-random",
        sentence="A cluster of neurons at zero costs more than as many random neurons of the same total energy.",
        place=f"{_ABLATED}, which give no such control",
        published=filled("{ablation.drop_cluster_14} to {ablation.drop_cluster_52} without one cluster"),
        region=Above(OVER_MATCHED, 0.0),
        finding=f"{{{OVER_MATCHED.name}:+.2f}} decades over random neurons of the same number and energy "
        f"({{{OVER_MATCHED.name}.low:+.2f}} to {{{OVER_MATCHED.name}.high:+.2f}}), {{{OVER_RANDOM.name}:+.2f}} over "
        f"neurons of the same number; {{{clusters_over_matched_share.name}:.0%}} of the clusters with a control of the "
        "same energy cost more",
        statistics=(OVER_MATCHED, OVER_RANDOM, clusters_over_matched_share),
    ),
)
