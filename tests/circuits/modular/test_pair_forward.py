"""The fast forward against the plain one, and models that it does not apply to."""

import pytest
import torch

from latebloom.circuits.modular import modular_grid
from latebloom.circuits.modular.pair_forward import has_pair_tables, pair_forward
from latebloom.circuits.modular.plain_forward import plain_forward
from latebloom.models import MLPConfig, Transformer, TransformerConfig
from latebloom.tasks import ModularAddition

TASK = ModularAddition(p=13)
SMALL = {"d_model": 16, "n_heads": 3, "d_head": 8, "seed": 1}


def random_transformer(d_vocab_out=13, **shape):
    """Large weights and biases, so that attention is far from uniform and every term counts."""
    config = TransformerConfig(**SMALL, **shape)
    model = Transformer(config, TASK.d_vocab, d_vocab_out, TASK.n_ctx)
    model.init_weights()
    generator = torch.Generator().manual_seed(2)
    for weight in model.parameters():
        weight.data += 0.3 * torch.randn(weight.shape, generator=generator)
    return model


@pytest.mark.parametrize(("dtype", "close"), [(torch.float64, 1e-12), (torch.float32, 1e-5)])
@pytest.mark.parametrize("d_vocab_out", [13, 14])
@torch.no_grad()
def test_equals_the_plain_forward(dtype, close, d_vocab_out):
    model = random_transformer(d_vocab_out, d_mlp=32).to(dtype)
    assert has_pair_tables(model, TASK)
    for fast, plain in zip(pair_forward(model, TASK), plain_forward(model, TASK), strict=True):
        assert fast.dtype == dtype
        torch.testing.assert_close(fast, plain, rtol=close, atol=close * float(plain.abs().max()))


@pytest.mark.parametrize(
    "model",
    [
        random_transformer(n_layers=2, d_mlp=32),
        random_transformer(d_mlp=0),
        MLPConfig(d_mlp=8).build(TASK),
    ],
    ids=["two layers", "attention only", "MLP"],
)
@torch.no_grad()
def test_other_models_take_the_plain_forward(model):
    assert not has_pair_tables(model, TASK)
    grid = modular_grid(model, TASK)
    tokens = torch.from_numpy(TASK.universe().tokens)
    logits, cache = model.run_with_cache(tokens, TASK.loss_positions)
    torch.testing.assert_close(grid.logits.flatten(0, 1), logits[:, 0])
    last = {name.rsplit(".", 1)[-1]: value for name, value in cache.items()}
    if "hook_post" in last:
        torch.testing.assert_close(grid.neurons.flatten(0, 1), last["hook_post"][:, 0])
    if "hook_pattern" in last:
        torch.testing.assert_close(grid.pattern.flatten(0, 1), last["hook_pattern"][:, :, 0])


def test_an_extra_logit_is_an_output_and_no_answer():
    grid = modular_grid(random_transformer(14, d_mlp=32), TASK)
    assert (grid.outputs.shape, grid.logits.shape, grid.w_logit.shape) == ((13, 13, 14), (13, 13, 13), (32, 13))
    torch.testing.assert_close(grid.outputs[..., :13], grid.logits)
