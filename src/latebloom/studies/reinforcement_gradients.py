"""Mutual reinforcement by gradients: does one part of a frequency grow the faster for its other parts being there?"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import cast

import numpy as np
import torch
from jaxtyping import Float

from latebloom.analysis import Analysis
from latebloom.claims import Record, quantity
from latebloom.claims.claim import Statistic, SweepClaim, statistic
from latebloom.claims.embedding import key_frequencies, keys_of
from latebloom.claims.learning import RIGHT, test_90_at
from latebloom.claims.quantity import Quantity, Undefined, once
from latebloom.claims.region import Above, AllOf, Below
from latebloom.claims.settings import generalised, grouped, share_of
from latebloom.claims.verdict import HALF
from latebloom.claims.views import modular_task
from latebloom.models import Transformer, cross_entropy
from latebloom.statistics import Estimate, median_estimate
from latebloom.studies.asked import asked
from latebloom.studies.frequency_parts import MATRICES, Growth
from latebloom.studies.parts import slug
from latebloom.studies.steps import NEVER, paired, right_at
from latebloom.studies.study import STUDIES, Study, Table
from latebloom.studies.sweeps import UNSEEN_SEED, small, texts
from latebloom.studies.texts import found, shown
from latebloom.studies.winners import favoured, wins
from latebloom.sweeps.spec import Spec

STEPS, EVERY = 1500, 5

EARLY = 0.9
"""The share of the loss of guessing over which train loss is early: the parts grow, and no answer is known yet, which
the loss of a part would unsettle. Arbitrary."""

FASTER = 1.5
"""A ratio of growths that says that a part grows well faster. Arbitrary."""

PLANTED = (3, 8)
"""Frequencies that are larger in the initial embedding; each is the other's control. Arbitrary."""

FACTOR = "3"
"""How many times larger: about what training makes of a key frequency."""


@once
def _early(analysis: Analysis) -> Growth:
    """At the last checkpoint before train loss first is under `EARLY` of guessing."""
    task, train, last = modular_task(analysis), analysis.sets["train"], None
    for step in analysis.run.checkpoints:
        model = cast(Transformer, analysis.run.checkpoint(step).model.double())
        with torch.no_grad():
            loss = float(cross_entropy(model(train.tokens, task.loss_positions), train.labels))
        if loss < EARLY * analysis.chance:
            break
        last = model
    if last is None:
        raise Undefined(f"train loss is under {EARLY:.0%} of guessing from the first checkpoint on")
    return Growth(last, train, task.loss_positions)


def _changed(analysis: Analysis, factor: float, *, other: bool = False) -> list[float | None]:
    """The growth of each part, summed over the key frequencies k, with the part of k in each matrix multiplied by a
    factor, or with the largest part of another frequency: changed matrices outside, growing parts inside."""
    growth, keys, found = _early(analysis), keys_of(analysis), []
    for name in MATRICES:
        by = {k: growth.largest_other(k, name) if other else k for k in keys}
        found += np.sum([growth.changed(k, name, by[k], factor) for k in keys], axis=0).tolist()
    return found


_GROWTH = (
    "the growth -⟨G, W⟩ / |W| of the parts W of the key frequencies in the embedding, in W_V and W_in (where they read "
    "these waves of the embedding), in W_out (where it writes what the unembedding reads as these waves) and in the "
    "unembedding, by the gradient G of train loss, at the last checkpoint before train loss first is under "
    f"{EARLY:.0%} of guessing"
)


@quantity("", _GROWTH)
def growth_of_parts(analysis: Analysis) -> list[float | None]:
    return np.sum([_early(analysis).of(k) for k in keys_of(analysis)], axis=0).tolist()


@quantity("", "the same with one of the parts of the same frequency taken out, each in turn")
def growth_without_part(analysis: Analysis) -> list[float | None]:
    return _changed(analysis, 0.0)


@quantity("", "the same with the largest part of another frequency taken out of one matrix, each in turn")
def growth_without_other(analysis: Analysis) -> list[float | None]:
    return _changed(analysis, 0.0, other=True)


@quantity("", "the same with one of the parts of the same frequency doubled, each in turn")
def growth_with_double(analysis: Analysis) -> list[float | None]:
    return _changed(analysis, 2.0)


@quantity("", "the same with the largest part of another frequency doubled in one matrix, each in turn")
def growth_with_other_double(analysis: Analysis) -> list[float | None]:
    return _changed(analysis, 2.0, other=True)


_NAMES = list(MATRICES)


def _plain(records: Sequence[Record]) -> list[Record]:
    """The runs without a larger frequency."""
    return [record for record in records if record.setting("intervention.kind") in (None, "none")]


def _growths(
    records: Sequence[Record], one: Quantity
) -> list[tuple[Float[np.ndarray, " part"], Float[np.ndarray, "changed part"]]]:
    """Of each run without a larger frequency and with key frequencies, the growth as it is, and with parts changed."""
    pairs = [(run.value(growth_of_parts.name), run.value(one.name)) for run in _plain(records)]
    return [(np.array(before), np.reshape(after, (len(MATRICES), -1))) for before, after in pairs if before and after]


def _grows(changed: str, grow: Sequence[str], one: Quantity, change: str) -> Statistic:
    """How fast some parts grow together with another one changed, over how fast they do as it is."""
    row, columns = _NAMES.index(changed), [_NAMES.index(name) for name in grow]

    @statistic(
        "times",
        f"the growth of the parts of the key frequencies ({' + '.join(grow)}) with {change} ({changed}), over that as "
        "it is, in the median over runs in which they grow,",
        growth_of_parts,
        one,
        name=f"{one.name}_{slug(changed)}",
        reads=lambda record: bool(_plain([record])),
    )
    def grows(records: Sequence[Record]) -> Estimate:
        sums = [(before[columns].sum(), after[row, columns].sum()) for before, after in _growths(records, one)]
        return median_estimate([after / before for before, after in sums if before > 0])

    return grows


def _with_control(
    changed: str, grow: Sequence[str], same: Quantity, other: Quantity, change: str
) -> tuple[Statistic, Statistic]:
    """The statistic for the part of the same frequency, and for the largest part of another."""
    parts = ((same, "the part of the same frequency"), (other, "the largest part of another frequency"))
    first, second = (_grows(changed, grow, one, f"{part} {change}") for one, part in parts)
    return first, second


WITHOUT = {
    name: _with_control(
        name, [one for one in MATRICES if one != name], growth_without_part, growth_without_other, "taken out"
    )
    for name in MATRICES
}
DOUBLED = {
    changed: _with_control(changed, [grows], growth_with_double, growth_with_other_double, "doubled")
    for changed, grows in (("embedding", "unembedding"), ("unembedding", "embedding"))
}


def _planted(records: Sequence[Record]) -> dict[int, dict[int, Record]]:
    """The runs with both frequencies planted, each by itself, by seed and frequency."""
    planted = [record for record in records if not _plain([record])]
    seeds = {
        seed: {int(run.setting("intervention.frequency")): run for run in runs}
        for seed, runs in grouped(planted, "model.seed").items()
    }
    return {seed: runs for seed, runs in seeds.items() if set(runs) == set(PLANTED)}


@statistic(
    "share",
    "how much more often a frequency is a key frequency of the neurons if it is larger in the initial embedding than "
    "if the other one is, in the mean over seeds,",
    key_frequencies,
)
def follows_embedding(records: Sequence[Record]) -> Estimate:
    return favoured(_planted(records).values())


@statistic(
    "times",
    f"the step of {RIGHT:.0%} test accuracy without a larger frequency, over that with one and the same seed "
    f"({NEVER}), in the median over seeds,",
    test_90_at,
)
def sooner_with_planted(records: Sequence[Record]) -> Estimate:
    plain = {run.setting("model.seed"): right_at(run) for run in _plain(records)}
    with_one = {
        seed: float(np.mean([right_at(run) for run in runs.values()])) for seed, runs in _planted(records).items()
    }
    return median_estimate([without / one for without, one in paired(plain, with_one)])


def _growth_table(records: Sequence[Record], title: str, one: Quantity, control: Quantity) -> Table:
    """Changed parts in rows, growing parts in columns; the control in brackets."""
    own, other = (
        np.median([after / before for before, after in _growths(records, which)], axis=0) for which in (one, control)
    )
    rows = [
        (name, *("–" if i == j else f"{own[i, j]:.1f} ({other[i, j]:.1f})" for j in range(len(MATRICES))))
        for i, name in enumerate(MATRICES)
    ]
    return Table(title, ("", *MATRICES), rows)


def _tables(records: Sequence[Record]) -> Sequence[Table]:
    if not _growths(records, growth_without_part):
        raise Undefined("no run has key frequencies")
    arms = {"nothing": _plain(records), **{str(k): [run[k] for run in _planted(records).values()] for k in PLANTED}}
    rows = [
        (
            name,
            str(len(runs)),
            *(shown(share_of(runs, partial(wins, k))) for k in PLANTED),
            shown(share_of(runs, generalised)),
            shown(median_estimate([right_at(run) for run in runs]), "{:.0f}"),
        )
        for name, runs in arms.items()
    ]
    keys = (f"{k} is a key frequency" for k in PLANTED)
    ending = "times the growth as it is (in brackets: the same of another frequency), in the median over runs"
    return (
        _growth_table(records, f"Growth with a part taken out, {ending}", growth_without_part, growth_without_other),
        _growth_table(records, f"Growth with a part doubled, {ending}", growth_with_double, growth_with_other_double),
        Table(
            f"Training with a frequency that is {FACTOR} times larger in the initial embedding",
            ("larger", "runs", *keys, "generalise", f"step of {RIGHT:.0%} test accuracy"),
            rows,
        ),
    )


_PLACE = 'W, "Future Directions": "do we see this mutual reinforcement and cascading?"'

_claim = partial(asked, "reinforcement-gradients", place=_PLACE)


def _needed(id: str, words: str, name: str) -> SweepClaim:
    own, other = WITHOUT[name]
    return _claim(
        f"gradients-need-{id}",
        f"Without {words} part of a key frequency its other parts grow less than half as fast.",
        AllOf(Below(own, HALF, "half"), Above(other, HALF, "the control")),
        f"they grow {found(own, '.2f')} times as fast as with it; without the largest part of another frequency "
        f"{found(other, '.2f')} times",
    )


def _hastened(id: str, changed: str, grows: str) -> SweepClaim:
    own, other = DOUBLED[changed]
    return _claim(
        f"gradients-double-{id}",
        f"With the {changed}'s part of a key frequency doubled, its part of the {grows} grows more than {FASTER:g} "
        "times as fast.",
        AllOf(Above(own, FASTER, "arbitrary"), Below(other, FASTER, "the control")),
        f"it grows {found(own, '.2f')} times as fast; with the largest part of another frequency doubled "
        f"{found(other, '.2f')} times",
    )


def _runs(count: int) -> tuple[Spec, ...]:
    planting = ("--intervention.kind", "amplify_wave", "--intervention.factor", FACTOR)
    return (
        small(count, STEPS, "--recording.checkpoints", f"{EVERY} until 100, 100000", first=UNSEEN_SEED),
        small(count, STEPS, *planting, first=UNSEEN_SEED, intervention__frequency=texts(PLANTED)),
    )


STUDIES.register(
    Study(
        name="reinforcement-gradients",
        title="Mutual reinforcement by gradients",
        question="Do the parts of one frequency grow the faster for its other parts being there?",
        place=_PLACE,
        hypothesis="The parts of a frequency reinforce each other: early in training, without the embedding's part of "
        "a key frequency its other parts grow less than half as fast.",
        otherwise="The gradients show no such need of the embedding: early in training the other parts of a key "
        "frequency grow at least half as fast without the embedding's part of it, or they grow at most half as fast "
        "without that of another frequency, too.",
        design=f"x + y mod 23 on 80 % of the pairs, {STEPS} steps. At the last checkpoint before train loss is under "
        f"{EARLY:.0%} of guessing (one in {EVERY} steps), the gradient of train loss says how fast the part of each "
        "key frequency of the final model grows in the embedding, in the values of attention, in the weights into and "
        "out of the neurons, and in the unembedding. Then one of these parts is taken out, or doubled, and the "
        f"gradient is computed anew. In another arm frequency {PLANTED[0]} or {PLANTED[1]} is {FACTOR} times larger in "
        "the initial embedding, and the model is trained as usual.",
        control="Another frequency in place of the same one: of all others the one that is largest in that matrix. "
        "Of the two frequencies that are made larger, each is the other's control.",
        power="The interval of a median of ten ratios (quick budget) lies between the second and the ninth of them, "
        "that of thirty (full budget) between the tenth and the twenty-first; runs without key frequencies make them "
        "wider. In pilot runs most ratios lay within 0.2 of their median, so that a fall to 0.3 is told from one to a "
        "half. A given frequency is a key frequency in about a fifth of the runs; that it follows the initial "
        "embedding in more than half of them is decided by ten pairs of runs if nine follow, and by thirty if 21 do.",
        changes="A later step, at which the answers that are known hang on every part; a larger p; other waves than "
        "those of one frequency, of which a memory may be made as well.",
        runs={"quick": _runs(10), "full": _runs(30)},
        claims=(
            _needed("embedding", "the embedding's", "embedding"),
            _needed("attention", "the attention's", "attention"),
            _needed("mlp-in", "the ingoing weights'", "MLP, in"),
            _needed("mlp-out", "the outgoing weights'", "MLP, out"),
            _needed("unembedding", "the unembedding's", "unembedding"),
            _hastened("embedding", "embedding", "unembedding"),
            _hastened("unembedding", "unembedding", "embedding"),
            _claim(
                "gradients-neurons-follow",
                "A frequency that is larger in the initial embedding becomes a key frequency of the neurons.",
                Above(follows_embedding, HALF, "in half of the runs more"),
                f"it is a key frequency in {found(follows_embedding)} more of the runs than if the other one is larger",
            ),
            _claim(
                "gradients-hasten",
                "With one frequency larger in the initial embedding the model generalises earlier.",
                Above(sooner_with_planted, 1.0, "no earlier"),
                f"without, it takes {found(sooner_with_planted, '.2f')} times as many steps",
            ),
        ),
        tables=_tables,
        caveats="The parts of a frequency may serve a memory as well as the general circuit, and the gradient is that "
        "of train loss: this shows that the parts need each other, and not that the general circuit alone is like "
        "that. In a product the gradient on one factor is proportional to the others; what is measured is how much of "
        "it is left. The rows and columns of different frequencies overlap in W_V, W_in and W_out, so that taking "
        "another frequency out of one of them takes a little of this one out, too. Doubling a part does not hasten all "
        "others: by the table some shrink, so the two claims about doubling hold for the two ends of the circuit "
        "alone. Runs without key frequencies are left out. The larger frequency is larger in the initial weights "
        "alone: nothing holds it there during training, and no run has an embedding as much larger without one larger "
        "frequency. Growth is along the gradient, and AdamW takes other steps.",
    )
)
