"""The exact fast forward and backward equal the plain ones."""

import subprocess
import sys

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from latebloom.models import MLPConfig, TransformerConfig, cross_entropy, per_label
from latebloom.models.tables import FAST_PATHS, TableBatch, named_weights, tables_apply
from latebloom.tasks import IGNORE, Data, ModularAddition, split


def compare(model, tokens, labels, loss_dtype=torch.float64, share=True) -> float:
    """Largest difference of loss and gradients between tables and the plain model, beside the largest gradient."""
    model.zero_grad()
    loss = cross_entropy(model(tokens, (2,)), labels, loss_dtype)
    loss.backward()
    plain = {name: weight.grad for name, weight in model.named_parameters()}
    gradient = {name: torch.full_like(weight, torch.nan) for name, weight in plain.items()}
    batch = TableBatch(named_weights(dict(model.named_parameters())), tokens, labels, loss_dtype, share)
    assert batch.gradient(named_weights(gradient)) == pytest.approx(
        loss.item(), rel=1e-6 if loss.item() > 1e-4 else 1e-3
    )
    scale = max(float(weight.abs().max()) for weight in plain.values())
    return max(float((gradient[name] - plain[name]).abs().max()) for name in plain) / scale


def train_set(p, fraction, seed=0):
    batch = split(ModularAddition(p=p), Data(fraction=fraction, seed=seed)).train
    return torch.from_numpy(batch.tokens), torch.from_numpy(batch.labels)


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
def test_loss_and_gradients_in_both_precisions(p, d_model, n_heads, d_head, d_mlp, fraction, seed):
    tokens, labels = train_set(p, fraction, seed)
    config = TransformerConfig(d_model=d_model, n_heads=n_heads, d_head=d_head, d_mlp=d_mlp, seed=seed)
    model = config.build(ModularAddition(p=p))
    # The write-up's models start with zero biases; here they must count.
    for weight in model.parameters():
        weight.data += 0.1 * torch.randn(weight.shape, generator=torch.Generator().manual_seed(seed))
    assert compare(model, tokens, labels) < 1e-5
    assert compare(model.double(), tokens, labels) < 1e-12


@pytest.mark.parametrize("wrong", [-1, 99])
def test_tokens_and_labels_out_of_range_are_refused(wrong):
    tokens, labels = train_set(7, 0.5)
    weights = named_weights(dict(TransformerConfig().build(ModularAddition(p=7)).named_parameters()))
    with pytest.raises(IndexError, match=f"labels: got {wrong} to {wrong}, expected 0 to 6"):
        TableBatch(weights, tokens, torch.full_like(labels, wrong))
    with pytest.raises(IndexError, match=f"tokens: got {wrong} to {wrong}, expected 0 to 7"):
        TableBatch(weights, torch.full_like(tokens, wrong), labels)


def test_the_one_answer_path_needs_every_label():
    tokens, labels = train_set(7, 0.5)
    model, path = TransformerConfig().build(ModularAddition(p=7)), FAST_PATHS["one answer"]
    assert path.applies(model, tokens, labels, (2,))
    labels[3] = IGNORE
    assert not path.applies(model, tokens, labels, (2,))


@pytest.mark.parametrize("share", [True, False])
def test_mainline_shape(share):
    tokens, labels = train_set(113, 0.3)
    model = TransformerConfig().build(ModularAddition())
    assert compare(model, tokens, labels, share=share) < 1e-5


def test_the_bits_do_not_depend_on_the_number_of_threads():
    tokens, labels = train_set(59, 0.5)
    model = TransformerConfig().build(ModularAddition(p=59))
    weights = named_weights(dict(model.named_parameters()))
    results = []
    for share in (True, False):
        gradient = named_weights({name: torch.zeros_like(weight) for name, weight in model.named_parameters()})
        batch = TableBatch(weights, tokens, labels, share=share)
        assert batch.shared == (share and torch.get_num_threads() > 1)
        results.append([batch.gradient(gradient), *gradient])
    assert all(np.array_equal(left, right) for left, right in zip(*results, strict=True))


@pytest.mark.parametrize("scale", [1, 12])
def test_losses_of_each_example_in_their_order(scale):
    """Scale 12: float32 losses would round to zero."""
    tokens, labels = train_set(23, 0.5)
    model = TransformerConfig().build(ModularAddition(p=23))
    model.unembed.W_U.data *= scale
    losses, right = TableBatch(named_weights(dict(model.named_parameters())), tokens, labels).evaluate()
    with torch.no_grad():
        plain_losses, plain_right = per_label(model(tokens, (2,)), labels)
    np.testing.assert_allclose(losses, plain_losses[:, 0].numpy(), rtol=1e-4, atol=1e-12)
    np.testing.assert_array_equal(right, plain_right[:, 0].numpy().astype(bool))


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
def test_other_models_and_batches_do_not_use_tables(config, last, positions):
    task = ModularAddition(p=5)
    tokens = torch.from_numpy(task.universe().tokens)
    if last is not None:
        tokens[0, -1] = last
    assert not tables_apply(config.build(task), tokens, positions)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_small_loss_does_not_depend_on_the_size_of_the_logits(dtype):
    """Adding one number to all logits changes nothing, and these sums are exact."""
    from latebloom.models.tables.compiled import vectorised_entry
    from latebloom.models.tables.cross_entropy import cross_entropy as of_one

    entry = vectorised_entry(lambda logits, label, probabilities: of_one(logits, label, probabilities))
    logits = np.zeros(113, dtype)
    logits[5] = 12 if dtype is np.float32 else 30
    losses = [entry(logits + dtype(shift), 5, np.zeros(113, dtype)) for shift in (0, 16, 1024, 65536)]
    assert losses == [losses[0]] * 4
    assert losses[0] == pytest.approx(np.log1p(112 * np.exp(-float(logits[5]))), rel=1e-3)


def test_exponentials_are_exact():
    from numba import njit

    from latebloom.models.tables.vector_exponential import LOWEST_DOUBLE, exponentials

    call = njit(lambda values: exponentials(values))
    values = -np.random.default_rng(0).exponential(30, 4000)
    values[:3] = 0, -1e-300, -700
    exponential = values.copy()
    call(exponential)
    others = np.array([-np.inf, -1e4, np.nan])
    call(others)
    np.testing.assert_allclose(others, [np.exp(LOWEST_DOUBLE)] * 2 + [np.nan], rtol=5e-16)
    np.testing.assert_allclose(exponential, np.exp(values), rtol=5e-16)


def test_importing_the_models_loads_no_compiler():
    code = "import sys, latebloom.models, latebloom.training; sys.exit('numba' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
