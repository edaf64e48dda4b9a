"""`latebloom certify` on a file of weights."""

import json
from pathlib import Path

import pytest
import torch

from latebloom.circuits.modular import planted_transformer


@pytest.fixture
def file(tmp_path: Path) -> Path:
    torch.save(planted_transformer(31, [3, 7, 12], d_mlp=384).state_dict(), tmp_path / "planted.pth")
    return tmp_path / "planted.pth"


def test_a_bound_with_its_cost(call, file: Path) -> None:
    status, out, _ = call("certify", file, "--json")
    found = json.loads(out)
    assert (status, found["accuracy_at_least"]) == (0, 1)
    assert 0 < found["flops"] < found["brute_force_flops"]
    assert "directions over the answers (6 of the explanation)" in found["how"]
    status, out, _ = call("certify", file)
    assert (status, out.split()[:4]) == (0, ["accuracy", "at", "least", "1"])


def test_a_frontier_from_cheap_to_dear(call, file: Path) -> None:
    found = json.loads(call("certify", file, "--frontier", "--json")[1])
    assert [one["directions"] for one in found] == sorted({one["directions"] for one in found})
    assert found[0]["accuracy_at_least"] < found[-1]["accuracy_at_least"] == 1


def test_what_cannot_be_certified_is_one_line(call, tmp_path: Path) -> None:
    status, out, error = call("certify", tmp_path / "nothing.pth")
    assert (status, out, error.count("\n")) == (2, "", 1)
