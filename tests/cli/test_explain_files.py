"""`latebloom explain FILE`: exit status, first lines and JSON for what a model does, and for what it does not."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from latebloom.circuits.modular import planted_operation, planted_transformer
from latebloom.models import MLPConfig, Model
from latebloom.tasks import AnswerTable, ModularAddition, ModularMultiplication

P = 11
FIXTURES = next(
    (home / "shared/reference/fixtures" for home in Path(__file__).parents if (home / "shared/reference").is_dir()),
    Path("no fixtures"),
)


def shuffled() -> Model:
    numbers = np.random.default_rng(0).permutation(P)
    return planted_operation(AnswerTable(p=P, entries=(numbers[:, None] + numbers) % P), [1, 3])


FILES: dict[str, tuple[Callable[[], Model], str]] = {
    "multiplication": (lambda: planted_operation(ModularMultiplication(p=P), [1, 3]), "modular_multiplication"),
    "addition": (lambda: planted_transformer(P, [1, 3]), "modular_addition"),
    "shuffled": (shuffled, "but its answers are those of the cyclic group of order 11"),
    "untrained": (lambda: MLPConfig(d_mlp=16).build(ModularAddition(p=P)), "and its answers are no group's table"),
}


@pytest.mark.parametrize("name", FILES)
def test_the_first_line_says_what_a_model_does(name: str, call: Callable, tmp_path: Path) -> None:
    build, said = FILES[name]
    file = tmp_path / "a.pth"
    torch.save(build().state_dict(), file)
    status, text, errors = call("explain", file)
    assert (status, errors) == (0, "")
    stored = json.loads(call("explain", file, "--json")[1])
    does = name in ("multiplication", "addition")
    assert stored["does_task"] == does
    if does:
        assert stored["task"] == said
        assert f"task = {said}" in text.splitlines()[0]
        assert stored["clock_or_pizza"]["circularity"] is not None
        assert len(stored["heads"]) == 4
        assert "heads' variance, all key frequencies" in text
    else:
        assert text.splitlines()[0].split(maxsplit=3)[3].startswith("no: it does none of these on more than ")
        assert said in text.splitlines()[0]
        assert said in stored["reason"]
        assert (stored["task"], stored["key_frequencies"]) == (None, None)
        assert (stored["in_order"] is None) == (name == "untrained")


def test_a_task_that_is_named_is_supposed(call: Callable, tmp_path: Path) -> None:
    file = tmp_path / "a.pth"
    torch.save(FILES["multiplication"][0]().state_dict(), file)
    status, text, _ = call("explain", file, "--task", "modular_subtraction")
    assert status == 0
    assert text.splitlines()[0].split(maxsplit=3)[3].startswith("no: it answers ")
    assert "modular_subtraction, p = 11" in text
    status, _, error = call("explain", file, "--task", "group_composition")
    assert (status, error.count("\n")) == (2, 1)
    assert "no group's table" in error


def test_an_unknown_rule_is_no_obstacle_to_a_model_without_a_task(call: Callable, tmp_path: Path) -> None:
    file = tmp_path / "a.pth"
    torch.save(FILES["untrained"][0]().state_dict(), file)
    assert call("explain", file, "--rule", "embedding")[0] == 0


@pytest.mark.skipif(not FIXTURES.exists(), reason="the published files are not here")
def test_the_published_linear_model_against_a_plain_forward_pass(call: Callable) -> None:
    file = FIXTURES / "pizza/model_amw6ox6bzn.pt"
    stored = json.loads(call("explain", file, "--json")[1])
    w = {k: v.double().numpy() for k, v in torch.load(file, weights_only=True, map_location="cpu").items()}
    p = 59
    x, y = np.divmod(np.arange(p * p), p)
    hidden = w["embed.weight"][x] + w["embed.weight"][y]
    for name in ("l1", "l2"):
        hidden = np.maximum(hidden @ w[f"{name}.weight"].T + w[f"{name}.bias"], 0)
    logits = hidden @ w["unembed.weight"].T
    logits -= logits.max(1, keepdims=True)
    loss = np.log(np.exp(logits).sum(1)) - logits[np.arange(p * p), (x + y) % p]
    assert (stored["task"], stored["accuracy"]) == ("modular_addition", 1.0)
    assert stored["loss"]["all"] == pytest.approx(loss.mean(), rel=1e-6)
    assert stored["clock_or_pizza"]["gradient_symmetricity"] == pytest.approx(1)
