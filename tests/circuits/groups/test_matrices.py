"""The matrices of real irreducible representations, from tables alone."""

import numpy as np
import pytest

from latebloom.circuits.groups import departures, matrices, real_irreps
from latebloom.circuits.groups.irreps import COMMUTING
from latebloom.tasks.groups import exact_group, group_table


@pytest.mark.parametrize("name", ["C7", "Q8", "Q16", "D5", "A4", "S4", "A5", "S5", "C3×S3", "D59"])
def test_matrices_are_orthogonal_multiplicative_irreducible_and_complete(name: str) -> None:
    # The numbers of the elements are mixed, so nothing can depend on them.
    table = group_table(name)
    order = np.random.default_rng(0).permutation(len(table))
    place = np.argsort(order)
    group = exact_group(order[table[place[:, None], place]])
    assert group is not None
    found = departures(group, real_irreps(group))
    assert max(found.values()) < 1e-12
    assert found["complete"] == 0


def test_the_characters_of_a5_are_those_of_the_icosahedron() -> None:
    group = exact_group(group_table("A5"))
    assert group is not None
    irreps = {one.name: one for one in real_irreps(group)}
    assert list(irreps) == ["1a", "3a", "3b", "4a", "5a"]
    golden = (1 + 5**0.5) / 2
    traces = {name: np.trace(matrices(group, one), axis1=1, axis2=2) for name, one in irreps.items()}
    fifth = group.orders == 5
    for name in ("3a", "3b"):
        # A turn by 2π/5 or 4π/5 of the icosahedron, half of the 24 elements of order 5 each.
        np.testing.assert_allclose(np.sort(traces[name][fifth]), [1 - golden] * 12 + [golden] * 12)
    # The two differ by which half is which, so each is orthogonal to the other.
    assert traces["3a"] @ traces["3b"] == pytest.approx(0, abs=1e-9)
    assert traces["3a"] @ traces["3a"] == pytest.approx(60)


def test_names_do_not_depend_on_the_numbers_of_the_elements() -> None:
    table = group_table("S5")
    order = np.random.default_rng(3).permutation(120)
    place = np.argsort(order)
    group, mixed = exact_group(table), exact_group(order[table[place[:, None], place]])
    assert group is not None
    assert mixed is not None
    for one, other in zip(real_irreps(group), real_irreps(mixed), strict=True):
        assert (one.name, one.type) == (other.name, other.type)
        assert one.rank == one.dimension**2 // COMMUTING[one.type]
        np.testing.assert_allclose(other.idempotent[order], one.idempotent, atol=1e-12)
