"""Clock or pizza: three numbers that distinguish the two known circuits for modular addition.

A clock multiplies waves of both operands: the logits are Σ_k α cos w(x + s·y - z). A pizza adds them first and takes
an absolute value: the logits also have a factor that depends on x - s·y. Source: Zhong et al., "The clock and the
pizza", NeurIPS 2023.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor

from latebloom._errors import UsageError
from latebloom.circuits.modular.embedding import embedding_components
from latebloom.circuits.modular.grid import Grid
from latebloom.circuits.modular.plain_forward import all_pairs
from latebloom.circuits.modular.positions import positions
from latebloom.fourier import rounding_energy
from latebloom.models import Model
from latebloom.models.embedding_mlp import EMBED
from latebloom.tasks import ModularTask

SAMPLES = 2000
"""Triples (x, y, z) drawn for `gradient_symmetricity`; the mean of uncorrelated cosines then has an error below 0.02.
"""

COMPONENTS = 4
"""Principal components whose circularity is averaged. Source: Zhong et al., 2023."""


@dataclass(frozen=True)
class ClockOrPizza:
    """The three numbers of one model; None where undefined. There is no threshold, because models lie in between.

    gradient_symmetricity: 1 where both operands have equal gradients on every logit (a pizza, and untrained weights
    with even attention); 0 for the ideal clock. distance_irrelevance: 0 where x - s·y alone determines the right logit
    (a pizza), near 1 where it does not matter. circularity: 1 where the first components of the embedding are waves, in
    both.
    """

    gradient_symmetricity: float | None
    distance_irrelevance: float | None
    circularity: float | None


def clock_or_pizza(model: Model, grid: Grid) -> ClockOrPizza:
    """All three of a model, ``grid`` being the same model on all pairs; no gradients if operands are not embedded."""
    gradients = gradient_symmetricity(model, grid.task) if EMBED in model.activation_names else None
    return ClockOrPizza(gradients, distance_irrelevance(grid), circular_components(grid.embedding))


def gradient_symmetricity(model: Model, task: ModularTask, samples: int = SAMPLES, seed: int = 0) -> float | None:
    """Mean cosine (-1 … 1) of ∂L_z/∂E_x and ∂L_z/∂E_y over ``samples`` random (x, y, z), always the same ones.

    E_x and E_y are the embedding vectors at the two operands' positions. The ideal clock has cos w(x - s·y), 0 on
    average; where the operands are added before anything else it is 1. None where no triple has both gradients.
    Source: Zhong et al., 2023, "The Clock and the Pizza".
    Errors: UsageError for a model that does not embed each operand.
    """
    if EMBED not in model.activation_names:
        raise UsageError(
            f"model: got {type(model).__name__}, expected a Transformer or another model that embeds both operands"
        )
    generator = torch.Generator().manual_seed(seed)
    order = positions(task)
    x, y, z = torch.randint(len(order.x), (3, samples), generator=generator)
    first, second = _gradients(model, task, all_pairs(task)[order.x[x] * task.p + order.y[y]], order.z[z])
    # Normalise first, in float64: a product of two small float32 gradients underflows.
    norms = torch.stack([first.norm(dim=1), second.norm(dim=1)])
    usable = (norms > 0).all(0)
    if not usable.any():
        return None
    cosines = (first * second).sum(1)[usable] / norms.prod(0)[usable]
    return float(cosines.mean())


def _gradients(
    model: Model, task: ModularTask, tokens: Int[Tensor, "sample pos"], z: Int[Tensor, " sample"]
) -> tuple[Float[Tensor, "sample d_model"], Float[Tensor, "sample d_model"]]:
    """∂L_z/∂E at the first and at the second operand, float64."""
    at_x, at_y = task.operand_positions
    with torch.enable_grad():
        embedded = model.run_with_cache(tokens, task.loss_positions)[1][EMBED].detach().requires_grad_()
        logits = model.run_with_hooks(tokens, {EMBED: lambda _: embedded}, task.loss_positions)[:, 0]
        # Examples are independent, so the gradient of the sum is the gradient of each example.
        (gradient,) = torch.autograd.grad(logits.gather(1, z[:, None]).sum(), embedded)
    return gradient[:, at_x].double(), gradient[:, at_y].double()


def distance_irrelevance(grid: Grid) -> float | None:
    """Mean over d = x - s·y of the right logit's standard deviation at that d, over that of all pairs.

    s: 1 for addition, -1 for subtraction. 0: d alone determines the right logit, as in a pizza; 1: the right logit does
    not depend on d. (As the name indicates, a high value means that the distance is irrelevant.) None where the right
    logit is the same for all pairs, or for a task without s. Source: Zhong et al., 2023.
    Limits: the ratio is independent of scale, so in a near-perfect clock, whose right logit hardly varies, it
    describes that small remaining variation.
    """
    sign = grid.sign
    if sign is None:
        return None
    right = grid.logits.gather(2, grid.labels[..., None])[..., 0]
    if float((right - right.mean()).square().sum()) <= rounding_energy(right.flatten()):
        return None
    n = grid.order
    x, y = torch.meshgrid(torch.arange(n), torch.arange(n), indexing="ij")
    # Row d of the sorted pairs holds the n pairs with x - s·y = d.
    by_distance = right.double().flatten()[((x - sign * y) % n).flatten().argsort()].view(n, n)
    return float(by_distance.std(1, correction=0).mean() / by_distance.std(correction=0))


def circular_components(embedding: Float[Tensor, "x d_model"], count: int = COMPONENTS) -> float | None:
    """Mean over the first ``count`` principal components of the share of their energy at their best frequency.

    1: each is a wave of one frequency, two of which draw a circle. None for an embedding that does not vary. Limits:
    the best of (p - 1)/2 frequencies is above 0 in noise too (0.24 at p = 31, 0.08 at p = 113), and two frequencies of
    equal variance mix in their components, which lowers it though both draw circles.
    Source: Zhong et al., 2023.
    """
    if float((embedding - embedding.mean(0)).square().sum()) <= rounding_energy(embedding):
        return None
    return float(embedding_components(embedding.double(), count).share.mean())
