"""Synthetic runs have the known phases; runs without separate phases have a reason."""

import json

import numpy as np
import pytest

from latebloom._errors import UsageError
from latebloom.phases import Series, current_phase, detect_phases

from .phase_curves import CHANCE, line, losses, seen, slingshots, unseen

NAMES = ("memorisation", "circuit formation", "clean-up", "stable")
PLANTED = {"memorisation ends": 1300, "test loss falls": 7000, "test loss settles": 10_000}


def covers(phases, name):
    boundary = phases.boundary(name)
    return boundary.low <= PLANTED[name] <= boundary.high


@pytest.mark.parametrize("spacing", [10, 100, 250])
@pytest.mark.parametrize("noise", [0.0, 0.02, 0.1])
def test_planted_boundaries_lie_in_their_intervals(spacing, noise):
    phases = detect_phases(losses(range(0, 14_000, spacing), noise=noise, seed=spacing))
    assert phases.complete
    assert tuple(p.name for p in phases.phases) == NAMES
    assert all(covers(phases, name) for name in PLANTED)


@pytest.mark.parametrize("end", [11_000, 50_000])
def test_spikes_and_record_length_hardly_change_the_phases(end):
    spiked = {k: slingshots(v) for k, v in losses(range(0, end, 10), noise=0.02).items()}
    phases = detect_phases(spiked)
    for name, planted in PLANTED.items():
        assert phases.boundary(name).step == pytest.approx(planted, abs=150)


def test_phases_follow_each_other():
    phases = detect_phases(losses(range(0, 14_000, 10)))
    ends = [p.end for p in phases.phases]
    assert ends == [*(p.start for p in phases.phases[1:]), None]
    assert all(p.start == p.boundary.step and p.rule and p.boundary.rule for p in phases.phases)
    assert [phases.phase_at(s) for s in (0, 5000, 8000, 99_999)] == list(NAMES)
    assert phases.phase_at(phases.phases[1].start) == "circuit formation"
    assert phases.phase_at(-1) is None


def test_the_two_losses_may_have_different_steps():
    phases = detect_phases({"train_loss": seen(range(14_000)), "test_loss": unseen(range(0, 14_000, 100))})
    assert all(covers(phases, name) for name in PLANTED)


def test_the_result_is_json_and_reproducible():
    series = losses(range(0, 14_000, 50), noise=0.1)
    once, again = (json.dumps(detect_phases(series).to_dict()) for _ in range(2))
    assert once == again
    assert json.loads(once)["phases"][3]["name"] == "stable"


def test_a_run_that_stops_before_settling_is_not_stable():
    phases = detect_phases(losses(range(0, 9500, 10), noise=0.02))
    assert phases.complete
    assert [p.name for p in phases.phases] == list(NAMES[:3])
    assert phases.phases[-1].end is None
    assert "had not settled" in phases.reason
    assert covers(phases, "test loss falls")


def test_progress_measures_add_their_boundaries():
    steps = range(0, 14_000, 100)
    restricted = line(steps, {0: CHANCE, 5500: 0.5, 8500: -6.5, 14_000: -7})
    excluded = line(steps, {0: CHANCE, 60: CHANCE, 200: -1.9, 1300: -6.4, 2000: -6.4, 9000: 0.8, 14_000: 1})
    phases = detect_phases(
        losses(steps, noise=0.02)
        | {"restricted_loss": restricted, "excluded_loss": excluded, "test_accuracy": excluded}
    )
    falls, parts = phases.boundary("restricted loss falls"), phases.boundary("excluded loss parts")
    assert falls.low <= 5500 <= falls.high
    assert abs(parts.step - 2000) <= 300
    assert [b.step for b in phases.boundaries] == sorted(b.step for b in phases.boundaries)
    assert len(phases.phases) == 4


def test_progress_measures_without_a_change_add_nothing():
    flat = line(range(0, 14_000, 100), {0: 0, 14_000: 0})
    ratio = seen(range(0, 14_000, 100))
    phases = detect_phases(losses(range(0, 14_000, 10)) | {"restricted_loss": flat, "excluded_loss": ratio})
    assert [b.name for b in phases.boundaries] == ["start", *PLANTED]


def test_a_random_table_only_memorises():
    rises = line(range(0, 30_000, 50), {0: CHANCE, 60: CHANCE, 200: 1.2, 1300: 1.4, 30_000: 1.6}, noise=0.02)
    phases = detect_phases({"train_loss": seen(range(0, 30_000, 50), noise=0.02), "test_loss": rises})
    assert not phases.complete
    assert [p.name for p in phases.phases] == ["memorisation"]
    assert phases.phases[0].end == phases.boundary("memorisation ends").step
    assert phases.phase_at(20_000) is None
    assert phases.reason.startswith("Memorised only: no generalisation by step 29950")


def test_a_fall_that_ends_above_chance_is_no_generalisation():
    forgets = line(range(0, 20_000, 50), {0: CHANCE, 200: 1.2, 1300: 1.6, 9000: 1.6, 11_000: 0.8, 20_000: 0.8})
    phases = detect_phases({"train_loss": seen(range(0, 20_000, 50)), "test_loss": forgets})
    assert not phases.complete
    assert [p.name for p in phases.phases] == ["memorisation"]
    assert "not below 0.5" in phases.reason
    assert phases.boundary("test loss falls") is not None


def test_train_and_test_that_fall_together_have_no_phases():
    steps = range(0, 14_000, 20)
    phases = detect_phases({"train_loss": seen(steps, noise=0.02), "test_loss": seen(steps, level=-5.5, noise=0.02)})
    assert not phases.complete
    assert phases.phases == ()
    assert "fell together" in phases.reason


def test_a_test_loss_already_low_at_its_peak_counts_as_together():
    # Sampled too coarsely to resolve the fall: 7 rows after the peak.
    coarse = Series.of([0, 2000, 4000, 6000, 8000, 10_000, 12_000], [4.7, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1])
    phases = detect_phases({"train_loss": seen(range(0, 14_000, 20)), "test_loss": coarse})
    assert phases.phases == ()
    assert phases.reason.startswith("No separate phases")


def test_a_test_loss_that_falls_while_train_loss_still_falls_overlaps():
    early = line(range(0, 6000, 10), {0: CHANCE, 300: 1.0, 900: 1.0, 1900: -4, 6000: -4.1}, noise=0.02)
    phases = detect_phases({"train_loss": seen(range(0, 6000, 10), noise=0.02), "test_loss": early})
    assert not phases.complete
    assert "overlap" in phases.reason
    assert phases.boundary("test loss settles") is not None


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (line(range(0, 9000, 30), {0: CHANCE, 9000: CHANCE}), "no fall"),
        (line(range(0, 9000, 30), {0: CHANCE, 9000: CHANCE}, noise=0.3), "no fall"),
        (line(range(0, 9000, 30), {0: CHANCE, 2000: CHANCE, 9000: -5}), "still falling"),
        (line(range(0, 9000, 30), {0: CHANCE, 1000: -0.5, 9000: -0.5}), "levelled out at 0.067 times"),
        (line([0, 10, 20], {0: CHANCE, 20: -3}), "too few"),
        (Series.of([], []), "train loss has no values"),
        (Series.of(range(50), [0.0] * 50), "starts at 0"),
    ],
)
def test_without_memorisation_there_are_no_phases(values, said):
    phases = detect_phases({"train_loss": values, "test_loss": unseen(range(0, 9000, 30))})
    assert not phases.complete
    assert phases.phases == phases.boundaries == ()
    assert said in phases.reason
    assert phases.boundary("memorisation ends") is None


def test_an_empty_test_loss_is_a_reason_and_a_missing_one_an_error():
    loss = seen(range(0, 9000, 30))
    empty = Series.of([1, 2], [None, np.nan])
    assert "test loss has no values" in detect_phases({"train_loss": loss, "test_loss": empty}).reason
    with pytest.raises(UsageError, match="phases need 'test_loss'"):
        detect_phases({"train_loss": loss})


@pytest.mark.parametrize(
    ("end", "expected"),
    [
        (0, "memorisation"),
        (300, "memorisation"),
        (900, "memorisation"),
        (4000, "circuit formation"),
        (6900, "circuit formation"),
        (9000, "clean-up"),
        (12_000, "stable"),
    ],
)
def test_the_phase_of_a_run_in_progress(end, expected):
    so_far = losses(range(0, end, 10), noise=0.02)
    assert current_phase(so_far["train_loss"], so_far["test_loss"]) == expected


def test_a_run_in_progress_without_separate_phases():
    loss = seen(range(0, 5000, 10))
    assert current_phase(loss, loss) == "no separate phases"
