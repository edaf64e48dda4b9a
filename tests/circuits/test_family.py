"""A family belongs to the class of a task, and a family of another package works like the built-in ones."""

from typing import ClassVar, Literal

import pytest

from latebloom._errors import UsageError
from latebloom._registry import Registry
from latebloom.circuits import FAMILIES, GENERIC, Family, family, family_of, measure_snapshot
from latebloom.circuits.modular import MODULAR
from latebloom.measures import MEASURES, Column, Measure, Snapshot, measures_of
from latebloom.models import TransformerConfig
from latebloom.tasks import Batch, ModularAddition, SkipTrigrams, Task


class Special(ModularAddition):
    """A task of a family of its own, inside that of modular tasks."""

    name: Literal["special"] = "special"  # type: ignore[assignment]


class Unknown(Task):
    """Nothing is known about it."""

    summary: ClassVar[str] = "nothing is known about it"
    name: Literal["unknown"] = "unknown"

    d_vocab = property(lambda self: 2)
    d_vocab_out = property(lambda self: 2)
    n_ctx = property(lambda self: 2)
    loss_positions = property(lambda self: (1,))
    components = property(lambda self: ("all",))

    def universe(self) -> None:
        return None

    def sample(self, count: int, rng: object) -> Batch:
        raise NotImplementedError


@pytest.fixture
def stranger(monkeypatch: pytest.MonkeyPatch) -> Family:
    """A family with one measure, registered for the test alone."""
    for registry, place in ((FAMILIES, "FAMILIES"), (MEASURES, "MEASURES")):
        copy = Registry(registry.kind)
        for thing in registry.values():
            copy.register(thing)
        module = family if place == "FAMILIES" else __import__("latebloom.measures.measure", fromlist=["measure"])
        monkeypatch.setattr(module, place, copy)
        if place == "MEASURES":
            copy.register(Measure("ones", lambda snapshot: {"ones": 1.0}, (Column("ones", "", "1"),), "special"))
    return family.FAMILIES.register(Family("special", (Special,), explain=lambda snapshot: snapshot.task))


def test_the_nearest_class_decides(stranger: Family) -> None:
    assert family_of(Special(p=5)) is stranger
    assert family_of(ModularAddition(p=5)) is MODULAR
    assert family_of(SkipTrigrams()).name == "skip_trigrams"


def test_measures_of_a_family_come_after_those_of_every_model(stranger: Family) -> None:
    task = Special(p=5)
    row = measure_snapshot(Snapshot(TransformerConfig(d_model=8, n_heads=2, d_head=4, d_mlp=8).build(task), task))
    assert row["ones"] == 1
    assert "sum_squared_weights" in row
    assert not [name for name in row if name.startswith("embedding")]
    assert [measure.name for measure in measures_of("any")] == ["losses", "weights"]


def test_a_task_without_a_family_belongs_to_the_generic_one() -> None:
    task = Unknown()
    assert family_of(task) is GENERIC
    assert GENERIC.words_for(task, fresh=True).asks == "The task: nothing is known about it."
    assert "No family" in GENERIC.words_for(task, fresh=False).weights
    with pytest.raises(UsageError, match="unknown has no key frequencies to choose"):
        GENERIC.basis(Snapshot(TransformerConfig(d_model=8, d_mlp=0).build(task), task), "neurons")


def test_every_measure_declares_the_columns_that_it_gives() -> None:
    task = ModularAddition(p=7)
    model = TransformerConfig(d_model=8, n_heads=2, d_head=4, d_mlp=8).build(task)
    snapshot = Snapshot(model, task, basis_of=lambda _: {"key_frequencies": [2]})
    for measure in measures_of("modular"):
        for name in measure.compute(snapshot):
            assert any(column.match(name) is not None for column in measure.columns), name
