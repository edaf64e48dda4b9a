"""What multiplies in a one-layer transformer, attention or the bend of the neurons: each taken out in turn."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from latebloom.analysis import Analysis
from latebloom.circuits.modular.grid import modular_grid
from latebloom.circuits.modular.plain_forward import all_pairs
from latebloom.circuits.modular.skip_ablations import turned
from latebloom.claims.quantity import Undefined, once, quantity
from latebloom.claims.views import modular_task
from latebloom.models import Hooks, Model, Transformer
from latebloom.studies.late_rise import model_at_start
from latebloom.tasks import ModularTask


@dataclass(frozen=True)
class Multipliers:
    """A one-layer transformer on all pairs, and without either of its multipliers.

    even, affine: the logits with each head's mean attention, and with each neuron's best affine function of its
    pre-activation.
    """

    labels: Tensor
    before: Float[Tensor, "pair neuron"]
    after: Float[Tensor, "pair neuron"]
    logits: Float[Tensor, "pair z"]
    even: Float[Tensor, "pair z"]
    affine: Float[Tensor, "pair z"]


@torch.no_grad()
def multipliers(task: ModularTask, model: Model) -> Multipliers:
    """What the neurons of a model multiply. Errors: Undefined for a model other than one layer with neurons."""
    if not isinstance(model, Transformer) or model.config.n_layers != 1 or not model.config.d_mlp:
        raise Undefined("the model is not a transformer of one layer with neurons")
    model, tokens = model.double(), all_pairs(task)
    logits, cache = model.run_with_cache(tokens, task.loss_positions)
    before, after = (cache[f"blocks.0.mlp.hook_{name}"] for name in ("pre", "post"))
    x, y = before - before.mean(0), after - after.mean(0)
    slope = (x * y).sum(0) / x.square().sum(0).clamp(min=torch.finfo(x.dtype).tiny)

    def without(name: str, value: Tensor) -> Float[Tensor, "pair z"]:
        return model(tokens, task.loss_positions, Hooks({f"blocks.0.{name}": lambda _: value}))[:, 0]

    return Multipliers(
        labels=modular_grid(model, task).labels.flatten(),
        before=before[:, 0],
        after=after[:, 0],
        logits=logits[:, 0],
        even=without("attn.hook_pattern", (pattern := cache["blocks.0.attn.hook_pattern"]).mean(0).expand_as(pattern)),
        affine=without("mlp.hook_post", after.mean(0) + slope * x),
    )


@once
def _at_end(analysis: Analysis) -> Multipliers:
    return multipliers(modular_task(analysis), analysis.run.checkpoint(analysis.step).model)


@once
def _at_start(analysis: Analysis) -> Multipliers:
    return multipliers(modular_task(analysis), model_at_start(analysis))


def _product(values: Float[Tensor, "pair neuron"]) -> float:
    """The share of the neurons' variance over the pairs that is no sum of a function of x and one of y."""
    p = round(len(values) ** 0.5)
    square = (values - values.mean(0)).unflatten(0, (p, p))
    rest = square - square.mean(0, keepdim=True) - square.mean(1, keepdim=True)
    return float(rest.square().sum() / square.square().sum())


def part(both: Multipliers) -> float:
    """The share that is a product before the activation, over that after it."""
    return _product(both.before) / _product(both.after)


PART = "the share of the variance of the pre-activations that is no sum of functions of x and of y, over that of the"


@quantity("share", f"{PART} neurons, at the end,")
def attention_part(analysis: Analysis) -> float:
    return part(_at_end(analysis))


@quantity("share", f"{PART} neurons, at settling (of a run that never settles, after memorising),")
def attention_part_at_start(analysis: Analysis) -> float:
    return part(_at_start(analysis))


def accuracy(both: Multipliers, logits: Float[Tensor, "pair z"]) -> float:
    """Accuracy over all pairs, of the answers alone."""
    return float((logits[:, : both.logits.shape[1]].argmax(-1) == both.labels).double().mean())


def turned_accuracy(both: Multipliers, logits: Float[Tensor, "pair z"]) -> float:
    """The same if the logits change as much, in a random direction for each pair."""
    change = turned(logits - both.logits, torch.Generator().manual_seed(0))
    return accuracy(both, both.logits + change)


@quantity("share", "accuracy over all pairs with each head's mean attention, at the end,")
def accuracy_even_attention(analysis: Analysis) -> float:
    return accuracy(_at_end(analysis), _at_end(analysis).even)


@quantity("share", "accuracy with as large a change of the logits in a random direction")
def accuracy_even_attention_control(analysis: Analysis) -> float:
    return turned_accuracy(_at_end(analysis), _at_end(analysis).even)


@quantity("share", "accuracy over all pairs with the best affine function of its input for each neuron, at the end,")
def accuracy_affine_neurons(analysis: Analysis) -> float:
    return accuracy(_at_end(analysis), _at_end(analysis).affine)


@quantity("share", "accuracy with as large a change of the logits as that, in a random direction")
def accuracy_affine_neurons_control(analysis: Analysis) -> float:
    return turned_accuracy(_at_end(analysis), _at_end(analysis).affine)
