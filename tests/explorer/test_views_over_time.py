"""Quantities behind the views over time, against Python."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from tests.explorer.conftest import Opened, agree

from latebloom.circuits.modular.cos_waves import cos_waves
from latebloom.circuits.modular.embedding import circularity, embedding_norms
from latebloom.circuits.modular.grid import Grid, masked
from latebloom.circuits.modular.projections import phase_part, restricted_logits
from latebloom.fourier import basis_rows, transform


def test_embedding_spectrum_as_in_python(opened: Opened) -> None:
    for step in opened.steps:
        got, grid = opened.ask("embedding-spectrum", step), opened.grid(step)
        norms = embedding_norms(grid.embedding)
        rows = [basis_rows(k, grid.order) for k in got["frequencies"]]
        agree(got["cos"], norms[[row[0] for row in rows]], "cos")
        agree(got["sin"], [norms[row[1]] if len(row) == 2 else 0.0 for row in rows], "sin")


def test_circles_as_in_python(opened: Opened) -> None:
    for step in opened.steps:
        # Along other frequencies a circuit's embedding has next to nothing, so that its direction is rounding.
        ks, grid = _keys(opened), opened.grid(step)
        for plane, k in zip(opened.ask("circles", step, {"ks": ks}), ks, strict=True):
            directions = transform(grid.embedding, (0,))[list(basis_rows(k, grid.order))]
            centred = grid.embedding - grid.embedding.mean(0)
            points = centred @ (directions / directions.norm(dim=1, keepdim=True)).T
            agree(plane["points"], points, f"points of {k}")
            assert math.isclose(plane["share"], float(circularity(points, k)), abs_tol=1e-3)


def test_wave_losses_as_in_python(opened: Opened) -> None:
    """Over all steps, as the charts show them."""
    got, expected = [], []
    for step in opened.steps:
        ks = [1, 2, 5]
        got.append(opened.ask("wave-losses", step, {"ks": ks}))
        expected.append(_wave_losses(opened, opened.grid(step), ks))
    for view, numbers in _VIEWS.items():
        agree([numbers(each) for each in got], [numbers(each) for each in expected], view)


_VIEWS: dict[str, Callable[[dict[str, Any]], list[float]]] = {
    "cos coefficients": lambda each: each["coefficients"],
    "excluded loss": lambda each: [each["train"], each["excluded"], *each["excludedAlone"]],
    "restricted loss": lambda each: [each["train"], *each["restricted"].values()],
}


def _wave_losses(opened: Opened, grid: Grid, ks: list[int]) -> dict[str, Any]:
    keys, mask, sign = _keys(opened), _train(opened, grid), grid.sign or 1
    part, rows = phase_part(grid, sorted({*ks, *keys}), sign), masked(grid.logits, mask)
    restricted = grid.pair_losses(restricted_logits(grid, keys, sign))
    return {
        "coefficients": cos_waves(grid, ks, sign).coefficients.tolist(),
        "excludedAlone": [float(grid.row_losses(rows - part.along([k], mask), mask).mean()) for k in ks],
        "excluded": float(grid.row_losses(rows - part.along(keys, mask), mask).mean()),
        "train": float(grid.row_losses(rows, mask).mean()),
        "restricted": {
            "all": float(restricted.mean()),
            "train": float(restricted[mask].mean()),
            "test": float(restricted[~mask].mean()),
        },
    }


def _keys(opened: Opened) -> list[int]:
    return opened.page.evaluate("JSON.parse(document.getElementById('latebloom-page').textContent)")["modular"][
        "key_frequencies"
    ]


def _train(opened: Opened, grid: Grid) -> torch.Tensor:
    trained = opened.ask("grid", opened.steps[0])["train"]
    return torch.from_numpy(np.array(trained, dtype=bool)).view(grid.order, grid.order)
