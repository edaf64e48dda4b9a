"""Measures of group runs on planted and random models."""

import numpy as np
import pytest

from latebloom.circuits import family_of, measure_snapshot
from latebloom.circuits.groups import planted_irreps, planted_lookup
from latebloom.measures import Snapshot, measures_of
from latebloom.models import EmbeddingMLPConfig
from latebloom.tasks import GroupComposition, ModularAddition


def measured(model, task: GroupComposition, train_rows=None) -> dict[str, float]:
    family = family_of(task)
    return measure_snapshot(Snapshot(model, task, train_rows=train_rows, basis_of=family.own_basis()))


def test_a_planted_model_has_its_representation_in_every_measure() -> None:
    task = GroupComposition(entries="S4", equals=False)
    row = measured(planted_irreps(task, ["3b"]), task, np.arange(300))
    assert row["character_similarity.3b"] == pytest.approx(1, abs=1e-6)
    assert row["character_similarity.3a"] == pytest.approx(0, abs=1e-6)
    assert row["embedding_fraction.3b"] == pytest.approx(1, abs=1e-6)
    assert row["restricted_train_loss"] == pytest.approx(row["restricted_test_loss"], rel=1e-3)
    assert row["unseen_similarity.3b"] == pytest.approx(1, abs=1e-6)
    assert row["restricted_loss_unseen"] == pytest.approx(row["restricted_loss"], rel=1e-3)
    assert row["restricted_loss_relabelled"] > 0.9 * np.log(24)
    assert row["restricted_loss.3b"] == pytest.approx(row["restricted_loss"])
    assert row["excluded_loss"] == row["excluded_loss.3b"] == pytest.approx(np.log(24), abs=1e-3)
    # Nothing is lost with the others, which the model does not use.
    assert row["excluded_loss_control"] == pytest.approx(row["restricted_loss"], rel=1e-2)
    declared = [column for measure in measures_of("groups") for column in measure.columns]
    assert all(any(column.match(name) is not None for column in declared) for name in row)


def test_a_random_model_has_no_restricted_loss() -> None:
    task = GroupComposition(entries="D59", equals=False)
    row = measured(EmbeddingMLPConfig(combine="concat", d_embed=16, widths=(16,)).build(task), task)
    assert not {"restricted_loss", "excluded_loss", "fve_characters"} & row.keys()
    assert max(value for name, value in row.items() if name.startswith("character_similarity")) < 0.005


def test_a_cyclic_group_has_the_clusters_of_modular_addition() -> None:
    from latebloom.circuits.modular import planted_operation
    from latebloom.circuits.modular.views import basis

    p, ks = 13, [2, 5]
    model = planted_operation(ModularAddition(p=p), ks)
    row = measured(model, GroupComposition(entries=f"C{p}"))
    addition = measure_snapshot(Snapshot(model, ModularAddition(p=p), basis_of=lambda one: basis(one, None)))
    for name in ("live_neurons", "clustered_fraction"):
        assert row[name] == pytest.approx(addition[name])
    sizes = sorted(addition[f"cluster_size.k{k}"] for k in ks)
    assert sorted(value for name, value in row.items() if name.startswith("cluster_size") and value) == sizes
    shares = sorted(addition[f"embedding_fraction.k{k}"] for k in ks)
    assert sorted(value for name, value in row.items() if name.startswith("embedding_"))[-2:] == pytest.approx(shares)


def test_memorised_answers_lower_restricted_loss_but_not_that_of_unseen_pairs() -> None:
    task, rng = GroupComposition(entries="S4", equals=False), np.random.default_rng(0)
    table = task.group.table
    trained = rng.random(table.shape) < 0.6
    model = planted_lookup(task, np.where(trained, table, rng.integers(24, size=table.shape)))
    row = measured(model, task, np.flatnonzero(trained))
    assert row["restricted_loss"] < 0.1 < np.log(24) - 1 < row["restricted_loss_unseen"]
    assert max(value for name, value in row.items() if name.startswith("unseen_similarity")) < 0.1
    assert min(value for name, value in row.items() if name.startswith("character_similarity")) > 0.1
