"""What the published induction run's weights and optimiser state say about how it was trained.

python dev/searches/induction_published.py .../induction_head_infinite.pth

The first section of induction.md is from here. Four questions, each answered by numbers that the file holds:
warm-up and initial positions (a position that is never fed only decays), the other initial weights (what was learned
keeps a trace of the draw), the layout (the loss the run ended at), and how often a block adds its input (at rest,
AdamW's step and its decay cancel: -mean gradient / sqrt(second moment) = weight, so their ratio is 1).
"""

import sys
from collections.abc import Iterator, Mapping

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
SCALES = (1.0, 1.9, 2.0, 2.1)


def main(path: str) -> None:
    stored = torch.load(path, weights_only=True, map_location="cpu")
    weights = {name: value for name, value in stored["model"].items() if not name.endswith("mask")}
    drawn = draw([tuple(value.shape) for value in weights.values()], seed=stored["model_config"]["seed"])
    unfed(weights["pos_embed.W_pos"][-1], drawn[1][-1], steps=len(stored["train_losses"]))
    traces(weights, drawn)
    tokens, starts = TASK.draw(SEQUENCES, np.random.default_rng(0))
    sequences = TASK.batch(tokens, starts)
    layouts(stored, sequences, starts)
    states = [state for _, state in sorted(stored["optimizer"]["state"].items())]
    moments = transformer_from_state({name: state["exp_avg_sq"] for name, state in zip(weights, states, strict=True)})
    for scale in SCALES:
        balance(with_scale(stored, scale), dict(moments.named_parameters()), sequences, scale)


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


def traces(ends: Mapping[str, Tensor], starts: list[Tensor]) -> None:
    """Correlation of each final weight with its own draw, and in standard deviations of what chance gives."""
    told = []
    for (name, end), start in zip(ends.items(), starts, strict=True):
        score = float(torch.corrcoef(torch.stack([end.flatten(), start.flatten()]))[0, 1])
        told.append(f"{name} {score:.2f} ({score * end.numel() ** 0.5:.0f})")
    print("correlation with the draw (standard deviations of chance):", ", ".join(told))


def layouts(stored: dict, sequences: Batch, starts: np.ndarray) -> None:
    """The loss on all sequences, and on those in which no copy holds its slot's last position."""
    losses, labelled = losses_of(with_scale(stored, 2.0), sequences)
    told = np.asarray(stored["train_losses"][-1000:])
    print(f"its own last 1 000 steps: {told.mean():.4f} +- {told.std() / len(told) ** 0.5:.4f}")
    ends = starts + TASK.subsequence - 1
    free = torch.as_tensor((ends < TASK.slot * np.arange(1, TASK.repeats + 1)).all(1))
    for name, rows in (("anywhere", torch.ones_like(free)), ("leaving the last position of each slot free", free)):
        each = (losses[rows].sum(1) / labelled[rows].sum(1)).numpy()
        print(f"copies {name}: {each.mean():.4f} +- {each.std() / len(each) ** 0.5:.4f} ({len(each)} sequences)")


def losses_of(model: Transformer, sequences: Batch) -> tuple[Tensor, Tensor]:
    """Loss of each label, 0 where there is none; and whether there is one."""
    with torch.no_grad():
        losses = [per_label(logits, labels)[0] for logits, labels in answers(model, sequences)]
    return torch.cat(losses), torch.as_tensor(sequences.labels) != IGNORE


def answers(model: Transformer, sequences: Batch) -> Iterator[tuple[Tensor, Tensor]]:
    """Logits and labels, some sequences at a time."""
    parts = (torch.as_tensor(part).split(CHUNK) for part in (sequences.tokens, sequences.labels))
    for tokens, labels in zip(*parts, strict=True):
        yield model(tokens, TASK.loss_positions), labels


def balance(model: Transformer, moments: Mapping[str, Tensor], sequences: Batch, scale: float) -> None:
    """How far AdamW's mean step goes against each weight's decay: 1 where the weight is at rest."""
    for logits, labels in answers(model, sequences):
        (cross_entropy(logits, labels) * CHUNK / SEQUENCES).backward()
    told = []
    for name, weight in model.named_parameters():
        step, end = -weight.grad / (moments[name].detach().sqrt() + 1e-8), weight.detach()
        told.append(f"{name} {float((step * end).sum() / end.square().sum()):.2f}")
    print(f"scale {scale:g}: step against decay:", ", ".join(told))


def with_scale(stored: dict, scale: float) -> Transformer:
    model = transformer_from_state(stored["model"])
    twin = Transformer(
        model.config.model_copy(update={"residual_scale": scale}), TASK.d_vocab, TASK.d_vocab_out, TASK.n_ctx
    )
    twin.load_state_dict(model.state_dict())
    return twin


if __name__ == "__main__":
    main(sys.argv[1])
