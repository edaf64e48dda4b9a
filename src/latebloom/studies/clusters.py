"""Clusters: do the initial weights say which cluster a neuron will belong to?"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import torch
from jaxtyping import Float, Int
from torch import Tensor

from latebloom.analysis import Analysis
from latebloom.circuits.modular import views
from latebloom.circuits.modular.grid import modular_grid
from latebloom.circuits.modular.neurons import explained_shares
from latebloom.claims import Record, quantity
from latebloom.claims.claim import Statistic, statistic
from latebloom.claims.embedding import keys_of
from latebloom.claims.learning import RIGHT, test_90_at
from latebloom.claims.quantity import Quantity, Undefined
from latebloom.claims.region import Above
from latebloom.claims.settings import generalised, share_of
from latebloom.claims.views import modular_task
from latebloom.statistics import Estimate, mean
from latebloom.studies.asked import asked
from latebloom.studies.study import STUDIES, Study, Table
from latebloom.studies.sweeps import SMALL_P, UNSEEN_SEED, small
from latebloom.studies.texts import found, shown
from latebloom.sweeps.spec import Spec

STEPS, EVERY = 1500, 100

FRACTION = 0.7

WELL = 0.1
"""A share of the neurons beyond chance that makes a prediction of some use. Arbitrary."""


def hits(predicted: Int[Tensor, " neuron"], actual: Int[Tensor, " neuron"]) -> tuple[float, float]:
    """The share of the neurons whose frequency is predicted right, and what that share is in the mean over all
    permutations of the predictions: Σ over frequencies of the product of the two shares of the neurons that have it.
    Errors: Undefined with fewer than two clusters, where there is nothing to tell apart."""
    ks = actual.unique()
    if len(ks) < 2:
        raise Undefined("the neurons are in fewer than two clusters")
    by_chance = sum(float((predicted == k).double().mean() * (actual == k).double().mean()) for k in ks)
    return float((predicted == actual).double().mean()), by_chance


def strongest(shares: Float[Tensor, "k neuron"], ks: Sequence[int]) -> Int[Tensor, " neuron"]:
    """Of these frequencies the one that explains most of each neuron. shares: by all frequencies k = 1, 2, …"""
    return torch.tensor(ks)[shares[[k - 1 for k in ks]].argmax(0)]


def _hits(analysis: Analysis, step: int, ks: Sequence[int]) -> tuple[float, float]:
    """Those of the neurons in the clusters of key frequencies, by which of the frequencies explains most at a step."""
    if step not in analysis.run.checkpoints:
        raise Undefined(f"the run has no checkpoint at step {step}")
    whole = modular_grid(analysis.run.checkpoint(step).model.double(), modular_task(analysis))
    clusters = analysis.final.exact.get(views.clusters)
    members = torch.cat([clusters.members(k) for k in keys_of(analysis)])
    predicted = strongest(explained_shares(whole)[1], ks)
    return hits(predicted[members], clusters.frequency[members])


_PREDICTED = "the share of the neurons in the clusters of key frequencies whose own frequency explains most of them"
_CHANCE = "and the same with the neurons permuted, in the mean over all permutations,"


@quantity("share", f"{_PREDICTED} at step 0, {_CHANCE}")
def clusters_by_initial_neurons(analysis: Analysis) -> list[float]:
    return list(_hits(analysis, 0, range(1, (SMALL_P - 1) // 2 + 1)))


@quantity("share", f"{_PREDICTED} at step 0 among the key frequencies, {_CHANCE}")
def clusters_by_initial_neurons_among_keys(analysis: Analysis) -> list[float]:
    return list(_hits(analysis, 0, keys_of(analysis)))


@quantity(
    "share", f"{_PREDICTED} among the key frequencies at each checkpoint, less the same with the neurons permuted"
)
def clusters_by_step(analysis: Analysis) -> list[float]:
    both = [_hits(analysis, step, keys_of(analysis)) for step in sorted(analysis.run.checkpoints)]
    return [right - by_chance for right, by_chance in both]


def _right(record: Record, one: Quantity) -> float | None:
    value = record.value(one.name)
    return None if value is None else float(value[0])


def _beyond_chance(record: Record, one: Quantity) -> float | None:
    value = record.value(one.name)
    return None if value is None else float(value[0] - value[1])


def _beyond(one: Quantity, words: str, name: str) -> Statistic:
    @statistic(
        "share",
        f"{_PREDICTED} at step 0{words}, less the same with the neurons permuted, in the mean over the seeds with two "
        "clusters or more,",
        one,
        name=name,
    )
    def beyond(records: Sequence[Record]) -> Estimate:
        return mean([_beyond_chance(record, one) for record in records])

    return beyond


among_all = _beyond(clusters_by_initial_neurons, "", "clusters_predicted")
among_keys = _beyond(
    clusters_by_initial_neurons_among_keys, " among the key frequencies", "clusters_predicted_among_keys"
)


@statistic(
    "share",
    f"{_PREDICTED} at step {EVERY} among the key frequencies, less the same with the neurons permuted, in the mean "
    "over the seeds with two clusters or more,",
    clusters_by_step,
)
def early(records: Sequence[Record]) -> Estimate:
    courses = [record.value(clusters_by_step.name) for record in records]
    return mean([float(course[1]) for course in courses if course is not None])


def _tables(records: Sequence[Record]) -> Sequence[Table]:
    first = [
        (words, shown(mean([_right(r, one) for r in records])), shown(mean([_beyond_chance(r, one) for r in records])))
        for words, one in (
            ("all frequencies", clusters_by_initial_neurons),
            ("the key frequencies", clusters_by_initial_neurons_among_keys),
        )
    ]
    courses = [course for record in records if (course := record.value(clusters_by_step.name)) is not None]
    later = [(str(EVERY * i), shown(mean(values))) for i, values in enumerate(zip(*courses))]
    return (
        Table(
            f"Clusters predicted at step 0, in the mean over runs ({shown(share_of(records, generalised))} of the "
            f"{len(records)} runs reach {RIGHT:.0%} test accuracy)",
            ("strongest of", "neurons predicted right", "beyond chance"),
            first,
        ),
        Table("Clusters predicted later, by the strongest of the key frequencies", ("step", "beyond chance"), later),
    )


_claim = partial(asked, "clusters")


def _runs(count: int) -> tuple[Spec, ...]:
    settings = ("--data.fraction", str(FRACTION), "--recording.checkpoints", str(EVERY))
    return (small(count, STEPS, *settings, first=UNSEEN_SEED),)


STUDIES.register(
    Study(
        name="clusters",
        title="Clusters of neurons, predicted",
        question="Can it be predicted which cluster a neuron will belong to?",
        place='W, "Future Directions"',
        hypothesis="The frequency that explains most of a neuron at the start predicts its cluster better than chance.",
        otherwise="No: the frequency that explains most of a neuron at the start predicts its cluster no better than "
        "chance.",
        design=f"x + y mod {SMALL_P} on {FRACTION:.0%} of the pairs, {STEPS} steps. Of each neuron that is in the "
        "cluster of a key frequency at the end, the prediction is the frequency that explains most of its activations "
        "over all pairs with the initial weights: of all frequencies, or of those that are key frequencies at the end.",
        control="The same predictions with the neurons permuted, in the mean over all permutations. A frequency that "
        "is strong in all neurons, or wins all of them, is not a prediction by this. A run with one cluster is left "
        "out, since there all permutations are equally right.",
        power="The quick budget has 20 runs, the full one 60. A cluster has tens of neurons, so the difference varies "
        "by some 5 % of them from seed to seed by chance. About a quarter of the runs have one cluster and are left "
        "out; the others see a few per cent even in the quick budget.",
        changes="A larger p, with more clusters; neurons that begin with larger weights; attention that is not uniform "
        "at the start.",
        runs={"quick": _runs(20), "full": _runs(60)},
        claims=(
            _claim(
                "clusters-predicted",
                "A neuron's strongest frequency at the start predicts its cluster better than chance.",
                Above(among_all, 0.0),
                f"{found(among_all, '.1%')} more of the neurons are predicted right than with the neurons permuted",
            ),
            _claim(
                "clusters-predicted-among-keys",
                "Among the frequencies that win, the strongest at the start predicts a neuron's cluster well.",
                Above(among_keys, WELL, "arbitrary"),
                f"{found(among_keys, '.1%')} more of the neurons are predicted right than with the neurons permuted",
            ),
            _claim(
                "clusters-predicted-early",
                f"Among the frequencies that win, the strongest at step {EVERY} predicts a neuron's cluster well.",
                Above(early, WELL, "arbitrary"),
                f"{found(early, '.1%')} more of the neurons are predicted right than with the neurons permuted",
            ),
        ),
        shown=(test_90_at,),
        tables=_tables,
        caveats="In the second and the third claim it is known which frequencies win, and only which neuron joins "
        "which is predicted.",
    )
)
