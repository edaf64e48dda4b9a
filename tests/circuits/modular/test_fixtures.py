"""Published weights, if available: set LATEBLOOM_FIXTURES to the folder that contains them."""

import os
from pathlib import Path

import pytest
import torch

from latebloom.circuits.modular import attention_heads, explain_model, modular_grid
from latebloom.models.layouts import read_state, trained_tensors
from latebloom.tasks import ModularAddition

FILE = Path(os.environ.get("LATEBLOOM_FIXTURES", "")) / "low_precision_mod_addition.pth"


@pytest.mark.skipif(not FILE.is_file(), reason="LATEBLOOM_FIXTURES is not set")
def test_low_precision_model():
    state = torch.load(FILE, weights_only=True, map_location="cpu")
    model = read_state(trained_tensors(state.get("model", state))).model
    explanation = explain_model(model, ModularAddition())
    assert explanation.key_frequencies == [6, 23, 39]
    assert explanation.neurons.clusters == {6: 106, 23: 194, 39: 105}
    heads = attention_heads(modular_grid(model, ModularAddition()))
    assert [head.frequency for head in heads] == [23, 23, 6, 6]
