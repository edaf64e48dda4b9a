"""Models of group composition whose circuit is known because the algorithm is written into their weights."""

from collections.abc import Callable, Sequence

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor

from latebloom._errors import UsageError
from latebloom.circuits.groups.irreps import Irrep, real_irreps
from latebloom.circuits.groups.matrices import matrices
from latebloom.models import EmbeddingMLP, EmbeddingMLPConfig
from latebloom.tasks import GroupComposition
from latebloom.tasks.groups import Group

Vectors = Float[np.ndarray, "count d"]

BASES = 8
"""Random bases of v in `planted_irreps`. The symmetries of a neuron are those of its v alone, and those of the few
vectors of one basis are often larger, all of them, than those of random functions."""


@torch.no_grad()
def planted_irreps(task: GroupComposition, names: Sequence[str], margin: float = 20.0, seed: int = 0) -> EmbeddingMLP:
    """A model whose logits are Σ_ρ d χ_ρ(a·b·c⁻¹) over the named representations, times a factor, in float32.

    The embedding holds the entries of the ρ(a). Neurons are squares (uᵀρ(a)v ± vᵀρ(b)w)², whose difference is the
    product of both terms; summed over `BASES` random orthonormal bases of v it is uᵀρ(a∘b)w, which is read out at
    uᵀρ(c)w for a random basis of u and of w. So no neuron has a symmetry but by chance. ``margin``: the logit of the
    right answer above the next, in nats. Errors: UsageError for other names, for none, and for the representations of a
    group that leave its elements apart.
    """

    def bases(rho: Float[np.ndarray, "n d d"], rng: np.random.Generator) -> list[Vectors]:
        u, w, *several = (_orthonormal(rho.shape[1], rng) for _ in range(2 + BASES))
        return [u, np.concatenate(several) / np.sqrt(BASES), w]

    return _planted(task, names, bases, margin, seed)


@torch.no_grad()
def planted_cosets(task: GroupComposition, name: str, subgroup: Sequence[int], margin: float = 20.0) -> EmbeddingMLP:
    """A model whose neurons are constant on the cosets of a subgroup, in one representation, in float32.

    As `planted_irreps`, with u, v and w from the orbit of a vector that the subgroup leaves as it is: all its images
    under the ρ(g), one for each coset, which sum to a multiple of the identity as an orthonormal basis does. subgroup:
    its elements. Errors: UsageError where it leaves no vector as it is, or is left with by more than multiples of one.
    """

    def orbits(rho: Float[np.ndarray, "n d d"], rng: np.random.Generator) -> list[Vectors]:
        kept = rho[list(subgroup)].mean(0)
        values, vectors = np.linalg.eigh((kept + kept.T) / 2)
        if values[-1] < 0.5:
            raise UsageError(
                f"subgroup: got one of {len(subgroup)} elements, which leaves no vector of {name} as it is"
            )
        images = rho @ vectors[:, -1]
        orbit = np.unique(np.round(images, 9), axis=0)
        return [orbit * np.sqrt(rho.shape[1] / len(orbit))] * 3

    return _planted(task, [name], orbits, margin, seed=0)


@torch.no_grad()
def planted_lookup(task: GroupComposition, answers: Int[np.ndarray, "n n"], margin: float = 20.0) -> EmbeddingMLP:
    """A model that looks up each pair: one neuron for each, which fires on it alone and raises one answer.

    answers: of each pair, so that it can be right on a train set and wrong elsewhere: a control that has memorised.
    """
    n = task.p
    a, b = np.divmod(np.arange(n * n), n)
    config = EmbeddingMLPConfig(combine="concat", d_embed=n, widths=(n * n,))
    model = config.build(_without_equals(task))
    model.embed.W_E.copy_(torch.eye(n))
    of_pair = np.concatenate([a[None] == np.arange(n)[:, None], b[None] == np.arange(n)[:, None]])
    model.blocks[0].W_in.copy_(_tensor(of_pair.astype(float)))
    assert model.blocks[0].b_in is not None
    assert model.unembed is not None
    model.blocks[0].b_in.fill_(-1.0)  # the sum is 2 on the pair itself, and at most 1 elsewhere
    model.unembed.W_U.copy_(_tensor(margin * (answers.flatten()[:, None] == np.arange(n))))
    return model


def _orthonormal(d: int, rng: np.random.Generator) -> Vectors:
    """A random orthonormal basis, by row."""
    return np.linalg.qr(rng.normal(size=(d, d)))[0].T


def _without_equals(task: GroupComposition) -> GroupComposition:
    """The same task on ``a b`` alone, since the model reads nothing else."""
    return task.model_copy(update={"equals": False})


Directions = Callable[[Float[np.ndarray, "n d d"], np.random.Generator], list[Vectors]]
"""The vectors u, v and w of a representation: three frames, each with Σ v vᵀ = 1."""


def _planted(
    task: GroupComposition, names: Sequence[str], directions: Directions, margin: float, seed: int
) -> EmbeddingMLP:
    chosen, rng = _chosen(task.group, names), np.random.default_rng(seed)
    parts = [_neurons(matrices(task.group, one, seed), directions, rng) for one in chosen]
    of_a, of_b, out = (np.concatenate(columns, 1) for columns in zip(*parts, strict=True))
    embedding = np.concatenate([matrices(task.group, one, seed).reshape(task.p, -1) for one in chosen], 1)
    gap = _gap(task.group, chosen)
    if gap < 1e-6:
        raise UsageError(f"names: {', '.join(names)} leave answers of this group tied; add a representation")
    config = EmbeddingMLPConfig(
        combine="concat", d_embed=embedding.shape[1], widths=(of_a.shape[1],), activation="square", bias=False
    )
    model = config.build(_without_equals(task))
    into, *_ = np.linalg.lstsq(embedding, np.concatenate([of_a, of_b], 1), rcond=None)
    first, second = np.split(into, 2, axis=1)
    model.embed.W_E.copy_(_tensor(embedding))
    model.blocks[0].W_in.copy_(_tensor(np.concatenate([first, second])))
    assert model.unembed is not None
    model.unembed.W_U.copy_(_tensor(out.T * margin / gap))
    return model


def _tensor(values: Float[np.ndarray, "*shape"]) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(values)).float()


def _chosen(group: Group, names: Sequence[str]) -> list[Irrep]:
    by_name = {one.name: one for one in real_irreps(group) if not one.trivial}
    unknown = [name for name in names if name not in by_name]
    if unknown or not names:
        got = unknown[0] if unknown else "none"
        raise UsageError(f"names: got {got}, expected some of {', '.join(by_name)}, the representations of this group")
    return [by_name[name] for name in names]


def _neurons(
    rho: Float[np.ndarray, "n d d"], directions: Directions, rng: np.random.Generator
) -> tuple[Float[np.ndarray, "n neuron"], Float[np.ndarray, "n neuron"], Float[np.ndarray, "n neuron"]]:
    """The dependence of each neuron's pre-activation on a, on b, and of its contribution to the logits on c."""
    u, v, w = directions(rho, rng)
    first = np.einsum("gij,ui,vj->guv", rho, u, v)
    second = np.einsum("gij,vi,wj->gvw", rho, v, w)
    third = np.einsum("gij,ui,wj->guw", rho, u, w)
    shape = (len(rho), len(u), len(v), len(w))
    of_a = np.broadcast_to(first[:, :, :, None], shape).reshape(len(rho), -1)
    of_b = np.broadcast_to(second[:, None], shape).reshape(len(rho), -1)
    out = np.broadcast_to(third[:, :, None, :], shape).reshape(len(rho), -1) * rho.shape[1] / 4
    return np.concatenate([of_a, of_a], 1), np.concatenate([of_b, -of_b], 1), np.concatenate([out, -out], 1)


def _gap(group: Group, chosen: Sequence[Irrep]) -> float:
    """The least difference between Σ d χ at the identity and at another element."""
    character = sum(one.dimension * np.trace(matrices(group, one), axis1=1, axis2=2) for one in chosen)
    others = np.delete(character, group.identity)
    return float(character[group.identity] - others.max())
