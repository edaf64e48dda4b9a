"""Loss and accuracy on train and test set, whole and by component."""

from latebloom.measures.snapshot import Snapshot
from latebloom.models import evaluate


def losses(snapshot: Snapshot) -> dict[str, float]:
    """``train_loss``, ``train_accuracy``, ``test_loss``, ``test_accuracy``; ``….component`` where there are several.

    Mean cross-entropy in nats, float64.
    """
    found: dict[str, float] = {}
    for name, examples in snapshot.sets.items():
        found |= evaluate(snapshot.logits(examples), snapshot.task, examples, name)
    return found
