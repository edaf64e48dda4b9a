"""Certificates: sound on random, planted, perturbed and adversarial weights, and tight on planted ones."""

import os

import numpy as np
import pytest
import torch

from latebloom._errors import UsageError
from latebloom.circuits.certificates import certify, frontier, mixed_of
from latebloom.circuits.certificates.cost import plain_flops
from latebloom.circuits.groups import planted_irreps
from latebloom.circuits.modular import planted_embedding_mlp, planted_transformer
from latebloom.circuits.modular.plain_forward import plain_forward
from latebloom.circuits.modular.views import basis
from latebloom.measures import Snapshot
from latebloom.models import EmbeddingMLPConfig, MLPConfig, Model, TransformerConfig
from latebloom.tasks import GroupComposition, ModularAddition, ModularDivision, ModularTask
from latebloom.tasks.base import IGNORE

MODELS = int(os.environ.get("LATEBLOOM_CERTIFIED_MODELS", "22"))
"""Weights that are tried; the 10 000 of the page take some minutes."""

SMALL = {"d_model": 8, "n_heads": 2, "d_head": 4, "d_mlp": 24}


@torch.no_grad()
def accuracy(model: Model, task: ModularTask) -> float:
    """By running the model on all pairs, in the precision of its weights."""
    answers = plain_forward(model, task).outputs[..., : task.d_vocab_out].argmax(-1)
    labels = torch.from_numpy(task.table())
    defined = labels != IGNORE
    return float((answers == labels)[defined].double().mean())


def snapshot(model: Model, task: ModularTask, ks: tuple[int, ...] = (1, 2)) -> Snapshot:
    return Snapshot(model, task, basis_of=lambda one: {"key_frequencies": ks, "key_irreps": ["2a"]})


@torch.no_grad()
def weights(number: int) -> tuple[Model, ModularTask]:
    """Random, planted, or planted and then perturbed weights, some of them turned against the bound."""
    rng = np.random.default_rng(number)
    p = int(rng.integers(5, 12))
    task: ModularTask = ModularAddition(p=p) if number % 3 else ModularDivision(p=7)
    kind = number % 5
    if kind == 0:
        model: Model = TransformerConfig(**SMALL, attention_bias=bool(number % 2), seed=number).build(task)
    elif kind == 1:
        task = ModularAddition(p=p)
        model = MLPConfig(d_mlp=32, activation="gelu" if number % 2 else "relu", seed=number).build(task)
    elif kind == 2:
        model = EmbeddingMLPConfig(combine="concat", d_embed=8, widths=(32,), out="output", seed=number).build(task)
    elif kind == 3 and number % 2:
        task = ModularAddition(p=p, equals=False, separate_operands=bool(number % 3))
        mixed = {"attention": "bidirectional", "attention_mix": float(rng.uniform()), "attention_bias": True}
        model = TransformerConfig(**SMALL, **mixed, seed=number).build(task)
    elif kind == 3:
        task = GroupComposition(entries="S3", equals=False)
        model = planted_irreps(task, ["2a"], margin=float(rng.uniform(0.1, 5)))
    else:
        task = ModularAddition(p=7)
        model = planted_transformer(7, [1, 3])
    generator = torch.Generator().manual_seed(number)
    scale = float(10 ** rng.uniform(-3, 0.5)) if number % 4 else 0.0
    for weight in model.parameters():
        weight += scale * weight.std() * torch.randn(weight.shape, generator=generator) if weight.numel() > 1 else 0
    if number % 7 == 0:
        # Against the bound: raise one wrong answer wherever the read-out is large, until it nearly ties.
        read_out = [weight for name, weight in model.named_parameters() if name.endswith(("W_U", "W_out"))][-1]
        read_out[:, 0] += float(rng.uniform(0.5, 1.0)) * (read_out[:, 1] - read_out[:, 0])
    if number % 11 == 0:
        read_out = [weight for name, weight in model.named_parameters() if name.endswith(("W_U", "W_out"))][-1]
        read_out[:, 0] = read_out[:, 1]  # ties, of which the first answer wins
    return model, task


def test_no_bound_exceeds_the_true_accuracy() -> None:
    positive = 0
    for number in range(MODELS):
        model, task = weights(number)
        for dtype in (torch.float32, torch.float64):
            true = accuracy(model.to(dtype), task)
            found = certify(snapshot(model, task), extra=int(number % 4)).accuracy_at_least
            assert found <= true, (number, found, true)
        positive += found > 0
    assert positive > MODELS / 10  # the bound says something about some of them


def test_the_bound_is_of_exact_arithmetic_where_float32_rounds_huge_terms_that_cancel() -> None:
    task, ks = ModularAddition(p=31, equals=False), (3, 7, 12, 15)
    model = planted_embedding_mlp(31, ks)
    model.w_logit.data += 2.0**20
    found = certify(snapshot(model, task, ks)).accuracy_at_least
    assert accuracy(model, task) < found <= accuracy(model.double(), task)


def test_a_planted_transformer_is_certified_at_a_fraction_of_the_cost() -> None:
    task = ModularAddition(p=31)
    model = planted_transformer(31, [3, 7, 12], d_mlp=384)
    found = certify(Snapshot(model, task, basis_of=lambda one: basis(one, None)))
    assert found.accuracy_at_least == 1
    assert (found.explained, found.directions) == (6, 8)
    # Its operands have tables of their own, so no pair can stand for the swapped one.
    assert found.pairs == 31 * 31
    assert found.flops < found.exact_flops < found.brute_force_flops


def test_half_of_the_pairs_are_enough_where_both_operands_have_one_table() -> None:
    task = ModularAddition(p=31, equals=False)
    model = planted_embedding_mlp(31, [3, 7, 12, 15])
    found = certify(Snapshot(model, task, basis_of=lambda one: {"key_frequencies": (3, 7, 12, 15)}))
    assert (found.accuracy_at_least, found.swapped, found.pairs) == (1, True, 31 * 32 // 2)


def test_a_planted_group_is_certified() -> None:
    task = GroupComposition(entries="S4", equals=False)
    model = planted_irreps(task, ["3a"])
    found = certify(Snapshot(model, task, basis_of=lambda one: {"key_irreps": ["3a"]}))
    assert (found.accuracy_at_least, found.explained, found.swapped) == (1, 9, False)


def test_a_wrong_explanation_gives_a_small_bound() -> None:
    task = ModularAddition(p=31)
    model = planted_transformer(31, [3, 7, 12], d_mlp=384)
    bounds = [one.accuracy_at_least for one in frontier(snapshot(model, task, (3, 7, 12)))]
    assert bounds[0] < 0.1
    assert bounds[-1] == 1
    assert certify(snapshot(model, task, ()), extra=0).accuracy_at_least < 0.1


@torch.no_grad()
@pytest.mark.parametrize("number", [0, 1, 2, 3, 4, 5, 8, 10, 13])
def test_the_tables_are_the_model(number: int) -> None:
    model, task = weights(number)
    model = model.double()
    mixed, p = mixed_of(model, task), task.p
    x, y = (torch.from_numpy(one) for one in np.divmod(np.arange(p * p), p))

    def mix(of_x: torch.Tensor, of_y: torch.Tensor) -> torch.Tensor:
        of_pairs = torch.einsum("bh,bhm->bm", mixed.weight_x[x, y], of_x[x])
        return of_pairs + torch.einsum("bh,bhm->bm", mixed.weight_y[x, y], of_y[y])

    neurons = mixed.apply(mixed.pre_constant + mix(mixed.pre_x, mixed.pre_y))
    outputs = mixed.out_constant + mix(mixed.out_x, mixed.out_y) + neurons @ mixed.w_logit
    expected = plain_forward(model, task).outputs[..., : task.d_vocab_out].flatten(0, 1)
    torch.testing.assert_close(outputs, expected, rtol=1e-9, atol=1e-9 * float(expected.abs().max()))


def test_operations_are_counted_by_hand() -> None:
    task = ModularAddition(p=5)
    # Two rows of W_in and the bias are added, the ReLU, then 3 products and sums for each of 5 answers, and b_out.
    assert plain_flops(MLPConfig(d_mlp=3).build(task), task) == 25 * (3 * 3 + 2 * 3 * 5 + 5)


def test_other_models_are_refused() -> None:
    task = ModularAddition(p=7)
    with pytest.raises(UsageError, match="certify: got a Transformer of another shape"):
        certify(snapshot(TransformerConfig(**SMALL, norm="layernorm").build(task), task))
    with pytest.raises(UsageError, match="certify: got a EmbeddingMLP"):
        certify(snapshot(EmbeddingMLPConfig(widths=(8, 8)).build(task), task))
