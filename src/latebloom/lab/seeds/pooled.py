"""The facts of all runs of a study, pooled."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf
from typing import Any

from pydantic import Field, model_validator

from latebloom._config import Config
from latebloom.lab.seeds.facts import PROGRESS, Foresight, SeedFacts, renamed
from latebloom.phases.outcome import OUTCOMES, OutcomeName
from latebloom.statistics import ChosenFrequencies, Estimate, chosen_frequencies, median_estimate
from latebloom.statistics.lead import Leads, leads
from latebloom.statistics.summaries import Quartiles, mean, quartiles

_BEFORE = "the study was stored before this boundary was defined"


class Moment(Config):
    """Mean AUC over runs at one moment, and that of the control (the key frequencies of another run)."""

    at: float
    auc: Estimate
    control: Estimate


class PooledCircuit(Config):
    """Medians over runs of the three numbers of `CircuitNumbers`."""

    gradient_symmetricity: Estimate
    distance_irrelevance: Estimate
    circularity: Estimate


class PooledSeeds(Config):
    """Statistics over all ``n`` runs of a study; other fields pool the fields of `SeedFacts` with the same name.

    outcomes: runs by outcome; empty in studies stored before outcomes existed. generalised: runs that learned the test
    set, late or at once. test_learned_at: infinite for the others in its median. by_step: at steps that every run
    recorded; by_clean_up, by_generalised: at multiples of a step of each run. cluster_sizes: quartiles over the key
    clusters of all runs.
    """

    n: int
    outcomes: dict[OutcomeName, int] = Field(default_factory=dict)
    generalised: int
    separate: int
    test_learned_at: Estimate
    test_under_guessing: Estimate
    key_frequencies: ChosenFrequencies
    by_step: tuple[Moment, ...]
    by_clean_up: tuple[Moment, ...]
    by_generalised: tuple[Moment, ...]
    cluster_sizes: Quartiles
    clustered_fraction: Estimate
    final: PooledCircuit
    initial: PooledCircuit
    restricted: Leads
    excluded: Leads

    @model_validator(mode="before")
    @classmethod
    def _stored_before(cls, stored: Any) -> Any:
        stored = renamed(stored)
        if isinstance(stored, dict) and "test_loss_falls" in stored:
            stored = {name: value for name, value in stored.items() if name != "test_loss_falls"}
            stored["test_under_guessing"] = Estimate.undefined(stored["n"], _BEFORE)
        return stored


def pool(seeds: Sequence[SeedFacts], p: int, steps: Sequence[float]) -> PooledSeeds:
    """Pool the facts, with intervals over runs; the same facts give the same numbers."""
    return PooledSeeds(
        n=len(seeds),
        outcomes={name: count for name in OUTCOMES if (count := sum(seed.outcome == name for seed in seeds))},
        generalised=sum(seed.test_learned_at is not None for seed in seeds),
        separate=sum(seed.separate for seed in seeds),
        test_learned_at=median_estimate([inf if (at := seed.test_learned_at) is None else at for seed in seeds]),
        test_under_guessing=median_estimate([seed.test_under_guessing for seed in seeds]),
        key_frequencies=chosen_frequencies([seed.key_frequencies for seed in seeds], p // 2),
        by_step=_moments([seed.by_step for seed in seeds], steps),
        by_clean_up=_moments([seed.by_clean_up for seed in seeds], PROGRESS),
        by_generalised=_moments([seed.by_generalised for seed in seeds], PROGRESS),
        cluster_sizes=quartiles([float(size) for seed in seeds for size in seed.cluster_sizes.values()]),
        clustered_fraction=median_estimate([seed.clustered_fraction for seed in seeds]),
        final=_circuit(seeds, "final"),
        initial=_circuit(seeds, "initial"),
        restricted=leads([seed.restricted for seed in seeds]),
        excluded=leads([seed.excluded for seed in seeds]),
    )


def _moments(runs: Sequence[Foresight], at: Sequence[float]) -> tuple[Moment, ...]:
    return tuple(
        Moment(at=moment, auc=mean([run.auc[i] for run in runs]), control=mean([run.control[i] for run in runs]))
        for i, moment in enumerate(at)
    )


def _circuit(seeds: Sequence[SeedFacts], which: str) -> PooledCircuit:
    circuits = [getattr(seed, which) for seed in seeds]
    return PooledCircuit(
        **{
            name: median_estimate([getattr(circuit, name) for circuit in circuits])
            for name in PooledCircuit.model_fields
        }
    )
