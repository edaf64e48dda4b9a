"""The facts about one run that a study of seeds stores, and their rounding."""

from __future__ import annotations

from typing import Any

from pydantic import model_validator

from latebloom._config import Config
from latebloom.phases.outcome import OutcomeName
from latebloom.statistics.lead import Lead

PROGRESS = (0.0, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.25, 1.5, 2.0, 3.0)
"""Moments as multiples of some step of each run (our choice)."""


def rounded(value: Any) -> Any:
    """The value with five significant digits: enough precision in a fifth of the file size.

    Rounding precedes pooling, so that stored facts give the stored pooled numbers.
    """
    if isinstance(value, Config):
        return rounded(value.model_dump())
    if isinstance(value, dict):
        return {name: rounded(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [rounded(item) for item in value]
    return float(f"{value:.5g}") if isinstance(value, float) else value


def renamed(stored: Any) -> Any:
    """Stored facts with the current name of the step at which the test set was learned."""
    if not isinstance(stored, dict) or "generalised_at" not in stored:
        return stored
    return {"test_learned_at" if name == "generalised_at" else name: value for name, value in stored.items()}


class CircuitNumbers(Config):
    """Clock or pizza: see `latebloom.circuits.modular.clock_or_pizza.ClockOrPizza`. None where undefined."""

    gradient_symmetricity: float | None = None
    distance_irrelevance: float | None = None
    circularity: float | None = None


class Foresight(Config):
    """AUC of the embedding fractions at each moment for the key frequencies of the run and of another run."""

    auc: tuple[float | None, ...]
    control: tuple[float | None, ...]


class SeedFacts(Config):
    """One finished run; steps are optimiser steps; None: undefined.

    outcome, train_learned_at, test_learned_at: see `latebloom.phases.Outcome`; the first two are None in studies
    stored before these fields existed, and the third follows `SeedStudy.rule`. test_under_guessing: the step from which
    test loss stays under guessing, which starts clean-up if the phases are separate. test_loss_falls: in its place in
    studies stored before, a corner of the test loss. separate: whether the phases are separate, by the same rule.
    initial_ranks: rank of each key frequency at step 0 by its norm in the embedding, 1 for the largest. cluster_sizes:
    neurons by key frequency. final, initial: of the last checkpoint and of step 0. restricted, excluded: their lead
    over test loss. by_step: foresight at the steps of the study; by_clean_up, by_generalised: at PROGRESS times
    clean_up and test_learned_at.
    """

    run: str
    seed: int | None
    step: int
    outcome: OutcomeName | None = None
    train_learned_at: float | None = None
    test_learned_at: float | None
    test_under_guessing: float | None = None
    test_loss_falls: float | None = None
    separate: bool
    key_frequencies: tuple[int, ...]
    initial_ranks: dict[int, int] | None
    cluster_sizes: dict[int, int]
    clustered_fraction: float | None
    final: CircuitNumbers
    initial: CircuitNumbers
    restricted: Lead
    excluded: Lead
    by_step: Foresight
    by_clean_up: Foresight
    by_generalised: Foresight

    @model_validator(mode="before")
    @classmethod
    def _stored_before(cls, stored: Any) -> Any:
        return renamed(stored)
