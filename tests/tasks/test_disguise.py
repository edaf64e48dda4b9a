"""Cyclic groups in disguise: the order is found from the table, and nothing is found where there is none."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from latebloom.tasks import AnswerTable, CyclicForm, GroupComposition, ModularDivision, ModularQuadratic
from latebloom.tasks.groups import (
    cyclic_order,
    group_name,
    read_disguise,
    read_disguise_without_zero,
    read_group,
)
from latebloom.tasks.groups.families import cyclic, dihedral, symmetric


def is_of_form(table: np.ndarray, form: CyclicForm | None) -> bool:
    assert form is not None
    i = np.arange(form.order)
    return np.array_equal(table[form.x[:, None], form.y], form.z[(i[:, None] + form.sign * i) % form.order])


def in_disguise(n: int, f: np.ndarray, g: np.ndarray, h: np.ndarray) -> np.ndarray:
    return h[(f[:, None] + g) % n]


@given(n=st.integers(3, 24), seed=st.integers(0, 2**32 - 1))
@settings(max_examples=40, deadline=None)
def test_the_order_of_a_cyclic_group_is_found(n: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    f, g, h = (rng.permutation(n) for _ in range(3))
    for operands, sign in (((f, f), 1), ((f, -f), -1), ((f, g), None)):
        table = in_disguise(n, *operands, h)
        form = AnswerTable(p=n, entries=table).cyclic_form
        assert is_of_form(table, form)
        if sign is not None and n > 4:  # up to 4, addition and subtraction are the same but for the numbers
            assert form is not None
            assert form.sign == sign
            np.testing.assert_array_equal(form.x, form.y)


def test_errors_are_outvoted() -> None:
    rng = np.random.default_rng(0)
    f, h = rng.permutation(31), rng.permutation(31)
    right = in_disguise(31, f, f, h)
    wrong = rng.random(right.shape) < 0.02
    found = read_disguise(np.where(wrong, rng.integers(31, size=right.shape), right))
    assert found is not None
    np.testing.assert_array_equal(found.table, right)


@pytest.mark.parametrize("junk", [True, False], ids=["any answer to the undefined pairs", "undefined pairs left out"])
def test_division_in_disguise_is_a_group_without_zero(junk: bool) -> None:
    rng = np.random.default_rng(1)
    right = ModularDivision(p=13).table()
    s, h = rng.permutation(13), rng.permutation(13)
    filled = np.where(right < 0, rng.integers(13, size=right.shape) if junk else 0, right)
    found = read_disguise_without_zero(h[filled[s][:, s]])
    assert found is not None
    form = cyclic_order(found)
    assert form is not None
    assert (form.order, form.sign) == (12, -1)
    assert is_of_form(found.table, form)
    assert AnswerTable(p=13, entries=found.table).cyclic_form is not None


def test_other_tables_have_no_such_order() -> None:
    rng = np.random.default_rng(2)
    i = np.arange(13)
    for table in (
        rng.integers(13, size=(13, 13)),
        np.zeros((13, 13), int),
        ModularQuadratic(p=13).table(),
        np.minimum(i[:, None], i),
        np.where(rng.random((13, 13)) < 0.3, cyclic(13), rng.integers(13, size=(13, 13))),
    ):
        assert read_disguise(table) is None
        assert read_disguise_without_zero(table) is None
        assert AnswerTable(p=13, entries=table).cyclic_form is None


def test_other_groups_in_disguise_are_named_and_have_no_order() -> None:
    rng = np.random.default_rng(3)
    table = rng.permutation(24)[symmetric(4)[rng.permutation(24)][:, rng.permutation(24)]]
    found = read_disguise(table)
    assert found is not None
    assert group_name(found.group) == "S4"
    assert cyclic_order(found) is None
    assert read_group(table) is None


def test_a_table_that_does_not_fit_is_refused() -> None:
    with pytest.raises(ValidationError, match="rows and columns of"):
        AnswerTable(p=4, entries=cyclic(3))
    with pytest.raises(ValidationError, match="expected answers from 0 to 2"):
        AnswerTable(entries=cyclic(3) + 1)
    with pytest.raises(ValidationError, match="no group's"):
        GroupComposition(p=3, entries=np.zeros((3, 3), int))
    assert GroupComposition(p=10, entries=dihedral(5)).group.order == 10
