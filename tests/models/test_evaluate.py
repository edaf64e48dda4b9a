import math

import pytest
import torch

from latebloom.models import Examples, evaluate
from latebloom.tasks import IGNORE, ModularAddition


class Digits(ModularAddition):
    components = property(lambda self: ("ones", "tens", "hundreds"))


def test_losses_are_means_over_the_labels_of_each_component_and_absent_ones_have_none() -> None:
    labels = torch.tensor([[0, 1], [2, IGNORE]])
    component = torch.tensor([[0, 1], [0, 2]])
    logits = torch.zeros(2, 2, 3)
    logits[0, 0, 0] = math.log(2)
    metrics = evaluate(logits, Digits(p=3), Examples(torch.zeros(2, 3).long(), labels, component), "train")
    assert metrics["train_loss.ones"] == pytest.approx((math.log(2) + math.log(3)) / 2)
    assert metrics["train_loss.tens"] == pytest.approx(math.log(3))
    assert metrics["train_loss"] == pytest.approx((math.log(2) + 2 * math.log(3)) / 3)
    assert metrics["train_accuracy.ones"] == 0.5
    assert not [name for name in metrics if "hundreds" in name]
