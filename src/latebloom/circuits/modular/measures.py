"""Measures of models of modular tasks: restricted and excluded loss, cos fit, embedding, neurons, attention."""

from latebloom._text import percent
from latebloom.circuits.modular.control_measures import measured_waves, other_frequencies
from latebloom.circuits.modular.settings import FVE_THRESHOLD
from latebloom.measures import MEASURES, Column, Measure, Snapshot
from latebloom.published import filled

FAMILY = "modular"

_PAPER = "Nanda et al., 2023"
_WRITE_UP = "the write-up"

RESTRICTED = Column(
    "restricted_loss",
    "nats",
    "CE over all pairs of Σ_k P_k L + mean over (x, y) of the rest, k over the key frequencies",
    f"{_WRITE_UP}'s trig loss, as {_PAPER} define it",
)
RESTRICTED_TRAIN = Column("restricted_train_loss", "nats", "the same over the train set", RESTRICTED.source)
RESTRICTED_TEST = Column("restricted_test_loss", "nats", "the same over the other pairs", RESTRICTED.source)

EXCLUDED = Column(
    "excluded_loss",
    "nats",
    "CE on the train set (all pairs for a stream) of L - Σ_k P_k L, k over the key frequencies",
    f"{_PAPER}, and {_WRITE_UP}",
)
EXCLUDED_ALONE = Column("excluded_loss.k{k}", "nats", "the same without one key frequency alone", EXCLUDED.source)
EXCLUDED_CONTROL = Column(
    "excluded_loss_control",
    "nats",
    "the same without as many random frequencies that are not key, the same at every checkpoint; left out if there "
    "are too few. If train loss is 1e-7, any removal multiplies it",
)

COS_COEFFICIENT = Column(
    "cos_coefficient.k{k}", "", "least-squares coefficient of L on cos(2πk(x + s·y - z)/n), key frequencies", _WRITE_UP
)
EXCLUDED_3D = Column(
    "excluded_3d_loss", "nats", "CE on the train set of L less the cos fit", "the published training code"
)
RESTRICTED_3D = Column(
    "restricted_3d_loss", "nats", "CE over all pairs of the cos fit alone", "the published training code"
)

EMBEDDING_FRACTION = Column(
    "embedding_fraction.k{k}",
    "share",
    "share of the embedding's energy at each frequency, constant apart",
    f"{_WRITE_UP}'s norms of the embedding's waves",
)
EMBEDDING_GINI = Column("embedding_gini", "share", "Gini coefficient of those shares", EMBEDDING_FRACTION.source)

LIVE_NEURONS = Column("live_neurons", "count", "neurons whose centred energy over all pairs exceeds 1e-8")
CLUSTERED_FRACTION = Column(
    "clustered_fraction", "share", "share of the live neurons that are in any cluster, key or not", _PAPER
)
CLUSTER_SIZE = Column(
    "cluster_size.k{k}",
    "count",
    f"neurons in the cluster of each key frequency: more than {percent(FVE_THRESHOLD)} of their variance is at "
    "that frequency",
    f"{_WRITE_UP}'s clusters; {_PAPER}",
)

ATTENTION_TO_SELF = Column(
    "attention_to_self",
    "share",
    "mean attention of the last position (`=`) to itself over all pairs and all heads of the last layer",
    filled(f"{_WRITE_UP}, footnote 27; {_PAPER}: {{mainline.attention_to_itself}}"),
)
ATTENTION_TO_SELF_OF = Column(
    "attention_to_self.head{head}", "share", "the same for each head", ATTENTION_TO_SELF.source
)


def restricted(snapshot: Snapshot) -> dict[str, float]:
    """Restricted loss: only the waves of the key frequencies are left in the logits."""
    from latebloom.circuits.modular.projections import restricted_table
    from latebloom.circuits.modular.sum_losses import table_losses
    from latebloom.circuits.modular.views import keys, phase, train_mask

    grid_and_sign = snapshot.get(phase)
    if grid_and_sign is None:
        return {}
    whole, _ = grid_and_sign
    by_pair = table_losses(whole, restricted_table(whole, snapshot.get(measured_waves), snapshot.get(keys)))
    values = {RESTRICTED.name: float(by_pair.mean())}
    mask = snapshot.get(train_mask)
    if mask is not None:
        values[RESTRICTED_TRAIN.name] = float(by_pair[mask].mean())
        if not bool(mask.all()):
            values[RESTRICTED_TEST.name] = float(by_pair[~mask].mean())
    return values


def excluded(snapshot: Snapshot) -> dict[str, float]:
    """Excluded loss: the waves of the key frequencies are removed from the logits."""
    import torch

    from latebloom.circuits.modular.views import keys, phase, train_less

    grid_and_sign = snapshot.get(phase)
    if grid_and_sign is None or snapshot.lacks_train_set:
        return {}
    whole, _ = grid_and_sign
    ks = snapshot.get(keys)
    others = other_frequencies(whole.order, ks)
    # The projection is linear and the directions are orthogonal, so one projection serves all subsets of frequencies.
    part = snapshot.get(measured_waves)
    removed = {EXCLUDED.name: list(ks), **{EXCLUDED_ALONE.of(k=k): [k] for k in ks}}
    if others:
        removed[EXCLUDED_CONTROL.name] = others
    losses = snapshot.get(train_less).means(torch.stack([part.by_sum(some) for some in removed.values()]))
    return dict(zip(removed, losses, strict=True))


def cos_coefficients(snapshot: Snapshot) -> dict[str, float]:
    """The coefficients of the cos fit, the loss without the fit, and the loss of the fit alone."""
    from latebloom.circuits.modular.cos_waves import cos_waves
    from latebloom.circuits.modular.views import keys, phase, train_less

    grid_and_sign = snapshot.get(phase)
    if grid_and_sign is None:
        return {}
    whole, sign = grid_and_sign
    waves = cos_waves(whole, snapshot.get(keys), sign)
    values = {COS_COEFFICIENT.of(k=k): float(a) for k, a in zip(waves.ks, waves.coefficients)}
    values[RESTRICTED_3D.name] = waves.loss(whole.labels)
    if not snapshot.lacks_train_set:
        (values[EXCLUDED_3D.name],) = snapshot.get(train_less).means(waves.table[None])
    return values


def embedding(snapshot: Snapshot) -> dict[str, float]:
    """How sparse the embedding is in frequency; empty if it does not vary."""
    from latebloom.circuits.modular.embedding import embedding_fractions
    from latebloom.circuits.modular.views import grid
    from latebloom.fourier import gini

    fractions = embedding_fractions(snapshot.get(grid).embedding.double())
    if fractions is None:
        return {}
    concentration = gini(fractions)
    assert concentration is not None
    shares = {EMBEDDING_FRACTION.of(k=k): float(share) for k, share in enumerate(fractions, start=1)}
    return {EMBEDDING_GINI.name: concentration, **shares}


def neurons(snapshot: Snapshot) -> dict[str, float]:
    """Live neurons and clusters; empty for a model without neurons, without a share if no neuron is live."""
    from latebloom.circuits.modular.views import clusters, grid, keys

    if snapshot.get(grid).neurons.shape[-1] == 0:
        return {}
    by_frequency = snapshot.get(clusters)
    share, sizes = by_frequency.clustered_fraction, by_frequency.sizes
    return {
        LIVE_NEURONS.name: float(by_frequency.live.sum()),
        **({} if share is None else {CLUSTERED_FRACTION.name: share}),
        **{CLUSTER_SIZE.of(k=k): float(sizes.get(k, 0)) for k in snapshot.get(keys)},
    }


def self_attention(snapshot: Snapshot) -> dict[str, float]:
    """How much the last position attends to itself; empty for a model without attention."""
    from latebloom.circuits.modular.views import grid

    pattern = snapshot.get(grid).pattern
    if pattern is None:
        return {}
    heads = pattern[..., -1].mean((0, 1))
    by_head = {ATTENTION_TO_SELF_OF.of(head=i): float(share) for i, share in enumerate(heads)}
    return {ATTENTION_TO_SELF.name: float(heads.mean()), **by_head}


for _measure in (
    Measure("restricted", restricted, (RESTRICTED, RESTRICTED_TRAIN, RESTRICTED_TEST), FAMILY),
    Measure("excluded", excluded, (EXCLUDED, EXCLUDED_ALONE, EXCLUDED_CONTROL), FAMILY),
    Measure("cos_coefficients", cos_coefficients, (COS_COEFFICIENT, EXCLUDED_3D, RESTRICTED_3D), FAMILY),
    Measure("embedding", embedding, (EMBEDDING_GINI, EMBEDDING_FRACTION), FAMILY),
    Measure("neurons", neurons, (LIVE_NEURONS, CLUSTERED_FRACTION, CLUSTER_SIZE), FAMILY),
    Measure("self_attention", self_attention, (ATTENTION_TO_SELF, ATTENTION_TO_SELF_OF), FAMILY),
):
    MEASURES.register(_measure)
