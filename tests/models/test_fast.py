"""The fast forward equals the plain one, gradients too."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from latebloom.models import MLPConfig, TransformerConfig, table_forward
from latebloom.tasks import Data, ModularAddition, split


def both(model, tokens, positions):
    """Logits and gradients of the plain and the fast forward, for the same random downstream gradient."""
    found = []
    for forward in (lambda: model(tokens, positions), table_forward(model, tokens, positions)):
        model.zero_grad()
        logits = forward()
        weight = torch.randn(logits.shape, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
        (logits * weight.to(logits)).sum().backward()
        found.append([logits.detach(), *(weight.grad.clone() for weight in model.parameters())])
    return zip(*found, strict=True)


@settings(max_examples=25, deadline=None)
@given(
    p=st.integers(3, 12),
    d_model=st.integers(2, 9),
    n_heads=st.integers(1, 3),
    d_head=st.integers(1, 5),
    d_mlp=st.integers(1, 12),
    fraction=st.floats(0.2, 1.0),
    seed=st.integers(0, 99),
)
def test_equal_in_both_precisions(p, d_model, n_heads, d_head, d_mlp, fraction, seed):
    task = ModularAddition(p=p)
    tokens = torch.from_numpy(split(task, Data(fraction=fraction, seed=seed)).train.tokens)
    config = TransformerConfig(d_model=d_model, n_heads=n_heads, d_head=d_head, d_mlp=d_mlp, seed=seed)
    for dtype, tolerance in ((torch.float64, 1e-12), (torch.float32, 1e-5)):
        pairs = list(both(config.build(task).to(dtype), tokens, task.loss_positions))
        # A gradient may cancel to less than the terms it is the sum of: measure by the largest one.
        scale = max(1.0, *(float(plain.abs().max()) for plain, _ in pairs))
        for plain, fast in pairs:
            torch.testing.assert_close(fast, plain, atol=tolerance * scale, rtol=0)


def test_mainline_shape():
    task = ModularAddition()
    tokens = torch.from_numpy(split(task, Data()).train.tokens)[:1000]
    model = TransformerConfig().build(task).double()
    with torch.no_grad():
        fast, plain = table_forward(model, tokens, (2,))(), model(tokens, (2,))
    torch.testing.assert_close(fast, plain, atol=1e-12, rtol=0)


@pytest.mark.parametrize(
    ("config", "last", "positions"),
    [
        (TransformerConfig(n_layers=2), None, (2,)),
        (TransformerConfig(d_mlp=0), None, (2,)),
        (TransformerConfig(), None, (1,)),
        (TransformerConfig(), 3, (2,)),
        (MLPConfig(), None, (2,)),
    ],
)
def test_none_where_it_does_not_apply(config, last, positions):
    task = ModularAddition(p=5)
    tokens = torch.from_numpy(task.universe().tokens)
    if last is not None:
        tokens[0, -1] = last
    assert table_forward(config.build(task), tokens, positions) is None
