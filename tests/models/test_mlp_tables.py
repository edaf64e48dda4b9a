"""The MLP by rows of its input matrix: losses and gradients equal those of the plain model."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from latebloom.models import MLPConfig, TransformerConfig, cross_entropy, per_label
from latebloom.models.tables import MLPBatch, mlp_applies, mlp_arrays
from latebloom.tasks import IGNORE, ModularAddition, ModularTask, Task


def moved(model, seed: int, scale: float = 0.1):
    """The model with biases that count."""
    generator = torch.Generator().manual_seed(seed)
    for weight in model.parameters():
        weight.data += scale * torch.randn(weight.shape, generator=generator).to(weight)
    return model


def some(task: ModularTask, count: int, seed: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Pairs, some of them twice or with their mirror image, with labels that do not always agree."""
    rng = np.random.default_rng(seed)
    batch = task.universe().take(rng.integers(task.p**2, size=count))
    labels = torch.from_numpy(batch.labels)
    odd = torch.from_numpy(rng.random(labels.shape) < 0.3)
    return torch.from_numpy(batch.tokens), torch.where(odd, (labels + 1) % task.d_vocab_out, labels)


def batch_of(model, tokens, labels, **options) -> MLPBatch:
    return MLPBatch(mlp_arrays(dict(model.named_parameters())), tokens, labels, **options)


@pytest.mark.parametrize("wrong", [-1, 7])
def test_operands_and_labels_out_of_range_are_refused(wrong):
    tokens, labels = some(ModularAddition(p=7), 10, 0)
    model = MLPConfig(d_mlp=8).build(ModularAddition(p=7))
    batch_of(model, tokens, labels)  # the = is token 7, of which the MLP has no row
    with pytest.raises(IndexError, match=r"labels: got .* expected 0 to 6"):
        batch_of(model, tokens, torch.full_like(labels, wrong))
    tokens[3, 1] = wrong
    with pytest.raises(IndexError, match=r"tokens: got .* expected 0 to 6"):
        batch_of(model, tokens, labels)


def difference(model, tokens, labels, loss_dtype=torch.float64) -> float:
    """The largest of the relative differences of the loss and of the gradients from the plain ones."""
    model.zero_grad()
    loss = cross_entropy(model(tokens, (2,)), labels, loss_dtype)
    loss.backward()
    gradient = {name: torch.full_like(weight, torch.nan) for name, weight in model.named_parameters()}
    found = batch_of(model, tokens, labels, loss_dtype=loss_dtype).gradient(mlp_arrays(gradient))
    scale = max(float(weight.grad.abs().max()) for weight in model.parameters())
    errors = [float((gradient[name] - weight.grad).abs().max()) / scale for name, weight in model.named_parameters()]
    return max(*errors, abs(found - loss.item()) / loss.item())


@settings(max_examples=25, deadline=None)
@given(
    p=st.integers(3, 12),
    d_mlp=st.integers(1, 40),
    count=st.integers(1, 300),
    seed=st.integers(0, 99),
)
def test_loss_and_gradients_in_both_precisions(p, d_mlp, count, seed):
    task = ModularAddition(p=p)
    tokens, labels = some(task, count, seed)
    model = moved(MLPConfig(d_mlp=d_mlp, seed=seed).build(task), seed)
    assert difference(model, tokens, labels) < 1e-5
    assert difference(model, tokens, labels, torch.float32) < 1e-5
    assert difference(model.double(), tokens, labels) < 1e-12


@pytest.mark.parametrize(("p", "d_mlp", "count"), [(5, 64, 100), (67, 130, 700), (31, 256, 64)])
def test_masks_of_more_than_one_part_and_every_bit_of_them(p, d_mlp, count):
    """A mask has 64 bits, of which a float64 would hold 53."""
    task = ModularAddition(p=p)
    tokens, labels = some(task, count, 0)
    model = moved(MLPConfig(d_mlp=d_mlp).build(task), 0)
    assert difference(model.double(), tokens, labels) < 1e-12


@pytest.mark.parametrize("name", ["W_in", "W_out of a neuron that is never active"])
def test_a_weight_that_is_not_a_number_shows_in_the_loss(name):
    task = ModularAddition(p=7)
    tokens, labels = some(task, 30, 0)
    model = MLPConfig(d_mlp=16).build(task)
    if name == "W_in":
        model.mlp.W_in.data[:, 3] = torch.nan
    else:
        model.mlp.b_in.data[3], model.mlp.W_out.data[3] = -1e3, torch.nan
    gradient = {name: torch.zeros_like(weight).detach() for name, weight in model.named_parameters()}
    assert np.isnan(batch_of(model, tokens, labels).gradient(mlp_arrays(gradient)))


def test_the_bits_do_not_depend_on_the_number_of_threads():
    task = ModularAddition(p=31)
    tokens, labels = some(task, 900, 0)
    model = moved(MLPConfig().build(task), 0)
    results = []
    for share in (True, False):
        gradient = mlp_arrays({name: torch.zeros_like(weight) for name, weight in model.named_parameters()})
        batch = batch_of(model, tokens, labels, share=share)
        batch.shared = share
        results.append([batch.gradient(gradient), *gradient])
    assert all(np.array_equal(left, right) for left, right in zip(*results, strict=True))


@pytest.mark.parametrize("scale", [1, 12])
def test_losses_of_each_example_in_their_order(scale):
    """Scale 12: float32 losses would round to zero."""
    task = ModularAddition(p=11)
    tokens, labels = some(task, 200, 1)
    model = moved(MLPConfig(d_mlp=64).build(task), 1)
    model.mlp.W_out.data *= scale
    losses, right = batch_of(model, tokens, labels).evaluate()
    with torch.no_grad():
        plain_losses, plain_right = per_label(model(tokens, (2,)), labels)
    np.testing.assert_allclose(losses, plain_losses[:, 0].numpy(), rtol=1e-4, atol=1e-12)
    np.testing.assert_array_equal(right, plain_right[:, 0].numpy().astype(bool))


def test_where_it_applies():
    task: Task = ModularAddition(p=5)
    tokens, labels = some(task, 20, 0)
    assert mlp_applies(MLPConfig().build(task), tokens, labels, (2,))
    assert not mlp_applies(MLPConfig(activation="gelu").build(task), tokens, labels, (2,))
    assert not mlp_applies(TransformerConfig().build(task), tokens, labels, (2,))
    labels[0] = IGNORE
    assert not mlp_applies(MLPConfig().build(task), tokens, labels, (2,))
