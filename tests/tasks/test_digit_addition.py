"""Sums by digit, compared with Python's integers."""

import numpy as np
import pytest
from pydantic import ValidationError

from latebloom.tasks import DigitAddition
from latebloom.tasks.digit_addition import column_sum
from latebloom.tasks.guessing import guessing_losses


def digits(*numbers, width):
    return np.array([[int(d) for d in str(number).zfill(width)] for number in numbers])


def number(row):
    return int("".join(map(str, row)))


def test_the_write_ups_example():
    # 13452 + 58321 = 071773, the write-up's data format.
    task = DigitAddition()
    batch = task.batch(digits(13452, width=5), digits(58321, width=5))
    assert batch.tokens.tolist() == [[1, 3, 4, 5, 2, 10, 5, 8, 3, 2, 1, 11, 0, 7, 1, 7, 7, 3]]
    assert batch.labels.tolist() == [[0, 7, 1, 7, 7, 3]]
    assert batch.component.tolist() == [[0, 1, 2, 3, 4, 5]]
    assert (task.d_vocab, task.d_vocab_out, task.n_ctx) == (12, 10, 18)


def test_a_label_is_the_token_after_its_position():
    for task in (DigitAddition(digits=1), DigitAddition(), DigitAddition(digits=15)):
        batch = task.sample(50, np.random.default_rng(0))
        following = batch.tokens[:, np.array(task.loss_positions) + 1]
        assert np.array_equal(following, batch.labels)
        assert batch.tokens[:, task.loss_positions[0]].tolist() == [11] * 50


@pytest.mark.parametrize("n", [1, 5, 15, 40])
def test_sums_are_right_for_any_number_of_digits(n):
    task = DigitAddition(digits=n)
    batch = task.sample(200, np.random.default_rng(n))
    x, y = task.operands(batch.tokens)
    assert [number(row) for row in batch.labels] == [number(a) + number(b) for a, b in zip(x, y)]


def test_carries_by_hand():
    # 09999 + 00001: every column but the first passes the carry on; 55555 + 44444 has none.
    total = column_sum(digits(9999, 55555, width=5), digits(1, 44444, width=5))
    assert total.carry.tolist() == [[0, 1, 1, 1, 1, 0], [0] * 6]
    assert total.answer.tolist() == [[0, 1, 0, 0, 0, 0], [0, 9, 9, 9, 9, 9]]


def test_digits_are_uniform_and_seeded():
    task = DigitAddition(digits=2)
    first, again = (task.sample(20_000, np.random.default_rng(3)) for _ in range(2))
    assert np.array_equal(first.tokens, again.tokens)
    for digit in np.hstack(task.operands(first.tokens)).T:
        # 2 000 of each expected, with a standard deviation of 42.
        assert np.abs(np.bincount(digit, minlength=10) - 2000).max() < 200


def test_too_many_to_list_and_none_to_add():
    assert DigitAddition().universe() is None
    with pytest.raises(ValidationError):
        DigitAddition(digits=0)


def test_guessing_is_ln_2_for_the_carry_and_ln_10_for_other_digits():
    found = guessing_losses(DigitAddition(digits=3))
    assert list(found) == ["digit_0", "digit_1", "digit_2", "digit_3"]
    assert found["digit_0"] == pytest.approx(np.log(2), abs=0.01)
    assert [found[f"digit_{i}"] for i in (1, 2, 3)] == pytest.approx([np.log(10)] * 3, abs=0.01)
