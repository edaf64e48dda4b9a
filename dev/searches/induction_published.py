"""Infer from the weights and the optimiser state of the published induction run how it was trained.

python dev/searches/induction_published.py .../induction_head_infinite.pth

The first section of induction.md reports the results. Numbers in the file answer four questions: warm-up and initial
positions (an unused position only decays), the other initial weights (trained weights keep a trace of the draw), the
layout (from the final loss), and how often a block adds its input (at rest, AdamW's step and its decay cancel:
-mean gradient / sqrt(second moment) = weight, so their ratio is 1).
"""

import sys
from collections.abc import Iterator, Mapping

import numpy as np
import torch
from torch import Tensor

from latebloom.models.layouts import read_state, trained_tensors
from latebloom.models.loss import cross_entropy, per_label
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
    moments = read_state(
        trained_tensors({name: state["exp_avg_sq"] for name, state in zip(weights, states, strict=True)})
    ).model
    for scale in SCALES:
        balance(with_scale(stored, scale), dict(moments.named_parameters()), sequences, scale)


def draw(shapes: list[tuple[int, ...]], seed: int) -> list[Tensor]:
    """Standard normal numbers, drawn in the order in which the published model makes its weights."""
    torch.manual_seed(seed)
    return [torch.randn(shape) for shape in shapes]


def unfed(end: Tensor, start: Tensor, steps: int) -> None:
    """Position 84: the share of its first value that remains after AdamW's decay alone, with a warm-up of 100 steps."""
    first = start / end.numel() ** 0.5
    rates = 1e-3 * np.minimum(np.arange(steps) / 100, 1)
    ratio = end / first
    print(f"position 84: share left of the draw of seed 1 {ratio.min():.7f} to {ratio.max():.7f}, ", end="")
    print(f"expected with 100 steps of warm-up {np.prod(1 - rates):.7f}, without warm-up {(1 - 1e-3) ** steps:.7f}")


def traces(ends: Mapping[str, Tensor], starts: list[Tensor]) -> None:
    """Correlation of each final weight with its own draw, also in units of the standard deviation by chance."""
    lines = []
    for (name, end), start in zip(ends.items(), starts, strict=True):
        score = float(torch.corrcoef(torch.stack([end.flatten(), start.flatten()]))[0, 1])
        lines.append(f"{name} {score:.2f} ({score * end.numel() ** 0.5:.0f})")
    print("correlation with the draw (standard deviations of chance):", ", ".join(lines))


def layouts(stored: dict, sequences: Batch, starts: np.ndarray) -> None:
    """The loss on all sequences, and on those in which no copy reaches the last position of its slot."""
    losses, labelled = losses_of(with_scale(stored, 2.0), sequences)
    last = np.asarray(stored["train_losses"][-1000:])
    print(f"last 1 000 steps of the run: {last.mean():.4f} +- {last.std() / len(last) ** 0.5:.4f}")
    ends = starts + TASK.subsequence - 1
    free = torch.as_tensor((ends < TASK.slot * np.arange(1, TASK.repeats + 1)).all(1))
    for name, rows in (("anywhere", torch.ones_like(free)), ("leaving the last position of each slot free", free)):
        each = (losses[rows].sum(1) / labelled[rows].sum(1)).numpy()
        print(f"copies {name}: {each.mean():.4f} +- {each.std() / len(each) ** 0.5:.4f} ({len(each)} sequences)")


def losses_of(model: Transformer, sequences: Batch) -> tuple[Tensor, Tensor]:
    """The loss of each label, 0 where a position has no label, and whether it has one."""
    with torch.no_grad():
        losses = [per_label(logits, labels)[0] for logits, labels in answers(model, sequences)]
    return torch.cat(losses), torch.as_tensor(sequences.labels) != IGNORE


def answers(model: Transformer, sequences: Batch) -> Iterator[tuple[Tensor, Tensor]]:
    """Logits and labels, some sequences at a time."""
    parts = (torch.as_tensor(part).split(CHUNK) for part in (sequences.tokens, sequences.labels))
    for tokens, labels in zip(*parts, strict=True):
        yield model(tokens, TASK.loss_positions), labels


def balance(model: Transformer, moments: Mapping[str, Tensor], sequences: Batch, scale: float) -> None:
    """Ratio of AdamW's mean step to the decay of each weight: 1 if the weight is at rest."""
    for logits, labels in answers(model, sequences):
        (cross_entropy(logits, labels) * CHUNK / SEQUENCES).backward()
    ratios = []
    for name, weight in model.named_parameters():
        step, end = -weight.grad / (moments[name].detach().sqrt() + 1e-8), weight.detach()
        ratios.append(f"{name} {float((step * end).sum() / end.square().sum()):.2f}")
    print(f"scale {scale:g}: step against decay:", ", ".join(ratios))


def with_scale(stored: dict, scale: float) -> Transformer:
    model = read_state(trained_tensors(stored["model"])).model
    twin = Transformer(
        model.config.model_copy(update={"residual_scale": scale}), TASK.d_vocab, TASK.d_vocab_out, TASK.n_ctx
    )
    twin.load_state_dict(model.state_dict())
    return twin


if __name__ == "__main__":
    main(sys.argv[1])
