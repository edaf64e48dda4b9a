"""A model of a group's task with its last layer's pre-activations changed, without running the rest of it again."""

from collections.abc import Callable
from dataclasses import dataclass

from jaxtyping import Float
from torch import Tensor

from latebloom.circuits.groups.projections import GroupLogits
from latebloom.circuits.groups.views import group_task, logits, neurons, w_logit
from latebloom.circuits.modular.plain_forward import all_pairs
from latebloom.circuits.modular.views import grid
from latebloom.measures import Snapshot
from latebloom.models.activations import ACTIVATIONS
from latebloom.models.hooks import Hooks

Pre = Float[Tensor, "a b neuron"]
"""Pre-activations of the last layer's neurons over all pairs of elements."""


@dataclass(frozen=True, eq=False)
class NeuronChanges:
    """The last layer's neurons of a model: pre-activations, activations, and their linear map to the logits."""

    logits: GroupLogits
    pre: Pre
    neurons: Float[Tensor, "a b neuron"]
    w_logit: Float[Tensor, "neuron c"]
    apply: Callable[[Tensor], Tensor]

    @classmethod
    def of(cls, snapshot: Snapshot) -> "NeuronChanges | None":
        """Those of a model; None where it has no neurons, or a norm after them, through which they act on the logits
        in another way than linearly."""
        names = [name for name in snapshot.model.activation_names if name.endswith("hook_pre")]
        if not names or not snapshot.get(grid).linear:
            return None
        function = ACTIVATIONS[str(snapshot.model.config.activation)].apply  # type: ignore[union-attr]
        own, written = snapshot.get(neurons), snapshot.get(w_logit)
        return cls(snapshot.get(logits), pre_activations(snapshot, names[-1]), own, written, function)

    def score(self, pre: Pre) -> tuple[float, float]:
        """Accuracy and loss (nats) over all pairs with these pre-activations."""
        change = (self.apply(pre) - self.neurons) @ self.w_logit
        changed = self.logits.logits + change.double()
        right = changed.argmax(-1) == self.logits.products
        return float(right.double().mean()), float(self.logits.losses(changed).mean())


def pre_activations(snapshot: Snapshot, name: str) -> Pre:
    """An activation by name at the last position, for all pairs of elements."""
    kept: list[Tensor] = []

    def keep(value: Tensor) -> Tensor:
        kept.append(value)
        return value

    task = group_task(snapshot)
    snapshot.model(all_pairs(task), task.loss_positions, Hooks({name: keep}))
    return kept[0][:, 0].unflatten(0, (task.p, task.p))
