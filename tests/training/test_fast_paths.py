"""Training by fast paths, on full batches and on batches that change."""

from collections.abc import Callable

import pytest
import torch

from latebloom.models import MLPConfig, TransformerConfig
from latebloom.runs import Job, open_run, train_batch
from latebloom.tasks import IGNORE, Data, DigitAddition, RepeatedSubsequences, SkipTrigrams
from latebloom.training import Experiment, Trainer
from latebloom.training.autograd import AutogradEngine
from latebloom.training.tables import TableEngine

Make = Callable[..., Experiment]

STREAM = Data(kind="stream", test_size=30)
ATTENTION = TransformerConfig(d_model=8, n_heads=2, d_head=4, d_mlp=0, residual_scale=2)
SEQUENCES = RepeatedSubsequences(length=16, subsequence=3, vocabulary=9)
CASES = {
    "sequences": {"task": SEQUENCES, "data": STREAM, "model": ATTENTION.model_copy(update={"n_layers": 2})},
    "mlp": {"model": MLPConfig(d_mlp=24)},
    "trigrams": {"task": SkipTrigrams(length=4), "data": STREAM, "model": ATTENTION},
    "few trigrams": {"task": SkipTrigrams(length=4), "data": Data(kind="finite", train_size=50), "model": ATTENTION},
    "sums": {"task": DigitAddition(digits=2), "data": STREAM},
}


def experiment(tiny: Make, name: str, **training: object) -> Experiment:
    parts = CASES[name]
    if parts.get("data") is STREAM:
        training["batch_size"] = 60
    return tiny(8, **training).model_copy(update=parts)


@pytest.mark.parametrize("name", CASES)
def test_fast_and_plain_forward_train_alike(tiny: Make, name: str) -> None:
    fast, plain = (Trainer(experiment(tiny, name, forward=forward)) for forward in ("auto", "plain"))
    assert isinstance(fast._engine, TableEngine)
    assert isinstance(plain._engine, AutogradEngine)
    for trainer in (fast, plain):
        assert trainer.advance(8)
    assert fast.metrics() == pytest.approx(plain.metrics(), rel=1e-3)
    for key, value in fast.weights().items():
        torch.testing.assert_close(value, plain.weights()[key], rtol=1e-2, atol=1e-3)


@pytest.mark.parametrize("name", CASES)
def test_resumes_bit_identically(tiny: Make, name: str) -> None:
    whole, resumed = (Trainer(experiment(tiny, name)) for _ in range(2))
    whole.advance(3)
    resumed.load_state(3, whole.state())
    whole.metrics()
    for trainer in (whole, resumed):
        trainer.advance(5)
    assert all(torch.equal(value, resumed.state()[key]) for key, value in whole.state().items())


@pytest.mark.parametrize("name", ["mlp", "trigrams", "sums"])
def test_seeds_beside_each_other_have_the_bits_of_each_alone(tiny: Make, name: str, tmp_path) -> None:
    seeds = [experiment(tiny, name).with_seed(seed) for seed in (0, 1, 2)]
    train_batch([Job(one, str(one.model.seed)) for one in seeds], tmp_path)
    for one in seeds:
        alone = Trainer(one)
        alone.advance(8)
        stored = open_run(tmp_path / str(one.model.seed)).checkpoint(8).model.state_dict()
        assert all(torch.equal(value, stored[key]) for key, value in alone.weights().items())


@pytest.mark.parametrize("name", CASES)
def test_hooks_of_another_library_see_every_activation(tiny: Make, name: str) -> None:
    """The plain forward takes over, and the fast path again afterwards."""
    watched, fast = (Trainer(experiment(tiny, name)) for _ in range(2))
    seen: list[torch.Size] = []
    leaf = watched.model.activation_names[-1]
    point = watched.model.get_submodule(leaf)
    handle = point.register_forward_hook(lambda module, args, value: seen.append(value.shape))
    assert watched.advance(2)
    assert len(seen) == 2
    handle.remove()
    assert watched.advance(2)
    assert len(seen) == 2
    fast.advance(4)
    for key, value in fast.weights().items():
        torch.testing.assert_close(value, watched.weights()[key], rtol=1e-2, atol=1e-3)


def test_a_batch_in_which_a_label_is_missing(tiny: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is computed by the plain forward, and its loss is the mean over the labels that there are."""
    fast, plain = (Trainer(experiment(tiny, "trigrams", forward=forward)) for forward in ("auto", "plain"))
    for trainer in (fast, plain):
        draw = trainer.data.batch

        def with_gaps(step: int, draw=draw):
            examples = draw(step)
            examples.labels[:7] = IGNORE
            return examples

        monkeypatch.setattr(trainer._engine, "_batches" if trainer is fast else "_batch", with_gaps)
        assert trainer.advance(4)
    for key, value in fast.weights().items():
        torch.testing.assert_close(value, plain.weights()[key], rtol=1e-4, atol=1e-5)


def test_streams_without_a_fast_path(tiny: Make) -> None:
    parts = {"task": RepeatedSubsequences(length=13, subsequence=3, vocabulary=9), "data": STREAM, "model": ATTENTION}
    assert isinstance(Trainer(tiny(4, batch_size=20).model_copy(update=parts))._engine, AutogradEngine)
