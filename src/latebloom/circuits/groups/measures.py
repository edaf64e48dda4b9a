"""Measures of models of group composition: characters, restricted and excluded loss, embedding, neurons."""

from latebloom.circuits.groups.irreps import Irrep
from latebloom.measures import MEASURES, Column, Measure, Snapshot

FAMILY = "groups"

_CHUGHTAI = "Chughtai et al., 2023"

SIMILARITY = Column(
    "character_similarity.{irrep}",
    "",
    "cosine of the logits and χ(a·b·c⁻¹), both centred over c, for every representation but the trivial one",
    _CHUGHTAI,
)
FVE = Column(
    "fve_characters",
    "share",
    "share of the logits' variance, centred over c and over (a, b), that the key characters explain",
)
RESTRICTED = Column(
    "restricted_loss",
    "nats",
    "CE over all pairs of Σ P_ρ L + mean over (a, b) of the rest, ρ over the key representations",
    _CHUGHTAI,
)
RESTRICTED_TRAIN = Column("restricted_train_loss", "nats", "the same over the train set", RESTRICTED.source)
RESTRICTED_TEST = Column("restricted_test_loss", "nats", "the same over the other pairs", RESTRICTED.source)
RESTRICTED_ALONE = Column(
    "restricted_loss.{irrep}", "nats", "CE over all pairs with one key representation alone left", RESTRICTED.source
)
RESTRICTED_CONTROL = Column(
    "restricted_loss_control",
    "nats",
    "the same as restricted loss with the representations that are not key; left out if there are none",
)
UNSEEN_SIMILARITY = Column(
    "unseen_similarity.{irrep}",
    "",
    "the cosine of logits and χ(a·b·c⁻¹) over the pairs that were not trained on, where memorised answers have no "
    "part; not for a stream",
)
RESTRICTED_UNSEEN = Column(
    "restricted_loss_unseen",
    "nats",
    "restricted loss from the logits of the pairs that were not trained on: P_ρ applied to their mean for each product "
    "a∘b; memorised answers lower restricted loss, since their mean for a product is right, but not this one. Left out "
    "for a stream, and where all pairs of a product were trained on",
)
RESTRICTED_RELABELLED = Column(
    "restricted_loss_relabelled",
    "nats",
    "the same as restricted_loss_unseen with the functions of the key representations after a random relabelling of "
    "the elements, which are as many",
)
EXCLUDED = Column(
    "excluded_loss",
    "nats",
    "CE on the train set (all pairs for a stream) of L - Σ P_ρ L, ρ over the key representations",
    _CHUGHTAI,
)
EXCLUDED_ALONE = Column(
    "excluded_loss.{irrep}", "nats", "the same without one key representation alone", EXCLUDED.source
)
EXCLUDED_CONTROL = Column(
    "excluded_loss_control",
    "nats",
    "the same without the representations that are not key; left out if there are none",
)
EMBEDDING = Column(
    "embedding_fraction.{irrep}",
    "share",
    "share of the embedding's energy in each representation, its mean apart",
    _CHUGHTAI,
)
LIVE_NEURONS = Column("live_neurons", "count", "neurons whose centred energy over all pairs exceeds 1e-8")
CLUSTERED = Column(
    "clustered_fraction",
    "share",
    "share of the live neurons of which {1, ρ(a)} × {1, ρ(b)} of one ρ explains more than 85 % of the variance",
)
CLUSTER_SIZE = Column("cluster_size.{irrep}", "count", "neurons in the cluster of each key representation")


def characters(snapshot: Snapshot) -> dict[str, float]:
    """The similarity of each character, and the variance that the key ones explain."""
    from latebloom.circuits.groups.views import irreps, keys, logits, similarities

    exact = snapshot.exact
    named = zip(exact.get(irreps), exact.get(similarities), strict=True)
    values = {SIMILARITY.of(irrep=one.name): value for one, value in named if value is not None}
    explained = exact.get(logits).fve(exact.get(keys))
    return values | ({} if explained is None else {FVE.name: explained})


def restricted(snapshot: Snapshot) -> dict[str, float]:
    """Restricted loss; empty without key representations."""
    from latebloom.circuits.groups.views import keys, logits, not_key, train_pairs

    exact = snapshot.exact
    kept, found, trained = exact.get(keys), exact.get(logits), exact.get(train_pairs)
    if not kept:
        return {}
    by_pair = found.restricted(kept)
    values = {RESTRICTED.name: float(by_pair.mean())}
    if trained is not None:
        values[RESTRICTED_TRAIN.name] = float(by_pair[trained].mean())
        if not bool(trained.all()):
            values[RESTRICTED_TEST.name] = float(by_pair[~trained].mean())
    values |= {RESTRICTED_ALONE.of(irrep=one.name): float(found.restricted([one]).mean()) for one in kept}
    others = exact.get(not_key)
    return values | ({RESTRICTED_CONTROL.name: float(found.restricted(others).mean())} if others else {})


def unseen(snapshot: Snapshot) -> dict[str, float]:
    """Characters and restricted loss over the pairs that were not trained on; empty where none are known."""
    from latebloom.circuits.groups.views import irreps, keys, logits, relabelled, train_pairs

    exact = snapshot.exact
    trained, found, kept = exact.get(train_pairs), exact.get(logits), exact.get(keys)
    if trained is None or bool(trained.all()):
        return {}
    similarities = {one.name: found.similarity_over(one, ~trained) for one in exact.get(irreps)}
    values = {UNSEEN_SIMILARITY.of(irrep=name): value for name, value in similarities.items() if value is not None}
    wrong = exact.get(relabelled)
    parts = {
        RESTRICTED_UNSEEN.name: found.part_over(kept, ~trained),
        RESTRICTED_RELABELLED.name: wrong.get(logits).part_over(wrong.get(keys), ~trained),
    }
    losses = {name: float(found.losses_of_part(part).mean()) for name, part in parts.items() if part is not None}
    return values | (losses if kept else {})


def excluded(snapshot: Snapshot) -> dict[str, float]:
    """Excluded loss; empty without key representations, or where the train set is not known."""
    from latebloom.circuits.groups.views import keys, logits, not_key, train_pairs

    exact = snapshot.exact
    kept, found, trained = exact.get(keys), exact.get(logits), exact.get(train_pairs)
    if not kept or snapshot.lacks_train_set:
        return {}
    others = exact.get(not_key)

    def without(removed: list[Irrep]) -> float:
        losses = found.excluded(removed)
        return float((losses if trained is None else losses[trained]).mean())

    values = {EXCLUDED.name: without(kept)} | {EXCLUDED_ALONE.of(irrep=one.name): without([one]) for one in kept}
    return values | ({EXCLUDED_CONTROL.name: without(others)} if others else {})


def embedding(snapshot: Snapshot) -> dict[str, float]:
    """The embedding by representation; empty if it does not vary."""
    from latebloom.circuits.groups.views import embedding_shares, irreps

    exact = snapshot.exact
    shares = exact.get(embedding_shares)
    if shares is None:
        return {}
    return {EMBEDDING.of(irrep=one.name): float(shares[i]) for i, one in enumerate(exact.get(irreps)) if i}


def neurons(snapshot: Snapshot) -> dict[str, float]:
    """Live neurons and clusters; empty for a model without neurons."""
    from latebloom.circuits.groups.views import irreps, keys, neuron_representations

    exact = snapshot.exact
    found = exact.get(neuron_representations)
    if found is None:
        return {}
    named = {one.name: i for i, one in enumerate(exact.get(irreps))}
    share = found.clustered_fraction
    return {
        LIVE_NEURONS.name: float(found.live.sum()),
        **({} if share is None else {CLUSTERED.name: share}),
        **{CLUSTER_SIZE.of(irrep=one.name): float(found.size(named[one.name])) for one in exact.get(keys)},
    }


for _measure in (
    Measure("group_characters", characters, (SIMILARITY, FVE), FAMILY),
    Measure(
        "group_restricted",
        restricted,
        (RESTRICTED, RESTRICTED_TRAIN, RESTRICTED_TEST, RESTRICTED_ALONE, RESTRICTED_CONTROL),
        FAMILY,
    ),
    Measure("group_unseen", unseen, (UNSEEN_SIMILARITY, RESTRICTED_UNSEEN, RESTRICTED_RELABELLED), FAMILY),
    Measure("group_excluded", excluded, (EXCLUDED, EXCLUDED_ALONE, EXCLUDED_CONTROL), FAMILY),
    Measure("group_embedding", embedding, (EMBEDDING,), FAMILY),
    Measure("group_neurons", neurons, (LIVE_NEURONS, CLUSTERED, CLUSTER_SIZE), FAMILY),
):
    MEASURES.register(_measure)
