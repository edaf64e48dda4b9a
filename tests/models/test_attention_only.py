"""A layer of attention read at the last position: losses and gradients equal those of the plain model."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from latebloom.models import TransformerConfig, cross_entropy, per_label
from latebloom.models.tables import AttentionBatch, attention_applies, attention_arrays
from latebloom.tasks import IGNORE, SkipTrigrams


def some(length: int, count: int, seed: int, ends: int = 1) -> tuple[torch.Tensor, torch.Tensor]:
    """Examples; with several ``ends``, that many of the tokens 0, 1 … also stand at the end."""
    rng = np.random.default_rng(seed)
    batch = SkipTrigrams(length=length).sample(count, rng)
    tokens = torch.from_numpy(batch.tokens)
    if ends > 1:
        tokens[:, -1] = torch.from_numpy(rng.integers(ends, size=count))
    return tokens, torch.from_numpy(batch.labels)


def batch_of(model, tokens, labels, **options) -> AttentionBatch:
    weights = attention_arrays(dict(model.named_parameters()))
    return AttentionBatch(weights, model.config.residual_scale, tokens, labels, **options)


def difference(batch, model, tokens, labels, loss_dtype=torch.float64) -> float:
    """The largest of the relative differences of the loss and of the gradients from the plain ones."""
    model.zero_grad()
    loss = cross_entropy(model(tokens, (tokens.shape[1] - 1,)), labels, loss_dtype)
    loss.backward()
    gradient = {name: torch.full_like(weight, torch.nan) for name, weight in model.named_parameters()}
    found = batch.gradient(attention_arrays(gradient))
    scale = max(float(weight.grad.abs().max()) for weight in model.parameters())
    errors = [float((gradient[name] - weight.grad).abs().max()) / scale for name, weight in model.named_parameters()]
    return max(*errors, abs(found - loss.item()) / loss.item())


@settings(max_examples=25, deadline=None)
@given(
    length=st.integers(1, 9),
    count=st.integers(1, 150),
    ends=st.integers(1, 3),
    d_model=st.integers(2, 9),
    n_heads=st.integers(1, 3),
    d_head=st.integers(1, 5),
    residual_scale=st.sampled_from([1.0, 2.0]),
    seed=st.integers(0, 99),
)
def test_loss_and_gradients_in_both_precisions(length, count, ends, d_model, n_heads, d_head, residual_scale, seed):
    tokens, labels = some(length, count, seed, ends)
    shape = {"d_model": d_model, "n_heads": n_heads, "d_head": d_head, "residual_scale": residual_scale}
    model = TransformerConfig(d_mlp=0, seed=seed, qk_init_scale=2, **shape).build(SkipTrigrams(length=length))
    assert difference(batch_of(model, tokens, labels), model, tokens, labels) < 1e-5
    single = batch_of(model, tokens, labels, loss_dtype=torch.float32)
    assert difference(single, model, tokens, labels, torch.float32) < 1e-5
    model = model.double()
    assert difference(batch_of(model, tokens, labels), model, tokens, labels) < 1e-12


def test_other_examples_can_replace_a_batch():
    task = SkipTrigrams(length=5)
    model = TransformerConfig(d_model=8, n_heads=2, d_head=4, d_mlp=0).build(task).double()
    batch = batch_of(model, *some(5, 70, 0))
    for count, ends in ((70, 1), (70, 2), (31, 1)):
        tokens, labels = some(5, count, 1, ends)
        batch.replace(tokens, labels)
        assert difference(batch, model, tokens, labels) < 1e-12


def test_a_token_out_of_range_is_refused():
    tokens, labels = some(5, 10, 0)
    model = TransformerConfig(d_model=8, n_heads=2, d_head=4, d_mlp=0).build(SkipTrigrams(length=5))
    tokens[3, 2] = 22
    with pytest.raises(IndexError, match="got 0 to 22, expected 0 to 21"):
        batch_of(model, tokens, labels)


def test_a_label_out_of_range_is_refused_also_in_a_new_batch():
    tokens, labels = some(5, 10, 0)
    model = TransformerConfig(d_model=8, n_heads=2, d_head=4, d_mlp=0).build(SkipTrigrams(length=5))
    batch = batch_of(model, tokens, labels)
    for wrong in (-1, model.unembed.W_U.shape[1]):
        with pytest.raises(IndexError, match="labels: got"):
            batch.replace(tokens, torch.full_like(labels, wrong))


def test_the_bits_do_not_depend_on_the_number_of_threads():
    tokens, labels = some(11, 500, 0)
    model = TransformerConfig(d_model=32, d_head=8, d_mlp=0).build(SkipTrigrams())
    results = []
    for shared in (True, False):
        gradient = attention_arrays({name: torch.zeros_like(weight) for name, weight in model.named_parameters()})
        batch = batch_of(model, tokens, labels)
        batch.shared = shared
        results.append([batch.gradient(gradient), *gradient])
    assert all(np.array_equal(left, right) for left, right in zip(*results, strict=True))


@pytest.mark.parametrize("scale", [1, 40])
def test_losses_of_each_example(scale):
    """Scale 40: float32 losses would round to zero."""
    tokens, labels = some(11, 200, 1)
    model = TransformerConfig(d_model=32, d_head=8, d_mlp=0).build(SkipTrigrams())
    model.unembed.W_U.data *= scale
    losses, right = batch_of(model, tokens, labels).evaluate()
    with torch.no_grad():
        plain_losses, plain_right = per_label(model(tokens, (12,)), labels)
    np.testing.assert_allclose(losses, plain_losses[:, 0].numpy(), rtol=1e-4, atol=1e-12)
    np.testing.assert_array_equal(right, plain_right[:, 0].numpy().astype(bool))


@pytest.mark.parametrize(
    "settings",
    [{"n_layers": 2}, {"d_mlp": 8}, {"norm": "layernorm"}, {"positions": False}, {"attention_bias": True}],
)
def test_other_models_do_not_use_it(settings):
    tokens, labels = some(11, 200, 1)
    assert attention_applies(TransformerConfig(d_mlp=0).build(SkipTrigrams()), tokens, labels, (12,))
    model = TransformerConfig(**{"d_mlp": 0, **settings}).build(SkipTrigrams())
    assert not attention_applies(model, tokens, labels, (12,))


def test_other_examples_do_not_use_it():
    tokens, labels = some(11, 200, 1)
    model = TransformerConfig(d_mlp=0).build(SkipTrigrams())
    assert not attention_applies(model, tokens, labels, (11,))
    labels[7] = IGNORE
    assert not attention_applies(model, tokens, labels, (12,))
