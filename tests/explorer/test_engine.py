"""What the worker of the page computes, against Python."""

from collections.abc import Callable

import numpy as np
import pytest
from tests.explorer.conftest import Opened, agree


def test_grid_as_in_python(opened: Opened) -> None:
    for step in opened.steps:
        _same_grid(opened, step)


@pytest.mark.parametrize("shape", [{"d_mlp": 0}, {"n_layers": 2}, {"n_layers": 2, "d_mlp": 0, "residual_scale": 2}])
def test_grid_of_other_shapes(transformer_page: Callable[..., Opened], shape: dict[str, int]) -> None:
    _same_grid(transformer_page(**shape), 0)


def _same_grid(opened: Opened, step: int) -> None:
    got, expected = opened.ask("grid", step), opened.grid(step)
    agree(got["embedding"]["data"], expected.embedding, "embedding")
    agree(got["neurons"], expected.neurons, "neurons")
    agree(got["logits"], expected.logits, "logits")
    agree(got["wLogit"], expected.w_logit, "W_logit")
    assert (got["pattern"] is None) == (expected.pattern is None)
    if expected.pattern is not None:
        agree(got["pattern"], expected.pattern, "pattern")
    assert np.array_equal(got["labels"], expected.labels.flatten().clamp(min=-1))
    assert got["sign"] == expected.sign
