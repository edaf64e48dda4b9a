"""Splits: published sizes, disjoint, determined by the seed."""

import numpy as np
import pytest

from latebloom._errors import UsageError
from latebloom.tasks import Data, ModularAddition, RepeatedSubsequences, held_out, split


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


class Unlisted(ModularAddition):
    """A task whose examples are drawn, not listed."""

    def universe(self):
        return None


def test_drawn_sets_have_their_sizes_and_do_not_depend_on_each_other():
    data = Data(train_size=700, test_size=50, seed=4)
    parts = split(Unlisted(), data)
    assert (len(parts.train), len(parts.test)) == (700, 50)
    assert (parts.train_rows, parts.test_rows) == (None, None)
    assert not np.array_equal(parts.train.tokens[:50], parts.test.tokens)
    fewer = split(Unlisted(), data.model_copy(update={"train_size": 10}))
    assert np.array_equal(parts.test.tokens, fewer.test.tokens)
    assert np.array_equal(parts.test.tokens, held_out(Unlisted(), data).tokens)


def test_sizes_that_do_not_fit_the_task_are_refused():
    with pytest.raises(UsageError, match=r"data.train_size: got none.*expected a number"):
        split(Unlisted(), Data())
    with pytest.raises(UsageError, match=r"data.train_size: got 9.*data.fraction instead"):
        split(ModularAddition(p=5), Data(train_size=9))


@pytest.mark.parametrize("field", ["train_size", "test_size"])
def test_examples_that_do_not_fit_into_memory_are_refused(field: str) -> None:
    sizes = {"train_size": 10, "test_size": 10, field: 10**14}
    with pytest.raises(
        UsageError, match=rf"data\.{field}: got 1000+ examples of 85 tokens, which takes .*; expected f"
    ):
        split(RepeatedSubsequences(), Data(**sizes))
