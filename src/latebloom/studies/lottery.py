"""Lottery tickets: are some initial neurons the ones that will generalise, and can clusters be shifted?"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from math import sqrt
from typing import NamedTuple, cast

import torch

from latebloom.analysis import Analysis
from latebloom.circuits.modular import views
from latebloom.circuits.modular.neurons import NeuronClusters
from latebloom.claims import Record, quantity
from latebloom.claims.claim import statistic
from latebloom.claims.embedding import key_frequencies, keys_of
from latebloom.claims.learning import RIGHT, final_test_accuracy, test_90_at
from latebloom.claims.quantity import Undefined
from latebloom.claims.region import Above, AllOf
from latebloom.claims.settings import generalised, grouped, share_of
from latebloom.claims.verdict import HALF
from latebloom.statistics import Estimate, mean, median_estimate
from latebloom.studies.asked import asked
from latebloom.studies.study import STUDIES, Study, Table, Then
from latebloom.studies.sweeps import FRESH_SEED, small, texts
from latebloom.studies.texts import found, shown
from latebloom.studies.winners import favoured, overlap, wins
from latebloom.sweeps.spec import Spec

STEPS = 1500

FIRST = FRESH_SEED + 100
"""The first seed: on those before it, training-on-measures has the same runs without a mask."""

KEPT = 0.25
"""The share of the neurons that a mask leaves. Arbitrary: a quarter is few enough to matter and still learns."""

AMPLIFIED = (3, 8)
"""Frequencies to which some neurons are made to respond more strongly; each is the other's control. Arbitrary."""

COUNT, FACTOR = "13", "10"
"""A tenth of the neurons, and how many times more strongly they respond. Arbitrary."""

_SETTINGS = ("--data.fraction", "0.7")


def _clusters(analysis: Analysis) -> NeuronClusters:
    return analysis.final.exact.get(views.clusters)


@quantity(
    "neurons",
    f"the numbers of the neurons of a ticket: {KEPT:.0%} of all, from each key frequency's cluster in proportion to "
    "its size those that their frequency explains best,",
)
def ticket_neurons(analysis: Analysis) -> list[float]:
    clusters, keys = _clusters(analysis), keys_of(analysis)
    count = round(KEPT * len(clusters.fve))
    members = [clusters.members(k)[clusters.fve[clusters.members(k)].argsort(descending=True)] for k in keys]
    if sum(map(len, members)) < count:
        raise Undefined(f"the clusters have fewer than {count} neurons")
    # Neurons by their rank in their cluster as a share of it: taking the first ones takes equal shares of all clusters.
    ranked = sorted((rank / len(own), int(one)) for own in members for rank, one in enumerate(own))
    return sorted(float(neuron) for _, neuron in ranked[:count])


@quantity("share", "the share of the live neurons that are in a cluster at the end")
def neurons_in_clusters(analysis: Analysis) -> float:
    share = _clusters(analysis).clustered_fraction
    if share is None:
        raise Undefined("no neuron is alive")
    return share


def _kept(record: Record) -> tuple[int, ...]:
    """The neurons that the mask of a run leaves; empty without one."""
    return tuple(record.setting("intervention.neurons") or ())


def _whole(records: Sequence[Record]) -> list[Record]:
    """The runs in which no neuron is touched."""
    return [record for record in records if record.setting("intervention.kind") in (None, "none")]


def _amplified(records: Sequence[Record]) -> list[Record]:
    return [record for record in records if record.setting("intervention.kind") == "amplify"]


def _ticket(record: Record) -> tuple[int, ...]:
    """The ticket that a run without a mask ends with; empty where it has none."""
    return tuple(map(int, record.value(ticket_neurons.name) or ()))


def random_mask(record: Record, count: int) -> tuple[int, ...]:
    """As many random neurons as a ticket has, drawn by the seed of the run."""
    width, generator = record.setting("model.d_mlp"), torch.Generator().manual_seed(record.setting("model.seed"))
    return tuple(sorted(torch.randperm(width, generator=generator)[:count].tolist()))


class _Masked(NamedTuple):
    """The runs from one seed's initial weights: with all neurons, with its ticket alone, with random ones alone."""

    whole: Record
    ticket: Record
    random: Record


def _masked(records: Sequence[Record]) -> list[_Masked]:
    """Of each seed with a ticket whose three runs are there."""
    pruned = {(record.setting("model.seed"), _kept(record)): record for record in records if _kept(record)}
    found = []
    for run in _whole(records):
        seed, ticket = run.setting("model.seed"), _ticket(run)
        masks = [pruned.get((seed, mask)) for mask in (ticket, random_mask(run, len(ticket)))]
        if None not in masks:
            found.append(_Masked(run, *cast(list[Record], masks)))
    return found


def _step(record: Record) -> float:
    """The step of 90 % test accuracy; infinite where it is never reached."""
    step = record.value(test_90_at.name)
    return float("inf") if step is None else float(step)


@statistic(
    "times",
    f"the step of {RIGHT:.0%} test accuracy with a random mask of the same initial weights, over that with the ticket "
    "(never counts as infinite, and never with both as a ratio of 1), in the median over seeds,",
    ticket_neurons,
    test_90_at,
)
def times_earlier(records: Sequence[Record]) -> Estimate:
    """Exchanging ticket and mask turns the ratio round, so that a ticket that is any mask gives 1."""
    pairs = [(_step(one.random), _step(one.ticket)) for one in _masked(records)]
    return median_estimate([1.0 if random == ticket else random / ticket for random, ticket in pairs])


@statistic(
    "share",
    "the overlap (Jaccard's index) of the key frequencies with those of the same initial weights without a mask, with "
    "the ticket less with a random mask, in the mean over seeds,",
    ticket_neurons,
    key_frequencies,
)
def same_frequencies(records: Sequence[Record]) -> Estimate:
    return mean([overlap(one.whole, one.ticket) - overlap(one.whole, one.random) for one in _masked(records)])


@statistic(
    "share",
    f"the share of the models with a random {KEPT:.0%} of the neurons that ever have {RIGHT:.0%} of the test set right",
    ticket_neurons,
    test_90_at,
)
def generalise_with_few(records: Sequence[Record]) -> Estimate:
    return share_of([one.random for one in _masked(records)], generalised)


@statistic(
    "times",
    f"the share of the live neurons that are in a cluster with all neurons, over that with a random {KEPT:.0%} alone, "
    "in the median over seeds that generalise with these alone,",
    ticket_neurons,
    test_90_at,
    neurons_in_clusters,
)
def clustered_with_all(records: Sequence[Record]) -> Estimate:
    enough = [one for one in _masked(records) if generalised(one.random)]
    shares = [[run.value(neurons_in_clusters.name) for run in (one.whole, one.random)] for one in enough]
    return median_estimate([whole / few for whole, few in shares if whole is not None and few])


@statistic(
    "share",
    "how much oftener a frequency is key if some neurons respond to it more strongly than if they do to the other one, "
    "in the mean over seeds,",
    key_frequencies,
)
def shifted(records: Sequence[Record]) -> Estimate:
    seeds = grouped(_amplified(records), "model.seed").values()
    by_frequency = ({int(run.setting("intervention.frequency")): run for run in runs} for runs in seeds)
    return favoured(runs for runs in by_frequency if set(runs) == set(AMPLIFIED))


def _tables(records: Sequence[Record]) -> Sequence[Table]:
    masked = _masked(records)
    arms = {
        "nothing": _whole(records),
        "the ticket stays": [one.ticket for one in masked],
        "as many random neurons stay": [one.random for one in masked],
    }
    rows = [
        (
            name,
            str(len(runs)),
            shown(share_of(runs, generalised)),
            shown(median_estimate([_step(run) for run in runs]), "{:.0f}"),
            shown(median_estimate([run.value(neurons_in_clusters.name) for run in runs])),
        )
        for name, runs in arms.items()
    ]
    amplified = [
        (str(k), str(len(runs)), *(shown(share_of(runs, partial(wins, one))) for one in AMPLIFIED))
        for k, runs in sorted(grouped(_amplified(records), "intervention.frequency").items())
    ]
    return (
        Table(
            "Neurons taken out of the initial weights",
            ("mask", "runs", "generalise", f"step of {RIGHT:.0%} test accuracy", "neurons in clusters"),
            rows,
        ),
        Table(
            f"{COUNT} initial neurons respond {FACTOR} times more strongly to one frequency",
            ("amplified", "runs", *(f"{k} is a key frequency" for k in AMPLIFIED)),
            amplified,
        ),
    )


def _masks(records: Sequence[Record]) -> Sequence[Spec]:
    """For each run without a mask that ends with a ticket: the ticket, and a random mask of as many neurons."""
    specs = []
    for run in _whole(records):
        ticket, seed = _ticket(run), run.setting("model.seed")
        for mask in (ticket, random_mask(run, len(ticket))) if ticket else ():
            pruning = ("--intervention.kind", "prune", "--intervention.neurons", ",".join(texts(mask)))
            specs.append(small(1, STEPS, *_SETTINGS, *pruning, first=seed))
    return specs


def _runs(count: int) -> tuple[Spec, ...]:
    amplify = ("--intervention.kind", "amplify", "--intervention.count", COUNT, "--intervention.factor", FACTOR)
    return (
        small(count, STEPS, *_SETTINGS, first=FIRST),
        small(count, STEPS, *_SETTINGS, *amplify, first=FIRST, intervention__frequency=texts(AMPLIFIED)),
    )


_claim = partial(asked, "lottery")

STUDIES.register(
    Study(
        name="lottery",
        title="Lottery tickets",
        question="Is there a lottery ticket among the initial neurons, why are all neurons used in the end, and can "
        "clusters be shifted?",
        place='W, "Future Directions": "can we replicate a lottery ticket-style approach here?"',
        hypothesis="The initial neurons that will be the best of their clusters are a ticket: alone, from the same "
        "initial weights, they generalise earlier than as many random neurons do.",
        otherwise="No: the initial neurons that will be the best of their clusters generalise no earlier, alone and "
        "from the same initial weights, than as many random neurons do.",
        design=f"x + y mod 23 on 70 % of the pairs. {KEPT:.0%} of the neurons, the best explained of each final "
        "cluster, stay in the initial weights, the others are taken out, and training begins again. Apart from that, "
        f"{COUNT} initial neurons are made to respond {FACTOR} times more strongly to frequency {AMPLIFIED[0]}, or to "
        f"{AMPLIFIED[1]}.",
        control="A random mask of as many neurons of the same initial weights: density and layer are the same, and if "
        "the ticket is a mask like any other, either is the earlier one equally often. Each amplified frequency is "
        "the other's control.",
        power="The quick budget has 24 seeds, the full one 60. The interval of a median of 24 lies about between the "
        "seventh and the eighteenth, so that 18 of 24 tickets decide by being earlier; 60 pairs decide with two "
        "thirds. A given frequency is a key frequency in a fifth of the runs, and 24 pairs of runs "
        "see it become one in half of them.",
        changes="Fewer neurons; masks of weights in place of neurons, which would also keep parts of the embedding; a "
        "larger p, with more frequencies to choose from.",
        runs={"quick": _runs(24), "full": _runs(60)},
        then=Then(
            "for each seed whose run without a mask has a ticket: the same once more with the neurons of the ticket "
            "alone, and with as many random neurons, drawn by the seed",
            _masks,
        ),
        claims=(
            _claim(
                id="lottery-earlier",
                sentence="The ticket generalises earlier than random neurons of the same initial weights.",
                region=Above(times_earlier, 1.0),
                finding=f"random neurons take {found(times_earlier, '.2f')} times as many steps as the ticket",
            ),
            _claim(
                id="lottery-same-frequencies",
                sentence="The ticket finds more of the frequencies of the whole model than random neurons do.",
                region=Above(same_frequencies, 0.0),
                finding=f"the overlap with the frequencies of the whole model is larger by {found(same_frequencies)} "
                "with the ticket than with random neurons",
            ),
            _claim(
                id="lottery-all-neurons",
                sentence=f"Neurons join clusters whether they are needed or not: a random {KEPT:.0%} of them suffices "
                "to generalise, but all of them are used.",
                region=AllOf(
                    Above(
                        clustered_with_all,
                        sqrt(KEPT),
                        f"half way, by logarithms, between {KEPT:.0%}, where no more neurons than needed are used, and "
                        "1, where equal shares are",
                    ),
                    Above(generalise_with_few, HALF, "more often than not"),
                ),
                finding=f"with all neurons the share of them in clusters is {found(clustered_with_all, '.2f')} times "
                f"that with a random {KEPT:.0%} of them, with which {found(generalise_with_few)} of the models "
                "generalise",
            ),
            _claim(
                id="lottery-shift",
                sentence="Neurons that respond more strongly to a frequency at first make it a key frequency.",
                region=Above(shifted, 0.0),
                finding="a frequency to which neurons respond more strongly is a key frequency in "
                f"{found(shifted)} more of the runs",
            ),
        ),
        shown=(final_test_accuracy,),
        tables=_tables,
        caveats="By the table fewer tickets than random masks generalise. Another choice of neurons than those that "
        "their frequency explains best could be a ticket. `lottery-all-neurons` shows that as large a share of the "
        "neurons is in clusters with all of them as with a quarter; by the table that is most of them and not every "
        "one. In `lottery-shift` the frequency becomes a key frequency more often, and still not in most of the "
        "runs. Seeds whose run without a mask has no ticket, because too few of its neurons are in clusters, are "
        "left out of the comparisons with masks. The rules were frozen anew: six runs on their first seeds were "
        "older than the rules and did not count.",
    )
)
