"""Packed weights: what a page holds of a run's checkpoints."""

import json
import math
import zlib
from typing import Any

import numpy as np
import pytest

from latebloom.analysis import Analysis
from latebloom.explorer.pack import FINER, RESOLUTION, pack
from latebloom.lab.explorer.weights import _largest, by_importance, packed_weights
from latebloom.runs import Run


def unpack(packed: bytes) -> dict[int, dict[str, np.ndarray]]:
    """The weights by step, read as the module's docstring says and without any of its code."""
    start = 4 + int.from_bytes(packed[:4], "little")
    header = json.loads(packed[4:start])
    weights: dict[int, dict[str, np.ndarray]] = {}
    after: dict[str, list[np.ndarray]] = {}
    for entry in reversed(header["checkpoints"]):
        stream = packed[start + entry["offset"] : start + entry["offset"] + entry["length"]]
        data = np.frombuffer(zlib.decompress(stream, -15), np.uint8)
        columns = sum(tensor["columns"] for tensor in header["tensors"])
        scales, (low, middle, high) = data[:columns].astype(float), data[columns:].reshape(3, -1).astype(np.int64)
        zigzag = low + (middle << 8) + (high << 16)
        rest = (zigzag >> 1) ^ -(zigzag & 1)
        weights[entry["step"]] = {}
        for tensor, unit, momentum in zip(header["tensors"], entry["units"], entry["momenta"], strict=True):
            size = int(np.prod(tensor["shape"]))
            difference, rest = rest[:size], rest[size:]
            scale, scales = scales[: tensor["columns"]], scales[tensor["columns"] :]
            value = np.full(size, np.nan)
            if unit is not None:
                if len(scale):
                    unit = np.resize(unit * 2 ** (16 - scale), size)
                near, far = ([*after.get(tensor["name"], []), None, None])[:2]
                guess = 0 if near is None else near if far is None else near + momentum * (near - far)
                value = ((np.floor(guess / unit + 0.5) + difference) * unit).astype(np.float32).astype(np.float64)
                after[tensor["name"]] = [value, *after.get(tensor["name"], [])]
            weights[entry["step"]][tensor["name"]] = value.reshape(tensor["shape"])
    return weights


def _walk(steps: int, seed: int = 0) -> list[tuple[int, dict[str, np.ndarray]]]:
    """Weights that move smoothly, of very different sizes; the bias starts at zero."""
    rng = np.random.default_rng(seed)
    start, drift = rng.normal(size=(2, 40, 30))
    return [
        (100 * i, {"embed.W_E": (start + 0.1 * i * drift).astype("f4"), "b": (1e-3 * i * drift[0]).astype("f4")})
        for i in range(steps)
    ]


def test_round_trip() -> None:
    checkpoints = _walk(6)
    got = unpack(pack(checkpoints))
    assert list(got) == [500, 400, 300, 200, 100, 0]
    for step, weights in checkpoints:
        for name, resolution in (("embed.W_E", FINER["W_E"] * RESOLUTION), ("b", RESOLUTION)):
            largest = max(float(np.sqrt(np.mean(np.square(every[name])))) for _, every in checkpoints)
            assert got[step][name].shape == weights[name].shape
            assert np.abs(got[step][name] - weights[name]).max() <= 0.51 * largest / resolution


def test_smooth_training_costs_little() -> None:
    """Weights that move along a line are predicted: a further checkpoint costs a small part of the first."""
    one, many = len(pack(_walk(1))), len(pack(_walk(30)))
    assert many < one * 30 / 4


def test_weights_far_above_the_others_survive() -> None:
    weights = np.zeros(10_000, dtype="f4")
    weights[7] = 1e4
    assert unpack(pack([(0, {"w": weights})]))[0]["w"][7] == pytest.approx(1e4, rel=1e-2)


def test_units_are_wide_enough_for_what_follows() -> None:
    """A tensor that is large later is predicted to be large before, in units that are fine there."""
    checkpoints = _walk(3)
    checkpoints[2][1]["embed.W_E"] *= 3000
    got = unpack(pack(checkpoints, {step: 1 / 32 for step, _ in checkpoints}))
    for step, weights in checkpoints:
        largest = np.abs(checkpoints[2][1]["embed.W_E"]).max()
        assert np.abs(got[step]["embed.W_E"] - weights["embed.W_E"]).max() <= largest / (FINER["W_E"] * RESOLUTION) / 32


def test_diverged_weights_are_nan_and_leave_the_others() -> None:
    checkpoints = _walk(4)
    checkpoints[2][1]["b"][3] = np.nan
    checkpoints[3][1]["b"][3] = np.inf
    got = unpack(pack(checkpoints))
    assert np.isnan(got[200]["b"]).all()
    assert np.isnan(got[300]["b"]).all()
    assert np.allclose(got[100]["b"], checkpoints[1][1]["b"], atol=1e-5)
    assert np.isfinite(got[300]["embed.W_E"]).all()


@pytest.mark.parametrize(
    "checkpoints",
    [[], [(0, {"a": np.zeros(3)}), (1, {"b": np.zeros(3)})], [(0, {"a": np.zeros(3)}), (1, {"a": np.zeros(4)})]],
)
def test_wrong_use(checkpoints: list[Any]) -> None:
    with pytest.raises(ValueError, match="at least one checkpoint"):
        pack(checkpoints)


def test_a_coarser_step_is_smaller_and_less_exact() -> None:
    checkpoints = _walk(2)
    fine, coarse = pack(checkpoints), pack(checkpoints, {100: 8.0})
    assert len(coarse) < len(fine)
    off = [np.abs(unpack(packed)[100]["embed.W_E"] - checkpoints[1][1]["embed.W_E"]).max() for packed in (fine, coarse)]
    assert 4 * off[0] < off[1]


def test_steps_by_importance(planted_run: Run) -> None:
    """The last and the first, those beside the phase boundaries, then the others; all of them fit at once."""
    analysis = Analysis(planted_run)
    chosen = by_importance(analysis)
    assert chosen[:2] == [6000, 0]
    assert sorted(chosen) == planted_run.checkpoints
    packed = packed_weights(analysis)
    assert packed is not None
    assert sorted(unpack(packed)) == planted_run.checkpoints


def test_a_small_budget_keeps_the_most_important_steps(planted_run: Run) -> None:
    analysis = Analysis(planted_run)
    two = sorted(by_importance(analysis)[:2])
    room = len(pack([(step, planted_run.directory.read_checkpoint(step)) for step in two])) + 1000
    packed = packed_weights(analysis, room)
    assert packed is not None
    assert len(packed) <= room
    assert sorted(unpack(packed)) in ([6000], two)


@pytest.mark.parametrize("budget", [0.5, 1.0, 7.9, 300.0, 1e9])
def test_the_largest_count_within_a_budget_takes_few_sizes(budget: float) -> None:
    asked = []

    def size(count: int) -> float:
        asked.append(count)
        return 0.3 + count + 0.2 * math.sin(count) - 4e-4 * count**2  # not quite in proportion

    expected = max([1, *(count for count in range(1, 401) if size(count) <= budget)])
    asked.clear()
    assert _largest(400, size, budget) == expected
    assert len(set(asked)) < 12
