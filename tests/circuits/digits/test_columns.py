"""What a digit of the answer loses without a column of the operands."""

import pytest
import torch

from latebloom import UsageError
from latebloom.circuits.digits import Moved, attention_to, logits_without, run_sums, share_explained, split_loss
from latebloom.circuits.digits.columns import columns_of
from latebloom.models import cross_entropy
from latebloom.models.configs.transformer import TransformerConfig
from latebloom.tasks import DigitAddition

TASK = DigitAddition(digits=4)


def model(**shape):
    return TransformerConfig(d_model=32, n_heads=2, d_head=8, d_mlp=16, **shape).build(TASK).double()


def test_the_loss_is_cut_without_a_remainder():
    sums = run_sums(model(), TASK, 50)
    split = split_loss(sums.logits, sums.answer, sums.carry)
    whole = cross_entropy(sums.logits, sums.answer)
    torch.testing.assert_close((split.on_sum + split.on_carry).mean(), whole)
    sure = torch.full_like(sums.logits, -50).scatter(2, sums.answer[..., None], 50)
    sure.scatter_(2, ((sums.answer + 1 - 2 * sums.carry) % 10)[..., None], 50)
    split = split_loss(sure, sums.answer, sums.carry)
    torch.testing.assert_close(split.on_sum, torch.zeros_like(split.on_sum), atol=1e-9, rtol=0)
    torch.testing.assert_close(split.on_carry, torch.full_like(split.on_carry, 2).log())


def test_columns_are_those_above_and_beside_a_digit():
    assert [columns_of("own", place, 4) for place in range(5)] == [[], [0], [1], [2], [3]]
    assert [columns_of("right", place, 4) for place in range(5)] == [[0], [1], [2], [3], []]
    assert [columns_of("left", place, 4) for place in range(5)] == [[], [], [0], [1], [2]]
    assert [columns_of("further", place, 4) for place in range(5)] == [[1, 2, 3], [2, 3], [3], [], []]


def test_without_a_column_a_digit_knows_nothing_of_it_and_all_of_the_others():
    """Even attention, no neurons and little else in the residual stream: attention moves all that a digit knows."""
    linear = model()
    for name in ("blocks.0.attn.W_Q", "blocks.0.mlp.W_out"):
        torch.nn.init.zeros_(linear.get_parameter(name))
    linear.get_parameter("blocks.0.attn.W_O").data *= 30
    sums = run_sums(linear, TASK, 3000)
    place, own, right = 2, sums.x[:, 2], sums.x[:, 3]
    without = logits_without(Moved.of(linear, sums))
    for name, lost, kept in (("own", own, right), ("right", right, own)):
        logits = without[name]
        torch.testing.assert_close(logits.mean(0), sums.logits.mean(0))
        assert share_explained(sums.logits[:, place], lost) > 0.05
        assert abs(share_explained(logits[:, place], lost)) < 0.02
        assert share_explained(logits[:, place], kept) > 0.05
    torch.testing.assert_close(without["left"][:, 1], sums.logits[:, 1])
    shares = attention_to(Moved.of(linear, sums))
    query = [2 * TASK.digits + 2 + place for place in range(1, TASK.digits)]
    assert shares["own"] == pytest.approx(sum(2 / seen for seen in query) / len(query))


def test_deeper_models_are_refused_in_one_line():
    deep = model(n_layers=2)
    with pytest.raises(UsageError, match="expected a transformer of one layer"):
        Moved.of(deep, run_sums(deep, TASK, 5))
