"""Answer tables and tokens, computed by hand."""

import numpy as np
import pytest
from pydantic import ValidationError

from latebloom.tasks import (
    IGNORE,
    TASKS,
    ModularAddition,
    ModularCubic,
    ModularDivision,
    ModularMultiplication,
    ModularQuadratic,
    ModularSquareSum,
    ModularSubtraction,
    RandomTable,
)


@pytest.mark.parametrize(
    ("task", "table"),
    [
        (ModularAddition(p=3), [[0, 1, 2], [1, 2, 0], [2, 0, 1]]),
        (ModularSubtraction(p=3), [[0, 2, 1], [1, 0, 2], [2, 1, 0]]),
        (ModularQuadratic(p=3), [[0, 1, 1], [1, 0, 1], [1, 1, 0]]),
        (ModularMultiplication(p=4), [[0, 0, 0, 0], [0, 1, 2, 3], [0, 2, 0, 2], [0, 3, 2, 1]]),
        (
            ModularDivision(p=5),
            [
                [IGNORE, 0, 0, 0, 0],
                [IGNORE, 1, 3, 2, 4],
                [IGNORE, 2, 1, 4, 3],
                [IGNORE, 3, 4, 1, 2],
                [IGNORE, 4, 2, 3, 1],
            ],
        ),
        (ModularCubic(p=3), [[0, 0, 0], [1, 2, 0], [2, 1, 0]]),
        (ModularSquareSum(p=3), [[0, 1, 1], [1, 2, 2], [1, 2, 2]]),
        (ModularAddition(p=4), [[0, 1, 2, 3], [1, 2, 3, 0], [2, 3, 0, 1], [3, 0, 1, 2]]),
    ],
)
def test_answers_by_hand(task, table):
    assert task.table().tolist() == table


def test_universe_is_all_pairs_in_row_order():
    universe = ModularAddition(p=3).universe()
    assert universe.tokens.tolist() == [[x, y, 3] for x in range(3) for y in range(3)]
    assert universe.labels[:, 0].tolist() == [0, 1, 2, 1, 2, 0, 2, 0, 1]
    assert not universe.component.any()


def test_division_leaves_out_zero():
    universe = ModularDivision(p=3).universe()
    assert universe.tokens.tolist() == [[x, y, 3] for x in range(3) for y in (1, 2)]
    assert universe.labels[:, 0].tolist() == [0, 0, 1, 2, 2, 1]
    sampled = ModularDivision(p=3).sample(300, np.random.default_rng(0))
    assert np.bincount(sampled.tokens[:, 1], minlength=3)[0] == 0
    assert len(np.unique(sampled.tokens, axis=0)) == 6


def test_division_needs_a_prime():
    with pytest.raises(ValidationError, match=r"p: got 24, expected a prime.*choose 23 or 29"):
        ModularDivision(p=24)


def test_a_large_modulus_does_not_overflow():
    x = np.array([9999], dtype=np.int32)
    # x = -1 mod 10 000, so x³ + xy = -1 - y.
    assert ModularCubic(p=10_000).answer(x, np.array([9000], dtype=np.int32)).tolist() == [999]


def test_random_table_is_fixed_by_its_own_seed():
    assert (RandomTable(p=7).table() == RandomTable(p=7).table()).all()
    assert (RandomTable(p=7).table() != RandomTable(p=7, table_seed=1).table()).any()


def test_a_symmetric_random_table_is_that_of_its_seed_above_the_diagonal():
    plain, symmetric = RandomTable(p=7).table(), RandomTable(p=7, symmetric=True).table()
    assert (symmetric == symmetric.T).all()
    assert (np.triu(symmetric) == np.triu(plain)).all()
    assert "symmetric" not in RandomTable(p=7).model_dump(), "experiments from before the option keep their identity"


@pytest.mark.parametrize("kind", [kind for kind in TASKS.values() if kind.__module__.startswith("latebloom.")])
def test_shapes_and_ranges(kind):
    task = kind()
    batch = task.sample(50, np.random.default_rng(0))
    assert batch.tokens.shape == (50, task.n_ctx)
    assert batch.labels.shape == (50, len(task.loss_positions))
    assert batch.tokens.max() < task.d_vocab
    assert batch.labels.max() < task.d_vocab_out
    assert batch.component.max() < len(task.components)


def test_sampled_labels_are_the_right_answers():
    batch = ModularSubtraction(p=11).sample(20, np.random.default_rng(1))
    x, y = batch.tokens[:, 0], batch.tokens[:, 1]
    assert (batch.labels[:, 0] == (x - y) % 11).all()


def test_modulus_of_two_is_refused():
    with pytest.raises(ValidationError):
        ModularAddition(p=2)
