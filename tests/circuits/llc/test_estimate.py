"""The estimator on losses whose coefficient is known in closed form, and what it says where there is none."""

from math import log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from latebloom._errors import UsageError
from latebloom.circuits.llc import (
    Known,
    LearningCoefficient,
    Sampling,
    deep_linear,
    deep_linear_coefficient,
    estimate,
    normal_crossing,
    quadratic,
)

N = 10**6
BETA = 1 / log(N)


def found(known: Known, **settings: object) -> LearningCoefficient:
    return estimate(known.loss, known.centre, N, Sampling(**({"gamma": 1.0, "burn_in": 400, "draws": 800} | settings)))


def covers(one: LearningCoefficient, value: float) -> bool:
    assert one.value is not None, one.reason
    assert one.low is not None
    assert one.high is not None
    return one.low <= value <= one.high


def test_a_regular_model_has_half_of_its_constrained_weights() -> None:
    known = quadratic([1.0] * 20 + [0.0] * 10)
    assert known.coefficient == 10
    one = found(known)
    assert covers(one, 10)
    assert one.weights == 30


def test_the_pull_lowers_the_coefficient_of_weak_directions_as_computed_by_hand() -> None:
    # ½ nβh / (nβh + γ) for each direction: a third, a half and almost all of one half.
    gamma = N * BETA
    one = found(quadratic([0.5] * 30 + [1.0] * 30 + [99.0] * 10), gamma=gamma)
    assert covers(one, 30 / 6 + 30 / 4 + 10 * 0.495)


def exact(powers: tuple[int, int], gamma: float) -> float:
    """nβ E[L] by quadrature, on a grid that is dense where the posterior is."""
    axis = np.sinh(np.linspace(-12, 12, 1001)) * 1e-4
    step = np.gradient(axis)
    x, y = axis[:, None], axis[None]
    energy = N * BETA * x ** (2 * powers[0]) * y ** (2 * powers[1])
    weight = np.exp(-energy - gamma / 2 * (x**2 + y**2)) * step[:, None] * step[None]
    return float((energy * weight).sum() / weight.sum())


@pytest.mark.parametrize("powers", [(1, 2), (1, 1)])
def test_normal_crossings_agree_with_quadrature(powers: tuple[int, int]) -> None:
    known, truth = normal_crossing(powers), exact(powers, 0.1)
    # The closed form is the limit of large n; at finite n a multiplicity m lowers it by an amount of order 1 / ln nβ.
    assert truth == pytest.approx(known.coefficient, abs=0.03 + 2 * (known.multiplicity - 1) / log(N * BETA))
    assert covers(found(known, gamma=100.0, draws=900), exact(powers, 100.0))


@pytest.mark.parametrize(("sizes", "rank"), [((3, 2, 4), 1), ((3, 3, 3), 2), ((2, 2, 2, 2), 1), ((4, 1, 4), 1)])
def test_linear_networks_have_aoyagis_coefficient(sizes: tuple[int, ...], rank: int) -> None:
    known = deep_linear(sizes, rank)
    one = found(known)
    assert one.value is not None, one.reason
    assert one.low is not None
    # The closed form is the limit of large n; at finite n a multiplicity lowers it by an amount of order 1 / ln nβ.
    tolerance = one.value - one.low + 2 * (known.multiplicity - 1) / log(N * BETA)
    assert one.value == pytest.approx(known.coefficient, abs=tolerance)
    assert one.high is not None
    assert one.high < len(known.centre) / 2  # not that of a regular model


def reduced_rank(m: int, h: int, n: int, r: int) -> tuple[float, int]:
    """Aoyagi and Watanabe 2005, case by case: input m, hidden h, output n, true rank r."""
    if m + h < n + r:
        return (h * m - h * r + n * r) / 2, 1
    if n + h < m + r:
        return (h * n - h * r + m * r) / 2, 1
    if m + n < h + r:
        return m * n / 2, 1
    odd = (m + h + n + r) % 2
    return (-((h + r) ** 2) - m**2 - n**2 + 2 * (h + r) * (m + n) + 2 * m * n + odd) / 8, 1 + odd


@given(st.integers(1, 9), st.integers(1, 9), st.integers(1, 9), st.data())
def test_three_layers_are_reduced_rank_regression(m: int, h: int, n: int, data: st.DataObject) -> None:
    rank = data.draw(st.integers(0, min(m, h, n)))
    assert deep_linear_coefficient((m, h, n), rank) == reduced_rank(m, h, n, rank)


@pytest.mark.parametrize("known", [normal_crossing([1, 2]), deep_linear([3, 2, 4], 1), quadratic([1.0, 3.0])])
def test_gradients_are_those_of_finite_differences(known: Known) -> None:
    w = known.centre + np.random.default_rng(0).normal(size=len(known.centre))
    for i, slope in enumerate(known.loss(w)[1]):
        step = np.zeros(len(w))
        step[i] = 1e-6
        assert slope == pytest.approx((known.loss(w + step)[0] - known.loss(w - step)[0]) / 2e-6, rel=1e-5, abs=1e-7)


def test_long_arms_that_the_chains_do_not_explore_are_noticed() -> None:
    # Along an axis of w1² w2² the loss is 0 as far as the pull lets the chains go, in steps as small as the other axis
    # allows. The losses alone look stationary.
    diagnostics = [found(normal_crossing((1, 1)), gamma=gamma).diagnostics for gamma in (0.1, 100.0)]
    assert [one is not None and one.explored for one in diagnostics] == [False, True]


def test_weights_that_stay_do_not_count() -> None:
    known = quadratic([1.0] * 12)
    one = estimate(known.loss, known.centre, N, Sampling(gamma=1.0), free=np.repeat([1.0, 0.0], 6))
    assert covers(one, 3)
    assert one.weights == 6


def test_without_the_test_the_steps_bias_the_estimate_as_theory_says() -> None:
    # A direction of curvature h is sampled with variance 1 / (h (1 - εh / 4)): εnβ = 2 doubles what it adds.
    one = found(quadratic([1.0] * 20), sampler="sgld", step_size=1 / (N * BETA), gamma=1e-3)
    assert covers(one, 10 / (1 - 1 / 4))


def test_weights_that_are_no_minimum_have_no_coefficient() -> None:
    known = quadratic([1.0] * 10)
    one = estimate(known.loss, known.centre + 1, N, Sampling(gamma=1.0))
    assert one.value is None
    assert "no minimum" in one.reason


def test_chains_that_disagree_give_no_estimate() -> None:
    # Two wells of different curvature, far apart: which one a chain ends in depends on its noise.
    def loss(w: np.ndarray) -> tuple[float, np.ndarray]:
        return float(((w[0] ** 2 - 1) ** 2) / 400 + (w[1:] ** 2).sum() * (1 + np.tanh(9 * w[0]))), np.concatenate(
            [
                [w[0] * (w[0] ** 2 - 1) / 100 + (w[1:] ** 2).sum() * 9 * (1 - np.tanh(9 * w[0]) ** 2)],
                2 * w[1:] * (1 + np.tanh(9 * w[0])),
            ]
        )

    one = estimate(loss, np.zeros(4), 2000, Sampling(gamma=0.1, draws=200, burn_in=100))
    assert one.value is None
    assert one.reason


def test_a_step_size_that_is_too_large_is_noticed() -> None:
    one = found(quadratic([1.0] * 200), step_size=2.0 / (N * BETA))
    assert one.value is None
    assert "acceptance" in one.reason or "no minimum" in one.reason
    diverged = found(quadratic([1.0] * 5), sampler="sgld", step_size=1.0)
    assert diverged.value is None
    assert "diverged" in diverged.reason


def test_the_seed_determines_the_estimate() -> None:
    known = quadratic([1.0] * 5)
    first = found(known, draws=50, burn_in=20)
    assert found(known, draws=50, burn_in=20) == first
    assert found(known, draws=50, burn_in=20, seed=1) != first


def test_bad_input_is_one_line() -> None:
    known = quadratic([1.0])
    with pytest.raises(UsageError, match="got 2 examples, expected 3 or more"):
        estimate(known.loss, known.centre, 2)
    with pytest.raises(UsageError, match="rank 4"):
        deep_linear([3, 3, 3], 4)
