"""Claims about other tasks over many runs, on records made by hand, and about the course of a test loss."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from latebloom.claims import CLAIMS, Record, SweepClaim
from latebloom.claims.quantity import Measurement, measured
from latebloom.tasks import DigitAddition
from latebloom.training import Experiment

NOW = datetime(2026, 1, 1, tzinfo=UTC)
WAVES = {
    "digit_wave_excess": 1.5,
    "digit_wave_p": 0.01,
    "neuron_sum_share": 0.8,
    "neuron_difference_share": 0.1,
    "neuron_sum_lead": 0.7,
    "neuron_wave_excess": 1.5,
    "neuron_wave_share": 0.95,
    "logit_cosine_share": 0.8,
    "logit_difference_share": 0.01,
    "logit_wave_excess": 1.5,
}


def recorded(values: Mapping[str, Any], seed: int, model: Mapping[str, Any] | None = None) -> Record:
    experiment = Experiment().with_seed(seed).model_dump(mode="json")
    experiment["model"] |= model or {}
    quantities = {name: Measurement(value=value) for name, value in values.items()}
    return Record(
        identity=str(seed), run=f"run-{seed}", experiment=experiment, seed=seed, status="finished", date=NOW,
        quantities=quantities,
    )  # fmt: skip


def verdict(name: str, records: list[Record]) -> str:
    claim = CLAIMS[name]
    assert isinstance(claim, SweepClaim)
    return claim.verdict(records).state


def waves(**changed: float) -> list[Record]:
    values = WAVES | changed
    return [recorded({name: value * (1 + 0.01 * seed) for name, value in values.items()}, seed) for seed in range(6)]


PARTS = ("digits-embedding-waves", "digits-neurons-waves", "digits-logits-waves")


def test_digits_as_waves_needs_embedding_neurons_and_logits() -> None:
    assert [verdict(name, waves()) for name in (*PARTS, "digits-as-waves")] == ["holds"] * 4
    for name, changed in zip(
        PARTS, ({"digit_wave_excess": 0.9}, {"neuron_sum_lead": -0.1}, {"logit_cosine_share": 0.3}), strict=True
    ):
        assert verdict(name, waves(**changed)) == verdict("digits-as-waves", waves(**changed)) == "fails"
        assert [verdict(other, waves(**changed)) for other in PARTS if other != name] == ["holds"] * 2


def orders(steps: np.ndarray) -> list[Record]:
    """Runs whose digits change at these steps, known to 10 steps."""
    return [
        recorded({"change_lows": tuple(row - 10), "change_highs": tuple(row + 10)}, seed)
        for seed, row in enumerate(steps)
    ]


def test_an_order_of_digits_is_stable_or_not() -> None:
    rng = np.random.default_rng(0)
    middles = np.arange(1, 7) * 100.0
    stable = orders(middles + rng.normal(0, 5, (10, 6)))
    random = orders(np.stack([rng.permutation(middles) for _ in range(10)]))
    claim = CLAIMS["digits-order-unstable"]
    assert isinstance(claim, SweepClaim)
    shares = [measured(claim.statistics[0].compute, runs) for runs in (stable, random)]
    assert (shares[0].value, shares[0].high) == (0, 0)
    assert 0.05 < (shares[1].low or 0) < 0.5 < (shares[1].high or 0)
    assert [claim.verdict(runs).state for runs in (stable, random)] == ["fails", "holds"]


def layered(*changing: int) -> list[Record]:
    """Six runs each with one, two and three layers, of which so many have a phase change."""
    runs = []
    for layers, count in zip((1, 2, 3), changing, strict=True):
        for i in range(6):
            values = {
                "test_loss_falls_suddenly": float(i < count),
                "test_loss_fall_from_share": 0.9,
                "test_loss_left": 0.1 if i < count else 0.9,
            }
            runs.append(recorded(values, seed=100 * layers + i, model={"n_layers": layers}))
    return runs


def test_layers_change_where_it_was_planted() -> None:
    assert verdict("induction-one-layer-does-not", layered(0, 6, 6)) == "holds"
    assert verdict("induction-one-layer-does-not", layered(6, 6, 6)) == "fails"
    assert verdict("induction-one-layer-does-not", layered(0, 0, 6)) == "fails"


STEP = np.arange(0, 20_001, 50)
TRAIN = np.where(STEP < 500, 2.0, 1e-6)


@pytest.mark.parametrize(
    ("test", "peak", "smooth"),
    [
        (2.0 + 17 * (STEP / 1500) * np.exp(1 - STEP / 1500), "holds", "holds"),
        (np.where(STEP < 9000, 2.0 + 17 * np.minimum(STEP / 1500, 1), 0.5), "holds", "fails"),
        (np.where(STEP < 100, 5.0, 4.8), "fails", "fails"),
    ],
)
def test_a_loss_that_peaks_and_falls_smoothly_or_in_a_jump(
    test: np.ndarray, peak: str, smooth: str, course: Callable[..., Any], verdict_on: Callable[..., Any]
) -> None:
    run = course(STEP, train_loss=TRAIN, test_loss=test)
    run.run = SimpleNamespace(task=DigitAddition())
    assert [verdict_on(name, run).state for name in ("digits-few-peak", "digits-few-smooth")] == [peak, smooth]
