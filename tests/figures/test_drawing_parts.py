"""Parts of the drawing that can be tested by numbers."""

import itertools

import pytest

from latebloom.figures.line_names import spread
from latebloom.figures.steps import power_of_ten
from latebloom.figures.theme import key_colours


def test_names_far_apart_stay_where_they_are():
    assert spread([0.1, 0.5, 0.9], 0.05) == pytest.approx([0.1, 0.5, 0.9])


def test_colliding_names_move_apart_around_their_mean():
    assert spread([0.5, 0.5, 0.5], 0.1) == pytest.approx([0.4, 0.5, 0.6])


def test_a_group_that_reaches_its_neighbour_is_merged_with_it():
    heights = spread([0.3, 0.38, 0.39], 0.1)
    assert [b - a for a, b in itertools.pairwise(heights)] == pytest.approx([0.1, 0.1])
    assert sum(heights) / 3 == pytest.approx((0.3 + 0.38 + 0.39) / 3)


@pytest.mark.parametrize(("value", "text"), [(1e-7, "10⁻⁷"), (1e5, "10⁵"), (0.001, "0.001"), (10, "10"), (0, "0")])
def test_powers_of_ten(value, text):
    assert power_of_ten(value) == text


def test_each_key_frequency_has_a_colour_of_its_own_whatever_the_order():
    assert key_colours([41, 6]) == key_colours([6, 41])
    assert len(set(key_colours(range(1, 57)).values())) == 56
