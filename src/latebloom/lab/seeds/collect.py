"""Read one run for a study of seeds, after computing its missing measures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float

from latebloom._errors import UsageError
from latebloom.analysis import Analysis
from latebloom.circuits import family_of
from latebloom.circuits.modular import MODULAR
from latebloom.circuits.modular.measures import EMBEDDING_FRACTION
from latebloom.lab.measure import Progress, measure
from latebloom.lab.seeds.facts import CircuitNumbers
from latebloom.lab.seeds.leads import MeasureArrays, excluded_lead, restricted_lead
from latebloom.phases import UNDER_GUESSING
from latebloom.runs import Run
from latebloom.statistics.foresight import ScoredItems
from latebloom.store import column


@dataclass(frozen=True, eq=False)
class Collected:
    """Fields of `SeedFacts` that one run determines, and the scores of its frequencies."""

    facts: dict[str, Any]
    scored: ScoredItems


def collect(run: Run, progress: Progress | None = None) -> Collected:
    """Compute missing measures and read the run. Errors: UsageError for another task, or without checkpoints."""
    from latebloom.circuits.modular import views

    if family_of(run.task) is not MODULAR:
        raise UsageError(f"seeds: {run.path.name} is of task {run.task.name}, expected a modular task")
    measure(run, progress=progress)
    analysis = Analysis(run)
    columns = _columns(run)
    keys = analysis.final.get(views.keys)
    n = analysis.final.exact.get(views.grid).order
    scored = _scored(columns, keys, n)
    phases = analysis.phases
    outcome, under = phases.outcome, analysis.boundary(UNDER_GUESSING)
    facts = {
        "run": run.path.name,
        "seed": run.manifest.seed,
        "step": run.manifest.step,
        "outcome": outcome.name,
        "train_learned_at": outcome.train_learned_at,
        "test_learned_at": outcome.test_learned_at,
        "test_under_guessing": under,
        "separate": phases.complete,
        "key_frequencies": keys,
        "initial_ranks": _ranks(scored.at(0), keys),
        **_circuit(analysis),
        "restricted": restricted_lead(columns, run.task.answers),
        "excluded": excluded_lead(columns, under),
    }
    return Collected(facts, scored)


def _columns(run: Run) -> MeasureArrays:
    """The measures of every checkpoint, in order of step."""
    table = run.directory.read_table("measures").sort_by("step")
    return {name: column(table, name).astype(float) for name in table.column_names}


def _scored(columns: MeasureArrays, keys: tuple[int, ...], n: int) -> ScoredItems:
    """The share of each frequency in the energy of the embedding, which ranks frequencies like their norms."""
    missing = np.full(len(columns["step"]), np.nan)
    shares = [columns.get(EMBEDDING_FRACTION.of(k=k), missing) for k in range(1, n // 2 + 1)]
    return ScoredItems(columns["step"], np.stack(shares, axis=1), np.isin(np.arange(1, n // 2 + 1), keys))


def _ranks(score: Float[np.ndarray, " k"], keys: tuple[int, ...]) -> dict[int, int] | None:
    """The rank of each key frequency, 1 for the largest; None without a checkpoint at step 0."""
    return None if np.isnan(score).any() else {k: 1 + int((score > score[k - 1]).sum()) for k in keys}


def _circuit(analysis: Analysis) -> dict[str, Any]:
    """Clusters of the final model, and clock or pizza of the final and the initial one, in float64."""
    from latebloom.circuits.modular import views
    from latebloom.circuits.modular.clock_or_pizza import clock_or_pizza
    from latebloom.models import Transformer

    numbers = {"initial": CircuitNumbers(), "final": CircuitNumbers()}
    for name, step in (("initial", 0), ("final", analysis.step)):
        if step in analysis.steps:
            exact = analysis.snapshot(step).exact
            if isinstance(exact.model, Transformer):
                numbers[name] = CircuitNumbers(**vars(clock_or_pizza(exact.model, exact.get(views.grid))))
    clusters = analysis.final.exact.get(views.clusters)
    sizes = {k: clusters.sizes.get(k, 0) for k in analysis.final.get(views.keys)}
    return {**numbers, "cluster_sizes": sizes, "clustered_fraction": clusters.clustered_fraction}
