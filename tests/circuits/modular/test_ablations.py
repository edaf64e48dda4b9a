"""The ablation table equals the same changes made by hooks, and is right for planted circuits."""

import copy

import pytest
import torch

from latebloom.circuits import ReplaceWith, ZeroNeurons
from latebloom.circuits.modular import CUTS, ablate, neuron_clusters, planted_mlp, planted_transformer
from latebloom.circuits.modular.neuron_ablations import block_logits, neurons_off, neurons_on, polynomial_neurons
from latebloom.circuits.modular.neurons import neuron_polynomials
from latebloom.circuits.modular.plain_forward import all_pairs
from latebloom.circuits.modular.skip_ablations import turned
from latebloom.models import TransformerConfig
from latebloom.tasks import ModularAddition, ModularQuadratic

TASK = ModularAddition(p=29)
KEYS = [2, 7, 11]


@pytest.fixture(scope="module")
def table(planted):
    return {row.name: row for row in ablate(planted, TASK, KEYS)}


def test_planted_circuit_needs_its_parts_and_nothing_else(table, planted_grid):
    whole = planted_grid.loss()
    for name in ("logits: key directions", "neurons: on read-out directions", "zero skip round MLP"):
        assert table[name].loss == pytest.approx(whole, rel=0.1), name
    for name in ("neurons: own polynomials", "logits: key 3x3 blocks"):
        assert table[name].loss < 10 * whole, name
    for name in ("neurons: off read-out directions", "drop cluster 7", "zero heads"):
        assert table[name].loss > 100 * whole, name


def test_controls_distinguish_the_circuit_from_chance(table):
    for name in ("neurons: own polynomials", "logits: key directions", "neurons: on read-out directions"):
        assert table[name].control.min > 100 * table[name].loss, name
    off = table["neurons: off read-out directions"]
    assert off.control.max < off.loss / 10
    assert all(row.control.min <= row.control.mean <= row.control.max for row in table.values())
    assert all(row.write_up is None for row in table.values())


def test_hooks_give_the_same_losses(table, planted, planted_grid):
    model = copy.deepcopy(planted).double()
    tokens = all_pairs(TASK)
    with torch.no_grad():
        _, cache = model.run_with_cache(tokens, (2,))

    def loss(name, intervention):
        with torch.no_grad():
            logits = model.run_with_hooks(tokens, {f"blocks.0.{name}": intervention}, (2,))
        return planted_grid.loss(logits.view(29, 29, 29))

    dropped = neuron_clusters(planted_grid).members(7).tolist()
    attn_out, mid, mlp_out = (cache[f"blocks.0.hook_{part}"] for part in ("attn_out", "resid_mid", "mlp_out"))
    expected = {
        "zero heads": loss("hook_attn_out", ReplaceWith(torch.zeros(1))),
        "zero skip round attention": loss("hook_resid_mid", ReplaceWith(attn_out)),
        "zero skip round MLP": loss("hook_resid_post", ReplaceWith(mlp_out)),
        "mean skip round MLP": loss("hook_resid_post", ReplaceWith(mlp_out + mid.mean(0))),
        "drop cluster 7": loss("mlp.hook_post", ZeroNeurons(dropped)),
    }
    assert {name: table[name].loss for name in expected} == pytest.approx(expected, rel=1e-6)


def test_neuron_changes_equal_the_full_computation(planted_grid):
    members = torch.arange(40)
    frequency = torch.full((planted_grid.neurons.shape[-1],), 7)
    changed = planted_grid.neurons.clone()
    changed[..., members] = neuron_polynomials(planted_grid, frequency)[..., members]
    expected = planted_grid.logits + (changed - planted_grid.neurons) @ planted_grid.w_logit
    torch.testing.assert_close(polynomial_neurons(planted_grid, members, frequency[members]), expected)
    every = torch.eye(planted_grid.neurons.shape[-1], dtype=torch.float64)
    torch.testing.assert_close(neurons_on(planted_grid, every), planted_grid.logits)
    both = neurons_on(planted_grid, every[:, :9]) + neurons_off(planted_grid, every[:, :9])
    without = planted_grid.logits - planted_grid.neurons @ planted_grid.w_logit
    torch.testing.assert_close(both, planted_grid.logits + without)
    torch.testing.assert_close(block_logits(planted_grid, []), planted_grid.logits.mean((0, 1)).expand(29, 29, 29))


def test_rotations_keep_norms_and_common_changes():
    change = torch.randn(6, 5, dtype=torch.float64)
    change[1] = change[0]
    out = turned(change, torch.Generator().manual_seed(0))
    torch.testing.assert_close(out.norm(dim=1), change.norm(dim=1))
    torch.testing.assert_close(out[0], out[1])  # the last bits of a product's rows may differ, by processor
    assert not torch.allclose(out, change)


def test_the_seed_decides(planted):
    again = [ablate(planted, TASK, KEYS, seed=seed, draws=2)[0].control for seed in (0, 0, 1)]
    assert again[0] == again[1] != again[2]


def test_only_applicable_ablations_are_made():
    mlp = {row.name: row for row in ablate(planted_mlp(7, [1, 2, 3]), ModularAddition(p=7), [1, 2, 3], draws=1)}
    assert not any("skip" in name or "heads" in name for name in mlp)
    # Every frequency is key: nothing is left to draw from.
    assert mlp["logits: key directions"].control is None
    assert mlp["neurons: own polynomials"].control is None
    assert ablate(planted_mlp(7, [1, 2]), ModularAddition(p=7), []) == []
    attention_only = TransformerConfig(d_model=8, d_mlp=0).build(ModularAddition(p=5))
    assert [row.name for row in ablate(attention_only, ModularAddition(p=5), [])] == [
        "zero heads",
        "zero skip round attention",
    ]
    no_sign = ablate(planted_transformer(7, [1]), ModularQuadratic(p=7), [1], draws=1)
    assert "logits: key directions" not in {row.name for row in no_sign}


def test_only_the_mainline_task_has_published_losses():
    rows = ablate(planted_transformer(113, [14, 35, 41, 42, 52]), ModularAddition(), [14, 35, 41, 42, 52], draws=1)
    assert {row.name: row.write_up for row in rows if row.write_up is not None} == {
        cut.name: cut.write_up for cut in CUTS.values()
    }
