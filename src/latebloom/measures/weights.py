"""Sum of squared weights, total and per matrix: what weight decay pays for."""

from latebloom.measures.snapshot import Snapshot
from latebloom.models import sum_squared_weights as norm


def weights(snapshot: Snapshot) -> dict[str, float]:
    """``sum_squared_weights`` over all trained tensors, and ``sum_squared_weights.W_E`` … for each.

    With several layers the name keeps its block: ``sum_squared_weights.1.W_Q``.
    """
    named = {tuple(name.split(".")): weight for name, weight in snapshot.model.named_parameters()}
    layers = len({parts[1] for parts in named if parts[0] == "blocks"})
    found: dict[str, float] = {}
    for parts, weight in named.items():
        short = f"{parts[1]}.{parts[-1]}" if layers > 1 and parts[0] == "blocks" else parts[-1]
        found[f"sum_squared_weights.{short}"] = norm([weight])
    return {"sum_squared_weights": sum(found.values()), **found}
