"""How many runs would decide."""

import pytest

from latebloom.statistics import runs_for_share, runs_for_value, share


@pytest.mark.parametrize(("of_ten", "edge"), [(8, 0.5), (2, 0.5), (6, 0.5), (9, 0.8), (1, 0.8)])
def test_with_so_many_runs_the_interval_of_the_share_leaves_out_the_edge_and_with_fewer_it_does_not(of_ten, edge):
    n = runs_for_share(of_ten / 10, edge)
    enough = -(-n // 10)  # tens of runs, so that the share is the same
    intervals = [share(of_ten * tens, 10 * tens) for tens in range(1, enough + 1)]
    decided = [not one.low <= edge <= one.high for one in intervals]
    assert decided == [False] * (enough - 1) + [True]


def test_no_number_of_runs_moves_an_interval_from_its_own_value():
    assert runs_for_share(0.5, 0.5) is None
    assert runs_for_value(1.0, 0.0, 2.0, 5, edge=1.0) is None
    assert runs_for_value(2.0, None, 4.0, 5, edge=1.0) is None


def test_half_the_distance_needs_four_times_the_runs():
    assert runs_for_value(3.0, 1.0, 4.0, 5, edge=2.0) == 21  # with 20 the lower end, 2 below, is on the edge
    assert runs_for_value(1.0, 0.0, 3.0, 5, edge=2.0) == 21  # the upper end
