"""A known fall is detected with onset, midpoint, completion and depth; other curves have no fall."""

import numpy as np
import pytest

from latebloom.phases import NoChange, PhaseChange, Series, find_phase_change
from latebloom.phases.fall import find_fall

from .phase_curves import line, slingshots

FALL = {0: 1.0, 4000: 0.9, 6000: -3.1, 10_000: -3.2}


@pytest.mark.parametrize("spacing", [1, 10, 100, 250])
@pytest.mark.parametrize("noise", [0.0, 0.02, 0.1])
def test_planted_corners_lie_in_their_intervals(spacing, noise):
    change = find_phase_change(line(range(0, 10_000, spacing), FALL, noise=noise, seed=spacing))
    assert isinstance(change, PhaseChange)
    for estimate, planted in ((change.onset, 4000), (change.midpoint, 5000), (change.completion, 6000)):
        assert estimate.low <= planted <= estimate.high
        assert estimate.low <= estimate.step <= estimate.high
        assert estimate.high - estimate.low < 6 * max(spacing, 125)
    assert change.depth == pytest.approx(4, abs=0.2)
    assert change.before == pytest.approx(10**0.9, rel=0.3)
    assert change.after == pytest.approx(10**-3.1, rel=0.3)


def test_intervals_cover_in_about_19_of_20():
    covered = []
    for seed in range(15):
        change = find_phase_change(line(range(0, 10_000, 20), FALL, noise=0.2, seed=seed))
        covered += [
            change.onset.low <= 4000 <= change.onset.high,
            change.completion.low <= 6000 <= change.completion.high,
        ]
    assert np.mean(covered) >= 0.9


def test_spikes_do_not_move_the_corners():
    series = line(range(0, 10_000, 10), FALL, noise=0.02)
    change = find_phase_change(slingshots(series, every=1300, first=700))
    assert change.onset.step == pytest.approx(4000, abs=100)
    assert change.completion.step == pytest.approx(6000, abs=100)


@pytest.mark.parametrize("end", [8000, 10_000, 50_000, 200_000])
def test_the_change_does_not_depend_on_the_length_of_the_run(end):
    change = find_phase_change(line(range(0, end, 20), FALL | {10**6: -3.3}, noise=0.02))
    assert change.onset.step == pytest.approx(4000, abs=60)
    assert change.completion.step == pytest.approx(6000, abs=60)


def test_a_continuing_fall_has_no_completion():
    change = find_phase_change(line(range(0, 5500, 10), FALL, noise=0.02))
    assert change.completion is None
    assert change.midpoint is None
    assert change.onset.low <= 4000 <= change.onset.high
    assert change.depth == pytest.approx(3, abs=0.1)


def test_a_fall_from_the_first_step_begins_there():
    change = find_phase_change(line(range(0, 5000, 10), {0: 1, 2000: -3, 5000: -3}, noise=0.02))
    assert (change.onset.low, change.onset.step, change.onset.high) == (0, 0, 0)
    assert change.completion.low <= 2000 <= change.completion.high


def test_a_late_fall_after_a_longer_slow_fall_is_detected():
    knots = {0: 2.0, 9000: 1.2, 12_000: 0.0, 12_600: 0.0}
    change = find_phase_change(line(range(0, 12_600, 10), knots, noise=0.01))
    assert change.onset.low <= 9000 <= change.onset.high


def test_without_intervals_the_steps_stay_the_same():
    series = line(range(0, 10_000, 50), FALL, noise=0.1)
    full, fast = find_phase_change(series), find_phase_change(series, intervals=False)
    assert (full.onset.step, full.completion.step) == (fast.onset.step, fast.completion.step)
    assert fast.onset.high - fast.onset.low == pytest.approx(2 * np.median(np.diff(series.step)), rel=0.5)


def test_intervals_include_the_local_spacing_of_the_record():
    dense_then_rare = [*range(0, 4500, 20), *range(4500, 10_000, 500)]
    change = find_phase_change(line(dense_then_rare, FALL))
    assert change.onset.high - change.onset.low < 200
    assert change.completion.high - change.completion.low >= 1000
    assert change.completion.low <= 6000 <= change.completion.high


def test_the_same_series_gives_the_same_answer():
    series = line(range(0, 10_000, 50), FALL, noise=0.1)
    assert find_phase_change(series) == find_phase_change(series)


@pytest.mark.parametrize(
    "knots",
    [{0: 1, 9000: 1}, {0: 1, 9000: -3}, {0: 1, 3000: 1, 9000: 3}, {0: 1, 4000: 1, 5000: 0.7, 9000: 0.7}],
    ids=["flat", "straight fall", "rise", "shallow fall"],
)
def test_series_without_a_change(knots):
    for noise in (0.0, 0.1):
        answer = find_phase_change(line(range(0, 9000, 30), knots, noise=noise))
        assert isinstance(answer, NoChange)
        assert "no fall of 0.5 decades" in answer.reason


@pytest.mark.parametrize("points", [50, 200])
def test_noise_has_no_change_in_19_of_20(points):
    noises = [line(range(points), {0: 0, points: 0}, noise=0.5, seed=seed) for seed in range(40)]
    results = [find_phase_change(noise, intervals=False) for noise in noises]
    assert sum(isinstance(change, PhaseChange) for change in results) <= 2


@pytest.mark.parametrize("values", [[], [1.0], [1.0, 0.1, 0.01], [0.0] * 50, [-1.0] * 50])
def test_too_few_usable_points_are_a_reason(values):
    answer = find_phase_change(Series.of(range(len(values)), values))
    assert isinstance(answer, NoChange)
    assert "too few" in answer.reason


def test_pieces_of_comparable_speed_are_one_fall():
    x = np.arange(300.0)
    fall = find_fall(x, np.interp(x, [0, 100, 200, 299], [0, -1.5, -4, -4]), contrast=2.0)
    assert (fall.first, fall.last) == (0, 1)
    assert (fall.start, fall.end, fall.duration) == (0, 200, 200)
    assert (fall.has_onset, fall.has_completion) == (False, True)


def test_a_much_slower_piece_is_not_part_of_the_fall():
    x = np.arange(300.0)
    fall = find_fall(x, np.interp(x, [0, 100, 200, 299], [0, -1, -4, -4]), contrast=2.0)
    assert (fall.start, fall.end) == (100, 200)
