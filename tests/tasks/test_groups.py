"""Groups are read off tables with errors and named; other tables are no groups."""

import numpy as np
import pytest

from latebloom.tasks import GroupComposition
from latebloom.tasks.groups import GROUPS, Group, GroupFamily, exact_group, group_name, group_table, read_group
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


@pytest.mark.parametrize("name", ["C12", "D59", "S4", "A5", "Q8", "Q16", "C2×C4", "S3×C3"])
def test_a_group_by_its_name_is_that_group(name: str) -> None:
    group = exact_group(group_table(name))
    assert group is not None
    assert group_name(group) == name
    assert GroupComposition(entries=name.replace("×", "x")).group.order == group.order


def test_a_page_lists_the_name_of_a_group_and_not_its_table() -> None:
    sizes = GroupComposition(entries="S4").sizes
    assert (sizes["p"], sizes["group"]) == (24, "S4")
    assert "entries" not in sizes


def test_every_element_of_the_quaternions_but_two_has_order_4() -> None:
    assert sorted(Group(group_table("Q8"), 0).orders) == [1, 2, 4, 4, 4, 4, 4, 4]


@pytest.mark.parametrize("name", ["D", "Z4", "Q12", "S2", "S7", "C721", "D0x2", "C3xC", "D361"])
def test_other_names_are_refused(name: str) -> None:
    with pytest.raises(ValueError, match=r"expected .*, not "):
        group_table(name)


def test_a_group_is_added_by_one_registration() -> None:
    # Turns and shifts i ↦ a·i + b mod 5 with a in 1, 2, 3, 4: the Frobenius group of order 20.
    a, b = np.divmod(np.arange(20), 5)
    a += 1
    table = (a[:, None] * a % 5 - 1) * 5 + (a[:, None] * b + b[:, None]) % 5
    group = exact_group(table)
    assert group is not None
    assert group_name(group) is None
    GROUPS.register(GroupFamily("F20", "i ↦ a·i + b mod 5", lambda n: 20, lambda n: table))
    try:
        assert group_name(group) == "F20"
        assert np.array_equal(group_table("F20"), table)
        assert len(group_table("F20xC2")) == 40
    finally:
        del GROUPS._things["F20"]


def test_a_large_group_is_read_in_spite_of_errors() -> None:
    rng = np.random.default_rng(4)
    table = group_table("A5xC3")
    noisy = np.where(rng.random(table.shape) < 0.1, rng.integers(180, size=table.shape), table)
    group = read_group(noisy)
    assert group is not None
    assert group_name(group) == "A5×C3"
