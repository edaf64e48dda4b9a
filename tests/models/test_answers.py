"""Tables for several answers per example: losses and gradients equal those of the plain model."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from latebloom.models import TransformerConfig, cross_entropy, per_label
from latebloom.models.tables import AnswerBatch, answers_apply, named_weights
from latebloom.tasks import IGNORE, Data, DigitAddition, ModularAddition
from latebloom.training import Experiment, Trainer, Training


def sums(digits: int, count: int, seed: int = 0) -> tuple[torch.Tensor, torch.Tensor]:
    batch = DigitAddition(digits=digits).sample(count, np.random.default_rng(seed))
    return torch.from_numpy(batch.tokens), torch.from_numpy(batch.labels)


def answers(model, tokens, labels, task, **options) -> AnswerBatch:
    weights = named_weights(dict(model.named_parameters()))
    return AnswerBatch(weights, tokens, labels, task.loss_positions, **options)


@pytest.mark.parametrize("wrong", [-1, 99])
def test_tokens_and_labels_out_of_range_are_refused_also_in_a_new_batch(wrong):
    task, (tokens, labels) = DigitAddition(digits=2), sums(2, 10)
    model = TransformerConfig(d_model=8, n_heads=2, d_head=4, d_mlp=8).build(task)
    batch = answers(model, tokens, labels, task)
    for name, changed in (("tokens", (tokens * 0 + wrong, labels)), ("labels", (tokens, labels * 0 + wrong))):
        with pytest.raises(IndexError, match=f"{name}: got {wrong} to {wrong}, expected 0 to"):
            batch.replace(*changed)
        with pytest.raises(IndexError, match=f"{name}: got {wrong} to {wrong}, expected 0 to"):
            answers(model, *changed, task)


def difference(model, tokens, labels, task, loss_dtype=torch.float64) -> tuple[float, float]:
    """Of the loss, and the largest of the gradients, each relative to the plain one."""
    model.zero_grad()
    loss = cross_entropy(model(tokens, task.loss_positions), labels, loss_dtype)
    loss.backward()
    gradient = {name: torch.full_like(weight, torch.nan) for name, weight in model.named_parameters()}
    options = {"loss_dtype": loss_dtype, "mix": model.config.attention_mix}
    found = answers(model, tokens, labels, task, **options).gradient(named_weights(gradient))
    scale = max(float(weight.grad.abs().max()) for weight in model.parameters())
    errors = [float((gradient[name] - weight.grad).abs().max()) for name, weight in model.named_parameters()]
    return abs(found - loss.item()) / loss.item(), max(errors) / scale


@settings(max_examples=25, deadline=None)
@given(
    digits=st.integers(1, 3),
    count=st.integers(1, 90),
    d_model=st.integers(2, 9),
    n_heads=st.integers(1, 3),
    d_head=st.integers(1, 5),
    d_mlp=st.integers(1, 12),
    mix=st.sampled_from([0.0, 0.3, 1.0]),
    seed=st.integers(0, 99),
)
def test_loss_and_gradients_in_both_precisions(digits, count, d_model, n_heads, d_head, d_mlp, mix, seed):
    task = DigitAddition(digits=digits)
    tokens, labels = sums(digits, count, seed)
    config = TransformerConfig(d_model=d_model, n_heads=n_heads, d_head=d_head, d_mlp=d_mlp, seed=seed)
    model = config.model_copy(update={"attention_mix": mix}).build(task)
    # The write-up's models start with zero biases; here they must count.
    for weight in model.parameters():
        weight.data += 0.1 * torch.randn(weight.shape, generator=torch.Generator().manual_seed(seed))
    assert max(difference(model, tokens, labels, task)) < 1e-5
    assert max(difference(model, tokens, labels, task, torch.float32)) < 1e-5
    assert max(difference(model.double(), tokens, labels, task)) < 1e-12


def test_the_published_shape_with_one_thread_and_two():
    task, (tokens, labels) = DigitAddition(), sums(5, 700)
    model = TransformerConfig().build(task)
    assert max(difference(model, tokens, labels, task)) < 1e-5
    results = []
    for share in (True, False):
        gradient = named_weights({name: torch.zeros_like(weight) for name, weight in model.named_parameters()})
        batch = answers(model, tokens, labels, task, share=share)
        assert batch.shared == (share and torch.get_num_threads() > 1)
        results.append([batch.gradient(gradient), *gradient])
    assert all(np.array_equal(left, right) for left, right in zip(*results, strict=True))


@pytest.mark.parametrize("scale", [1, 12])
def test_losses_of_each_answer(scale):
    """Scale 12: float32 losses would round to zero."""
    task, (tokens, labels) = DigitAddition(digits=3), sums(3, 75)
    model = TransformerConfig(d_model=32, d_head=8, d_mlp=64).build(task)
    model.unembed.W_U.data *= scale
    losses, right = answers(model, tokens, labels, task).evaluate()
    with torch.no_grad():
        plain_losses, plain_right = per_label(model(tokens, task.loss_positions), labels)
    np.testing.assert_allclose(losses, plain_losses.numpy(), rtol=1e-4, atol=1e-12)
    np.testing.assert_array_equal(right, plain_right.numpy().astype(bool))


@pytest.mark.parametrize("settings", [{}, {"attention": "bidirectional", "attention_mix": 0.25}])
@pytest.mark.parametrize("layout", [{"equals": False}, {"equals_first": True}, {"equals": False, "operator": True}])
def test_an_answer_that_is_read_at_y(layout, settings):
    task = ModularAddition(p=7, **layout)
    batch = task.universe().take(np.arange(1, 49, 3))
    tokens, labels = torch.from_numpy(batch.tokens), torch.from_numpy(batch.labels)
    model = TransformerConfig(d_model=9, n_heads=2, d_head=4, d_mlp=8, **settings).build(task)
    for weight in model.parameters():
        weight.data += 0.1 * torch.randn(weight.shape, generator=torch.Generator().manual_seed(0))
    assert answers_apply(model, tokens, labels, task.loss_positions)
    assert max(difference(model.double(), tokens, labels, task)) < 1e-12


@pytest.mark.parametrize("mix", [0.3, 1.0])
def test_training_that_reads_the_answer_at_y_uses_them(mix):
    model = TransformerConfig(d_model=8, n_heads=2, d_head=4, d_mlp=8, attention_mix=mix)
    data, task = Data(fraction=0.5), ModularAddition(p=7, equals=False)
    ends = []
    for forward in ("auto", "plain"):
        training = Training(steps=5, forward=forward)
        trainer = Trainer(Experiment(task=task, data=data, model=model, training=training), share=False)
        assert type(trainer._engine).__name__ == ("TableEngine" if forward == "auto" else "AutogradEngine")
        trainer.advance(5)
        ends.append(trainer.metrics())
    assert ends[0] == pytest.approx(ends[1], rel=1e-5)


def test_where_they_apply():
    task, (tokens, labels) = DigitAddition(digits=3), sums(3, 75)

    def apply(count: int = 75, labels: torch.Tensor = labels, **config: int) -> bool:
        model = TransformerConfig(**config).build(task)
        return answers_apply(model, tokens[:count], labels[:count], task.loss_positions)

    assert apply()
    assert not apply(n_layers=2)
    assert not apply(d_mlp=0)
    assert not apply(count=5)  # fewer patterns than pairs of pairs
    assert not apply(labels=labels.masked_fill(labels == labels[0, 0], IGNORE))
