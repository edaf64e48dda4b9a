"""Claims about where the winning frequencies come from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from latebloom.analysis import Analysis
from latebloom.claims.claim import Claim, Statistic, SweepClaim, register, statistic
from latebloom.claims.embedding import key_frequencies, keys_of
from latebloom.claims.learning import series_of
from latebloom.claims.quantity import Undefined, once, quantity
from latebloom.claims.record import Record
from latebloom.claims.region import Above, AllOf, AtLeast
from latebloom.claims.views import grid, modular_task
from latebloom.published import filled
from latebloom.statistics import ChosenFrequencies, Estimate, auc, chosen_frequencies, mean, share

if TYPE_CHECKING:
    from latebloom.circuits.modular.initial import InitialCircle


INITIAL_DRAWS = 200
"""Random planes that a circle of the initial embedding is compared with."""


@quantity("", "the area under the ROC curve of the initial embedding norms for being a key frequency", source="W")
def auc_at_init(analysis: Analysis) -> float:
    keys, scores = keys_of(analysis), []
    for k in range(1, (modular_task(analysis).p - 1) // 2 + 1):
        norms = series_of(analysis, f"embedding_fraction.k{k}")
        if 0 not in norms.step:
            raise Undefined("the run has no checkpoint at step 0")
        scores.append(float(norms.value[norms.step == 0][0]))
    found = auc(np.array(scores), np.isin(np.arange(1, len(scores) + 1), keys))
    if found is None:
        raise Undefined("every frequency is a key frequency")
    return found


@once
def _circles(analysis: Analysis) -> list[InitialCircle]:
    from latebloom.circuits.modular.grid import modular_grid
    from latebloom.circuits.modular.initial import initial_circles

    if 0 not in analysis.run.checkpoints:
        raise Undefined("the run has no checkpoint at step 0")
    initial = modular_grid(analysis.run.checkpoint(0).model.double(), modular_task(analysis))
    circles = initial_circles(initial.embedding, grid(analysis).embedding, draws=INITIAL_DRAWS)
    if not circles:
        raise Undefined("no two principal components of the final embedding make a circle")
    return circles


@quantity("planes", "the number of planes of the final embedding's principal components that hold a circle")
def initial_circle_planes(analysis: Analysis) -> int:
    return len(_circles(analysis))


@quantity(
    "share",
    "the share of the initial embedding's variance at a plane's frequency, in the median of the planes of the final "
    "principal components,",
)
def initial_circularity(analysis: Analysis) -> float:
    return float(np.median([circle.circularity for circle in _circles(analysis)]))


@quantity("share", f"the largest such share in any of {INITIAL_DRAWS} random planes")
def initial_circularity_random(analysis: Analysis) -> float:
    return float(np.median([circle.control_max for circle in _circles(analysis)]))


def _keys(records: Sequence[Record]) -> list[tuple[int, ...]]:
    """The key frequencies of every run that has some."""
    known = [record.value(key_frequencies.name) for record in records]
    keys = [tuple(map(int, one)) for one in known if one]
    if len(keys) < 2:
        raise Undefined(f"{len(keys)} runs have key frequencies, and two are needed")
    return keys


def _chosen(records: Sequence[Record]) -> ChosenFrequencies:
    return chosen_frequencies(_keys(records), (records[0].setting("task.p") - 1) // 2)


@statistic("sets", "the number of different sets of key frequencies", key_frequencies)
def key_sets(records: Sequence[Record]) -> int:
    return len(set(_keys(records)))


@statistic("share", "the share of runs whose set of key frequencies no other run has", key_frequencies)
def runs_with_own_keys(records: Sequence[Record]) -> Estimate:
    keys = _keys(records)
    return share(sum(keys.count(one) == 1 for one in keys), len(keys))


@statistic("runs", "the number of runs with key frequencies", key_frequencies)
def runs_with_keys(records: Sequence[Record]) -> int:
    return len(_keys(records))


@statistic("", "how many runs have how many key frequencies", key_frequencies)
def key_counts(records: Sequence[Record]) -> str:
    return ", ".join(f"{number} keys in {count}" for number, count in _chosen(records).number.items())


@statistic(
    "",
    "the probability that frequencies chosen at random are chosen as unevenly (few runs hardly fail this)",
    key_frequencies,
)
def key_evenness(records: Sequence[Record]) -> float:
    evenness = _chosen(records).evenness
    if evenness.p_value is None:
        raise Undefined(evenness.reason or "evenness is undefined")
    return evenness.p_value


@statistic("", "the mean over runs of the AUC of the initial embedding norms for being a key frequency", auc_at_init)
def mean_auc_at_init(records: Sequence[Record]) -> Estimate:
    return mean([record.value(auc_at_init.name) for record in records])


_SETS: tuple[Statistic, ...] = (key_sets, runs_with_own_keys, key_evenness, runs_with_keys, key_counts)

register(
    Claim(
        id="initial-embedding-circular",
        sentence="In the planes of the final principal components the initial embedding is already somewhat circular.",
        place="W, footnote 5",
        published="somewhat circular",
        region=Above(initial_circularity, initial_circularity_random),
        finding="{initial_circularity:.1%} of the variance at the plane's frequency (median of "
        "{initial_circle_planes:.0f} planes), at most {initial_circularity_random:.1%} in random planes",
        figure="initial-embedding",
    ),
    SweepClaim(
        id="keys-differ-by-seed",
        sentence="Which frequencies are chosen is arbitrary: other seeds choose others.",
        place='W, "Overview of the Inferred Algorithm"; P',
        published=filled("{mainline.key_frequencies} (W); other seeds {mainline.key_frequencies.other_seeds} (P)"),
        region=AllOf(Above(runs_with_own_keys, 0.5, "more than half"), AtLeast(key_evenness, 0.05, "the usual level")),
        finding="{key_sets:.0f} different sets in {runs_with_keys:.0f} seeds ({key_counts}); as uneven by chance: "
        "p = {key_evenness:.2f}",
        statistics=_SETS,
        system="mainline",
        figure="seed-frequencies",
    ),
    SweepClaim(
        id="winners-at-init",
        sentence="The winning frequencies are already ahead in the initial embedding (a lottery ticket).",
        place='W, "Future Directions" (a question there)',
        published="asked",
        region=Above(mean_auc_at_init, 0.5, "guessing"),
        shows=mean_auc_at_init,
        finding="AUC {mean_auc_at_init:.2f} ({mean_auc_at_init.low:.2f} to {mean_auc_at_init.high:.2f})",
        statistics=(mean_auc_at_init,),
        system="mainline",
        figure="seed-frequencies",
    ),
)
