"""Groups are read off tables with errors and named; other tables are no groups."""

import numpy as np
import pytest

from latebloom.tasks.groups import Group, group_name, read_group
from latebloom.tasks.groups.families import alternating, cyclic, dihedral, product, quaternions, symmetric

TABLES = {
    "C6": cyclic(6),
    "D5": dihedral(5),
    "S3": symmetric(3),
    "Q8": quaternions(),
    "A4": alternating(4),
    "S4": symmetric(4),
    "C2×C4": product(cyclic(4), cyclic(2)),
    "S5": symmetric(5),
    "S3×C3": product(cyclic(3), dihedral(3)),
}


def renamed(table: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The same group with its elements in another order."""
    order = rng.permutation(len(table))
    place = np.argsort(order)
    return order[table[place[:, None], place]]


@pytest.mark.parametrize("name", TABLES)
@pytest.mark.parametrize("errors", [0.0, 0.01, 0.05])
def test_a_group_is_read_and_named(name: str, errors: float) -> None:
    rng = np.random.default_rng(0)
    table = renamed(TABLES[name], rng)
    noisy = np.where(rng.random(table.shape) < errors, rng.integers(len(table), size=table.shape), table)
    group = read_group(noisy)
    assert group is not None
    assert np.array_equal(group.table, table)
    assert group_name(group) == name
    assert group.abelian == name.startswith("C")


def test_other_tables_are_no_groups() -> None:
    rng = np.random.default_rng(1)
    i = np.arange(31)
    assert read_group(rng.integers(31, size=(31, 31))) is None
    assert read_group((i[:, None] - i) % 31) is None  # Latin, but subtraction is not associative
    assert read_group(i[:, None] * i % 31) is None  # not Latin
    assert read_group(np.zeros((31, 31), int)) is None
    memorised = np.where(rng.random((31, 31)) < 0.3, (i[:, None] + i) % 31, rng.integers(31, size=(31, 31)))
    assert read_group(memorised) is None  # 30 % of a group's table is not a group's table


def test_a_group_of_no_usual_family_has_no_name() -> None:
    # The dicyclic group of order 12: rotations r, and s·r with s² = r³.
    s, r = np.divmod(np.arange(12), 6)
    turned = np.where(s == 1, -r[:, None], r[:, None])
    table = (s[:, None] ^ s) * 6 + (turned + r + 3 * (s[:, None] & s)) % 6
    group = read_group(table)
    assert group is not None
    assert sorted(group.orders) == [1, 2, 3, 3, 4, 4, 4, 4, 4, 4, 6, 6]
    assert group_name(group) is None


def test_a_cyclic_group_has_its_elements_in_order() -> None:
    order = np.random.default_rng(2).permutation(13)
    place = np.argsort(order)
    group = read_group(order[(place[:, None] + place) % 13])
    assert isinstance(group, Group)
    cycle = group.cycle
    assert cycle is not None
    assert [int(group.table[cycle[3], cycle[k]]) for k in range(13)] == [cycle[(3 + k) % 13] for k in range(13)]
