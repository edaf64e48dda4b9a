"""What the worker of the page computes, against Python."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
import torch
from tests.explorer.conftest import TOLERANCE, Opened, agree
from torch import Tensor

from latebloom.circuits.modular.neuron_ablations import without_neurons
from latebloom.circuits.modular.neurons import neuron_clusters
from latebloom.circuits.modular.plain_forward import all_pairs
from latebloom.circuits.modular.projections import excluded_logits, restricted_logits
from latebloom.circuits.modular.settings import FVE_THRESHOLD
from latebloom.circuits.modular.skip_ablations import last_layer
from latebloom.models import Transformer
from latebloom.tasks import IGNORE, ModularAddition


def test_grid_as_in_python(opened: Opened) -> None:
    for step in opened.steps:
        _same_grid(opened, step)


@pytest.mark.parametrize("shape", [{"d_mlp": 0}, {"n_layers": 2}, {"n_layers": 2, "d_mlp": 0, "residual_scale": 2}])
def test_grid_of_other_shapes(transformer_page: Callable[..., Opened], shape: dict[str, int]) -> None:
    _same_grid(transformer_page(**shape), 0)


def _same_grid(opened: Opened, step: int) -> None:
    got, expected = opened.ask("grid", step), opened.grid(step)
    agree(got["embedding"]["data"], expected.embedding, "embedding")
    agree(got["neurons"], expected.neurons, "neurons")
    agree(got["logits"], expected.logits, "logits")
    agree(got["wLogit"], expected.w_logit, "W_logit")
    assert (got["pattern"] is None) == (expected.pattern is None)
    if expected.pattern is not None:
        agree(got["pattern"], expected.pattern, "pattern")
    assert np.array_equal(got["labels"], expected.labels.flatten().clamp(min=-1))
    assert got["sign"] == expected.sign


def test_clusters_as_in_python(opened: Opened) -> None:
    for step in opened.steps:
        got, expected = opened.ask("clusters", step), neuron_clusters(opened.grid(step))
        # Some neurons of the fixture are tiny beside the others, so that rounding their weights shows.
        agree(got["fve"], expected.fve, "FVE", tolerance=3 * TOLERANCE)
        assert np.array_equal(got["live"], expected.live)
        # Two frequencies may explain a neuron equally well, and the threshold may lie within rounding.
        clear = (expected.fve - FVE_THRESHOLD).abs() > TOLERANCE
        assert np.array_equal(got["clustered"][clear], expected.clustered[clear])
        both = got["clustered"].astype(bool) & expected.clustered.numpy()
        assert np.array_equal(got["frequency"][both], expected.frequency.numpy()[both])
        assert sum(cluster["count"] for cluster in got["sizes"]) == got["clustered"].sum()


def test_losses_as_in_python(opened: Opened) -> None:
    for step in opened.steps:
        _same_losses(opened, opened.ask("losses", step), step, opened.grid(step).logits)


@pytest.mark.parametrize("random", [False, True])
def test_cut_frequencies(opened: Opened, random: bool) -> None:
    """The published excluded loss, of these frequencies or of as many others."""
    for step in opened.steps:
        grid = opened.grid(step)
        got = opened.ask("cut", step, cut(frequencies=[1, 5], random=random))
        removed = got["drawn"]["frequencies"]
        assert len(removed) == 2
        assert random is set(removed).isdisjoint([1, 5, *_keys(opened)])
        _same_losses(opened, got, step, excluded_logits(grid, removed, grid.sign))


@pytest.mark.parametrize("random", [False, True])
def test_keep_only_key_directions(opened: Opened, random: bool) -> None:
    """The published restricted loss, and that of as many other frequencies."""
    for step in opened.steps:
        grid = opened.grid(step)
        got = opened.ask("cut", step, cut(keepKeys=True, random=random))
        kept = got["drawn"]["frequencies"]
        assert random is set(kept).isdisjoint(_keys(opened))
        _same_losses(opened, got, step, restricted_logits(grid, kept, grid.sign))


@pytest.mark.parametrize("random", [False, True])
def test_cut_clusters(opened: Opened, random: bool) -> None:
    step = opened.steps[-1]
    grid, all_clusters = opened.grid(step), neuron_clusters(opened.grid(step))
    k = min(all_clusters.sizes)
    got = opened.ask("cut", step, cut(clusters=[k], random=random))
    zeroed = got["drawn"]["neurons"]
    assert len(zeroed) == all_clusters.sizes[k]
    assert random is set(zeroed).isdisjoint(all_clusters.members(k).tolist())
    _same_losses(opened, got, step, without_neurons(grid, torch.tensor(zeroed)))


@pytest.mark.parametrize("random", [False, True])
@pytest.mark.parametrize("shape", [{}, {"n_layers": 2}])
@pytest.mark.parametrize(
    "parts",
    [
        {"heads": [1]},
        {"heads": [0, 1]},
        {"skipAttention": True},
        {"skipMlp": True},
        {"heads": [0], "skipAttention": True, "skipMlp": True},
    ],
)
def test_cut_layer(
    transformer_page: Callable[..., Opened], shape: dict[str, int], parts: dict[str, Any], random: bool
) -> None:
    """Heads and residual connections at zero, or the same changes after one rotation at each connection."""
    opened = transformer_page(**shape)
    model = opened.run.checkpoint(0).model.double()
    assert isinstance(model, Transformer)
    layer = last_layer(model, opened.run.task)
    before, around = (_rotation(16, seed) if random else torch.eye(16, dtype=torch.float64) for seed in (5, 6))
    removed = _heads(model, parts.get("heads", [])) + parts.get("skipAttention", False) * layer.resid_pre
    logits = layer.before_mlp(-removed @ before)
    if parts.get("skipMlp"):
        left = layer.resid_mid - removed @ before
        logits = logits - (left @ around @ model.unembed.W_U).view_as(logits)
    _same_losses(opened, opened.ask("cut", 0, cut(**parts, random=random, seed=5)), 0, logits)


def test_cuts_that_are_not_defined(opened: Opened) -> None:
    many = list(range(1, 11))
    got = opened.ask("cut", 0, cut(frequencies=many, random=True))
    assert "too few other frequencies" in got["undefinedBecause"]


def test_parts_are_switched_off_on_the_page(opened: Opened) -> None:
    """A click takes a wave out: the loss rises, the address says so, and one button puts everything back."""
    page = opened.page
    view = page.locator("#view-take-apart")
    view.scroll_into_view_if_needed()
    view.get_by_role("checkbox", name=f"k = {_keys(opened)[0]}").first.uncheck()
    page.wait_for_function("document.querySelectorAll('.cut-outcome tr.all td').length === 6")
    page.wait_for_function("!document.querySelector('.cut-outcome').textContent.includes('…')")
    whole, left, _ = map(float, view.locator(".cut-outcome tr.all td").all_inner_texts()[:3])
    assert left > 2 * whole
    assert "cut-k=" in page.url
    view.get_by_role("button", name="Put everything back").click()
    page.wait_for_function("document.querySelectorAll('.cut-outcome tr.all td').length === 2")
    assert "cut-k=" not in page.url


def cut(**chosen: Any) -> dict[str, Any]:
    """The arguments of a cut: nothing but what is chosen."""
    nothing = {"frequencies": [], "clusters": [], "heads": []}
    off = {"skipAttention": False, "skipMlp": False, "keepKeys": False, "random": False, "seed": 0}
    return {**nothing, **off, **chosen}


def _same_losses(opened: Opened, got: Any, step: int, logits: Tensor) -> None:
    """Losses to a thousandth (in themselves, or of a nat), and the shares of right answers, except for ties."""
    grid = opened.grid(step)
    labels, answers = grid.labels, logits.detach().reshape(grid.logits.shape)
    trained = torch.from_numpy(opened.ask("grid", step)["train"].copy()).view_as(labels).bool()
    defined = labels != IGNORE
    for part, mask in (("all", defined), ("train", trained & defined), ("test", ~trained & defined)):
        expected = grid.loss(answers, mask)
        assert got["loss"][part] == pytest.approx(expected, rel=5 * TOLERANCE, abs=1e-9), part
        right = (answers.argmax(-1) == labels)[mask].double().mean()
        assert got["accuracy"][part] == pytest.approx(float(right), abs=0.02), part


def _keys(opened: Opened) -> list[int]:
    return opened.page.evaluate("JSON.parse(document.getElementById('latebloom-page').text).modular.key_frequencies")


def _heads(model: Transformer, heads: Sequence[int]) -> Tensor:
    """What some heads of the last layer add to the residual stream at ``=``, for all pairs mod 11."""
    last = model.config.n_layers - 1
    _, cache = model.run_with_cache(all_pairs(ModularAddition(p=11)), (2,))
    z = cache[f"blocks.{last}.attn.hook_z"][:, 0][:, list(heads)]
    return torch.einsum("bhd,hdm->bm", z, model.blocks[last].attn.W_O[list(heads)])


def _rotation(d: int, seed: int) -> Tensor:
    """The engine's rotation: rows of normal numbers (mulberry32, Box and Muller) made orthonormal from the first on."""
    state = seed

    def uniform() -> float:
        nonlocal state
        state = (state + 0x6D2B79F5) & 0xFFFFFFFF
        mixed = (state ^ (state >> 15)) * (1 | state) & 0xFFFFFFFF
        mixed ^= (mixed + ((mixed ^ (mixed >> 7)) * (61 | mixed) & 0xFFFFFFFF)) & 0xFFFFFFFF
        return (mixed ^ (mixed >> 14)) / 2**32

    normal = [[np.sqrt(-2 * np.log(1 - uniform())) * np.cos(2 * np.pi * uniform()) for _ in range(d)] for _ in range(d)]
    q, r = np.linalg.qr(np.array(normal).T)
    return torch.from_numpy((q * np.sign(np.diag(r))).T.copy())
