"""A training made by hand, p = 13: fresh weights, half of the way, and the planted circuit; curves; its train pairs."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import torch

from latebloom.circuits.modular.planted_transformer import planted_transformer
from latebloom.models import Examples, Transformer, evaluate
from latebloom.tasks import Data, ModularAddition, split

P, KEYS, STEPS = 13, [2, 5], (0, 50, 100)
State = dict[str, torch.Tensor]


@dataclass(frozen=True)
class Training:
    """states: by step. train_losses, test_losses: one per step from 0 to 100, right at the steps of the states."""

    states: dict[int, State]
    train_rows: list[int]
    test_rows: list[int]
    train_losses: list[float]
    test_losses: list[float]

    @property
    def curves(self) -> dict[str, list[float]]:
        return {"train_losses": self.train_losses, "test_losses": self.test_losses}


@pytest.fixture(scope="session")
def training() -> Training:
    task = ModularAddition(p=P)
    last = planted_transformer(P, KEYS)
    first = last.config.model_copy(update={"seed": 5}).build(task)
    ends = [{name: value.detach().float() for name, value in model.state_dict().items()} for model in (first, last)]
    half = {name: (ends[0][name] + ends[1][name]) / 2 for name in ends[0]}
    states = dict(zip(STEPS, (ends[0], half, ends[1]), strict=True))
    cut = split(task, Data(fraction=0.5, seed=3))
    curves = {}
    for name, batch in (("train", cut.train), ("test", cut.test)):
        losses = [_loss(last, state, task, Examples.of(batch, "cpu")) for state in states.values()]
        curves[name] = np.interp(range(STEPS[-1] + 1), STEPS, losses).tolist()
    assert cut.train_rows is not None
    assert cut.test_rows is not None
    return Training(states, cut.train_rows.tolist(), cut.test_rows.tolist(), curves["train"], curves["test"])


def _loss(model: Transformer, state: State, task: ModularAddition, examples: Examples) -> float:
    copy = model.config.build(task)
    copy.load_state_dict(state)
    with torch.no_grad():
        return evaluate(copy(examples.tokens, task.loss_positions), task, examples, "a")["a_loss"]


def transformer_lens(state: State) -> State:
    """TransformerLens' names for a model whose biases were never trained, with its buffers."""
    heads, d_model, d_head = state["blocks.0.attn.W_Q"].shape
    zeros = {f"blocks.0.attn.b_{name}": torch.zeros(heads, d_head) for name in "QKV"}
    zeros |= {"blocks.0.attn.b_O": torch.zeros(d_model), "unembed.b_U": torch.zeros(state["unembed.W_U"].shape[1])}
    return state | zeros | {"blocks.0.attn.mask": torch.ones(3, 3).tril().bool()}


def demo(training: Training, **more: object) -> dict[str, object]:
    """What TransformerLens' grokking demo saves."""
    states = [transformer_lens(state) for state in training.states.values()]
    rows = {"train_indices": torch.tensor(training.train_rows), "test_indices": torch.tensor(training.test_rows)}
    kept = {"model": states[-1], "checkpoints": states, "checkpoint_epochs": list(STEPS)}
    return kept | training.curves | rows | {"config": {"act_fn": "relu", "n_layers": 1}} | more


@pytest.fixture
def demo_file(training: Training, tmp_path: Path) -> Path:
    torch.save(demo(training), tmp_path / "full_run_data.pth")
    return tmp_path / "full_run_data.pth"
