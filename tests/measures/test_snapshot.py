"""What measures read off one run on all pairs is what the model itself gives."""

import pytest
import torch

from latebloom.circuits.modular import excluded_logits, modular_grid
from latebloom.measures import Snapshot, excluded, losses, neurons
from latebloom.models import Examples, Transformer, TransformerConfig, evaluate
from latebloom.tasks import Data, ModularAddition, split

TASK = ModularAddition(p=13)


@pytest.fixture(scope="module")
def snapshot() -> Snapshot:
    """A random model with an extra logit, half of the pairs trained on."""
    model = Transformer(TransformerConfig(d_model=16, d_mlp=32), TASK.d_vocab, 14, TASK.n_ctx)
    model.init_weights()
    parts = split(TASK, Data(fraction=0.5))
    mask = torch.zeros(169, dtype=torch.bool)
    mask[torch.from_numpy(parts.train_rows)] = True
    sets = {"train": Examples.of(parts.train, "cpu"), "test": Examples.of(parts.test, "cpu")}
    return Snapshot(model, TASK, sets, modular_grid(model, TASK), (2, 5), mask.view(13, 13))


def test_losses_are_those_of_the_plain_forward_with_every_output(snapshot: Snapshot) -> None:
    expected = {}
    for name, examples in snapshot.sets.items():
        logits = snapshot.model(examples.tokens, TASK.loss_positions)
        assert logits.shape[-1] == 14
        expected |= evaluate(logits, TASK, examples, name)
    assert losses(snapshot) == pytest.approx(expected, rel=1e-5)


def test_excluded_losses_are_those_of_the_excluded_logits(snapshot: Snapshot) -> None:
    found, grid = excluded(snapshot), snapshot.grid
    assert grid is not None
    for name, ks in (("excluded_loss", [2, 5]), ("excluded_loss.k2", [2]), ("excluded_loss.k5", [5])):
        assert found[name] == pytest.approx(grid.loss(excluded_logits(grid, ks, 1), snapshot.train_mask), rel=1e-6)


def test_no_neurons_no_clusters(snapshot: Snapshot) -> None:
    task = ModularAddition(p=5)
    grid = modular_grid(TransformerConfig(d_model=8, d_mlp=0).build(task), task)
    assert neurons(Snapshot(snapshot.model, task, {}, grid, (1,), None)) == {}
    assert neurons(Snapshot(snapshot.model, task, {}, None, (), None)) == {}
