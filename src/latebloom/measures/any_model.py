"""Measures of every model: losses, accuracies, and the sum of squared weights, which weight decay penalises."""

from collections import Counter
from collections.abc import Sequence

from latebloom.measures.column import Column
from latebloom.measures.measure import MEASURES, Measure
from latebloom.measures.snapshot import Snapshot

TRAIN_LOSS = Column("train_loss", "nats", "mean cross-entropy on the train set, in float64")
TEST_LOSS = Column("test_loss", "nats", "mean cross-entropy on the test set, in float64")
TRAIN_ACCURACY = Column("train_accuracy", "share", "labels of the train set that have the largest logit")
TEST_ACCURACY = Column("test_accuracy", "share", "labels of the test set that have the largest logit")
COMPONENT_LOSS = Column("{set}_loss.{component}", "nats", "the same loss over the labels of one component of the task")
COMPONENT_ACCURACY = Column("{set}_accuracy.{component}", "share", "the same accuracy for one component of the task")

SUM_SQUARED_WEIGHTS = Column("sum_squared_weights", "", "Σ of squares over all trained tensors")
SUM_SQUARED_WEIGHTS_OF = Column(
    "sum_squared_weights.{tensor}",
    "",
    "the same for one tensor, such as W_E; with several layers 1.W_Q is in block 1; of a norm ln1.w",
)


def losses(snapshot: Snapshot) -> dict[str, float]:
    """Losses and accuracies on every fixed set, over all labels, and by component where the task has several."""
    from latebloom.models import evaluate

    values: dict[str, float] = {}
    for name, examples in snapshot.sets.items():
        values |= evaluate(snapshot.logits(examples), snapshot.task, examples, name)
    return values


def weights(snapshot: Snapshot) -> dict[str, float]:
    """Sum of squared weights over all trained tensors, and for each tensor."""
    from latebloom.models import sum_squared_weights

    named = dict(snapshot.model.named_parameters())
    short = short_names(list(named))
    values = {SUM_SQUARED_WEIGHTS_OF.of(tensor=short[name]): sum_squared_weights([named[name]]) for name in named}
    return {SUM_SQUARED_WEIGHTS.name: sum(values.values()), **values}


def short_names(names: Sequence[str]) -> dict[str, str]:
    """A different short name for each tensor: its last part, with the module's name before that of a norm's ``w`` and
    ``b``, and with the number of the block where there are several. Names that would be equal stay whole."""
    parts = {name: name.split(".") for name in names}
    several = len({part[1] for part in parts.values() if part[0] == "blocks"}) > 1

    def short(part: Sequence[str]) -> str:
        block = part[1:2] if several and part[0] == "blocks" else []
        return ".".join([*block, *part[-2 if part[-1] in ("w", "b") else -1 :]])

    given = {name: short(part) for name, part in parts.items()}
    count = Counter(given.values())
    return {name: name if count[word] > 1 else word for name, word in given.items()}


LOSSES = MEASURES.register(
    Measure(
        "losses",
        losses,
        (TRAIN_LOSS, TRAIN_ACCURACY, TEST_LOSS, TEST_ACCURACY, COMPONENT_LOSS, COMPONENT_ACCURACY),
    )
)
WEIGHTS = MEASURES.register(Measure("weights", weights, (SUM_SQUARED_WEIGHTS, SUM_SQUARED_WEIGHTS_OF)))
