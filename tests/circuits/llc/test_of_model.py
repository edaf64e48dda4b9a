"""The coefficient of a model: its loss is the train loss, its parts are all of its weights, and training lowers it."""

import numpy as np
import pytest
import torch

from latebloom._errors import UsageError
from latebloom.circuits import measure_snapshot
from latebloom.circuits.llc import LearningCoefficient, ModelLoss, Sampling, learning_coefficient, parts_of
from latebloom.circuits.llc.measures import llc, llc_long
from latebloom.measures import Snapshot, measures_of
from latebloom.models import EmbeddingMLPConfig, Examples, MLPConfig, TransformerConfig, cross_entropy
from latebloom.tasks import Data, ModularAddition, split

TASK = ModularAddition(p=7)
TINY = TransformerConfig(d_model=8, n_heads=2, d_head=4, d_mlp=16)
SHORT = Sampling(chains=2, burn_in=5, draws=10)


def snapshot(config: object = TINY) -> Snapshot:
    train = Examples.of(split(TASK, Data(fraction=0.6)).train, "cpu")
    return Snapshot(config.build(TASK), TASK, {"train": train})  # type: ignore[attr-defined]


@pytest.mark.parametrize(("config", "fast"), [(TINY, True), (TINY.model_copy(update={"norm": "layernorm"}), False)])
def test_the_loss_is_the_train_loss_and_its_gradient_that_of_autograd(config: TransformerConfig, fast: bool) -> None:
    one = snapshot(config)
    loss = ModelLoss(one.model, one.sets["train"], TASK.loss_positions)
    assert loss.fast == fast
    value, gradient = loss(loss.centre)
    expected = cross_entropy(one.model(one.sets["train"].tokens, TASK.loss_positions), one.sets["train"].labels)
    slopes = torch.autograd.grad(expected, list(one.model.parameters()))
    assert value == pytest.approx(expected.item(), rel=1e-5)
    np.testing.assert_allclose(gradient, torch.cat([s.flatten() for s in slopes]).numpy(), rtol=1e-3, atol=1e-6)
    # Elsewhere the loss is another, and the model itself stays as it was.
    assert loss(loss.centre * 2)[0] != value
    assert loss(loss.centre)[0] == value


@pytest.mark.parametrize("config", [TINY, MLPConfig(d_mlp=8), EmbeddingMLPConfig(d_embed=8, widths=(8,))])
def test_the_parts_are_all_of_the_weights(config: object) -> None:
    one = snapshot(config)
    weights = [learning_coefficient(one, part, SHORT).weights for part in parts_of(one.model)]
    assert sum(weights) == sum(weight.numel() for weight in one.model.parameters())
    assert min(weights) > 0


def test_weights_that_the_model_keeps_fixed_do_not_move() -> None:
    one = snapshot(EmbeddingMLPConfig(d_embed=8, widths=(8,)))
    first, *others = one.model.parameters()
    first.requires_grad_(False)
    assert learning_coefficient(one, None, SHORT).weights == sum(weight.numel() for weight in others)
    for weight in others:
        weight.requires_grad_(False)
    with pytest.raises(UsageError, match="has no weights that train"):
        learning_coefficient(one, None, SHORT)


def test_weights_that_are_still_random_have_no_coefficient() -> None:
    found = learning_coefficient(snapshot(), None, Sampling(chains=2, burn_in=50, draws=50, gamma=10.0))
    assert found.value is None
    assert found.reason


def test_a_part_that_there_is_not_and_a_stream_are_one_line() -> None:
    with pytest.raises(
        UsageError, match=r"part: got 'attntion', expected one of embedding, .*did you mean 'attention'"
    ):
        learning_coefficient(snapshot(), "attntion")
    with pytest.raises(UsageError, match="no fixed train set"):
        learning_coefficient(Snapshot(TINY.build(TASK), TASK))


def test_costly_measures_are_computed_only_where_they_are_asked_for() -> None:
    names = {measure.name for measure in measures_of("modular")}
    assert not names & {"llc", "llc_long", "llc_parts", "certificate"}
    assert {measure.name for measure in measures_of("modular", ["llc"])} - names == {"llc"}
    one = Snapshot(TINY.build(TASK), TASK, basis_of=lambda _: {"key_frequencies": [1]})
    assert "accuracy_at_least" not in measure_snapshot(one)
    assert 0 <= measure_snapshot(one, ["certificate"])["accuracy_at_least"] <= 1


def test_longer_chains_are_stored_under_names_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    def by_length(snapshot: Snapshot, part: None = None, sampling: Sampling | None = None) -> LearningCoefficient:
        draws = float((sampling or Sampling()).draws)
        about = {"loss": 0.0, "n": 10, "beta": 1.0, "gamma": 1.0, "weights": 1}
        return LearningCoefficient(value=draws, low=draws - 1, high=draws + 1, **about)

    monkeypatch.setattr("latebloom.circuits.llc.of_model.learning_coefficient", by_length)
    found = {**llc(snapshot()), **llc_long(snapshot())}
    assert found["llc_long"] >= 2 * found["llc"]
    assert found["llc_long_low"] < found["llc_long"] < found["llc_long_high"]
    assert llc_long(Snapshot(TINY.build(TASK), TASK)) == {}
