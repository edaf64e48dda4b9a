"""What of a model that composes in a group is in its key representations: embedding, neurons, logits and losses."""

from __future__ import annotations

from collections.abc import Sequence

from latebloom.analysis import Analysis
from latebloom.circuits.groups.measures import EXCLUDED_ALONE, EXCLUDED_CONTROL
from latebloom.claims.learning import series_of
from latebloom.claims.quantity import Undefined, quantity
from latebloom.measures import Snapshot

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
    return ", ".join(_keys(analysis))


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
