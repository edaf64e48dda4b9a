"""Two layers of attention: losses and gradients equal those of the plain model."""

import numpy as np
import pytest
import torch
from hypothesis import example, given, settings
from hypothesis import strategies as st

from latebloom.models import TransformerConfig, cross_entropy, per_label
from latebloom.models.tables import TwoLayerBatch, two_layer_arrays, two_layers_apply
from latebloom.tasks import IGNORE, RepeatedSubsequences

TASK = RepeatedSubsequences(length=16, subsequence=3, vocabulary=9)


def some(task: RepeatedSubsequences, count: int, seed: int, missing: float = 0) -> tuple[torch.Tensor, torch.Tensor]:
    """Sequences, with this share of all their labels taken away besides."""
    rng = np.random.default_rng(seed)
    batch = task.sample(count, rng)
    labels = np.where(rng.random(batch.labels.shape) < missing, IGNORE, batch.labels)
    return torch.from_numpy(batch.tokens), torch.from_numpy(labels)


def model_of(task: RepeatedSubsequences, **settings):
    shape = {"n_layers": 2, "d_model": 8, "n_heads": 2, "d_head": 4, "d_mlp": 0, "qk_init_scale": 2}
    return TransformerConfig(**(shape | settings)).build(task)


def batch_of(model, tokens, labels, positions, **options) -> TwoLayerBatch:
    weights = two_layer_arrays(dict(model.named_parameters()))
    return TwoLayerBatch(weights, model.config.residual_scale, tokens, labels, positions, **options)


def plain_gradient(model, tokens, labels, positions) -> dict[str, torch.Tensor]:
    """The plain forward's loss, and its gradients, by name."""
    model.zero_grad()
    loss = cross_entropy(model(tokens, positions), labels)
    loss.backward()
    return {"loss": loss.detach()} | {name: weight.grad.clone() for name, weight in model.named_parameters()}


def fast_gradient(batch, model) -> dict[str, torch.Tensor]:
    gradient = {name: torch.full_like(weight, torch.nan) for name, weight in model.named_parameters()}
    return {"loss": torch.tensor(batch.gradient(two_layer_arrays(gradient)), dtype=torch.float64)} | gradient


def distance(found: dict[str, torch.Tensor], expected: dict[str, torch.Tensor]) -> float:
    """The largest of the relative differences of the loss and of the gradients."""
    scale = max(float(value.abs().max()) for name, value in expected.items() if name != "loss")
    errors = [
        float((found[name] - value).abs().max()) / (value if name == "loss" else scale)
        for name, value in expected.items()
    ]
    return float(max(errors))


def rounded(model, tokens) -> float:
    """How far a relative rounding of float32 moves a share of attention: by as much as it moves the largest score."""
    _, cache = model.run_with_cache(tokens)
    scores = torch.cat([value.flatten() for name, value in cache.items() if name.endswith("attn_scores")])
    return 2**-24 * float(scores[scores.isfinite()].abs().max().detach())


def difference(batch, model, tokens, labels, positions) -> float:
    return distance(fast_gradient(batch, model), plain_gradient(model, tokens, labels, positions))


@settings(max_examples=25, deadline=None)
@given(
    slot=st.integers(4, 14),
    count=st.integers(1, 9),
    vocabulary=st.integers(3, 20),
    missing=st.sampled_from([0, 0.6]),
    d_model=st.integers(2, 9),
    n_heads=st.integers(1, 3),
    d_head=st.integers(1, 13),
    residual_scale=st.sampled_from([1.0, 2.0]),
    seed=st.integers(0, 99),
)
@example(12, 1, 3, 0.6, 2, 2, 12, 1.0, 20).via("scores of 350, where the plain model is nearer by chance")
def test_loss_and_gradients_to_rounding(
    slot, count, vocabulary, missing, d_model, n_heads, d_head, residual_scale, seed
):
    task = RepeatedSubsequences(length=1 + 3 * slot, subsequence=3, vocabulary=vocabulary)
    tokens, labels = some(task, count, seed, missing)
    labels[0, 0] = 1  # at least one
    shape = {"d_model": d_model, "n_heads": n_heads, "d_head": d_head, "residual_scale": residual_scale}
    model, positions = model_of(task, seed=seed, **shape), task.loss_positions
    found = fast_gradient(batch_of(model, tokens, labels, positions), model)
    plain = plain_gradient(model, tokens, labels, positions)
    exact = plain_gradient(model.double(), tokens, labels, positions)
    assert distance(found, exact) < 1e-6 + 5 * max(distance(plain, exact), rounded(model, tokens))
    assert difference(batch_of(model, tokens, labels, positions), model, tokens, labels, positions) < 1e-12


def test_gradients_in_float64():
    tokens, labels = some(TASK, 5, 0, 0.3)
    model, positions = model_of(TASK, residual_scale=2).double(), TASK.loss_positions
    assert difference(batch_of(model, tokens, labels, positions), model, tokens, labels, positions) < 1e-12


def test_labels_at_all_positions_or_at_few():
    tokens, _ = some(TASK, 7, 0)
    model, every = model_of(TASK), tuple(range(16))
    for positions in (every, (0,), (15,), (2, 9)):
        labels = tokens[:, list(positions)].clone()
        assert difference(batch_of(model, tokens, labels, positions), model, tokens, labels, positions) < 1e-5


def test_other_sequences_can_replace_a_batch():
    """Also shorter ones, fewer of them, and some without a label."""
    model, positions = model_of(TASK), TASK.loss_positions
    batch = batch_of(model, *some(TASK, 9, 0), positions)
    for count, missing in ((9, 0.5), (4, 0), (9, 0.9)):
        tokens, labels = some(TASK, count, 1, missing)
        labels[-1] = IGNORE
        batch.replace(tokens, labels)
        assert difference(batch, model, tokens, labels, positions) < 1e-5


def test_without_any_label_the_loss_is_undefined():
    tokens, labels = some(TASK, 3, 0, missing=1)
    model = model_of(TASK)
    batch = batch_of(model, tokens, labels, TASK.loss_positions)
    gradient = {name: torch.ones_like(weight) for name, weight in model.named_parameters()}
    assert np.isnan(batch.gradient(two_layer_arrays(gradient)))


@pytest.mark.parametrize("scale", [1, 40])
def test_losses_of_each_label(scale):
    """Scale 40: float32 losses would round to zero. A missing label has neither a loss nor is it right."""
    tokens, labels = some(TASK, 20, 1)
    model = model_of(TASK)
    model.unembed.W_U.data *= scale
    losses, right = batch_of(model, tokens, labels, TASK.loss_positions).evaluate()
    with torch.no_grad():
        plain_losses, plain_right = per_label(model(tokens, TASK.loss_positions), labels)
    np.testing.assert_allclose(losses, plain_losses.numpy(), rtol=1e-4, atol=1e-12)
    np.testing.assert_array_equal(right, plain_right.numpy().astype(bool))


def test_far_scores_are_exact_too():
    """Queries and keys so large that most exponentials of a pattern are 0."""
    tokens, labels = some(TASK, 6, 0)
    model, positions = model_of(TASK, qk_init_scale=12), TASK.loss_positions
    assert difference(batch_of(model, tokens, labels, positions), model, tokens, labels, positions) < 1e-4


def test_the_bits_do_not_depend_on_the_number_of_threads():
    tokens, labels = some(TASK, 21, 0)
    model, results = model_of(TASK), []
    for shared in (True, False):
        gradient = {name: torch.zeros_like(weight) for name, weight in model.named_parameters()}
        batch = batch_of(model, tokens, labels, TASK.loss_positions)
        batch.shared = shared
        results.append([batch.gradient(two_layer_arrays(gradient)), *gradient.values()])
    assert results[0][0] == results[1][0]
    assert all(torch.equal(left, right) for left, right in zip(results[0][1:], results[1][1:], strict=True))


def test_tokens_and_labels_out_of_range_are_refused():
    tokens, labels = some(TASK, 5, 0)
    model = model_of(TASK)
    batch = batch_of(model, tokens, labels, TASK.loss_positions)
    with pytest.raises(IndexError, match="labels: got"):
        batch.replace(tokens, torch.full_like(labels, 9))
    with pytest.raises(IndexError, match="labels: got"):
        batch.replace(tokens, torch.full_like(labels, -1))
    tokens[3, 2] = 9
    with pytest.raises(IndexError, match="tokens: got 0 to 9, expected 0 to 8"):
        batch.replace(tokens, labels)


@pytest.mark.parametrize(
    "settings",
    [{"n_layers": 1}, {"n_layers": 3}, {"d_mlp": 8}, {"norm": "layernorm"}, {"attention": "bidirectional"}],
)
def test_other_models_do_not_use_it(settings):
    tokens, labels = some(TASK, 20, 1)
    assert two_layers_apply(model_of(TASK), tokens, labels, TASK.loss_positions)
    assert not two_layers_apply(model_of(TASK, **settings), tokens, labels, TASK.loss_positions)
    assert not two_layers_apply(model_of(TASK), tokens, labels, TASK.loss_positions[::-1])
