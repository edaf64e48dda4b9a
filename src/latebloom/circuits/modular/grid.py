"""Everything that the analysis of a modular task reads off a model, on all p² pairs at once."""

from dataclasses import dataclass
from functools import cached_property

import torch
from jaxtyping import Bool, Float, Int, Shaped
from torch import Tensor

from latebloom._errors import UsageError
from latebloom.circuits.modular.pair_forward import has_pair_tables, pair_forward
from latebloom.circuits.modular.plain_forward import plain_forward
from latebloom.fourier import transform
from latebloom.models import MLP, Model, Transformer
from latebloom.tasks import ModularTask


@dataclass(frozen=True)
class Grid:
    """A model on all pairs of a modular task; axes x and y are the operands.

    outputs: logits as the model gives them. logits: those of the p answer classes (a published model's extra ``=``
    logit is dropped).
    neurons: activations after the ReLU at ``=``, last layer (width 0 for an attention-only model).
    pattern: attention of ``=`` to ``x y =``, by head, last layer; None for the MLP.
    embedding: one row per operand value: W_E, or W_in of the MLP.
    w_logit: the neurons' linear map to the logits: W_out W_U, or W_out of the MLP.
    """

    task: ModularTask
    outputs: Float[Tensor, "x y d_vocab_out"]
    logits: Float[Tensor, "x y z"]
    neurons: Float[Tensor, "x y d_mlp"]
    pattern: Float[Tensor, "x y head pos"] | None
    embedding: Float[Tensor, "x d_model"]
    w_logit: Float[Tensor, "d_mlp z"]

    @property
    def p(self) -> int:
        """The modulus."""
        return self.task.p

    @cached_property
    def labels(self) -> Int[Tensor, "x y"]:
        """The right answers."""
        return torch.from_numpy(self.task.table())

    @cached_property
    def neuron_coefficients(self) -> Float[Tensor, "f f d_mlp"]:
        """Neurons in the 2D Fourier basis."""
        return transform(self.neurons, (0, 1))

    @cached_property
    def logit_coefficients(self) -> Float[Tensor, "f f z"]:
        """Logits in the 2D Fourier basis."""
        return transform(self.logits, (0, 1))

    def pair_losses(self, logits: Float[Tensor, "x y z"]) -> Float[Tensor, "x y"]:
        """Cross-entropy (nats, float64) of each pair."""
        return self.row_losses(logits.flatten(0, 1)).view_as(self.labels)

    def row_losses(
        self, rows: Float[Tensor, "pair z"], mask: Bool[Tensor, "x y"] | None = None
    ) -> Float[Tensor, " pair"]:
        """Cross-entropy (nats, float64) of each masked pair, or of all pairs, given the logits of these alone."""
        labels = masked(self.labels, mask)
        return torch.nn.functional.cross_entropy(rows.double(), labels, reduction="none")

    def loss(self, logits: Float[Tensor, "x y z"] | None = None, mask: Bool[Tensor, "x y"] | None = None) -> float:
        """Mean cross-entropy (nats, float64) of these logits, or the model's own, over all pairs or the masked ones."""
        return float(self.row_losses(masked(self.logits if logits is None else logits, mask), mask).mean())

    def accuracy(self, mask: Bool[Tensor, "x y"] | None = None) -> float:
        """Share of pairs whose highest logit is the right answer."""
        right = self.logits.argmax(-1) == self.labels
        return float((right if mask is None else right[mask]).double().mean())


def masked(grid: Shaped[Tensor, "x y *rest"], mask: Bool[Tensor, "x y"] | None) -> Shaped[Tensor, "pair *rest"]:
    """The masked pairs, or all of them, as rows."""
    return grid.flatten(0, 1) if mask is None else grid[mask]


@torch.no_grad()
def modular_grid(model: Model, task: ModularTask) -> Grid:
    """Run a model on all pairs, in the precision of its weights.

    Errors: UsageError for a model of another kind than Transformer or MLP.
    """
    embedding, w_logit = _maps(model)
    run = pair_forward(model, task) if has_pair_tables(model) else plain_forward(model, task)
    return Grid(
        task=task,
        outputs=run.outputs,
        logits=run.outputs[..., : task.p].contiguous(),
        neurons=run.neurons,
        pattern=run.pattern,
        embedding=embedding[: task.p].detach(),
        w_logit=w_logit[:, : task.p].detach(),
    )


def _maps(model: Model) -> tuple[Tensor, Tensor]:
    """Embedding and W_logit of a model of a known kind."""
    if isinstance(model, MLP):
        return model.mlp.W_in, model.mlp.W_out
    if not isinstance(model, Transformer):
        raise UsageError(f"model: got {type(model).__name__}, expected a Transformer or an MLP")
    mlp, unembed = model.blocks[-1].mlp, model.unembed.W_U
    return model.embed.W_E, unembed.new_zeros(0, unembed.shape[1]) if mlp is None else mlp.W_out @ unembed
