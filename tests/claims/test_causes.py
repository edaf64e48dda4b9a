"""Claims about interventions: made-up records of every arm that uphold them, and others that do not."""

from datetime import UTC, datetime

import numpy as np
import pytest

from latebloom.claims import CLAIMS, Measurement, Record
from latebloom.claims.causes_analytic import _initial_leads, _leads
from latebloom.models import HALVES, BilinearConfig, growth_rate
from latebloom.recipes import recipe
from latebloom.tasks import SkipTrigrams

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def record(name, seed, settings, **values):
    experiment = recipe(name, seed).with_settings(settings).model_dump(mode="json")
    quantities = {k: Measurement(never=True) if v is None else Measurement(value=v) for k, v in values.items()}
    known = {"identity": str(seed), "run": "r", "seed": seed, "status": "finished", "date": NOW}
    return Record(**known, experiment=experiment, quantities=quantities)


def verdict(claim, records):
    return CLAIMS[claim].judge(records).state


@pytest.mark.parametrize(
    ("rounded", "random", "causes", "control"),
    [(3.0, 0.0, "holds", "holds"), (0.0, 0.0, "fails", "holds"), (3.0, 2.0, "holds", "fails")],
)
def test_slingshots(rounded, random, causes, control):
    spikes = {"none": 0.0, "drop_random_examples": random}
    spikes |= dict.fromkeys(("round_small_losses", "round_right_answers"), rounded)
    records = [
        record("small", seed, {"intervention.kind": kind}, spikes=count)
        for kind, count in spikes.items()
        for seed in range(10)
    ]
    assert verdict("slingshots-by-rounding", records) == causes
    assert verdict("slingshots-by-rounding-right-answers", records) == causes
    assert verdict("slingshots-not-by-fewer-examples", records) == control


@pytest.mark.parametrize(("ideal", "other", "state"), [(100.0, 900.0, "holds"), (890.0, 900.0, "fails")])
def test_an_ideal_previous_token_head(ideal, other, state):
    arms = {
        ideal: {"model.kind": "clamped", "model.clamp_offset": 1},
        other: {"model.kind": "clamped", "model.clamp_offset": 5},
        850.0: {},
    }
    records = [
        record("induction", seed, settings, half_of_guessing_at=at + seed)
        for at, settings in arms.items()
        for seed in range(6)
    ]
    assert verdict("induction-ideal-head-no-plateau", records) == state


@pytest.mark.parametrize(("ov", "state"), [(0.1, "holds"), (9.0, "fails")])
def test_a_half_that_needs_the_other(ov, state):
    frozen = {"intervention.kind": "freeze", "intervention.weights": ",".join(HALVES["qk"])}
    records = [record("skip_trigrams", seed, {}, trigram_ov_at_end=10.0) for seed in range(10)]
    records += [record("skip_trigrams", seed, frozen, trigram_ov_at_end=ov) for seed in range(10)]
    assert verdict("trigrams-ov-needs-qk", records) == state


@pytest.mark.parametrize(("factor", "state"), [(1.0, "holds"), (1.3, "fails")])
def test_the_slope_of_the_analytic_case(factor, state):
    records = [
        record(
            "skip_trigrams",
            seed,
            {"model.kind": "bilinear", "model.init_scale": scale, "optimiser.name": "sgd", "optimiser.lr": 0.1},
            half_of_guessing_at=100 + seed + factor * np.log(1 / scale) / growth_rate(10) / 0.1,
        )
        for seed in range(6)
        for scale in (1e-1, 1e-2, 1e-4, 1e-6)
    ]
    assert verdict("analytic-log-scale", records) == state


def test_predicted_leads_grow_exponentially_and_then_settle():
    model = BilinearConfig(init_scale=1e-4).build(SkipTrigrams(length=1))
    first = _initial_leads(model)
    times = np.array([0.0, 10.0, 400.0])
    leads = _leads(first, times)
    np.testing.assert_allclose(leads[0], first, rtol=1e-3)
    np.testing.assert_allclose(leads[1], first * np.exp(2 * growth_rate(10) * 10), rtol=1e-3)
    assert leads[2].min() > 3
