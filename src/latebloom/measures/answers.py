"""What the answers of a model were compared with where its task was not known."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from latebloom.tasks import Task


@dataclass(frozen=True)
class Answers:
    """The comparison of a model's answers to all pairs with every known operation.

    agreement: the share of its pairs that the model answers as each operation does, by the name of the task. reason:
    why none of them is the model's task; empty where one is. in_order: the model's answers as a task of their own,
    where they are a group's with its elements in another order; a factor common to all frequencies is then unknown.
    order: how that order was found, in words.
    """

    agreement: Mapping[str, float] = field(default_factory=dict)
    reason: str = ""
    in_order: Task | None = None
    order: str = ""

    @property
    def best(self) -> float:
        """The largest agreement."""
        return max(self.agreement.values(), default=0.0)
