"""The studies of which frequencies win, and how many: planted effects are found, and nothing where there is none."""

import numpy as np
import pytest
from tests.studies.test_verdicts import records, states, tables

from latebloom.circuits.modular import planted_transformer
from latebloom.circuits.modular.grid import modular_grid
from latebloom.recipes.settings import experiment_of
from latebloom.studies import STUDIES
from latebloom.studies.key_counts import AXES
from latebloom.studies.parts import PARTS
from latebloom.studies.ticket_predictors import ALL, EARLY, MEASURED, held_out
from latebloom.studies.transplants import EMBEDDING, swap_of
from latebloom.tasks import ModularAddition


def of_weights(seed):
    """Made-up winners of initial weights."""
    return {float(k) for k in (1 + seed % 4, 5 + seed % 3)}


@pytest.mark.parametrize(("moves", "possible"), [(True, {"holds"}), (False, {"fails", "undecided"})])
def test_a_transplant_counts_if_the_winners_follow_it_and_a_swap_if_it_does_more_than_one_of_losers(moves, possible):
    hosts = {}

    def values(experiment):
        seed, won = experiment.model.seed, of_weights(experiment.model.seed)
        parts = ",".join(experiment.setting("intervention.weights") or ())
        swapped = experiment.setting("intervention.frequencies")
        if moves and parts == PARTS[EMBEDDING]:
            won = of_weights(experiment.setting("intervention.donor"))
        if moves and swapped:
            swap = swap_of(hosts[seed])
            won = won - {swap.winner} | {swap.loser} if swapped == swap.arms[0] else won
        return {"key_frequencies": tuple(sorted(won)), "test_90_at": 300.0}

    study = STUDIES["transplants"]
    first = records("transplants", study.runs["quick"], values)
    hosts.update({record.setting("model.seed"): record for record in first})
    made = first + records("transplants", study.then.sweeps(first), values)
    assert len(made) == len(first) * (1 + 1 + len(PARTS) + 2)
    assert set(states("transplants", made).values()) == possible
    assert len(next(iter(tables("transplants", made).values()))) == len(PARTS) + 1


def test_a_swap_is_of_one_winner_and_two_losers():
    spec = STUDIES["transplants"].runs["quick"]
    for record in records("transplants", spec, lambda one: {"key_frequencies": tuple(of_weights(one.model.seed))}):
        swap = swap_of(record)
        assert swap.winner in of_weights(record.setting("model.seed"))
        assert not {swap.loser, swap.other} & of_weights(record.setting("model.seed"))
        assert len({*swap}) == 3
    assert swap_of(records("transplants", spec, lambda _: {"key_frequencies": ()})[0]) is None


@pytest.mark.parametrize(("told", "state"), [(True, "holds"), (False, "fails")])
def test_predictors_together_are_scored_on_the_seeds_that_they_were_not_fitted_on(told, state):
    def values(experiment):
        draw = np.random.default_rng(experiment.model.seed)
        made = draw.normal(size=(len(ALL), 11))
        made[0] += 0.5 * (total := made.sum(0))
        order = np.argsort(total if told else made[0])
        known = {one.name: tuple(row) for one, row in zip(ALL.values(), made)}
        return {**known, "key_frequencies": tuple(np.sort(order[-3:] + 1.0)), "test_90_at": 300.0}

    found = states(
        "ticket-predictors", records("ticket-predictors", STUDIES["ticket-predictors"].runs["quick"], values)
    )
    assert found["predictors-together"] == found["predictors-split"] == state


def test_a_discriminant_of_noise_guesses():
    draw = np.random.default_rng(0)
    runs = [(draw.normal(size=(11, 7)), np.arange(11) < 3) for _ in range(100)]
    assert np.mean(held_out([(draw.permutation(values), won) for values, won in runs])) == pytest.approx(0.5, abs=0.05)


@pytest.mark.parametrize("name", MEASURED)
def test_a_planted_frequency_is_ahead_in_every_measure_of_the_weights(name):
    grid = modular_grid(planted_transformer(23, [3, 5], d_mlp=128).double(), ModularAddition(p=23))
    found = MEASURED[name](grid)
    assert set((found.argsort(descending=True)[:2] + 1).tolist()) == {3, 5}


@pytest.mark.parametrize(("at_43", "state"), [(3, "holds"), (1, "fails")])
def test_the_number_of_winners_is_compared_along_one_setting_at_a_time(at_43, state):
    def values(experiment):
        number = {43: at_43, 31: 2}.get(experiment.task.p, 2)
        decay = experiment.optimiser.weight_decay
        number += {0.5: 1, 2.0: -1}.get(decay, 0)
        right = 0.5 if experiment.model.seed % 8 == 0 else 1.0
        return {"key_frequencies": tuple(map(float, range(1, number + 1))), "final_test_accuracy": right}

    made = records("key-counts", STUDIES["key-counts"].runs["quick"], values)
    found = states("key-counts", made)
    assert found.pop("counts-p") == state
    assert set(found.values()) == {"holds"}
    assert len(next(iter(tables("key-counts", made).values()))) == sum(map(len, AXES.values()))


def test_the_first_updates_are_those_in_which_the_learning_rate_rises():
    spec = STUDIES["ticket-predictors"].runs["quick"][0]
    assert experiment_of(spec.recipe, 1, spec.settings).optimiser.warmup == EARLY
