"""AUC by hand, with a known effect, of noise, and undefined."""

import numpy as np
import pytest

from latebloom.statistics import auc, discrimination, stratified_auc

MEMBER = np.arange(56) < 5


def runs_of(rng, n, shift):
    """Scores with a different scale in every run; members are ``shift`` standard deviations higher."""
    return [(10.0 ** rng.uniform(-3, 3) * (rng.standard_normal(56) + shift * MEMBER), MEMBER) for _ in range(n)]


def test_by_hand():
    score, member = np.array([1.0, 2, 2, 3]), np.array([False, True, False, True])
    assert auc(score, member) == (1 + 0.5 + 1 + 1) / 4
    assert auc(-score, member) == pytest.approx(1 - 3.5 / 4)


def test_undefined():
    score = np.arange(3.0)
    assert auc(score, np.ones(3, dtype=bool)) is None
    assert auc(score, np.zeros(3, dtype=bool)) is None
    assert auc(np.array([1, np.nan, 2.0]), np.array([True, False, False])) is None


def test_known_effect():
    """Two normals a standard deviation apart: Φ(1/√2) = 0.760."""
    result = discrimination(runs_of(np.random.default_rng(0), 60, 1.0))
    assert result.auc.low < 0.760 < result.auc.high
    assert result.auc.value == pytest.approx(0.760, abs=0.04)


def test_noise_is_covered():
    rng = np.random.default_rng(1)
    results = [discrimination(runs_of(rng, 16, 0.0), repeats=300, seed=i).auc for i in range(50)]
    assert np.mean([one.low <= 0.5 <= one.high for one in results]) >= 0.86


def test_runs_without_both_are_left_out_and_counted():
    score = np.arange(4.0)
    result = discrimination([(score, score > 1), (score, score > 9), (score, score < 2)])
    assert result.by_run == (1, None, 0)
    assert (result.auc.value, result.auc.n, result.left_out) == (0.5, 2, 1)
    assert discrimination([(score, score > 9)]).auc.reason == "no run has scores for both members and others"
    single = discrimination([(score, score > 1)]).auc
    assert (single.value, single.low, single.reason) == (1, None, "one run gives no interval")


def strata(rng, shift, sizes=((10, 10), (10, 10), (4, 16), (20, 0))):
    """Members are ``shift`` higher; strata differ by far more in their level, which must not count."""
    found = []
    for level, (members, others) in enumerate(sizes):
        member = np.arange(members + others) < members
        score = 100 * level + rng.normal(size=len(member)) + shift * member
        found.append((score, member, 100 * level + np.arange(len(member))))
    return found


def test_strata_are_compared_within_themselves_alone():
    rng = np.random.default_rng(0)
    score, member, unit = strata(rng, 0.0)[0]
    one = stratified_auc([(score, member, unit)])
    assert one.value == pytest.approx(auc(score, member))
    assert one.n == 10
    known = stratified_auc(strata(rng, 2.0))
    assert known.low > 0.75
    assert known.n == 36
    assert stratified_auc([(score, np.ones(20, dtype=bool), unit)]).value is None
    assert stratified_auc([]).value is None


def test_the_interval_of_strata_covers_guessing():
    covered = [
        one.low <= 0.5 <= one.high
        for one in (stratified_auc(strata(np.random.default_rng(i), 0.0), repeats=300) for i in range(60))
    ]
    assert np.mean(covered) > 0.85


def test_copies_of_a_unit_in_every_stratum_are_no_more_than_one():
    rng = np.random.default_rng(1)
    score, member, unit = strata(rng, 1.0)[0]
    one, copied = stratified_auc([(score, member, unit)]), stratified_auc([(score, member, unit)] * 5)
    assert (copied.value, copied.low, copied.high) == pytest.approx((one.value, one.low, one.high))
    apart = stratified_auc([(score, member, unit + 100 * i) for i in range(5)])
    assert apart.high - apart.low < (one.high - one.low) / 1.5
