"""Splits: sizes from facts.md, disjoint, decided by the seed alone."""

import numpy as np
import pytest

from latebloom._errors import UsageError
from latebloom.tasks import Data, ModularAddition, split


def test_mainline_sizes():
    parts = split(ModularAddition(), Data())
    assert (len(parts.train), len(parts.test)) == (3830, 8939)


def test_parts_are_disjoint_and_complete():
    parts = split(ModularAddition(p=12), Data(fraction=0.4, seed=3))
    assert sorted([*parts.train_rows, *parts.test_rows]) == list(range(144))
    assert (parts.train.tokens[:, 0] * 12 + parts.train.tokens[:, 1] == parts.train_rows).all()


def test_the_seed_decides():
    task = ModularAddition(p=11)
    first, again, other = (split(task, Data(seed=seed)) for seed in (0, 0, 1))
    assert np.array_equal(first.train_rows, again.train_rows)
    assert not np.array_equal(first.train_rows, other.train_rows)


def test_all_of_it_leaves_no_test_set():
    assert len(split(ModularAddition(p=5), Data(fraction=1.0)).test) == 0


def test_nothing_to_train_on_names_the_least_fraction():
    with pytest.raises(UsageError, match=r"data.fraction: got 0.01.*at least 0.11"):
        split(ModularAddition(p=3), Data(fraction=0.01))
