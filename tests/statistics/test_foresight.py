"""How early winners can be predicted: a known rule, no rule, and moments by hand."""

import numpy as np
import pytest

from latebloom._errors import UsageError
from latebloom.statistics.foresight import ScoredItems, controls, shared_moments
from latebloom.statistics.summaries import mean

STEPS = np.array([0.0, 10.0, 20.0, 40.0])


def scored_runs(runs, items=15, winners=4, known_from=None, seed=0):
    """Random scores; from step ``known_from`` on the winners have the highest scores."""
    rng = np.random.default_rng(seed)
    results = []
    for _ in range(runs):
        member = np.isin(np.arange(items), rng.permutation(items)[:winners])
        score = rng.random((len(STEPS), items))
        if known_from is not None:
            score[known_from <= STEPS] += member
        results.append(ScoredItems(STEPS, score, member))
    return results


def test_winners_with_the_highest_scores_from_a_step_on():
    runs = scored_runs(40, known_from=20)
    curve = [mean(values) for values in zip(*(run.foresight(STEPS.tolist()) for run in runs))]
    assert [point.value for point in curve[2:]] == [1, 1]
    for point in curve[:2]:
        assert point.low < 0.5 < point.high
    others = zip(*(run.foresight(STEPS.tolist(), other) for run, other in zip(runs, controls(runs))))
    assert all(point.low < 0.5 < point.high for point in map(mean, others))


def test_the_control_contains_what_all_runs_share():
    """If the same items win in every run, the scores predict the winners of other runs equally well."""
    member = np.arange(6) < 2
    runs = [
        ScoredItems(STEPS[:1], np.array([member + 0.1 * np.random.default_rng(s).random(6)]), member) for s in (0, 1)
    ]
    assert runs[0].foresight([0], controls(runs)[0]) == (1.0,)
    assert controls(runs[:1]) == [None]


def test_the_last_record_before_a_moment_counts():
    run = scored_runs(1)[0]
    assert (run.at(19.9) == run.score[1]).all()
    assert np.isnan(run.at(41)).all()
    assert run.foresight([-1.0, np.nan, 50.0]) == (None, None, None)


def test_moments_are_those_that_every_run_has():
    first = scored_runs(1)[0]
    other = ScoredItems(np.array([0.0, 20.0, 40.0, 80.0]), np.zeros((4, 15)), first.member)
    assert shared_moments([first, other]) == [0, 20, 40]
    many = ScoredItems(np.arange(0.0, 5000, 5), np.zeros((1000, 15)), first.member)
    chosen = shared_moments([many], most=12)
    assert len(chosen) <= 12
    assert (chosen[0], chosen[1], chosen[-1]) == (0, 5, 4995)
    assert shared_moments([]) == []


def test_runs_of_different_sizes_are_refused():
    with pytest.raises(UsageError, match=r"runs with \[10, 15\] items"):
        controls([*scored_runs(1), *scored_runs(1, items=10)])
