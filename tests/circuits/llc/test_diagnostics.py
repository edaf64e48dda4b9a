"""Diagnostics on series whose correlation is known."""

import numpy as np
import pytest

from latebloom.circuits.llc.diagnostics import drift, effective_draws, split_r_hat


def autoregressive(rho: float, chains: int = 4, count: int = 5000) -> np.ndarray:
    noise = np.random.default_rng(0).normal(size=(chains, count))
    series = np.zeros((chains, count))
    for i in range(1, count):
        series[:, i] = rho * series[:, i - 1] + noise[:, i] * np.sqrt(1 - rho**2)
    return series


@pytest.mark.parametrize("rho", [0.0, 0.5, 0.9])
def test_effective_draws_are_those_of_an_autoregressive_series(rho: float) -> None:
    assert effective_draws(autoregressive(rho)) == pytest.approx(4 * 5000 * (1 - rho) / (1 + rho), rel=0.15)


def test_r_hat_is_one_where_chains_agree_and_grows_with_their_distance() -> None:
    draws = autoregressive(0.0)
    assert split_r_hat(draws) == pytest.approx(1, abs=0.002)
    # Means 0, 1, 2, 3 add a variance of 10 / 7 (of eight halves) to that of 1 within them.
    assert split_r_hat(draws + np.arange(4)[:, None]) == pytest.approx(np.sqrt(1 + 10 / 7), rel=0.02)
    assert effective_draws(draws + np.arange(4)[:, None]) < 20


def test_drift_is_the_difference_of_the_halves() -> None:
    assert drift(np.array([[1.0, 1.0, 2.0, 4.0], [0.0, 0.0, 0.0, 0.0]])) == 1.0


def test_constant_chains_are_no_division_by_zero() -> None:
    assert split_r_hat(np.ones((2, 10))) == 1
    assert effective_draws(np.ones((2, 10))) == 20
    assert split_r_hat(np.arange(2.0)[:, None] * np.ones((2, 10))) == np.inf
