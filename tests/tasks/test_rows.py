"""Rows of a universe as text, and back."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from latebloom import UsageError
from latebloom.tasks import Data, ModularAddition, split
from latebloom.tasks.rows import rows_of, text_of


@given(st.integers(1, 40).flatmap(lambda n: st.tuples(st.just(n), st.sets(st.integers(0, n - 1), min_size=1))))
def test_rows_survive_as_text(drawn: tuple[int, set[int]]) -> None:
    size, rows = drawn
    assert rows_of(text_of(sorted(rows), size), size, "rows").tolist() == sorted(rows)


def test_row_0_is_the_highest_bit() -> None:
    assert text_of([0, 9], 10) == "8040"
    for text, size in (("8040", 9), ("80", 10), ("0000", 10)):
        with pytest.raises(UsageError, match="expected rows of a universe"):
            rows_of(text, size, "rows")


def test_listed_rows_are_the_train_set_and_the_others_the_test_set() -> None:
    task = ModularAddition(p=3)
    cut = split(task, Data(kind="listed", train_rows=text_of([1, 8], 9)))
    assert (cut.train.tokens[:, :2].tolist(), len(cut.test)) == ([[0, 1], [2, 2]], 7)
    two = split(task, Data(kind="listed", train_rows=text_of([1, 8], 9), test_rows=text_of([4], 9)))
    assert np.array_equal(two.test_rows, [4])
    with pytest.raises(ValueError, match="train_rows"):
        Data(kind="listed")
