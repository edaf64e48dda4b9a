"""The carry from the column on the right, on heads whose attention and values are planted; lines and waves."""

from dataclasses import replace

import pytest
import torch

from latebloom.circuits.digits import (
    Moved,
    attention_by_digit,
    attention_share,
    each_digit,
    fitted,
    line,
    orders,
    rise_at_the_step,
    run_sums,
    share_fitted,
    strongest_waves,
    waves,
)
from latebloom.circuits.digits.carry import STRAIGHT, from_the_middle
from latebloom.models.configs.transformer import TransformerConfig
from latebloom.tasks import DigitAddition

TASK, PLACE = DigitAddition(digits=3), 1


def planted(sharpness):
    """One head that looks from the second digit of the answer at the column on the right, the more at a digit the
    further it is from 4.5, and moves the digit itself."""
    model = TransformerConfig(d_model=4, n_heads=1, d_head=1, d_mlp=1).build(TASK).double()
    known = Moved.of(model, run_sums(model, TASK, 4000))
    keys, digits = known.positions("right", PLACE), known.tokens.double()
    pattern = torch.zeros_like(known.pattern)
    pattern[:, 0, PLACE, keys] = (sharpness * (digits[:, keys] - 4.5).abs()).softmax(1)
    return replace(known, pattern=pattern, value=digits[:, :, None, None], to_neurons=torch.ones(1, 1, 1).double())


@pytest.mark.parametrize("sharpness", [0, 10])
def test_a_head_that_looks_at_the_digit_further_from_the_middle_makes_a_step(sharpness):
    known = planted(sharpness)
    x, y = known.sums.x[:, PLACE + 1], known.sums.y[:, PLACE + 1]
    values = known.moved_from("right", PLACE)[:, 0]
    assert attention_share(known, PLACE, from_the_middle) == pytest.approx(1.0 if sharpness else 0.5, abs=1e-3)
    assert attention_share(known, PLACE, lambda digit: digit) == pytest.approx(0.5, abs=0.04)
    by_digit = attention_by_digit(known, PLACE)
    assert (by_digit[0] > 2 * by_digit[4]) == bool(sharpness)
    rise = rise_at_the_step(values, x, y)
    assert rise > 0.5 if sharpness else rise == pytest.approx(STRAIGHT)
    assert rise_at_the_step(fitted(values, each_digit(x, y)), x, y) == pytest.approx(STRAIGHT, abs=0.02)


def test_lines_and_waves_are_told_apart_from_each_other_and_from_relabelled_digits():
    x, y = torch.arange(100) // 10, torch.arange(100) % 10
    straight = line(x, y) @ torch.randn(1, 6).double()
    wavy = waves(x, y, (2, 5)) @ torch.randn(8, 6).double()
    assert share_fitted(straight, fitted(straight, line(x, y))) == pytest.approx(1)
    assert strongest_waves(wavy, x, y) == [2, 5]
    assert share_fitted(wavy, fitted(wavy, waves(x, y, (2, 5)))) == pytest.approx(1)
    assert share_fitted(wavy, fitted(wavy, line(x, y))) < 0.2
    assert share_fitted(wavy, fitted(wavy, each_digit(x, y))) == pytest.approx(1)
    for order in orders(3):
        assert share_fitted(straight, fitted(straight, line(order[x], order[y]))) < 0.6
    assert share_fitted(torch.zeros(100, 2), torch.zeros(100, 2)) == 0
