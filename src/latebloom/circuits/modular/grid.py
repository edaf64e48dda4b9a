"""Everything that the analysis of a modular task reads off a model, on all p² pairs at once."""

from dataclasses import dataclass
from functools import cached_property

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from latebloom._errors import UsageError
from latebloom.fourier import transform
from latebloom.models import MLP, Model, Transformer, cross_entropy
from latebloom.tasks import ModularTask


@dataclass(frozen=True)
class Grid:
    """A model on all pairs of a modular task; axes x and y are the operands.

    logits: of the p answer classes (an extra ``=`` logit is dropped).
    neurons: activations after the ReLU at ``=``, last layer (width 0 for an attention-only model).
    pattern: attention of ``=`` to ``x y =``, by head, last layer; None for the MLP.
    embedding: one row per operand value: W_E, or W_in of the MLP.
    w_logit: the neurons' linear map to the logits: W_out W_U, or W_out of the MLP.
    """

    task: ModularTask
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

    def loss(self, logits: Float[Tensor, "x y z"] | None = None, mask: Bool[Tensor, "x y"] | None = None) -> float:
        """Mean cross-entropy (nats, float64) of these logits, or the model's own, over all pairs or the masked ones."""
        logits = self.logits if logits is None else logits
        labels = self.labels
        if mask is not None:
            logits, labels = logits[mask], labels[mask]
        return float(cross_entropy(logits.reshape(-1, 1, self.p), labels.reshape(-1, 1)))

    def accuracy(self, mask: Bool[Tensor, "x y"] | None = None) -> float:
        """Share of pairs whose highest logit is the right answer."""
        right = self.logits.argmax(-1) == self.labels
        return float((right if mask is None else right[mask]).double().mean())


def all_pairs(task: ModularTask) -> Int[Tensor, "pair pos"]:
    """Tokens of all p² pairs, row x·p + y."""
    return torch.from_numpy(task.universe().tokens)


@torch.no_grad()
def modular_grid(model: Model, task: ModularTask) -> Grid:
    """Run a model on all pairs, in the precision of its weights.

    Errors: UsageError for a model of another kind than Transformer or MLP.
    """
    logits, cache = model.run_with_cache(all_pairs(task), task.loss_positions)
    w_logit: Tensor
    if isinstance(model, MLP):
        neurons, pattern = cache["mlp.hook_post"], None
        embedding, w_logit = model.mlp.W_in, model.mlp.W_out
    elif isinstance(model, Transformer):
        last = model.config.n_layers - 1
        block = model.blocks[last]
        pattern = cache[f"blocks.{last}.attn.hook_pattern"].reshape(task.p, task.p, -1, task.n_ctx)
        embedding = model.embed.W_E
        if block.mlp is None:
            neurons, w_logit = logits.new_zeros(len(logits), 1, 0), logits.new_zeros(0, logits.shape[-1])
        else:
            neurons, w_logit = cache[f"blocks.{last}.mlp.hook_post"], block.mlp.W_out @ model.unembed.W_U
    else:
        raise UsageError(f"model: got {type(model).__name__}, expected a Transformer or an MLP")
    p = task.p
    return Grid(
        task=task,
        logits=logits[:, 0, :p].reshape(p, p, p).clone(),
        neurons=neurons.reshape(p, p, -1),
        pattern=pattern,
        embedding=embedding[:p].detach(),
        w_logit=w_logit[:, :p].detach(),
    )
