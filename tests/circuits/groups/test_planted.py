"""Planted models are recovered; random and memorising ones have nothing that is their own."""

import itertools
from typing import Any

import numpy as np
import pytest

from latebloom._errors import UsageError
from latebloom.circuits.family import explain
from latebloom.circuits.groups import planted_cosets, planted_irreps, planted_lookup
from latebloom.measures import Snapshot
from latebloom.models import EmbeddingMLPConfig, Model
from latebloom.tasks import GroupComposition


def task_of(name: str) -> GroupComposition:
    return GroupComposition(entries=name, equals=False)


def explained(model: Model, task: GroupComposition) -> dict[str, Any]:
    return explain(Snapshot(model, task)).model_dump(mode="json")


@pytest.mark.parametrize(
    ("group", "names"),
    [("S4", ["3a"]), ("S4", ["1b", "3b"]), ("D5", ["2b"]), ("Q8", ["4a"]), ("A5", ["3a"]), ("A5", ["3b"])],
)
def test_planted_representations_are_recovered(group: str, names: list[str]) -> None:
    task = task_of(group)
    found = explained(planted_irreps(task, names), task)
    keys = [name for name, one in zip(found["irrep_names"], found["irreps"], strict=True) if one["key"]]
    assert (found["group"], found["accuracy"], keys) == (group, 1, names)
    assert found["fve_characters"] == pytest.approx(1, abs=1e-6)
    assert sum(found["embedding"]["fraction"][name] for name in names) == pytest.approx(1, abs=1e-6)
    assert found["excluded_loss"]["all"] == pytest.approx(np.log(task.p), abs=1e-3)
    assert found["restricted_loss"]["all"] == pytest.approx(found["loss"]["all"], rel=0.01)
    # Squares of entries of ρ are in ρ⊗ρ, and all that depends on a and b together is in {1, ρ(a)} × {1, ρ(b)}.
    assert set(found["neurons"]["clusters"]) <= set(names)
    # No neuron has a symmetry but by chance.
    assert found["cosets"]["decides"] == "irreps"
    assert found["cosets"]["trials"][0]["accuracy"] == 1 > found["cosets"]["trials"][0]["control_accuracy"]


def test_planted_cosets_are_told_from_representations() -> None:
    task = task_of("S4")
    fixes_the_last = [i for i, one in enumerate(itertools.permutations(range(4))) if one[3] == 3]
    found = explained(planted_cosets(task, "3a", fixes_the_last), task)["cosets"]
    assert found["subgroups"] == {"6": found["live"]}  # that of a point, of order 3!
    assert (found["one_subgroup"], found["decides"]) == (1, "cosets")
    assert found["larger_than_chance"] > 0.9
    functions = {one["name"]: one["functions"] for one in found["trials"]}
    assert functions == pytest.approx({"irreps": 9, "cosets": 3, "both": 3})


def test_a_planted_group_without_enough_representations_is_refused() -> None:
    with pytest.raises(UsageError, match="leave answers of this group tied"):
        planted_irreps(task_of("S4"), ["1b"])
    with pytest.raises(UsageError, match="names: got 7a, expected some of 1b, 2a, 3a, 3b"):
        planted_irreps(task_of("S4"), ["7a"])
    with pytest.raises(UsageError, match="leaves no vector of 3a as it is"):
        planted_cosets(task_of("S4"), "3a", range(24))


def test_random_weights_have_nothing() -> None:
    task = task_of("S4")
    found = explained(EmbeddingMLPConfig(combine="concat", d_embed=32, widths=(64,)).build(task), task)
    assert not found["does_task"]
    assert found["key_dimensions"] == []
    assert found["restricted_loss"]["all"] is found["excluded_loss"]["all"] is found["fve_characters"] is None
    assert (found["neurons"]["clusters"], found["cosets"]["decides"]) == ({}, None)


def test_memorised_answers_have_no_representation_of_their_own() -> None:
    task, rng = task_of("S4"), np.random.default_rng(0)
    table = task.group.table
    answers = np.where(rng.random(table.shape) < 0.7, table, rng.integers(24, size=table.shape))
    found = explained(planted_lookup(task, answers), task)
    assert found["accuracy"] == pytest.approx((answers == table).mean())
    # Looked-up answers are a sum of all characters, each in its part, so every one is over the published threshold.
    assert all(0.8 < excess < 1.25 for excess in found["lookup_excess"].values())
    assert (found["neurons"]["clusters"], found["cosets"]["decides"]) == ({}, "neither")
    planted = explained(planted_irreps(task, ["3a"]), task)["lookup_excess"]
    assert planted["3a"] == pytest.approx(23 / 9, rel=1e-3)
