"""Ticket or chaos: what decides which frequencies win."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, partial

import numpy as np
from jaxtyping import Float

from latebloom.analysis import Analysis
from latebloom.circuits.modular.embedding import embedding_fractions
from latebloom.circuits.modular.grid import modular_grid
from latebloom.claims import Record, Undefined, quantity
from latebloom.claims.claim import Statistic, statistic
from latebloom.claims.embedding import key_frequencies, keys_of
from latebloom.claims.learning import final_test_accuracy
from latebloom.claims.region import Above
from latebloom.claims.settings import grouped, right_at_end
from latebloom.claims.verdict import HALF
from latebloom.claims.views import modular_task
from latebloom.statistics import Estimate, VarianceComponents, auc, mean, variance_components
from latebloom.studies.asked import asked
from latebloom.studies.study import STUDIES, Study, Table
from latebloom.studies.sweeps import seeds, small, texts
from latebloom.studies.texts import found

PERTURBATIONS = ("0.01", "0.010000001", "0.010000002", "0.010000003", "0.010000004")
"""Learning rates that differ by 1e-7 of their value: after one step the weights differ by rounding alone."""

_FACTORS = {"first": "initial weights", "second": "split", "together": "their combination", "rest": "a change of 1e-7"}


@quantity("", "the area under the ROC curve of the initial embedding's energy for being a key frequency")
def auc_of_initial_embedding(analysis: Analysis) -> float:
    keys, task = keys_of(analysis), modular_task(analysis)
    if 0 not in analysis.run.checkpoints:
        raise Undefined("the run has no checkpoint at step 0")
    shares = embedding_fractions(modular_grid(analysis.run.checkpoint(0).model.double(), task).embedding)
    if shares is None:
        raise Undefined("the initial embedding does not vary")
    found = auc(shares.numpy(), np.isin(np.arange(1, len(shares) + 1), keys))
    if found is None:
        raise Undefined("every frequency is a key frequency")
    return found


def _winners(records: Sequence[Record]) -> Float[np.ndarray, "weights split change frequency"]:
    """1 where a frequency is a key frequency, for each combination of initial weights, split and change."""
    by_cell: dict[tuple[int, int], dict[float, Record]] = {}
    for record in records:
        cell = (record.setting("model.seed"), record.setting("data.seed"))
        by_cell.setdefault(cell, {})[record.setting("optimiser.lr")] = record
    weights, splits = (sorted({cell[i] for cell in by_cell}) for i in (0, 1))
    rates = sorted({rate for runs in by_cell.values() for rate in runs})
    missing = [1 for w in weights for s in splits if len(by_cell.get((w, s), {})) < len(rates)]
    if missing:
        raise Undefined(f"{len(missing)} combinations of weights and split are not complete")
    rows = [[[_indicator(by_cell[w, s][rate]) for rate in rates] for s in splits] for w in weights]
    return np.array(rows, dtype=float)


def _indicator(record: Record) -> Float[np.ndarray, " frequency"]:
    keys = record.value(key_frequencies.name) or ()
    return np.isin(np.arange(1, (record.setting("task.p") - 1) // 2 + 1), keys).astype(float)


def _components(records: Sequence[Record]) -> VarianceComponents:
    return _cached_components(tuple(_winners(records).shape), _winners(records).tobytes())


@cache
def _cached_components(shape: tuple[int, ...], outcomes: bytes) -> VarianceComponents:
    """Three claims and the table share one jackknife."""
    return variance_components(np.frombuffer(outcomes).reshape(shape))


def _share(field: str) -> Statistic:
    @statistic(
        "share",
        f"the share of the variance of which frequencies win that is due to {_FACTORS[field]}",
        key_frequencies,
        name=f"winners_by_{field}",
    )
    def share(records: Sequence[Record]) -> Estimate:
        found: Estimate = getattr(_components(records), field)
        return found

    return share


@statistic(
    "",
    "the mean over initial weights of the AUC of their embedding's energy for being a key frequency, itself the mean "
    "over the runs from these weights",
    auc_of_initial_embedding,
)
def mean_auc_of_initial_embedding(records: Sequence[Record]) -> Estimate:
    means = []
    for runs in grouped(records, "model.seed").values():
        known = [one for run in runs if (one := run.value(auc_of_initial_embedding.name)) is not None]
        means += [sum(known) / len(known)] if known else []
    return mean(means)


_SHARES = {field: _share(field) for field in _FACTORS}


def _tables(records: Sequence[Record]) -> Sequence[Table]:
    components = _components(records)
    rows = []
    for field, text in _FACTORS.items():
        one: Estimate = getattr(components, field)
        ends = "" if one.low is None or one.high is None else f"{one.low:.0%} to {one.high:.0%}"
        rows.append((text, "–" if one.value is None else f"{one.value:.0%}", ends))
    counts: dict[int, int] = {}
    for record in records:
        number = len(record.value(key_frequencies.name) or ())
        counts[number] = counts.get(number, 0) + 1
    learned = sum(map(right_at_end, records))
    return (
        Table("What decides which frequencies win", ("decided by", "share of the variance", "95 % interval"), rows),
        Table(
            f"How many key frequencies ({learned} of {len(records)} runs generalised)",
            ("key frequencies", "runs"),
            [(str(number), str(count)) for number, count in sorted(counts.items())],
        ),
    )


_claim = partial(asked, "tickets")


STUDIES.register(
    Study(
        name="tickets",
        title="Ticket or chaos: why these frequencies?",
        question="Why does the network choose these frequencies, and can they be predicted from the initial weights?",
        place='W, "Future Directions"',
        hypothesis="The initial weights decide most of which frequencies win, whatever the split and rounding do.",
        design="x + y mod 23 in a transformer of width 32: every combination of initial weights, split, and a relative "
        "change of the learning rate by 1e-7, which changes nothing but rounding. Which frequencies are key "
        "frequencies at the end is split into components of variance.",
        control="Runs that differ by 1e-7 alone are the repetitions: neither weights nor split explain what varies "
        "among them. An AUC of 0.5 is guessing.",
        power="The full budget has 20 initial weights, 5 splits and 5 changes (500 runs), the quick one 6, 2 and 2. "
        "The interval comes from the initial weights, so more of these make it narrower: with 20 it lies about 13 "
        "points to either side of a share of a third.",
        changes="A larger p, where more frequencies compete; a wider model; another processor.",
        runs={
            "quick": (
                small(
                    1,
                    1500,
                    model__seed=texts(seeds(6)),
                    data__seed=texts(seeds(2)),
                    optimiser__lr=PERTURBATIONS[:2],
                ),
            ),
            "full": (
                small(
                    1,
                    1500,
                    model__seed=texts(seeds(20)),
                    data__seed=texts(seeds(5)),
                    optimiser__lr=PERTURBATIONS,
                ),
            ),
        },
        claims=(
            _claim(
                "tickets-in-the-weights",
                "The initial weights decide most of which frequencies win.",
                Above(_SHARES["first"], HALF, "more than half"),
                f"initial weights decide {found(_SHARES['first'])} of the variance",
            ),
            _claim(
                "tickets-in-the-split",
                "The split decides most of which frequencies win.",
                Above(_SHARES["second"], HALF, "more than half"),
                f"the split decides {found(_SHARES['second'])} of the variance",
            ),
            _claim(
                "tickets-by-chance",
                "A change of 1e-7 decides a tenth or more of which frequencies win.",
                Above(_SHARES["rest"], 0.1, "arbitrary"),
                f"runs that differ by 1e-7 alone hold {found(_SHARES['rest'])} of the variance",
            ),
            _claim(
                "tickets-by-embedding",
                "The winning frequencies are ahead in the initial embedding.",
                Above(mean_auc_of_initial_embedding, 0.5, "guessing"),
                f"the AUC is {found(mean_auc_of_initial_embedding, '.2f')}",
            ),
        ),
        shown=(final_test_accuracy,),
        tables=_tables,
        otherwise="The initial weights alone decide at most half of which frequencies win.",
        caveats="Chance is not what is left: by the table, runs with the same weights and the same split have nearly "
        "the same winners, and most of what the weights alone do not decide depends on weights and split in "
        "combination. The split takes part in that, although alone it decides next to nothing. The intervals are over "
        "initial weights, for these five splits; if the spread between splits counted too, the upper end would pass a "
        "half by a hair. Runs that have not generalised count like all others. "
        "`tickets-by-embedding` shows that the embedding's energy goes with winning, and not that it is the cause, "
        "which `transplants` asks; what else in the initial weights goes with it, `ticket-predictors` asks.",
    )
)
