"""What the published induction run's weights and optimiser state say about how it was trained.

python dev/searches/induction_published.py .../induction_head_infinite.pth

The figures in induction.md are this script's. Four questions, each answered by numbers that the file holds:
warm-up and initial positions (a position that is never fed only decays), the other initial weights (what was learned
keeps a trace of the draw), the layout (the loss the run ended at), and how often a block adds its input (at rest,
AdamW's step and its decay cancel: -mean gradient / sqrt(second moment) = weight, so their ratio is 1).
"""

import sys

import numpy as np
import torch
from torch import Tensor

from latebloom.models.loss import cross_entropy, per_label
from latebloom.models.published import transformer_from_state
from latebloom.models.transformer import Transformer
from latebloom.tasks import IGNORE, Batch, RepeatedSubsequences

TASK = RepeatedSubsequences()
SEQUENCES = 16_384
CHUNK = 256
NAMES = ("W_E", "W_pos", "0.W_K", "0.W_Q", "0.W_V", "0.W_O", "1.W_K", "1.W_Q", "1.W_V", "1.W_O", "W_U")
HEAVIER = (1.0, 1.9, 2.0, 2.1)


def main(path: str) -> None:
    stored = torch.load(path, weights_only=True, map_location="cpu")
    weights = {name: value for name, value in stored["model"].items() if not name.endswith("mask")}
    drawn = draw([tuple(value.shape) for value in weights.values()], seed=stored["model_config"]["seed"])
    unfed(weights["pos_embed.W_pos"][-1], drawn[1][-1], steps=len(stored["train_losses"]))
    traces(list(weights.values()), drawn)
    tokens, starts = TASK.draw(SEQUENCES, np.random.default_rng(0))
    sequences = TASK.batch(tokens, starts)
    layouts(stored, sequences, starts)
    moments = [state["exp_avg_sq"] for _, state in sorted(stored["optimizer"]["state"].items())]
    for skip in HEAVIER:
        balance(with_skip(stored, skip), moments, sequences, skip)


def draw(shapes: list[tuple[int, ...]], seed: int) -> list[Tensor]:
    """Standard normal numbers, drawn in the order in which the published model makes its weights."""
    torch.manual_seed(seed)
    return [torch.randn(shape) for shape in shapes]


def unfed(end: Tensor, start: Tensor, steps: int) -> None:
    """Position 84: with warm-up over 100 steps AdamW's decay alone leaves the product below of its first value."""
    first = start / end.numel() ** 0.5
    rates = 1e-3 * np.minimum(np.arange(steps) / 100, 1)
    ratio = end / first
    print(f"position 84: left of the draw of seed 1 {ratio.min():.7f} to {ratio.max():.7f}, ", end="")
    print(f"of 100 steps of warm-up {np.prod(1 - rates):.7f}, of none {(1 - 1e-3) ** steps:.7f}")


def traces(ends: list[Tensor], starts: list[Tensor]) -> None:
    """Correlation of each final weight with its own draw, in standard deviations of what chance gives."""
    scores = [float(torch.corrcoef(torch.stack([a.flatten(), b.flatten()]))[0, 1]) for a, b in zip(ends, starts)]
    told = (f"{name} {score:.2f} ({score * end.numel() ** 0.5:.0f})" for name, score, end in zip(NAMES, scores, ends))
    print("correlation with the draw (standard deviations of chance):", ", ".join(told))


def layouts(stored: dict, sequences: Batch, starts: np.ndarray) -> None:
    """The loss on all sequences, and on those in which no copy holds its slot's last position."""
    losses, labelled = losses_of(with_skip(stored, 2.0), sequences)
    told = np.asarray(stored["train_losses"][-1000:])
    print(f"its own last 1 000 steps: {told.mean():.4f} +- {told.std() / len(told) ** 0.5:.4f}")
    ends = starts + TASK.subsequence - 1
    free = torch.as_tensor((ends < TASK.slot * np.arange(1, TASK.repeats + 1)).all(1))
    for name, rows in (("anywhere", torch.ones_like(free)), ("leaving the last position of each slot free", free)):
        each = (losses[rows].sum(1) / labelled[rows].sum(1)).numpy()
        print(f"copies {name}: {each.mean():.4f} +- {each.std() / len(each) ** 0.5:.4f} ({len(each)} sequences)")


def losses_of(model: Transformer, sequences: Batch) -> tuple[Tensor, Tensor]:
    labels = torch.as_tensor(sequences.labels)
    with torch.no_grad():
        parts = [
            per_label(model(torch.as_tensor(tokens), TASK.loss_positions), some)[0]
            for tokens, some in zip(np.split(sequences.tokens, SEQUENCES // CHUNK), labels.split(CHUNK))
        ]
    return torch.cat(parts), labels != IGNORE


def balance(model: Transformer, moments: list[Tensor], sequences: Batch, skip: float) -> None:
    """How far AdamW's mean step goes against each weight's decay: 1 where the weight is at rest."""
    weights = dict(model.named_parameters())
    for tokens, labels in zip(
        np.split(sequences.tokens, SEQUENCES // CHUNK), np.split(sequences.labels, SEQUENCES // CHUNK)
    ):
        logits = model(torch.as_tensor(tokens), TASK.loss_positions)
        (cross_entropy(logits, torch.as_tensor(labels)) * CHUNK / SEQUENCES).backward()
    squares = dict(with_moments(moments).named_parameters())
    told = []
    for name, weight in weights.items():
        step = -weight.grad / (squares[name].detach().sqrt() + 1e-8)
        told.append(
            f"{name.removeprefix('blocks.').replace('attn.', '')} {(step * weight).sum() / weight.square().sum():.2f}"
        )
    print(f"skip {skip:g}: step against decay:", ", ".join(told))


def with_skip(stored: dict, skip: float) -> Transformer:
    model = transformer_from_state(stored["model"])
    twin = Transformer(model.config.model_copy(update={"skip": skip}), TASK.d_vocab, TASK.d_vocab_out, TASK.n_ctx)
    twin.load_state_dict(model.state_dict())
    return twin


def with_moments(moments: list[Tensor]) -> Transformer:
    """The optimiser's second moments, in the layout of latebloom's weights."""
    places = {"W_E": "embed.W_E", "W_pos": "pos_embed.W_pos", "W_U": "unembed.W_U"}
    state = {places.get(n) or f"attn_blocks.{n.replace('.', '.attn.')}": m for n, m in zip(NAMES, moments)}
    return transformer_from_state(state)


if __name__ == "__main__":
    main(sys.argv[1])
