"""Measures from one forward pass on all pairs equal those of the model itself."""

import pytest
import torch

from latebloom.circuits.modular import MODULAR, excluded_logits, views
from latebloom.circuits.modular.measures import EXCLUDED, EXCLUDED_ALONE, excluded, neurons
from latebloom.measures import Column, Snapshot, fixed_basis
from latebloom.measures.any_model import losses
from latebloom.models import Examples, Transformer, TransformerConfig, evaluate
from latebloom.tasks import Data, ModularAddition, split

TASK = ModularAddition(p=13)
BASIS = fixed_basis({"key_frequencies": [2, 5]})


@pytest.fixture(scope="module")
def snapshot() -> Snapshot:
    """A random model with an extra logit, half of the pairs trained on."""
    model = Transformer(TransformerConfig(d_model=16, d_mlp=32), TASK.d_vocab, 14, TASK.n_ctx)
    model.init_weights()
    parts = split(TASK, Data(fraction=0.5))
    sets = {"train": Examples.of(parts.train, "cpu"), "test": Examples.of(parts.test, "cpu")}
    return Snapshot(model, TASK, sets, parts.train_rows, BASIS, MODULAR.forward)


def test_losses_are_those_of_the_plain_forward_with_every_output(snapshot: Snapshot) -> None:
    expected = {}
    for name, examples in snapshot.sets.items():
        logits = snapshot.model(examples.tokens, TASK.loss_positions)
        assert logits.shape[-1] == 14
        expected |= evaluate(logits, TASK, examples, name)
    assert losses(snapshot) == pytest.approx(expected, rel=1e-5)


def test_excluded_losses_are_those_of_the_excluded_logits(snapshot: Snapshot) -> None:
    values, grid, mask = excluded(snapshot), snapshot.get(views.grid), snapshot.get(views.train_mask)
    for name, ks in ((EXCLUDED.name, [2, 5]), (EXCLUDED_ALONE.of(k=2), [2]), (EXCLUDED_ALONE.of(k=5), [5])):
        assert values[name] == pytest.approx(grid.loss(excluded_logits(grid, ks, 1), mask), rel=1e-6)


def test_no_neurons_no_clusters() -> None:
    task = ModularAddition(p=5)
    assert neurons(Snapshot(TransformerConfig(d_model=8, d_mlp=0).build(task), task, basis_of=BASIS)) == {}


def test_results_are_cached_and_the_exact_model_shares_the_basis(snapshot: Snapshot) -> None:
    assert snapshot.get(views.grid) is snapshot.get(views.grid)
    assert snapshot.exact.get(views.grid).logits.dtype == torch.float64
    assert snapshot.get(views.grid).logits.dtype == torch.float32
    assert snapshot.exact.get(views.keys) == (2, 5)


def test_a_column_may_be_a_pattern() -> None:
    assert EXCLUDED_ALONE.of(k=6) == "excluded_loss.k6"
    assert EXCLUDED_ALONE.match("excluded_loss") is None
    assert EXCLUDED_ALONE.match("excluded_loss_control") is None
    names = ["step", "excluded_loss.k6", "excluded_loss.k11"]
    assert EXCLUDED_ALONE.among(names) == {"excluded_loss.k6": {"k": "6"}, "excluded_loss.k11": {"k": "11"}}
    assert Column("k.{a}.{b}", "", "").match("k.0.2")["a"] == "0"
