"""What a measure may look at: one checkpoint of a run, run once on all pairs."""

from collections.abc import Mapping
from dataclasses import dataclass

from jaxtyping import Bool, Float
from torch import Tensor

from latebloom.circuits.modular.grid import Grid
from latebloom.models import Examples, Model
from latebloom.tasks import Task


@dataclass(frozen=True)
class Snapshot:
    """One checkpoint.

    sets: the fixed sets of examples, by name (``train``, ``test``); none for a stream.
    grid: the model on all pairs; None where the task is not on pairs.
    keys: key frequencies of the final model, applied to every checkpoint as in the write-up; may be empty.
    train_mask: which pairs were trained on; None for a stream.
    """

    model: Model
    task: Task
    sets: Mapping[str, Examples]
    grid: Grid | None
    keys: tuple[int, ...]
    train_mask: Bool[Tensor, "x y"] | None

    def logits(self, examples: Examples) -> Float[Tensor, "batch loss_pos d_vocab_out"]:
        """The model's logits on some examples: looked up where it has been run on all pairs."""
        if self.grid is None:
            return self.model(examples.tokens, self.task.loss_positions)
        x, y = examples.tokens[:, 0], examples.tokens[:, 1]
        return self.grid.outputs[x, y][:, None]

    @property
    def phase(self) -> tuple[Grid, int] | None:
        """The grid and the sign s of cos w(x + s·y), where the task has such a direction and there are key
        frequencies; else None, and measures of the wave algorithm are undefined."""
        sign = None if self.grid is None else self.grid.task.phase_sign
        return (self.grid, sign) if self.grid is not None and sign is not None and self.keys else None
