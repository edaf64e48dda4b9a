"""Products with sums in registers, and exponentials in vectors."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from latebloom.models.tables.arrays import aligned
from latebloom.models.tables.compiled import entry
from latebloom.models.tables.small_products import (
    roomy,
    small_product,
    small_product_transposed_left,
    small_product_transposed_right,
)
from latebloom.models.tables.vector_exponential import LOWEST, power_of_e


@entry
def plain(left, right, out, add):  # type: ignore[no-untyped-def]
    small_product(left, right, out, add)


@entry
def transposed(left, right, out, add):  # type: ignore[no-untyped-def]
    small_product_transposed_left(left, right, out, add)


@entry
def dots(left, right, out):  # type: ignore[no-untyped-def]
    small_product_transposed_right(left, right, out)


@entry
def exponentials(values):  # type: ignore[no-untyped-def]
    for i in range(len(values)):
        values[i] = power_of_e(values[i])


def random(rows: int, columns: int, rng: np.random.Generator) -> np.ndarray:
    array = aligned(roomy(rows, columns), np.float32)
    array[:] = rng.integers(-3, 4, array.shape)  # sums of such products are exact
    return array


@settings(max_examples=30, deadline=None)
@given(rows=st.integers(1, 20), inner=st.integers(0, 20), columns=st.integers(1, 40), add=st.booleans())
def test_products_are_exact_and_nothing_else_is_written(rows, inner, columns, add):
    rng = np.random.default_rng([rows, inner, columns])
    for product, shape in ((plain, (rows, inner)), (transposed, (inner, rows))):
        left, right, out = random(*shape, rng), random(inner, columns, rng), random(rows, columns, rng)
        before = out.copy()
        product(left[: shape[0], : shape[1]], right[:inner, :columns], out[:rows, :columns], int(add))
        used = left[: shape[0], : shape[1]]
        expected = (used if product is plain else used.T) @ right[:inner, :columns]
        np.testing.assert_array_equal(out[:rows, :columns], expected + before[:rows, :columns] * add)
        np.testing.assert_array_equal(out[:rows, columns:], before[:rows, columns:])


@settings(max_examples=30, deadline=None)
@given(rows=st.integers(1, 10), inner=st.integers(1, 20), columns=st.integers(1, 20))
def test_dot_products_are_exact(rows, inner, columns):
    rng = np.random.default_rng([rows, inner, columns])
    left, right, out = random(rows, inner, rng), random(columns, inner, rng), random(rows, columns, rng)
    left[:, inner:] = 0  # what follows the rows of the other factor does not matter then
    dots(left[:rows, :inner], right[:columns, :inner], out[:rows, :columns])
    np.testing.assert_array_equal(out[:rows, :columns], left[:rows, :inner] @ right[:columns, :inner].T)


def test_exponentials_to_two_units_in_the_last_place():
    values = np.linspace(LOWEST, 0, 100_001, dtype=np.float32)[1:]
    found = values.copy()
    exponentials(found)
    exact = np.exp(values.astype(float))
    assert np.abs((found - exact) / np.spacing(exact.astype(np.float32))).max() < 2
    assert found[-1] == 1


@pytest.mark.parametrize(("x", "expected"), [(-61, 0), (-np.inf, 0), (np.nan, np.nan)])
def test_exponentials_of_what_is_no_small_number(x, expected):
    values = np.full(9, x, np.float32)
    exponentials(values)
    np.testing.assert_array_equal(values, np.full(9, expected, np.float32))
