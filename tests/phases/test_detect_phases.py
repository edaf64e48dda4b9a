"""Planted runs have the planted boundaries, however they are recorded; runs without a boundary have a reason."""

import json
import time

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from latebloom.phases import (
    BOUNDARIES,
    EXCLUDED_PARTS,
    HALF_RIGHT,
    HIGHEST,
    LEARNED,
    MEMORISATION_ENDS,
    RESTRICTED_HALVES,
    SETTLES,
    UNDER_GUESSING,
    Series,
    detect_phases,
)
from latebloom.phases.stays import stays_from

from .phase_curves import CHANCE, line, losses, seen, slingshots, unseen

NAMES = ("memorisation", "circuit formation", "clean-up", "stable")
GUESSING = 10**CHANCE
PLANTED = {
    MEMORISATION_ENDS: 1300,
    HIGHEST: 1300,
    UNDER_GUESSING: 7000 + 3000 * (1.05 - CHANCE) / 7.05,
    HALF_RIGHT: 7500,
    LEARNED: 8500,
    SETTLES: 10_000,
}


def record(steps, noise=0.0, seed=0):
    """A run that groks at the planted steps, with accuracies."""
    at = np.asarray(steps, dtype=float)
    right = np.interp(at, [0, 5000, 7500, 8500, 9000], [0.01, 0.1, 0.5, 0.99, 1])
    return losses(at, noise, seed) | {
        "train_accuracy": Series(at, np.interp(at, [0, 150], [0.01, 1])),
        "test_accuracy": Series(at, right),
    }


def moved(one, other):
    """The largest move of a boundary between two records, in units of its interval; infinite if it vanishes."""
    most = 0.0
    for name in BOUNDARIES:
        a, b = one.boundary(name), other.boundary(name)
        if a.step is None or b.step is None:
            return np.inf
        most = max(most, abs(a.step - b.step) / max(a.high - a.low, b.high - b.low))
    return most


@pytest.mark.parametrize("spacing", [5, 50, 200])
@pytest.mark.parametrize("noise", [0.0, 0.03])
def test_planted_boundaries_lie_in_their_intervals(spacing, noise):
    phases = detect_phases(record(range(0, 20_000, spacing), noise, seed=spacing), guessing_loss=GUESSING)
    for name, step in PLANTED.items():
        boundary = phases.boundary(name)
        assert boundary.low <= step <= boundary.high, name
        if name != HIGHEST:  # a flat peak is where noise puts it
            assert boundary.step == pytest.approx(step, rel=0.06, abs=spacing), name
    assert phases.complete
    assert tuple(phase.name for phase in phases.phases) == NAMES
    assert phases.outcome.name == "grokked"
    assert phases.boundary(LEARNED).step == phases.outcome.test_learned_at


@settings(max_examples=8, deadline=None, phases=(Phase.explicit, Phase.generate))
@given(
    end=st.integers(10_800, 20_000),
    every=st.sampled_from([1, 2, 5]),
    kind=st.sampled_from(["evenly", "by logarithm", "doubled"]),
    seed=st.integers(0, 5),
)
def test_boundaries_do_not_depend_on_the_length_and_density_of_the_record(end, every, kind, seed):
    whole = detect_phases(record(range(0, 20_000, 20), 0.02, seed), guessing_loss=GUESSING)
    if kind == "by logarithm":
        steps = np.unique(np.concatenate([[0], np.geomspace(1, end, 600 // every).round()]))
    else:
        steps = np.arange(0, 40_000 if kind == "doubled" else end, 20 * every)
    other = detect_phases(record(steps, 0.02, seed + 10), guessing_loss=GUESSING)
    assert moved(whole, other) < 1


def test_a_record_cut_soon_after_a_fall_with_a_pause_settles_within_the_interval():
    """Only steps that are cut off show that the pause was none."""
    steps = np.arange(0, 20_000, 20)
    knots = {0: CHANCE, 60: CHANCE, 200: 1.2, 1300: 1.35, 5000: CHANCE, 7000: -3, 7600: -3.05, 8200: -6, 10**6: -10}
    test = line(steps, knots, noise=0.02)
    whole, *cut = (
        detect_phases(
            {"train_loss": seen(kept), "test_loss": Series(test.step[: len(kept)], test.value[: len(kept)])},
            guessing_loss=GUESSING,
        ).boundary(SETTLES)
        for kept in (steps, *(steps[steps <= end] for end in (8400, 9000, 11_000)))
    )
    assert min(other.step for other in cut) < 7500 < 8000 < whole.step
    assert all(whole.low <= other.step <= whole.high for other in cut)


def test_noise_round_the_bar_does_not_bring_a_crossing_forward():
    """Forgiven dips let a noisy record stay at the bar long before its level is there."""
    steps = np.arange(0, 20_000, 20)
    record = {
        "train_loss": line(steps, {0: CHANCE, 1200: -6.3, 10**6: -7}, noise=0.1, seed=1),
        "test_loss": line(steps, {0: CHANCE, 1200: 1.3, 6000: CHANCE, 9000: -6, 10**6: -7}, noise=0.1, seed=2),
    }
    under = detect_phases(record, guessing_loss=GUESSING).boundary(UNDER_GUESSING)
    assert under.low <= 6000 <= under.high
    assert under.step == pytest.approx(6000, rel=0.05)


def test_a_million_noisy_records_take_seconds():
    steps = np.arange(10**6)
    accuracy = Series.of(steps, 0.9885 + 0.001 * np.random.default_rng(0).standard_normal(steps.size))
    began = time.process_time()
    assert stays_from(accuracy.step, accuracy.value, 0.99) is None
    assert time.process_time() - began < 5


def test_test_loss_is_highest_at_a_record():
    found = detect_phases(record(range(0, 20_000, 100)), guessing_loss=GUESSING)
    assert found.boundary(HIGHEST).step == 1300
    assert found.boundary(HIGHEST).test_loss >= found.boundary(MEMORISATION_ENDS).test_loss


@pytest.mark.parametrize("kept", [2, 3, 10])
def test_a_flat_top_has_an_interval_that_covers_where_noise_puts_the_peak(kept):
    steps = np.arange(0, 20_000, 10)
    for seed in range(5):
        flat = line(steps, {0: CHANCE, 600: 1.2, 7000: 1.2, 10_000: -6, 10**6: -16}, noise=0.03, seed=seed)
        whole, thinned = (
            detect_phases({"train_loss": seen(steps), "test_loss": loss}, guessing_loss=GUESSING).boundary(HIGHEST)
            for loss in (flat, Series(flat.step[::kept], flat.value[::kept]))
        )
        assert whole.low < 1000
        assert whole.high > 6000
        assert thinned.low <= whole.step <= thinned.high


def test_slingshots_and_a_late_change_move_nothing():
    steps = np.arange(0, 30_000, 10)
    plain = record(steps)
    late = dict(plain)
    late["train_loss"] = slingshots(plain["train_loss"], relax=60)
    late["test_loss"] = slingshots(plain["test_loss"], first=11_000, every=2000, decades=6, relax=20)
    value = late["test_loss"].value.copy()
    value[steps > 25_000] /= 100
    late["test_loss"] = Series(steps.astype(float), value)
    assert moved(detect_phases(plain, guessing_loss=GUESSING), detect_phases(late, guessing_loss=GUESSING)) < 1


def test_a_pause_is_no_end_of_memorisation():
    steps = range(0, 8000, 10)
    train = line(steps, {0: CHANCE, 40: CHANCE, 90: -2.2, 200: -2.2, 1200: -6.8, 10**6: -7.5})
    phases = detect_phases({"train_loss": train, "test_loss": unseen(steps)}, guessing_loss=GUESSING)
    assert phases.boundary(MEMORISATION_ENDS).step == pytest.approx(1200, rel=0.06)


def test_phases_follow_each_other_and_boundaries_hold_the_losses():
    phases = detect_phases(record(range(0, 14_000, 10)), guessing_loss=GUESSING)
    assert [p.end for p in phases.phases] == [*(p.start for p in phases.phases[1:]), None]
    assert [phases.phase_at(s) for s in (0, 5000, 8000, 99_999)] == list(NAMES)
    assert phases.phase_at(-1) is None
    under = phases.boundary(UNDER_GUESSING)
    assert under.test_loss == pytest.approx(GUESSING, rel=1e-3)
    assert under.train_loss == pytest.approx(10**-6.4, rel=0.05)
    assert phases.boundary(HALF_RIGHT).test_accuracy == pytest.approx(0.5)


def test_json_has_the_keys_of_the_contract_and_every_boundary():
    found = json.loads(json.dumps(detect_phases(losses(range(0, 9000, 10))).to_dict()))
    assert set(found) == {"outcome", "phases", "boundaries", "reason"}
    assert [b["name"] for b in found["boundaries"]] == list(BOUNDARIES)
    keys = {"name", "step", "low", "high", "train_loss", "test_loss", "test_accuracy", "rule"}
    assert all(set(b) == keys for b in found["boundaries"])
    missing = next(b for b in found["boundaries"] if b["name"] == HALF_RIGHT)
    assert missing["step"] is None
    assert missing["rule"].endswith("Test accuracy was not recorded.")


def test_a_run_whose_test_loss_still_falls_has_not_settled():
    phases = detect_phases(record(range(0, 9500, 10), noise=0.02), guessing_loss=GUESSING)
    assert [p.name for p in phases.phases] == list(NAMES[:3])
    assert phases.phases[-1].end is None
    assert "had not settled" in phases.reason
    assert "still falling" in str(phases.boundary(SETTLES).reason)


def test_restricted_and_excluded_loss_add_boundaries():
    steps = range(0, 14_000, 100)
    restricted = line(steps, {0: CHANCE, 4000: 0.6, 8000: -6.0, 10**6: -6.1})
    train = seen(range(0, 14_000, 10))
    ratio = line(steps, {0: 0.0, 3000: 0.0, 9000: 5.0, 10**6: 5.1})
    excluded = Series(ratio.step, ratio.value * np.interp(ratio.step, train.step, train.value))
    phases = detect_phases(losses(range(0, 14_000, 10)) | {"restricted_loss": restricted, "excluded_loss": excluded})
    # Half of guessing is 0.23 decades below 0.6, of 6.6 in 4000 steps; twice is 0.3 of 5 decades in 6000 steps.
    for name, step in {RESTRICTED_HALVES: 4140, EXCLUDED_PARTS: 3360}.items():
        boundary = phases.boundary(name)
        assert boundary.low <= step <= boundary.high
        assert boundary.test_loss is not None
    flat = line(steps, {0: CHANCE, 10**6: CHANCE})
    plain = detect_phases(losses(range(0, 14_000, 10)) | {"restricted_loss": flat})
    assert [b.name for b in plain.boundaries] == list(BOUNDARIES)


STEPS = range(0, 20_000, 20)
RISES = line(STEPS, {0: CHANCE, 60: CHANCE, 1000: 1.3, 10**6: 1.4}, noise=0.02)


def test_a_memorised_run_has_one_boundary():
    phases = detect_phases({"train_loss": seen(STEPS, noise=0.02), "test_loss": RISES})
    assert [b.name for _, b in phases.reached] == [MEMORISATION_ENDS]
    assert [p.name for p in phases.phases] == ["memorisation"]
    assert phases.phases[0].end == phases.boundary(MEMORISATION_ENDS).step
    assert phases.reason.startswith("Memorised only: train loss levelled out at step")
    assert phases.outcome.name == "memorised"
    assert phases.current == "circuit formation"


@pytest.mark.parametrize("seed", range(5))
def test_pure_noise_has_no_boundaries(seed):
    flat = {0: CHANCE, 10**6: CHANCE}
    noise = {f"{name}_loss": line(STEPS, flat, noise=0.02, seed=seed + i) for i, name in enumerate(("train", "test"))}
    phases = detect_phases(noise, guessing_loss=GUESSING)
    assert phases.reached == ()
    assert phases.phases == ()
    assert phases.outcome.name == "learned nothing"
    assert all(b.reason for b in phases.boundaries)
    assert phases.current == "memorisation"


def test_losses_that_fall_together_have_no_separate_phases():
    falls = {name: seen(STEPS, noise=0.02, seed=i) for i, name in enumerate(("train_loss", "test_loss"))}
    phases = detect_phases(falls, guessing_loss=GUESSING)
    assert not phases.complete
    assert phases.phases == ()
    assert "they overlap" in phases.reason
    assert phases.outcome.name == "generalised at once"
    assert phases.boundary(UNDER_GUESSING).step < 250
    assert phases.current == "no separate phases"


@pytest.mark.parametrize(
    ("knots", "reason"),
    [
        ({0: CHANCE, 10**6: CHANCE}, "does not get below"),
        ({0: CHANCE, 200: -0.5, 10**6: -0.6}, "does not get below"),
        ({0: CHANCE, 20_000: -8.0}, "still falling"),
    ],
)
def test_without_a_level_train_loss_memorisation_does_not_end(knots, reason):
    phases = detect_phases({"train_loss": line(STEPS, knots), "test_loss": RISES}, guessing_loss=GUESSING)
    assert phases.boundary(MEMORISATION_ENDS).step is None
    assert phases.phases == ()
    assert reason in phases.reason


def test_a_missing_loss_is_a_reason():
    phases = detect_phases({"train_loss": seen(STEPS)})
    assert phases.boundary(UNDER_GUESSING).reason == "Test loss was not recorded."
    assert phases.outcome.name is None
    assert phases.phases == ()


def test_current_phase_of_a_run_in_progress():
    end = {300: NAMES[0], 5000: NAMES[1], 9000: NAMES[2], 14_000: NAMES[3]}
    now = {stop: detect_phases(record(range(0, stop, 10)), guessing_loss=GUESSING).current for stop in end}
    assert now == end
