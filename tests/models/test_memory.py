"""Models that do not fit into memory are refused before any of them is allocated."""

import pytest

import latebloom._memory
from latebloom._errors import UsageError
from latebloom.models import EmbeddingMLPConfig, ModelConfig, TransformerConfig
from latebloom.models.memory import BYTES_PER_BLOCK, BYTES_PER_WEIGHT
from latebloom.tasks import ModularAddition
from latebloom.training import Experiment, Trainer, Training

TASK = ModularAddition(p=11)


@pytest.fixture
def limit(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(latebloom._memory, "ALWAYS_FREE", 0)
    return lambda number: monkeypatch.setattr(latebloom._memory, "available_memory", lambda: number)


@pytest.mark.parametrize(
    ("config", "blocks"),
    [
        (TransformerConfig(d_model=8, n_heads=2, d_head=4, d_mlp=16, n_layers=3), 3),
        (TransformerConfig(d_model=8, n_heads=2, d_head=4, d_mlp=0, tied=True, positions=False), 1),
        (EmbeddingMLPConfig(d_embed=6, widths=(5, 7), combine="concat"), 0),
    ],
    ids=str,
)
def test_the_estimate_counts_the_matrices(limit, config: ModelConfig, blocks: int) -> None:
    weights = config.build(TASK).named_parameters()
    matrices = sum(w.numel() for name, w in weights if name.rsplit(".", 1)[-1].startswith("W") and w.numel())
    needed = matrices * BYTES_PER_WEIGHT + blocks * BYTES_PER_BLOCK
    limit(needed)
    config.build(TASK)
    limit(needed - 1)
    with pytest.raises(UsageError, match=r"of memory, but .* GB are free; expected smaller sizes"):
        config.build(TASK)


def test_pairs_count_too(limit) -> None:
    limit(11 * 11 * 8 * 13)
    TASK.universe()
    limit(11 * 11 * 8 * 13 - 1)
    with pytest.raises(UsageError, match=r"task\.p: got 11 with 121 pairs"):
        TASK.universe()


def test_logits_count_where_all_are_held_at_once(limit) -> None:
    task = ModularAddition(p=11, extra_answers=10_000)
    model = TransformerConfig(d_model=1, n_heads=1, d_head=1, d_mlp=1)
    experiment = Experiment(task=task, model=model, training=Training(forward="plain"))
    limit(10_000_000)
    with pytest.raises(UsageError, match="got 85 examples with 10011 logits each"):
        Trainer(experiment)


def test_nothing_is_refused_where_the_memory_is_unknown(limit) -> None:
    limit(None)
    TransformerConfig(d_model=8, n_heads=2, d_head=4, d_mlp=16).build(TASK)
