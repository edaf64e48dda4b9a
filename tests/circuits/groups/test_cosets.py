"""Subgroups are found from functions that are constant on their cosets."""

import itertools

import numpy as np
import pytest

from latebloom.circuits.groups.cosets import Subgroups, largest_subgroup, symmetries
from latebloom.tasks.groups import exact_group, group_table

PERMUTATIONS = list(itertools.permutations(range(4)))


@pytest.mark.parametrize("right", [False, True])
@pytest.mark.parametrize("point", [0, 3])
def test_a_subgroup_is_found_from_a_function_of_its_cosets(right: bool, point: int) -> None:
    group = exact_group(group_table("S4"))
    assert group is not None
    # f∘g maps i to f[g[i]], so g∘H is where g sends the point, and H∘g which point g sends there.
    of_coset = [one.index(point) if right else one[point] for one in PERMUTATIONS]
    values = np.random.default_rng(0).normal(size=4)[of_coset]
    correlation = symmetries(group.table, values[:, None], right)[:, 0]
    found = largest_subgroup(Subgroups(group), correlation, 0.95)
    assert np.flatnonzero(found.members).tolist() == [i for i, one in enumerate(PERMUTATIONS) if one[point] == point]
    assert len(np.unique(found.right if right else found.left)) == found.index == 4


def test_a_random_function_has_no_subgroup() -> None:
    group = exact_group(group_table("S4"))
    assert group is not None
    rows = np.random.default_rng(1).normal(size=(24, 20))
    correlation = symmetries(group.table, rows, right=False)
    assert {largest_subgroup(Subgroups(group), one, 0.95).order for one in correlation.T} == {1}


def test_the_mean_correlation_over_a_subgroup_is_the_variance_that_its_cosets_explain() -> None:
    group = exact_group(group_table("D5"))
    assert group is not None
    subgroups = Subgroups(group)
    flip = subgroups.joined(subgroups.trivial, 5)
    values = np.random.default_rng(2).normal(size=10)
    centred = values - values.mean()
    means = np.array([centred[flip.left == label].mean() for label in flip.left])
    correlation = symmetries(group.table, values[:, None], right=False)[:, 0]
    assert correlation[flip.members].mean() == pytest.approx((means**2).sum() / (centred**2).sum())
