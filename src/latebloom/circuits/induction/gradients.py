"""Gradients of the loss on each part of the circuit, which show that the parts reinforce each other."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import torch
from jaxtyping import Float
from torch import Tensor

from latebloom.circuits.induction.ablation import Head
from latebloom.circuits.induction.sequences import Sequences, transformer
from latebloom.models import Model, Replacement, Transformer, cross_entropy


@dataclass(frozen=True)
class KeyPathGradients:
    """Frobenius norms of gradients of the mean loss (nats) that pass through later heads' keys, and nowhere else.

    qk: on W_Q and W_K together of each head but the last layer's, which decide what it attends to. ov: on its W_V
    and W_O. keys: on a later head's W_K, the part that is due to what an earlier head writes (less its mean over
    sequences), by (earlier, later).
    """

    qk: dict[Head, float]
    ov: dict[Head, float]
    keys: dict[tuple[Head, Head], float]


@torch.enable_grad()
def key_path_gradients(model: Model, sequences: Sequences) -> KeyPathGradients:
    """The gradients of every K-path; empty for a one-layer model. The model's ``grad`` is unchanged.

    An earlier head writes w, a later one's keys are (… + w) W_K. So the gradient on the earlier head is a product
    with the later one's W_K, and zero if that head writes nothing; the gradient on W_K along w is a product with w.
    Neither part has a gradient without the other, and the gradient on each grows as the other forms.
    Source: the write-up, "Phase changes are inherent to composition".
    Limits: a head has other gradients too (its direct path to the logits, queries, values). Norms are of weights as
    stored: compare steps of one run, or heads of one model.
    """
    gradients = KeyPathGradients({}, {}, {})
    exact = transformer(model)
    for layer in range(len(exact.blocks) - 1):
        _Pass(exact, layer).measure(sequences, gradients)
    return gradients


class _Pass:
    """One forward pass in which gradients leave a layer through later keys only."""

    def __init__(self, model: Transformer, layer: int) -> None:
        self._model, self._layer = model, layer
        self._attn = model.blocks[layer].attn
        self._written: Tensor | None = None
        self._keys: dict[int, Tensor] = {}

    def measure(self, sequences: Sequences, norms: KeyPathGradients) -> None:
        loss = self._loss(sequences)
        attn = self._attn
        weights = [attn.W_Q, attn.W_K, attn.W_V, attn.W_O]
        later = list(self._keys)
        gradients = torch.autograd.grad(loss, weights + [self._keys[layer] for layer in later])
        for head in range(self._model.config.n_heads):
            q, k, v, o = (gradient[head].square().sum() for gradient in gradients[:4])
            norms.qk[self._layer, head] = float((q + k).sqrt())
            norms.ov[self._layer, head] = float((v + o).sqrt())
        self._along_written(dict(zip(later, gradients[4:])), norms)

    def _along_written(self, key_gradients: dict[int, Tensor], norms: KeyPathGradients) -> None:
        assert self._written is not None
        written = (self._written - self._written.mean(0)).detach()
        for layer, gradient in key_gradients.items():
            passed = self._model.passed_on(self._layer, layer)
            per_pair = (passed * torch.einsum("bpsd,bptk->stdk", written, gradient)).norm(dim=(2, 3)).tolist()
            for source, row in enumerate(per_pair):
                for target, norm in enumerate(row):
                    norms.keys[(self._layer, source), (layer, target)] = norm

    def _loss(self, sequences: Sequences) -> Float[Tensor, ""]:
        replace: dict[str, Replacement] = {
            f"blocks.{self._layer}.attn.hook_z": self._take,
            f"blocks.{self._layer}.hook_attn_out": torch.detach,
        }
        for layer in range(self._layer + 1, len(self._model.blocks)):
            replace[f"blocks.{layer}.attn.hook_k"] = partial(self._seen, layer)
        positions: Sequence[int] = sequences.task.loss_positions
        logits = self._model.run_with_hooks(sequences.examples.tokens, replace, positions)
        return cross_entropy(logits, sequences.examples.labels)

    def _take(self, z: Float[Tensor, "batch pos head d_head"]) -> Float[Tensor, "batch pos head d_head"]:
        self._written = torch.einsum("bphk,hkd->bphd", z, self._attn.W_O)
        return z.detach()

    def _seen(self, layer: int, keys: Float[Tensor, "batch pos head d_head"]) -> Tensor:
        """The same keys, with a gradient to what this layer wrote."""
        assert self._written is not None
        nothing = self._model.passed_on(self._layer, layer) * (self._written - self._written.detach()).sum(2)
        weight = self._model.blocks[layer].attn.W_K.detach()
        self._keys[layer] = keys.detach() + torch.einsum("bpd,hdk->bphk", nothing, weight)
        return self._keys[layer]
