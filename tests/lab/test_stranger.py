"""A task, its family, a measure and a figure from outside the package: measured, explained, drawn and reported."""

import json
from collections.abc import Iterator
from typing import Any, ClassVar, Literal

import numpy as np
import pydantic
import pytest
import torch
from jaxtyping import Int

import latebloom as lb
from latebloom._errors import UsageError
from latebloom.analysis import Analysis
from latebloom.circuits import FAMILIES, Family, Table
from latebloom.figures import FIGURES, Figure, fixed
from latebloom.measures import MEASURES, Column, Measure, Snapshot
from latebloom.models import TransformerConfig
from latebloom.runs import Run, train_run
from latebloom.tasks import Batch, Data, Task
from latebloom.training import Experiment, Recording, Training

LARGEST = Column("largest_weight", unit="", formula="max |w| over all trained tensors")


class Parity(Task):
    """The parity of three bits."""

    summary: ClassVar[str] = "the parity of three bits"
    name: Literal["parity_of_three_bits"] = "parity_of_three_bits"

    @property
    def d_vocab(self) -> int:
        return 3

    @property
    def d_vocab_out(self) -> int:
        return 2

    @property
    def n_ctx(self) -> int:
        return 4

    @property
    def loss_positions(self) -> tuple[int, ...]:
        return (3,)

    @property
    def components(self) -> tuple[str, ...]:
        return ("parity",)

    def universe(self) -> Batch:
        return self._batch(np.array([[x, y, z] for x in (0, 1) for y in (0, 1) for z in (0, 1)]))

    def sample(self, count: int, rng: np.random.Generator) -> Batch:
        return self._batch(rng.integers(0, 2, size=(count, 3)))

    def _batch(self, bits: Int[np.ndarray, "batch 3"]) -> Batch:
        labels = bits.sum(1, keepdims=True) % 2
        tokens = np.concatenate([bits, np.full((len(bits), 1), 2)], axis=1)
        return Batch(tokens, labels, np.zeros_like(labels))


class ParityExplanation(pydantic.BaseModel):
    """How many of the eight examples are right."""

    right: int

    def rows(self) -> list[tuple[str, str]]:
        return [("right", f"{self.right} of 8")]


def explain(snapshot: Snapshot) -> ParityExplanation:
    examples = snapshot.task_as(Parity).universe()
    logits = snapshot.model(torch.from_numpy(examples.tokens), snapshot.task.loss_positions)
    return ParityExplanation(right=int((logits.argmax(-1).numpy() == examples.labels).sum()))


def largest_weight(snapshot: Snapshot) -> dict[str, float]:
    return {LARGEST.name: max(float(weight.abs().max()) for weight in snapshot.model.parameters())}


def data(analysis: Analysis) -> list[float]:
    return analysis.require(LARGEST.name).value.tolist()


def draw(figure: Any, values: list[float]) -> None:
    figure.subplots().plot(values)


PARTS = (
    Family("parity", (Parity,), explain=explain, tables=lambda _: (Table("Bits", "", ("bit",), (("0",),)),)),
    Measure("largest_weight", largest_weight, (LARGEST,), family="parity"),
    Figure(
        "largest-weight", "circuit", "The largest weight", "By step.", data, str, draw, fixed(4, 2), family="parity"
    ),
)


@pytest.fixture
def parts() -> Iterator[None]:
    """The parts, registered for one test."""
    for part in PARTS:
        lb.register(part)
    yield
    for registry, part in zip((FAMILIES, MEASURES, FIGURES), PARTS):
        registry._things.pop(part.name)  # type: ignore[attr-defined]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    experiment = Experiment(
        recipe="parity",
        task=Parity(),
        data=Data(fraction=0.75),
        model=TransformerConfig(d_model=8, n_heads=1, d_head=8, d_mlp=16),
        training=Training(steps=10, stop="steps"),
        recording=Recording(checkpoints="5", metrics="5"),
    )
    return train_run(experiment, root=tmp_path_factory.mktemp("runs"))


@pytest.mark.usefixtures("parts")
def test_every_part_is_used_without_a_change_to_the_package(run: Run) -> None:
    assert lb.explain(run).rows()[0][0] == "right"
    assert len(lb.measure(run).series(LARGEST.name)) == 3
    page = lb.report(run).read_text()
    assert 'id="figure-largest-weight"' in page
    assert "The task: the parity of three bits." in page
    assert ">Bits</h2>" in page
    assert json.loads((run.path / "summary.json").read_text())["weights"]["rows"][0][1].endswith("of 8")


def test_without_its_family_the_task_still_has_measures_and_a_page(run: Run) -> None:
    assert "sum_squared_weights" in lb.measure(run).metrics.column_names
    assert "No family of tasks is registered for this task" in lb.report(run).read_text()
    with pytest.raises(UsageError, match="parity_of_three_bits, which has no circuit to look for"):
        lb.explain(run)
