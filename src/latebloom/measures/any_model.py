"""Measures of every model: losses, accuracies, and the sum of squared weights, which weight decay penalises."""

from latebloom.measures.column import Column
from latebloom.measures.measure import MEASURES, Measure
from latebloom.measures.snapshot import Snapshot
from latebloom.models import evaluate, sum_squared_weights

TRAIN_LOSS = Column("train_loss", "nats", "mean cross-entropy on the train set, in float64")
TEST_LOSS = Column("test_loss", "nats", "mean cross-entropy on the test set, in float64")
TRAIN_ACCURACY = Column("train_accuracy", "share", "labels of the train set that have the largest logit")
TEST_ACCURACY = Column("test_accuracy", "share", "labels of the test set that have the largest logit")
COMPONENT_LOSS = Column("{set}_loss.{component}", "nats", "the same loss over the labels of one component of the task")
COMPONENT_ACCURACY = Column("{set}_accuracy.{component}", "share", "the same accuracy for one component of the task")

SUM_SQUARED_WEIGHTS = Column("sum_squared_weights", "", "Σ of squares over all trained tensors")
SUM_SQUARED_WEIGHTS_OF = Column(
    "sum_squared_weights.{tensor}", "", "the same for one tensor, such as W_E; with several layers 1.W_Q is in block 1"
)


def losses(snapshot: Snapshot) -> dict[str, float]:
    """Losses and accuracies on every fixed set, over all labels, and by component where the task has several."""
    values: dict[str, float] = {}
    for name, examples in snapshot.sets.items():
        values |= evaluate(snapshot.logits(examples), snapshot.task, examples, name)
    return values


def weights(snapshot: Snapshot) -> dict[str, float]:
    """Sum of squared weights over all trained tensors, and for each tensor."""
    named = {tuple(name.split(".")): weight for name, weight in snapshot.model.named_parameters()}
    layers = len({parts[1] for parts in named if parts[0] == "blocks"})
    values: dict[str, float] = {}
    for parts, weight in named.items():
        short = f"{parts[1]}.{parts[-1]}" if layers > 1 and parts[0] == "blocks" else parts[-1]
        values[SUM_SQUARED_WEIGHTS_OF.of(tensor=short)] = sum_squared_weights([weight])
    return {SUM_SQUARED_WEIGHTS.name: sum(values.values()), **values}


LOSSES = MEASURES.register(
    Measure(
        "losses",
        losses,
        (TRAIN_LOSS, TRAIN_ACCURACY, TEST_LOSS, TEST_ACCURACY, COMPONENT_LOSS, COMPONENT_ACCURACY),
    )
)
WEIGHTS = MEASURES.register(Measure("weights", weights, (SUM_SQUARED_WEIGHTS, SUM_SQUARED_WEIGHTS_OF)))
