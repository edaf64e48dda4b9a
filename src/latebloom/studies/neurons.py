"""Neurons or frequencies: which parts does a generalising model need?"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import torch
from jaxtyping import Float, Int
from torch import Tensor

from latebloom.analysis import Analysis
from latebloom.circuits.modular import views
from latebloom.circuits.modular.grid import Grid
from latebloom.circuits.modular.neuron_ablations import without_neurons
from latebloom.circuits.modular.projections import excluded_logits
from latebloom.claims import Record, quantity
from latebloom.claims.claim import statistic
from latebloom.claims.embedding import keys_of
from latebloom.claims.learning import final_test_accuracy
from latebloom.claims.quantity import Quantity, Undefined, once
from latebloom.claims.region import Above, Below
from latebloom.claims.settings import right_at_end
from latebloom.claims.views import grid
from latebloom.statistics import Estimate, median_estimate
from latebloom.studies.asked import asked
from latebloom.studies.study import STUDIES, Study, Table
from latebloom.studies.sweeps import FRESH_SEED, small
from latebloom.studies.texts import found, shown
from latebloom.sweeps.spec import Spec

SHARES = (0.01, 0.02, 0.05, 0.1, 0.25, 0.5)
"""Shares of the neurons that are removed."""

DRAWS = 10
"""Random choices of neurons, and of frequencies, that are averaged."""

STRUCTURED = 0.1
"""The share of the neurons at which structured and random removal are compared. Arbitrary."""

MATTERS = 0.1
"""A loss of accuracy that matters. Arbitrary."""


def _accuracy(whole: Grid, logits: Float[Tensor, "x y z"]) -> float:
    """Accuracy over all pairs."""
    return float((logits.argmax(-1) == whole.labels).double().mean())


@once
def _ranked(analysis: Analysis) -> Int[Tensor, " neuron"]:
    """The neurons, cluster after cluster, the largest cluster first and in it the best explained neurons; those in no
    cluster last."""
    clusters = analysis.final.exact.get(views.clusters)
    sizes = {k: len(clusters.members(k)) for k in keys_of(analysis)}
    place = {k: i for i, (k, _) in enumerate(sorted(sizes.items(), key=lambda one: -one[1]))}
    last = len(place)
    ranks = [
        (place.get(int(k), last) if inside else last, -float(fve))
        for k, inside, fve in zip(clusters.frequency, clusters.clustered, clusters.fve)
    ]
    return torch.tensor(sorted(range(len(ranks)), key=ranks.__getitem__))


def _count(analysis: Analysis, share: float) -> int:
    return max(1, round(share * len(_ranked(analysis))))


def _generator() -> torch.Generator:
    return torch.Generator().manual_seed(0)


@quantity("share", f"accuracy over all pairs without {DRAWS} draws of random neurons, by the share of them removed")
def accuracy_without_random_neurons(analysis: Analysis) -> list[float]:
    whole, generator, total = _linear(analysis), _generator(), len(_ranked(analysis))
    means = []
    for one in SHARES:
        drawn = [torch.randperm(total, generator=generator)[: _count(analysis, one)] for _ in range(DRAWS)]
        means.append(sum(_accuracy(whole, without_neurons(whole, neurons)) for neurons in drawn) / DRAWS)
    return means


@quantity("share", "accuracy over all pairs without neurons taken cluster by cluster, by the share of them removed")
def accuracy_without_clusters(analysis: Analysis) -> list[float]:
    whole, ranked = _linear(analysis), _ranked(analysis)
    return [_accuracy(whole, without_neurons(whole, ranked[: _count(analysis, one)])) for one in SHARES]


@quantity("share", "accuracy over all pairs without the cluster of one key frequency, in the mean over key frequencies")
def accuracy_without_a_cluster(analysis: Analysis) -> float:
    whole, sizes = _linear(analysis), _members(analysis)
    return sum(_accuracy(whole, without_neurons(whole, members)) for members in sizes) / len(sizes)


@quantity(
    "share",
    f"accuracy over all pairs without as many random neurons as the cluster of one key frequency has, in {DRAWS} "
    "draws, in the mean over key frequencies",
)
def accuracy_without_as_many_neurons(analysis: Analysis) -> float:
    whole, generator, found = _linear(analysis), _generator(), []
    for members in _members(analysis):
        for _ in range(DRAWS):
            drawn = torch.randperm(len(_ranked(analysis)), generator=generator)[: len(members)]
            found.append(_accuracy(whole, without_neurons(whole, drawn)))
    return sum(found) / len(found)


def _members(analysis: Analysis) -> list[Int[Tensor, " member"]]:
    """The neurons of the cluster of each key frequency."""
    clusters = analysis.final.exact.get(views.clusters)
    return [clusters.members(k) for k in keys_of(analysis)]


@quantity("share", "accuracy over all pairs without one key frequency in the logits, in the mean over key frequencies")
def accuracy_without_a_key(analysis: Analysis) -> float:
    return _without(analysis, keys_of(analysis))


@quantity("share", "accuracy over all pairs without one other frequency in the logits, in the mean over these")
def accuracy_without_another_frequency(analysis: Analysis) -> float:
    keys = keys_of(analysis)
    return _without(analysis, [k for k in range(1, (grid(analysis).order - 1) // 2 + 1) if k not in keys])


def _without(analysis: Analysis, ks: Sequence[int]) -> float:
    """Accuracy with the waves of x + y of one frequency removed from the logits, in the mean over these frequencies."""
    whole = grid(analysis)
    if not ks or whole.sign is None:
        raise Undefined("there is no such frequency")
    return sum(_accuracy(whole, excluded_logits(whole, [k], whole.sign)) for k in ks) / len(ks)


def _linear(analysis: Analysis) -> Grid:
    whole = grid(analysis)
    if not whole.linear:
        raise Undefined("the logits are not linear in the neurons")
    return whole


def _learned(records: Sequence[Record]) -> list[Record]:
    """The runs that generalise; the others have nothing to lose."""
    kept = list(filter(right_at_end, records))
    if not kept:
        raise Undefined("no run generalises")
    return kept


def _at(record: Record, one: Quantity, share: float) -> float | None:
    values = record.value(one.name)
    return None if values is None else float(values[SHARES.index(share)])


@statistic(
    "share",
    "the median over runs of the accuracy lost without a key frequency, less that lost without another frequency,",
    accuracy_without_a_key,
    accuracy_without_another_frequency,
    final_test_accuracy,
)
def key_over_other(records: Sequence[Record]) -> Estimate:
    return _median_difference(_learned(records), accuracy_without_another_frequency, accuracy_without_a_key)


@statistic(
    "share",
    f"the median over runs of the accuracy lost without {STRUCTURED:.0%} of the neurons taken cluster by cluster, less "
    "that lost without as many random neurons,",
    accuracy_without_clusters,
    accuracy_without_random_neurons,
    final_test_accuracy,
)
def clusters_over_random(records: Sequence[Record]) -> Estimate:
    pairs = [
        (_at(r, accuracy_without_random_neurons, STRUCTURED), _at(r, accuracy_without_clusters, STRUCTURED))
        for r in _learned(records)
    ]
    return median_estimate([a - b for a, b in pairs if a is not None and b is not None])


@statistic(
    "share",
    "the median over runs of the accuracy lost without a key frequency, less that lost without as many random neurons "
    "as its cluster has,",
    accuracy_without_a_key,
    accuracy_without_as_many_neurons,
    final_test_accuracy,
)
def key_over_as_many(records: Sequence[Record]) -> Estimate:
    return _median_difference(_learned(records), accuracy_without_as_many_neurons, accuracy_without_a_key)


def _median_difference(records: Sequence[Record], more: Quantity, less: Quantity) -> Estimate:
    pairs = [(record.value(more.name), record.value(less.name)) for record in records]
    return median_estimate([a - b for a, b in pairs if a is not None and b is not None])


def _tables(records: Sequence[Record]) -> Sequence[Table]:
    runs, rows = _learned(records), []
    for share in SHARES:
        both = (accuracy_without_random_neurons, accuracy_without_clusters)
        cells = [shown(median_estimate([_at(run, one, share) for run in runs])) for one in both]
        rows.append((f"{share:.0%}", *cells))
    frequencies = [
        (text, shown(median_estimate([run.value(one.name) for run in runs])))
        for text, one in (
            ("a key frequency in the logits", accuracy_without_a_key),
            ("another frequency in the logits", accuracy_without_another_frequency),
            ("the neurons of its cluster instead", accuracy_without_a_cluster),
            ("as many random neurons", accuracy_without_as_many_neurons),
        )
    ]
    return (
        Table(
            f"Accuracy over all pairs without some neurons, in the median of the {len(runs)} runs that generalise",
            ("neurons removed", "random", "cluster by cluster"),
            rows,
        ),
        Table("Accuracy over all pairs without one frequency", ("removed", "accuracy"), frequencies),
    )


_claim = partial(
    asked,
    "neurons",
    place="asked after the write-up, by a pre-registered test",
    published="neurons no better than random, frequencies decisive",
)


def _runs(count: int) -> tuple[Spec, ...]:
    return (small(count, 1500, first=FRESH_SEED),)


STUDIES.register(
    Study(
        name="neurons",
        title="Neurons or frequencies?",
        question="Which is the unit of the circuit: neurons, or frequencies?",
        place="asked after the write-up, by a pre-registered test of another group",
        hypothesis="Without one key frequency the model loses far more accuracy than without another frequency.",
        otherwise=f"No: without one key frequency the model loses less than {MATTERS:.0%} more of its accuracy than "
        "without another frequency.",
        design="x + y mod 23 on 80 % of the pairs. In the final model 1 to 50 % of the neurons are removed, at random "
        "or cluster by cluster, and, apart from that, one frequency of x + y in the logits.",
        control="As many random neurons, in ten draws, and the frequencies that are not key frequencies. A key "
        "frequency in the logits is also compared with as many random neurons as its cluster has.",
        power="The quick budget has 10 runs, the full one 50, which give the median of a difference an interval of "
        "about two thirds, and a third, of its spread over seeds.",
        changes="A wider model, with more neurons for each frequency; weight decay that prunes more.",
        runs={"quick": _runs(10), "full": _runs(50)},
        claims=(
            _claim(
                "frequencies-decide",
                "Without a key frequency the model loses more accuracy than without another frequency.",
                Above(key_over_other, MATTERS, "arbitrary"),
                f"{found(key_over_other)} more of the accuracy is lost without a key frequency than without another "
                "one",
            ),
            _claim(
                "frequencies-over-as-many-neurons",
                "Without a key frequency the model loses more accuracy than without as many random neurons as its "
                "cluster has.",
                Above(key_over_as_many, MATTERS, "arbitrary"),
                f"{found(key_over_as_many)} more of the accuracy is lost without a key frequency than without as many "
                "random neurons as its cluster has",
            ),
            _claim(
                "neurons-no-better-than-random",
                f"Without {STRUCTURED:.0%} of the neurons, cluster by cluster, the model loses hardly more accuracy "
                "than without as many random neurons.",
                Below(clusters_over_random, MATTERS, "arbitrary"),
                f"{found(clusters_over_random)} more of the accuracy is lost without neurons taken cluster by cluster "
                "than without random ones",
            ),
        ),
        shown=(accuracy_without_a_cluster,),
        tables=_tables,
        caveats="A frequency is a key frequency if it has a cluster of neurons, and one without neurons is hardly in "
        "the logits, so the first claim compares what is there with what is not. Whether neurons matter any more than "
        "random ones is what the other claims ask. A model with one key frequency has most of its neurons in that "
        "cluster, so that as many random neurons are most of the model. The frequency is removed from the logits, the "
        "neurons from the hidden layer.",
    )
)
