"""The quantities behind the views of the circuit and of the answer, against Python.

Python computes with the weights that the page holds, so that only the computation is compared: what rounding the
weights does is a matter of the packing, and larger in the tiny models of these tests than in those of a run.
"""

import math
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from tests.explorer.conftest import TOLERANCE, Opened, agree
from tests.explorer.test_pack import unpack

from latebloom.analysis import Analysis
from latebloom.circuits.modular.cos_waves import cos_waves
from latebloom.circuits.modular.grid import Grid, modular_grid
from latebloom.circuits.modular.heads import attention_heads
from latebloom.circuits.modular.neurons import neuron_clusters, neuron_formula, neuron_polynomials
from latebloom.circuits.modular.unembedding import cluster_output
from latebloom.circuits.modular.views import train_mask
from latebloom.fourier import frequencies
from latebloom.lab.explorer import packed_weights
from latebloom.runs import Run
from latebloom.tasks import ModularTask


def test_attention_maps(opened: Opened) -> None:
    for step in opened.steps:
        got, grid = opened.ask("attention-maps", step), _grid(opened, step)
        heads = attention_heads(grid)
        if heads is None or grid.pattern is None:
            assert got is None
            continue
        _agree_within(1, got["maps"], grid.pattern.permute(2, 3, 0, 1), "attention")
        for shown, head in zip(got["heads"], heads, strict=True):
            _agree_within(1, shown["toItself"], head.to_itself, "attention to itself")
            _agree_within(1, _number(shown["fve"]), _number(head.fve), "share of the head's frequency")
            assert shown["frequency"] == head.frequency


def test_every_neuron_in_small(opened: Opened) -> None:
    for step in opened.steps:
        neurons = _grid(opened, step).neurons.flatten(0, 1).T
        got = opened.ask("neuron-maps", step, {"neurons": list(range(len(neurons)))})
        # Each neuron is drawn on a scale of its own, in steps of 1/255.
        most = neurons.max(1, keepdim=True).values
        agree(np.stack(got["maps"]) / 255 * most.numpy(), neurons, "neurons in 8 bits", tolerance=1 / 255 + 1e-3)


def test_one_neuron_in_full(opened: Opened) -> None:
    for step in opened.steps:
        grid = _grid(opened, step)
        clusters = neuron_clusters(grid)
        number = int(clusters.fve.argmax())
        k = int(clusters.frequency[number])
        got = opened.ask("neuron", step, {"neuron": number})
        assert got["frequency"] == k
        agree(got["activation"], grid.neurons[..., number], "activation")
        agree(got["coefficients"], grid.neuron_coefficients(number), "coefficients")
        agree(got["fve"], clusters.fve[number], "share explained")
        agree(got["polynomial"], neuron_polynomials(grid, clusters.frequency)[..., number], "polynomial")
        formula = neuron_formula(grid, number, k)
        assert [term["term"] for term in got["formula"]] == list(formula)
        agree([term["value"] for term in got["formula"]], list(formula.values()), "formula")


def test_logits_as_products_of_waves(opened: Opened) -> None:
    for step in opened.steps:
        expected = _grid(opened, step).logit_coefficients.norm(dim=2)
        agree(opened.ask("logits-fourier", step)["norms"], expected, "logits' terms")
        rows = [0, 3, 4, 9]
        some = opened.ask("logits-fourier", step, {"rows": rows})
        agree(some["norms"], expected[rows][:, rows], "some of the logits' terms")
        energy = expected.square()
        linear = energy[0].sum() + energy[:, 0].sum() - 2 * energy[0, 0]
        assert some["energy"] == pytest.approx(float(energy.sum() - energy[0, 0]), rel=1e-3)
        assert some["linear"] == pytest.approx(float(linear), rel=1e-3)


def test_w_logit_by_cluster(opened: Opened) -> None:
    for step in opened.steps:
        grid = _grid(opened, step)
        clusters = neuron_clusters(grid)
        got = opened.ask("w-logit", step)["clusters"]
        assert {cluster["k"]: len(cluster["neurons"]) for cluster in got} == clusters.sizes
        for cluster in got:
            matrix = cluster_output(grid, cluster["k"], clusters.members(cluster["k"])).matrix[:, 1:]
            agree(cluster["matrix"], matrix, "W_logit of a cluster")
            agree(cluster["norms"], matrix.norm(dim=0), "norms of its columns")
            own = [row - 1 for row in _rows(cluster["k"], grid.order)]
            agree(cluster["share"], matrix[:, own].square().sum() / matrix.square().sum(), "share of its frequency")


def test_learned_profile(opened: Opened) -> None:
    for step in opened.steps:
        got, grid = opened.ask("learned-profile", step), _grid(opened, step)
        assert grid.sign is not None
        by_distance = _by_distance(grid)
        margins = by_distance[:, 0] - by_distance[:, 1:].max(1).values
        profile = by_distance.mean(0) - by_distance.mean()
        # Beside a solution built by hand, which is at least this high.
        span = max(0.1, float(profile.max() - profile.min()))
        _agree_within(span, got["profile"], profile, "profile")
        waves = cos_waves(grid, list(frequencies(grid.order)), grid.sign)
        _agree_within(span, got["coefficients"], waves.coefficients, "cos coefficients")
        least_and_mean = [got["margin"]["least"], got["margin"]["mean"]]
        spread = float(grid.logits.max() - grid.logits.min())
        _agree_within(spread, least_and_mean, [float(margins.min()), float(margins.mean())], "margin")
        agree(got["loss"], grid.loss(), "loss")
        # A pair whose two largest logits are closer than the rounding of the weights may go either way.
        assert abs(got["accuracy"] - float((margins > 0).double().mean())) <= 0.005


def test_answer_to_a_pair(opened: Opened) -> None:
    trained = train_mask(Analysis(opened.run).final)
    assert trained is not None
    for step in opened.steps:
        grid = _grid(opened, step)
        probability = opened.ask("right-probability", step)["probability"]
        _agree_within(1, probability, (-grid.pair_losses(grid.logits)).exp(), "probability of the right answer")
        for x, y in ((3, 4), (grid.order - 1, 1)):
            got = opened.ask("answer", step, {"x": x, "y": y})
            logits = grid.logits[x, y]
            agree(got["logits"], logits - logits.mean(), "logits")
            _agree_within(1, got["probability"], math.exp(-float(grid.pair_losses(grid.logits)[x, y])), "probability")
            assert got["right"] == int(grid.labels[x, y])
            assert got["answer"] == int(logits.argmax())
            assert got["trained"] == bool(trained[x, y])


def test_solution_built_by_hand(opened: Opened) -> None:
    ks, amplitudes = [1, 3, 5], [4.0, 2.0, 3.0]
    grid = _grid(opened, opened.steps[0])
    got = opened.ask("hand-built", opened.steps[0], {"ks": ks, "amplitudes": amplitudes})
    assert grid.sign is not None
    n = grid.order
    x, y, z = torch.meshgrid(*[torch.arange(n, dtype=torch.float64)] * 3, indexing="ij")
    logits = sum(a * torch.cos(2 * math.pi * k * (x + grid.sign * y - z) / n) for k, a in zip(ks, amplitudes))
    assert isinstance(logits, torch.Tensor)
    agree(got["loss"], grid.loss(logits), "loss")
    top = logits.topk(2, dim=2)
    agree(got["margin"], top.values[0, 0, 0] - top.values[0, 0, 1], "margin")
    assert bool((top.indices[..., 0] == grid.labels).all()) == (got["accuracy"] == 1)


def test_waves_that_repeat_answer_nothing(opened: Opened) -> None:
    n = _grid(opened, opened.steps[0]).order
    got = opened.ask("hand-built", opened.steps[0], {"ks": [2], "amplitudes": [5.0]})
    # For even n the wave of frequency 2 has two crests, and no answer is right alone.
    assert got["accuracy"] == (0 if n % 2 == 0 else 1)


@cache
def _held(path: Path) -> dict[int, dict[str, np.ndarray]]:
    """The weights on the page of a run, by step."""
    packed = packed_weights(Analysis(Run(path)))
    assert packed is not None
    return unpack(packed)


def _grid(opened: Opened, step: int) -> Grid:
    """Python's grid of the weights on the page, in float64."""
    task, model = opened.run.task, opened.run.checkpoint(step).model.double()
    assert isinstance(task, ModularTask)
    model.load_state_dict({name: torch.from_numpy(value) for name, value in _held(opened.run.path)[step].items()})
    return modular_grid(model, task)


def test_click_on_a_pair_and_a_wave_switched_off(opened: Opened) -> None:
    page = opened.page
    # A view asks for its quantities once it is on the screen.
    page.locator("#view-try-it").scroll_into_view_if_needed()
    waves = page.locator("#view-try-it .wave-label input")
    waves.first.wait_for()
    before = page.locator("#view-try-it .stack").inner_text()
    waves.first.uncheck()
    assert page.locator("#view-try-it .stack").inner_text() != before
    page.locator("#view-try-it .heat .plot").click(position={"x": 3, "y": 3})
    order = opened.grid(opened.steps[0]).positions
    # x to the right and y up: the first x, and the last y.
    assert page.evaluate("latebloom.state.pair.value") == [int(order.x[0]), int(order.y[-1])]


def _by_distance(grid: Grid) -> torch.Tensor:
    """The logits at z = x + s·y + d, one row of d = 0 … n − 1 for each pair."""
    n = grid.order
    at = (grid.labels[..., None] + torch.arange(n)) % n
    return grid.logits.gather(2, at).flatten(0, 1)


def _agree_within(span: float, got: Any, expected: Any, what: str) -> None:
    """As `agree`, for a view whose scale is ``span`` long whatever the values are."""
    got, expected = (np.asarray(values, dtype=np.float64).ravel() for values in (got, expected))
    assert got.shape == expected.shape, what
    assert np.allclose(got, expected, rtol=0, atol=TOLERANCE * span, equal_nan=True), what


def _rows(k: int, n: int) -> list[int]:
    return [2 * k - 1] if 2 * k == n else [2 * k - 1, 2 * k]


def _number(value: float | None) -> float:
    return math.nan if value is None else value
