"""Everything that the analysis of a modular task takes from a model, on all p² pairs at once."""

from dataclasses import dataclass
from functools import cached_property

import torch
from jaxtyping import Bool, Float, Int, Shaped
from torch import Tensor

from latebloom._errors import UsageError
from latebloom.circuits.modular.pair_forward import has_pair_tables, pair_forward
from latebloom.circuits.modular.plain_forward import plain_forward
from latebloom.circuits.modular.positions import Positions, positions
from latebloom.fourier import transform
from latebloom.models import MLP, EmbeddingMLP, Model, Transformer
from latebloom.models.components import LayerNorm
from latebloom.tasks import IGNORE, ModularTask


@dataclass(frozen=True)
class Grid:
    """A model on all pairs of a modular task.

    Where the operation is addition in a cyclic group Z_n (`CyclicForm`), operands and answers are in the order of
    that group: axis x of ``logits`` at position i is the operand ``x[i]``, and the right answer to (x[i], y[j]) is at
    position i + s·j mod n of axis z. So the Fourier basis over n positions is that of addition mod p for x + y and
    x - y (n = p, each value its own position), and that of discrete logarithms for x·y and x/y (n = p - 1; the value 0
    has no position). Every other operation is in the order of its values, n = p.

    outputs: the model's logits of all p² pairs, in the order of the values.
    logits: those of the n answers (the extra ``=`` logit of a published model is dropped). The task's extra answers
    are not analysed, but count in every softmax, always with the model's own logits.
    neurons: after the activation function, at the last position, last layer (width 0 for an attention-only model).
    pattern: attention of the last position to all positions, by head, last layer; None for a model without attention.
    embedding: one row per value of x: W_E, or W_in of the MLP.
    w_logit: the neurons' linear map to the logits: W_out W_U; W_out of the MLP, W_U of a model on embeddings. With a
    norm before the unembedding it is that map before the division by the norm: the centring and the gain are in it, and
    each pair has its own positive factor. So its directions and shares are right, and a change of the logits cannot be
    computed from it.
    linear: whether w_logit is the map as it is, without such a factor.
    """

    task: ModularTask
    outputs: Float[Tensor, "p p d_vocab_out"]
    logits: Float[Tensor, "x y z"]
    neurons: Float[Tensor, "x y d_mlp"]
    pattern: Float[Tensor, "x y head pos"] | None
    embedding: Float[Tensor, "x d_model"]
    w_logit: Float[Tensor, "d_mlp z"]
    linear: bool = True

    @property
    def order(self) -> int:
        """n, the number of positions: p, or p - 1 in a group without the value 0."""
        return len(self.logits)

    @cached_property
    def positions(self) -> Positions:
        """The value at each position."""
        return positions(self.task)

    @property
    def sign(self) -> int | None:
        """s if the answer is at position i + s·j mod n, so that cos w(i + s·j) determines it; else None."""
        return self.positions.sign

    @cached_property
    def labels(self) -> Int[Tensor, "x y"]:
        """Positions of the right answers; IGNORE where the operation is not defined."""
        return self.positions.labels(self.task)

    def neuron_coefficients(self, neuron: int) -> Float[Tensor, "f f"]:
        """One neuron in the 2D Fourier basis. Those of all would take as much memory as the neurons, and are needed
        nowhere."""
        return transform(self.neurons[..., neuron], (0, 1))

    @cached_property
    def mean_logits(self) -> Float[Tensor, " z"]:
        """Mean over all pairs."""
        return self.logits.mean((0, 1))

    @cached_property
    def logit_coefficients(self) -> Float[Tensor, "f f z"]:
        """Logits in the 2D Fourier basis."""
        return transform(self.logits, (0, 1))

    def pair_losses(self, logits: Float[Tensor, "x y z"]) -> Float[Tensor, "x y"]:
        """Cross-entropy (nats, float64) of each pair among the n answers and the task's extra ones; 0 where the
        operation is not defined."""
        return self.row_losses(logits.flatten(0, 1)).view_as(self.labels)

    def row_losses(
        self, rows: Float[Tensor, "pair z"], mask: Bool[Tensor, "x y"] | None = None
    ) -> Float[Tensor, " pair"]:
        """Cross-entropy (nats, float64) of each masked pair, or of all pairs, given the logits of only these pairs."""
        labels = masked(self.labels, mask)
        if self.task.extra_answers:
            rows = torch.cat([rows, masked(self.extra_logits, mask).to(rows)], 1)
        return torch.nn.functional.cross_entropy(rows.double(), labels, ignore_index=IGNORE, reduction="none")

    @cached_property
    def extra_logits(self) -> Float[Tensor, "x y extra"]:
        """Logits of the task's extra answers."""
        return self.positions.of_pairs(self.outputs[..., self.task.p : self.task.d_vocab_out])

    def loss(self, logits: Float[Tensor, "x y z"] | None = None, mask: Bool[Tensor, "x y"] | None = None) -> float:
        """Mean cross-entropy (nats, float64) of these logits, or the model's own, over all pairs or the masked ones
        on which the operation is defined."""
        return self.mean(self.pair_losses(self.logits if logits is None else logits), mask)

    def mean(self, losses: Float[Tensor, "x y"], mask: Bool[Tensor, "x y"] | None = None) -> float:
        """Mean over all pairs or the masked ones on which the operation is defined."""
        defined = self.labels != IGNORE
        chosen = defined if mask is None else mask & defined
        return float((losses if bool(chosen.all()) else losses[chosen]).mean())

    @cached_property
    def universe_losses(self) -> Float[Tensor, " row"]:
        """Cross-entropy (nats, float64) of every row of the task's universe among all outputs of the task."""
        logits, labels = self._universe
        return torch.nn.functional.cross_entropy(logits.double(), labels, reduction="none")

    def accuracy(self) -> float:
        """Share of the rows of the task's universe whose largest logit is the right answer."""
        logits, labels = self._universe
        return float((logits.argmax(-1) == labels).double().mean())

    @cached_property
    def _universe(self) -> tuple[Float[Tensor, "row d_vocab_out"], Int[Tensor, " row"]]:
        """Logits of all outputs of the task and the right answer, for every row of the task's universe."""
        x, y = (torch.from_numpy(values) for values in self.task.pairs())
        return self.outputs[x, y, : self.task.d_vocab_out], torch.from_numpy(self.task.universe().labels[:, 0])


def masked(grid: Shaped[Tensor, "x y *rest"], mask: Bool[Tensor, "x y"] | None) -> Shaped[Tensor, "pair *rest"]:
    """The masked pairs, or all of them, as rows."""
    return grid.flatten(0, 1) if mask is None else grid[mask]


@torch.no_grad()
def modular_grid(model: Model, task: ModularTask) -> Grid:
    """Run a model on all pairs, in the precision of its weights.

    Errors: UsageError for a model of another kind than Transformer, MLP or EmbeddingMLP.
    """
    embedding, w_logit = _maps(model)
    run = pair_forward(model, task) if has_pair_tables(model, task) else plain_forward(model, task)
    order = positions(task)
    return Grid(
        task=task,
        outputs=run.outputs,
        logits=order.of_answers(order.of_pairs(run.outputs)).contiguous(),
        neurons=order.of_pairs(run.neurons),
        pattern=None if run.pattern is None else order.of_pairs(run.pattern),
        embedding=embedding[order.x].detach(),
        w_logit=order.of_answers(w_logit).detach(),
        linear=not isinstance(model, Transformer) or model.ln_final is None,
    )


def _maps(model: Model) -> tuple[Tensor, Tensor]:
    """Embedding and W_logit of a model of a known kind."""
    if isinstance(model, MLP | EmbeddingMLP):
        return model.operand_rows, model.w_logit
    if not isinstance(model, Transformer):
        raise UsageError(f"model: got {type(model).__name__}, expected a Transformer, an MLP or an EmbeddingMLP")
    mlp, unembed = model.blocks[-1].mlp, _before_division(model)
    return model.embed.W_E, unembed.new_zeros(0, unembed.shape[1]) if mlp is None else mlp.W_out @ unembed


def _before_division(model: Transformer) -> Float[Tensor, "d_model d_vocab_out"]:
    """W_U, with the centring and the gain of the norm before it where there is one."""
    unembed = model.unembed.W_U
    if model.ln_final is None:
        return unembed
    if isinstance(model.ln_final, LayerNorm):
        unembed = model.ln_final.w[:, None] * unembed
    return unembed - unembed.mean(0)
