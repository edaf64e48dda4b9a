"""Group composition: representations of known groups, logits by hand, and the same figures as for a cyclic group."""

from pathlib import Path

import numpy as np
import pytest
import torch

from latebloom.analysis import snapshot_of
from latebloom.circuits.family import explain
from latebloom.circuits.groups import GroupLogits, Irrep, real_irreps
from latebloom.circuits.groups.explanation import KEY_SIMILARITY
from latebloom.circuits.modular import modular_grid, planted_operation
from latebloom.circuits.modular.projections import excluded_logits, restricted_logits
from latebloom.measures import Snapshot
from latebloom.tasks import GroupComposition, ModularAddition
from latebloom.tasks.groups import Group
from latebloom.tasks.groups.families import alternating, cyclic, dihedral, quaternions, symmetric

FIXTURES = next(
    (home / "shared/reference/fixtures" for home in Path(__file__).parents if (home / "shared/reference").is_dir()),
    Path("no fixtures"),
)

# From the tables of characters in textbooks; over the real numbers, 2 for a pair of conjugate ones of dimension 1.
IRREPS = {
    "C5": (cyclic(5), ["1 real", "2 complex", "2 complex"]),
    "D4": (dihedral(4), ["1 real"] * 4 + ["2 real"]),
    "Q8": (quaternions(), ["1 real"] * 4 + ["4 quaternionic"]),
    "A4": (alternating(4), ["1 real", "2 complex", "3 real"]),
    "S5": (symmetric(5), ["1 real"] * 2 + ["4 real"] * 2 + ["5 real"] * 2 + ["6 real"]),
}


@pytest.mark.parametrize("name", IRREPS)
def test_irreducible_representations(name: str) -> None:
    table, expected = IRREPS[name]
    group = Group(table, 0)
    found = real_irreps(group)
    assert [f"{one.dimension} {one.type}" for one in found] == expected
    assert [one.trivial for one in found] == [True] + [False] * (len(found) - 1)
    # Together they are the identity of convolution, and each is a projection: e * e = e.
    np.testing.assert_allclose(sum(one.idempotent for one in found), np.arange(group.order) == 0, atol=1e-12)
    inverse = np.argmax(table == 0, axis=1)
    for one in found:
        matrix = one.idempotent[table[:, inverse]]
        np.testing.assert_allclose(matrix @ matrix, matrix, atol=1e-12)


def of_logits(table: np.ndarray, logits: torch.Tensor) -> tuple[GroupLogits, list[Irrep]]:
    task = GroupComposition(p=len(table), entries=table)
    return GroupLogits.of_outputs(task, logits), real_irreps(task.group)


def test_logits_that_are_a_character_have_only_that_one() -> None:
    table = symmetric(4)
    n = len(table)
    irreps = real_irreps(Group(table, 0))
    inverse = np.argmax(table == 0, axis=1)
    planted = torch.from_numpy(40 * irreps[3].idempotent[table[table][:, :, inverse]])
    shift = torch.randn(n, n, 1, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    logits, irreps = of_logits(table, planted + shift)  # a constant over c changes no answer
    similarities = [logits.similarity(one) for one in irreps]
    assert similarities[0] is None
    assert similarities[1:] == pytest.approx([1.0 if one is irreps[3] else 0.0 for one in irreps[1:]], abs=1e-9)
    assert logits.fve([irreps[3]]) == pytest.approx(1)
    assert logits.restricted([irreps[3]]).mean() == pytest.approx(float(logits.losses(logits.logits).mean()))
    assert logits.excluded([irreps[3]]).mean() == pytest.approx(np.log(n))


def test_random_logits_have_no_key_representation() -> None:
    table = dihedral(59)
    random = torch.randn(118, 118, 118, generator=torch.Generator().manual_seed(1))
    logits, irreps = of_logits(table, random)
    assert max(logits.similarity(one) or 0 for one in irreps) < KEY_SIMILARITY


def test_a_cyclic_group_has_the_figures_of_modular_addition() -> None:
    p, ks = 13, [2, 5]
    model = planted_operation(ModularAddition(p=p), ks).double()
    whole = modular_grid(model, ModularAddition(p=p))
    logits, irreps = of_logits(cyclic(p), whole.outputs)
    keys = [one for one in irreps if not one.trivial and (logits.similarity(one) or 0) > 0.1]
    assert len(keys) == len(ks)
    assert logits.restricted(keys).mean() == pytest.approx(whole.loss(restricted_logits(whole, ks, 1)))
    assert logits.excluded(keys).mean() == pytest.approx(whole.loss(excluded_logits(whole, ks, 1)))
    snapshot = Snapshot(model, GroupComposition(p=p, entries=cyclic(p)))
    found = explain(snapshot).model_dump(mode="json")
    assert (found["group"], found["abelian"], found["cyclic"], found["key_dimensions"]) == ("C13", True, True, [2])
    assert found["element_orders"] == {"1": 1, "13": 12}
    assert found["in_order"]["explanation"]["accuracy"] == 1
    assert found["loss"]["train"] is found["restricted_loss"]["test"] is found["excluded_loss"]["train"] is None


@pytest.mark.parametrize("trained", [np.array([0, 3, 40, 41, 168]), np.arange(169)])
def test_a_known_split_has_losses_of_its_own(trained: np.ndarray) -> None:
    p = 13
    number = np.random.default_rng(0).permutation(p)
    task = GroupComposition(p=p, entries=number[cyclic(p)[np.argsort(number)][:, np.argsort(number)]])
    model = planted_operation(task, [2, 5]).double()
    logits, irreps = of_logits(task.table(), modular_grid(model, task).outputs)
    keys = [one for one in irreps if (logits.similarity(one) or 0) > KEY_SIMILARITY]
    found = explain(Snapshot(model, task, train_rows=trained)).model_dump(mode="json")
    parts = {"loss": logits.losses(logits.logits), "excluded_loss": logits.excluded(keys)}
    for name, losses in (parts | {"restricted_loss": logits.restricted(keys)}).items():
        rest = np.setdiff1d(np.arange(p * p), trained)
        expected = float(losses[rest].mean()) if len(rest) else None
        assert found[name]["train"] == pytest.approx(float(losses[trained].mean()))
        assert found[name]["test"] == pytest.approx(expected)
    # The model's answers were not asked: the task has the table.
    assert found["in_order"]["order"]["sentence"].endswith("found from the table of the task")


@pytest.mark.skipif(not FIXTURES.exists(), reason="the published files are not here")
def test_the_published_model_of_s5() -> None:
    snapshot = snapshot_of(FIXTURES / "groups/S5_T_seed1.pt")
    found = explain(snapshot).model_dump(mode="json")
    assert (found["group"], found["order"], found["does_task"], found["accuracy"]) == ("S5", 120, True, 1.0)
    # The representations that its authors list: the sign, and the standard one times the sign.
    assert found["key_dimensions"] == [1, 4]
    similarity = {one["dimension"]: one["character_similarity"] for one in found["irreps"] if one["key"]}
    assert similarity[4] == pytest.approx(0.712, abs=5e-4)
    assert similarity[1] == pytest.approx(0.349, abs=5e-4)
    assert found["restricted_loss"]["all"] < found["loss"]["all"] < 1e-6 < 1 < found["excluded_loss"]["all"]
    # Nothing but these two is in the embedding and in the neurons.
    assert found["embedding"]["fraction"]["1b"] + found["embedding"]["fraction"]["4b"] > 0.99
    assert set(found["neurons"]["clusters"]) == {"1b", "4b"}
    assert found["cosets"]["decides"] == "irreps"
